/* SPDX-License-Identifier: MIT */
/* Exact laws of the number of hit wells, for intervals where hits are few [Clopper1934] and for the
   limits of blank and detection in the sense of CLSI EP17: donor fragments are compound Poisson,
   false ones negative binomial (the predictive blank), wells fill by the ladder of occupancy, hits
   of several targets add up, and the uncertain number of genomes is integrated over its log-normal
   law. Digital partitions hardly ever hold two fragments of so few; there a count above TOP_MOST is
   taken as normal. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { TOP_MOST = 96, F_MOST = 1500 };

struct mtl__tail_part {
    int evidence, n;
    double *m; /* [n][top + 1] P(h hits | F donor fragments), false ones included */
};
typedef struct mtl__tail_part tail_part;

/* Fragments until more than `top` hits are certain. */
static int fragments_needed(double places, int top, double *p)
{
    int n = 0;
    memset(p, 0, ((size_t)top + 2) * sizeof *p);
    for (p[0] = 1.0; n < F_MOST; n++) {
        double inside = 0.0;
        for (int h = 0; h <= top; h++)
            inside += p[h];
        if (inside < 1e-10)
            break;
        mtl__occupancy_step(places, top, p);
    }
    return n + 1;
}

static int part_make(tail_part *part, const mtl__evidence *e, int top, mtl__arena *arena)
{
    const double places = (double)e->places;
    const size_t row = (size_t)top + 1;
    double *p = mtl__arena_alloc(arena, ((size_t)top + 2) * sizeof *p);
    double *b = mtl__arena_alloc(arena, (F_MOST + 1) * sizeof *b);
    if (!p || !b)
        return MTL_ERR_MEMORY;
    const int n = part->n = fragments_needed(places, top, p);
    double *plain = mtl__arena_alloc(arena, (size_t)n * row * sizeof *plain);
    part->m = mtl__arena_alloc(arena, (size_t)n * row * sizeof *part->m);
    if (!plain || !part->m)
        return MTL_ERR_MEMORY;
    memset(p, 0, ((size_t)top + 2) * sizeof *p);
    p[0] = 1.0;
    for (int f = 0; f < n; f++) {
        memcpy(plain + (size_t)f * row, p, row * sizeof *p);
        mtl__occupancy_step(places, top, p);
    }
    mtl__background_counts(&e->background, places, n, b);
    for (int k = 0; k < n; k++) {
        if (b[k] < 1e-13)
            continue;
        for (int f = 0; f + k < n; f++)
            for (size_t h = 0; h < row; h++)
                part->m[(size_t)f * row + h] += b[k] * plain[(size_t)(f + k) * row + h];
    }
    return 0;
}

int mtl__tails_make(mtl__tails *t, const mtl__joint *j, int set, const bool *in, int top,
                    mtl__arena *arena, mtl_error *err)
{
    double own = 0.0;
    *t = (mtl__tails){.j = j, .set = set, .top = top};
    t->in = mtl__arena_alloc(arena, (size_t)j->n_evidence * sizeof *t->in);
    t->part = mtl__arena_alloc(arena, (size_t)j->n_evidence * sizeof *t->part);
    t->work = mtl__arena_alloc(arena, (F_MOST + 2 + 2 * ((size_t)top + 1)) * sizeof *t->work);
    if (!t->in || !t->part || !t->work)
        return mtl__nomem(err);
    for (int i = 0; i < j->n_evidence; i++) {
        t->in[i] = in[i];
        if (!in[i])
            continue;
        own = mtl__max(own, j->evidence[i].scale_sd);
        t->part[t->n_parts].evidence = i;
        if (top <= TOP_MOST && part_make(&t->part[t->n_parts], &j->evidence[i], top, arena) < 0)
            return mtl__nomem(err);
        t->n_parts++;
    }
    const double sd = j->n_nodes > 1 ? sqrt(own * own + j->genomes_sd * j->genomes_sd) : own;
    t->n_nodes = sd > 1e-9 ? 7 : 1;
    mtl__gauss_hermite(t->n_nodes, t->node, t->weight);
    for (int i = 0; i < t->n_nodes; i++)
        t->node[i] = t->n_nodes > 1 ? mtl__exp(sd * t->node[i]) : 1.0;
    return 0;
}

static double mean_of(const mtl__tails *t, const mtl__config *k, int evidence, double c)
{
    double all[MTL__SETS_MAX] = {0.0};
    all[t->set] = c;
    return mtl__joint_mean(t->j, k, evidence, t->set, all);
}

static const mtl__cluster *cluster_of(const mtl__tails *t, const mtl__config *k, int evidence)
{
    const int z = k->z[evidence * t->j->n_sets + t->set];
    return &t->j->evidence[evidence].cluster[k->whole][z > 0 ? z : 1];
}

/* Counts too many for the ladder: a normal law with the exact mean and variance of fragments. */
static double by_normal(const mtl__tails *t, const mtl__config *k, double c, double factor, int h)
{
    double mean = 0.0, variance = 0.0;
    for (int i = 0; i < t->n_parts; i++) {
        const int at = t->part[i].evidence;
        const mtl__evidence *e = &t->j->evidence[at];
        const mtl__cluster *g = cluster_of(t, k, at);
        const double places = (double)e->places, u = factor * mean_of(t, k, at, c);
        const double b = mtl__background_mean(&e->background) * places;
        const double spread = b > 0.0 ? b * (1.0 + places / e->background.rate) : 0.0;
        const double lambda = (u + b) / places, hit = -mtl__expm1(-lambda);
        const double per = mtl__exp(-lambda); /* hits per fragment */
        mean += places * hit;
        variance += (u * g->square / g->mean + spread) * per * per +
                    places * mtl__max(0.0, hit * per - lambda * per * per);
    }
    return mtl__norm_cdf((h + 0.5 - mean) / sqrt(mtl__max(variance, 1e-9)));
}

