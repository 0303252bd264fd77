/* SPDX-License-Identifier: MIT */
/* A plate from end to end: a standard curve per target (curve.c), the background of each target
   from its blanks on this plate and before (wells_laws.c), the genomes of each sample
   (wells_genomes.c), who could be in it (wells_sample.c), and then one joint likelihood per sample
   (wells_joint.c, tables of wells_table.c) with one level per donor or set of donors
   (wells_level.c). What a referee would want to be told is a flag, never a refusal. */
#include "measure/wells.h"

#include <math.h>
#include <string.h>

#include "measure/curve.h"

enum { GRID = 61 };

void mtl__wells_opts_init(mtl__wells_opts *o)
{
    *o = (mtl__wells_opts){.level = 0.95,
                           .alarm = 0.05,
                           .power = 0.95,
                           .assumed_background = 0.01,
                           .assumed_ct_sd = 0.3,
                           .whole = (double)NAN};
}

void mtl__wells_clear(mtl__wells *w)
{
    mtl__arena_free(&w->arena);
    *w = (mtl__wells){0};
}

static int check(const mtl__plate *p, const mtl__wells_opts *o, mtl_error *err)
{
    if (!(o->level > 0.5 && o->level < 1.0))
        return mtl__fail(err, MTL_ERR_VALUE, "level", "level is %g; it must lie in (0.5, 1)",
                         o->level);
    if (!(o->alarm > 0.0 && o->alarm < 0.5))
        return mtl__fail(err, MTL_ERR_VALUE, "alarm", "alarm is %g; it must lie in (0, 0.5)",
                         o->alarm);
    if (!(o->power > 0.5 && o->power < 1.0))
        return mtl__fail(err, MTL_ERR_VALUE, "power", "power is %g; it must lie in (0.5, 1)",
                         o->power);
    if (!(o->assumed_background >= 0.0 && o->assumed_background <= 10.0))
        return mtl__fail(err, MTL_ERR_VALUE, "assumed_background",
                         "assumed background is %g; it must lie between 0 and 10 hits per well",
                         o->assumed_background);
    if (!(o->assumed_ct_sd > 0.0 && o->assumed_ct_sd <= 5.0))
        return mtl__fail(err, MTL_ERR_VALUE, "assumed_ct_sd",
                         "assumed scatter of Ct is %g; it must lie in (0, 5]", o->assumed_ct_sd);
    if (!isnan(o->whole) && !(o->whole >= 0.0 && o->whole <= 1.0))
        return mtl__fail(err, MTL_ERR_VALUE, "whole", "share is %g; it must lie in [0, 1]",
                         o->whole);
    for (int t = 0; t < p->n_targets; t++) {
        const mtl__target *x = &p->target[t];
        if (!(x->fragments > 0.0 && x->fragments <= x->copies * (1.0 + 1e-9) && x->copies <= 1e4 &&
              x->calibrator > 0.0))
            return mtl__fail_at(err, MTL_ERR_VALUE, p->file, x->line, 0, x->name,
                                "fragments %g, copies %g, calibrator %g of target '%s': copies may "
                                "be at most 10000, fragments above 0 and at most the copies, the "
                                "calibrator above 0",
                                x->fragments, x->copies, x->calibrator, x->name);
    }
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        if (r->partitions < 0 || r->positive < 0 || r->positive > r->partitions)
            return mtl__fail_at(err, MTL_ERR_VALUE, p->file, r->line, 0, "positive",
                                "well %s: %lld positive of %lld partitions", r->well,
                                (long long)r->positive, (long long)r->partitions);
        if (isinf(r->ct))
            return mtl__fail_at(err, MTL_ERR_VALUE, p->file, r->line, 0, "ct",
                                "well %s: the Ct is infinite", r->well);
    }
    return 0;
}

