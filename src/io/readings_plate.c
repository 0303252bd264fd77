/* SPDX-License-Identifier: MIT */
/* A sample read by PCR, as the plate of a laboratory: the wells of the reading that is shown, and
   what a plate has besides, drawn by the same laws. qPCR: a dilution series of a donor with one
   target allele per genome, blank wells, and a gene that every genome has twice, in three wells of
   the sample and with a dilution series of its own. Digital PCR: that gene in the same partitions,
   and as many blank wells. Where the gene would fill all partitions, the genomes per well are told
   in the table of samples in its place, as a laboratory would take them from another measurement.
 */
#include "io/readings.h"

#include <math.h>
#include <string.h>

enum { REPEATS = 3, BLANKS = 8, REFERENCE_WELLS = 3, DIGITAL_BLANKS = 8 };
static const char *const reference_name[] = {"B-glob", "RPP30"}; /* qPCR, digital */
static const double fullest = 4.0; /* copies of the gene per partition that are still told apart */

typedef struct plate {
    const mtl__reading_out *o;
    mtl__plate p;
    mtl__rng rng;
    const char *target;
    int cap;
} plate;

/* "DYS14" of dys14-qpcr, and behind it who is looked for, where that is one person. */
static const char *target_name(const mtl__reading_out *o)
{
    mtl__str b = {0};
    for (const char *s = o->def->name; *s && *s != '-'; s++) {
        const char c = (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s);
        mtl__str_addn(&b, &c, 1);
    }
    if (o->s->target_person >= 0) {
        mtl__str_add(&b, " of ");
        mtl__out_clean(&b, o->r->s->person[o->s->target_person].name);
    }
    const char *kept = b.oom ? NULL : mtl__arena_strdup(&o->to->arena, b.s);
    mtl__str_free(&b);
    return kept;
}

static int start(plate *x, const mtl__reading_out *o, int reactions, mtl_error *err)
{
    memset(x, 0, sizeof *x);
    x->o = o;
    x->target = target_name(o);
    x->cap = reactions;
    x->p.file = o->stem;
    x->p.instrument = "Matriline, virtual";
    x->p.rows = reactions <= 96 ? 8 : reactions <= 384 ? 16 : MTL__PLATE_MAX_ROWS;
    x->p.columns = reactions <= 96 ? 12 : reactions <= 384 ? 24 : MTL__PLATE_MAX_COLUMNS;
    x->p.n_targets = 2;
    x->p.target = mtl__arena_alloc(&o->to->arena, 2 * sizeof *x->p.target);
    x->p.reaction = mtl__arena_alloc(&o->to->arena, (size_t)reactions * sizeof *x->p.reaction);
    if (!x->target || !x->p.reaction || !x->p.target)
        return mtl__nomem(err);
    x->p.target[0].partner = 1;
    x->p.target[1].partner = 0;
    mtl__rng_stream(&x->rng, o->r->opts.seed, mtl__hash(o->stem),
                    (uint64_t)o->r->opts.first_replicate, mtl__hash("plate"));
    return MTL_OK;
}

static mtl__reaction *next(plate *x, int place, int target, enum mtl__role role, const char *sample)
{
    mtl__reaction *w = &x->p.reaction[x->p.n++];
    *w = (mtl__reaction){.well = "",
                         .row = place / x->p.columns,
                         .column = place % x->p.columns,
                         .sample = sample,
                         .target =
                             target ? reference_name[x->o->a->v.by == MTL__BY_DPCR] : x->target,
                         .target_index = target,
                         .role = role,
                         .ct = NAN,
                         .quantity = NAN,
                         .both = -1,
                         .only_this = -1,
                         .only_other = -1,
                         .neither = -1,
                         .partition_nl = NAN};
    return w;
}

static int put(const mtl__reading_out *o, const plate *x, enum mtl__plate_format format,
               mtl_error *err)
{
    mtl__str *b = mtl__readings_file(o->to, o->stem, ".csv");
    return b && mtl__plate_write(b, &x->p, format) == MTL_OK ? MTL_OK : mtl__nomem(err);
}

