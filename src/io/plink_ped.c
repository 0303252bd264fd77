/* SPDX-License-Identifier: MIT */
/* Genotypes of a PLINK .ped with its .map: two alleles per marker behind the six columns of the
   pedigree, 0 for a missing one. Which allele is "ref" the format does not say: the first in the
   alphabet is. */
#include <math.h>
#include <string.h>

#include "io/markers_read.h"

typedef struct ped {
    mtl__genotypes *g;
    mtl_error *err;
    const char *file;
    mtl__arena arena;
    int n_markers;     /* lines of the map */
    int *marker;       /* [n_markers] index in g, -1 = left out */
    mtl__marker *line; /* as in the map; ref, alt found in the ped */
} ped;

/* The next word of a line, or NULL; *at moves behind it. */
static const char *word(const char *s, size_t n, size_t *at, size_t *length)
{
    while (*at < n && (s[*at] == ' ' || s[*at] == '\t' || s[*at] == '\r'))
        ++*at;
    if (*at == n)
        return NULL;
    const size_t from = *at;
    while (*at < n && s[*at] != ' ' && s[*at] != '\t' && s[*at] != '\r')
        ++*at;
    *length = *at - from;
    return s + from;
}

static int map_line(ped *p, const char *s, size_t n, const char *file, int line)
{
    const char *cell[4];
    size_t at = 0, length[4];
    int cells = 0;
    while (cells < 4 && (cell[cells] = word(s, n, &at, &length[cells])))
        cells++;
    if (cells == 0 || cell[0][0] == '#')
        return MTL_OK;
    if (cells < 3)
        return mtl__fail_at(p->err, MTL_ERR_SYNTAX, file, line, 0, NULL,
                            "%d columns; a line has four: chromosome, marker, centimorgan (may be "
                            "left out), position",
                            cells);
    char *text[4];
    long long position;
    for (int k = 0; k < cells; k++)
        if (!(text[k] = mtl__arena_strndup(&p->arena, cell[k], length[k])))
            return mtl__nomem(p->err);
    if (mtl__parse_int(text[cells - 1], &position) < 0)
        return mtl__fail_at(p->err, MTL_ERR_VALUE, file, line, 0, "position",
                            "'%.30s' is not a position", text[cells - 1]);
    p->line[p->n_markers++] = (mtl__marker){
        .chromosome = text[0], .name = text[1], .position = position, .frequency = NAN};
    return MTL_OK;
}

static int lines_in(const char *s, size_t n)
{
    int lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += s[i] == '\n';
    return lines;
}

static int read_map(ped *p, const char *file, const char *map, size_t n)
{
    const int lines = lines_in(map, n);
    p->line = mtl__arena_alloc(&p->arena, (size_t)lines * sizeof *p->line);
    p->marker = mtl__arena_alloc(&p->arena, (size_t)lines * sizeof *p->marker);
    if (!p->line || !p->marker)
        return mtl__nomem(p->err);
    int line = 0;
    for (size_t at = 0; at < n;) {
        const char *stop = memchr(map + at, '\n', n - at);
        const size_t length = stop ? (size_t)(stop - map) - at : n - at;
        MTL_TRY(map_line(p, map + at, length, file, ++line));
        at += length + 1;
    }
    return MTL_OK;
}

static bool missing(const char *s, size_t n)
{
    return n == 1 && (s[0] == '0' || s[0] == '.');
}

static bool same(const char *a, const char *s, size_t n)
{
    return strlen(a) == n && strncmp(a, s, n) == 0;
}

/* First pass: which alleles there are. More than two put a marker out. */
static int note_allele(ped *p, int m, const char *s, size_t n)
{
    mtl__marker *k = &p->line[m];
    if (missing(s, n) || p->marker[m] < 0 || (k->ref && same(k->ref, s, n)) ||
        (k->alt && same(k->alt, s, n)))
        return MTL_OK;
    if (k->alt) {
        p->marker[m] = -1;
        p->g->left_out.not_two_alleles++;
        return MTL_OK;
    }
    const char *kept = mtl__arena_strndup(&p->arena, s, n);
    if (!kept)
        return mtl__nomem(p->err);
    if (!k->ref) {
        k->ref = kept;
    } else if (strcmp(kept, k->ref) < 0) {
        k->alt = k->ref;
        k->ref = kept;
    } else {
        k->alt = kept;
    }
    return MTL_OK;
}