/* ---------------------------------------------------------------- curves */
static int make_curves(mtl__wells *w, const mtl__plate *p, const mtl__wells_opts *o, mtl_error *err)
{
    mtl__standard *s = mtl__arena_alloc(&w->arena, ((size_t)p->n + 1) * sizeof *s);
    w->curve = mtl__arena_alloc(&w->arena, ((size_t)p->n_targets + 1) * sizeof *w->curve);
    if (!s || !w->curve)
        return mtl__nomem(err);
    for (int t = 0; t < p->n_targets; t++) {
        const mtl__target *x = &p->target[t];
        int n = 0;
        for (int i = 0; i < p->n; i++) {
            const mtl__reaction *r = &p->reaction[i];
            if (!r->omit && r->role == MTL__ROLE_STANDARD && r->target_index == t &&
                r->partitions == 0 && r->quantity > 0.0)
                s[n++] = (mtl__standard){r->quantity, r->ct};
        }
        if (n == 0)
            continue;
        mtl__curve *c = &w->curve[w->n_curves++];
        *c = (mtl__curve){.target = t};
        mtl__curve_fit(c, s, n, x->calibrator * x->fragments, x->copies / x->fragments,
                       o->assumed_ct_sd);
    }
    return 0;
}

/* ---------------------------------------------------------------- background */
static int make_background(mtl__wells *w, const mtl__plate *p, const mtl__wells_opts *o,
                           mtl_error *err)
{
    const size_t n = (size_t)p->n_targets + 1;
    w->blank_wells = mtl__arena_alloc(&w->arena, n * sizeof *w->blank_wells);
    w->blank_hits = mtl__arena_alloc(&w->arena, n * sizeof *w->blank_hits);
    w->background = mtl__arena_alloc(&w->arena, n * sizeof *w->background);
    w->background_shape = mtl__arena_alloc(&w->arena, n * sizeof *w->background);
    w->background_rate = mtl__arena_alloc(&w->arena, n * sizeof *w->background);
    if (!w->blank_wells || !w->blank_hits || !w->background || !w->background_shape ||
        !w->background_rate)
        return mtl__nomem(err);
    for (int t = 0; t < p->n_targets; t++) {
        int64_t wells = 0, hits = 0;
        bool digital = false;
        for (int i = 0; i < p->n; i++) {
            const mtl__reaction *r = &p->reaction[i];
            if (r->omit || r->target_index != t)
                continue;
            digital = digital || r->partitions > 0;
            if (r->role == MTL__ROLE_BLANK) {
                wells += r->partitions > 0 ? r->partitions : 1;
                hits += r->partitions > 0 ? r->positive : !isnan(r->ct);
            }
        }
        for (int i = 0; i < p->n_history; i++)
            if (!strcmp(p->history[i].target, p->target[t].name)) {
                wells += p->history[i].wells;
                hits += p->history[i].hits;
            }
        mtl__background b = wells > 0 ? mtl__background_of(wells, hits)
                            : digital ? mtl__background_assumed(o->assumed_background / 2e4)
                                      : mtl__background_assumed(o->assumed_background);
        w->blank_wells[t] = (int)mtl__min((double)wells, 2e9);
        w->blank_hits[t] = (int)mtl__min((double)hits, 2e9);
        w->background[t] = mtl__background_mean(&b);
        w->background_shape[t] = b.shape;
        w->background_rate[t] = b.rate;
    }
    return 0;
}

/* ---------------------------------------------------------------- levels */
/* Distinct wells of a set of targets, for the genomes that were looked at. */
static int wells_of(const mtl__plate *p, const mtl__sets *s, int set, int sample)
{
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        bool mine = false, before = false;
        for (int t = 0; t < s->n_targets; t++)
            mine = mine || (s->covers[set * s->n_targets + t] &&
                            mtl__reaction_counts(&p->reaction[i], sample, s->target[t]));
        if (!mine)
            continue;
        for (int k = 0; k < i && !before; k++)
            for (int t = 0; t < s->n_targets; t++)
                before = before || (s->covers[set * s->n_targets + t] &&
                                    mtl__reaction_counts(&p->reaction[k], sample, s->target[t]) &&
                                    !strcmp(p->reaction[k].well, p->reaction[i].well));
        n += !before;
    }
    return n;
}

