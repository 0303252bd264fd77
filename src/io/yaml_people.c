/* SPDX-License-Identifier: MIT */
/* The `people:` and `history:` parts of a scenario. A parent who is only named becomes a person of
   whom nothing else is known; births and conceptions are each worked out from the other (40 weeks
   where the file does not say). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/yaml_scenario.h"

static const char *person_name(const void *ctx, int i)
{
    return ((const mtl__sload *)ctx)->person[i].name;
}

int mtl__sl_find(const mtl__sload *l, const char *name)
{
    const uint64_t key = mtl__hash(name);
    for (int i = 0; i < l->n_people; i++)
        if (l->person[i].key == key && strcmp(l->person[i].name, name) == 0)
            return i;
    return -1;
}

int mtl__sl_add_person(mtl__sload *l, const char *name, const mtl__ynode *where, int *out)
{
    if (l->n_people >= MTL__MAX_PEOPLE)
        return mtl__yaml_fail(&l->doc, where, l->err, MTL_ERR_VALUE, "more than %d people",
                              MTL__MAX_PEOPLE);
    const size_t need = (size_t)l->n_people + 1;
    if (mtl__grow(&l->person, &l->cap_person, need, sizeof *l->person) < 0 ||
        mtl__grow(&l->more, &l->cap_more, need, sizeof *l->more) < 0)
        return mtl__nomem(l->err);
    char path[96];
    char *kept = mtl__arena_strdup(&l->s->arena, name);
    char *kept_path = mtl__arena_strdup(&l->s->arena, mtl__yaml_path(where, path, sizeof path));
    if (!kept || !kept_path)
        return mtl__nomem(l->err);
    *out = l->n_people++;
    l->person[*out] = (mtl__person){.name = kept,
                                    .key = mtl__hash(kept),
                                    .mother = -1,
                                    .father = -1,
                                    .pregnancy = -1,
                                    .conceived = NAN,
                                    .born = NAN,
                                    .died = NAN,
                                    .line = where->line,
                                    .column = where->column,
                                    .path = kept_path};
    l->more[*out] = (mtl__yperson){.weeks = NAN, .named_by = NAN};
    return MTL_OK;
}

/* Names enter tables and lists of donors, so a few characters are not allowed in them. */
static int check_name(mtl__sload *l, const mtl__ynode *n, const char *name)
{
    const size_t len = strlen(name);
    if (len == 0 || len > 60)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "a name has 1 to 60 bytes, this one %zu", len);
    if (strpbrk(name, ",;\t\r\n") || name[0] == ' ' || name[len - 1] == ' ')
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "a name has no comma, semicolon, tab or line break, and no space at "
                              "its ends");
    if (strcmp(name, "self") == 0 || strcmp(name, "all") == 0 || strcmp(name, "unknown") == 0)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "'%s' has a meaning of its own; take another name", name);
    return MTL_OK;
}

int mtl__sl_name(mtl__sload *l, const mtl__ynode *n, const char **out)
{
    MTL_TRY(mtl__yaml_text(&l->doc, n, out, l->err));
    return check_name(l, n, *out);
}

int mtl__sl_person(mtl__sload *l, const mtl__ynode *n, int *out)
{
    const char *name;
    char hint[96] = "";
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    *out = mtl__sl_find(l, name);
    if (*out >= 0)
        return MTL_OK;
    mtl__hint(hint, sizeof hint, name, l->n_people, person_name, l);
    return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_NAME, "nobody is called '%.60s'%s", name,
                          hint[0] ? hint : "; declare the person under `people:`");
}

int mtl__sl_sex(mtl__sload *l, const mtl__ynode *n, enum mtl__sex *out)
{
    static const char *const words[] = {"unknown", "female", "male", NULL};
    int k;
    MTL_TRY(mtl__yaml_word(&l->doc, n, words, &k, l->err));
    *out = (enum mtl__sex)k;
    return MTL_OK;
}

int mtl__sl_karyotype(mtl__sload *l, const mtl__ynode *n, enum mtl__karyotype *out)
{
    static const char *const words[] = {"normal",          "trisomy 21",     "trisomy 18",
                                        "trisomy 13",      "triploid",       "monosomy X",
                                        "other aneuploid", "22q11 deletion", NULL};
    int k;
    MTL_TRY(mtl__yaml_word(&l->doc, n, words, &k, l->err));
    *out = (enum mtl__karyotype)k;
    return MTL_OK;
}

static int parent(mtl__sload *l, const mtl__ynode *n, int child, enum mtl__sex sex)
{
    const char *name;
    int p;
    MTL_TRY(mtl__sl_name(l, n, &name));
    p = mtl__sl_find(l, name);
    if (p < 0) {
        MTL_TRY(mtl__sl_add_person(l, name, n, &p));
        l->person[p].sex = sex;
    }
    int *at = sex == MTL__FEMALE ? &l->person[child].mother : &l->person[child].father;
    if (*at >= 0 && *at != p)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_DUPLICATE, "%s has two %ss: %s and %s",
                              l->person[child].name, sex == MTL__FEMALE ? "mother" : "father",
                              l->person[*at].name, name);
    *at = p;
    return MTL_OK;
}

