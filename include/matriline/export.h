/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_EXPORT_H
#define MATRILINE_EXPORT_H
/* Public symbols are visible, everything else is built with -fvisibility=hidden. */
#if defined(__GNUC__)
#define MTL_API __attribute__((visibility("default")))
#define MTL_USE_RESULT __attribute__((warn_unused_result))
#else
#define MTL_API
#define MTL_USE_RESULT
#endif
#endif
