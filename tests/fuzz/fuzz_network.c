/* SPDX-License-Identifier: MIT */
/* Any bytes given to the network reader end in a network that holds together or in an error with a
   code, a text and no network; never in a crash, a leak or a hang. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "io/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl__network *net = NULL;
    mtl_error err;
    const int ret = mtl__network_parse(&net, (const char *)data, size, "fuzz.json", &err);
    if (ret < 0) {
        if (net || err.code != ret || !err.text[0])
            abort();
        return 0;
    }
    if (!net || net->process->n_types != net->n_species || net->source.n_groups != 1)
        abort();
    for (int i = 0; i < net->source.n_bursts; i++)
        if (net->source.burst[i].count < 1 || net->source.burst[i].target >= net->n_species)
            abort();
    if (mtl__source_check(&net->source, net->process, &err) < 0)
        abort();
    mtl__network_free(net);
    return 0;
}
