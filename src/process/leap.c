/* SPDX-License-Identifier: MIT */
/* The leaping solver: Strang splitting of each step h into half of the moves, all of birth, death
   and immigration, half of the moves.

   Moves (leaving and landing, changes) follow their exact multi-hop law by uniformisation: with a
   rate R above every cell's rate of moving, each cell has Poisson(R h) occasions to move, at each
   of which a cell of type i moves with probability rate_i / R. Cells with at least r occasions are
   followed round by round, as counts; a round costs the types in use, not pairs of types. Birth and
   death follow Kendall's law exactly: of n cells a binomial share has living descendants, each line
   a geometric number; constant immigration adds its negative binomial (Kendall 1948). What is left
   is the splitting error, of order h^2 (Strang 1968). Factors are taken at the middle of the step.
 */
#include "process/solver.h"

#include <math.h>

double mtl__leap_step(const mtl__process *p, const mtl__work *w, const mtl__sim_opts *o)
{
    if (o->step_days > 0) /* asked for: taken as it is, so that halving it halves the steps */
        return o->step_days;
    double move = 0, turn = 0, net_lo = HUGE_VAL, net_hi = -HUGE_VAL;
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        double m = t->leave * w->f_hi[t->f_leave];
        for (int c = t->change0; c < t->change1; c++)
            m += p->change[c].rate * w->f_hi[p->change[c].factor];
        move = mtl__max(move, m);
        const double b = t->divide * w->f_hi[t->f_divide], d = t->die * w->f_hi[t->f_die];
        turn = mtl__max(turn, b + d);
        net_lo = mtl__min(net_lo, b - d);
        net_hi = mtl__max(net_hi, b - d);
    }
    /* Moves and turnover commute where one of them is zero. The mean is off by order h^2 move x
       spread, where spread is how much net growth differs between types; the variance by order h^2
       move x turnover. */
    const double spread = net_hi - net_lo;
    double h = move > 0 && turn > 0 ? 0.35 / sqrt(move * turn) : HUGE_VAL;
    if (move > 0 && spread > 1e-12 * turn)
        h = mtl__min(h, 0.1 / sqrt(move * spread));
    if (w->varies)
        h = mtl__min(h, turn + move > 0 ? 0.35 / (turn + move) : h);
    return h;
}

/* ---------------------------------------------------------------- moves */
static double type_moves(const mtl__process *p, const mtl__work *w, const mtl__type *t)
{
    double m = t->leave * w->f[t->f_leave];
    for (int c = t->change0; c < t->change1; c++)
        m += p->change[c].rate * w->f[p->change[c].factor];
    return m;
}

/* n cells of type i move: each leaves into its row (gathered in `pool`) or changes. */
static void spread(const mtl__process *p, mtl__state *s, mtl__work *w, int i, int64_t n,
                   double moves)
{
    const mtl__type *t = &p->type[i];
    double left = moves;
    int64_t rest = n;
    for (int c = t->change0; c < t->change1 && rest > 0; c++) {
        const double x = p->change[c].rate * w->f[p->change[c].factor];
        const bool last = c == t->change1 - 1 && !(t->leave > 0);
        const double pr = last ? 1 : x / left;
        const int64_t got = mtl__rng_binomial(&w->rng, rest, pr < 1 ? pr : 1);
        w->arriving[p->change[c].target] += got;
        s->ledger.changes += got;
        rest -= got;
        left -= x;
    }
    if (rest > 0) { /* only with a row: else the last change has taken all */
        s->ledger.leaves += rest;
        w->pool[t->row] += rest;
    }
}

/* One round: every moving cell makes one move with its probability; arrivals stand in w->moving
 * after. */
static void move_round(const mtl__process *p, mtl__state *s, mtl__work *w, double rate)
{
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        const int64_t a = w->moving[i];
        if (a == 0)
            continue;
        const double m = w->move_rate[i];
        const int64_t go = mtl__rng_binomial(&w->rng, a, m < rate ? m / rate : 1);
        w->arriving[i] += a - go;
        if (go > 0)
            spread(p, s, w, i, go, m);
    }
    for (int k = 0; k < w->n_row_list; k++) {
        const int r = w->row_list[k];
        if (w->pool[r] == 0)
            continue;
        const int64_t n = w->pool[r];
        w->pool[r] = 0;
        mtl__route_many(p, s, w, r, n, w->arriving);
    }
}

/* P(at least r occasions) for r = 1, 2, ... of a Poisson(x) number, by summing what is left. */
static double tail_above(double x, int r)
{
    return mtl__gamma_p(r, x);
}

