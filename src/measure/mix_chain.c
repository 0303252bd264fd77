/* SPDX-License-Identifier: MIT */
/* Untyped children of phased parents. Which of a parent's two haplotypes a child carries changes
   only at crossovers, so reads along a whole chromosome tell it together: the hidden state is one
   bit per meiosis (the inheritance vector of Lander and Green 1987), bits change between sites with
   Haldane's chance, and the likelihood is the sum over all paths (forward and backward, Baum 1970).
   At a site, P(state | joint genotype) follows from what the haplotypes hand on; where a parent has
   no phase the allele it hands on is drawn from its genotype, or from the population. So each
   site's joint genotypes keep exactly the law that the pedigree gives them, and the states only tie
   the sites together. The gradient is exact (Fisher's identity); second derivatives for climbing
   leave out what sites say about one another, those for standard errors are differences.
   What holds: alleles at different sites of a haplotype that nobody typed are taken as independent
   (no linkage disequilibrium); where such haplotypes are guessed, intervals are still widened by
   blocks. Phase is believed within its set, or along the whole chromosome where there are none;
   between sets a parent's haplotypes change places with chance one half. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

typedef struct meiosis {
    int person; /* 1 + candidate: place in a joint genotype */
    int parent; /* in the lineage */
    bool paternal;
} meiosis;

typedef struct meioses {
    int n;
    meiosis m[MTL__MIX_MAX_BITS];
} meioses;

/* ---------------------------------------------------------------- which meioses */
static bool phased_at(const mtl__mix_people *p, int site, int person)
{
    return person >= 0 && p->phase[(size_t)site * (size_t)p->lineage.n + (size_t)person] < 4;
}

static bool phased_anywhere(const mtl__mix_law *m, const mtl__mix_people *p, int person)
{
    for (int k = 0; k < m->n; k++)
        if (phased_at(p, m->site[k], person))
            return true;
    return false;
}

/* Is this candidate's genotype guessed anywhere? */
static bool guessed(const mtl__mix_law *m, int place)
{
    const size_t width = (size_t)m->n_people + 1;
    for (int k = 0; k < m->n; k++) {
        const int *pattern = m->pattern + m->list_start[m->list[k]];
        for (int c = 1; c < m->list_n[m->list[k]]; c++)
            if (m->genotype[(size_t)pattern[c] * width + (size_t)place] !=
                m->genotype[(size_t)pattern[0] * width + (size_t)place])
                return true;
    }
    return false;
}

static bool genome_seen(const mtl__mix_people *p, int j)
{
    const int genome = p->lineage.genome[p->candidate[j]];
    for (int k = 0; k < j; k++)
        if (p->lineage.genome[p->candidate[k]] == genome)
            return true;
    return genome == p->lineage.genome[p->host];
}

/* True if all that is guessed hangs on phased parents. */
static bool find_meioses(const mtl__mix_law *m, const mtl__mix_people *p, meioses *out)
{
    bool whole = m->n_people == p->n_candidates && !m->host_guessed;
    out->n = 0;
    for (int j = 0; j < p->n_candidates; j++) {
        if (genome_seen(p, j) || !guessed(m, j + 1))
            continue;
        const int person = p->lineage.genome[p->candidate[j]];
        const int parent[2] = {p->lineage.mother[person], p->lineage.father[person]};
        for (int k = 0; k < 2; k++) {
            const bool fine = parent[k] >= 0 && phased_anywhere(m, p, parent[k]);
            if (fine && out->n < MTL__MIX_MAX_BITS)
                out->m[out->n++] = (meiosis){j + 1, parent[k], k == 1};
            else
                whole = false;
        }
    }
    return whole;
}

