/* SPDX-License-Identifier: MIT */
/* What both measuring pages share: head and foot, colours, numbers, log axes and intervals. Colours
   of people are those of the family page of the same scenario, so that a donor has one colour on
   every page; hue means donor and nothing else. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/plate.h"
#include "report/river.h"

enum { NOBODY = -1, MOST_PEOPLE = 200 };

/* ---------------------------------------------------------------- colours */
/* The order of first contact needs all ways of a family; in a very large one nobody looks for it.
 *done: colours are set. Fails for lack of memory only. */
static int family_colours(const mtl_scenario *s, int *colour, bool *done)
{
    mtl__river v;
    mtl__page page;
    mtl_result shadow = {.s = s, .m = s->model};
    const mtl_result *r = &shadow;
    mtl__str none = {0};
    if (s->n_people > MOST_PEOPLE)
        return MTL_OK;
    int ret = mtl__river_new(&v, s, NULL, NULL);
    if (ret == MTL_OK) {
        shadow.pair = mtl__arena_alloc(&v.arena, ((size_t)v.n_streams + 1) * sizeof *shadow.pair);
        ret = shadow.pair ? MTL_OK : MTL_ERR_MEMORY;
    }
    for (int k = 0; ret == MTL_OK && k < v.n * v.n; k++)
        if (v.stream_at[k] >= 0) {
            const mtl__stream *x = &v.stream[v.stream_at[k]];
            shadow.pair[shadow.n_pairs++] =
                (mtl__pair){.host = x->host, .donor = x->donor, .t_start = x->t_start};
        }
    if (ret == MTL_OK)
        ret = mtl__page_init(&page, &r, 1, &none, NULL);
    if (ret == MTL_OK) {
        memcpy(colour, page.colour, (size_t)s->n_people * sizeof *colour);
        *done = true;
        mtl__page_free(&page);
    }
    mtl__river_free(&v);
    return ret == MTL_ERR_MEMORY ? ret : MTL_OK;
}

int *mtl__lab_colours(mtl__arena *arena, const mtl_scenario *s, int n, const int *seen, int n_seen)
{
    int *colour = mtl__arena_alloc(arena, ((size_t)n + 1) * sizeof *colour), next = 0;
    bool done = false;
    if (!colour)
        return NULL;
    for (int i = 0; i < n; i++)
        colour[i] = NOBODY;
    if (s && s->n_people <= n && family_colours(s, colour, &done) < 0)
        return NULL;
    for (int i = 0; done && i < s->n_people; i++)
        next = colour[i] >= next ? colour[i] + 1 : next;
    for (int i = 0; i < n_seen; i++)
        if (seen[i] >= 0 && colour[seen[i]] == NOBODY)
            colour[seen[i]] = next++;
    return colour;
}

/* ---------------------------------------------------------------- frame */
/* clang-format off */
static const char *const style[] = {
    ".side{display:flex;flex-wrap:wrap;gap:28px 40px;align-items:flex-start}.side figure{flex:1 1 600px;"
    "max-width:664px}.side .part{flex:1 1 280px;max-width:352px}.curves{flex:1 1 300px;display:flex;"
    "flex-wrap:wrap;gap:22px 24px}.panels{display:flex;flex-wrap:wrap;gap:28px 22px;margin:0 0 28px}"
    ".panels>div{flex:1 1 300px;max-width:328px}.likeness>div{flex:0 1 auto;max-width:none}.panels svg,.curves svg{max-width:100%}.caps{margin:0 0 10px;font-size:13px}\n"
    ".well{fill:var(--soft)}.rim{fill:none;stroke:var(--axis)}.rim.blank{stroke-dasharray:3 2}.wi{fill:var(--i)}"
    "text.inv{fill:var(--ground);font-size:11.5px;font-weight:600}text.in{fill:var(--text);font-size:11.5px}"
    "text.under{font-size:11.5px;fill:var(--text3)}.lost{stroke:var(--axis);fill:none}"
    ".tip:hover .rim,.tip:focus-visible .rim,.tip:hover .cell,.tip:focus-visible .cell{stroke:var(--text);"
    "stroke-width:2.4}.map .tip{outline:none}",
    ".span{stroke:var(--i);stroke-width:2;fill:none}.bound{stroke:var(--i);stroke-width:2;fill:none;"
    "stroke-dasharray:1.5 3.5}text.mine{fill:var(--i);font-weight:600}.fit{stroke:var(--text2);"
    "stroke-width:1.5;fill:none}.lob{stroke:var(--text2);stroke-dasharray:1.5 3}"
    ".marks{stroke:var(--c);stroke-linecap:round;stroke-width:3.4;fill:none}.marks.me{stroke:var(--axis);"
    "stroke-width:2.4}.level{stroke:var(--i);stroke-width:1.2;stroke-dasharray:6 3;fill:none}"
    ".cell{fill:var(--ground);stroke:var(--rule)}.shadei{fill:var(--text2)}.alike{stroke:var(--text);stroke-width:2;"
    "fill:none}.box ul{margin:0;padding:0 0 0 18px}.box.one{display:block}.box p{max-width:96ch}"
    "td.verdict{min-width:150px}ul.notes{margin:14px 0 0;padding:0 0 0 18px;font-size:13.5px;line-height:20px;"
    "color:var(--text2);max-width:96ch}td.who{color:var(--i);font-weight:500}.note b.who,header b.who{color:var(--i)}.gap{margin:0 0 22px}.lede .who{color:var(--i);font-weight:600}\n"
    "@media (max-width:1080px){td.verdict{min-width:0}}"
    "@media print{section>header,#hits,#time,#likeness,#groups{break-inside:avoid}.side{display:block}.side figure{max-width:520px;margin:0 auto 14px}.curves svg,.panels svg{"
    "max-width:300px}.panels{gap:14px 18px}.panels>div{flex:0 1 300px}.likeness>div{flex:0 1 auto}}\n",
};
/* clang-format on */

