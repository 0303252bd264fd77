/* SPDX-License-Identifier: MIT */
/* The search for the fractions of greatest likelihood: Newton's method with projection onto the
   bounds (Bertsekas 1982), along the face where donors are everybody, damped where the likelihood
   is not concave, halved where a step does not climb. And the ends of profile likelihood intervals:
   the signed root of the fall is nearly linear in the parameter, so a safeguarded secant on it
   needs few climbs. */
#include <math.h>
#include <string.h>

#include "measure/mix_internal.h"

#define TOLERANCE 1e-8 /* expected gain of a further step */
#define EDGE 1e-9      /* the host keeps at least so much */

/* ---------------------------------------------------------------- small matrices */
int mtl__mix_cholesky(double *a, int n)
{
    for (int j = 0; j < n; j++) {
        double d = a[j * n + j];
        const double whole = d;
        for (int k = 0; k < j; k++)
            d -= a[j * n + k] * a[j * n + k];
        if (!(d > 1e-13 * whole) || !(d > 0) || !isfinite(d))
            return -1;
        d = sqrt(d);
        a[j * n + j] = d;
        for (int i = j + 1; i < n; i++) {
            double x = a[i * n + j];
            for (int k = 0; k < j; k++)
                x -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = x / d;
        }
    }
    return 0;
}

void mtl__mix_cholesky_solve(const double *a, int n, double *x)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            x[i] -= a[i * n + k] * x[k];
        x[i] /= a[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= a[k * n + i] * x[k];
        x[i] /= a[i * n + i];
    }
}

/* Gaussian elimination on the correlation scale: a pivot that falls to nothing marks parameters
   that cannot be told apart. */
void mtl__mix_invert(const double *info, int n, const bool *use, double *inverse, bool *dead)
{
    int at[MTL__MIX_MAX_PARAM], k = 0;
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM], x[MTL__MIX_MAX_PARAM];
    memset(inverse, 0, (size_t)n * (size_t)n * sizeof *inverse);
    for (int i = 0; i < n; i++) {
        dead[i] = use[i] && !(info[i * n + i] > 1e-12);
        if (use[i] && !dead[i])
            at[k++] = i;
    }
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++) {
            const double s = sqrt(info[at[i] * n + at[i]]) * sqrt(info[at[j] * n + at[j]]);
            a[i * k + j] = info[at[i] * n + at[j]] / s + (i == j ? 1e-10 : 0);
        }
    const bool fine = mtl__mix_cholesky(a, k) == 0;
    for (int j = 0; j < k; j++) {
        for (int i = 0; i < k; i++)
            x[i] = i == j;
        if (fine)
            mtl__mix_cholesky_solve(a, k, x);
        const double own = sqrt(info[at[j] * n + at[j]]);
        /* The 1e-10 above bounds the variance of a dead direction by 1e10 times the least. */
        dead[at[j]] = !fine || x[j] > 1e7;
        for (int i = 0; i < k; i++)
            inverse[at[i] * n + at[j]] = x[i] / own / sqrt(info[at[i] * n + at[i]]);
    }
}

/* ---------------------------------------------------------------- bounds */
double mtl__mix_lowest(const mtl__mix_law *m, int i)
{
    if (i == m->at_error)
        return mtl__log(MTL__MIX_LEAST_ERROR);
    if (i == m->at_spread)
        return mtl__log(MTL__MIX_LEAST_SPREAD);
    return 0;
}

double mtl__mix_highest(const mtl__mix_law *m, int i)
{
    if (i == m->at_error)
        return mtl__log(0.45);
    if (i == m->at_spread)
        return mtl__log(10);
    return i == m->at_hop ? 0.5 : 1 - EDGE;
}

static double people_sum(const mtl__mix_law *m, const double *theta)
{
    double sum = 0;
    for (int a = 0; a < m->n_people; a++)
        sum += theta[a];
    return sum;
}

/* Back onto the bounds; people who are not held give way to those who are. */
static void project(const mtl__mix_law *m, const bool *held, double *theta)
{
    double fixed = 0, rest = 0;
    for (int i = 0; i < m->n_param; i++)
        if (!held || !held[i])
            theta[i] = mtl__min(mtl__max(theta[i], mtl__mix_lowest(m, i)), mtl__mix_highest(m, i));
    if (people_sum(m, theta) <= 1 - EDGE)
        return;
    for (int a = 0; a < m->n_people; a++)
        *(held && held[a] ? &fixed : &rest) += theta[a];
    for (int a = 0; a < m->n_people; a++)
        if (!held || !held[a])
            theta[a] *= rest > 0 ? mtl__max(1 - EDGE - fixed, 0) / rest : 0;
}

