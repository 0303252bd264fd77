/* SPDX-License-Identifier: MIT */
/* Fuzzing the readers of genotypes for three people. The first byte chooses: 'v' VCF or BCF, 'm' a
   panel and, after a form feed, a table of genotypes, 'p' a .map and, after a form feed, a .ped. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static mtl__person people[3] = {{.name = "mum", .mother = -1, .father = -1},
                                    {.name = "dad", .mother = -1, .father = -1},
                                    {.name = "kid", .mother = 0, .father = 1}};
    mtl_scenario s;
    mtl__genotypes g;
    mtl_error err = {0};
    memset(&s, 0, sizeof s);
    for (int i = 0; i < 3; i++)
        people[i].key = mtl__hash(people[i].name);
    s.person = people;
    s.n_people = 3;
    if (size == 0 || mtl__genotypes_init(&g, &s, &err) < 0)
        return 0;
    const char *text = (const char *)data + 1;
    const size_t length = size - 1;
    const char *stop = memchr(text, '\f', length);
    const size_t n = stop ? (size_t)(stop - text) : length;
    const char *rest = stop ? stop + 1 : text + length;
    const size_t left = (size_t)(text + length - rest);
    if (data[0] == 'v')
        (void)mtl__vcf_parse(&g, &s, "fuzz", text, length, &err);
    else if (data[0] == 'p')
        (void)mtl__ped_parse(&g, &s, "fuzz", rest, left, "fuzz.map", text, n, &err);
    else if (mtl__marker_table_parse(&g, "fuzz", text, n, &err) == MTL_OK && stop)
        (void)mtl__genotype_table_parse(&g, &s, "fuzz", rest, left, &err);
    mtl__str out = {0};
    mtl__vcf_print(&out, &s, &g, NULL, NULL);
    mtl__str_free(&out);
    mtl__genotypes_free(&g);
    return 0;
}
