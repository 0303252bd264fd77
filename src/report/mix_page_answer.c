/* SPDX-License-Identifier: MIT */
/* The answer of a mixture in one sentence, what the other donors and samples show, and every flag
   in words. What chance explains is bounded, never called absent. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/mix_parts.h"
#include "report/plate.h"

enum { MOST_CLAUSES = 8, MOST_NAMED = 4, MANY_TESTS = 5 };

static const char *tube_name(const mtl__mix_page *v, int tube)
{
    return v->m->counts.sample[v->m->tube[tube].count].name;
}

static void who(mtl__mix_page *v, int tube, int share)
{
    mtl__str_printf(v->out, "<span class=\"who %s\">", mtl__mix_class(v, tube, share));
    mtl__html(v->out, v->m->tube[tube].row[share].donor);
    mtl__str_add(v->out, "</span>");
}

typedef struct place {
    int tube, share;
} place;

static bool better(const mtl__mix_page *v, place a, place b)
{
    const mtl__share *x = &v->m->tube[a.tube].fit.share[a.share];
    const mtl__share *y = &v->m->tube[b.tube].fit.share[b.share];
    const bool fx = mtl__mix_verdict_of(v, a.tube, a.share) >= MTL__MIX_LITTLE;
    const bool fy = mtl__mix_verdict_of(v, b.tube, b.share) >= MTL__MIX_LITTLE;
    if (fx != fy)
        return fx;
    return fx ? x->fraction > y->fraction : x->high < y->high;
}

static place best_place(const mtl__mix_page *v)
{
    place best = {-1, -1};
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < v->m->tube[i].fit.n; k++) {
            const place here = {i, k};
            if (v->m->tube[i].fit.share[k].person != -2 && (best.tube < 0 || better(v, here, best)))
                best = here;
        }
    return best;
}

static void headline(mtl__mix_page *v, place x)
{
    mtl__str *b = v->out;
    const mtl__share *s = &v->m->tube[x.tube].fit.share[x.share];
    const mtl_mix_row *r = &v->m->tube[x.tube].row[x.share];
    char mid[32], low[32], high[32], level[32];
    const bool sharp = mtl__lab_sharp(s->low, s->high);
    mtl__str_add(b, "<h1 class=\"long\">");
    if (mtl__mix_verdict_of(v, x.tube, x.share) < MTL__MIX_LITTLE) {
        mtl__str_add(b, v->m->n_rows > 1 ? "No donor shows more than chance explains; "
                                         : "No more is seen than chance explains; ");
        who(v, x.tube, x.share);
        mtl__str_printf(b, " is at most %s per million genomes of ",
                        mtl__lab_number(1e6 * s->high, false, high));
        mtl__html(b, tube_name(v, x.tube));
    } else {
        who(v, x.tube, x.share);
        if (r->relation[0]) {
            mtl__str_add(b, " (");
            mtl__html(b, r->relation);
            mtl__str_add(b, ")");
        }
        mtl__str_printf(b, " makes up %s per million genomes of ",
                        mtl__lab_number(1e6 * s->fraction, sharp, mid));
        mtl__html(b, tube_name(v, x.tube));
        mtl__str_printf(b, " (%s%% interval: %s to %s)", mtl__given(100 * v->m->o.level, level),
                        mtl__lab_number(1e6 * s->low, sharp, low),
                        mtl__lab_number(1e6 * s->high, sharp, high));
        if (s->twin_of >= 0)
            mtl__str_add(b, ", or somebody else does whom nothing here tells apart");
    }
    mtl__str_add(b, ".</h1>\n");
}

/* What is found, then what chance explains: at most so many clauses, then numbers of them. */
static void clauses(mtl__mix_page *v, place best, bool found)
{
    mtl__str *b = v->out;
    int n = 0;
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < v->m->tube[i].fit.n; k++) {
            const enum mtl__mix_verdict verdict = mtl__mix_verdict_of(v, i, k);
            if ((verdict >= MTL__MIX_LITTLE) != found || (i == best.tube && k == best.share))
                continue;
            char high[32];
            if (n == 0)
                mtl__str_add(b, found ? "Found as well: " : "Not more than chance explains: ");
            mtl__str_add(b, n++ ? "; " : "");
            who(v, i, k);
            if (v->m->n_tubes > 1) {
                mtl__str_add(b, " in ");
                mtl__html(b, tube_name(v, i));
            }
            mtl__str_add(b, ", ");
            if (found)
                mtl__mix_amount(b, v, i, k);
            else
                mtl__str_printf(
                    b, "at most %s",
                    mtl__lab_number(1e6 * v->m->tube[i].fit.share[k].high, false, high));
            if (verdict == MTL__MIX_LITTLE)
                mtl__str_add(b, ", below its LoD");
        }
    mtl__str_add(b, n ? ". " : "");
}

static void lede(mtl__mix_page *v, place best)
{
    mtl__str *b = v->out;
    int found = 0;
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < v->m->tube[i].fit.n; k++)
            found += mtl__mix_verdict_of(v, i, k) >= MTL__MIX_LITTLE;
    mtl__str_add(b, "<p class=\"lede\">");
    if (v->m->n_rows - 1 > MOST_CLAUSES) {
        mtl__str_printf(b,
                        "Of %d pairs of donor and sample: %d found, %d with no more than chance "
                        "explains.</p>\n",
                        v->m->n_rows, found, v->m->n_rows - found);
        return;
    }
    clauses(v, best, true);
    clauses(v, best, false);
    mtl__str_add(b, "All per million genomes.</p>\n");
}

