/* Steps along a time, driven by inputs and currents, noisy and delayed; included once for each number type and set.

   A method is a row of numbers: with k_i the drift at stage i, x_0 = s and z the noise of the step,

       x_i = box( s + ahead_i dt k_i-1 + z ),   s <- box( s + dt sum_i weight_i k_i + z ),

   and the exponential one, of one stage, is s <- box( s E + A Phi + z ), E = exp(-L dt), Phi = (1 - E) / L, where the drift is
   A - L s. Noise is drawn by Philox4x32-10 (Salmon et al., SC 2011) from the key, the node, the sample and the step alone, a
   pair of normal numbers for two steps by Box and Muller: no number depends on the batch or on the threads.

   Three tables hold the states: of the step, of the stage that is read, and of the one that is written. What nodes have sent
   lies slot behind slot, as far back as the longest delay, so that a delayed edge is an edge from a row of an older slot; the
   window over the slots moves on by one with each step. */

struct NAMED(driven) { /* what all threads see */
    const struct phase *phase;
    REAL *s[3], *sent[3], *current[3]; /* rows x lanes; what is added to the sums of some rows */
    REAL *base, *sum;                  /* what clamped nodes send, and currents; s + dt sum weight k so far */
    REAL *decay, *push, *shake;        /* E, Phi, and how strong the noise is */
    REAL *later;                       /* the other number of each pair */
    uint64_t *name;                    /* node and sample of each number */
    REAL *past;                        /* slots of TABLE_ROWS(p) x lanes */
    int32_t *from;                     /* rows of older slots */
    struct edges delayed;
    REAL *values;
    uint8_t *alike, *clamped_alike;
};

struct NAMED(driver) { /* what one thread sees */
    struct NAMED(driven) *all;
    int64_t thread, low, high, first_current, last_current;
    struct NAMED(ready) drift, transfer, leak;
    struct { struct NAMED(ready) drift, leak; } variable[MOST_VARIABLES];
    VEC *pool;
    REAL *total, *moved, *zero, *least, *most, *shaken, *leaks;
    int64_t ready_at, held_frame; /* what `base` is of */
    int64_t frame[3];             /* what the clamped rows of each table are of */
};

#define SLOTS(d) ((d)->lags + 1 + ((d)->lags > 16 ? (d)->lags : 16))

TARGET static void NAMED(cut_driven)(struct workspace *w, const struct phase *p, struct NAMED(driven) *all, int64_t lanes) {
    const struct drive *d = &p->drive;
    const int64_t table = TABLE_ROWS(p) * lanes * (int64_t)sizeof(REAL), whole = (1 + p->variables) * table;
    for (int k = 0; k < 3; k++) {
        all->s[k] = cut(w, whole);
        all->sent[k] = p->transfer ? cut(w, table) : all->s[k];
        all->current[k] = cut(w, d->currents * lanes * (int64_t)sizeof(REAL));
    }
    all->base = cut(w, table), all->sum = cut(w, d->stages > 1 ? whole : 0);
    all->decay = cut(w, d->exponential ? whole : 0), all->push = cut(w, d->exponential ? whole : 0);
    all->shake = cut(w, d->noise ? table : 0), all->later = cut(w, d->noise ? table : 0);
    all->name = cut(w, d->noise ? TABLE_ROWS(p) * lanes * (int64_t)sizeof(uint64_t) : 0);
    all->past = cut_raw(w, d->lags ? SLOTS(d) * table : 0);
    all->from = cut(w, d->lags ? d->delayed.indptr[p->free] * (int64_t)sizeof(int32_t) : 0);
    all->values = cut(w, NAMED(values_bytes)(p));
    all->alike = cut(w, p->free), all->clamped_alike = cut(w, p->free);
}

TARGET static void NAMED(cut_driver)(struct workspace *w, const struct phase *p, struct NAMED(driver) *m) {
    m->pool = cut_raw(w, most_temporaries(p) * w->tile);
    m->drift = NAMED(cut_program)(w, p->drift, p->rows, m->pool);
    m->transfer = NAMED(cut_program)(w, p->transfer, p->rows, m->pool);
    m->leak = NAMED(cut_program)(w, p->leak, p->rows, m->pool);
    for (int v = 0; v < p->variables; v++) {
        m->variable[v].drift = NAMED(cut_program)(w, p->variable[v].drift, p->rows, m->pool);
        m->variable[v].leak = NAMED(cut_program)(w, p->variable[v].leak, p->rows, m->pool);
    }
    REAL **tiles[] = {&m->total, &m->moved, &m->zero, &m->least, &m->most, &m->shaken};
    for (size_t k = 0; k < sizeof tiles / sizeof *tiles; k++) *tiles[k] = cut(w, w->tile);
    m->leaks = cut(w, p->leak ? padded(p->rows) * (int64_t)sizeof(REAL) : 0);
}

