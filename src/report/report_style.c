/* SPDX-License-Identifier: MIT */
/* The frame of the page: style sheet (light, dark, print; wide and narrow), masthead, sections,
   foot. Nothing is fetched from anywhere. Hue means donor and nothing else; the colours are far
   apart under normal, protan, deutan and tritan vision (smallest distance 17 in Lab units for the
   first four), and names are always written as well. */
#include <inttypes.h>

#include "matriline/version.h"
#include "report/host_part.h"
#include "report/report.h"

/* clang-format off */
static const char *const style[] = {
    ":root{--ground:#fff;--soft:#f5f6f8;--text:#1b1f24;--text2:#535b65;--text3:#68707a;"
    "--rule:#dfe2e6;--axis:#8b939d;--hatch:#c3c9d0;--fill:#e3e6e9;--flesh:#f0f1f3;--c:#4a525c;--i:#4a525c}\n"
    ".d0{--c:#009e73;--i:#00705a}.d1{--c:#0072b2;--i:#005e94}.d2{--c:#cc79a7;--i:#96457a}"
    ".d3{--c:#d55e00;--i:#a84300}.d4{--c:#e69f00;--i:#8a5a00}.d5{--c:#56b4e9;--i:#1d6a99}"
    ".me{--c:#4a525c;--i:#4a525c}\n",
    "@media screen and (prefers-color-scheme:dark){:root{--ground:#14171b;--soft:#1c2025;"
    "--text:#e8eaed;--text2:#b0b8c1;--text3:#98a1ab;--rule:#31373e;--axis:#78818c;"
    "--hatch:#454d57;--fill:#2a3037;--flesh:#1f242a;--c:#cdd5dd;--i:#cdd5dd}.d0{--c:#2ec596;--i:#45cda2}"
    ".d1{--c:#3f97db;--i:#62aee8}.d2{--c:#c777a8;--i:#d995c0}.d3{--c:#ee7b30;--i:#f08c49}"
    ".d4{--c:#e9ac2e;--i:#f0bd55}.d5{--c:#7cc7f2;--i:#9ad4f6}.me{--c:#cdd5dd;--i:#cdd5dd}}\n",
    "*{box-sizing:border-box}html{color-scheme:light dark;-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:var(--ground);color:var(--text);"
    "font:16px/24px Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
    "sans-serif;font-variant-numeric:tabular-nums lining-nums}\n"
    "main{max-width:1352px;margin:0 auto;padding:0 32px 48px}\n"
    ".top{display:flex;flex-wrap:wrap;gap:2px 24px;align-items:baseline;padding:22px 0 14px;"
    "border-bottom:1px solid var(--rule);font-size:13.5px;color:var(--text2)}"
    ".top strong{font-size:16px;font-weight:650;color:var(--text)}.top i{flex:1}\n"
    "section{display:grid;grid-template-columns:216px minmax(0,1fr);column-gap:40px;"
    "padding:36px 0 40px;border-bottom:1px solid var(--rule)}\n"
    "h1{font-size:31px;line-height:40px;font-weight:600;letter-spacing:-.018em;margin:0 0 12px;"
    "text-wrap:pretty;overflow-wrap:anywhere}\n"
    "h1.long{font-size:25px;line-height:34px;letter-spacing:-.012em}"
    "h1 .who{color:var(--i);font-weight:650}\n"
    "h2{font-size:18px;line-height:24px;font-weight:650;margin:0 0 8px;overflow-wrap:anywhere}"
    "h3{font-size:14px;line-height:20px;font-weight:650;margin:28px 0 8px}"
    "h3:first-child{margin-top:0}h3 small{font-size:12.5px;font-weight:400;color:var(--text2)}\n"
    "header p,.note{font-size:13.5px;line-height:20px;color:var(--text2);margin:0 0 10px}"
    "header b,.note b,.lede b{font-weight:600;color:var(--text)}.lede{color:var(--text2);"
    "max-width:76ch;margin:0 0 20px}\n",
    "th.who{color:var(--i)}a{color:inherit;text-underline-offset:3px}figure{margin:0}\n"
    "svg{display:block;max-width:100%;height:auto;overflow:visible;font-family:inherit}"
    "svg.narrow{display:none}\n"
    "text{font-size:12.5px;fill:var(--text2)}text.tick{font-size:12px;fill:var(--text3)}"
    "text.strong{font-weight:600;fill:var(--text)}text.name{font-size:14px;font-weight:650;"
    "fill:var(--i)}text.head{font-size:13.5px;font-weight:650;fill:var(--text)}"
    "text.big{font-size:26px;font-weight:600;fill:var(--text)}text.who{fill:var(--i);"
    "font-weight:600}.halo{paint-order:stroke;stroke:var(--ground);stroke-width:4px;"
    "stroke-linejoin:round}\n"
    ".axis{stroke:var(--axis)}.grid{stroke:var(--rule)}.guide{stroke:var(--axis);"
    "stroke-dasharray:1.5 3}.bold{stroke:var(--text);stroke-width:2;fill:none}"
    ".lod{stroke:var(--text2);stroke-dasharray:5 3}.hatch{stroke:var(--hatch);stroke-width:1.1;"
    "fill:none}\n"
    ".pale{fill:var(--c);opacity:.2}.band{fill:var(--c);opacity:.38}.line{fill:none;"
    "stroke:var(--c);stroke-width:2;stroke-linejoin:round}.dash .line{stroke-dasharray:6 3}"
    ".dots .line{stroke-dasharray:2 2.5}.both .line{stroke-dasharray:9 3 2 3}"
    ".dash .dot,.dash .band{stroke:var(--text);stroke-width:1.3;stroke-dasharray:5 2}"
    ".dots .dot,.dots .band{stroke:var(--text);stroke-width:1.3;stroke-dasharray:1.5 2}"
    ".both .dot,.both .band{stroke:var(--text);stroke-width:1.3}"
    ".dash .who,.dash.who,.dash .name,.dash.name{text-decoration:underline dashed}"
    ".dots .who,.dots.who,.dots .name,.dots.name{text-decoration:underline dotted}"
    ".both .who,.both.who,.both .name,.both.name{text-decoration:underline double}"
    ".quart{fill:none;stroke:var(--c);stroke-width:1;opacity:.8}.dot{fill:var(--c)}.ring{fill:var(--ground);stroke:var(--c);stroke-width:2}"
    ".arch{fill:none;stroke:var(--c);stroke-width:2}.rest{fill:none;stroke:var(--axis);"
    "stroke-dasharray:2 3}\n",
    ".none{fill:var(--text2)}.nonebox{fill:none;stroke:var(--rule)}.mark{stroke:var(--text);"
    "stroke-width:1.8;fill:none}.full{fill:var(--text);stroke:var(--ground);stroke-width:1.5}"
    ".open{fill:var(--ground);stroke:var(--text);stroke-width:2}.ink{fill:var(--text)}"
    ".bar{fill:var(--text2)}.weak{fill:var(--ground);stroke:var(--text3)}"
    ".soft{fill:var(--soft)}"
    ".flesh{fill:var(--flesh)}.flesh2{fill:var(--fill)}.frame{fill:var(--ground);"
    "stroke:var(--axis)}.frame.key{stroke:var(--text);stroke-width:2.4}"
    ".stroke{stroke:var(--c);stroke-width:1.5;fill:none}.hollow{fill:var(--ground);"
    "stroke:var(--c);stroke-width:1.2}.up{stroke:var(--c);stroke-width:1.6}"
    ".far{stroke:var(--c);stroke-width:1.6;stroke-dasharray:1.5 2.5}"
    ".hit{fill:transparent}.cross{stroke:var(--text);visibility:hidden;pointer-events:none}"
    ".on .cross{visibility:visible}.plot{outline:none}.plot:focus-visible .hit{"
    "stroke:var(--text);stroke-width:1.5}.tip:focus-visible{outline:none}"
    ".tip:focus-visible .frame,.tip:hover .frame{stroke:var(--text);stroke-width:2.4}\n"
    ".deciding{margin:24px 0 28px}.deciding p{font-size:14.5px;line-height:22px;margin:0 0 6px;"
    "max-width:90ch}.maps{display:flex;flex-wrap:wrap;gap:24px 16px;margin:0 0 36px}"
    ".whole{flex:0 1 600px}.part{flex:1 1 400px;max-width:440px}.part h3{margin:20px 0 12px}"
    "#tip{position:fixed;z-index:9;max-width:min(520px,calc(100vw - 16px));"
    "background:var(--ground);border:1px solid var(--text);border-radius:4px;"
    "padding:7px 11px;font-size:13px;line-height:19px;pointer-events:none}#tip b{"
    "font-weight:650}#tip b.who{color:var(--i)}\n"
    ".box{border:1.5px solid var(--text);border-radius:4px;padding:16px 18px;display:grid;"
    "grid-template-columns:minmax(0,1fr) 420px;gap:16px 36px;align-items:center}"
    ".box p{font-size:14.5px;line-height:22px;margin:0 0 10px}.box p:last-child{margin:0}"
    ".box h3{font-size:15px;margin:0 0 6px}\n"
    ".tier{display:inline-block;min-width:20px;padding:0 5px;text-align:center;font-size:12px;"
    "font-weight:650;line-height:18px;border-radius:3px;border:1.5px solid var(--text);"
    "margin-right:4px}.tA{background:var(--text);color:var(--ground)}"
    ".tB{background:var(--text2);color:var(--ground);border-color:var(--text2)}"
    ".tC{background:var(--fill);border-color:var(--text2)}.tD{border-style:dashed}\n"
    ".scroll{overflow-x:auto}table{border-collapse:separate;border-spacing:0;width:100%;font-size:13px;"
    "line-height:18px}caption{text-align:left;font-size:13.5px;line-height:20px;"
    "color:var(--text2);padding:0 0 8px}th,td{padding:4px 12px 4px 0;text-align:left;"
    "vertical-align:top;border-bottom:1px solid var(--rule)}thead th{font-weight:600;"
    "vertical-align:bottom;border-bottom:1.5px solid var(--text)}tbody th{font-weight:500}"
    "td.r,th.r{text-align:right}"
    "td.r,td.d,td.effect{white-space:nowrap}td.effect{min-width:164px}td.effect svg{margin:2px 0 0}tbody th.wide{min-width:230px}td small,th small{font-size:12px;"
    "line-height:16px;font-weight:400;color:var(--text3)}td.from{color:var(--text2)}\n",
    "td.level{border-left:10px solid "
    "transparent;background-clip:padding-box;padding:4px 8px 4px 0}th.who{padding-right:8px}"
    "td.under{background-image:repeating-linear-gradient(135deg,var(--rule) 0 1.5px,"
    "transparent 1px 8px);text-shadow:0 0 2px var(--ground),0 0 2px var(--ground),"
    "0 0 3px var(--ground),0 0 4px var(--ground)}th button{all:unset;cursor:pointer}"
    "th button:hover,th button:focus-visible{text-decoration:underline;"
    "text-underline-offset:3px}th[aria-sort=ascending] button::after{content:' \\2191'}"
    "th[aria-sort=descending] button::after{content:' \\2193'}\n"
    "pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',"
    "monospace;overflow-wrap:anywhere}code{font-size:.92em}pre{font-size:13px;line-height:20px;"
    "background:var(--soft);border-radius:4px;padding:14px 16px;margin:0 0 16px;"
    "white-space:pre-wrap}\n"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:0;"
    "font-size:13.5px;line-height:20px}dt{color:var(--text2)}dd{margin:0;"
    "overflow-wrap:anywhere}footer{font-size:13px;line-height:20px;color:var(--text2);"
    "padding:20px 0 0}\n"
    "@media (max-width:1280px){main{padding:0 24px 40px}section{display:block;"
    "padding:28px 0 32px}section>header{margin-bottom:16px;max-width:76ch}}\n"
    "@media (max-width:1080px){h1,h1.long{font-size:26px;line-height:34px}h1.long{font-size:21px;line-height:29px}svg.wide{display:none}"
    "svg.narrow{display:block;width:100%;max-width:760px}"
    ".box{grid-template-columns:minmax(0,1fr)}th,td{padding-right:9px}table{font-size:12.5px}}\n",
    "@media print{@page{size:A4;margin:14mm 13mm}body{font-size:10.5pt;line-height:1.45;"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}main{padding:0;max-width:none}"
    "section{display:block;padding:14px 0 18px}section>header{margin-bottom:10px;"
    "break-after:avoid}h1,h1.long{font-size:17pt;line-height:1.25}svg.wide{display:none}"
    "svg.narrow{display:block;width:100%}.box{grid-template-columns:minmax(0,1fr) 300px}"
    ".box,tr,svg,pre{break-inside:avoid}h2,h3,caption,header,header p,.note,.lede,figcaption{break-after:avoid}"
    ".scroll{overflow:visible}td.under{background-image:none;background-color:var(--soft);text-shadow:none}"
    "#tip,.hit,.cross{display:none}.maps{display:block}.part{max-width:none}}\n",
};
/* clang-format on */

