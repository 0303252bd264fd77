/* SPDX-License-Identifier: MIT */
/* A scenario as text for a terminal: the pedigree (symbols as clinical geneticists draw them:
   circle woman, square man, diamond unknown, triangle a pregnancy that was lost; twins hang on one
   bracket), a chart of all lives on one axis of years, and the list of events. What it shows is
   what the engine will use, so a mistyped date is seen before it is simulated. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario_parts.h"
#include "family/scenario_text.h"

#define MIN_WIDTH 68
#define MAX_WIDTH 240

typedef struct tree {
    const mtl_scenario *s;
    mtl__str *out;
    int width, column; /* column: where the dates begin */
    bool *shown;
    int *order, n; /* people in the order in which they were drawn */
    int *next;     /* next pregnancy of the same mother, -1 */
    int *first;    /* first pregnancy of a person, -1 */
} tree;

static bool is_lost(const mtl_scenario *s, const mtl__person *p)
{
    return p->pregnancy >= 0 && isnan(p->born) &&
           s->pregnancy[p->pregnancy].outcome != MTL__ONGOING;
}

static const char *symbol(const mtl_scenario *s, const mtl__person *p)
{
    if (p->pregnancy >= 0 && isnan(p->born) && !isnan(p->died))
        return "△";
    return p->sex == MTL__FEMALE ? "○" : p->sex == MTL__MALE ? "□" : is_lost(s, p) ? "△" : "◇";
}

static const char *karyotype_word(enum mtl__karyotype k)
{
    static const char *const word[] = {
        "",         "trisomy 21", "trisomy 18",      "trisomy 13",
        "triploid", "monosomy X", "other aneuploid", "22q11 deletion"};
    return word[k];
}

static const mtl__conceptus *conceptus_of(const mtl_scenario *s, int who)
{
    const mtl__pregnancy *p = &s->pregnancy[s->person[who].pregnancy];
    for (int i = 0; i < p->n_children; i++)
        if (s->child[p->child0 + i].person == who)
            return &s->child[p->child0 + i];
    return NULL;
}

static void never_born(const mtl_scenario *s, int who, mtl__str *t)
{
    static const char *const how[] = {"born", "stillborn", "lost", "terminated", "still carried"};
    static const char *const care[] = {"", ", expectant", ", medical", ", surgical"};
    const mtl__pregnancy *p = &s->pregnancy[s->person[who].pregnancy];
    const mtl__conceptus *c = conceptus_of(s, who);
    const bool gone = c && c->vanished;
    char date[16];
    mtl__str_printf(t, "%-10s  %s in week %.3g%s",
                    mtl__slack_date(c ? c->ended : p->ended, p->slack_days, date),
                    gone ? "vanished twin" : how[p->outcome],
                    ((c ? c->ended : p->ended) - p->conceived) / 7.0 + 2.0, care[p->care]);
}

static void life_text(const mtl_scenario *s, int who, mtl__str *t)
{
    const mtl__person *p = &s->person[who];
    char date[16];
    if (isnan(p->born) && p->pregnancy >= 0) {
        never_born(s, who, t);
    } else {
        mtl__str_printf(t, "%-10s",
                        isnan(p->born) ? "born ?" : mtl__slack_date(p->born, p->born_slack, date));
        if (!isnan(p->died)) {
            mtl__str_printf(t, "  † %s", mtl__slack_date(p->died, p->died_slack, date));
            if (!isnan(p->born))
                mtl__str_printf(t, " aged %.0f", floor((p->died - p->born) / MTL_DAYS_PER_YEAR));
        }
    }
    if (p->karyotype != MTL__EUPLOID)
        mtl__str_printf(t, ", %s", karyotype_word(p->karyotype));
    if (p->father >= 0)
        mtl__str_printf(t, ", father %s", s->person[p->father].name);
}

static void tree_line(tree *t, const char *prefix, const char *branch, int who, const char *extra)
{
    const mtl__person *p = &t->s->person[who];
    mtl__str line = {0};
    mtl__str_printf(&line, "%s%s%s %s ", prefix, branch, symbol(t->s, p), p->name);
    mtl__text_pad(&line, t->column);
    life_text(t->s, who, &line);
    mtl__str_add(&line, extra);
    if (who == t->s->focus)
        mtl__str_add(&line, "  <- focus");
    mtl__text_line(t->out, &line, t->width);
    t->shown[who] = true;
    t->order[t->n++] = who;
}

static void descend(tree *t, int mother, const char *prefix);

