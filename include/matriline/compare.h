/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_COMPARE_H
#define MATRILINE_COMPARE_H
/**
 * The same lives twice: two runs with one seed, life by life. Random streams are named after
 * people, inocula and parameters, so what the two runs have in common is drawn alike in both, and a
 * difference within a life is what the change did, not chance.
 */
#include "matriline/run.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_compare mtl_compare;

/** One number per life in A and in B. */
typedef struct mtl_paired {
    int n;             /**< lives; 0 = not followed */
    double a, b;       /**< means */
    double difference; /**< mean of B - A */
    double low, high;  /**< its 95% interval by the paired t; NaN with one life */
    double differ;     /**< share of lives in which A and B differ by more than a millionth */
    double differ_low, differ_high; /**< its 95% interval, Clopper and Pearson */
    double b_larger;                /**< share of lives in which B is the larger */
} mtl_paired;

/** Genome equivalents per million nucleated cells of an organ, at the final date of each run. */
typedef struct mtl_compare_level {
    const char *host, *donor, *organ, *organ_label, *relation;
    int in_a, in_b; /**< can cells of the donor be in the host at all? */
    int focus;      /**< the host is the person that A is about */
    mtl_paired chance,
        unknowns; /**< with everything as set; with the unknowns drawn from their priors */
} mtl_compare_level;

/** A sample that both scenarios take. */
typedef struct mtl_compare_sample {
    const char *person, *organ, *assay; /**< assay "" = none was named, and nothing looked for */
    double t_days;
    double p_a, p_b;    /**< shares of lives with a positive sample; NaN without assay */
    int only_a, only_b; /**< lives that are positive in one only */
    double p_mcnemar;   /**< exact, two-sided; NaN without assay */
    mtl_paired level;   /**< genome equivalents per million */
} mtl_compare_sample;

/** One thing that a run follows of the hosts themselves. */
typedef struct mtl_compare_host {
    const char *what;           /**< "injury", "immune", "outcome", "tumour" */
    const char *person, *donor; /**< donor "" but for "immune" */
    const char *name, *label;   /**< of the injury, outcome or kind of tumour, the label with its
                                     place; "" for "immune" */
    const char *organ;          /**< where; "" for outcomes and "immune" */
    double t_days;              /**< injuries: when; NaN else */
    const char *measure;        /**< what a and b are, in words */
    int in_a, in_b;             /**< which of the two follows it */
    double a, b; /**< chance alone; NaN where not followed, or (median of days until a tenth is
                    left) not by the end in half of lives */
    double a_unknowns, b_unknowns;
    int only_a, only_b; /**< outcomes drawn in both: lives in which it came in one only, else 0 */
    double p_mcnemar;   /**< of these, exact and two-sided; NaN where not paired by life */
    mtl_paired delay;   /**< outcomes: days from its coming in A to that in B, lives with both */
} mtl_compare_host;

/** Until when the lives of a donor's cells in a body are the same, cell by cell. */
typedef struct mtl_compare_pairing {
    const char *host, *donor;
    int focus;
    int n;         /**< lives; 0 = the runs kept no fingerprints */
    int parted;    /**< lives that are no longer the same at some common date */
    int empty;     /**< lives without a cell in either at any common date */
    double median; /**< date at which half of the lives have parted; +inf = to the end */
    double first,
        last; /**< earliest and latest date of parting; +inf where none, or not all, part */
} mtl_compare_pairing;

/** The dates that either of two runs would look at, for mtl_run_opts of both; free() them. */
MTL_API int mtl_compare_both_dates(const mtl_scenario *a, const mtl_model *model_a,
                                   const mtl_scenario *b, const mtl_model *model_b, double **dates,
                                   int *n, mtl_error *err);
/** Compares two simulated results of the same seed, first replicate and number of replicates.
 * Borrows both, and their scenarios. For pairings both runs must have been asked for fingerprints.
 */
MTL_API int mtl_compare_run(mtl_compare **out, const mtl_result *a, const char *label_a,
                            const mtl_result *b, const char *label_b, mtl_error *err);
MTL_API void mtl_compare_free(mtl_compare *c);

/** Rows: those of the focus person first. Text is borrowed. Out of range: MTL_ERR_USAGE. */
MTL_API int mtl_compare_n_levels(const mtl_compare *c);
MTL_API int mtl_compare_get_level(const mtl_compare *c, int i, mtl_compare_level *out);
MTL_API int mtl_compare_n_samples(const mtl_compare *c);
MTL_API int mtl_compare_get_sample(const mtl_compare *c, int i, mtl_compare_sample *out);
MTL_API int mtl_compare_n_hosts(const mtl_compare *c);
MTL_API int mtl_compare_get_host(const mtl_compare *c, int i, mtl_compare_host *out);
MTL_API int mtl_compare_n_pairings(const mtl_compare *c);
MTL_API int mtl_compare_get_pairing(const mtl_compare *c, int i, mtl_compare_pairing *out);
/** What each run answers: "P(a cell of ...)" and its value; -1 for A, +1 for B. Borrowed. */
MTL_API const char *mtl_compare_answer(const mtl_compare *c, int which, double *chance,
                                       double *unknowns);
/** Is a difference of levels more than chance would leave among so many (Bonferroni, over the
 * levels of the focus person that differ in any life; at 5%)? Of one life there is no telling: 1.
 */
MTL_API int mtl_compare_beyond_chance(const mtl_compare *c, const mtl_paired *p);
/** Does the row say another thing of A than of B: in a number (tolerance and response below a
 * thousandth are none), in some life, or because only one run follows it? */
MTL_API int mtl_compare_host_differs(const mtl_compare_host *r);
/** The largest difference between the hosts themselves that is more than chance, in a sentence: of
 * outcomes by McNemar's test, of days to heal and of tolerance and response by the spread of lives;
 * "" where there is none. Borrowed. */
MTL_API const char *mtl_compare_headline(const mtl_compare *c);
/** Why lives part sooner than the change asks for, in a sentence; "" where nothing is to be said.
 *  Borrowed. */
MTL_API const char *mtl_compare_note(const mtl_compare *c);
/** Final dates of the two runs. */
MTL_API void mtl_compare_dates(const mtl_compare *c, double *a, double *b);

/** As one table; as one JSON document; free() it. NULL = out of memory. */
MTL_API char *mtl_compare_tsv(const mtl_compare *c);
MTL_API char *mtl_compare_json(const mtl_compare *c);
/** As one HTML page. */
MTL_API int mtl_compare_write(const mtl_compare *c, const char *path, mtl_error *err);

#ifdef __cplusplus
}
#endif
#endif