static void moves(const mtl__process *p, mtl__state *s, mtl__work *w, double rate, double h)
{
    const double x = rate * h;
    if (!(x > 0))
        return;
    double at_least = -mtl__expm1(-x);
    bool any = false;
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        w->moving[i] = w->arriving[i] = 0;
        if (s->n[i] == 0)
            continue;
        w->moving[i] = mtl__rng_binomial(&w->rng, s->n[i], at_least);
        s->n[i] -= w->moving[i];
        any = any || w->moving[i] > 0;
    }
    for (int r = 1; any; r++) {
        move_round(p, s, w, rate);
        const double next = tail_above(x, r + 1);
        const double on = at_least > 0 ? next / at_least : 0;
        any = false;
        for (int k = 0; k < w->n_list; k++) {
            const int i = w->list[k];
            const int64_t a = w->arriving[i];
            w->arriving[i] = 0;
            w->moving[i] = a > 0 ? mtl__rng_binomial(&w->rng, a, on < 1 ? on : 1) : 0;
            s->n[i] += a - w->moving[i];
            any = any || w->moving[i] > 0;
        }
        at_least = next;
    }
}

/* ---------------------------------------------------------------- birth, death, immigration */
/* What a step of h days does to a type: with g the integral of exp((b - d) u) over the step, a line
   has died out with probability d g / (1 + b g), and living ones are geometric with b g / (1 + b g)
   (Kendall 1948). */
typedef struct kendall {
    double g, extinct, more, b;
} kendall;

static kendall kendall_of(double b, double d, double h)
{
    const double x = (b - d) * h;
    const double g = fabs(x) < 1e-10 ? h * (1 + 0.5 * x) : mtl__expm1(x) / (b - d);
    return (kendall){g, d * g / (1 + b * g), b * g / (1 + b * g), b};
}

/* n cells after the step. */
static int64_t descendants(mtl__state *s, mtl__rng *rng, int64_t n, const kendall *k)
{
    int64_t now = n;
    if (n > 0 && k->extinct > 0) {
        now = mtl__rng_binomial(rng, n, 1 - k->extinct);
        s->ledger.deaths += n - now;
    }
    if (now > 0 && k->more > 0) {
        const int64_t born = mtl__rng_negbin(rng, (double)now, 1 - k->more);
        s->ledger.births += born;
        now += born;
    }
    return now;
}

/* What Poisson immigration at `in` per day over the step has become. */
static int64_t newcomers(mtl__state *s, mtl__rng *rng, double in, const kendall *k)
{
    if (!(in > 0))
        return 0;
    const int64_t came = k->b * k->g > 1e-9 ? mtl__rng_negbin(rng, in / k->b, 1 - k->more)
                                            : mtl__rng_poisson(rng, in * k->g);
    s->ledger.immigrated += came;
    return came;
}

static int births_and_deaths(const mtl__process *p, mtl__state *s, mtl__work *w, double h,
                             const mtl__sim_opts *o, mtl_error *err)
{
    for (int j = 0; j < w->n_list; j++) {
        const int i = w->list[j];
        const mtl__type *t = &p->type[i];
        const bool fed = w->n_inflow && (w->inflow_to[i] > 0 || w->inflow_landed[i] > 0);
        const double b = t->divide * w->f[t->f_divide], d = t->die * w->f[t->f_die];
        if ((s->n[i] == 0 || !(b > 0 || d > 0)) && !fed)
            continue;
        if ((b - d) * h > 60)
            return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                             "the cells grow without bound: net growth %.3g a day at day %.6g",
                             b - d, s->t);
        const kendall k = kendall_of(b, d, h);
        s->n[i] = descendants(s, &w->rng, s->n[i], &k);
        if (fed) {
            s->n[i] += newcomers(s, &w->rng, w->inflow_to[i], &k);
            const int64_t landed = newcomers(s, &w->rng, w->inflow_landed[i], &k);
            s->ledger.landed += landed;
            s->n[i] += landed;
        }
        if (s->n[i] > o->max_cells)
            return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                             "the cells grow without bound: more than %.3g of one type at day %.6g",
                             (double)o->max_cells, s->t);
    }
    return 0;
}

/* Expected immigration per day into each type with the mean factors of the step; what rows lose on
   the way goes to the ledger by its own Poisson number, so that every cell that came is accounted
   for. */
