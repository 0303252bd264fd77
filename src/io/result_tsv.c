/* SPDX-License-Identifier: MIT */
/* The tables of a result: cells.tsv, events.tsv and assays.tsv. Provenance first as lines
   `##key=value`, then one line of names that carry the units, then the rows; NA for what is
   missing or does not apply. The bytes depend on the result alone: no time of day, no duration. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "io/result_out.h"
#include "matriline/version.h"

/* ------------------------------------------------------------------ pieces */

void mtl__out_cell(mtl__str *b, const char *s)
{
    if (s && s[0])
        mtl__out_clean(b, s);
    else
        mtl__str_add(b, "NA");
}

void mtl__out_tab(mtl__str *b, const char *s)
{
    mtl__str_add(b, "\t");
    mtl__out_cell(b, s);
}

void mtl__out_tab_number(mtl__str *b, double v)
{
    char buf[32];
    mtl__str_add(b, "\t");
    mtl__str_add(b, mtl__out_number(v, buf));
}

static void tab_count(mtl__str *b, int v, bool there)
{
    if (there)
        mtl__str_printf(b, "\t%d", v);
    else
        mtl__str_add(b, "\tNA");
}

void mtl__out_tab_date(mtl__str *b, double days)
{
    char buf[16];
    mtl__out_tab(b, isfinite(days) ? mtl__date_text(days, buf) : NULL);
}

void mtl__out_head_text(mtl__str *b, const char *key, const char *value)
{
    mtl__str_printf(b, "##%s=", key);
    mtl__out_clean(b, value);
    mtl__str_add(b, "\n");
}

void mtl__out_head(mtl__str *b, const mtl_result *r, const char *table)
{
    mtl__out_head_text(b, "matriline_table", table);
    mtl__out_head_text(b, "version", mtl_version());
    mtl__out_head_text(b, "command_line", r->command_line);
    mtl__out_head_text(b, "scenario", r->s->file);
    mtl__out_head_text(b, "scenario_hash", r->s->hash);
    mtl__out_head_text(b, "model_hash", r->model_hash);
    mtl__str_printf(b, "##seed=%" PRIu64 "\n", r->opts.seed);
    mtl__str_printf(b, "##replicates=%d\n", r->opts.replicates);
    mtl__str_printf(b, "##first_replicate=%d\n", r->opts.first_replicate);
    mtl__out_head_text(b, "solver", mtl__out_solver(r));
    mtl__str_add(b, "##switches=");
    mtl__out_switches(b, r->m);
    mtl__str_printf(b, "\n##tier_d_parameters_used=%d\n", mtl__out_n_tier(r, 'D'));
}

/* ------------------------------------------------------------------ cells */

typedef struct cell_ctx {
    mtl__str *b;
} cell_ctx;

static int cell_line(void *ctx, const mtl_cell_row *row)
{
    mtl__str *b = ((cell_ctx *)ctx)->b;
    mtl__out_cell(b, row->person);
    mtl__out_tab(b, row->donor);
    mtl__out_tab(b, row->organ);
    mtl__out_tab(b, row->kind);
    mtl__out_tab_date(b, row->t_days);
    mtl__out_tab_number(b, row->t_days);
    mtl__out_tab_number(b, row->mean);
    mtl__out_tab_number(b, row->q025);
    mtl__out_tab_number(b, row->q250);
    mtl__out_tab_number(b, row->q500);
    mtl__out_tab_number(b, row->q750);
    mtl__out_tab_number(b, row->q975);
    mtl__out_tab_number(b, row->p_present);
    mtl__str_add(b, "\n");
    return b->oom ? MTL_ERR_MEMORY : 0;
}

void mtl__out_cells(mtl__str *b, const mtl_result *r)
{
    cell_ctx ctx = {b};
    const mtl_sink sink = {.ctx = &ctx, .cell = cell_line};
    mtl__out_head(b, r, "cells");
    mtl__out_head_text(
        b, "rows",
        "a kind and organ that had no cell in any replicate at a date has no row for it");
    mtl__out_head_text(b, "band", "chance alone: the parameters held at their values");
    mtl__str_add(b, "person\tdonor\torgan\tkind\tdate\tt_days\tmean_cells\tq025_cells\tq250_cells\t"
                    "q500_cells\tq750_cells\tq975_cells\tp_present\n");
    (void)mtl_result_emit(r, &sink); /* lack of memory sticks in b */
}

