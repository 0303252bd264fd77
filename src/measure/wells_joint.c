/* SPDX-License-Identifier: MIT */
/* The joint likelihood of all targets of one sample. Target t holds, of donor d at fraction c_d,
   genomes x alleles x fragments x c_d fragments on average, or, where a partner target counts the
   host's allele in the same partitions, the partner's fragments x the odds of the two alleles.
   Copies of the donors that are not known make configurations. Donors whose fragments come in
   groups of different sizes share one target by their share of the mean: exact where one donor is
   there, and where no well is hit. Genomes of the sample are integrated (nodes, or in the tables
   where only one target needs them); fractions of other donors are profiled. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

/* Fragments expected per unit of c, or the odds of alleles where a partner counts. */
double mtl__joint_mean(const mtl__joint *j, const mtl__config *k, int t, int s, const double *c)
{
    const mtl__evidence *e = &j->evidence[t];
    const mtl__partner *p = &j->partner[t];
    double other = 1.0;
    if (p->use) {
        double host = 1.0, donors = 0.0;
        for (int i = 0; i < j->n_sets; i++) {
            host -= c[i];
            donors += p->copies[i] * c[i];
        }
        other = p->fragments * mtl__max(p->host * mtl__max(host, 0.0) + donors, 1e-12);
    }
    return e->scale * k->z[t * j->n_sets + s] * e->fragments * c[s] / other;
}

double mtl__joint_yield(const mtl__joint *j, const mtl__config *k, int s)
{
    double sum = 0.0, c[MTL__SETS_MAX] = {0.0};
    c[s] = 1e-9;
    for (int t = 0; t < j->n_evidence; t++)
        sum += mtl__joint_mean(j, k, t, s, c);
    return sum / c[s];
}

/* Evidence t with means u of the sets, all times `factor`. */
static double evidence_log(const mtl__joint *j, const mtl__config *k, int t, const double *u,
                           double factor)
{
    const mtl__evidence *e = &j->evidence[t];
    double total = 0.0, sum = 0.0;
    const mtl__table *same = NULL;
    bool one = true;
    for (int s = 0; s < j->n_sets; s++)
        if (u[s] > 0.0) {
            const mtl__table *here = e->use[k->whole][k->z[t * j->n_sets + s]];
            total += u[s];
            one = one && (!same || same == here);
            same = here;
        }
    if (!same)
        return e->use[k->whole][1]->at_zero;
    const double at = j->plain ? mtl__plain_mean(e, total * factor) : total * factor;
    if (one)
        return mtl__table_at(same, at);
    for (int s = 0; s < j->n_sets; s++)
        if (u[s] > 0.0)
            sum += u[s] / total * mtl__table_at(e->use[k->whole][k->z[t * j->n_sets + s]], at);
    return sum;
}

double mtl__joint_log(const mtl__joint *j, const mtl__config *k, const double *c)
{
    double u[MTL__SETS_MAX], at[MTL__NODES_MAX], top = -HUGE_VAL, sum = 0.0;
    for (int i = 0; i < j->n_nodes; i++)
        at[i] = j->log_weight[i];
    for (int t = 0; t < j->n_evidence; t++) {
        for (int s = 0; s < j->n_sets; s++)
            u[s] = mtl__joint_mean(j, k, t, s, c);
        if (j->partner[t].use) {
            const double l = evidence_log(j, k, t, u, 1.0);
            for (int i = 0; i < j->n_nodes; i++)
                at[i] += l;
        } else
            for (int i = 0; i < j->n_nodes; i++)
                at[i] += evidence_log(j, k, t, u, j->node[i]);
    }
    for (int i = 0; i < j->n_nodes; i++)
        top = mtl__max(top, at[i]);
    if (!(top > -HUGE_VAL))
        return -HUGE_VAL;
    if (j->n_nodes == 1)
        return at[0];
    for (int i = 0; i < j->n_nodes; i++)
        sum += mtl__exp(at[i] - top);
    return top + mtl__log(sum);
}

void mtl__joint_start(const mtl__joint *j, const mtl__config *k, double *c)
{
    double unit[MTL__SETS_MAX] = {0.0};
    for (int s = 0; s < j->n_sets; s++) {
        double least = HUGE_VAL;
        unit[s] = 1e-9;
        for (int t = 0; t < j->n_evidence; t++) {
            const int z = k->z[t * j->n_sets + s];
            const double per = z ? mtl__joint_mean(j, k, t, s, unit) / unit[s] : 0.0;
            if (per > 0.0)
                least = mtl__min(least, j->evidence[t].use[k->whole][z]->best_u / per);
        }
        const double yield = mtl__joint_yield(j, k, s);
        unit[s] = 0.0;
        if (!(yield > 0.0))
            c[s] = 0.0;
        else /* a little off zero, where a likelihood may be -inf */
            c[s] = mtl__min(mtl__max(least < HUGE_VAL ? least : 0.0, 0.3 / yield), j->most);
    }
}

typedef struct search {
    const mtl__joint *j;
    const mtl__config *k;
    double c[MTL__SETS_MAX];
    int n, which[MTL__SETS_MAX];
} search;

static double of_free(void *ctx, const double *y)
{
    search *s = ctx;
    double c[MTL__SETS_MAX];
    memcpy(c, s->c, sizeof c);
    for (int i = 0; i < s->n; i++)
        c[s->which[i]] = y[i];
    const double l = mtl__joint_log(s->j, s->k, c);
    return l > -1e9 ? l : -1e9;
}

double mtl__joint_best(const mtl__joint *j, const mtl__config *k, int held, double *c)
{
    search s = {.j = j, .k = k};
    double lower[MTL__SETS_MAX], upper[MTL__SETS_MAX], scale[MTL__SETS_MAX], y[MTL__SETS_MAX];
    memcpy(s.c, c, (size_t)j->n_sets * sizeof *c);
    for (int i = 0; i < j->n_sets; i++) {
        const double yield = mtl__joint_yield(j, k, i);
        if (i == held || !(yield > 0.0))
            continue;
        lower[s.n] = 0.0;
        upper[s.n] = j->most;
        scale[s.n] = mtl__min(0.3 * sqrt(0.3 + c[i] * yield) / yield, 0.3 * j->most);
        y[s.n] = c[i];
        s.which[s.n++] = i;
    }
    if (s.n == 0) {
        const double l = mtl__joint_log(j, k, c);
        return l > -1e9 ? l : -1e9;
    }
    const double top = mtl__climb(of_free, &s, s.n, y, lower, upper, scale, NULL);
    for (int i = 0; i < s.n; i++)
        c[s.which[i]] = y[i];
    return top;
}
