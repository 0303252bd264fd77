/* SPDX-License-Identifier: MIT */
/* What the page does when a script may run: tables sort by the heading pressed, organs of the body
   map and dates of the time figures say their values to the pointer and to the keyboard. The page
   is whole without it. No library, no network; the numbers stand in the page as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"

/* clang-format off */
static const char *const script[] = {
/* Sorts by data-v where a cell has one; without script the table stands as it was written. */
"document.querySelectorAll('table.sort').forEach(function(t){\n"
"t.querySelectorAll('thead th').forEach(function(h,i){\n"
"var b=document.createElement('button');b.type='button';b.textContent=h.textContent;\n"
"if(h.className)b.className=h.className;h.textContent='';h.appendChild(b);\n"
"b.addEventListener('click',function(){\n"
"var body=t.tBodies[0],now=h.getAttribute('aria-sort'),\n"
"num=body.rows.length>0&&body.rows[0].cells[i].hasAttribute('data-v'),\n"
"up=now?now==='descending':!num;\n"
"t.querySelectorAll('thead th').forEach(function(o){o.removeAttribute('aria-sort')});\n"
"h.setAttribute('aria-sort',up?'ascending':'descending');\n"
"var key=function(r){var c=r.cells[i],v=c.getAttribute('data-v');\n"
"return v===null?c.textContent.toLowerCase():v===''?-Infinity:parseFloat(v)};\n"
"Array.from(body.rows).sort(function(a,b){var x=key(a),y=key(b),d=x<y?-1:x>y?1:0;\n"
"return up?d:-d}).forEach(function(r){body.appendChild(r)})})})});\n",

"(function(){\n"
"var D=JSON.parse(document.getElementById('series').textContent);\n"
"var tip=document.createElement('div');tip.id='tip';tip.setAttribute('role','status');\n"
"tip.hidden=true;document.body.appendChild(tip);\n"
"function hide(){tip.hidden=true}\n"
"function show(lines,x,y){tip.textContent='';lines.forEach(function(l){\n"
"var p=document.createElement('div'),b=document.createElement('b');\n"
"b.textContent=l[0];if(l[2])b.className=l[2];p.appendChild(b);\n"
"if(l[1])p.appendChild(document.createTextNode(' '+l[1]));tip.appendChild(p)});\n"
"tip.hidden=false;var w=tip.offsetWidth,h=tip.offsetHeight;\n"
"tip.style.left=Math.max(8,Math.min(x+16,innerWidth-w-8))+'px';\n"
"tip.style.top=(y+16+h<innerHeight?y+16:Math.max(8,y-h-16))+'px'}\n"
"addEventListener('keydown',function(e){if(e.key==='Escape')hide()});\n"
"addEventListener('scroll',hide,{passive:true});\n",

/* Organs: one stop of the tab key per map; arrows walk to the nearest frame in that direction. */
"document.querySelectorAll('svg.map').forEach(function(svg){\n"
"var all=Array.from(svg.querySelectorAll('.tip'));svg.setAttribute('role','group');\n"
"all.forEach(function(g,i){\n"
"var t=g.querySelector('title'),lines=t.textContent.split('\\n').map(function(s,k){\n"
"return k?['',s]:[s,'']});\n"
"g.setAttribute('role','img');g.setAttribute('aria-label',t.textContent);t.remove();\n"
"g.setAttribute('tabindex',i?'-1':'0');\n"
"g.addEventListener('pointermove',function(e){show(lines,e.clientX,e.clientY)});\n"
"g.addEventListener('pointerleave',hide);g.addEventListener('blur',hide);\n"
"g.addEventListener('focus',function(){var r=g.getBoundingClientRect();\n"
"show(lines,r.right-16,r.top)});\n"
"g.addEventListener('keydown',function(e){\n"
"var d={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]}[e.key];\n"
"if(!d)return;e.preventDefault();var a=g.getBoundingClientRect(),best=null,near=1e9;\n"
"all.forEach(function(o){var b=o.getBoundingClientRect(),x=b.left-a.left,y=b.top-a.top,\n"
"on=x*d[0]+y*d[1],off=Math.abs(x*d[1])+Math.abs(y*d[0]),m=on+2*off;\n"
"if(o!==g&&on>4&&m<near){near=m;best=o}});\n"
"if(best){g.setAttribute('tabindex','-1');best.setAttribute('tabindex','0');best.focus()}})})});\n",

"function num(v){if(v===null)return'not known';if(v<=0)return'0';if(v<.001)return'<0.001';\n"
"var s=v.toPrecision(2),n=Number(s);return n>=1000?n.toLocaleString('en'):n>=10?String(n):s}\n"
"function words(s,k){k-=s.k;if(k<0||k>=s.m.length)return null;\n"
"var t=num(s.m[k]);if(s.h)t+=' ('+num(s.l[k])+' to '+num(s.h[k])+')';\n"
"if(s.u)t+='; with unknowns to '+num(s.u[k]);\n"
"if(s.p)t+='; none left in '+Math.round(100*s.p[k])+'%';return[s.n,t,s.c]}\n",

/* Time figures: a line at the date pointed at or walked to, the values of all its donors beside. */
"document.querySelectorAll('.plot').forEach(function(g){\n"
"var hit=g.querySelector('rect'),line=g.querySelector('line'),svg=g.ownerSVGElement;\n"
"var ids=g.getAttribute('data-s').split(' ').map(Number),R=D.r[D.s[ids[0]].r],k=R.t.length-1;\n"
"var t0=+g.getAttribute('data-t0'),t1=+g.getAttribute('data-t1');\n"
"var x0=+hit.getAttribute('x'),w=+hit.getAttribute('width');\n"
"svg.setAttribute('role','group');g.setAttribute('tabindex','0');g.setAttribute('role','img');\n"
"g.setAttribute('aria-label','Values by date; arrow keys move');\n"
"function at(y){var x=(R.t[k]-t0)/(t1-t0),r=hit.getBoundingClientRect(),lines=[[R.d[k],'']];\n"
"line.setAttribute('x1',x0+x*w);line.setAttribute('x2',x0+x*w);g.classList.add('on');\n"
"ids.forEach(function(i){var l=words(D.s[i],k);if(l)lines.push(l)});\n"
"show(lines,r.left+x*r.width,y<0?Math.max(r.top,8):y)}\n"
"function off(){g.classList.remove('on');hide()}\n"
"g.addEventListener('pointermove',function(e){var r=hit.getBoundingClientRect();\n"
"var t=t0+(e.clientX-r.left)/r.width*(t1-t0);k=0;\n"
"R.t.forEach(function(v,i){if(Math.abs(v-t)<Math.abs(R.t[k]-t))k=i});at(e.clientY)});\n"
"g.addEventListener('pointerleave',off);g.addEventListener('blur',off);\n"
"g.addEventListener('focus',function(){if(g.matches(':focus-visible'))at(-1)});\n"
"g.addEventListener('keydown',function(e){var n=R.t.length-1,s=e.shiftKey?10:1;\n"
"var to={ArrowLeft:k-s,ArrowRight:k+s,Home:0,End:n}[e.key];\n"
"if(to===undefined)return;e.preventDefault();k=Math.max(0,Math.min(n,to));at(-1)})})})();",
};
/* clang-format on */

