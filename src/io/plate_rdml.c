/* SPDX-License-Identifier: MIT */
/* RDML, the exchange format of real-time PCR (Lefever et al. 2009, doi 10.1093/nar/gkp056),
   versions 1.0 to 1.3, and what machines make of it: StepOne writes the number of cycles where
   nothing was amplified, LightCycler 96 writes 100, names samples by a GUID with the name in the
   description, and gives wells nobody set up a target of the form DYE@GUID. Digital PCR as of 1.3.
 */
#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/plate_read.h"

enum { MAX_DEPTH = 64, MAX_TEXT = 1024, PATH = 512 };

/* Something the file says of a sample, for one target or for all. */
typedef struct said {
    int sample;
    const char *target; /* NULL = all */
    bool is_role;
    enum mtl__role role;
    double quantity;
} said;

typedef struct reader {
    mtl__plate_maker *m;
    mtl__arena *a;
    XML_Parser xml;
    mtl_error *err;
    int ret;
    char path[PATH]; /* "/rdml/experiment/run/..." */
    size_t end[MAX_DEPTH];
    int depth;
    char text[MAX_TEXT];
    size_t n_text;
    mtl__names samples, targets, runs;
    const char **description; /* [samples]; grown with said */
    size_t cap_description;
    bool *reference;
    size_t cap_reference;
    int n_reference;
    said *said;
    size_t n_said, cap_said;
    const char *said_target; /* attribute of the open element */
    const char *unit;
    /* The open reaction. */
    bool run_wanted, in_react;
    int rows, columns, n_react, n_runs_read;
    const char *react, *sample;
    double volume;
    bool digital;
    const char *target;
    double cq, cycles;
    double pos, neg;
    bool excluded;
} reader;

static void fail(reader *r, int code)
{
    if (r->ret == MTL_OK)
        r->ret = code;
    XML_StopParser(r->xml, XML_FALSE);
}

static void refuse(reader *r, int code, const char *field, const char *text)
{
    if (r->ret == MTL_OK)
        fail(r, mtl__fail_at(r->err, code, r->m->p->file, (int)XML_GetCurrentLineNumber(r->xml),
                             (int)XML_GetCurrentColumnNumber(r->xml) + 1, field, "%s", text));
}

static const char *keep(reader *r, const char *s)
{
    const char *kept = mtl__arena_strdup(r->a, s);
    if (!kept)
        fail(r, mtl__nomem(r->err));
    return kept ? kept : "";
}

