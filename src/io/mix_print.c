/* SPDX-License-Identifier: MIT */
/* The answer of `matriline mix` for people: what was read, then a table for each sample. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/mix_parts.h"

/* Characters, not bytes, so that columns stand straight. */
static void column(mtl__str *t, const char *s, int width)
{
    int n = 0;
    mtl__str_add(t, s);
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    for (; n < width; n++)
        mtl__str_add(t, " ");
    mtl__str_add(t, " ");
}

/* Per million; "-" where there is none. */
static const char *per_million(double x, char buf[32])
{
    const double y = 1e6 * x;
    if (!isfinite(y))
        snprintf(buf, 32, "-");
    else if (y >= 100)
        snprintf(buf, 32, "%.0f", y);
    else
        snprintf(buf, 32, "%.3g", y);
    return buf;
}

static const char *probability(double p, char buf[32])
{
    if (isnan(p))
        snprintf(buf, 32, "-");
    else if (p < 1e-12)
        snprintf(buf, 32, "<1e-12");
    else
        snprintf(buf, 32, p >= 0.001 ? "%.3f" : "%.1e", p);
    return buf;
}

static void left_out(mtl__str *t, int n, const char *why)
{
    if (n > 0)
        mtl__str_printf(t, "    left out: %d %s\n", n, why);
}

/* ---------------------------------------------------------------- what was read */
static void about_panel(mtl__str *t, const mtl_mix *m)
{
    const mtl__site_panel *p = &m->panel;
    mtl__str_printf(t, "  panel     %d sites of %s\n", p->n, m->panel_file);
    left_out(t, p->indels, "InDels");
    left_out(t, p->not_two_alleles, "without exactly two alleles");
    left_out(t, p->not_autosomal, "not on an autosome");
    left_out(t, p->filtered, "that did not pass a filter");
    left_out(t, p->repeated, "named once more");
    if (m->no_frequency)
        mtl__str_printf(t, "    without a frequency: %d (used where genotypes are known)\n",
                        m->no_frequency);
}

static void about_people(mtl__str *t, const mtl_mix *m)
{
    static const char *const word[] = {"not typed", "typed", "typed from own reads"};
    mtl__str_printf(t, "  genotypes %s\n", m->o.genotypes ? m->o.genotypes : "no file");
    for (int by = MTL__TYPED_FROM_READS; by >= MTL__NOT_TYPED; by--) {
        int n = 0;
        for (int i = 0; i < m->n_people; i++) {
            if ((int)m->typed[i] != by)
                continue;
            mtl__str_printf(t, "%s%s", n ? ", " : "", n ? "" : "    ");
            if (n == 0)
                mtl__str_printf(t, "%s: ", word[by]);
            mtl__str_add(t, m->name[i]);
            n++;
        }
        if (n)
            mtl__str_add(t, "\n");
    }
    if (m->site_error)
        mtl__str_printf(
            t, "  error     of each site learnt from pure samples: mean %.3g (%lld reads)\n",
            m->mean_error, (long long)m->error_reads);
    if (m->site_bias)
        mtl__str_printf(t,
                        "  bias      of each site learnt from them: mean odds of ALT %.3g (%lld "
                        "reads)\n",
                        m->mean_bias, (long long)m->bias_reads);
}

