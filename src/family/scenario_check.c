/* SPDX-License-Identifier: MIT */
/* Is the order of a scenario's dates possible? Ages at conception, weeks, overlapping pregnancies,
   samples of the unborn and the dead. Every refusal names the dates and points at the event. Limits
   of age and week are wide on purpose: they are there to catch a mistyped year, not to judge a
   life. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family/scenario_parts.h"

#define OLDEST_MOTHER 60.0

static int bad_preg(const mtl_scenario *s, const mtl__pregnancy *p, mtl_error *err, int code,
                    const char *text)
{
    return mtl__scenario_bad(s, err, code, p->line, p->column, p->path, "%s", text);
}

/* ---------------------------------------------------------------- pregnancies */

static const char *sex_word(enum mtl__sex sex)
{
    return sex == MTL__MALE ? "male" : sex == MTL__FEMALE ? "female" : "of unknown sex";
}

static int parents_age(const mtl_scenario *s, const mtl__pregnancy *p, mtl_error *err)
{
    const mtl__person *m = &s->person[p->mother];
    char text[400], a[16], b[16];
    const double slack = (p->slack_days + m->born_slack) / MTL_DAYS_PER_YEAR;
    const double age = (p->conceived - m->born) / MTL_DAYS_PER_YEAR;
    const double youngest = mtl__model_life(s->model).youngest;
    if (!isnan(age) && (age < youngest - slack || age > OLDEST_MOTHER + slack)) {
        snprintf(
            text, sizeof text,
            "%s, born %s, would be %.1f years old at the conception about %s; expected %g to %g",
            m->name, mtl__date_text(m->born, a), age, mtl__date_text(p->conceived, b), youngest,
            OLDEST_MOTHER);
        return bad_preg(s, p, err, MTL_ERR_DATE, text);
    }
    for (int k = 0; k < p->n_children; k++) {
        const int father = s->person[s->child[p->child0 + k].person].father;
        if (father < 0 || isnan(s->person[father].born))
            continue;
        const mtl__person *f = &s->person[father];
        const double his = (p->conceived - f->born) / MTL_DAYS_PER_YEAR;
        if (his >= youngest - (p->slack_days + f->born_slack) / MTL_DAYS_PER_YEAR)
            continue;
        snprintf(text, sizeof text,
                 "%s, the father, born %s, would be %.1f years old at the conception about %s",
                 f->name, mtl__date_text(f->born, a), his, mtl__date_text(p->conceived, b));
        return bad_preg(s, p, err, MTL_ERR_DATE, text);
    }
    return MTL_OK;
}

static int week_of_outcome(const mtl_scenario *s, const mtl__pregnancy *p, mtl_error *err)
{
    static const struct {
        double low, high;
        const char *word, *advice;
    } range[] = {
        [MTL__LIVE_BIRTH] = {20.0, 45.0, "a live birth", ""},
        [MTL__STILLBIRTH] = {20.0, 45.0, "a stillbirth", "; before week 20 it is `event: loss`"},
        [MTL__MISCARRIAGE] = {3.0, 28.0, "a loss", "; from week 28 on it is `event: stillbirth`"},
        [MTL__TERMINATION] = {3.0, 45.0, "a termination", ""},
        [MTL__ONGOING] = {0.0, 45.0, "a pregnancy", "; it should have ended before the last event"},
    };
    const mtl__life life = mtl__model_life(s->model);
    const double w = p->weeks, low = mtl__life_week(&life, range[p->outcome].low),
                 high = mtl__life_week(&life, range[p->outcome].high);
    if (w >= low - 1e-9 && w <= high + 1e-9)
        return MTL_OK;
    char text[300];
    /* The advice names weeks of a human pregnancy. */
    snprintf(text, sizeof text, "%s in week %.4g: expected week %.3g to %.3g%s",
             range[p->outcome].word, w, low, high,
             low == range[p->outcome].low ? range[p->outcome].advice : "");
    return bad_preg(s, p, err, MTL_ERR_DATE, text);
}