static void one_litter(tree *t, const mtl__pregnancy *p, const char *prefix, bool last)
{
    static const char *const chorion[] = {"", ", monochorionic", ", dichorionic"};
    static const char *const egg[] = {"", ", monozygotic", ", dizygotic"};
    char extra[64] = "";
    if (p->n_children > 1)
        snprintf(extra, sizeof extra, ", %s%s%s",
                 p->n_children == 2   ? "twins"
                 : p->n_children == 3 ? "triplets"
                                      : "multiple",
                 egg[p->zygosity], chorion[p->chorionicity]);
    for (int i = 0; i < p->n_children; i++) {
        const int who = t->s->child[p->child0 + i].person;
        const bool end = i == p->n_children - 1;
        const char *branch = p->n_children == 1 ? (last ? "└──" : "├──")
                             : i == 0           ? (last ? "└┬─" : "├┬─")
                             : end              ? (last ? " └─" : "│└─")
                                                : (last ? " ├─" : "│├─");
        if (t->shown[who])
            continue;
        mtl__str below = {0};
        mtl__str_printf(&below, "%s%s%s", prefix, last ? " " : "│", end ? "  " : "│ ");
        tree_line(t, prefix, branch, who, i == 0 ? extra : "");
        descend(t, who, below.s ? below.s : "");
        t->out->oom |= below.oom;
        mtl__str_free(&below);
    }
}

static void descend(tree *t, int mother, const char *prefix)
{
    for (int g = t->first[mother]; g >= 0; g = t->next[g])
        one_litter(t, &t->s->pregnancy[g], prefix, t->next[g] < 0);
}

static void pedigree(tree *t)
{
    const mtl_scenario *s = t->s;
    t->column = 0;
    for (int i = 0; i < s->n_people; i++) {
        int column = 2 + 2 + mtl__text_columns(s->person[i].name) + 2;
        if (t->shown[i])
            continue;
        for (int up = s->person[i].mother; up >= 0 && column < t->width; up = s->person[up].mother)
            column += 3;
        t->column = column > t->column ? column : t->column;
    }
    if (t->column > t->width / 2)
        t->column = t->width / 2;
    mtl__str_add(t->out, "Pedigree    ○ woman  □ man  ◇ not known  △ lost  † died\n\n");
    /* Mothers without a recorded mother first, then whoever stands alone (fathers, donors). */
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < s->n_people; i++) {
            if (t->shown[i] || s->person[i].mother >= 0 || (pass == 0 && t->first[i] < 0))
                continue;
            tree_line(t, "  ", "", i, "");
            descend(t, i, "  ");
        }
    for (int k = 0; k < s->n_unnoticed; k++)
        mtl__str_printf(t->out, "%s%s%s",
                        k ? ", " : "\n  Losses that nobody noticed are followed for ",
                        s->person[s->unnoticed[k]].name, k == s->n_unnoticed - 1 ? "\n" : "");
}

