/* SPDX-License-Identifier: MIT */
/* Published plates with known truth, read and laid out. */
#include "published_wells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double pw_level[3] = {1.0, 4.0, 16.0}, pw_background[3] = {10000.0, 25000.0, 60000.0};

static int assay_of(pw_series *s, const char *name)
{
    for (int k = 0; k < s->n_assays; k++)
        if (!strcmp(s->assay_name[k], name))
            return k;
    if (s->n_assays < PW_ASSAYS)
        snprintf(s->assay_name[s->n_assays++], sizeof *s->assay_name, "%.31s", name);
    return s->n_assays - 1;
}

bool pw_load(pw_series *s)
{
    char line[256], name[64], ct[64];
    FILE *f = fopen(QPCR, "r");
    s->n = s->n_assays = 0;
    if (!f)
        return false;
    while (fgets(line, sizeof line, f) && s->n < PW_ROWS) {
        pw_row *r = &s->rows[s->n];
        int copy;
        if (sscanf(line, "%63[^\t]\t%lf\t%lf\t%d\t%63s", name, &r->background, &r->nominal, &copy,
                   ct) != 5)
            continue;
        r->assay = assay_of(s, name);
        r->ct = strcmp(ct, "NA") ? atof(ct) : (double)NAN;
        s->n++;
    }
    fclose(f);
    return s->n > 0;
}

void pw_make_plate(pw_plate *p, const pw_series *s, int assay, double background)
{
    memset(p, 0, sizeof *p);
    p->person[0] = "cell line";
    p->carrier = (mtl__carrier){.person = 0, .chance = {0.0, 0.0, 1.0}};
    p->target = (mtl__target){.name = s->assay_name[assay],
                              .copies = 1.0,
                              .fragments = 1.0,
                              .calibrator = 2.0,
                              .n_carriers = 1,
                              .carrier = &p->carrier,
                              .partner = -1};
    for (int k = 0; k < 3; k++)
        p->sample[k] = (mtl__sampled){
            .name = "dilution", .host = -1, .genomes_per_well = background, .dilution = 1.0};
    p->plate = (mtl__plate){.file = "",
                            .n_targets = 1,
                            .n_samples = 3,
                            .n_people = 1,
                            .reaction = p->reaction,
                            .target = &p->target,
                            .sample = p->sample,
                            .person = p->person};
    for (int i = 0; i < s->n; i++) {
        const pw_row *from = &s->rows[i];
        if (from->assay != assay)
            continue;
        mtl__reaction *r = &p->reaction[p->plate.n++];
        *r = (mtl__reaction){
            .well = "x", .sample_index = -1, .ct = from->ct, .quantity = (double)NAN};
        if (from->nominal == 0.0)
            r->role = MTL__ROLE_BLANK;
        else if (from->background != background) {
            r->role = MTL__ROLE_STANDARD;
            r->quantity = from->nominal;
        } else
            for (int k = 0; k < 3; k++)
                if (from->nominal == pw_level[k])
                    r->sample_index = k;
    }
}

double pw_log_ratio(const mtl__level *l, double truth)
{
    return log((isnan(l->per_1e6) ? l->high : l->per_1e6) / truth);
}