/* ---------------------------------------------------------------- a site */
/* P(a parent hands on ALT) where its phase is not followed. */
static double hands_on(const mtl__sites *s, const mtl__mix_people *p, int site, int parent,
                       const int8_t *joint)
{
    const double f = isnan(s->frequency[site]) ? 0.5 : s->frequency[site];
    if (parent < 0)
        return f;
    if (p->lineage.genome[parent] == p->lineage.genome[p->host])
        return 0.5 * joint[0];
    for (int j = 0; j < p->n_candidates; j++)
        if (p->lineage.genome[parent] == p->lineage.genome[p->candidate[j]])
            return 0.5 * joint[j + 1];
    const uint8_t set = p->allowed[(size_t)site * (size_t)p->lineage.n + (size_t)parent];
    return set == 1 ? 0 : set == 2 ? 0.5 : set == 4 ? 1 : f;
}

/* P(genotype of the child | state), up to a factor that is common to all states. */
static double fits_state(const mtl__sites *s, const mtl__mix_people *p, int site,
                         const meioses *all, int place, const int8_t *joint, int state)
{
    const int person = p->lineage.genome[p->candidate[place - 1]];
    const int parent[2] = {p->lineage.mother[person], p->lineage.father[person]};
    double a[2];
    for (int k = 0; k < 2; k++) {
        a[k] = hands_on(s, p, site, parent[k], joint);
        for (int b = 0; b < all->n; b++)
            if (all->m[b].person == place && all->m[b].paternal == (k == 1) &&
                phased_at(p, site, parent[k]))
                a[k] = p->phase[(size_t)site * (size_t)p->lineage.n + (size_t)parent[k]] >>
                           (state >> b & 1) &
                       1;
    }
    const int g = joint[place];
    return g == 0   ? (1 - a[0]) * (1 - a[1])
           : g == 1 ? a[0] * (1 - a[1]) + a[1] * (1 - a[0])
                    : a[0] * a[1];
}

static void tilt_of(const mtl__sites *s, const mtl__mix_people *p, int site, const meioses *all,
                    const int8_t *joint, int n_states, double *tilt)
{
    for (int b = 0; b < n_states; b++)
        tilt[b] = 1;
    for (int j = 1; j <= p->n_candidates; j++) {
        double sum = 0, one[1 << MTL__MIX_MAX_BITS];
        bool has = false;
        for (int b = 0; b < all->n; b++)
            has |= all->m[b].person == j;
        if (!has)
            continue;
        for (int b = 0; b < n_states; b++)
            sum += one[b] = fits_state(s, p, site, all, j, joint, b);
        /* What cannot be (a phase that contradicts what is typed) tells nothing. */
        for (int b = 0; sum > 0 && b < n_states; b++)
            tilt[b] *= one[b] * n_states / sum;
    }
}

/* Haldane's chance between two neighbouring sites; 0.5 from one chromosome to the next. */
static double crossing_at(const mtl__mix_law *m, const mtl__sites *s, int k)
{
    const int i = m->site[k], h = k > 0 ? m->site[k - 1] : -1;
    if (h < 0 || s->chromosome[i] < 0 || s->chromosome[i] != s->chromosome[h])
        return 0.5;
    const double d =
        s->morgan ? s->morgan[i] - s->morgan[h] : (double)(s->position[i] - s->position[h]) * 1e-8;
    /* Never 0: two sites at one place may contradict each other. */
    return mtl__max(-0.5 * mtl__expm1(-2 * d), 1e-9);
}

/* By meiosis: where a parent's phase begins anew, which of its haplotypes is the first does so
   too. Only heterozygous sites belong to a set; elsewhere it does not matter which is which. */
static void fill_crossings(mtl__mix_chain *c, const mtl__mix_law *m, const mtl__sites *s,
                           const mtl__mix_people *p, const meioses *all)
{
    int32_t set[MTL__MIX_MAX_BITS] = {0};
    bool known[MTL__MIX_MAX_BITS] = {false};
    for (int k = 0; k < m->n; k++) {
        const double r = crossing_at(m, s, k);
        for (int b = 0; b < all->n; b++) {
            const size_t at = (size_t)m->site[k] * (size_t)p->lineage.n + (size_t)all->m[b].parent;
            const bool het = p->phase[at] == 1 || p->phase[at] == 2;
            known[b] = known[b] && r != 0.5;
            const bool anew = het && p->phase_set && known[b] && set[b] != p->phase_set[at];
            c->crossing[(size_t)k * (size_t)all->n + (size_t)b] = anew ? 0.5 : r;
            if (het && p->phase_set) {
                set[b] = p->phase_set[at];
                known[b] = true;
            }
        }
    }
}

