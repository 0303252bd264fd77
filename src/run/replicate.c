/* SPDX-License-Identifier: MIT */
/* One replicate: every inoculum simulated on its own stream, its cells added up by pair of body and
   donor, samples taken and read. Replicate r of the band of unknowns first draws every unknown from
   its prior on the stream of the parameter's name, and builds its own world. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

enum { MOST_KEPT = 2000 }; /* parts of inocula that a worker keeps, some tens of kB each */

typedef struct scene { /* a world with what is looked up in it again and again */
    mtl__world *world;
    bool own;
    mtl__cutter *cutter;
    mtl__part *part; /* of each inoculum, cut when first asked for; NULL: cut again each time */
    mtl__stage stage;
    mtl__virtual *assay; /* [n_samples] */
    /* Where cells and hosts are run together: */
    mtl__lives *lives;
    mtl__counting *counting; /* [n_inocula] what hosts count in each part */
    mtl__arena arena;
} scene;

struct mtl__worker {
    const mtl__plan *p;
    scene base;
    mtl_model *model; /* copy for the unknowns */
    double *saved;    /* its values as set */
    mtl__state *state;
    mtl__part once;        /* memory for a part that is not kept */
    const mtl__part *part; /* of the inoculum at hand */
    int64_t *counts;
    double *cox; /* [n_times][of the part] */
    size_t cap_counts, cap_cox;
    mtl__harvest harvest;
    mtl__joint *joint; /* and its lanes [n_lanes]: */
    mtl__lane *lane;
    mtl__process *process;
    mtl__env *env;
    int *inoculum;
    size_t cap_lane, cap_process, cap_env, cap_inoculum;
    mtl__host_record *record; /* [hosts] */
    double *donor_fraction, *in_tube;
    int *copies, *donor;
    mtl__done done;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, &a, sizeof a), &b, sizeof b);
}

/* ---------------------------------------------------------------- scene */
static void scene_free(scene *c)
{
    mtl__cutter_free(c->cutter);
    for (int k = 0; c->part && k < c->world->n_inocula; k++)
        mtl__part_free(&c->part[k]);
    free(c->part);
    mtl__stage_free(&c->stage);
    mtl__lives_free(c->lives);
    mtl__arena_free(&c->arena);
    free(c->assay);
    if (c->own)
        mtl__world_free(c->world);
    *c = (scene){0};
}

/* All parts, and what the hosts count in them. */
static int scene_lives(scene *c, const mtl__plan *p, mtl_error *err)
{
    const mtl__world *w = c->world;
    mtl__arena_init(&c->arena, 0);
    MTL_TRY(mtl__lives_new(&c->lives, w, p->antigens, err));
    c->counting = mtl__arena_alloc(&c->arena, ((size_t)w->n_inocula + 1) * sizeof *c->counting);
    if (!c->counting)
        return mtl__nomem(err);
    for (int k = 0; k < w->n_inocula; k++) {
        MTL_TRY(mtl__part_cut(&c->part[k], c->cutter, &w->inoculum[k].source,
                              p->r->time[p->r->n_times - 1], err));
        MTL_TRY(mtl__lives_counting(w, &c->part[k], w->inoculum[k].donor, &c->arena,
                                    &c->counting[k], err));
    }
    return 0;
}

static int scene_fill(scene *c, const mtl__plan *p, mtl_error *err)
{
    const mtl_scenario *s = p->r->s;
    MTL_TRY(mtl__cutter_new(&c->cutter, c->world->process, err));
    MTL_TRY(mtl__stage_new(&c->stage, p, c->world, err));
    if (c->world->together || /* all are needed at once, or again and again */
        (!c->own && c->world->n_inocula <= MOST_KEPT)) {
        c->part = calloc((size_t)c->world->n_inocula + 1, sizeof *c->part);
        if (!c->part)
            return mtl__nomem(err);
    }
    c->assay = calloc((size_t)s->n_samples + 1, sizeof *c->assay);
    if (!c->assay)
        return mtl__nomem(err);
    for (int k = 0; k < s->n_samples; k++) {
        const mtl__informative *reads = &p->r->assay[k].v.reads;
        const mtl__reads_seen seen = {reads->sites, reads->signal};
        if (s->sample[k].assay >= 0)
            MTL_TRY(mtl__sample_virtual(c->world, &s->sample[k], &seen, &c->assay[k], err));
    }
    return c->world->together ? scene_lives(c, p, err) : 0;
}

