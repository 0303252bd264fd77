/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_MODEL_H
#define MATRILINE_MODEL_H
/**
 * The model as data: organs, kinds of cells, rules, supply, switches, assays and the parameter table
 * with unit, range, prior, tier and source, read from a folder (models/human) of TSV files.
 * A model is changed only by mtl_model_set and mtl_model_switch, before it is used.
 */
#include "matriline/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_model mtl_model;

/** Reads the folder. On failure *out is NULL and err names file, line and field. Free with
 *  mtl_model_free. */
MTL_API int mtl_model_load(mtl_model **out, const char *dir, mtl_error *err);
/** A deep copy, for trying other values; NULL if out of memory. */
MTL_API mtl_model *mtl_model_copy(const mtl_model *m);
MTL_API void mtl_model_free(mtl_model *m);

/** Sets a parameter from text with or without a unit ("0.1", "0.1 per year", "2 cells/mL"); without
 *  one the unit of the table is meant. Unknown names give MTL_ERR_NAME with the nearest name, values
 *  outside what is possible MTL_ERR_VALUE, wrong dimensions MTL_ERR_UNIT. */
MTL_API int mtl_model_set(mtl_model *m, const char *name, const char *value, mtl_error *err);
/** Sets a switch, e.g. ("niche", "displacement"). A value that is named but not built gives
 *  MTL_ERR_UNSUPPORTED. */
MTL_API int mtl_model_switch(mtl_model *m, const char *name, const char *value, mtl_error *err);

/** One parameter; strings are borrowed from the model. */
typedef struct mtl_param_info {
    const char *name, *meaning;
    double value;       /**< now, in `unit` */
    double default_value; /**< as in the table */
    double low, high;   /**< range, NaN where open */
    const char *unit;
    const char *prior;  /**< lognormal, loguniform, uniform, beta, none */
    char tier;          /**< 'A' .. 'D' */
    const char *source, *note;
    int line;           /**< line of parameters.tsv */
} mtl_param_info;
MTL_API int mtl_model_n_params(const mtl_model *m);
MTL_API int mtl_model_param(const mtl_model *m, int i, mtl_param_info *out);
MTL_API int mtl_model_find_param(const mtl_model *m, const char *name, mtl_error *err);

/** One place where a parameter acts: a rule, a supply line, a factor, an organ or an assay.
 *  Returns the number of places; fills up to `max`. Strings borrowed. */
typedef struct mtl_param_use {
    const char *table;  /**< "rules", "supply", "factors", "organs", "assays", "tallies", ... */
    const char *id;     /**< name of the line in that table */
    const char *text;   /**< what it does, one sentence */
    const char *when;   /**< switch condition, "" if always */
    int active;         /**< under the switches as they are set now */
    int line;
} mtl_param_use;
MTL_API int mtl_model_param_uses(const mtl_model *m, int param, mtl_param_use *out, int max);

/** A line of a table that has a name of its own: a factor, a tally, an injury, an outcome, a kind of
 *  cell. Strings borrowed. Unknown names give MTL_ERR_NAME with the nearest. */
typedef struct mtl_entry_info {
    const char *table; /**< "factors", "tallies", "injuries", "outcomes", "kinds" */
    const char *name, *text;
    char tier; /**< 0 if the table has none */
    const char *source, *note;
    int line;
} mtl_entry_info;
MTL_API int mtl_model_entry(const mtl_model *m, const char *name, mtl_entry_info *out,
                            mtl_error *err);
/** Where such a line acts, as mtl_model_param_uses: rules of a kind, rules with a factor, exposures of
 *  an outcome, what reads a tally. 0 if the name is not known. */
MTL_API int mtl_model_entry_uses(const mtl_model *m, const char *name, mtl_param_use *out, int max);

typedef struct mtl_switch_info {
    const char *name, *value, *meaning; /**< value: as set now */
    int n_values;
} mtl_switch_info;
typedef struct mtl_switch_value {
    const char *value, *meaning;
    const char *source, *note; /**< "" if none */
    int built; /**< 0: named in the design, not built yet: refused */
} mtl_switch_value;
MTL_API int mtl_model_n_switches(const mtl_model *m);
MTL_API int mtl_model_switch_info(const mtl_model *m, int i, mtl_switch_info *out);
MTL_API int mtl_model_switch_value(const mtl_model *m, int i, int k, mtl_switch_value *out);
MTL_API int mtl_model_find_switch(const mtl_model *m, const char *name, mtl_error *err);
/** Lines that name switch i in their condition and may hold when it has value k; as
 *  mtl_model_param_uses. */
MTL_API int mtl_model_switch_uses(const mtl_model *m, int i, int k, mtl_param_use *out, int max);

/** SHA-256 (hex, 64 characters) over all tables as read, and the values and switches as set. */
MTL_API const char *mtl_model_hash(mtl_model *m);
MTL_API const char *mtl_model_dir(const mtl_model *m);

#ifdef __cplusplus
}
#endif
#endif
