/* SPDX-License-Identifier: MIT */
/* The page of a comparison: what either run answers, every level that differs in any life as a line
   from A to B, the tables of levels and samples, until when the lives are the same, and how to do
   it again. */
#include "report/compare_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/atomic_file.h"
#include "matriline/version.h"

const char *mtl__compare_class(const mtl__compare_page *v, int donor)
{
    return donor >= 0 ? mtl__page_class(&v->page, donor) : "me";
}

static void signed_two(mtl__str *b, double x)
{
    char buf[32];
    mtl__str_add(b, x < 0 ? "\xe2\x88\x92" : x > 0 ? "+" : "");
    mtl__str_add(b, mtl__two(fabs(x), buf));
}

void mtl__compare_difference(mtl__str *b, const mtl_paired *p)
{
    if (!(p->differ > 0)) {
        mtl__str_add(b, "0");
        return;
    }
    signed_two(b, p->difference);
    if (!isfinite(p->low))
        return;
    mtl__str_add(b, " (");
    signed_two(b, p->low);
    mtl__str_add(b, " to ");
    signed_two(b, p->high);
    mtl__str_add(b, ")");
}

/* ---------------------------------------------------------------- the answer */
static void one_answer(mtl__compare_page *v, int which)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    const mtl_result *r = which < 0 ? c->a : c->b;
    double chance, unknowns;
    char text[32];
    const char *answer = mtl_compare_answer(c, which, &chance, &unknowns);
    mtl__str_printf(b, "<tr><th scope=\"row\">%s: ", which < 0 ? "A" : "B");
    mtl__html(b, which < 0 ? c->label_a : c->label_b);
    mtl__str_add(b, "</th><td>");
    mtl__html(b, answer);
    mtl__str_printf(b, "</td><td class=\"r\"><b>%s</b></td><td class=\"r\">",
                    mtl__prob(chance, c->n, text));
    mtl__str_add(b, isfinite(unknowns) ? mtl__prob(unknowns, c->n, text) : "");
    mtl__str_add(b, "</td><td>");
    mtl__html(b, mtl_result_headline(r));
    mtl__str_add(b, "</td></tr>\n");
}

static int hosts_that_differ(const mtl_compare *c)
{
    int n = 0;
    for (int i = 0; i < c->n_hosts; i++)
        n += mtl_compare_host_differs(&c->host[i]);
    return n;
}

/* What the tables cannot show: that there was nothing to compare. */
static void say_nothing_to_compare(mtl__compare_page *v)
{
    const mtl_compare *c = v->c;
    int common = 0;
    for (int i = 0; i < c->a->s->n_people; i++)
        common += c->person_b[i] >= 0;
    if (common == 0)
        mtl__str_add(v->out, "<p class=\"lede\">Nobody of A is in B by name, so no life of A has "
                             "its like in B.</p>\n");
    else if (strcmp(c->a->s->hash, c->b->s->hash) == 0 && strcmp(c->label_a, c->label_b) == 0)
        mtl__str_add(v->out, "<p class=\"lede\">A and B are the same.</p>\n");
}

static void answer(mtl__compare_page *v)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    int differ = 0, focus = 0, mean = 0;
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_compare_level *r = &c->level[i].row;
        focus += r->focus;
        differ += r->focus && r->chance.differ > 0;
        mean += r->focus && r->chance.differ > 0 && mtl_compare_beyond_chance(c, &r->chance);
    }
    mtl__section_say(
        &v->page, "answer", "The same lives twice",
        "<p>Both runs draw from random streams of the same names, so a life is the same in both "
        "until the change reaches it. From then on chance may differ as well, and the mean over "
        "lives speaks of the change.</p>\n");
    const char *headline = mtl_compare_headline(c);
    mtl__str_add(b, "<h1 class=\"long\">");
    if (headline[0]) {
        mtl__html(b, headline);
        mtl__str_add(b, "</h1>\n<p class=\"lede\">");
    }
    if (differ == 0)
        mtl__str_add(b, "In no life do A and B leave other cells in ");
    else
        mtl__str_printf(
            b,
            "Of %d levels at the end, %d differ in some life and %d by more than chance "
            "would leave among so many in ",
            focus, differ, mean);
    mtl__html(b, mtl__page_name(&v->page, v->page.focus));
    mtl__str_add(b, headline[0] ? ".</p>\n" : "</h1>\n");
    say_nothing_to_compare(v);
    if (c->n_hosts > 0)
        mtl__str_printf(b,
                        "<p class=\"lede\">Of <a href=\"#hosts\">what is followed of the hosts "
                        "themselves</a>, %d of %d numbers differ.</p>\n",
                        hosts_that_differ(c), c->n_hosts);
    mtl__str_add(b, "<div class=\"scroll\"><table><caption>What each run answers; chance "
                    "alone, and with the unknowns drawn</caption>\n<thead><tr><th scope=\"col\">Run"
                    "</th><th scope=\"col\">Question</th><th class=\"r\" scope=\"col\">Chance alone"
                    "</th><th class=\"r\" scope=\"col\">Unknowns drawn</th><th scope=\"col\">"
                    "Headline</th></tr></thead>\n<tbody>\n");
    one_answer(v, -1);
    one_answer(v, 1);
    mtl__str_add(b, "</tbody></table></div>\n");
    mtl__section_close(&v->page);
}