void mtl__page_begin(mtl__str *b, const char *title, const char *const *more, size_t n)
{
    mtl__str_add(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta name=\"generator\" content=\"Matriline ");
    mtl__html(b, mtl_version());
    mtl__str_add(b, "\">\n<title>Matriline: ");
    mtl__html(b, title);
    mtl__str_add(b, "</title>\n<style>\n");
    for (size_t i = 0; i < sizeof style / sizeof style[0]; i++)
        mtl__str_add(b, style[i]);
    for (size_t i = 0; i < n; i++)
        mtl__str_add(b, more[i]);
}

void mtl__report_head(mtl__page *v)
{
    mtl__str *b = v->out;
    const mtl_result *r = v->r;
    const bool titled = v->s->title && v->s->title[0];
    mtl__page_begin(b, titled ? v->s->title : mtl__page_name(v, v->focus), NULL, 0);
    if (mtl__out_has_hosts(v->r))
        mtl__host_style(b);
    mtl__str_add(
        b,
        "</style>\n</head>\n<body>\n<main>\n<div class=\"top\"><strong>Matriline</strong><span>");
    if (titled)
        mtl__html(b, v->s->title);
    else
        mtl__str_add(b, "Family report");
    mtl__str_add(b, "; about <b>");
    mtl__html(b, mtl__page_name(v, v->focus));
    mtl__str_add(b, "</b></span><i></i>");
    mtl__str_add(b, "<span>");
    mtl__count(b, r->opts.replicates);
    mtl__str_add(b,
                 r->opts.replicates == 1 ? " replicate</span><span>" : " replicates</span><span>");
    mtl__str_add(b, "solver: ");
    mtl__html(b, mtl__out_solver(r));
    mtl__str_printf(b, "</span><span>seed %" PRIu64 "</span></div>\n", r->opts.seed);
}

void mtl__report_tail(mtl__page *v)
{
    mtl__str_add(
        v->out,
        "<footer>Research software, not medical advice. A simulation shows what follows from its "
        "assumptions; it does not show that they hold. Tier D values are placeholders.</footer>\n"
        "</main>\n");
    mtl__report_script(v);
    mtl__str_add(v->out, "</body>\n</html>\n");
}

void mtl__section_open(mtl__page *v, const char *id, const char *title)
{
    mtl__str_printf(v->out, "<section id=\"%s\"><header><h2>", id);
    mtl__html(v->out, title);
    mtl__str_add(v->out, "</h2>\n");
}

void mtl__section_body(mtl__page *v)
{
    mtl__str_add(v->out, "</header><div>\n");
}

void mtl__section_close(mtl__page *v)
{
    mtl__str_add(v->out, "</div></section>\n");
}

void mtl__section_say(mtl__page *v, const char *id, const char *title, const char *how_to_read)
{
    mtl__section_open(v, id, title);
    mtl__str_add(v->out, how_to_read);
    mtl__section_body(v);
}
