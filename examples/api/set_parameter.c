/* SPDX-License-Identifier: MIT */
/* How much does one unknown matter? The same sample under three values of a parameter, without
 * random numbers.
 *   ./set_parameter models/human examples/termination.yaml loss.burst.termination
 */
#include <matriline/matriline.h>
#include <stdio.h>

static int keep_first(void *ctx, const mtl_reading_row *row)
{
    *(double *)ctx = row->p_positive;
    return 1; /* one row is enough: a nonzero return stops */
}

static int under(const mtl_model *base, const mtl_scenario *family, const char *name, double value,
                 double *p, mtl_error *err)
{
    mtl_model *model = mtl_model_copy(base);
    mtl_result *result = NULL;
    mtl_run_opts opts;
    mtl_sink sink = {.ctx = p, .reading = keep_first};
    char text[64];
    if (!model)
        return MTL_ERR_MEMORY;
    mtl_run_opts_init(&opts);
    opts.solver = MTL_SOLVER_ANALYTIC;
    opts.unknowns = 0;
    snprintf(text, sizeof text, "%.9g", value);
    int ret = mtl_model_set(model, name, text, err);
    if (ret == 0)
        ret = mtl_run(&result, family, model, &opts, err);
    if (ret == 0)
        mtl_result_emit(result, &sink);
    mtl_result_free(result);
    mtl_model_free(model);
    return ret;
}

int main(int argc, char **argv)
{
    mtl_model *model = NULL;
    mtl_scenario *family = NULL;
    mtl_error err = {0};
    mtl_param_info info;
    int ret = 0;

    if (argc != 4)
        return 2;
    int param = -1;
    if (mtl_model_load(&model, argv[1], &err) == 0 &&
        mtl_scenario_load(&family, argv[2], model, &err) == 0)
        param = mtl_model_find_param(model, argv[3], &err);
    if (param >= 0 && mtl_model_param(model, param, &info) == 0) {
        /* An open end of the range is NaN: then a tenth, and ten times as much. */
        const double values[3] = {info.low > 0 ? info.low : info.value / 10, info.value,
                                  info.high > 0 ? info.high : info.value * 10};
        printf("%s, tier %c, %s\n", info.name, info.tier, info.unit);
        for (int i = 0; i < 3 && ret == 0; i++) {
            double p = 0;
            ret = under(model, family, info.name, values[i], &p, &err);
            if (ret == 0)
                printf("%10.4g: the first sample is positive with probability %.4f\n", values[i],
                       p);
        }
    }
    if (err.code) {
        char text[1024];
        mtl_error_format(&err, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    mtl_scenario_free(family);
    mtl_model_free(model);
    return mtl_exit_code(err.code);
}
