/* SPDX-License-Identifier: MIT */
/* Is leaping right? Many replicates of a network by leaping, held against the exact mean
   and variance of every species and of the total, which the moment equations (mtl__analytic_*) give
   without random numbers; then, where n exact runs to T = 365 would take hours, a shorter stretch
   by both solvers side by side. The goals are those of README.md: the mean of the total within 0.5%
   and its SD within 5%. Single species are noisier than that themselves, so they are judged by
   z-scores with a family-wise false-alarm level of 0.001 (Bonferroni over all species and both
   moments). */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "par/par.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

typedef struct sums { /* of one worker; whole numbers, so that their order does not matter */
    mtl__state *state;
    int64_t *counts;           /* [n_species + 1], the last is the total */
    double *s1, *s2, *s3, *s4; /* about the exact mean */
} sums;

typedef struct job {
    const mtl__network *net;
    const double *centre; /* [n_species + 1] */
    mtl__sim_opts so;
    double t;
    sums *worker;
} job;

static int one_replicate(void *ctx, int64_t i, int worker)
{
    job *j = ctx;
    sums *w = &j->worker[worker];
    const int n = j->net->n_species;
    const mtl__rng_key key = {.seed = 11, .person = 5, .replicate = (uint64_t)i};
    mtl_error err;
    memset(w->counts, 0, ((size_t)n + 1) * sizeof *w->counts);
    const int ret = mtl__simulate(j->net->process, &j->net->source, &j->so, &key, w->state, 1,
                                  &j->t, w->counts, NULL, &err);
    if (ret < 0)
        return ret;
    for (int k = 0; k < n; k++)
        w->counts[n] += w->counts[k];
    for (int k = 0; k <= n; k++) {
        const double x = (double)w->counts[k] - j->centre[k], x2 = x * x;
        w->s1[k] += x;
        w->s2[k] += x2;
        w->s3[k] += x2 * x;
        w->s4[k] += x2 * x2;
    }
    return 0;
}

/* Central moments of every species and of the total. */
typedef struct moments {
    int n;
    double *mean, *variance, *fourth;
} moments;

static int new_moments(mtl__arena *a, int n, moments *out)
{
    out->n = n;
    out->mean = mtl__arena_alloc(a, ((size_t)n + 1) * sizeof(double));
    out->variance = mtl__arena_alloc(a, ((size_t)n + 1) * sizeof(double));
    out->fourth = mtl__arena_alloc(a, ((size_t)n + 1) * sizeof(double));
    return out->mean && out->variance && out->fourth ? 0 : MTL_ERR_MEMORY;
}

static int simulate(mtl__arena *a, const mtl__network *net, const mtl__sim_opts *so, double t,
                    int64_t replicates, int threads, const double *centre, moments *out,
                    mtl_error *err)
{
    const int n = net->n_species, nw = mtl__par_threads(threads);
    job j = {.net = net, .centre = centre, .so = *so, .t = t};
    const size_t room = ((size_t)n + 1) * sizeof(double);
    j.worker = mtl__arena_alloc(a, (size_t)nw * sizeof *j.worker);
    if (!j.worker)
        return mtl__nomem(err);
    int ret = 0;
    for (int w = 0; w < nw && ret >= 0; w++) {
        sums *s = &j.worker[w];
        s->counts = mtl__arena_alloc(a, room);
        s->s1 = mtl__arena_alloc(a, room);
        s->s2 = mtl__arena_alloc(a, room);
        s->s3 = mtl__arena_alloc(a, room);
        s->s4 = mtl__arena_alloc(a, room);
        ret = s->counts && s->s1 && s->s2 && s->s3 && s->s4
                  ? mtl__state_new(&s->state, net->process, 1, err)
                  : mtl__nomem(err);
    }
    if (ret >= 0)
        ret = mtl__par_for(threads, replicates, one_replicate, &j);
    for (int k = 0; k <= n && ret >= 0; k++) {
        double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
        for (int w = 0; w < nw; w++) {
            s1 += j.worker[w].s1[k];
            s2 += j.worker[w].s2[k];
            s3 += j.worker[w].s3[k];
            s4 += j.worker[w].s4[k];
        }
        const double r = (double)replicates, m = s1 / r;
        out->mean[k] = centre[k] + m;
        out->variance[k] = (s2 / r - m * m) * r / (r - 1);
        out->fourth[k] = s4 / r - 4 * m * s3 / r + 6 * m * m * s2 / r - 3 * m * m * m * m;
    }
    for (int w = 0; w < nw; w++)
        mtl__state_free(j.worker[w].state);
    return ret < 0 ? mtl__fail(err, ret, NULL, "a replicate failed: %s", mtl_strerror(ret)) : 0;
}

