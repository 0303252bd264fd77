/* SPDX-License-Identifier: MIT */
/*
 * Nearest names, for "did you mean": Damerau-Levenshtein distance in its restricted form (insert,
 * delete, replace, swap of neighbours; Damerau 1964, optimal string alignment), letter case ignored
 * for ties only. Words longer than a name can sensibly be are not compared.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"

enum { MAX_WORD = 95 };

static int min3(int a, int b, int c)
{
    const int m = a < b ? a : b;
    return m < c ? m : c;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* Edits from a to b with case ignored, times 100, plus the number of letters whose case differs. */
static int distance(const char *a, int la, const char *b, int lb)
{
    int rows[3][MAX_WORD + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= lb; j++)
        last[j] = 100 * j;
    for (int i = 1; i <= la; i++) {
        int *spare = before;
        row[0] = 100 * i;
        for (int j = 1; j <= lb; j++) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            const int cost = same ? (a[i - 1] != b[j - 1]) : 100;
            int d = min3(last[j] + 100, row[j - 1] + 100, last[j - 1] + cost);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) && before[j - 2] + 100 < d)
                d = before[j - 2] + 100;
            row[j] = d;
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[lb];
}

const char *mtl__nearest_strings(const void *ctx, int i)
{
    const char *const *names = ctx;
    return names[i];
}

int mtl__nearest(const char *word, int n, const char *(*get)(const void *ctx, int i),
                 const void *ctx)
{
    const size_t length = word ? strlen(word) : 0;
    int best = -1, best_distance, allowed;
    if (length == 0 || length > MAX_WORD)
        return -1;
    allowed = (int)length / 3 > 1 ? (int)length / 3 : 1;
    best_distance = 100 * (allowed + 1);
    for (int i = 0; i < n; i++) {
        const char *name = get(ctx, i);
        const size_t l = name ? strlen(name) : 0;
        int d;
        if (l == 0 || l > MAX_WORD || l + allowed < length || length + allowed < l)
            continue;
        d = distance(word, (int)length, name, (int)l);
        /* One edit turns any letter into any other: that is no likeness. */
        if (d < best_distance && d < 100 * (int)(l > length ? l : length)) {
            best = i;
            best_distance = d;
        }
    }
    return best;
}

void mtl__hint(char *buf, size_t size, const char *word, int n,
               const char *(*get)(const void *ctx, int i), const void *ctx)
{
    const int i = mtl__nearest(word, n, get, ctx);
    if (size == 0)
        return;
    if (i < 0)
        buf[0] = '\0';
    else
        snprintf(buf, size, "; did you mean '%s'?", get(ctx, i));
}
