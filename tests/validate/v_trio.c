/* SPDX-License-Identifier: MIT */
/* Reads of a son mixed into those of his mother (Genome in a Bottle HG002, HG004): whole templates,
   chosen by a hash of their names, another choice for every replicate; measured by the public
   functions with the unmixed files as references. All replicates choose from the same reads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matriline/markers.h"
#include "matriline/mix.h"
#include "mixed_reads.h"
#include "validate.h"

typedef struct bench {
    char folder[64], bam[128], fam[128];
    mtl_model *model;
    mtl_scenario *family;
    double mother, son; /* depth */
} bench;

static bool set_up(bench *b)
{
    mtl__site_panel p;
    memset(b, 0, sizeof *b);
    snprintf(b->folder, sizeof b->folder, "/tmp/matriline-validate-XXXXXX");
    if (!mkdtemp(b->folder))
        return false;
    snprintf(b->bam, sizeof b->bam, "%s/mixed.bam", b->folder);
    snprintf(b->fam, sizeof b->fam, "%s/trio.fam", b->folder);
    FILE *f = fopen(b->fam, "w");
    if (!f || fputs(TRIO_FAM, f) < 0 || fclose(f) != 0)
        return false;
    mtl__sites_init(&p);
    if (mtl__sites_read(&p, TRIO "candidates.vcf.gz", NULL) >= 0) {
        b->mother = trio_depth(&p, TRIO "HG004_mother.bam");
        b->son = trio_depth(&p, TRIO "HG002_child.bam");
    }
    mtl__sites_free(&p);
    return b->mother > 0 && b->son > 0 &&
           mtl_model_load(&b->model, MTL_SOURCE_ROOT "/models/human", NULL) >= 0 &&
           mtl_pedigree_load(&b->family, b->fam, b->model, NULL) >= 0;
}

static void tear_down(bench *b)
{
    unlink(b->bam);
    unlink(b->fam);
    rmdir(b->folder);
    mtl_scenario_free(b->family);
    mtl_model_free(b->model);
}

static bool measure(const bench *b, double share, uint64_t salt, mtl_mix_row *out, int *sites)
{
    const char *const file[] = {b->bam};
    mtl_mix *m = NULL;
    mtl_mix_opts o;
    mtl_error err = {0};
    mtl_mix_opts_init(&o);
    o.panel = TRIO "candidates.vcf.gz";
    o.references = TRIO_REFERENCES;
    o.host = "HG004";
    o.threads = 1;
    bool good = trio_mix(share, salt, b->bam) && mtl_mix_run(&m, b->family, file, 1, &o, &err) >= 0;
    if (!good)
        printf("# %s\n", err.text);
    mtl_mix_sample_row row;
    if (good && mtl_mix_sample(m, 0, &row) >= 0)
        *sites = row.sites;
    good = good && mtl_mix_n_rows(m) == 1 && mtl_mix_row_get(m, 0, out) >= 0;
    mtl_mix_free(m);
    return good;
}

void v_published_reads(v_run *v)
{
    static const double share[4] = {0.2, 0.1, 0.05, 0.02};
    bench b;
    if (access(TRIO "HG002_child.bam", R_OK) != 0) {
        printf("# skipped: giab_trio_slices is not there\n");
        v_say(v, "\nSkipped: the data are not there.\n");
        return;
    }
    if (!set_up(&b)) {
        v_check(v, false, "trio: the reads cannot be taken up");
        tear_down(&b);
        return;
    }
    const int n = v->brief ? 5 : 40;
    v_say(v, "\n| share of the son | mixtures | sites | mean estimate | mean interval | hold the "
             "truth | p < 0.05 "
             "|\n|---|---|---|---|---|---|---|\n");
    for (int k = 0; k < 4; k++) {
        const double truth = share[k] * b.son / (share[k] * b.son + (1 - share[k]) * b.mother);
        int inside = 0, found = 0, done = 0, sites = 0;
        double mean = 0, low = 0, high = 0;
        for (int i = 0; i < n; i++) {
            mtl_mix_row r;
            if (!measure(&b, share[k], (uint64_t)i, &r, &sites))
                continue;
            done++;
            mean += r.fraction;
            low += r.low;
            high += r.high;
            inside += r.low <= truth && truth <= r.high;
            found += r.p < 0.05;
        }
        if (done)
            v_say(v, "| %.3f | %d | %d | %.3f | %.3f to %.3f | %d of %d | %d |\n", truth, done,
                  sites, mean / done, low / done, high / done, inside, done, found);
        /* At a true coverage of 93% 1 of 5 has P = 1e-4, 29 of 40 P = 7e-5. */
        v_check(v, done == n && inside >= (v->brief ? 2 : 30),
                "trio at %.3f: mean %.3f, %d of %d hold", truth, done ? mean / done : (double)NAN,
                inside, done);
    }
    tear_down(&b);
}
