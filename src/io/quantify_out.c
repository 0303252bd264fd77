/* SPDX-License-Identifier: MIT */
/* The answer of `matriline quantify` for programs: levels, curves and wells as TSV with lines of
   provenance, all of it as JSON, and a folder with these files: all of them or none. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/json_text.h"
#include "io/quantify_parts.h"
#include "io/result_out.h"
#include "matriline/version.h"

/* ---------------------------------------------------------------- TSV */
static void count(mtl__str *b, int64_t n)
{
    if (n >= 0)
        mtl__str_printf(b, "\t%" PRId64, n);
    else
        mtl__str_add(b, "\tNA");
}

static void provenance(mtl__str *b, const mtl_quantify *q)
{
    mtl__str_printf(b, "##version=%s\n##model=%s\n", mtl_version(), q->m->table_hash);
    if (q->s)
        mtl__str_printf(b, "##family=%s sha256:%s\n", q->s->file ? q->s->file : "NA", q->s->hash);
    for (int i = 0; i < q->n_plates; i++)
        mtl__str_printf(b, "##plate=%s sha256:%s\n", q->plate[i].file, q->sha256[i]);
    for (int i = 0; i < q->n_tables; i++)
        mtl__str_printf(b, "##%s=%s\n", q->table_name[i], q->table[i]);
    mtl__str_printf(b, "##level=%.6g\n##alarm=%.6g\n##power=%.6g\n##posterior=%s\n", q->o.level,
                    q->o.alarm, q->o.power, q->o.bayes ? "yes" : "no");
}

static char *finish(mtl__str *b)
{
    if (!b->oom)
        return b->s;
    mtl__str_free(b);
    return NULL;
}

static const char *date_or_empty(double day, char buf[16])
{
    if (!isfinite(day))
        return "";
    return mtl__date_text(day, buf);
}

char *mtl_quantify_tsv(const mtl_quantify *q)
{
    mtl__str b = {0};
    char date[16];
    provenance(&b, q);
    mtl__str_add(&b, "plate\tsample\thost\torgan\tdate\tdonor\ttargets\twells\thits\t"
                     "expected_blank_hits\tgenomes\tgenomes_low\tgenomes_high\tgeq_per_1e6\tlow\t"
                     "high\tgeq_per_1e5\tgeq_per_well\tlow_per_well\thigh_per_well\tlob_hits\t"
                     "lob_per_1e6\tlod_per_1e6\tp_blank\tmethod\tverdict\tflags\n");
    for (int i = 0; i < q->n_rows; i++) {
        const mtl_quantify_row *r = &q->row[i];
        mtl__out_clean(&b, r->plate);
        mtl__out_tab(&b, r->sample);
        mtl__out_tab(&b, r->host);
        mtl__out_tab(&b, r->organ);
        mtl__out_tab(&b, date_or_empty(r->day, date));
        mtl__out_tab(&b, r->donor);
        mtl__out_tab(&b, r->targets);
        count(&b, r->wells);
        count(&b, r->hits);
        const double x[] = {r->expected_blank_hits,
                            r->genomes,
                            r->genomes_low,
                            r->genomes_high,
                            r->per_1e6,
                            r->low,
                            r->high,
                            r->per_1e6 / 10,
                            r->per_well,
                            r->per_well_low,
                            r->per_well_high,
                            r->lob_hits,
                            r->lob,
                            r->lod,
                            r->p_blank};
        for (size_t k = 0; k < sizeof x / sizeof *x; k++)
            mtl__out_tab_number(&b, x[k]);
        mtl__out_tab(&b, r->method ? r->method : "");
        mtl__out_tab(&b, mtl_finding_name(r->finding));
        mtl__out_tab(&b, r->flags);
        mtl__str_add(&b, "\n");
    }
    return finish(&b);
}

char *mtl__quantify_curves_tsv(const mtl_quantify *q)
{
    mtl__str b = {0};
    provenance(&b, q);
    mtl__str_add(&b, "plate\ttarget\twells\tlevels\tslope\tintercept\tsd\tefficiency\t"
                     "efficiency_low\tefficiency_high\tr2\tquantity_low\tquantity_high\tflags\n");
    for (int i = 0; i < q->n_curves; i++) {
        const mtl_quantify_curve *c = &q->curve[i];
        const double x[] = {c->slope,      c->intercept,      c->sd,
                            c->efficiency, c->efficiency_low, c->efficiency_high,
                            c->r2,         c->quantity_low,   c->quantity_high};
        mtl__out_clean(&b, c->plate);
        mtl__out_tab(&b, c->target);
        count(&b, c->wells);
        count(&b, c->levels);
        for (size_t k = 0; k < sizeof x / sizeof *x; k++)
            mtl__out_tab_number(&b, x[k]);
        mtl__out_tab(&b, c->flags);
        mtl__str_add(&b, "\n");
    }
    return finish(&b);
}