/* ---------------------------------------------------------------- tables */
static void share(mtl__str *b, double x, int n)
{
    char text[32];
    mtl__str_printf(b, "<td class=\"r\">%s</td>", x > 0 ? mtl__prob(x, n, text) : "0");
}

static void level_row(mtl__compare_page *v, const mtl__compared_level *l)
{
    mtl__str *b = v->out;
    char text[32];
    const mtl_compare_level *r = &l->row;
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html(b, r->host);
    mtl__str_printf(b, "</th><th class=\"who %s\">", mtl__compare_class(v, l->donor));
    mtl__html(b, r->donor);
    mtl__str_add(b, "</th><td>");
    mtl__html(b, r->organ_label);
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__html(b, r->in_a ? mtl__level_two(r->chance.a, text) : "no way in");
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__html(b, r->in_b ? mtl__level_two(r->chance.b, text) : "no way in");
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__compare_difference(b, &r->chance);
    mtl__str_add(b, "</td>");
    share(b, r->chance.differ, r->chance.n);
    mtl__str_add(b, "<td class=\"r\">");
    if (r->unknowns.n)
        mtl__compare_difference(b, &r->unknowns);
    mtl__str_add(b, "</td></tr>\n");
}

static bool differs(const mtl_compare_level *r)
{
    return r->chance.differ > 0 || (r->unknowns.n && r->unknowns.differ > 0);
}

static void levels(mtl__compare_page *v)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    int same = 0;
    mtl__section_say(
        &v->page, "levels", "Every level",
        "<p>Genome equivalents per million nucleated cells at the final date of each run. The "
        "interval is the 95% one of the paired t over lives. &ldquo;Differ&rdquo; is the share of "
        "lives in which the two are not the same.</p>\n");
    mtl__str_add(b, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">In</th>"
                    "<th scope=\"col\">From</th><th scope=\"col\">Organ</th><th class=\"r\" "
                    "scope=\"col\">A</th><th class=\"r\" scope=\"col\">B</th><th class=\"r\" "
                    "scope=\"col\">B &minus; A</th><th class=\"r\" scope=\"col\">Differ</th>"
                    "<th class=\"r\" scope=\"col\">B &minus; A, unknowns drawn</th></tr></thead>\n"
                    "<tbody>\n");
    for (int i = 0; i < c->n_levels; i++) {
        if (differs(&c->level[i].row))
            level_row(v, &c->level[i]);
        else
            same++;
    }
    mtl__str_add(b, "</tbody></table></div>\n");
    if (same > 0)
        mtl__str_printf(b, "<p class=\"note\">%d more are the same in every life.</p>\n", same);
    mtl__section_close(&v->page);
}

static void sample_row(mtl__str *b, const mtl_compare_sample *r, int n)
{
    char text[32], date[16];
    mtl__str_printf(b, "<tr><td class=\"d\">%s</td><th scope=\"row\">",
                    mtl__date_text(r->t_days, date));
    mtl__html(b, r->person);
    mtl__str_add(b, "</th><td>");
    mtl__html(b, r->organ);
    mtl__str_add(b, "</td><td>");
    mtl__html(b, r->assay);
    if (!r->assay[0]) {
        mtl__str_add(b, "</td><td></td><td></td><td></td><td></td><td></td><td></td><td></td><td>"
                        "</td></tr>\n");
        return;
    }
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__html(b, mtl__level_two(r->level.a, text));
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__html(b, mtl__level_two(r->level.b, text));
    mtl__str_add(b, "</td><td class=\"r\">");
    mtl__compare_difference(b, &r->level);
    mtl__str_add(b, "</td>");
    share(b, r->p_a, n);
    share(b, r->p_b, n);
    mtl__str_printf(b, "<td class=\"r\">%d</td><td class=\"r\">%d</td><td class=\"r\">", r->only_a,
                    r->only_b);
    mtl__html(b, mtl__lab_chance(r->p_mcnemar, text));
    mtl__str_add(b, "</td></tr>\n");
}

