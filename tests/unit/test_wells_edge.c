/* SPDX-License-Identifier: MIT */
/* What is taken off an estimate of wells: the half hit of the blanks' prior, and what a donor at 0
   takes from those who share its target. Targets with Poisson counts, for which all of it has
   closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/wells_parts.h"
#include "near.h"

enum { KNOTS = 400, TARGETS = 2 };

typedef struct poisson {
    mtl__joint j;
    mtl__evidence e[TARGETS];
    mtl__partner partner[TARGETS];
    mtl__config config;
    int8_t z[TARGETS * 2];
    mtl__table table[TARGETS];
    double v[KNOTS], l[TARGETS][KNOTS], d[TARGETS][KNOTS];
} poisson;

/* Two sets of donors; `sees` [target][set]; counts of fragments. log likelihood n log u - u, with
   `blank` false fragments known to be there so that 0 is possible. */
static void make(poisson *p, const int sees[TARGETS][2], const double *count, double blank)
{
    memset(p, 0, sizeof *p);
    for (int i = 0; i < KNOTS; i++)
        p->v[i] = log(1e-3) + i * (log(1e4) - log(1e-3)) / (KNOTS - 1);
    for (int t = 0; t < TARGETS; t++) {
        for (int i = 0; i < KNOTS; i++) {
            const double u = exp(p->v[i]);
            p->l[t][i] = count[t] * log(u + blank) - u;
            p->d[t][i] = count[t] * u / (u + blank) - u;
        }
        p->table[t] = (mtl__table){.n = KNOTS,
                                   .v = p->v,
                                   .l = p->l[t],
                                   .d = p->d[t],
                                   .at_zero = count[t] * log(blank),
                                   .best = 0,
                                   .best_u = fmax(count[t] - blank, 0)};
        p->e[t].scale = p->e[t].fragments = 1;
        for (int w = 0; w < 2; w++)
            for (int z = 0; z < 3; z++)
                p->e[t].use[w][z] = &p->table[t];
        for (int s = 0; s < 2; s++)
            p->z[t * 2 + s] = (int8_t)sees[t][s];
    }
    p->config.z = p->z;
    p->j = (mtl__joint){.n_evidence = TARGETS,
                        .n_sets = 2,
                        .n_configs = 1,
                        .evidence = p->e,
                        .partner = p->partner,
                        .config = &p->config,
                        .most = 1e6,
                        .n_nodes = 1,
                        .node = {1}};
}

static const int shared[TARGETS][2] = {{1, 1}, {1, 0}};

/* The first target says less than the second: b is at 0, a is the mean of both, and errs by
   -psi(0) V_ab / s_b with V of the free fit at these values. */
static void others_at_zero(void **state)
{
    (void)state;
    poisson *p = malloc(sizeof *p);
    const double count[TARGETS] = {8, 16};
    double c[MTL__SETS_MAX] = {5, 5};
    assert_non_null(p);
    make(p, shared, count, 1e-6);
    (void)mtl__joint_best(&p->j, &p->config, -1, c);
    near(c[0], 12, 1e-3, 0);
    near(c[1], 0, 0, 0.02);
    c[0] = 12;
    c[1] = 0;
    const double i1 = 8 / 144.0, i2 = 16 / 144.0, v_ab = -1 / i2, v_bb = 1 / i1 + 1 / i2;
    /* Differences are taken a little off the edge. */
    near(mtl__edge_bias(&p->j, &p->config, 0, c), v_ab / sqrt(v_bb) * 0.3989423, 0.04, 0);
    /* It is the other one's edge: nothing is taken off b for a, who is far from 0. */
    near(mtl__edge_bias(&p->j, &p->config, 1, c), 0, 0, 0.02);
    free(p);
}

/* A second donor who is clearly there pulls at nobody; nor does one who shares nothing. */
static void nothing_to_take_off(void **state)
{
    static const int apart[TARGETS][2] = {{0, 1}, {1, 0}};
    (void)state;
    poisson *p = malloc(sizeof *p);
    const double count[TARGETS] = {80, 16};
    const double c[2] = {16, 64}, alone[2] = {16, 0};
    assert_non_null(p);
    make(p, shared, count, 1e-6);
    near(mtl__edge_bias(&p->j, &p->config, 0, c), 0, 0, 1e-6);
    make(p, apart, count, 1e-6);
    near(mtl__edge_bias(&p->j, &p->config, 0, alone), 0, 0, 1e-6);
    free(p);
}

/* Blanks that are thought to bring `excess` fragments too many give them back: all of them where
   their law is narrow beside that of the donor's fragments, less where it is wide; and where none
   are seen the estimate stays 0. */
static void blanks_give_back(void **state)
{
    (void)state;
    poisson *p = malloc(sizeof *p);
    static const int one[TARGETS][2] = {{1, 0}, {0, 1}};
    const double count[TARGETS] = {9, 0};
    double c[MTL__SETS_MAX] = {5, 5};
    assert_non_null(p);
    make(p, one, count, 1.5); /* 1.5 expected of the blanks, of which 0.5 too many */
    p->e[0].excess = p->e[1].excess = 0.5;
    (void)mtl__joint_best(&p->j, &p->config, -1, c);
    near(c[0], 7.5, 2e-3, 0);
    mtl__plain_estimate(&p->j, &p->config, c);
    near(c[0], 8, 2e-3, 0);
    near(c[1], 0, 0, 1e-3);
    /* 1.5 false fragments on average in 4 wells, of variance 1.5 (1 + 4 / 0.5) = 13.5. */
    p->e[0].background = (mtl__background){0.1875, 0.5};
    p->e[0].places = 4;
    mtl__plain_estimate(&p->j, &p->config, c);
    near(c[0] - 0.5 * c[0] / (c[0] + 13.5), 7.5, 2e-3, 0);
    assert_true(c[0] > 7.6 && c[0] < 7.9);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_at_zero),
        cmocka_unit_test(nothing_to_take_off),
        cmocka_unit_test(blanks_give_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