/* ---------------------------------------------------------------- tables beside it */
/* Names with what parts a list in a table of targets are passed over. */
static void carriers(const mtl__reading_out *o, mtl__str *b)
{
    int n = 0;
    for (int k = 0; k < o->a->n_shown; k++) {
        const char *name = o->r->s->person[o->a->shown_donor[k]].name;
        if (name[strcspn(name, " ,;:\t\r\n")])
            continue;
        mtl__str_printf(b, "%s%s:1", n++ ? " " : "", name);
    }
}

static int tables(const mtl__reading_out *o, const char *target, double copies, double fragments,
                  double genomes_per_well, mtl_error *err)
{
    char date[16], number[32];
    mtl__str *b = mtl__readings_file(o->to, o->stem, ".targets.tsv");
    if (!b)
        return mtl__nomem(err);
    mtl__str_add(b, "target\treference\tcopies\tfragments\tcalibrator\tcarriers\n");
    mtl__str_printf(b, "%s\tno\t%.6g\t%.6g\t1\t", target, copies, fragments);
    carriers(o, b);
    mtl__str_add(b, "\n");
    if (isnan(genomes_per_well))
        mtl__str_printf(b, "%s\tyes\t1\t1\t2\t\n", reference_name[o->a->v.by == MTL__BY_DPCR]);
    const bool full = b->oom;
    b = mtl__readings_file(o->to, o->stem, ".samples.tsv");
    if (!b || full)
        return mtl__nomem(err);
    mtl__str_printf(b, "sample\tperson\torgan\tdate\tgenomes_per_well\n%s\t", o->stem);
    mtl__out_clean(b, o->r->s->person[o->s->person].name);
    mtl__str_add(b, "\t");
    mtl__out_clean(b, o->r->m->organ[o->s->organ].name);
    mtl__str_printf(b, "\t%s\t%s\n", mtl__date_text(o->s->t, date),
                    isnan(genomes_per_well) ? "" : mtl__out_number(genomes_per_well, number));
    return b->oom ? mtl__nomem(err) : MTL_OK;
}

/* ---------------------------------------------------------------- qPCR */
/* Ct of a well with a Poisson number of fragments of `copies` copies each. */
static double draw_ct(plate *x, double fragments, double copies)
{
    const mtl__qpcr *a = &x->o->a->v.qpcr;
    const int64_t n = mtl__rng_poisson(&x->rng, fragments);
    if (n == 0)
        return NAN;
    return a->ct_one - mtl__log((double)n * copies) / mtl__log1p(a->efficiency) +
           a->ct_sd * mtl__rng_normal(&x->rng);
}

/* Levels from `top` gEq per well down by `ratio`, each in `repeats` wells. */
static int standards(plate *x, int place, int target, double top, double ratio, int levels,
                     int repeats)
{
    const mtl__qpcr *a = &x->o->a->v.qpcr;
    for (int l = 0; l < levels; l++, top /= ratio)
        for (int k = 0; k < repeats; k++) {
            mtl__reaction *w = next(x, place++, target, MTL__ROLE_STANDARD, "standard");
            w->quantity = top;
            w->ct = target ? draw_ct(x, 2.0 * top, 1.0)
                           : draw_ct(x, a->fragments * top, a->copies / a->fragments);
        }
    return place;
}

