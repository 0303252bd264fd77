/* SPDX-License-Identifier: MIT */
/* What the sections of a report share: which donors in which order and colour, one time axis, one
   range of levels, and which assay could have seen whom. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/report.h"

enum { N_COLOURS = 6 };

/* ------------------------------------------------------------------ donors in order */

static int by_first_contact(const mtl_result *r, int a, int b)
{
    const mtl__pair *p = &r->pair[a], *q = &r->pair[b];
    if (p->t_start < q->t_start || p->t_start > q->t_start)
        return p->t_start < q->t_start ? -1 : 1;
    return p->donor - q->donor;
}

static void order_pairs(mtl__page *v)
{
    const mtl_result *r = v->r;
    for (int i = 0; i < r->n_pairs; i++) {
        if (r->pair[i].host != v->focus)
            continue;
        int k = v->n_pairs++;
        for (; k > 0 && by_first_contact(r, v->pair[k - 1], i) > 0; k--)
            v->pair[k] = v->pair[k - 1];
        v->pair[k] = i;
    }
}

/* One colour per donor: first those of the focus person, then whoever else gave cells to anyone. */
static void choose_colours(mtl__page *v)
{
    enum { NONE = -2 };
    int next = 0;
    for (int i = 0; i < v->s->n_people; i++)
        v->colour[i] = NONE;
    v->colour[v->focus] = -1;
    for (int i = 0; i < v->n_pairs; i++)
        if (v->colour[v->r->pair[v->pair[i]].donor] == NONE)
            v->colour[v->r->pair[v->pair[i]].donor] = next++;
    for (int i = 0; i < v->r->n_pairs; i++)
        if (v->colour[v->r->pair[i].donor] == NONE)
            v->colour[v->r->pair[i].donor] = next++;
    for (int i = 0; i < v->s->n_people; i++)
        if (v->colour[i] == NONE)
            v->colour[i] = next++;
}

/* ------------------------------------------------------------------ axes */

static double highest(const mtl__band *x)
{
    return isfinite(x->q975) ? x->q975 : x->mean;
}

static double middle(const mtl__band *x)
{
    return isfinite(x->q500) ? x->q500 : x->mean;
}

typedef struct extent {
    double chance, unknowns, low;
} extent;

static void widen(extent *e, const mtl_result *r, const mtl__pair *p, int watched)
{
    for (int k = 0; k < r->n_times; k++) {
        const size_t i = (size_t)watched * r->n_times + k;
        if (p->level[MTL__CHANCE])
            e->chance = mtl__max(e->chance, highest(&p->level[MTL__CHANCE][i]));
        if (r->n_bands > 1 && p->level[MTL__UNKNOWNS])
            e->unknowns = mtl__max(e->unknowns, highest(&p->level[MTL__UNKNOWNS][i]));
    }
    if (r->n_times > 0 && p->level[MTL__CHANCE]) {
        const size_t last = (size_t)watched * r->n_times + r->n_times - 1;
        const double end = middle(&p->level[MTL__CHANCE][last]);
        if (end > 0)
            e->low = mtl__min(e->low, end);
    }
}

static int power_below(double x)
{
    return (int)floor(mtl__log10(x) + 1e-9);
}

/* From two decades under the LoD, or under what is left at the end, to the top of the bands; at
   least four decades, at most six. The paler band may run off the top by its last part. */
static mtl__range range_of(extent e, double lod)
{
    double top = mtl__max(e.chance, mtl__min(e.unknowns, 100 * e.chance));
    top = mtl__max(top, lod);
    if (!(top > 0) || !isfinite(top))
        return (mtl__range){-2, 2};
    mtl__range out;
    out.high = -power_below(1 / top);
    out.low = lod > 0 ? power_below(lod) - 2 : -2;
    if (isfinite(e.low) && power_below(e.low) < out.low)
        out.low = power_below(e.low);
    if (out.high - out.low > 6)
        out.low = out.high - 6;
    if (out.high - out.low < 4)
        out.low = out.high - 4;
    return out;
}