/* Twins of one egg have one genome, so one sex and one father. */
static int one_egg(const mtl_scenario *s, const mtl__pregnancy *p, mtl_error *err)
{
    char text[400];
    if (p->zygosity != MTL__ZYGOSITY_UNKNOWN && p->n_children < 2)
        return bad_preg(s, p, err, MTL_ERR_VALUE,
                        "`zygosity` says how twins came about, and this pregnancy has one child");
    if (p->zygosity != MTL__MONOZYGOTIC)
        return MTL_OK;
    for (int i = 1; i < p->n_children; i++) {
        const mtl__person *a = &s->person[s->child[p->child0].person];
        const mtl__person *b = &s->person[s->child[p->child0 + i].person];
        if (a->sex != b->sex) {
            snprintf(text, sizeof text, "monozygotic twins have one sex, but %s is %s and %s is %s",
                     a->name, sex_word(a->sex), b->name, sex_word(b->sex));
            return bad_preg(s, p, err, MTL_ERR_VALUE, text);
        }
        if (a->father != b->father) {
            snprintf(text, sizeof text, "monozygotic twins have one father, but not %s and %s",
                     a->name, b->name);
            return bad_preg(s, p, err, MTL_ERR_VALUE, text);
        }
    }
    return MTL_OK;
}

static const char *ended_how(const mtl__pregnancy *p)
{
    static const char *const how[] = {[MTL__LIVE_BIRTH] = "ended in delivery",
                                      [MTL__STILLBIRTH] = "ended in stillbirth",
                                      [MTL__MISCARRIAGE] = "was lost",
                                      [MTL__TERMINATION] = "was terminated",
                                      [MTL__ONGOING] = "goes on until"};
    return how[p->outcome];
}

static int one_pregnancy(const mtl_scenario *s, const mtl__pregnancy *p, mtl_error *err)
{
    const mtl__person *m = &s->person[p->mother];
    char text[400], a[16], b[16];
    if (m->sex == MTL__MALE) {
        snprintf(text, sizeof text, "%s is male (line %d) and cannot be pregnant", m->name,
                 m->line);
        return bad_preg(s, p, err, MTL_ERR_VALUE, text);
    }
    MTL_TRY(week_of_outcome(s, p, err));
    MTL_TRY(one_egg(s, p, err));
    MTL_TRY(parents_age(s, p, err));
    if (!isnan(m->died) && p->ended > m->died + m->died_slack + p->slack_days) {
        snprintf(text, sizeof text, "the pregnancy %s on %s, after the death of %s on %s%s",
                 ended_how(p), mtl__date_text(p->ended, a), m->name, mtl__date_text(m->died, b),
                 mtl__slack_hint(m->died_slack + p->slack_days));
        return bad_preg(s, p, err, MTL_ERR_DATE, text);
    }
    return MTL_OK;
}

/* Pregnancies are in order of conception; only one of a mother can be open. */
static int overlaps(const mtl_scenario *s, mtl_error *err)
{
    mtl__arena scratch;
    mtl__arena_init(&scratch, 0);
    int ret = MTL_OK;
    int *last = mtl__arena_alloc(&scratch, ((size_t)s->n_people + 1) * sizeof *last);
    if (!last)
        return mtl__nomem(err);
    for (int i = 0; ret == MTL_OK && i < s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &s->pregnancy[i];
        if (p->unnoticed_years > 0)
            continue; /* they lie in gaps, a boy's beside a girl's */
        const int before = last[p->mother] - 1;
        last[p->mother] = i + 1;
        if (before < 0 || s->pregnancy[before].ended <= p->conceived)
            continue;
        /* Both lines matter; the message stands at the later one of the file. */
        const mtl__pregnancy *q = &s->pregnancy[before], *at = p->line >= q->line ? p : q;
        const mtl__pregnancy *other = at == p ? q : p;
        char text[480], c1[16], c2[16], e1[16], e2[16];
        snprintf(
            text, sizeof text,
            "%s would be pregnant twice at once: here from about %s to %s, and in line %d from "
            "about %s to %s%s",
            s->person[p->mother].name, mtl__date_text(at->conceived, c1),
            mtl__date_text(at->ended, e1), other->line, mtl__date_text(other->conceived, c2),
            mtl__date_text(other->ended, e2), mtl__slack_hint(at->slack_days + other->slack_days));
        ret = bad_preg(s, at, err, MTL_ERR_DATE, text);
    }
    mtl__arena_free(&scratch);
    return ret;
}

