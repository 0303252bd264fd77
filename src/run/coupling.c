/* SPDX-License-Identifier: MIT */
/* Which hypotheses make cells and hosts act on one another in this scenario, so that the analytic
   solver can name them: those of which one alone does it, all others at their defaults. */
#include <string.h>

#include "run/run_internal.h"

bool mtl__world_coupled(const mtl__world *w)
{
    const mtl__env *env = w->process->env;
    return (env && env->feedback) || mtl__repair_needs_lives(w);
}

/* Of the scenario under m. */
static int coupled(const mtl_scenario *s, mtl_model *m, bool *out, mtl_error *err)
{
    mtl__world *w = NULL;
    MTL_TRY(mtl__world_new(&w, s, m, err));
    *out = mtl__world_coupled(w);
    mtl__world_free(w);
    return 0;
}

static int set(mtl_model *m, int sw, int value, mtl_error *err)
{
    return mtl_model_switch(m, m->sw[sw].name, m->sw[sw].value[value], err);
}

static int look_at_each(const mtl_result *r, mtl_model *m, mtl__str *out, mtl_error *err)
{
    bool is;
    for (int k = 0; k < m->n_switches; k++)
        MTL_TRY(set(m, k, m->sw[k].default_, err));
    MTL_TRY(coupled(r->s, m, &is, err));
    for (int k = 0; k < m->n_switches && !is; k++) {
        const int now = r->m->sw[k].now;
        bool alone;
        if (now == m->sw[k].default_)
            continue;
        MTL_TRY(set(m, k, now, err));
        MTL_TRY(coupled(r->s, m, &alone, err));
        MTL_TRY(set(m, k, m->sw[k].default_, err));
        if (alone)
            mtl__str_printf(out, "%s%s = %s", out->len ? ", " : "", m->sw[k].name,
                            m->sw[k].value[now]);
    }
    return 0;
}

int mtl__coupling_text(const mtl_result *r, mtl__str *out, mtl_error *err)
{
    mtl_model *m = mtl_model_copy(r->m);
    if (!m)
        return mtl__nomem(err);
    const int ret = look_at_each(r, m, out, err);
    mtl_model_free(m);
    if (ret == 0 && out->len == 0) /* several together, or the tables themselves */
        mtl__str_add(out, r->hypothesis);
    return ret == 0 && out->oom ? mtl__nomem(err) : ret;
}
