/* SPDX-License-Identifier: MIT */
/* A folder of targets: finds its files, loads the families they name (each once), puts the targets
   in the order of the evidence table, and carries the whole out. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/target_read.h"

/* ---------------------------------------------------------------- families */
int mtl__target_family(mtl__target_reader *rd, const char *name, int raise, double by,
                       mtl_error *err)
{
    for (int i = 0; i < rd->n_families; i++)
        if (strcmp(rd->family[i].name, name) == 0 && rd->family[i].raise == raise &&
            rd->family[i].raise_by == by)
            return i;
    if (strchr(name, '/') || name[0] == '.')
        return mtl__fail(err, MTL_ERR_NAME, "family",
                         "'%s' is not the name of a file in families/, without .yaml", name);
    const size_t need = (size_t)rd->n_families + 1;
    if (mtl__grow(&rd->family, &rd->cap_family, need, sizeof *rd->family) < 0 ||
        mtl__grow(&rd->scenario, &rd->cap_scenario, need, sizeof *rd->scenario) < 0)
        return mtl__nomem(err);
    mtl__str path = {0};
    mtl__str_printf(&path, "%s/families/%s.yaml", rd->dir, name);
    char *copy = mtl__arena_strdup(&rd->r->arena, name);
    if (path.oom || !copy) {
        mtl__str_free(&path);
        return mtl__nomem(err);
    }
    mtl_error local;
    mtl_error_clear(&local);
    const int i = rd->n_families;
    int ret = mtl_scenario_load(&rd->scenario[i], path.s, rd->model, &local);
    mtl__str_free(&path);
    rd->family[i] = (mtl__family){
        .name = copy, .raise = raise, .raise_by = by, .scenario = ret < 0 ? NULL : rd->scenario[i]};
    rd->n_families++;
    if (ret == MTL_ERR_NAME || ret == MTL_ERR_UNSUPPORTED) {
        /* Another model may lack an organ or an assay: the row is then not run, and says so. */
        char text[1024];
        mtl_error_format(&local, text, sizeof text);
        rd->family[i].problem = mtl__arena_strdup(&rd->r->arena, text);
        return rd->family[i].problem ? i : mtl__nomem(err);
    }
    const double term = mtl__model_life(rd->model).term;
    if (ret < 0 && term != 40.0) { /* a human's dates are no mouse's */
        char text[1024];
        mtl_error_format(&local, text, sizeof text);
        return mtl__fail(err, ret, "family",
                         "%s (in the model a pregnancy goes to week %.3g: are the families of "
                         "this folder of its species?)",
                         text, term);
    }
    if (ret < 0 && err)
        *err = local;
    return ret < 0 ? ret : i;
}

