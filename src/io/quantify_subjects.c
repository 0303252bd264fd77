/* SPDX-License-Identifier: MIT */
/* Two groups of subjects compared: per target the gEq of donors counted in each subject, by
   negative binomial regression with the log of the gEq tested as offset (measure/nb.h; Guthrie et
   al., Am J Epidemiol 2016;184:779). The unit is the subject: samples of one subject add up. A
   sample counts its estimate less the background, 0 where nothing is left of it, whether or not it
   is above the LoB: to cut small counts off would widen the difference between groups. */
#include <math.h>
#include <string.h>

#include "io/quantify_parts.h"
#include "measure/nb.h"

typedef struct subject {
    const char *name;
    int group; /* 0, 1; -1 = not said */
    int line;
} subject;

typedef struct table {
    mtl__sheet sheet;
    int sample, subject, group; /* columns; subject -1 = each sample is one */
    mtl__names subjects;
    subject *of; /* [subjects] */
    const char *name[2];
} table;

static int find_column(const mtl__sheet *s, const char *name, int *out, bool needed, mtl_error *err)
{
    const char *known[64];
    int n = 0;
    char hint[160] = "";
    *out = -1;
    for (int i = 0; i < s->row[0].n; i++) {
        if (strcmp(s->row[0].cell[i].text, name) == 0)
            *out = i;
        if (n < 64)
            known[n++] = s->row[0].cell[i].text;
    }
    if (*out >= 0 || !needed)
        return MTL_OK;
    mtl__hint(hint, sizeof hint, name, n, mtl__nearest_strings, known);
    return mtl__sheet_fail(s, 0, -1, err, MTL_ERR_NAME, name, "there is no column '%.60s'%s", name,
                           hint);
}

static int read_table(mtl_quantify *q, table *t, mtl_error *err)
{
    char *data, *text;
    size_t length, n;
    const char *file = q->o.subjects;
    q->table_name[q->n_tables] = "subjects";
    q->table[q->n_tables++] = file;
    MTL_TRY(mtl__file_read(&q->arena, file, MTL__TSV_MAX_BYTES, &data, &length, err));
    MTL_TRY(mtl__sheet_decode(&text, &n, &q->arena, file, data, length, err));
    MTL_TRY(mtl__sheet_cut(&t->sheet, &q->arena, file, text, NULL, err));
    if (t->sheet.n_rows < 2)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL,
                            "no subjects: a header line with 'sample' and '%.60s' and a line for "
                            "each sample are needed",
                            q->o.group);
    MTL_TRY(find_column(&t->sheet, "sample", &t->sample, true, err));
    MTL_TRY(find_column(&t->sheet, "subject", &t->subject, false, err));
    return find_column(&t->sheet, q->o.group, &t->group, true, err);
}

static bool is_reference(const char *name)
{
    return strcmp(name, "0") == 0 || strcmp(name, "no") == 0 || strcmp(name, "control") == 0 ||
           strcmp(name, "controls") == 0;
}

/* Two names of groups; the ratio is of the second to the first. */
static int find_groups(const table *t, const char *name[2], mtl_error *err)
{
    int n = 0;
    for (int row = 1; row < t->sheet.n_rows; row++) {
        const char *g = mtl__sheet_get(&t->sheet, row, t->group);
        if (!g[0] || (n > 0 && strcmp(g, name[0]) == 0) || (n > 1 && strcmp(g, name[1]) == 0))
            continue;
        if (n == 2)
            return mtl__sheet_fail(&t->sheet, row, t->group, err, MTL_ERR_VALUE,
                                   mtl__sheet_get(&t->sheet, 0, t->group),
                                   "'%.40s' is a third group, after '%.40s' and '%.40s'; two can "
                                   "be compared",
                                   g, name[0], name[1]);
        name[n++] = g;
    }
    if (n < 2)
        return mtl__sheet_fail(&t->sheet, 0, t->group, err, MTL_ERR_VALUE,
                               mtl__sheet_get(&t->sheet, 0, t->group),
                               "all subjects are in one group");
    const bool swap =
        is_reference(name[1]) || (!is_reference(name[0]) && strcmp(name[1], name[0]) < 0);
    if (swap) {
        const char *other = name[0];
        name[0] = name[1];
        name[1] = other;
    }
    return MTL_OK;
}

static bool on_a_plate(const mtl_quantify *q, const char *sample)
{
    for (int i = 0; i < q->n_plates; i++)
        for (int k = 0; k < q->plate[i].n_samples; k++)
            if (strcmp(q->plate[i].sample[k].name, sample) == 0)
                return true;
    return false;
}

