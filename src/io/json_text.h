/* SPDX-License-Identifier: MIT */
#ifndef MTL_JSON_TEXT_H
#define MTL_JSON_TEXT_H
#include <jansson.h>

/* The document as text, by the flags of json_dumps; NULL if there is none, or out of memory; free()
   it. Takes the document over. */
char *mtl__json_text(json_t *o, size_t flags);

#endif