/* ---------------------------------------------------------------- files */
static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_yaml(const char *name)
{
    const size_t n = strlen(name);
    return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

int mtl__yaml_files(mtl__arena *a, const char *dir, char ***out, int *n_out, mtl_error *err)
{
    DIR *d = opendir(dir);
    char **path = NULL;
    size_t cap = 0;
    int n = 0, ret = MTL_OK;
    if (!d)
        return mtl__fail_at(err, mtl__errno_code(errno), dir, 0, 0, "",
                            "cannot read the folder: %s", strerror(errno));
    for (struct dirent *f; ret == MTL_OK && (f = readdir(d));) {
        if (!is_yaml(f->d_name))
            continue;
        char *p = mtl__arena_alloc(a, strlen(dir) + strlen(f->d_name) + 2);
        if (!p || mtl__grow(&path, &cap, (size_t)n + 1, sizeof *path) < 0) {
            ret = mtl__nomem(err);
            break;
        }
        strcpy(p, dir);
        strcat(p, "/");
        strcat(p, f->d_name);
        path[n++] = p;
    }
    closedir(d);
    if (ret < 0) {
        free(path);
        return ret;
    }
    if (n > 0)
        qsort(path, (size_t)n, sizeof *path, compare_names);
    *out = path;
    *n_out = n;
    return MTL_OK;
}

static int by_group(const void *a, const void *b)
{
    const mtl__target *x = a, *y = b;
    if (x->group != y->group)
        return x->group - y->group;
    return x->evidence != y->evidence ? x->evidence - y->evidence : strcmp(x->file, y->file);
}

/* What was read moves into the arena of the result. */
static int settle(mtl__target_reader *rd, mtl_error *err)
{
    mtl_targets_result *r = rd->r;
    const size_t nt = (size_t)rd->n_targets, nf = (size_t)rd->n_families;
    r->target = mtl__arena_alloc(&r->arena, (nt + 1) * sizeof *r->target);
    r->family = mtl__arena_alloc(&r->arena, (nf + 1) * sizeof *r->family);
    if (!r->target || !r->family)
        return mtl__nomem(err);
    if (nt > 0) {
        memcpy(r->target, rd->target, nt * sizeof *r->target);
        qsort(r->target, nt, sizeof *r->target, by_group);
    }
    if (nf > 0)
        memcpy(r->family, rd->family, nf * sizeof *r->family);
    r->n_targets = rd->n_targets;
    r->n_families = rd->n_families;
    return MTL_OK;
}

int mtl__targets_load(mtl__target_reader *rd, const char *dir, mtl_model *m, mtl_error *err)
{
    *rd = (mtl__target_reader){.model = m};
    rd->r = calloc(1, sizeof *rd->r);
    if (!rd->r)
        return mtl__nomem(err);
    mtl__arena_init(&rd->r->arena, 0);
    rd->dir = mtl__arena_strdup(&rd->r->arena, dir);
    if (!rd->dir)
        return mtl__nomem(err);
    MTL_TRY(mtl__evidence_read(rd->r, rd->dir, err));
    char **path = NULL;
    int n = 0;
    MTL_TRY(mtl__yaml_files(&rd->r->arena, rd->dir, &path, &n, err));
    int ret = n > 0
                  ? MTL_OK
                  : mtl__fail_at(err, MTL_ERR_VALUE, rd->dir, 0, 0, "", "no target files (*.yaml)");
    for (int i = 0; i < n && ret == MTL_OK; i++)
        ret = mtl__target_read(rd, path[i], err);
    free(path);
    if (ret == MTL_OK)
        ret = settle(rd, err);
    return ret == MTL_OK ? mtl__targets_check(rd->r, rd->dir, err) : ret;
}

void mtl__target_reader_free(mtl__target_reader *rd)
{
    for (int i = 0; i < rd->n_families; i++)
        mtl_scenario_free(rd->scenario[i]);
    free(rd->scenario);
    free(rd->family);
    free(rd->target);
    mtl_targets_free(rd->r);
    *rd = (mtl__target_reader){0};
}

/* ---------------------------------------------------------------- the run */
/* "only" keeps the named rows; an id that is no target is an error that says why. */
static int keep_only(mtl_targets_result *r, const char *only, mtl_error *err)
{
    char *keep = calloc((size_t)r->n_evidence + 1, 1);
    if (!keep)
        return mtl__nomem(err);
    int ret = MTL_OK;
    for (const char *p = only; *p && ret >= 0;) {
        const size_t len = strcspn(p, ", ");
        char *id = mtl__arena_strndup(&r->arena, p, len);
        p += len + strspn(p + len, ", ");
        if (!id)
            ret = mtl__nomem(err);
        else if (len > 0 && (ret = mtl__evidence_find(r, id, err)) >= 0) {
            if (r->evidence[ret].unspoken)
                ret = mtl__fail(err, MTL_ERR_NAME, "only", "'%s' is not held against the model: %s",
                                id, r->evidence[ret].unspoken);
            else
                keep[ret] = 1;
        }
    }
    int n = 0;
    for (int i = 0; i < r->n_targets && ret >= 0; i++)
        if (keep[r->target[i].evidence])
            r->target[n++] = r->target[i];
    free(keep);
    if (ret < 0)
        return ret;
    r->n_targets = n;
    return n > 0 ? MTL_OK : mtl__fail(err, MTL_ERR_USAGE, "only", "no row is named");
}

/* The switches, and the parameters that differ from the tables. */
static int describe(mtl_targets_result *r, const mtl_model *m, mtl_error *err)
{
    mtl__str s = {0};
    mtl_switch_info sw;
    mtl_param_info p;
    for (int i = 0; i < mtl_model_n_switches(m); i++)
        if (mtl_model_switch_info(m, i, &sw) == MTL_OK)
            mtl__str_printf(&s, "%s%s=%s", s.len ? ", " : "", sw.name, sw.value);
    for (int i = 0; i < mtl_model_n_params(m); i++)
        if (mtl_model_param(m, i, &p) == MTL_OK && fabs(p.value - p.default_value) > 0.0)
            mtl__str_printf(&s, "; %s=%.6g %s", p.name, p.value, p.unit);
    r->hypothesis = s.oom ? NULL : mtl__arena_strdup(&r->arena, s.s ? s.s : "");
    mtl__str_free(&s);
    return r->hypothesis ? MTL_OK : mtl__nomem(err);
}

int mtl_targets_run(mtl_targets_result **out, const char *dir, mtl_model *m,
                    const mtl_targets_opts *o, mtl_error *err)
{
    mtl__target_reader rd;
    *out = NULL;
    if (o->replicates < 2)
        return mtl__fail(err, MTL_ERR_USAGE, "replicates", "at least 2 replicates are needed");
    int ret = mtl__targets_load(&rd, dir, m, err);
    if (ret == MTL_OK && o->only)
        ret = keep_only(rd.r, o->only, err);
    if (ret == MTL_OK) {
        rd.r->seed = o->seed;
        rd.r->replicates = o->replicates;
        ret = describe(rd.r, m, err);
    }
    if (ret == MTL_OK)
        ret = mtl__targets_run_families(rd.r, m, o, err);
    if (ret == MTL_OK)
        ret = mtl__targets_score(rd.r, m, err);
    if (ret == MTL_OK) {
        for (int i = 0; i < rd.r->n_families; i++)
            rd.r->family[i].scenario = NULL; /* they end with the reader */
        *out = rd.r;
        rd.r = NULL;
    }
    mtl__target_reader_free(&rd);
    return ret;
}
