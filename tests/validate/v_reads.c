/* SPDX-License-Identifier: MIT */
/* The mixture model on families of its own: who is typed, who is in the tube, who competes. Errors
   of bases and overdispersion are fitted, as the program does by default; 500 reads a site, error
   1e-3 (1e-4 where said), beta-binomial rho 5e-4. */
#include <math.h>
#include <string.h>

#include "v_family.h"

typedef struct reads {
    int panel;      /* into panels[] */
    unsigned typed; /* bits of people */
    bool phased;
    double error; /* 0: 1e-3 */
    int n_candidates, candidate[V_DONORS];
    bool stranger; /* competes: the donor after the candidates */
    double share[V_PEOPLE];
    double hopping; /* > 0: fitted: the donor after these */
    int people;     /* that the fit knows of; 0: host, child, grandmother, father */
    int bootstrap;
} reads;

enum { REGION, TENTH, WHOLE, SMALL, N_PANELS };
static v_panel panels[N_PANELS];

static void make_tube(v_tube *t, const reads *s)
{
    *t = (v_tube){.depth = 500,
                  .error = s->error > 0.0 ? s->error : 1e-3,
                  .overdispersion = 5e-4,
                  .hopping = s->hopping};
    memcpy(t->share, s->share, sizeof t->share);
}

static int fit_once(mtl__mix *m, v_family *f, const reads *s, mtl_error *err)
{
    const v_panel *p = &panels[s->panel];
    const mtl__sites sites = {p->n, p->chromosome, p->position, p->frequency, NULL};
    const mtl__mix_people people = {f->lineage, s->n_candidates, s->candidate,
                                    V_HOST,     f->allowed,      s->phased ? f->phase : NULL,
                                    NULL};
    const mtl__counts mine = {"tube", f->ref, f->alt, NULL};
    const mtl__counts other = {"other", f->ref_other, f->alt_other, NULL};
    mtl__mix_opts o;
    mtl__mix_opts_init(&o);
    o.stranger = s->stranger;
    o.bootstrap = s->bootstrap;
    o.hopping = s->hopping > 0.0 ? (double)NAN : 0.0;
    return mtl__mix_fit(m, &sites, &people, &mine, s->hopping > 0.0 ? &other : NULL,
                        s->hopping > 0.0, &o, err);
}

static int fit_drawn(const v_case *c, v_family *f, uint64_t replicate, v_out *out, mtl_error *err)
{
    const reads *s = c->setting;
    const v_panel *p = &panels[s->panel];
    mtl__rng rng;
    mtl__mix m;
    v_tube t;
    make_tube(&t, s);
    mtl__rng_stream(&rng, 91, mtl__hash(c->name), replicate, 1);
    v_family_draw(f, p, s->typed, &rng);
    MTL_TRY(v_family_read(f, p, &t, &rng, err));
    MTL_TRY(fit_once(&m, f, s, err));
    for (int d = 0; d < c->n_donors && d < m.n; d++) {
        const mtl__share *x = &m.share[d];
        const int person = d < s->n_candidates ? s->candidate[d] : V_STRANGER;
        out[d] = (v_out){.estimate = x->fraction,
                         .low = x->low,
                         .high = x->high,
                         .lod = x->lod,
                         .count = v_family_tell(f, p, &t, person),
                         .found = x->p < 0.05};
    }
    mtl__mix_clear(&m);
    for (int d = 0; d < c->n_donors && (c->flags & V_LIMIT); d++) {
        if (!(out[d].lod < 0.5))
            continue;
        make_tube(&t, s);
        t.share[s->candidate[d]] = out[d].lod;
        MTL_TRY(v_family_read(f, p, &t, &rng, err));
        MTL_TRY(fit_once(&m, f, s, err));
        out[d].detected = m.share[d].p < 0.05;
        mtl__mix_clear(&m);
    }
    return 0;
}

static int fit(const v_case *c, uint64_t replicate, v_out *out, mtl_error *err)
{
    const reads *s = c->setting;
    v_family f;
    int status = v_family_new(&f, panels[s->panel].n, s->people ? s->people : V_SISTER);
    if (status >= 0)
        status = fit_drawn(c, &f, replicate, out, err);
    else
        mtl__say_nomem(err);
    v_family_free(&f);
    return status;
}

