/* SPDX-License-Identifier: MIT */
/* Reads a model, a folder of nine to thirteen tables, into memory, and names its provenance: the
   SHA-256 over the tables as read and over every value and switch as set. The cells' own readers
   are here too.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/io_hash.h"
#include "io/model_tsv.h"

const char *mtl__model_table_file(enum mtl__model_table t)
{
    static const char *const name[MTL__N_TABLES] = {
        "parameters.tsv", "switches.tsv", "organs.tsv",   "kinds.tsv",  "extraction.tsv",
        "factors.tsv",    "rules.tsv",    "supply.tsv",   "assays.tsv", "tallies.tsv",
        "injuries.tsv",   "outcomes.tsv", "exposures.tsv"};
    return name[t];
}

/* The tables of the host came later; a folder without them is a model without them. */
static bool may_be_missing(int t)
{
    return t >= MTL__T_TALLIES;
}

/* ---------------------------------------------------------------- one table */
int mtl__load_table(mtl__load *l, mtl_model *m, const char *dir, enum mtl__model_table which,
                    const mtl__table_text *text, const char *const *columns, int n_columns,
                    uint64_t optional, size_t size, void **items, mtl_error *err)
{
    char file[256];
    const size_t n = strlen(dir);
    snprintf(file, sizeof file, "%s%s%s", dir, n > 0 && dir[n - 1] != '/' ? "/" : "",
             mtl__model_table_file(which));
    *l = (mtl__load){.m = m, .err = err};
    MTL_TRY(mtl__tsv_parse(&l->t, &m->arena, file, text->text, text->length, columns, n_columns,
                           optional, err));
    /* One more than there are rows, so that an empty table has an address as well. */
    *items = mtl__arena_alloc(&m->arena, ((size_t)l->t.n_rows + 1) * size);
    return *items == NULL ? mtl__nomem(err) : MTL_OK;
}

/* ---------------------------------------------------------------- cells */
int mtl__load_text(mtl__load *l, int row, int col, const char **out)
{
    *out = mtl__tsv_get(&l->t, row, col);
    if ((*out)[0] == '\0')
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_SYNTAX, "the cell '%s' is empty",
                             l->t.name[col]);
    return MTL_OK;
}

int mtl__load_name_again(mtl__load *l, int row, int col, const char **out)
{
    MTL_TRY(mtl__load_text(l, row, col, out));
    const char *s = *out;
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    if (s[n] != '\0' || n > 63 || s[0] < 'a' || s[0] > 'z')
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_SYNTAX,
                             "'%.70s' is not a name: small letters first, then also digits, '.', "
                             "'_' and '-', at most 63",
                             s);
    return MTL_OK;
}

int mtl__load_name(mtl__load *l, int row, int col, const char **out)
{
    MTL_TRY(mtl__load_name_again(l, row, col, out));
    for (int i = 0; i < row; i++)
        if (strcmp(mtl__tsv_get(&l->t, i, col), *out) == 0)
            return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_DUPLICATE,
                                 "'%s' is there already, in line %d", *out, l->t.line[i]);
    return MTL_OK;
}

int mtl__load_number(mtl__load *l, int row, int col, double *out)
{
    const char *s = mtl__tsv_get(&l->t, row, col);
    *out = NAN;
    if (s[0] == '\0')
        return MTL_OK;
    if (mtl__parse_double(s, out) < 0)
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_VALUE,
                             "'%.40s' is not a number (write 0.5 or 5e-1, without unit or comma)",
                             s);
    return MTL_OK;
}

int mtl__load_share(mtl__load *l, int row, int col, double *out)
{
    MTL_TRY(mtl__load_number(l, row, col, out));
    if (isnan(*out))
        *out = 0.0;
    if (*out < 0.0 || *out > 1.0)
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_VALUE, "%s is not between 0 and 1",
                             mtl__tsv_get(&l->t, row, col));
    return MTL_OK;
}

int mtl__load_choice(mtl__load *l, int row, int col, const char *const *words, int n, int *out)
{
    const char *s = mtl__tsv_get(&l->t, row, col);
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], s) == 0) {
            *out = i;
            return MTL_OK;
        }
    mtl__str list = {0};
    for (int i = 0; i < n; i++)
        mtl__str_printf(&list, "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ", words[i]);
    char hint[120] = "";
    mtl__hint(hint, sizeof hint, s, n, mtl__nearest_strings, words);
    const int ret =
        mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_NAME, "'%.60s' is not one of %s%s", s,
                      list.oom || list.s == NULL ? "the known words" : list.s, hint);
    mtl__str_free(&list);
    return ret;
}

