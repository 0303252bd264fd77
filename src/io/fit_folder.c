/* SPDX-License-Identifier: MIT */
/* The fit of a folder of targets: reads fit.tsv (what may be moved), loads the targets, lets fit/
   do the work, and writes a table of parameters with the fitted values in place. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"
#include "io/atomic_file.h"
#include "io/fit_folder.h"
#include "io/tsv.h"

enum { C_NAME, C_ROLE, C_WHEN, C_PRIOR, C_LNSD, C_LOW, C_HIGH, C_ROWS, C_NOTE, N_C };
static const char *const column[N_C] = {"name", "role", "when", "prior_median", "prior_lnsd",
                                        "low",  "high", "rows", "note"};

/* ---------------------------------------------------------------- fit.tsv */
/* The logarithm of a positive number; NaN for an empty cell where that is allowed. */
static int read_log(const mtl__tsv *t, int row, int c, bool needed, double *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, c);
    double x;
    *out = NAN;
    if (!text[0] && !needed)
        return MTL_OK;
    if (mtl__parse_double(text, &x) < 0 || !(x > 0.0))
        return mtl__tsv_fail(t, row, c, err, MTL_ERR_VALUE, "'%s' is not a positive number", text);
    *out = mtl__log(x);
    return MTL_OK;
}

static int read_prior(mtl_fit *f, const mtl__tsv *t, int row, mtl__fit_param *p, mtl_error *err)
{
    double ln_sd;
    MTL_TRY(read_log(t, row, C_PRIOR, false, &p->prior_at, err));
    MTL_TRY(read_log(t, row, C_LNSD, false, &ln_sd, err));
    p->prior_sd = isnan(ln_sd) ? NAN : mtl__exp(ln_sd);
    if (isnan(p->prior_at) != isnan(p->prior_sd))
        return mtl__tsv_fail(t, row, C_LNSD, err, MTL_ERR_VALUE,
                             "a prior needs both its median and its spread");
    if (p->role != MTL__FIT_STUDY)
        return MTL_OK;
    double log10_sd;
    MTL_TRY(mtl__model_value(f->m, "assay.study.scale", &log10_sd, err));
    p->prior_at = 0.0;
    p->prior_sd = log10_sd * 2.302585092994046;
    return MTL_OK;
}

static int read_role(const mtl__tsv *t, int row, mtl__fit_param *p, mtl_error *err)
{
    static const char *const role[] = {"fit", "scan", "study"};
    const char *text = mtl__tsv_get(t, row, C_ROLE);
    for (int i = 0; i < 3; i++)
        if (strcmp(text, role[i]) == 0) {
            p->role = (enum mtl__fit_role)i;
            return MTL_OK;
        }
    return mtl__tsv_fail(t, row, C_ROLE, err, MTL_ERR_NAME, "'%s' is not fit, scan, study or apart",
                         text);
}

/* Every row that a study factor names must be a row that is fitted. */
static int check_rows(const mtl_fit *f, const mtl__tsv *t, int row, const char *rows,
                      mtl_error *err)
{
    for (const char *p = rows; *p; p += strspn(p, ", ")) {
        const size_t len = strcspn(p, ", ");
        bool known = false;
        for (int i = 0; i < f->r->n_evidence && !known; i++)
            known = strlen(f->r->evidence[i].id) == len &&
                    strncmp(f->r->evidence[i].id, p, len) == 0 &&
                    strcmp(f->r->evidence[i].use, "fit") == 0;
        if (!known)
            return mtl__tsv_fail(t, row, C_ROWS, err, MTL_ERR_NAME,
                                 "'%.*s' is not a row of evidence that is fitted", (int)len, p);
        p += len;
    }
    return MTL_OK;
}

/* A line of role "apart": rows that are compared and never enter. */
static int read_apart(mtl_fit *f, const mtl__tsv *t, int row, mtl_error *err)
{
    const char *why = mtl__tsv_get(t, row, C_NOTE);
    if (!why[0])
        return mtl__tsv_fail(t, row, C_NOTE, err, MTL_ERR_VALUE,
                             "rows that are kept out need a reason");
    f->apart[f->n_apart++] = (mtl__fit_apart){mtl__tsv_get(t, row, C_ROWS), why};
    return check_rows(f, t, row, mtl__tsv_get(t, row, C_ROWS), err);
}