static unsigned target_flags(const mtl__wells *w, const mtl__plate *p, int t)
{
    unsigned flags = 0;
    int64_t plate = 0;
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        if (!r->omit && r->target_index == t && r->role == MTL__ROLE_BLANK)
            plate += r->partitions > 0 ? r->positive : !isnan(r->ct);
    }
    if (w->blank_wells[t] == 0)
        flags |= MTL__FLAG_NO_BLANKS;
    if (plate > 0)
        flags |= MTL__FLAG_BLANKS_HIT;
    return flags;
}

/* Fills what is known before the fit; room for the arrays. */
static int open_level(mtl__level *l, mtl__wells *w, const mtl__plate *p, const mtl__sets *s,
                      int set, int sample, const mtl__genomes *g, const unsigned *flags,
                      mtl_error *err)
{
    *l = (mtl__level){.sample = sample, .n_donors = s->n_donors[set], .n_grid = GRID};
    l->per_1e6 = l->low = l->high = l->lob_per_1e6 = l->lod_per_1e6 = (double)NAN;
    l->per_well = l->per_well_low = l->per_well_high = (double)NAN;
    l->p_blank = 1.0;
    l->donor = mtl__arena_alloc(&w->arena, ((size_t)l->n_donors + 1) * sizeof *l->donor);
    l->target = mtl__arena_alloc(&w->arena, ((size_t)s->n_targets + 1) * sizeof *l->target);
    l->grid = mtl__arena_alloc(&w->arena, 2 * GRID * sizeof *l->grid);
    if (!l->donor || !l->target || !l->grid)
        return mtl__nomem(err);
    l->likelihood = l->grid + GRID;
    for (int d = 0; d < l->n_donors; d++)
        l->donor[d] = s->donor[set][d];
    for (int t = 0; t < s->n_targets; t++) {
        if (!s->covers[set * s->n_targets + t])
            continue;
        l->target[l->n_targets++] = s->target[t];
        l->flags |= flags[t] | target_flags(w, p, s->target[t]);
        for (int other = 0; other < s->n_sets; other++)
            if (other != set && s->covers[other * s->n_targets + t])
                l->flags |= MTL__FLAG_NOT_TOLD_APART;
        for (int i = 0; i < p->n; i++)
            l->wells += mtl__reaction_counts(&p->reaction[i], sample, s->target[t]);
    }
    if (l->n_donors != 1)
        l->flags |= MTL__FLAG_NOT_TOLD_APART;
    l->genomes = g->per_well * wells_of(p, s, set, sample);
    l->genomes_low = l->genomes * mtl__exp(-1.959963984540054 * g->sd);
    l->genomes_high = l->genomes * mtl__exp(1.959963984540054 * g->sd);
    return 0;
}

/* One target of a donor says another level than the rest: likelihood ratio of a level each. */
static void look_for_disagreement(mtl__level *l, const mtl__joint *j, const mtl__sets *s, int set)
{
    double c[MTL__SETS_MAX], apart = 0.0;
    const mtl__config *best = NULL;
    double top = -HUGE_VAL;
    for (int k = 0; k < j->n_configs; k++) {
        mtl__joint_start(j, &j->config[k], c);
        const double here = mtl__joint_best(j, &j->config[k], -1, c) + j->config[k].log_p;
        if (here > top) {
            top = here;
            best = &j->config[k];
        }
    }
    int sets = 0;
    for (int t = 0; t < j->n_evidence && best; t++)
        apart += j->evidence[t].use[best->whole][1]->best;
    for (int i = 0; i < s->n_sets && best; i++)
        sets += mtl__joint_yield(j, best, i) > 0.0;
    (void)set;
    if (best && j->n_evidence > sets) {
        const double twice = 2.0 * (apart - (top - best->log_p));
        if (mtl__chi2_sf(mtl__max(twice, 0.0), j->n_evidence - sets) < 0.01 && l->n_targets > 1)
            l->flags |= MTL__FLAG_TARGETS_DISAGREE;
    }
}

