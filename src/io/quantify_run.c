/* SPDX-License-Identifier: MIT */
/* Carries out `matriline quantify`: plates and tables in, levels out (measure/wells.h). Each plate
   has its own standard curves; blanks of the same target on the other plates that were handed in
   count as history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_hash.h"
#include "io/quantify_parts.h"

void mtl_quantify_opts_init(mtl_quantify_opts *o)
{
    mtl__wells_opts w;
    mtl__wells_opts_init(&w);
    memset(o, 0, sizeof *o);
    o->level = w.level;
    o->alarm = w.alarm;
    o->power = w.power;
    o->whole = NAN;
    o->threads = 1;
}

const char *mtl_finding_name(enum mtl_finding f)
{
    static const char *const name[] = {"not seen", "not above blank", "found, below the LoD",
                                       "found"};
    return name[f];
}

/* ---------------------------------------------------------------- options */
static int check_opts(const mtl_quantify_opts *o, mtl_error *err)
{
    const struct {
        const char *name;
        double x;
    } share[] = {{"level", o->level}, {"alarm", o->alarm}, {"power", o->power}};
    for (size_t i = 0; i < 3; i++)
        if (!(share[i].x > 0 && share[i].x < 1))
            return mtl__fail(err, MTL_ERR_USAGE, share[i].name, "%.6g is not between 0 and 1",
                             share[i].x);
    if (!(o->background >= 0 && o->background < 10))
        return mtl__fail(err, MTL_ERR_USAGE, "background",
                         "%.6g false hits per well are not from 0 to 10", o->background);
    if (!isnan(o->whole) && !(o->whole >= 0 && o->whole <= 1))
        return mtl__fail(err, MTL_ERR_USAGE, "whole", "%.6g is not a share from 0 to 1", o->whole);
    if ((o->subjects != NULL) != (o->group != NULL))
        return mtl__fail(err, MTL_ERR_USAGE, o->subjects ? "group" : "subjects",
                         "a comparison needs both a table of subjects and the column that holds "
                         "the group");
    return MTL_OK;
}

static int read_format(const char *name, enum mtl__plate_format *out, mtl_error *err)
{
    char hint[96] = "";
    *out = MTL__PLATE_AUTO;
    for (int k = 0; name && k < MTL__N_PLATE_FORMATS; k++)
        if (strcmp(name, mtl__plate_format_name[k]) == 0) {
            *out = (enum mtl__plate_format)k;
            return MTL_OK;
        }
    if (!name)
        return MTL_OK;
    mtl__hint(hint, sizeof hint, name, MTL__N_PLATE_FORMATS, mtl__nearest_strings,
              mtl__plate_format_name);
    return mtl__fail(err, MTL_ERR_USAGE, "format", "no format is called '%.40s'%s", name, hint);
}

/* ---------------------------------------------------------------- plates in */
static int load_plates(mtl_quantify *q, const char *const *file, int n, mtl_error *err)
{
    mtl__plate_read_opts ro = {.run = q->o.run};
    MTL_TRY(read_format(q->o.format, &ro.format, err));
    q->plate = mtl__arena_alloc(&q->arena, (size_t)n * sizeof *q->plate);
    q->wells = mtl__arena_alloc(&q->arena, (size_t)n * sizeof *q->wells);
    q->sha256 = mtl__arena_alloc(&q->arena, (size_t)n * sizeof *q->sha256);
    if (!q->plate || !q->wells || !q->sha256)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            if (strcmp(file[k], file[i]) == 0)
                return mtl__fail(err, MTL_ERR_USAGE, "plate", "'%.200s' is named twice", file[i]);
        q->n_plates = i + 1;
        MTL_TRY(mtl__plate_load(&q->plate[i], &q->remarks, file[i], &ro, err));
        MTL_TRY(mtl__sha256_file(file[i], q->sha256[i], err));
    }
    return MTL_OK;
}

static int load_people(mtl_quantify *q, mtl_error *err)
{
    q->people.arena = &q->arena;
    for (int i = 0; q->s && i < q->s->n_people; i++)
        if (mtl__names_find(&q->people, q->s->person[i].name, true, NULL) < 0)
            return mtl__nomem(err);
    return MTL_OK;
}

/* Blanks of target `name` on plate p. */
static void count_blanks(const mtl__plate *p, const char *name, mtl__blank_history *h)
{
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        if (w->role != MTL__ROLE_BLANK || w->omit || strcmp(w->target, name) != 0)
            continue;
        h->wells += w->partitions > 0 ? w->partitions : 1;
        h->hits += w->partitions > 0 ? w->positive : w->ct > 0;
    }
}

