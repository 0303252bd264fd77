/* SPDX-License-Identifier: MIT */
/* The small tables that tell what a plate does not: where what stands (layout), what a sample is,
   what a target sees, and the blanks of earlier plates. All as io/tsv.h reads them: strictly, with
   the place and the nearest name of what is wrong. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"

int mtl__quantify_table(mtl_quantify *q, mtl__tsv *t, const char *what, const char *file,
                        const char *const *columns, int n_columns, uint64_t optional,
                        mtl_error *err)
{
    char *text;
    size_t length;
    MTL_TRY(mtl__file_read(&q->arena, file, MTL__TSV_MAX_BYTES, &text, &length, err));
    q->table_name[q->n_tables] = what;
    q->table[q->n_tables++] = file;
    return mtl__tsv_parse(t, &q->arena, file, text, length, columns, n_columns, optional, err);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *plate_name(const void *ctx, int i)
{
    return base_name(((const mtl_quantify *)ctx)->plate[i].file);
}

/* The plate a row speaks of: its index, -1 for all. */
static int which_plate(mtl_quantify *q, const mtl__tsv *t, int row, int column, int *out,
                       mtl_error *err)
{
    const char *name = mtl__tsv_get(t, row, column);
    char hint[96] = "";
    *out = -1;
    if (!name[0])
        return MTL_OK;
    for (int i = 0; i < q->n_plates; i++)
        if (strcmp(name, q->plate[i].file) == 0 || strcmp(name, plate_name(q, i)) == 0) {
            *out = i;
            return MTL_OK;
        }
    mtl__hint(hint, sizeof hint, name, q->n_plates, plate_name, q);
    return mtl__tsv_fail(t, row, column, err, MTL_ERR_NAME, "no plate is called '%.60s'%s", name,
                         hint);
}

/* An optional number; `out` stays where the cell is empty. */
static int read_number(const mtl__tsv *t, int row, int column, double low, double high, double *out,
                       mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, column);
    double x;
    if (!text[0])
        return MTL_OK;
    if (mtl__parse_double(text, &x) < 0 || !(x >= low && x <= high))
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE,
                             "'%.30s' is not a number from %.3g to %.3g (with a decimal point)",
                             text, low, high);
    *out = x;
    return MTL_OK;
}

static int read_yes(const mtl__tsv *t, int row, int column, bool *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, column);
    if (strcmp(text, "yes") == 0)
        *out = true;
    else if (strcmp(text, "no") == 0)
        *out = false;
    else if (text[0])
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE, "'%.20s' is neither yes nor no",
                             text);
    return MTL_OK;
}

/* ---------------------------------------------------------------- layout */
enum { L_PLATE, L_WELL, L_SAMPLE, L_TARGET, L_ROLE, L_QUANTITY, L_OMIT, L_COLUMNS };

typedef struct range {
    int row0, column0, row1, column1;
    const char *name; /* a well without a place, by its name */
} range;

/* "A1", "A1:B12", "A1-B12", or the name of a merged well. */
static int read_range(const mtl__tsv *t, int row, range *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, L_WELL);
    const size_t n = strcspn(text, ":-");
    char first[16];
    *out = (range){.name = text};
    if (!text[0])
        return mtl__tsv_fail(t, row, L_WELL, err, MTL_ERR_VALUE, "the well is missing");
    snprintf(first, sizeof first, "%.*s", (int)(n < 15 ? n : 15), text);
    if (mtl__well_place(first, &out->row0, &out->column0) < 0)
        return mtl__tsv_fail(t, row, L_WELL, err, MTL_ERR_VALUE,
                             "'%.30s' is no well (A1) nor a block of wells (A1:B12)", text);
    out->row1 = out->row0;
    out->column1 = out->column0;
    if (text[n] && (mtl__well_place(text + n + 1, &out->row1, &out->column1) < 0 ||
                    out->row1 < out->row0 || out->column1 < out->column0))
        return mtl__tsv_fail(t, row, L_WELL, err, MTL_ERR_VALUE,
                             "'%.30s' is no block of wells, from its upper left to its lower "
                             "right one",
                             text);
    return MTL_OK;
}