static const char *attribute(const char **attributes, const char *name)
{
    for (int i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    return NULL;
}

static bool at(const reader *r, const char *path)
{
    return strcmp(r->path, path) == 0;
}

/* A number, NaN for what is none ("NaN", ""). */
static double number(const char *s)
{
    double x;
    return mtl__parse_double(s, &x) == MTL_OK ? x : (double)NAN;
}

/* ---------------------------------------------------------------- elements that begin */
static int named(reader *r, mtl__names *set, const char *id)
{
    const int k = mtl__names_find(set, keep(r, id), true, NULL);
    if (k < 0)
        fail(r, mtl__nomem(r->err));
    return k;
}

static void begin_definition(reader *r, const char **attributes)
{
    const char *id = attribute(attributes, "id");
    if (at(r, "/rdml/sample") && id) {
        if (named(r, &r->samples, id) >= 0 &&
            mtl__grow(&r->description, &r->cap_description, (size_t)r->samples.n,
                      sizeof *r->description) < 0)
            fail(r, mtl__nomem(r->err));
    } else if (at(r, "/rdml/target") && id) {
        if (named(r, &r->targets, id) >= 0 &&
            mtl__grow(&r->reference, &r->cap_reference, (size_t)r->targets.n,
                      sizeof *r->reference) < 0)
            fail(r, mtl__nomem(r->err));
    } else if (at(r, "/rdml/sample/type") || at(r, "/rdml/sample/quantity")) {
        const char *target = attribute(attributes, "targetId");
        r->said_target = target ? keep(r, target) : NULL;
    }
}

static void begin_run(reader *r, const char **attributes)
{
    const char *id = attribute(attributes, "id");
    if (at(r, "/rdml/experiment/run")) {
        named(r, &r->runs, id ? id : "");
        r->run_wanted = !r->m->o->run || strcmp(r->m->o->run, id ? id : "") == 0;
        r->n_runs_read += r->run_wanted;
        r->rows = r->columns = 0;
    } else if (at(r, "/rdml/experiment/run/react")) {
        r->react = id ? keep(r, id) : "";
        r->sample = "";
        r->digital = false;
        r->volume = NAN;
        r->n_react++;
    } else if (at(r, "/rdml/experiment/run/react/sample") && id) {
        r->sample = keep(r, id);
    } else if (at(r, "/rdml/experiment/run/react/data") ||
               at(r, "/rdml/experiment/run/react/partitions/data")) {
        r->target = "";
        r->cq = r->pos = r->neg = NAN;
        r->cycles = 0;
        r->excluded = false;
        r->digital = at(r, "/rdml/experiment/run/react/partitions/data");
    } else if ((at(r, "/rdml/experiment/run/react/data/tar") ||
                at(r, "/rdml/experiment/run/react/partitions/data/tar")) &&
               id) {
        r->target = keep(r, id);
    }
}

static void XMLCALL on_begin(void *ctx, const char *name, const char **attributes)
{
    reader *r = ctx;
    const char *colon = strrchr(name, ':');
    const char *bare = colon ? colon + 1 : name;
    const size_t from = r->depth ? r->end[r->depth - 1] : 0, n = strlen(bare);
    if (r->depth == MAX_DEPTH || from + n + 2 > PATH) {
        refuse(r, MTL_ERR_LIMIT, NULL, "elements nested too deeply");
        return;
    }
    r->path[from] = '/';
    memcpy(r->path + from + 1, bare, n + 1);
    r->end[r->depth++] = from + 1 + n;
    r->n_text = 0;
    if (r->depth == 1 && strcmp(bare, "rdml") != 0) {
        char text[96];
        snprintf(text, sizeof text, "an XML document of '%.40s', not RDML", bare);
        refuse(r, MTL_ERR_SYNTAX, NULL, text);
    } else if (strncmp(r->path, "/rdml/experiment", 16) == 0) {
        begin_run(r, attributes);
    } else {
        begin_definition(r, attributes);
    }
}

/* ---------------------------------------------------------------- elements that end */
static void say(reader *r, const said *s)
{
    if (mtl__grow(&r->said, &r->cap_said, r->n_said + 1, sizeof *r->said) < 0)
        fail(r, mtl__nomem(r->err));
    else
        r->said[r->n_said++] = *s;
}

static enum mtl__role role_of(const char *type)
{
    static const struct {
        const char *word;
        enum mtl__role role;
    } known[] = {{"unkn", MTL__ROLE_UNKNOWN}, {"std", MTL__ROLE_STANDARD},
                 {"ntc", MTL__ROLE_BLANK},    {"ntp", MTL__ROLE_BLANK},
                 {"nac", MTL__ROLE_CONTROL},  {"nrt", MTL__ROLE_CONTROL},
                 {"pos", MTL__ROLE_CONTROL},  {"opt", MTL__ROLE_CONTROL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].word, type) == 0)
            return known[i].role;
    return MTL__ROLE_UNKNOWN;
}

