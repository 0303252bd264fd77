/* SPDX-License-Identifier: MIT */
/* The smallest set of probes that tells all apart (the "test cover" problem, which is NP-hard).
   Probes refine a partition of the donors and nobody; the goal is the partition that all probes
   together give. Each probe at most doubles the groups, so a group that must still fall into g
   parts needs at least log2 g more probes: that bound prunes a depth-first search with rising
   depth. A greedy set gives the upper end, and stands when the work allowed is used up. */
#include <string.h>

#include "measure/measure.h"

typedef struct search {
    int n; /* donors and nobody */
    int n_patterns, words;
    const uint64_t *pattern;
    const int *goal; /* group of each in the finest partition */
    int n_goal;
    long work, max_work;
    int *chosen;
    int *groups;  /* [depth + 1][n] */
    int *scratch; /* [2 n] */
    int *best_of; /* [depth][n_patterns] probes that part the pair */
} search;

static bool carries(const search *s, int probe, int who)
{
    /* Nobody is the last and carries nothing. */
    return who < s->n - 1 &&
           (s->pattern[(size_t)probe * (size_t)s->words + (size_t)who / 64] >> (who % 64) & 1) != 0;
}

/* Parts groups by a probe; returns their number. scratch: new number of (group, carried). */
static int refine(const search *s, const int *group, int n_groups, int probe, int *out)
{
    int *number = s->scratch, n = 0;
    for (int i = 0; i < 2 * n_groups; i++)
        number[i] = -1;
    for (int i = 0; i < s->n; i++) {
        const int old = 2 * group[i] + carries(s, probe, i);
        if (number[old] < 0)
            number[old] = n++;
        out[i] = number[old];
    }
    return n;
}

/* Probes that are needed at least: each group must fall into as many parts as it has goals. */
static int still_needed(const search *s, const int *group, int n_groups)
{
    int most = 1, *parts = s->scratch;
    memset(parts, 0, (size_t)n_groups * sizeof *parts);
    for (int i = 0; i < s->n; i++) {
        bool first = true;
        for (int j = 0; j < i && first; j++)
            first = group[j] != group[i] || s->goal[j] != s->goal[i];
        if (first && ++parts[group[i]] > most)
            most = parts[group[i]];
    }
    int bits = 0;
    while (1 << bits < most && bits < 30)
        bits++;
    return bits;
}

static int greedy(search *s, int *chosen, int *group, int *next)
{
    int n_groups = 1, n = 0;
    memset(group, 0, (size_t)s->n * sizeof *group);
    while (n_groups < s->n_goal) {
        int best = -1, most = n_groups;
        for (int p = 0; p < s->n_patterns; p++) {
            const int parts = refine(s, group, n_groups, p, next);
            if (parts > most) {
                most = parts;
                best = p;
            }
        }
        if (best < 0)
            break;
        n_groups = refine(s, group, n_groups, best, next);
        memcpy(group, next, (size_t)s->n * sizeof *group);
        chosen[n++] = best;
    }
    return n;
}

/* A pair that must be parted and is not, with the fewest probes that can part it; their number. */
static int hardest_pair(search *s, const int *group, int *probes)
{
    int fewest = s->n_patterns + 1, a = -1, b = -1, tried = 0;
    for (int i = 0; i < s->n && tried < 64; i++)
        for (int j = 0; j < i && tried < 64; j++) {
            if (group[i] != group[j] || s->goal[i] == s->goal[j])
                continue;
            int n = 0;
            tried++;
            s->work += 1 + s->n_patterns / 32;
            for (int p = 0; p < s->n_patterns && n < fewest; p++)
                n += carries(s, p, i) != carries(s, p, j);
            if (n < fewest) {
                fewest = n;
                a = i;
                b = j;
            }
        }
    int n = 0;
    for (int p = 0; a >= 0 && p < s->n_patterns; p++)
        if (carries(s, p, a) != carries(s, p, b))
            probes[n++] = p;
    return n;
}

/* 1 found, 0 there is none with so few, -1 out of work. */
static int deepen(search *s, int depth, int left, int n_groups)
{
    int *group = s->groups + (size_t)depth * (size_t)s->n;
    if (n_groups == s->n_goal)
        return 1;
    if (still_needed(s, group, n_groups) > left)
        return 0;
    int *probe = s->best_of + (size_t)depth * (size_t)s->n_patterns;
    const int n = hardest_pair(s, group, probe);
    for (int k = 0; k < n; k++) {
        if (++s->work > s->max_work)
            return -1;
        const int parts = refine(s, group, n_groups, probe[k], group + s->n);
        s->chosen[depth] = probe[k];
        const int found = deepen(s, depth + 1, left - 1, parts);
        if (found != 0)
            return found;
    }
    return 0;
}

static int finest(search *s, int *group, int *next)
{
    int n_groups = 1;
    memset(group, 0, (size_t)s->n * sizeof *group);
    for (int p = 0; p < s->n_patterns && n_groups < s->n; p++) {
        n_groups = refine(s, group, n_groups, p, next);
        memcpy(group, next, (size_t)s->n * sizeof *group);
    }
    return n_groups;
}

int mtl__panel_choose(mtl__panel *out, mtl__arena *arena, const uint64_t *pattern, int n_patterns,
                      int n_donors, long max_work, mtl_error *err)
{
    search s = {.n = n_donors + 1,
                .n_patterns = n_patterns,
                .words = mtl__pattern_words(n_donors),
                .pattern = pattern,
                .max_work = max_work};
    const size_t n = (size_t)s.n;
    int *goal = mtl__arena_alloc(arena, n * sizeof *goal);
    int *group = mtl__arena_alloc(arena, n * sizeof *group);
    int *next = mtl__arena_alloc(arena, n * sizeof *next);
    int *found = mtl__arena_alloc(arena, (n + 1) * sizeof *found);
    s.scratch = mtl__arena_alloc(arena, 2 * n * sizeof *s.scratch);
    if (!goal || !group || !next || !found || !s.scratch)
        return mtl__nomem(err);
    s.n_goal = finest(&s, goal, next);
    s.goal = goal;
    *out = (mtl__panel){.n_groups = s.n_goal, .group = goal, .probe = found};
    out->n = greedy(&s, found, group, next);
    memset(group, 0, n * sizeof *group);
    out->at_least = still_needed(&s, group, 1);
    const size_t depths = (size_t)out->n + 1;
    s.chosen = mtl__arena_alloc(arena, depths * sizeof *s.chosen);
    s.groups = mtl__arena_alloc(arena, (depths + 1) * n * sizeof *s.groups);
    s.best_of = mtl__arena_alloc(arena, depths * ((size_t)n_patterns + 1) * sizeof *s.best_of);
    if (!s.chosen || !s.groups || !s.best_of)
        return mtl__nomem(err);
    while (out->at_least < out->n) {
        const int got = deepen(&s, 0, out->at_least, 1);
        if (got < 0)
            break;
        if (got > 0) {
            out->n = out->at_least;
            memcpy(found, s.chosen, (size_t)out->n * sizeof *found);
        } else {
            out->at_least++;
        }
    }
    out->smallest = out->at_least == out->n;
    return MTL_OK;
}
