/* SPDX-License-Identifier: MIT */
/* Checks a family held in memory, as an editor or a web page would, and shows where it is wrong.
 *   ./check_scenario models/human
 */
#include <matriline/matriline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char family_text[] =
    "title: two lines of a family\n"
    "people:\n"
    "  anna: {sex: female, born: 1960-05-01}\n"
    "events:\n"
    "  - {date: 1985-06-01, person: anna, event: delivery, week: 40,\n"
    "     child: tom, sex: male}\n";

int main(int argc, char **argv)
{
    mtl_model *model = NULL;
    mtl_scenario *family = NULL;
    mtl_error err = {0};
    char broken[sizeof family_text];

    if (argc != 2)
        return 2;
    if (mtl_model_load(&model, argv[1], &err) < 0)
        return mtl_exit_code(err.code);

    if (mtl_scenario_parse(&family, family_text, (int)strlen(family_text), "family", model, &err) ==
        0) {
        char *drawing = mtl_scenario_draw(family, 80);
        printf("%d people\n%s\n", mtl_scenario_n_people(family), drawing ? drawing : "");
        free(drawing);
        mtl_scenario_free(family);
        family = NULL;
    }
    int good = err.code == MTL_OK;

    /* One slip of the pen: the message names the line, the field and the nearest name. */
    memcpy(broken, family_text, sizeof broken);
    memcpy(strstr(broken, "delivery"), "delivrey", 8);
    mtl_error_clear(&err);
    int refused =
        mtl_scenario_parse(&family, broken, (int)strlen(broken), "family", model, &err) < 0;
    printf("line %d, column %d: %s: %s\n", err.line, err.column, err.field, err.text);
    mtl_scenario_free(family);
    mtl_model_free(model);
    return good && refused && err.line == 5 ? 0 : 1;
}
