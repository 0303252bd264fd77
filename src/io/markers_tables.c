/* SPDX-License-Identifier: MIT */
/* The answer of `matriline markers` for programs: TSV with provenance lines, and JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "io/json_text.h"
#include "io/markers.h"
#include "matriline/version.h"

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

static void provenance(mtl__str *t, const mtl_markers *r)
{
    mtl__str_printf(t, "##version=%s\n##family=%s\n##family_hash=%s\n", mtl_version(),
                    or_na(r->s->file), or_na(r->s->hash));
    mtl__str_printf(t, "##genotypes=%s\n##markers_used=%d\n##hla=%s\n##typing=%s\n##seed=%llu\n",
                    or_na(r->g.file), r->n_used, or_na(r->hla_file), or_na(r->typing_file),
                    (unsigned long long)r->o.seed);
    mtl__str_printf(t, "##draws=%d\n##fraction=%.6g\n##power=%.6g\n##alarm=%.6g\n", r->draws,
                    r->o.fraction, r->o.power, r->o.alarm);
    for (int k = 0; k < MTL__N_PROBE_KINDS; k++)
        if (r->law[k].name)
            mtl__str_printf(t, "##assay=%s wells %d genomes %.6g\n", r->law[k].name,
                            r->law[k].qpcr.wells, r->law[k].qpcr.genomes);
}

char *mtl_markers_tsv(const mtl_markers *r)
{
    mtl__str t = {0};
    provenance(&t, r);
    mtl__str_add(&t, "host\tdonor\trelation\tway\tp_y\tp_karyotype\thla_alleles\tmarker_alleles\t"
                     "p_seen\tp_own\tp_apart\tleast_own\tleast_any\twells\tnever_told_from\t"
                     "known_hla_alleles\n");
    for (int i = 0; i < r->n_rows; i++) {
        mtl_marker_row w;
        mtl_markers_row(r, i, &w);
        mtl__str_printf(&t, "%s\t%s\t%s\t%s", w.host, w.donor, w.relation, w.way);
        number(&t, w.y);
        number(&t, w.karyotype);
        number(&t, w.hla);
        number(&t, r->n_used ? w.markers : NAN);
        number(&t, w.seen);
        number(&t, w.own);
        number(&t, w.apart);
        number(&t, w.least_own);
        number(&t, w.least_any);
        number(&t, w.wells ? (double)w.wells : (double)NAN);
        mtl__str_printf(&t, "\t%s\t%s\n", or_na(w.never_from), or_na(w.hla_alleles));
    }
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}

/* ---------------------------------------------------------------- JSON */
static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *donor_json(const mtl_markers *r, const mtl_marker_row *w)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s}", "donor",
                     w->donor, "relation", w->relation, "way", w->way, "p_y", real(w->y),
                     "p_karyotype", real(w->karyotype), "hla_alleles", real(w->hla),
                     "marker_alleles", real(r->n_used ? w->markers : NAN), "p_seen", real(w->seen),
                     "p_own", real(w->own), "p_apart", real(w->apart), "least_own",
                     real(w->least_own), "least_any", real(w->least_any), "wells",
                     w->wells ? json_integer(w->wells) : json_null(), "never_told_from",
                     w->never_from, "known_hla_alleles", w->hla_alleles);
}

static int append(json_t *list, json_t *item)
{
    return item && json_array_append_new(list, item) == 0 ? 0 : -1;
}

static json_t *host_json(const mtl_markers *r, const mtl__host *h)
{
    json_t *donors = json_array(), *names = json_array();
    bool ok = donors && names;
    for (int k = 0; ok && k < h->n_pairs; k++)
        ok = append(donors, donor_json(r, &h->pair[k].row)) == 0;
    for (int k = 0; ok && k < h->panel.n; k++)
        ok = append(names, json_string(h->panel_name[k])) == 0;
    if (!ok) {
        json_decref(donors);
        json_decref(names);
        return NULL;
    }
    return json_pack("{s:s,s:o,s:{s:o,s:i,s:b,s:b,s:i},s:{s:f,s:i,s:i,s:i,s:b}}", "host",
                     r->s->person[h->person].name, "donors", donors, "known_panel", "probes", names,
                     "at_least", h->panel.at_least, "smallest", h->panel.smallest,
                     "tells_all_apart", h->panel_apart, "groups", h->panel.n_groups - 1, "draws",
                     "p_all_apart", h->all_apart / r->draws, "panel_low", h->size_low,
                     "panel_median", h->size_mid, "panel_high", h->size_high, "proved",
                     h->size_proved);
}

static json_t *used_json(const mtl_markers *r)
{
    const mtl__left_out *l = &r->g.left_out;
    return json_pack("{s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "file", r->g.file, "markers",
                     r->n_used, "people_read", r->n_typed_markers, "not_two_alleles",
                     l->not_two_alleles, "not_autosomal", l->not_autosomal, "filtered", l->filtered,
                     "odd_chromosome", r->odd_chromosome, "no_frequency", r->no_frequency,
                     "not_inherited", r->not_inherited, "not_diploid_genotypes", l->not_diploid,
                     "strangers", l->strangers);
}

char *mtl_markers_json(const mtl_markers *r)
{
    json_t *hosts = json_array(), *assays = json_array();
    bool ok = hosts && assays;
    for (int i = 0; ok && i < r->n_hosts; i++)
        ok = append(hosts, host_json(r, &r->host[i])) == 0;
    for (int k = 0; ok && k < MTL__N_PROBE_KINDS; k++)
        if (r->law[k].name)
            ok = append(assays,
                        json_pack("{s:s,s:i,s:f}", "name", r->law[k].name, "wells",
                                  r->law[k].qpcr.wells, "genomes", r->law[k].qpcr.genomes)) == 0;
    if (!ok) {
        json_decref(hosts);
        json_decref(assays);
        return NULL;
    }
    json_t *root =
        json_pack("{s:s,s:s,s:s,s:I,s:i,s:b,s:f,s:f,s:f,s:o,s:{s:s?,s:s?,s:i},s:o,s:o}", "version",
                  mtl_version(), "family", r->s->file ? r->s->file : "", "family_hash", r->s->hash,
                  "seed", (json_int_t)r->o.seed, "draws", r->draws, "certain", r->certain,
                  "fraction", r->o.fraction, "power", r->o.power, "alarm", r->o.alarm, "genotypes",
                  used_json(r), "hla", "frequencies", r->hla_file, "typings", r->typing_file,
                  "people_typed", r->n_typed_hla, "assays", assays, "hosts", hosts);
    return mtl__json_text(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
}