/* ---------------------------------------------------------------- settings */
#define BIT(person) (1u << (person))
#define ALL (BIT(V_HOST) | BIT(V_CHILD) | BIT(V_GRANDMOTHER) | BIT(V_FATHER))
#define PARENTS (BIT(V_HOST) | BIT(V_FATHER))
#define CHILD(x) .n_candidates = 1, .candidate = {V_CHILD}, .share = {[V_CHILD] = x}
#define BOTH(x, y)                                                                                 \
    .n_candidates = 2, .candidate = {V_CHILD, V_GRANDMOTHER},                                      \
    .share = {[V_CHILD] = x, [V_GRANDMOTHER] = y}
#define SETTING(...) &(const reads){__VA_ARGS__}, fit
#define ONE_CHILD(name, flags, x, ...)                                                             \
    {                                                                                              \
        name, flags, 1, {"child"}, {x}, SETTING(CHILD(x), __VA_ARGS__)                             \
    }
#define TWO(name, flags, x, y, ...)                                                                \
    {                                                                                              \
        name, flags, 2, {"child", "grandmother"}, {x, y}, SETTING(BOTH(x, y), __VA_ARGS__)         \
    }

static int load(v_run *v)
{
    static const int which[N_PANELS] = {V_REGION, V_WIDE, V_WIDE, V_WIDE},
                     every[N_PANELS] = {1, 10, 1, 40};
    for (int i = 0; i < N_PANELS; i++) {
        if (panels[i].n)
            continue;
        if (v_panel_load(&panels[i], which[i], v->brief && i == REGION ? 4 : every[i]) < 0)
            return MTL_ERR_MEMORY;
        if (!panels[i].real)
            printf("# skipped: real allele frequencies are not there (panel %d); even ones serve\n",
                   i);
    }
    return 0;
}

static void say_panels(v_run *v)
{
    v_say(v,
          "\nPanels: 1 Mb: %d common SNPs of one megabase of chromosome 20; 1k: %d, 10k: %d SNPs "
          "over the "
          "genome (the sites of VerifyBamID2). Frequencies: %s.\n",
          panels[REGION].n, panels[TENTH].n, panels[WHOLE].n,
          panels[REGION].real && panels[TENTH].real
              ? "1000 Genomes"
              : "**made up, because the data are not there**");
}

static void typed(v_run *v)
{
    const v_case cases[] = {
        ONE_CHILD("1 Mb, all typed", V_LIMIT | V_SHORT, 0, .panel = REGION, .typed = ALL),
        ONE_CHILD("1 Mb, all typed", 0, 1e-4, .panel = REGION, .typed = ALL),
        ONE_CHILD("1 Mb, all typed", V_SHORT, 1e-3, .panel = REGION, .typed = ALL),
        ONE_CHILD("1 Mb, all typed", V_SHORT, 1e-2, .panel = REGION, .typed = ALL),
        ONE_CHILD("10k, all typed", V_HEAVY, 1e-4, .panel = WHOLE, .typed = ALL),
        ONE_CHILD("10k, all typed, error 1e-4", V_HEAVY, 1e-4, .panel = WHOLE, .typed = ALL,
                  .error = 1e-4),
        ONE_CHILD("1k, all typed", V_SHORT, 1e-2, .panel = TENTH, .typed = ALL),
        TWO("1k, all typed", V_SHORT, 1e-2, 2e-3, .panel = TENTH, .typed = ALL),
        TWO("1 Mb, all typed", 0, 1e-2, 2e-3, .panel = REGION, .typed = ALL),
        TWO("1k, all typed", V_LIMIT, 0, 0, .panel = TENTH, .typed = ALL),
        TWO("1k, all typed", V_SHORT, 1e-2, 0, .panel = TENTH, .typed = ALL),
        TWO("1k, all typed", 0, 0, 1e-2, .panel = TENTH, .typed = ALL),
    };
    v_table(v, cases, sizeof cases / sizeof *cases);
}

