/* SPDX-License-Identifier: MIT */
#ifndef MTL_RESULT_OUT_H
#define MTL_RESULT_OUT_H
/* A result on its way out: what the tables, the JSON document and the report share. */
#include "base/base.h"
#include "run/result.h"

struct json_t;

/* ---- text (result_text.c) ---- */
/* "%.6g" with a decimal point in any locale; "NA" for what is not a finite number. Returns buf. */
const char *mtl__out_number(double v, char buf[32]);
/* Valid UTF-8 without control characters: bytes that are neither become U+FFFD, tabs and ends of
   line become spaces. Strings of a scenario that was filled by the API may hold anything. */
void mtl__out_clean(mtl__str *b, const char *s);
/* "niche = additive, persistence = slow": every switch as it is set. */
void mtl__out_switches(mtl__str *b, const mtl_model *m);
const char *mtl__out_solver(const mtl_result *r);
const char *mtl__out_event(enum mtl__note_kind kind);
/* Name of the assay of an assay result, NULL if none was named. */
const mtl__assay_def *mtl__out_assay(const mtl_result *r, const mtl__assay_result *a);
/* The laboratory's own reading where there is one, else the virtual one of the replicate shown;
   NULL if there is neither (solver analytic). */
const mtl__reading *mtl__out_reading(const mtl__assay_result *a);
/* "2 of 12 wells", "3 of 240000 partitions", "44 reads of alleles the host lacks at 51 sites". */
void mtl__out_units(mtl__str *b, const mtl__assay_result *a, const mtl__reading *x);
/* Is there a virtual reading of the first replicate? */
bool mtl__out_shown(const mtl__assay_result *a);
/* Number of parameters in use with this tier. */
int mtl__out_n_tier(const mtl_result *r, char tier);

/* ---- tables (result_tsv.c): the whole file into b; b->oom tells of lack of memory ---- */
void mtl__out_cells(mtl__str *b, const mtl_result *r);
void mtl__out_events(mtl__str *b, const mtl_result *r);
void mtl__out_assays(mtl__str *b, const mtl_result *r);
/* Their pieces: provenance; a text (NA if none); behind a tab a text, a number, a date. */
void mtl__out_head(mtl__str *b, const mtl_result *r, const char *table);
void mtl__out_head_text(mtl__str *b, const char *key, const char *value);
void mtl__out_cell(mtl__str *b, const char *s);
void mtl__out_tab(mtl__str *b, const char *s);
void mtl__out_tab_number(mtl__str *b, double v);
void mtl__out_tab_date(mtl__str *b, double days);

/* ---- the hosts themselves (result_hosts.c, result_hosts_json.c) ---- */
/* Is anything of injuries, tolerance, outcomes or tumours in the result? */
bool mtl__out_has_hosts(const mtl_result *r);
/* The tables of the folder hosts/: name, writer, and how many things it has to tell of. */
enum { MTL__OUT_HOST_TABLES = 6 };
typedef struct mtl__out_host_table {
    const char *name; /* "hosts/injuries.tsv" */
    void (*write)(mtl__str *b, const mtl_result *r);
    int (*n)(const mtl_result *r);
} mtl__out_host_table;
const mtl__out_host_table *mtl__out_host_table_at(int i);
/* Day on which the scenario says an outcome of a person began; NaN if it does not. */
double mtl__out_given_onset(const mtl_result *r, const mtl__outcome_result *o);
/* Median day of the first among the lives (by chance) in which it came; NaN where in none. Sorts in
   room of its own; lack of memory sets *oom. */
double mtl__out_median_onset(const mtl_result *r, const mtl__outcome_result *o, bool *oom);
/* The label of an outcome, else its name. */
const char *mtl__out_outcome_label(const mtl_result *r, const mtl__outcome_result *o);

/* Text on lines of 80 columns, the first of them and the others indented (result_hosts_text.c). */
void mtl__out_wrapped(mtl__str *b, const mtl__str *text, int first, int indent);
/* Injuries for the terminal (result_injury_text.c); nothing where there are none. */
void mtl__out_injury_lines(mtl__str *b, const mtl_result *r);
/* What became of tumours, three shares that add up (result_injury_text.c). */
void mtl__out_tumour_lines(mtl__str *b, const mtl_result *r);
/* Dose and response (result_doses.c): people with injuries alike who were given different numbers of
   cells, by dose; their number, 0 where doses do not differ. */
typedef struct mtl__out_dose {
    int injury; /* result */
    double dose;
} mtl__out_dose;
int mtl__out_doses(const mtl_result *r, mtl__out_dose *out, int most);
/* Foreign cells in its organ so long after an injury, with the unknowns drawn where they were; NULL
   where the run did not look. */
const struct mtl__band *mtl__out_days_after(const mtl_result *r, const mtl__injury_result *x,
                                            double days);
void mtl__out_dose_lines(mtl__str *b, const mtl_result *r);

/* ---- what of them is told in words (result_hosts_words.c) ---- */
/* Is it told at all? Not where the model has the outcome of the other sex only, nor a chance of a
   pregnancy of somebody who has none; unless the scenario dates it. */
bool mtl__out_told(const mtl_result *r, const mtl__outcome_result *o);
/* Outcomes asked for of a person that the model has of the other sex only: their labels, joined.
   Returns their number. */
int mtl__out_other_sex(mtl__str *b, const mtl_result *r, int person);
/* Outcomes told that are chances beside the pregnancies of the scenario: labels; their number. */
int mtl__out_beside(mtl__str *b, const mtl_result *r);
/* Do some of the lives end by an outcome that was drawn? */
bool mtl__out_ends_lives(const mtl_result *r);

/* ---- JSON (result_json.c) ---- */
typedef struct mtl__out_file {
    const char *name;
    mtl__str text;
    char sha256[65];
} mtl__out_file;
/* The hosts themselves as one object (result_hosts_json.c); NULL if out of memory. */
struct json_t *mtl__out_hosts_json(const mtl_result *r);
/* The manifest as text, which names the n files; NULL if out of memory; free() it. */
char *mtl__out_manifest(const mtl_result *r, const mtl__out_file *file, int n);

#endif
