/* SPDX-License-Identifier: MIT */
/* Typed reading of the nodes of yaml_tree.h: every refusal says what was found, what was expected
   and, where a name is near, which one was probably meant. YAML's own typing (yes, 1_000, 0x10,
   .nan) is not used: a value is the text that the user wrote. */
#include "io/yaml_tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *kind_name(const mtl__ynode *n)
{
    return n->kind == MTL__YMAP ? "a mapping" : n->kind == MTL__YLIST ? "a list" : "a single value";
}

/* Key i whose place and path stand for an unknown key: the value's path under the key's place. */
static int fail_key(const mtl__ydoc *d, const mtl__ynode *map, int i, mtl_error *err,
                    const char *text)
{
    char path[96];
    return mtl__fail_at(err, MTL_ERR_NAME, d->file, map->key[i]->line, map->key[i]->column,
                        mtl__yaml_path(map->item[i], path, sizeof path), "%s", text);
}

const mtl__ynode *mtl__yaml_get(const mtl__ynode *n, const char *key)
{
    if (!n || n->kind != MTL__YMAP)
        return NULL;
    for (int i = 0; i < n->n; i++)
        if (strcmp(n->key[i]->text, key) == 0)
            return n->item[i];
    return NULL;
}

int mtl__yaml_is_map(const mtl__ydoc *d, const mtl__ynode *n, const char *what, mtl_error *err)
{
    if (n->kind == MTL__YMAP)
        return MTL_OK;
    return mtl__yaml_fail(d, n, err, MTL_ERR_SYNTAX,
                          "expected %s as a mapping (key: value), not %s", what, kind_name(n));
}

int mtl__yaml_is_list(const mtl__ydoc *d, const mtl__ynode *n, const char *what, mtl_error *err)
{
    if (n->kind == MTL__YLIST)
        return MTL_OK;
    return mtl__yaml_fail(d, n, err, MTL_ERR_SYNTAX,
                          "expected %s as a list (lines that begin with '- '), not %s", what,
                          kind_name(n));
}

/* "a, b, c" of at most what fits; returns buf. */
static const char *join(const char *const *words, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (int i = 0; words[i] && used < size; i++)
        used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", words[i]);
    return buf;
}

static int count(const char *const *words)
{
    int n = 0;
    while (words[n])
        n++;
    return n;
}

int mtl__yaml_keys(const mtl__ydoc *d, const mtl__ynode *n, const char *const *known,
                   const char *of, mtl_error *err)
{
    const int n_known = count(known);
    for (int i = 0; i < n->n; i++) {
        const char *key = n->key[i]->text;
        bool found = false;
        for (int k = 0; k < n_known && !found; k++)
            found = strcmp(known[k], key) == 0;
        if (found)
            continue;
        char hint[96] = "", all[300], text[480];
        mtl__hint(hint, sizeof hint, key, n_known, mtl__nearest_strings, known);
        if (hint[0])
            snprintf(text, sizeof text, "%s has no key '%.60s'%s", of, key, hint);
        else
            snprintf(text, sizeof text, "%s has no key '%.60s'; known: %s", of, key,
                     join(known, all, sizeof all));
        return fail_key(d, n, i, err, text);
    }
    return MTL_OK;
}

int mtl__yaml_text(const mtl__ydoc *d, const mtl__ynode *n, const char **out, mtl_error *err)
{
    if (n->kind != MTL__YTEXT)
        return mtl__yaml_fail(d, n, err, MTL_ERR_SYNTAX, "expected a single value, not %s",
                              kind_name(n));
    if (n->text[0] == '\0' ||
        (!n->quoted && (strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0)))
        return mtl__yaml_fail(d, n, err, MTL_ERR_VALUE, "the value is missing");
    *out = n->text;
    return MTL_OK;
}