/* What earlier plates and the others of this call say of each target's blanks. */
static int give_history(mtl_quantify *q, mtl_error *err)
{
    for (int i = 0; i < q->n_plates; i++) {
        mtl__plate *p = &q->plate[i];
        const size_t n = (size_t)p->n_targets * (size_t)q->n_plates + (size_t)q->n_history;
        p->history = mtl__arena_alloc(&q->arena, (n + 1) * sizeof *p->history);
        if (!p->history)
            return mtl__nomem(err);
        for (int k = 0; k < q->n_history; k++)
            p->history[p->n_history++] = q->history[k];
        for (int t = 0; t < p->n_targets; t++)
            for (int other = 0; other < q->n_plates; other++) {
                mtl__blank_history h = {.target = p->target[t].name};
                if (other != i)
                    count_blanks(&q->plate[other], h.target, &h);
                if (h.wells)
                    p->history[p->n_history++] = h;
            }
    }
    return MTL_OK;
}

static bool has_standards(const mtl__plate *p, int target)
{
    for (int i = 0; i < p->n; i++)
        if (p->reaction[i].target_index == target && p->reaction[i].role == MTL__ROLE_STANDARD &&
            !p->reaction[i].omit)
            return true;
    return false;
}

static void remark_calibrators(mtl_quantify *q, const mtl__plate *p)
{
    for (int t = 0; t < p->n_targets; t++)
        if (!p->target[t].line && !p->target[t].reference && has_standards(p, t))
            mtl__str_printf(&q->remarks,
                            "%s: the standards of %s are taken to carry one target allele per "
                            "gEq; a table of targets can say otherwise\n",
                            p->file, p->target[t].name);
}

static int prepare(mtl_quantify *q, const char *const *file, int n, mtl_error *err)
{
    MTL_TRY(load_plates(q, file, n, err));
    MTL_TRY(load_people(q, err));
    MTL_TRY(mtl__quantify_layout(q, err));
    for (int i = 0; i < n; i++)
        MTL_TRY(mtl__plate_standards(&q->plate[i], q->o.standard_unit, &q->remarks, err));
    MTL_TRY(mtl__quantify_samples(q, err));
    MTL_TRY(mtl__quantify_known(q, err));
    MTL_TRY(mtl__quantify_targets(q, err));
    MTL_TRY(mtl__quantify_blanks(q, err));
    MTL_TRY(give_history(q, err));
    for (int i = 0; i < n; i++) {
        q->plate[i].person = q->people.name;
        q->plate[i].n_people = q->people.n;
        remark_calibrators(q, &q->plate[i]);
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- rows out */
static const char *kept(mtl_quantify *q, mtl__str *s)
{
    const char *text = s->oom ? NULL : mtl__arena_strdup(&q->arena, s->s ? s->s : "");
    mtl__str_free(s);
    return text;
}

static enum mtl_finding finding_of(const mtl__level *l)
{
    if (l->hits == 0)
        return MTL_NOT_SEEN;
    if (!l->found)
        return MTL_NOT_ABOVE_BLANK;
    return l->flags & MTL__FLAG_BELOW_LOD ? MTL_FOUND_BELOW_LOD : MTL_FOUND;
}

/* Wells, or the partitions of digital wells, that a level rests on. */
static int64_t places_of(const mtl__plate *p, const mtl__level *l)
{
    int64_t partitions = 0;
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        for (int k = 0; k < l->n_targets && !w->omit && w->sample_index == l->sample; k++)
            partitions += w->target_index == l->target[k] ? w->partitions : 0;
    }
    return partitions > 0 ? partitions : l->wells;
}

static int fill_row(mtl_quantify *q, int plate, int level, mtl_quantify_row *w, mtl_error *err)
{
    const mtl__plate *p = &q->plate[plate];
    const mtl__level *l = &q->wells[plate].level[level];
    const mtl__sampled *s = &p->sample[l->sample];
    mtl__str donor = {0}, targets = {0}, flags = {0};
    for (int k = 0; k < l->n_donors; k++)
        mtl__str_printf(&donor, "%s%s", k ? " or " : "", p->person[l->donor[k]]);
    for (int k = 0; k < l->n_targets; k++)
        mtl__str_printf(&targets, "%s%s", k ? ", " : "", p->target[l->target[k]].name);
    mtl__quantify_flags(&flags, l->flags);
    *w = (mtl_quantify_row){
        .plate = p->file,
        .sample = s->name,
        .host = s->host >= 0 ? p->person[s->host] : "",
        .organ = s->organ,
        .day = s->day,
        .donor = kept(q, &donor),
        .targets = kept(q, &targets),
        .wells = places_of(p, l),
        .hits = l->hits,
        .expected_blank_hits = l->expected_blank_hits,
        .genomes = l->genomes,
        .genomes_low = l->genomes_low,
        .genomes_high = l->genomes_high,
        .per_1e6 = l->per_1e6,
        .low = l->low,
        .high = l->high,
        .per_well = l->per_well,
        .per_well_low = l->per_well_low,
        .per_well_high = l->per_well_high,
        .lob_hits = l->lob_hits,
        .lob = l->lob_per_1e6,
        .lod = l->lod_per_1e6,
        .p_blank = l->p_blank,
        .method = l->method,
        .finding = finding_of(l),
        .flags = kept(q, &flags),
    };
    return w->donor && w->targets && w->flags ? MTL_OK : mtl__nomem(err);
}

static int fill_curve(mtl_quantify *q, int plate, const mtl__curve *c, mtl_quantify_curve *w,
                      mtl_error *err)
{
    mtl__str flags = {0};
    mtl__quantify_flags(&flags, c->flags);
    *w = (mtl_quantify_curve){.plate = q->plate[plate].file,
                              .target = q->plate[plate].target[c->target].name,
                              .wells = c->n_wells,
                              .levels = c->n_levels,
                              .slope = c->slope,
                              .intercept = c->intercept,
                              .sd = c->sd,
                              .efficiency = c->efficiency,
                              .efficiency_low = c->efficiency_low,
                              .efficiency_high = c->efficiency_high,
                              .r2 = c->r2,
                              .quantity_low = c->quantity_low,
                              .quantity_high = c->quantity_high,
                              .flags = kept(q, &flags)};
    return w->flags ? MTL_OK : mtl__nomem(err);
}

static int collect(mtl_quantify *q, mtl_error *err)
{
    size_t rows = 0, curves = 0;
    for (int i = 0; i < q->n_plates; i++) {
        rows += (size_t)q->wells[i].n_levels;
        curves += (size_t)q->wells[i].n_curves;
    }
    q->row = mtl__arena_alloc(&q->arena, (rows + 1) * sizeof *q->row);
    q->row_plate = mtl__arena_alloc(&q->arena, (rows + 1) * sizeof *q->row_plate);
    q->row_level = mtl__arena_alloc(&q->arena, (rows + 1) * sizeof *q->row_level);
    q->curve = mtl__arena_alloc(&q->arena, (curves + 1) * sizeof *q->curve);
    if (!q->row || !q->row_plate || !q->row_level || !q->curve)
        return mtl__nomem(err);
    for (int i = 0; i < q->n_plates; i++) {
        for (int k = 0; k < q->wells[i].n_levels; k++) {
            q->row_plate[q->n_rows] = i;
            q->row_level[q->n_rows] = k;
            MTL_TRY(fill_row(q, i, k, &q->row[q->n_rows++], err));
        }
        for (int k = 0; k < q->wells[i].n_curves; k++)
            MTL_TRY(fill_curve(q, i, &q->wells[i].curve[k], &q->curve[q->n_curves++], err));
    }
    return MTL_OK;
}

static int carry_out(mtl_quantify *q, const char *const *file, int n, mtl_error *err)
{
    mtl__wells_opts w;
    MTL_TRY(prepare(q, file, n, err));
    mtl__wells_opts_init(&w);
    w.level = q->o.level;
    w.alarm = q->o.alarm;
    w.power = q->o.power;
    w.bayes = q->o.bayes != 0;
    w.whole = q->o.whole;
    w.threads = q->o.threads;
    if (q->o.background > 0)
        w.assumed_background = q->o.background;
    for (int i = 0; i < n; i++)
        MTL_TRY(mtl__wells_quantify(&q->wells[i], &q->plate[i], &w, err));
    MTL_TRY(collect(q, err));
    MTL_TRY(mtl__quantify_subjects(q, err));
    return q->remarks.oom ? mtl__nomem(err) : MTL_OK;
}

int mtl_quantify_run(mtl_quantify **out, const char *const *plate, int n, const mtl_scenario *s,
                     mtl_model *m, const mtl_quantify_opts *o, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!plate || n < 1 || !m || !o)
        return mtl__fail(err, MTL_ERR_USAGE, "plate", "a plate and a model are needed");
    MTL_TRY(check_opts(o, err));
    mtl_quantify *q = calloc(1, sizeof *q);
    if (!q)
        return mtl__nomem(err);
    mtl__arena_init(&q->arena, 0);
    q->s = s;
    q->m = m;
    q->o = *o;
    const int ret = carry_out(q, plate, n, err);
    if (ret < 0)
        mtl_quantify_free(q);
    else
        *out = q;
    return ret;
}

