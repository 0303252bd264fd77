/* SPDX-License-Identifier: MIT */
/* What happened to the hosts themselves in a few lines of text, for the terminal: how fast injuries
   healed with and without foreign cells, response and tolerance at the end, outcomes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/result_out.h"

void mtl__out_wrapped(mtl__str *b, const mtl__str *text, int first, int indent)
{
    enum { WIDTH = 80 };
    const char *s = text->s ? text->s : "";
    int column = first;
    b->oom = b->oom || text->oom;
    while (*s) {
        const size_t room = WIDTH - (size_t)column;
        size_t n = strlen(s);
        if (n > room)
            for (n = room; n > 0 && s[n] != ' ';)
                n--;
        n = n ? n : strcspn(s, " "); /* a word that is longer than a line */
        mtl__str_printf(b, "%*s%.*s\n", column, "", (int)n, s);
        s += n + (s[n] == ' ');
        column = indent;
    }
}

/* 0 to 1: of less than a thousandth there is no more to tell. */
static const char *told(float x, char buf[16])
{
    snprintf(buf, 16, x < 1e-6F ? "0" : x < 1e-3F ? "<0.001" : "%.2g", (double)x);
    return buf;
}

static void immune_line(mtl__str *b, const mtl_result *r, const mtl__immune_result *x)
{
    const mtl__band *t = &x->tolerance[MTL__CHANCE][r->n_times - 1],
                    *a = &x->response[MTL__CHANCE][r->n_times - 1];
    char v[4][16];
    mtl__str_printf(b,
                    "  %s against %s: response %s (95%% range %s to %s), tolerance %s; HLA "
                    "%.0f%% foreign\n",
                    r->s->person[x->host].name, r->s->person[x->donor].name, told(a->q500, v[0]),
                    told(a->q025, v[1]), told(a->q975, v[2]), told(t->q500, v[3]),
                    100 * x->mismatch);
}

static void outcome_line(mtl__str *b, const mtl_result *r, const mtl__outcome_result *x)
{
    const mtl__outcome_def *d = &r->m->outcome[x->outcome];
    if (x->given || x->dated) {
        mtl__str_printf(b, "  %s, %s: as dated in the scenario\n", r->s->person[x->person].name,
                        mtl__out_outcome_label(r, x));
        return;
    }
    mtl__str_printf(b, "  %s, %s: %.3g of 100 lives (%.3g to %.3g)", r->s->person[x->person].name,
                    mtl__out_outcome_label(r, x), 100 * x->p_end[0], 100 * x->p_lo[0],
                    100 * x->p_hi[0]);
    if (d->recurs)
        mtl__str_printf(b, ", %.2g times a life", x->times[0]);
    if (isfinite(x->p_baseline))
        mtl__str_printf(b, "; its baseline alone gives %.3g", 100 * x->p_baseline);
    mtl__str_add(b, "\n");
}

/* How what is drawn of a life stands to what the file says of it. */
static void beside_the_file(mtl__str *b, const mtl_result *r)
{
    mtl__str names = {0}, text = {0};
    const int n = mtl__out_beside(&names, r);
    if (n > 0) {
        mtl__str_printf(&text,
                        "%s: %s beside the file, which says how its pregnancies go; they go so "
                        "in every life.",
                        names.s ? names.s : "", n > 1 ? "chances" : "a chance");
        mtl__out_wrapped(b, &text, 0, 0);
    }
    if (mtl__out_ends_lives(r))
        mtl__str_add(b, "After a death nothing of this list comes. Cells and samples go on by the "
                        "file in\nevery life, and what is said of them counts these lives too.\n");
    b->oom = b->oom || names.oom;
    mtl__str_free(&names);
    mtl__str_free(&text);
}

static void other_sex(mtl__str *b, const mtl_result *r)
{
    for (int i = 0; i < r->s->n_people; i++) {
        mtl__str names = {0}, text = {0};
        if (mtl__out_other_sex(&names, r, i) > 0) {
            mtl__str_printf(
                &text, "Not told of %s, as the model has it of %s only: %s.", r->s->person[i].name,
                r->s->person[i].sex == MTL__MALE ? "women" : "men", names.s ? names.s : "");
            mtl__out_wrapped(b, &text, 0, 0);
        }
        b->oom = b->oom || names.oom;
        mtl__str_free(&names);
        mtl__str_free(&text);
    }
}

char *mtl_result_hosts(const mtl_result *r)
{
    const mtl__host_result *h = &r->host;
    mtl__str b = {0};
    mtl__str_add(&b, "");
    mtl__out_injury_lines(&b, r);
    mtl__out_dose_lines(&b, r);
    if (h->n_immune)
        mtl__str_add(&b, "At the end, 0 none to 1 the most there can be:\n");
    for (int k = 0; k < h->n_immune; k++)
        immune_line(&b, r, &h->immune[k]);
    int told = 0;
    for (int k = 0; k < h->n_outcomes; k++) {
        if (!mtl__out_told(r, &h->outcome[k]))
            continue;
        if (told++ == 0)
            mtl__str_add(&b, "By the end:\n");
        outcome_line(&b, r, &h->outcome[k]);
    }
    mtl__out_tumour_lines(&b, r);
    beside_the_file(&b, r);
    other_sex(&b, r);
    if (h->needs_lives)
        mtl__str_add(
            &b, "Outcomes, tolerance and tumours are told by simulated lives only, of which the\n"
                "analytic solver has none: use --solver auto.\n");
    if (b.oom)
        mtl__str_free(&b);
    return b.s;
}
