/* SPDX-License-Identifier: MIT */
/* Assays of a run: set up from the model's expressions and what a scenario says of a sample, and
   drawn. A false positive rate per sample becomes one per well or partition; a volume of blood
   holds so many cells and no more. */
#include "run/run_internal.h"

#include <math.h>

_Static_assert((int)MTL__BY_QPCR == (int)MTL__QPCR && (int)MTL__BY_DPCR == (int)MTL__DPCR &&
                   (int)MTL__BY_FISH == (int)MTL__FISH && (int)MTL__BY_READS == (int)MTL__READS,
               "methods are numbered alike");

/* ---------------------------------------------------------------- one assay */
typedef struct setup {
    const mtl__world *w;
    const mtl__sample *s;
    const mtl__assay_def *a;
    double genomes, wells;
} setup;

static double value(const setup *u, const mtl__expr *e)
{
    return mtl__expr_value(e, u->w->m);
}

static double whole(double x, double low, double high)
{
    return floor(mtl__min(mtl__max(x, low), high) + 0.5);
}

/* Expected false positives of a unit, so that n of them show one with the assay's probability. */
static double false_per(const setup *u, double n)
{
    return -mtl__log1p(-mtl__min(value(u, &u->a->false_positive), 1 - 1e-12)) / n;
}

static void set_qpcr(const setup *u, mtl__qpcr *out)
{
    const mtl__assay_def *a = u->a;
    const double wells = whole(u->wells, 1, 10000);
    *out = (mtl__qpcr){
        .genomes = u->genomes,
        .wells = (int)wells,
        .fragments = value(u, &a->fragments),
        .copies = value(u, &a->copies),
        .recovery = mtl__min(1, value(u, &a->recovery)),
        .false_per_well = false_per(u, wells),
        .threshold = (int)whole(value(u, &a->threshold), 1, wells),
        .efficiency = value(u, &a->efficiency),
        .ct_one = value(u, &a->ct_one),
        .ct_sd = value(u, &a->ct_sd),
    };
}

static void set_dpcr(const setup *u, mtl__virtual *out)
{
    const mtl__assay_def *a = u->a;
    const double wells = whole(u->wells, 1, 10000);
    double partitions = wells * whole(value(u, &a->partitions), 1, 1e9);
    if (u->s->given.present)
        partitions = u->s->given.wells;
    out->dpcr = (mtl__dpcr){.genomes = u->genomes,
                            .partitions = (int64_t)partitions,
                            .fragments = value(u, &a->fragments),
                            .recovery = mtl__min(1, value(u, &a->recovery)),
                            .false_per_partition = false_per(u, partitions)};
    out->dpcr_wells = (int)wells;
    out->dpcr_threshold = (int)whole(value(u, &a->threshold), 1, partitions);
    out->partition_nl = 1e6 * value(u, &a->partition_volume); /* of mL */
}

static void set_fish(const setup *u, mtl__fish *out)
{
    const mtl__assay_def *a = u->a;
    const double cells = u->s->given.present ? u->s->given.wells : whole(u->genomes, 1, 1e12);
    *out = (mtl__fish){.cells = (int64_t)cells,
                       .sections = (int)whole(value(u, &a->sections), 1, MTL__SECTIONS_MAX),
                       .seen = value(u, &a->seen),
                       .false_per_cell = value(u, &a->false_per_cell),
                       .threshold = (int)whole(value(u, &a->threshold), 1, cells)};
}

static void set_reads(const setup *u, const mtl__reads_seen *seen, mtl__informative *out)
{
    const mtl__assay_def *a = u->a;
    *out = (mtl__informative){.genomes = u->genomes,
                              .recovery = mtl__min(1, value(u, &a->recovery)),
                              .sites = seen ? seen->sites : 0,
                              .signal = seen ? seen->signal : 0,
                              .depth = value(u, &a->depth),
                              .error = value(u, &a->error),
                              .overdispersion = value(u, &a->overdispersion),
                              .threshold = 1};
    if (mtl__informative_check(out, NULL) == 0)
        out->threshold = mtl__informative_rule(out, value(u, &a->false_positive));
}

/* What is tested: the assay's own amount, or what the scenario says. */
static int set_amount(setup *u, mtl_error *err)
{
    const mtl__sample *s = u->s;
    double cells, per_mL;
    u->wells = value(u, &u->a->wells);
    u->genomes = u->a->method == MTL__FISH
                     ? value(u, &u->a->cells) * whole(value(u, &u->a->sections), 1, 1e6)
                     : value(u, &u->a->genomes);
    if (isfinite(s->genomes))
        u->genomes = s->genomes;
    MTL_TRY(mtl__host_cells(u->w, s->person, s->organ, s->t, &cells, &per_mL, err));
    if (isfinite(s->volume_mL) && isfinite(per_mL))
        u->genomes = mtl__min(u->genomes, s->volume_mL * per_mL);
    if (s->given.present && s->given.wells > 0 && u->a->method == MTL__QPCR)
        u->wells = s->given.wells;
    if (s->given.present && s->given.geq > 0)
        u->genomes = s->given.geq;
    return 0;
}