static void end_definition(reader *r)
{
    const int sample = r->samples.n - 1, target = r->targets.n - 1;
    if (at(r, "/rdml/sample/description") && sample >= 0 && r->text[0]) {
        r->description[sample] = keep(r, r->text);
    } else if (at(r, "/rdml/sample/type") && sample >= 0) {
        say(r, &(said){sample, r->said_target, true, role_of(r->text), NAN});
    } else if (at(r, "/rdml/sample/quantity/value") && sample >= 0) {
        say(r, &(said){sample, r->said_target, false, MTL__ROLE_UNKNOWN, number(r->text)});
    } else if (at(r, "/rdml/sample/quantity/unit")) {
        if (strcmp(r->text, "cop") != 0 && strcmp(r->text, "other") != 0 &&
            strcmp(r->text, r->unit) != 0) {
            r->unit = keep(r, r->text);
            mtl__maker_remark(r->m,
                              "a standard's quantity is in '%.20s' and is taken for gEq; give the "
                              "true ones in a layout",
                              r->text);
        }
    } else if (at(r, "/rdml/target/type") && target >= 0) {
        r->reference[target] = strcmp(r->text, "ref") == 0;
    }
}

/* A reaction is complete. */
static void add_reaction(reader *r)
{
    mtl__reaction *w;
    char name[16];
    long long k;
    if (!r->run_wanted || !r->target[0] || r->ret < 0)
        return;
    if (mtl__maker_next(r->m, &w, r->err) < 0) {
        fail(r, r->err ? r->err->code : MTL_ERR_LIMIT);
        return;
    }
    w->line = r->n_react;
    w->sample = r->sample;
    w->target = r->target;
    w->omit = r->excluded;
    w->well = r->react;
    if (mtl__parse_int(r->react, &k) == MTL_OK && k >= 1) {
        const int columns = r->columns > 0 ? r->columns : 12;
        const int rows = r->rows > 0 ? r->rows : 8;
        if (k <= (long long)rows * columns && rows <= MTL__PLATE_MAX_ROWS &&
            columns <= MTL__PLATE_MAX_COLUMNS) {
            w->row = (int)(k - 1) / columns;
            w->column = (int)(k - 1) % columns;
            w->well = keep(r, mtl__well_name(w->row, w->column, name));
        }
    } else {
        (void)mtl__well_place(r->react, &w->row, &w->column);
    }
    if (!w->well[0])
        refuse(r, MTL_ERR_VALUE, "react", "a reaction without an id: the well is missing");
    if (r->digital) {
        if (!(r->pos >= 0 && r->neg >= 0 && r->pos + r->neg > 0 && r->pos + r->neg < 1e12)) {
            refuse(r, MTL_ERR_VALUE, "partitions",
                   "positive and negative partitions are no counts");
            return;
        }
        w->partitions = (int64_t)(r->pos + r->neg);
        w->positive = (int64_t)r->pos;
        w->partition_nl = r->volume > 0 ? r->volume : (double)NAN;
    } else if (r->cq > 0 && r->cq <= 100 && (!(r->cycles > 0) || r->cq < r->cycles)) {
        w->ct = r->cq;
    }
}

static void end_run(reader *r)
{
    static const char run[] = "/rdml/experiment/run";
    const char *rest = strncmp(r->path, run, sizeof run - 1) ? "" : r->path + sizeof run - 1;
    if (strcmp(rest, "/pcrFormat/rows") == 0 || strcmp(rest, "/pcrFormat/columns") == 0) {
        const double x = number(r->text);
        *(strcmp(rest, "/pcrFormat/rows") ? &r->columns : &r->rows) =
            x >= 1 && x <= 10000 ? (int)x : 0;
    } else if (strcmp(rest, "/instrument") == 0 && r->run_wanted) {
        r->m->p->instrument = keep(r, r->text);
    } else if (strcmp(rest, "/react/partitions/volume") == 0) {
        r->volume = number(r->text);
    } else if (strcmp(rest, "/react/data/cq") == 0) {
        r->cq = number(r->text);
    } else if (strcmp(rest, "/react/data/excl") == 0) {
        r->excluded = r->text[0] != '\0';
    } else if (strcmp(rest, "/react/data/adp/cyc") == 0) {
        const double x = number(r->text);
        r->cycles = x > r->cycles ? x : r->cycles;
    } else if (strcmp(rest, "/react/partitions/data/pos") == 0) {
        r->pos = number(r->text);
    } else if (strcmp(rest, "/react/partitions/data/neg") == 0) {
        r->neg = number(r->text);
    } else if (strcmp(rest, "/react/data") == 0 || strcmp(rest, "/react/partitions/data") == 0) {
        add_reaction(r);
    }
}

