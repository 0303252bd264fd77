/* SPDX-License-Identifier: MIT */
/* `matriline mix` carried out: files are read and held against the panel, everybody's genotypes are
   put together, and each sample of the run is fitted by measure/mix.h. Samples are independent
   pieces of work, so results do not depend on the number of threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/mix_parts.h"
#include "par/par.h"

void mtl_mix_opts_init(mtl_mix_opts *o)
{
    memset(o, 0, sizeof *o);
    o->umi_least = 1;
    o->base_quality = 20;
    o->mapping_quality = 20;
    o->error = NAN;
    o->hopping = NAN;
    o->level = 0.95;
    o->seed = 1;
}

static int check_opts(const mtl_mix_opts *o, mtl_error *err)
{
    if (o->umi && (strlen(o->umi) != 2 || !mtl__utf8_ok(o->umi, 2)))
        return mtl__fail(err, MTL_ERR_USAGE, "umi", "a tag has two characters, as RX");
    if (o->umi_least < 1)
        return mtl__fail(err, MTL_ERR_USAGE, "umi-least", "expected at least 1");
    if (o->base_quality < 0 || o->base_quality > 93 || o->mapping_quality < 0 ||
        o->mapping_quality > 254)
        return mtl__fail(err, MTL_ERR_USAGE, "base-quality",
                         "qualities of bases are 0 to 93, of mappings 0 to 254");
    if (!isnan(o->error) && !(o->error > 0 && o->error < 0.5))
        return mtl__fail(err, MTL_ERR_USAGE, "error", "expected a probability below 0.5");
    if (!isnan(o->hopping) && !(o->hopping >= 0 && o->hopping < 0.5))
        return mtl__fail(err, MTL_ERR_USAGE, "hopping", "expected a share below 0.5");
    if (!(o->level > 0.5 && o->level < 1))
        return mtl__fail(err, MTL_ERR_USAGE, "level", "expected a probability from 0.5 to 1");
    if (o->wells && !o->joint)
        return mtl__fail(err, MTL_ERR_USAGE, "wells",
                         "wells are fitted together with the reads of their sample: add --joint");
    if (o->thin_bp < 0 || o->bootstrap < 0 || o->bootstrap > 100000 || o->threads < 0)
        return mtl__fail(
            err, MTL_ERR_USAGE, "bootstrap",
            "numbers of bases, draws and threads are at least 0, draws at most 100000");
    return MTL_OK;
}

/* ---------------------------------------------------------------- which samples */
static const char *count_name(const void *ctx, int i)
{
    return ((const mtl__count_set *)ctx)->sample[i].name;
}

static bool is_mixture(const mtl_mix *m, int i)
{
    const mtl__mix_use *u = mtl__mix_use_of(m, m->counts.sample[i].name);
    if (m->o.sample)
        return strcmp(m->o.sample, m->counts.sample[i].name) == 0;
    return !u || u->use == MTL__USE_MIXTURE;
}

static int choose_tubes(mtl_mix *m, mtl_error *err)
{
    m->tube = mtl__arena_alloc(&m->arena, ((size_t)m->counts.n + 1) * sizeof *m->tube);
    if (!m->tube)
        return mtl__nomem(err);
    for (int i = 0; i < m->counts.n; i++) {
        if (!is_mixture(m, i))
            continue;
        mtl__mix_tube *t = &m->tube[m->n_tubes];
        *t = (mtl__mix_tube){.count = i};
        MTL_TRY(mtl__mix_donors(m, t, err));
        m->n_tubes++;
    }
    if (m->n_tubes > 0)
        return MTL_OK;
    char hint[160] = "";
    if (!m->o.sample)
        return mtl__fail_at(err, MTL_ERR_VALUE, m->uses_file, 0, 0, "use",
                            "no sample is a mixture, so there is nothing to fit");
    mtl__hint(hint, sizeof hint, m->o.sample, m->counts.n, count_name, &m->counts);
    return mtl__fail(err, MTL_ERR_NAME, "sample", "there is no sample '%.60s'%s", m->o.sample,
                     hint);
}

/* ---------------------------------------------------------------- the fit */
typedef struct work {
    mtl_mix *m;
    mtl__counts *view; /* [counts.n] */
    mtl_error *err;    /* [n_tubes] */
    int threads;       /* of one fit */
} work;

/* Another sample of the same body cannot be told from the body itself: what would hop from it is no
   contamination. */
