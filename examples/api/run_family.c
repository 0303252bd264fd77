/* SPDX-License-Identifier: MIT */
/* Loads the model and a family, carries it out, and reads the assays through a sink.
 *   cc run_family.c $(pkg-config --cflags --libs matriline) -o run_family
 *   ./run_family models/human examples/anna.yaml
 */
#include <matriline/matriline.h>
#include <stdio.h>

static int print_reading(void *ctx, const mtl_reading_row *row)
{
    int *rows = ctx;
    ++*rows;
    printf("%s %s by %s: positive with probability %.3f\n", row->person, row->organ, row->assay,
           row->p_positive);
    return 0;
}

int main(int argc, char **argv)
{
    mtl_model *model = NULL;
    mtl_scenario *family = NULL;
    mtl_result *result = NULL;
    mtl_error err = {0};
    mtl_run_opts opts;
    int rows = 0;
    mtl_sink sink = {.ctx = &rows, .reading = print_reading};

    if (argc != 3)
        return 2;
    mtl_run_opts_init(&opts);
    opts.replicates = 20;
    opts.unknowns = 0;
    if (mtl_model_load(&model, argv[1], &err) == 0 &&
        mtl_scenario_load(&family, argv[2], model, &err) == 0 &&
        mtl_run(&result, family, model, &opts, &err) == 0) {
        printf("%s\n", mtl_result_headline(result));
        mtl_result_emit(result, &sink);
    }
    if (err.code) {
        char text[1024];
        mtl_error_format(&err, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    /* The result borrows the family and the model: it goes first. */
    mtl_result_free(result);
    mtl_scenario_free(family);
    mtl_model_free(model);
    return mtl_exit_code(err.code);
}
