/* States of binary nodes, drawn given the others: by sweeps, or flip by flip in continuous time; included once for each
   number type and instruction set.

   Up to 64 chains sweep together, a bit of a word each: the sum over a node's edges adds a weight where the bit is set.
   Every chain has a generator of its own, xoshiro256++ (Blackman & Vigna, 2021), which makes a step for every free node
   of a sweep, whether it is held or not: so no chain's states depend on those beside it, nor on the number of threads. */

#define WORDS __attribute__((vector_size(WIDE), aligned(8), may_alias))
typedef uint64_t NAMED(words) WORDS;
#undef WORDS

/* sum + x in the lanes whose bit is set, of the lowest bits of a word. */
TARGET static inline VEC NAMED(add_where)(VEC sum, uint64_t word, VEC x) {
#if WIDE == 64
    return (VEC)(SINGLE ? (MASK)_mm512_mask_add_ps((__m512)sum, (__mmask16)word, (__m512)sum, (__m512)x)
                        : (MASK)_mm512_mask_add_pd((__m512d)sum, (__mmask8)word, (__m512d)sum, (__m512d)x));
#else
    MASK one;
    UNROLL for (int k = 0; k < WIDE / (int)sizeof(REAL); k++) one[k] = (INTEGER)1 << k;
    const MASK set = (MASK)((((MASK){0} + (INTEGER)(word & (((uint64_t)1 << PER) - 1))) & one) != 0);
    return sum + (VEC)(set & (MASK)x);
#endif
}

/* The lanes of a mask as bits. */
TARGET static inline uint64_t NAMED(word_of)(MASK mask) {
#if WIDE == 64
    return SINGLE ? (uint64_t)_mm512_movepi32_mask((__m512i)mask) : (uint64_t)_mm512_movepi64_mask((__m512i)mask);
#else
    uint64_t word = 0;
    UNROLL for (int k = 0; k < WIDE / (int)sizeof(REAL); k++) word |= (uint64_t)(mask[k] & 1) << k;
    return word;
#endif
}

#define WHERE_SET(count)                                                                                              \
    do {                                                                                                              \
        VEC sum[count];                                                                                               \
        UNROLL for (int c = 0; c < (count); c++) sum[c] = ((const VEC *)(to + lane))[c];                              \
        for (int64_t k = first; k < last; k++) {                                                                      \
            const uint64_t word = bits[other[k]] >> lane;                                                             \
            const VEC weight = NAMED(splat)(weights[k]);                                                              \
            UNROLL for (int c = 0; c < (count); c++) sum[c] = NAMED(add_where)(sum[c], word >> (c * PER), weight);    \
        }                                                                                                             \
        UNROLL for (int c = 0; c < (count); c++) ((VEC *)(to + lane))[c] = sum[c];                                    \
        lane += (count) * PER;                                                                                        \
    } while (0)

/* Add to every chain the weights of the edges of a row that come from nodes in the state 1, in the order of the edges. */
TARGET static void NAMED(add_row)(const struct edges *e, int64_t row, const uint64_t *bits, REAL *to, int64_t lanes) {
    const int64_t first = e->indptr[row], last = e->indptr[row + 1];
    const int32_t *restrict other = e->other;
    const REAL *restrict weights = e->weights;
    if (first == last) return;
    for (int64_t lane = 0; lane < lanes;) {
        if (lanes - lane >= 8 * PER) WHERE_SET(8);
        else if (lanes - lane >= 4 * PER) WHERE_SET(4);
        else WHERE_SET(1);
    }
}
#undef WHERE_SET

struct NAMED(chains) { /* what a thread moves: some chains of one network */
    struct phase *phase;
    int64_t thread;
    uint64_t *bits, *fixed, *random; /* (rows,): states, and which are held, a bit a chain; (4, 64) */
    REAL *field, *odds, *uniform;    /* a number a chain, of one row; or, of one chain, a number a row */
    REAL *state, *values;
    double *tree;                    /* sums of the rates of flips, by pairs: the root is tree[1], rows from tree[leaves] on */
    int64_t leaves;
    int failed;
    struct NAMED(ready) log_odds;
};