/* Exact moments: one backward solve per species, and one that sees all. */
static int exact_moments(const mtl__network *net, mtl__arena *a, double t, moments *out,
                         mtl_error *err)
{
    const int n = net->n_species;
    mtl__analytic *an = NULL;
    double *see = mtl__arena_alloc(a, ((size_t)n + 1) * sizeof *see);
    double *see_cox = mtl__arena_alloc(a, sizeof *see_cox);
    if (!see || !see_cox)
        return mtl__nomem(err);
    int ret = mtl__analytic_new(&an, net->process, err);
    for (int k = 0; k <= n && ret >= 0; k++) {
        mtl__seen seen;
        for (int i = 0; i < n; i++)
            see[i] = k == n || i == k;
        ret = mtl__analytic_seen(an, &net->source, t, see, see_cox, 1e-8, &seen, err);
        out->mean[k] = seen.mean;
        out->variance[k] = seen.variance;
    }
    mtl__analytic_free(an);
    return ret;
}

/* Compares two sets of moments; `noise` is 1 when only `x` is sampled (n replicates), 2 when both
   are. Returns the number of failures. */
static int compare(const char *title, const moments *x, const moments *y, double replicates,
                   double noise)
{
    const int n = x->n;
    const double z_max = mtl__norm_quantile(1 - 0.001 / (4.0 * (n + 1)));
    double worst_mean = 0, worst_sd = 0, rel_mean = 0, rel_sd = 0;
    int failures = 0;
    for (int k = 0; k < n; k++) {
        const double sd = sqrt(y->variance[k]);
        if (!(sd > 0))
            continue;
        const double ratio = sqrt(x->variance[k] / y->variance[k]);
        const double kurtosis = x->fourth[k] / (x->variance[k] * x->variance[k]);
        const double se_sd = sqrt(noise * (kurtosis - 1) / (4 * replicates));
        worst_mean =
            fmax(worst_mean, fabs(x->mean[k] - y->mean[k]) / (sd * sqrt(noise / replicates)));
        worst_sd = fmax(worst_sd, fabs(ratio - 1) / se_sd);
        rel_mean += fabs(x->mean[k] / y->mean[k] - 1) / n;
        rel_sd += fabs(ratio - 1) / n;
    }
    const double mean = x->mean[n] / y->mean[n] - 1;
    const double sd = sqrt(x->variance[n] / y->variance[n]) - 1;
    const double se_mean = sqrt(noise * y->variance[n] / replicates) / y->mean[n];
    printf("%s\n", title);
    printf("  total: mean %+.3f%% (chance alone %.3f%%), SD %+.2f%% (chance alone %.2f%%)\n",
           100 * mean, 100 * se_mean, 100 * sd, 100 * sqrt(noise / (2 * replicates)));
    printf("  species: mean off by %.3f%% and SD by %.2f%% on average; largest z %.2f and %.2f, "
           "limit %.2f\n",
           100 * rel_mean, 100 * rel_sd, worst_mean, worst_sd, z_max);
    failures += fabs(mean) > fmax(0.005, noise > 1 ? z_max * se_mean : 0);
    failures += fabs(sd) > fmax(0.05, noise > 1 ? z_max * sqrt(noise / (2 * replicates)) : 0);
    failures += worst_mean > z_max;
    failures += worst_sd > z_max;
    printf("  %s\n", failures ? "FAILED" : "ok");
    (void)fflush(stdout);
    return failures;
}

