/* SPDX-License-Identifier: MIT */
/* Contacts between people in words, for lists of events, drawings and tables of donors. */
#include <math.h>
#include <string.h>

#include "family/scenario_parts.h"

bool mtl__same_genome(const mtl_scenario *s, int a, int b)
{
    const mtl__person *p = &s->person[a], *q = &s->person[b];
    if (a == b)
        return true;
    if (p->pregnancy < 0 || p->pregnancy != q->pregnancy)
        return false;
    const mtl__pregnancy *g = &s->pregnancy[p->pregnancy];
    if (g->zygosity != MTL__ZYGOSITY_UNKNOWN)
        return g->zygosity == MTL__MONOZYGOTIC;
    return g->chorionicity == MTL__MONOCHORIONIC &&
           (p->sex == q->sex || p->sex == MTL__SEX_UNKNOWN || q->sex == MTL__SEX_UNKNOWN);
}

static const char *giver_word(const mtl__contact *c)
{
    switch (c->kind) {
    case MTL__MILK:
        return c->bank ? "milk donor" : "wet nurse";
    case MTL__TRANSFUSION:
        return "blood donor";
    case MTL__ORGAN_GRAFT:
        return "organ donor";
    case MTL__STEM_CELL_GRAFT:
        return "stem cell donor";
    case MTL__INFUSION:
        return "donor of infused cells";
    case MTL__ANASTOMOSIS:
        break;
    }
    return "unrelated";
}

const char *mtl__scenario_relation(const mtl_scenario *s, int host, int who)
{
    const char *word = mtl__relation(s->person, s->n_people, host, who);
    if (strcmp(word, "unrelated") != 0)
        return word;
    for (int i = 0; i < s->n_contacts; i++)
        if (s->contact[i].giver == who && s->contact[i].taker == host)
            return giver_word(&s->contact[i]);
    return word;
}

static void duration(double days, mtl__str *out)
{
    if (days < 60.0)
        mtl__str_printf(out, ", for %.0f day%s", days, days < 1.5 ? "" : "s");
    else
        mtl__str_printf(out, ", for %.3g months", days * 12.0 / MTL_DAYS_PER_YEAR);
}

static void transfusion(const mtl__contact *c, mtl__str *out)
{
    mtl__str_printf(out, ", %.4g unit%s", c->amount, c->amount == 1.0 ? "" : "s");
    mtl__str_add(out, c->surgery ? ", surgery" : ", trauma");
    if (c->leukoreduced)
        mtl__str_add(out, ", leukoreduced");
    if (c->irradiated)
        mtl__str_add(out, ", irradiated");
    if (!isnan(c->storage_days))
        mtl__str_printf(out, ", stored for %.4g day%s", c->storage_days,
                        c->storage_days == 1.0 ? "" : "s");
}

void mtl__contact_text(const mtl_scenario *s, const mtl__contact *c, mtl__str *out)
{
    const char *giver = s->person[c->giver].name;
    switch (c->kind) {
    case MTL__MILK:
        mtl__str_printf(out, "%smilk of %s", c->bank ? "bank " : "", giver);
        if (!isnan(c->amount))
            mtl__str_printf(out, ", %.4g mL a day", c->amount);
        duration(c->t1 - c->t0, out);
        break;
    case MTL__TRANSFUSION:
        mtl__str_printf(out, "transfusion from %s", giver);
        transfusion(c, out);
        break;
    case MTL__ORGAN_GRAFT:
        mtl__str_printf(out, "graft of %s from %s", s->model->organ[c->organ].name, giver);
        break;
    case MTL__STEM_CELL_GRAFT:
        mtl__str_printf(out, "stem cell graft from %s, with%s conditioning", giver,
                        c->conditioning ? "" : "out");
        break;
    case MTL__INFUSION:
        mtl__str_printf(out, "infusion of %.4g cells (%s) from %s", c->amount,
                        s->model->kind[c->cell_kind].label, giver);
        break;
    case MTL__ANASTOMOSIS:
        mtl__str_add(out, "vessels of the placenta may be joined");
        break;
    }
}