char *mtl__quantify_wells_tsv(const mtl_quantify *q)
{
    static const char *const role[] = {"unknown", "standard", "blank", "control"};
    mtl__str b = {0};
    char name[16];
    provenance(&b, q);
    mtl__str_add(&b, "plate\twell\tsample\ttarget\trole\tomitted\tct\tquantity\tpartitions\t"
                     "positive\tboth\tonly_this\tonly_other\tneither\n");
    for (int i = 0; i < q->n_plates; i++)
        for (int k = 0; k < q->plate[i].n; k++) {
            const mtl__reaction *w = &q->plate[i].reaction[k];
            const bool digital = w->partitions > 0;
            mtl__out_clean(&b, q->plate[i].file);
            mtl__out_tab(&b, w->row >= 0 ? mtl__well_name(w->row, w->column, name) : w->well);
            mtl__out_tab(&b, w->sample);
            mtl__out_tab(&b, w->target);
            mtl__str_printf(&b, "\t%s\t%s", role[w->role], w->omit ? "yes" : "no");
            mtl__out_tab_number(&b, w->ct);
            mtl__out_tab_number(&b, w->quantity);
            count(&b, digital ? w->partitions : -1);
            count(&b, digital ? w->positive : -1);
            count(&b, w->both);
            count(&b, w->only_this);
            count(&b, w->only_other);
            count(&b, w->neither);
            mtl__str_add(&b, "\n");
        }
    return finish(&b);
}

/* ---------------------------------------------------------------- JSON */
static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* A string that may not be UTF-8: names come from users' files. */
static json_t *string(const char *s)
{
    mtl__str b = {0};
    mtl__out_clean(&b, s);
    json_t *j = b.oom ? NULL : json_string(b.s ? b.s : "");
    mtl__str_free(&b);
    return j;
}

/* Takes the value over, whatever comes of it. */
static int set(json_t *o, const char *key, json_t *value)
{
    return json_object_set_new(o, key, value);
}

