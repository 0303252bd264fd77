/* SPDX-License-Identifier: MIT */
/* The same lives under two hypotheses, or in two scenarios. Both runs draw from streams of the same
   names, so numbers are compared within lives: the mean difference with the paired t (Student
   1908), the share of lives that differ with the exact interval of Clopper and Pearson (1934),
   positive samples by the exact test of McNemar (1947). Until when two lives are the same is read
   off the hashes of their counts at the dates that both runs look at. */
#include "run/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/num.h"
#include "run/run_internal.h"

/* ---------------------------------------------------------------- numbers */
/* The point that |t| exceeds with probability p. */
static double t_point(int df, double p)
{
    const double x = mtl__beta_quantile(p, 0.5 * df, 0.5);
    return sqrt(df * (1 - x) / x);
}

mtl_paired mtl__paired_of(const float *a, const float *b, int n, double scale)
{
    mtl_paired p = {.n = n};
    double sum_a = 0, sum_b = 0, square = 0;
    int differ = 0, larger = 0;
    for (int i = 0; i < n; i++) {
        const double x = a ? (double)a[i] : 0, y = b ? (double)b[i] : 0;
        const bool apart = fabs(x - y) > 1e-6 * mtl__max(fabs(x), fabs(y));
        sum_a += x;
        sum_b += y;
        differ += apart;
        larger += apart && y > x;
    }
    const double mean = (sum_b - sum_a) / n;
    for (int i = 0; i < n; i++) {
        const double d = (b ? (double)b[i] : 0) - (a ? (double)a[i] : 0) - mean;
        square += d * d;
    }
    const double half = n > 1 ? t_point(n - 1, 0.05) * sqrt(square / (n - 1) / n) : NAN;
    p.a = scale * sum_a / n;
    p.b = scale * sum_b / n;
    p.difference = scale * mean;
    p.low = scale * (mean - half);
    p.high = scale * (mean + half);
    p.differ = (double)differ / n;
    p.differ_low = differ > 0 ? mtl__beta_quantile(0.025, differ, n - differ + 1) : 0;
    p.differ_high = differ < n ? mtl__beta_quantile(0.975, differ + 1, n - differ) : 1;
    p.b_larger = (double)larger / n;
    return p;
}

double mtl__mcnemar(int only_a, int only_b)
{
    const int n = only_a + only_b, less = only_a < only_b ? only_a : only_b;
    if (2 * less == n)
        return 1;
    return mtl__min(1, 2 * mtl__beta_inc(n - less, less + 1, 0.5));
}

/* ---------------------------------------------------------------- the same people and dates */
typedef struct known {
    const char *name;
    int person;
} known;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const known *)a)->name, ((const known *)b)->name);
}

static int match_people(mtl_compare *c, mtl_error *err)
{
    const mtl_scenario *a = c->a->s, *b = c->b->s;
    known *list = malloc(((size_t)b->n_people + 1) * sizeof *list);
    c->person_b = mtl__arena_alloc(&c->arena, ((size_t)a->n_people + 1) * sizeof *c->person_b);
    if (!list || !c->person_b) {
        free(list);
        return mtl__nomem(err);
    }
    for (int i = 0; i < b->n_people; i++)
        list[i] = (known){b->person[i].name, i};
    qsort(list, (size_t)b->n_people, sizeof *list, by_name);
    for (int i = 0; i < a->n_people; i++) {
        const known key = {a->person[i].name, 0};
        const known *found =
            b->n_people ? bsearch(&key, list, (size_t)b->n_people, sizeof *list, by_name) : NULL;
        c->person_b[i] = found ? found->person : -1;
    }
    free(list);
    return 0;
}

static int match_times(mtl_compare *c, mtl_error *err)
{
    const mtl_result *a = c->a, *b = c->b;
    const size_t room = (size_t)a->n_times + 1;
    c->time = mtl__arena_alloc(&c->arena, room * sizeof *c->time);
    c->at_a = mtl__arena_alloc(&c->arena, room * sizeof *c->at_a);
    c->at_b = mtl__arena_alloc(&c->arena, room * sizeof *c->at_b);
    if (!c->time || !c->at_a || !c->at_b)
        return mtl__nomem(err);
    for (int i = 0, k = 0; i < a->n_times; i++) {
        while (k < b->n_times && b->time[k] < a->time[i])
            k++;
        if (k == b->n_times || b->time[k] > a->time[i])
            continue;
        c->time[c->n_times] = a->time[i];
        c->at_a[c->n_times] = i;
        c->at_b[c->n_times++] = k;
    }
    return 0;
}

