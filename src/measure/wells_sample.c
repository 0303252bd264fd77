/* SPDX-License-Identifier: MIT */
/* One sample made ready: which targets inform in its host (those that the host does not carry),
   which donors could be there, and which of them nothing on the plate tells apart (they are seen by
   the same targets: one set, one level, whose copies are the mean of their laws). A target that
   nobody is known to carry stands for somebody unknown with one allele. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

static const mtl__carrier *carrier(const mtl__target *t, int person)
{
    for (int i = 0; i < t->n_carriers; i++)
        if (t->carrier[i].person == person)
            return &t->carrier[i];
    return NULL;
}

static double chance_to_carry(const mtl__target *t, int person)
{
    const mtl__carrier *c = carrier(t, person);
    return c ? c->chance[1] + c->chance[2] : 0.0;
}

static bool informs(const mtl__plate *p, int sample, int target)
{
    const mtl__target *t = &p->target[target];
    const int host = p->sample[sample].host;
    if (t->reference || (host >= 0 && chance_to_carry(t, host) > 0.5))
        return false;
    for (int i = 0; i < p->n; i++)
        if (mtl__reaction_counts(&p->reaction[i], sample, target))
            return true;
    return false;
}

static bool same_view(const mtl__sets *s, const mtl__plate *p, int a, int b)
{
    for (int t = 0; t < s->n_targets; t++) {
        const mtl__target *target = &p->target[s->target[t]];
        if ((chance_to_carry(target, a) > 0.0) != (chance_to_carry(target, b) > 0.0))
            return false;
    }
    return true;
}

static bool seen(const mtl__sets *s, const mtl__plate *p, int person)
{
    for (int t = 0; t < s->n_targets; t++)
        if (chance_to_carry(&p->target[s->target[t]], person) > 0.0)
            return true;
    return false;
}

/* Adds people to sets; those beyond MTL__SETS_MAX join the last. */
static void add_people(mtl__sets *s, const mtl__plate *p, int host)
{
    for (int person = 0; person < p->n_people; person++) {
        int at = 0;
        if (person == host || !seen(s, p, person))
            continue;
        while (at < s->n_sets && !same_view(s, p, s->donor[at][0], person))
            at++;
        if (at == MTL__SETS_MAX)
            at--;
        if (at == s->n_sets)
            s->n_sets++;
        s->donor[at][s->n_donors[at]++] = person;
        for (int t = 0; t < s->n_targets; t++)
            if (chance_to_carry(&p->target[s->target[t]], person) > 0.0)
                s->covers[at * s->n_targets + t] = true;
    }
}

int mtl__sets_find(mtl__sets *s, const mtl__plate *p, int sample, mtl__arena *arena, mtl_error *err)
{
    *s = (mtl__sets){0};
    const size_t targets = (size_t)p->n_targets + 1, people = (size_t)p->n_people + 1;
    s->target = mtl__arena_alloc(arena, targets * sizeof *s->target);
    s->n_donors = mtl__arena_alloc(arena, MTL__SETS_MAX * sizeof *s->n_donors);
    s->donor = mtl__arena_alloc(arena, MTL__SETS_MAX * sizeof *s->donor);
    s->covers = mtl__arena_alloc(arena, MTL__SETS_MAX * targets * sizeof *s->covers);
    if (!s->target || !s->n_donors || !s->donor || !s->covers)
        return mtl__nomem(err);
    for (int i = 0; i < MTL__SETS_MAX; i++) {
        s->donor[i] = mtl__arena_alloc(arena, people * sizeof **s->donor);
        if (!s->donor[i])
            return mtl__nomem(err);
    }
    for (int t = 0; t < p->n_targets; t++)
        if (informs(p, sample, t))
            s->target[s->n_targets++] = t;
    add_people(s, p, p->sample[sample].host);
    for (int t = 0; t < s->n_targets; t++) { /* hits that nobody known could leave */
        bool covered = false;
        for (int i = 0; i < s->n_sets; i++)
            covered = covered || s->covers[i * s->n_targets + t];
        if (!covered && s->n_sets < MTL__SETS_MAX)
            s->covers[s->n_sets++ * s->n_targets + t] = true;
    }
    return 0;
}

/* ---------------------------------------------------------------- evidence */
/* The partner's alleles in the host and in each set; its fragments in the partitions of this
 * target. */