/* ---------------------------------------------------------------- climbing */
/* Where people are everybody already, what one gains another loses: the step along that face. `a`
   is the factored matrix of the free parameters at[k], x the step that would leave it. */
static void along_face(const mtl__mix_law *m, const double *a, const int *at, int k, double *x)
{
    double e[MTL__MIX_MAX_PARAM] = {0}, out = 0, own = 0;
    for (int i = 0; i < k; i++) {
        e[i] = at[i] < m->n_people;
        out += e[i] * x[i];
    }
    if (!(out > 0))
        return;
    mtl__mix_cholesky_solve(a, k, e);
    for (int i = 0; i < k; i++)
        own += at[i] < m->n_people ? e[i] : 0;
    for (int i = 0; i < k && own > 0; i++)
        x[i] -= out / own * e[i];
}

/* Solves the damped Newton equations over the free parameters, with `set` [n] kept as steps. */
static void solve_step(const mtl__mix_law *m, const mtl__mix_value *v, const bool *is_free,
                       const bool *set, bool face, double damping, double *step)
{
    int at[MTL__MIX_MAX_PARAM] = {0}, k = 0;
    const int n = m->n_param;
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM], x[MTL__MIX_MAX_PARAM] = {0};
    for (int i = 0; i < n; i++) {
        if (is_free[i] && !set[i])
            at[k++] = i;
        if (!set[i])
            step[i] = 0;
    }
    for (int tries = 0; tries < 30; tries++) {
        for (int i = 0; i < k; i++) {
            x[i] = v->g[at[i]];
            for (int j = 0; j < n; j++)
                x[i] += set[j] ? v->h[at[i] * n + j] * step[j] : 0;
            for (int j = 0; j < k; j++)
                a[i * k + j] = -v->h[at[i] * n + at[j]];
            a[i * k + i] += damping * (fabs(a[i * k + i]) + 1e-3 * fabs(x[i]) + 1e-9);
        }
        if (mtl__mix_cholesky(a, k) == 0)
            break;
        damping = damping > 0 ? 10 * damping : 1e-9;
    }
    mtl__mix_cholesky_solve(a, k, x);
    if (face)
        along_face(m, a, at, k, x);
    for (int i = 0; i < k; i++)
        step[at[i]] = x[i];
}

/* The direction of a Newton step, damped until it climbs; returns the gain that is expected of it.
   Logarithms do not jump by more than a factor of about ten: one that would is set to that, and the
   others are solved for again, so that a spread on its way to 0 does not hold them up. */
static double direction(const mtl__mix_law *m, const mtl__mix_value *v, const bool *is_free,
                        bool face, double damping, double *step)
{
    bool set[MTL__MIX_MAX_PARAM] = {false};
    const int logs[2] = {m->at_error, m->at_spread};
    double gain = 0;
    for (bool again = true; again;) {
        again = false;
        solve_step(m, v, is_free, set, face, damping, step);
        for (int k = 0; k < 2; k++) {
            const int i = logs[k];
            if (i < 0 || set[i] || !(fabs(step[i]) > 2.5))
                continue;
            step[i] = step[i] > 0 ? 2.5 : -2.5;
            set[i] = again = true;
        }
    }
    for (int i = 0; i < m->n_param; i++)
        gain += step[i] * v->g[i];
    return isfinite(gain) ? gain : 0;
}

static void find_free(const mtl__mix_law *m, const bool *held, const double *theta,
                      const mtl__mix_value *v, bool *is_free)
{
    for (int i = 0; i < m->n_param; i++)
        is_free[i] = !(held && held[i]) && !(theta[i] <= mtl__mix_lowest(m, i) && v->g[i] <= 0) &&
                     !(i >= m->n_people && theta[i] >= mtl__mix_highest(m, i) && v->g[i] >= 0);
}

/* The direction from theta; on the face where people are everybody it stays there or leads inwards,
   and nobody who is at 0 is asked to give. */
