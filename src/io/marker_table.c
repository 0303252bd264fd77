/* SPDX-License-Identifier: MIT */
/* Two-allele markers and genotypes as tables, and what holds them in memory. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers_read.h"
#include "io/tsv.h"

/* ---------------------------------------------------------------- people */
int mtl__person_named(const mtl_scenario *s, const char *name)
{
    const uint64_t key = mtl__hash(name);
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].key == key && strcmp(s->person[i].name, name) == 0)
            return i;
    return -1;
}

static const char *person_name(const void *ctx, int i)
{
    return ((const mtl_scenario *)ctx)->person[i].name;
}

void mtl__person_hint(const mtl_scenario *s, const char *name, char *buf, size_t size)
{
    mtl__hint(buf, size, name, s->n_people, person_name, s);
}

/* ---------------------------------------------------------------- genotypes in memory */
int mtl__genotypes_init(mtl__genotypes *g, const mtl_scenario *s, mtl_error *err)
{
    memset(g, 0, sizeof *g);
    mtl__arena_init(&g->arena, 0);
    g->file = "";
    g->n_people = s->n_people;
    g->typed = mtl__arena_alloc(&g->arena, (size_t)s->n_people + 1);
    return g->typed ? MTL_OK : mtl__nomem(err);
}

void mtl__genotypes_free(mtl__genotypes *g)
{
    mtl__arena_free(&g->arena);
    free(g->marker);
    free(g->allowed);
    free(g->phase);
    memset(g, 0, sizeof *g);
}

int mtl__genotypes_add(mtl__genotypes *g, const mtl__marker *m, int *index, mtl_error *err)
{
    const size_t n = (size_t)g->n_markers + 1, people = (size_t)g->n_people;
    if (g->n_markers >= MTL__MAX_MARKERS || n * (people ? people : 1) > (size_t)1 << 28)
        return mtl__fail_at(err, MTL_ERR_LIMIT, g->file, 0, 0, NULL,
                            "%d markers of %d people are more than is held in memory", g->n_markers,
                            g->n_people);
    if (mtl__grow(&g->marker, &g->cap_marker, n, sizeof *g->marker) < 0 ||
        mtl__grow(&g->allowed, &g->cap_allowed, n * (people ? people : 1), 1) < 0)
        return mtl__nomem(err);
    mtl__marker *to = &g->marker[g->n_markers];
    const char *chromosome = strncmp(m->chromosome, "chr", 3) ? m->chromosome : m->chromosome + 3;
    *to = *m;
    to->name = mtl__arena_strdup(&g->arena, m->name);
    to->chromosome = mtl__arena_strdup(&g->arena, chromosome);
    to->ref = mtl__arena_strdup(&g->arena, m->ref);
    to->alt = mtl__arena_strdup(&g->arena, m->alt);
    if (!to->name || !to->chromosome || !to->ref || !to->alt)
        return mtl__nomem(err);
    memset(g->allowed + (n - 1) * people, MTL__GT_ANY, people);
    *index = g->n_markers++;
    return MTL_OK;
}

int mtl__genotypes_set_phase(mtl__genotypes *g, int marker, int person, mtl__phase phase,
                             mtl_error *err)
{
    const size_t people = (size_t)g->n_people, have = (size_t)g->n_phased * people,
                 want = ((size_t)marker + 1) * people;
    if (want > have) {
        if (mtl__grow(&g->phase, &g->cap_phase, want, sizeof *g->phase) < 0)
            return mtl__nomem(err);
        for (size_t i = have; i < want; i++)
            g->phase[i] = (mtl__phase){0, 2};
        g->n_phased = marker + 1;
    }
    g->phase[(size_t)marker * people + (size_t)person] = phase;
    return MTL_OK;
}

bool mtl__is_autosome(const char *chromosome)
{
    const char *c = strncmp(chromosome, "chr", 3) ? chromosome : chromosome + 3;
    long long n;
    return c[0] != '\0' && strlen(c) <= 2 && c[0] != '0' && mtl__parse_int(c, &n) == MTL_OK &&
           n >= 1 && n <= 22;
}

/* ---------------------------------------------------------------- a panel */
enum { NAME, CHROMOSOME, POSITION, REF, ALT, FREQUENCY, SOURCE, PANEL_COLUMNS };

