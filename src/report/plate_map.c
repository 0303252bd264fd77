/* SPDX-License-Identifier: MIT */
/* The plate as it stands in the machine. A well is a disc, shared by its targets; a filled part is
   a hit in the colour of who it could be from, with its Ct. Digital wells are halved crosswise and
   show how many partitions are positive. Columns that hold one sample have its name above; on
   plates laid out otherwise it stands below each well. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"
#include "report/plate.h"

enum {
    MOST_PARTS = 8,
    MOST_REACTIONS = 4000,
    LISTED_COLUMNS = 12,
    NO_GROUP = -1,
    MIXED = -2,
    STANDARDS = -3,
    BLANKS = -4,
    CONTROLS = -5
};

typedef struct well {
    int n, part[MOST_PARTS]; /* reactions by target */
    int group;               /* sample, or one of those above */
} well;

typedef struct map {
    const mtl__plate_page *v;
    const mtl__plate *p;
    int plate, rows, columns;
    well *well; /* [rows * columns] */
    bool listed, names;
    double pitch, step, r, top, left;
} map;

static int group_of(const mtl__reaction *r)
{
    return r->role == MTL__ROLE_STANDARD  ? STANDARDS
           : r->role == MTL__ROLE_BLANK   ? BLANKS
           : r->role == MTL__ROLE_CONTROL ? CONTROLS
           : r->sample_index >= 0         ? r->sample_index
                                          : NO_GROUP;
}

/* ---------------------------------------------------------------- where wells stand */
static void put(map *m, int at, int reaction)
{
    well *w = &m->well[at];
    const mtl__reaction *r = &m->p->reaction[reaction];
    if (w->n == MOST_PARTS)
        return;
    int k = w->n++;
    for (; k > 0 && m->p->reaction[w->part[k - 1]].target_index > r->target_index; k--)
        w->part[k] = w->part[k - 1];
    w->part[k] = reaction;
    if (w->n == 1)
        w->group = group_of(r);
}

/* Of a list what was left out is not shown: the single wells of those that were merged. */
static bool shown(const mtl__plate *p, const mtl__reaction *r)
{
    bool any = false;
    for (int i = 0; i < p->n && !any; i++)
        any = !p->reaction[i].omit;
    return !any || !r->omit;
}

/* Wells without a place, as merged droplet wells are, are listed in the order of the file. */
static int listed_wells(const mtl__plate *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        bool before = false;
        for (int k = i - 1; k >= 0 && !before; k--)
            before = strcmp(p->reaction[k].well, p->reaction[i].well) == 0;
        n += !before && shown(p, &p->reaction[i]);
    }
    return n;
}

static bool lay_out(map *m, mtl__arena *arena)
{
    const mtl__plate *p = m->p;
    int last_row = 0, last_column = 0;
    m->rows = p->rows;
    m->columns = p->columns;
    for (int i = 0; i < p->n; i++)
        m->listed = m->listed || p->reaction[i].row < 0 || p->reaction[i].row >= p->rows ||
                    p->reaction[i].column < 0 || p->reaction[i].column >= p->columns;
    m->listed = m->listed || p->rows < 1 || p->columns < 1;
    for (int i = 0; i < p->n && !m->listed; i++) {
        last_row = p->reaction[i].row > last_row ? p->reaction[i].row : last_row;
        last_column = p->reaction[i].column > last_column ? p->reaction[i].column : last_column;
    }
    /* Of a plate that is mostly empty only the part in use is drawn. */
    if (2 * (last_row + 1) <= m->rows)
        m->rows = last_row + 1;
    if (2 * (last_column + 1) <= m->columns)
        m->columns = last_column + 1;
    const int n = m->listed ? listed_wells(p) : 0;
    if (m->listed) {
        m->columns = n < LISTED_COLUMNS ? n : LISTED_COLUMNS;
        m->rows = n > 0 ? (n + m->columns - 1) / m->columns : 0;
    }
    const size_t places = (size_t)m->rows * (size_t)m->columns;
    m->well = mtl__arena_alloc(arena, (places + 1) * sizeof *m->well);
    if (!m->well)
        return false;
    for (size_t i = 0; i < places; i++)
        m->well[i] = (well){.group = NO_GROUP};
    int used = 0;
    for (int i = 0; i < p->n; i++) {
        int at = p->reaction[i].row * m->columns + p->reaction[i].column;
        if (m->listed && !shown(p, &p->reaction[i]))
            continue;
        if (m->listed)
            for (at = 0; at < used; at++)
                if (strcmp(p->reaction[m->well[at].part[0]].well, p->reaction[i].well) == 0)
                    break;
        used = at >= used ? at + 1 : used;
        put(m, at, i);
    }
    return true;
}

