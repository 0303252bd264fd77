/* SPDX-License-Identifier: MIT */
/* Who can have whose cells, as far as the scenario says: mother and child through a pregnancy,
   twins of one chorion, milk. Cells that are in a body when a tie opens go on, so grandmothers and
   older siblings come in by way of the mother. In a pedigree without dates any pregnancy may have
   come before any other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers.h"

typedef struct ties {
    mtl__tie *tie;
    int n;
    size_t cap;
    bool oom;
} ties;

static void add(ties *t, int from, int to, double begins, double ends, enum mtl__tie_kind kind)
{
    if (t->oom || mtl__grow(&t->tie, &t->cap, (size_t)t->n + 1, sizeof *t->tie) < 0) {
        t->oom = true;
        return;
    }
    t->tie[t->n++] = (mtl__tie){from, to, isnan(begins) ? -HUGE_VAL : begins,
                                isnan(ends) ? HUGE_VAL : ends, kind};
}

static void add_both(ties *t, int a, int b, double begins, double ends, enum mtl__tie_kind kind)
{
    add(t, a, b, begins, ends, kind);
    add(t, b, a, begins, ends, kind);
}

static void pregnancy(ties *t, const mtl_scenario *s, const mtl__pregnancy *p)
{
    for (int k = 0; k < p->n_children; k++) {
        const mtl__conceptus *c = &s->child[p->child0 + k];
        const double ends = isnan(c->ended) ? p->ended : c->ended;
        add_both(t, p->mother, c->person, p->conceived, ends, MTL__TIE_PREGNANCY);
    }
}

static void contact(ties *t, const mtl__contact *c)
{
    static const enum mtl__tie_kind kind[] = {
        [MTL__MILK] = MTL__TIE_MILK,         [MTL__TRANSFUSION] = MTL__TIE_TRANSFUSION,
        [MTL__ORGAN_GRAFT] = MTL__TIE_GRAFT, [MTL__STEM_CELL_GRAFT] = MTL__TIE_GRAFT,
        [MTL__INFUSION] = MTL__TIE_INFUSION, [MTL__ANASTOMOSIS] = MTL__TIE_TWIN};
    add(t, c->giver, c->taker, c->t0, c->t1, kind[c->kind]);
    if (c->kind == MTL__ANASTOMOSIS)
        add(t, c->taker, c->giver, c->t0, c->t1, kind[c->kind]);
}

static void all_ties(ties *t, const mtl_scenario *s)
{
    for (int i = 0; i < s->n_pregnancies; i++)
        pregnancy(t, s, &s->pregnancy[i]);
    for (int i = 0; i < s->n_contacts; i++)
        contact(t, &s->contact[i]);
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].mother >= 0 && s->person[i].pregnancy < 0)
            add_both(t, s->person[i].mother, i, NAN, NAN, MTL__TIE_PREGNANCY);
}

static const char *const tie_word[] = {"pregnancy",   "twin",  "milk",
                                       "transfusion", "graft", "infusion"};

/* Bodies between donor and host on the way of the first arrival, from the host backwards; their
 *number. first: the tie by which the cells left the donor. */
static int bodies_between(const ties *t, const int *via, int donor, int host, int *chain, int most,
                          const mtl__tie **first)
{
    int n = 0;
    *first = NULL;
    for (int at = host; at != donor && via[at] >= 0;) {
        *first = &t->tie[via[at]];
        at = (*first)->from;
        if (at == donor)
            break;
        if (n == most)
            return n;
        chain[n++] = at;
    }
    return n;
}

/* "pregnancy; milk", or "pregnancy, by way of anna; graft": the first way, then other direct ones.
 */
static const char *way(mtl_markers *r, const ties *t, const int *via, int donor, int host)
{
    enum { MOST = 8 };
    int chain[MOST];
    const mtl__tie *first;
    mtl__str text = {0};
    const int n = bodies_between(t, via, donor, host, chain, MOST, &first);
    unsigned said = n == 0 && first ? 1u << first->kind : 0;
    mtl__str_add(&text, first ? tie_word[first->kind] : "");
    for (int k = n - 1; k >= 0; k--)
        mtl__str_printf(&text, "%s%s", k == n - 1 ? ", by way of " : " and ",
                        r->s->person[chain[k]].name);
    for (int k = 0; k < t->n; k++) {
        const mtl__tie *other = &t->tie[k];
        if (other->from != donor || other->to != host || (said >> other->kind & 1))
            continue;
        said |= 1u << other->kind;
        mtl__str_printf(&text, "; %s", tie_word[other->kind]);
    }
    const char *kept = text.oom ? NULL : mtl__arena_strdup(&r->arena, text.s);
    mtl__str_free(&text);
    return kept;
}

