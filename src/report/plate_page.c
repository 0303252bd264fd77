/* SPDX-License-Identifier: MIT */
/* The page of `matriline quantify`: one HTML file that needs nothing else. The answer and what
   speaks against it come first, then each plate with its curves, wells hit against what blanks
   explain, likelihoods, the table, and how to do it again. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/quantify_parts.h"
#include "matriline/version.h"
#include "report/plate.h"

/* ---------------------------------------------------------------- what all parts ask */
mtl__measured mtl__plate_measured(const mtl_quantify_row *r)
{
    /* From here on there is no upper end: the search stops at a technical ceiling. */
    const double no_end_wells = 1e8, no_end_genomes = 999000;
    mtl__measured x = {.genome = isfinite(r->high),
                       .bound = r->finding < MTL_FOUND_BELOW_LOD,
                       .lob = r->lob,
                       .lod = r->lod};
    x.mid = x.genome ? r->per_1e6 : r->per_well;
    x.low = x.genome ? r->low : r->per_well_low;
    x.high = x.genome ? r->high : r->per_well_high;
    x.open = !(x.high < (x.genome ? no_end_genomes : no_end_wells));
    x.bound = x.bound && !x.open;
    return x;
}

const char *mtl__plate_unit(const mtl__measured *x)
{
    return x->genome ? "gEq per million" : "gEq per well";
}

void mtl__plate_level_text(mtl__str *b, const mtl__measured *x, const char *before,
                           const char *between)
{
    char mid[32], low[32], high[32];
    const bool sharp = mtl__lab_sharp(x->low, x->high);
    if (x->open)
        mtl__str_printf(b, "%sat least %s", before, mtl__lab_number(x->low, false, low));
    else if (x->bound || !isfinite(x->mid))
        mtl__str_printf(b, "%sat most %s", before, mtl__lab_number(x->high, false, high));
    else
        mtl__str_printf(b, "%s%s%s(%s to %s)", before, mtl__lab_number(x->mid, sharp, mid), between,
                        mtl__lab_number(x->low, sharp, low), mtl__lab_number(x->high, sharp, high));
}

static const mtl__level *level_of(const mtl__plate_page *v, int row)
{
    return &v->q->wells[v->q->row_plate[row]].level[v->q->row_level[row]];
}

const char *mtl__plate_class(const mtl__plate_page *v, int row)
{
    const mtl__level *l = level_of(v, row);
    return l->n_donors > 0 ? mtl__page_class(&v->page, l->donor[0]) : "me";
}

const char *mtl__plate_target_class(const mtl__plate_page *v, int plate, int target)
{
    const mtl__wells *w = &v->q->wells[plate];
    const mtl__level *best = NULL;
    for (int i = 0; i < w->n_levels; i++)
        for (int k = 0; k < w->level[i].n_targets; k++)
            if (w->level[i].target[k] == target && w->level[i].n_donors > 0 &&
                (!best || w->level[i].n_targets < best->n_targets))
                best = &w->level[i];
    return best ? mtl__page_class(&v->page, best->donor[0]) : "me";
}

bool mtl__plate_digital(const mtl__plate_page *v, int plate, int target)
{
    const mtl__plate *p = &v->q->plate[plate];
    for (int i = 0; i < p->n; i++)
        if (p->reaction[i].target_index == target && p->reaction[i].partitions > 0)
            return true;
    return false;
}

bool mtl__plate_row_digital(const mtl__plate_page *v, int row)
{
    const mtl__level *l = level_of(v, row);
    return l->n_targets > 0 && mtl__plate_digital(v, v->q->row_plate[row], l->target[0]);
}

/* ---------------------------------------------------------------- frame */
static void head(mtl__plate_page *v)
{
    const mtl_quantify *q = v->q;
    int reactions = 0;
    char title[160];
    for (int i = 0; i < q->n_plates; i++)
        for (int k = 0; k < q->plate[i].n; k++)
            reactions += !q->plate[i].reaction[k].omit;
    if (q->n_plates == 1)
        snprintf(title, sizeof title, "%.120s", mtl__lab_leaf(q->plate[0].file));
    else
        snprintf(title, sizeof title, "%d plates", q->n_plates);
    mtl__lab_head(v->out, q->n_plates == 1 ? "Plate report" : "Report", title);
    mtl__str_add(v->out, "<span>");
    mtl__count(v->out, reactions);
    mtl__str_add(v->out, reactions == 1 ? " reaction</span>" : " reactions</span>");
    if (q->s && q->s->file) {
        mtl__str_add(v->out, "<span>family: ");
        mtl__html(v->out, mtl__lab_leaf(q->s->file));
        mtl__str_add(v->out, "</span>");
    }
    if (q->n_plates == 1 && q->plate[0].instrument[0]) {
        mtl__str_add(v->out, "<span>instrument: ");
        mtl__html(v->out, q->plate[0].instrument);
        mtl__str_add(v->out, "</span>");
    }
    mtl__str_add(v->out, "</div>\n");
}