static bool in_range(const range *r, const mtl__reaction *w)
{
    if (w->row < 0)
        return strcmp(r->name, w->well) == 0;
    return w->row >= r->row0 && w->row <= r->row1 && w->column >= r->column0 &&
           w->column <= r->column1;
}

static int read_role(const mtl__tsv *t, int row, int *out, mtl_error *err)
{
    static const char *const word[] = {"unknown", "standard", "blank", "control"};
    const char *text = mtl__tsv_get(t, row, L_ROLE);
    char hint[96] = "";
    *out = -1;
    for (int k = 0; k < 4 && text[0]; k++)
        if (strcmp(text, word[k]) == 0)
            *out = k;
    if (!text[0] || *out >= 0)
        return MTL_OK;
    mtl__hint(hint, sizeof hint, text, 4, mtl__nearest_strings, word);
    return mtl__tsv_fail(t, row, L_ROLE, err, MTL_ERR_NAME,
                         "'%.30s' is none of unknown, standard, blank, control%s", text, hint);
}

typedef struct layout_row {
    range wells;
    int role;
    double quantity;
    const char *sample;
} layout_row;

static int apply_layout(const mtl__tsv *t, int row, const layout_row *l, mtl__reaction *w,
                        mtl_error *err)
{
    if (l->sample[0])
        w->sample = l->sample;
    if (l->role >= 0)
        w->role = (enum mtl__role)l->role;
    if (l->role >= 0 && l->role != MTL__ROLE_STANDARD)
        w->quantity = NAN;
    if (l->quantity > 0) {
        w->quantity = l->quantity;
        w->role = MTL__ROLE_STANDARD;
    }
    return read_yes(t, row, L_OMIT, &w->omit, err);
}

/* used[k]: 1 + the row that has spoken of reaction k. */
static int layout_plate(const mtl__tsv *t, int row, const layout_row *l, mtl__plate *p, int *used,
                        int *n, mtl_error *err)
{
    const char *target = mtl__tsv_get(t, row, L_TARGET);
    for (int k = 0; k < p->n; k++) {
        mtl__reaction *w = &p->reaction[k];
        if (!in_range(&l->wells, w) || (target[0] && strcmp(target, w->target) != 0))
            continue;
        if (used[k])
            return mtl__tsv_fail(t, row, L_WELL, err, MTL_ERR_DUPLICATE,
                                 "well %.16s stands in line %d too", w->well, t->line[used[k] - 1]);
        used[k] = row + 1;
        ++*n;
        MTL_TRY(apply_layout(t, row, l, w, err));
    }
    return MTL_OK;
}

static int layout_line(mtl_quantify *q, const mtl__tsv *t, int row, int **used, mtl_error *err)
{
    layout_row l = {.quantity = NAN, .sample = mtl__tsv_get(t, row, L_SAMPLE)};
    int only, n = 0;
    MTL_TRY(which_plate(q, t, row, L_PLATE, &only, err));
    MTL_TRY(read_range(t, row, &l.wells, err));
    MTL_TRY(read_role(t, row, &l.role, err));
    MTL_TRY(read_number(t, row, L_QUANTITY, 1e-6, 1e15, &l.quantity, err));
    if (l.quantity > 0 && l.role >= 0 && l.role != MTL__ROLE_STANDARD)
        return mtl__tsv_fail(t, row, L_QUANTITY, err, MTL_ERR_VALUE,
                             "only a standard has a quantity");
    for (int i = 0; i < q->n_plates; i++)
        if (only < 0 || only == i)
            MTL_TRY(layout_plate(t, row, &l, &q->plate[i], used[i], &n, err));
    if (n == 0)
        return mtl__tsv_fail(t, row, L_WELL, err, MTL_ERR_NAME,
                             "the plate has no well %.30s%s%.40s", mtl__tsv_get(t, row, L_WELL),
                             mtl__tsv_get(t, row, L_TARGET)[0] ? " with the target " : "",
                             mtl__tsv_get(t, row, L_TARGET));
    return MTL_OK;
}

