/* SPDX-License-Identifier: MIT */
#ifndef MTL_BODY_H
#define MTL_BODY_H
/* Face of body/: one body compiled into types of a branching process. organ x kind become types,
   each kind gets its row of the body's blood hub, each kind of progeny or transient cell an
   intensity in the blood. The donors of the cells do not appear: all foreign cells of a kind obey
   the same rules here, and each donor's cells are a realisation of their own. */
#include "host/host.h"
#include "model/model.h"
#include "process/process.h"

/* ---------------------------------------------------------------- environment (environment.c) */
/* A slot is a factor of the process: the product of named factors of the model within a window of
   time, each on one clock or of the state of one host; or a weighted sum of such products, where
   several rules give one rate. Slot 0 is constant 1. */
enum { MTL__SLOT_ARGS = 4, MTL__SLOT_TERMS = 6 };
typedef struct mtl__slot {
    const int *factor; /* indices into model->factor */
    int n_factors;
    double origin; /* day at which the clock reads 0: birth (age in years) or last menstrual period
                      (weeks) */
    double t_on, t_off; /* 0 outside [t_on, t_off) */
    double fresh;       /* days after which bounds are looked at again; 0 = constant while on */
    int also;           /* a slot on another clock that it is multiplied by; 0 = none */
    uint64_t owner;     /* slots of different owners are never shared, so that each has its gate */
    int host;           /* whose state its factors are of; -1 = none */
    int variable[MTL__SLOT_ARGS];       /* of the host; -1 = on the clock */
    bool coupled[MTL__SLOT_ARGS];       /* ... and reads cells */
    bool reads;                         /* the host's variables depend on cells */
    bool held;                          /* ... and are tallies, and nothing else moves it */
    int term[MTL__SLOT_TERMS], n_terms; /* a sum: of these slots, and nothing of its own */
    double part[MTL__SLOT_TERMS];       /* their weights, which sum to 1 */
    double arg[MTL__SLOT_ARGS][MTL__FACTOR_ARGS]; /* of its first factors, as of when it was made */
    double edge[16]; /* days at which a factor may jump or bend, increasing */
    int n_edges;
} mtl__slot;
/* A host that slots may be of. What befalls it moves its variables within days and then ever more
   slowly: `look` holds the dates at which a factor of it is looked at again. */
typedef struct mtl__slot_host {
    mtl__host_plan *plan; /* borrowed */
    double *look;
    size_t cap_look;
    int n_look;
} mtl__slot_host;
/* What one lane sees of the hosts (mtl__env.beside). */
typedef struct mtl__beside {
    mtl__host_state *const *state; /* [hosts] */
    const int *place;              /* [hosts] of the lane's donor among those of the host */
} mtl__beside;
typedef struct mtl__clockwork {
    const mtl_model *m;
    mtl__slot *slot;
    size_t cap;
    int n;
    int32_t *bucket; /* [n_buckets] slots by hash, 0 = empty */
    size_t n_buckets;
    mtl__slot_host *host;
    size_t cap_host;
    int n_hosts;
    mtl__env env; /* ctx = this clockwork; feedback as soon as a slot reads cells */
} mtl__clockwork;
void mtl__clockwork_init(mtl__clockwork *c, const mtl_model *m);
void mtl__clockwork_free(mtl__clockwork *c);
/* Index of the slot (an equal one is shared), 0 when nothing varies, or MTL_ERR_MEMORY. The factor
   array is borrowed. */
int mtl__clockwork_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                        double t_on, double t_off, double fresh);
/* The same, not shared with other owners. */
int mtl__clockwork_own_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                            double t_on, double t_off, double fresh, uint64_t owner);
/* The product of two slots (either may be 0), on while the first is. */
int mtl__clockwork_product(mtl__clockwork *c, int slot, int also);

/* The number of a host for its slots, or MTL_ERR_MEMORY. */
int mtl__clockwork_host(mtl__clockwork *c, mtl__host_plan *plan);
/* A product of at most MTL__SLOT_ARGS factors on the clock of age and of a host's variables
   (variable[k], -1 = on the clock); the arrays are the caller's, `factor` is borrowed. */
int mtl__clockwork_host_slot(mtl__clockwork *c, const int *factor, const int *variable,
                             int n_factors, double origin, int host);
/* The weighted sum of at most MTL__SLOT_TERMS slots (0 = 1) as one; MTL_ERR_LIMIT for more. */
int mtl__clockwork_sum(mtl__clockwork *c, const int *slot, const double *weight, int n);

/* ---------------------------------------------------------------- body (compile.c) */
typedef struct mtl__body_spec {
    const char *name; /* for messages; borrowed until the builder finishes */
    int sex;          /* 'f', 'm', or 0 unknown */
    double born;      /* clock of age; NaN: rules with an age factor are refused */
    const bool *kind; /* [n_kinds] in use */
    const bool
        *landing; /* [n_kinds] settles through the hub: types in all organs, else only in `home` */
    const int *home;      /* [n_kinds] the one organ of kinds that do not land; -1 = none */
    mtl__host_plan *host; /* what happens to this body itself; NULL = nothing that cells see */
} mtl__body_spec;
typedef struct mtl__body {
    double born; /* clock of age, as in the spec */
    int host;    /* its number in the clockwork; -1 = none */
    int type0, type1, cox0, cox1;
    int *type;     /* [n_kinds * n_organs] type of kind k in organ o at k * n_organs + o; -1 */
    int *row;      /* [n_kinds] row of the hub; -1 */
    int *settle;   /* [n_kinds] row that lands without loss, for engrafted doses; -1 */
    int *cox;      /* [n_kinds] intensity in the blood; -1 */
    double *leave; /* [n_kinds] per day, of a seed, at factor 1 (mean over organs of equal rules) */
    double *decay; /* [n_kinds] per day, of an intensity */
    double *residence; /* [n_kinds] days of one passage through the hub */
} mtl__body;
int mtl__body_compile(mtl__builder *b, mtl__clockwork *clock, const mtl_model *m,
                      const mtl__body_spec *spec, mtl__arena *arena, mtl__body *out,
                      mtl_error *err);

#endif
