/* SPDX-License-Identifier: MIT */
/* The page of `matriline mix`: one HTML file that needs nothing else. The answer and what speaks
   against it come first, then every donor in every sample, what the markers show, which donors
   leave alike marks, how levels change in time, and how to do it again. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/mix_parts.h"
#include "matriline/version.h"
#include "report/plate.h"

/* The alarm that the LoD of measure/mix.h is made for. */
#define ALARM 0.05

/* ---------------------------------------------------------------- what all parts ask */
enum mtl__mix_verdict mtl__mix_verdict_of(const mtl__mix_page *v, int tube, int share)
{
    const mtl__share *s = &v->m->tube[tube].fit.share[share];
    if (s->flags & MTL__MIX_BOUNDARY)
        return MTL__MIX_NONE_SEEN;
    if (!(s->p <= ALARM))
        return MTL__MIX_NO_MORE;
    return s->fraction < s->lod ? MTL__MIX_LITTLE : MTL__MIX_FOUND;
}

const char *mtl__mix_verdict_name(enum mtl__mix_verdict x)
{
    static const char *const name[] = {"none seen", "not more than chance", "found, below the LoD",
                                       "found"};
    return name[x];
}

const char *mtl__mix_class(const mtl__mix_page *v, int tube, int share)
{
    const int person = v->m->tube[tube].fit.share[share].person;
    return person >= 0 ? mtl__page_class(&v->page, person) : "me";
}

void mtl__mix_amount(mtl__str *b, const mtl__mix_page *v, int tube, int share)
{
    const mtl__share *s = &v->m->tube[tube].fit.share[share];
    char mid[32], low[32], high[32];
    const bool sharp = mtl__lab_sharp(s->low, s->high);
    if (mtl__mix_verdict_of(v, tube, share) == MTL__MIX_NONE_SEEN)
        mtl__str_printf(b, "at most %s", mtl__lab_number(1e6 * s->high, false, high));
    else
        mtl__str_printf(b, "%s (%s to %s)", mtl__lab_number(1e6 * s->fraction, sharp, mid),
                        mtl__lab_number(1e6 * s->low, sharp, low),
                        mtl__lab_number(1e6 * s->high, sharp, high));
}

/* ---------------------------------------------------------------- frame */
static void head(mtl__mix_page *v)
{
    const mtl_mix *m = v->m;
    char title[160];
    if (m->n_tubes == 1)
        snprintf(title, sizeof title, "%.120s", m->counts.sample[m->tube[0].count].name);
    else
        snprintf(title, sizeof title, "%d samples", m->n_tubes);
    mtl__lab_head(v->out, "Mixture report", title);
    mtl__str_add(v->out, "<span>");
    mtl__count(v->out, m->panel.n);
    mtl__str_add(v->out, " sites</span><span>family: ");
    mtl__html(v->out, mtl__lab_leaf(m->s->file));
    mtl__str_printf(v->out, "</span><span>seed %" PRIu64 "</span></div>\n", m->o.seed);
}

static void files(mtl__mix_page *v)
{
    const mtl_mix *m = v->m;
    mtl__str *b = v->out;
    mtl__lab_file(b, "Family", m->s->file, m->s->hash);
    mtl__lab_file(b, "Panel", m->panel_file, m->panel_hash);
    mtl__lab_file(b, "Genotypes", m->o.genotypes, NULL);
    mtl__lab_file(b, "Staff", m->o.staff, NULL);
    mtl__lab_file(b, "Pure samples", m->o.references, NULL);
    mtl__lab_file(b, "Table of samples", m->o.samples, NULL);
    const char *last = "";
    for (int i = 0; i < m->n_tubes; i++) {
        const char *file = m->counts.sample[m->tube[i].count].file;
        if (strcmp(file, last) != 0)
            mtl__lab_file(b, "Counts", file, NULL);
        last = file;
    }
}

