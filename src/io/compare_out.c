/* SPDX-License-Identifier: MIT */
/* A comparison on its way out: one table for programs, and one JSON document. Dates at which lives
   part are "end" where they never do, as is the median where fewer than half have. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_text.h"
#include "io/result_out.h"
#include "matriline/version.h"
#include "run/compare.h"

/* ---------------------------------------------------------------- table */
static const char *when(double t, char buf[16])
{
    return isinf(t) ? "end" : isfinite(t) ? mtl__date_text(t, buf) : "NA";
}

/* What all rows have in common: what, host, donor, organ, assay, date. */
static void begin(mtl__str *b, const char *what, const char *host, const char *donor,
                  const char *organ, const char *assay, double t)
{
    char date[16];
    mtl__str_add(b, what);
    mtl__out_tab(b, host);
    mtl__out_tab(b, donor);
    mtl__out_tab(b, organ);
    mtl__out_tab(b, assay);
    mtl__str_printf(b, "\t%s", when(t, date));
}

static void blanks(mtl__str *b, int n)
{
    for (int i = 0; i < n; i++)
        mtl__str_add(b, "\tNA");
}

static void paired(mtl__str *b, const mtl_paired *p)
{
    mtl__str_printf(b, "\t%d", p->n);
    const double v[] = {p->a,      p->b,          p->difference,  p->low,     p->high,
                        p->differ, p->differ_low, p->differ_high, p->b_larger};
    for (size_t k = 0; k < sizeof v / sizeof *v; k++)
        mtl__out_tab_number(b, v[k]);
}

/* Which of the two has it. */
static const char *which_runs(int in_a, int in_b)
{
    return in_a && in_b ? "both" : in_a ? "A" : "B";
}

static void end_row(mtl__str *b, int in_a, int in_b, const char *name, const char *measure)
{
    mtl__str_add(b, "\t");
    mtl__str_add(b, which_runs(in_a, in_b));
    mtl__out_tab(b, name);
    mtl__out_tab(b, measure);
    mtl__str_add(b, "\n");
}

static void level_rows(mtl__str *b, const mtl_compare *c)
{
    const double end = c->a->t_final;
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_compare_level *r = &c->level[i].row;
        const mtl_paired *p[] = {&r->chance, &r->unknowns};
        for (int k = 0; k < 2; k++) {
            if (!p[k]->n)
                continue;
            begin(b, k ? "level_unknowns" : "level", r->host, r->donor, r->organ, "", end);
            paired(b, p[k]);
            blanks(b, 6);
            end_row(b, r->in_a, r->in_b, "", "");
        }
    }
}

static void sample_rows(mtl__str *b, const mtl_compare *c)
{
    for (int i = 0; i < c->n_samples; i++) {
        const mtl_compare_sample *r = &c->sample[i];
        if (!r->assay[0])
            continue;
        begin(b, "sample_level", r->person, "", r->organ, r->assay, r->t_days);
        paired(b, &r->level);
        blanks(b, 6);
        end_row(b, 1, 1, "", "");
        begin(b, "sample_positive", r->person, "", r->organ, r->assay, r->t_days);
        mtl__str_printf(b, "\t%d", c->n);
        mtl__out_tab_number(b, r->p_a);
        mtl__out_tab_number(b, r->p_b);
        mtl__out_tab_number(b, r->p_b - r->p_a);
        blanks(b, 2);
        mtl__out_tab_number(b, (double)(r->only_a + r->only_b) / c->n);
        blanks(b, 3);
        mtl__str_printf(b, "\t%d\t%d", r->only_a, r->only_b);
        mtl__out_tab_number(b, r->p_mcnemar);
        blanks(b, 3);
        end_row(b, 1, 1, "", "");
    }
}

static void host_row(mtl__str *b, const mtl_compare *c, const mtl_compare_host *r, bool unknowns)
{
    const double x = unknowns ? r->a_unknowns : r->a, y = unknowns ? r->b_unknowns : r->b;
    const bool by_life = !unknowns && isfinite(r->p_mcnemar);
    mtl__str_add(b, r->what);
    begin(b, unknowns ? "_unknowns" : "", r->person, r->donor, r->organ, "", r->t_days);
    mtl__str_printf(b, "\t%d", c->n);
    mtl__out_tab_number(b, x);
    mtl__out_tab_number(b, y);
    mtl__out_tab_number(b, y - x);
    blanks(b, 2);
    mtl__out_tab_number(b, by_life ? (double)(r->only_a + r->only_b) / c->n : NAN);
    blanks(b, 3);
    if (by_life)
        mtl__str_printf(b, "\t%d\t%d", r->only_a, r->only_b);
    else
        blanks(b, 2);
    mtl__out_tab_number(b, by_life ? r->p_mcnemar : NAN);
    blanks(b, 3);
    end_row(b, r->in_a, r->in_b, r->name, r->measure);
}

