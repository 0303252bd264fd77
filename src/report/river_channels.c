/* SPDX-License-Identifier: MIT */
/* Where lanes, streams and channels stand. A channel is a pregnancy or a contact; in it one tube
   for each donor whose cells come that way. Tubes stand so that none crosses another of its own
   channel: the lowest row of the lane that takes is served by the tube on the left. */
#include <math.h>
#include <stdlib.h>

#include "num/num.h"
#include "report/river.h"

/* In a lane with more streams than this, those that never reach one cell are not drawn. */
enum { MANY_STREAMS = 8 };
enum { TOP = 44, PAD = 8, ROW = 16, LEAST_LANE = 36, RING_LANE = 28, MILK = 13, TUBE_GAP = 4 };
static const double PLAIN_WIDTH = 4, THINNEST = 1.4, PER_DECADE = 2.1;

double mtl__stream_width(const mtl__river *v, double cells)
{
    if (isnan(cells))
        return PLAIN_WIDTH * v->scale;
    if (!(cells > 1))
        return THINNEST;
    return THINNEST + PER_DECADE * v->scale * mtl__min(12, mtl__log10(cells));
}

double mtl__stream_begin(const mtl__stream *x)
{
    return x->cells && x->k1 >= x->k0 ? x->cells[x->k0] : NAN;
}

bool mtl__river_quiet(const mtl__river *v, int flow)
{
    const int c = v->flow[flow].contact;
    if (c < 0 || !v->s->contact[c].implied || v->s->contact[c].kind != MTL__MILK)
        return false;
    for (int k = 0; k < v->n_streams; k++)
        if (v->stream[k].flow == flow && !v->stream[k].folded)
            return false;
    return true;
}

/* ---------------------------------------------------------------- channels */

static void add_tube(mtl__river *v, mtl__canvas *c, mtl__channel *ch, int flow, mtl__stream *x)
{
    const mtl__flow *f = &v->flow[flow];
    if (!x || x->folded || v->lane_of[f->giver] < 0)
        return;
    c->tube[c->n_tubes++] =
        (mtl__tube){x, f->giver, f->taker, 0, mtl__stream_width(v, mtl__stream_begin(x))};
    ch->n_tubes++;
}

/* `down`: the row furthest from the top first. */
static void add_flow(mtl__river *v, mtl__canvas *c, mtl__channel *ch, int flow, bool down)
{
    const mtl__flow *f = &v->flow[flow];
    const mtl__lane *lane = &v->lane[v->lane_of[f->taker]];
    for (int k = 0; k < lane->n_streams; k++) {
        const int row = down ? lane->n_streams - 1 - k : k;
        mtl__stream *x = &v->stream[lane->stream0 + row];
        const bool own = x->donor == f->giver;
        const int contact = f->contact;
        const bool again = contact < 0 || v->s->contact[contact].kind != MTL__MILK ||
                           !v->s->contact[contact].implied;
        if (x->flow == flow || (own && again))
            add_tube(v, c, ch, flow, x);
    }
}

static void add_pregnancy(mtl__river *v, mtl__canvas *c, int pregnancy)
{
    const mtl__pregnancy *p = &v->s->pregnancy[pregnancy];
    mtl__channel *ch = &c->channel[c->n_channels];
    *ch = (mtl__channel){
        pregnancy, -1, p->conceived, isfinite(p->ended) ? p->ended : v->s->t_end, c->n_tubes, 0, 0};
    /* The child furthest down is served first, from the left. */
    for (int lane = v->n_lanes - 1; lane >= 0; lane--) {
        const int child = v->lane[lane].person;
        for (int way = 0; way < 2; way++)
            for (int k = 0; k < v->n_flows; k++) {
                const mtl__flow *f = &v->flow[k];
                if (f->pregnancy == pregnancy && (way == 0 ? f->taker : f->giver) == child &&
                    child != p->mother)
                    add_flow(v, c, ch, k, way == 0);
            }
    }
    c->n_channels += ch->n_tubes > 0;
}

static void add_contact(mtl__river *v, mtl__canvas *c, int flow)
{
    const mtl__flow *f = &v->flow[flow];
    mtl__channel *ch = &c->channel[c->n_channels];
    *ch = (mtl__channel){-1, f->contact, f->t0, f->t0 + 1, c->n_tubes, 0, 0};
    if (f->contact < 0 || mtl__river_quiet(v, flow) || v->lane_of[f->giver] < 0)
        return;
    add_flow(v, c, ch, flow, v->lane_of[f->giver] < v->lane_of[f->taker]);
    c->n_channels += ch->n_tubes > 0;
}

static int by_date(const void *a, const void *b)
{
    const mtl__channel *x = a, *y = b;
    if (x->a < y->a || x->a > y->a)
        return x->a < y->a ? -1 : 1;
    return x->tube0 - y->tube0;
}

static double pitch(const mtl__river *v, const mtl__tube *t)
{
    return mtl__max(t->width, 2) + TUBE_GAP * v->scale;
}