int mtl__worker_new(mtl__worker **out, const mtl__plan *p, mtl_error *err)
{
    *out = NULL;
    mtl__worker *w = calloc(1, sizeof *w);
    if (!w)
        return mtl__nomem(err);
    const mtl__process nothing = {0};
    const size_t np = (size_t)p->r->s->n_people + 1;
    w->p = p;
    w->base.world = p->world;
    w->donor_fraction = calloc(np, sizeof *w->donor_fraction);
    w->in_tube = calloc(np, sizeof *w->in_tube);
    w->copies = calloc(np, sizeof *w->copies);
    w->donor = calloc(np, sizeof *w->donor);
    int ret = w->donor_fraction && w->in_tube && w->copies && w->donor ? 0 : mtl__nomem(err);
    if (ret == 0)
        ret = scene_fill(&w->base, p, err);
    if (ret == 0 && p->world->together) {
        w->record = calloc((size_t)p->world->n_hosts + 1, sizeof *w->record);
        ret = w->record ? mtl__joint_new(&w->joint, err) : mtl__nomem(err);
    }
    if (ret == 0)
        ret = mtl__state_new(&w->state, &nothing, 32, err);
    if (ret == 0)
        ret = mtl__harvest_new(&w->harvest, p, err);
    if (ret == 0 && p->r->n_bands > 1) {
        w->model = mtl_model_copy(p->r->m);
        w->saved = calloc((size_t)p->r->m->n_params + 1, sizeof *w->saved);
        if (!w->model || !w->saved)
            ret = mtl__nomem(err);
        for (int i = 0; ret == 0 && i < p->r->m->n_params; i++)
            w->saved[i] = p->r->m->param[i].value;
    }
    if (ret < 0) {
        mtl__worker_free(w);
        return ret;
    }
    *out = w;
    return 0;
}

void mtl__worker_free(mtl__worker *w)
{
    if (!w)
        return;
    scene_free(&w->base);
    mtl_model_free(w->model);
    mtl__state_free(w->state);
    mtl__part_free(&w->once);
    mtl__harvest_free(&w->harvest);
    mtl__joint_free(w->joint);
    free(w->lane);
    free(w->process);
    free(w->env);
    free(w->inoculum);
    free(w->record);
    free(w->saved);
    free(w->counts);
    free(w->cox);
    free(w->donor_fraction);
    free(w->in_tube);
    free(w->copies);
    free(w->donor);
    free(w);
}

void mtl__worker_report(const mtl__worker *w, mtl__done *done)
{
    done->split = done->split || w->done.split;
    done->exact = done->exact || w->done.exact;
    done->leap = done->leap || w->done.leap;
    done->events += w->done.events;
    done->moved += w->done.moved;
}

/* The unknowns of replicate `number`, each on the stream of its own name. */
static void draw_unknowns(mtl__plan *p, mtl__worker *w, int index, uint64_t number)
{
    for (int k = 0; k < p->n_drawn; k++) {
        const int i = p->drawn_param[k];
        mtl__rng rng;
        mtl__rng_stream(&rng, p->r->opts.seed, mtl__hash(w->model->param[i].name), number,
                        mtl__hash("prior"));
        w->model->param[i].value = w->saved[i];
        const double v = mtl__param_draw(&w->model->param[i], mtl__rng_unit(&rng));
        w->model->param[i].value = v;
        p->drawn[(size_t)i * (size_t)p->R + (size_t)index] = (float)v;
    }
    mtl__model_refresh(w->model);
}