static void choose_ranges(mtl__page *v)
{
    const extent none = {0, 0, INFINITY};
    extent blood = none, organs = none;
    double lod_blood = 0, lod_organs = 0;
    for (int i = 0; i < v->n_pairs; i++) {
        const mtl__pair *p = &v->r->pair[v->pair[i]];
        for (int w = 0; w < v->r->n_watched; w++) {
            const mtl__sight sight = mtl__page_sight(v, v->focus, p->donor, v->r->watched[w]);
            double *lod = w == 0 ? &lod_blood : &lod_organs;
            if (sight.by && sight.lod > 0 && isfinite(sight.lod) && (*lod <= 0 || sight.lod < *lod))
                *lod = sight.lod;
            for (int n = 0; n < v->n_results; n++) {
                const mtl__pair *q = mtl__page_same_pair(v->result[n], p);
                if (q && w < v->result[n]->n_watched)
                    widen(w == 0 ? &blood : &organs, v->result[n], q, w);
            }
        }
    }
    v->blood = range_of(blood, lod_blood);
    v->organs = range_of(organs, lod_organs);
}

static void choose_times(mtl__page *v)
{
    const mtl_result *r = v->r;
    const mtl__person *p = &v->s->person[v->focus];
    v->t0 = isfinite(p->conceived) ? p->conceived : p->born;
    v->t1 = v->s->t_end;
    if (r->n_times > 0) {
        v->t0 = isfinite(v->t0) ? mtl__min(v->t0, r->time[0]) : r->time[0];
        v->t1 = mtl__max(v->t1, r->time[r->n_times - 1]);
    }
    if (!isfinite(v->t0))
        v->t0 = v->t1 - MTL_DAYS_PER_YEAR;
    if (!(v->t1 > v->t0))
        v->t1 = v->t0 + MTL_DAYS_PER_YEAR;
}

/* ------------------------------------------------------------------ life of a view */

int mtl__page_init(mtl__page *v, const mtl_result *const *r, int n, mtl__str *out, mtl_error *err)
{
    *v =
        (mtl__page){.result = r, .n_results = n, .r = r[0], .s = r[0]->s, .m = r[0]->m, .out = out};
    mtl__arena_init(&v->arena, 0);
    v->focus = v->s->focus;
    v->pair = mtl__arena_alloc(&v->arena, ((size_t)v->r->n_pairs + 1) * sizeof *v->pair);
    v->colour = mtl__arena_alloc(&v->arena, ((size_t)v->s->n_people + 1) * sizeof *v->colour);
    if (!v->pair || !v->colour) {
        mtl__page_free(v);
        return mtl__nomem(err);
    }
    order_pairs(v);
    choose_colours(v);
    choose_times(v);
    choose_ranges(v);
    return 0;
}

void mtl__page_free(mtl__page *v)
{
    mtl__arena_free(&v->arena);
}

/* ------------------------------------------------------------------ who sees whom */

bool mtl__page_explains(const mtl__page *v, const mtl__assay_result *a, int donor)
{
    const char *name = v->s->person[donor].name, *p = a->donors;
    const size_t n = strlen(name);
    while (p && *p) {
        p += strspn(p, ", ");
        const size_t length = strcspn(p, ",");
        if (length == n && strncmp(p, name, n) == 0)
            return true;
        p += length;
    }
    return false;
}

double mtl__page_noise(const mtl__page *v)
{
    const double p = v->r->answer[MTL__UNKNOWNS];
    const int third = v->r->opts.replicates / 3;
    if (v->r->n_bands < 2 || v->r->n_leanings < 1 || third < 1 || !(p > 0 && p < 1))
        return 0;
    /* What lies in [0, 1] with mean p varies by no more than p (1 - p). */
    return mtl__norm_quantile(1 - 0.025 / v->r->n_leanings) * sqrt(2 * p * (1 - p) / third);
}

int mtl__page_home(const mtl__page *v, const mtl__assay_result *a)
{
    for (int i = 0; i < v->n_pairs; i++)
        if (mtl__page_explains(v, a, v->r->pair[v->pair[i]].donor))
            return v->r->pair[v->pair[i]].donor;
    return -1;
}