/* Fills channels and tubes; the px that they need side by side. */
static double fill_channels(mtl__river *v, mtl__canvas *c, mtl__need *need)
{
    double sum = 0;
    c->n_tubes = c->n_channels = 0;
    for (int i = 0; i < v->s->n_pregnancies; i++)
        add_pregnancy(v, c, i);
    for (int k = 0; k < v->n_flows; k++)
        add_contact(v, c, k);
    if (c->n_channels > 1)
        qsort(c->channel, (size_t)c->n_channels, sizeof *c->channel, by_date);
    for (int i = 0; i < c->n_channels; i++) {
        const mtl__channel *ch = &c->channel[i];
        need[i] = (mtl__need){ch->a, ch->b, 8 * v->scale, 0};
        for (int k = 0; k < ch->n_tubes; k++)
            need[i].width += pitch(v, &c->tube[ch->tube0 + k]);
        sum += need[i].width + 8;
    }
    return sum;
}

/* Small streams of a crowded family are counted, not drawn: those that came through a third body
   alone, in the lanes of many, and more of them until the channels fit. */
static void fold_streams(mtl__river *v)
{
    for (int l = 0; l < v->n_lanes; l++) {
        mtl__lane *lane = &v->lane[l];
        lane->n_folded = 0;
        for (int k = 0; k < lane->n_streams; k++) {
            mtl__stream *x = &v->stream[lane->stream0 + k];
            const double least = mtl__max(v->fold, lane->n_streams > MANY_STREAMS ? 1 : 0);
            x->folded = x->most < least && mtl__river_between(v, x) >= 0;
            lane->n_folded += x->folded;
        }
    }
}

/* Narrower first, then without the smallest streams, then narrower still. */
static void make_room(mtl__river *v, mtl__canvas *c, mtl__need *need)
{
    const double room = 0.8 * (c->right - c->left);
    v->fold = 0;
    v->scale = 1;
    fold_streams(v);
    double sum = fill_channels(v, c, need);
    while (sum > room && v->scale > 0.5) {
        v->scale *= 0.85;
        sum = fill_channels(v, c, need);
    }
    double best = v->fold, least = sum;
    for (double fold = 1; sum > room && fold < 1e7 && v->r; fold *= 10) {
        v->fold = fold;
        fold_streams(v);
        sum = fill_channels(v, c, need);
        if (sum < least) {
            least = sum;
            best = fold;
        }
    }
    v->fold = best; /* no more than helps */
    fold_streams(v);
    sum = fill_channels(v, c, need);
    while (sum > room && v->scale > 0.15) {
        v->scale *= 0.8;
        sum = fill_channels(v, c, need);
    }
}

static int make_channels(mtl__river *v, mtl__canvas *c)
{
    const mtl_scenario *s = v->s;
    /* Every stream comes first once; own cells may come again. */
    const size_t tubes = (size_t)v->n_streams + (size_t)v->n_flows + 1;
    const size_t n = (size_t)s->n_pregnancies + (size_t)v->n_flows + 1;
    c->tube = mtl__arena_alloc(&v->arena, tubes * sizeof *c->tube);
    c->channel = mtl__arena_alloc(&v->arena, n * sizeof *c->channel);
    mtl__need *need = mtl__arena_alloc(&v->arena, n * sizeof *need);
    if (!c->tube || !c->channel || !need)
        return MTL_ERR_MEMORY;
    make_room(v, c, need);
    MTL_TRY(
        mtl__warp_make(&c->time, &v->arena, v->t0, v->t1, c->left, c->right, need, c->n_channels));
    for (int i = 0; i < c->n_channels; i++) {
        mtl__channel *ch = &c->channel[i];
        double x = ch->x = need[i].x;
        for (int k = 0; k < ch->n_tubes; k++) {
            mtl__tube *t = &c->tube[ch->tube0 + k];
            t->x = mtl__min(x + pitch(v, t) / 2, c->right - 9);
            x += pitch(v, t);
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- rows */

static bool has_milk(const mtl__river *v, int person)
{
    for (int k = 0; k < v->n_flows; k++)
        if (v->flow[k].taker == person && v->flow[k].contact >= 0 && mtl__river_quiet(v, k))
            return true;
    return false;
}

static double place_lane(mtl__river *v, mtl__lane *lane, double y)
{
    lane->y = y;
    if (!lane->body) {
        lane->h = RING_LANE;
        return y + lane->h;
    }
    double at = y + PAD;
    for (int k = 0; k < lane->n_streams; k++) {
        mtl__stream *x = &v->stream[lane->stream0 + k];
        if (x->folded)
            continue;
        const double row = mtl__max(ROW, mtl__stream_width(v, x->most) + 4);
        x->y = at + row / 2;
        x->x0 = NAN;
        at += row;
    }
    at += (lane->n_folded > 0 ? ROW : 0) + (has_milk(v, lane->person) ? MILK : 0) + PAD;
    lane->h = mtl__max(LEAST_LANE, at - y);
    return y + lane->h;
}

int mtl__river_layout(mtl__river *v, mtl__canvas *c)
{
    double y = TOP;
    const int ret = make_channels(v, c);
    for (int l = 0; l < v->n_lanes && ret == 0; l++)
        y = place_lane(v, &v->lane[l], y) + (v->lane[l].body ? c->gap : 14);
    c->axis_y = y;
    c->h = y + 66;
    return ret;
}
