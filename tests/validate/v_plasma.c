/* SPDX-License-Identifier: MIT */
/* Maternal plasma by droplets (joeshaw824/ddpcr_nipd): the fetal fraction of every plasma sample in
   an assay of a paternal allele or of ZFY, held against direct counting: r = lambda(paternal) /
   lambda(maternal) gives 2 r / (1 + r), with lambda = -ln(1 - k/n) [Dube2008] less that of the
   blanks, and its interval by the delta method on the log of r, whose variance is the sum of p / (n
   (1 - p) lambda^2). */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/wells.h"
#include "validate.h"

#define DATA MTL_SOURCE_ROOT "/../shared/data/ddpcr_nipd/"
enum { SAMPLES = 400, TARGETS = 200, MEASURED = 400, FILES = 100, FIELDS = 30, LINE = 8192 };

typedef struct target {
    char name[48], assay[32];
    int64_t blank_hits, blank_partitions;
} target;
typedef struct measured {
    char sample[32];
    int target[2];
    int64_t positive[2], partitions[2];
} measured;
typedef struct plasma {
    char sample[SAMPLES][32];
    target target[TARGETS];
    measured m[MEASURED];
    int n_samples, n_targets, n;
} plasma;

static int column(char **field, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(field[i], name))
            return i;
    return -1;
}

static bool read_lists(plasma *p)
{
    char line[LINE], *field[FIELDS];
    FILE *f = fopen(DATA "resources/sample_details.csv", "r");
    if (!f)
        return false;
    while (fgets(line, sizeof line, f) && p->n_samples < SAMPLES)
        if (v_split(line, ',', field, FIELDS) > 1 && field[0][0] != 'r')
            snprintf(p->sample[p->n_samples++], sizeof *p->sample, "%.31s", field[0]);
    fclose(f);
    f = fopen(DATA "resources/ddpcr_target_panel.csv", "r");
    if (!f)
        return false;
    while (fgets(line, sizeof line, f) && p->n_targets < TARGETS)
        if (v_split(line, ',', field, FIELDS) > 5 && !strcmp(field[1], "ff_assay")) {
            target *t = &p->target[p->n_targets++];
            snprintf(t->assay, sizeof t->assay, "%.31s", field[0]);
            snprintf(t->name, sizeof t->name, "%.47s", field[4]);
        }
    fclose(f);
    return p->n_samples > 0 && p->n_targets > 0;
}

static void count(plasma *p, const char *sample, int which, int64_t positive, int64_t partitions)
{
    const target *t = &p->target[which];
    int at = 0;
    while (at < p->n && (strcmp(p->m[at].sample, sample) ||
                         strcmp(p->target[p->m[at].target[0]].assay, t->assay)))
        at++;
    if (at == MEASURED)
        return;
    measured *m = &p->m[at];
    if (at == p->n) {
        memset(m, 0, sizeof *m);
        snprintf(m->sample, sizeof m->sample, "%.31s", sample);
        m->target[0] = m->target[1] = which;
        p->n++;
    }
    const int side = m->target[0] != which;
    m->target[side] = which;
    m->positive[side] += positive;
    m->partitions[side] += partitions;
}

