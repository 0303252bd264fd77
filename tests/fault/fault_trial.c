/* SPDX-License-Identifier: MIT */
/* Every allocation fails once. For each use of the library a clean pass counts its allocations, N;
   then it is repeated with the n-th of them failing, for n = 1 .. N (at most the first 200, the
   later ones thinned out evenly, the last 20), and again with the n-th and all later ones failing.
   Each time it must either say MTL_ERR_MEMORY (NULL where a pointer is returned) and leave its
   outputs empty, or succeed with the very result of the clean pass (an allocator's caller may have
   a second way, as qsort has); and as many blocks must be alive afterwards as before. */
#include "fault_trial.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "fault.h"

#ifdef FAULT_WRAP
enum { FIRST = 60, LAST = 10, THIN = 4 }; /* sanitizers take their time */
#else
enum { FIRST = 200, LAST = 20, THIN = 1 };
#endif

/* ---------------------------------------------------------------- one pass */
void arm(pass *p)
{
    fault_memory(p->n, p->onwards);
}

void rest(pass *p)
{
    p->asked = fault_memory_end();
    p->failed = fault_memory_failed();
}

void text_back(pass *p, char *text)
{
    rest(p);
    p->ret = text ? 0 : MTL_ERR_MEMORY;
    p->err.code = p->ret;
    if (!text)
        strcpy(p->err.text, "NULL");
    p->print = text ? mtl__hash(text) : 0;
    free(text);
}

void scenario_back(pass *p, mtl_scenario *s)
{
    rest(p);
    p->left = p->ret < 0 && s;
    if (s) {
        char *text = mtl_scenario_draw(s, 100);
        assert_non_null(text);
        p->print = mtl__hash(text) ^ mtl__hash(mtl_scenario_hash(s));
        free(text);
    }
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- all faults of one use */
/* "" if the pass went as it must. */
static const char *judge(const trial *t, const pass *p, const pass *clean, int64_t leaked)
{
    if (leaked)
        return "memory is lost";
    if (p->left)
        return "something is left behind";
    if (p->ret == 0)
        return p->print == clean->print ? "" : "it says success, but the result is another one";
    if (p->ret != MTL_ERR_MEMORY && (t->or_say == 0 || p->ret != t->or_say))
        return "the code is not MTL_ERR_MEMORY";
    if (p->err.code != p->ret || !p->err.text[0])
        return "the error is not filled";
    return "";
}

static int try_one(const trial *t, const pass *clean, int64_t n, bool onwards, int *borne)
{
    pass p = {.n = n, .onwards = onwards};
    const int64_t before = fault_live();
    t->use(&p);
    const int64_t leaked = fault_live() - before;
    const char *bad = p.failed ? judge(t, &p, clean, leaked) : "no allocation failed";
    *borne += p.ret == 0;
    if (!bad[0])
        return 0;
    print_message("# %s, allocation %lld%s: %s (code %d, %lld blocks, '%s')\n", t->name,
                  (long long)n, onwards ? " and all later ones" : "", bad, p.ret, (long long)leaked,
                  p.err.text);
    return 1;
}

void every_allocation_fails_once(void **state)
{
    const trial *t = *state;
    pass clean = {0}, again = {0};
    t->use(&clean); /* warms up what libc keeps */
    const int64_t before = fault_live();
    t->use(&again);
    if (clean.ret < 0)
        print_message("# %s: %s:%d: %s: %s\n", t->name, clean.err.file, clean.err.line,
                      clean.err.field, clean.err.text);
    assert_int_equal(clean.ret, 0);
    assert_int_equal(again.print, clean.print);
    assert_int_equal(fault_live(), before);
    const int64_t n = again.asked, rest_n = n > FIRST ? n - FIRST : 0;
    const int64_t step = THIN * rest_n / t->later + 1;
#ifdef FAULT_WRAP
    if (n == 0) { /* what other libraries allocate is not seen here */
        print_message("# %s: skipped, all its memory is asked for by another library\n", t->name);
        return;
    }
#endif
    assert_true(t->later < 0 ? n == 0 : n > 0);
    int bad = 0, borne = 0, tried = 0;
    for (int64_t k = 1; k <= n && bad < 10; k += k < FIRST || k >= n - LAST ? 1 : step, tried++)
        bad += try_one(t, &clean, k, false, &borne);
    for (int64_t k = 1; k <= n && bad < 10; k += k < 20 ? 1 : 7 * step, tried++)
        bad += try_one(t, &clean, k, true, &borne);
    print_message("# %s: %lld allocations, %d trials, %d borne without harm\n", t->name,
                  (long long)n, tried, borne);
    assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- files */
static char folder[64];

int make_folder(void)
{
    strcpy(folder, "/tmp/mtl-fault-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

const char *in(const char *name)
{
    static char path[16][256];
    static int turn;
    turn = (turn + 1) % 16;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

uint64_t hash_file(const char *path)
{
    char buf[4096];
    uint64_t h = MTL_HASH_START;
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
        h = mtl__hash_bytes(h, buf, n);
    fclose(f);
    return h;
}

int n_files(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += e->d_name[0] == '.' ? 0 : strstr(e->d_name, ".part") ? 1000 : 1;
    if (d)
        closedir(d);
    return n;
}