void mtl_quantify_free(mtl_quantify *q)
{
    if (!q)
        return;
    for (int i = 0; i < q->n_plates; i++) {
        mtl__plate_clear(&q->plate[i]);
        mtl__wells_clear(&q->wells[i]);
    }
    mtl_markers_free(q->known);
    mtl__str_free(&q->remarks);
    mtl__arena_free(&q->arena);
    free(q);
}

/* ---------------------------------------------------------------- access */
int mtl_quantify_n_rows(const mtl_quantify *q)
{
    return q->n_rows;
}

int mtl_quantify_row_at(const mtl_quantify *q, int i, mtl_quantify_row *out)
{
    if (i < 0 || i >= q->n_rows)
        return MTL_ERR_USAGE;
    *out = q->row[i];
    return MTL_OK;
}

int mtl_quantify_n_curves(const mtl_quantify *q)
{
    return q->n_curves;
}

int mtl_quantify_curve_at(const mtl_quantify *q, int i, mtl_quantify_curve *out)
{
    if (i < 0 || i >= q->n_curves)
        return MTL_ERR_USAGE;
    *out = q->curve[i];
    return MTL_OK;
}

const char *mtl_quantify_remarks(const mtl_quantify *q)
{
    return q->remarks.s ? q->remarks.s : "";
}
