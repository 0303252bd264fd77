/* SPDX-License-Identifier: MIT */
/* Makes a plate out of reactions as they are read: numbers its targets and samples, places wells,
   and settles what all formats have in common. Merged wells of droplets (several wells counted as
   one) stand for the wells they name; those are kept, left out, so that nothing counts twice. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/plate_read.h"

/* ---------------------------------------------------------------- names */
static int rehash(mtl__names *s, int n_slots)
{
    int *slot = mtl__arena_alloc(s->arena, (size_t)n_slots * sizeof *slot);
    const char **name = mtl__arena_alloc(s->arena, (size_t)n_slots / 2 * sizeof *name);
    if (!slot || !name)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < s->n; i++) {
        uint64_t at = mtl__hash(s->name[i]);
        while (slot[at % (uint64_t)n_slots])
            at++;
        slot[at % (uint64_t)n_slots] = i + 1;
        name[i] = s->name[i];
    }
    s->slot = slot;
    s->name = name;
    s->n_slots = n_slots;
    s->cap = n_slots / 2;
    return MTL_OK;
}

int mtl__names_find(mtl__names *s, const char *name, bool add, bool *made)
{
    if (made)
        *made = false;
    if (s->n_slots == 0 && !add)
        return -1;
    if (add && s->n == s->cap && rehash(s, s->n_slots ? 2 * s->n_slots : 64) < 0)
        return MTL_ERR_MEMORY;
    uint64_t at = mtl__hash(name);
    for (;; at++) {
        const int k = s->slot[at % (uint64_t)s->n_slots];
        if (k == 0)
            break;
        if (strcmp(s->name[k - 1], name) == 0)
            return k - 1;
    }
    if (!add)
        return -1;
    s->slot[at % (uint64_t)s->n_slots] = s->n + 1;
    s->name[s->n] = name;
    if (made)
        *made = true;
    return s->n++;
}

/* ---------------------------------------------------------------- wells */
int mtl__well_place(const char *name, int *row, int *column)
{
    int r = 0, c = 0, letters = 0, digits = 0;
    for (; *name && letters < 3; name++, letters++) {
        const char u = (char)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
        if (u < 'A' || u > 'Z')
            break;
        r = 26 * r + (u - 'A') + 1;
    }
    for (; *name >= '0' && *name <= '9' && digits < 4; name++, digits++)
        c = 10 * c + (*name - '0');
    if (*name || letters == 0 || letters > 2 || digits == 0 || c < 1 || r > MTL__PLATE_MAX_ROWS ||
        c > MTL__PLATE_MAX_COLUMNS)
        return MTL_ERR_VALUE;
    *row = r - 1;
    *column = c - 1;
    return MTL_OK;
}

const char *mtl__well_name(int row, int column, char buf[16])
{
    if (row >= 26)
        snprintf(buf, 16, "%c%c%d", 'A' + row / 26 - 1, 'A' + row % 26, column % 100 + 1);
    else
        snprintf(buf, 16, "%c%d", 'A' + row, column % 100 + 1);
    return buf;
}