static double direction_at(const mtl__mix_law *m, const mtl__mix_value *v, const double *theta,
                           bool *is_free, double damping, double *step)
{
    const bool face = people_sum(m, theta) > 1 - 1.5 * EDGE;
    double gain = direction(m, v, is_free, face, damping, step);
    for (bool again = face; again;) {
        again = false;
        for (int i = 0; i < m->n_people; i++)
            if (is_free[i] && theta[i] <= 0 && step[i] < 0) {
                is_free[i] = false;
                again = true;
            }
        if (again)
            gain = direction(m, v, is_free, face, damping, step);
    }
    return gain;
}

/* How much of a step leads to that face. */
static double size_to_face(const mtl__mix_law *m, const double *theta, const double *step)
{
    const double room = 1 - EDGE - people_sum(m, theta), out = people_sum(m, step);
    return room > 0.5 * EDGE && out > room ? room / out : 1;
}

/* One step that climbs: 1 = done, 0 = at the top, -1 = no step climbs. */
static int climb_once(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                      const bool *held, double damping, double *theta, mtl__mix_value *v)
{
    bool is_free[MTL__MIX_MAX_PARAM] = {false};
    double step[MTL__MIX_MAX_PARAM] = {0}, to[MTL__MIX_MAX_PARAM] = {0};
    mtl__mix_value next;
    find_free(m, held, theta, v, is_free);
    const double gain = direction_at(m, v, theta, is_free, damping, step);
    if (!(gain > TOLERANCE))
        return 0;
    double size = size_to_face(m, theta, step);
    for (int halves = 0; halves < 25; halves++, size *= 0.5) {
        double along = 0;
        for (int i = 0; i < m->n_param; i++)
            to[i] = theta[i] + size * step[i];
        project(m, held, to);
        for (int i = 0; i < m->n_param; i++)
            along += v->g[i] * (to[i] - theta[i]);
        mtl__mix_eval(m, w, d, to, &next);
        if (next.l >= v->l + 1e-4 * along - 1e-13 * fabs(v->l) && isfinite(next.l)) {
            const bool moved = next.l > v->l + TOLERANCE || gain > 1e-6;
            memcpy(theta, to, (size_t)m->n_param * sizeof *theta);
            *v = next;
            return moved ? 1 : 0;
        }
    }
    return -1;
}

void mtl__mix_climb(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                    const bool *held, double *theta, mtl__mix_value *v)
{
    double damping = 0;
    project(m, held, theta);
    mtl__mix_eval(m, w, d, theta, v);
    for (int steps = 0; steps < 200; steps++) {
        const int ret = climb_once(m, w, d, held, damping, theta, v);
        if (ret == 0 || (ret < 0 && damping > 1))
            return;
        damping = ret > 0 ? 0.01 * damping : mtl__max(1e-3, 100 * damping);
        if (damping < 1e-9)
            damping = 0;
    }
}

/* Where climb number `start` begins; `sum` of all fractions as found so far. Nobody starts equal to
   another: between two of a kind lies a saddle. */
static void start_at(const mtl__mix_law *m, int start, double sum, const bool *held,
                     const double *kept, double *at)
{
    for (int i = 0; i < m->n_param; i++) {
        const double apart = 1 + 0.2 * i;
        at[i] = start == 0 ? 2e-3 * apart : start == 1 ? 0.04 / m->n_people * apart : 0.05 * sum;
        if (i == start - 2)
            at[i] = sum;
        if (i == m->at_hop)
            at[i] = 1e-3;
        else if (i == m->at_error)
            at[i] = mtl__log(start == 0 ? m->first_error : 0.1 * m->first_error);
        else if (i == m->at_spread)
            at[i] = mtl__log(1e-3);
        if (held && held[i])
            at[i] = kept[i];
    }
}

static void keep_better(const mtl__mix_law *m, const double *at, const mtl__mix_value *now,
                        double *best, mtl__mix_value *v)
{
    if (!(now->l > v->l + 1e-7))
        return;
    *v = *now;
    memcpy(best, at, (size_t)m->n_param * sizeof *best);
}

/* Starts: a little of everybody; where genotypes are guessed, more of everybody, and nearly all
   that was found in each one alone, for then the likelihood may have several hills. And where sites
   seem to be beyond the law, the top of the likelihood that believes every site: they may be many
   because the start was wrong. */
