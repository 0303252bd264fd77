/* SPDX-License-Identifier: MIT */
/* Strict YAML to a tree with places, over the event interface of libyaml. libyaml itself accepts
   duplicate keys, aliases and any encoding with a byte order mark; a scenario has use for none of
   them, and each has hidden a mistake or fed an attack somewhere, so they are refused here. Bytes
   are checked before libyaml sees them: its own messages about encodings carry no line. */
#include "io/yaml_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* ---------------------------------------------------------------- bytes */

/* Length of the UTF-8 sequence at p, 0 if it is none (overlong, surrogate, above U+10FFFF, cut
 * off). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80)
        return 1;
    const size_t n = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    if (p[0] > 0xf4 || n == 0 || n > left)
        return 0;
    uint32_t c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = (c << 6) | (p[i] & 0x3f);
    }
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

static int check_bytes(const char *text, size_t length, const char *file, mtl_error *err)
{
    const unsigned char *p = (const unsigned char *)text;
    if (length >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 1, 1, "",
                            "the file is UTF-16; save it as UTF-8");
    int line = 1, column = 1;
    for (size_t i = 0; i < length;) {
        const size_t n = utf8_length(p + i, length - i);
        if (n == 0)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, "",
                                "byte 0x%02x is not UTF-8; save the file as UTF-8", p[i]);
        if (p[i] == 0)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, "",
                                "a NUL byte; a scenario is plain text");
        if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r') || p[i] == 0x7f)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, "",
                                "control character 0x%02x; a scenario is plain text", p[i]);
        if (p[i] == '\n' || (p[i] == '\r' && !(i + 1 < length && p[i + 1] == '\n'))) {
            line++;
            column = 1;
        } else if (p[i] != '\r') {
            column++;
        }
        i += n;
    }
    return MTL_OK;
}

int mtl__yaml_slurp(mtl__arena *arena, const char *path, char **text, size_t *length,
                    mtl_error *err)
{
    const bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? "standard input" : path;
    const size_t room = MTL__YAML_MAX_BYTES + 1;
    mtl__str whole = {0};
    char piece[16384];
    int ret = MTL_OK;
    FILE *f = standard_input ? stdin : fopen(path, "rb");
    if (!f)
        return mtl__fail_at(err, mtl__errno_code(errno), name, 0, 0, "", "cannot open: %s",
                            strerror(errno));
    while (whole.len < room && !whole.oom) {
        const size_t n = fread(piece, 1, sizeof piece, f);
        if (n == 0)
            break;
        mtl__str_addn(&whole, piece, n);
    }
    if (ferror(f))
        ret = mtl__fail_at(err, mtl__errno_code(errno), name, 0, 0, "", "cannot read: %s",
                           strerror(errno));
    if (!standard_input)
        fclose(f);
    if (ret == MTL_OK && whole.len >= room)
        ret = mtl__fail_at(err, MTL_ERR_SYNTAX, name, 0, 0, "", "the file is larger than %d MiB",
                           MTL__YAML_MAX_BYTES >> 20);
    if (ret == MTL_OK) {
        *text = mtl__arena_strndup(arena, whole.s ? whole.s : "", whole.len);
        *length = whole.len;
        if (whole.oom || !*text)
            ret = mtl__nomem(err);
    }
    mtl__str_free(&whole);
    return ret;
}

/* ---------------------------------------------------------------- tree */

typedef struct frame {
    mtl__ynode *node, *key; /* key: read, its value not yet */
    int cap;
} frame;
typedef struct builder {
    mtl__ydoc *doc;
    mtl_error *err;
    frame stack[MTL__YAML_MAX_DEPTH];
    int depth, n_nodes;
} builder;

static int fail_mark(const builder *b, const yaml_mark_t *m, int code, const char *text)
{
    return mtl__fail_at(b->err, code, b->doc->file, (int)m->line + 1, (int)m->column + 1, "", "%s",
                        text);
}

/* Doubles an array that lives in the arena; what it leaves behind is freed with the arena. */
static mtl__ynode **more_room(mtl__arena *a, mtl__ynode **old, int n, int cap)
{
    mtl__ynode **p = mtl__arena_alloc(a, (size_t)cap * sizeof *p);
    if (p && n > 0)
        memcpy(p, old, (size_t)n * sizeof *p);
    return p;
}