static void inflows_now(const mtl__process *p, mtl__state *s, mtl__work *w, double h)
{
    if (w->n_inflow == 0)
        return;
    double into_rows = 0, landed = 0;
    for (int k = 0; k < w->n_list; k++)
        w->inflow_to[w->list[k]] = w->inflow_landed[w->list[k]] = 0;
    for (int k = 0; k < w->n_inflow; k++) {
        const mtl__inflow *f = &w->src->inflow[w->inflow[k]];
        const double x = f->rate * s->group[f->group] * w->f_in[f->factor];
        if (f->to == MTL__TO_TYPE) {
            w->inflow_to[f->target] += x;
        } else {
            into_rows += x;
            mtl__route_mean(p, w, f->target, x, w->inflow_landed);
        }
    }
    for (int k = 0; k < w->n_list; k++)
        landed += w->inflow_landed[w->list[k]];
    if (into_rows - landed > 1e-9 * into_rows) {
        const int64_t n = mtl__rng_poisson(&w->rng, (into_rows - landed) * h);
        s->ledger.immigrated += n;
        s->ledger.lost += n;
    }
}

/* ---------------------------------------------------------------- steps */
/* Intensities over a step, the drive taken as the line between its ends. */
static void cox_step(const mtl__process *p, mtl__state *s, mtl__work *w, double h)
{
    mtl__cox_drives(p, s, w, w->outputs_vary ? w->f_out : w->f, w->drive);
    for (int k = 0; k < w->n_active_cox; k++) {
        const int c = w->active_cox[k];
        const double d0 = w->drive0[c], d1 = w->drive[c];
        w->drive0[c] = d1;
        if (!(s->y[c] > 0 || d0 > 0 || d1 > 0))
            continue;
        const mtl__decay d = mtl__decay_over(p->cox_decay[c], h);
        s->y[c] = mtl__max(0, s->y[c] * d.keep + d0 * d.phi1 + (d1 - d0) * d.phi2);
    }
}

/* Fills move_rate with the factors of now; returns the largest. */
static double set_move_rates(const mtl__process *p, mtl__work *w)
{
    double most = 0;
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        w->move_rate[i] = type_moves(p, w, &p->type[i]);
        most = mtl__max(most, w->move_rate[i]);
    }
    return most;
}

/* Factors of a step: in the middle (f), at its end on this side of a jump (f_out, where they stood
   as of its beginning), and their mean over it by Simpson's rule (f_in): immigration is what the
   step adds up, and a curve of pregnancy bends within it. */
static void step_factors(const mtl__process *p, mtl__work *w, double t, double h)
{
    const bool mean = w->n_inflow > 0;
    if (!p->env || !(w->varies || w->crosses || w->outputs_vary || mean))
        return;
    mtl__work_look(p, w, t + 0.5 * h, w->f);
    if (!mean && !w->outputs_vary)
        return;
    for (int i = -1; i < w->n_used; i++) {
        const int k = i < 0 ? 0 : w->used[i];
        w->f_in[k] = w->f_out[k] + 4 * w->f[k];
    }
    mtl__work_look(p, w, t + h * (1 - 1e-9), w->f_out);
    for (int i = -1; i < w->n_used; i++) {
        const int k = i < 0 ? 0 : w->used[i];
        w->f_in[k] = (w->f_in[k] + w->f_out[k]) / 6;
    }
}

int mtl__leap_run(const mtl__process *p, mtl__state *s, mtl__work *w, double t1, double step,
                  const mtl__sim_opts *o, mtl_error *err)
{
    const double span = t1 - s->t;
    if (!(span > 0))
        return 0;
    const double want = step < HUGE_VAL ? ceil(span / step - 1e-9) : 1;
    if (!(want < 1e9))
        return mtl__fail(err, MTL_ERR_LIMIT, NULL, "%.3g leaping steps from day %.6g to %.6g", want,
                         s->t, t1);
    const int64_t steps = (want < 1 ? 1 : (int64_t)want) * (o->refine > 1 ? o->refine : 1);
    const double h = span / (double)steps, t0 = s->t;
    double rate = set_move_rates(p, w);
    s->split = s->split || rate > 0;
    for (int i = 0; i < w->n_factors; i++)
        w->f_out[i] = w->f[i];
    mtl__cox_drives(p, s, w, w->f_out, w->drive0);
    for (int64_t k = 0; k < steps; k++) {
        step_factors(p, w, t0 + (double)k * h, h);
        if (w->varies)
            rate = set_move_rates(p, w);
        /* Two half moves with the same rates in a row are one whole move, unless intensities want
           the counts between them. */
        const bool join = !w->varies && w->n_active_cox == 0;
        if (k == 0 || !join)
            moves(p, s, w, rate, 0.5 * h);
        inflows_now(p, s, w, h);
        MTL_TRY(births_and_deaths(p, s, w, h, o, err));
        moves(p, s, w, rate, join && k + 1 < steps ? h : 0.5 * h);
        if (w->n_active_cox)
            cox_step(p, s, w, h);
        s->t = t0 + (double)(k + 1) * h;
    }
    s->t = t1;
    return 0;
}