/* Single wells; merged ones repeat them. */
static void read_wells(plasma *p, const char *leaf)
{
    char line[LINE], path[1024], *field[FIELDS];
    snprintf(path, sizeof path, DATA "wells/%s", leaf);
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    int sample = -1, name = -1, positive = -1, accepted = -1;
    while (fgets(line, sizeof line, f)) {
        const int n = v_split(line, ',', field, FIELDS);
        if (sample < 0) {
            sample = column(field, n, "Sample");
            name = column(field, n, "Target");
            positive = column(field, n, "Positives");
            accepted = column(field, n, "AcceptedDroplets");
            if (sample < 0 || name < 0 || positive < 0 || accepted < 0)
                break;
            continue;
        }
        if (n <= accepted || field[0][0] == 'M')
            continue;
        for (int t = 0; t < p->n_targets; t++) {
            if (strcmp(p->target[t].name, field[name]))
                continue;
            if (!strcmp(field[sample], "NTC")) {
                p->target[t].blank_hits += atoll(field[positive]);
                p->target[t].blank_partitions += atoll(field[accepted]);
            }
            for (int s = 0; s < p->n_samples; s++)
                if (!strcmp(p->sample[s], field[sample]))
                    count(p, field[sample], t, atoll(field[positive]), atoll(field[accepted]));
            break;
        }
    }
    fclose(f);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void read_all(plasma *p)
{
    static char leaf[FILES][128];
    int n = 0;
    DIR *d = opendir(DATA "wells");
    for (struct dirent *e; d && (e = readdir(d)) && n < FILES;)
        if (strstr(e->d_name, ".csv"))
            snprintf(leaf[n++], sizeof *leaf, "%.127s", e->d_name);
    if (d)
        closedir(d);
    qsort(leaf, (size_t)n, sizeof *leaf, by_name);
    for (int i = 0; i < n; i++)
        read_wells(p, leaf[i]);
    qsort(p->m, (size_t)p->n, sizeof *p->m, by_name); /* begins with the sample's name */
}

/* ---------------------------------------------------------------- a sample */
/* The paternal allele is the rarer one; ZFY is the son's, ZFX the mother's two and his one. */
static int fit(mtl__level *out, const plasma *p, const measured *m, int paternal)
{
    mtl__carrier y[1] = {{0, {0, 1, 0}}}, x[2] = {{1, {0, 0, 1}}, {0, {0, 1, 0}}};
    mtl__target t[2] = {{.name = "paternal", .n_carriers = 1, .carrier = y, .partner = 1},
                        {.name = "maternal", .n_carriers = 2, .carrier = x, .partner = 0}};
    mtl__reaction r[2];
    for (int i = 0; i < 2; i++) {
        const int side = i ? !paternal : paternal;
        t[i].copies = t[i].fragments = 1;
        t[i].calibrator = 1 + i;
        r[i] = (mtl__reaction){.well = "pooled",
                               .target_index = i,
                               .ct = (double)NAN,
                               .partitions = m->partitions[side],
                               .positive = m->positive[side],
                               .both = -1,
                               .only_this = -1,
                               .only_other = -1,
                               .neither = -1};
    }
    mtl__sampled s = {.name = m->sample, .host = 1, .genomes_per_well = (double)NAN, .dilution = 1};
    const target *of = &p->target[m->target[paternal]];
    mtl__blank_history h = {"paternal", of->blank_partitions, of->blank_hits};
    const char *person[2] = {"fetus", "mother"};
    const mtl__plate plate = {.file = "",
                              .n = 2,
                              .n_targets = 2,
                              .n_samples = 1,
                              .n_people = 2,
                              .n_history = 1,
                              .history = &h,
                              .reaction = r,
                              .target = t,
                              .sample = &s,
                              .person = person};
    mtl__wells w;
    mtl__wells_opts o;
    mtl__wells_opts_init(&o);
    MTL_TRY(mtl__wells_quantify(&w, &plate, &o, NULL));
    const bool one = w.n_levels == 1;
    if (one)
        *out = w.level[0];
    mtl__wells_clear(&w); /* numbers stay */
    return one ? 0 : MTL_ERR_VALUE;
}

typedef struct counted {
    double fraction, low, high;
} counted;

static counted direct(const plasma *p, const measured *m, int paternal)
{
    double lambda[2], variance = 0.0;
    for (int i = 0; i < 2; i++) {
        const int side = i ? !paternal : paternal;
        const target *t = &p->target[m->target[side]];
        const double n = (double)m->partitions[side], hit = (double)m->positive[side] / n;
        lambda[i] = -log1p(-hit);
        if (i == 0 && t->blank_partitions > 0)
            lambda[i] -= (double)t->blank_hits / (double)t->blank_partitions;
        variance += hit / (n * (1.0 - hit) * lambda[i] * lambda[i]);
    }
    const double r = lambda[0] / lambda[1], z = 1.959963984540054 * sqrt(variance);
    const double lo = r * exp(-z), hi = r * exp(z);
    return (counted){2.0 * r / (1.0 + r), 2.0 * lo / (1.0 + lo), 2.0 * hi / (1.0 + hi)};
}

typedef struct sums {
    int fitted, agree, same, silent, both, odd;
    double most;
} sums;

static void measure(v_run *v, const plasma *p, const measured *m, sums *s)
{
    mtl__level l;
    const char *assay = p->target[m->target[0]].assay;
    const bool zfy = !strcmp(assay, "ZFXY");
    const double rate[2] = {(double)m->positive[0] / (double)m->partitions[0],
                            (double)m->positive[1] / (double)m->partitions[1]};
    const int paternal = zfy ? strcmp(p->target[m->target[0]].name, "ZFY") != 0 : rate[1] < rate[0];
    const double share = rate[paternal] / (rate[0] + rate[1]);
    if (share > 0.3) {
        s->both++;
        return;
    }
    if (fit(&l, p, m, paternal) < 0) {
        s->odd++;
        return;
    }
    if (!l.found || isnan(l.per_1e6)) {
        s->silent++;
        v_say(v, "| %s | %s | %lld | %lld | not above blank; below %.4f | - |\n", m->sample, assay,
              (long long)m->positive[paternal], (long long)m->positive[!paternal], l.high * 1e-6);
        return;
    }
    const counted c = direct(p, m, paternal);
    const double off = fabs(l.per_1e6 * 1e-6 / c.fraction - 1.0);
    v_say(v, "| %s | %s | %lld | %lld | %.4f (%.4f to %.4f) | %.4f (%.4f to %.4f) |\n", m->sample,
          assay, (long long)m->positive[paternal], (long long)m->positive[!paternal],
          l.per_1e6 * 1e-6, l.low * 1e-6, l.high * 1e-6, c.fraction, c.low, c.high);
    s->fitted++;
    if (m->positive[paternal] >= 30) {
        s->agree += off < 0.02 && fabs((l.high - l.low) * 1e-6 / (c.high - c.low) - 1.0) < 0.1;
        s->same++;
        s->most = fmax(s->most, off);
    }
}

void v_published_droplets(v_run *v)
{
    static plasma p;
    memset(&p, 0, sizeof p);
    if (!read_lists(&p)) {
        printf("# skipped: ddpcr_nipd is not there\n");
        v_say(v, "\nSkipped: the data are not there.\n");
        return;
    }
    read_all(&p);
    sums s = {0};
    v_say(v, "\nBlanks (no template) of the paternal target on all plates are the background of "
             "every sample.\n\n"
             "| sample | assay | paternal | maternal | fetal fraction, 95%% | counted directly |\n"
             "|---|---|---|---|---|---|\n");
    for (int i = 0; i < p.n; i++)
        if (p.m[i].target[1] != p.m[i].target[0] && p.m[i].partitions[0] && p.m[i].partitions[1])
            measure(v, &p, &p.m[i], &s);
    v_say(v,
          "\n%d samples and assays with a fetal fraction; %d where the paternal target is not "
          "above the blanks; %d "
          "left out, because both alleles are frequent (over 30%%): the mother carries both and "
          "the assay does "
          "not inform. Where 30 or more partitions hold the paternal allele (%d), estimates differ "
          "from direct "
          "counting (blanks subtracted, interval by the delta method), by at most %.2f%%.\n",
          s.fitted, s.silent, s.both, s.same, 100.0 * s.most);
    v_check(v, s.fitted > 20 && s.odd == 0,
            "plasma: %d fitted, %d silent, %d with two maternal alleles, %d odd", s.fitted,
            s.silent, s.both, s.odd);
    v_check(v, s.agree == s.same, "plasma: %d of %d agree with direct counting (most %.4f)",
            s.agree, s.same, s.most);
}