/* ------------------------------------------------------------------ which series are drawn */

/* Room for one more; false without memory. */
static bool more_series(mtl__page *v)
{
    if (v->n_series < v->max_series)
        return true;
    const int n = v->max_series ? 2 * v->max_series : 32;
    mtl__series *more = mtl__arena_alloc(&v->arena, (size_t)n * sizeof *more);
    if (!more) {
        v->out->oom = true;
        return false;
    }
    if (v->n_series > 0)
        memcpy(more, v->series, (size_t)v->n_series * sizeof *more);
    v->series = more;
    v->max_series = n;
    return true;
}

int mtl__page_series(mtl__page *v, const mtl_result *r, const mtl__pair *pair, int watched)
{
    int result = 0;
    while (result + 1 < v->n_results && v->result[result] != r)
        result++;
    for (int i = 0; i < v->n_series; i++)
        if (v->series[i].pair == pair && v->series[i].watched == watched)
            return i;
    if (!more_series(v))
        return -1;
    v->series[v->n_series] = (mtl__series){.pair = pair, .result = result, .watched = watched};
    return v->n_series++;
}

int mtl__page_host_series(mtl__page *v, int window, const char *name, const char *class_,
                          mtl__band *const *band, const float *value, double scale)
{
    const mtl__band *one = band ? band[MTL__CHANCE] : NULL;
    if (window < 0 || (!one && !value))
        return -1;
    for (int i = 0; i < v->n_series; i++)
        if (!v->series[i].pair && v->series[i].band == band && v->series[i].value == value &&
            v->series[i].result == window)
            return i;
    const char *copy = mtl__arena_strdup(&v->arena, name);
    if (!copy)
        v->out->oom = true;
    if (!copy || !more_series(v))
        return -1;
    v->series[v->n_series] = (mtl__series){.result = window,
                                           .name = copy,
                                           .class_ = class_,
                                           .band = band,
                                           .value = value,
                                           .scale = scale};
    return v->n_series++;
}