/* x times a constant, of numbers below 2^32. */
TARGET static inline NAMED(words) NAMED(long_product)(NAMED(words) x, uint32_t by) {
#if defined(__x86_64__) && WIDE == 64
    return (NAMED(words))_mm512_mul_epu32((__m512i)x, _mm512_set1_epi64(by));
#elif defined(__x86_64__) && WIDE == 32
    return (NAMED(words))_mm256_mul_epu32((__m256i)x, _mm256_set1_epi64x(by));
#elif defined(__x86_64__)
    return (NAMED(words))_mm_mul_epu32((__m128i)x, _mm_set1_epi64x(by));
#else
    return x * (uint64_t)by;
#endif
}

/* Philox4x32-10 of the counter (name, pair): four words of 32 bits as two of 64. */
TARGET static inline void NAMED(philox)(NAMED(words) name, uint64_t pair, uint64_t key, NAMED(words) *first, NAMED(words) *second) {
    const uint64_t low = UINT32_MAX;
    NAMED(words) x0 = name & low, x1 = name >> 32, x2 = (NAMED(words)){0} + (pair & low), x3 = (NAMED(words)){0} + (pair >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        const NAMED(words) a = NAMED(long_product)(x0, 0xD2511F53u), b = NAMED(long_product)(x2, 0xCD9E8D57u);
        x0 = (b >> 32) ^ x1 ^ (uint64_t)k0, x1 = b & low, x2 = (a >> 32) ^ x3 ^ (uint64_t)k1, x3 = a & low;
    }
    *first = x0 | x1 << 32, *second = x2 | x3 << 32;
}

/* Two normal numbers for each of a vector of names. */
TARGET static inline void NAMED(normals)(const uint64_t *name, uint64_t pair, uint64_t key, VEC *even, VEC *odd) {
    VEC share, turn;
    for (int k = 0; k < PER; k += WIDE / 8) {
        NAMED(words) a, b;
        NAMED(philox)(*(const NAMED(words) *)(name + k), pair, key, &a, &b);
#if SINGLE
        for (int i = 0; i < WIDE / 8; i++)
            share[k + i] = (REAL)((a[i] >> 40) + 1) * (REAL)0x1p-24, turn[k + i] = (REAL)(b[i] >> 40) * (REAL)0x1p-24;
#else
        share = 2 - (VEC)(a >> 12 | (uint64_t)0x3ff0000000000000); /* of (0, 1] */
        turn = (VEC)(b >> 12 | (uint64_t)0x3ff0000000000000) - 1;
#endif
    }
    const VEC length = NAMED(vroot)(-2 * NAMED(vlog)(share)), angle = (turn - (REAL)0.5) * (REAL)6.283185307179586;
    *even = length * NAMED(vcos)(angle), *odd = length * NAMED(vsin)(angle);
}

/* The noise of step `step` of a tile, `anew` where that of the step before is not at hand. */
TARGET static void NAMED(draw_noise)(struct NAMED(driver) *m, int64_t at, int64_t count, int64_t step, int anew) {
    const struct NAMED(driven) *all = m->all;
    const struct drive *d = &all->phase->drive;
    const int odd = (int)(step & 1);
    for (int64_t k = 0; k < count; k += PER) {
        VEC *later = (VEC *)(all->later + at + k), now = *later;
        if (!odd || anew) {
            VEC other;
            NAMED(normals)(all->name + at + k, (uint64_t)step / 2, d->key, &now, &other);
            if (odd) now = other;
            else *later = other;
        }
        *(VEC *)(m->shaken + k) = now * *(const VEC *)(all->shake + at + k);
    }
}