static int read_param(mtl_fit *f, const mtl__tsv *t, int row, mtl_error *err)
{
    mtl__fit_param *p = &f->param[f->n_params];
    mtl__when when;
    if (strcmp(mtl__tsv_get(t, row, C_ROLE), "apart") == 0)
        return read_apart(f, t, row, err);
    int ret = mtl__when_parse(f->m, mtl__tsv_get(t, row, C_WHEN), &when, err);
    if (ret < 0)
        return mtl__tsv_place(t, row, C_WHEN, err, ret);
    if (!mtl__when_holds(&when, f->m))
        return MTL_OK;
    if (f->n_params == MTL__FIT_MAX_PARAMS)
        return mtl__tsv_fail(t, row, C_NAME, err, MTL_ERR_LIMIT, "more than %d parameters",
                             MTL__FIT_MAX_PARAMS);
    *p = (mtl__fit_param){.name = mtl__tsv_get(t, row, C_NAME),
                          .note = mtl__tsv_get(t, row, C_NOTE),
                          .rows = mtl__tsv_get(t, row, C_ROWS),
                          .index = -1};
    MTL_TRY(read_role(t, row, p, err));
    MTL_TRY(read_log(t, row, C_LOW, true, &p->lo, err));
    MTL_TRY(read_log(t, row, C_HIGH, true, &p->hi, err));
    MTL_TRY(read_prior(f, t, row, p, err));
    if (!(p->lo < p->hi))
        return mtl__tsv_fail(t, row, C_HIGH, err, MTL_ERR_VALUE, "the bounds are in disorder");
    if (p->role == MTL__FIT_STUDY) {
        f->n_params++;
        return check_rows(f, t, row, p->rows, err);
    }
    p->index = mtl_model_find_param(f->m, p->name, err);
    if (p->index < 0)
        return mtl__tsv_place(t, row, C_NAME, err, p->index);
    const mtl__param *q = &f->m->param[p->index];
    if (!(q->value > 0.0))
        return mtl__tsv_fail(t, row, C_NAME, err, MTL_ERR_VALUE,
                             "'%s' is not positive: its logarithm cannot be fitted", p->name);
    p->start = mtl__log(q->value / q->unit.scale);
    p->start = p->start < p->lo ? p->lo : p->start > p->hi ? p->hi : p->start;
    f->n_params++;
    return MTL_OK;
}

static int read_params(mtl_fit *f, const char *dir, mtl_error *err)
{
    mtl__str path = {0};
    char *text, *name;
    size_t length;
    mtl__tsv t;
    mtl__str_printf(&path, "%s/fit.tsv", dir);
    name = path.oom ? NULL : mtl__arena_strdup(&f->arena, path.s);
    mtl__str_free(&path);
    if (!name)
        return mtl__nomem(err);
    MTL_TRY(mtl__file_read(&f->arena, name, MTL__TSV_MAX_BYTES, &text, &length, err));
    MTL_TRY(mtl__tsv_parse(&t, &f->arena, name, text, length, column, N_C, 0, err));
    f->param = mtl__arena_alloc(&f->arena, ((size_t)MTL__FIT_MAX_PARAMS) * sizeof *f->param);
    f->apart = mtl__arena_alloc(&f->arena, ((size_t)t.n_rows + 1) * sizeof *f->apart);
    if (!f->param || !f->apart)
        return mtl__nomem(err);
    for (int i = 0; i < t.n_rows; i++)
        MTL_TRY(read_param(f, &t, i, err));
    return MTL_OK;
}

/* ---------------------------------------------------------------- open, run */
static int keep_only(mtl_fit *f, const char *only, mtl_error *err)
{
    int n = 0;
    for (const char *p = only; *p; p += strspn(p, ", ")) {
        char id[64];
        const size_t len = strcspn(p, ", ");
        if (len >= sizeof id)
            return mtl__fail(err, MTL_ERR_NAME, "only", "no row of evidence has such a name");
        memcpy(id, p, len);
        id[len] = '\0';
        MTL_TRY(mtl__evidence_find(f->r, id, err));
        p += len;
    }
    for (int i = 0; i < f->r->n_targets; i++) {
        const char *id = f->r->evidence[f->r->target[i].evidence].id;
        const size_t len = strlen(id);
        bool keep = false;
        for (const char *p = strstr(only, id); p && !keep; p = strstr(p + 1, id))
            keep = (p == only || strchr(", ", p[-1])) && (!p[len] || strchr(", ", p[len]));
        if (keep)
            f->r->target[n++] = f->r->target[i];
    }
    f->r->n_targets = n;
    return n > 0 ? MTL_OK
                 : mtl__fail(err, MTL_ERR_USAGE, "only",
                             "none of these rows is held against the model");
}

static int describe(mtl_fit *f, mtl_error *err)
{
    mtl__str s = {0};
    for (int i = 0; i < f->m->n_switches; i++) {
        const mtl__switch *w = &f->m->sw[i];
        int built = 0;
        for (int k = 0; k < w->n_values; k++)
            built += w->built[k];
        if (built > 1)
            mtl__str_printf(&s, "%s%s=%s", s.len ? ", " : "", w->name, w->value[w->now]);
    }
    f->r->hypothesis = s.oom ? NULL : mtl__arena_strdup(&f->r->arena, s.s ? s.s : "");
    mtl__str_free(&s);
    return f->r->hypothesis ? MTL_OK : mtl__nomem(err);
}

