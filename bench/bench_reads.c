/* SPDX-License-Identifier: MIT */
/* `matriline mix` from files: 3.3 million reads over 7,800 sites and three donors, and 100 samples
   of counts at 10,000 sites. Files are made before the clock starts. Where bcftools is installed,
   its mpileup of the same file stands beside as the reference (it does other work too: genotype
   likelihoods). */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/pileup.h"
#include "matriline/markers.h"
#include "matriline/mix.h"

enum { SITES = 7800, READS = 3300000, MANY_SITES = 10000, MANY_SAMPLES = 100 };

typedef struct files {
    char folder[64], fam[128], panel[128], bam[128], vcf[128], many_panel[128], many_vcf[128],
        counts[128];
} files;

/* The panel of a data folder, else one evenly spread: 10,000 sites of 22 chromosomes. */
static int write_panel(const bench_opts *o, const char *path, int sites, mtl_error *err)
{
    char source[4096];
    mtl__site_panel p;
    FILE *f = fopen(path, "w");
    if (!f)
        return mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s", path);
    (void)snprintf(source, sizeof source, "%s/vbid2_sites/1000g.phase3.10k.b38.vcf.gz.dat.bed",
                   o->data);
    mtl__sites_init(&p);
    if (mtl__sites_read(&p, source, NULL) < 0)
        p.n = 0;
    fputs("chromosome\tposition\tref\talt\tfrequency\n", f);
    for (int i = 0; i < sites; i++)
        if (i < p.n)
            fprintf(f, "chr%d\t%lld\t%c\t%c\t%.6g\n", p.site[i].chromosome,
                    (long long)p.site[i].position, p.site[i].ref, p.site[i].alt,
                    isnan(p.site[i].frequency) ? 0.3 : p.site[i].frequency);
        else if (p.n == 0)
            fprintf(f, "chr%d\t%d\tA\tG\t0.3\n", 1 + i % 22, 100000 + 100000 * (i / 22));
    mtl__sites_free(&p);
    return fclose(f) == 0 ? 0 : mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s", path);
}

static int make_files(const bench_opts *o, files *f, mtl_error *err)
{
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/matriline-bench-XXXXXX");
    if (!mkdtemp(f->folder))
        return mtl__fail(err, MTL_ERR_IO, NULL, "no folder for files");
    const struct {
        char *path;
        const char *leaf;
    } all[] = {{f->fam, "f.fam"},        {f->panel, "panel.tsv"},     {f->bam, "reads.bam"},
               {f->vcf, "f.vcf"},        {f->many_panel, "many.tsv"}, {f->many_vcf, "many.vcf"},
               {f->counts, "counts.tsv"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        (void)snprintf(all[i].path, 128, "%s/%s", f->folder, all[i].leaf);
    FILE *fam = fopen(f->fam, "w");
    if (!fam)
        return mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s", f->fam);
    fputs("f greta 0 0 2 -9\nf paul 0 0 1 -9\nf anna 0 greta 2 -9\nf tom paul anna 1 -9\n"
          "f eva paul anna 2 -9\n",
          fam);
    (void)fclose(fam);
    MTL_TRY(write_panel(o, f->panel, SITES, err));
    MTL_TRY(bench_make_reads(f->panel, READS, f->bam, f->vcf, err));
    MTL_TRY(write_panel(o, f->many_panel, MANY_SITES, err));
    MTL_TRY(bench_make_reads(f->many_panel, 0, NULL, f->many_vcf, err));
    return bench_make_counts(f->many_panel, MANY_SAMPLES, f->counts, err);
}

static void remove_files(const files *f)
{
    const char *const path[] = {f->fam,        f->panel,    f->bam,   f->vcf,
                                f->many_panel, f->many_vcf, f->counts};
    char index[160];
    (void)snprintf(index, sizeof index, "%s.bai", f->bam);
    (void)unlink(index);
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
        (void)unlink(path[i]);
    (void)rmdir(f->folder);
}

static int time_mix(const mtl_scenario *s, const char *file, const char *genotypes,
                    const char *panel, double *seconds, mtl_error *err)
{
    mtl_mix_opts mo;
    mtl_mix *m = NULL;
    mtl_mix_opts_init(&mo);
    mo.genotypes = genotypes;
    mo.panel = panel;
    mo.host = "anna";
    mo.donors = "tom, greta, paul";
    mo.threads = 2;
    const double t0 = bench_now();
    MTL_TRY(mtl_mix_run(&m, s, &file, 1, &mo, err));
    *seconds = bench_now() - t0;
    mtl_mix_free(m);
    return 0;
}

static int time_pileup(const files *f, double *seconds, mtl_error *err)
{
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts po;
    mtl__sites_init(&p);
    mtl__count_set_init(&c);
    mtl__pileup_opts_init(&po);
    po.threads = 2;
    int ret = mtl__sites_read(&p, f->panel, err);
    const double t0 = bench_now();
    if (ret == 0)
        ret = mtl__pileup_read(&c, &p, f->bam, &po, err);
    *seconds = bench_now() - t0;
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
    return ret;
}

static bool time_bcftools(const files *f, double *seconds)
{
    char command[1024];
    (void)snprintf(
        command, sizeof command,
        "awk 'NR > 1 { print $1 \"\\t\" $2 }' %s > %s/sites && bcftools mpileup --no-reference "
        "-d 100000 -q 20 -Q 20 -a AD --threads 2 -T %s/sites -O u %s > /dev/null 2>&1; r=$?; "
        "rm -f %s/sites; exit $r",
        f->panel, f->folder, f->folder, f->bam, f->folder);
    const double t0 = bench_now();
    const bool ok = system(command) == 0;
    *seconds = bench_now() - t0;
    return ok;
}

static int measure(bench_opts *o, const files *f, const mtl_scenario *s, mtl_error *err)
{
    double mix[256], pile[256], other[256], many[256];
    bool have = true;
    struct stat st;
    struct rusage use;
    const int n = o->repeats;
    for (int i = 0; i < n; i++) {
        MTL_TRY(time_mix(s, f->bam, f->vcf, f->panel, &mix[i], err));
        MTL_TRY(time_pileup(f, &pile[i], err));
        have = have && time_bcftools(f, &other[i]);
    }
    (void)getrusage(RUSAGE_SELF, &use);
    for (int i = 0; i < n; i++)
        MTL_TRY(time_mix(s, f->counts, f->many_vcf, NULL, &many[i], err));
    bench_row(o, "3.3 M reads, 7,800 sites, 3 donors", "s", n, mix, NULL, 3);
    bench_row(o, "the pile-up alone, by bcftools", "s", n, pile, have ? other : NULL,
              have ? 1 : (double)NAN);
    bench_row(o, "100 samples, 10,000 sites", "s", n, many, NULL, 10);
    if (stat(f->bam, &st) == 0)
        bench_note("the BAM has %.0f MB; %.0f MB of memory at most so far (goal 100)%s",
                   (double)st.st_size / 1e6, (double)use.ru_maxrss / 1e3,
                   have ? "" : "; no bcftools to compare with");
    return 0;
}

void bench_reads(bench_opts *o)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    files f = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
    int ret = make_files(o, &f, &err);
    if (ret >= 0)
        ret = mtl_model_load(&m, o->models, &err);
    if (ret >= 0)
        ret = mtl_pedigree_load(&s, f.fam, m, &err);
    if (ret >= 0)
        ret = measure(o, &f, s, &err);
    if (ret < 0)
        bench_failed(o, "reads", &err);
    mtl_scenario_free(s);
    mtl_model_free(m);
    remove_files(&f);
}
