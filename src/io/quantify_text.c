/* SPDX-License-Identifier: MIT */
/* The answer of `matriline quantify` for people: curves and blanks of each plate, then each sample
   with its donors, and below them in words what a referee would ask about. A count that blanks
   explain is never called found, and where nothing was seen there is an upper bound, never a 0. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"

/* ---------------------------------------------------------------- flags */
static const struct {
    unsigned bit;
    const char *word, *sentence;
} flag[] = {
    {MTL__FLAG_NO_BLANKS, "no_blanks",
     "no blanks on this plate nor in its history: the LoB rests on an assumed background"},
    {MTL__FLAG_CURVE_TWO_POINTS, "curve_two_points",
     "a standard curve of two points: nothing tells how well it fits"},
    {MTL__FLAG_CURVE_STEEP, "curve_steep", "the standard curve's efficiency is not from 80 to 120 %"},
    {MTL__FLAG_CURVE_POOR, "curve_poor", "the standard curve fits badly (r2 below 0.98)"},
    {MTL__FLAG_NO_CURVE, "no_curve", "no standard curve: hits only, Ct tells nothing"},
    {MTL__FLAG_ALL_HIT, "all_hit", "every well is hit: only Ct bounds the level above"},
    {MTL__FLAG_BELOW_LOD, "below_lod",
     "below the LoD: such a level would often be missed, and this one may be a lucky draw"},
    {MTL__FLAG_BELOW_LOB, "below_lob", "not more than blanks explain"},
    {MTL__FLAG_BEYOND_CURVE, "beyond_curve", "quantities outside those of the standards"},
    {MTL__FLAG_ZYGOSITY, "zygosity", "copies of the target in the donor not known: all are carried"},
    {MTL__FLAG_NOT_TOLD_APART, "not_told_apart", "others carry the target and could explain it"},
    {MTL__FLAG_BLANKS_HIT, "blanks_hit", "blanks were hit"},
    {MTL__FLAG_NO_GENOMES, "no_genomes",
     "genomes tested not known: per well only (a reference gene or a table of samples tells)"},
    {MTL__FLAG_TARGETS_DISAGREE, "targets_disagree", "the donor's targets disagree"},
    {MTL__FLAG_REPLICATES_SPREAD, "replicates_spread", "wells vary more than chance allows"},
};
enum { N_FLAGS = sizeof flag / sizeof *flag };

void mtl__quantify_flags(mtl__str *b, unsigned flags)
{
    int n = 0;
    for (int i = 0; i < N_FLAGS; i++)
        if (flags & flag[i].bit)
            mtl__str_printf(b, "%s%s", n++ ? "," : "", flag[i].word);
}

/* Flags that the verdict says already are not said twice. */
static void sentences(mtl__str *t, unsigned flags, const char *indent)
{
    flags &= ~(unsigned)(MTL__FLAG_BELOW_LOB | MTL__FLAG_BELOW_LOD);
    for (int i = 0; i < N_FLAGS; i++)
        if (flags & flag[i].bit)
            mtl__str_printf(t, "%s! %s\n", indent, flag[i].sentence);
}

/* ---------------------------------------------------------------- numbers */
/* Two or three significant digits without an exponent where that is short. */
static const char *digits(double x, int n, char buf[32])
{
    if (!isfinite(x))
        snprintf(buf, 32, "NA");
    else if (fabs(x) >= 1e7 || (fabs(x) < 1e-3 && x != 0.0))
        snprintf(buf, 32, "%.*g", n, x);
    else if (fabs(x) >= pow(10, n))
        snprintf(buf, 32, "%.0f", x);
    else
        snprintf(buf, 32, "%.*g", n, x);
    return buf;
}

static const char *amount(double x, char buf[32])
{
    if (x >= 1e6)
        snprintf(buf, 32, "%.3g million", x / 1e6);
    else if (x >= 1000)
        snprintf(buf, 32, "%.0f,%03.0f", floor(x / 1000), floor(fmod(x, 1000)));
    else
        digits(x, 3, buf);
    return buf;
}

/* ---------------------------------------------------------------- a plate */
static void one_curve(mtl__str *t, const mtl_quantify *q, int plate, const mtl__curve *c)
{
    char a[32], b[32];
    mtl__str_printf(t, "  curve   %-14.40s %d wells of %d levels, %s to %s gEq; slope %.3g, ",
                    q->plate[plate].target[c->target].name, c->n_wells, c->n_levels,
                    amount(c->quantity_low, a), amount(c->quantity_high, b), c->slope);
    mtl__str_printf(t, "efficiency %.0f %% (%.0f to %.0f)", 100 * c->efficiency,
                    100 * c->efficiency_low, 100 * c->efficiency_high);
    if (isfinite(c->r2))
        mtl__str_printf(t, ", r2 %.3f", c->r2);
    mtl__str_add(t, "\n");
    sentences(t, c->flags, "          ");
}

