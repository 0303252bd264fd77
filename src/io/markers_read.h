/* SPDX-License-Identifier: MIT */
#ifndef MTL_MARKERS_READ_H
#define MTL_MARKERS_READ_H
/* Between the files that read pedigrees, genotypes and HLA, and those that carry out
   `matriline markers`. Errors name file, line, column and field. */
#include "family/scenario.h"
#include "kin/hla.h"

/* ---------------------------------------------------------------- PLINK pedigrees (plink_fam.c) */
enum { MTL__FAM_MAX_BYTES = 64 * 1024 * 1024, MTL__FAM_MAX_PEOPLE = 2000 };
typedef struct mtl__fam_row {
    const char *family, *name, *father, *mother, *phenotype; /* father, mother: "" = not known */
    enum mtl__sex sex;
    int line, column;           /* of the name */
    int father_row, mother_row; /* index, -1 = not known */
    const char *rest;           /* .ped: what follows the six columns, to the end of the line */
    size_t rest_length;
} mtl__fam_row;
typedef struct mtl__fam {
    const char *file;
    int n;
    mtl__fam_row *row;
} mtl__fam;
/* Six columns parted by blanks: family, person, father, mother, sex (1 male, 2 female, 0 not
   known), phenotype; `ped` allows genotypes behind them. Names must be unique in the file. Refused:
   a person named twice (with two fathers or two mothers said so), a parent of the wrong sex or both
   father and mother, a parent who has no line, an own ancestor. Strings live in the arena. */
int mtl__fam_parse(mtl__fam *out, mtl__arena *a, const char *file, const char *text, size_t length,
                   bool ped, mtl_error *err);
/* The people of a scenario as a .fam, one family. */
void mtl__fam_print(mtl__str *out, const mtl_scenario *s);

/* ---------------------------------------------------------------- markers and genotypes */
typedef struct mtl__marker {
    const char *name, *chromosome, *ref, *alt; /* chromosome without "chr" */
    int64_t position;                          /* 0 = not known */
    double frequency;                          /* of alt; NaN = not known */
} mtl__marker;
enum { MTL__MAX_MARKERS = 2000000 };
/* Phase of a heterozygous genotype. */
typedef struct mtl__phase {
    int32_t set;   /* within which it holds: PS, 0 = none named */
    uint8_t first; /* allele on the first haplotype: 0, 1; 2 = no phase */
} mtl__phase;
/* What was left out of a file, and why. */
typedef struct mtl__left_out {
    int not_two_alleles, not_autosomal, filtered, not_diploid, strangers, repeated;
    const char *stranger; /* the first sample that is nobody of the family */
} mtl__left_out;
typedef struct mtl__genotypes {
    mtl__arena arena;
    const char *file; /* "" = none */
    int n_markers, n_people;
    size_t cap_marker, cap_allowed;
    mtl__marker *marker; /* grown by mtl__grow */
    uint8_t *allowed;    /* [n_markers][n_people] sets of kin/genome.h */
    bool *typed;         /* [n_people] has a column in the file */
    /* [n_phased][n_people]; NULL = no heterozygous genotype with a phase was met */
    struct mtl__phase *phase;
    size_t cap_phase;
    int n_phased; /* markers it has room for: none of the later ones has a phase */
    mtl__left_out left_out;
} mtl__genotypes;
int mtl__genotypes_init(mtl__genotypes *g, const mtl_scenario *s, mtl_error *err);
void mtl__genotypes_free(mtl__genotypes *g);
/* A new marker with nothing known of anybody; strings are copied. */
int mtl__genotypes_add(mtl__genotypes *g, const mtl__marker *m, int *index, mtl_error *err);
int mtl__genotypes_set_phase(mtl__genotypes *g, int marker, int person, mtl__phase phase,
                             mtl_error *err);
/* "1" .. "22", with or without "chr". */
bool mtl__is_autosome(const char *chromosome);

/* A table of markers (marker_table.c): marker, chromosome, position, ref, alt, frequency, source.
 */
int mtl__marker_table_parse(mtl__genotypes *g, const char *file, const char *text, size_t length,
                            mtl_error *err);
/* Takes over frequencies that `g` lacks from a panel with the same names and alleles (either way
   round). Returns how many. */
int mtl__markers_take_frequencies(mtl__genotypes *g, const mtl__genotypes *panel);
/* A table of genotypes: person, marker, genotype ("A/G", "A/." half known, "./." unknown); markers
   as in `g`, which must hold them already. */
int mtl__genotype_table_parse(mtl__genotypes *g, const mtl_scenario *s, const char *file,
                              const char *text, size_t length, mtl_error *err);
/* .ped with its .map text (plink_ped.c). */
int mtl__ped_parse(mtl__genotypes *g, const mtl_scenario *s, const char *file, const char *text,
                   size_t length, const char *map_file, const char *map, size_t map_length,
                   mtl_error *err);
/* VCF, VCF.gz or BCF (vcf_genotypes.c), from a file or from memory. */
int mtl__vcf_read(mtl__genotypes *g, const mtl_scenario *s, const char *path, mtl_error *err);
int mtl__vcf_parse(mtl__genotypes *g, const mtl_scenario *s, const char *name, const void *data,
                   size_t size, mtl_error *err);
/* Genotypes as VCF text: those known, else of a draw ([n_markers][n_people], NULL: unknown ones
   stay
   "./."). */
void mtl__vcf_print(mtl__str *out, const mtl_scenario *s, const mtl__genotypes *g,
                    const int8_t *drawn, const bool *used);

/* ---------------------------------------------------------------- HLA (hla_table.c) */
/* Columns A, C, B, DRB1, DQB1, frequency; source and note allowed. */
int mtl__hla_table_parse(mtl__hla_table *t, const char *file, const char *text, size_t length,
                         mtl_error *err);
/* Columns person, A_1, A_2 ... DQB1_1, DQB1_2 (a locus may be absent or empty), phased, note.
   typing has a place for each person of the scenario. */
int mtl__hla_typing_parse(mtl__hla_typing *typing, mtl__hla_table *t, const mtl_scenario *s,
                          const char *file, const char *text, size_t length, mtl_error *err);

/* Both from files (NULL: nothing), after mtl__hla_table_init; rates of crossing over from the model
   (scenario_hla.c). */
int mtl__hla_read(mtl__hla_table *t, mtl__hla_typing *typing, const mtl_scenario *s,
                  const mtl_model *m, const char *table_file, const char *typing_file,
                  mtl__arena *text_arena, mtl_error *err);

/* Index of a person by name, or -1; the hint for a name that is nobody's. */
int mtl__person_named(const mtl_scenario *s, const char *name);
void mtl__person_hint(const mtl_scenario *s, const char *name, char *buf, size_t size);

#endif
