/* SPDX-License-Identifier: MIT */
/* The pedigree by generations, as clinical geneticists draw it: circle woman, square man, diamond
   not known, triangle a lost pregnancy. A father stands beside the mother; one with a place of his
   own, or with children by several women, is drawn again with a dashed outline. Contacts other than
   placenta and own milk are arrows in the giver's colour. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/river.h"

enum { MOST = 104, LEAST = 76, PAGE = 1288, ROW = 116, TOP = 40, HALF = 11 };

typedef struct tree {
    mtl__river *v;
    const mtl_scenario *s;
    mtl__str *b;
    double *x0, *width, *x, *y; /* slots; px of the person's own sign */
    int *generation;
    bool *placed;
    double end, slot; /* slots used; px of one */
    int deepest;
} tree;

/* ---------------------------------------------------------------- where */

/* The k-th different father of a mother's children, -1 when there are no more. */
static int partner(const mtl_scenario *s, int mother, int k)
{
    for (int i = 0; i < s->n_people; i++) {
        const int father = s->person[i].mother == mother ? s->person[i].father : -1;
        bool again = father < 0;
        for (int j = 0; j < i && !again; j++)
            again = s->person[j].mother == mother && s->person[j].father == father;
        if (!again && k-- == 0)
            return father;
    }
    return -1;
}

static int n_partners(const mtl_scenario *s, int mother)
{
    int n = 0;
    while (partner(s, mother, n) >= 0)
        n++;
    return n;
}

static bool has_children(const mtl_scenario *s, int who)
{
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].mother == who)
            return true;
    return false;
}

static bool is_father(const mtl_scenario *s, int who)
{
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].father == who && s->person[i].mother >= 0)
            return true;
    return false;
}

/* A father of nobody's child but hers has no place of his own. */
static bool beside_a_mother(const mtl_scenario *s, int who)
{
    return s->person[who].mother < 0 && !has_children(s, who) && is_father(s, who);
}

static void widths(tree *t)
{
    const mtl_scenario *s = t->s;
    for (int k = t->v->n - 1; k >= 0; k--) { /* children stand after their mothers */
        const int who = t->v->order[k];
        t->width[who] = mtl__max(t->width[who], 1 + n_partners(s, who));
        if (s->person[who].mother >= 0)
            t->width[s->person[who].mother] += t->width[who];
    }
}

static void place_children(tree *t, int mother)
{
    const mtl_scenario *s = t->s;
    double sum = 0;
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].mother == mother)
            sum += t->width[i];
    double at = t->x0[mother] + (t->width[mother] - sum) / 2;
    for (int g = 0; g < s->n_pregnancies; g++) {
        const mtl__pregnancy *p = &s->pregnancy[g];
        for (int c = 0; c < p->n_children && p->mother == mother; c++) {
            const int child = s->child[p->child0 + c].person;
            t->x0[child] = at;
            t->generation[child] = t->generation[mother] + 1;
            at += t->width[child];
        }
    }
}

static void place(tree *t)
{
    const mtl_scenario *s = t->s;
    widths(t);
    double slots = 0;
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].mother < 0 && !beside_a_mother(s, i))
            slots += t->width[i];
    t->slot = floor(mtl__max(LEAST, mtl__min(MOST, PAGE / mtl__max(slots, 1))));
    for (int k = 0; k < t->v->n; k++) {
        const int who = t->v->order[k];
        if (beside_a_mother(s, who))
            continue;
        if (s->person[who].mother < 0) {
            t->x0[who] = t->end;
            t->end += t->width[who];
        }
        place_children(t, who);
        const double block = 1 + n_partners(s, who);
        t->x[who] = t->slot * (t->x0[who] + (t->width[who] - block) / 2 + 0.5);
        t->y[who] = TOP + ROW * t->generation[who];
        t->placed[who] = true;
        if (t->generation[who] > t->deepest)
            t->deepest = t->generation[who];
    }
}

/* ---------------------------------------------------------------- signs */

static void shape(mtl__str *b, const char *class_, double x, double y, const double (*d)[2], int n)
{
    mtl__svg_path(b, class_);
    for (int k = 0; k < n; k++)
        (k ? mtl__svg_to : mtl__svg_move)(b, x + HALF * d[k][0], y + HALF * d[k][1]);
    mtl__svg_path_end(b, true);
}

