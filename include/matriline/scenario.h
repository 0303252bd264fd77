/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_SCENARIO_H
#define MATRILINE_SCENARIO_H
/**
 * A scenario: people, and everything dated that happened to them. Read from YAML, or filled by the
 * functions below. Dates are days since 1970-01-01 (proleptic Gregorian).
 */
#include "matriline/error.h"
#include "matriline/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_scenario mtl_scenario;

/** Reads and checks a YAML file ("-": standard input). Names of organs and assays are those of the
 *  model. Free with mtl_scenario_free. */
MTL_API int mtl_scenario_load(mtl_scenario **out, const char *path, const mtl_model *model,
                              mtl_error *err);

/** HLA of its people, for what depends on it (tolerance, response, outcomes that hang on an allele):
 *  a table of haplotype frequencies and one of typings, as `matriline markers` takes them; either may
 *  be NULL. Without them every founder brings haplotypes of its own, and no allele is known. */
MTL_API int mtl_scenario_hla(mtl_scenario *s, const mtl_model *model, const char *table_file,
                             const char *typing_file, mtl_error *err);
/** The same from memory; `name` stands for the file in messages. */
MTL_API int mtl_scenario_parse(mtl_scenario **out, const char *text, int length, const char *name,
                               const mtl_model *model, mtl_error *err);
MTL_API void mtl_scenario_free(mtl_scenario *s);

MTL_API const char *mtl_scenario_title(const mtl_scenario *s);
MTL_API int mtl_scenario_n_people(const mtl_scenario *s);
MTL_API const char *mtl_scenario_person_name(const mtl_scenario *s, int person);
/** Whether a body is followed for this person (1) or not (0: only named, or lost), or an error. */
MTL_API int mtl_scenario_has_body(const mtl_scenario *s, int person, mtl_error *err);
/** The person that results and reports are about from now on; MTL_ERR_NAME with the nearest name if
 *  there is no such person. */
MTL_API int mtl_scenario_set_focus(mtl_scenario *s, const char *person, mtl_error *err);
MTL_API int mtl_scenario_n_samples(const mtl_scenario *s);
/** Injuries: those of the file, an injury of a group of organs once for each, and the scars that
 *  `follow: [scars]` adds. */
MTL_API int mtl_scenario_n_injuries(const mtl_scenario *s);
/** The i-th injury in words: "infarct of the heart, 12% of the tissue"; free() it. NULL if there is
 *  none or if out of memory. */
MTL_API char *mtl_scenario_injury(const mtl_scenario *s, int i);
/** What `follow` asks for, in words: "tolerance and response, lupus"; "" if nothing; free() it. NULL
 *  if out of memory. */
MTL_API char *mtl_scenario_follows(const mtl_scenario *s);
/** What is allowed and may yet be a slip, such as two injuries of one organ on one day: one line each,
 *  beginning with the place in the file, "" if there is nothing to say. The caller frees it; NULL = out
 *  of memory. */
MTL_API char *mtl_scenario_remarks(const mtl_scenario *s);
/** SHA-256 (hex) of the file as read. */
MTL_API const char *mtl_scenario_hash(const mtl_scenario *s);

/** The pedigree and the time line as text, `width` columns wide; free() it. NULL if out of memory. */
MTL_API char *mtl_scenario_draw(const mtl_scenario *s, int width);

#ifdef __cplusplus
}
#endif
#endif