int mtl__quantify_layout(mtl_quantify *q, mtl_error *err)
{
    static const char *const columns[L_COLUMNS] = {"plate", "well",     "sample", "target",
                                                   "role",  "quantity", "omit"};
    mtl__tsv t;
    if (!q->o.layout)
        return MTL_OK;
    MTL_TRY(mtl__quantify_table(q, &t, "layout", q->o.layout, columns, L_COLUMNS,
                                ((1u << L_COLUMNS) - 1) & ~(1u << L_WELL), err));
    int **used = mtl__arena_alloc(&q->arena, (size_t)q->n_plates * sizeof *used);
    if (!used)
        return mtl__nomem(err);
    for (int i = 0; i < q->n_plates; i++) {
        used[i] = mtl__arena_alloc(&q->arena, ((size_t)q->plate[i].n + 1) * sizeof *used[i]);
        if (!used[i])
            return mtl__nomem(err);
    }
    for (int row = 0; row < t.n_rows; row++)
        MTL_TRY(layout_line(q, &t, row, used, err));
    for (int i = 0; i < q->n_plates; i++)
        MTL_TRY(mtl__plate_index(&q->plate[i], err));
    return MTL_OK;
}

/* ---------------------------------------------------------------- people */
int mtl__quantify_person(mtl_quantify *q, const mtl__tsv *t, int row, int column, const char *name,
                         int *out, mtl_error *err)
{
    char hint[96] = "";
    *out = mtl__names_find(&q->people, name, q->s == NULL, NULL);
    if (*out >= 0)
        return MTL_OK;
    if (!q->s)
        return mtl__nomem(err);
    mtl__person_hint(q->s, name, hint, sizeof hint);
    return mtl__tsv_fail(t, row, column, err, MTL_ERR_NAME, "nobody is called '%.60s'%s", name,
                         hint);
}

/* ---------------------------------------------------------------- samples */
enum { S_PLATE, S_SAMPLE, S_PERSON, S_ORGAN, S_DATE, S_GENOMES, S_SD, S_DILUTION, S_COLUMNS };

static int sample_row(mtl_quantify *q, const mtl__tsv *t, int row, mtl__sampled *s, mtl_error *err)
{
    const char *person = mtl__tsv_get(t, row, S_PERSON);
    if (s->line)
        return mtl__tsv_fail(t, row, S_SAMPLE, err, MTL_ERR_DUPLICATE,
                             "sample '%.60s' stands in line %d too", s->name, s->line);
    s->line = t->line[row];
    s->organ = mtl__tsv_get(t, row, S_ORGAN);
    if (person[0])
        MTL_TRY(mtl__quantify_person(q, t, row, S_PERSON, person, &s->host, err));
    MTL_TRY(mtl__tsv_date(t, row, S_DATE, &s->day, err));
    MTL_TRY(read_number(t, row, S_GENOMES, 1e-3, 1e12, &s->genomes_per_well, err));
    MTL_TRY(read_number(t, row, S_SD, 0, 3, &s->genomes_sd, err));
    return read_number(t, row, S_DILUTION, 1e-9, 1e9, &s->dilution, err);
}

/* Sample i of all plates together, for the hint. */
static const char *sample_name(const void *ctx, int i)
{
    const mtl_quantify *q = ctx;
    int p = 0;
    while (i >= q->plate[p].n_samples)
        i -= q->plate[p++].n_samples;
    return q->plate[p].sample[i].name;
}