/* ---------------------------------------------------------------- samples */

static int bad_sample(const mtl_scenario *s, const mtl__sample *x, mtl_error *err, int code,
                      const char *text)
{
    return mtl__scenario_bad(s, err, code, x->line, x->column, x->path, "%s", text);
}

static int sample_in_life(const mtl_scenario *s, const mtl__sample *x, int autopsy_line,
                          mtl_error *err)
{
    const mtl__person *p = &s->person[x->person];
    const char *what = x->autopsy ? "an autopsy" : "a sample";
    char text[400], a[16], b[16];
    if (isnan(p->born) && p->pregnancy >= 0) {
        snprintf(text, sizeof text, "%s was never born; samples of a fetus are not built yet",
                 p->name);
        return bad_sample(s, x, err, MTL_ERR_UNSUPPORTED, text);
    }
    if (isnan(p->born)) {
        snprintf(text, sizeof text, "%s of %s needs the birth date of %s", what, p->name, p->name);
        return bad_sample(s, x, err, MTL_ERR_DATE, text);
    }
    if (x->t < p->born) {
        snprintf(text, sizeof text, "%s of %s on %s, before the birth on %s%s", what, p->name,
                 mtl__date_text(x->t, a), mtl__date_text(p->born, b),
                 x->t >= p->conceived && x->slack_days == 0.0
                     ? "; samples of a fetus are not built yet"
                     : mtl__slack_hint(x->slack_days + p->born_slack));
        return bad_sample(s, x, err, MTL_ERR_DATE, text);
    }
    if (x->t - p->born > 130.0 * MTL_DAYS_PER_YEAR) {
        snprintf(text, sizeof text, "%s would be %.0f years old on %s", p->name,
                 floor((x->t - p->born) / MTL_DAYS_PER_YEAR), mtl__date_text(x->t, a));
        return bad_sample(s, x, err, MTL_ERR_DATE, text);
    }
    if (!isnan(p->died) && !x->autopsy && x->t > p->died) {
        snprintf(text, sizeof text, "a sample of %s on %s, after the %s on %s (line %d)%s", p->name,
                 mtl__date_text(x->t, a), autopsy_line ? "autopsy" : "death",
                 mtl__date_text(p->died, b), autopsy_line ? autopsy_line : p->died_line,
                 mtl__slack_hint(x->slack_days + p->died_slack));
        return bad_sample(s, x, err, MTL_ERR_DATE, text);
    }
    return MTL_OK;
}

static bool says_one_egg(const mtl_scenario *s, const mtl__person *p)
{
    return p->pregnancy >= 0 && s->pregnancy[p->pregnancy].zygosity == MTL__MONOZYGOTIC;
}

static int sample_organ(const mtl_scenario *s, const mtl__sample *x, mtl_error *err)
{
    const mtl__person *p = &s->person[x->person];
    const mtl__organ *o = &s->model->organ[x->organ];
    char text[400], a[16], b[16];
    if ((o->sex == 'f' && p->sex == MTL__MALE) || (o->sex == 'm' && p->sex == MTL__FEMALE)) {
        snprintf(text, sizeof text, "%s is %s and has no %s", p->name,
                 p->sex == MTL__MALE ? "male" : "female", o->name);
        return bad_sample(s, x, err, MTL_ERR_VALUE, text);
    }
    if (o->sampling_only && strcmp(o->name, "cord_blood") != 0) {
        snprintf(text, sizeof text, "samples of %s are not built yet", o->name);
        return bad_sample(s, x, err, MTL_ERR_UNSUPPORTED, text);
    }
    if (o->sampling_only && fabs(x->t - p->born) > 1.0 + x->slack_days + p->born_slack) {
        snprintf(text, sizeof text,
                 "cord blood of %s on %s: there is some only at the birth, on %s", p->name,
                 mtl__date_text(x->t, a), mtl__date_text(p->born, b));
        return bad_sample(s, x, err, MTL_ERR_DATE, text);
    }
    if (x->assay >= 0 && s->model->assay[x->assay].target == MTL__TARGET_Y && mtl__has_y(p)) {
        snprintf(text, sizeof text,
                 "%s looks for a Y chromosome, which %s carries in every cell; take an assay like "
                 "hla-qpcr",
                 s->model->assay[x->assay].name, p->name);
        return bad_sample(s, x, err, MTL_ERR_VALUE, text);
    }
    if (x->assay >= 0 && x->target_person >= 0 && x->target_person != x->person &&
        says_one_egg(s, p) && mtl__same_genome(s, x->person, x->target_person)) {
        snprintf(text, sizeof text,
                 "%s and %s are monozygotic twins: no assay tells their cells apart", p->name,
                 s->person[x->target_person].name);
        return bad_sample(s, x, err, MTL_ERR_VALUE, text);
    }
    return MTL_OK;
}