void mtl__lab_head(mtl__str *b, const char *kind, const char *title)
{
    mtl__page_begin(b, title, style, sizeof style / sizeof style[0]);
    mtl__str_printf(b,
                    "</style>\n</head>\n<body>\n<main>\n<div class=\"top\">"
                    "<strong>Matriline</strong><span>%s: ",
                    kind);
    mtl__html(b, title);
    mtl__str_add(b, "</span><i></i>");
}

void mtl__lab_tail(mtl__page *v, const char *footer)
{
    mtl__str_printf(v->out, "<footer>%s Research software, not medical advice.</footer>\n</main>\n",
                    footer);
    mtl__report_script(v);
    mtl__str_add(v->out, "</body>\n</html>\n");
}

void mtl__lab_value(mtl__str *b, double value, const char *text)
{
    mtl__str_add(b, "<td class=\"r\" data-v=\"");
    if (isfinite(value))
        mtl__str_printf(b, "%.6g", value);
    mtl__str_add(b, "\">");
    mtl__html(b, isfinite(value) ? text : "");
    mtl__str_add(b, "</td>");
}

void mtl__lab_term(mtl__str *b, const char *name, const char *text)
{
    mtl__str_printf(b, "<dt>%s</dt><dd>", name);
    mtl__html(b, text);
    mtl__str_add(b, "</dd>\n");
}

void mtl__lab_file(mtl__str *b, const char *name, const char *file, const char *hash)
{
    if (!file || !file[0])
        return;
    mtl__str_printf(b, "<dt>%s</dt><dd><code>", name);
    mtl__html(b, file);
    mtl__str_add(b, "</code>");
    if (hash && hash[0]) {
        mtl__str_add(b, ", SHA-256 <code>");
        mtl__html(b, hash);
        mtl__str_add(b, "</code>");
    }
    mtl__str_add(b, "</dd>\n");
}

void mtl__lab_thing(mtl__str *b, int *n, const char *title)
{
    mtl__str_printf(b, "%s<p><b>%s.</b> ", (*n)++ ? "</p>\n" : "", title);
}

void mtl__lab_box(mtl__str *b, const mtl__str *things, int n)
{
    static const char *const word[] = {"No check raised a flag", "One thing",   "Two things",
                                       "Three things",           "Four things", "Five things"};
    b->oom = b->oom || things->oom;
    mtl__str_add(b, "<div class=\"box one\" role=\"note\"><h3>");
    if (n < 6)
        mtl__str_add(b, word[n]);
    else
        mtl__str_printf(b, "%d things", n);
    mtl__str_add(b, n ? " to know before using these numbers</h3>\n" : "</h3>\n");
    if (n)
        mtl__str_addn(b, things->s ? things->s : "", things->len);
    else
        mtl__str_add(b, "<p>The measurement was looked at, not the design of the study.");
    mtl__str_add(b, "</p></div>\n");
}

void mtl__lab_remarks(mtl__str *b, const char *lines)
{
    if (!lines || !lines[0])
        return;
    mtl__str_add(b, "<ul class=\"notes\">");
    while (*lines) {
        const size_t n = strcspn(lines, "\n");
        mtl__str one = {0};
        mtl__str_addn(&one, lines, n);
        mtl__str_add(b, "<li>");
        mtl__html(b, one.s ? one.s : "");
        mtl__str_add(b, "</li>\n");
        mtl__str_drop(b, &one);
        lines += n + (lines[n] == '\n');
    }
    mtl__str_add(b, "</ul>\n");
}