static void guessed(v_run *v)
{
    const v_case cases[] = {
        ONE_CHILD("1k, mother and father typed", V_LIMIT, 0, .panel = TENTH, .typed = PARENTS),
        ONE_CHILD("1k, mother and father typed", 0, 1e-3, .panel = TENTH, .typed = PARENTS),
        ONE_CHILD("1k, mother and father typed", V_SHORT, 1e-2, .panel = TENTH, .typed = PARENTS),
        ONE_CHILD("1 Mb, mother and father typed", 0, 1e-2, .panel = REGION, .typed = PARENTS),
        ONE_CHILD("1k, both parents phased", 0, 0, .panel = TENTH, .typed = PARENTS,
                  .phased = true),
        ONE_CHILD("1k, both parents phased", 0, 1e-3, .panel = TENTH, .typed = PARENTS,
                  .phased = true),
        ONE_CHILD("1k, both parents phased", V_SHORT, 1e-2, .panel = TENTH, .typed = PARENTS,
                  .phased = true),
        ONE_CHILD("1 Mb, both parents phased", 0, 1e-2, .panel = REGION, .typed = PARENTS,
                  .phased = true),
        ONE_CHILD("1k, only the mother typed", V_LIMIT, 0, .panel = TENTH, .typed = BIT(V_HOST)),
        ONE_CHILD("1k, only the mother typed", 0, 1e-3, .panel = TENTH, .typed = BIT(V_HOST)),
        ONE_CHILD("1k, only the mother typed", V_SHORT, 1e-2, .panel = TENTH, .typed = BIT(V_HOST)),
        TWO("1k, child not typed", 0, 1e-2, 2e-3, .panel = TENTH, .typed = ALL & ~BIT(V_CHILD)),
        TWO("1k, child not typed", 0, 1e-2, 0, .panel = TENTH, .typed = ALL & ~BIT(V_CHILD)),
    };
    v_table(v, cases, sizeof cases / sizeof *cases);
}

static void competing(v_run *v)
{
    const v_case cases[] = {
        {"1k, a stranger competes",
         V_SHORT,
         2,
         {"child", "stranger"},
         {1e-2, 5e-3},
         SETTING(.n_candidates = 1, .candidate = {V_CHILD},
                 .share = {[V_CHILD] = 1e-2, [V_STRANGER] = 5e-3}, .stranger = true, .panel = TENTH,
                 .typed = ALL)},
        {"1k, a stranger competes",
         0,
         2,
         {"child", "stranger"},
         {1e-2, 0},
         SETTING(CHILD(1e-2), .stranger = true, .panel = TENTH, .typed = ALL)},
        {"1k, a stranger competes",
         0,
         2,
         {"child", "stranger"},
         {0, 1e-2},
         SETTING(.n_candidates = 1, .candidate = {V_CHILD}, .share = {[V_STRANGER] = 1e-2},
                 .stranger = true, .panel = TENTH, .typed = ALL)},
        {"1k, reads hop from another sample",
         0,
         2,
         {"child", "hopping"},
         {1e-2, 2e-3},
         SETTING(CHILD(1e-2), .hopping = 2e-3, .panel = TENTH, .typed = ALL)},
        {"1k, a sister too",
         0,
         2,
         {"child", "sister"},
         {1e-2, 2e-3},
         SETTING(.n_candidates = 2, .candidate = {V_CHILD, V_SISTER},
                 .share = {[V_CHILD] = 1e-2, [V_SISTER] = 2e-3}, .panel = TENTH,
                 .typed = ALL | BIT(V_SISTER), .people = V_STRANGER)},
        {"250 sites, both parents phased, p by bootstrap (99 draws)",
         V_HEAVY | V_LEVEL,
         1,
         {"child"},
         {0},
         SETTING(CHILD(0), .panel = SMALL, .typed = PARENTS, .phased = true, .bootstrap = 99)},
        {"250 sites, p by bootstrap (99 draws)",
         V_HEAVY | V_LEVEL,
         2,
         {"child", "grandmother"},
         {0, 0},
         SETTING(BOTH(0, 0), .panel = SMALL, .typed = ALL, .bootstrap = 99)},
        {"250 sites, p by bootstrap (99 draws)",
         V_HEAVY | V_LEVEL,
         2,
         {"child", "grandmother"},
         {5e-3, 0},
         SETTING(BOTH(5e-3, 0), .panel = SMALL, .typed = ALL, .bootstrap = 99)},
    };
    v_table(v, cases, sizeof cases / sizeof *cases);
}

