/* SPDX-License-Identifier: MIT */
/* Reads mass-action networks (JSON) of which every reaction is that of one cell by itself, so that
   the network is a multitype branching process with immigration: X -> 2 X, X -> nothing, X -> Y and
   nothing -> X. All else (two reactants, unequal division, X -> X + Y) would need another engine
   and is refused by number and line rather than imitated. jansson tells the place of a syntax error
   only; a small scanner over the text, which is then known to be well formed, finds the place of an
   element. */
#include "io/network.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* ---------------------------------------------------------------- places in the text */
typedef struct scan {
    const char *p, *end;
    int line;
    const char *line_start;
} scan;

static void scan_step(scan *s)
{
    if (*s->p == '\n') {
        s->line++;
        s->line_start = s->p + 1;
    }
    s->p++;
}

static void scan_space(scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        scan_step(s);
}

/* Past the value that starts at p: a string, or all up to the comma or bracket that ends it. */
static void scan_value(scan *s)
{
    int depth = 0;
    bool in_string = false;
    while (s->p < s->end) {
        const char c = *s->p;
        if (in_string) {
            if (c == '\\' && s->p + 1 < s->end)
                scan_step(s);
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}' || c == ':')) {
            return;
        } else if (c == ']' || c == '}') {
            depth--;
        }
        scan_step(s);
    }
}

/* Moves to the value of `key` in the object at p; true if it is there as it is spelt. */
static bool scan_member(scan *s, const char *key)
{
    const size_t n = strlen(key);
    scan_space(s);
    if (s->p >= s->end || *s->p != '{')
        return false;
    scan_step(s);
    for (;;) {
        scan_space(s);
        const char *k = s->p;
        scan_value(s);
        if (s->p >= s->end || *s->p != ':')
            return false;
        const bool found =
            (size_t)(s->p - k) >= n + 2 && memcmp(k + 1, key, n) == 0 && k[n + 1] == '"';
        scan_step(s);
        scan_space(s);
        if (found)
            return true;
        scan_value(s);
        if (s->p >= s->end || *s->p != ',')
            return false;
        scan_step(s);
    }
}

/* ---------------------------------------------------------------- the reader */
typedef struct reaction {
    int from, to; /* -1 = nothing */
    bool divide;
    double rate;
    int number; /* from 0 */
} reaction;

typedef struct reader {
    const char *text, *file;
    size_t length;
    mtl_error *err;
    mtl__network *net;
    uint32_t *slot; /* open addressing: index of a species + 1, or 0 */
    size_t n_slots; /* a power of two */
    reaction *reaction;
    double *inflow; /* [n_species] */
    int n_inflows;
} reader;

/* Adds the place of element `index` of the array `key` (or of the member itself for -1). */
static int fail_at(reader *r, int code, const char *key, int index)
{
    scan s = {.p = r->text, .end = r->text + r->length, .line = 1, .line_start = r->text};
    if (!scan_member(&s, key)) {
        mtl__fail_place(r->err, code, r->file, 0, 0);
        return code;
    }
    if (index >= 0 && s.p < s.end && *s.p == '[') {
        scan_step(&s);
        scan_space(&s);
        for (int i = 0; i < index; i++) {
            scan_value(&s);
            if (s.p >= s.end || *s.p != ',')
                break;
            scan_step(&s);
            scan_space(&s);
        }
    }
    mtl__fail_place(r->err, code, r->file, s.line, (int)(s.p - s.line_start) + 1);
    return code;
}

static const char *species_name(const void *ctx, int i)
{
    const mtl__network *net = ctx;
    return net->species[i];
}

static uint32_t *find_slot(const reader *r, const char *name)
{
    size_t at = (size_t)mtl__hash(name) & (r->n_slots - 1);
    while (r->slot[at] && strcmp(r->net->species[r->slot[at] - 1], name) != 0)
        at = (at + 1) & (r->n_slots - 1);
    return &r->slot[at];
}

/* A name must be fit to stand in messages and in tables. */
static bool name_ok(const char *s)
{
    const size_t n = strlen(s);
    if (n < 1 || n > 64)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
            return false;
    return true;
}