TARGET static void NAMED(cut_chains)(struct workspace *w, struct phase *p, struct NAMED(chains) *m) {
    const int64_t rows = padded(p->rows), numbers = (rows > LANES ? rows : LANES) + LANES;
    VEC *pool = cut(w, most_temporaries(p) * w->tile);
    for (m->leaves = 1; m->leaves < p->free;) m->leaves *= 2;
    m->bits = cut(w, rows * 8), m->fixed = cut(w, rows * 8), m->random = cut(w, 4 * LANES * 8);
    REAL **tables[] = {&m->field, &m->odds, &m->uniform, &m->state};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) *tables[k] = cut(w, numbers * (int64_t)sizeof(REAL));
    m->tree = cut(w, p->draws.flips ? 2 * m->leaves * 8 : 0);
    m->values = cut(w, NAMED(values_bytes)(p));
    m->log_odds = NAMED(cut_program)(w, p->drift, p->rows, pool);
    m->phase = p, m->failed = 0;
}

/* A number of [0, 1) for every chain. */
TARGET static void NAMED(next_uniforms)(struct NAMED(chains) *m, int64_t lanes) {
    for (int64_t lane = 0; lane < lanes; lane += WIDE / 8) {
        NAMED(words) *s[4];
        for (int k = 0; k < 4; k++) s[k] = (NAMED(words) *)(m->random + k * LANES + lane);
        const NAMED(words) sum = *s[0] + *s[3], drawn = (sum << 23 | sum >> 41) + *s[0], moved = *s[1] << 17;
        *s[2] ^= *s[0], *s[3] ^= *s[1], *s[1] ^= *s[2], *s[0] ^= *s[3], *s[2] ^= moved;
        *s[3] = *s[3] << 45 | *s[3] >> 19;
#if SINGLE
        for (int k = 0; k < WIDE / 8; k++) m->uniform[lane + k] = (REAL)(drawn[k] >> 40) * (REAL)0x1p-24;
#else
        *(VEC *)(m->uniform + lane) = (VEC)(drawn >> 12 | (uint64_t)0x3ff0000000000000) - 1; /* 1 and 52 bits, less 1 */
#endif
    }
}

/* The log odds of a row in every chain. */
TARGET static void NAMED(odds_of)(struct NAMED(chains) *m, int64_t row, int64_t lanes) {
    const struct phase *p = m->phase;
    memset(m->field, 0, lanes * sizeof(REAL));
    NAMED(add_row)(&p->recurrent, row, m->bits, m->field, lanes);
    NAMED(add_row)(&p->clamped, row, m->bits, m->field, lanes);
    const REAL *given[] = {m->field, m->field};
    NAMED(spread)(&m->log_odds, row, 1, lanes);
    NAMED(run)(&m->log_odds, given, m->odds, lanes);
}

/* Draw every free row once, in their order; `checked`, log odds that are no number are told of. */
TARGET static void NAMED(sweep_chains)(struct NAMED(chains) *m, int64_t lanes, int checked) {
    const struct phase *p = m->phase;
    const uint64_t every = lanes < 64 ? ((uint64_t)1 << lanes) - 1 : ~(uint64_t)0;
    for (int64_t row = 0; row < p->free; row++) {
        NAMED(next_uniforms)(m, lanes);
        const uint64_t fixed = m->fixed[row];
        if ((fixed & every) == every) continue;
        NAMED(odds_of)(m, row, lanes);
        uint64_t word = 0;
        for (int64_t lane = 0; checked && lane < lanes; lane++) m->failed |= m->odds[lane] != m->odds[lane];
        for (int64_t lane = 0; lane < lanes; lane += PER) {
            const VEC up = NAMED(vsigmoid)(*(const VEC *)(m->odds + lane));
            word |= NAMED(word_of)((MASK)(*(const VEC *)(m->uniform + lane) < up)) << lane;
        }
        m->bits[row] = (m->bits[row] & fixed) | (word & ~fixed);
    }
}

/* The states and what is held of `count` chains from `first` on, a bit each; lanes beyond repeat the last. */
TARGET static void NAMED(load_chains)(struct NAMED(chains) *m, int64_t first, int64_t count, int64_t lanes) {
    const struct phase *p = m->phase;
    memset(m->bits, 0, padded(p->rows) * 8), memset(m->fixed, 0, padded(p->rows) * 8);
    for (int64_t lane = 0; lane < lanes; lane++) {
        const int64_t chain = first + (lane < count ? lane : count - 1);
        const REAL *state = (const REAL *)p->start + chain * p->nodes;
        const int8_t *held = p->draws.held + chain * p->nodes;
        for (int64_t k = 0; k < p->nodes; k++) {
            m->bits[ROW_OF(p, k)] |= (uint64_t)(state[p->node[k]] > (REAL)0.5) << lane;
            m->fixed[ROW_OF(p, k)] |= (uint64_t)(held[p->node[k]] != 0 || lane >= count) << lane;
        }
        for (int k = 0; k < 4; k++) m->random[k * LANES + lane] = p->draws.generator[chain * 4 + k];
    }
}

