/* SPDX-License-Identifier: MIT */
/* The answer of `matriline mix` for programs: TSV with provenance lines, JSON, and the counts. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "io/json_text.h"
#include "io/mix_parts.h"
#include "matriline/version.h"

const char *mtl__mix_flag_words(mtl_mix *m, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *words;
    } all[] = {
        {MTL__MIX_LINKED, "the sites are too linked for the intervals to hold as they stand"},
        {MTL__MIX_NOT_IDENTIFIED, "not told from another donor or from error"},
        {MTL__MIX_FEW_SITES, "few sites"},
        {MTL__MIX_BOUNDARY, "none seen: only the upper bound says something"},
        {MTL__MIX_STRANGER, "somebody outside the family explains the reads better"},
        {MTL__MIX_HOST_GUESSED, "the host is not typed at every site"},
        {MTL__MIX_OVERDISPERSED, "counts vary more than chance allows"},
    };
    mtl__str t = {0};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (flags & all[i].flag)
            mtl__str_printf(&t, "%s%s", t.len ? "; " : "", all[i].words);
    const char *kept = t.oom ? NULL : mtl__arena_strdup(&m->arena, t.s ? t.s : "");
    mtl__str_free(&t);
    return kept;
}

static const char *or_na(const char *s)
{
    return s && *s ? s : "NA";
}

static void number(mtl__str *t, double x)
{
    if (isfinite(x))
        mtl__str_printf(t, "\t%.6g", x);
    else
        mtl__str_add(t, "\tNA");
}

static void provenance(mtl__str *t, const mtl_mix *m)
{
    mtl__str_printf(t, "##version=%s\n", mtl_version());
    if (m->o.command_line)
        mtl__str_printf(t, "##command=%s\n", m->o.command_line);
    mtl__str_printf(t, "##family=%s\n##family_hash=%s\n##panel=%s\n##panel_hash=%s\n##sites=%d\n",
                    or_na(m->s->file), or_na(m->s->hash), or_na(m->panel_file), m->panel_hash,
                    m->panel.n);
    mtl__str_printf(
        t, "##genotypes=%s\n##staff=%s\n##references=%s\n##wells=%s\n##level=%.6g\n##seed=%llu\n",
        or_na(m->o.genotypes), or_na(m->o.staff), or_na(m->o.references), or_na(m->o.wells),
        m->o.level, (unsigned long long)m->o.seed);
    mtl__str_printf(t,
                    "##base_quality=%d\n##mapping_quality=%d\n##umi=%s\n##thin_bp=%d\n"
                    "##bootstrap=%d\n",
                    m->o.base_quality, m->o.mapping_quality, or_na(m->o.umi), m->o.thin_bp,
                    m->o.bootstrap);
}

static char *finished(mtl__str *t)
{
    if (!t->oom)
        return t->s;
    mtl__str_free(t);
    return NULL;
}

char *mtl_mix_tsv(const mtl_mix *m)
{
    mtl__str t = {0};
    provenance(&t, m);
    mtl__str_add(&t, "sample\tfile\thost\tdonor\trelation\ttyped\tfraction\tlow\thigh\tper_1e6\tp\t"
                     "standard_error\tlod\tsites_telling\tnot_told_from\tflags\tsites\tmean_depth\t"
                     "error\toverdispersion\thopping\tloglik\tloglik_null\tsample_flags\n");
    for (int i = 0; i < m->n_tubes; i++) {
        mtl_mix_sample_row s;
        (void)mtl_mix_sample(m, i, &s);
        for (int k = 0; k < m->tube[i].fit.n; k++) {
            const mtl_mix_row *r = &m->tube[i].row[k];
            mtl__str_printf(&t, "%s\t%s\t%s\t%s\t%s\t%s", s.sample, s.file, s.host, r->donor,
                            or_na(r->relation), or_na(r->typed));
            const double x[] = {r->fraction,       r->low, r->high, 1e6 * r->fraction, r->p,
                                r->standard_error, r->lod, r->sites};
            for (size_t j = 0; j < sizeof x / sizeof x[0]; j++)
                number(&t, x[j]);
            mtl__str_printf(&t, "\t%s\t%s\t%d", or_na(r->not_told_from), or_na(r->flags), s.sites);
            const double y[] = {s.mean_depth, s.error, s.overdispersion, s.hopping};
            for (size_t j = 0; j < sizeof y / sizeof y[0]; j++)
                number(&t, y[j]);
            mtl__str_printf(&t, "\t%.10g\t%.10g\t%s\n", s.loglik, s.loglik_null, or_na(s.flags));
        }
    }
    return finished(&t);
}

char *mtl_mix_counts(const mtl_mix *m)
{
    mtl__str t = {0};
    provenance(&t, m);
    mtl__count_table_print(&t, &m->counts, &m->panel);
    return finished(&t);
}

/* ---------------------------------------------------------------- JSON */
static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *row_json(const mtl_mix_row *r)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s}", "donor", r->donor,
                     "relation", r->relation, "typed", r->typed, "fraction", real(r->fraction),
                     "low", real(r->low), "high", real(r->high), "p", real(r->p), "standard_error",
                     real(r->standard_error), "lod", real(r->lod), "sites_telling", real(r->sites),
                     "not_told_from", r->not_told_from, "flags", r->flags);
}

