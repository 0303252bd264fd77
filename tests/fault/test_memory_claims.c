/* SPDX-License-Identifier: MIT */
/* Every allocation fails once in reading the claims and in writing their tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "fault.h"
#include "fault_trial.h"
#include "matriline/claims.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static mtl_model *model;
static mtl_claims *claims;
static int some[3];

static int load(mtl_claims **out, mtl_error *err)
{
    return mtl_claims_load(out, MTL_SOURCE_ROOT "/claims", MTL_SOURCE_ROOT "/targets", model, err);
}

static void use_load(pass *p)
{
    mtl_claims *c = NULL;
    arm(p);
    p->ret = load(&c, &p->err);
    rest(p);
    p->left = p->ret < 0 && c;
    char *text = c ? mtl_claims_tsv(c, some, 3) : NULL;
    assert_true(!c || text);
    p->print = text ? mtl__hash(text) : 0;
    free(text);
    mtl_claims_free(c);
}

static void use_find(pass *p)
{
    arm(p);
    const int found = mtl_claims_find(claims, "r-bereved", NULL);
    rest(p);
    p->ret = 0;
    p->print = (uint64_t)(found == MTL_ERR_NAME) + (uint64_t)mtl_claims_match(claims, 0, "cells");
}

static void use_tsv(pass *p)
{
    arm(p);
    text_back(p, mtl_claims_tsv(claims, some, 3));
}

static void use_json(pass *p)
{
    arm(p);
    text_back(p, mtl_claims_json(claims, model, some, 3));
}

static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    if (mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0 ||
        load(&claims, &err) < 0) {
        print_message("# %s: %s\n", err.file, err.text);
        return -1;
    }
    some[1] = 1;
    some[2] = mtl_claims_n(claims) - 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mtl_claims_free(claims);
    mtl_model_free(model);
    return 0;
}

int main(void)
{
    static trial trials[] = {
        {"mtl_claims_load", use_load, 60, 0},
        {"mtl_claims_find and _match", use_find, -1, 0},
        {"mtl_claims_tsv", use_tsv, 50, 0},
        {"mtl_claims_json", use_json, 100, 0},
    };
    enum { N = sizeof trials / sizeof *trials };
    struct CMUnitTest tests[N];
    for (int i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){trials[i].name, every_allocation_fails_once, NULL, NULL,
                                       &trials[i]};
    return cmocka_run_group_tests_name("memory of claims", tests, set_up, tear_down);
}