/* One autopsy a person, at or after the death; its samples are of the day of death. */
static int autopsies(mtl_scenario *s, int *line_of, mtl_error *err)
{
    for (int i = 0; i < s->n_samples; i++) {
        mtl__sample *x = &s->sample[i];
        mtl__person *p = &s->person[x->person];
        char text[400], a[16], b[16];
        if (!x->autopsy)
            continue;
        if (line_of[x->person] && line_of[x->person] != x->line) {
            snprintf(text, sizeof text, "a second autopsy of %s; the first is in line %d", p->name,
                     line_of[x->person]);
            return bad_sample(s, x, err, MTL_ERR_DUPLICATE, text);
        }
        line_of[x->person] = x->line;
        if (isnan(p->died) || (x->t < p->died && p->died - x->t <= p->died_slack)) {
            p->died = x->t; /* as with "died: 2004" and an autopsy in May of it */
            p->died_slack = x->slack_days;
        }
        if (x->t < p->died && p->died - x->t <= x->slack_days)
            x->t = p->died;
        if (x->t < p->died) {
            snprintf(text, sizeof text, "the autopsy of %s on %s, before the death on %s (line %d)",
                     p->name, mtl__date_text(x->t, a), mtl__date_text(p->died, b), p->died_line);
            return bad_sample(s, x, err, MTL_ERR_DATE, text);
        }
        x->t = p->died;
    }
    return MTL_OK;
}

static int check_samples(mtl_scenario *s, mtl_error *err)
{
    mtl__arena scratch;
    mtl__arena_init(&scratch, 0);
    int *line_of = mtl__arena_alloc(&scratch, ((size_t)s->n_people + 1) * sizeof *line_of);
    if (!line_of)
        return mtl__nomem(err);
    int ret = autopsies(s, line_of, err);
    for (int i = 0; ret == MTL_OK && i < s->n_samples; i++) {
        ret = sample_in_life(s, &s->sample[i], line_of[s->sample[i].person], err);
        if (ret == MTL_OK)
            ret = sample_organ(s, &s->sample[i], err);
    }
    mtl__arena_free(&scratch);
    return ret;
}

int mtl__scenario_check(mtl_scenario *s, mtl_error *err)
{
    MTL_TRY(mtl__scenario_imply(s, err));
    MTL_TRY(mtl__scenario_check_kin(s, err));
    MTL_TRY(check_samples(s, err));
    MTL_TRY(mtl__scenario_sort(s, err));
    MTL_TRY(mtl__scenario_close(s, err));
    MTL_TRY(mtl__scenario_add_unnoticed(s, err));
    MTL_TRY(mtl__scenario_imply_injuries(s, err));
    MTL_TRY(mtl__scenario_imply_contacts(s, err));
    for (int i = 0; i < s->n_pregnancies; i++)
        MTL_TRY(one_pregnancy(s, &s->pregnancy[i], err));
    MTL_TRY(overlaps(s, err));
    MTL_TRY(mtl__scenario_check_contacts(s, err));
    MTL_TRY(mtl__scenario_check_injuries(s, err));
    return mtl__scenario_list_events(s, err);
}
