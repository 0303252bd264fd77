/* SPDX-License-Identifier: MIT */
/* Writes a plate in the form of the instruments, so that a simulated plate can be handed to any
   program that reads a real one, this one among them. Numbers have enough digits to come back as
   they were. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "io/plate_read.h"

/* A cell, in quotes where it needs them (RFC 4180). */
static void cell(mtl__str *b, const char *s)
{
    if (!s[strcspn(s, ",\";\t\r\n")] && s[0] != ' ' && (!s[0] || s[strlen(s) - 1] != ' ')) {
        mtl__str_add(b, s);
        return;
    }
    mtl__str_add(b, "\"");
    for (; *s; s++) {
        mtl__str_addn(b, s, 1);
        if (*s == '"')
            mtl__str_add(b, "\"");
    }
    mtl__str_add(b, "\"");
}

static void number(mtl__str *b, double x, const char *missing)
{
    if (isfinite(x))
        mtl__str_printf(b, "%.17g", x);
    else
        mtl__str_add(b, missing);
}

static const char *place(const mtl__reaction *w, char buf[16])
{
    return w->row >= 0 ? mtl__well_name(w->row, w->column, buf) : w->well;
}

static void count(mtl__str *b, int64_t n)
{
    if (n >= 0)
        mtl__str_printf(b, ",%" PRId64, n);
    else
        mtl__str_add(b, ",");
}

/* ---------------------------------------------------------------- QuantStudio */
static void quantstudio(mtl__str *b, const mtl__plate *p)
{
    static const char *const task[] = {"UNKNOWN", "STANDARD", "NTC", "POSITIVE CONTROL"};
    char name[16];
    mtl__str_printf(b, "* Block Type = %s\n* Instrument Type = %s\n\n[Results]\n",
                    p->rows > 8 ? "384-Well Block" : "96-Well Block",
                    p->instrument[0] ? p->instrument : "virtual");
    mtl__str_add(b, "Well,Well Position,Omit,Sample Name,Target Name,Task,CT,Quantity\n");
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        if (w->partitions > 0)
            continue;
        const int columns = p->columns > 0 ? p->columns : 12;
        mtl__str_printf(b, "%d,%s,%s,", w->row >= 0 ? w->row * columns + w->column + 1 : i + 1,
                        place(w, name), w->omit ? "true" : "false");
        cell(b, w->sample);
        mtl__str_add(b, ",");
        cell(b, w->target);
        mtl__str_printf(b, ",%s,", task[w->role]);
        number(b, w->ct, "Undetermined");
        mtl__str_add(b, ",");
        number(b, w->quantity, "");
        mtl__str_add(b, "\n");
    }
}

/* ---------------------------------------------------------------- generic */
static void generic(mtl__str *b, const mtl__plate *p)
{
    static const char *const task[] = {"unknown", "standard", "blank", "control"};
    bool digital = false;
    char name[16];
    for (int i = 0; i < p->n; i++)
        digital = digital || p->reaction[i].partitions > 0 || p->reaction[i].row < 0;
    mtl__str_printf(
        b, "well,sample,target,task,ct,quantity,omit%s\n",
        digital ? ",merged,partitions,positive,both,only_this,only_other,neither,partition_nl"
                : "");
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        mtl__str_printf(b, "%s,", place(w, name));
        cell(b, w->sample);
        mtl__str_add(b, ",");
        cell(b, w->target);
        mtl__str_printf(b, ",%s,", task[w->role]);
        number(b, w->ct, w->partitions > 0 ? "" : "Undetermined");
        mtl__str_add(b, ",");
        number(b, w->quantity, "");
        mtl__str_add(b, w->omit ? ",yes" : ",no");
        if (digital)
            mtl__str_add(b, w->row >= 0 ? "," : ",()"); /* a merged well has no place */
        if (digital && w->partitions > 0) {
            const bool duplex = w->both >= 0 && w->only_this >= 0 && w->only_other >= 0;
            count(b, w->partitions);
            count(b, w->positive);
            count(b, duplex ? w->both : -1);
            count(b, duplex ? w->only_this : -1);
            count(b, duplex ? w->only_other : -1);
            count(b, duplex ? w->neither : -1);
            mtl__str_add(b, ",");
            number(b, w->partition_nl, "");
        } else if (digital) {
            mtl__str_add(b, ",,,,,,,");
        }
        mtl__str_add(b, "\n");
    }
}

/* ---------------------------------------------------------------- QuantaSoft */
/* The dye: of two targets in one well the one with the smaller index is read in channel 1. */
static int channel_of(const mtl__plate *p, const mtl__reaction *w)
{
    const int t = w->target_index, other = t >= 0 ? p->target[t].partner : -1;
    return other >= 0 && other < t ? 2 : 1;
}

static void quantasoft(mtl__str *b, const mtl__plate *p)
{
    static const char *const type[] = {"Unknown", "Unknown", "NTC", "Positive Control"};
    char name[16];
    mtl__str_add(b, "Well,ExptType,Experiment,Sample,TargetType,Target,Status,Concentration,"
                    "Positives,Negatives,Ch1+Ch2+,Ch1+Ch2-,Ch1-Ch2+,Ch1-Ch2-,AcceptedDroplets,"
                    "MergedWells\n");
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        const int channel = channel_of(p, w);
        if (w->partitions <= 0 || w->omit)
            continue;
        cell(b, place(w, name));
        mtl__str_add(b, ",Absolute Quantification,\"ABS\",");
        cell(b, w->sample);
        mtl__str_printf(b, ",Ch%d%s,", channel, type[w->role]);
        cell(b, w->target);
        mtl__str_printf(b, ",OK,No Call,%" PRId64 ",%" PRId64, w->positive,
                        w->partitions - w->positive);
        const bool duplex = w->both >= 0 && w->only_this >= 0 && w->only_other >= 0;
        count(b, duplex ? w->both : -1);
        count(b, !duplex ? -1 : channel == 2 ? w->only_other : w->only_this);
        count(b, !duplex ? -1 : channel == 2 ? w->only_this : w->only_other);
        count(b, duplex ? w->neither : -1);
        /* A merged well says so, else it would be looked for on the plate. */
        mtl__str_printf(b, ",%" PRId64 ",%s\n", w->partitions, w->row >= 0 ? "" : "\"()\"");
    }
}

int mtl__plate_write(mtl__str *out, const mtl__plate *p, enum mtl__plate_format format)
{
    if (format == MTL__PLATE_QUANTSTUDIO)
        quantstudio(out, p);
    else if (format == MTL__PLATE_QUANTASOFT)
        quantasoft(out, p);
    else if (format == MTL__PLATE_GENERIC)
        generic(out, p);
    else
        return MTL_ERR_UNSUPPORTED;
    return out->oom ? MTL_ERR_MEMORY : MTL_OK;
}