static int column_group(const map *m, int column)
{
    int group = NO_GROUP;
    for (int r = 0; r < m->rows; r++) {
        const well *w = &m->well[r * m->columns + column];
        if (w->n == 0)
            continue;
        if (group != NO_GROUP && w->group != group)
            return MIXED;
        group = w->group;
    }
    return group;
}

static void measure(map *m)
{
    int mixed = 0;
    for (int c = 0; c < m->columns; c++)
        mixed += column_group(m, c) == MIXED;
    m->names = m->listed || mixed > 0;
    m->left = m->listed ? 4 : 28;
    m->pitch = mtl__min((660 - m->left) / mtl__max(m->columns, 1), m->columns < 6 ? 104 : 72);
    m->r = mtl__min(18.5, 0.42 * m->pitch);
    m->names = m->names && m->pitch >= 40;
    m->step = 2 * m->r + (m->names ? 22 : 7);
    m->top = m->names || m->columns > 12 ? 24 : 66;
}

/* ---------------------------------------------------------------- one well */
/* A piece of a disc, clockwise from angle a to b in turns from the top. */
static void wedge(mtl__str *b, const char *class_, double x, double y, double r, double from,
                  double to)
{
    const double turn = 2 * 3.14159265358979323846;
    const int steps = (int)ceil((to - from) * 32);
    mtl__svg_path(b, class_);
    mtl__svg_move(b, x, y);
    for (int i = 0; i <= steps; i++) {
        const double a = turn * (from + (to - from) * i / steps);
        mtl__svg_to(b, x + r * sin(a), y - r * cos(a));
    }
    mtl__svg_path_end(b, true);
}

static bool is_hit(const mtl__reaction *r)
{
    return r->partitions > 0 ? r->positive > 0 : isfinite(r->ct);
}

static void part_class(const map *m, const mtl__reaction *r, char buf[48])
{
    const char *who =
        r->target_index >= 0 ? mtl__plate_target_class(m->v, m->plate, r->target_index) : "me";
    const bool pale = r->partitions > 0 || r->role == MTL__ROLE_STANDARD ||
                      r->role == MTL__ROLE_CONTROL || strcmp(who, "me") == 0;
    snprintf(buf, 48, "%s %s", pale && r->role == MTL__ROLE_STANDARD ? "me" : who,
             pale ? "pale" : "wi");
}

static void short_amount(double q, char buf[32])
{
    char text[32];
    if (q >= 9950)
        snprintf(buf, 32, "%.0fk", q / 1000);
    else if (q >= 995)
        snprintf(buf, 32, "%.2gk", q / 1000);
    else
        snprintf(buf, 32, "%.8s", mtl__given(q, text));
}

