/* SPDX-License-Identifier: MIT */
/* What a family costs: thirty people with all conduits, a hundred replicates of both bands on two
   threads; and whether a person of a large web costs what one of a small web does. The webs are
   households of a grandmother, her daughter and two to five of that daughter's children, each tied
   to the household before it by blood and by a nurse, every fortieth by grafts too. */
#include "bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "matriline/run.h"
#include "num/num.h"

static int add_household(mtl__str *b, int f, mtl__rng *rng)
{
    int people = 2;
    mtl__str_printf(b,
                    "  - {date: 1945-06-01, person: g%d, event: delivery, week: 40, child: m%d, "
                    "sex: female, milk: 6 months}\n",
                    f, f);
    const int births = 2 + (int)mtl__rng_below(rng, 2);
    for (int k = 0; k < births; k++) {
        const bool twins = mtl__rng_unit(rng) < 0.4;
        if (twins)
            mtl__str_printf(b,
                            "  - {date: %d-06-01, person: m%d, event: delivery, week: 37, child: "
                            "[c%dx%d, c%dy%d], sex: [male, female], milk: 3 months}\n",
                            1968 + 4 * k, f, f, k, f, k);
        else
            mtl__str_printf(b,
                            "  - {date: %d-06-01, person: m%d, event: delivery, week: 40, child: "
                            "c%dx%d, sex: male, milk: 8 months}\n",
                            1968 + 4 * k, f, f, k);
        people += twins ? 2 : 1;
    }
    if (f == 0)
        return people;
    mtl__str_printf(b,
                    "  - {date: 1985-06-01, person: g%d, event: transfusion, from: m%d, reason: "
                    "trauma}\n"
                    "  - {from: 1968-07-01, person: c%dx0, event: nursing, by: m%d, for: 4 "
                    "months}\n",
                    f, f - 1, f, f - 1);
    if (f % 40 == 1)
        mtl__str_printf(b,
                        "  - {date: 1990-06-01, person: m%d, event: stem_cell_graft, from: c%dx0}\n"
                        "  - {date: 1992-06-01, person: c%dx0, event: graft, organ: kidney, from: "
                        "c%dx1}\n",
                        f, f - 1, f, f - 1);
    return people;
}

/* The web as a scenario; free() the text. */
static char *web_of(int least, int *people)
{
    mtl__str b = {0}, events = {0};
    mtl__rng rng;
    mtl__rng_stream(&rng, 4300, 1, 1, 1);
    *people = 0;
    mtl__str_add(&b, "people:\n");
    for (int f = 0; *people < least; f++) {
        mtl__str_printf(&b, "  g%d: {sex: female, born: 1920-03-01}\n", f);
        *people += add_household(&events, f, &rng);
    }
    mtl__str_add(&b, "events:\n");
    mtl__str_add(&b, events.s ? events.s : "");
    mtl__str_add(&b, "  - {date: 2000-06-01, person: m0, event: sample, organ: blood}\n");
    mtl__str_free(&events);
    return b.s;
}

static int time_of(const mtl_scenario *s, mtl_model *m, int replicates, bool unknowns, int threads,
                   double *seconds, mtl_error *err)
{
    mtl_run_opts ro;
    mtl_result *r = NULL;
    mtl_run_opts_init(&ro);
    ro.replicates = replicates;
    ro.threads = threads;
    ro.unknowns = unknowns;
    const double t0 = bench_now();
    MTL_TRY(mtl_run(&r, s, m, &ro, err));
    *seconds = bench_now() - t0;
    mtl_result_free(r);
    return 0;
}

static int measure_family(bench_opts *o, mtl_model *m, mtl_error *err)
{
    mtl_scenario *s = NULL;
    double x[256];
    int ret = mtl_scenario_load(&s, o->family, m, err);
    for (int i = 0; ret == 0 && i < o->repeats; i++)
        ret = time_of(s, m, 100, true, 2, &x[i], err);
    if (ret == 0)
        bench_row(o, "30 people, 100 replicates, 2 threads", "s", o->repeats, x, NULL, 10);
    mtl_scenario_free(s);
    return ret;
}

/* Milliseconds a person, one replicate with all that a run does beside it. */
static int per_person(mtl_model *m, int least, int repeats, double *x, mtl_error *err)
{
    int people;
    char *text = web_of(least, &people);
    mtl_scenario *s = NULL;
    int ret = text ? mtl_scenario_parse(&s, text, (int)strlen(text), "web.yaml", m, err) : mtl__nomem(err);
    for (int i = 0; ret == 0 && i < repeats; i++) {
        ret = time_of(s, m, 1, false, 1, &x[i], err);
        x[i] *= 1e3 / people;
    }
    mtl_scenario_free(s);
    free(text);
    return ret;
}

static int measure_webs(bench_opts *o, mtl_model *m, mtl_error *err)
{
    static const int size[] = {1000, 10000};
    double small[256], x[256];
    const int repeats = o->repeats < 3 ? o->repeats : 3; /* the large ones take their time */
    MTL_TRY(per_person(m, 100, repeats, small, err));
    bench_row(o, "a person in a web of 100", "ms", repeats, small, NULL, NAN);
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        char what[64];
        MTL_TRY(per_person(m, size[k], repeats, x, err));
        (void)snprintf(what, sizeof what, "a person in a web of %d", size[k]);
        bench_row(o, what, "ms", repeats, x, small, 1.5);
    }
    return 0;
}

void bench_family(bench_opts *o)
{
    mtl_model *m = NULL;
    mtl_error err = {0};
    int ret = mtl_model_load(&m, o->models, &err);
    if (ret >= 0)
        ret = measure_family(o, m, &err);
    if (ret >= 0)
        ret = measure_webs(o, m, &err);
    if (ret < 0)
        bench_failed(o, "family", &err);
    mtl_model_free(m);
}