int mtl__readings_qpcr(const mtl__reading_out *o, mtl_error *err)
{
    enum { LEVELS = 6, REFERENCE_LEVELS = 5 };
    const mtl__qpcr *a = &o->a->v.qpcr;
    const double per_well = a->genomes * a->recovery / a->wells;
    int place = 0;
    plate x;
    MTL_TRY(start(
        &x, o, a->wells + LEVELS * REPEATS + REFERENCE_LEVELS * 2 + BLANKS + REFERENCE_WELLS, err));
    place = standards(&x, place, 0, 10000.0, 5.0, LEVELS, REPEATS);
    place = standards(&x, place, 1, mtl__pow(10.0, floor(mtl__log10(per_well)) + 1.0), 10.0,
                      REFERENCE_LEVELS, 2);
    for (int k = 0; k < BLANKS; k++)
        next(&x, place++, 0, MTL__ROLE_BLANK, "NTC")->ct =
            draw_ct(&x, a->false_per_well, a->copies / a->fragments);
    for (int k = 0; k < REFERENCE_WELLS; k++)
        next(&x, place++, 1, MTL__ROLE_UNKNOWN, o->stem)->ct = draw_ct(&x, 2.0 * per_well, 1.0);
    for (int k = 0; k < a->wells; k++)
        next(&x, place++, 0, MTL__ROLE_UNKNOWN, o->stem)->ct = o->a->shown_ct[k];
    MTL_TRY(put(o, &x, MTL__PLATE_QUANTSTUDIO, err));
    return tables(o, x.target, a->copies, a->fragments, NAN, err);
}

/* ---------------------------------------------------------------- digital PCR */
/* The two channels of a well; the gene falls into the partitions whatever the target does. */
static void droplets(plate *x, int place, enum mtl__role role, const char *sample,
                     int64_t partitions, int64_t positive, double gene)
{
    const double p = -mtl__expm1(-gene);
    mtl__reaction *w = next(x, place, 0, role, sample);
    w->partitions = partitions;
    w->positive = positive;
    w->partition_nl = x->o->a->v.partition_nl;
    if (gene < 0.0)
        return;
    w->both = mtl__rng_binomial(&x->rng, positive, p);
    w->only_this = positive - w->both;
    w->only_other = mtl__rng_binomial(&x->rng, partitions - positive, p);
    w->neither = partitions - positive - w->only_other;
    mtl__reaction *g = next(x, place, 1, role, sample);
    *g = (mtl__reaction){.well = "",
                         .row = w->row,
                         .column = w->column,
                         .sample = sample,
                         .target = g->target,
                         .target_index = 1,
                         .role = role,
                         .ct = NAN,
                         .quantity = NAN,
                         .partitions = partitions,
                         .positive = w->both + w->only_other,
                         .both = w->both,
                         .only_this = w->only_other,
                         .only_other = w->only_this,
                         .neither = w->neither,
                         .partition_nl = w->partition_nl};
}

int mtl__readings_dpcr(const mtl__reading_out *o, mtl_error *err)
{
    const mtl__virtual *v = &o->a->v;
    const mtl__dpcr *a = &v->dpcr;
    const double alleles = 2.0 * a->genomes * a->recovery / (double)a->partitions;
    const bool gene = alleles <= fullest;
    plate x;
    MTL_TRY(start(&x, o, 2 * (v->dpcr_wells + DIGITAL_BLANKS), err));
    for (int k = 0; k < v->dpcr_wells; k++)
        droplets(&x, k, MTL__ROLE_UNKNOWN, o->stem, mtl__units_in(a->partitions, v->dpcr_wells, k),
                 o->a->shown_part[k], gene ? alleles : -1.0);
    for (int k = 0; k < DIGITAL_BLANKS; k++) {
        const int64_t n = mtl__units_in(a->partitions, v->dpcr_wells, 0);
        const double p = -mtl__expm1(-a->false_per_partition);
        droplets(&x, v->dpcr_wells + k, MTL__ROLE_BLANK, "NTC", n, mtl__rng_binomial(&x.rng, n, p),
                 gene ? 0.0 : -1.0);
    }
    MTL_TRY(put(o, &x, MTL__PLATE_QUANTASOFT, err));
    return tables(o, x.target, 1.0 * a->fragments, a->fragments,
                  gene ? NAN : a->genomes * a->recovery / v->dpcr_wells, err);
}
