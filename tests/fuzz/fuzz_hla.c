/* SPDX-License-Identifier: MIT */
/* Fuzzing the readers of HLA frequencies and typings: the table, a form feed, the typings of three
   people. What is read is drawn from. */
#include <math.h>
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
    static const int mother[3] = {-1, -1, 0}, father[3] = {-1, -1, 1}, own[3] = {0, 1, 2};
    static const uint64_t key[3] = {1, 2, 3};
    const mtl__lineage l = {3, mother, father, own, key};
    mtl_scenario s;
    memset(&s, 0, sizeof s);
    for (int i = 0; i < 3; i++)
        people[i].key = mtl__hash(people[i].name);
    s.person = people;
    s.n_people = 3;
    const char *text = (const char *)data;
    const char *stop = size ? memchr(text, '\f', size) : NULL;
    const size_t n = stop ? (size_t)(stop - text) : size;
    mtl__hla_table t;
    mtl__hla_typing typing[3] = {{.typed = false}};
    mtl__hla_genotype out[6];
    mtl_error err = {0};
    mtl__hla_table_init(&t);
    if (mtl__hla_table_parse(&t, "fuzz", text, n, &err) == MTL_OK &&
        (!stop ||
         mtl__hla_typing_parse(typing, &t, &s, "fuzz", stop + 1, size - n - 1, &err) == MTL_OK))
        (void)mtl__hla_draw_family(&t, &l, typing, 1, 0, 2, out, &err);
    mtl__hla_table_free(&t);
    return 0;
}