/* ------------------------------------------------------------------ events */

void mtl__out_events(mtl__str *b, const mtl_result *r)
{
    mtl__out_head(b, r, "events");
    mtl__str_add(b, "date\tperson\tevent\ttext\n");
    for (int i = 0; i < r->s->n_events; i++) {
        const mtl__event *e = &r->s->event[i];
        char buf[16];
        mtl__out_cell(b, isfinite(e->t) ? mtl__date_text(e->t, buf) : NULL);
        mtl__out_tab(b, r->s->person[e->person].name);
        mtl__out_tab(b, mtl__out_event(e->kind));
        mtl__out_tab(b, e->text);
        mtl__str_add(b, "\n");
    }
}

/* ------------------------------------------------------------------ assays */

static void reading_columns(mtl__str *b, const mtl__reading *x)
{
    tab_count(b, x ? x->hits : 0, x != NULL);
    tab_count(b, x ? x->wells : 0, x != NULL);
    mtl__out_tab(b, !x ? NULL : x->positive ? "yes" : "no");
    mtl__out_tab_number(b, x ? x->geq_per_1e6 : NAN);
    mtl__out_tab_number(b, x ? x->low : NAN);
    mtl__out_tab_number(b, x ? x->high : NAN);
    mtl__out_tab_number(b, x ? x->ct_mean : NAN);
}

void mtl__out_assays(mtl__str *b, const mtl_result *r)
{
    mtl__out_head(b, r, "assays");
    mtl__out_head_text(b, "virtual",
                       "the reading of the first replicate; lower and upper end of a 95% interval; "
                       "with no well hit the upper end is the bound");
    mtl__str_add(b,
                 "person\torgan\tdate\tt_days\tassay\tdonors\tgenomes_tested\twells\tp_positive\t"
                 "p_positive_with_unknowns\tmean_geq_per_1e6\tmean_cells_per_mL\tlod_geq_per_1e6");
    static const char *const who[] = {"virtual", "laboratory"};
    for (int i = 0; i < 2; i++)
        mtl__str_printf(b,
                        "\t%s_hits\t%s_wells\t%s_positive\t%s_geq_per_1e6\t%s_low_geq_per_1e6\t"
                        "%s_high_geq_per_1e6\t%s_mean_ct",
                        who[i], who[i], who[i], who[i], who[i], who[i], who[i]);
    mtl__str_add(b, "\tmethod\tunit\n");
    for (int i = 0; i < r->n_assays; i++) {
        const mtl__assay_result *a = &r->assay[i];
        const mtl__sample *s = &r->s->sample[a->sample];
        const mtl__assay_def *def = mtl__out_assay(r, a);
        mtl__out_cell(b, r->s->person[s->person].name);
        mtl__out_tab(b, r->m->organ[s->organ].name);
        mtl__out_tab_date(b, s->t);
        mtl__out_tab_number(b, s->t);
        mtl__out_tab(b, def ? def->name : NULL);
        mtl__out_tab(b, a->donors);
        mtl__out_tab_number(b, def ? mtl__virtual_genomes(&a->v) : NAN);
        mtl__out_tab_number(b, def ? floor(mtl__virtual_units(&a->v) + 0.5) : NAN);
        mtl__out_tab_number(b, def ? a->p_positive[MTL__CHANCE] : NAN);
        mtl__out_tab_number(b, def && r->n_bands > 1 ? a->p_positive[MTL__UNKNOWNS] : NAN);
        mtl__out_tab_number(b, 1e6 * a->mean_fraction);
        mtl__out_tab_number(b, a->mean_per_mL);
        mtl__out_tab_number(b, def ? 1e6 * a->lod : NAN);
        reading_columns(b, def && mtl__out_shown(a) ? &a->shown : NULL);
        reading_columns(b, a->has_given ? &a->given : NULL);
        mtl__out_tab(b, def ? mtl__assay_method_name(def->method) : NULL);
        mtl__out_tab(b, def ? mtl__method_unit(a->v.by) : NULL);
        mtl__str_add(b, "\n");
    }
}
