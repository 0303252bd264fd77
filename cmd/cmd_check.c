/* SPDX-License-Identifier: MIT */
/* matriline check: reads a family, and draws it as it was understood. */
#include <stdio.h>
#include <stdlib.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt check_opts[] = {
    {"width", 'w', OPT_COUNT, "N", AT(width), 60, 400, NULL,
     "columns of the drawing (default: the terminal's)"},
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

int cmd_check(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    (void)v;
    int ret = session_model(&m, o);
    if (ret == 0 && mtl_scenario_load(&s, o->operand[0], m, &err) < 0)
        ret = report_error(&err);
    if (ret == 0)
        ret = session_slips(s, o);
    if (ret == 0 && !o->quiet) {
        char *drawing = mtl_scenario_draw(s, o->width ? o->width : terminal_width());
        if (drawing) {
            printf("%s\n", drawing);
            const int injuries = mtl_scenario_n_injuries(s);
            printf("%s: ok, %d people, %d samples", o->operand[0], mtl_scenario_n_people(s),
                   mtl_scenario_n_samples(s));
            if (injuries > 0)
                printf(", %d injur%s", injuries, injuries == 1 ? "y" : "ies");
            printf("\n");
        } else {
            err.code = MTL_ERR_MEMORY;
            ret = report_error(&err);
        }
        free(drawing);
    }
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
