/* SPDX-License-Identifier: MIT */
/* A family of six at real allele frequencies. Founders are drawn site by site (no linkage
   disequilibrium, which neither the model has); children take their parents' haplotypes with
   crossovers. Depths are gamma-Poisson with shape 10, reads beta-binomial. */
#include "v_family.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/reads.h"

#define PANEL MTL_SOURCE_ROOT "/../shared/data/vbid2_sites/1000g.phase3.10k.b38.vcf.gz.dat.mu"
#define REGION MTL_SOURCE_ROOT "/../shared/data/chr20_1Mb_1000G/z.vcf.gz"
enum { ROOM = 12000, REGION_SITES = 2589, WIDE_SITES = 10000 };

static const int mothers[] = {V_GRANDMOTHER, V_HOST, -1, -1, V_HOST, -1},
                 fathers[] = {-1, V_FATHER, -1, -1, V_FATHER, -1}, genomes[] = {0, 1, 2, 3, 4, 5};
static const uint64_t keys[] = {11, 12, 13, 14, 15, 16};

/* ---------------------------------------------------------------- panels */
static bool wide_line(char *line, int *chromosome, int64_t *position, double *frequency)
{
    const char *colon = strchr(line, ':'), *tab = strchr(line, '\t');
    if (!colon || !tab)
        return false;
    *chromosome = atoi(line + 3);
    *position = atoll(colon + 1);
    *frequency = 0.5 * atof(tab);
    return true;
}

static bool region_line(char *line, int *chromosome, int64_t *position, double *frequency)
{
    const char *af = strstr(line, ";AF=");
    char ref[8], alt[8];
    long long at;
    if (line[0] == '#' || !af || strchr(af, ',') ||
        sscanf(line, "%*s %lld %*s %7s %7s", &at, ref, alt) != 3 || ref[1] || alt[1])
        return false;
    *chromosome = 20;
    *position = at;
    *frequency = atof(af + 4);
    return true;
}

static void made_up(v_panel *p, int which, int every)
{
    const int n = (which == V_REGION ? REGION_SITES : WIDE_SITES) / every;
    for (p->n = 0; p->n < n; p->n++) {
        const int per = n / 22 + 1;
        p->chromosome[p->n] = which == V_REGION ? 20 : 1 + p->n / per;
        p->position[p->n] = 1000 + (which == V_REGION ? (int64_t)(p->n * 1e6 / n)
                                                      : (int64_t)(p->n % per * 1.3e8 / per));
        p->frequency[p->n] = 0.05 + 0.9 * ((p->n * 37 + 11) % n) / n;
    }
}

int v_panel_load(v_panel *p, int which, int every)
{
    char line[2048];
    int seen = 0;
    *p = (v_panel){0, calloc(ROOM, sizeof(int)), calloc(ROOM, sizeof(int64_t)),
                   calloc(ROOM, sizeof(double)), false};
    if (!p->chromosome || !p->position || !p->frequency)
        return MTL_ERR_MEMORY;
    FILE *f = fopen(which == V_REGION ? REGION : PANEL, "r");
    p->real = f != NULL;
    if (!f) {
        made_up(p, which, every);
        return 0;
    }
    if (which == V_REGION) {
        fclose(f);
        f = popen("gzip -dc '" REGION "'", "r");
    }
    while (f && p->n < ROOM && fgets(line, sizeof line, f)) {
        int *c = &p->chromosome[p->n];
        int64_t *at = &p->position[p->n];
        double *x = &p->frequency[p->n];
        const bool good =
            which == V_REGION ? region_line(line, c, at, x) : wide_line(line, c, at, x);
        if (!good || *x < 0.05 || *x > 0.95 || (p->n && *c == c[-1] && *at <= at[-1]) ||
            seen++ % every)
            continue;
        p->n++;
    }
    if (f && which == V_REGION)
        pclose(f);
    else if (f)
        fclose(f);
    return 0;
}

void v_panel_free(v_panel *p)
{
    free(p->chromosome);
    free(p->position);
    free(p->frequency);
}

/* ---------------------------------------------------------------- genomes */
int v_family_new(v_family *f, int sites, int known)
{
    const size_t m = (size_t)sites;
    *f = (v_family){known,
                    {known, mothers, fathers, genomes, keys},
                    calloc(m, 2 * V_PEOPLE),
                    calloc(m, V_PEOPLE),
                    calloc(m, V_PEOPLE),
                    calloc(m, sizeof(double)),
                    calloc(m, sizeof(double)),
                    calloc(m, sizeof(int32_t)),
                    calloc(m, sizeof(int32_t)),
                    calloc(m, sizeof(int32_t)),
                    calloc(m, sizeof(int32_t))};
    return f->hap && f->allowed && f->phase && f->share && f->foreign && f->ref && f->alt &&
                   f->ref_other && f->alt_other
               ? 0
               : MTL_ERR_MEMORY;
}