static int birth_and_conception(mtl__sload *l, const mtl__ynode *n, int i)
{
    const mtl__ynode *born = mtl__yaml_get(n, "born"), *conceived = mtl__yaml_get(n, "conceived");
    const mtl__ynode *weeks = mtl__yaml_get(n, "weeks");
    mtl__person *p = &l->person[i];
    mtl__yperson *more = &l->more[i];
    mtl__ydate b = {NAN, 0}, c = {NAN, 0};
    if (born)
        MTL_TRY(mtl__sl_date(l, born, &b));
    if (conceived)
        MTL_TRY(mtl__sl_date(l, conceived, &c));
    if (weeks)
        MTL_TRY(mtl__sl_weeks(l, weeks, &more->weeks));
    const mtl__life life = mtl__model_life(l->m);
    const double term = mtl__weeks_to_days(weeks ? more->weeks : life.term);
    if (born && conceived) {
        const double w = (b.days - c.days) / 7.0 + 2.0, slack = (b.slack + c.slack) / 7.0;
        const double low = mtl__life_week(&life, 20.0), high = mtl__life_week(&life, 45.0);
        if (!weeks && !(w >= low - slack && w <= high + slack))
            return mtl__yaml_fail(
                &l->doc, conceived, l->err, MTL_ERR_DATE,
                "conception and birth are %.3g weeks of pregnancy apart; expected "
                "%.3g to %.3g",
                w, low, high);
        if (weeks && fabs(w - more->weeks) > 1.5 + slack)
            return mtl__yaml_fail(&l->doc, weeks, l->err, MTL_ERR_DATE,
                                  "%.3g weeks, but conception and birth are %.3g weeks apart",
                                  more->weeks, w);
    }
    p->born = born ? b.days : c.days + term;
    p->conceived = conceived && c.slack <= b.slack ? c.days : b.days - term;
    p->born_slack = born ? b.slack : c.slack;
    if (!born && conceived)
        p->conceived = c.days;
    more->has_conceived = conceived != NULL;
    return MTL_OK;
}

static int one_person(mtl__sload *l, const mtl__ynode *n, int i)
{
    static const char *const keys[] = {"sex",    "born",      "conceived", "died", "mother",
                                       "father", "karyotype", "weeks",     NULL};
    const mtl__ynode *v;
    if (n->kind == MTL__YTEXT && n->text[0] == '\0' && !n->quoted)
        return MTL_OK; /* "greta:" with nothing after it: only named */
    MTL_TRY(mtl__yaml_is_map(&l->doc, n, "a person", l->err));
    MTL_TRY(mtl__yaml_keys(&l->doc, n, keys, "a person", l->err));
    if ((v = mtl__yaml_get(n, "sex"))) {
        const enum mtl__sex before = l->person[i].sex;
        MTL_TRY(mtl__sl_sex(l, v, &l->person[i].sex));
        if (l->more[i].included && before != MTL__SEX_UNKNOWN && before != l->person[i].sex)
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE,
                                  "%s is %s in the pedigree that is included", l->person[i].name,
                                  before == MTL__MALE ? "male" : "female");
    }
    if ((v = mtl__yaml_get(n, "karyotype")))
        MTL_TRY(mtl__sl_karyotype(l, v, &l->person[i].karyotype));
    MTL_TRY(birth_and_conception(l, n, i));
    if ((v = mtl__yaml_get(n, "mother")))
        MTL_TRY(parent(l, v, i, MTL__FEMALE));
    if ((v = mtl__yaml_get(n, "father")))
        MTL_TRY(parent(l, v, i, MTL__MALE));
    if ((v = mtl__yaml_get(n, "died"))) {
        mtl__ydate died;
        MTL_TRY(mtl__sl_date(l, v, &died));
        MTL_TRY(mtl__sl_set_death(l, v, i, died));
    }
    return MTL_OK;
}

int mtl__sl_people(mtl__sload *l, const mtl__ynode *people)
{
    MTL_TRY(mtl__yaml_is_map(&l->doc, people, "`people`", l->err));
    for (int k = 0; k < people->n; k++) {
        int i;
        MTL_TRY(check_name(l, people->item[k], people->key[k]->text));
        i = mtl__sl_find(l, people->key[k]->text);
        if (i < 0)
            MTL_TRY(mtl__sl_add_person(l, people->key[k]->text, people->item[k], &i));
        l->person[i].declared = true;
        l->person[i].line = people->key[k]->line;
        l->person[i].column = people->key[k]->column;
    }
    /* Parents may be named before they are declared, so all names come first. */
    for (int k = 0; k < people->n; k++)
        MTL_TRY(one_person(l, people->item[k], mtl__sl_find(l, people->key[k]->text)));
    return MTL_OK;
}

int mtl__sl_history(mtl__sload *l, const mtl__ynode *history)
{
    static const char *const words[] = {"complete", "unknown", NULL};
    MTL_TRY(mtl__yaml_is_map(&l->doc, history, "`history`", l->err));
    for (int k = 0; k < history->n; k++) {
        const mtl__ynode *v = history->item[k];
        const int who = mtl__sl_find(l, history->key[k]->text);
        int word;
        char hint[96] = "";
        mtl__hint(hint, sizeof hint, history->key[k]->text, l->n_people, person_name, l);
        if (who < 0)
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_NAME, "nobody is called '%.60s'%s",
                                  history->key[k]->text, hint);
        MTL_TRY(mtl__yaml_word(&l->doc, v, words, &word, l->err));
        l->more[who].history_unknown = word == 1;
    }
    return MTL_OK;
}