/* The value, or NULL and nothing left of it if something in it is missing. */
static json_t *whole(json_t *value, int bad)
{
    if (!bad)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *list_of(const char *s, const char *between)
{
    json_t *list = json_array();
    while (list && *s) {
        const char *end = strstr(s, between);
        char word[256];
        const size_t n = end ? (size_t)(end - s) : strlen(s);
        snprintf(word, sizeof word, "%.*s", (int)(n < 255 ? n : 255), s);
        if (json_array_append_new(list, string(word)) < 0) {
            json_decref(list);
            return NULL;
        }
        s += n + (end ? strlen(between) : 0);
    }
    return list;
}

static json_t *donors_of(const mtl_quantify *q, int i)
{
    const mtl__plate *p = &q->plate[q->row_plate[i]];
    const mtl__level *l = &q->wells[q->row_plate[i]].level[q->row_level[i]];
    json_t *list = json_array();
    for (int k = 0; list && k < l->n_donors; k++)
        if (json_array_append_new(list, string(p->person[l->donor[k]])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *level_json(const mtl_quantify *q, int i)
{
    const mtl_quantify_row *r = &q->row[i];
    char date[16];
    json_t *o = json_object();
    const struct {
        const char *key;
        double x;
    } numbers[] = {{"expected_blank_hits", r->expected_blank_hits},
                   {"genomes", r->genomes},
                   {"genomes_low", r->genomes_low},
                   {"genomes_high", r->genomes_high},
                   {"geq_per_1e6", r->per_1e6},
                   {"low", r->low},
                   {"high", r->high},
                   {"geq_per_well", r->per_well},
                   {"low_per_well", r->per_well_low},
                   {"high_per_well", r->per_well_high},
                   {"lob_hits", r->lob_hits},
                   {"lob_per_1e6", r->lob},
                   {"lod_per_1e6", r->lod},
                   {"p_blank", r->p_blank}};
    int bad = 0;
    bad |=
        set(o, "plate", string(r->plate)) | set(o, "sample", string(r->sample)) |
        set(o, "host", r->host[0] ? string(r->host) : json_null()) |
        set(o, "organ", r->organ[0] ? string(r->organ) : json_null()) |
        set(o, "date", isfinite(r->day) ? json_string(date_or_empty(r->day, date)) : json_null()) |
        set(o, "donors", donors_of(q, i)) | set(o, "targets", list_of(r->targets, ", ")) |
        set(o, "wells", json_integer(r->wells)) | set(o, "hits", json_integer(r->hits));
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        bad |= set(o, numbers[k].key, real(numbers[k].x));
    bad |= set(o, "method", json_string(r->method ? r->method : "")) |
           set(o, "verdict", json_string(mtl_finding_name(r->finding))) |
           set(o, "flags", list_of(r->flags, ","));
    return whole(o, bad);
}

static json_t *curve_json(const mtl_quantify_curve *c)
{
    return json_pack("{s:o,s:o,s:i,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "plate",
                     string(c->plate), "target", string(c->target), "wells", c->wells, "levels",
                     c->levels, "slope", real(c->slope), "intercept", real(c->intercept), "sd",
                     real(c->sd), "efficiency", real(c->efficiency), "efficiency_low",
                     real(c->efficiency_low), "efficiency_high", real(c->efficiency_high), "r2",
                     real(c->r2), "quantity_low", real(c->quantity_low), "quantity_high",
                     real(c->quantity_high), "flags", list_of(c->flags, ","));
}

static json_t *group_json(const mtl__groups *g)
{
    const bool end = !g->no_end;
    return json_pack("{s:o,s:[o,o],s:[i,i],s:[o,o],s:[o,o],s:o,s:o,s:o,s:o,s:o}", "targets",
                     list_of(g->target, ", "), "groups", string(g->name[0]), string(g->name[1]),
                     "subjects", g->subjects[0], g->subjects[1], "geq", real(g->counted[0]),
                     real(g->counted[1]), "genomes", real(g->genomes[0]), real(g->genomes[1]),
                     "rate_ratio", end ? real(g->ratio) : json_null(), "low",
                     end ? real(g->low) : json_null(), "high", end ? real(g->high) : json_null(),
                     "p", end ? real(g->p) : json_null(), "dispersion", real(g->dispersion));
}

static json_t *plate_json(const mtl_quantify *q, int i)
{
    return json_pack("{s:o,s:s,s:o,s:i}", "file", string(q->plate[i].file), "sha256", q->sha256[i],
                     "instrument", string(q->plate[i].instrument), "reactions", q->plate[i].n);
}

/* Takes the item over, whatever comes of it. */
static int append(json_t *list, json_t *item)
{
    return json_array_append_new(list, item);
}

static json_t *plates_json(const mtl_quantify *q)
{
    json_t *list = json_array();
    int bad = 0;
    for (int i = 0; i < q->n_plates; i++)
        bad |= append(list, plate_json(q, i));
    return whole(list, bad);
}

static json_t *levels_json(const mtl_quantify *q)
{
    json_t *list = json_array();
    int bad = 0;
    for (int i = 0; i < q->n_rows; i++)
        bad |= append(list, level_json(q, i));
    return whole(list, bad);
}

static json_t *curves_json(const mtl_quantify *q)
{
    json_t *list = json_array();
    int bad = 0;
    for (int i = 0; i < q->n_curves; i++)
        bad |= append(list, curve_json(&q->curve[i]));
    return whole(list, bad);
}

static json_t *groups_json(const mtl_quantify *q)
{
    json_t *list = json_array();
    int bad = 0;
    for (int i = 0; i < q->n_groups; i++)
        bad |= append(list, group_json(&q->groups[i]));
    return whole(list, bad);
}

char *mtl_quantify_json(const mtl_quantify *q)
{
    json_t *root = json_object();
    int bad = set(root, "version", json_string(mtl_version())) |
              set(root, "model", json_string(q->m->table_hash)) |
              set(root, "family", q->s && q->s->file ? string(q->s->file) : json_null()) |
              set(root, "level", json_real(q->o.level)) |
              set(root, "alarm", json_real(q->o.alarm)) |
              set(root, "power", json_real(q->o.power)) |
              set(root, "posterior", json_boolean(q->o.bayes)) |
              set(root, "plates", plates_json(q)) | set(root, "curves", curves_json(q)) |
              set(root, "levels", levels_json(q)) | set(root, "comparisons", groups_json(q)) |
              set(root, "remarks", list_of(mtl_quantify_remarks(q), "\n"));
    return mtl__json_text(whole(root, bad), JSON_INDENT(1) | JSON_PRESERVE_ORDER);
}

/* ---------------------------------------------------------------- a folder */
int mtl_quantify_write(const mtl_quantify *q, const char *folder, mtl_error *err)
{
    enum { N_FILES = 4 };
    static const char *const name[N_FILES] = {"levels.tsv", "curves.tsv", "wells.tsv",
                                              "quantify.json"};
    mtl__atomic_file out[N_FILES] = {{0}};
    char *body[N_FILES] = {mtl_quantify_tsv(q), mtl__quantify_curves_tsv(q),
                           mtl__quantify_wells_tsv(q), mtl_quantify_json(q)};
    mtl_error_clear(err);
    int ret = mtl__make_folder(folder, err);
    for (int i = 0; i < N_FILES && ret == MTL_OK; i++) {
        mtl__str path = {0};
        mtl__str_printf(&path, "%s/%s", folder, name[i]);
        ret = body[i] && !path.oom ? mtl__atomic_open(&out[i], path.s, err) : mtl__nomem(err);
        mtl__str_free(&path);
        if (ret == MTL_OK)
            ret = mtl__atomic_put(&out[i], body[i], strlen(body[i]), err);
        if (ret == MTL_OK && i == N_FILES - 1)
            ret = mtl__atomic_put(&out[i], "\n", 1, err);
        if (ret == MTL_OK)
            ret = mtl__atomic_finish(&out[i], err);
    }
    for (int i = 0; i < N_FILES && ret == MTL_OK; i++)
        ret = mtl__atomic_publish(&out[i], err);
    for (int i = 0; i < N_FILES; i++) {
        mtl__atomic_abandon(&out[i]);
        free(body[i]);
    }
    return ret;
}
