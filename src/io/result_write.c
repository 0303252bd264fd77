/* SPDX-License-Identifier: MIT */
/* A result handed out: row by row through a sink, or as a folder of tables. The files of a folder
   are first all written under temporary names and only then renamed, the manifest last: a folder
   with a manifest is complete. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/atomic_file.h"
#include "io/io_hash.h"
#include "io/readings.h"
#include "io/result_out.h"

const char *mtl_result_headline(const mtl_result *r)
{
    return r->headline ? r->headline : "";
}

/* ------------------------------------------------------------------ rows */

static int emit_pair(const mtl_result *r, const mtl__pair *p, const mtl_sink *sink)
{
    const mtl_model *m = r->m;
    mtl_cell_row row = {.person = r->s->person[p->host].name, .donor = r->s->person[p->donor].name};
    for (int o = 0; o < m->n_organs && p->cells; o++) {
        row.organ = m->organ[o].name;
        for (int kind = 0; kind < m->n_kinds; kind++) {
            row.kind = m->kind[kind].name;
            const mtl__band *band = p->cells + ((size_t)o * m->n_kinds + kind) * r->n_coarse;
            for (int k = 0; k < r->n_coarse; k++) {
                const mtl__band *x = &band[k];
                if (r->coarse[k] < p->t_start || !(x->mean > 0 || x->p_present > 0))
                    continue;
                row.t_days = r->coarse[k];
                row.mean = x->mean;
                row.q025 = x->q025;
                row.q250 = x->q250;
                row.q500 = x->q500;
                row.q750 = x->q750;
                row.q975 = x->q975;
                row.p_present = x->p_present;
                const int ret = sink->cell(sink->ctx, &row);
                if (ret != 0)
                    return ret;
            }
        }
    }
    return 0;
}

static int emit_reading(const mtl_result *r, const mtl__assay_result *a, const mtl_sink *sink)
{
    const mtl__sample *s = &r->s->sample[a->sample];
    const mtl__assay_def *def = mtl__out_assay(r, a);
    if (!def)
        return 0;
    const bool shown = mtl__out_shown(a);
    const mtl_reading_row row = {
        .person = r->s->person[s->person].name,
        .organ = r->m->organ[s->organ].name,
        .assay = def->name,
        .donors = a->donors ? a->donors : "",
        .t_days = s->t,
        .genomes = mtl__virtual_genomes(&a->v),
        .wells = (int)mtl__min(mtl__virtual_units(&a->v) + 0.5, INT_MAX),
        .p_positive = a->p_positive[MTL__CHANCE],
        .mean_geq_per_1e6 = 1e6 * a->mean_fraction,
        .hits = shown ? a->shown.hits : -1,
        .geq_per_1e6 = shown ? a->shown.geq_per_1e6 : NAN,
        .low = shown ? a->shown.low : NAN,
        .high = shown ? a->shown.high : NAN,
        .lod_geq_per_1e6 = 1e6 * a->lod,
        .method = mtl__assay_method_name(def->method),
        .unit = mtl__method_unit(a->v.by),
    };
    return sink->reading(sink->ctx, &row);
}

int mtl_result_emit(const mtl_result *r, const mtl_sink *sink)
{
    int ret = 0;
    for (int i = 0; sink->cell && ret == 0 && i < r->n_pairs; i++)
        if (r->pair[i].cells)
            ret = emit_pair(r, &r->pair[i], sink);
    for (int i = 0; sink->reading && ret == 0 && i < r->n_assays; i++)
        ret = emit_reading(r, &r->assay[i], sink);
    return ret;
}

/* ------------------------------------------------------------------ the folder */

enum { CELLS, EVENTS, ASSAYS, N_TABLES };

static char *in_folder(const char *dir, const char *name)
{
    const size_t n = strlen(dir);
    const size_t size = n + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", dir, n > 0 && dir[n - 1] == '/' ? "" : "/", name);
    return path;
}

/* Some files are new, some are of an older run: no manifest may vouch for them together. */
static void disown(const char *dir)
{
    char *path = in_folder(dir, "manifest.json");
    if (path)
        (void)unlink(path);
    free(path);
}