static void set_genotype(ped *p, int m, int who, const char *const a[2], const size_t n[2])
{
    const mtl__marker *k = &p->line[m];
    if (p->marker[m] < 0 || who < 0)
        return;
    int allele[2];
    for (int i = 0; i < 2; i++)
        allele[i] = missing(a[i], n[i]) ? -1 : !same(k->ref, a[i], n[i]);
    uint8_t *set = &p->g->allowed[(size_t)p->marker[m] * (size_t)p->g->n_people + (size_t)who];
    if (allele[0] >= 0 && allele[1] >= 0)
        *set = (uint8_t)(1 << (allele[0] + allele[1]));
    else if (allele[0] >= 0 || allele[1] >= 0)
        *set = mtl__gt_half(allele[0] >= 0 ? allele[0] : allele[1]);
}

/* Both passes walk the alleles behind the six columns of a line. */
static int walk(ped *p, const mtl__fam_row *r, int who, bool second)
{
    size_t at = 0;
    for (int m = 0; m < p->n_markers; m++) {
        const char *a[2];
        size_t n[2];
        for (int i = 0; i < 2; i++)
            if (!(a[i] = word(r->rest, r->rest_length, &at, &n[i])))
                return mtl__fail_at(p->err, MTL_ERR_SYNTAX, p->file, r->line, 0, NULL,
                                    "the genotypes end at marker %d of %d", m + 1, p->n_markers);
        if (second)
            set_genotype(p, m, who, a, n);
        else
            for (int i = 0; i < 2; i++)
                MTL_TRY(note_allele(p, m, a[i], n[i]));
    }
    size_t length;
    if (word(r->rest, r->rest_length, &at, &length))
        return mtl__fail_at(p->err, MTL_ERR_SYNTAX, p->file, r->line, 0, NULL,
                            "more alleles than two for each of the %d markers of the map",
                            p->n_markers);
    return MTL_OK;
}

static int add_markers(ped *p)
{
    for (int m = 0; m < p->n_markers; m++) {
        mtl__marker *k = &p->line[m];
        if (p->marker[m] < 0)
            continue;
        p->marker[m] = -1;
        if (!mtl__is_autosome(k->chromosome)) {
            p->g->left_out.not_autosomal++;
            continue;
        }
        if (!k->ref)
            k->ref = "N"; /* nobody has been read here */
        if (!k->alt)
            k->alt = ".";
        MTL_TRY(mtl__genotypes_add(p->g, k, &p->marker[m], p->err));
    }
    return MTL_OK;
}

static int read_ped(ped *p, const mtl_scenario *s, const char *text, size_t length)
{
    mtl__fam fam;
    MTL_TRY(mtl__fam_parse(&fam, &p->arena, p->file, text, length, true, p->err));
    for (int i = 0; i < fam.n; i++)
        MTL_TRY(walk(p, &fam.row[i], -1, false));
    MTL_TRY(add_markers(p));
    for (int i = 0; i < fam.n; i++) {
        const int who = mtl__person_named(s, fam.row[i].name);
        if (who >= 0)
            p->g->typed[who] = true;
        else
            p->g->left_out.strangers++;
        MTL_TRY(walk(p, &fam.row[i], who, true));
    }
    return MTL_OK;
}

int mtl__ped_parse(mtl__genotypes *g, const mtl_scenario *s, const char *file, const char *text,
                   size_t length, const char *map_file, const char *map, size_t map_length,
                   mtl_error *err)
{
    ped p = {.g = g, .err = err, .file = file};
    mtl__arena_init(&p.arena, 0);
    int ret = read_map(&p, map_file, map, map_length);
    if (ret == MTL_OK)
        ret = read_ped(&p, s, text, length);
    mtl__arena_free(&p.arena);
    if (ret == MTL_OK && !(g->file = mtl__arena_strdup(&g->arena, file)))
        ret = mtl__nomem(err);
    return ret;
}
