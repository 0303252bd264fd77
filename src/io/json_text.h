/* SPDX-License-Identifier: MIT */
#ifndef MTL_JSON_TEXT_H
#define MTL_JSON_TEXT_H
#include <jansson.h>
#include <stdbool.h>

/* The document as text, by the flags of json_dumps; NULL if there is none, or out of memory; free()
   it. Takes the document over. */
char *mtl__json_text(json_t *o, size_t flags);

/* Parts of a document; what is missing (NaN, NULL) is null. */
json_t *mtl__json_number(double v);
json_t *mtl__json_string(const char *s); /* cleaned of what is no text */
json_t *mtl__json_date(double days);
/* Set and append, and remember that something could not be made. */
void mtl__json_set(json_t *o, const char *key, json_t *value, bool *failed);
void mtl__json_append(json_t *list, json_t *value, bool *failed);

#endif