/* ---------------------------------------------------------------- words and numbers */
bool mtl__lab_sharp(double low, double high)
{
    return low > 0 && high < 1.5 * low;
}

const char *mtl__lab_number(double x, bool sharp, char buf[32])
{
    char text[32];
    if (!isfinite(x) || x >= 1e9 || x < 1e-3 || (!sharp && x < 995000))
        return mtl__two(x, buf);
    double unit = 1;
    while (unit * (sharp ? 1000 : 100) <= x)
        unit *= 10;
    while (unit * (sharp ? 100 : 10) > x)
        unit /= 10;
    const double rounded = floor(x / unit + 0.5) * unit;
    if (rounded >= 1e6) {
        const long whole = (long)(rounded + 0.5);
        snprintf(buf, 32, "%ld,%03ld,%03ld", whole / 1000000, whole / 1000 % 1000, whole % 1000);
        return buf;
    }
    if (x >= 999.5)
        return mtl__given(rounded, buf);
    snprintf(text, sizeof text, "%.*f",
             x >= 99.95    ? 0
             : x >= 9.995  ? 1
             : x >= 0.9995 ? 2
                           : 3,
             rounded);
    for (char *p = text; *p; p++)
        *p = *p == ',' ? '.' : *p;
    snprintf(buf, 32, "%s", text);
    return buf;
}

const char *mtl__lab_chance(double p, char buf[32])
{
    if (isfinite(p) && p < 1e-12)
        snprintf(buf, 32, "below 10⁻¹²");
    else
        mtl__two(p, buf);
    return buf;
}

const char *mtl__lab_leaf(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash && slash[1] ? slash + 1 : path ? path : "";
}

const char *mtl__lab_cut(const char *s, double width, double size, char buf[128])
{
    s = s ? s : "";
    size_t n = strlen(s) < 120 ? strlen(s) : 120;
    snprintf(buf, 128, "%.*s", (int)n, s);
    if (n == strlen(s) && mtl__text_width(buf, size) <= width)
        return buf;
    do {
        while (n > 0 && ((unsigned char)s[--n] & 0xc0) == 0x80)
            ;
        snprintf(buf, 128, "%.*s…", (int)n, s);
    } while (n > 1 && mtl__text_width(buf, size) > width);
    return buf;
}

/* ---------------------------------------------------------------- axes */
double mtl__decades_at(const mtl__decades *a, double value)
{
    const double log = value > 0 ? mtl__log10(value) : -HUGE_VAL;
    const double share = (mtl__max(mtl__min(log, a->high), a->low) - a->low) / (a->high - a->low);
    return a->x0 + share * (a->x1 - a->x0);
}

void mtl__decades_draw(mtl__str *b, const mtl__decades *a, double y, double top, const char *unit)
{
    const double each = (a->x1 - a->x0) / (a->high - a->low);
    const int every = each < 44 ? 2 : 1;
    mtl__svg_line(b, "axis", a->x0, y, a->x1, y);
    for (int e = (int)ceil(a->low - 1e-9); e <= a->high + 1e-9; e++) {
        char text[32];
        const double value = mtl__pow(10, e), x = a->x0 + (e - a->low) * each;
        if (top < y)
            mtl__svg_line(b, "grid", x, top, x, y);
        mtl__svg_line(b, "axis", x, y, x, y + 5);
        if (e % every == 0)
            mtl__svg_text(b, "tick", 'm', x, y + 18, mtl__given(value, text));
    }
    if (unit)
        mtl__svg_text(b, "tick", 'm', 0.5 * (a->x0 + a->x1), y + 36, unit);
}

void mtl__lab_interval(mtl__str *b, const mtl__decades *a, double y, double mid, double low,
                       double high, bool bound)
{
    const double x1 = mtl__decades_at(a, high);
    if (bound) {
        mtl__svg_line(b, "bound", a->x0, y, x1, y);
        mtl__svg_line(b, "span", x1, y - 5, x1, y + 5);
        return;
    }
    const bool cut = !(low > 0) || mtl__log10(low) < a->low;
    const double x0 = mtl__decades_at(a, low), x = mtl__decades_at(a, mid);
    if (cut) { /* the interval goes on below the axis */
        mtl__svg_line(b, "bound", x0, y, mtl__min(x, x0 + 24), y);
        mtl__svg_line(b, "span", mtl__min(x, x0 + 24), y, x1, y);
    } else {
        mtl__svg_line(b, "span", x0, y, x1, y);
    }
    mtl__svg_circle(b, "dot", x, y, 4.5);
}
