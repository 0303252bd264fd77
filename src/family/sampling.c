/* SPDX-License-Identifier: MIT */
/* What lies in a piece of an organ: weights that turn counts of the process into shares of genomes.
   In tissue the resident cells of the organ count; in blood the intensities of progeny and
   transient cells and the seeds that happen to be passing (leaving rate x residence). */
#include "family/family.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool mtl__organ_is_blood(const mtl_model *m, int organ)
{
    return organ == m->blood || strcmp(m->organ[organ].name, "cord_blood") == 0;
}

static bool pregnant_blood(const mtl__world *w, int person, double t, double after)
{
    for (int k = w->mother0[person]; k < w->mother0[person + 1]; k++) {
        const mtl__pregnancy *p = &w->s->pregnancy[w->mother_pregnancy[k]];
        /* only pregnancies that reach the second trimester expand the blood noticeably; before, and
           after early losses, the ordinary volume holds */
        if (t >= p->conceived - 14 + 12 * 7 && t < p->ended + after)
            return true;
    }
    return false;
}

int mtl__host_cells(const mtl__world *w, int person, int organ, double t, double *cells,
                    double *per_mL, mtl_error *err)
{
    const mtl_model *m = w->m;
    const mtl__person *p = &w->s->person[person];
    const bool blood = mtl__organ_is_blood(m, organ);
    double growth = 1, after, density, density_pregnant, cells_pregnant;
    const int g = mtl__model_factor(m, "growth", NULL);
    if (g >= 0 && isfinite(p->born)) {
        const double age = (t - p->born) / MTL_DAYS_PER_YEAR;
        growth = mtl__factor_value(&m->factor[g], m, age > 0 ? age : 0);
    }
    *cells = m->organ[blood ? m->blood : organ].cells * growth;
    if (per_mL)
        *per_mL = NAN;
    if (!blood)
        return 0;
    MTL_TRY(mtl__model_value(m, "pregnancy.blood.after", &after, err));
    MTL_TRY(mtl__model_value(m, "blood.density", &density, err));
    MTL_TRY(mtl__model_value(m, "blood.density.pregnant", &density_pregnant, err));
    MTL_TRY(mtl__model_value(m, "blood.cells.pregnant", &cells_pregnant, err));
    const bool pregnant = pregnant_blood(w, person, t, after);
    if (pregnant)
        *cells = cells_pregnant;
    if (per_mL)
        *per_mL = pregnant ? density_pregnant : density;
    return 0;
}

int mtl__view_new(mtl__view *v, const mtl__world *w, mtl_error *err)
{
    v->see_type = calloc((size_t)w->process->n_types + 1, sizeof *v->see_type);
    v->see_cox = calloc((size_t)w->process->n_cox + 1, sizeof *v->see_cox);
    v->body = -1;
    if (v->see_type && v->see_cox)
        return 0;
    mtl__view_free(v);
    return mtl__nomem(err);
}

void mtl__view_free(mtl__view *v)
{
    free(v->see_type);
    free(v->see_cox);
    v->see_type = v->see_cox = NULL;
}

/* Which kinds a sorted subset holds, and the share of the host's nucleated blood cells that it is.
 */
static int subset_of(const mtl_model *m, const char *subset, bool *holds, double *share,
                     mtl_error *err)
{
    const bool all = !subset || !*subset, pbmc = !all && strcmp(subset, "pbmc") == 0;
    const bool cd34 = !all && strcmp(subset, "cd34") == 0;
    *share = 1;
    for (int k = 0; k < m->n_kinds; k++) {
        const mtl__kind *kd = &m->kind[k];
        const bool progenitor = strncmp(kd->name, "progenitor", 10) == 0;
        const bool seed = kd->class_ == MTL__SEED;
        if (all)
            holds[k] = kd->blood_resident || seed;
        else if (pbmc)
            holds[k] = (kd->blood_resident || seed) && strcmp(kd->name, "granulocyte") != 0;
        else if (cd34)
            holds[k] = progenitor ||
                       (seed && strcmp(kd->name, "resident") != 0 && strcmp(kd->name, "msc") != 0);
        else
            holds[k] = strcmp(kd->name, subset) == 0;
    }
    if (all)
        return 0;
    if (pbmc || cd34)
        return mtl__model_value(m, pbmc ? "share.pbmc" : "share.cd34", share, err);
    const int kind = mtl__model_kind(m, subset, err);
    MTL_TRY(kind);
    *share = m->kind[kind].blood_share;
    if (!(*share > 0))
        return mtl__fail(err, MTL_ERR_VALUE, subset,
                         "the model gives no share of blood for this subset");
    return 0;
}

static int look_blood(const mtl__world *w, const mtl__body *b, const char *subset, mtl__view *v,
                      mtl_error *err)
{
    const mtl_model *m = w->m;
    bool holds[256];
    double share;
    if (m->n_kinds > 256)
        return mtl__fail(err, MTL_ERR_LIMIT, "kinds", "more than 256 kinds");
    MTL_TRY(subset_of(m, subset, holds, &share, err));
    v->cells *= share;
    v->cells_per_mL *= share;
    for (int k = 0; k < m->n_kinds; k++) {
        if (!holds[k] || !(v->cells > 0))
            continue;
        if (b->cox[k] >= 0)
            v->see_cox[b->cox[k]] = 1 / v->cells;
        for (int o = 0; b->leave[k] > 0 && o < m->n_organs; o++)
            if (b->type[k * m->n_organs + o] >= 0)
                v->see_type[b->type[k * m->n_organs + o]] =
                    b->leave[k] * b->residence[k] / v->cells;
    }
    return 0;
}

int mtl__look(const mtl__world *w, int person, int organ, const char *subset, double t,
              mtl__view *v, mtl_error *err)
{
    if (v->body >= 0) { /* all that the last look has left */
        const mtl__body *b = &w->body[v->body];
        for (int i = b->type0; i < b->type1; i++)
            v->see_type[i] = 0;
        for (int i = b->cox0; i < b->cox1; i++)
            v->see_cox[i] = 0;
    }
    v->body = w->body_of[person];
    MTL_TRY(mtl__host_cells(w, person, organ, t, &v->cells, &v->cells_per_mL, err));
    if (v->body < 0)
        return 0;
    const mtl__body *b = &w->body[v->body];
    if (mtl__organ_is_blood(w->m, organ))
        return look_blood(w, b, subset, v, err);
    for (int k = 0; k < w->m->n_kinds; k++) {
        const int type = b->type[k * w->m->n_organs + organ];
        if (type >= 0 && v->cells > 0)
            v->see_type[type] = 1 / v->cells;
    }
    return 0;
}

double mtl__cells_in(const mtl__world *w, int body, int organ, const int64_t *n, const double *y)
{
    const mtl_model *m = w->m;
    const mtl__body *b = &w->body[body];
    const bool blood = mtl__organ_is_blood(m, organ);
    double sum = 0;
    for (int k = 0; k < m->n_kinds; k++) {
        if (!blood) {
            const int type = b->type[k * m->n_organs + organ];
            sum += type >= 0 ? (double)n[type - b->type0] : 0;
            continue;
        }
        if (b->cox[k] >= 0 && m->kind[k].blood_resident)
            sum += y[b->cox[k] - b->cox0];
        if (!(b->leave[k] > 0))
            continue;
        double seeds = 0;
        for (int o = 0; o < m->n_organs; o++)
            if (b->type[k * m->n_organs + o] >= 0)
                seeds += (double)n[b->type[k * m->n_organs + o] - b->type0];
        sum += seeds * b->leave[k] * b->residence[k];
    }
    return sum;
}