static void host_rows(mtl__str *b, const mtl_compare *c)
{
    for (int i = 0; i < c->n_hosts; i++) {
        const mtl_compare_host *r = &c->host[i];
        host_row(b, c, r, false);
        if (c->a->n_bands > 1 && c->b->n_bands > 1)
            host_row(b, c, r, true);
        if (!r->delay.n)
            continue;
        mtl__str_add(b, r->what);
        begin(b, "", r->person, "", "", "", NAN);
        paired(b, &r->delay);
        blanks(b, 6);
        end_row(b, 1, 1, r->name, "days from A to B, lives with both");
    }
}

static void pairing_rows(mtl__str *b, const mtl_compare *c)
{
    char date[3][16];
    for (int i = 0; i < c->n_pairings; i++) {
        const mtl_compare_pairing *r = &c->pairing[i].row;
        begin(b, "pairing", r->host, r->donor, "", "", NAN);
        mtl__str_printf(b, "\t%d", r->n);
        blanks(b, 5);
        mtl__out_tab_number(b, r->n ? (double)r->parted / r->n : NAN);
        blanks(b, 6);
        mtl__str_printf(b, "\t%s\t%s\t%s", when(r->median, date[0]), when(r->first, date[1]),
                        when(r->last, date[2]));
        end_row(b, 1, 1, "", "");
    }
}

char *mtl_compare_tsv(const mtl_compare *c)
{
    mtl__str b = {0};
    mtl__str_printf(&b, "##seed=%" PRIu64 "\n##lives=%d\n##A=", c->a->opts.seed, c->n);
    mtl__out_clean(&b, c->label_a);
    mtl__str_add(&b, "\n##B=");
    mtl__out_clean(&b, c->label_b);
    mtl__str_add(&b, "\nwhat\thost\tdonor\torgan\tassay\tdate\tlives\ta\tb\tdifference\tlow\thigh\t"
                     "differ\tdiffer_low\tdiffer_high\tb_larger\tonly_a\tonly_b\tp\tmedian\tfirst\t"
                     "last\tin\tname\tmeasure\n");
    level_rows(&b, c);
    sample_rows(&b, c);
    host_rows(&b, c);
    pairing_rows(&b, c);
    if (!b.oom)
        return b.s;
    mtl__str_free(&b);
    return NULL;
}

/* ---------------------------------------------------------------- JSON */
static json_t *date(double t)
{
    char buf[16];
    return isnan(t) ? json_null() : json_string(when(t, buf));
}

static json_t *range(double low, double high)
{
    return json_pack("[oo]", mtl__json_number(low), mtl__json_number(high));
}

static json_t *json_paired(const mtl_paired *p, bool *failed)
{
    json_t *o = json_object();
    if (!p->n) {
        json_decref(o);
        return json_null();
    }
    mtl__json_set(o, "a", mtl__json_number(p->a), failed);
    mtl__json_set(o, "b", mtl__json_number(p->b), failed);
    mtl__json_set(o, "difference", mtl__json_number(p->difference), failed);
    mtl__json_set(o, "interval", range(p->low, p->high), failed);
    mtl__json_set(o, "differ", mtl__json_number(p->differ), failed);
    mtl__json_set(o, "differ_interval", range(p->differ_low, p->differ_high), failed);
    mtl__json_set(o, "b_larger", mtl__json_number(p->b_larger), failed);
    return o;
}

static json_t *json_run(const mtl_compare *c, int which, bool *failed)
{
    const mtl_result *r = which < 0 ? c->a : c->b;
    double chance, unknowns;
    const char *answer = mtl_compare_answer(c, which, &chance, &unknowns);
    mtl__str b = {0};
    json_t *o = json_object();
    mtl__json_set(o, "label", mtl__json_string(which < 0 ? c->label_a : c->label_b), failed);
    mtl__out_switches(&b, r->m);
    *failed = *failed || b.oom;
    mtl__json_set(o, "hypothesis", mtl__json_string(b.s ? b.s : ""), failed);
    mtl__str_free(&b);
    mtl__json_set(o, "answer", mtl__json_string(answer), failed);
    mtl__json_set(o, "chance", mtl__json_number(chance), failed);
    mtl__json_set(o, "chance_unknowns", mtl__json_number(unknowns), failed);
    mtl__json_set(o, "final_date", date(r->t_final), failed);
    mtl__json_set(o, "headline", mtl__json_string(r->headline ? r->headline : ""), failed);
    return o;
}

