/* SPDX-License-Identifier: MIT */
/* The hosts of one replicate as the companion of its lanes: every host follows its own equations
   and reads its share of the tallies; who carries which HLA haplotype is drawn once for all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/family.h"

struct mtl__lives {
    const mtl__world *w;
    mtl__host_state **state;
    double *t;    /* [n_hosts] where each stands */
    double *came; /* [n_hosts] where each stood before the last advance */
    int *lane;    /* [n_hosts] of its tumours, -1 */
    const mtl__part **part;
    const mtl__antigens_law *law; /* NULL where no host asks who carries which haplotype */
    mtl__antigens antigens;
    const mtl__host_record *record;
    int *place;          /* [n_people][n_hosts] of a donor among those of a host, -1 */
    mtl__beside *beside; /* [n_people] */
    mtl__companion companion;
};

/* ---------------------------------------------------------------- companion */
static const mtl__host_spec *spec_of(const mtl__lives *x, int h)
{
    return &x->w->host[h].spec;
}

static int advance(void *ctx, double t1, const double *y0, const double *y1, mtl_error *err)
{
    mtl__lives *x = ctx;
    for (int h = 0; h < x->w->n_hosts; h++) {
        const double end = mtl__min(t1, spec_of(x, h)->t1);
        x->came[h] = x->t[h];
        if (!(end > x->t[h]))
            continue;
        const int k = x->w->host[h].tally0;
        MTL_TRY(mtl__host_advance(x->state[h], end, y0 + k, y1 + k, err));
        x->t[h] = end;
    }
    return 0;
}

static void back(void *ctx)
{
    mtl__lives *x = ctx;
    for (int h = 0; h < x->w->n_hosts; h++)
        if (x->t[h] > x->came[h]) {
            mtl__host_back(x->state[h]);
            x->t[h] = x->came[h];
        }
}

static void settle(void *ctx)
{
    mtl__lives *x = ctx;
    for (int h = 0; h < x->w->n_hosts; h++)
        if (x->t[h] > x->came[h]) {
            mtl__host_settle(x->state[h]);
            x->came[h] = x->t[h];
        }
}

static double event(const void *ctx)
{
    const mtl__lives *x = ctx;
    double t = HUGE_VAL;
    for (int h = 0; h < x->w->n_hosts; h++)
        if (x->t[h] > x->came[h])
            t = mtl__min(t, mtl__host_event(x->state[h]));
    return t;
}

static bool alive(const mtl__lives *x, int h)
{
    return x->t[h] < spec_of(x, h)->t1;
}

static double longest(const void *ctx)
{
    const mtl__lives *x = ctx;
    double h = HUGE_VAL;
    for (int k = 0; k < x->w->n_hosts; k++)
        if (alive(x, k))
            h = mtl__min(h, mtl__host_longest(x->state[k]));
    return h < HUGE_VAL ? h : 365;
}

static double next_break(const void *ctx, double t)
{
    const mtl__lives *x = ctx;
    double next = HUGE_VAL;
    for (int h = 0; h < x->w->n_hosts; h++) {
        const mtl__host_spec *s = spec_of(x, h);
        if (t < s->t0)
            next = mtl__min(next, s->t0);
        else if (t < s->t1)
            next = mtl__min(next, mtl__min(s->t1, mtl__host_next_break(x->state[h], t)));
    }
    return next;
}

/* Where a clone lives in the part that its host's tumours run in; -1 = nowhere. */
static int type_of(const mtl__lives *x, int h, const mtl__host_clone *c)
{
    const mtl__world *w = x->w;
    const mtl__part *part = x->part[h];
    const int type = w->body[w->host[h].body].type[c->kind * w->m->n_organs + c->organ];
    for (int k = 0; part && type >= 0 && k < part->process.n_types; k++)
        if (part->type[k] == type)
            return k;
    return -1;
}

static int arrivals(void *ctx, mtl__arrival *out, int most)
{
    mtl__lives *x = ctx;
    int n = 0;
    for (int h = 0; h < x->w->n_hosts; h++) {
        mtl__host_clone clone;
        while (n < most && mtl__host_clones(x->state[h], &clone, 1) > 0) {
            const int type = type_of(x, h, &clone);
            if (type >= 0)
                out[n++] = (mtl__arrival){x->lane[h], type, clone.cells};
        }
    }
    return n;
}

