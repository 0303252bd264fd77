/* SPDX-License-Identifier: MIT */
#ifndef MTL_MODEL_BESIDE_H
#define MTL_MODEL_BESIDE_H
/* For messages about a name that the model does not have: has a model in a folder beside it? */
#include "model/model.h"

/* Fills buf with "; the model 'mouse' has it: --model models/mouse" if the table of that file
   ("organs.tsv") in another folder beside the model's has a row that begins with the name, else "".
   Of several the first by name. */
void mtl__model_beside(const mtl_model *m, const char *file, const char *name, char *buf,
                       size_t size);

#endif
