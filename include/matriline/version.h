/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_VERSION_H
#define MATRILINE_VERSION_H
/**
 * The version: of the headers as compiled against, and of the library as linked. A test holds this
 * file to the file VERSION.
 */
#include "matriline/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MTL_VERSION "0.1.0"
#define MTL_VERSION_MAJOR 0
#define MTL_VERSION_MINOR 1
#define MTL_VERSION_PATCH 0

/** Version of the library, "0.1.0". */
MTL_API const char *mtl_version(void);
/** The commit it was built from, "3cf3a67" or "3cf3a67-dirty"; "" if unknown. */
MTL_API const char *mtl_version_commit(void);
/** The libraries it reads files with, "libyaml 0.2.5, jansson 2.14". Writes to buf, always
 *  terminated. */
MTL_API void mtl_version_libraries(char *buf, int size);

#ifdef __cplusplus
}
#endif
#endif