static int check(const mtl__network *net, int64_t replicates, int64_t direct, int threads,
                 double step, mtl__arena *a, int *failures, mtl_error *err)
{
    const mtl__sim_opts leap = {.solver = MTL__LEAP, .step_days = step};
    const mtl__sim_opts exact = {.solver = MTL__EXACT};
    const int n = net->n_species;
    moments truth, x, y;
    if (new_moments(a, n, &truth) < 0 || new_moments(a, n, &x) < 0 || new_moments(a, n, &y) < 0)
        return mtl__nomem(err);
    double t0 = bench_now();
    MTL_TRY(exact_moments(net, a, net->t_end, &truth, err));
    printf("%s to T = %g: total %.6g, SD %.5g, by the moment equations in %.2f s\n", net->name,
           net->t_end, truth.mean[n], sqrt(truth.variance[n]), bench_now() - t0);
    char title[128];
    t0 = bench_now();
    MTL_TRY(simulate(a, net, &leap, net->t_end, replicates, threads, truth.mean, &x, err));
    (void)snprintf(title, sizeof title, "leap, n = %lld, beside the moment equations (%.0f s)",
                   (long long)replicates, bench_now() - t0);
    *failures += compare(title, &x, &truth, (double)replicates, 1);
    if (direct < 2)
        return 0;
    const double t = net->t_end / 10;
    MTL_TRY(exact_moments(net, a, t, &truth, err));
    t0 = bench_now();
    MTL_TRY(simulate(a, net, &leap, t, direct, threads, truth.mean, &x, err));
    MTL_TRY(simulate(a, net, &exact, t, direct, threads, truth.mean, &y, err));
    (void)snprintf(title, sizeof title, "leap beside exact to T = %g, n = %lld each (%.0f s)", t,
                   (long long)direct, bench_now() - t0);
    *failures += compare(title, &x, &y, (double)direct, 2);
    return 0;
}

int main(int argc, char **argv)
{
    const char *env = getenv("MATRILINE_DATA"), *name = "body100";
    const char *data = env ? env : MTL_SOURCE_ROOT "/../shared/data";
    int64_t replicates = 10000, direct = 400;
    int threads = 1, failures = 0;
    double step = 0;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (value && strcmp(argv[i], "--data") == 0) {
            data = value;
        } else if (value && strcmp(argv[i], "--network") == 0) {
            name = value;
        } else if (value && strcmp(argv[i], "--replicates") == 0) {
            replicates = atoll(value);
        } else if (value && strcmp(argv[i], "--direct") == 0) {
            direct = atoll(value);
        } else if (value && strcmp(argv[i], "--threads") == 0) {
            threads = atoi(value);
        } else if (value && strcmp(argv[i], "--step") == 0) {
            step = atof(value);
        } else {
            (void)fprintf(stderr,
                          "usage: check_leap [--data DIR] [--network NAME] [--replicates N] "
                          "[--direct N] [--threads N] [--step DAYS]\n");
            return 2;
        }
    }
    if (replicates < 100)
        replicates = 100;
    bench_opts o = {.data = data};
    mtl__network *net = bench_network(&o, name);
    if (!net)
        return o.failures ? 1 : 0;
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    mtl_error err = {0};
    if (check(net, replicates, direct, threads, step, &arena, &failures, &err) < 0) {
        bench_failed(&o, name, &err);
        failures++;
    }
    mtl__arena_free(&arena);
    mtl__network_free(net);
    return failures ? 1 : 0;
}