/* ---------------------------------------------------------------- inocula */
static int cut(mtl__worker *w, const scene *c, const mtl__inoculum *x, mtl_error *err)
{
    const double end = w->p->r->time[w->p->r->n_times - 1];
    mtl__part *part = c->part ? &c->part[x - c->world->inoculum] : &w->once;
    w->part = part;
    if (c->part && part->type) /* kept */
        return 0;
    return mtl__part_cut(part, c->cutter, &x->source, end, err);
}

/* Cuts out what the inoculum can reach and makes room for what it leaves there; 1 if that is
   nothing. */
static int prepare(mtl__worker *w, const scene *c, const mtl__inoculum *x, mtl_error *err)
{
    const mtl_result *r = w->p->r;
    MTL_TRY(cut(w, c, x, err));
    const mtl__process *q = &w->part->process;
    if (q->n_types + q->n_cox == 0 ||
        (w->p->focus_only && !mtl__part_reaches(c->world, w->part, r->s->focus)))
        return 1;
    MTL_TRY(mtl__state_fit(w->state, q, err));
    const size_t counts = (size_t)r->n_times * (size_t)q->n_types,
                 cox = (size_t)r->n_times * (size_t)q->n_cox;
    if (mtl__grow(&w->counts, &w->cap_counts, counts + 1, sizeof *w->counts) < 0 ||
        mtl__grow(&w->cox, &w->cap_cox, cox + 1, sizeof *w->cox) < 0)
        return mtl__nomem(err);
    memset(w->counts, 0, counts * sizeof *w->counts);
    memset(w->cox, 0, cox * sizeof *w->cox);
    return 0;
}

static mtl__sim_opts how(const mtl__plan *p, int refine)
{
    const mtl_run_opts *o = &p->r->opts;
    return (mtl__sim_opts){
        .solver = o->solver == MTL_SOLVER_EXACT  ? MTL__EXACT
                  : o->solver == MTL_SOLVER_LEAP ? MTL__LEAP
                                                 : MTL__AUTO,
        .step_days = o->step_days,
        .refine = refine,
        .max_events =
            200000000, /* half a minute of one inoculum: beyond it, exact is the wrong tool */
    };
}

static mtl__rng_key key_of(const mtl__plan *p, const mtl__inoculum *x, uint64_t number)
{
    return (mtl__rng_key){p->r->opts.seed, p->r->s->person[x->donor].key, number, x->key};
}

static double moved(const mtl__ledger *l)
{
    return (double)l->immigrated + (double)l->births + (double)l->deaths + (double)l->changes +
           (double)l->leaves;
}

static int run_inoculum(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                        uint64_t number, int refine, const mtl__inoculum *x, mtl_error *err)
{
    const mtl_result *r = p->r;
    const int nothing = prepare(w, c, x, err);
    if (nothing)
        return nothing < 0 ? nothing : 0;
    const mtl__sim_opts o = how(p, refine);
    const mtl__rng_key key = key_of(p, x, number);
    MTL_TRY(mtl__simulate(&w->part->process, &w->part->source, &o, &key, w->state, r->n_times,
                          r->time, w->counts, w->cox, err));
    w->done.split = w->done.split || w->state->split;
    w->done.exact = w->done.exact || w->state->used[MTL__EXACT];
    w->done.leap = w->done.leap || w->state->used[MTL__LEAP];
    w->done.events += w->state->ledger.events;
    w->done.moved += moved(&w->state->ledger);
    mtl__harvest_add(&w->harvest, p, &c->stage, band, index, x->donor, w->part, w->counts, w->cox);
    return 0;
}