static bool is_other(const mtl_mix *m, int k, int host)
{
    const char *name = m->counts.sample[k].name;
    const mtl__mix_use *u = mtl__mix_use_of(m, name);
    int who = u ? u->person : mtl__person_named(m->s, name);
    if (who < 0 && !u && m->o.host)
        who = mtl__person_named(m->s, m->o.host);
    return who != host;
}

static mtl__mix_people people_of(const mtl_mix *m, const mtl__mix_tube *t)
{
    return (mtl__mix_people){.lineage = m->lineage,
                             .n_candidates = t->n_donors,
                             .candidate = t->donor,
                             .host = t->host,
                             .allowed = m->allowed,
                             .phase = m->phase,
                             .phase_set = m->phase_set};
}

static void options_of(const work *w, bool others, mtl__mix_opts *o)
{
    const mtl_mix *m = w->m;
    mtl__mix_opts_init(o);
    o->level = m->o.level;
    o->error = m->o.error;
    o->site_error = isnan(m->o.error) ? m->site_error : NULL;
    o->site_bias = m->site_bias;
    o->hopping = others ? m->o.hopping : 0;
    o->stranger = m->o.stranger != 0;
    o->thin_bp = m->o.thin_bp;
    o->bootstrap = m->o.bootstrap;
    o->seed = m->o.seed;
    o->threads = w->threads;
    o->responsible = m->o.by_marker != 0;
}

static int fit_one(void *ctx, int64_t i, int worker)
{
    work *w = ctx;
    mtl_mix *m = w->m;
    mtl__mix_tube *t = &m->tube[i];
    mtl__mix_opts o;
    const mtl__mix_people people = people_of(m, t);
    mtl__counts *others = calloc((size_t)m->counts.n + 1, sizeof *others);
    (void)worker;
    if (!others)
        return mtl__nomem(&w->err[i]);
    int n = 0;
    for (int k = 0; k < m->counts.n; k++)
        if (k != t->count && is_other(m, k, t->host))
            others[n++] = w->view[k];
    options_of(w, n > 0, &o);
    const int ret =
        mtl__mix_fit(&t->fit, &m->sites, &people, &w->view[t->count], others, n, &o, &w->err[i]);
    t->fitted = ret == MTL_OK;
    free(others);
    return ret;
}

static bool same_question(const mtl__mix_tube *a, const mtl__mix_tube *b)
{
    return a->host == b->host && a->n_donors == b->n_donors &&
           (a->n_donors == 0 ||
            memcmp(a->donor, b->donor, (size_t)a->n_donors * sizeof *a->donor) == 0);
}

/* Tube i and all later ones of the same body, with the same donors, together. */
typedef struct group {
    int n, *tube;
    mtl__counts *sample;
    mtl__mix *fit;
    mtl__mix_wells *wells;
} group;

static int fit_group(work *w, group *g, int i, mtl_error *err)
{
    mtl_mix *m = w->m;
    mtl__mix_opts o;
    const mtl__mix_people people = people_of(m, &m->tube[i]);
    for (int k = i; k < m->n_tubes; k++)
        if (!m->tube[k].fitted && same_question(&m->tube[i], &m->tube[k])) {
            g->tube[g->n] = k;
            g->sample[g->n++] = w->view[m->tube[k].count];
        }
    options_of(w, false, &o);
    MTL_TRY(mtl__mix_joint(g->fit, &m->sites, &people, g->sample, g->n, g->wells,
                           mtl__mix_wells_of(m, g->tube, g->n, g->wells), &o, err));
    for (int k = 0; k < g->n; k++) {
        m->tube[g->tube[k]].fit = g->fit[k];
        m->tube[g->tube[k]].fitted = true;
    }
    return MTL_OK;
}

static int fit_together(work *w, int i, mtl_error *err)
{
    const mtl_mix *m = w->m;
    const size_t most = (size_t)(m->n_tubes - i) + 1;
    group g = {.tube = calloc(most, sizeof *g.tube),
               .sample = calloc(most, sizeof *g.sample),
               .fit = calloc(most, sizeof *g.fit),
               .wells = calloc((size_t)m->n_assays + 1, sizeof *g.wells)};
    const int ret =
        g.tube && g.sample && g.fit && g.wells ? fit_group(w, &g, i, err) : mtl__nomem(err);
    free(g.tube);
    free(g.sample);
    free(g.fit);
    free(g.wells);
    return ret;
}