static void one_plate(mtl__str *t, const mtl_quantify *q, int i)
{
    const mtl__plate *p = &q->plate[i];
    const mtl__wells *w = &q->wells[i];
    int used = 0;
    for (int k = 0; k < p->n; k++)
        used += !p->reaction[k].omit;
    mtl__str_printf(t, "%s: %d reactions of %d target%s%s%.40s\n", p->file, used, p->n_targets,
                    p->n_targets == 1 ? "" : "s", p->instrument[0] ? "; " : "", p->instrument);
    for (int k = 0; k < w->n_curves; k++)
        one_curve(t, q, i, &w->curve[k]);
    for (int k = 0; k < p->n_targets; k++)
        if (!p->target[k].reference && w->blank_wells[k] > 0)
            mtl__str_printf(t, "  blanks  %-14.40s %d hit in %d\n", p->target[k].name,
                            w->blank_hits[k], w->blank_wells[k]);
        else if (!p->target[k].reference)
            mtl__str_printf(t, "  blanks  %-14.40s none\n", p->target[k].name);
}

/* ---------------------------------------------------------------- a sample */
static void sample_line(mtl__str *t, const mtl_quantify_row *r, double genomes)
{
    char buf[32], date[16];
    mtl__str_printf(t, "\n%s", r->sample);
    if (r->host[0] || r->organ[0] || isfinite(r->day))
        mtl__str_printf(t, " (%s%s%s", r->host[0] ? r->host : "host not said",
                        r->organ[0] ? ", " : "", r->organ);
    if (isfinite(r->day))
        mtl__str_printf(t, ", %s", mtl__date_text(r->day, date));
    if (r->host[0] || r->organ[0] || isfinite(r->day))
        mtl__str_add(t, ")");
    if (isfinite(genomes))
        mtl__str_printf(t, ": %s gEq tested", amount(genomes, buf));
    mtl__str_add(t, "\n");
    mtl__str_printf(t, "  %-20s %-14s %13s %5s %8s %-17s %8s %8s  %s\n", "donor", "target",
                    "hit", "LoB", "per 1e6", "  interval", "per 1e5", "LoD", "verdict");
}

static void level_line(mtl__str *t, const mtl_quantify_row *r)
{
    char hits[40], mid[32], low[32], high[32], fifth[32], lod[32], range[80];
    const bool per_genome = isfinite(r->high);
    const double x = per_genome ? r->per_1e6 : r->per_well;
    const double a = per_genome ? r->low : r->per_well_low;
    const double b = per_genome ? r->high : r->per_well_high;
    const bool bound = r->finding < MTL_FOUND_BELOW_LOD;
    snprintf(hits, sizeof hits, "%" PRId64 " of %" PRId64, r->hits, r->wells);
    snprintf(range, sizeof range, bound ? "at most %s" : "%s to %s",
             digits(bound ? b : a, 2, bound ? high : low), digits(b, 2, high));
    mtl__str_printf(t, "  %-20s %-14s %13s %5.0f %8s %-17s %8s %8s  %s%s\n", r->donor, r->targets,
                    hits, r->lob_hits, bound ? "" : digits(x, 2, mid), range,
                    bound ? "" : digits(x / 10, 2, fifth), digits(r->lod, 2, lod),
                    mtl_finding_name(r->finding), per_genome ? "" : " (gEq per well)");
}

static void samples_of(mtl__str *t, const mtl_quantify *q, int plate)
{
    for (int i = 0; i < q->n_rows; i++) {
        if (q->row_plate[i] != plate)
            continue;
        const mtl_quantify_row *r = &q->row[i];
        const mtl__level *l = &q->wells[plate].level[q->row_level[i]];
        const bool first = i == 0 || q->row_plate[i - 1] != plate ||
                           strcmp(q->row[i - 1].sample, r->sample) != 0;
        if (first)
            sample_line(t, r, r->genomes);
        level_line(t, r);
        sentences(t, l->flags, "    ");
    }
}

static void comparisons(mtl__str *t, const mtl_quantify *q)
{
    char a[32], b[32], c[32];
    for (int i = 0; i < q->n_groups; i++) {
        const mtl__groups *g = &q->groups[i];
        mtl__str_printf(t,
                        "\n%s: %s (%d subjects) against %s (%d): rate ratio %s, %g %% interval %s "
                        "to %s, p = %.2g (negative binomial, offset log gEq tested)\n",
                        g->target, g->name[1], g->subjects[1], g->name[0], g->subjects[0],
                        digits(g->ratio, 3, a), 100 * q->o.level, digits(g->low, 2, b),
                        digits(g->high, 2, c), g->p);
    }
}

static void remarks(mtl__str *t, const mtl_quantify *q)
{
    for (const char *s = mtl_quantify_remarks(q); *s;) {
        const size_t n = strcspn(s, "\n");
        mtl__str_printf(t, "  note: %.*s\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
}

char *mtl_quantify_text(const mtl_quantify *q, int width)
{
    mtl__str t = {0};
    (void)width; /* rows are not wrapped: names would be cut */
    for (int i = 0; i < q->n_plates; i++) {
        mtl__str_add(&t, i ? "\n" : "");
        one_plate(&t, q, i);
        if (i == 0)
            remarks(&t, q);
        samples_of(&t, q, i);
    }
    if (q->n_rows == 0)
        mtl__str_add(&t, "\nNo donor can be looked for: no sample has a target that somebody else "
                         "carries.\n");
    comparisons(&t, q);
    mtl__str_printf(&t,
                    "\nper 1e6, per 1e5: gEq of the donor among as many gEq tested, with the %g %% "
                    "interval.\nLoB: hits that blanks explain; LoD: a level found with %g %% "
                    "power.\n",
                    100 * q->o.level, 100 * q->o.power);
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}
