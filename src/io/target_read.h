/* SPDX-License-Identifier: MIT */
#ifndef MTL_TARGET_READ_H
#define MTL_TARGET_READ_H
/* Reading a folder of targets: io/target_evidence.c (tables), io/target_yaml.c (target files),
   io/target_folder.c (the folder, the families, the run). */
#include "study/targets.h"

typedef struct mtl__target_reader {
    const char *dir;
    mtl_model *model;
    mtl_targets_result *r;
    mtl_scenario **scenario; /* [r->n_families], owned */
    size_t cap_target, cap_family, cap_scenario;
    mtl__target *target; /* growing; copied into the arena when all are read */
    mtl__family *family;
    int n_targets, n_families;
} mtl__target_reader;

/* evidence.tsv and unspoken.tsv into r->evidence. */
int mtl__evidence_read(mtl_targets_result *r, const char *dir, mtl_error *err);
/* Index or MTL_ERR_NAME with a hint. */
int mtl__evidence_find(const mtl_targets_result *r, const char *id, mtl_error *err);
/* One target file; adds its families. `text` is parsed where `path` stands for it in messages. */
int mtl__target_read(mtl__target_reader *rd, const char *path, mtl_error *err);
/* Index of families/NAME.yaml, loaded on first use; with a parameter raised it is a family of its
   own. */
int mtl__target_family(mtl__target_reader *rd, const char *name, int raise, double by,
                       mtl_error *err);
/* Paths of the *.yaml of a folder in the order of their names, in the arena; free() the array. */
int mtl__yaml_files(mtl__arena *a, const char *dir, char ***out, int *n_out, mtl_error *err);
/* Reads the whole folder; scenarios stay with the reader. */
int mtl__targets_load(mtl__target_reader *rd, const char *dir, mtl_model *m, mtl_error *err);
void mtl__target_reader_free(mtl__target_reader *rd);

#endif