static int open_fit(mtl__fit_folder *d, const char *dir, const mtl_fit_opts *o, mtl_error *err)
{
    mtl_fit *f = d->fit;
    MTL_TRY(mtl__targets_load(&d->reader, dir, f->m, err));
    f->r = d->reader.r;
    d->reader.r = NULL;
    if (o->only)
        MTL_TRY(keep_only(f, o->only, err));
    MTL_TRY(describe(f, err));
    MTL_TRY(read_params(f, dir, err));
    MTL_TRY(mtl__targets_prepare(f->r, err));
    return mtl__fit_prepare(f, err);
}

int mtl__fit_open(mtl__fit_folder *d, const char *dir, const mtl_model *m, const mtl_fit_opts *o,
                  mtl_error *err)
{
    *d = (mtl__fit_folder){.fit = mtl__fit_new()};
    if (d->fit)
        d->fit->m = mtl_model_copy(m);
    if (!d->fit || !d->fit->m) {
        mtl__fit_close(d);
        return mtl__nomem(err);
    }
    d->fit->opts = *o;
    const int ret = open_fit(d, dir, o, err);
    if (ret < 0)
        mtl__fit_close(d);
    return ret;
}

void mtl__fit_close(mtl__fit_folder *d)
{
    mtl__target_reader_free(&d->reader);
    mtl_fit_free(d->fit);
    d->fit = NULL;
}

int mtl_fit_run(mtl_fit **out, const char *dir, const mtl_model *m, const mtl_fit_opts *o,
                mtl_error *err)
{
    mtl__fit_folder d;
    *out = NULL;
    MTL_TRY(mtl__fit_open(&d, dir, m, o, err));
    int ret = mtl__fit_solve(d.fit, err);
    if (ret == MTL_OK && o->ranges)
        ret = mtl__fit_ranges(d.fit, err);
    if (ret == MTL_OK && o->ranges)
        ret = mtl__fit_flat(d.fit, err);
    mtl_fit *kept = d.fit;
    if (ret == MTL_OK) {
        for (int i = 0; i < kept->r->n_families; i++)
            kept->r->family[i].scenario = NULL;
        kept->opts = (mtl_fit_opts){.ranges = o->ranges}; /* what it pointed to may go */
        d.fit = NULL;
        *out = kept;
    }
    mtl__fit_close(&d);
    return ret;
}

/* ---------------------------------------------------------------- the table of parameters */
/* The fitted parameter that stands in this line, if the fit has moved it. */
static const mtl__fit_param *moved_in_line(const mtl_fit *f, const char *line)
{
    const size_t len = strcspn(line, "\t");
    for (int i = 0; i < f->n_params; i++) {
        const mtl__fit_param *p = &f->param[i];
        if (p->index >= 0 && p->role == MTL__FIT_MOVED && strlen(p->name) == len &&
            strncmp(p->name, line, len) == 0)
            return fabs(p->x - p->start) > MTL__FIT_KEPT ? p : NULL;
    }
    return NULL;
}

/* Three digits, "1460" rather than "1.46e+03". */
static void add_value(mtl__str *s, double x)
{
    double step = 1.0;
    if (x >= 1000.0 && x < 1e6) {
        while (x / step >= 1000.0)
            step *= 10.0;
        mtl__str_printf(s, "%.0f", floor(x / step + 0.5) * step);
    } else {
        mtl__str_printf(s, "%.3g", x);
    }
}

int mtl_fit_write_parameters(const mtl_fit *f, const char *path, mtl_error *err)
{
    mtl__arena a;
    mtl__str from = {0}, to = {0};
    char *text = NULL;
    size_t length = 0;
    mtl__arena_init(&a, 0);
    mtl__str_printf(&from, "%s/parameters.tsv", mtl_model_dir(f->m));
    int ret = from.oom ? mtl__nomem(err)
                       : mtl__file_read(&a, from.s, MTL__TSV_MAX_BYTES, &text, &length, err);
    for (const char *line = text; ret == MTL_OK && *line;) {
        const size_t n = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
        const mtl__fit_param *p = line[0] == '#' ? NULL : moved_in_line(f, line);
        const char *value = p ? line + strcspn(line, "\t") + 1 : NULL; /* name, meaning, value */
        value = value ? value + strcspn(value, "\t") + 1 : NULL;
        if (value) {
            mtl__str_addn(&to, line, (size_t)(value - line));
            add_value(&to, mtl__exp(p->x));
            value += strcspn(value, "\t");
            mtl__str_addn(&to, value, n - (size_t)(value - line));
        } else {
            mtl__str_addn(&to, line, n);
        }
        line += n;
    }
    if (ret == MTL_OK)
        ret = to.oom ? mtl__nomem(err) : mtl__atomic_write(path, to.s ? to.s : "", to.len, err);
    mtl__str_free(&from);
    mtl__str_free(&to);
    mtl__arena_free(&a);
    return ret;
}