static int link_pregnancies(tree *t)
{
    const mtl_scenario *s = t->s;
    t->shown = calloc((size_t)s->n_people + 1, sizeof *t->shown);
    t->order = calloc((size_t)s->n_people + 1, sizeof *t->order);
    t->first = calloc((size_t)s->n_people + 1, sizeof *t->first);
    t->next = calloc((size_t)s->n_pregnancies + 1, sizeof *t->next);
    if (!t->shown || !t->order || !t->first || !t->next)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < s->n_people; i++)
        t->first[i] = -1;
    for (int g = s->n_pregnancies - 1; g >= 0; g--) {
        if (s->pregnancy[g].unnoticed_years > 0) { /* nobody knows whether it was */
            t->shown[s->child[s->pregnancy[g].child0].person] = true;
            continue;
        }
        t->next[g] = t->first[s->pregnancy[g].mother];
        t->first[s->pregnancy[g].mother] = g;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- other ways than the placenta */

/* Who gave to whom. Told where an event of its own says so; milk of the own mother and twins alone
   stand in the list of events. */
static void other_ways(const mtl_scenario *s, int width, mtl__str *out)
{
    int longest = 0;
    for (int i = 0; i < s->n_contacts; i++) {
        const mtl__contact *c = &s->contact[i];
        const int n = mtl__text_columns(s->person[c->giver].name) +
                      mtl__text_columns(s->person[c->taker].name);
        longest = n > longest ? n : longest;
    }
    if (!mtl__more_marks(s) || s->n_contacts == 0)
        return;
    const int column = 2 + (longest > 30 ? 30 : longest) + 4 + 2;
    mtl__str_add(out, "\nOther ways of cells than the placenta\n\n");
    for (int i = 0; i < s->n_contacts; i++) {
        const mtl__contact *c = &s->contact[i];
        mtl__str line = {0}, words = {0};
        char date[16];
        mtl__str_add(&line, "  ");
        mtl__text_cut(&line, s->person[c->giver].name, 15);
        mtl__str_add(&line, " -> ");
        mtl__text_cut(&line, s->person[c->taker].name, 15);
        mtl__text_pad(&line, column);
        mtl__str_printf(&line, "%-12s", mtl__slack_date(c->t0, c->slack_days, date));
        mtl__contact_text(s, c, &words);
        mtl__text_wrap(out, &line, words.s ? words.s : "", column + 12, width);
        out->oom |= words.oom;
        mtl__str_free(&words);
    }
}

/* ---------------------------------------------------------------- list of events */

static bool worth_a_line(const mtl_scenario *s, const mtl__event *e)
{
    if (e->kind == MTL__EV_CONCEPTION)
        return false;
    /* A birth is told by the delivery of the mother. */
    return e->kind != MTL__EV_BIRTH || s->person[e->person].pregnancy < 0;
}

static double slack_of(const mtl_scenario *s, const mtl__event *e)
{
    if (e->sample >= 0)
        return s->sample[e->sample].slack_days;
    if (e->contact > 0)
        return s->contact[e->contact - 1].slack_days;
    if (e->adoption > 0)
        return s->adoption[e->adoption - 1].slack_days;
    if (e->injury > 0)
        return s->injury[e->injury - 1].slack_days;
    if (e->depletion > 0)
        return s->depletion[e->depletion - 1].slack_days;
    if (e->onset > 0)
        return s->onset[e->onset - 1].slack_days;
    if (e->kind == MTL__EV_BIRTH)
        return s->person[e->person].born_slack;
    if (e->kind == MTL__EV_DEATH)
        return s->person[e->person].died_slack;
    return e->pregnancy >= 0 ? s->pregnancy[e->pregnancy].slack_days : 0.0;
}

static void event_list(const mtl_scenario *s, int width, mtl__str *out)
{
    int longest = 6;
    for (int i = 0; i < s->n_events; i++) {
        const int n = mtl__text_columns(s->person[s->event[i].person].name);
        longest = n > longest ? n : longest;
    }
    longest = longest > 20 ? 20 : longest;
    const int column = 2 + 12 + 7 + longest + 2;
    mtl__str_printf(out, "\nEvents\n\n  %-12s%-7s%-*s  %s\n", "date", "age", longest, "person",
                    "what happened");
    for (int i = 0; i < s->n_events; i++) {
        const mtl__event *e = &s->event[i];
        char date[16], age[16];
        mtl__str line = {0};
        if (!worth_a_line(s, e))
            continue;
        mtl__str_printf(&line, "  %-12s%-7s", mtl__slack_date(e->t, slack_of(s, e), date),
                        mtl__age_text(e->t - s->person[e->person].born, age));
        mtl__text_cut(&line, s->person[e->person].name, longest);
        mtl__text_pad(&line, column);
        mtl__text_wrap(out, &line, e->text, column, width);
    }
}

static void follows(const mtl_scenario *s, int width, mtl__str *out)
{
    mtl__str line = {0}, what = {0};
    mtl__follow_text(s, &what);
    if (what.len > 0) {
        mtl__str_add(out, "\n");
        mtl__str_add(&line, "Followed  ");
        mtl__text_wrap(out, &line, what.s, 10, width);
    }
    out->oom |= what.oom;
    mtl__str_free(&what);
}

char *mtl_scenario_draw(const mtl_scenario *s, int width)
{
    mtl__str out = {0};
    tree t = {.s = s, .out = &out};
    t.width = width < MIN_WIDTH ? MIN_WIDTH : width > MAX_WIDTH ? MAX_WIDTH : width;
    if (link_pregnancies(&t) == MTL_OK) {
        if (s->title && s->title[0])
            mtl__str_printf(&out, "%s\n\n", s->title);
        pedigree(&t);
        other_ways(s, t.width, &out);
        mtl__draw_lives(s, t.order, t.n, t.width, &out);
        event_list(s, t.width, &out);
        follows(s, t.width, &out);
    } else {
        out.oom = true;
    }
    free(t.shown);
    free(t.order);
    free(t.first);
    free(t.next);
    if (out.oom || !out.s) {
        mtl__str_free(&out);
        return NULL;
    }
    return out.s;
}