mtl__sight mtl__page_sight(const mtl__page *v, int host, int donor, int organ)
{
    mtl__sight best = {NULL, NAN, false};
    for (int i = 0; i < v->r->n_assays; i++) {
        const mtl__assay_result *a = &v->r->assay[i];
        const mtl__sample *s = &v->s->sample[a->sample];
        if (s->person != host || s->assay < 0 || !mtl__page_explains(v, a, donor))
            continue;
        const bool other = s->organ != organ;
        const double lod = 1e6 * a->lod;
        if (best.by && (other > best.other_organ || (other == best.other_organ && lod >= best.lod)))
            continue;
        best = (mtl__sight){a, lod, other};
    }
    return best;
}

bool mtl__page_has_organ(const mtl__page *v, int person, int organ)
{
    const mtl__organ *o = &v->m->organ[organ];
    const enum mtl__sex sex = v->s->person[person].sex;
    return !o->sampling_only && !(o->sex == 'f' && sex == MTL__MALE) &&
           !(o->sex == 'm' && sex == MTL__FEMALE);
}

const char *mtl__page_name(const mtl__page *v, int person)
{
    return v->s->person[person].name;
}

const char *mtl__page_class(const mtl__page *v, int person)
{
    /* Hues are few: who comes later has a second mark, so that two dozen donors differ. */
    static const char *const name[4][N_COLOURS] = {
        {"d0", "d1", "d2", "d3", "d4", "d5"},
        {"d0 dash", "d1 dash", "d2 dash", "d3 dash", "d4 dash", "d5 dash"},
        {"d0 dots", "d1 dots", "d2 dots", "d3 dots", "d4 dots", "d5 dots"},
        {"d0 both", "d1 both", "d2 both", "d3 both", "d4 both", "d5 both"}};
    const int c = v->colour[person];
    return c < 0 ? "me" : name[c / N_COLOURS % 4][c % N_COLOURS];
}

void mtl__page_marks_key(mtl__page *v, int host)
{
    for (int i = 0; i < v->r->n_pairs; i++) {
        const mtl__pair *p = &v->r->pair[i];
        if (v->colour[p->donor] < N_COLOURS || (host >= 0) != (p->host == host) ||
            (host < 0 && p->host == v->focus))
            continue;
        mtl__str_printf(v->out,
                        "<p>There are %d colours. Who comes after them takes one again, with a "
                        "second mark: the name is <b>underlined</b> (dashed, dotted, double) and "
                        "the line and the edge of the band are drawn the same way.</p>\n",
                        N_COLOURS);
        return;
    }
}

const char *mtl__organ_label(const mtl_model *m, int organ)
{
    const mtl__organ *o = &m->organ[organ];
    return o->label && o->label[0] ? o->label : o->name;
}

const char *mtl__organ_short(const mtl_model *m, int organ, char buf[64])
{
    const char *label = mtl__organ_label(m, organ), *group = m->organ[organ].group;
    const size_t n = group ? strlen(group) : 0;
    if (n > 0 && strncmp(label + 1, group + 1, n - 1) == 0 &&
        (label[0] | 0x20) == (group[0] | 0x20) && strncmp(label + n, ": ", 2) == 0 && label[n + 2])
        label += n + 2;
    snprintf(buf, 64, "%s", label);
    if (buf[0] >= 'a' && buf[0] <= 'z')
        buf[0] = (char)(buf[0] - 'a' + 'A');
    return buf;
}

const mtl__pair *mtl__page_same_pair(const mtl_result *r, const mtl__pair *p)
{
    for (int i = 0; i < r->n_pairs; i++)
        if (r->pair[i].host == p->host && r->pair[i].donor == p->donor)
            return &r->pair[i];
    return NULL;
}

int mtl__page_watched(const mtl_result *r, int organ)
{
    for (int w = 0; w < r->n_watched; w++)
        if (r->watched[w] == organ)
            return w;
    return -1;
}