static int read_subject(mtl_quantify *q, table *t, int row, mtl_error *err)
{
    const char *sample = mtl__sheet_get(&t->sheet, row, t->sample);
    const char *group = mtl__sheet_get(&t->sheet, row, t->group);
    const char *name = t->subject >= 0 ? mtl__sheet_get(&t->sheet, row, t->subject) : sample;
    bool made;
    if (!on_a_plate(q, sample))
        return mtl__sheet_fail(&t->sheet, row, t->sample, err, MTL_ERR_NAME, "sample",
                               "no plate has a sample '%.60s'", sample);
    const int k = mtl__names_find(&t->subjects, name, true, &made);
    const int g = !group[0] ? -1 : strcmp(group, t->name[0]) == 0 ? 0 : 1;
    if (k < 0)
        return mtl__nomem(err);
    if (!made && t->subject < 0)
        return mtl__sheet_fail(&t->sheet, row, t->sample, err, MTL_ERR_DUPLICATE, "sample",
                               "'%.60s' stands in line %d too", sample, t->of[k].line);
    if (!made && t->of[k].group != g)
        return mtl__sheet_fail(&t->sheet, row, t->group, err, MTL_ERR_VALUE, q->o.group,
                               "subject '%.60s' was in another group in line %d", name,
                               t->of[k].line);
    if (made)
        t->of[k] = (subject){name, g, t->sheet.row[row].line};
    return MTL_OK;
}

/* Row of the table that names this sample, -1. */
static int row_of(const table *t, const char *sample)
{
    for (int row = 1; row < t->sheet.n_rows; row++)
        if (strcmp(mtl__sheet_get(&t->sheet, row, t->sample), sample) == 0)
            return row;
    return -1;
}

typedef struct sums {
    double *count, *geq, *group; /* [subjects] */
} sums;

static int sum_up(mtl_quantify *q, table *t, const char *targets, sums *s, mtl_error *err)
{
    const size_t n = (size_t)t->subjects.n + 1;
    s->count = mtl__arena_alloc(&q->arena, n * sizeof *s->count);
    s->geq = mtl__arena_alloc(&q->arena, n * sizeof *s->geq);
    s->group = mtl__arena_alloc(&q->arena, n * sizeof *s->group);
    if (!s->count || !s->geq || !s->group)
        return mtl__nomem(err);
    for (int i = 0; i < q->n_rows; i++) {
        const mtl_quantify_row *r = &q->row[i];
        const int row = strcmp(r->targets, targets) == 0 ? row_of(t, r->sample) : -1;
        if (row < 0 || !(r->genomes > 0))
            continue;
        const char *name = mtl__sheet_get(&t->sheet, row, t->subject >= 0 ? t->subject : t->sample);
        const int k = mtl__names_find(&t->subjects, name, false, NULL);
        if (k < 0)
            continue;
        s->count[k] += r->per_1e6 > 0 ? r->per_1e6 * r->genomes / 1e6 : 0;
        s->geq[k] += r->genomes;
    }
    return MTL_OK;
}

/* Subjects that were tested and have a group move to the front; returns their number. */
static int gather(const table *t, sums *s, mtl__groups *g)
{
    int n = 0;
    for (int k = 0; k < t->subjects.n; k++) {
        const int group = t->of[k].group;
        if (group < 0 || !(s->geq[k] > 0))
            continue;
        g->subjects[group]++;
        g->counted[group] += s->count[k];
        g->genomes[group] += s->geq[k];
        s->count[n] = s->count[k];
        s->geq[n] = s->geq[k];
        s->group[n++] = group;
    }
    return n;
}

static int compare(mtl_quantify *q, table *t, const char *targets, mtl_error *err)
{
    mtl__groups *g = &q->groups[q->n_groups];
    mtl__nb nb;
    sums s;
    *g = (mtl__groups){.target = targets, .name = {t->name[0], t->name[1]}};
    MTL_TRY(sum_up(q, t, targets, &s, err));
    const int n = gather(t, &s, g);
    if (g->subjects[0] < 2 || g->subjects[1] < 2) {
        mtl__str_printf(&q->remarks,
                        "%s: not compared: %d and %d subjects with known genomes tested are too "
                        "few\n",
                        targets, g->subjects[0], g->subjects[1]);
        return MTL_OK;
    }
    MTL_TRY(mtl__nb_rate_ratio(&nb, n, s.count, s.geq, 1, s.group, q->o.level, err));
    g->ratio = nb.ratio[1];
    g->low = nb.low[1];
    g->high = nb.high[1];
    g->p = nb.p[1];
    g->dispersion = nb.dispersion;
    g->no_end = nb.no_end;
    q->n_groups++;
    return MTL_OK;
}

int mtl__quantify_subjects(mtl_quantify *q, mtl_error *err)
{
    table t = {.subjects = {.arena = &q->arena}};
    mtl__names targets = {.arena = &q->arena};
    if (!q->o.subjects)
        return MTL_OK;
    MTL_TRY(read_table(q, &t, err));
    MTL_TRY(find_groups(&t, t.name, err));
    t.of = mtl__arena_alloc(&q->arena, (size_t)t.sheet.n_rows * sizeof *t.of);
    q->groups = mtl__arena_alloc(&q->arena, ((size_t)q->n_rows + 1) * sizeof *q->groups);
    if (!t.of || !q->groups)
        return mtl__nomem(err);
    for (int row = 1; row < t.sheet.n_rows; row++)
        MTL_TRY(read_subject(q, &t, row, err));
    for (int i = 0; i < q->n_rows; i++)
        if (mtl__names_find(&targets, q->row[i].targets, true, NULL) < 0)
            return mtl__nomem(err);
    for (int i = 0; i < targets.n; i++)
        MTL_TRY(compare(q, &t, targets.name[i], err));
    return MTL_OK;
}