static void samples(mtl__compare_page *v)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    if (c->n_samples == 0)
        return;
    mtl__section_say(&v->page, "samples", "What the assays read",
                     "<p>Samples that both take; levels in genome equivalents per million of the "
                     "sampled cells. &ldquo;Only A&rdquo; counts lives in which the sample is "
                     "positive in A alone; p is of McNemar&rsquo;s exact test.</p>\n");
    mtl__str_add(b,
                 "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Date</th>"
                 "<th scope=\"col\">Person</th><th scope=\"col\">Organ</th><th scope=\"col\">Assay"
                 "</th><th class=\"r\" scope=\"col\">A</th><th class=\"r\" scope=\"col\">B</th>"
                 "<th class=\"r\" scope=\"col\">B &minus; A</th><th class=\"r\" scope=\"col\">"
                 "P(positive) A</th><th class=\"r\" scope=\"col\">B</th><th class=\"r\" "
                 "scope=\"col\">Only A</th><th class=\"r\" scope=\"col\">Only B</th>"
                 "<th class=\"r\" scope=\"col\">p</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < c->n_samples; i++)
        sample_row(b, &c->sample[i], c->n);
    mtl__str_add(b, "</tbody></table></div>\n");
    if (c->n_unshared > 0)
        mtl__str_printf(b, "<p class=\"note\">%d sample%s taken in one of the two only.</p>\n",
                        c->n_unshared, c->n_unshared == 1 ? " is" : "s are");
    mtl__section_close(&v->page);
}

/* ---------------------------------------------------------------- hosts */
/* Days are told to the day: two digits are too few to tell 116 from 124. */
static void number_cell(mtl__str *b, const mtl_compare_host *r, double x, bool there)
{
    char text[32];
    mtl__str_add(b, "<td class=\"r\">");
    if (there && isfinite(x) && x >= 10 && x < 1e6 && strncmp(r->measure, "days", 4) == 0)
        mtl__count(b, (int)(x + 0.5));
    else if (there && r->donor[0] && x > 0 && x < 1e-3)
        mtl__str_add(b, x < 1e-6 ? "0" : "&lt;0.001");
    else if (there && isfinite(x))
        mtl__html(b, mtl__two(x, text));
    else
        mtl__str_add(b, there ? "not by the end" : "&ndash;");
    mtl__str_add(b, "</td>");
}

static void about(mtl__str *b, const mtl_compare_host *r)
{
    char date[16];
    mtl__html(b, r->person);
    if (r->donor[0]) {
        mtl__str_add(b, " against ");
        mtl__html(b, r->donor);
        return;
    }
    mtl__str_add(b, ": ");
    mtl__html(b, r->label);
    if (isfinite(r->t_days))
        mtl__str_printf(b, ", %s", mtl__date_text(r->t_days, date));
}

static void host_row(mtl__compare_page *v, const mtl_compare_host *r)
{
    mtl__str *b = v->out;
    char text[32];
    const bool unknowns = v->c->a->n_bands > 1 && v->c->b->n_bands > 1;
    mtl__str_add(b, "<tr><th scope=\"row\">");
    about(b, r);
    mtl__str_add(b, "</th><td>");
    mtl__html(b, r->measure);
    mtl__str_add(b, "</td>");
    number_cell(b, r, r->a, r->in_a);
    number_cell(b, r, r->b, r->in_b);
    number_cell(b, r, r->a_unknowns, unknowns && r->in_a);
    number_cell(b, r, r->b_unknowns, unknowns && r->in_b);
    mtl__str_add(b, "<td>");
    if (isfinite(r->p_mcnemar)) {
        mtl__str_printf(b, "only A %d, only B %d, p ", r->only_a, r->only_b);
        mtl__html(b, mtl__lab_chance(r->p_mcnemar, text));
    }
    if (r->delay.n && r->delay.differ > 0) {
        mtl__str_printf(b, "; in %d lives with both, days later in B: ", r->delay.n);
        mtl__compare_difference(b, &r->delay);
    }
    mtl__str_add(b, "</td></tr>\n");
}

