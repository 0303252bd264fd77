/* SPDX-License-Identifier: MIT */
/* The versions of the format libraries as linked, for provenance and `matriline --version`. */
#include "matriline/version.h"

#include <htslib/hts.h>
#include <jansson.h>
#include <stdio.h>
#include <yaml.h>

void mtl_version_libraries(char *buf, int size)
{
    if (buf && size > 0)
        snprintf(buf, (size_t)size, "libyaml %s, jansson %s, htslib %s", yaml_get_version_string(),
                 jansson_version_str(), hts_version());
}