static json_t *json_levels(const mtl_compare *c, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_compare_level *r = &c->level[i].row;
        json_t *o = json_object();
        mtl__json_set(o, "host", mtl__json_string(r->host), failed);
        mtl__json_set(o, "donor", mtl__json_string(r->donor), failed);
        mtl__json_set(o, "relation", mtl__json_string(r->relation ? r->relation : ""), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->organ), failed);
        mtl__json_set(o, "in", json_string(which_runs(r->in_a, r->in_b)), failed);
        mtl__json_set(o, "per_million", json_paired(&r->chance, failed), failed);
        mtl__json_set(o, "per_million_unknowns", json_paired(&r->unknowns, failed), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *json_samples(const mtl_compare *c, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < c->n_samples; i++) {
        const mtl_compare_sample *r = &c->sample[i];
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->person), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->organ), failed);
        mtl__json_set(o, "assay", r->assay[0] ? mtl__json_string(r->assay) : json_null(), failed);
        mtl__json_set(o, "date", date(r->t_days), failed);
        mtl__json_set(o, "positive_a", mtl__json_number(r->p_a), failed);
        mtl__json_set(o, "positive_b", mtl__json_number(r->p_b), failed);
        mtl__json_set(o, "only_a", r->assay[0] ? json_integer(r->only_a) : json_null(), failed);
        mtl__json_set(o, "only_b", r->assay[0] ? json_integer(r->only_b) : json_null(), failed);
        mtl__json_set(o, "mcnemar_p", mtl__json_number(r->p_mcnemar), failed);
        mtl__json_set(o, "per_million", json_paired(&r->level, failed), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *json_hosts(const mtl_compare *c, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < c->n_hosts; i++) {
        const mtl_compare_host *r = &c->host[i];
        const bool by_life = isfinite(r->p_mcnemar);
        json_t *o = json_object();
        mtl__json_set(o, "what", mtl__json_string(r->what), failed);
        mtl__json_set(o, "person", mtl__json_string(r->person), failed);
        mtl__json_set(o, "donor", r->donor[0] ? mtl__json_string(r->donor) : json_null(), failed);
        mtl__json_set(o, "name", r->name[0] ? mtl__json_string(r->name) : json_null(), failed);
        mtl__json_set(o, "organ", r->organ[0] ? mtl__json_string(r->organ) : json_null(), failed);
        mtl__json_set(o, "date", date(r->t_days), failed);
        mtl__json_set(o, "measure", mtl__json_string(r->measure), failed);
        mtl__json_set(o, "in", json_string(which_runs(r->in_a, r->in_b)), failed);
        mtl__json_set(o, "a", mtl__json_number(r->a), failed);
        mtl__json_set(o, "b", mtl__json_number(r->b), failed);
        mtl__json_set(o, "a_unknowns", mtl__json_number(r->a_unknowns), failed);
        mtl__json_set(o, "b_unknowns", mtl__json_number(r->b_unknowns), failed);
        mtl__json_set(o, "only_a", by_life ? json_integer(r->only_a) : json_null(), failed);
        mtl__json_set(o, "only_b", by_life ? json_integer(r->only_b) : json_null(), failed);
        mtl__json_set(o, "mcnemar_p", mtl__json_number(r->p_mcnemar), failed);
        mtl__json_set(o, "lives_with_both", by_life ? json_integer(r->delay.n) : json_null(),
                      failed);
        mtl__json_set(o, "days_later",
                      r->delay.n ? mtl__json_number(r->delay.difference) : json_null(), failed);
        mtl__json_set(o, "days_later_interval",
                      r->delay.n ? range(r->delay.low, r->delay.high) : json_null(), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *json_pairings(const mtl_compare *c, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < c->n_pairings; i++) {
        const mtl_compare_pairing *r = &c->pairing[i].row;
        json_t *o = json_object();
        mtl__json_set(o, "host", mtl__json_string(r->host), failed);
        mtl__json_set(o, "donor", mtl__json_string(r->donor), failed);
        mtl__json_set(o, "lives", json_integer(r->n), failed);
        mtl__json_set(o, "parted", json_integer(r->parted), failed);
        mtl__json_set(o, "without_a_cell", json_integer(r->empty), failed);
        mtl__json_set(o, "median", date(r->median), failed);
        mtl__json_set(o, "first", date(r->first), failed);
        mtl__json_set(o, "last", date(r->last), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

char *mtl_compare_json(const mtl_compare *c)
{
    bool failed = false;
    char seed[32];
    json_t *o = json_object();
    snprintf(seed, sizeof seed, "%" PRIu64, c->a->opts.seed);
    mtl__json_set(o, "program", json_string("matriline"), &failed);
    mtl__json_set(o, "version", json_string(mtl_version()), &failed);
    mtl__json_set(o, "command_line", mtl__json_string(c->a->command_line), &failed);
    mtl__json_set(o, "seed", json_string(seed), &failed);
    mtl__json_set(o, "first_replicate", json_integer(c->a->opts.first_replicate), &failed);
    mtl__json_set(o, "lives", json_integer(c->n), &failed);
    mtl__json_set(o, "a", json_run(c, -1, &failed), &failed);
    mtl__json_set(o, "b", json_run(c, 1, &failed), &failed);
    mtl__json_set(o, "interval",
                  json_string("95%: paired t of a difference, Clopper-Pearson of a share"),
                  &failed);
    mtl__json_set(o, "levels", json_levels(c, &failed), &failed);
    mtl__json_set(o, "samples", json_samples(c, &failed), &failed);
    mtl__json_set(o, "samples_not_shared", json_integer(c->n_unshared), &failed);
    mtl__json_set(o, "hosts", json_hosts(c, &failed), &failed);
    mtl__json_set(o, "note", mtl__json_string(mtl_compare_note(c)), &failed);
    mtl__json_set(o, "pairings", json_pairings(c, &failed), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return mtl__json_text(o, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
}
