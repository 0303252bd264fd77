/* SPDX-License-Identifier: MIT */
/* The family page: one HTML file that needs nothing else. What is expected where comes first, then
   the river, the pedigree and the same numbers as a table. Style, colours and the script are those
   of the report, so that a donor has one colour on every page. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/atomic_file.h"
#include "report/river.h"

/* clang-format off */
static const char *const style[] = {
    "section.across{display:block}section.across>header{max-width:76ch;margin-bottom:20px}"
    ".lane{fill:var(--fill);opacity:.75}.wider{fill:var(--soft)}.flow{fill:var(--c)}"
    ".tube,.casing,.trickle,.milk,.core{fill:none}.tube{stroke:var(--c);stroke-linecap:round}"
    ".casing{stroke:var(--ground)}.trickle{stroke:var(--c);stroke-width:1.5;"
    "stroke-dasharray:1.5 3.5}.milk{stroke:var(--c);stroke-width:1.5;stroke-dasharray:5 2}"
    ".core{stroke:none}.dash .core,.dash.core{stroke:var(--ground);stroke-width:1.5;"
    "stroke-dasharray:5 5}",
    "text.small{font-size:11.5px;fill:var(--text3)}text.value{fill:var(--text)}"
    "text.who{font-size:13.5px}.river .tip:hover .flow,.river .tip:focus-visible .flow,"
    ".river .tip:hover .trickle,.river .tip:focus-visible .trickle{stroke:var(--text);"
    "stroke-width:1.5}svg.tree{max-width:none}.kin{stroke:var(--axis);fill:none}"
    ".sign{fill:var(--ground);stroke:var(--c);stroke-width:2.4}.again{stroke-dasharray:3 2}"
    ".gift{fill:none;stroke:var(--c);stroke-width:2;stroke-dasharray:5 3}"
    "table.ways td.who{font-weight:500;color:var(--i)}table.ways td.from{min-width:200px}"
    ".across .lede{max-width:104ch}\n"
    "@media print{.hit{display:none}}\n",
};
/* clang-format on */

/* ---------------------------------------------------------------- words of a stream */

const char *mtl__river_cells(const mtl__river *v, double cells, char buf[48])
{
    char text[32];
    if (cells > 0 || !v->r || v->r->opts.solver == MTL_SOLVER_ANALYTIC || isnan(cells))
        snprintf(buf, 48, "%s", isfinite(cells) ? mtl__level_two(cells, text) : "not known");
    else
        snprintf(buf, 48, "none in %d", v->r->opts.replicates);
    return buf;
}

void mtl__stream_words(const mtl__river *v, const mtl__stream *x, mtl__str *out)
{
    char a[48], date[16];
    mtl__str_printf(out, "%s in %s (%s)\n", v->s->person[x->donor].name, v->s->person[x->host].name,
                    mtl__scenario_relation(v->s, x->host, x->donor));
    mtl__river_ways(v, x, out);
    if (!x->pair)
        return;
    if (!x->cells || x->k1 < x->k0) {
        mtl__str_add(out, "\nno date of the run lies in the life of this body since then");
        return;
    }
    mtl__date_text(v->r->coarse[x->k0], date);
    mtl__str_printf(out, "\n%s: %s expected", date, mtl__river_cells(v, x->cells[x->k0], a));
    mtl__str_printf(out, ", of these in the blood %s", mtl__river_cells(v, x->blood[x->k0], a));
    if (x->k1 > x->k0) {
        mtl__date_text(v->r->coarse[x->k1], date);
        mtl__str_printf(out, "\n%s: %s expected", date, mtl__river_cells(v, x->cells[x->k1], a));
        mtl__str_printf(out, ", of these in the blood %s", mtl__river_cells(v, x->blood[x->k1], a));
    }
}

/* ---------------------------------------------------------------- head */

static void page_head(mtl__river *v, mtl__str *b)
{
    const char *title = v->s->title && v->s->title[0] ? v->s->title : "a family";
    mtl__page_begin(b, title, style, sizeof style / sizeof style[0]);
    mtl__str_add(b, "</style>\n</head>\n<body>\n<main>\n<div class=\"top\">"
                    "<strong>Matriline</strong><span>Family page: ");
    mtl__html(b, title);
    mtl__str_add(b, "</span><i></i>");
    if (v->r) {
        mtl__str_add(b, "<span>");
        mtl__count(b, v->r->opts.replicates);
        mtl__str_add(b, v->r->opts.replicates == 1 ? " replicate</span><span>solver: "
                                                   : " replicates</span><span>solver: ");
        mtl__html(b, mtl__out_solver(v->r));
        mtl__str_printf(b, "</span><span>seed %" PRIu64 "</span>", v->r->opts.seed);
    } else {
        mtl__str_add(b, "<span>nothing simulated</span>");
    }
    mtl__str_add(b, "</div>\n");
}

