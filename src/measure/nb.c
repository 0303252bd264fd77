/* SPDX-License-Identifier: MIT */
/* Negative-binomial regression (NB2) with a log link and the log of the genomes tested as offset,
   the model recommended for counts of microchimeric cells by Guthrie et al., Am J Epidemiol
   2016;184:779. y ~ NB(mean = geq exp(x b), variance = mean + alpha mean^2). For a given alpha the
   coefficients are found by Fisher scoring with halved steps; alpha by maximising the profile over
   log alpha, with Poisson where the profile rises towards 0. Errors of the coefficients come from
   the expected information at that alpha, which is block diagonal, as in R's MASS::glm.nb. */
#include "measure/nb.h"

#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { K = MTL__NB_MAX };
#define ALPHA_LEAST 1e-6

typedef struct job {
    int n, k;
    const double *y, *log_geq, *x;
    double b[K], information[K * K];
    bool stuck;
} job;

static double predictor(const job *j, int i, const double *b)
{
    double eta = j->log_geq[i] + b[0];
    for (int c = 1; c < j->k; c++)
        eta += b[c] * j->x[i * (j->k - 1) + c - 1];
    return mtl__max(-700.0, mtl__min(700.0, eta));
}

static double loglik(const job *j, const double *b, double alpha)
{
    double sum = 0.0;
    for (int i = 0; i < j->n; i++) {
        const double y = j->y[i], eta = predictor(j, i, b), mean = mtl__exp(eta);
        sum -= mtl__log_gamma(y + 1.0);
        if (alpha < ALPHA_LEAST) {
            sum += y * eta - mean;
            continue;
        }
        const double size = 1.0 / alpha, log_more = mtl__log1p(alpha * mean);
        sum += mtl__log_gamma(y + size) - mtl__log_gamma(size) - size * log_more +
               (y > 0.0 ? y * (mtl__log(alpha) + eta - log_more) : 0.0);
    }
    return sum;
}

/* Score and expected information at b. */
static void score(job *j, const double *b, double alpha, double *u)
{
    memset(u, 0, K * sizeof *u);
    memset(j->information, 0, sizeof j->information);
    for (int i = 0; i < j->n; i++) {
        const double mean = mtl__exp(predictor(j, i, b)), less = 1.0 / (1.0 + alpha * mean);
        double row[K] = {1.0};
        for (int c = 1; c < j->k; c++)
            row[c] = j->x[i * (j->k - 1) + c - 1];
        for (int c = 0; c < j->k; c++) {
            u[c] += row[c] * (j->y[i] - mean) * less;
            for (int d = 0; d < j->k; d++)
                j->information[c * j->k + d] += row[c] * row[d] * mean * less;
        }
    }
}

/* Fisher scoring at one alpha; false if the covariates are not independent. */
static bool score_up(job *j, double alpha, double *height)
{
    double u[K], inverse[K * K];
    *height = loglik(j, j->b, alpha);
    j->stuck = true;
    for (int round = 0; round < 100; round++) {
        double next[K], step[K], gain = 0.0;
        score(j, j->b, alpha, u);
        if (!mtl__invert(j->k, j->information, inverse))
            return false;
        for (int c = 0; c < j->k; c++) {
            step[c] = 0.0;
            for (int d = 0; d < j->k; d++)
                step[c] += inverse[c * j->k + d] * u[d];
            gain += step[c] * u[c];
        }
        if (gain < 1e-12) {
            j->stuck = false;
            return true;
        }
        double share = 1.0, value = -HUGE_VAL;
        for (; share > 1e-6; share *= 0.5) {
            for (int c = 0; c < j->k; c++)
                next[c] = j->b[c] + share * step[c];
            value = loglik(j, next, alpha);
            if (value >= *height)
                break;
        }
        if (!(value >= *height))
            break;
        memcpy(j->b, next, sizeof next);
        *height = value;
    }
    return true;
}

static double profile(job *j, double log_alpha, bool *fine)
{
    double height;
    *fine = score_up(j, mtl__exp(log_alpha), &height) && *fine;
    return height;
}