/* What the driven nodes hold in a frame, into the table `to`; this thread's share of them. */
TARGET static void NAMED(load_frame)(struct NAMED(driver) *m, int to, int64_t frame, int64_t first, int64_t count, int64_t lanes) {
    struct NAMED(driven) *all = m->all;
    const struct phase *p = all->phase;
    const struct drive *d = &p->drive;
    const int64_t driven = d->inputs + d->currents;
    if (m->frame[to] == frame) return;
    m->frame[to] = frame;
    const REAL *values = (const REAL *)d->values + frame * p->batch * driven;
    for (int64_t k = driven * m->thread / p->threads; k < driven * (m->thread + 1) / p->threads; k++) {
        const int64_t row = k < d->inputs ? d->input_row[k] : 0;
        REAL *own = k < d->inputs ? all->s[to] + row * lanes : all->current[to] + (k - d->inputs) * lanes;
        for (int64_t lane = 0; lane < lanes; lane++) own[lane] = values[SAMPLE(lane) * driven + k];
        if (k >= d->inputs || !p->transfer) continue;
        const REAL *given[] = {own}; /* what a row sends, and no more: the vector may run over into rows of others */
        NAMED(spread)(&m->transfer, row, 1, lanes);
        NAMED(run)(&m->transfer, given, m->shaken, lanes);
        memcpy(all->sent[to] + row * lanes, m->shaken, lanes * sizeof(REAL));
        m->ready_at = -1;
    }
}

/* The state after a stage, of a tile: `x` is s, or s E, with the noise; `length` what the drift is multiplied by. */
TARGET static void NAMED(advance)(const struct NAMED(driver) *m, const REAL *x, REAL *to, REAL *sum, const REAL *push,
                                  int64_t count, int stage, int boxed, const double ends[2]) {
    const struct drive *d = &m->all->phase->drive;
    const VEC one_low = NAMED(splat)((REAL)ends[0]), one_high = NAMED(splat)((REAL)ends[1]);
    const VEC ahead = NAMED(splat)((REAL)(d->ahead[stage] * d->dt)), weight = NAMED(splat)((REAL)(d->weight[stage] * d->dt));
    const int last = stage == d->stages - 1;
    for (int64_t k = 0; k < count; k += PER) {
        const VEC low = boxed ? *(const VEC *)(m->least + k) : one_low, high = boxed ? *(const VEC *)(m->most + k) : one_high;
        const VEC from = *(const VEC *)(x + k), drift = *(const VEC *)(m->moved + k);
        VEC y;
        if (push) y = from + *(const VEC *)(push + k) * drift;
        else if (d->stages == 1) y = from + weight * drift;
        else {
            VEC *whole = (VEC *)(sum + k);
            *whole = (stage ? *whole : from) + weight * drift;
            y = from + ahead * drift;
            if (last) y = *whole;
        }
        *(VEC *)(to + k) = NAMED(box)(y, low, high);
    }
}

