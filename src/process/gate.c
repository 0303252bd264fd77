/* SPDX-License-Identifier: MIT */
/* Gates: multipliers of factors that are drawn once for a replicate, not once for a source. Whether
   two circulations are joined, or how leaky one placenta is, is the same for all cells that meet it
   in one life, whoever they came from. A gate is drawn on a stream of its own name, when it is
   first looked at while its factor is not zero, so that neither its place in the process nor the
   source that meets it matters. Without random numbers the values are given from outside and summed
   over (family/mixture.c). */
#include <math.h>

#include "process/solver.h"

static double value_of(const mtl__gated *g, int k)
{
    if (isnan(g->value[k])) {
        const mtl__group *law = &g->p->gate[k].law;
        mtl__rng rng;
        mtl__rng_stream(&rng, g->key->seed, law->key, g->key->replicate, mtl__hash("gate"));
        g->value[k] = mtl__group_draw(law, &rng);
    }
    return g->value[k];
}

static void apply(const mtl__gated *g, double *f)
{
    for (int k = 0; k < g->p->n_gates; k++)
        if (f[g->p->gate[k].factor] > 0)
            f[g->p->gate[k].factor] *= value_of(g, k);
}

static double gate_on(const mtl__gated *g, int factor, double f)
{
    if (!(g->some >> (factor & 63) & 1))
        return f;
    for (int k = 0; f > 0 && k < g->p->n_gates; k++)
        if (g->p->gate[k].factor == factor)
            return f * value_of(g, k);
    return f;
}

static const mtl__env *inner(const mtl__env *e)
{
    const mtl__gated *g = e->ctx;
    return g->p->env;
}

static void advance(const mtl__env *e, double t, double *f)
{
    inner(e)->advance(inner(e), t, f);
    apply(e->ctx, f);
}

static void bound(const mtl__env *e, double t0, double t1, double *f_hi)
{
    inner(e)->bound(inner(e), t0, t1, f_hi);
    apply(e->ctx, f_hi);
}

static double next_break(const mtl__env *e, double t)
{
    return inner(e)->next_break(inner(e), t);
}

static double next_jump(const mtl__env *e, double t)
{
    return mtl__env_next_jump(inner(e), t);
}

static double opens(const mtl__env *e, int k, double t)
{
    return inner(e)->opens ? inner(e)->opens(inner(e), k, t) : t;
}

static double still(const mtl__env *e, int k, double t)
{
    return inner(e)->still ? inner(e)->still(inner(e), k, t) : t;
}

static double most(const mtl__env *e, int k, double t0, double t1)
{
    return gate_on(e->ctx, k, inner(e)->most(inner(e), k, t0, t1));
}

static bool held(const mtl__env *e, int k)
{
    return inner(e)->held && inner(e)->held(inner(e), k);
}

static double jump(const mtl__env *e, int k, double t)
{
    return inner(e)->jump(inner(e), k, t);
}

static bool reads(const mtl__env *e, int k)
{
    return inner(e)->reads && inner(e)->reads(inner(e), k);
}

static double pace(const mtl__env *e, int k)
{
    return inner(e)->pace(inner(e), k);
}

static double value_now(const mtl__env *e, int k, double t)
{
    return gate_on(e->ctx, k, inner(e)->value(inner(e), k, t));
}

const mtl__process *mtl__gates_on(mtl__gated *g, const mtl__process *p, const mtl__rng_key *key,
                                  double *value)
{
    if (p->n_gates == 0 || !p->env)
        return p;
    *g = (mtl__gated){.p = p, .key = key, .value = value};
    for (int k = 0; k < p->n_gates; k++)
        g->some |= (uint64_t)1 << (p->gate[k].factor & 63);
    g->env = (mtl__env){.n = p->env->n,
                        .which = p->env->which,
                        .feedback = p->env->feedback,
                        .ctx = g,
                        .advance = advance,
                        .bound = bound,
                        .next_break = next_break,
                        .next_jump = next_jump,
                        .opens = opens,
                        .reads = reads,
                        .still = still,
                        .held = held,
                        .jump = p->env->jump ? jump : NULL,
                        .pace = p->env->pace ? pace : NULL,
                        .most = p->env->most ? most : NULL,
                        .value = p->env->value ? value_now : NULL};
    g->with = *p;
    g->with.env = &g->env;
    return &g->with;
}