int mtl__load_tier(mtl__load *l, int row, int col, char *out)
{
    static const char *const tiers[] = {"A", "B", "C", "D"};
    int k = 0;
    MTL_TRY(mtl__load_choice(l, row, col, tiers, 4, &k));
    *out = tiers[k][0];
    return MTL_OK;
}

int mtl__load_yes(mtl__load *l, int row, int col, bool *out)
{
    static const char *const words[] = {"no", "yes"};
    int k = 0;
    if (mtl__tsv_get(&l->t, row, col)[0] != '\0')
        MTL_TRY(mtl__load_choice(l, row, col, words, 2, &k));
    *out = k == 1;
    return MTL_OK;
}

int mtl__load_when(mtl__load *l, int row, int col, mtl__when *out)
{
    const int ret = mtl__when_parse(l->m, mtl__tsv_get(&l->t, row, col), out, l->err);
    return mtl__tsv_place(&l->t, row, col, l->err, ret);
}

int mtl__load_expr(mtl__load *l, int row, int col, const char *unit, mtl__expr *out)
{
    const char *s = NULL;
    mtl__unit want;
    MTL_TRY(mtl__load_text(l, row, col, &s));
    MTL_TRY(mtl__unit_parse(unit, &want, l->err));
    const int ret = mtl__expr_parse(l->m, s, out, l->err);
    if (ret < 0)
        return mtl__tsv_place(&l->t, row, col, l->err, ret);
    if (!mtl__unit_same_dim(&out->unit, &want)) {
        char a[160], b[160];
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_UNIT,
                             "'%.120s' is %s; expected %s (%s)", s,
                             mtl__unit_dim_text(&out->unit, a, sizeof a),
                             mtl__unit_dim_text(&want, b, sizeof b), unit);
    }
    return MTL_OK;
}

int mtl__load_list(mtl__load *l, int row, int col, char separator, const char ***out, int *n)
{
    const char *s = mtl__tsv_get(&l->t, row, col);
    int count = s[0] != '\0';
    for (const char *p = s; *p != '\0'; p++)
        count += *p == separator;
    *out = NULL;
    *n = 0;
    if (count == 0)
        return MTL_OK;
    const char **list = mtl__arena_alloc(&l->m->arena, (size_t)count * sizeof *list);
    if (list == NULL)
        return mtl__nomem(l->err);
    for (const char *p = s;; p++) {
        const char *end = strchr(p, separator);
        if (end == NULL)
            end = p + strlen(p);
        const char *a = p, *b = end;
        while (a < b && *a == ' ')
            a++;
        while (b > a && b[-1] == ' ')
            b--;
        if (a == b)
            return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_SYNTAX,
                                 "an empty word in a list separated by '%c'", separator);
        list[*n] = mtl__arena_strndup(&l->m->arena, a, (size_t)(b - a));
        if (list[(*n)++] == NULL)
            return mtl__nomem(l->err);
        if (*end == '\0')
            break;
        p = end;
    }
    *out = list;
    return MTL_OK;
}

static const char *group_name(const void *ctx, int i)
{
    return ((const mtl_model *)ctx)->organ[i].group;
}

int mtl__load_where(mtl__load *l, int row, int col, int *organ, const char **group)
{
    const char *s = NULL;
    const mtl_model *m = l->m;
    MTL_TRY(mtl__load_text(l, row, col, &s));
    const size_t n = strlen(s);
    *organ = -1;
    *group = NULL;
    if (strcmp(s, "*") == 0)
        return MTL_OK;
    if (n > 2 && strcmp(s + n - 2, ".*") == 0) {
        char hint[120] = "";
        *group = mtl__arena_strndup(&l->m->arena, s, n - 2);
        if (*group == NULL)
            return mtl__nomem(l->err);
        for (int i = 0; i < m->n_organs; i++)
            if (strcmp(m->organ[i].group, *group) == 0)
                return MTL_OK;
        mtl__hint(hint, sizeof hint, *group, m->n_organs, group_name, m);
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_NAME, "no organ has the group '%s'%s",
                             *group, hint);
    }
    *organ = mtl__model_organ(m, s, l->err);
    return mtl__tsv_place(&l->t, row, col, l->err, *organ < 0 ? *organ : MTL_OK);
}

/* ---------------------------------------------------------------- the whole model */
typedef int (*table_reader)(mtl_model *m, const char *dir, const mtl__table_text *t,
                            mtl_error *err);

