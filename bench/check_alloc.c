/* SPDX-License-Identifier: MIT */
/* No allocation happens inside a life: every call of malloc, calloc, realloc and aligned_alloc in
   the library is counted (linked with -Wl,--wrap). First the process alone, where repeats must
   allocate nothing at all; then a run through the public interface, where 14 more replicates may
   not allocate once per replicate (below 20, from where on a run also measures its splitting
   error). Allocation by libc itself is not seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/network.h"
#include "matriline/run.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static long long n_allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

void *__wrap_malloc(size_t size)
{
    n_allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    n_allocations++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    n_allocations++;
    return __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    n_allocations++;
    return __real_aligned_alloc(align, size);
}

static int report(const char *what, long long found, long long allowed)
{
    const int bad = found > allowed;
    printf("%s - %s: %lld allocations, allowed %lld\n", bad ? "not ok" : "ok", what, found,
           allowed);
    return bad;
}

/* A counter that counts nothing would let everything pass. */
static int counter_counts(void)
{
    const long long before = n_allocations;
    mtl__arena a;
    mtl__arena_init(&a, 0);
    const bool got = mtl__arena_alloc(&a, 100) != NULL;
    mtl__arena_free(&a);
    const bool ok = got && n_allocations > before;
    printf("%s - allocations of the library are counted\n", ok ? "ok" : "not ok");
    return !ok;
}

static int process_alone(enum mtl__solver solver, const char *what)
{
    static const char text[] =
        "{\"name\": \"n\", \"T\": 200, \"species\": [[\"A\", 500], [\"B\", 20], [\"C\", 0]],"
        " \"reactions\": [[0.02, {\"A\": 1}, {\"A\": 2}], [0.02, {\"A\": 1}, {}],"
        " [0.01, {\"A\": 1}, {\"B\": 1}], [0.3, {\"B\": 1}, {\"A\": 1}], [0.1, {}, {\"C\": 1}],"
        " [0.01, {\"C\": 1}, {}]]}";
    static const double time[] = {0, 10, 100, 200};
    const mtl__sim_opts so = {.solver = solver};
    mtl__network *net = NULL;
    mtl__state *s = NULL;
    int64_t counts[4 * 3] = {0};
    mtl_error err = {0};
    long long before = 0;
    int ret = mtl__network_parse(&net, text, strlen(text), "memory", &err);
    if (ret >= 0)
        ret = mtl__state_new(&s, net->process, 1, &err);
    for (int i = 0; i <= 50 && ret >= 0; i++) {
        const mtl__rng_key key = {.seed = 1, .replicate = (uint64_t)i};
        ret = mtl__simulate(net->process, &net->source, &so, &key, s, 4, time, counts, NULL, &err);
        if (i == 0)
            before = n_allocations; /* the first may make room for the schedule */
    }
    const long long found = n_allocations - before;
    mtl__state_free(s);
    mtl__network_free(net);
    if (ret < 0 || counts[9] <= 0) {
        printf("not ok - %s: %s\n", what, err.text);
        return 1;
    }
    return report(what, found, 0);
}

static int allocations_of(const mtl_scenario *s, mtl_model *m, int replicates, long long *out,
                          mtl_error *err)
{
    mtl_run_opts o;
    mtl_result *r = NULL;
    mtl_run_opts_init(&o);
    o.replicates = replicates;
    o.threads = 1;
    o.unknowns = 0;
    const long long before = n_allocations;
    MTL_TRY(mtl_run(&r, s, m, &o, err));
    *out = n_allocations - before;
    mtl_result_free(r);
    return 0;
}

static int whole_lives(void)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    long long few = 0, many = 0;
    int ret = mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &err);
    if (ret >= 0)
        ret = mtl_scenario_load(&s, MTL_SOURCE_ROOT "/bench/life.yaml", m, &err);
    if (ret >= 0)
        ret = allocations_of(s, m, 5, &few, &err);
    if (ret >= 0)
        ret = allocations_of(s, m, 19, &many, &err);
    mtl_scenario_free(s);
    mtl_model_free(m);
    if (ret < 0) {
        char text[1024];
        mtl_error_format(&err, text, sizeof text);
        printf("not ok - lives: %s\n", text);
        return 1;
    }
    /* Room for results may be made in a few more pieces when there are more of them. */
    return report("14 more lives of bench/life.yaml", many - few, 10);
}

int main(void)
{
    int failures = counter_counts();
    failures += process_alone(MTL__EXACT, "50 exact runs");
    failures += process_alone(MTL__LEAP, "50 leaping runs");
    failures += whole_lives();
    printf("1..4\n");
    return failures ? 1 : 0;
}