bool mtl__is_blank_name(const char *sample)
{
    static const char *const word[] = {"ntc", "blank", "notemplatecontrol", "notemplate", "water",
                                       "h2o", "nfw",   "nucleasefreewater"};
    char key[64];
    mtl__sheet_key(sample, key);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (strcmp(key, word[i]) == 0)
            return true;
    /* "NTC 2", "blank_3": the word, then only a number. */
    for (size_t i = 0; i < 2; i++) {
        const size_t n = strlen(word[i]);
        if (strncmp(key, word[i], n) == 0 && strspn(key + n, "0123456789") == strlen(key + n))
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- reactions */
int mtl__maker_init(mtl__plate_maker *m, mtl__plate *p, mtl__str *remarks, const char *file,
                    const mtl__plate_read_opts *o, mtl_error *err)
{
    memset(m, 0, sizeof *m);
    memset(p, 0, sizeof *p);
    mtl__arena_init(&p->arena, 1 << 16);
    m->p = p;
    m->remarks = remarks;
    m->o = o;
    p->file = mtl__arena_strdup(&p->arena, file);
    p->instrument = "";
    return p->file ? MTL_OK : mtl__nomem(err);
}

void mtl__plate_clear(mtl__plate *p)
{
    if (p->arena.first || p->arena.head)
        mtl__arena_free(&p->arena);
    memset(p, 0, sizeof *p);
}

static int more_reactions(mtl__plate_maker *m, mtl_error *err)
{
    mtl__arena *a = &m->p->arena;
    const int cap = m->cap ? 2 * m->cap : 128, n = m->p->n;
    if (cap > 2 * MTL__PLATE_MAX_REACTIONS)
        return mtl__fail_at(err, MTL_ERR_LIMIT, m->p->file, 0, 0, NULL, "more than %d reactions",
                            MTL__PLATE_MAX_REACTIONS);
    mtl__reaction *r = mtl__arena_alloc(a, (size_t)cap * sizeof *r);
    const char **merged = mtl__arena_alloc(a, (size_t)cap * sizeof *merged);
    if (!r || !merged)
        return mtl__nomem(err);
    if (n) {
        memcpy(r, m->p->reaction, (size_t)n * sizeof *r);
        memcpy(merged, m->merged_wells, (size_t)n * sizeof *merged);
    }
    m->p->reaction = r;
    m->merged_wells = merged;
    m->cap = cap;
    return MTL_OK;
}

int mtl__maker_next(mtl__plate_maker *m, mtl__reaction **out, mtl_error *err)
{
    if (m->p->n == m->cap)
        MTL_TRY(more_reactions(m, err));
    *out = &m->p->reaction[m->p->n++];
    **out = (mtl__reaction){.well = "",
                            .row = -1,
                            .column = -1,
                            .sample = "",
                            .target = "",
                            .sample_index = -1,
                            .target_index = -1,
                            .ct = NAN,
                            .quantity = NAN,
                            .both = -1,
                            .only_this = -1,
                            .only_other = -1,
                            .neither = -1,
                            .partition_nl = NAN};
    return MTL_OK;
}

void mtl__maker_remark(mtl__plate_maker *m, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    if (!m->remarks)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    mtl__str_printf(m->remarks, "%s: %s\n", m->p->file, text);
}

/* ---------------------------------------------------------------- standards by their names */
/* The first number in a name and the word behind it: "0.02 K (STD)" is 0.02 and "K". */
static bool number_and_unit(const char *name, double *number, char unit[24])
{
    const char *s = name + strcspn(name, "0123456789");
    char digits[32];
    size_t k = strspn(s, "0123456789.,"), u = 0;
    if (k == 0 || k >= sizeof digits)
        return false;
    memcpy(digits, s, k);
    while (k > 0 && (digits[k - 1] == '.' || digits[k - 1] == ','))
        k--;
    digits[k] = '\0';
    char *comma = strchr(digits, ',');
    if (comma)
        *comma = '.';
    if (mtl__parse_double(digits, number) < 0)
        return false;
    s += k;
    s += strspn(s, " _");
    while (u < 23 && ((s[u] >= 'A' && s[u] <= 'Z') || (s[u] >= 'a' && s[u] <= 'z')))
        u++;
    memcpy(unit, s, u);
    unit[u] = '\0';
    return true;
}

static int read_unit(const char *option, char unit[24], double *geq, mtl_error *err)
{
    const char *eq = strchr(option, '=');
    const size_t n = eq ? (size_t)(eq - option) : 0;
    if (n >= 24 || mtl__parse_double(eq ? eq + 1 : option, geq) < 0 || !(*geq > 0))
        return mtl__fail(err, MTL_ERR_USAGE, "standard_unit",
                         "'%.40s' is not UNIT=X, gEq in one unit: K=1000", option);
    memcpy(unit, option, n);
    unit[n] = '\0';
    return MTL_OK;
}

int mtl__plate_standards(mtl__plate *p, const char *standard_unit, mtl__str *remarks,
                         mtl_error *err)
{
    char want[24] = "", unit[24], seen[24] = "";
    double geq = NAN, x;
    int without = 0;
    const char *first = NULL;
    if (standard_unit)
        MTL_TRY(read_unit(standard_unit, want, &geq, err));
    for (int i = 0; i < p->n; i++) {
        mtl__reaction *r = &p->reaction[i];
        if (r->role != MTL__ROLE_STANDARD || r->omit || r->quantity > 0)
            continue;
        const bool named = number_and_unit(r->sample, &x, unit) && x > 0;
        if (named && geq > 0 && (!want[0] || strcmp(want, unit) == 0)) {
            r->quantity = x * geq;
            continue;
        }
        r->omit = true;
        if (without++ == 0) {
            first = r->well;
            snprintf(seen, sizeof seen, "%s", named ? unit : "");
        }
    }
    if (without && remarks)
        mtl__str_printf(remarks,
                        "%s: %d standards have no quantity and are left out (the first in %s); "
                        "give it in a layout%s%s%s\n",
                        p->file, without, first,
                        seen[0] ? ", or by their names: --standard-unit " : "", seen,
                        seen[0] ? "=gEq" : "");
    return MTL_OK;
}

/* ---------------------------------------------------------------- wells named twice, merged wells
 */
static const char *key_of(mtl__plate_maker *m, const mtl__reaction *r, const char *well)
{
    mtl__str s = {0};
    char name[16];
    int row = r->row, column = r->column;
    if (well != r->well && mtl__well_place(well, &row, &column) < 0)
        row = -1;
    mtl__str_printf(&s, "%s\n%s", row >= 0 ? mtl__well_name(row, column, name) : well, r->target);
    char *kept = s.oom ? NULL : mtl__arena_strdup(&m->p->arena, s.s);
    mtl__str_free(&s);
    return kept;
}

static int refuse_twice(mtl__plate_maker *m, mtl__names *keys, mtl_error *err)
{
    for (int i = 0; i < m->p->n; i++) {
        mtl__reaction *r = &m->p->reaction[i];
        const char *key = key_of(m, r, r->well);
        bool made;
        if (!key)
            return mtl__nomem(err);
        const int at = mtl__names_find(keys, key, true, &made);
        if (at < 0)
            return mtl__nomem(err);
        if (!made)
            return mtl__fail_at(
                err, MTL_ERR_DUPLICATE, m->p->file, m->rdml ? 0 : r->line, 0, "well",
                "well %.16s is named twice with the target '%.60s' (first in %s %d)%s", r->well,
                r->target, m->rdml ? "reaction" : "line", m->p->reaction[at].line,
                m->rdml ? "; if the file holds several plates, choose one with --run" : "");
    }
    return MTL_OK;
}

static int leave_out_merged(mtl__plate_maker *m, mtl__names *keys, mtl_error *err)
{
    for (int i = 0; i < m->p->n; i++) {
        const char *list = m->merged_wells[i];
        while (list && *list) {
            char well[24];
            list += strspn(list, "(), ");
            const size_t n = strcspn(list, "(), ");
            if (n == 0 || n >= sizeof well) {
                list += n;
                continue;
            }
            memcpy(well, list, n);
            well[n] = '\0';
            list += n;
            const char *key = key_of(m, &m->p->reaction[i], well);
            if (!key)
                return mtl__nomem(err);
            const int at = mtl__names_find(keys, key, false, NULL);
            if (at >= 0 && at != i)
                m->p->reaction[at].omit = true;
        }
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- indices */
/* Every name once, in the order of the wells. Samples are those with an unknown or a control. */
static int number_names(mtl__plate *p, mtl__names *targets, mtl__names *samples, mtl_error *err)
{
    for (int i = 0; i < p->n; i++) {
        mtl__reaction *r = &p->reaction[i];
        const bool measured = r->role == MTL__ROLE_UNKNOWN || r->role == MTL__ROLE_CONTROL;
        r->target_index = r->sample_index = -1;
        if (r->target[0] && (r->target_index = mtl__names_find(targets, r->target, true, NULL)) < 0)
            return mtl__nomem(err);
        if (measured && r->sample[0] &&
            (r->sample_index = mtl__names_find(samples, r->sample, true, NULL)) < 0)
            return mtl__nomem(err);
    }
    return MTL_OK;
}

/* Two dyes that are counted in the same partitions. */
static int find_partners(mtl__plate *p, mtl_error *err)
{
    mtl__names wells = {.arena = &p->arena};
    int *first = mtl__arena_alloc(&p->arena, ((size_t)p->n + 1) * sizeof *first);
    if (!first)
        return mtl__nomem(err);
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        bool made;
        if (r->partitions <= 0 || r->both < 0 || r->target_index < 0)
            continue;
        const int k = mtl__names_find(&wells, r->well, true, &made);
        if (k < 0)
            return mtl__nomem(err);
        if (made) {
            first[k] = i;
            continue;
        }
        const int a = p->reaction[first[k]].target_index, b = r->target_index;
        if (a != b && p->target[a].partner < 0 && p->target[b].partner < 0) {
            p->target[a].partner = b;
            p->target[b].partner = a;
        }
    }
    return MTL_OK;
}

static int known_names(const mtl__plate *p, mtl__names *targets, mtl__names *samples)
{
    for (int i = 0; i < p->n_targets; i++)
        if (mtl__names_find(targets, p->target[i].name, true, NULL) < 0)
            return MTL_ERR_MEMORY;
    for (int i = 0; i < p->n_samples; i++)
        if (mtl__names_find(samples, p->sample[i].name, true, NULL) < 0)
            return MTL_ERR_MEMORY;
    return MTL_OK;
}

int mtl__plate_index(mtl__plate *p, mtl_error *err)
{
    mtl__names targets = {.arena = &p->arena}, samples = targets, old_t = targets, old_s = targets;
    if (known_names(p, &old_t, &old_s) < 0)
        return mtl__nomem(err);
    MTL_TRY(number_names(p, &targets, &samples, err));
    mtl__target *t = mtl__arena_alloc(&p->arena, ((size_t)targets.n + 1) * sizeof *t);
    mtl__sampled *s = mtl__arena_alloc(&p->arena, ((size_t)samples.n + 1) * sizeof *s);
    if (!t || !s)
        return mtl__nomem(err);
    for (int i = 0; i < targets.n; i++) {
        const int k = mtl__names_find(&old_t, targets.name[i], false, NULL);
        t[i] = k >= 0 ? p->target[k]
                      : (mtl__target){
                            .name = targets.name[i], .copies = 1, .fragments = 1, .calibrator = 1};
        t[i].partner = -1;
    }
    for (int i = 0; i < samples.n; i++) {
        const int k = mtl__names_find(&old_s, samples.name[i], false, NULL);
        s[i] = k >= 0 ? p->sample[k]
                      : (mtl__sampled){.name = samples.name[i],
                                       .host = -1,
                                       .organ = "",
                                       .day = NAN,
                                       .genomes_per_well = NAN,
                                       .dilution = 1};
    }
    p->target = t;
    p->sample = s;
    p->n_targets = targets.n;
    p->n_samples = samples.n;
    return find_partners(p, err);
}

static void plate_size(mtl__plate *p)
{
    static const int size[][2] = {{8, 12}, {16, 24}, {32, 48}};
    int rows = 0, columns = 0;
    for (int i = 0; i < p->n; i++) {
        rows = p->reaction[i].row + 1 > rows ? p->reaction[i].row + 1 : rows;
        columns = p->reaction[i].column + 1 > columns ? p->reaction[i].column + 1 : columns;
    }
    if (rows == 0 || (p->rows >= rows && p->columns >= columns))
        return;
    for (int k = 2; k >= 0; k--)
        if (rows <= size[k][0] && columns <= size[k][1]) {
            p->rows = size[k][0];
            p->columns = size[k][1];
        }
}

int mtl__maker_finish(mtl__plate_maker *m, mtl_error *err)
{
    mtl__names keys = {.arena = &m->p->arena};
    if (m->p->n == 0)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, m->p->file, 0, 0, NULL,
                            "no well with a target was found");
    for (int i = 0; i < m->p->n; i++) {
        mtl__reaction *r = &m->p->reaction[i];
        if (r->role == MTL__ROLE_UNKNOWN && mtl__is_blank_name(r->sample))
            r->role = MTL__ROLE_BLANK;
    }
    MTL_TRY(refuse_twice(m, &keys, err));
    MTL_TRY(leave_out_merged(m, &keys, err));
    plate_size(m->p);
    return mtl__plate_index(m->p, err);
}
