/* SPDX-License-Identifier: MIT */
/* Which files the readings of a run are written to, and a table of them (readings.tsv) with the
   truth behind each: the level of every donor in the replicate that is shown. */
#include "io/readings.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

mtl__str *mtl__readings_file(mtl__readings *x, const char *stem, const char *end)
{
    mtl__str name = {0};
    if (mtl__grow(&x->file, &x->cap, (size_t)x->n + 1, sizeof *x->file) < 0)
        return NULL;
    mtl__str_printf(&name, "readings/%s%s", stem, end);
    const char *kept = name.oom ? NULL : mtl__arena_strdup(&x->arena, name.s);
    mtl__str_free(&name);
    if (!kept)
        return NULL;
    x->file[x->n] = (mtl__out_file){.name = kept};
    return &x->file[x->n++].text;
}

void mtl__readings_free(mtl__readings *x)
{
    for (int i = 0; i < x->n; i++)
        mtl__str_free(&x->file[i].text);
    free(x->file);
    mtl__arena_free(&x->arena);
    memset(x, 0, sizeof *x);
}

/* What may stand in the name of a file anywhere. */
static void add_plain(mtl__str *b, const char *s)
{
    for (; *s; s++) {
        const bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                           (*s >= '0' && *s <= '9') || *s == '.' || *s == '_' || *s == '-';
        mtl__str_addn(b, plain ? s : "_", 1);
    }
}

static bool taken(const mtl__reading_out *o, int n, const char *stem)
{
    for (int i = 0; i < n; i++)
        if (o[i].stem && strcmp(o[i].stem, stem) == 0)
            return true;
    return false;
}

/* "anna-blood-1985-01-01-dys14-qpcr", with a number behind where that is not the only one. */
static const char *stem_of(mtl__reading_out *o, int i)
{
    const mtl__sample *s = o[i].s;
    char date[16];
    mtl__str b = {0};
    const char *kept = NULL;
    for (int k = 1; !kept && !b.oom; k++) {
        b.len = 0;
        add_plain(&b, o[i].r->s->person[s->person].name);
        mtl__str_add(&b, "-");
        add_plain(&b, o[i].r->m->organ[s->organ].name);
        mtl__str_printf(&b, "-%s-%s", mtl__date_text(s->t, date), o[i].def->name);
        if (k > 1)
            mtl__str_printf(&b, "-%d", k);
        if (!b.oom && !taken(o, i, b.s))
            kept = mtl__arena_strdup(&o[i].to->arena, b.s);
        else if (k > i + 2)
            break;
    }
    mtl__str_free(&b);
    return kept;
}

/* ---------------------------------------------------------------- the list */
static void levels_of(const mtl__reading_out *o, mtl__str *b)
{
    char number[32];
    int n = 0;
    for (int k = 0; k < o->a->n_shown; k++) {
        mtl__str_add(b, n++ ? "," : "");
        mtl__out_clean(b, o->r->s->person[o->a->shown_donor[k]].name);
        mtl__str_printf(b, ":%s", mtl__out_number(1e6 * o->a->shown_share[k], number));
    }
    if (n == 0)
        mtl__str_add(b, "NA");
}

/* How the reading is measured back, from the folder that holds it. */
static void command_of(const mtl__reading_out *o, mtl__str *b)
{
    const char *stem = o->stem;
    switch (o->a->v.by) {
    case MTL__BY_READS:
        mtl__str_printf(b, "matriline mix %s.counts.tsv --genotypes %s.vcf --host ", stem,
                        o->def->name);
        mtl__out_clean(b, o->r->s->person[o->s->person].name);
        break;
    case MTL__BY_FISH:
        mtl__str_add(b, "NA");
        return;
    default:
        mtl__str_printf(b,
                        "matriline quantify %s.csv --targets %s.targets.tsv --samples "
                        "%s.samples.tsv",
                        stem, stem, stem);
    }
    mtl__str_add(b, " --family SCENARIO");
}

static int list(mtl__readings *x, const mtl__reading_out *o, int n, mtl_error *err)
{
    char date[16];
    mtl__str *b = mtl__readings_file(x, "readings", ".tsv");
    if (!b)
        return mtl__nomem(err);
    mtl__str_printf(b,
                    "##matriline_table=readings\n##seed=%" PRIu64 "\n##first_replicate=%d\n"
                    "##true_geq_per_1e6=of every donor whom the assay sees, in the body of this "
                    "replicate; the tube holds a Poisson number of them\n",
                    o->r->opts.seed, o->r->opts.first_replicate);
    mtl__str_add(b, "file\tperson\torgan\tdate\tassay\tmethod\ttrue_geq_per_1e6\tmeasure_back\n");
    for (int i = 0; i < n; i++) {
        static const char *const end[] = {".csv", ".csv", ".tsv", ".counts.tsv"};
        mtl__str_printf(b, "%s%s\t", o[i].stem, end[o[i].a->v.by]);
        mtl__out_clean(b, o->r->s->person[o[i].s->person].name);
        mtl__str_add(b, "\t");
        mtl__out_clean(b, o->r->m->organ[o[i].s->organ].name);
        mtl__str_printf(b, "\t%s\t%s\t%s\t", mtl__date_text(o[i].s->t, date), o[i].def->name,
                        mtl__assay_method_name(o[i].def->method));
        levels_of(&o[i], b);
        mtl__str_add(b, "\t");
        command_of(&o[i], b);
        mtl__str_add(b, "\n");
    }
    return b->oom ? mtl__nomem(err) : MTL_OK;
}

/* ---------------------------------------------------------------- all of them */
static int write_one(const mtl__reading_out *o, mtl_error *err)
{
    switch (o->a->v.by) {
    case MTL__BY_QPCR:
        return mtl__readings_qpcr(o, err);
    case MTL__BY_DPCR:
        return mtl__readings_dpcr(o, err);
    case MTL__BY_FISH:
        return mtl__readings_fish(o, err);
    default:
        return mtl__readings_reads(o, err);
    }
}

int mtl__readings_make(mtl__readings *out, const mtl_result *r, mtl_error *err)
{
    memset(out, 0, sizeof *out);
    mtl__arena_init(&out->arena, 0);
    mtl__reading_out *o = mtl__arena_alloc(&out->arena, ((size_t)r->n_assays + 1) * sizeof *o);
    int n = 0;
    if (!o)
        return mtl__nomem(err);
    for (int i = 0; i < r->n_assays; i++) {
        const mtl__assay_result *a = &r->assay[i];
        const mtl__assay_def *def = mtl__out_assay(r, a);
        const bool parts = a->shown_ct || a->shown_part || (a->shown_ref && a->shown_alt);
        if (!def || !mtl__out_shown(a) || !parts)
            continue;
        o[n] = (mtl__reading_out){
            .to = out, .r = r, .a = a, .s = &r->s->sample[a->sample], .def = def};
        o[n].stem = stem_of(o, n);
        if (!o[n].stem)
            return mtl__nomem(err);
        MTL_TRY(write_one(&o[n], err));
        n++;
    }
    bool read = false;
    for (int i = 0; i < n; i++)
        read = read || o[i].a->v.by == MTL__BY_READS;
    for (int i = 0; i < r->n_panels && read; i++)
        MTL_TRY(mtl__readings_genotypes(out, r, &r->panel[i], err));
    return n > 0 ? list(out, o, n, err) : MTL_OK;
}
