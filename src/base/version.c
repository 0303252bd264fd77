/* SPDX-License-Identifier: MIT */
/* The version of the library, and the commit it was built from. */
#include "matriline/version.h"

/* Made by the build; a compilation by hand does without. */
#if __has_include("commit.h")
#include "commit.h"
#else
#define MTL__COMMIT ""
#endif

const char *mtl_version(void)
{
    return MTL_VERSION;
}

const char *mtl_version_commit(void)
{
    return MTL__COMMIT;
}