int mtl__mix_chain_new(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                       mtl_error *err)
{
    meioses all;
    size_t n_entries = 0;
    if (!people->phase || !m->guessing)
        return MTL_OK;
    bool whole = find_meioses(m, people, &all);
    for (int k = 0; k < m->n; k++)
        n_entries += (size_t)m->list_n[m->list[k]];
    for (; all.n > 0 && n_entries << all.n > MTL__MIX_MOST_TILTS; all.n--)
        whole = false; /* more than is held in memory: those meioses site by site */
    if (all.n == 0)
        return MTL_OK;
    mtl__mix_chain *c = mtl__arena_alloc(&m->arena, sizeof *c);
    if (!c)
        return mtl__nomem(err);
    *c = (mtl__mix_chain){.n_bits = all.n, .n_states = 1 << all.n, .whole = whole};
    c->crossing =
        mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * (size_t)all.n * sizeof *c->crossing);
    c->start = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *c->start);
    c->tilt = mtl__arena_alloc(&m->arena, (n_entries + 1) * (size_t)c->n_states * sizeof *c->tilt);
    if (!c->crossing || !c->start || !c->tilt)
        return mtl__nomem(err);
    fill_crossings(c, m, sites, people, &all);
    n_entries = 0;
    for (int k = 0; k < m->n; k++) {
        const int list = m->list[k];
        c->start[k] = n_entries * (size_t)c->n_states;
        for (int e = 0; e < m->list_n[list]; e++, n_entries++) {
            const int pattern = m->pattern[m->list_start[list] + e];
            tilt_of(sites, people, m->site[k], &all,
                    m->genotype + (size_t)pattern * ((size_t)m->n_people + 1), c->n_states,
                    c->tilt + n_entries * (size_t)c->n_states);
        }
    }
    m->chain = c;
    return MTL_OK;
}

/* ---------------------------------------------------------------- paths */
/* x becomes the law one site further on (or back: the steps are symmetric). */
static void move(const mtl__mix_chain *c, int site, double *x)
{
    const double *crossing = c->crossing + (size_t)site * (size_t)c->n_bits;
    for (int bit = 1; bit < c->n_states; bit <<= 1, crossing++)
        for (int s = 0; s < c->n_states; s++)
            if (!(s & bit)) {
                const double a = x[s], b = x[s | bit];
                x[s] = a + *crossing * (b - a);
                x[s | bit] = b + *crossing * (a - b);
            }
}

int mtl__mix_chain_step(const mtl__mix_chain *c, int i, int state, mtl__rng *rng)
{
    for (int bit = 0; bit < c->n_bits; bit++)
        if (mtl__rng_unit(rng) < c->crossing[(size_t)i * (size_t)c->n_bits + (size_t)bit])
            state ^= 1 << bit;
    return state;
}

/* Given at each site the chance of its reads by state, over the one without states, replaces the
   second half of each row by P(state there | all other sites) / norm, so that the sum of both
   halves' products is 1. Returns the logarithm that the chain adds. */
static double smooth(const mtl__mix_chain *c, int n, double *space)
{
    const int ns = c->n_states;
    double x[1 << MTL__MIX_MAX_BITS] = {0}, l = 0;
    for (int s = 0; s < ns; s++)
        x[s] = 1.0 / ns;
    for (int i = 0; i < n; i++) {
        const double *seen = space + (size_t)i * 2 * (size_t)ns;
        double *ahead = space + (size_t)i * 2 * (size_t)ns + ns, sum = 0;
        move(c, i, x);
        for (int s = 0; s < ns; s++) {
            ahead[s] = x[s];
            sum += x[s] *= seen[s];
        }
        for (int s = 0; s < ns; s++)
            x[s] /= sum;
        l += mtl__log(sum);
    }
    for (int s = 0; s < ns; s++)
        x[s] = 1;
    for (int i = n - 1; i >= 0; i--) {
        const double *seen = space + (size_t)i * 2 * (size_t)ns;
        double *both = space + (size_t)i * 2 * (size_t)ns + ns, norm = 0, sum = 0;
        for (int s = 0; s < ns; s++)
            norm += both[s] * x[s] * seen[s];
        for (int s = 0; s < ns; s++) {
            both[s] *= x[s] / norm;
            sum += x[s] *= seen[s];
        }
        for (int s = 0; s < ns; s++)
            x[s] *= ns / sum;
        move(c, i, x);
    }
    return l;
}