/* One stage of this thread's rows: from table `read` to `write`, `own` the one of the step. */
TARGET static void NAMED(stage)(struct NAMED(driver) *m, int own, int read, int write, int stage, int64_t frame, int64_t step,
                                int anew, const REAL *window, int64_t lanes) {
    struct NAMED(driven) *all = m->all;
    const struct phase *p = all->phase;
    const struct drive *d = &p->drive;
    const int64_t rows = ROWS_A_TILE(lanes), *indptr = p->recurrent.indptr;
    const REAL *sent = all->sent[read];
    const int fresh = m->held_frame != frame;
    int64_t current = m->first_current;
    m->held_frame = frame;
    for (int64_t first = m->low; first < m->high && !stopped(p->gate); first += rows) {
        const int64_t here = m->high - first < rows ? m->high - first : rows, at = first * lanes, count = here * lanes;
        const int64_t filled = (count + PER_LINE - 1) / PER_LINE * PER_LINE;
        if (m->thread == 0) check_signals(p, (indptr[first + here] - indptr[first] + 8 * here) * lanes);
        /* 1. The sums: what clamped nodes send and currents, where these have changed; then the others, now and before. */
        const int driven = p->clamped.indptr[first] < p->clamped.indptr[first + here] ||
                           (current < m->last_current && d->current_row[current] < first + here);
        if (fresh && driven) { /* of other rows it is 0, and stays so */
            NAMED(gather)(&p->clamped, sent, m->zero, all->base + at, first, first + here, lanes);
            for (; current < m->last_current && d->current_row[current] < first + here; current++)
                NAMED(add)(all->base + d->current_row[current] * lanes, all->current[read] + current * lanes, lanes);
        }
        NAMED(gather)(&p->recurrent, sent, all->base + at, m->total, first, first + here, lanes);
        if (d->lags) NAMED(gather)(&all->delayed, window, m->total, m->total, first, first + here, lanes);
        if (m->ready_at != first) {
            NAMED(spread)(&m->drift, first, here, lanes), NAMED(spread)(&m->transfer, first, here, lanes);
            for (int v = 0; v < p->variables; v++) NAMED(spread)(&m->variable[v].drift, first, here, lanes);
            NAMED(spread_box)(p, all->values, first, here, lanes, m->least, m->most);
            for (int64_t k = count; p->boxed && k < filled; k++) m->least[k] = m->most[k] = 0;
            m->ready_at = first;
        }
        /* 2. The drift of s and of each further variable, and what they become. */
        if (d->noise && !stage) NAMED(draw_noise)(m, at, filled, step, anew);
        const REAL *given[2 + MOST_VARIABLES] = {d->exponential ? m->zero : all->s[read] + at, m->total};
        NAMED(give_variables)(p, all->s[read] + at, given, lanes);
        for (int v = 0; v <= p->variables; v++) {
            const int64_t there = at + v * TABLE_ROWS(p) * lanes;
            const REAL *x = all->s[own] + there, *push = d->exponential ? all->push + there : 0;
            if (v) given[0] = all->s[read] + at, given[1 + v] = d->exponential ? m->zero : all->s[read] + there;
            NAMED(run)(v ? &m->variable[v - 1].drift : &m->drift, given, m->moved, count);
            if (v) given[1 + v] = all->s[read] + there;
            for (int64_t k = count; k < filled; k++) m->moved[k] = 0;
            const int shaken = d->noise && !v && !stage;
            if (shaken || push) {
                REAL *to = m->shaken; /* what is drawn is replaced by s, or s E, and that */
                for (int64_t k = 0; k < filled; k += PER) {
                    VEC start = *(const VEC *)(x + k);
                    if (push) start *= *(const VEC *)(all->decay + there + k);
                    if (shaken) start += *(const VEC *)(to + k);
                    *(VEC *)(to + k) = start;
                }
                x = to;
            }
            const double ends[2] = {v ? -INFINITY : p->low, v ? INFINITY : p->high};
            NAMED(advance)(m, x, all->s[write] + there, d->stages > 1 ? all->sum + there : 0, push, filled, stage, p->boxed && !v, ends);
        }
        /* 3. What the nodes send from now on. */
        const REAL *state[] = {all->s[write] + at};
        if (p->transfer) NAMED(run)(&m->transfer, state, all->sent[write] + at, count);
    }
}

/* This thread's rows of a table into the newest slot; the clamped ones by the first thread. */
TARGET static void NAMED(keep_sent)(const struct NAMED(driver) *m, const REAL *sent, REAL *slot, int64_t lanes) {
    const struct phase *p = m->all->phase;
    memcpy(slot + m->low * lanes, sent + m->low * lanes, (m->high - m->low) * lanes * sizeof(REAL));
    if (!m->thread) memcpy(slot + padded(p->free) * lanes, sent + padded(p->free) * lanes, (p->rows - padded(p->free)) * lanes * sizeof(REAL));
}

/* Copy a share of the recorded rows into a frame, some rows of each sample at a time. */
TARGET static void NAMED(keep_frame)(const struct NAMED(driver) *m, const REAL *s, int64_t first, int64_t count, int64_t frame,
                                     int64_t lanes) {
    const struct phase *p = m->all->phase;
    const int64_t from = p->watched * m->thread / p->threads, until = p->watched * (m->thread + 1) / p->threads;
    for (int64_t v = 0, all = p->watched * (1 + p->variables); v <= p->variables; v++)
        for (int64_t part = from; part < until; part += 16)
            for (int64_t lane = 0; lane < count; lane++) {
                REAL *to = (REAL *)p->frames + ((first + lane) * p->frame_count + frame) * all + v * p->watched;
                for (int64_t k = part; k < until && k < part + 16; k++)
                    to[k] = s[(v * TABLE_ROWS(p) + p->watched_row[k]) * lanes + lane];
            }
}

