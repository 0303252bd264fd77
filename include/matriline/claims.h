/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_CLAIMS_H
#define MATRILINE_CLAIMS_H
/**
 * Claims: what popular articles and their readers say of microchimerism, one small file each, with
 * the grade of the evidence, the published rows, the switches that decide, and what this program
 * can say of it today. Nothing is simulated here: an answer names the command that does.
 */
#include "matriline/error.h"
#include "matriline/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_claims mtl_claims;

/** Reads a folder of claims (one YAML file each). Rows of evidence are looked up in `targets`
 * (evidence.tsv, unspoken.tsv). Switches are looked up in m (NULL: not): one that looks like a
 * misspelling is an error, one that m does not have at all is kept. The result holds copies: m may
 * go. */
MTL_API int mtl_claims_load(mtl_claims **out, const char *dir, const char *targets,
                            const mtl_model *m, mtl_error *err);
MTL_API void mtl_claims_free(mtl_claims *c);

/** How well the literature supports a claim, strongest first. */
enum mtl_grade {
    MTL_GRADE_ESTABLISHED,
    MTL_GRADE_REPLICATED, /**< an association that was seen by more than one group */
    MTL_GRADE_SINGLE,
    MTL_GRADE_ANIMAL,
    MTL_GRADE_CONTESTED,
    MTL_GRADE_SPECULATIVE,
    MTL_GRADE_OUTSIDE, /**< no question about cells */
    MTL_N_GRADES
};
/** "established", "replicated-association", ...; and one sentence. Never NULL. */
MTL_API const char *mtl_grade_name(enum mtl_grade g);
MTL_API const char *mtl_grade_meaning(enum mtl_grade g);
/** What the letters N, Q, S, X mean. Never NULL. */
MTL_API const char *mtl_claim_kind_meaning(char kind);

/** One claim; everything is borrowed. Texts that were not given are "". */
typedef struct mtl_claim {
    const char *id, *source;
    const char *claim; /**< in our words */
    enum mtl_grade grade;
    char kind;              /**< 'N' number, 'Q' direction, 'S' switch only, 'X' outside */
    const char *experiment; /**< what would test it in a simulation */
    const char *published;  /**< the published results in words */
    const char *answer;     /**< what this program can say today */
    const char *example;    /**< a family file, "examples/anna.yaml" */
    int n_rows;             /**< published rows: mtl_claims_row */
    int n_targets, n_switches, n_see, n_attempts;
    const char *const *targets;  /**< rows that the model is held against */
    const char *const *switches; /**< that decide */
    const char *const *see;      /**< other claims */
    const char *const *attempts; /**< commands that run as they stand */
} mtl_claim;
/** Claims in the order of grade, then id. */
MTL_API int mtl_claims_n(const mtl_claims *c);
MTL_API int mtl_claims_get(const mtl_claims *c, int i, mtl_claim *out);
/** Index of an id, or MTL_ERR_NAME with the nearest names. */
MTL_API int mtl_claims_find(const mtl_claims *c, const char *id, mtl_error *err);
/** Whether every word of `words` occurs somewhere in claim i, whatever its case. */
MTL_API int mtl_claims_match(const mtl_claims *c, int i, const char *words);

/** A published number that a claim names. */
typedef struct mtl_claim_row {
    const char *id, *species, *what, *unit, *citation, *doi;
    const char *provenance;     /**< abstract, secondary, recalled or derived */
    const char *unspoken;       /**< why it is not held against the model; "" = it is */
    double value, low, high, n; /**< NaN where there is none */
    double k;                   /**< k people of n, where the paper prints counts */
} mtl_claim_row;
MTL_API int mtl_claims_row(const mtl_claims *c, int claim, int k, mtl_claim_row *out);

/** Tables of n chosen claims (indices) for programs. free() the text; NULL if out of memory. */
MTL_API char *mtl_claims_tsv(const mtl_claims *c, const int *chosen, int n);
/** The same as JSON, with rows of evidence; m (NULL allowed) gives the values of the switches. */
MTL_API char *mtl_claims_json(const mtl_claims *c, const mtl_model *m, const int *chosen, int n);

#ifdef __cplusplus
}
#endif
#endif