/* What stands in a part: the Ct, the positive partitions, or of a standard its quantity. */
static void part_text(const map *m, mtl__str *b, const well *w, int k, double x, double y)
{
    const mtl__reaction *r = &m->p->reaction[w->part[k]];
    char text[32], class_[48];
    if (m->r < 14 || w->n > 2)
        return;
    if (r->partitions > 0) {
        snprintf(text, sizeof text, "%" PRId64, r->positive);
        mtl__svg_text(b, "in", 'm', x, w->n == 1 ? y + 4 : k ? y + 14 : y - 6, text);
        return;
    }
    if (r->role == MTL__ROLE_STANDARD && isfinite(r->quantity)) {
        short_amount(r->quantity, text);
        if (k == 0)
            mtl__svg_text(b, "in", 'm', x, y + 4, text);
        return;
    }
    if (!is_hit(r))
        return;
    part_class(m, r, class_);
    snprintf(text, sizeof text, "%.0f", r->ct);
    const char *ink = strstr(class_, "wi") ? "inv" : "in";
    if (w->n == 1)
        mtl__svg_text(b, ink, 'm', x, y + 4, text);
    else
        mtl__svg_text(b, ink, 'm', x + (k ? 0.45 : -0.45) * m->r, y + 4, text);
}

static void words(const map *m, const well *w, mtl__str *t)
{
    static const char *const role[] = {"", ", standard", ", blank", ", control"};
    const mtl__reaction *first = &m->p->reaction[w->part[0]];
    char a[32];
    mtl__str_printf(t, "%s: %s%s", first->well, first->sample[0] ? first->sample : "no sample",
                    role[first->role]);
    if (isfinite(first->quantity))
        mtl__str_printf(t, " of %s gEq", mtl__given(first->quantity, a));
    for (int k = 0; k < w->n; k++) {
        const mtl__reaction *r = &m->p->reaction[w->part[k]];
        mtl__str_printf(t, "\n%s: ", r->target);
        if (r->partitions > 0) {
            mtl__str_printf(t, "%" PRId64 " of ", r->positive);
            mtl__count(t, (int)r->partitions);
            mtl__str_add(t, " partitions positive");
        } else if (isfinite(r->ct)) {
            mtl__str_printf(t, "Ct %.2f", r->ct);
        } else {
            mtl__str_add(t, "no hit");
        }
        if (r->omit)
            mtl__str_add(t, " (left out)");
    }
}

static void draw_well(const map *m, mtl__str *b, const well *w, double x, double y)
{
    mtl__str text = {0};
    char class_[48];
    bool omit = true;
    mtl__svg_group(b, "tip");
    words(m, w, &text);
    mtl__svg_tip(b, text.s ? text.s : "");
    mtl__str_drop(b, &text);
    mtl__svg_circle(b, "well", x, y, m->r);
    for (int k = 0; k < w->n; k++) {
        const mtl__reaction *r = &m->p->reaction[w->part[k]];
        omit = omit && r->omit;
        if (!is_hit(r) || r->omit)
            continue;
        part_class(m, r, class_);
        if (w->n == 1)
            mtl__svg_circle(b, class_, x, y, m->r);
        else if (w->n == 2 && r->partitions > 0)
            wedge(b, class_, x, y, m->r, k ? 0.25 : -0.25, k ? 0.75 : 0.25);
        else /* the first on the left */
            wedge(b, class_, x, y, m->r,
                  w->n == 2 && k == 0 ? 0.5
                  : w->n == 2         ? 0
                                      : (double)k / w->n,
                  w->n == 2 && k == 0 ? 1
                  : w->n == 2         ? 0.5
                                      : (k + 1.0) / w->n);
    }
    mtl__svg_circle(b, w->group == BLANKS ? "rim blank" : "rim", x, y, m->r);
    for (int k = 0; k < w->n && !omit; k++)
        part_text(m, b, w, k, x, y);
    if (omit) {
        const double d = 0.7 * m->r;
        mtl__svg_line(b, "lost", x - d, y - d, x + d, y + d);
    }
    mtl__svg_group_end(b);
}

/* ---------------------------------------------------------------- around the wells */
static const char *group_name(const map *m, int group)
{
    return group == STANDARDS  ? "standards"
           : group == BLANKS   ? "blanks"
           : group == CONTROLS ? "controls"
           : group >= 0        ? m->p->sample[group].name
                               : "";
}