TARGET static void NAMED(sweep_all)(struct NAMED(chains) *m, int64_t first, int64_t count) {
    const struct phase *p = m->phase;
    const struct draws *d = &p->draws;
    const int64_t lanes = (count + PER_LINE - 1) / PER_LINE * PER_LINE;
    NAMED(load_chains)(m, first, count, lanes);
    for (int64_t row = 0; d->level && row < p->free; row++) {
        NAMED(odds_of)(m, row, lanes);
        for (int64_t lane = 0; lane < lanes; lane += PER) {
            VEC *odds = (VEC *)(m->odds + lane), half = NAMED(splat)((REAL)0.5), zero = {0};
            if (d->flips) *odds = NAMED(vexp)(NAMED(add_where)(half, m->bits[row] >> lane, zero - 1) * *odds);
            else *odds = NAMED(vsigmoid)(*odds);
        }
        for (int64_t lane = 0; lane < count; lane++) ((REAL *)d->level)[(first + lane) * p->nodes + p->node[row]] = m->odds[lane];
    }
    for (int64_t n = 0; d->drawn && n < d->samples; n++) {
        const int64_t sweeps = (int64_t)(n ? d->thin : d->burn_in + d->thin);
        for (int64_t sweep = 0; sweep < sweeps; sweep++) {
            NAMED(sweep_chains)(m, lanes, !n && !sweep);
            if (!m->thread) check_signals(p, p->recurrent.indptr[p->free] * lanes);
            if (stopped(p->gate)) return;
        }
        for (int64_t lane = 0; lane < count; lane++) {
            int8_t *to = d->drawn + ((first + lane) * d->samples + n) * p->nodes;
            for (int64_t k = 0; k < p->nodes; k++) to[p->node[k]] = (int8_t)(m->bits[ROW_OF(p, k)] >> lane & 1);
        }
    }
}

static uint64_t NAMED(next_word)(uint64_t *s) {
    const uint64_t sum = s[0] + s[3], drawn = (sum << 23 | sum >> 41) + s[0], moved = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= moved, s[3] = s[3] << 45 | s[3] >> 19;
    return drawn;
}

/* Put the rate of a row's flip, exp((1/2 - s) log odds), into the tree, and mend the sums above it. */
TARGET static void NAMED(set_rate)(struct NAMED(chains) *m, int64_t row, REAL odds, int64_t sums) {
    const VEC power = NAMED(splat)(((REAL)0.5 - m->state[row]) * odds);
    int64_t place = m->leaves + row;
    m->tree[place] = m->fixed[row] & 1 ? 0 : (double)NAMED(vexp)(power)[0];
    while (sums && (place /= 2)) m->tree[place] = m->tree[2 * place] + m->tree[2 * place + 1];
}

/* The log odds of all rows of one chain, tile after tile. */
TARGET static void NAMED(all_odds)(struct NAMED(chains) *m) {
    for (int64_t row = 0, here; row < m->phase->free; row += here) {
        here = m->phase->free - row < ROWS_A_TILE(1) ? m->phase->free - row : ROWS_A_TILE(1);
        const REAL *given[] = {m->field + row, m->field + row};
        NAMED(spread)(&m->log_odds, row, here, 1);
        NAMED(run)(&m->log_odds, given, m->odds + row, here);
    }
}

/* The summed inputs, log odds and rates of all rows of one chain, from its state. */
TARGET static void NAMED(refresh)(struct NAMED(chains) *m) {
    const struct phase *p = m->phase;
    for (int64_t row = 0; row < p->free; row++) {
        REAL sum = 0;
        for (const struct edges *e = &p->recurrent; e; e = e == &p->recurrent ? &p->clamped : 0)
            for (int64_t k = e->indptr[row]; k < e->indptr[row + 1]; k++)
                sum += ((const REAL *)e->weights)[k] * m->state[e->other[k]];
        m->field[row] = sum;
    }
    NAMED(all_odds)(m);
    for (int64_t row = 0; row < p->free; row++) NAMED(set_rate)(m, row, m->odds[row], 0);
    for (int64_t place = m->leaves - 1; place; place--) m->tree[place] = m->tree[2 * place] + m->tree[2 * place + 1];
}