static int read_one_species(reader *r, const json_t *item, int i, int64_t *count)
{
    static const char field[] = "species";
    if (!json_is_array(item) || json_array_size(item) != 2 ||
        !json_is_string(json_array_get(item, 0)) || !json_is_number(json_array_get(item, 1))) {
        mtl__fail(r->err, MTL_ERR_VALUE, field, "species %d: expected [name, initial count]",
                  i + 1);
        return fail_at(r, MTL_ERR_VALUE, field, i);
    }
    const char *name = json_string_value(json_array_get(item, 0));
    if (!name_ok(name)) {
        mtl__fail(r->err, MTL_ERR_VALUE, field,
                  "species %d: a name has 1 to 64 bytes without spaces or control characters",
                  i + 1);
        return fail_at(r, MTL_ERR_VALUE, field, i);
    }
    const double n = json_number_value(json_array_get(item, 1));
    if (!(n >= 0 && n <= (double)MTL_NETWORK_MAX_COUNT) || n != (double)(int64_t)n) {
        mtl__fail(
            r->err, MTL_ERR_VALUE, field,
            "species %d (%s): the initial count must be a whole number from 0 to %lld, not %g",
            i + 1, name, MTL_NETWORK_MAX_COUNT, n);
        return fail_at(r, MTL_ERR_VALUE, field, i);
    }
    uint32_t *slot = find_slot(r, name);
    if (*slot) {
        mtl__fail(r->err, MTL_ERR_DUPLICATE, field, "species %d: '%s' is species %u already", i + 1,
                  name, (unsigned)*slot);
        return fail_at(r, MTL_ERR_DUPLICATE, field, i);
    }
    r->net->species[i] = mtl__arena_strdup(&r->net->arena, name);
    if (!r->net->species[i])
        return mtl__nomem(r->err);
    *slot = (uint32_t)i + 1;
    *count = (int64_t)n;
    return 0;
}

static int read_species(reader *r, const json_t *list)
{
    mtl__network *net = r->net;
    const size_t n = json_array_size(list);
    if (n < 1 || n > MTL_NETWORK_MAX_SPECIES) {
        const int code = n < 1 ? MTL_ERR_VALUE : MTL_ERR_LIMIT;
        mtl__fail(r->err, code, "species", "%zu species; 1 to %d can be read", n,
                  MTL_NETWORK_MAX_SPECIES);
        return fail_at(r, code, "species", -1);
    }
    for (r->n_slots = 16; r->n_slots < 2 * n;)
        r->n_slots *= 2;
    r->slot = calloc(r->n_slots, sizeof *r->slot);
    net->species = mtl__arena_alloc(&net->arena, n * sizeof *net->species);
    int64_t *initial = mtl__arena_alloc(&net->arena, n * sizeof *initial);
    if (!r->slot || !net->species || !initial)
        return mtl__nomem(r->err);
    net->initial = initial;
    for (size_t i = 0; i < n; i++) {
        MTL_TRY(read_one_species(r, json_array_get(list, i), (int)i, &initial[i]));
        net->n_species = (int)i + 1;
    }
    return 0;
}

/* One side of a reaction: the number of cells in all, the first species, and a text like "X + 2 Y".
 */
typedef struct side {
    int order, kinds, species;
    char text[120];
} side;

static int read_side(reader *r, json_t *object, int i, const char *what, side *out)
{
    size_t used = 0;
    memset(out, 0, sizeof *out);
    out->species = -1;
    if (!json_is_object(object)) {
        mtl__fail(r->err, MTL_ERR_VALUE, "reactions",
                  "reaction %d: expected [rate, {reactant: n}, {product: n}]", i + 1);
        return fail_at(r, MTL_ERR_VALUE, "reactions", i);
    }
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        const uint32_t at = name_ok(name) ? *find_slot(r, name) : 0;
        if (!at) {
            char hint[128] = "";
            mtl__hint(hint, sizeof hint, name, r->net->n_species, species_name, r->net);
            mtl__fail(r->err, MTL_ERR_NAME, "reactions", "reaction %d: unknown %s '%.64s'%s", i + 1,
                      what, name_ok(name) ? name : "?", hint);
            return fail_at(r, MTL_ERR_NAME, "reactions", i);
        }
        const json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
        if (n < 1 || n > 1000) {
            mtl__fail(r->err, MTL_ERR_VALUE, "reactions",
                      "reaction %d: the number of %s must be a whole number from 1 to 1000", i + 1,
                      name);
            return fail_at(r, MTL_ERR_VALUE, "reactions", i);
        }
        if (out->kinds == 0)
            out->species = (int)at - 1;
        out->kinds++;
        out->order += out->order < 1000 ? (int)n : 0; /* beyond that only "many" matters */
        if (used < sizeof out->text) {
            char times[24] = "";
            if (n > 1)
                (void)snprintf(times, sizeof times, "%d ", (int)n);
            const int k = snprintf(out->text + used, sizeof out->text - used, "%s%s%s",
                                   out->kinds > 1 ? " + " : "", times, name);
            used += k > 0 ? (size_t)k : 0;
        }
    }
    if (out->kinds == 0)
        (void)snprintf(out->text, sizeof out->text, "nothing");
    return 0;
}