/* ---------------------------------------------------------------- lanes beside hosts */
/* Room for n lanes; the caller fills them. */
static int room_for_lanes(mtl__worker *w, const scene *c, int n_times, mtl_error *err)
{
    const size_t n = (size_t)c->world->n_inocula + 1;
    size_t counts = 1, cox = 1;
    for (int k = 0; k < c->world->n_inocula; k++) {
        counts += (size_t)n_times * (size_t)c->part[k].process.n_types;
        cox += (size_t)n_times * (size_t)c->part[k].process.n_cox;
    }
    if (mtl__grow(&w->lane, &w->cap_lane, n, sizeof *w->lane) < 0 ||
        mtl__grow(&w->process, &w->cap_process, n, sizeof *w->process) < 0 ||
        mtl__grow(&w->env, &w->cap_env, n, sizeof *w->env) < 0 ||
        mtl__grow(&w->inoculum, &w->cap_inoculum, n, sizeof *w->inoculum) < 0 ||
        mtl__grow(&w->counts, &w->cap_counts, counts, sizeof *w->counts) < 0 ||
        mtl__grow(&w->cox, &w->cap_cox, cox, sizeof *w->cox) < 0)
        return mtl__nomem(err);
    memset(w->counts, 0, counts * sizeof *w->counts);
    memset(w->cox, 0, cox * sizeof *w->cox);
    return 0;
}

/* Every inoculum that leaves anything, as it sees the hosts; returns how many. */
static int fill_lanes(mtl__plan *p, mtl__worker *w, const scene *c, uint64_t number)
{
    const mtl__world *world = c->world;
    const size_t nt = (size_t)p->r->n_times;
    int64_t *counts = w->counts;
    double *cox = w->cox;
    int n = 0;
    for (int k = 0; k < world->n_inocula; k++) {
        const mtl__inoculum *x = &world->inoculum[k];
        const mtl__part *part = &c->part[k];
        if (part->process.n_types + part->process.n_cox == 0)
            continue;
        mtl__lives_see(c->lives, x->donor, part, &w->process[n], &w->env[n]);
        bool receives = false;
        for (int h = 0; h < world->n_hosts; h++)
            if (world->host[h].clones == k) {
                mtl__lives_clones(c->lives, h, n, part);
                receives = true;
            }
        w->inoculum[n] = k;
        w->lane[n] = (mtl__lane){.process = &w->process[n],
                                 .source = &part->source,
                                 .key = key_of(p, x, number),
                                 .by_type = c->counting[k].by_type,
                                 .by_cox = c->counting[k].by_cox,
                                 .n_by_type = c->counting[k].n_by_type,
                                 .n_by_cox = c->counting[k].n_by_cox,
                                 .receives = receives,
                                 .counts = counts,
                                 .cox = cox};
        counts += nt * (size_t)part->process.n_types;
        cox += nt * (size_t)part->process.n_cox;
        n++;
    }
    return n;
}

static int run_together(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                        uint64_t number, int refine, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__world *world = c->world;
    mtl__joint_account a;
    mtl__host_records(p, band, index, w->record);
    MTL_TRY(mtl__lives_begin(c->lives, r->opts.seed, number, w->record, err));
    MTL_TRY(room_for_lanes(w, c, r->n_times, err));
    const int n = fill_lanes(p, w, c, number);
    const mtl__sim_opts o = how(p, refine);
    MTL_TRY(mtl__simulate_jointly(w->joint, w->lane, n, mtl__lives_companion(c->lives), &o,
                                  r->n_times, r->time, &a, err));
    w->done.split = w->done.split || a.split || o.solver != MTL__EXACT;
    w->done.exact = w->done.exact || a.used[MTL__EXACT];
    w->done.leap = w->done.leap || a.used[MTL__LEAP];
    w->done.events += a.ledger.events;
    w->done.moved += moved(&a.ledger);
    for (int k = 0; k < n; k++) {
        const int i = w->inoculum[k];
        const mtl__lane *l = &w->lane[k];
        mtl__harvest_add(&w->harvest, p, &c->stage, band, index, world->inoculum[i].donor,
                         &c->part[i], l->counts, l->cox);
        for (int h = 0; h < world->n_hosts; h++)
            if (world->host[h].clones == i)
                mtl__keep_clones(p, band, index, h, &c->part[i], l->counts);
    }
    mtl__keep_mismatch(p, band, index, c->lives);
    return 0;
}