/* Flip a row, and mend the rates of those that hear it. */
TARGET static void NAMED(flip)(struct NAMED(chains) *m, int64_t row) {
    const struct edges *e = &m->phase->transposed;
    const REAL step = m->state[row] > 0 ? -1 : 1;
    m->state[row] += step;
    NAMED(set_rate)(m, row, m->odds[row], 1);
    for (int64_t k = e->indptr[row]; k < e->indptr[row + 1]; k++) {
        const int64_t other = e->other[k];
        VEC one;
        m->field[other] += step * ((const REAL *)e->weights)[k];
        const REAL *given[] = {m->field + other, m->field + other};
        NAMED(spread)(&m->log_odds, other, 1, 1);
        NAMED(run)(&m->log_odds, given, (REAL *)&one, 1);
        m->odds[other] = one[0];
        NAMED(set_rate)(m, other, one[0], 1);
    }
}

enum { NAMED(fresh) = 4096 }; /* flips after which the inputs, mended flip by flip, are summed anew */

/* One chain in continuous time: the next flip comes after an exponential time, its row by its share of the rates
   (Gillespie, 1977). */
TARGET static void NAMED(flip_chain)(struct NAMED(chains) *m, int64_t chain) {
    const struct phase *p = m->phase;
    const struct draws *d = &p->draws;
    uint64_t random[4];
    memcpy(random, d->generator + 4 * chain, sizeof random);
    for (int64_t k = 0; k < p->nodes; k++) {
        m->state[ROW_OF(p, k)] = ((const REAL *)p->start)[chain * p->nodes + p->node[k]] > (REAL)0.5;
        m->fixed[ROW_OF(p, k)] = d->held[chain * p->nodes + p->node[k]] != 0;
    }
    NAMED(refresh)(m);
    int64_t flips = 0, n = 0;
    double now = 0, due = d->burn_in + d->thin;
    while (n < d->samples) {
        if (!(m->tree[1] < INFINITY)) {
            m->failed = 1;
            return;
        }
        const double uniform = (double)(NAMED(next_word)(random) >> 11) * 0x1p-53;
        now += m->tree[1] > 0 ? -log1p(-uniform) / m->tree[1] : INFINITY;
        for (; n < d->samples && now > due; due = d->burn_in + (double)(++n + 1) * d->thin) {
            int8_t *to = d->drawn + (chain * d->samples + n) * p->nodes;
            for (int64_t k = 0; k < p->nodes; k++) to[p->node[k]] = (int8_t)(m->state[ROW_OF(p, k)] > 0);
        }
        if (n == d->samples) break;
        double rest = (double)(NAMED(next_word)(random) >> 11) * 0x1p-53 * m->tree[1];
        int64_t place = 1;
        while (place < m->leaves) {
            place *= 2;
            if (rest >= m->tree[place] && m->tree[place + 1] > 0) rest -= m->tree[place++];
        }
        NAMED(flip)(m, place - m->leaves);
        if (++flips % NAMED(fresh) == 0) NAMED(refresh)(m);
        if (!m->thread) check_signals(p, 16);
        if (stopped(p->gate)) return;
    }
}

TARGET static void *NAMED(take_chains)(void *given) {
    struct NAMED(chains) *m = given;
    const struct phase *p = m->phase;
    NAMED(node_values)(p, m->values);
    NAMED(prepare)(&m->log_odds, p, m->values);
    if (p->draws.flips && p->draws.drawn) {
        for (int64_t chain = m->thread; chain < p->batch && !stopped(p->gate); chain += p->threads) NAMED(flip_chain)(m, chain);
        return 0;
    }
    const int64_t share = (p->batch + p->threads - 1) / p->threads, lines = (share + PER_LINE - 1) / PER_LINE * PER_LINE;
    const int64_t block = lines < LANES ? lines : LANES;
    for (int64_t first = m->thread * block; first < p->batch && !stopped(p->gate); first += p->threads * block)
        NAMED(sweep_all)(m, first, p->batch - first < block ? p->batch - first : block);
    return 0;
}

TARGET static int NAMED(run_sampler)(struct phase *p) {
    struct NAMED(chains) parts[MOST_THREADS] = {{0}};
    struct workspace w = {0};
    for (int pass = 0; pass < 2; pass++) {
        w.used = 0, w.tile = TILE_BYTES;
        for (int64_t t = 0; t < p->threads; t++) NAMED(cut_chains)(&w, p, &parts[t]), parts[t].thread = t;
        if (!pass && provide(&w)) return -1;
    }
    int failed = together(p, NAMED(take_chains), parts, sizeof *parts);
    for (int64_t t = 0; t < p->threads && !failed; t++) failed = parts[t].failed ? IMPOSSIBLE : 0;
    free(w.block);
    return failed;
}
