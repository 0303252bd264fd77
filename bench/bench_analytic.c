/* SPDX-License-Identifier: MIT */
/* The solver without random numbers: P(nothing is seen) with mean and variance, backward in time.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "family/family.h"

static int measure(const mtl__network *net, int repeats, mtl__arena *a, double *ms, mtl__seen *seen,
                   mtl_error *err)
{
    mtl__analytic *an = NULL;
    double *see = mtl__arena_alloc(a, (size_t)net->n_species * sizeof *see);
    double *see_cox = mtl__arena_alloc(a, sizeof *see_cox);
    if (!see || !see_cox)
        return mtl__nomem(err);
    for (int i = 0; i < net->n_species; i++)
        see[i] = 1e-6; /* a small part of every organ */
    int ret = mtl__analytic_new(&an, net->process, err);
    for (int i = -1; i < repeats && ret >= 0; i++) {
        const double t0 = bench_now();
        ret = mtl__analytic_seen(an, &net->source, net->t_end, see, see_cox, 1e-9, seen, err);
        ms[i < 0 ? 0 : i] = 1e3 * (bench_now() - t0);
    }
    mtl__analytic_free(an);
    return ret;
}

static void one_network(bench_opts *o, const char *name)
{
    double ms[256];
    mtl__seen seen = {0};
    mtl_error err = {0};
    mtl__arena arena;
    mtl__network *net = bench_network(o, name);
    if (!net)
        return;
    mtl__arena_init(&arena, 0);
    if (measure(net, o->repeats, &arena, ms, &seen, &err) < 0) {
        bench_failed(o, name, &err);
    } else {
        bench_row(o, name, "ms", o->repeats, ms, NULL, NAN);
        bench_note("P(nothing seen) %.6g, mean %.6g, SD %.6g", seen.p_none, seen.mean,
                   sqrt(seen.variance));
    }
    mtl__arena_free(&arena);
    mtl__network_free(net);
}

/* The earliest inoculum into the focus person: the cells of her first child. */
static const mtl__inoculum *first_inoculum(const mtl__world *w)
{
    const mtl__inoculum *first = NULL;
    for (int k = 0; k < w->n_inocula; k++)
        if (w->inoculum[k].host == w->s->focus &&
            (!first || w->inoculum[k].t_start < first->t_start))
            first = &w->inoculum[k];
    return first;
}

static int measure_body(const mtl__world *w, int repeats, mtl__arena *a, double *ms,
                        mtl__seen *seen, mtl_error *err)
{
    const mtl__inoculum *in = first_inoculum(w);
    const mtl__process *p = w->process;
    mtl__analytic *an = NULL;
    double *see = mtl__arena_alloc(a, ((size_t)p->n_types + 1) * sizeof *see);
    double *see_cox = mtl__arena_alloc(a, ((size_t)p->n_cox + 1) * sizeof *see_cox);
    if (!see || !see_cox)
        return mtl__nomem(err);
    if (!in)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "nobody's cells reach the focus person");
    const mtl__body *body = &w->body[w->body_of[w->s->focus]];
    for (int i = body->type0; i < body->type1; i++)
        see[i] = 1e-6;
    for (int c = body->cox0; c < body->cox1; c++)
        see_cox[c] = 1e-6;
    int ret = mtl__analytic_new(&an, p, err);
    for (int i = -1; i < repeats && ret >= 0; i++) {
        const double t0 = bench_now();
        ret = mtl__analytic_seen(an, &in->source, in->t_start + 60 * MTL_DAYS_PER_YEAR, see,
                                 see_cox, 1e-9, seen, err);
        ms[i < 0 ? 0 : i] = 1e3 * (bench_now() - t0);
    }
    mtl__analytic_free(an);
    return ret;
}

/* One woman, one son, 60 years. */
static const char ONE_CHILD[] =
    "title: one child\n"
    "people:\n"
    "  maria: {sex: female, born: 1920-05-01}\n"
    "events:\n"
    "  - {age: 22 years, person: maria, event: delivery, week: 40, child: tom, sex: male}\n"
    "  - {age: 81 years, person: maria, event: sample, organ: blood, volume: 20 mL,"
    " assay: dys14-qpcr}\n";

static void body_of(bench_opts *o, mtl_model *m, mtl_scenario *s, const char *what, double goal,
                    mtl_error *err)
{
    double ms[256];
    mtl__seen seen = {0};
    mtl__world *w = NULL;
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    int ret = mtl__world_new(&w, s, m, err);
    if (ret >= 0)
        ret = measure_body(w, o->repeats, &arena, ms, &seen, err);
    if (ret < 0) {
        bench_failed(o, what, err);
    } else {
        bench_row(o, what, "ms", o->repeats, ms, NULL, goal);
        bench_note("%d bodies, %d types, %d intensities; P(nothing seen) %.6g, mean %.6g",
                   w->n_bodies, w->process->n_types, w->process->n_cox, seen.p_none, seen.mean);
    }
    mtl__world_free(w);
    mtl__arena_free(&arena);
}

static void bodies(bench_opts *o)
{
    mtl_model *m = NULL;
    mtl_scenario *one = NULL, *life = NULL;
    mtl_error err = {0};
    struct stat st;
    if (stat(o->models, &st) != 0 || stat(o->life, &st) != 0) {
        bench_note("bodies skipped, no %s or %s (see --models, --life)", o->models, o->life);
        return;
    }
    int ret = mtl_model_load(&m, o->models, &err);
    if (ret >= 0)
        ret = mtl_scenario_parse(&one, ONE_CHILD, (int)sizeof ONE_CHILD - 1, "one child", m, &err);
    if (ret >= 0)
        ret = mtl_scenario_load(&life, o->life, m, &err);
    if (ret < 0) {
        bench_failed(o, "bodies", &err);
    } else {
        body_of(o, m, one, "a mother of one, 60 years", 50, &err);
        body_of(o, m, life, "a mother of five, 60 years", NAN, &err);
    }
    mtl_scenario_free(one);
    mtl_scenario_free(life);
    mtl_model_free(m);
}

void bench_analytic(bench_opts *o)
{
    bodies(o);
    one_network(o, "body100");
    one_network(o, "hub100");
}