/* Largest profile over log alpha: a scan, then golden section. */
static double best_alpha(job *j, bool *fine)
{
    const double least = mtl__log(ALPHA_LEAST), step = 1.0, golden = 0.61803398874989484820;
    double best = least, top = -HUGE_VAL;
    for (double at = least; at <= 9.0 && *fine; at += step) {
        const double here = profile(j, at, fine);
        if (here > top + 1e-10) {
            top = here;
            best = at;
        }
    }
    double lo = mtl__max(best - step, least), hi = best + step;
    double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
    double fa = profile(j, a, fine), fb = profile(j, b, fine);
    while (hi - lo > 1e-9 && *fine) {
        if (fa < fb) {
            lo = a;
            a = b;
            fa = fb;
            b = lo + golden * (hi - lo);
            fb = profile(j, b, fine);
        } else {
            hi = b;
            b = a;
            fb = fa;
            a = hi - golden * (hi - lo);
            fa = profile(j, a, fine);
        }
    }
    const double alpha = mtl__exp(0.5 * (lo + hi));
    double poisson;
    *fine = score_up(j, 0.0, &poisson) && *fine; /* the boundary itself */
    return poisson >= mtl__max(fa, fb) - 1e-7 ? 0.0 : alpha;
}

static int check(int n, const double *count, const double *geq, int n_covariates, const double *x,
                 mtl_error *err)
{
    if (n_covariates < 0 || n_covariates >= K)
        return mtl__fail(err, MTL_ERR_LIMIT, "covariates", "%d covariates; at most %d",
                         n_covariates, K - 1);
    if (n < n_covariates + 2)
        return mtl__fail(err, MTL_ERR_VALUE, "subjects",
                         "%d subjects for %d coefficients and a dispersion: too few", n,
                         n_covariates + 1);
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += count[i];
        if (!(count[i] >= 0.0 && isfinite(count[i])))
            return mtl__fail(err, MTL_ERR_VALUE, "count", "count %g of subject %d", count[i],
                             i + 1);
        if (!(geq[i] > 0.0 && isfinite(geq[i])))
            return mtl__fail(err, MTL_ERR_VALUE, "geq",
                             "genomes tested %g of subject %d: must be "
                             "above 0",
                             geq[i], i + 1);
        for (int c = 0; c < n_covariates; c++)
            if (!isfinite(x[i * n_covariates + c]))
                return mtl__fail(err, MTL_ERR_VALUE, "covariate",
                                 "covariate %d of subject %d is not a number", c + 1, i + 1);
    }
    if (!(sum > 0.0))
        return mtl__fail(err, MTL_ERR_VALUE, "count", "all counts are 0: no rate to compare");
    return 0;
}

int mtl__nb_rate_ratio(mtl__nb *out, int n, const double *count, const double *geq,
                       int n_covariates, const double *x, double level, mtl_error *err)
{
    double inverse[K * K], u[K], total = 0.0, genomes = 0.0;
    bool fine = true;
    *out = (mtl__nb){.n = n, .n_coefficients = n_covariates + 1};
    MTL_TRY(check(n, count, geq, n_covariates, x, err));
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    double *log_geq = mtl__arena_alloc(&arena, (size_t)n * sizeof *log_geq);
    if (!log_geq)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++) {
        log_geq[i] = mtl__log(geq[i]);
        total += count[i];
        genomes += geq[i];
    }
    job j = {.n = n, .k = n_covariates + 1, .y = count, .log_geq = log_geq, .x = x};
    j.b[0] = mtl__log(total / genomes);
    out->dispersion = best_alpha(&j, &fine);
    fine = score_up(&j, out->dispersion, &out->loglik) && fine;
    score(&j, j.b, out->dispersion, u);
    fine = fine && mtl__invert(j.k, j.information, inverse);
    const double z = mtl__norm_quantile(0.5 + 0.5 * level);
    for (int c = 0; c < j.k && fine; c++) {
        out->coefficient[c] = j.b[c];
        out->error[c] = sqrt(inverse[c * j.k + c]);
        out->ratio[c] = mtl__exp(j.b[c]);
        out->low[c] = mtl__exp(j.b[c] - z * out->error[c]);
        out->high[c] = mtl__exp(j.b[c] + z * out->error[c]);
        out->p[c] = 2.0 * mtl__norm_cdf(-fabs(j.b[c]) / out->error[c]);
        out->no_end = out->no_end || out->error[c] > 50.0;
    }
    out->no_end = out->no_end || j.stuck;
    mtl__arena_free(&arena);
    if (!fine)
        return mtl__fail(err, MTL_ERR_VALUE, "covariates",
                         "the covariates are not independent of each other (one is constant, or "
                         "repeats others)");
    return 0;
}