/* The chance of a site's reads in every state, over that without states. */
static void see(const mtl__mix_law *m, const double *weight, double odd, int i, double *seen)
{
    const mtl__mix_chain *c = m->chain;
    const double *tilt = c->tilt + c->start[i];
    for (int s = 0; s < c->n_states; s++)
        seen[s] = odd;
    for (int e = 0; e < m->list_n[m->list[i]]; e++, tilt += c->n_states)
        for (int s = 0; s < c->n_states; s++)
            seen[s] += weight[e] * tilt[s];
}

void mtl__mix_chain_eval(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                         const double *theta, mtl__mix_value *v, double *score)
{
    const mtl__mix_chain *c = m->chain;
    const int ns = c->n_states, n = m->n_param;
    double *space = mtl__mix_chain_space(w), *weight = mtl__mix_weights(w), odd,
           g[MTL__MIX_MAX_PARAM];
    const mtl__mix_point p = mtl__mix_begin(m, w, theta);
    memset(v, 0, sizeof *v);
    if (score)
        memset(score, 0, (size_t)m->n_blocks * (size_t)n * sizeof *score);
    for (int i = 0; i < m->n; i++) {
        v->l += mtl__mix_weigh_site(m, w, d, i, &p, &odd) + d->log_choose[i];
        v->odd += odd > 0.5;
        see(m, weight, odd, i, space + (size_t)i * 2 * (size_t)ns);
    }
    v->l += smooth(c, m->n, space);
    for (int i = 0; i < m->n; i++) {
        const double *both = space + (size_t)i * 2 * (size_t)ns + ns;
        const double *tilt = c->tilt + c->start[i];
        mtl__mix_weigh_site(m, w, d, i, &p, &odd);
        for (int e = 0; e < m->list_n[m->list[i]]; e++, tilt += ns) {
            double x = 0;
            for (int s = 0; s < ns; s++)
                x += both[s] * tilt[s];
            weight[e] *= x;
        }
        mtl__mix_site_sums(m, w, i, &p, g, score ? NULL : v->h);
        for (int a = 0; a < n; a++) {
            v->g[a] += g[a];
            if (score)
                score[(size_t)m->block[i] * (size_t)n + (size_t)a] += g[a];
        }
    }
}

void mtl__mix_chain_bend(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                         const double *theta, double *h)
{
    const int n = m->n_param;
    double at[MTL__MIX_MAX_PARAM];
    mtl__mix_value up, down;
    memcpy(at, theta, (size_t)n * sizeof *at);
    for (int a = 0; a < n; a++) {
        const bool logs = a == m->at_error || a == m->at_spread;
        const double step = logs ? 1e-4 : mtl__max(1e-3 * theta[a], 1e-6);
        at[a] = theta[a] + step;
        mtl__mix_eval(m, w, d, at, &up);
        at[a] = logs ? theta[a] - step : mtl__max(theta[a] - step, 0);
        mtl__mix_eval(m, w, d, at, &down);
        const double wide = theta[a] + step - at[a];
        for (int b = 0; b < n; b++)
            h[a * n + b] = (up.g[b] - down.g[b]) / wide;
        at[a] = theta[a];
    }
    for (int a = 0; a < n; a++)
        for (int b = 0; b < a; b++)
            h[a * n + b] = h[b * n + a] = 0.5 * (h[a * n + b] + h[b * n + a]);
}
