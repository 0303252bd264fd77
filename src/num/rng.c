/* SPDX-License-Identifier: MIT */
/*
 * Random streams. Philox4x32 with ten rounds (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3") maps the four parts of a stream's key to the state of a xoshiro256++ (Blackman and
 * Vigna 2021), which then makes the numbers. For one seed and source the map is one-to-one in
 * (person, replicate): two streams never share a state.
 */
#include "num/num.h"

void mtl__philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t a = (uint64_t)0xD2511F53u * c0;
        const uint64_t b = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static uint64_t join(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

void mtl__rng_stream(mtl__rng *r, uint64_t seed, uint64_t person, uint64_t replicate,
                     uint64_t source)
{
    const uint32_t who[4] = {(uint32_t)person, (uint32_t)(person >> 32), (uint32_t)replicate,
                             (uint32_t)(replicate >> 32)};
    const uint32_t first[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t second[2] = {(uint32_t)source, (uint32_t)(source >> 32)};
    uint32_t middle[4], out[4];
    mtl__philox4x32(who, first, middle);
    mtl__philox4x32(middle, second, out);
    r->s[0] = join(out[0], out[1]);
    r->s[1] = join(out[2], out[3]);
    /* Another counter gives another block, so the four words are never all zero. */
    middle[0] ^= 1u;
    mtl__philox4x32(middle, second, out);
    r->s[2] = join(out[0], out[1]);
    r->s[3] = join(out[2], out[3]);
}