/* Put the states, what has been sent before, and what a step multiplies into tables. */
TARGET static void NAMED(load_driven)(struct NAMED(driver) *m, int64_t first, int64_t count, int64_t lanes) {
    struct NAMED(driven) *all = m->all;
    const struct phase *p = all->phase;
    const struct drive *d = &p->drive;
    const int64_t ranges[2][2] = {{m->low, m->high}, {m->thread ? p->nodes : p->free, p->nodes}};
    const REAL pad = p->low > 0 ? (REAL)p->low : p->high < 0 ? (REAL)p->high : 0;
    for (int k = 0; k < 3; k++) {
        for (int v = 0; v <= p->variables; v++) {
            REAL *table = all->s[k] + v * TABLE_ROWS(p) * lanes;
            for (int range = 0; range < 2; range++)
                NAMED(load)(p, (const REAL *)p->start + v * p->nodes, table, first, count, lanes, ranges[range][0], ranges[range][1]);
            if (!m->thread) NAMED(fill)(table + p->free * lanes, v ? 0 : pad, (padded(p->free) - p->free) * lanes);
        }
        if (p->transfer) NAMED(apply)(&m->transfer, all->s[k], all->sent[k], m->low, m->high, lanes);
        if (p->transfer && !m->thread) NAMED(apply)(&m->transfer, all->s[k], all->sent[k], padded(p->free), p->rows, lanes);
    }
    for (int v = 0; d->exponential && v <= p->variables; v++) {
        NAMED(by_node)(v ? &m->variable[v - 1].leak : &m->leak, m->leaks, m->low, m->high);
        for (int64_t row = m->low; row < padded(m->high); row++) {
            const double leak = row < m->high ? (double)m->leaks[row] : 0, phi = leak != 0 ? -expm1(-leak * d->dt) / leak : d->dt;
            const int64_t at = (v * TABLE_ROWS(p) + row) * lanes;
            NAMED(fill)(all->decay + at, (REAL)exp(-leak * d->dt), lanes), NAMED(fill)(all->push + at, (REAL)phi, lanes);
            const double own = leak != 0 ? sqrt(-expm1(-2 * leak * d->dt) / leak) : sqrt(2 * d->dt);
            if (d->noise && !v) NAMED(fill)(all->shake + row * lanes, (REAL)own, lanes);
        }
    }
    for (int64_t row = m->low; d->noise && row < m->high; row++)
        for (int64_t lane = 0; lane < lanes; lane++) {
            const REAL own = d->exponential ? all->shake[row * lanes + lane] : (REAL)sqrt(2 * d->dt);
            all->shake[row * lanes + lane] = own * ((const REAL *)d->noise)[p->node[row]];
            all->name[row * lanes + lane] = (uint64_t)SAMPLE(lane) << 32 | (uint64_t)p->node[row];
        }
    for (int64_t lag = 0; !m->thread && lag < d->lags; lag++)
        for (int64_t lane = 0; lane < lanes; lane++)
            for (int64_t k = 0; k < p->nodes; k++)
                all->past[(lag * TABLE_ROWS(p) + ROW_OF(p, k)) * lanes + lane] =
                    ((const REAL *)d->sent)[(SAMPLE(lane) * d->lags + lag) * p->nodes + p->node[k]];
    NAMED(fill)(all->base + m->low * lanes, 0, (m->high - m->low) * lanes);
    m->held_frame = m->ready_at = -1;
    for (int k = 0; k < 3; k++) m->frame[k] = -1;
}

/* Write where the samples have ended, and what has been sent, from slot `oldest` on. */
TARGET static void NAMED(unload_driven)(struct NAMED(driver) *m, int own, int64_t oldest, int64_t first, int64_t count, int64_t lanes) {
    const struct NAMED(driven) *all = m->all;
    const struct phase *p = all->phase;
    const struct drive *d = &p->drive;
    for (int v = 0; v <= p->variables; v++) {
        const REAL *table = all->s[own] + v * TABLE_ROWS(p) * lanes;
        NAMED(unload_all)(p, table, v * p->nodes, first, count, lanes, m->low, m->high);
        if (!m->thread) NAMED(unload_all)(p, table, v * p->nodes, first, count, lanes, p->free, p->nodes);
    }
    for (int64_t lag = 0; !m->thread && lag < d->lags; lag++)
        for (int64_t lane = 0; lane < count; lane++)
            for (int64_t k = 0; k < p->nodes; k++)
                ((REAL *)d->sent)[((first + lane) * d->lags + lag) * p->nodes + p->node[k]] =
                    all->past[((oldest + lag) * TABLE_ROWS(p) + ROW_OF(p, k)) * lanes + lane];
}

