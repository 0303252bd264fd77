/* SPDX-License-Identifier: MIT */
/* The numbers of an assay, by method, in one table for whoever reads, copies, checks or lists them.
 */
#include <stddef.h>

#include "model/model.h"

#define QPCR (1u << MTL__QPCR)
#define DPCR (1u << MTL__DPCR)
#define FISH (1u << MTL__FISH)
#define READS (1u << MTL__READS)
#define POSITIVE MTL__MUST_POSITIVE
#define SHARE MTL__MUST_PROBABILITY
#define ANY MTL__MUST_ANY

static const struct {
    mtl__assay_column column;
    size_t at;
} table[MTL__ASSAY_EXPRS] = {
#define AT(member) offsetof(mtl__assay_def, member)
    {{"genomes", "genomes", "genome equivalents tested per sample", POSITIVE, QPCR | DPCR | READS},
     AT(genomes)},
    {{"wells", "none", "wells the sample is spread over", POSITIVE, QPCR | DPCR}, AT(wells)},
    {{"fragments", "none", "target fragments per donor genome: decide hits", POSITIVE, QPCR | DPCR},
     AT(fragments)},
    {{"copies", "none", "target copies per donor genome: decide Ct", POSITIVE, QPCR}, AT(copies)},
    {{"recovery", "none", "share of the target DNA that reaches the wells and amplifies", SHARE,
      QPCR | DPCR | READS},
     AT(recovery)},
    {{"false_positive", "none", "chance that background alone turns a sample positive", SHARE,
      QPCR | DPCR | READS},
     AT(false_positive)},
    {{"threshold", "none", "hit wells, partitions or cells that make a sample positive", POSITIVE,
      QPCR | DPCR | FISH},
     AT(threshold)},
    {{"efficiency", "none", "amplification factor per cycle, minus 1", SHARE, QPCR},
     AT(efficiency)},
    {{"ct_one", "none", "Ct of a single copy", POSITIVE, QPCR}, AT(ct_one)},
    {{"ct_sd", "none", "standard deviation of a Ct", ANY, QPCR}, AT(ct_sd)},
    {{"partitions", "none", "accepted partitions of a well", POSITIVE, DPCR}, AT(partitions)},
    {{"partition_volume", "uL", "volume of a partition", POSITIVE, DPCR}, AT(partition_volume)},
    {{"cells_per_section", "cells", "cells looked at in a section", POSITIVE, FISH}, AT(cells)},
    {{"sections", "none", "sections looked at", POSITIVE, FISH}, AT(sections)},
    {{"seen", "none", "chance that a donor's cell shows its signal in a section", SHARE, FISH},
     AT(seen)},
    {{"false_per_cell", "none", "chance that another cell shows a signal", SHARE, FISH},
     AT(false_per_cell)},
    {{"panel_sites", "none", "sites of the panel", POSITIVE, READS}, AT(sites)},
    {{"frequency", "none", "frequency of a site's second allele", SHARE, READS}, AT(frequency)},
    {{"depth", "none", "mean reads of a site", POSITIVE, READS}, AT(depth)},
    {{"error", "none", "chance that a base is read as the other allele", SHARE, READS}, AT(error)},
    {{"overdispersion", "none", "overdispersion of a site's reads", SHARE, READS},
     AT(overdispersion)},
};

const mtl__assay_column *mtl__assay_column_at(int i)
{
    return &table[i].column;
}

mtl__expr *mtl__assay_expr(mtl__assay_def *a, int i)
{
    return (mtl__expr *)(void *)((char *)a + table[i].at);
}

const char *mtl__assay_method_name(enum mtl__assay_method m)
{
    static const char *const name[MTL__N_ASSAY_METHODS] = {"qpcr", "dpcr", "fish", "reads"};
    return name[m];
}