/* ---------------------------------------------------------------- answer */

static void who(const mtl__river *v, mtl__str *b, int person)
{
    mtl__str_printf(b, "<span class=\"who %s\">", mtl__page_class(v->page, person));
    mtl__html(b, mtl__page_name(v->page, person));
    mtl__str_add(b, "</span>");
}

static int is_between(const mtl__river *v, const mtl__stream *x)
{
    return mtl__river_between(v, x) >= 0;
}

/* The body that the scenario is about; if nobody else's cells can be there, the one with most
   donors. */
static const mtl__lane *told_about(const mtl__river *v)
{
    const mtl__lane *best = NULL;
    for (int l = 0; l < v->n_lanes; l++) {
        const mtl__lane *lane = &v->lane[l];
        if (lane->person == v->s->focus && lane->n_streams > 0)
            return lane;
        if (lane->n_streams > (best ? best->n_streams : 0))
            best = lane;
    }
    return best;
}

/* The stream with most cells expected at the end; of one lane, or of all by way of somebody. */
static const mtl__stream *largest(const mtl__river *v, const mtl__lane *lane)
{
    const mtl__stream *best = NULL;
    for (int k = 0; k < v->n_streams; k++) {
        const mtl__stream *x = &v->stream[k];
        const double end = mtl__stream_end(x, x->cells);
        const bool meant = lane ? x->host == lane->person : is_between(v, x);
        if (meant && isfinite(end) && (!best || end > mtl__stream_end(best, best->cells)))
            best = x;
    }
    return best;
}

static void about_cells(const mtl__river *v, mtl__str *b, const mtl__stream *x)
{
    char text[32];
    const double end = mtl__stream_end(x, x->cells);
    if (end < 1)
        mtl__str_add(b, "less than one cell");
    else
        mtl__str_printf(b, "about %s cells", mtl__two(end, text));
    mtl__str_add(b, " of ");
    who(v, b, x->donor);
    mtl__str_add(b, " (");
    mtl__html(b, mtl__scenario_relation(v->s, x->host, x->donor));
    mtl__str_add(b, ")");
}

/* What came by way of a third body, in the whole family. */
static void carried(const mtl__river *v, mtl__str *b)
{
    const mtl__stream *far = largest(v, NULL);
    if (!far)
        return;
    if (mtl__stream_end(far, far->cells) < 1) {
        mtl__str_add(b, " Nobody who came by way of a third body has one expected cell left at "
                        "the end.");
        return;
    }
    mtl__str_add(b, " Most that came by way of a third body: ");
    about_cells(v, b, far);
    mtl__str_add(b, " in ");
    who(v, b, far->host);
    mtl__str_add(b, ", through ");
    who(v, b, mtl__river_between(v, far));
    mtl__str_add(b, ".");
}

static void headline(const mtl__river *v, mtl__str *b)
{
    const mtl__lane *lane = told_about(v);
    const mtl__stream *x = lane && v->r ? largest(v, lane) : NULL;
    mtl__str_add(b, "<h1 class=\"long\">");
    if (x) {
        const double born = v->s->person[lane->person].born;
        const double age = v->r->coarse[x->k1] - born;
        who(v, b, lane->person);
        if (isfinite(born) && age >= 0)
            mtl__str_printf(b, ", at %d,", (int)floor(age / MTL_DAYS_PER_YEAR + 0.005));
        mtl__str_add(b, " is expected to carry ");
        about_cells(v, b, x);
        if (lane->n_streams > 1)
            mtl__str_printf(b, ", and fewer of %d other%s", lane->n_streams - 1,
                            lane->n_streams > 2 ? "s" : "");
        mtl__str_add(b, ".");
        carried(v, b);
    } else {
        int between = 0;
        for (int k = 0; k < v->n_streams; k++)
            between += is_between(v, &v->stream[k]);
        mtl__str_printf(b,
                        "%d pair%s of body and donor are possible here, %d of them only by way of "
                        "a third body.",
                        v->n_streams, v->n_streams == 1 ? "" : "s", between);
    }
    mtl__str_add(b, "</h1>\n");
}

