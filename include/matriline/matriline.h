/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_MATRILINE_H
#define MATRILINE_MATRILINE_H
/**
 * All public headers of Matriline, a laboratory for microchimerism.
 *
 *     mtl_model_load      the model, from a folder of tables
 *     mtl_scenario_load   a family, from a YAML file
 *     mtl_run             carries it out
 *     mtl_result_emit     hands the rows to your callbacks
 *     mtl_compare_run     the same lives under two hypotheses, or in two scenarios
 *     mtl_markers_run     which markers tell whose cells from whose
 *     mtl_quantify_run    who is in whom, from the wells of PCR plates
 *     mtl_claims_load     what is said of these cells, and what can be answered
 *     mtl_mix_run         who is in whom, from reads or allele counts
 *
 * examples/api/ has one small program for each use. Link with `pkg-config --libs matriline`.
 */
#include "matriline/claims.h"
#include "matriline/compare.h"
#include "matriline/error.h"
#include "matriline/export.h"
#include "matriline/fit.h"
#include "matriline/markers.h"
#include "matriline/mix.h"
#include "matriline/model.h"
#include "matriline/quantify.h"
#include "matriline/run.h"
#include "matriline/scenario.h"
#include "matriline/targets.h"
#include "matriline/version.h"

#endif