static void XMLCALL on_end(void *ctx, const char *name)
{
    reader *r = ctx;
    (void)name;
    if (r->ret < 0)
        return;
    while (r->n_text > 0 && strchr(" \t\r\n", r->text[r->n_text - 1]))
        r->n_text--;
    r->text[r->n_text] = '\0';
    if (strncmp(r->path, "/rdml/experiment", 16) == 0)
        end_run(r);
    else
        end_definition(r);
    r->depth--;
    r->path[r->depth ? r->end[r->depth - 1] : 0] = '\0';
    r->n_text = 0;
}

static void XMLCALL on_text(void *ctx, const char *s, int n)
{
    reader *r = ctx;
    for (int i = 0; i < n && r->n_text < MAX_TEXT - 1; i++)
        if (r->n_text > 0 || !strchr(" \t\r\n", s[i]))
            r->text[r->n_text++] = s[i];
}

/* A document type could define entities, and entities of entities. */
static void XMLCALL on_doctype(void *ctx, const char *name, const char *system, const char *public,
                               int subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)subset;
    refuse(ctx, MTL_ERR_SYNTAX, NULL, "an XML document with a document type, which RDML never has");
}

/* ---------------------------------------------------------------- when all is read */
static bool is_guid(const char *s)
{
    if (strlen(s) != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (s[i] == '-') || (!dash && !strchr("0123456789abcdefABCDEF", s[i])))
            return false;
    }
    return true;
}

static bool nobody_set_up(const mtl__reaction *w)
{
    const char *sign = strchr(w->target, '@');
    return sign && is_guid(sign + 1);
}

static void drop_unset(mtl__plate *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        n += !nobody_set_up(&p->reaction[i]);
    if (n == 0)
        return;
    n = 0;
    for (int i = 0; i < p->n; i++)
        if (!nobody_set_up(&p->reaction[i]))
            p->reaction[n++] = p->reaction[i];
    p->n = n;
}

static void apply(const said *s, mtl__reaction *w, bool general)
{
    if ((s->target != NULL) == general || (s->target && strcmp(s->target, w->target) != 0))
        return;
    if (s->is_role)
        w->role = s->role;
    else if (s->quantity > 0)
        w->quantity = s->quantity;
}

/* What is said of a sample for one target goes before what is said of it for all. */
static int resolve_samples(reader *r)
{
    int *first = calloc((size_t)r->samples.n + 2, sizeof *first);
    if (!first)
        return mtl__nomem(r->err);
    for (size_t i = 0; i < r->n_said; i++)
        first[r->said[i].sample + 1] = (int)i + 1;
    for (int k = 1; k <= r->samples.n; k++) /* said is in the order of samples */
        first[k] = first[k] ? first[k] : first[k - 1];
    for (int i = 0; i < r->m->p->n; i++) {
        mtl__reaction *w = &r->m->p->reaction[i];
        const int s = mtl__names_find(&r->samples, w->sample, false, NULL);
        if (s < 0)
            continue;
        for (int pass = 0; pass < 2; pass++)
            for (int k = first[s]; k < (int)r->n_said && r->said[k].sample == s; k++)
                apply(&r->said[k], w, pass == 0);
        if (w->role != MTL__ROLE_STANDARD)
            w->quantity = NAN;
        if (is_guid(w->sample) && r->description[s])
            w->sample = r->description[s];
    }
    free(first);
    return MTL_OK;
}