/* Writes all the files, then gives all of them their names. */
static int write_all(const mtl__out_file *file, int n, const char *dir, mtl_error *err)
{
    mtl__atomic_file *out = calloc((size_t)n + 1, sizeof *out);
    int ret = out ? 0 : mtl__nomem(err);
    for (int i = 0; i < n && ret == 0; i++) {
        char *path = in_folder(dir, file[i].name);
        ret = path ? mtl__atomic_open(&out[i], path, err) : mtl__nomem(err);
        if (ret == 0)
            ret = mtl__atomic_put(&out[i], file[i].text.s, file[i].text.len, err);
        if (ret == 0)
            ret = mtl__atomic_finish(&out[i], err);
        free(path);
    }
    int n_new = 0;
    for (int i = 0; i < n && ret == 0; i++) {
        ret = mtl__atomic_publish(&out[i], err);
        n_new += ret == 0;
    }
    if (ret < 0 && n_new > 0)
        disown(dir);
    for (int i = 0; out && i < n; i++)
        mtl__atomic_abandon(&out[i]);
    free(out);
    return ret;
}

/* The folder and those inside that any file stands in; of a failure no empty one of these is left.
 */
static int write_folders(const mtl__out_file *file, int n, const char *dir, mtl_error *err)
{
    static const char *const inside[] = {"readings", "hosts"};
    enum { N = sizeof inside / sizeof inside[0] };
    char *path[N] = {NULL};
    MTL_TRY(mtl__make_folder(dir, err));
    int ret = 0;
    for (int k = 0; k < N && ret == 0; k++) {
        const size_t length = strlen(inside[k]);
        bool wanted = false;
        for (int i = 0; i < n && !wanted; i++)
            wanted = strncmp(file[i].name, inside[k], length) == 0 && file[i].name[length] == '/';
        if (!wanted)
            continue;
        path[k] = in_folder(dir, inside[k]);
        ret = path[k] ? mtl__make_folder(path[k], err) : mtl__nomem(err);
    }
    if (ret == 0)
        ret = write_all(file, n, dir, err);
    for (int k = 0; k < N; k++) {
        if (ret < 0 && path[k])
            (void)rmdir(path[k]); /* fails where something is in it */
        free(path[k]);
    }
    return ret;
}

/* The tables of the hosts that have rows; returns their number. */
static int host_tables(mtl__out_file *file, const mtl_result *r)
{
    int n = 0;
    for (int i = 0; i < MTL__OUT_HOST_TABLES; i++) {
        const mtl__out_host_table *t = mtl__out_host_table_at(i);
        if (t->n(r) < 1)
            continue;
        file[n].name = t->name;
        t->write(&file[n++].text, r);
    }
    return n;
}

/* Hashes of what there is, and the manifest behind it. */
static int add_manifest(mtl__out_file *file, int n, const mtl_result *r, mtl_error *err)
{
    for (int i = 0; i < n; i++) {
        if (file[i].text.oom)
            return mtl__nomem(err);
        mtl__sha256_hex(file[i].text.s, file[i].text.len, file[i].sha256);
    }
    char *manifest = mtl__out_manifest(r, file, n);
    file[n] = (mtl__out_file){.name = "manifest.json"};
    if (manifest)
        mtl__str_add(&file[n].text, manifest);
    const bool ok = manifest && !file[n].text.oom;
    free(manifest);
    return ok ? 0 : mtl__nomem(err);
}

int mtl_result_write(const mtl_result *r, const char *dir, mtl_error *err)
{
    mtl__readings readings;
    int ret = mtl__readings_make(&readings, r, err);
    int tables = N_TABLES, n = tables;
    mtl__out_file *file =
        calloc((size_t)N_TABLES + MTL__OUT_HOST_TABLES + readings.n + 1, sizeof *file);
    if (ret == 0 && !file)
        ret = mtl__nomem(err);
    if (ret == 0) {
        file[CELLS].name = "cells.tsv";
        file[EVENTS].name = "events.tsv";
        file[ASSAYS].name = "assays.tsv";
        mtl__out_cells(&file[CELLS].text, r);
        mtl__out_events(&file[EVENTS].text, r);
        mtl__out_assays(&file[ASSAYS].text, r);
        tables += host_tables(&file[N_TABLES], r);
        for (int i = 0; i < readings.n; i++) /* borrowed */
            file[tables + i] = readings.file[i];
        n = tables + readings.n;
        ret = add_manifest(file, n, r, err);
    }
    if (ret == 0)
        ret = write_folders(file, n + 1, dir, err);
    for (int i = 0; file && i <= n; i++)
        if (i < tables || i == n)
            mtl__str_free(&file[i].text);
    free(file);
    mtl__readings_free(&readings);
    return ret;
}