static void group_below(const map *m, int group, char buf[64])
{
    const mtl__wells *w = &m->v->q->wells[m->plate];
    char a[32];
    buf[0] = '\0';
    if (group == STANDARDS)
        snprintf(buf, 64, "gEq per well");
    for (int i = 0; group >= 0 && i < w->n_levels; i++)
        if (w->level[i].sample == group && isfinite(w->level[i].genomes) && w->level[i].wells > 0)
            snprintf(buf, 64, "%s gEq per well",
                     mtl__two(w->level[i].genomes / w->level[i].wells, a));
}

/* The name on one line with the DNA in a well below, or on two lines. */
static void head_words(const map *m, mtl__str *b, int group, double x, double width)
{
    char text[128], below[64];
    const char *name = group_name(m, group), *rest = strchr(name, ' ');
    const double size = 13;
    if (mtl__text_width(name, size) > width && rest &&
        mtl__text_width(name, size) < 2 * width + 20) {
        snprintf(below, sizeof below, "%.*s", (int)(rest - name), name);
        mtl__svg_text(b, "strong", 'm', x, 13, mtl__lab_cut(below, width, size, text));
        mtl__svg_text(b, "strong", 'm', x, 29, mtl__lab_cut(rest + 1, width, size, text));
        return;
    }
    group_below(m, group, below);
    mtl__svg_text(b, "strong", 'm', x, 13, mtl__lab_cut(name, width, size, text));
    if (mtl__text_width(below, 12) > width + 8)
        snprintf(below, sizeof below, "%s", group == STANDARDS ? "gEq" : "");
    if (below[0])
        mtl__svg_text(b, "tick", 'm', x, 29, below);
}

static void column_heads(const map *m, mtl__str *b)
{
    for (int c = 0; c < m->columns;) {
        const int group = column_group(m, c);
        int end = c + 1;
        while (end < m->columns && group != NO_GROUP && column_group(m, end) == group)
            end++;
        if (group != NO_GROUP) {
            const double x0 = m->left + c * m->pitch, width = (end - c) * m->pitch,
                         mid = x0 + 0.5 * width;
            head_words(m, b, group, mid, width - 4);
            mtl__svg_line(b, "axis", x0 + 5, 37, x0 + width - 5, 37);
        }
        c = end;
    }
}

static void coordinates(const map *m, mtl__str *b)
{
    char text[24];
    const int every = m->pitch < 20 ? 2 : 1;
    for (int c = 0; c < m->columns; c += every) {
        snprintf(text, sizeof text, "%d", c + 1);
        mtl__svg_text(b, "tick", 'm', m->left + (c + 0.5) * m->pitch, m->top - 9, text);
    }
    for (int r = 0; r < m->rows; r++) {
        snprintf(text, sizeof text, "%s%c", r >= 26 ? "A" : "", 'A' + r % 26);
        mtl__svg_text(b, "tick", 'm', 10, m->top + m->r + r * m->step + 4, text);
    }
}

/* Names of one plate differ at their ends more often than at their beginnings: what is too long
   loses its middle. */
static const char *squeeze(const char *s, double width, char buf[128])
{
    const double size = 11.5;
    const size_t n = strlen(s);
    snprintf(buf, 128, "%.120s", s);
    if (n < 120 && mtl__text_width(buf, size) <= width)
        return buf;
    for (size_t keep = n < 60 ? n : 60; keep > 1; keep--) {
        size_t head = keep / 3, tail = n - (keep - head);
        while (head > 0 && ((unsigned char)s[head] & 0xc0) == 0x80)
            head--;
        while (tail < n && ((unsigned char)s[tail] & 0xc0) == 0x80)
            tail++;
        snprintf(buf, 128, "%.*s%s%s", (int)head, s, keep < n ? "…" : "", s + tail);
        if (mtl__text_width(buf, size) <= width)
            break;
    }
    return buf;
}