void mtl__mix_maximise(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                       const bool *held, double *theta, mtl__mix_value *v)
{
    const int n_starts = !m->guessing || m->n_people < 1 ? 1
                         : m->n_people == 1              ? 2
                                                         : 2 + m->n_people;
    double best[MTL__MIX_MAX_PARAM] = {0}, at[MTL__MIX_MAX_PARAM] = {0};
    mtl__mix_value now;
    start_at(m, 0, 0, held, theta, best);
    mtl__mix_climb(m, w, d, held, best, v);
    for (int s = 1; s < n_starts; s++) {
        if (s > 1 && held && held[s - 2])
            continue;
        start_at(m, s, people_sum(m, best), held, theta, at);
        mtl__mix_climb(m, w, d, held, at, &now);
        keep_better(m, at, &now, best, v);
    }
    if (v->odd > 0) {
        mtl__mix_law trusting = *m;
        trusting.odd = 0;
        start_at(m, 1, 0, held, theta, at);
        mtl__mix_climb(&trusting, w, d, held, at, &now);
        mtl__mix_climb(m, w, d, held, at, &now);
        keep_better(m, at, &now, best, v);
    }
    /* A tube that is hardly the host's looks like wild overdispersion from where few strangers are.
     */
    const bool wild = m->at_spread >= 0 && best[m->at_spread] > mtl__log(0.02);
    for (int a = 0; a < m->n_people && wild; a++) {
        if (held && held[a])
            continue;
        start_at(m, a + 2, 0.9, held, theta, at);
        mtl__mix_climb(m, w, d, held, at, &now);
        keep_better(m, at, &now, best, v);
    }
    memcpy(theta, best, (size_t)m->n_param * sizeof *theta);
}

/* ---------------------------------------------------------------- profiles */
typedef struct profile {
    const mtl__mix_law *m;
    mtl__mix_work *w;
    const mtl__mix_data *d;
    int parameter;
    double top;
    double theta[MTL__MIX_MAX_PARAM]; /* where the last climb ended */
    mtl__mix_value v;
} profile;

/* sqrt of twice the fall at x, the others climbing from where they were. */
static double root_of_fall(profile *p, double x)
{
    const mtl__mix_law *m = p->m;
    const int n = m->n_param;
    bool held[MTL__MIX_MAX_PARAM] = {false}, is_free[MTL__MIX_MAX_PARAM] = {false};
    const double move = x - p->theta[p->parameter];
    mtl__mix_value bent = p->v;
    double step[MTL__MIX_MAX_PARAM];
    held[p->parameter] = true;
    /* Where the others go when this one moves, to first order. */
    for (int i = 0; i < n; i++) {
        bent.g[i] = p->v.g[i] + p->v.h[i * n + p->parameter] * move;
        is_free[i] =
            !held[i] && p->theta[i] > mtl__mix_lowest(m, i) && p->theta[i] < mtl__mix_highest(m, i);
    }
    direction(m, &bent, is_free, false, 0, step);
    for (int i = 0; i < n; i++)
        p->theta[i] += step[i];
    p->theta[p->parameter] = x;
    mtl__mix_climb(m, p->w, p->d, held, p->theta, &p->v);
    return sqrt(mtl__max(2 * (p->top - p->v.l), 0));
}

double mtl__mix_profile_end(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                            const double *theta, const mtl__mix_value *at, int parameter, int side,
                            double fall, double step)
{
    profile p = {m, w, d, parameter, at->l, {0}, *at};
    const double want = sqrt(fall), from = theta[parameter];
    const double bound = side < 0 ? mtl__mix_lowest(m, parameter) : mtl__mix_highest(m, parameter);
    memcpy(p.theta, theta, (size_t)m->n_param * sizeof *theta);
    double a = from, ra = 0, b = from, rb = 0; /* a inside, b outside */
    for (int tries = 0; tries < 60 && rb < want; tries++) {
        a = b;
        ra = rb;
        if (b == bound)
            return bound;
        b = from + side * step;
        if (side * (b - bound) >= 0)
            b = bound;
        rb = root_of_fall(&p, b);
        step *= rb > 0.3 * want ? mtl__max(1.05 * want / rb, 1.1) : 4;
    }
    for (int tries = 0; tries < 40; tries++) {
        if (rb - want < 1e-3 * want)
            return b;
        if (want - ra < 1e-3 * want)
            return a;
        double x = a + (b - a) * (want - ra) / (rb - ra);
        if (tries % 4 == 3 || !isfinite(rb))
            x = 0.5 * (a + b);
        const double r = root_of_fall(&p, x);
        *(r < want ? &a : &b) = x;
        *(r < want ? &ra : &rb) = r;
    }
    return 0.5 * (a + b);
}