static void record(void *ctx, int k)
{
    mtl__lives *x = ctx;
    for (int h = 0; x->record && h < x->w->n_hosts; h++)
        mtl__host_note(x->state[h], &x->record[h], k);
}

/* ---------------------------------------------------------------- making */
/* Whoever has the same genome as somebody before is that person, immunologically. */
static void find_genomes(const mtl_scenario *s, int *genome)
{
    for (int i = 0; i < s->n_people; i++) {
        genome[i] = i;
        for (int k = 0; k < i && genome[i] == i && s->person[i].pregnancy >= 0; k++)
            if (s->person[k].pregnancy == s->person[i].pregnancy && mtl__same_genome(s, k, i))
                genome[i] = genome[k];
    }
}

int mtl__lives_antigens(mtl__antigens_law **out, const mtl_scenario *s, mtl_error *err)
{
    const mtl__antigens_known known = {s->hla, s->typing};
    int *genome = malloc(((size_t)s->n_people + 1) * sizeof *genome);
    *out = NULL;
    if (!genome)
        return mtl__nomem(err);
    find_genomes(s, genome);
    const int ret =
        mtl__antigens_law_new(out, s->person, s->n_people, genome, s->hla ? &known : NULL, err);
    free(genome);
    return ret;
}

static bool needs_antigens(const mtl__world *w)
{
    for (int h = 0; h < w->n_hosts; h++)
        if (mtl__host_needs_antigens(w->host[h].plan))
            return true;
    return false;
}

static void find_places(mtl__lives *x)
{
    const mtl__world *w = x->w;
    const size_t nh = (size_t)w->n_hosts;
    for (size_t k = 0; k < nh * (size_t)w->s->n_people; k++)
        x->place[k] = -1;
    for (int h = 0; h < w->n_hosts; h++)
        for (int d = 0; d < w->host[h].spec.n_donors; d++)
            x->place[(size_t)w->host[h].spec.donor[d] * nh + (size_t)h] = d;
    for (int i = 0; i < w->s->n_people; i++)
        x->beside[i] = (mtl__beside){x->state, x->place + (size_t)i * nh};
}

int mtl__lives_new(mtl__lives **out, const mtl__world *w, const mtl__antigens_law *law,
                   mtl_error *err)
{
    const size_t nh = (size_t)w->n_hosts + 1, np = (size_t)w->s->n_people + 1;
    mtl__lives *x = *out = calloc(1, sizeof *x);
    if (!x)
        return mtl__nomem(err);
    x->w = w;
    x->law = needs_antigens(w) ? law : NULL;
    x->state = calloc(nh, sizeof *x->state);
    x->t = calloc(nh, sizeof *x->t);
    x->came = calloc(nh, sizeof *x->came);
    x->lane = calloc(nh, sizeof *x->lane);
    x->part = calloc(nh, sizeof *x->part);
    x->place = calloc(nh * np, sizeof *x->place);
    x->beside = calloc(np, sizeof *x->beside);
    int ret = x->state && x->t && x->came && x->lane && x->part && x->place && x->beside
                  ? 0
                  : mtl__nomem(err);
    for (int h = 0; ret == 0 && h < w->n_hosts; h++)
        ret = mtl__host_state_new(&x->state[h], w->host[h].plan, err);
    if (ret < 0) {
        mtl__lives_free(x);
        *out = NULL;
        return ret;
    }
    find_places(x);
    x->companion = (mtl__companion){.ctx = x,
                                    .n_tallies = w->n_tallies,
                                    .advance = advance,
                                    .back = back,
                                    .settle = settle,
                                    .event = event,
                                    .longest = longest,
                                    .next_break = next_break,
                                    .arrivals = arrivals,
                                    .record = record};
    return 0;
}

void mtl__lives_free(mtl__lives *x)
{
    if (!x)
        return;
    for (int h = 0; x->state && h < x->w->n_hosts; h++)
        mtl__host_state_free(x->state[h]);
    mtl__antigens_free(&x->antigens);
    free(x->state);
    free(x->t);
    free(x->came);
    free(x->lane);
    free(x->part);
    free(x->place);
    free(x->beside);
    free(x);
}