static void hosts(mtl__compare_page *v)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    if (c->n_hosts == 0)
        return;
    mtl__section_say(
        &v->page, "hosts", "The hosts themselves",
        "<p>Injuries, tolerance, outcomes and tumours: means over lives side by side, of "
        "days to heal the median. Outcomes are also held against each other life by life: in how "
        "many lives "
        "one came in A alone or in B alone, with McNemar&rsquo;s exact p.</p>\n");
    const int differ = hosts_that_differ(c);
    if (differ == 0) {
        mtl__str_printf(b, "<p class=\"note\">All %d numbers are the same in both.</p>\n",
                        c->n_hosts);
        mtl__section_close(&v->page);
        return;
    }
    mtl__str_add(b, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Who, what</th>"
                    "<th scope=\"col\">Measure</th><th class=\"r\" scope=\"col\">A</th>"
                    "<th class=\"r\" scope=\"col\">B</th><th class=\"r\" scope=\"col\">A, unknowns "
                    "drawn</th><th class=\"r\" scope=\"col\">B, unknowns drawn</th>"
                    "<th scope=\"col\">Life by life</th></tr></thead>\n<tbody>\n");
    bool alone = false;
    for (int i = 0; i < c->n_hosts; i++) {
        alone = alone || c->host[i].in_a != c->host[i].in_b;
        if (mtl_compare_host_differs(&c->host[i]))
            host_row(v, &c->host[i]);
    }
    mtl__str_add(b, "</tbody></table></div>\n");
    if (alone)
        mtl__str_add(b, "<p class=\"note\">&ndash;: not followed there.</p>\n");
    if (differ < c->n_hosts)
        mtl__str_printf(b, "<p class=\"note\">%d more are the same in both.</p>\n",
                        c->n_hosts - differ);
    mtl__section_close(&v->page);
}

/* ---------------------------------------------------------------- do it again */
static void again(mtl__compare_page *v)
{
    mtl__str *b = v->out;
    const mtl_compare *c = v->c;
    const mtl_result *r[2] = {c->a, c->b};
    char text[128];
    mtl__section_say(&v->page, "again", "Do it again",
                     "<p>Same input, same bytes, with any number of threads.</p>\n");
    mtl__str_add(b, "<pre>");
    mtl__html(b, c->a->command_line && c->a->command_line[0]
                     ? c->a->command_line
                     : "(called through the library: no command line)");
    mtl__str_add(b, "</pre>\n<dl>\n");
    snprintf(text, sizeof text, "Matriline %s", mtl_version());
    mtl__lab_term(b, "Program", text);
    for (int k = 0; k < 2; k++) {
        mtl__str switches = {0};
        mtl__lab_file(b, k ? "Scenario B" : "Scenario A", r[k]->s->file, r[k]->s->hash);
        mtl__out_switches(&switches, r[k]->m);
        mtl__lab_term(b, k ? "Switches B" : "Switches A", switches.s ? switches.s : "none");
        mtl__str_drop(b, &switches);
    }
    snprintf(text, sizeof text, "%d from number %d; seed %" PRIu64, c->n,
             c->a->opts.first_replicate, c->a->opts.seed);
    mtl__lab_term(b, "Lives", text);
    mtl__str_add(b, "</dl>\n");
    mtl__section_close(&v->page);
}

static void head(mtl__compare_page *v)
{
    char title[200];
    snprintf(title, sizeof title, "%.80s and %.80s", v->c->label_a, v->c->label_b);
    mtl__lab_head(v->out, "Comparison", title);
    mtl__str_add(v->out, "<span>");
    mtl__count(v->out, v->c->n);
    mtl__str_printf(v->out, " lives</span><span>seed %" PRIu64 "</span></div>\n",
                    v->c->a->opts.seed);
}

int mtl_compare_write(const mtl_compare *c, const char *path, mtl_error *err)
{
    mtl__str out = {0};
    mtl__compare_page v = {.c = c, .out = &out};
    mtl_error_clear(err);
    const mtl_result *one = c->a;
    MTL_TRY(mtl__page_init(&v.page, &one, 1, &out, err));
    head(&v);
    const bool hosts_first = hosts_that_differ(c) > 0; /* what such a comparison is made for */
    answer(&v);
    if (hosts_first)
        hosts(&v);
    mtl__compare_strips(&v);
    samples(&v);
    if (!hosts_first)
        hosts(&v);
    mtl__compare_pairing(&v);
    levels(&v);
    again(&v);
    mtl__lab_tail(&v.page, "A simulation shows what follows from its assumptions; it does not show "
                           "that they hold. Tier D values are placeholders.");
    mtl__page_free(&v.page);
    int ret = out.oom ? mtl__nomem(err) : mtl__make_parent(path, err);
    if (ret == 0)
        ret = mtl__atomic_write(path, out.s, out.len, err);
    mtl__str_free(&out);
    return ret;
}