static int unknown_sample(const mtl_quantify *q, const mtl__tsv *t, int row, mtl_error *err)
{
    char hint[160] = "";
    int n = 0;
    for (int i = 0; i < q->n_plates; i++)
        n += q->plate[i].n_samples;
    mtl__hint(hint, sizeof hint, mtl__tsv_get(t, row, S_SAMPLE), n, sample_name, q);
    return mtl__tsv_fail(t, row, S_SAMPLE, err, MTL_ERR_NAME, "no plate has a sample '%.60s'%s",
                         mtl__tsv_get(t, row, S_SAMPLE), hint);
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Whose name a sample's begins with, followed by anything but a letter or digit: the longest. */
static int host_by_name(const mtl_quantify *q, const char *sample)
{
    int best = -1;
    size_t longest = 0;
    for (int i = 0; i < q->people.n; i++) {
        const char *name = q->people.name[i];
        size_t k = 0;
        while (name[k] && lower(name[k]) == lower(sample[k]))
            k++;
        const char next = lower(sample[k]);
        if (name[k] || (next >= 'a' && next <= 'z') || (next >= '0' && next <= '9') || k <= longest)
            continue;
        longest = k;
        best = i;
    }
    return best;
}

int mtl__quantify_samples(mtl_quantify *q, mtl_error *err)
{
    static const char *const columns[S_COLUMNS] = {
        "plate", "sample", "person", "organ", "date", "genomes_per_well", "genomes_sd", "dilution"};
    mtl__tsv t;
    for (int i = 0; i < q->n_plates && q->s; i++)
        for (int k = 0; k < q->plate[i].n_samples; k++)
            q->plate[i].sample[k].host = host_by_name(q, q->plate[i].sample[k].name);
    if (!q->o.samples)
        return MTL_OK;
    MTL_TRY(mtl__quantify_table(q, &t, "samples", q->o.samples, columns, S_COLUMNS,
                                ((1u << S_COLUMNS) - 1) & ~(1u << S_SAMPLE), err));
    for (int row = 0; row < t.n_rows; row++) {
        int only, found = 0;
        MTL_TRY(which_plate(q, &t, row, S_PLATE, &only, err));
        for (int i = 0; i < q->n_plates; i++)
            for (int k = 0; k < q->plate[i].n_samples && (only < 0 || only == i); k++) {
                mtl__sampled *s = &q->plate[i].sample[k];
                if (strcmp(s->name, mtl__tsv_get(&t, row, S_SAMPLE)) != 0)
                    continue;
                MTL_TRY(sample_row(q, &t, row, s, err));
                found++;
            }
        if (!found)
            return unknown_sample(q, &t, row, err);
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- targets */
enum { T_TARGET, T_REFERENCE, T_ASSAY, T_COPIES, T_FRAGMENTS, T_CALIBRATOR, T_CARRIERS, T_COLUMNS };

/* 0, 1 or 2 copies; "?": carries it, one or two not known; "a/b/c": the chances of 0, 1 and 2. */
static int read_copies(const char *text, double chance[3])
{
    double sum = 0;
    char part[32];
    memset(chance, 0, 3 * sizeof *chance);
    if (strcmp(text, "?") == 0) {
        chance[1] = chance[2] = 0.5;
        return MTL_OK;
    }
    if (text[0] >= '0' && text[0] <= '2' && !text[1]) {
        chance[text[0] - '0'] = 1;
        return MTL_OK;
    }
    for (int k = 0; k < 3; k++) {
        const size_t n = strcspn(text, "/");
        if (n >= sizeof part || (k < 2) != (text[n] == '/'))
            return MTL_ERR_VALUE;
        memcpy(part, text, n);
        part[n] = '\0';
        if (mtl__parse_double(part, &chance[k]) < 0 || chance[k] < 0)
            return MTL_ERR_VALUE;
        sum += chance[k];
        text += n + (text[n] != '\0');
    }
    if (fabs(sum - 1) > 1e-6)
        return MTL_ERR_VALUE;
    for (int k = 0; k < 3; k++)
        chance[k] /= sum;
    return MTL_OK;
}

int mtl__quantify_carriers_cell(mtl_quantify *q, mtl__target *to, const mtl__tsv *t, int row,
                                int column, mtl_error *err)
{
    const char *s = mtl__tsv_get(t, row, column);
    int n = 0;
    to->carrier = mtl__arena_alloc(&q->arena, (strlen(s) / 2 + 2) * sizeof *to->carrier);
    if (!to->carrier)
        return mtl__nomem(err);
    for (s += strspn(s, " ,;"); *s; s += strspn(s, " ,;")) {
        const size_t k = strcspn(s, " ,;");
        char *word = mtl__arena_strndup(&q->arena, s, k);
        mtl__carrier *c = &to->carrier[n];
        if (!word)
            return mtl__nomem(err);
        char *colon = strrchr(word, ':');
        if (colon)
            *colon = '\0';
        if (read_copies(colon ? colon + 1 : "?", c->chance) < 0)
            return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE,
                                 "'%.40s': copies are 0, 1, 2, ? (one or two) or three chances "
                                 "that sum to 1, as 0.5/0.5/0",
                                 colon + 1);
        MTL_TRY(mtl__quantify_person(q, t, row, column, word, &c->person, err));
        for (int i = 0; i < n; i++)
            if (to->carrier[i].person == c->person)
                return mtl__tsv_fail(t, row, column, err, MTL_ERR_DUPLICATE, "%s is named twice",
                                     word);
        n++;
        s += k;
    }
    to->n_carriers = n;
    return MTL_OK;
}

static int assay_numbers(mtl_quantify *q, const mtl__tsv *t, int row, mtl__target *to,
                         mtl_error *err)
{
    const char *name = mtl__tsv_get(t, row, T_ASSAY);
    const char *known[128];
    int n = 0;
    char hint[96] = "";
    if (!name[0])
        return MTL_OK;
    for (int i = 0; i < q->m->n_assays; i++) {
        const mtl__assay_def *a = &q->m->assay[i];
        if (strcmp(a->name, name) == 0) {
            to->copies = mtl__expr_value(&a->copies, q->m);
            to->fragments = mtl__expr_value(&a->fragments, q->m);
            return MTL_OK;
        }
        if (n < 128)
            known[n++] = a->name;
    }
    mtl__hint(hint, sizeof hint, name, n, mtl__nearest_strings, known);
    return mtl__tsv_fail(t, row, T_ASSAY, err, MTL_ERR_NAME, "the model has no assay '%.60s'%s",
                         name, hint);
}

static int target_row(mtl_quantify *q, const mtl__tsv *t, int row, mtl__target *to, mtl_error *err)
{
    if (to->line)
        return mtl__tsv_fail(t, row, T_TARGET, err, MTL_ERR_DUPLICATE,
                             "target '%.60s' stands in line %d too", to->name, to->line);
    to->line = t->line[row];
    MTL_TRY(read_yes(t, row, T_REFERENCE, &to->reference, err));
    if (to->reference)
        to->calibrator = 2;
    MTL_TRY(assay_numbers(q, t, row, to, err));
    MTL_TRY(read_number(t, row, T_COPIES, 1e-3, 1e6, &to->copies, err));
    MTL_TRY(read_number(t, row, T_FRAGMENTS, 1e-3, 1e6, &to->fragments, err));
    MTL_TRY(read_number(t, row, T_CALIBRATOR, 1, 2, &to->calibrator, err));
    if (to->fragments > to->copies)
        return mtl__tsv_fail(t, row, T_FRAGMENTS, err, MTL_ERR_VALUE,
                             "more fragments (%.3g) than copies (%.3g) per target allele",
                             to->fragments, to->copies);
    if (to->reference && mtl__tsv_get(t, row, T_CARRIERS)[0])
        return mtl__tsv_fail(t, row, T_CARRIERS, err, MTL_ERR_VALUE,
                             "a reference gene is in everybody: it has no carriers");
    return mtl__quantify_carriers_cell(q, to, t, row, T_CARRIERS, err);
}

static const char *target_name(const void *ctx, int i)
{
    const mtl_quantify *q = ctx;
    int p = 0;
    while (i >= q->plate[p].n_targets)
        i -= q->plate[p++].n_targets;
    return q->plate[p].target[i].name;
}

int mtl__quantify_targets(mtl_quantify *q, mtl_error *err)
{
    static const char *const columns[T_COLUMNS] = {"target",    "reference",  "assay",   "copies",
                                                   "fragments", "calibrator", "carriers"};
    mtl__tsv t = {0};
    if (q->o.targets)
        MTL_TRY(mtl__quantify_table(q, &t, "targets", q->o.targets, columns, T_COLUMNS,
                                    ((1u << T_COLUMNS) - 1) & ~(1u << T_TARGET), err));
    for (int row = 0; row < t.n_rows; row++) {
        const char *name = mtl__tsv_get(&t, row, T_TARGET);
        int found = 0, all = 0;
        for (int i = 0; i < q->n_plates; i++)
            for (int k = 0; k < q->plate[i].n_targets; k++, all++)
                if (strcmp(q->plate[i].target[k].name, name) == 0) {
                    MTL_TRY(target_row(q, &t, row, &q->plate[i].target[k], err));
                    found++;
                }
        if (!found) {
            char hint[160] = "";
            mtl__hint(hint, sizeof hint, name, all, target_name, q);
            return mtl__tsv_fail(&t, row, T_TARGET, err, MTL_ERR_NAME,
                                 "no plate has a target '%.60s'%s", name, hint);
        }
    }
    for (int i = 0; i < q->n_plates; i++)
        for (int k = 0; k < q->plate[i].n_targets; k++)
            MTL_TRY(mtl__quantify_setup(q, &q->plate[i], &q->plate[i].target[k],
                                        q->plate[i].target[k].line > 0, err));
    return MTL_OK;
}

/* ---------------------------------------------------------------- blanks of earlier plates */
int mtl__quantify_blanks(mtl_quantify *q, mtl_error *err)
{
    enum { B_TARGET, B_WELLS, B_HITS, B_NOTE, B_COLUMNS };
    static const char *const columns[B_COLUMNS] = {"target", "wells", "hits", "note"};
    mtl__tsv t;
    if (!q->o.blanks)
        return MTL_OK;
    MTL_TRY(
        mtl__quantify_table(q, &t, "blanks", q->o.blanks, columns, B_COLUMNS, 1u << B_NOTE, err));
    q->history = mtl__arena_alloc(&q->arena, ((size_t)t.n_rows + 1) * sizeof *q->history);
    if (!q->history)
        return mtl__nomem(err);
    for (int row = 0; row < t.n_rows; row++) {
        mtl__blank_history *h = &q->history[q->n_history++];
        long long n[2];
        h->target = mtl__tsv_get(&t, row, B_TARGET);
        for (int k = 0; k < 2; k++)
            if (mtl__parse_int(mtl__tsv_get(&t, row, B_WELLS + k), &n[k]) < 0 || n[k] < 0 ||
                n[k] > 1000000000000)
                return mtl__tsv_fail(&t, row, B_WELLS + k, err, MTL_ERR_VALUE,
                                     "'%.30s' is no count", mtl__tsv_get(&t, row, B_WELLS + k));
        if (n[1] > n[0])
            return mtl__tsv_fail(&t, row, B_HITS, err, MTL_ERR_VALUE, "%lld hits in %lld wells",
                                 n[1], n[0]);
        h->wells = n[0];
        h->hits = n[1];
    }
    return MTL_OK;
}
