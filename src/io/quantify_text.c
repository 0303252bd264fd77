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
    {MTL__FLAG_CURVE_STEEP, "curve_steep",
     "the standard curve's efficiency is not from 80 to 120 %"},
    {MTL__FLAG_CURVE_POOR, "curve_poor", "the standard curve fits badly (r2 below 0.98)"},
    {MTL__FLAG_NO_CURVE, "no_curve", "no standard curve: hits only, Ct tells nothing"},
    {MTL__FLAG_ALL_HIT, "all_hit", "every well is hit: only Ct bounds the level above"},
    {MTL__FLAG_BELOW_LOD, "below_lod",
     "below the LoD: such a level would often be missed, and this one may be a lucky draw"},
    {MTL__FLAG_BELOW_LOB, "below_lob", "not more than blanks explain"},
    {MTL__FLAG_BEYOND_CURVE, "beyond_curve", "quantities outside those of the standards"},
    {MTL__FLAG_ZYGOSITY, "zygosity",
     "copies of the target in the donor not known: all are carried"},
    {MTL__FLAG_NOT_TOLD_APART, "not_told_apart",
     "others carry the target too: it does not tell them apart"},
    {MTL__FLAG_BLANKS_HIT, "blanks_hit", "blanks were hit"},
    {MTL__FLAG_NO_GENOMES, "no_genomes",
     "genomes tested not known (a reference gene or a table of samples tells)"},
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
/* n significant digits; thousands parted, no exponent where that is short. */
static const char *digits(double x, int n, char buf[32])
{
    const double a = fabs(x);
    if (!isfinite(x)) {
        snprintf(buf, 32, "NA");
    } else if (a >= 1e9 || (a < 1e-3 && a > 0)) {
        snprintf(buf, 32, "%.*g", n, x);
    } else if (a >= 1000) {
        const double unit = pow(10, floor(log10(a)) - n + 1);
        const double y = unit > 1 ? floor(x / unit + 0.5) * unit : floor(x + 0.5);
        char plain[32];
        int k = 0;
        const int length = snprintf(plain, sizeof plain, "%.0f", y);
        for (int i = 0; i < length && k < 30; i++) {
            buf[k++] = plain[i];
            if ((length - i - 1) % 3 == 0 && i + 1 < length && plain[i] != '-')
                buf[k++] = ',';
        }
        buf[k] = '\0';
    } else {
        snprintf(buf, 32, "%.*g", a >= pow(10, n) ? 3 : n, x);
    }
    return buf;
}

static const char *amount(double x, char buf[32])
{
    if (x >= 1e6)
        snprintf(buf, 32, "%.3g million", x / 1e6);
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

/* What is true of every level of the plate is said once. */
static unsigned common_flags(const mtl__wells *w)
{
    unsigned common = w->n_levels > 1 ? ~0u : 0;
    for (int k = 0; k < w->n_levels; k++)
        common &= w->level[k].flags;
    return common;
}

static bool is_digital(const mtl__plate *p, int target)
{
    for (int k = 0; k < p->n; k++)
        if (p->reaction[k].target_index == target && p->reaction[k].partitions > 0)
            return true;
    return false;
}

static void one_plate(mtl__str *t, const mtl_quantify *q, int i)
{
    const mtl__plate *p = &q->plate[i];
    const mtl__wells *w = &q->wells[i];
    int used = 0;
    char buf[32];
    for (int k = 0; k < p->n; k++)
        used += !p->reaction[k].omit;
    mtl__str_printf(t, "%s: %d reactions of %d target%s%s%.40s\n", p->file, used, p->n_targets,
                    p->n_targets == 1 ? "" : "s", p->instrument[0] ? "; " : "", p->instrument);
    for (int k = 0; k < w->n_curves; k++)
        one_curve(t, q, i, &w->curve[k]);
    for (int k = 0; k < p->n_targets; k++) {
        if (p->target[k].reference)
            continue;
        mtl__str_printf(t, "  blanks  %-14.40s ", p->target[k].name);
        if (w->blank_wells[k] > 0)
            mtl__str_printf(t, "%d hit in %s%s\n", w->blank_hits[k],
                            digits(w->blank_wells[k], 7, buf),
                            is_digital(p, k) ? " partitions" : "");
        else
            mtl__str_add(t, "none\n");
    }
    sentences(t, common_flags(w), "  ");
}

/* ---------------------------------------------------------------- a sample */
static bool per_genome(const mtl_quantify_row *r)
{
    return isfinite(r->high);
}

static void sample_line(mtl__str *t, const mtl_quantify_row *r, int width)
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
    if (isfinite(r->genomes))
        mtl__str_printf(t, ": %s gEq tested", amount(r->genomes, buf));
    mtl__str_printf(t, "\n  %-*s %-14s %16s %6s %9s  %-20s %8s %9s  verdict\n", width, "donor",
                    "target", "hit", "LoB", per_genome(r) ? "per 1e6" : "per well", "interval",
                    per_genome(r) ? "per 1e5" : "", "LoD");
}