/* ---------------------------------------------------------------- samples */
static int read_sample(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                       uint64_t number, int k, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__sample *x = &r->s->sample[k];
    const double *fraction = mtl__harvest_fractions(&w->harvest, k);
    const size_t at = (size_t)k * (size_t)p->R + (size_t)index;
    double seen = 0;
    int n = 0;
    for (int q = p->host_pair0[x->person]; q < p->host_pair0[x->person + 1]; q++) {
        if (!mtl__sample_sees(c->world, x, r->pair[q].donor))
            continue;
        w->donor_fraction[n] = fraction[q - p->host_pair0[x->person]];
        w->copies[n] = 1;
        w->donor[n] = r->pair[q].donor;
        seen += w->donor_fraction[n++];
    }
    for (int i = 0; i < n;
         i++) /* foreign cells per host cell become shares of all cells in the tube */
        w->donor_fraction[i] /= seen > 1 ? seen : 1;
    seen = mtl__min(seen, 1);
    p->raw[band].fraction[at] = (float)seen;
    p->raw[band].per_mL[at] = (float)(seen * c->stage.per_mL[k]);
    if (x->assay < 0)
        return 0;
    const mtl__composition tube = {n, w->donor_fraction, w->copies};
    uint64_t source = mix(mtl__hash("sample"), mtl__hash(r->m->organ[x->organ].name));
    source =
        mix(mtl__hash_bytes(source, &x->t, sizeof x->t), mtl__hash(r->m->assay[x->assay].name));
    mtl__rng rng;
    mtl__rng_stream(&rng, r->opts.seed, r->s->person[x->person].key, number, source);
    const mtl__tube draw = {.v = &c->assay[k],
                            .seen = &tube,
                            .donor = w->donor,
                            .in_tube = w->in_tube,
                            /* not of a run again with half the steps */
                            .shown = band == MTL__CHANCE && index == 0 && !p->focus_only};
    const int ret = mtl__sample_draw(p, k, &draw, &rng, &p->raw[band].positive[at]);
    if (ret < 0)
        return mtl__fail_at(err, ret, r->s->file, x->line, x->column, "sample",
                            "the assay cannot be simulated: %g of the genomes are a donor's", seen);
    return 0;
}

double mtl__answer_level(const mtl__plan *p, int band, int index)
{
    const mtl_result *r = p->r;
    const int organ = mtl__answer_organ(r);
    double sum = 0;
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == r->s->focus)
            sum += (double)p->raw[band]
                       .final[((size_t)k * (size_t)r->m->n_organs + (size_t)organ) * (size_t)p->R +
                              (size_t)index];
    return sum;
}

static int run_scene(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                     uint64_t number, int refine, mtl_error *err)
{
    const mtl_result *r = p->r;
    mtl__harvest_begin(&w->harvest);
    if (c->world->together)
        MTL_TRY(run_together(p, w, c, band, index, number, refine, err));
    for (int k = 0; k < c->world->n_inocula && !c->world->together; k++)
        MTL_TRY(run_inoculum(p, w, c, band, index, number, refine, &c->world->inoculum[k], err));
    mtl__shares_fit(p, band, index);
    for (int k = 0; k < r->s->n_samples; k++)
        MTL_TRY(read_sample(p, w, c, band, index, number, k, err));
    return 0;
}

int mtl__replicate(mtl__plan *p, mtl__worker *w, int band, int index, int refine, double *level,
                   mtl_error *err)
{
    const uint64_t number = (uint64_t)p->r->opts.first_replicate + (uint64_t)index;
    int ret;
    if (band == MTL__CHANCE) {
        ret = run_scene(p, w, &w->base, band, index, number, refine, err);
    } else {
        scene own = {.own = true};
        draw_unknowns(p, w, index, number);
        ret = mtl__world_new(&own.world, p->r->s, w->model, err);
        if (ret == 0)
            ret = scene_fill(&own, p, err);
        if (ret == 0 && !own.world->together)
            ret = mtl__keep_injuries(p, band, index, own.world, err);
        if (ret == 0)
            ret = run_scene(p, w, &own, band, index, number, refine, err);
        scene_free(&own);
    }
    if (ret == 0 && level)
        *level = mtl__answer_level(p, band, index);
    return ret;
}