/* ---------------------------------------------------------------- things to know */
static void names_with(mtl__mix_page *v, mtl__str *b, unsigned flag, bool of_shares)
{
    int n = 0, all = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0, said = 0; i < v->m->n_tubes; i++)
            for (int k = 0; k < (of_shares ? v->m->tube[i].fit.n : 1); k++) {
                const mtl__mix *f = &v->m->tube[i].fit;
                const bool has = ((of_shares ? f->share[k].flags : f->flags) & flag) != 0;
                n += has && pass == 0;
                all += pass == 0;
                if (!has || pass == 0 || n > MOST_NAMED)
                    continue;
                mtl__str_add(b, said++ ? "; " : " (");
                if (of_shares) {
                    mtl__html(b, v->m->tube[i].row[k].donor);
                    mtl__str_add(b, " in ");
                }
                mtl__html(b, tube_name(v, i));
            }
    if (n > MOST_NAMED)
        mtl__str_printf(b, " (%d of %d", n, all);
    mtl__str_add(b, ").");
}

static void say(mtl__mix_page *v, mtl__str *b, int *n, unsigned flag, bool of_shares,
                const char *title, const char *words)
{
    bool any = false;
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < (of_shares ? v->m->tube[i].fit.n : 1); k++)
            any = any || ((of_shares ? v->m->tube[i].fit.share[k].flags : v->m->tube[i].fit.flags) &
                          flag) != 0;
    if (!any)
        return;
    mtl__lab_thing(b, n, title);
    mtl__str_add(b, words);
    names_with(v, b, flag, of_shares);
}

static void odd_sites(mtl__mix_page *v, mtl__str *b, int *n)
{
    int odd = 0, impossible = 0, guessed = 0;
    for (int i = 0; i < v->m->n_tubes; i++) {
        const mtl__mix *f = &v->m->tube[i].fit;
        odd = f->sites_odd > odd ? f->sites_odd : odd;
        impossible = f->sites_impossible > impossible ? f->sites_impossible : impossible;
        guessed = f->sites_no_frequency > guessed ? f->sites_no_frequency : guessed;
    }
    if (odd + impossible + guessed == 0)
        return;
    mtl__lab_thing(b, n, "Sites set aside");
    mtl__str_add(b, "At most, in one sample:");
    const char *joint = " ";
    if (impossible) {
        mtl__str_printf(b, "%s%d where the genotypes cannot be inherited as read", joint,
                        impossible);
        joint = "; ";
    }
    if (guessed) {
        mtl__str_printf(b, "%s%d to be guessed without a known frequency", joint, guessed);
        joint = "; ";
    }
    if (odd)
        mtl__str_printf(b, "%s%d whose reads no mixture of these people explains (of no weight)",
                        joint, odd);
    mtl__str_add(b, ".");
}

static void things(mtl__mix_page *v)
{
    mtl__str b = {0};
    int n = 0;
    say(v, &b, &n, MTL__MIX_STRANGER, false, "A stranger",
        "Somebody outside the family explains the reads better");
    say(v, &b, &n, MTL__MIX_NOT_IDENTIFIED, true, "Not told apart",
        "These donors leave the same mark as another one or as error; only sums mean something");
    say(v, &b, &n, MTL__MIX_FEW_SITES, true, "Few sites",
        "Few sites tell these donors from the rest, so intervals are rough");
    say(v, &b, &n, MTL__MIX_LINKED, false, "Linkage",
        "The panel has too few independent pieces of chromosomes for its intervals to hold as "
        "they stand");
    say(v, &b, &n, MTL__MIX_HOST_GUESSED, false, "Host not typed",
        "The host's genotype is guessed at some sites");
    say(v, &b, &n, MTL__MIX_OVERDISPERSED, false, "Counts spread",
        "Counts vary more than chance allows; intervals carry it");
    odd_sites(v, &b, &n);
    if (v->m->n_rows >= MANY_TESTS) {
        mtl__lab_thing(&b, &n, "Many questions");
        mtl__str_printf(&b,
                        "%d pairs of donor and sample are asked for, each at 5%%: about %.1f would "
                        "look present by chance alone.",
                        v->m->n_rows, 0.05 * v->m->n_rows);
    }
    mtl__lab_box(v->out, &b, n);
    mtl__str_free(&b);
    mtl__lab_remarks(v->out, v->m->notes.s);
}

void mtl__mix_page_answer(mtl__mix_page *v)
{
    const place best = best_place(v);
    mtl__section_say(&v->page, "answer", "The answer",
                     "<p>Whose cells are in these samples, how many, how sure?</p>\n");
    if (best.tube < 0) {
        mtl__str_add(v->out, "<h1>No donor was asked for.</h1>\n");
    } else {
        headline(v, best);
        lede(v, best);
    }
    things(v);
    mtl__section_close(&v->page);
}