static int room_for_one(builder *b, frame *f)
{
    mtl__ynode *node = f->node;
    if (node->n < f->cap)
        return MTL_OK;
    f->cap = f->cap ? 2 * f->cap : 8;
    node->item = more_room(b->doc->arena, node->item, node->n, f->cap);
    if (node->kind == MTL__YMAP)
        node->key = more_room(b->doc->arena, node->key, node->n, f->cap);
    if (!node->item || (node->kind == MTL__YMAP && !node->key))
        return mtl__nomem(b->err);
    return MTL_OK;
}

static int fail_twice(const builder *b, const frame *f, int first, const mtl__ynode *k)
{
    char path[96];
    /* The path of the value that has the name already is the path of this one too. */
    return mtl__fail_at(b->err, MTL_ERR_DUPLICATE, b->doc->file, k->line, k->column,
                        mtl__yaml_path(f->node->item[first], path, sizeof path),
                        "'%.80s' is given twice; first in line %d", k->text,
                        f->node->key[first]->line);
}

static int take_key(builder *b, frame *f, mtl__ynode *k)
{
    if (k->kind != MTL__YTEXT)
        return mtl__fail_at(b->err, MTL_ERR_SYNTAX, b->doc->file, k->line, k->column, "",
                            "a key must be one word, not a list or a mapping");
    k->parent = f->node->parent;
    k->own_key = f->node->own_key;
    k->index = f->node->index;
    for (int i = 0; i < f->node->n; i++)
        if (strcmp(f->node->key[i]->text, k->text) == 0)
            return fail_twice(b, f, i, k);
    if (f->node->n >= MTL__YAML_MAX_KEYS)
        return mtl__fail_at(b->err, MTL_ERR_SYNTAX, b->doc->file, k->line, k->column, "",
                            "more than %d keys in one mapping", MTL__YAML_MAX_KEYS);
    f->key = k;
    return MTL_OK;
}

/* Hangs a finished scalar, or a list or mapping that has just begun, into what is open. */
static int attach(builder *b, mtl__ynode *node)
{
    if (b->depth == 0) {
        b->doc->root = node;
        return MTL_OK;
    }
    frame *f = &b->stack[b->depth - 1];
    if (f->node->kind == MTL__YMAP && !f->key)
        return take_key(b, f, node);
    MTL_TRY(room_for_one(b, f));
    node->parent = f->node;
    node->own_key = f->key;
    node->index = f->node->n;
    if (f->key)
        f->node->key[f->node->n] = f->key;
    f->key = NULL;
    f->node->item[f->node->n++] = node;
    return MTL_OK;
}

static int new_node(builder *b, enum mtl__ykind kind, const yaml_event_t *e, mtl__ynode **out)
{
    if (++b->n_nodes > MTL__YAML_MAX_NODES)
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX, "the file has too many parts");
    mtl__ynode *node = mtl__arena_alloc(b->doc->arena, sizeof *node);
    if (!node)
        return mtl__nomem(b->err);
    node->kind = kind;
    node->line = (int)e->start_mark.line + 1;
    node->column = (int)e->start_mark.column + 1;
    *out = node;
    return MTL_OK;
}

static int open_node(builder *b, enum mtl__ykind kind, const yaml_event_t *e)
{
    if (b->depth >= MTL__YAML_MAX_DEPTH)
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                         "nested too deeply: a scenario needs no more than a few levels");
    mtl__ynode *node = NULL;
    MTL_TRY(new_node(b, kind, e, &node));
    MTL_TRY(attach(b, node));
    b->stack[b->depth++] = (frame){.node = node};
    return MTL_OK;
}

static int scalar(builder *b, const yaml_event_t *e)
{
    mtl__ynode *node = NULL;
    MTL_TRY(new_node(b, MTL__YTEXT, e, &node));
    /* libyaml can make a NUL out of "\0" inside double quotes. */
    if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX, "a NUL inside a text");
    node->text = mtl__arena_strndup(b->doc->arena, (const char *)e->data.scalar.value,
                                    e->data.scalar.length);
    if (!node->text)
        return mtl__nomem(b->err);
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(b, node);
}

static int refuse_extras(const builder *b, const yaml_event_t *e, const yaml_char_t *anchor,
                         const yaml_char_t *tag)
{
    if (anchor)
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                         "anchors (&name) are not allowed in a scenario; write the value out");
    if (tag)
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                         "tags (!name) are not allowed in a scenario");
    return MTL_OK;
}

