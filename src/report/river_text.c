/* SPDX-License-Identifier: MIT */
/* The family as plain text: pedigree and time line as `check` draws them, then who can have whose
   cells and by which way. Nothing is simulated for it. */
#include <stdlib.h>

#include "family/scenario_text.h"
#include "report/river.h"

static int longest_name(const mtl__river *v)
{
    int n = 4;
    for (int k = 0; k < v->n_streams; k++) {
        const int host = mtl__text_columns(v->s->person[v->stream[k].host].name),
                  donor = mtl__text_columns(v->s->person[v->stream[k].donor].name);
        n = host > n ? host : n;
        n = donor > n ? donor : n;
    }
    return n > 16 ? 16 : n;
}

static int longest_relation(const mtl__river *v)
{
    int n = 0;
    for (int k = 0; k < v->n_streams; k++) {
        const int now =
            mtl__text_columns(mtl__scenario_relation(v->s, v->stream[k].host, v->stream[k].donor));
        n = now > n ? now : n;
    }
    return n > 30 ? 30 : n;
}

static void stream_line(const mtl__river *v, const mtl__stream *x, bool first, int name,
                        int relation, int width, mtl__str *out)
{
    mtl__str line = {0}, ways = {0};
    const int a = 2 + name + 2, b = a + name + 2, c = b + relation + 2;
    mtl__str_add(&line, "  ");
    if (first)
        mtl__text_cut(&line, v->s->person[x->host].name, name);
    mtl__text_pad(&line, a);
    mtl__text_cut(&line, v->s->person[x->donor].name, name);
    mtl__text_pad(&line, b);
    mtl__text_cut(&line, mtl__scenario_relation(v->s, x->host, x->donor), relation);
    mtl__text_pad(&line, c);
    mtl__river_ways(v, x, &ways);
    mtl__text_wrap(out, &line, ways.s ? ways.s : "", c, width);
    out->oom = out->oom || ways.oom;
    mtl__str_free(&ways);
}

static void list(const mtl__river *v, int width, mtl__str *out)
{
    const int name = longest_name(v), relation = longest_relation(v);
    mtl__str_add(out, "\nWho can have whose cells, and by which way (nothing was simulated)\n\n");
    if (v->n_streams == 0)
        mtl__str_add(out, "  nobody: no pregnancy and no contact with a body that is followed\n");
    mtl__str head = {0};
    mtl__str_add(&head, "  body");
    mtl__text_pad(&head, 2 + name + 2);
    mtl__str_add(&head, "donor");
    mtl__text_pad(&head, 2 + 2 * (name + 2));
    mtl__str_add(&head, "relation");
    mtl__text_pad(&head, 2 + 2 * (name + 2) + relation + 2);
    mtl__str_add(&head, "ways");
    if (v->n_streams > 0)
        mtl__text_line(out, &head, width);
    mtl__str_drop(out, &head);
    for (int l = 0; l < v->n_lanes; l++)
        for (int k = 0; k < v->lane[l].n_streams; k++)
            stream_line(v, &v->stream[v->lane[l].stream0 + k], k == 0, name, relation, width, out);
}

char *mtl_family_text(const mtl_scenario *s, int width, mtl_error *err)
{
    mtl__river v;
    mtl__str out = {0};
    char *drawing = NULL;
    width = width < 68 ? 68 : width > 240 ? 240 : width;
    int ret = mtl__river_new(&v, s, NULL, err);
    if (ret == 0)
        drawing = mtl_scenario_draw(s, width);
    if (drawing) {
        mtl__str_add(&out, drawing);
        list(&v, width, &out);
    }
    if (ret == 0 && (!drawing || out.oom))
        ret = mtl__nomem(err);
    free(drawing);
    mtl__river_free(&v);
    if (ret < 0) {
        mtl__str_free(&out);
        return NULL;
    }
    return out.s;
}