/* Which of the four reactions of one cell it is; otherwise why it is refused. */
static int classify(reader *r, int i, const side *in, const side *out, reaction *x)
{
    int code = MTL_ERR_UNSUPPORTED;
    const char *why = "";
    x->from = in->species;
    x->to = out->species;
    x->divide = in->order == 1 && out->kinds == 1 && out->order == 2 && x->to == x->from;
    if (x->divide)
        return 0;
    if (in->order == 1 && out->order == 0)
        return 0;
    if (in->order <= 1 && out->order == 1 && x->from != x->to)
        return 0;
    if (in->order > 1) {
        why = "more than one cell takes part, so its rate is not first-order";
    } else if (in->order == 0 && out->order == 0) {
        why = "nothing goes in and nothing comes out";
        code = MTL_ERR_VALUE;
    } else if (in->order == 0) {
        why = "an inflow brings one cell at a time";
    } else if (out->order == 1) {
        why = "it changes nothing";
        code = MTL_ERR_VALUE;
    } else {
        why = "the products must be two cells of the same type as the reactant, one of another "
              "type, or nothing";
    }
    mtl__fail(r->err, code, "reactions", "reaction %d (%s -> %s): %s", i + 1, in->text, out->text,
              why);
    return fail_at(r, code, "reactions", i);
}

static int read_one_reaction(reader *r, const json_t *item, int i, reaction *x)
{
    static const char field[] = "reactions";
    if (!json_is_array(item) || json_array_size(item) != 3 ||
        !json_is_number(json_array_get(item, 0))) {
        mtl__fail(r->err, MTL_ERR_VALUE, field,
                  "reaction %d: expected [rate, {reactant: n}, {product: n}]", i + 1);
        return fail_at(r, MTL_ERR_VALUE, field, i);
    }
    side in, out;
    MTL_TRY(read_side(r, json_array_get(item, 1), i, "reactant", &in));
    MTL_TRY(read_side(r, json_array_get(item, 2), i, "product", &out));
    x->number = i;
    x->rate = json_number_value(json_array_get(item, 0));
    if (!(x->rate >= 0 && x->rate <= 1e12)) {
        mtl__fail(r->err, MTL_ERR_VALUE, field,
                  "reaction %d (%s -> %s): the rate must be from 0 to 1e12 per day, not %g", i + 1,
                  in.text, out.text, x->rate);
        return fail_at(r, MTL_ERR_VALUE, field, i);
    }
    return classify(r, i, &in, &out, x);
}