static void lede(const mtl__river *v, mtl__str *b)
{
    mtl__str_add(b, "<p class=\"lede\">Lanes are bodies, streams are other people's cells in them, "
                    "channels between lanes are pregnancies and other contacts. ");
    if (!v->r) {
        mtl__str_add(b, "Nothing was simulated: all streams have one width.</p>\n");
        return;
    }
    mtl__str_add(b, "An expectation is a mean: it may be no cell in most lives and many in the "
                    "rest, so look at P(any cell) in the table as well. ");
    mtl__str_add(b, "<b>Hypothesis: ");
    mtl__str words = {0};
    if (v->r->hypothesis && v->r->hypothesis[0])
        mtl__str_add(&words, v->r->hypothesis);
    else
        mtl__out_switches(&words, v->r->m);
    mtl__html(b, words.s ? words.s : "");
    b->oom = b->oom || words.oom;
    mtl__str_free(&words);
    const int unknown = mtl__out_n_tier(v->r, 'D');
    mtl__str_printf(b,
                    ".</b> %d value%s that this leans on %s unknown (tier D) and stand%s at the "
                    "model's placeholder%s.</p>\n",
                    unknown, unknown == 1 ? "" : "s", unknown == 1 ? "is" : "are",
                    unknown == 1 ? "s" : "", unknown == 1 ? "" : "s");
}

/* ---------------------------------------------------------------- the whole */

static void page_tail(mtl__river *v, mtl__str *b)
{
    mtl__str_add(b, "<footer>");
    if (v->r && v->r->command_line && v->r->command_line[0]) {
        mtl__str_add(b, "Made by <code>");
        mtl__html(b, v->r->command_line);
        mtl__str_add(b, "</code>. ");
    }
    mtl__str_add(b, "Width grows with the logarithm of the expected number, one step per tenfold; "
                    "below one expected cell a stream is dotted. Research software, not medical "
                    "advice.</footer>\n</main>\n");
    mtl__report_script(v->page);
    mtl__str_add(b, "</body>\n</html>\n");
}

static int write_page(mtl__river *v, mtl__str *b, mtl_error *err)
{
    page_head(v, b);
    mtl__str_add(b, "<section class=\"across\" id=\"river\">");
    headline(v, b);
    lede(v, b);
    mtl__str_add(b, "<figure>\n");
    if (mtl__river_figure(v, b) < 0)
        return mtl__nomem(err);
    mtl__str_add(b, "</figure></section>\n<section class=\"across\" id=\"pedigree\"><header>"
                    "<h2>Pedigree</h2><p>Circle woman, square man, diamond not known, triangle a "
                    "pregnancy that was lost; crossed through: died. Dashed outline: drawn a "
                    "second time. Coloured arrows: what passed other than by a placenta and the "
                    "own mother's milk.</p></header>\n<div class=\"scroll\">");
    if (mtl__river_tree(v, b) < 0)
        return mtl__nomem(err);
    mtl__str_add(b,
                 "</div></section>\n<section class=\"across\" id=\"ways\"><header><h2>Who can have "
                 "whose cells</h2></header>\n");
    mtl__river_table(v, b);
    mtl__str_add(b, "</section>\n");
    page_tail(v, b);
    return 0;
}

/* Without a result: the pairs that are possible, for the order of the colours. */
static int shadow_result(mtl_result *r, mtl__river *v, mtl_error *err)
{
    *r = (mtl_result){.s = v->s, .m = v->s->model};
    mtl_run_opts_init(&r->opts);
    r->pair = mtl__arena_alloc(&v->arena, ((size_t)v->n_streams + 1) * sizeof *r->pair);
    if (!r->pair)
        return mtl__nomem(err);
    for (int h = 0; h < v->n; h++)
        for (int d = 0; d < v->n; d++) {
            const mtl__stream *x = mtl__river_stream(v, h, d);
            if (x)
                r->pair[r->n_pairs++] = (mtl__pair){.host = h, .donor = d, .t_start = x->t_start};
        }
    return 0;
}

int mtl_family_write(const mtl_scenario *s, const mtl_result *r, const char *path, mtl_error *err)
{
    mtl__river v;
    mtl__page page;
    mtl_result shadow;
    mtl__str out = {0};
    int ret = mtl__river_new(&v, s, r, err);
    if (ret == 0 && !r) {
        ret = shadow_result(&shadow, &v, err);
        r = &shadow;
    }
    if (ret == 0)
        ret = mtl__page_init(&page, &r, 1, &out, err);
    if (ret == 0) {
        v.page = &page;
        ret = write_page(&v, &out, err);
        mtl__page_free(&page);
    }
    mtl__river_free(&v);
    if (ret == 0)
        ret = out.oom ? mtl__nomem(err) : mtl__make_parent(path, err);
    if (ret == 0)
        ret = mtl__atomic_write(path, out.s, out.len, err);
    mtl__str_free(&out);
    return ret;
}