static int one_event(builder *b, const yaml_event_t *e, int *documents)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1)
            return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                             "a second document begins here; a file holds one");
        if (e->data.document_start.version_directive ||
            e->data.document_start.tag_directives.start !=
                e->data.document_start.tag_directives.end)
            return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                             "directives (%) are not allowed in a scenario");
        return MTL_OK;
    case YAML_ALIAS_EVENT:
        return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX,
                         "aliases (*name) are not allowed in a scenario; write the value out");
    case YAML_SCALAR_EVENT:
        MTL_TRY(refuse_extras(b, e, e->data.scalar.anchor, e->data.scalar.tag));
        return scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        MTL_TRY(refuse_extras(b, e, e->data.sequence_start.anchor, e->data.sequence_start.tag));
        return open_node(b, MTL__YLIST, e);
    case YAML_MAPPING_START_EVENT:
        MTL_TRY(refuse_extras(b, e, e->data.mapping_start.anchor, e->data.mapping_start.tag));
        return open_node(b, MTL__YMAP, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        if (b->depth == 0)
            return fail_mark(b, &e->start_mark, MTL_ERR_SYNTAX, "an end without a beginning");
        b->depth--;
        return MTL_OK;
    default:
        return MTL_OK;
    }
}

static int syntax_error(const builder *b, const yaml_parser_t *p, const char *text, size_t length)
{
    if (p->error == YAML_MEMORY_ERROR)
        return mtl__nomem(b->err);
    const yaml_mark_t *m = &p->problem_mark;
    const char *hint = "";
    if (m->index < length && text[m->index] == '\t')
        hint = "; a tab cannot indent, use spaces";
    else if (p->context && strstr(p->context, "flow"))
        hint = "; is a bracket, brace or comma missing?";
    return mtl__fail_at(b->err, MTL_ERR_SYNTAX, b->doc->file, (int)m->line + 1, (int)m->column + 1,
                        "", "not well formed: %s%s%s%s", p->context ? p->context : "",
                        p->context ? ", " : "", p->problem ? p->problem : "unreadable", hint);
}

int mtl__yaml_parse(mtl__ydoc *doc, mtl__arena *arena, const char *text, size_t length,
                    const char *file, mtl_error *err)
{
    *doc = (mtl__ydoc){.arena = arena, .file = file};
    builder b = {.doc = doc, .err = err};
    if (length > MTL__YAML_MAX_BYTES)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, "", "the file is larger than %d MiB",
                            MTL__YAML_MAX_BYTES >> 20);
    MTL_TRY(check_bytes(text, length, file, err));
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return mtl__nomem(err);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    int ret = MTL_OK, documents = 0;
    for (bool end = false; ret == MTL_OK && !end;) {
        yaml_event_t e;
        if (!yaml_parser_parse(&parser, &e)) {
            ret = syntax_error(&b, &parser, text, length);
            break;
        }
        ret = one_event(&b, &e, &documents);
        end = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    if (ret == MTL_OK &&
        (!doc->root || (doc->root->kind == MTL__YTEXT && doc->root->text[0] == '\0')))
        ret = mtl__fail_at(err, MTL_ERR_SYNTAX, file, 1, 1, "", "the file is empty");
    return ret;
}

/* ---------------------------------------------------------------- paths */

#define PATH_PARTS (MTL__YAML_MAX_DEPTH + 1)

const char *mtl__yaml_path(const mtl__ynode *n, char *buf, size_t size)
{
    const mtl__ynode *part[PATH_PARTS];
    int k = 0;
    for (; n && n->parent && k < PATH_PARTS; n = n->parent)
        part[k++] = n;
    size_t used = 0;
    buf[0] = '\0';
    while (k-- > 0 && used + 1 < size) {
        const int wrote =
            part[k]->own_key
                ? snprintf(buf + used, size - used, "%s%s", used ? "." : "", part[k]->own_key->text)
                : snprintf(buf + used, size - used, "[%d]", part[k]->index);
        if (wrote < 0)
            break;
        used += (size_t)wrote;
    }
    if (used >= size && size > 1) { /* cut: not in the middle of a character */
        size_t last = size - 2;
        while (last > 0 && ((unsigned char)buf[last] & 0xc0) == 0x80)
            last--;
        if (utf8_length((const unsigned char *)buf + last, size - 1 - last) == 0)
            buf[last] = '\0';
    }
    return buf;
}

int mtl__yaml_fail(const mtl__ydoc *d, const mtl__ynode *n, mtl_error *err, int code,
                   const char *fmt, ...)
{
    char path[96], text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return mtl__fail_at(err, code, d->file, n ? n->line : 0, n ? n->column : 0,
                        n ? mtl__yaml_path(n, path, sizeof path) : "", "%s", text);
}