static int by_name(const void *a, const void *b)
{
    const mtl__marker *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int is_sequence(const char *s)
{
    const size_t n = strlen(s);
    return n > 0 && n <= 1000 && strspn(s, "ACGTNacgtn") == n;
}

static int panel_row(mtl__genotypes *g, const mtl__tsv *t, int row, mtl_error *err)
{
    mtl__marker m = {.name = mtl__tsv_get(t, row, NAME),
                     .chromosome = mtl__tsv_get(t, row, CHROMOSOME),
                     .ref = mtl__tsv_get(t, row, REF),
                     .alt = mtl__tsv_get(t, row, ALT),
                     .frequency = NAN};
    const char *frequency = mtl__tsv_get(t, row, FREQUENCY);
    long long position = 0;
    int index;
    if (!m.name[0] || strlen(m.name) > 200)
        return mtl__tsv_fail(t, row, NAME, err, MTL_ERR_VALUE, "a marker needs a name");
    if (!mtl__is_autosome(m.chromosome))
        return mtl__tsv_fail(
            t, row, CHROMOSOME, err, MTL_ERR_VALUE,
            "'%.20s' is not an autosome (1 to 22); the Y stands in no panel, it is "
            "always looked at",
            m.chromosome);
    if (mtl__tsv_get(t, row, POSITION)[0] &&
        (mtl__parse_int(mtl__tsv_get(t, row, POSITION), &position) < 0 || position < 0))
        return mtl__tsv_fail(t, row, POSITION, err, MTL_ERR_VALUE, "not a position");
    m.position = position;
    for (int k = REF; k <= ALT; k++)
        if (!is_sequence(mtl__tsv_get(t, row, k)))
            return mtl__tsv_fail(t, row, k, err, MTL_ERR_VALUE, "'%.20s' is not a sequence of ACGT",
                                 mtl__tsv_get(t, row, k));
    if (strcmp(m.ref, m.alt) == 0)
        return mtl__tsv_fail(t, row, ALT, err, MTL_ERR_VALUE, "both alleles are the same");
    if (frequency[0] &&
        (mtl__parse_double(frequency, &m.frequency) < 0 || !(m.frequency > 0 && m.frequency < 1)))
        return mtl__tsv_fail(t, row, FREQUENCY, err, MTL_ERR_VALUE,
                             "'%.20s' is not a frequency between 0 and 1", frequency);
    return mtl__genotypes_add(g, &m, &index, err);
}

/* Markers of g in the order of their names, for finding them. */
static mtl__marker **sorted_markers(const mtl__genotypes *g)
{
    mtl__marker **sorted = malloc(((size_t)g->n_markers + 1) * sizeof *sorted);
    for (int i = 0; sorted && i < g->n_markers; i++)
        sorted[i] = &g->marker[i];
    if (sorted)
        qsort(sorted, (size_t)g->n_markers, sizeof *sorted, by_name);
    return sorted;
}

static mtl__marker *find_marker(const mtl__genotypes *g, mtl__marker **sorted, const char *name)
{
    mtl__marker key = {.name = name}, *at = &key;
    mtl__marker **found = bsearch(&at, sorted, (size_t)g->n_markers, sizeof *sorted, by_name);
    return found ? *found : NULL;
}

int mtl__marker_table_parse(mtl__genotypes *g, const char *file, const char *text, size_t length,
                            mtl_error *err)
{
    static const char *const columns[PANEL_COLUMNS] = {"marker", "chromosome", "position", "ref",
                                                       "alt",    "frequency",  "source"};
    mtl__tsv t;
    MTL_TRY(mtl__tsv_parse(&t, &g->arena, file, text, length, columns, PANEL_COLUMNS,
                           (1 << POSITION) | (1 << FREQUENCY) | (1 << SOURCE), err));
    g->file = t.file;
    for (int row = 0; row < t.n_rows; row++)
        MTL_TRY(panel_row(g, &t, row, err));
    mtl__marker **sorted = sorted_markers(g);
    int ret = sorted ? MTL_OK : mtl__nomem(err);
    for (int i = 1; ret == MTL_OK && i < g->n_markers; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
            const int a = (int)(sorted[i - 1] - g->marker), b = (int)(sorted[i] - g->marker);
            ret = mtl__tsv_fail(&t, a > b ? a : b, NAME, err, MTL_ERR_DUPLICATE,
                                "marker %s stands in line %d too", sorted[i]->name,
                                t.line[a > b ? b : a]);
        }
    free(sorted);
    return ret;
}

int mtl__markers_take_frequencies(mtl__genotypes *g, const mtl__genotypes *panel)
{
    int n = 0;
    mtl__marker **sorted = sorted_markers(panel);
    for (int i = 0; sorted && i < g->n_markers; i++) {
        mtl__marker *m = &g->marker[i];
        const mtl__marker *p = isnan(m->frequency) ? find_marker(panel, sorted, m->name) : NULL;
        if (!p || isnan(p->frequency))
            continue;
        if (strcmp(p->ref, m->ref) == 0 && strcmp(p->alt, m->alt) == 0)
            m->frequency = p->frequency;
        else if (strcmp(p->ref, m->alt) == 0 && strcmp(p->alt, m->ref) == 0)
            m->frequency = 1 - p->frequency;
        else
            continue;
        n++;
    }
    free(sorted);
    return n;
}

/* ---------------------------------------------------------------- genotypes */
/* Which allele a text of n bytes names: 0, 1, -1 unknown ("."), -2 none of them. */
static int allele_of(const mtl__marker *m, const char *s, size_t n)
{
    if (n == 1 && s[0] == '.')
        return -1;
    if (n == strlen(m->ref) && strncmp(s, m->ref, n) == 0)
        return 0;
    if (n == strlen(m->alt) && strncmp(s, m->alt, n) == 0)
        return 1;
    return -2;
}

static int genotype_cell(const mtl__marker *m, const char *text, uint8_t *out)
{
    const size_t n = strcspn(text, "/|");
    if (!text[n])
        return MTL_ERR_VALUE;
    const int a = allele_of(m, text, n), b = allele_of(m, text + n + 1, strlen(text + n + 1));
    if (a < -1 || b < -1)
        return MTL_ERR_VALUE;
    if (a < 0 && b < 0)
        *out = MTL__GT_ANY;
    else if (a < 0 || b < 0)
        *out = mtl__gt_half(a < 0 ? b : a);
    else
        *out = (uint8_t)(1 << (a + b));
    return MTL_OK;
}

static int genotype_rows(mtl__genotypes *g, const mtl_scenario *s, const mtl__tsv *t,
                         mtl__marker **sorted, mtl_error *err)
{
    char hint[96] = "";
    uint8_t *seen = mtl__arena_alloc(&g->arena, (size_t)g->n_markers * (size_t)g->n_people + 1);
    if (!seen)
        return mtl__nomem(err);
    for (int row = 0; row < t->n_rows; row++) {
        const char *name = mtl__tsv_get(t, row, 0);
        const int who = mtl__person_named(s, name);
        if (who < 0) {
            mtl__person_hint(s, name, hint, sizeof hint);
            return mtl__tsv_fail(t, row, 0, err, MTL_ERR_NAME, "nobody is called '%.60s'%s", name,
                                 hint);
        }
        const mtl__marker *m = find_marker(g, sorted, mtl__tsv_get(t, row, 1));
        if (!m)
            return mtl__tsv_fail(t, row, 1, err, MTL_ERR_NAME, "the panel has no marker '%.60s'",
                                 mtl__tsv_get(t, row, 1));
        const size_t at = (size_t)(m - g->marker) * (size_t)g->n_people + (size_t)who;
        if (seen[at]++)
            return mtl__tsv_fail(t, row, 1, err, MTL_ERR_DUPLICATE,
                                 "%s is given twice at this marker", name);
        if (genotype_cell(m, mtl__tsv_get(t, row, 2), &g->allowed[at]) < 0)
            return mtl__tsv_fail(t, row, 2, err, MTL_ERR_VALUE,
                                 "'%.40s' is not a genotype of %s: two of %.20s, %.20s and '.', "
                                 "parted by /",
                                 mtl__tsv_get(t, row, 2), m->name, m->ref, m->alt);
        g->typed[who] = true;
    }
    return MTL_OK;
}

int mtl__genotype_table_parse(mtl__genotypes *g, const mtl_scenario *s, const char *file,
                              const char *text, size_t length, mtl_error *err)
{
    static const char *const columns[] = {"person", "marker", "genotype"};
    mtl__tsv t;
    MTL_TRY(mtl__tsv_parse(&t, &g->arena, file, text, length, columns, 3, 0, err));
    mtl__marker **sorted = sorted_markers(g);
    const int ret = sorted ? genotype_rows(g, s, &t, sorted, err) : mtl__nomem(err);
    free(sorted);
    g->file = t.file;
    return ret;
}
