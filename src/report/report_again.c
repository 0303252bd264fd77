/* SPDX-License-Identifier: MIT */
/* Do it again: what is needed to get the same bytes once more. The duration and the command line
   are the only things on the page that the inputs do not fix. */
#include <inttypes.h>
#include <math.h>

#include "matriline/version.h"
#include "report/report.h"

static void term(mtl__str *b, const char *name)
{
    mtl__str_printf(b, "<dt>%s</dt><dd>", name);
}

static void hashed(mtl__str *b, const char *file, const char *hash)
{
    mtl__str_add(b, "<code>");
    mtl__html(b, file ? file : "");
    mtl__str_add(b, "</code>, SHA-256 <code>");
    mtl__html(b, hash);
    mtl__str_add(b, "</code></dd>\n");
}

static void changed_values(mtl__page *v)
{
    mtl__str *b = v->out;
    int n = 0;
    char text[32];
    for (int i = 0; i < v->m->n_params; i++) {
        const mtl__param *p = &v->m->param[i];
        if (!(p->value < p->default_value || p->value > p->default_value))
            continue;
        mtl__str_add(b, n++ ? ", <code>" : "<code>");
        mtl__html(b, p->name);
        mtl__str_printf(b,
                        "</code> = %s (table: ", mtl__out_number(p->value / p->unit.scale, text));
        mtl__str_printf(b, "%s)", mtl__out_number(p->default_value / p->unit.scale, text));
    }
    mtl__str_add(b, n ? "</dd>\n" : "none</dd>\n");
}

static void run_facts(mtl__page *v)
{
    mtl__str *b = v->out;
    const mtl_result *r = v->r;
    char text[32];
    term(b, "Solver");
    mtl__html(b, mtl__out_solver(r));
    if (isfinite(r->split_error))
        mtl__str_printf(b, "; splitting error of the level, by halving the step: %s%%",
                        mtl__two(100 * r->split_error, text));
    if (isfinite(r->split_error) && r->split_error_se > 0)
        mtl__str_printf(b, " (standard error %s%%)", mtl__two(100 * r->split_error_se, text));
    if (mtl__out_has_hosts(r) && isfinite(r->host.coupling_error))
        mtl__str_printf(b, "; coupling of cells and host, by halving the step: %s%%",
                        mtl__two(100 * fabs(r->host.coupling_error), text));
    mtl__str_add(b, "</dd>\n");
    term(b, "Run");
    mtl__count(b, r->opts.replicates);
    mtl__str_printf(b, " replicate%s from number %d", r->opts.replicates == 1 ? "" : "s",
                    r->opts.first_replicate);
    mtl__str_add(b, r->n_bands > 1 ? ", and as many with the unknowns drawn"
                                   : ", the unknowns not drawn");
    if (r->events > 0)
        mtl__str_printf(b, "; %" PRId64 " events", r->events);
    if (isfinite(r->seconds))
        mtl__str_printf(b, "; %s s", mtl__two(r->seconds, text));
    mtl__str_add(b, "</dd>\n");
}

void mtl__report_again(mtl__page *v)
{
    mtl__str *b = v->out;
    const mtl_result *r = v->r;
    mtl__section_say(v, "again", "Do it again",
                     "<p>The same command gives the same bytes on any machine, with any number of "
                     "threads.</p>\n");
    mtl__str_add(b, "<pre>");
    mtl__html(b, r->command_line && r->command_line[0]
                     ? r->command_line
                     : "(called through the library: no command line)");
    mtl__str_add(b, "</pre>\n<dl>\n");
    term(b, "Program");
    mtl__str_add(b, "Matriline ");
    mtl__html(b, mtl_version());
    mtl__str_add(b, "</dd>\n");
    term(b, "Scenario");
    hashed(b, v->s->file, v->s->hash);
    term(b, "Model");
    mtl__str_add(b, "SHA-256 <code>");
    mtl__html(b, r->model_hash);
    mtl__str_printf(b, "</code>, %d parameters</dd>\n", v->m->n_params);
    term(b, "Changed by hand");
    changed_values(v);
    mtl__str switches = {0};
    mtl__out_switches(&switches, v->m);
    term(b, "Switches");
    mtl__html(b, switches.s ? switches.s : "none");
    mtl__str_add(b, "</dd>\n");
    mtl__str_drop(v->out, &switches);
    term(b, "Random numbers");
    mtl__str_printf(b, "seed %" PRIu64 "; one stream per person, replicate and source</dd>\n",
                    r->opts.seed);
    run_facts(v);
    term(b, "Files");
    mtl__str_add(b, "<code>cells.tsv</code> <code>events.tsv</code> <code>assays.tsv</code> "
                    "<code>manifest.json</code>");
    mtl__str_add(b, mtl__out_has_hosts(r) ? " <code>hosts/</code></dd>\n" : "</dd>\n");
    term(b, "Cite");
    mtl__str_add(b, "<code>CITATION.cff</code>, and the sources of the parameters in the table "
                    "above</dd>\n</dl>\n");
    mtl__section_close(v);
}