int mtl__sample_virtual(const mtl__world *w, const mtl__sample *s, const mtl__reads_seen *seen,
                        mtl__virtual *out, mtl_error *err)
{
    setup u = {.w = w, .s = s, .a = &w->m->assay[s->assay]};
    *out = (mtl__virtual){.by = (enum mtl__method)u.a->method};
    MTL_TRY(set_amount(&u, err));
    switch (out->by) {
    case MTL__BY_DPCR:
        set_dpcr(&u, out);
        break;
    case MTL__BY_FISH:
        set_fish(&u, &out->fish);
        break;
    case MTL__BY_READS:
        set_reads(&u, seen, &out->reads);
        break;
    default:
        set_qpcr(&u, &out->qpcr);
    }
    const int ret = mtl__virtual_check(out, err);
    return ret < 0 ? mtl__fail_place(err, ret, w->s->file, s->line, s->column) : 0;
}

int mtl__sample_qpcr(const mtl__world *w, const mtl__sample *s, mtl__qpcr *out, mtl_error *err)
{
    mtl__virtual v;
    const mtl__assay_def *a = &w->m->assay[s->assay];
    if (a->method != MTL__QPCR)
        return mtl__fail_at(err, MTL_ERR_UNSUPPORTED, w->s->file, s->line, s->column, "assay",
                            "%s is not qPCR, and only qPCR is fitted and held against targets",
                            a->name);
    MTL_TRY(mtl__sample_virtual(w, s, NULL, &v, err));
    *out = v.qpcr;
    return 0;
}

/* ---------------------------------------------------------------- all of a run */
static void *room(mtl_result *r, size_t n, size_t size, int *ret, mtl_error *err)
{
    void *x = mtl__arena_alloc(&r->arena, (n + 1) * size);
    if (!x)
        *ret = mtl__nomem(err);
    return x;
}

static int room_to_show(mtl_result *r, mtl__assay_result *a, mtl_error *err)
{
    int ret = 0;
    const size_t people = (size_t)r->s->n_people;
    if (r->opts.solver == MTL_SOLVER_ANALYTIC)
        return 0;
    a->shown_donor = room(r, people, sizeof *a->shown_donor, &ret, err);
    a->shown_share = room(r, people, sizeof *a->shown_share, &ret, err);
    if (a->v.by == MTL__BY_QPCR)
        a->shown_ct = room(r, (size_t)a->v.qpcr.wells, sizeof *a->shown_ct, &ret, err);
    else if (a->v.by == MTL__BY_READS) {
        const size_t n = (size_t)r->panel[a->panel].n_sites;
        a->shown_ref = room(r, n, sizeof *a->shown_ref, &ret, err);
        a->shown_alt = room(r, n, sizeof *a->shown_alt, &ret, err);
    } else {
        const int n = a->v.by == MTL__BY_FISH ? a->v.fish.sections : a->v.dpcr_wells;
        a->shown_part = room(r, (size_t)n, sizeof *a->shown_part, &ret, err);
    }
    return ret;
}

int mtl__plan_assays(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    for (int k = 0; k < r->n_assays; k++) {
        const mtl__sample *x = &r->s->sample[k];
        mtl__assay_result *a = &r->assay[k];
        mtl__reads_seen seen = {0, 0};
        a->panel = -1;
        if (x->assay < 0)
            continue;
        if (r->m->assay[x->assay].method == MTL__READS) {
            MTL_TRY(mtl__family_panel(r, x->assay, &a->panel, err));
            MTL_TRY(mtl__family_informative(p, k, &seen, err));
        }
        MTL_TRY(mtl__sample_virtual(p->world, x, &seen, &a->v, err));
        a->qpcr = a->v.qpcr;
        a->lod = mtl__virtual_lod(&a->v, 0.95);
        MTL_TRY(room_to_show(r, a, err));
        if (!x->given.present)
            continue;
        a->has_given = true;
        if (mtl__virtual_read(&a->v, x->given.hits, &a->given) < 0)
            return mtl__fail_at(err, MTL_ERR_VALUE, r->s->file, x->line, x->column, "reading",
                                "%d hits of %.0f %s cannot be read", x->given.hits,
                                mtl__virtual_units(&a->v), mtl__method_unit(a->v.by));
    }
    return 0;
}

int mtl__sample_draw(mtl__plan *p, int k, const mtl__tube *tube, mtl__rng *rng, bool *positive)
{
    mtl__assay_result *a = &p->r->assay[k];
    const mtl__virtual *v = tube->v;
    int64_t units = 0;
    for (int d = 0; tube->shown && d < tube->seen->n_donors; d++) {
        a->shown_donor[d] = tube->donor[d];
        a->shown_share[d] = tube->seen->fraction[d];
        a->n_shown = d + 1;
    }
    if (v->by == MTL__BY_QPCR) {
        int hits;
        double ct_mean;
        MTL_TRY(mtl__qpcr_draw(&v->qpcr, tube->seen, rng, tube->shown ? a->shown_ct : NULL, &hits,
                               &ct_mean));
        units = hits;
        if (tube->shown) {
            MTL_TRY(mtl__qpcr_read(&v->qpcr, hits, &a->shown));
            a->shown.ct_mean = ct_mean;
        }
    } else if (v->by == MTL__BY_READS) {
        MTL_TRY(mtl__family_reads(p, k, tube, rng, &units));
    } else {
        MTL_TRY(mtl__virtual_draw(v, tube->seen, NULL, rng, &units));
    }
    *positive = units >= mtl__virtual_threshold(v);
    if (!tube->shown || v->by == MTL__BY_QPCR)
        return 0;
    if (v->by == MTL__BY_DPCR)
        mtl__spread_evenly(rng, v->dpcr.partitions, v->dpcr_wells, units, a->shown_part);
    if (v->by == MTL__BY_FISH)
        mtl__spread_evenly(rng, v->fish.cells, v->fish.sections, units, a->shown_part);
    return mtl__virtual_read(v, units, &a->shown);
}