int mtl__page_window(mtl__page *v, int k0, int k1)
{
    if (v->n_windows == v->max_windows) {
        const int n = v->max_windows ? 2 * v->max_windows : 8;
        mtl__window *more = mtl__arena_alloc(&v->arena, (size_t)n * sizeof *more);
        if (!more) {
            v->out->oom = true;
            return -1;
        }
        if (v->n_windows > 0)
            memcpy(more, v->window, (size_t)v->n_windows * sizeof *more);
        v->window = more;
        v->max_windows = n;
    }
    v->window[v->n_windows] = (mtl__window){k0, k1};
    return v->n_results + v->n_windows++;
}

void mtl__plot(mtl__page *v, const mtl__xaxis *x, double y, double h, const int *series, int n)
{
    mtl__str *b = v->out;
    const char *before = "";
    if (n < 1)
        return;
    mtl__str_add(b, "<g class=\"plot\" data-s=\"");
    for (int i = 0; i < n; i++) {
        if (series[i] < 0)
            continue;
        mtl__str_printf(b, "%s%d", before, series[i]);
        before = " ";
    }
    mtl__str_printf(b, "\" data-t0=\"%.0f\" data-t1=\"%.0f\">", x->t0, x->t1);
    mtl__svg_rect(b, "hit", x->x0, y, x->x1 - x->x0, h);
    mtl__svg_line(b, "cross", x->x0, y, x->x0, y + h);
    mtl__svg_group_end(b);
}

/* ------------------------------------------------------------------ their numbers */

/* Two digits are what is shown; more would only be bytes. */
static void number(mtl__str *b, double v, bool first)
{
    char text[32];
    if (!first)
        mtl__str_add(b, ",");
    if (!isfinite(v)) {
        mtl__str_add(b, "null");
        return;
    }
    snprintf(text, sizeof text, "%.2g", v);
    for (char *p = text; *p; p++)
        if (*p == ',')
            *p = '.';
    mtl__str_add(b, text);
}

enum field { MEDIAN, LOW, HIGH, NONE_LEFT };

static double field_of(const mtl__band *x, enum field f)
{
    switch (f) {
    case MEDIAN:
        return isfinite(x->q500) ? x->q500 : x->mean;
    case LOW:
        return x->q025;
    case HIGH:
        return x->q975;
    case NONE_LEFT:
        return 1 - x->p_present;
    }
    return NAN;
}

static void array(mtl__str *b, const char *name, const mtl__band *x, int n, enum field f,
                  double scale)
{
    mtl__str_printf(b, ",\"%s\":[", name);
    for (int k = 0; k < n; k++)
        number(b, scale * field_of(&x[k], f), k == 0);
    mtl__str_add(b, "]");
}

/* HTML's escapes mean nothing in a script: the few signs that could end it or the string go as
   code points. */
static void json_string(mtl__str *b, const char *s)
{
    mtl__str clean = {0};
    mtl__out_clean(&clean, s);
    mtl__str_add(b, "\"");
    for (const char *p = clean.s; p && *p; p++)
        if (strchr("<>&\"\\/'", *p) || (unsigned char)*p < 32)
            mtl__str_printf(b, "\\u%04x", (unsigned char)*p);
        else
            mtl__str_addn(b, p, 1);
    mtl__str_add(b, "\"");
    b->oom = b->oom || clean.oom;
    mtl__str_free(&clean);
}