static void draw_sign(tree *t, int who, double x, double y, bool again)
{
    static const double square[][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}},
                        diamond[][2] = {{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}},
                        triangle[][2] = {{0, -0.8}, {1, 0.8}, {-1, 0.8}};
    const mtl__person *p = &t->s->person[who];
    const char *class_ = again ? "sign again" : "sign";
    const bool lost = p->pregnancy >= 0 && isnan(p->born) && !isnan(p->died);
    if (lost)
        shape(t->b, class_, x, y, triangle, 3);
    else if (p->sex == MTL__FEMALE)
        mtl__svg_circle(t->b, class_, x, y, HALF);
    else if (p->sex == MTL__MALE)
        shape(t->b, class_, x, y, square, 4);
    else
        shape(t->b, class_, x, y, diamond, 4);
    if (!lost && isfinite(p->died))
        mtl__svg_line(t->b, "kin", x - HALF - 5, y + HALF + 5, x + HALF + 5, y - HALF - 5);
}

static void note_of(const mtl__person *p, char buf[48])
{
    const bool lost = p->pregnancy >= 0 && isnan(p->born) && !isnan(p->died);
    buf[0] = '\0';
    if (lost)
        snprintf(buf, 48, "lost %d", mtl__year(p->died));
    else if (isfinite(p->born) && isfinite(p->died))
        snprintf(buf, 48, "%d–%d", mtl__year(p->born), mtl__year(p->died));
    else if (isfinite(p->born))
        snprintf(buf, 48, "%d–", mtl__year(p->born));
    else if (isfinite(p->died))
        snprintf(buf, 48, "–%d", mtl__year(p->died));
}

static void draw_person(tree *t, int who, double x, double y, bool again)
{
    char note[48], name[96];
    size_t n = strlen(mtl__page_name(t->v->page, who));
    snprintf(name, sizeof name, "%.*s", (int)(n < 80 ? n : 80), mtl__page_name(t->v->page, who));
    while (n > 1 && mtl__text_width(name, 14) > t->slot - 8) {
        do
            n--;
        while (n > 1 && ((unsigned char)mtl__page_name(t->v->page, who)[n] & 0xc0) == 0x80);
        snprintf(name, sizeof name, "%.*s…", (int)(n < 80 ? n : 80),
                 mtl__page_name(t->v->page, who));
    }
    /* Hue means donor: who gave nobody cells stays neutral. */
    mtl__svg_group(t->b, t->v->lane_of[who] >= 0 ? mtl__page_class(t->v->page, who) : "");
    draw_sign(t, who, x, y, again);
    mtl__svg_text(t->b, "name halo", 'm', x, y + 29, name);
    note_of(&t->s->person[who], note);
    if (note[0] && !again)
        mtl__svg_text(t->b, "tick halo", 'm', x, y + 44, note);
    mtl__svg_group_end(t->b);
}

/* ---------------------------------------------------------------- lines */

/* Children of one couple: from `x` below the mother's row to each of them; twins from one point. */
static void draw_brood(tree *t, int mother, int father, double x, double y, double bar)
{
    const mtl_scenario *s = t->s;
    double left = x, right = x;
    bool any = false;
    for (int g = 0; g < s->n_pregnancies; g++) {
        const mtl__pregnancy *p = &s->pregnancy[g];
        double middle = 0;
        int n = 0;
        for (int c = 0; c < p->n_children; c++) {
            const int child = s->child[p->child0 + c].person;
            if (p->mother != mother || s->person[child].father != father)
                continue;
            middle += t->x[child];
            n++;
        }
        if (n == 0)
            continue;
        any = true;
        middle /= n;
        left = mtl__min(left, middle);
        right = mtl__max(right, middle);
        for (int c = 0; c < p->n_children; c++) {
            const int child = s->child[p->child0 + c].person;
            if (s->person[child].father == father)
                mtl__svg_line(t->b, "kin", middle, bar, t->x[child], t->y[child] - HALF);
        }
    }
    if (!any)
        return;
    mtl__svg_line(t->b, "kin", x, y, x, bar);
    mtl__svg_line(t->b, "kin", left, bar, right, bar);
}

static void draw_family(tree *t, int who)
{
    const mtl_scenario *s = t->s;
    const double x = t->x[who], y = t->y[who];
    const int n = n_partners(s, who);
    draw_brood(t, who, -1, x, y + HALF + 38, y + 80);
    if (has_children(s, who))
        for (int k = 0; k < n; k++) {
            const double at = x + t->slot * (k + 1);
            mtl__svg_line(t->b, "kin", k == 0 ? x + HALF : at - t->slot + HALF, y, at - HALF, y);
            draw_brood(t, who, partner(s, who, k), at - t->slot / 2, y, y + 68 - 6 * (k % 3));
        }
}