int mtl__yaml_number(const mtl__ydoc *d, const mtl__ynode *n, double low, double high, double *out,
                     mtl_error *err)
{
    const char *text = "";
    double x = 0;
    MTL_TRY(mtl__yaml_text(d, n, &text, err));
    if (mtl__parse_double(text, &x) < 0)
        return mtl__yaml_fail(d, n, err, MTL_ERR_VALUE, "'%.60s' is not a finite decimal number",
                              text);
    if (!(x >= low && x <= high))
        return mtl__yaml_fail(d, n, err, MTL_ERR_VALUE, "%.60s is outside %g to %g", text, low,
                              high);
    *out = x;
    return MTL_OK;
}

/* Is it a number with a unit ("1e6 cells", "5mg"), rather than no number at all? */
static bool number_with_unit(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%/";
    const size_t digits = strspn(text, "+-.0123456789"), n = strcspn(text, " ");
    char first[40];
    double x;
    if (digits > 0 && text[n] == '\0')
        return strpbrk(text, "0123456789") == text && text[digits] != 'x' &&
               strspn(text + digits, letters) == n - digits;
    if (n == 0 || n >= sizeof first)
        return false;
    memcpy(first, text, n);
    first[n] = '\0';
    return mtl__parse_double(first, &x) == MTL_OK;
}

int mtl__yaml_bare(const mtl__ydoc *d, const mtl__ynode *n, const char *expected, double low,
                   double high, double *out, mtl_error *err)
{
    const char *text = "";
    double x;
    MTL_TRY(mtl__yaml_text(d, n, &text, err));
    if (mtl__parse_double(text, &x) < 0 && number_with_unit(text))
        return mtl__yaml_fail(d, n, err, MTL_ERR_UNIT, "'%.60s': %s", text, expected);
    return mtl__yaml_number(d, n, low, high, out, err);
}

int mtl__yaml_whole(const mtl__ydoc *d, const mtl__ynode *n, int64_t low, int64_t high,
                    int64_t *out, mtl_error *err)
{
    double x = 0;
    MTL_TRY(mtl__yaml_number(d, n, (double)low, (double)high, &x, err));
    if (x != floor(x))
        return mtl__yaml_fail(d, n, err, MTL_ERR_VALUE, "%.60s is not a whole number", n->text);
    *out = (int64_t)x;
    return MTL_OK;
}

int mtl__yaml_word(const mtl__ydoc *d, const mtl__ynode *n, const char *const *words, int *out,
                   mtl_error *err)
{
    const char *text = "";
    char hint[96] = "", all[300];
    MTL_TRY(mtl__yaml_text(d, n, &text, err));
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return MTL_OK;
        }
    mtl__hint(hint, sizeof hint, text, count(words), mtl__nearest_strings, words);
    return mtl__yaml_fail(d, n, err, MTL_ERR_NAME, "'%.60s' is none of: %s%s", text,
                          join(words, all, sizeof all), hint);
}

int mtl__yaml_bool(const mtl__ydoc *d, const mtl__ynode *n, bool *out, mtl_error *err)
{
    static const char *const words[] = {"false", "true", NULL};
    int k = 0;
    MTL_TRY(mtl__yaml_word(d, n, words, &k, err));
    *out = k == 1;
    return MTL_OK;
}

int mtl__yaml_quantity(const mtl__ydoc *d, const mtl__ynode *n, const char *unit, const char *bare,
                       double *out, mtl_error *err)
{
    const char *text = "";
    char path[96];
    mtl__unit want, plain;
    mtl_error inner;
    MTL_TRY(mtl__yaml_text(d, n, &text, err));
    mtl_error_clear(&inner);
    int ret = mtl__unit_parse(unit, &want, &inner);
    if (ret == MTL_OK && bare)
        ret = mtl__unit_parse(bare, &plain, &inner);
    if (ret == MTL_OK)
        ret = mtl__quantity_parse(text, &want, bare ? &plain : NULL, out, &inner);
    if (ret < 0)
        return mtl__fail_at(err, ret, d->file, n->line, n->column,
                            mtl__yaml_path(n, path, sizeof path), "%s", inner.text);
    return MTL_OK;
}
