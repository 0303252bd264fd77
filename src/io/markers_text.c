/* SPDX-License-Identifier: MIT */
/* The answer of `matriline markers` for people: what was used, then a table for each body. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/markers.h"

static void plural(mtl__str *t, int n, const char *one)
{
    mtl__str_printf(t, "%d %s%s", n, one, n == 1 ? "" : "s");
}

/* A probability as a word where it is certain. */
static const char *share(double p, char buf[16])
{
    if (p >= 1)
        snprintf(buf, 16, "yes");
    else if (p <= 0)
        snprintf(buf, 16, "no");
    else
        snprintf(buf, 16, "%.0f %%", 100 * p < 1 ? 1 : 100 * p > 99 ? 99 : 100 * p);
    return buf;
}

static const char *count(double n, char buf[16])
{
    if (n >= floor(n) && n <= floor(n))
        snprintf(buf, 16, "%.0f", n);
    else if (n >= 10)
        snprintf(buf, 16, "%.0f", n);
    else
        snprintf(buf, 16, "%.1f", n);
    return buf;
}

/* ---------------------------------------------------------------- what was used */
static void left_out(mtl__str *t, int n, const char *why)
{
    if (n > 0)
        mtl__str_printf(t, "    left out: %d %s\n", n, why);
}

static void about_markers(mtl__str *t, const mtl_markers *r)
{
    const mtl__left_out *l = &r->g.left_out;
    mtl__str_add(t, "  markers   ");
    if (r->g.n_markers == 0) {
        mtl__str_add(t, "none: no panel and no genotypes\n");
    } else {
        plural(t, r->n_used, "marker");
        mtl__str_printf(t, " of %s, read of %d people%s\n", r->g.file, r->n_typed_markers,
                        r->certain ? "" : ", else drawn");
    }
    left_out(t, l->not_two_alleles, "with one allele or more than two");
    left_out(t, l->not_autosomal, "not on an autosome");
    left_out(t, l->filtered, "that did not pass a filter");
    left_out(t, r->odd_chromosome, "on a chromosome of which somebody has one too many or too few");
    left_out(t, r->no_frequency, "to be drawn for somebody, and of unknown frequency");
    left_out(t, r->not_inherited, "that cannot be inherited as read");
    if (r->first_not_inherited)
        mtl__str_printf(t, "      the first of them: %s\n", r->first_not_inherited);
    if (l->not_diploid)
        mtl__str_printf(t, "    taken as unknown: %d genotypes without two alleles\n",
                        l->not_diploid);
    if (l->strangers)
        mtl__str_printf(t, "    passed over: %d samples of people who are not in the family (%s)\n",
                        l->strangers, l->stranger ? l->stranger : "");
}

static void about_hla(mtl__str *t, const mtl_markers *r)
{
    mtl__str_add(t, "  HLA       ");
    if (r->have_table)
        mtl__str_printf(t, "%d haplotypes of %s (rest %.3g); ", r->hla.n, r->hla_file, r->hla.rest);
    else if (r->n_typed_hla)
        mtl__str_add(t, "no haplotype frequencies (--hla): only typed people; ");
    if (r->have_table || r->n_typed_hla)
        mtl__str_printf(t, "%d people typed%s\n", r->n_typed_hla,
                        r->have_table && !r->certain ? ", else drawn" : "");
    else
        mtl__str_add(t, "not used: no haplotype frequencies (--hla) and no typings (--typing)\n");
}

static void about_assays(mtl__str *t, const mtl_markers *r)
{
    static const char *const what[MTL__N_PROBE_KINDS] = {"Y", "", "HLA", "marker"};
    for (int k = 0; k < MTL__N_PROBE_KINDS; k++) {
        const mtl__assay_law *a = &r->law[k];
        if (a->name)
            mtl__str_printf(t, "  %-9s %s: %d wells of %.4g genomes\n", what[k], a->name,
                            a->qpcr.wells, a->qpcr.genomes / a->qpcr.wells);
    }
}

