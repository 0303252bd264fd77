/* SPDX-License-Identifier: MIT */
/* Fuzzing the tables beside reads: one sample of four sites is fitted with a table of wells (first
   byte 'w') or of samples (any other) that anything may stand in. What is accepted must have an
   answer in every form. */
#include "matriline/markers.h"
#include "matriline/mix.h"
#include "table_beside.h"

static const char *const counts =
    "chromosome\tposition\tref\talt\tfrequency\tanna.ref\tanna.alt\told.ref\told.alt\n"
    "1\t100\tA\tG\t0.3\t90\t1\t50\t0\n1\t90000000\tA\tC\t0.5\t40\t45\t20\t22\n"
    "2\t50\tG\tA\t0.5\t3\t80\t1\t40\n3\t50\tG\tA\t0.2\t70\t0\t40\t1\n";
static const char *const genotypes = "person\tmarker\tgenotype\nanna\t1:100\tA/A\ntom\t1:100\tA/G\n"
                                     "anna\t1:90000000\tA/C\ntom\t1:90000000\tC/C\n"
                                     "anna\t2:50\tA/A\ntom\t2:50\tA/G\n";

static char counts_path[] = "/tmp/matriline-fuzz-XXXXXX";
static char genotypes_path[] = "/tmp/matriline-fuzz-XXXXXX.tsv";

static void clean_up(void)
{
    unlink(counts_path);
    unlink(genotypes_path);
}

/* mkstemp() of a name that ends in .tsv. */
static int make_tsv(char *path)
{
    char *end = path + strlen(path) - 4;
    *end = '\0';
    const int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    close(fd);
    *end = '.';
    FILE *f = fopen(path, "w");
    if (!f || fputs(genotypes, f) < 0)
        return -1;
    return fclose(f);
}

static void set_up(void)
{
    put(mkstemp(counts_path), counts);
    if (make_tsv(genotypes_path) != 0)
        abort();
    atexit(clean_up);
    open_table(mtl_pedigree_load, "measure/mix_family.fam");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl_mix_opts o;
    mtl_mix *m = NULL;
    mtl_error err = {0};
    const char *file = counts_path;
    if (size == 0)
        return 0;
    if (!model)
        set_up();
    put_table(data + 1, size - 1);
    mtl_mix_opts_init(&o);
    o.genotypes = genotypes_path;
    o.host = "anna";
    o.donors = "tom";
    o.joint = 1;
    o.threads = 1;
    o.error = 1e-3;
    if (data[0] == 'w')
        o.wells = table_path;
    else
        o.samples = table_path;
    if (mtl_mix_run(&m, family, &file, 1, &o, &err) < 0) {
        if (m || !err.text[0])
            abort();
        return 0;
    }
    for (int i = 0; i < mtl_mix_n_rows(m); i++) {
        mtl_mix_row r;
        if (mtl_mix_row_get(m, i, &r) < 0 || !(r.fraction >= 0 && r.fraction <= 1) ||
            !(r.low <= r.high))
            abort();
    }
    must_print(mtl_mix_text(m, 80));
    must_print(mtl_mix_tsv(m));
    must_print(mtl_mix_json(m));
    mtl_mix_free(m);
    return 0;
}