/* Take the samples `first` to `first + count` through all steps. */
TARGET static void NAMED(drive_samples)(struct NAMED(driver) *m, int64_t first, int64_t count) {
    struct NAMED(driven) *all = m->all;
    const struct phase *p = all->phase;
    const struct drive *d = &p->drive;
    const int64_t lanes = NAMED(lanes_for)(count), slot = TABLE_ROWS(p) * lanes;
    int own = 0;
    int64_t oldest = 0, frame = d->frame;
    NAMED(load_driven)(m, first, count, lanes);
    NAMED(load_frame)(m, 0, d->which[0], first, count, lanes);
    meet(p->gate, p->threads);
    if (d->lags) NAMED(keep_sent)(m, all->sent[0], all->past + d->lags * slot, lanes);
    if (d->lags) meet(p->gate, p->threads);
    for (int64_t step = 0; step < p->steps; step++) {
        int read = own;
        for (int stage = 0; stage < d->stages; stage++) {
            const int64_t now = step * d->stages + stage;
            int write = 0;
            while (write == read || write == own) write++;
            NAMED(stage)(m, own, read, write, stage, d->which[now], d->step + step, !step, all->past + (oldest + stage) * slot, lanes);
            if (now + 1 < p->steps * d->stages) NAMED(load_frame)(m, write, d->which[now + 1], first, count, lanes);
            meet(p->gate, p->threads);
            if (stopped(p->gate)) return;
            read = write;
        }
        own = read;
        if (d->lags) { /* the window moves on; at the end of the slots, back to their beginning */
            oldest++;
            if (oldest + d->lags == SLOTS(d)) {
                for (int64_t lag = 0; lag < d->lags; lag++)
                    NAMED(keep_sent)(m, all->past + (oldest + lag) * slot, all->past + lag * slot, lanes);
                oldest = 0;
            }
            NAMED(keep_sent)(m, all->sent[own], all->past + (oldest + d->lags) * slot, lanes);
            meet(p->gate, p->threads);
        }
        if (p->every && (d->step + step + 1) % p->every == 0) NAMED(keep_frame)(m, all->s[own], first, count, frame++, lanes);
    }
    NAMED(unload_driven)(m, own, oldest, first, count, lanes);
    meet(p->gate, p->threads);
}

TARGET static void *NAMED(take_driver)(void *given) {
    struct NAMED(driver) *m = given;
    const struct phase *p = m->all->phase;
    const struct NAMED(ready) *programs[] = {&m->drift, &m->transfer, &m->leak};
    for (int k = 0; k < 3; k++) NAMED(prepare)(programs[k], p, m->all->values);
    for (int v = 0; v < p->variables; v++) {
        NAMED(prepare)(&m->variable[v].drift, p, m->all->values);
        NAMED(prepare)(&m->variable[v].leak, p, m->all->values);
    }
    for (int64_t first = 0; first < p->batch && !stopped(p->gate); first += LANES)
        NAMED(drive_samples)(m, first, p->batch - first < LANES ? p->batch - first : LANES);
    return 0;
}

TARGET static int NAMED(run_driven)(struct phase *p) {
    struct NAMED(driven) all = {.phase = p};
    struct NAMED(driver) parts[MOST_THREADS] = {{0}};
    struct workspace w = {0};
    struct drive *d = &p->drive;
    for (int pass = 0; pass < 2; pass++) {
        const int64_t lanes = NAMED(lanes_for)(p->batch < LANES ? p->batch : LANES);
        w.used = 0, w.tile = tile_bytes(ONE_ROW(p) * lanes * (int64_t)sizeof(REAL));
        NAMED(cut_driven)(&w, p, &all, lanes);
        for (int64_t t = 0; t < p->threads; t++) NAMED(cut_driver)(&w, p, &parts[t]);
        if (!pass && provide(&w)) return -1;
    }
    NAMED(node_values)(p, all.values);
    p->recurrent.alike = find_alike(&p->recurrent, p->free, all.alike);
    p->clamped.alike = find_alike(&p->clamped, p->free, all.clamped_alike);
    if (d->lags) { /* an edge with a lag comes from a row of an older slot, `lags` slots lying before that of now */
        all.delayed = d->delayed, all.delayed.other = all.from;
        for (int64_t k = 0; k < d->delayed.indptr[p->free]; k++)
            all.from[k] = (int32_t)((d->lags - d->lag[k]) * TABLE_ROWS(p) + d->delayed.other[k]);
    }
    for (int64_t t = 0; t < p->threads; t++) {
        struct NAMED(driver) *m = &parts[t];
        m->all = &all, m->thread = t;
        m->low = t ? parts[t - 1].high : 0;
        m->high = t + 1 == p->threads ? p->free : row_after(p, t + 1);
        while (m->first_current < d->currents && d->current_row[m->first_current] < m->low) m->first_current++;
        m->last_current = m->first_current;
        while (m->last_current < d->currents && d->current_row[m->last_current] < m->high) m->last_current++;
    }
    const int failed = together(p, NAMED(take_driver), parts, sizeof *parts);
    free(w.block);
    return failed;
}
#undef SLOTS
