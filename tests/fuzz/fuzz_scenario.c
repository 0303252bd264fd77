/* SPDX-License-Identifier: MIT */
/* Fuzzing of the scenario reader with the human model: whatever the bytes, it answers with a
   scenario that can be drawn and checked again, or with an error that has a text. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "family/scenario.h"
#include "matriline/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mtl_model *human(void)
{
    static mtl_model *model;
    if (!model) {
        const char *root = getenv("MATRILINE_SOURCE_ROOT");
        char dir[4096];
        mtl_error err;
#ifdef MTL_SOURCE_ROOT
        root = root ? root : MTL_SOURCE_ROOT;
#endif
        mtl_error_clear(&err);
        snprintf(dir, sizeof dir, "%s/models/human", root ? root : ".");
        if (mtl_model_load(&model, dir, &err) < 0) {
            fprintf(stderr, "%s: %s\n", dir, err.text);
            abort();
        }
    }
    return model;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl_scenario *s = NULL;
    mtl_error err;
    if (size > INT_MAX)
        return 0;
    const int ret = mtl_scenario_parse(&s, (const char *)data, (int)size, "fuzz", human(), &err);
    if (ret < 0) {
        if (s || err.code != ret || err.text[0] == '\0')
            abort();
        return 0;
    }
    const int people = s->n_people, pregnancies = s->n_pregnancies, events = s->n_events;
    free(mtl_scenario_draw(s, 80));
    if (mtl__scenario_check(s, &err) < 0 || s->n_people != people ||
        s->n_pregnancies != pregnancies || s->n_events != events)
        abort();
    mtl_scenario_free(s);
    return 0;
}