/* Of the host: all times, or those of a window, from its first on. */
static void host_series(mtl__page *v, const mtl__series *s)
{
    mtl__str *b = v->out;
    const int last = v->r->n_times - 1;
    const mtl__window w =
        s->result < v->n_results ? (mtl__window){0, last} : v->window[s->result - v->n_results];
    const int n = w.k1 - w.k0 + 1;
    mtl__str_add(b, "{\"n\":");
    json_string(b, s->name);
    mtl__str_printf(b, ",\"c\":\"who %s\",\"r\":%d,\"k\":0", s->class_, s->result);
    if (!s->band) {
        mtl__str_add(b, ",\"m\":[");
        for (int k = 0; k < n; k++)
            number(b, s->scale * s->value[w.k0 + k], k == 0);
        mtl__str_add(b, "]}");
        return;
    }
    const mtl__band *x = s->band[MTL__CHANCE] + w.k0;
    const mtl__band *wide =
        v->r->n_bands > 1 && s->band[MTL__UNKNOWNS] ? s->band[MTL__UNKNOWNS] + w.k0 : NULL;
    array(b, "m", x, n, MEDIAN, s->scale);
    if (isfinite(x->q975)) {
        array(b, "l", x, n, LOW, s->scale);
        array(b, "h", x, n, HIGH, s->scale);
    }
    if (wide && isfinite(wide->q975))
        array(b, "u", wide, n, HIGH, s->scale);
    mtl__str_add(b, "}");
}

static void one_series(mtl__page *v, const mtl__series *s)
{
    mtl__str *b = v->out;
    const mtl_result *r = v->result[s->result];
    int k = 0;
    while (k < r->n_times && r->time[k] < s->pair->t_start)
        k++;
    const size_t from = (size_t)s->watched * r->n_times + k;
    const int n = r->n_times - k;
    const mtl__band *x = s->pair->level[MTL__CHANCE];
    const mtl__band *wide = r->n_bands > 1 ? s->pair->level[MTL__UNKNOWNS] : NULL;
    mtl__str_add(b, "{\"n\":");
    json_string(b, mtl__page_name(v, s->pair->donor));
    mtl__str_printf(b, ",\"c\":\"who %s\",\"r\":%d,\"k\":%d", mtl__page_class(v, s->pair->donor),
                    s->result, k);
    if (!x || n < 1) {
        mtl__str_add(b, ",\"m\":[]}");
        return;
    }
    array(b, "m", x + from, n, MEDIAN, 1);
    if (isfinite(x[from].q975)) {
        array(b, "l", x + from, n, LOW, 1);
        array(b, "h", x + from, n, HIGH, 1);
    }
    if (isfinite(x[from].p_present))
        array(b, "p", x + from, n, NONE_LEFT, 1);
    if (wide && isfinite(wide[from].q975))
        array(b, "u", wide + from, n, HIGH, 1);
    mtl__str_add(b, "}");
}

static void times(mtl__str *b, const double *time, int n)
{
    char date[16];
    mtl__str_add(b, "{\"t\":[");
    for (int k = 0; k < n; k++)
        mtl__str_printf(b, "%s%.0f", k ? "," : "", time[k]);
    mtl__str_add(b, "],\"d\":[");
    for (int k = 0; k < n; k++)
        mtl__str_printf(b, "%s\"%s\"", k ? "," : "", mtl__date_text(time[k], date));
    mtl__str_add(b, "]}");
}

void mtl__report_script(mtl__page *v)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<script type=\"application/json\" id=\"series\">{\"r\":[");
    for (int i = 0; i < v->n_results; i++) {
        mtl__str_add(b, i ? ",\n" : "");
        times(b, v->result[i]->time, v->result[i]->n_times);
    }
    for (int i = 0; i < v->n_windows; i++) {
        const mtl__window w = v->window[i];
        mtl__str_add(b, ",\n");
        times(b, v->r->time + w.k0, w.k1 - w.k0 + 1);
    }
    mtl__str_add(b, "],\"s\":[");
    for (int i = 0; i < v->n_series; i++) {
        mtl__str_add(b, i ? ",\n" : "\n");
        if (v->series[i].pair)
            one_series(v, &v->series[i]);
        else
            host_series(v, &v->series[i]);
    }
    mtl__str_add(b, "]}</script>\n<script>");
    for (size_t i = 0; i < sizeof script / sizeof script[0]; i++)
        mtl__str_add(b, script[i]);
    mtl__str_add(b, "</script>\n");
}