/* LightCycler 96 calls every target a reference; that is no statement. */
static int note_references(reader *r)
{
    int n = 0;
    for (int i = 0; i < r->targets.n; i++)
        n += r->reference[i];
    if (n == 0 || n == r->targets.n)
        return MTL_OK;
    mtl__plate *p = r->m->p;
    p->target = mtl__arena_alloc(r->a, (size_t)r->targets.n * sizeof *p->target);
    if (!p->target)
        return mtl__nomem(r->err);
    p->n_targets = r->targets.n;
    for (int i = 0; i < r->targets.n; i++)
        p->target[i] = (mtl__target){.name = r->targets.name[i],
                                     .reference = r->reference[i],
                                     .copies = 1,
                                     .fragments = 1,
                                     .calibrator = r->reference[i] ? 2 : 1,
                                     .partner = -1};
    return MTL_OK;
}

static int check_run(reader *r)
{
    if (!r->m->o->run || r->n_runs_read > 0)
        return MTL_OK;
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, r->m->o->run, r->runs.n, mtl__nearest_strings, r->runs.name);
    return mtl__fail_at(r->err, MTL_ERR_NAME, r->m->p->file, 0, 0, "run",
                        "the file has no run '%.60s' (the first of %d is '%.60s')%s", r->m->o->run,
                        r->runs.n, r->runs.n ? r->runs.name[0] : "", hint);
}

static int take(void *ctx, const char *piece, size_t n)
{
    reader *r = ctx;
    if (XML_Parse(r->xml, piece, (int)n, n == 0) != XML_STATUS_ERROR)
        return r->ret;
    const enum XML_Error why = XML_GetErrorCode(r->xml);
    if (r->ret == MTL_OK && why == XML_ERROR_NO_MEMORY)
        r->ret = mtl__nomem(r->err);
    if (r->ret == MTL_OK)
        r->ret = mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->m->p->file,
                              (int)XML_GetCurrentLineNumber(r->xml),
                              (int)XML_GetCurrentColumnNumber(r->xml) + 1, NULL,
                              "not well-formed XML: %s", XML_ErrorString(why));
    return r->ret;
}

static int read_document(reader *r, const char *data, size_t length)
{
    if (length >= 4 && memcmp(data, "PK", 2) == 0)
        return mtl__rdml_unzip(r->m->p->file, data, length, take, r, r->err);
    if (length == 0 || length > MTL__RDML_MAX_BYTES ||
        !memchr(data, '<', length < 64 ? length : 64))
        return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->m->p->file, 0, 0, NULL,
                            "neither a zip nor XML, so not RDML");
    MTL_TRY(take(r, data, length));
    return take(r, "", 0);
}

int mtl__plate_read_rdml(mtl__plate_maker *m, const char *data, size_t length, mtl_error *err)
{
    reader *r = calloc(1, sizeof *r);
    if (!r)
        return mtl__nomem(err);
    m->rdml = true;
    r->m = m;
    r->a = &m->p->arena;
    r->err = err;
    r->samples.arena = r->targets.arena = r->runs.arena = r->a;
    r->react = r->sample = r->target = r->unit = "";
    r->xml = XML_ParserCreate(NULL);
    int ret = r->xml ? MTL_OK : mtl__nomem(err);
    if (ret == MTL_OK) {
        XML_SetUserData(r->xml, r);
        XML_SetElementHandler(r->xml, on_begin, on_end);
        XML_SetCharacterDataHandler(r->xml, on_text);
        XML_SetStartDoctypeDeclHandler(r->xml, on_doctype);
        ret = read_document(r, data, length);
        XML_ParserFree(r->xml);
    }
    if (ret == MTL_OK)
        ret = check_run(r);
    if (ret == MTL_OK) {
        drop_unset(m->p);
        ret = resolve_samples(r);
    }
    if (ret == MTL_OK)
        ret = note_references(r);
    free(r->description);
    free(r->reference);
    free(r->said);
    free(r);
    return ret;
}