static void plates(mtl__plate_page *v)
{
    for (int i = 0; i < v->q->n_plates; i++) {
        char id[32];
        snprintf(id, sizeof id, "plate%d", i + 1);
        if (v->q->n_plates == 1)
            mtl__section_open(&v->page, id, "The plate");
        else
            mtl__section_open(&v->page, id, mtl__lab_leaf(v->q->plate[i].file));
        mtl__plate_map_read(v, i);
        mtl__section_body(&v->page);
        mtl__str_add(v->out, "<div class=\"side\">");
        mtl__plate_map(v, i);
        mtl__plate_curves(v, i);
        mtl__str_add(v->out, "</div>\n");
        mtl__section_close(&v->page);
    }
}

static void facts(mtl__plate_page *v)
{
    const mtl_quantify *q = v->q;
    mtl__str *b = v->out;
    char a[32], c[32], text[256];
    mtl__str_add(b, "<dl>\n<dt>Program</dt><dd>Matriline ");
    mtl__html(b, mtl_version());
    mtl__str_add(b, "</dd>\n");
    for (int i = 0; i < q->n_plates; i++)
        mtl__lab_file(b, "Plate", q->plate[i].file, q->sha256[i]);
    if (q->s)
        mtl__lab_file(b, "Family", q->s->file, q->s->hash);
    for (int i = 0; i < q->n_tables; i++) {
        mtl__str_add(b, "<dt>Table of ");
        mtl__html(b, q->table_name[i]);
        mtl__str_add(b, "</dt><dd><code>");
        mtl__html(b, q->table[i]);
        mtl__str_add(b, "</code></dd>\n");
    }
    mtl__str_add(b, "<dt>Model</dt><dd>SHA-256 <code>");
    mtl__html(b, q->m->table_hash);
    mtl__str_add(b, "</code></dd>\n");
    snprintf(text, sizeof text, "%s%% intervals; LoB at an alarm of %s%%; LoD with",
             mtl__given(100 * q->o.level, a), mtl__given(100 * q->o.alarm, c));
    mtl__str_printf(b, "<dt>Level</dt><dd>%s a power of %s%%</dd>\n", text,
                    mtl__given(100 * q->o.power, a));
    mtl__lab_term(b, "Intervals",
                  q->o.bayes ? "posterior under the prior of a Poisson rate"
                             : "profile likelihood; exact tails where few wells are hit");
    mtl__lab_term(b, "Files", "levels.tsv, curves.tsv, wells.tsv, quantify.json");
    mtl__str_add(b, "</dl>\n");
}

static void again(mtl__plate_page *v)
{
    mtl__section_say(&v->page, "again", "Do it again", "<p>Same input, same bytes.</p>\n");
    mtl__str_add(v->out, "<pre>");
    mtl__html(v->out, v->command && v->command[0]
                          ? v->command
                          : "(called through the library: no command line)");
    mtl__str_add(v->out, "</pre>\n");
    facts(v);
    mtl__section_close(&v->page);
}

static void write_page(mtl__plate_page *v)
{
    head(v);
    mtl__section_say(&v->page, "answer", "The answer",
                     "<p>Who is in these samples, how much, how sure?</p>\n");
    mtl__plate_answer(v);
    mtl__plate_things(v);
    mtl__section_close(&v->page);
    mtl__plate_groups(v);
    plates(v);
    mtl__plate_hits(v);
    mtl__plate_levels(v);
    again(v);
    mtl__lab_tail(&v->page,
                  "A level is what the wells show of DNA; whether it came by cells is for the "
                  "design of the study to say.");
}

/* ---------------------------------------------------------------- colours of donors */
static int colours(mtl__plate_page *v, mtl_error *err)
{
    const mtl_quantify *q = v->q;
    int n = 0;
    for (int i = 0; i < q->n_rows; i++)
        n += level_of(v, i)->n_donors;
    int *seen = mtl__arena_alloc(&v->arena, ((size_t)n + 1) * sizeof *seen);
    if (!seen)
        return mtl__nomem(err);
    n = 0; /* the donor that gives a set its colour first */
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < q->n_rows; i++)
            for (int d = k; d < level_of(v, i)->n_donors && (k || d < 1); d++)
                seen[n++] = level_of(v, i)->donor[d];
    v->page.colour = mtl__lab_colours(&v->arena, q->s, q->people.n, seen, n);
    return v->page.colour ? MTL_OK : mtl__nomem(err);
}

int mtl_quantify_report(const mtl_quantify *q, const char *command_line, const char *path,
                        mtl_error *err)
{
    mtl__str out = {0};
    mtl__plate_page v = {.q = q, .command = command_line, .out = &out, .page = {.out = &out}};
    mtl_error_clear(err);
    mtl__arena_init(&v.arena, 0);
    int ret = colours(&v, err);
    if (ret == MTL_OK) {
        write_page(&v);
        ret = out.oom ? mtl__nomem(err) : mtl__make_parent(path, err);
    }
    if (ret == MTL_OK)
        ret = mtl__atomic_write(path, out.s, out.len, err);
    mtl__page_free(&v.page);
    mtl__arena_free(&v.arena);
    mtl__str_free(&out);
    return ret;
}