/* In the order in which they name one another. */
static int load_all(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const struct {
        enum mtl__model_table table;
        table_reader read;
    } reader[MTL__N_TABLES] = {
        {MTL__T_PARAMETERS, mtl__load_parameters}, {MTL__T_SWITCHES, mtl__load_switches},
        {MTL__T_ORGANS, mtl__load_organs},         {MTL__T_KINDS, mtl__load_kinds},
        {MTL__T_EXTRACTION, mtl__load_extraction}, {MTL__T_TALLIES, mtl__load_tallies},
        {MTL__T_INJURIES, mtl__load_injuries},     {MTL__T_OUTCOMES, mtl__load_outcomes},
        {MTL__T_EXPOSURES, mtl__load_exposures},   {MTL__T_FACTORS, mtl__load_factors},
        {MTL__T_RULES, mtl__load_rules},           {MTL__T_SUPPLY, mtl__load_supply},
        {MTL__T_ASSAYS, mtl__load_assays}};
    for (int i = 0; i < MTL__N_TABLES; i++)
        if (t[reader[i].table].text != NULL || !may_be_missing(reader[i].table))
            MTL_TRY(reader[i].read(m, dir, &t[reader[i].table], err));

    return mtl__model_finish(m, err);
}

/* Name and length before each table, so that no two sets of tables give the same bytes. */
static void hash_tables(const mtl__table_text *t, char out[65])
{
    mtl__sha256 h;
    mtl__sha256_start(&h);
    for (int i = 0; i < MTL__N_TABLES; i++) {
        if (t[i].text == NULL)
            continue;
        char head[80];
        const int n = snprintf(head, sizeof head, "%s %zu\n",
                               mtl__model_table_file((enum mtl__model_table)i), t[i].length);
        mtl__sha256_add(&h, head, (size_t)n);
        mtl__sha256_add(&h, t[i].text, t[i].length);
    }
    mtl__sha256_end(&h, out);
}

int mtl__model_load_memory(mtl_model **out, const char *dir, const mtl__table_text *table,
                           mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    mtl_model *m = NULL;
    MTL_TRY(mtl__model_new(&m, dir, err));
    hash_tables(table, m->table_hash);
    const int ret = load_all(m, dir, table, err);
    if (ret < 0) {
        mtl_model_free(m);
        return ret;
    }
    *out = m;
    return MTL_OK;
}

static bool is_missing(const char *path)
{
    FILE *f = fopen(path, "rb");
    const bool missing = f == NULL && errno == ENOENT;
    if (f != NULL)
        fclose(f);
    return missing;
}

static int read_table(mtl__arena *texts, const char *dir, int which, mtl__table_text *out,
                      mtl_error *err)
{
    char path[4096];
    char *text = NULL;
    *out = (mtl__table_text){0};
    const int n = snprintf(path, sizeof path, "%s/%s", dir,
                           mtl__model_table_file((enum mtl__model_table)which));
    if (n < 0 || (size_t)n >= sizeof path)
        return mtl__fail(err, MTL_ERR_IO, NULL, "the name of the folder is too long");
    if (may_be_missing(which) && is_missing(path))
        return MTL_OK;
    const int ret = mtl__file_read(texts, path, MTL__TSV_MAX_BYTES, &text, &out->length, err);
    out->text = text;
    return ret;
}

int mtl_model_load(mtl_model **out, const char *dir, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    mtl__arena texts;
    mtl__arena_init(&texts, 0);
    mtl__table_text table[MTL__N_TABLES];
    int ret = MTL_OK;
    for (int i = 0; i < MTL__N_TABLES && ret == MTL_OK; i++)
        ret = read_table(&texts, dir, i, &table[i], err);
    if (ret == MTL_OK)
        ret = mtl__model_load_memory(out, dir, table, err);
    mtl__arena_free(&texts);
    return ret;
}

/* ---------------------------------------------------------------- provenance */
static void hash_double(mtl__sha256 *h, double x)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i)); /* little-endian on every machine */
    mtl__sha256_add(h, bytes, sizeof bytes);
}

const char *mtl_model_hash(mtl_model *m)
{
    mtl__sha256 h;
    mtl__sha256_start(&h);
    mtl__sha256_add(&h, m->table_hash, 64);
    for (int i = 0; i < m->n_params; i++) {
        mtl__sha256_add(&h, m->param[i].name, strlen(m->param[i].name) + 1);
        hash_double(&h, m->param[i].value);
    }
    for (int i = 0; i < m->n_switches; i++) {
        const mtl__switch *s = &m->sw[i];
        mtl__sha256_add(&h, s->name, strlen(s->name) + 1);
        mtl__sha256_add(&h, s->value[s->now], strlen(s->value[s->now]) + 1);
    }
    mtl__sha256_end(&h, m->hash);
    return m->hash;
}