static int fit_all(mtl_mix *m, mtl_error *err)
{
    work w = {.m = m, .threads = m->n_tubes > 1 ? 1 : m->o.threads};
    w.view = calloc((size_t)m->counts.n + 1, sizeof *w.view);
    w.err = calloc((size_t)m->n_tubes + 1, sizeof *w.err);
    int ret = w.view && w.err ? MTL_OK : mtl__nomem(err);
    for (int k = 0; ret == MTL_OK && k < m->counts.n; k++)
        w.view[k] = mtl__counts_view(&m->counts.sample[k]);
    for (int i = 0; ret == MTL_OK && m->o.joint && i < m->n_tubes; i++)
        if (!m->tube[i].fitted)
            ret = fit_together(&w, i, err);
    if (ret == MTL_OK && !m->o.joint)
        ret = mtl__par_for(m->n_tubes > 1 ? m->o.threads : 1, m->n_tubes, fit_one, &w);
    for (int i = 0; ret < 0 && w.err && i < m->n_tubes; i++)
        if (w.err[i].code && err) {
            *err = w.err[i];
            break;
        }
    free(w.view);
    free(w.err);
    return ret;
}

/* ---------------------------------------------------------------- rows */
static const char *name_of(const mtl_mix *m, int person)
{
    return person >= 0 ? m->name[person] : person == -1 ? "a stranger" : "other samples";
}

static const char *typed_word(const mtl_mix *m, int person)
{
    static const char *const word[] = {"not typed", "typed", "from reads"};
    if (person < 0)
        return "";
    const enum mtl__typed_by own = m->typed[person];
    return word[own != MTL__NOT_TYPED ? own : m->typed[m->lineage.genome[person]]];
}

/* An answer from nothing is no answer. */
static int check_used(const mtl_mix *m, const mtl__mix_tube *t, mtl_error *err)
{
    const mtl__count_sample *c = &m->counts.sample[t->count];
    if (t->fit.sites_used > 0 || mtl__mix_has_wells(m, (int)(t - m->tube)))
        return MTL_OK;
    return mtl__fail_at(err, MTL_ERR_VALUE, c->file, 0, 0, "sample",
                        "sample '%.60s' has no site that can be used: %d sites on the panel, %d of "
                        "them where genotypes would be guessed and no frequency is known, %d where "
                        "they cannot be inherited as read, the rest without reads",
                        c->name, m->panel.n, t->fit.sites_no_frequency, t->fit.sites_impossible);
}

static int rows_of(mtl_mix *m, mtl__mix_tube *t, mtl_error *err)
{
    MTL_TRY(check_used(m, t, err));
    t->row = mtl__arena_alloc(&m->arena, ((size_t)t->fit.n + 1) * sizeof *t->row);
    t->flags = mtl__mix_flag_words(m, t->fit.flags);
    if (!t->row || !t->flags)
        return mtl__nomem(err);
    for (int k = 0; k < t->fit.n; k++) {
        const mtl__share *s = &t->fit.share[k];
        mtl_mix_row *r = &t->row[k];
        *r = (mtl_mix_row){.sample = m->counts.sample[t->count].name,
                           .host = m->name[t->host],
                           .donor = name_of(m, s->person),
                           .relation = s->person < 0 ? ""
                                       : s->person >= m->n_family
                                           ? "staff"
                                           : mtl__scenario_relation(m->s, t->host, s->person),
                           .typed = typed_word(m, s->person),
                           .fraction = s->fraction,
                           .low = s->low,
                           .high = s->high,
                           .p = s->p,
                           .standard_error = s->standard_error,
                           .lod = s->lod,
                           .sites = s->information_sites,
                           .not_told_from = s->twin_of >= 0 && s->twin_of < t->fit.n
                                                ? name_of(m, t->fit.share[s->twin_of].person)
                                                : "",
                           .flags = mtl__mix_flag_words(m, s->flags)};
        if (!r->flags)
            return mtl__nomem(err);
    }
    m->n_rows += t->fit.n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- all of it */
static int carry_out(mtl_mix *m, const char *const *file, int n_files, mtl_error *err)
{
    MTL_TRY(mtl__mix_load_panel(m, file, n_files, err));
    MTL_TRY(mtl__mix_load_counts(m, file, n_files, err));
    MTL_TRY(mtl__mix_load_people(m, err));
    MTL_TRY(mtl__mix_load_genotypes(m, err));
    MTL_TRY(mtl__mix_learn_sites(m, err));
    MTL_TRY(choose_tubes(m, err));
    MTL_TRY(mtl__mix_place_wells(m, err));
    MTL_TRY(fit_all(m, err));
    for (int i = 0; i < m->n_tubes; i++)
        MTL_TRY(rows_of(m, &m->tube[i], err));
    if (m->counts.notes.len)
        mtl__str_add(&m->notes, m->counts.notes.s);
    if (m->references.notes.len)
        mtl__str_add(&m->notes, m->references.notes.s);
    return m->notes.oom || m->counts.notes.oom || m->references.notes.oom ? mtl__nomem(err)
                                                                          : MTL_OK;
}

int mtl_mix_run(mtl_mix **out, const mtl_scenario *s, const char *const *file, int n_files,
                const mtl_mix_opts *o, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!s || !o || !file || n_files < 1)
        return mtl__fail(err, MTL_ERR_USAGE, "", "a mixture needs a family and a file of counts");
    MTL_TRY(check_opts(o, err));
    mtl_mix *m = calloc(1, sizeof *m);
    if (!m)
        return mtl__nomem(err);
    mtl__arena_init(&m->arena, 0);
    mtl__count_set_init(&m->counts);
    mtl__count_set_init(&m->references);
    m->s = s;
    m->o = *o;
    const int ret = carry_out(m, file, n_files, err);
    if (ret < 0)
        mtl_mix_free(m);
    else
        *out = m;
    return ret;
}

