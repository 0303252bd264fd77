/* SPDX-License-Identifier: MIT */
/* The versions of the format libraries as linked, for provenance and `matriline --version`. */
#include "matriline/version.h"

#include <expat.h>
#include <htslib/hts.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zip.h>

void mtl_version_libraries(char *buf, int size)
{
    if (buf && size > 0)
        snprintf(buf, (size_t)size, "libyaml %s, jansson %s, htslib %s, libzip %s, expat %s",
                 yaml_get_version_string(), jansson_version_str(), hts_version(),
                 zip_libzip_version(), XML_ExpatVersion() + strlen("expat_"));
}