static void facts(mtl__mix_page *v)
{
    const mtl_mix *m = v->m;
    mtl__str *b = v->out;
    char a[32], text[256];
    mtl__str_add(b, "<dl>\n");
    snprintf(text, sizeof text, "Matriline %s", mtl_version());
    mtl__lab_term(b, "Program", text);
    files(v);
    bool reads = false;
    for (int i = 0; i < m->n_tubes; i++)
        reads = reads || m->counts.sample[m->tube[i].count].reads > 0;
    if (reads) {
        snprintf(text, sizeof text, "bases of quality %d, mappings of quality %d and more%s%.8s",
                 m->o.base_quality, m->o.mapping_quality, m->o.umi ? "; molecules by " : "",
                 m->o.umi ? m->o.umi : "");
        mtl__lab_term(b, "Reads", text);
    }
    snprintf(text, sizeof text, "%s", isnan(m->o.error) ? "fitted" : mtl__two(m->o.error, a));
    mtl__lab_term(b, "Error of a base", m->site_error ? "learnt at each site" : text);
    snprintf(text, sizeof text, m->o.bootstrap ? "from %d simulated samples" : "asymptotic",
             m->o.bootstrap);
    mtl__lab_term(b, "p", text);
    snprintf(text, sizeof text, "%s%%, profile likelihood, widened for linkage",
             mtl__given(100 * m->o.level, a));
    mtl__lab_term(b, "Intervals", text);
    if (m->o.thin_bp) {
        snprintf(text, sizeof text, "no two sites nearer than %d bp", m->o.thin_bp);
        mtl__lab_term(b, "Thinned", text);
    }
    mtl__lab_term(b, "Files", "mix.tsv, mix.json, counts.tsv");
    mtl__str_add(b, "</dl>\n");
}

static void again(mtl__mix_page *v)
{
    mtl__section_say(&v->page, "again", "Do it again",
                     "<p>Same input, same bytes, with any number of threads.</p>\n");
    mtl__str_add(v->out, "<pre>");
    mtl__html(v->out, v->m->o.command_line && v->m->o.command_line[0]
                          ? v->m->o.command_line
                          : "(called through the library: no command line)");
    mtl__str_add(v->out, "</pre>\n");
    facts(v);
    mtl__section_close(&v->page);
}

static int colours(mtl__mix_page *v, mtl_error *err)
{
    const mtl_mix *m = v->m;
    int n = 0;
    for (int i = 0; i < m->n_tubes; i++)
        n += m->tube[i].fit.n;
    int *seen = mtl__arena_alloc(&v->arena, ((size_t)n + 1) * sizeof *seen);
    if (!seen)
        return mtl__nomem(err);
    n = 0;
    for (int i = 0; i < m->n_tubes; i++)
        for (int k = 0; k < m->tube[i].fit.n; k++)
            seen[n++] = m->tube[i].fit.share[k].person;
    v->page.colour = mtl__lab_colours(&v->arena, m->s, m->n_people, seen, n);
    return v->page.colour ? MTL_OK : mtl__nomem(err);
}

int mtl_mix_report(const mtl_mix *m, const char *path, mtl_error *err)
{
    mtl__str out = {0};
    mtl__mix_page v = {.m = m, .out = &out, .page = {.out = &out}};
    mtl_error_clear(err);
    mtl__arena_init(&v.arena, 0);
    int ret = colours(&v, err);
    if (ret == MTL_OK) {
        head(&v);
        mtl__mix_page_answer(&v);
        mtl__mix_page_donors(&v);
        mtl__mix_page_time(&v);
        mtl__mix_page_markers(&v);
        mtl__mix_page_likeness(&v);
        again(&v);
        mtl__lab_tail(&v.page, "A fraction is of the genomes in the tube; which cells they came "
                               "from is for the design of the study to say.");
        ret = out.oom ? mtl__nomem(err) : mtl__make_parent(path, err);
    }
    if (ret == MTL_OK)
        ret = mtl__atomic_write(path, out.s, out.len, err);
    mtl__arena_free(&v.arena);
    mtl__str_free(&out);
    return ret;
}