static int by_parts(const void *a, const void *b)
{
    const reaction *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int read_reactions(reader *r, const json_t *list)
{
    const size_t n = json_array_size(list);
    if (n > MTL_NETWORK_MAX_REACTIONS) {
        mtl__fail(r->err, MTL_ERR_LIMIT, "reactions", "%zu reactions; %d can be read", n,
                  MTL_NETWORK_MAX_REACTIONS);
        return fail_at(r, MTL_ERR_LIMIT, "reactions", -1);
    }
    r->reaction = calloc(n + 1, sizeof *r->reaction);
    r->inflow = calloc((size_t)r->net->n_species, sizeof *r->inflow);
    if (!r->reaction || !r->inflow)
        return mtl__nomem(r->err);
    for (size_t i = 0; i < n; i++)
        MTL_TRY(read_one_reaction(r, json_array_get(list, i), (int)i, &r->reaction[i]));
    r->net->n_reactions = (int)n;
    /* The parts tell the reaction: X -> X can only be a division here. */
    qsort(r->reaction, n, sizeof *r->reaction, by_parts);
    for (size_t i = 1; i < n; i++) {
        const reaction *a = &r->reaction[i - 1], *b = &r->reaction[i];
        if (a->from == b->from && a->to == b->to) {
            mtl__fail(r->err, MTL_ERR_DUPLICATE, "reactions",
                      "reaction %d is reaction %d once more; add up their rates", b->number + 1,
                      a->number + 1);
            return fail_at(r, MTL_ERR_DUPLICATE, "reactions", b->number);
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- the process */
static int add_reaction(reader *r, mtl__builder *b, const reaction *x)
{
    if (x->from < 0) {
        r->inflow[x->to] = x->rate;
        r->n_inflows += x->rate > 0;
        return 0;
    }
    if (x->divide)
        return mtl__add_divide(b, x->from, x->rate, 0);
    if (x->to < 0)
        return mtl__add_die(b, x->from, x->rate, 0);
    return mtl__add_change(b, x->from, x->to, x->rate, 0);
}

static int build_process(reader *r)
{
    mtl__network *net = r->net;
    mtl__builder *b = NULL;
    int ret = mtl__builder_new(&b, r->err);
    if (ret < 0)
        return ret;
    for (int i = 0; i < net->n_species && ret >= 0; i++) {
        ret = mtl__add_type(b, net->species[i]);
        if (ret >= 0 && ret != i)
            ret = MTL_ERR_BUG; /* all below counts on the order of the file */
    }
    for (int i = 0; i < net->n_reactions && ret >= 0; i++)
        ret = add_reaction(r, b, &r->reaction[i]);
    if (ret < 0)
        mtl__fail(r->err, ret, "reactions", "the network cannot be built: %s", mtl_strerror(ret));
    else
        ret = mtl__builder_finish(b, NULL, &net->process, r->err);
    mtl__builder_free(b);
    return ret < 0 ? mtl__fail_place(r->err, ret, r->file, 0, 0) : 0;
}

static int build_source(reader *r)
{
    mtl__network *net = r->net;
    mtl__source *src = &net->source;
    const size_t n = (size_t)net->n_species;
    src->group = mtl__arena_alloc(&net->arena, sizeof *src->group);
    src->burst = mtl__arena_alloc(&net->arena, n * sizeof *src->burst);
    src->inflow = mtl__arena_alloc(&net->arena, ((size_t)r->n_inflows + 1) * sizeof *src->inflow);
    if (!src->group || !src->burst || !src->inflow)
        return mtl__nomem(r->err);
    src->group[0] = (mtl__group){.law = MTL__FIXED};
    src->n_groups = 1;
    for (int i = 0; i < net->n_species; i++) {
        if (net->initial[i] > 0)
            src->burst[src->n_bursts++] = (mtl__burst){.t = 0,
                                                       .mean = (double)net->initial[i],
                                                       .count = net->initial[i],
                                                       .to = MTL__TO_TYPE,
                                                       .target = i};
        if (r->inflow[i] > 0)
            src->inflow[src->n_inflows++] = (mtl__inflow){
                .t0 = 0, .t1 = net->t_end, .rate = r->inflow[i], .to = MTL__TO_TYPE, .target = i};
    }
    mtl__source_sort(src);
    return 0;
}

/* ---------------------------------------------------------------- the document */
static int read_top(reader *r, json_t *root)
{
    static const char *const known[] = {"name", "T", "species", "reactions"};
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        bool found = false;
        for (int i = 0; i < 4; i++)
            found = found || strcmp(key, known[i]) == 0;
        if (!found) {
            char hint[128] = "";
            mtl__hint(hint, sizeof hint, key, 4, mtl__nearest_strings, known);
            const char *shown = name_ok(key) ? key : "?";
            mtl__fail(r->err, MTL_ERR_NAME, shown, "unknown key '%s'%s", shown, hint);
            return fail_at(r, MTL_ERR_NAME, key, -1);
        }
    }
    const json_t *name = json_object_get(root, "name"), *t = json_object_get(root, "T");
    if (!json_is_array(json_object_get(root, "species")) ||
        !json_is_array(json_object_get(root, "reactions")) || !json_is_number(t) ||
        (name && !json_is_string(name))) {
        mtl__fail(r->err, MTL_ERR_VALUE, "",
                  "expected {\"name\": text, \"T\": number, "
                  "\"species\": [...], \"reactions\": [...]}");
        mtl__fail_place(r->err, MTL_ERR_VALUE, r->file, 1, 1);
        return MTL_ERR_VALUE;
    }
    r->net->name = mtl__arena_strdup(&r->net->arena, name ? json_string_value(name) : "");
    if (!r->net->name)
        return mtl__nomem(r->err);
    r->net->t_end = json_number_value(t);
    if (!(r->net->t_end > 0 && r->net->t_end <= 1e9)) {
        mtl__fail(r->err, MTL_ERR_VALUE, "T",
                  "the end must be above 0 and at most 1e9 days, not %g", r->net->t_end);
        return fail_at(r, MTL_ERR_VALUE, "T", -1);
    }
    return 0;
}

static int read_root(reader *r, json_t *root)
{
    MTL_TRY(read_top(r, root));
    MTL_TRY(read_species(r, json_object_get(root, "species")));
    MTL_TRY(read_reactions(r, json_object_get(root, "reactions")));
    MTL_TRY(build_process(r));
    return build_source(r);
}

static json_t *load_json(const char *text, size_t length, const char *file, int *ret,
                         mtl_error *err)
{
    json_error_t e;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &e);
    if (root && json_is_object(root))
        return root;
    *ret = MTL_ERR_SYNTAX;
    if (root) {
        mtl__fail_at(err, *ret, file, 1, 1, "", "expected an object, {\"name\": ...}");
    } else if (json_error_code(&e) == json_error_out_of_memory || !e.text[0]) {
        /* jansson leaves the text empty where it could not allocate. */
        *ret = mtl__nomem(err);
    } else {
        if (json_error_code(&e) == json_error_duplicate_key)
            *ret = MTL_ERR_DUPLICATE;
        mtl__fail_at(err, *ret, file, e.line > 0 ? e.line : 1, e.column > 0 ? e.column : 1, "",
                     "%s", e.text);
    }
    json_decref(root);
    return NULL;
}

int mtl__network_parse(mtl__network **out, const char *text, size_t length, const char *name,
                       mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (length > (size_t)MTL_NETWORK_MAX_BYTES)
        return mtl__fail_at(err, MTL_ERR_LIMIT, name, 0, 0, "", "the file has more than %ld bytes",
                            MTL_NETWORK_MAX_BYTES);
    int ret = 0;
    json_t *root = load_json(text, length, name, &ret, err);
    if (!root)
        return ret;
    reader r = {.text = text, .file = name, .length = length, .err = err};
    r.net = calloc(1, sizeof *r.net);
    if (r.net) {
        mtl__arena_init(&r.net->arena, 0);
        ret = read_root(&r, root);
    } else {
        ret = mtl__nomem(err);
    }
    free(r.slot);
    free(r.reaction);
    free(r.inflow);
    json_decref(root);
    if (ret < 0) {
        mtl__network_free(r.net);
        return ret;
    }
    *out = r.net;
    return 0;
}

/* The whole file, or a negative error. Reads in pieces, so that pipes work too. */
static int slurp(FILE *f, const char *path, char **text, size_t *length, mtl_error *err)
{
    size_t cap = 0, n = 0;
    *text = NULL;
    for (;;) {
        if (mtl__grow(text, &cap, n + 65536, 1) < 0)
            return mtl__nomem(err);
        const size_t got = fread(*text + n, 1, cap - n, f);
        n += got;
        if (n > (size_t)MTL_NETWORK_MAX_BYTES)
            break; /* parse refuses it */
        if (got == 0)
            break;
    }
    if (ferror(f))
        return mtl__fail_at(err, MTL_ERR_IO, path, 0, 0, "", "cannot be read");
    *length = n;
    return 0;
}

int mtl__network_read(mtl__network **out, const char *path, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    FILE *f = fopen(path, "rb");
    if (!f)
        return mtl__fail_at(err, MTL_ERR_IO, path, 0, 0, "", "cannot be opened");
    char *text = NULL;
    size_t length = 0;
    int ret = slurp(f, path, &text, &length, err);
    if (ret >= 0)
        ret = mtl__network_parse(out, text, length, path, err);
    (void)fclose(f);
    free(text);
    return ret;
}

void mtl__network_free(mtl__network *n)
{
    if (!n)
        return;
    mtl__process_free(n->process);
    mtl__arena_free(&n->arena);
    free(n);
}
