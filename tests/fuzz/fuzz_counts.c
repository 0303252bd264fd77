/* SPDX-License-Identifier: MIT */
/* Fuzzing the readers of panels, counts and reads. The first byte chooses: 'p' a table of sites,
   'b' a BED and, after a form feed, its .mu, 't' a table of counts at a fixed panel, 's' one that
   makes its own panel; 'v' VCF or BCF with AD, 'r' SAM, BAM or CRAM, both by way of a file, as
   htslib's callers have them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/pileup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char panel_text[] = "chromosome\tposition\tref\talt\tfrequency\n"
                                 "1\t100\tA\tG\t0.25\n1\t105\tC\tT\t\n2\t50\tG\tA\t0.5\n";

static void table(const char *text, size_t n, const mtl__site_panel *p)
{
    mtl__count_set c, again;
    mtl_error err = {0};
    mtl__count_set_init(&c);
    if (mtl__count_table_parse(&c, p, "fuzz", text, n, &err) == MTL_OK) {
        /* What was understood is written, and read again alike. */
        mtl__str out = {0};
        mtl__count_table_print(&out, &c, p);
        mtl__count_set_init(&again);
        if (!out.oom &&
            (mtl__count_table_parse(&again, p, "again", out.s, out.len, &err) != MTL_OK ||
             again.n != c.n))
            abort();
        mtl__count_set_free(&again);
        mtl__str_free(&out);
    }
    mtl__count_set_free(&c);
}

static void file(const char *text, size_t n, char kind, const mtl__site_panel *p)
{
    char path[] = "/tmp/matriline-fuzz-XXXXXX";
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err = {0};
    const int fd = mkstemp(path);
    if (fd < 0)
        return;
    mtl__count_set_init(&c);
    mtl__pileup_opts_init(&o);
    o.umi = n % 2 ? "RX" : NULL;
    if (write(fd, text, n) == (ssize_t)n) {
        if (kind == 'r')
            (void)mtl__pileup_read(&c, p, path, &o, &err);
        else
            (void)mtl__count_vcf_read(&c, p, path, &err);
    }
    close(fd);
    unlink(path);
    mtl__count_set_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl__site_panel p, own;
    mtl_error err = {0};
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    const size_t n = size - 1;
    mtl__sites_init(&p);
    mtl__sites_init(&own);
    (void)mtl__sites_parse_table(&p, "panel", panel_text, strlen(panel_text), &err);
    (void)mtl__sites_finish(&p, &err);
    if (data[0] == 'p') {
        if (mtl__sites_parse_table(&own, "fuzz", text, n, &err) == MTL_OK)
            (void)mtl__sites_finish(&own, &err);
    } else if (data[0] == 'b') {
        const char *mu = memchr(text, '\f', n);
        const size_t bed = mu ? (size_t)(mu - text) : n;
        if (mtl__sites_parse_bed(&own, "fuzz", text, bed, "mu", mu ? mu + 1 : NULL,
                                 mu ? n - bed - 1 : 0, &err) == MTL_OK)
            (void)mtl__sites_finish(&own, &err);
    } else if (data[0] == 's') {
        if (mtl__count_table_sites(&own, "fuzz", text, n, &err) == MTL_OK)
            table(text, n, &own);
    } else if (data[0] == 't') {
        table(text, n, &p);
    } else {
        file(text, n, (char)data[0], &p);
    }
    mtl__sites_free(&own);
    mtl__sites_free(&p);
    return 0;
}
