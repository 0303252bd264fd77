/* SPDX-License-Identifier: MIT */
#ifndef V_FAMILY_H
#define V_FAMILY_H
/* Families at the sites of a panel, and reads of a tube that holds several of them. */
#include "measure/mix.h"
#include "validate.h"

enum { V_HOST, V_CHILD, V_GRANDMOTHER, V_FATHER, V_SISTER, V_STRANGER, V_PEOPLE };
enum { V_REGION, V_WIDE }; /* one megabase; the whole genome */

typedef struct v_panel {
    int n;
    int *chromosome;
    int64_t *position;
    double *frequency;
    bool real; /* frequencies of the 1000 Genomes; else even ones */
} v_panel;
/* Common SNPs (5% to 95%), every k-th. The wide panel is that of VerifyBamID2. */
int v_panel_load(v_panel *p, int which, int every);
void v_panel_free(v_panel *p);

typedef struct v_family {
    int n; /* people the fit knows of: V_PEOPLE, or V_SISTER where there is neither she nor others
            */
    mtl__lineage lineage;
    int8_t *hap;      /* [sites][V_PEOPLE][2] */
    uint8_t *allowed; /* [sites][n] */
    uint8_t *phase;
    double *share, *foreign;
    int32_t *ref, *alt, *ref_other, *alt_other;
} v_family;
int v_family_new(v_family *f, int sites, int known);
void v_family_free(v_family *f);
/* Genotypes with crossovers (Haldane, 1 cM per Mb); founders' sites are independent. */
void v_family_draw(v_family *f, const v_panel *p, unsigned typed, mtl__rng *rng);

typedef struct v_tube {
    double depth, error, overdispersion, hopping;
    double share[V_PEOPLE]; /* of the donors; the host fills up */
} v_tube;
/* Reads of the tube, and of another sample of the run (the stranger's own) where reads hop. */
int v_family_read(v_family *f, const v_panel *p, const v_tube *t, mtl__rng *rng, mtl_error *err);
/* Reads of `person` with an allele that the host lacks, expected. */
double v_family_tell(const v_family *f, const v_panel *p, const v_tube *t, int person);

#endif