void v_family_free(v_family *f)
{
    free(f->hap);
    free(f->allowed);
    free(f->phase);
    free(f->share);
    free(f->foreign);
    free(f->ref);
    free(f->alt);
    free(f->ref_other);
    free(f->alt_other);
}

/* Which of two haplotypes is handed on at the next site. */
static int next_strand(const v_panel *p, int i, int strand, mtl__rng *rng)
{
    if (i == 0 || p->chromosome[i] != p->chromosome[i - 1])
        return mtl__rng_unit(rng) < 0.5;
    const double d = (double)(p->position[i] - p->position[i - 1]) * 1e-8;
    return mtl__rng_unit(rng) < 0.5 * -mtl__expm1(-2.0 * d) ? !strand : strand;
}

void v_family_draw(v_family *f, const v_panel *p, unsigned typed, mtl__rng *rng)
{
    int strand[5] = {0};
    for (int i = 0; i < p->n; i++) {
        int8_t(*h)[2] = (int8_t(*)[2])(f->hap + (size_t)i * 2 * V_PEOPLE);
        for (int k = 0; k < 2; k++) {
            h[V_GRANDMOTHER][k] = mtl__rng_unit(rng) < p->frequency[i];
            h[V_FATHER][k] = mtl__rng_unit(rng) < p->frequency[i];
            h[V_STRANGER][k] = mtl__rng_unit(rng) < p->frequency[i];
        }
        for (int k = 0; k < 5; k++)
            strand[k] = next_strand(p, i, strand[k], rng);
        h[V_HOST][0] = h[V_GRANDMOTHER][strand[0]];
        h[V_HOST][1] = mtl__rng_unit(rng) < p->frequency[i];
        h[V_CHILD][0] = h[V_HOST][strand[1]];
        h[V_CHILD][1] = h[V_FATHER][strand[2]];
        h[V_SISTER][0] = h[V_HOST][strand[3]];
        h[V_SISTER][1] = h[V_FATHER][strand[4]];
        for (int k = 0; k < f->n; k++) {
            const bool known = typed >> k & 1;
            f->allowed[i * f->n + k] = known ? (uint8_t)(1 << (h[k][0] + h[k][1])) : MTL__GT_ANY;
            f->phase[i * f->n + k] = (uint8_t)(known ? h[k][0] + 2 * h[k][1] : 4);
        }
    }
}

/* ---------------------------------------------------------------- reads */
static int copies_of(const v_family *f, int site, int person)
{
    const int8_t *h = f->hap + (size_t)site * 2 * V_PEOPLE + (size_t)person * 2;
    return h[0] + h[1];
}

int v_family_read(v_family *f, const v_panel *p, const v_tube *t, mtl__rng *rng, mtl_error *err)
{
    mtl__reads a;
    mtl__reads_init(&a);
    a.depth = t->depth;
    a.depth_shape = 10.0;
    a.error = t->error;
    a.overdispersion = t->overdispersion;
    double host = 1.0;
    for (int k = 0; k < V_PEOPLE; k++)
        host -= t->share[k];
    for (int i = 0; i < p->n; i++) {
        f->share[i] = 0.5 * host * copies_of(f, i, V_HOST);
        for (int k = 0; k < V_PEOPLE; k++)
            f->share[i] += 0.5 * t->share[k] * copies_of(f, i, k);
        f->foreign[i] = 0.5 * copies_of(f, i, V_STRANGER);
    }
    const mtl__reads_at at = {.share = f->share, .foreign = f->foreign};
    const mtl__reads_at other = {.share = f->foreign};
    if (t->hopping > 0.0)
        MTL_TRY(mtl__reads_simulate(&a, p->n, &other, rng, f->ref_other, f->alt_other, NULL, err));
    a.hopping = t->hopping;
    return mtl__reads_simulate(&a, p->n, &at, rng, f->ref, f->alt, NULL, err);
}

double v_family_tell(const v_family *f, const v_panel *p, const v_tube *t, int person)
{
    double n = 0.0;
    for (int i = 0; i < p->n; i++) {
        const int g = copies_of(f, i, person), h = copies_of(f, i, V_HOST);
        n += h == 0 ? 0.5 * g : h == 2 ? 0.5 * (2 - g) : 0.0;
    }
    return n * t->depth * t->share[person];
}