void mtl_mix_free(mtl_mix *m)
{
    if (!m)
        return;
    for (int i = 0; i < m->n_tubes; i++)
        if (m->tube[i].fitted)
            mtl__mix_clear(&m->tube[i].fit);
    mtl__count_set_free(&m->counts);
    mtl__count_set_free(&m->references);
    mtl__sites_free(&m->panel);
    mtl__str_free(&m->notes);
    mtl__arena_free(&m->arena);
    free(m);
}

int mtl_mix_n_samples(const mtl_mix *m)
{
    return m->n_tubes;
}

int mtl_mix_sample(const mtl_mix *m, int i, mtl_mix_sample_row *out)
{
    if (i < 0 || i >= m->n_tubes)
        return MTL_ERR_USAGE;
    const mtl__mix_tube *t = &m->tube[i];
    const mtl__count_sample *c = &m->counts.sample[t->count];
    *out = (mtl_mix_sample_row){.sample = c->name,
                                .file = c->file,
                                .host = m->name[t->host],
                                .sites = t->fit.sites_used,
                                .mean_depth = t->fit.mean_depth,
                                .error = t->fit.error,
                                .overdispersion = t->fit.overdispersion,
                                .hopping = t->fit.hopping,
                                .loglik = t->fit.loglik,
                                .loglik_null = t->fit.loglik_null,
                                .meioses = t->fit.meioses,
                                .reads = c->reads,
                                .flags = t->flags};
    return MTL_OK;
}

int mtl_mix_n_rows(const mtl_mix *m)
{
    return m->n_rows;
}

int mtl_mix_row_get(const mtl_mix *m, int i, mtl_mix_row *out)
{
    for (int k = 0; k < m->n_tubes && i >= 0; i -= m->tube[k++].fit.n)
        if (i < m->tube[k].fit.n) {
            *out = m->tube[k].row[i];
            return MTL_OK;
        }
    return MTL_ERR_USAGE;
}

/* ---------------------------------------------------------------- files */
int mtl_mix_write(const mtl_mix *m, const char *dir, mtl_error *err)
{
    static const char *const leaf[3] = {"mix.tsv", "mix.json", "counts.tsv"};
    char *text[3] = {mtl_mix_tsv(m), mtl_mix_json(m), mtl_mix_counts(m)};
    mtl__atomic_file f[3] = {{0}, {0}, {0}};
    mtl_error_clear(err);
    int ret = text[0] && text[1] && text[2] ? mtl__make_folder(dir, err) : mtl__nomem(err);
    for (int i = 0; i < 3 && ret == MTL_OK; i++) {
        mtl__str path = {0};
        mtl__str_printf(&path, "%s/%s", dir, leaf[i]);
        ret = path.oom ? mtl__nomem(err) : mtl__atomic_open(&f[i], path.s, err);
        mtl__str_free(&path);
        if (ret == MTL_OK)
            ret = mtl__atomic_put(&f[i], text[i], strlen(text[i]), err);
        if (ret == MTL_OK && i == 1)
            ret = mtl__atomic_put(&f[i], "\n", 1, err); /* JSON comes without */
        if (ret == MTL_OK)
            ret = mtl__atomic_finish(&f[i], err);
    }
    for (int i = 0; i < 3 && ret == MTL_OK; i++)
        ret = mtl__atomic_publish(&f[i], err);
    for (int i = 0; i < 3; i++) {
        mtl__atomic_abandon(&f[i]);
        free(text[i]);
    }
    return ret;
}
