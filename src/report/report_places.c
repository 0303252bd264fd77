/* SPDX-License-Identifier: MIT */
/* Where an organ's frame stands on the body map, and the outlines behind the frames. A schematic
   body seen from the front, paired organs once; the brain from its left side, enlarged. An organ
   that is not in the list is drawn in rows beside the body, so that a model may add one without
   touching this file. */
#include <string.h>

#include "report/report.h"

/* Centres of columns and tops of rows. */
enum { C1 = 162, C2 = 254, C3 = 346, C4 = 438, L = 208, R = 392 };
enum { R1 = 190, R2 = 284, R3 = 378, R4 = 472, R5 = 566, G1 = 676, G2 = 770 };

static const mtl__place body[] = {
    {"salivary_gland", 190, 84}, {"thyroid", 410, 84},      {"lymph_nodes", C1, R1},
    {"thymus", C2, R1},          {"heart", C3, R1},         {"lung", C4, R1},
    {"breast", C1, R2},          {"blood_vessels", C2, R2}, {"stomach", C3, R2},
    {"spleen", C4, R2},          {"liver", C1, R3},         {"gallbladder", C2, R3},
    {"pancreas", C3, R3},        {"adrenal", C4, R3},       {"bile_and_other_ducts", C1, R4},
    {"small_intestine", C2, R4}, {"colon", C3, R4},         {"kidney", C4, R4},
    {"adipose", C1, R5},         {"uterus", C2, R5},        {"ovary", C3, R5},
    {"testis", C3, R5},          {"bladder", C4, R5},       {"skeletal_muscle", L, G1},
    {"marrow", R, G1},           {"bone", L, G2},           {"joint", R, G2},
    {"skin", 50, 430},           {"blood", 550, 430},
};

static const mtl__place brain[] = {
    {"brain.frontal_lobe", 68, 84},
    {"brain.cingulate_gyrus", 163, 44},
    {"brain.parietal_lobe", 258, 44},
    {"brain.occipital_lobe", 353, 98},
    {"brain.caudate", 68, 178},
    {"brain.putamen", 163, 138},
    {"brain.thalamus", 258, 138},
    {"brain.temporal_lobe", 68, 272},
    {"brain.globus_pallidus", 163, 232},
    {"brain.hippocampus", 258, 232},
    {"brain.cerebellum", 353, 232},
    {"brain.amygdala", 68, 366},
    {"brain.hypothalamus", 163, 326},
    {"brain.midbrain", 258, 326},
    {"brain.pons", 258, 420},
    {"brain.medulla", 258, 514},
    {"spinal_cord", 258, 608},
};

static const char *const body_outline[] = {
    "M274 108C274 128 268 140 238 146C176 154 106 166 90 226C76 290 62 372 42 462C32 512 20 556 20 "
    "600C20 634 44 638 54 608C68 556 88 482 106 402C112 376 116 358 118 344C122 420 118 470 112 "
    "540C104 610 106 690 122 774C132 830 138 858 142 884C144 900 158 906 190 906L254 906C274 906 "
    "280 898 282 880C286 830 290 790 300 730C310 790 314 830 318 880C320 898 326 906 346 906L410 "
    "906C442 906 456 900 458 884C462 858 468 830 478 774C494 690 496 610 488 540C482 470 478 420 "
    "482 344C484 358 488 376 494 402C512 482 532 556 546 608C556 638 580 634 580 600C580 556 568 "
    "512 558 462C538 372 524 290 510 226C494 166 424 154 362 146C332 140 326 128 326 108Z",
    "M244 54C244 16 268 -4 300 -4C332 -4 356 16 356 54C356 84 340 112 320 124C308 130 292 130 280 "
    "124C260 112 244 84 244 54Z",
};
static const char body_brain[] =
    "M258 46C258 18 280 8 300 8C322 8 343 20 343 44C343 62 328 66 312 64C302 70 288 70 280 66C266 "
    "68 258 60 258 46Z";

static const char *const brain_outline[] = {
    "M22 232C0 130 62 48 166 24C276 0 388 36 406 132C414 184 404 226 372 240C330 256 312 276 304 "
    "300L306 700C306 704 300 706 296 706L220 706C214 706 210 704 210 698L210 440C186 470 70 474 36 "
    "446C4 418 6 350 22 316C36 288 30 262 22 232Z",
};
static const char brain_cerebellum[] =
    "M304 262C316 226 400 214 408 270C414 316 378 344 340 338C314 334 298 300 304 262Z";

static const mtl__view views[MTL__N_VIEWS] = {
    [MTL__VIEW_BODY] = {.name = "Body",
                        .place = body,
                        .n = (int)(sizeof body / sizeof body[0]),
                        .w = 600,
                        .h = 916,
                        .outline = body_outline,
                        .n_outlines = 2,
                        .inner = body_brain},
    [MTL__VIEW_BRAIN] = {.name = "Brain, enlarged",
                         .place = brain,
                         .n = (int)(sizeof brain / sizeof brain[0]),
                         .w = 416,
                         .h = 712,
                         .outline = brain_outline,
                         .n_outlines = 1,
                         .inner = brain_cerebellum},
};

const mtl__view *mtl__view_of(enum mtl__view_id id)
{
    return &views[id];
}

const mtl__place *mtl__place_of(const mtl__view *v, const char *organ)
{
    for (int i = 0; i < v->n; i++)
        if (strcmp(v->place[i].organ, organ) == 0)
            return &v->place[i];
    return NULL;
}
