/* SPDX-License-Identifier: MIT */
#ifndef MTL_COMPARE_H
#define MTL_COMPARE_H
/* Two results side by side, for those who write them out. */
#include "matriline/compare.h"
#include "run/result.h"

/* Levels by life, NULL where the pair is not there (all 0). */
typedef struct mtl__lives {
    const float *a, *b;
} mtl__lives;
typedef struct mtl__compared_level {
    mtl_compare_level row;
    mtl__lives each; /* chance */
    int donor;       /* of A's people, -1 = of B's only */
} mtl__compared_level;
typedef struct mtl__compared_pairing {
    mtl_compare_pairing row;
    float *together; /* [n_times] share of lives that have not parted by then */
    int donor;       /* of A's people */
} mtl__compared_pairing;

struct mtl_compare {
    mtl__arena arena;
    const mtl_result *a, *b;
    const char *label_a, *label_b;
    int n;         /* lives */
    int *person_b; /* [people of A] the same person of B, -1 */
    double *time;  /* [n_times] dates that both runs looked at */
    int *at_a, *at_b, n_times;
    mtl__compared_level *level;
    int n_levels, n_empty; /* rows; organs of pairs without a cell in any life of either */
    mtl_compare_sample *sample;
    int n_samples, n_unshared; /* samples that only one of the two takes */
    mtl__compared_pairing *pairing;
    int n_pairings;
    mtl_compare_host *host;
    size_t cap_host;
    int n_hosts;
    const char *headline; /* of the hosts, "" = none */
};

/* One number per life in each; NULL = 0 in every life. `scale` makes the unit. */
mtl_paired mtl__paired_of(const float *a, const float *b, int n, double scale);
/* compare_host.c: fills `host`; compare_headline.c: then `headline`. */
int mtl__compare_hosts(mtl_compare *c, mtl_error *err);
int mtl__compare_find_headline(mtl_compare *c, mtl_error *err);
/* Exact two-sided p of McNemar's test. */
double mtl__mcnemar(int only_a, int only_b);

#endif