/* Law of the hits of all parts together, [0 .. top], into t->work behind its first F_MOST + 2. */
static double by_ladder(const mtl__tails *t, const mtl__config *k, double c, double factor, int h)
{
    double *p = t->work, *sum = p + F_MOST + 2, *one = sum + t->top + 1;
    const size_t row = (size_t)t->top + 1;
    memset(sum, 0, row * sizeof *sum);
    sum[0] = 1.0;
    for (int i = 0; i < t->n_parts; i++) {
        const tail_part *part = &t->part[i];
        double log_scale;
        memset(one, 0, row * sizeof *one);
        mtl__cluster_counts(cluster_of(t, k, part->evidence),
                            factor * mean_of(t, k, part->evidence, c), part->n, p, NULL,
                            &log_scale);
        const double scale = mtl__exp(log_scale);
        for (int f = 0; f < part->n; f++)
            if (p[f] * scale > 1e-18)
                for (size_t x = 0; x < row; x++)
                    one[x] += p[f] * scale * part->m[(size_t)f * row + x];
        for (int x = t->top; x >= 0; x--) { /* hits add up */
            double total = 0.0;
            for (int y = 0; y <= x; y++)
                total += sum[y] * one[x - y];
            sum[x] = total;
        }
    }
    double below = 0.0;
    for (int x = 0; x <= h; x++)
        below += sum[x];
    return mtl__min(below, 1.0);
}

double mtl__tails_below(const mtl__tails *t, const mtl__config *k, double c, int h)
{
    double sum = 0.0;
    if (h < 0)
        return 0.0;
    for (int i = 0; i < t->n_nodes; i++)
        sum += t->weight[i] * (t->top > TOP_MOST ? by_normal(t, k, c, t->node[i], h)
                                                 : by_ladder(t, k, c, t->node[i], h));
    return sum;
}

/* Law of blank hits of one target over 0 .. top, no fragment seen twice in partitions. */
static int blank_law(const mtl__evidence *e, int top, double *law, mtl__arena *arena)
{
    const double places = (double)e->places;
    const double mean = mtl__background_mean(&e->background) * places;
    const double sd = mean > 0.0 ? sqrt(mean * (1.0 + places / e->background.rate)) : 0.0;
    const int n = (int)mtl__min(40000.0, mean + 12.0 * sd + 60.0);
    double *b = mtl__arena_alloc(arena, (size_t)n * sizeof *b);
    double *p = mtl__arena_alloc(arena, ((size_t)top + 2) * sizeof *p);
    if (!b || !p)
        return MTL_ERR_MEMORY;
    mtl__background_counts(&e->background, places, n, b);
    memset(law, 0, ((size_t)top + 1) * sizeof *law);
    p[0] = 1.0;
    for (int k = 0; k < n; k++) {
        if (e->digital) {
            if (k <= top)
                law[k] += b[k];
            continue;
        }
        for (int h = 0; h <= top && h <= k; h++)
            law[h] += b[k] * p[h];
        mtl__occupancy_step(places, top, p);
    }
    return 0;
}

/* Law of the sum of two counts, into `law` of 0 .. used; returns the new last place of weight. */
static int add_hits(double *law, int used, const double *one, int top)
{
    int last = top;
    while (last > 0 && one[last] < 1e-16)
        last--;
    const int end = used + last < top ? used + last : top;
    for (int x = end; x >= 0; x--) {
        double total = 0.0;
        for (int y = x > last ? x - last : 0; y <= x && y <= used; y++)
            total += law[y] * one[x - y];
        law[x] = total;
    }
    return end;
}

int mtl__limit_of_blank(const mtl__joint *j, const bool *in, double alarm, int64_t hits, double *p,
                        double *expected, mtl__arena *arena, mtl_error *err)
{
    double places = 0.0, most = 30.0;
    *expected = 0.0;
    for (int i = 0; i < j->n_evidence; i++)
        if (in[i]) {
            const mtl__evidence *e = &j->evidence[i];
            const double w = (double)e->places, b = mtl__background_mean(&e->background);
            const double spread = b > 0.0 ? sqrt(b * w * (1.0 + w / e->background.rate)) : 0.0;
            places += w;
            most += b * w + 8.0 * spread;
            *expected +=
                b > 0.0 && !e->digital
                    ? w * -mtl__expm1(-e->background.shape * mtl__log1p(1.0 / e->background.rate))
                    : b * w;
        }
    const int top = (int)mtl__min(mtl__min(places, most), 20000.0);
    double *law = mtl__arena_alloc(arena, 2 * ((size_t)top + 1) * sizeof *law);
    if (!law)
        return mtl__nomem(err);
    double *one = law + top + 1;
    int used = 0;
    law[0] = 1.0;
    for (int i = 0; i < j->n_evidence; i++) {
        if (!in[i])
            continue;
        if (blank_law(&j->evidence[i], top, one, arena) < 0)
            return mtl__nomem(err);
        used = add_hits(law, used, one, top);
    }
    double below = 0.0;
    int limit = -1;
    *p = 1.0;
    for (int h = 0; h <= top; h++) {
        if (h == hits)
            *p = mtl__max(0.0, 1.0 - below);
        below += law[h];
        if (limit < 0 && below >= 1.0 - alarm)
            limit = h;
    }
    if (hits > top)
        *p = mtl__max(0.0, 1.0 - below);
    return limit < 0 ? top : limit;
}