static int make_partner(mtl__partner *out, mtl__evidence *e, const mtl__sets *s,
                        const mtl__plate *p, int sample, mtl__arena *arena)
{
    const mtl__target *t = &p->target[e->target];
    double n = 0.0, k = 0.0;
    if (!e->digital || t->partner < 0)
        return 0;
    for (int i = 0; i < p->n; i++)
        if (mtl__reaction_counts(&p->reaction[i], sample, t->partner)) {
            n += (double)p->reaction[i].partitions;
            k += (double)p->reaction[i].positive;
        }
    double *copies = mtl__arena_alloc(arena, (size_t)s->n_sets * sizeof *copies);
    if (!copies)
        return MTL_ERR_MEMORY;
    if (!(k > 0.0 && k < n))
        return 0;
    const mtl__target *other = &p->target[t->partner];
    const int host = p->sample[sample].host;
    const mtl__carrier *h = host >= 0 ? carrier(other, host) : NULL;
    const double hit = k / n, mean = -mtl__log1p(-hit);
    out->use = true;
    out->fragments = other->fragments;
    out->host = h ? h->chance[1] + 2.0 * h->chance[2] : 2.0; /* it lacks the other allele */
    if (!(out->host > 0.0))
        out->host = 2.0;
    for (int i = 0; i < s->n_sets; i++) {
        double sum = 0.0;
        for (int d = 0; d < s->n_donors[i]; d++) {
            const mtl__carrier *c = carrier(other, s->donor[i][d]);
            const mtl__carrier *own = carrier(t, s->donor[i][d]);
            /* not listed there: a diploid site has two alleles */
            sum += c ? c->chance[1] + 2.0 * c->chance[2]
                     : (own ? 2.0 * own->chance[0] + own->chance[1] : 1.0);
        }
        copies[i] = s->n_donors[i] ? sum / s->n_donors[i] : 1.0;
    }
    out->copies = copies;
    e->scale = mean * (double)e->places;
    e->scale_sd = sqrt(hit / (n * (1.0 - hit))) / mean;
    return 0;
}

/* Wells that differ by more than chance: Ct of hit wells, or positives among partitions. */
static double spread_of(const mtl__evidence *e, const mtl__plate *p, int sample)
{
    if (!e->digital)
        return e->has_ct ? mtl__spread_p(&e->law, e->ct, e->hits) : (double)NAN;
    const double hit = (double)e->positive / (double)e->places;
    double sum = 0.0;
    if (e->wells < 2 || e->positive < 5 * e->wells)
        return (double)NAN;
    for (int i = 0; i < p->n; i++)
        if (mtl__reaction_counts(&p->reaction[i], sample, e->target)) {
            const double n = (double)p->reaction[i].partitions;
            const double z = (double)p->reaction[i].positive - n * hit;
            sum += z * z / (n * hit * (1.0 - hit));
        }
    return mtl__chi2_sf(sum, e->wells - 1.0);
}

static int collect(mtl__evidence *e, const mtl__plate *p, int sample, mtl__arena *arena)
{
    e->ct = mtl__arena_alloc(arena, (size_t)p->n * sizeof *e->ct);
    if (!e->ct)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        if (!mtl__reaction_counts(r, sample, e->target))
            continue;
        e->digital = e->digital || r->partitions > 0;
        e->wells++;
        if (r->partitions > 0) {
            e->places += r->partitions;
            e->positive += r->positive;
            e->hits += r->positive > 0;
        } else if (!isnan(r->ct))
            e->ct[e->hits++] = r->ct;
    }
    if (!e->digital) {
        e->places = e->wells;
        e->positive = e->hits;
    }
    return 0;
}

/* Ct values that the curve can speak of; how many fragments are there, roughly. */
static void take_curve(mtl__evidence *e, const mtl__plate *p, const mtl__wells *w, unsigned *flags)
{
    const mtl__target *t = &p->target[e->target];
    const mtl__curve *c = e->digital ? NULL : mtl__curve_for(w, e->target);
    double mean = 0.0;
    const double places = (double)e->places, positive = (double)e->positive;
    e->seen = positive < places ? -places * mtl__log1p(-positive / places)
                                : places * (mtl__log(places) + 1.0);
    if (!e->digital && !c)
        *flags |= MTL__FLAG_NO_CURVE;
    if (!c || e->hits == 0)
        return;
    for (int i = 0; i < e->hits; i++)
        mean += e->ct[i] / e->hits;
    e->has_ct = true;
    e->law = mtl__curve_law(c, t, mean, &e->shift_sd);
    e->law_df = c->df;
    e->seen = 0.0;
    double most = 0.0;
    for (int i = 0; i < e->hits; i++) {
        const double log_m = (e->ct[i] - e->law.one) / e->law.slope * MTL__LN10;
        const double m = mtl__exp(mtl__min(log_m, 25.0));
        e->seen += mtl__max(m, 1.0);
        most = mtl__max(most, m);
    }
    if (most / (t->calibrator * t->fragments) > 1.5 * c->quantity_high)
        *flags |= MTL__FLAG_BEYOND_CURVE;
    *flags |= c->flags;
}