static void about_remarks(mtl__str *t, const mtl_markers *r)
{
    for (const char *s = r->remarks; *s;) {
        const size_t n = strcspn(s, "\n");
        mtl__str_printf(t, "  note      %.*s\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
}

/* ---------------------------------------------------------------- one body */
enum { NAME_WIDTH = 16, RELATION_WIDTH = 30 };

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

static const char *fraction(double x, char buf[24])
{
    if (isnan(x))
        snprintf(buf, 24, "-");
    else
        snprintf(buf, 24, "%.2g", x);
    return buf;
}

static void one_row(mtl__str *t, const mtl_markers *r, const mtl_marker_row *w)
{
    char a[16], b[16], c[16], d[16], e[16], own[24], any[24], wells[24];
    if (w->wells)
        snprintf(wells, sizeof wells, "%d", w->wells);
    else if (isnan(w->least_any))
        snprintf(wells, sizeof wells, "-");
    else
        snprintf(wells, sizeof wells, "> %d", MTL__WELLS_MAX);
    mtl__str_add(t, "  ");
    column(t, w->donor, NAME_WIDTH);
    column(t, w->relation, RELATION_WIDTH);
    mtl__str_printf(t, "%5s %5s %7s %6s %6s %9s %9s %7s", share(w->y, a),
                    isnan(w->hla) ? "-" : count(w->hla, b), r->n_used ? count(w->markers, c) : "-",
                    share(w->own, d), share(w->apart, e), fraction(w->least_own, own),
                    fraction(w->least_any, any), wells);
    mtl__str_printf(t, "   %s%s\n", w->way, w->karyotype > 0 ? "; karyotype (count cells)" : "");
    if (w->hla_alleles[0])
        mtl__str_printf(t, "      HLA that %s lacks: %s\n", w->host, w->hla_alleles);
}

/* Donors that nothing tells apart, each group once; and those that nothing shows. */
static void not_apart(mtl__str *t, const mtl_markers *r, const mtl__host *h)
{
    int unseen = 0;
    for (int k = 0; k < h->n_pairs; k++)
        if (h->pair[k].seen <= 0)
            mtl__str_printf(t, "%s%s", unseen++ ? ", " : "  nothing shows: ", h->pair[k].row.donor);
    if (unseen)
        mtl__str_add(t, "\n");
    for (int k = 0; k < h->n_pairs; k++) {
        bool first = h->pair[k].seen > 0;
        int others = 0;
        for (int j = 0; j < k; j++)
            first = first && h->never[k * h->n_pairs + j] < r->draws;
        for (int j = k + 1; j < h->n_pairs && first; j++) {
            if (h->never[k * h->n_pairs + j] < r->draws || h->pair[j].seen <= 0)
                continue;
            if (others++ == 0)
                mtl__str_printf(t, "  nothing tells apart: %s", h->pair[k].row.donor);
            mtl__str_printf(t, ", %s", h->pair[j].row.donor);
        }
        if (others)
            mtl__str_add(t, "\n");
    }
}

static void panel(mtl__str *t, const mtl_markers *r, const mtl__host *h)
{
    if (h->panel.n > 0) {
        mtl__str_printf(
            t, "  smallest panel%s that tells %s: ", r->certain ? "" : " of what has been read",
            h->panel_apart ? "all donors apart" : "as many apart as can be");
        for (int i = 0; i < h->panel.n; i++)
            mtl__str_printf(t, "%s%s", i ? ", " : "", h->panel_name[i]);
        if (h->panel.smallest)
            mtl__str_add(t, " (proved smallest)\n");
        else
            mtl__str_printf(t, " (not proved smallest: at least %d are needed)\n",
                            h->panel.at_least);
        if (!h->panel_apart)
            mtl__str_printf(t, "    %d groups of %d donors and nobody\n", h->panel.n_groups,
                            h->n_pairs);
    }
    if (r->certain)
        return;
    char buf[16];
    mtl__str_printf(t,
                    "  over %d draws: all donors told apart: %s; smallest panel %d (%d to %d) %s\n",
                    r->draws, share(h->all_apart / r->draws, buf), h->size_mid, h->size_low,
                    h->size_high, h->size_proved ? "probes" : "probes or fewer");
}

static void one_body(mtl__str *t, const mtl_markers *r, const mtl__host *h)
{
    mtl__str_printf(t, "\n%s: ", r->s->person[h->person].name);
    plural(t, h->n_pairs, "possible donor");
    mtl__str_add(t, "\n  ");
    if (h->n_pairs == 0)
        return;
    column(t, "donor", NAME_WIDTH);
    column(t, "is", RELATION_WIDTH);
    mtl__str_printf(t, "%5s %5s %7s %6s %6s %9s %9s %7s   %s\n", "Y", "HLA", "markers", "own",
                    "apart", "by own", "by any", "wells", "way");
    for (int k = 0; k < h->n_pairs; k++)
        one_row(t, r, &h->pair[k].row);
    not_apart(t, r, h);
    panel(t, r, h);
}

char *mtl_markers_text(const mtl_markers *r, int width)
{
    mtl__str t = {0};
    (void)width; /* rows are not wrapped: names would be cut */
    mtl__str_printf(&t, "Who can be told from whom: %s\n", r->s->file ? r->s->file : "");
    about_markers(&t, r);
    about_hla(&t, r);
    about_assays(&t, r);
    about_remarks(&t, r);
    mtl__str_printf(
        &t,
        "  own: a probe that no other donor of the body carries; apart: told from every "
        "other donor.\n  by own, by any: smallest fraction of genomes that the best such "
        "probe finds with %.3g %% power;\n  wells: to find %.3g by an own probe (else by "
        "any), blanks positive in at most %.3g %%.\n%s",
        100 * r->o.power, r->o.fraction, 100 * r->o.alarm,
        r->certain ? "" : "  Percentages and broken numbers are over draws.\n");
    for (int i = 0; i < r->n_hosts; i++)
        one_body(&t, r, &r->host[i]);
    if (r->n_hosts == 0)
        mtl__str_add(
            &t, "\nNobody here can have anybody's cells: no pregnancy, milk or graft is known.\n");
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}
