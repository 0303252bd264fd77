/* SPDX-License-Identifier: MIT */
#ifndef MTL_RESULT_HOST_H
#define MTL_RESULT_HOST_H
/* What a run leaves of the hosts themselves: injuries, tolerance, outcomes, tumours. Part of
   mtl_result; empty where nothing of the kind is followed. Bands are over replicates, chance alone
   ([0]) and chance plus unknowns ([1]); times are those of the result. */
#include <stdbool.h>
#include <stdint.h>

struct mtl__band;
typedef struct mtl__band mtl__band;
enum { MTL__HOST_BANDS = 2 };

/* How it heals: days from its beginning until a tenth is left of the most damage that it came to. */
typedef struct mtl__healing {
    double peak, peak_day;    /* that most (mean), and the day of it; NaN = it damages nothing */
    double mean;              /* NaN = in some replicate not by the end */
    double low, middle, high; /* median and 95% of replicates; NaN = not by the end */
} mtl__healing;

typedef struct mtl__injury_result {
    int injury, person; /* index into scenario->injury */
    bool coupled;       /* foreign cells act on its repair (switch repair) */
    /* [n_times] each: with the foreign cells */
    mtl__band *damage[MTL__HOST_BANDS], *inflammation[MTL__HOST_BANDS], *chemokine[MTL__HOST_BANDS];
    float *alone[3]; /* [n_times] damage, inflammation, chemokine without any foreign cell */
    mtl__healing heal[MTL__HOST_BANDS];
    double healed_mean[MTL__HOST_BANDS]; /* heal[].mean */
    double healed_alone;                 /* the same without any foreign cell */
    /* Expected foreign cells in the organ because of injuries since it began, when they are most in
       the 90 days after it (or to the end), on day most_day; those that would be there then without
       any injury of this file; how many took up a fate of the tissue, at most in that time; of
       foreign cells that can leave their organ, in the body on its day: P(any), and how many on
       average of all lives. NaN = not known. */
    double there, came, most_day, fated, p_seed, seeds;
    double brought_days; /* 90, or fewer at the end of a file */
    mtl__band *arrived[MTL__HOST_BANDS]; /* [n_times] foreign cells in the injured organ, all
                                            donors, per 1e6 nucleated cells */
} mtl__injury_result;

typedef struct mtl__immune_result {
    int host, donor; /* people */
    double mismatch; /* mean over replicates of the share of the donor's haplotypes that the host
                        lacks */
    mtl__band *tolerance[MTL__HOST_BANDS], *response[MTL__HOST_BANDS]; /* [n_times] */
} mtl__immune_result;

typedef struct mtl__outcome_result {
    int person, outcome; /* index into model->outcome */
    bool given;          /* its date stands in the scenario */
    bool dated;          /* a tumour: a clone that the scenario dates begins it; by, p_end ... then
                            tell whether that was found, and there is no baseline */
    /* by [band]: share of lives in which it came by time [n_times], and by the end with its Wilson
       95% interval; mean number of times (recurrent ones) */
    float *by[MTL__HOST_BANDS];
    double p_end[MTL__HOST_BANDS], p_lo[MTL__HOST_BANDS], p_hi[MTL__HOST_BANDS],
        times[MTL__HOST_BANDS];
    double p_baseline; /* by the end from its baseline alone (exposures at 0), exact; a tumour: that
                          it was found by then in a body without foreign cells */
    float *onset;      /* [replicates] chance: day of the first, NaN = none */
    float *baseline;   /* [n_times] P by then from its baseline alone; NULL = not computed */
} mtl__outcome_result;

typedef struct mtl__clone_result {
    int person, kind, organ, outcome;
    mtl__band *cells[MTL__HOST_BANDS]; /* [n_times], over all lives */
    /* Shares of lives: in which one began; of these it was found (and taken out: p_detected), was
       there at the end and not found, or was gone, by itself or with the life. */
    double p_begun[MTL__HOST_BANDS], p_alive_end[MTL__HOST_BANDS], p_gone[MTL__HOST_BANDS];
    bool has_detected; /* p_detected is filled: share of lives in which it grew to be known */
    double p_detected[MTL__HOST_BANDS];
} mtl__clone_result;

typedef struct mtl__host_result {
    mtl__injury_result *injury;
    int n_injuries;
    mtl__immune_result *immune;
    int n_immune;
    mtl__outcome_result *outcome;
    int n_outcomes;
    mtl__clone_result *clone;
    int n_clones;
    bool together;         /* cells and hosts were run together */
    bool needs_lives;      /* outcomes or tolerance are followed, but no lives were simulated: of
                              these, and of tumours, nothing is told */
    const char *coupling;  /* in words: what reads what, "" = nothing */
    double coupling_error; /* of the strongest outcome or damage, on halving the step; NaN = not
                              measured */
    double coupling_error_se;
} mtl__host_result;

#endif