static void draw_gifts(tree *t)
{
    static const char *const word[] = {
        [MTL__MILK] = "milk",         [MTL__TRANSFUSION] = "transfusion",
        [MTL__ORGAN_GRAFT] = "graft", [MTL__STEM_CELL_GRAFT] = "stem cells",
        [MTL__INFUSION] = "infusion", [MTL__ANASTOMOSIS] = ""};
    for (int k = 0; k < t->s->n_contacts; k++) {
        const mtl__contact *c = &t->s->contact[k];
        if (c->implied || !t->placed[c->giver] || !t->placed[c->taker])
            continue;
        const double way = t->x[c->taker] > t->x[c->giver] ? 1 : -1;
        const double x0 = t->x[c->giver] + way * (HALF + 6), y0 = t->y[c->giver] - 4;
        const double x1 = t->x[c->taker] + way * -(HALF + 6), y1 = t->y[c->taker] - 4;
        char path[160];
        snprintf(path, sizeof path, "M%d %dQ%d %d %d %d", (int)x0, (int)y0, (int)((x0 + x1) / 2),
                 (int)(mtl__min(y0, y1) - 26), (int)x1, (int)y1);
        mtl__svg_group(t->b, mtl__page_class(t->v->page, c->giver));
        mtl__svg_shape(t->b, "gift", path);
        snprintf(path, sizeof path, "M%d %dL%d %dL%d %dZ", (int)x1, (int)y1, (int)(x1 - way * 9),
                 (int)y1 - 7, (int)(x1 - way * 8), (int)y1 + 3);
        mtl__svg_shape(t->b, "dot", path);
        int before = 0;
        bool said = false;
        for (int i = 0; i < k; i++) {
            const mtl__contact *o = &t->s->contact[i];
            before += o->giver == c->giver && !o->implied;
            said = said || (o->giver == c->giver && !o->implied && o->kind == c->kind);
        }
        if (!said)
            mtl__svg_text(t->b, "small halo", 'm', t->x[c->giver],
                          t->y[c->giver] - HALF - 9 - 13 * before, word[c->kind]);
        mtl__svg_group_end(t->b);
    }
}

static void draw_all(tree *t)
{
    const mtl_scenario *s = t->s;
    bool *shown = mtl__arena_alloc(&t->v->arena, (size_t)t->v->n + 1);
    if (!shown) {
        t->b->oom = true;
        return;
    }
    for (int i = 0; i < t->v->n; i++)
        if (t->placed[i])
            draw_family(t, i);
    draw_gifts(t);
    for (int i = 0; i < t->v->n; i++) {
        if (!t->placed[i])
            continue;
        draw_person(t, i, t->x[i], t->y[i], false);
        for (int k = 0; k < n_partners(s, i); k++) {
            const int father = partner(s, i, k);
            draw_person(t, father, t->x[i] + t->slot * (k + 1), t->y[i],
                        t->placed[father] || shown[father]);
            shown[father] = true;
        }
    }
}

int mtl__river_tree(mtl__river *v, mtl__str *b)
{
    const size_t n = (size_t)v->n + 1;
    tree t = {.v = v, .s = v->s, .b = b};
    t.x0 = mtl__arena_alloc(&v->arena, n * sizeof *t.x0);
    t.width = mtl__arena_alloc(&v->arena, n * sizeof *t.width);
    t.x = mtl__arena_alloc(&v->arena, n * sizeof *t.x);
    t.y = mtl__arena_alloc(&v->arena, n * sizeof *t.y);
    t.generation = mtl__arena_alloc(&v->arena, n * sizeof *t.generation);
    t.placed = mtl__arena_alloc(&v->arena, n * sizeof *t.placed);
    if (!t.x0 || !t.width || !t.x || !t.y || !t.generation || !t.placed)
        return MTL_ERR_MEMORY;
    place(&t);
    mtl__svg_open(b, t.slot * mtl__max(t.end, 1), TOP + ROW * t.deepest + 62, "tree", "Pedigree",
                  "The family by generations; the table of ways below names everybody who gave or "
                  "took cells.");
    draw_all(&t);
    mtl__svg_close(b);
    return 0;
}