/* Genomes of a level whose partner target alone counts them, given the level itself. */
static void count_by_partner(mtl__level *l, const mtl__joint *j, int set)
{
    const double c = isnan(l->per_1e6) ? 0.0 : 1e-6 * l->per_1e6;
    for (int t = 0; t < j->n_evidence; t++) {
        const mtl__partner *p = &j->partner[t];
        const mtl__evidence *e = &j->evidence[t];
        bool mine = false;
        for (int i = 0; i < l->n_targets; i++)
            mine = mine || l->target[i] == e->target;
        const double alleles = p->use ? p->host * (1.0 - c) + p->copies[set] * c : 0.0;
        if (!mine || !(alleles > 0.0))
            continue;
        const double genomes = e->scale / (p->fragments * alleles);
        if (isnan(l->genomes)) {
            l->genomes = genomes;
            l->genomes_low = genomes * mtl__exp(-1.959963984540054 * e->scale_sd);
            l->genomes_high = genomes * mtl__exp(1.959963984540054 * e->scale_sd);
            l->per_well *= genomes / e->wells;
            l->per_well_low *= genomes / e->wells;
            l->per_well_high *= genomes / e->wells;
        }
    }
}

/* Per-well numbers, and the genomes where only a partner counts them. */
static void finish_level(mtl__level *l, const mtl__joint *j, int set, const mtl__genomes *g,
                         bool unsure)
{
    if (unsure)
        l->flags |= MTL__FLAG_ZYGOSITY;
    l->flags |= g->flags & ~(unsigned)MTL__FLAG_NO_GENOMES;
    if (j->fractions && !isnan(g->per_well)) {
        l->per_well *= g->per_well;
        l->per_well_low *= g->per_well;
        l->per_well_high *= g->per_well;
    } else if (j->fractions)
        count_by_partner(l, j, set);
    if (isnan(l->genomes) || !j->fractions)
        l->flags |= MTL__FLAG_NO_GENOMES;
}

static int measure_sample(mtl__wells *w, size_t *room, const mtl__plate *p,
                          const mtl__wells_opts *o, int sample, mtl__arena *arena, mtl_error *err)
{
    mtl__sets s;
    mtl__joint j;
    bool unsure[MTL__SETS_MAX] = {false};
    MTL_TRY(mtl__sets_find(&s, p, sample, arena, err));
    if (s.n_sets == 0)
        return 0;
    unsigned *flags = mtl__arena_alloc(arena, ((size_t)s.n_targets + 1) * sizeof *flags);
    if (!flags)
        return mtl__nomem(err);
    const mtl__genomes g = mtl__genomes_of(p, w, sample);
    MTL_TRY(mtl__joint_make(&j, &s, p, w, sample, &g, o, arena, flags, unsure, err));
    if ((size_t)w->n_levels + (size_t)s.n_sets > *room) {
        const size_t more = 2 * (*room + (size_t)s.n_sets);
        mtl__level *grown = mtl__arena_alloc(&w->arena, more * sizeof *grown);
        if (!grown)
            return mtl__nomem(err);
        if (w->n_levels)
            memcpy(grown, w->level, (size_t)w->n_levels * sizeof *grown);
        w->level = grown;
        *room = more;
    }
    for (int set = 0; set < s.n_sets; set++) {
        mtl__level *l = &w->level[w->n_levels++];
        MTL_TRY(open_level(l, w, p, &s, set, sample, &g, flags, err));
        MTL_TRY(mtl__level_measure(l, &j, set, o, err));
        look_for_disagreement(l, &j, &s, set);
        finish_level(l, &j, set, &g, unsure[set]);
    }
    return 0;
}

int mtl__wells_quantify(mtl__wells *out, const mtl__plate *p, const mtl__wells_opts *o,
                        mtl_error *err)
{
    mtl__arena arena;
    size_t room = 0;
    *out = (mtl__wells){0};
    mtl__arena_init(&out->arena, 0);
    mtl__arena_init(&arena, 0);
    int status = check(p, o, err);
    if (status >= 0)
        status = make_curves(out, p, o, err);
    if (status >= 0)
        status = make_background(out, p, o, err);
    for (int s = 0; s < p->n_samples && status >= 0; s++) {
        mtl__arena_reset(&arena);
        status = measure_sample(out, &room, p, o, s, &arena, err);
    }
    mtl__arena_free(&arena);
    if (status < 0)
        mtl__wells_clear(out);
    return status < 0 ? status : 0;
}