static int append(json_t *list, json_t *item)
{
    return item && json_array_append_new(list, item) == 0 ? 0 : -1;
}

static json_t *reads_json(const mtl__count_sample *c)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "looked_at", (json_int_t)c->reads,
                     "dropped", (json_int_t)c->filtered, "overlapping_mates",
                     (json_int_t)c->overlapping, "disagreeing_mates", (json_int_t)c->discordant,
                     "molecules", (json_int_t)c->molecules, "ambiguous_molecules",
                     (json_int_t)c->ambiguous, "misread_barcodes", (json_int_t)c->merged,
                     "by_index", c->jumped);
}

static json_t *carriers_json(const mtl_mix *m, const mtl__mix_assay *a)
{
    json_t *list = json_array();
    const mtl__mix_tube *t = &m->tube[a->tube];
    for (int k = 0; list && k < t->n_donors; k++)
        if (a->copies[k] > 0 && append(list, json_pack("{s:s,s:i}", "donor", m->name[t->donor[k]],
                                                       "copies", a->copies[k])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *wells_json(const mtl_mix *m, int tube)
{
    json_t *list = json_array();
    for (int k = 0; list && k < m->n_assays; k++) {
        const mtl__mix_assay *a = &m->assay[k];
        if (a->tube == tube &&
            append(list, json_pack("{s:s,s:i,s:i,s:o,s:o,s:o,s:o}", "target", a->target, "wells",
                                   a->law.wells, "hits", a->hits, "genomes", real(a->law.genomes),
                                   "fragments", real(a->law.fragments), "false_per_well",
                                   real(a->law.false_per_well), "carriers", carriers_json(m, a))) <
                0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *tube_json(const mtl_mix *m, int i)
{
    const mtl__mix_tube *t = &m->tube[i];
    mtl_mix_sample_row s;
    json_t *donors = json_array(), *information = json_array();
    bool ok = donors && information;
    (void)mtl_mix_sample(m, i, &s);
    for (int k = 0; ok && k < t->fit.n; k++)
        ok = append(donors, row_json(&t->row[k])) == 0;
    for (int k = 0; ok && t->fit.information && k < t->fit.n * t->fit.n; k++)
        ok = append(information, real(t->fit.information[k])) == 0;
    if (!ok) {
        json_decref(donors);
        json_decref(information);
        return NULL;
    }
    return json_pack(
        "{s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o}", "sample",
        s.sample, "file", s.file, "host", s.host, "sites", s.sites, "sites_not_inherited",
        t->fit.sites_impossible, "sites_without_frequency", t->fit.sites_no_frequency, "sites_odd",
        t->fit.sites_odd, "meioses", s.meioses, "mean_depth", real(s.mean_depth), "error",
        real(s.error), "overdispersion", real(s.overdispersion), "hopping", real(s.hopping),
        "loglik", real(s.loglik), "loglik_null", real(s.loglik_null), "flags", s.flags, "reads",
        reads_json(&m->counts.sample[t->count]), "wells", wells_json(m, i), "donors", donors,
        "information", information);
}

static json_t *panel_json(const mtl_mix *m)
{
    const mtl__site_panel *p = &m->panel;
    return json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "file", m->panel_file, "hash",
                     m->panel_hash, "sites", p->n, "indels", p->indels, "not_two_alleles",
                     p->not_two_alleles, "not_autosomal", p->not_autosomal, "filtered", p->filtered,
                     "repeated", p->repeated, "without_frequency", m->no_frequency);
}

static json_t *learnt_json(const mtl_mix *m)
{
    return json_pack(
        "{s:o,s:I,s:o,s:I}", "error", m->site_error ? real(m->mean_error) : json_null(),
        "error_reads", (json_int_t)m->error_reads, "bias",
        m->site_bias ? real(m->mean_bias) : json_null(), "bias_reads", (json_int_t)m->bias_reads);
}

static json_t *notes_json(const mtl_mix *m)
{
    json_t *list = json_array();
    for (const char *s = m->notes.s; list && s && *s;) {
        const size_t n = strcspn(s, "\n");
        if (append(list, json_stringn(s, n)) < 0) {
            json_decref(list);
            return NULL;
        }
        s += n + (s[n] == '\n');
    }
    return list;
}

char *mtl_mix_json(const mtl_mix *m)
{
    json_t *samples = json_array();
    bool ok = samples != NULL;
    for (int i = 0; ok && i < m->n_tubes; i++)
        ok = append(samples, tube_json(m, i)) == 0;
    if (!ok) {
        json_decref(samples);
        return NULL;
    }
    json_t *root = json_pack(
        "{s:s,s:s?,s:s,s:s,s:I,s:f,s:i,s:s?,s:s?,s:s?,s:s?,s:o,s:o,s:o,s:o}", "version",
        mtl_version(), "command", m->o.command_line, "family", m->s->file ? m->s->file : "",
        "family_hash", m->s->hash, "seed", (json_int_t)m->o.seed, "level", m->o.level, "bootstrap",
        m->o.bootstrap, "genotypes", m->o.genotypes, "staff", m->o.staff, "references",
        m->o.references, "wells", m->o.wells, "panel", panel_json(m), "learnt", learnt_json(m),
        "notes", notes_json(m), "samples", samples);
    return mtl__json_text(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
}