static void count_places(mtl__evidence *e, const mtl__genomes *g, const mtl__partner *p,
                         bool *fractions)
{
    if (p->use)
        return;
    const double per = e->digital && !isnan(g->per_partition) ? g->per_partition * (double)e->places
                                                              : g->per_well * e->wells;
    e->scale = per;
    if (isnan(per)) {
        *fractions = false;
        e->scale = e->wells;
    }
}

/* Fragments by which the predictive blank expects more false ones than the blanks had. */
static double excess_of(const mtl__evidence *e, const mtl__wells *w)
{
    const double blanks = w->blank_wells[e->target], hits = w->blank_hits[e->target];
    if (!(hits < blanks))
        return 0.0;
    return (double)e->places * (mtl__background_mean(&e->background) + mtl__log1p(-hits / blanks));
}

/* Where nothing else counts genomes, those that a partner counts in partitions serve other targets
   in partitions of the same tube; donors are taken as few. */
static mtl__genomes borrow_genomes(const mtl__joint *j, const mtl__genomes *g)
{
    mtl__genomes known = *g;
    for (int t = 0; t < j->n_evidence && isnan(known.per_well) && isnan(known.per_partition); t++) {
        const mtl__partner *p = &j->partner[t];
        if (p->use)
            known.per_partition =
                j->evidence[t].scale / (double)j->evidence[t].places / (p->fragments * p->host);
    }
    return known;
}

static int make_evidence(mtl__joint *j, const mtl__sets *s, const mtl__plate *p,
                         const mtl__wells *w, int sample, const mtl__genomes *g, mtl__arena *arena,
                         unsigned *flags)
{
    j->n_evidence = s->n_targets;
    j->evidence = mtl__arena_alloc(arena, (size_t)(s->n_targets + 1) * sizeof *j->evidence);
    j->partner = mtl__arena_alloc(arena, (size_t)(s->n_targets + 1) * sizeof *j->partner);
    if (!j->evidence || !j->partner)
        return MTL_ERR_MEMORY;
    for (int t = 0; t < s->n_targets; t++) {
        mtl__evidence *e = &j->evidence[t];
        e->target = s->target[t];
        e->fragments = p->target[e->target].fragments;
        e->background =
            (mtl__background){w->background_shape[e->target], w->background_rate[e->target]};
        if (collect(e, p, sample, arena) < 0)
            return MTL_ERR_MEMORY;
        e->excess = excess_of(e, w);
        take_curve(e, p, w, &flags[t]);
        if (make_partner(&j->partner[t], e, s, p, sample, arena) < 0)
            return MTL_ERR_MEMORY;
        e->p_spread = spread_of(e, p, sample);
        if (e->p_spread < 0.01)
            flags[t] |= MTL__FLAG_REPLICATES_SPREAD;
    }
    j->fractions = true;
    const mtl__genomes known = borrow_genomes(j, g);
    for (int t = 0; t < s->n_targets; t++)
        count_places(&j->evidence[t], &known, &j->partner[t], &j->fractions);
    if (!j->fractions) /* all in donor genomes per well, or per sample where a partner counts */
        for (int t = 0; t < s->n_targets; t++)
            if (!j->partner[t].use)
                j->evidence[t].scale = j->evidence[t].wells;
    j->most = j->fractions ? 1.0 : 1e9;
    return 0;
}

/* ---------------------------------------------------------------- copies */
/* The law of the copies of set s at target t: mean over its people; NULL person: one allele. */
static void copies_law(const mtl__sets *s, const mtl__plate *p, int set, int t, double *chance)
{
    const mtl__target *target = &p->target[s->target[t]];
    memset(chance, 0, 3 * sizeof *chance);
    if (s->n_donors[set] == 0) {
        chance[s->covers[set * s->n_targets + t]] = 1.0;
        return;
    }
    for (int d = 0; d < s->n_donors[set]; d++) {
        const mtl__carrier *c = carrier(target, s->donor[set][d]);
        for (int z = 0; z < 3; z++)
            chance[z] += (c ? c->chance[z] : z == 0) / s->n_donors[set];
    }
    int covered = 0;
    for (int i = 0; i < s->n_targets; i++)
        covered += s->covers[set * s->n_targets + i];
    const double carries = chance[1] + chance[2];
    if (covered == 1 && carries > 0.0) { /* its only target: what is said is said of carriers */
        chance[0] = 0.0;
        chance[1] /= carries;
        chance[2] /= carries;
    }
}