/* Pairs are sorted by host, then donor. */
static int find_pair(const mtl_result *r, int host, int donor)
{
    int lo = 0, hi = r->n_pairs;
    while (host >= 0 && donor >= 0 && lo < hi) {
        const int mid = (lo + hi) / 2;
        const mtl__pair *p = &r->pair[mid];
        if (p->host < host || (p->host == host && p->donor < donor))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < r->n_pairs && r->pair[lo].host == host && r->pair[lo].donor == donor ? lo : -1;
}

/* ---------------------------------------------------------------- levels */
/* A pair of bodies of either run; -1 where it is not there. */
typedef struct twosome {
    int a, b;
} twosome;

static const float *lives_of(const mtl_result *r, int pair, int organ, int band)
{
    if (pair < 0 || organ < 0 || band >= r->n_bands)
        return NULL;
    return r->final_each[band] +
           ((size_t)pair * (size_t)r->m->n_organs + (size_t)organ) * (size_t)r->opts.replicates;
}

static bool any(const float *x, int n)
{
    for (int i = 0; x && i < n; i++)
        if (x[i] > 0)
            return true;
    return false;
}

static int add_level(mtl_compare *c, size_t *cap, twosome t, int organ, int organ_b)
{
    const mtl_result *a = c->a, *b = c->b;
    const mtl_result *of = t.a >= 0 ? a : b;
    const mtl__pair *p = &of->pair[t.a >= 0 ? t.a : t.b];
    const mtl__organ *o = &of->m->organ[t.a >= 0 ? organ : organ_b];
    const float *x[2][MTL__N_BANDS];
    bool there = false;
    for (int k = 0; k < MTL__N_BANDS; k++) {
        x[0][k] = lives_of(a, t.a, organ, k);
        x[1][k] = lives_of(b, t.b, organ_b, k);
        there = there || any(x[0][k], c->n) || any(x[1][k], c->n);
    }
    if (!there) {
        c->n_empty++;
        return 0;
    }
    MTL_TRY(mtl__grow(&c->level, cap, (size_t)c->n_levels + 1, sizeof *c->level));
    mtl__compared_level *l = &c->level[c->n_levels++];
    const bool bands = a->n_bands > MTL__UNKNOWNS && b->n_bands > MTL__UNKNOWNS;
    *l = (mtl__compared_level){
        .row = {.host = of->s->person[p->host].name,
                .donor = of->s->person[p->donor].name,
                .organ = o->name,
                .organ_label = o->label && o->label[0] ? o->label : o->name,
                .relation = p->relation,
                .in_a = t.a >= 0,
                .in_b = t.b >= 0,
                .chance = mtl__paired_of(x[0][0], x[1][0], c->n, 1)},
        .each = {x[0][0], x[1][0]},
        .donor = t.a >= 0 ? p->donor : -1,
    };
    l->row.focus = strcmp(l->row.host, a->s->person[a->s->focus].name) == 0;
    if (bands)
        l->row.unknowns = mtl__paired_of(x[0][1], x[1][1], c->n, 1);
    return 0;
}

static int organ_of(const mtl_model *m, const char *name)
{
    for (int o = 0; o < m->n_organs; o++)
        if (strcmp(m->organ[o].name, name) == 0)
            return o;
    return -1;
}

static int add_levels(mtl_compare *c, size_t *cap, twosome t)
{
    const mtl_model *a = c->a->m, *b = c->b->m;
    for (int o = 0; o < a->n_organs; o++)
        MTL_TRY(add_level(c, cap, t, o, organ_of(b, a->organ[o].name)));
    for (int o = 0; t.a < 0 && o < b->n_organs; o++)
        if (organ_of(a, b->organ[o].name) < 0)
            MTL_TRY(add_level(c, cap, t, -1, o));
    return 0;
}

/* ---------------------------------------------------------------- pairings */
static double quantile_of_dates(double *date, int n, double q)
{
    return date[(int)(q * (n - 1) + 0.5)];
}

static int by_date(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Index of the first common date at which a life is not the same, n_times if none; `seen`: there
   was a cell in either. */
static int parting(const mtl_compare *c, twosome t, int life, bool *seen)
{
    const size_t R = (size_t)c->n;
    const uint64_t *x = c->a->fingerprint + (size_t)t.a * (size_t)c->a->n_times * R + (size_t)life,
                   *y = c->b->fingerprint + (size_t)t.b * (size_t)c->b->n_times * R + (size_t)life;
    *seen = false;
    for (int k = 0; k < c->n_times; k++) {
        const uint64_t p = x[(size_t)c->at_a[k] * R], q = y[(size_t)c->at_b[k] * R];
        *seen = *seen || p || q;
        if (p != q)
            return k;
    }
    return c->n_times;
}

static int follow_lives(mtl_compare *c, mtl__compared_pairing *x, twosome t, mtl_error *err)
{
    double *date = malloc(((size_t)c->n + 1) * sizeof *date);
    int *parts = calloc((size_t)c->n_times + 1, sizeof *parts);
    x->together = mtl__arena_alloc(&c->arena, ((size_t)c->n_times + 1) * sizeof *x->together);
    const int ret = date && parts && x->together ? 0 : mtl__nomem(err);
    for (int i = 0; ret == 0 && i < c->n; i++) {
        bool seen;
        const int k = parting(c, t, i, &seen);
        x->row.parted += k < c->n_times;
        x->row.empty += !seen;
        date[i] = k < c->n_times ? c->time[k] : HUGE_VAL;
        parts[k]++;
    }
    if (ret == 0) {
        int left = c->n;
        for (int k = 0; k < c->n_times; k++) {
            left -= parts[k];
            x->together[k] = (float)left / (float)c->n;
        }
        qsort(date, (size_t)c->n, sizeof *date, by_date);
        x->row.n = c->n;
        x->row.first = date[0];
        x->row.median = quantile_of_dates(date, c->n, 0.5);
        x->row.last = date[c->n - 1];
    }
    free(date);
    free(parts);
    return ret;
}

static int add_pairing(mtl_compare *c, size_t *cap, twosome t, mtl_error *err)
{
    const mtl_scenario *s = c->a->s;
    if (t.a < 0 || t.b < 0)
        return 0;
    if (mtl__grow(&c->pairing, cap, (size_t)c->n_pairings + 1, sizeof *c->pairing) < 0)
        return mtl__nomem(err);
    mtl__compared_pairing *x = &c->pairing[c->n_pairings++];
    const mtl__pair *p = &c->a->pair[t.a];
    *x = (mtl__compared_pairing){.row = {.host = s->person[p->host].name,
                                         .donor = s->person[p->donor].name,
                                         .focus = p->host == s->focus,
                                         .median = NAN,
                                         .first = NAN,
                                         .last = NAN},
                                 .donor = p->donor};
    return c->a->fingerprint && c->b->fingerprint ? follow_lives(c, x, t, err) : 0;
}

/* ---------------------------------------------------------------- all pairs of bodies */
typedef struct caps {
    size_t level, pairing;
} caps;

static int add_pair(mtl_compare *c, caps *cap, twosome t, mtl_error *err)
{
    if (add_levels(c, &cap->level, t) < 0)
        return mtl__nomem(err);
    return add_pairing(c, &cap->pairing, t, err);
}

/* Pairs of A with the same of B, the focus person's first; then those of B that A has not. */
static int add_pairs(mtl_compare *c, mtl_error *err)
{
    const mtl_result *a = c->a, *b = c->b;
    caps cap = {0, 0};
    bool *met = calloc((size_t)b->n_pairs + 1, sizeof *met);
    int ret = met ? 0 : mtl__nomem(err);
    for (int others = 0; others < 2; others++)
        for (int k = 0; ret == 0 && k < a->n_pairs; k++) {
            const mtl__pair *p = &a->pair[k];
            if ((p->host != a->s->focus) != others)
                continue;
            const twosome t = {k, find_pair(b, c->person_b[p->host], c->person_b[p->donor])};
            if (t.b >= 0)
                met[t.b] = true;
            ret = add_pair(c, &cap, t, err);
        }
    for (int k = 0; ret == 0 && k < b->n_pairs; k++)
        if (!met[k])
            ret = add_pair(c, &cap, (twosome){-1, k}, err);
    free(met);
    return ret;
}

/* ---------------------------------------------------------------- samples */
static const char *assay_name(const mtl_result *r, const mtl__sample *x)
{
    return x->assay >= 0 ? r->m->assay[x->assay].name : "";
}

static bool same_sample(const mtl_compare *c, const mtl__sample *x, const mtl__sample *y)
{
    return c->person_b[x->person] == y->person && x->t >= y->t && x->t <= y->t &&
           strcmp(c->a->m->organ[x->organ].name, c->b->m->organ[y->organ].name) == 0 &&
           strcmp(assay_name(c->a, x), assay_name(c->b, y)) == 0;
}

static void add_sample(mtl_compare *c, int k, int j)
{
    const mtl_result *a = c->a, *b = c->b;
    const mtl__sample *x = &a->s->sample[k];
    const mtl__assay_result *p = &a->assay[k], *q = &b->assay[j];
    mtl_compare_sample *out = &c->sample[c->n_samples++];
    *out = (mtl_compare_sample){
        .person = a->s->person[x->person].name,
        .organ = a->m->organ[x->organ].name,
        .assay = assay_name(a, x),
        .t_days = x->t,
        .p_a = p->p_positive[MTL__CHANCE],
        .p_b = q->p_positive[MTL__CHANCE],
        .p_mcnemar = NAN,
        .level = mtl__paired_of(p->fraction[MTL__CHANCE], q->fraction[MTL__CHANCE], c->n, 1e6)};
    if (x->assay < 0) { /* nothing was looked for */
        out->level = (mtl_paired){.a = NAN, .b = NAN, .difference = NAN, .low = NAN, .high = NAN};
        return;
    }
    for (int i = 0; i < c->n; i++) {
        const bool in_a = p->positive[MTL__CHANCE][i], in_b = q->positive[MTL__CHANCE][i];
        out->only_a += in_a && !in_b;
        out->only_b += in_b && !in_a;
    }
    out->p_mcnemar = mtl__mcnemar(out->only_a, out->only_b);
}

/* The same sample taken twice meets its like in order. */
static int add_samples(mtl_compare *c, mtl_error *err)
{
    const mtl_scenario *a = c->a->s, *b = c->b->s;
    bool *met = calloc((size_t)b->n_samples + 1, sizeof *met);
    c->sample = mtl__arena_alloc(&c->arena, ((size_t)a->n_samples + 1) * sizeof *c->sample);
    const int ret = met && c->sample ? 0 : mtl__nomem(err);
    for (int k = 0; ret == 0 && k < a->n_samples; k++) {
        int j = 0;
        while (j < b->n_samples && (met[j] || !same_sample(c, &a->sample[k], &b->sample[j])))
            j++;
        if (j == b->n_samples)
            continue;
        met[j] = true;
        add_sample(c, k, j);
    }
    c->n_unshared = a->n_samples + b->n_samples - 2 * c->n_samples;
    free(met);
    return ret;
}

/* ---------------------------------------------------------------- dates before the runs */
/* The dates of a run that nobody has carried out yet, added to those at hand. */
static int add_dates(double **dates, size_t *cap, int *n, const mtl_scenario *s, const mtl_model *m,
                     mtl_error *err)
{
    mtl_result r = {.s = s, .m = m, .n_bands = 1};
    mtl__plan p = {.r = &r, .R = 1};
    mtl_run_opts_init(&r.opts);
    mtl__arena_init(&r.arena, 0);
    int ret = mtl__world_new(&p.world, s, m, err);
    if (ret == 0)
        ret = mtl__plan_make(&p, err);
    if (ret == 0 && mtl__grow(dates, cap, (size_t)(*n + r.n_times) + 1, sizeof **dates) < 0)
        ret = mtl__nomem(err);
    for (int k = 0; ret == 0 && k < r.n_times; k++)
        (*dates)[(*n)++] = r.time[k];
    mtl__world_free(p.world);
    mtl__arena_free(&r.arena);
    return ret;
}

int mtl_compare_both_dates(const mtl_scenario *a, const mtl_model *model_a, const mtl_scenario *b,
                           const mtl_model *model_b, double **dates, int *n, mtl_error *err)
{
    size_t cap = 0;
    *dates = NULL;
    *n = 0;
    mtl_error_clear(err);
    int ret = add_dates(dates, &cap, n, a, model_a, err);
    if (ret == 0)
        ret = add_dates(dates, &cap, n, b, model_b, err);
    if (ret < 0) {
        free(*dates);
        *dates = NULL;
        *n = 0;
    }
    return ret;
}

/* ---------------------------------------------------------------- the whole */
static int can_be_paired(const mtl_result *a, const mtl_result *b, mtl_error *err)
{
    if (!a->final_each[MTL__CHANCE] || !b->final_each[MTL__CHANCE])
        return mtl__fail(err, MTL_ERR_USAGE, "solver",
                         "lives are compared one by one, and the analytic solver follows none; "
                         "take auto, exact or leap");
    if (a->opts.seed != b->opts.seed || a->opts.first_replicate != b->opts.first_replicate ||
        a->opts.replicates != b->opts.replicates)
        return mtl__fail(err, MTL_ERR_USAGE, "seed",
                         "the two runs must have one seed, first replicate and number of lives");
    return 0;
}

int mtl_compare_run(mtl_compare **out, const mtl_result *a, const char *label_a,
                    const mtl_result *b, const char *label_b, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    MTL_TRY(can_be_paired(a, b, err));
    mtl_compare *c = calloc(1, sizeof *c);
    if (!c)
        return mtl__nomem(err);
    mtl__arena_init(&c->arena, 0);
    c->a = a;
    c->b = b;
    c->n = a->opts.replicates;
    c->label_a = mtl__arena_strdup(&c->arena, label_a ? label_a : "A");
    c->label_b = mtl__arena_strdup(&c->arena, label_b ? label_b : "B");
    int ret = c->label_a && c->label_b ? match_people(c, err) : mtl__nomem(err);
    if (ret == 0)
        ret = match_times(c, err);
    if (ret == 0)
        ret = add_pairs(c, err);
    if (ret == 0)
        ret = add_samples(c, err);
    if (ret == 0)
        ret = mtl__compare_hosts(c, err);
    if (ret == 0)
        ret = mtl__compare_find_headline(c, err);
    if (ret < 0) {
        mtl_compare_free(c);
        return ret;
    }
    *out = c;
    return 0;
}

void mtl_compare_free(mtl_compare *c)
{
    if (!c)
        return;
    free(c->level);
    free(c->pairing);
    free(c->host);
    mtl__arena_free(&c->arena);
    free(c);
}

/* ---------------------------------------------------------------- rows */
int mtl_compare_n_levels(const mtl_compare *c)
{
    return c->n_levels;
}

int mtl_compare_get_level(const mtl_compare *c, int i, mtl_compare_level *out)
{
    if (i < 0 || i >= c->n_levels)
        return MTL_ERR_USAGE;
    *out = c->level[i].row;
    return 0;
}

int mtl_compare_n_samples(const mtl_compare *c)
{
    return c->n_samples;
}

int mtl_compare_get_sample(const mtl_compare *c, int i, mtl_compare_sample *out)
{
    if (i < 0 || i >= c->n_samples)
        return MTL_ERR_USAGE;
    *out = c->sample[i];
    return 0;
}

int mtl_compare_n_pairings(const mtl_compare *c)
{
    return c->n_pairings;
}

int mtl_compare_get_pairing(const mtl_compare *c, int i, mtl_compare_pairing *out)
{
    if (i < 0 || i >= c->n_pairings)
        return MTL_ERR_USAGE;
    *out = c->pairing[i].row;
    return 0;
}

const char *mtl_compare_answer(const mtl_compare *c, int which, double *chance, double *unknowns)
{
    const mtl_result *r = which < 0 ? c->a : c->b;
    *chance = r->answer[MTL__CHANCE];
    *unknowns = r->n_bands > MTL__UNKNOWNS ? r->answer[MTL__UNKNOWNS] : NAN;
    return r->answer_text ? r->answer_text : "";
}

/* Levels are skewed, and a mean of few lives is told by one of them: so the sign of the difference
   within lives may tell as well (exact test). */
int mtl_compare_beyond_chance(const mtl_compare *c, const mtl_paired *p)
{
    int n = 0;
    for (int i = 0; i < c->n_levels; i++)
        n += c->level[i].row.focus && c->level[i].row.chance.differ > 0;
    if (p->n < 2 || !isfinite(p->low))
        return 1;
    const double least = 0.05 / (2 * (n > 1 ? n : 1)); /* of each of the two tests */
    const int up = (int)(p->b_larger * p->n + 0.5), differ = (int)(p->differ * p->n + 0.5);
    const double half =
        0.5 * (p->high - p->low) * t_point(p->n - 1, least) / t_point(p->n - 1, 0.05);
    return fabs(p->difference) > half || mtl__mcnemar(differ - up, up) < least;
}

const char *mtl_compare_note(const mtl_compare *c)
{
    static const char *const one_acts[] = {
        "In B cells and hosts act on one another, in A they do not: from the first date at which "
        "they may, B takes other steps, and lives part there.",
        "In A cells and hosts act on one another, in B they do not: from the first date at which "
        "they may, A takes other steps, and lives part there."};
    bool parted = false;
    for (int i = 0; i < c->n_pairings; i++)
        parted = parted || c->pairing[i].row.parted > 0;
    if (!parted)
        return "";
    if (c->a->host.together != c->b->host.together)
        return one_acts[c->a->host.together];
    if (strcmp(c->a->s->hash, c->b->s->hash) != 0 && c->a->opts.solver != MTL_SOLVER_EXACT)
        return "Steps of leap depend on all that lies ahead: the exact solver keeps more lives of "
               "two scenarios the same.";
    return "";
}

void mtl_compare_dates(const mtl_compare *c, double *a, double *b)
{
    *a = c->a->t_final;
    *b = c->b->t_final;
}