static void about_notes(mtl__str *t, const mtl_mix *m)
{
    for (const char *s = m->notes.s; s && *s;) {
        const size_t n = strcspn(s, "\n");
        mtl__str_printf(t, "  note      %.*s\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
}

/* ---------------------------------------------------------------- one sample */
static void about_reads(mtl__str *t, const mtl__count_sample *c, const char *umi)
{
    if (c->reads == 0)
        return;
    mtl__str_printf(
        t,
        "  reads: %lld looked at%s, %lld dropped; mates over one site: %lld, disagreeing "
        "%lld (not counted)\n",
        (long long)c->reads, c->jumped ? " by index" : "", (long long)c->filtered,
        (long long)c->overlapping, (long long)c->discordant);
    if (umi)
        mtl__str_printf(t,
                        "  molecules by %s: %lld, without a majority %lld (not counted); %lld "
                        "misread barcodes\n",
                        umi, (long long)c->molecules, (long long)c->ambiguous,
                        (long long)c->merged);
}

static void about_wells(mtl__str *t, const mtl_mix *m, int tube)
{
    for (int k = 0; k < m->n_assays; k++) {
        const mtl__mix_assay *a = &m->assay[k];
        if (a->tube == tube)
            mtl__str_printf(t, "  wells of %s: %d of %d hit, %.6g gEq tested; carried by %s\n",
                            a->target, a->hits, a->law.wells, a->law.genomes, a->carriers);
    }
}

static void one_row(mtl__str *t, const mtl_mix_row *r, bool boundary)
{
    char a[32], b[32], c[32], d[32], e[32], interval[80];
    if (boundary)
        snprintf(interval, sizeof interval, "up to %s", per_million(r->high, b));
    else
        snprintf(interval, sizeof interval, "%s to %s", per_million(r->low, b),
                 per_million(r->high, c));
    mtl__str_add(t, "  ");
    column(t, r->donor, 16);
    column(t, r->relation, 28);
    column(t, r->typed, 10);
    mtl__str_printf(
        t, "%10s   %-22s %8s %9s %7.0f\n", boundary ? "none seen" : per_million(r->fraction, a),
        interval, probability(r->p, d), per_million(r->lod, e), isfinite(r->sites) ? r->sites : 0);
    if (r->not_told_from[0])
        mtl__str_printf(t, "      nothing here tells %s from %s: only their sum means something\n",
                        r->donor, r->not_told_from);
    else if (r->flags[0] &&
             !(boundary && strncmp(r->flags, "none seen", 9) == 0 && !strchr(r->flags, ';')))
        mtl__str_printf(t, "      %s\n", r->flags);
}

static void one_tube(mtl__str *t, const mtl_mix *m, int i)
{
    const mtl__mix_tube *tube = &m->tube[i];
    mtl_mix_sample_row s;
    (void)mtl_mix_sample(m, i, &s);
    mtl__str_printf(t, "\n%s, of %s (%s)\n", s.sample, s.host, s.file);
    about_reads(t, &m->counts.sample[tube->count], m->o.umi);
    about_wells(t, m, i);
    if (s.sites == 0)
        mtl__str_add(t, "  no reads: the wells are all that is known");
    else
        mtl__str_printf(t, "  %d sites, mean depth %.4g, error %.2g, overdispersion %.2g", s.sites,
                        s.mean_depth, s.error, s.overdispersion);
    bool hops = false;
    for (int k = 0; k < tube->fit.n; k++)
        hops = hops || tube->fit.share[k].person == -2;
    if (hops)
        mtl__str_printf(t, ", from other samples %.2g", s.hopping);
    mtl__str_add(t, "\n");
    if (s.meioses > 0)
        mtl__str_printf(t,
                        "  who is not typed: %d meios%s followed along the chromosomes, by the "
                        "phase of the parents\n",
                        s.meioses, s.meioses == 1 ? "is" : "es");
    left_out(t, tube->fit.sites_impossible,
             "sites where the genotypes cannot be inherited as read");
    left_out(t, tube->fit.sites_no_frequency, "sites to be guessed, and of unknown frequency");
    if (tube->fit.sites_odd)
        mtl__str_printf(
            t, "    of no weight: %d sites whose reads no mixture of these people explains\n",
            tube->fit.sites_odd);
    mtl__str_add(t, "  ");
    column(t, "donor", 16);
    column(t, "is", 28);
    column(t, "", 10);
    mtl__str_printf(t, "%10s   %3.4g%% %-17s %8s %9s %7s\n", "per 1e6", 100 * m->o.level,
                    "interval", "p", "LoD", "sites");
    for (int k = 0; k < tube->fit.n; k++)
        one_row(t, &tube->row[k], (tube->fit.share[k].flags & MTL__MIX_BOUNDARY) != 0);
    if (s.flags[0])
        mtl__str_printf(t, "  %s\n", s.flags);
}

char *mtl_mix_text(const mtl_mix *m, int width)
{
    mtl__str t = {0};
    (void)width; /* rows are not wrapped: names would be cut */
    mtl__str_printf(&t, "Who is in whom, from reads: %s\n", m->s->file ? m->s->file : "");
    about_panel(&t, m);
    about_people(&t, m);
    about_notes(&t, m);
    mtl__str_add(
        &t, "  per 1e6: of a million genomes; p: chance of such reads if there were none; LoD: "
            "found with 95% power\n  at 5% alarm; sites: effective number that tell the "
            "donor from the rest.\n");
    for (int i = 0; i < m->n_tubes; i++)
        one_tube(&t, m, i);
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}
