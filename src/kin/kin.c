/* SPDX-License-Identifier: MIT */
/* How people are related, in words, and who carries a Y. Relations are read off the recorded mother
   and father only: nothing is guessed, so two people without a recorded common ancestor are
   "unrelated" even where a real family would know better. Climbing stops after four generations,
   which also keeps a pedigree that has not been checked for cycles from hanging this code. */
#include "kin/kin.h"

#include <math.h>

#define GENERATIONS 4

bool mtl__has_y(const mtl__person *p)
{
    return p->sex == MTL__MALE && p->karyotype != MTL__MONOSOMY_X;
}

static const char *by_sex(const mtl__person *p, const char *female, const char *male,
                          const char *unknown)
{
    return p->sex == MTL__FEMALE ? female : p->sex == MTL__MALE ? male : unknown;
}

/* Never born: lost if its end is on record, else still carried. */
static bool lost(const mtl__person *p)
{
    return isnan(p->born) && !isnan(p->died) && p->pregnancy >= 0;
}
static bool unborn(const mtl__person *p)
{
    return isnan(p->born) && isnan(p->died) && p->pregnancy >= 0;
}

static bool parent_of(const mtl__person *child, int who)
{
    return who >= 0 && (child->mother == who || child->father == who);
}

/* Generations from `who` up to `ancestor`; 0 = itself, -1 = not an ancestor. */
static int generations_up(const mtl__person *people, int who, int ancestor, int left)
{
    if (who < 0)
        return -1;
    if (who == ancestor)
        return 0;
    if (left == 0)
        return -1;
    const int m = generations_up(people, people[who].mother, ancestor, left - 1);
    if (m >= 0)
        return m + 1;
    const int f = generations_up(people, people[who].father, ancestor, left - 1);
    return f >= 0 ? f + 1 : -1;
}

static bool share_ancestor(const mtl__person *people, int a, int b, int left)
{
    if (a < 0)
        return false;
    if (generations_up(people, b, a, GENERATIONS) >= 0)
        return true;
    return left > 0 && (share_ancestor(people, people[a].mother, b, left - 1) ||
                        share_ancestor(people, people[a].father, b, left - 1));
}

static const char *up(const mtl__person *people, const mtl__person *h, int who)
{
    if (h->mother == who)
        return "own mother";
    if (h->father == who)
        return "own father";
    const mtl__person *m = h->mother >= 0 ? &people[h->mother] : NULL;
    const mtl__person *f = h->father >= 0 ? &people[h->father] : NULL;
    if (m && m->mother == who)
        return "grandmother (mother's mother)";
    if (m && m->father == who)
        return "grandfather (mother's father)";
    if (f && f->mother == who)
        return "grandmother (father's mother)";
    if (f && f->father == who)
        return "grandfather (father's father)";
    return NULL;
}

static const char *down(const mtl__person *people, int host, const mtl__person *w)
{
    if (parent_of(w, host)) {
        if (lost(w))
            return "lost pregnancy";
        if (unborn(w))
            return "unborn child";
        return by_sex(w, "daughter", "son", "child");
    }
    if ((w->mother >= 0 && parent_of(&people[w->mother], host)) ||
        (w->father >= 0 && parent_of(&people[w->father], host)))
        return lost(w) ? "grandchild (lost)" : by_sex(w, "granddaughter", "grandson", "grandchild");
    return NULL;
}

static const char *beside(const mtl__person *h, const mtl__person *w)
{
    if (h->pregnancy >= 0 && h->pregnancy == w->pregnancy) {
        if (lost(w))
            return isnan(h->born) ? "lost twin" : "vanished twin";
        return by_sex(w, "twin sister", "twin brother", "twin");
    }
    const bool same_mother = h->mother >= 0 && h->mother == w->mother;
    const bool same_father = h->father >= 0 && h->father == w->father;
    if (!same_mother && !same_father)
        return NULL;
    if (lost(w))
        return same_mother ? "mother's lost pregnancy" : "father's lost pregnancy";
    const bool half = same_mother ? (h->father >= 0 && w->father >= 0 && !same_father)
                                  : (h->mother >= 0 && w->mother >= 0);
    if (half)
        return by_sex(w, "half-sister", "half-brother", "half-sibling");
    return by_sex(w, "sister", "brother", "sibling");
}

static bool siblings(const mtl__person *a, const mtl__person *b)
{
    return a != b && ((a->mother >= 0 && a->mother == b->mother) ||
                      (a->father >= 0 && a->father == b->father));
}

static const char *aside(const mtl__person *people, const mtl__person *h, const mtl__person *w)
{
    const int of_h[2] = {h->mother, h->father}, of_w[2] = {w->mother, w->father};
    for (int k = 0; k < 2; k++) {
        if (of_h[k] >= 0 && siblings(&people[of_h[k]], w))
            return by_sex(w, "aunt", "uncle", "parent's sibling");
        if (of_w[k] >= 0 && siblings(&people[of_w[k]], h))
            return by_sex(w, "niece", "nephew", "sibling's child");
    }
    for (int k = 0; k < 2; k++)
        for (int j = 0; j < 2; j++)
            if (of_h[k] >= 0 && of_w[j] >= 0 && siblings(&people[of_h[k]], &people[of_w[j]]))
                return "cousin";
    return NULL;
}

const char *mtl__relation(const mtl__person *people, int n, int host, int who)
{
    if (host < 0 || who < 0 || host >= n || who >= n)
        return "unrelated";
    if (host == who)
        return "self";
    const mtl__person *h = &people[host], *w = &people[who];
    const char *word = down(people, host, w);
    if (!word)
        word = up(people, h, who);
    if (!word)
        word = beside(h, w);
    if (!word)
        word = aside(people, h, w);
    if (word)
        return word;
    if (generations_up(people, host, who, GENERATIONS) > 0)
        return by_sex(w, "great-grandmother", "great-grandfather", "great-grandparent");
    if (generations_up(people, who, host, GENERATIONS) > 0)
        return "great-grandchild";
    return share_ancestor(people, host, who, GENERATIONS) ? "relative" : "unrelated";
}