int mtl__lives_begin(mtl__lives *x, uint64_t seed, uint64_t replicate, const mtl__host_record *kept,
                     mtl_error *err)
{
    if (x->law)
        MTL_TRY(mtl__antigens_draw_by(&x->antigens, x->law, seed, replicate, err));
    x->record = kept;
    x->companion.t_start = HUGE_VAL;
    for (int h = 0; h < x->w->n_hosts; h++) {
        MTL_TRY(mtl__host_begin(x->state[h], x->law ? &x->antigens : NULL, seed, replicate, err));
        x->t[h] = x->came[h] = spec_of(x, h)->t0;
        x->lane[h] = -1;
        x->part[h] = NULL;
        x->companion.t_start = mtl__min(x->companion.t_start, x->t[h]);
    }
    return 0;
}

const mtl__companion *mtl__lives_companion(const mtl__lives *x)
{
    return &x->companion;
}

void mtl__lives_clones(mtl__lives *x, int host, int lane, const mtl__part *part)
{
    x->lane[host] = lane;
    x->part[host] = part;
}

void mtl__lives_see(const mtl__lives *x, int donor, const mtl__part *part, mtl__process *p,
                    mtl__env *env)
{
    *p = part->process;
    if (!p->env)
        return;
    *env = *p->env;
    env->beside = &x->beside[donor];
    p->env = env;
}

double mtl__lives_mismatch(const mtl__lives *x, int host, int donor)
{
    return x->law ? mtl__antigens_mismatch(&x->antigens, host, donor) : NAN;
}

/* ---------------------------------------------------------------- tallies */
typedef struct listing {
    mtl__counted *x;
    size_t cap;
    int n;
} listing;

static int list_one(listing *l, int tally, int index, double weight)
{
    if (!(weight > 0))
        return 0;
    MTL_TRY(mtl__grow(&l->x, &l->cap, (size_t)l->n + 1, sizeof *l->x));
    l->x[l->n++] = (mtl__counted){tally, index, weight};
    return 0;
}

/* What tally i of a host counts in the stretch of the part that is the host's body. */
static int list_tally(const mtl__world *w, const mtl__followed *h, int i, const mtl__part *part,
                      const int *at, listing *types, listing *coxes)
{
    const mtl_model *m = w->m;
    const mtl__body *b = &w->body[h->body];
    for (int k = 0; k < m->n_kinds; k++) {
        for (int o = 0; o < m->n_organs; o++) {
            const int type = b->type[k * m->n_organs + o];
            for (int j = at[0]; type >= 0 && j < at[1]; j++)
                if (part->type[j] == type)
                    MTL_TRY(list_one(types, h->tally0 + i, j, mtl__host_weight(h->plan, i, k, o)));
        }
        for (int j = at[2]; b->cox[k] >= 0 && j < at[3]; j++)
            if (part->cox[j] == b->cox[k])
                MTL_TRY(
                    list_one(coxes, h->tally0 + i, j, mtl__host_weight(h->plan, i, k, m->blood)));
    }
    return 0;
}

static mtl__counted *keep(const listing *l, mtl__arena *a, bool *ok)
{
    mtl__counted *x = mtl__arena_alloc(a, ((size_t)l->n + 1) * sizeof *x);
    *ok = *ok && x;
    if (x && l->n)
        memcpy(x, l->x, (size_t)l->n * sizeof *x);
    return x;
}

int mtl__lives_counting(const mtl__world *w, const mtl__part *part, int donor, mtl__arena *a,
                        mtl__counting *out, mtl_error *err)
{
    listing types = {0}, coxes = {0};
    int body = -1, at[4] = {0, 0, 0, 0}, ret = 0;
    while (mtl__next_body(w, part, &body, &at[0], &at[1], &at[2], &at[3])) {
        const int host = w->host_of[w->body_person[body]];
        for (int i = 0; host >= 0 && i < mtl__host_n_tallies(w->host[host].plan); i++) {
            const mtl__followed *h = &w->host[host];
            if (h->spec.donor[mtl__host_tally_at(h->plan, i)->donor] == donor && ret == 0)
                ret = list_tally(w, h, i, part, at, &types, &coxes);
        }
    }
    bool ok = ret == 0;
    *out = (mtl__counting){keep(&types, a, &ok), keep(&coxes, a, &ok), types.n, coxes.n};
    free(types.x);
    free(coxes.x);
    return ok ? 0 : mtl__nomem(err);
}
