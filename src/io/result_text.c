/* SPDX-License-Identifier: MIT */
/* Numbers, names and choices that the tables, the JSON document and the report say in the same
   way. Nothing here knows a file format. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/result_out.h"

const char *mtl__out_number(double v, char buf[32])
{
    if (!isfinite(v)) {
        memcpy(buf, "NA", 3);
        return buf;
    }
    snprintf(buf, 32, "%.6g", v);
    /* A program that uses the library may have set a locale with a decimal comma. */
    char *comma = strchr(buf, ',');
    if (comma)
        *comma = '.';
    return buf;
}

/* Length of the valid UTF-8 sequence at s, 0 if there is none; surrogates, overlong forms and
   what lies above U+10FFFF are not valid (RFC 3629). */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

void mtl__out_clean(mtl__str *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)(text ? text : "");
    while (*s) {
        const size_t n = utf8_length(s);
        if (n == 0 || (n == 2 && s[0] == 0xc2 && s[1] < 0xa0) || s[0] == 0x7f)
            mtl__str_add(b, "\xef\xbf\xbd"); /* C1 controls and DEL as well */
        else if (s[0] == '\t' || s[0] == '\n' || s[0] == '\r')
            mtl__str_add(b, " ");
        else if (s[0] < 0x20)
            mtl__str_add(b, "\xef\xbf\xbd");
        else
            mtl__str_addn(b, (const char *)s, n);
        s += n ? n : 1;
    }
}

void mtl__out_switches(mtl__str *b, const mtl_model *m)
{
    for (int i = 0; i < m->n_switches; i++) {
        if (i > 0)
            mtl__str_add(b, ", ");
        mtl__out_clean(b, m->sw[i].name);
        mtl__str_add(b, " = ");
        mtl__out_clean(b, m->sw[i].value[m->sw[i].now]);
    }
}

const char *mtl__out_solver(const mtl_result *r)
{
    static const char *const name[] = {"auto", "exact", "leap", "analytic"};
    if (r->solver_text)
        return r->solver_text;
    return name[r->opts.solver];
}

const char *mtl__out_event(enum mtl__note_kind kind)
{
    switch (kind) {
    case MTL__EV_BIRTH:
        return "birth";
    case MTL__EV_CONCEPTION:
        return "conception";
    case MTL__EV_DELIVERY:
        return "delivery";
    case MTL__EV_LOSS:
        return "loss";
    case MTL__EV_SAMPLE:
        return "sample";
    case MTL__EV_AUTOPSY:
        return "autopsy";
    case MTL__EV_DEATH:
        return "death";
    case MTL__EV_INJURY:
        return "injury";
    case MTL__EV_DEPLETION:
        return "depletion";
    case MTL__EV_ONSET:
        return "onset";
    case MTL__EV_OTHER:
        break;
    }
    return "other";
}

const mtl__assay_def *mtl__out_assay(const mtl_result *r, const mtl__assay_result *a)
{
    const int assay = r->s->sample[a->sample].assay;
    return assay >= 0 ? &r->m->assay[assay] : NULL;
}

const mtl__reading *mtl__out_reading(const mtl__assay_result *a)
{
    if (a->has_given)
        return &a->given;
    return mtl__out_shown(a) ? &a->shown : NULL;
}

bool mtl__out_shown(const mtl__assay_result *a)
{
    return a->shown.hits >= 0 && a->shown.wells > 0;
}

void mtl__out_units(mtl__str *b, const mtl__assay_result *a, const mtl__reading *x)
{
    if (a->v.by == MTL__BY_READS)
        mtl__str_printf(b, "%d reads of alleles the host lacks at %d sites", x->hits,
                        a->v.reads.sites);
    else
        mtl__str_printf(b, "%d of %d %s", x->hits, x->wells, mtl__method_unit(a->v.by));
}

int mtl__out_n_tier(const mtl_result *r, char tier)
{
    int n = 0;
    for (int i = 0; i < r->m->n_params; i++)
        n += r->used_param && r->used_param[i] && r->m->param[i].tier == tier;
    return n;
}