static int named_host(const mtl_markers *r, int *out, mtl_error *err)
{
    char hint[96] = "";
    *out = -1;
    if (!r->o.host)
        return MTL_OK;
    *out = mtl__person_named(r->s, r->o.host);
    if (*out >= 0)
        return MTL_OK;
    mtl__person_hint(r->s, r->o.host, hint, sizeof hint);
    return mtl__fail(err, MTL_ERR_NAME, "host", "nobody is called '%.60s'%s", r->o.host, hint);
}

/* Nobody takes a sample of a pregnancy that was lost. */
static bool can_be_host(const mtl__person *p)
{
    return !(isnan(p->born) && p->pregnancy >= 0);
}

static int one_host(mtl_markers *r, const ties *t, mtl__host *h, const double *arrival,
                    const int *via, mtl_error *err)
{
    const size_t n = (size_t)r->s->n_people;
    h->n_pairs = 0;
    for (size_t d = 0; d < n; d++)
        h->n_pairs += (int)d != h->person && arrival[d * n + (size_t)h->person] < HUGE_VAL;
    h->pair = mtl__arena_alloc(&r->arena, ((size_t)h->n_pairs + 1) * sizeof *h->pair);
    h->never = mtl__arena_alloc(&r->arena,
                                ((size_t)h->n_pairs * (size_t)h->n_pairs + 1) * sizeof *h->never);
    if (!h->pair || !h->never)
        return mtl__nomem(err);
    int k = 0;
    for (size_t d = 0; d < n; d++) {
        if ((int)d == h->person || !(arrival[d * n + (size_t)h->person] < HUGE_VAL))
            continue;
        mtl__pair *p = &h->pair[k++];
        p->donor = (int)d;
        p->way = way(r, t, via + d * n, (int)d, h->person);
        p->least_own = mtl__arena_alloc(&r->arena, (size_t)r->draws * sizeof *p->least_own);
        p->least_any = mtl__arena_alloc(&r->arena, (size_t)r->draws * sizeof *p->least_any);
        p->wells = mtl__arena_alloc(&r->arena, (size_t)r->draws * sizeof *p->wells);
        if (!p->way || !p->least_own || !p->least_any || !p->wells)
            return mtl__nomem(err);
    }
    return MTL_OK;
}

static int hosts(mtl_markers *r, const ties *t, mtl_error *err)
{
    const size_t n = (size_t)r->s->n_people;
    int only, ret;
    MTL_TRY(named_host(r, &only, err));
    double *arrival = malloc((n * n + 1) * sizeof *arrival);
    int *via = malloc((n * n + 1) * sizeof *via);
    r->host = mtl__arena_alloc(&r->arena, (n + 1) * sizeof *r->host);
    ret = arrival && via && r->host ? MTL_OK : mtl__nomem(err);
    for (size_t d = 0; ret == MTL_OK && d < n; d++)
        ret = mtl__reach(t->tie, t->n, (int)n, (int)d, arrival + d * n, via + d * n, err);
    for (int i = 0; ret == MTL_OK && i < (int)n; i++) {
        if ((only >= 0 && i != only) || (only < 0 && !can_be_host(&r->s->person[i])))
            continue;
        mtl__host *h = &r->host[r->n_hosts];
        *h = (mtl__host){.person = i};
        ret = one_host(r, t, h, arrival, via, err);
        if (h->n_pairs > 0 || only >= 0)
            r->n_hosts++;
    }
    free(arrival);
    free(via);
    return ret;
}

int mtl__markers_hosts(mtl_markers *r, mtl_error *err)
{
    ties t = {0};
    all_ties(&t, r->s);
    const int ret = t.oom ? mtl__nomem(err) : hosts(r, &t, err);
    free(t.tie);
    return ret;
}
