/* SPDX-License-Identifier: MIT */
/*
 * Nearest names, for "did you mean": Damerau-Levenshtein distance in its restricted form (insert,
 * delete, replace, swap of neighbours; Damerau 1964, optimal string alignment), letter case ignored
 * for ties only; where no name is near, one that the word is a part of, then one with a part that
 * is near. Words longer than a name can sensibly be are not compared.
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

/* Is the word a part of the name? */
static bool holds(const char *name, size_t l, const char *word, size_t length)
{
    for (size_t at = 0; at + length <= l; at++) {
        size_t k = 0;
        while (k < length && lower(name[at + k]) == lower(word[k]))
            k++;
        if (k == length)
            return true;
    }
    return false;
}

/* The shortest name that the word is a part of: "temporal" of "brain.temporal_lobe". */
static int holder(const char *word, size_t length, int n,
                  const char *(*get)(const void *ctx, int i), const void *ctx)
{
    enum { LEAST = 4 }; /* fewer letters are a part of anything */
    size_t shortest = MAX_WORD + 1;
    int best = -1;
    for (int i = 0; i < n && length >= LEAST; i++) {
        const char *name = get(ctx, i);
        const size_t l = name ? strlen(name) : 0;
        if (l >= length && l < shortest && holds(name, l, word, length)) {
            best = i;
            shortest = l;
        }
    }
    return best;
}

static bool divides(char c)
{
    return c == '.' || c == '_' || c == '-';
}

/* Edits from the word to the nearest part of the name, as distance(); 100 x (most + 1) if none is
   so near. Parts stand between '.', '_' and '-'. */
static int nearest_part(const char *name, const char *word, int length, int most)
{
    int best = 100 * (most + 1);
    for (const char *at = name; *at;) {
        int l = 0;
        while (at[l] && !divides(at[l]))
            l++;
        if (l <= MAX_WORD && l + most >= length && length + most >= l) {
            const int d = distance(word, length, at, l);
            best = d < best ? d : best;
        }
        at += l;
        at += *at != '\0';
    }
    return best;
}

/* The shortest name with a part near to the word: "brain.temporal_lobe" for "temproal". What stands
   before the last dot of the word ("brain.tempral") begins the name as well. */
static int part_of(const char *word, size_t length, int n,
                   const char *(*get)(const void *ctx, int i), const void *ctx)
{
    enum { LEAST = 5 }; /* shorter words are near to anything */
    const char *dot = strrchr(word, '.');
    const size_t head = dot ? (size_t)(dot - word) + 1 : 0;
    const int left = (int)(length - head), most = left / 4 > 1 ? left / 4 : 1;
    int best = -1, best_distance = 100 * (most + 1);
    size_t shortest = 0;
    for (int i = 0; i < n && left >= LEAST; i++) {
        const char *name = get(ctx, i);
        const size_t l = name ? strlen(name) : 0;
        if (l <= head || l > MAX_WORD || !holds(name, head, word, head))
            continue;
        const int d = nearest_part(name + head, word + head, left, most);
        if (d < best_distance || (d == best_distance && best >= 0 && l < shortest)) {
            best = i;
            best_distance = d;
            shortest = l;
        }
    }
    return best;
}

int mtl__nearest(const char *word, int n, const char *(*get)(const void *ctx, int i),
                 const void *ctx)
{
    const size_t length = word ? strlen(word) : 0;
    int best = -1, best_distance, allowed;
    if (length == 0 || length > MAX_WORD)
        return -1;
    const char *dot = strrchr(word, '.');
    const size_t head = dot ? (size_t)(dot - word) + 1 : 0;
    const int left = (int)(length - head), tail = left / 3 > 1 ? left / 3 : 1;
    allowed = (int)length / 3 > 1 ? (int)length / 3 : 1;
    best_distance = 100 * (allowed + 1);
    for (int i = 0; i < n; i++) {
        const char *name = get(ctx, i);
        const size_t l = name ? strlen(name) : 0;
        int d;
        if (l == 0 || l > MAX_WORD || l + allowed < length || length + allowed < l)
            continue;
        d = distance(word, (int)length, name, (int)l);
        /* Behind a head that is the same, "brain.", only the rest is compared. */
        if (head > 0 && l > head && holds(name, head, word, head) && d >= 100 * (tail + 1))
            continue;
        /* One edit turns any letter into any other: that is no likeness. */
        if (d < best_distance && d < 100 * (int)(l > length ? l : length)) {
            best = i;
            best_distance = d;
        }
    }
    if (best < 0)
        best = holder(word, length, n, get, ctx);
    return best >= 0 ? best : part_of(word, length, n, get, ctx);
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