static int make_configs(mtl__joint *j, const mtl__sets *s, const mtl__plate *p, int n_whole,
                        mtl__arena *arena, bool *unsure)
{
    const int cells = s->n_targets * s->n_sets;
    double law[3];
    mtl__config *k = mtl__arena_alloc(arena, MTL__CONFIGS_MAX * sizeof *k);
    int8_t *z = mtl__arena_alloc(arena, (size_t)MTL__CONFIGS_MAX * (size_t)(cells + 1));
    if (!k || !z)
        return MTL_ERR_MEMORY;
    int n = 1;
    /* many donors and many ways together would take long and tell nothing: the rest is as likely */
    const int most = s->n_sets > 3 ? 8 : MTL__CONFIGS_MAX >> (s->n_sets - 1);
    for (int t = 0; t < s->n_targets; t++)
        for (int set = 0; set < s->n_sets; set++) {
            int likely = 0, ways = 0;
            copies_law(s, p, set, t, law);
            for (int i = 0; i < 3; i++) {
                ways += law[i] > 1e-9;
                likely = law[i] > law[likely] ? i : likely;
            }
            unsure[set] = unsure[set] || ways > 1;
            const int old = n;
            bool first = true;
            for (int i = 0; i < 3; i++) {
                if (law[i] <= 1e-9 || (old * ways * n_whole > most && i != likely))
                    continue;
                for (int c = 0; c < old; c++) {
                    const int to = first ? c : n++;
                    if (!first) {
                        memcpy(z + (size_t)to * (size_t)cells, z + (size_t)c * (size_t)cells,
                               (size_t)cells);
                        k[to].log_p = k[c].log_p;
                    }
                    z[to * cells + t * s->n_sets + set] = (int8_t)i;
                }
                first = false;
            }
        }
    for (int c = 0; c < n; c++) { /* chances once all copies are set */
        k[c].log_p = 0.0;
        k[c].z = z + (size_t)c * (size_t)cells;
        for (int t = 0; t < s->n_targets; t++)
            for (int set = 0; set < s->n_sets; set++) {
                copies_law(s, p, set, t, law);
                k[c].log_p += mtl__log(mtl__max(law[k[c].z[t * s->n_sets + set]], 1e-12));
            }
    }
    for (int c = 0; c < n && n_whole > 1; c++) {
        k[c].log_p -= mtl__log(2.0);
        k[n + c] = k[c];
        k[n + c].whole = 1;
    }
    j->config = k;
    j->n_configs = n * n_whole;
    return 0;
}

/* Does any donor bring more than one fragment per genome? */
static bool grouped(const mtl__joint *j)
{
    for (int c = 0; c < j->n_configs; c++)
        for (int t = 0; t < j->n_evidence; t++)
            for (int s = 0; s < j->n_sets; s++)
                if (j->config[c].z[t * j->n_sets + s] * j->evidence[t].fragments > 1.0)
                    return true;
    return false;
}

/* Nodes over the sample's genomes, or, where one target alone needs them, part of its scale. */
static void share_genomes(mtl__joint *j, const mtl__genomes *g)
{
    int needs = 0, last = 0;
    for (int t = 0; t < j->n_evidence; t++)
        if (!j->partner[t].use) {
            needs++;
            last = t;
        }
    j->n_nodes = 1;
    j->node[0] = 1.0;
    j->genomes_sd = j->fractions ? g->sd : 0.0;
    if (!(j->genomes_sd > 1e-9) || needs == 0)
        return;
    if (needs == 1) {
        j->evidence[last].scale_sd = j->genomes_sd;
        return;
    }
    double x[MTL__NODES_MAX], weight[MTL__NODES_MAX];
    j->n_nodes = 9;
    mtl__gauss_hermite(j->n_nodes, x, weight);
    for (int i = 0; i < j->n_nodes; i++) {
        j->node[i] = mtl__exp(j->genomes_sd * x[i]);
        j->log_weight[i] = mtl__log(weight[i]);
    }
}

int mtl__joint_make(mtl__joint *j, const mtl__sets *s, const mtl__plate *p, const mtl__wells *w,
                    int sample, const mtl__genomes *g, const mtl__wells_opts *o, mtl__arena *arena,
                    unsigned *flags, bool *unsure, mtl_error *err)
{
    double whole[2] = {0.0, 1.0};
    int n_whole = 1;
    *j = (mtl__joint){.n_sets = s->n_sets};
    if (make_evidence(j, s, p, w, sample, g, arena, flags) < 0 ||
        make_configs(j, s, p, 1, arena, unsure) < 0)
        return mtl__nomem(err);
    if (grouped(j)) {
        n_whole = isnan(o->whole) ? 2 : 1;
        whole[0] = n_whole == 1 ? o->whole : 0.0;
        if (n_whole == 2 && make_configs(j, s, p, 2, arena, unsure) < 0)
            return mtl__nomem(err);
    }
    share_genomes(j, g);
    for (int t = 0; t < j->n_evidence; t++)
        MTL_TRY(mtl__evidence_tables(&j->evidence[t], arena, whole, n_whole, err));
    return 0;
}