void v_reads(v_run *v)
{
    if (load(v) < 0) {
        v_check(v, false, "panels: out of memory");
        return;
    }
    say_panels(v);
    v_say(v, "\n### Everybody in the tube is typed\n");
    typed(v);
    v_say(v, "\n### Genotypes that are summed over\n");
    guessed(v);
    v_say(v, "\n### Competitors\n");
    competing(v);
}

/* The fit is told that the second person is unrelated, or nothing of one who is there. */
void v_reads_wrong(v_run *v)
{
#define ALONE(name, flags, x, person, ...)                                                         \
    {                                                                                              \
        name, V_WRONG | (flags), 1, {person}, {x}, SETTING(__VA_ARGS__)                            \
    }
    if (load(v) < 0)
        return;
    const v_case kinship[] = {
        ALONE("that the second person is her child (1 Mb)", V_SHORT, 1e-2, "child",
              .stranger = true, .share = {[V_CHILD] = 1e-2}, .panel = REGION, .typed = BIT(V_HOST)),
        ALONE("that the second person is her child (1 Mb)", 0, 1e-3, "child", .stranger = true,
              .share = {[V_CHILD] = 1e-3}, .panel = REGION, .typed = BIT(V_HOST)),
        ALONE("that the second person is her child (1k)", 0, 1e-2, "child", .stranger = true,
              .share = {[V_CHILD] = 1e-2}, .panel = TENTH, .typed = BIT(V_HOST)),
        ALONE("nothing that matters: the second person is unrelated (1k)", 0, 1e-2, "stranger",
              .stranger = true, .share = {[V_STRANGER] = 1e-2}, .panel = TENTH,
              .typed = BIT(V_HOST)),
    };
    const v_case absent[] = {
        ALONE("the grandmother (2e-3) (1k)", 0, 1e-2, "child", .n_candidates = 1,
              .candidate = {V_CHILD}, .share = {[V_CHILD] = 1e-2, [V_GRANDMOTHER] = 2e-3},
              .panel = TENTH, .typed = ALL),
        ALONE("a sister (2e-3) (1k)", V_SHORT, 1e-2, "child", .n_candidates = 1,
              .candidate = {V_CHILD}, .share = {[V_CHILD] = 1e-2, [V_SISTER] = 2e-3},
              .panel = TENTH, .typed = ALL),
        ALONE("a sister, who alone is there (2e-3) (1k)", 0, 0, "child", .n_candidates = 1,
              .candidate = {V_CHILD}, .share = {[V_SISTER] = 2e-3}, .panel = TENTH, .typed = ALL),
        {"a sister, who alone is there (2e-3); a stranger competes (1k)",
         V_WRONG,
         2,
         {"child", "stranger"},
         {0, 0},
         SETTING(.n_candidates = 1, .candidate = {V_CHILD}, .share = {[V_SISTER] = 2e-3},
                 .stranger = true, .panel = TENTH, .typed = ALL)},
        ALONE("a stranger (5e-3) (1k)", 0, 1e-2, "child", .n_candidates = 1, .candidate = {V_CHILD},
              .share = {[V_CHILD] = 1e-2, [V_STRANGER] = 5e-3}, .panel = TENTH, .typed = ALL),
        {"a stranger who alone is there (5e-3) (1k)",
         V_WRONG,
         2,
         {"child", "grandmother"},
         {0, 0},
         SETTING(.n_candidates = 2, .candidate = {V_CHILD, V_GRANDMOTHER},
                 .share = {[V_STRANGER] = 5e-3}, .panel = TENTH, .typed = ALL)},
    };
    v_say(v, "\n### Kinship\n");
    v_table_wrong(v, kinship, sizeof kinship / sizeof *kinship);
    v_say(v, "\n### Relatives\n");
    v_table_wrong(v, absent, sizeof absent / sizeof *absent);
}