static void level_line(mtl__str *t, const mtl_quantify_row *r, int width)
{
    char hits[96], mid[32], low[32], high[32], fifth[32], lod[32], range[80], n[32], k[32];
    const bool genome = per_genome(r), bound = r->finding < MTL_FOUND_BELOW_LOD;
    const double x = genome ? r->per_1e6 : r->per_well;
    const double a = genome ? r->low : r->per_well_low;
    const double b = genome ? r->high : r->per_well_high;
    const int sharp = b < 1.5 * a ? 3 : 2;
    snprintf(hits, sizeof hits, "%s of %s", digits((double)r->hits, 9, k),
             digits((double)r->wells, 9, n));
    if (bound)
        snprintf(range, sizeof range, "at most %s", digits(b, sharp, high));
    else
        snprintf(range, sizeof range, "%s to %s", digits(a, sharp, low), digits(b, sharp, high));
    mtl__str_printf(t, "  %-*s %-14s %16s %6.0f %9s  %-20s %8s %9s  %s\n", width, r->donor,
                    r->targets, hits, r->lob_hits, bound ? "" : digits(x, sharp, mid), range,
                    bound || !genome ? "" : digits(x / 10, sharp, fifth), digits(r->lod, 2, lod),
                    mtl_finding_name(r->finding));
}

static void samples_of(mtl__str *t, const mtl_quantify *q, int plate)
{
    const unsigned said = common_flags(&q->wells[plate]);
    int width = 12;
    for (int i = 0; i < q->n_rows; i++)
        if (q->row_plate[i] == plate && (int)strlen(q->row[i].donor) > width)
            width = (int)strlen(q->row[i].donor);
    for (int i = 0; i < q->n_rows; i++) {
        if (q->row_plate[i] != plate)
            continue;
        const mtl_quantify_row *r = &q->row[i];
        const mtl__level *l = &q->wells[plate].level[q->row_level[i]];
        if (i == 0 || q->row_plate[i - 1] != plate || q->row[i - 1].sample != r->sample ||
            per_genome(&q->row[i - 1]) != per_genome(r))
            sample_line(t, r, width);
        level_line(t, r, width);
        sentences(t, l->flags & ~said, "    ");
    }
}

static void comparisons(mtl__str *t, const mtl_quantify *q)
{
    char a[32], b[32], c[32];
    for (int i = 0; i < q->n_groups; i++) {
        const mtl__groups *g = &q->groups[i];
        mtl__str_printf(t, "\n%s, %s against %s:\n", g->target, g->name[1], g->name[0]);
        for (int k = 1; k >= 0; k--)
            mtl__str_printf(t, "  %-14s %d subjects, %s gEq among %s tested\n", g->name[k],
                            g->subjects[k], digits(g->counted[k], 3, a), amount(g->genomes[k], b));
        if (g->no_end)
            mtl__str_add(t, "  nothing was counted in one group: the rate ratio has no end\n");
        else
            mtl__str_printf(t,
                            "  rate ratio %s, %g %% interval %s to %s, p = %.2g (negative "
                            "binomial, offset log gEq tested, dispersion %.2g)\n",
                            digits(g->ratio, 3, a), 100 * q->o.level, digits(g->low, 2, b),
                            digits(g->high, 2, c), g->p, g->dispersion);
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