static void draw(const map *m, mtl__str *b)
{
    char title[160], text[128];
    snprintf(title, sizeof title, "Plate map, %d rows by %d columns", m->rows, m->columns);
    mtl__svg_open(b, 660, m->top + m->rows * m->step + (m->names ? 6 : 2), "map", title,
                  "Each well is a disc, shared by its targets; a filled part is a hit.");
    if (!m->names && m->columns <= 12)
        column_heads(m, b);
    if (!m->listed)
        coordinates(m, b);
    for (int i = 0; i < m->rows * m->columns; i++) {
        const well *w = &m->well[i];
        const int row = i / m->columns;
        const double x = m->left + (i % m->columns + 0.5) * m->pitch,
                     y = m->top + m->r + row * m->step;
        if (w->n == 0) {
            if (!m->listed)
                mtl__svg_circle(b, "nonebox", x, y, 2.5);
            continue;
        }
        draw_well(m, b, w, x, y);
        const mtl__reaction *r = &m->p->reaction[w->part[0]];
        if (m->names && r->role != MTL__ROLE_STANDARD)
            mtl__svg_text(b, "under", 'm', x, y + m->r + 13,
                          squeeze(r->sample[0] ? r->sample : r->well, 0.88 * m->pitch, text));
    }
    mtl__svg_close(b);
}

void mtl__plate_map(mtl__plate_page *v, int plate)
{
    map m = {.v = v, .p = &v->q->plate[plate], .plate = plate};
    if (m.p->n > MOST_REACTIONS) {
        mtl__str_printf(v->out,
                        "<p class=\"note\">Not drawn: more than %d reactions. They are in "
                        "wells.tsv.</p>\n",
                        MOST_REACTIONS);
        return;
    }
    if (!lay_out(&m, &v->arena)) {
        v->out->oom = true;
        return;
    }
    if (m.rows < 1)
        return;
    measure(&m);
    mtl__str_add(v->out, "<figure>");
    draw(&m, v->out);
    mtl__str_add(v->out, "</figure>\n");
}

/* ---------------------------------------------------------------- how to read it */
static int widest(const mtl__plate *p)
{
    int most = 0;
    for (int i = 0; i < p->n && p->n <= MOST_REACTIONS; i++) {
        int n = 0;
        for (int k = i; k < p->n; k++)
            n += strcmp(p->reaction[k].well, p->reaction[i].well) == 0;
        most = n > most ? n : most;
    }
    return most;
}

static void part_sentence(mtl__plate_page *v, int plate, int target, const char *where)
{
    const char *class_ = mtl__plate_target_class(v, plate, target);
    const mtl__plate *p = &v->q->plate[plate];
    mtl__str_printf(v->out, "%s<b class=\"who %s\">", where, class_);
    mtl__html(v->out, p->target[target].name);
    mtl__str_add(v->out, "</b>");
    if (p->target[target].reference)
        mtl__str_add(v->out, ", the reference gene");
    mtl__str_add(v->out, ". ");
}

void mtl__plate_map_read(mtl__plate_page *v, int plate)
{
    const mtl__plate *p = &v->q->plate[plate];
    const bool digital = p->n_targets > 0 && mtl__plate_digital(v, plate, 0);
    const int parts = widest(p);
    mtl__str_add(v->out, "<p>");
    if (p->n_targets == 2 && parts == 2) {
        part_sentence(v, plate, 0, digital ? "Upper half of a well: " : "Left half of a well: ");
        part_sentence(v, plate, 1, digital ? "Lower half: " : "Right half: ");
    } else if (p->n_targets <= 6) {
        for (int t = 0; t < p->n_targets; t++)
            part_sentence(v, plate, t, t ? "" : "Targets: ");
    }
    mtl__str_add(v->out, digital ? "The number is that of positive partitions.</p>\n"
                                 : "A filled part is a hit; its number is the Ct. Grey wells are "
                                   "standards, with gEq per well; dashed ones are blanks.</p>\n");
}
