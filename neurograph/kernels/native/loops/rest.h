/* Where a node's own equation is at rest, G(x) = 0 (gauss_seidel.h), for a run of rows; included once for each number type
   and instruction set. */



struct NAMED(sweep) {
    const struct phase *phase;
    int64_t lanes, period;
    REAL *s, *sent, *base, *sums, *late; /* rows x lanes; I so far, and the part of it from nodes visited later */
    REAL *anchor, *slope_sent, *slope_in, *away_sent, *away_in, *turned, *turned_late; /* of a transposed phase */
    REAL *nudge, *target, *rest_force, *values, *leaks;
    struct NAMED(pull) pull;
    struct NAMED(ready) drift, transfer, leak, slope_s, slope_I, transfer_slope, force_slope, force_coupling, normaliser_slope;
    REAL *x, *input, *value, *slope, *extra, *own, *loop, *low, *high, *active, *one, *two, *three, *zero, *least, *most; /* tiles */
    REAL *others, *worst;
};

TARGET static void NAMED(cut_sweep)(struct workspace *w, const struct phase *p, struct NAMED(sweep) *m, int64_t lanes) {
    const int64_t table = (padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL), turned = p->anchor ? table : 0;
    VEC *pool = cut(w, most_temporaries(p) * w->tile);
    REAL **tables[] = {&m->s, &m->base, &m->sums, &m->late};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) *tables[k] = cut(w, table);
    m->sent = p->transfer ? cut(w, table) : m->s;
    REAL **of_anchor[] = {&m->anchor, &m->slope_sent, &m->slope_in, &m->away_sent, &m->away_in, &m->turned, &m->turned_late};
    for (size_t k = 0; k < sizeof of_anchor / sizeof *of_anchor; k++) *of_anchor[k] = cut(w, turned);
    REAL **tiles[] = {&m->x, &m->input, &m->value, &m->slope, &m->extra, &m->own, &m->loop, &m->low, &m->high, &m->active, &m->one, &m->two, &m->three, &m->zero, &m->least, &m->most};
    for (size_t k = 0; k < sizeof tiles / sizeof *tiles; k++) *tiles[k] = cut(w, w->tile);
    m->nudge = cut(w, LANES * (int64_t)sizeof(REAL)), m->worst = cut(w, LANES * (int64_t)sizeof(REAL));
    m->others = cut(w, LANES * (int64_t)sizeof(REAL));
    m->target = cut(w, p->outputs * lanes * (int64_t)sizeof(REAL));
    m->rest_force = cut(w, p->outputs * lanes * (int64_t)sizeof(REAL));
    m->values = cut(w, NAMED(values_bytes)(p));
    m->leaks = cut(w, p->leak ? padded(p->rows) * (int64_t)sizeof(REAL) : 0);
    NAMED(cut_pull)(w, p, &m->pull, lanes, pool);
    struct NAMED(ready) *ready[] = {&m->drift, &m->transfer, &m->leak, &m->slope_s, &m->slope_I, &m->transfer_slope};
    const struct program *programs[] = {p->drift, p->transfer, p->leak, p->slope_s, p->slope_in, p->transfer_slope};
    for (size_t k = 0; k < sizeof ready / sizeof *ready; k++) *ready[k] = NAMED(cut_program)(w, programs[k], p->rows, pool);
    m->force_slope = NAMED(cut_program)(w, p->force_slope, 0, pool);
    m->force_coupling = NAMED(cut_program)(w, p->force_coupling, 0, pool);
    m->normaliser_slope = NAMED(cut_program)(w, p->normaliser_slope, 0, pool);
}

#define TILE_LOOP(count) for (int64_t k = 0; k < (count); k += PER)
#define AT(table) (*(VEC *)((table) + k))

/* x = what a node sends at x, into `to`. */
TARGET static void NAMED(sent_at)(const struct NAMED(sweep) *m, const REAL *x, REAL *to, int64_t count) {
    const REAL *given[] = {x};
    if (m->phase->transfer) NAMED(run)(&m->transfer, given, to, count);
    else memcpy(to, x, count * sizeof(REAL));
}

/* Put rows of a tile into a table, and what follows from them: what they send, and how far they are from the anchor. */
TARGET static void NAMED(place)(const struct NAMED(sweep) *m, int64_t first, int64_t count) {
    const int64_t at = first * m->lanes, bytes = count * (int64_t)sizeof(REAL);
    memcpy(m->s + at, m->x, bytes);
    if (m->phase->transfer) {
        NAMED(sent_at)(m, m->x, m->one, count);
        memcpy(m->sent + at, m->one, bytes);
    }
    if (!m->phase->anchor) return;
    TILE_LOOP(count) {
        const VEC away = AT(m->x) - AT(m->anchor + at);
        AT(m->one) = AT(m->slope_sent + at) * away, AT(m->two) = AT(m->slope_in + at) * away;
    }
    memcpy(m->away_sent + at, m->one, bytes), memcpy(m->away_in + at, m->two, bytes);
}

/* What some edges add to (J' - J)(s - s*) of some rows, into the tile `to`: in along `in`, back along `back`. */
TARGET static void NAMED(transposed_term)(const struct NAMED(sweep) *m, const struct edges *in, const struct edges *back,
                                          int64_t first, int64_t rows, REAL *to) {
    const int64_t lanes = m->lanes, at = first * lanes;
    NAMED(gather)(in, m->away_sent, m->zero, m->one, first, first + rows, lanes);
    NAMED(gather)(back, m->away_in, m->zero, m->two, first, first + rows, lanes);
    TILE_LOOP(rows * lanes) {
        const VEC carried = AT(m->slope_in + at) * AT(m->one);
        AT(to) = AT(m->slope_sent + at) * AT(m->two) - carried;
    }
}

/* log(exp(a) + exp(b)) */
TARGET static VEC NAMED(log_add)(VEC a, VEC b) {
    const VEC top = NAMED(pick)((MASK)(a > b), a, b);
    return top + NAMED(vlog)(1 + NAMED(vexp)(-NAMED(magnitude)(a - b)));
}

/* G and dG/dx of a run of rows at `x`, into `value` and `slope`; `output` is that of a run of one whose force is no line. */
TARGET static void NAMED(equation)(const struct NAMED(sweep) *m, int64_t at, int64_t count, int loops, int64_t output) {
    const struct phase *p = m->phase;
    const REAL *I = m->sums + at;
    if (loops) { /* 1. What the nodes send to themselves. */
        NAMED(sent_at)(m, m->x, m->one, count);
        TILE_LOOP(count) AT(m->input) = AT(m->sums + at) + AT(m->loop) * AT(m->one);
        I = m->input;
    }
    const REAL *given[] = {m->x, I};
    NAMED(run)(&m->drift, given, m->value, count); /* 2. The drift, and its slope along x. */
    NAMED(run)(&m->slope_s, given, m->slope, count);
    if (loops) {
        NAMED(run)(&m->slope_I, given, m->one, count);
        NAMED(run)(&m->transfer_slope, given, m->two, count);
        TILE_LOOP(count) AT(m->slope) += AT(m->one) * AT(m->loop) * AT(m->two);
    }
    TILE_LOOP(count) { /* 3. What the edges turned round and a force that is a line add. */
        AT(m->value) += AT(m->extra) - AT(m->own) * AT(m->x);
        AT(m->slope) -= AT(m->own);
    }
    if (output < 0) return;
    /* 4. Another force, at the log share that this output has with x where the others are. */
    const REAL *y = m->target + output * m->lanes;
    const REAL *of_output[] = {m->x, y, m->three};
    if (p->normaliser) {
        NAMED(run)(&m->pull.normaliser, given, m->one, count);
        TILE_LOOP(count) AT(m->three) = AT(m->one) - NAMED(log_add)(AT(m->others), AT(m->one));
    }
    NAMED(run)(&m->pull.force, of_output, m->two, count);
    TILE_LOOP(count) {
        const VEC beta = AT(m->nudge);
        AT(m->value) += NAMED(pick)((MASK)(beta != 0), beta * AT(m->two), (VEC){0});
    }
    NAMED(run)(&m->force_slope, of_output, m->two, count);
    TILE_LOOP(count) {
        const VEC beta = AT(m->nudge);
        AT(m->slope) += NAMED(pick)((MASK)(beta != 0), beta * AT(m->two), (VEC){0});
    }
    if (!p->normaliser) return;
    NAMED(run)(&m->force_coupling, of_output, m->two, count);
    TILE_LOOP(count) AT(m->input) = NAMED(vsigmoid)(AT(m->others) - AT(m->one)); /* what of the shares is others' */
    NAMED(run)(&m->normaliser_slope, given, m->one, count);
    TILE_LOOP(count) {
        const VEC beta = AT(m->nudge);
        AT(m->slope) += NAMED(pick)((MASK)(beta != 0), beta * AT(m->two) * (AT(m->input) * AT(m->one)), (VEC){0});
    }
}

/* Newton's method on every number of a run by itself, from `x` on, within the bracket low < x < high of the points at
   which G was above and below 0; halved where a step would leave it, and gone on from by doubling where it is open. */
TARGET static void NAMED(find_rest)(const struct NAMED(sweep) *m, int64_t at, int64_t count, int loops, int64_t output) {
    const VEC inf = NAMED(splat)((REAL)INFINITY), half = NAMED(splat)((REAL)0.5), zero = {0};
    const REAL close = SINGLE ? (REAL)6e-8 : (REAL)2e-16;
    TILE_LOOP(count) {
        AT(m->x) = NAMED(box)(AT(m->x), AT(m->least), AT(m->most));
        AT(m->low) = -inf, AT(m->high) = inf, *(MASK *)(m->active + k) = ~(MASK){0};
    }
    for (int trial = 0; trial < TRIALS; trial++) {
        int left = 0;
        NAMED(equation)(m, at, count, loops, output);
        TILE_LOOP(count) {
            const VEC x = AT(m->x), value = AT(m->value), slope = AT(m->slope);
            const MASK up = (MASK)(value > zero), down = (MASK)(value < zero);
            MASK active = *(MASK *)(m->active + k) & (up | down);
            const VEC low = NAMED(pick)(active & up, x, AT(m->low)), high = NAMED(pick)(active & down, x, AT(m->high));
            AT(m->low) = low, AT(m->high) = high;
            VEC next = NAMED(pick)((MASK)(slope < zero), x - value / slope, NAMED(pick)(up, high, low));
            next = NAMED(box)(next, AT(m->least), AT(m->most));
            active &= (MASK)(next != x);
            const MASK out = ~((MASK)(low < next) & (MASK)(next < high));
            const MASK open = (MASK)(low == -inf) | (MASK)(high == inf);
            const VEC further = (1 + 3 * NAMED(magnitude)(x)) * NAMED(pick)(up, zero + 1, zero - 1);
            next = NAMED(pick)(out, NAMED(pick)(open, x + further, half * (low + high)), next);
            AT(m->x) = NAMED(pick)(active, next, x);
            active &= (MASK)(NAMED(magnitude)(next - x) > close * NAMED(magnitude)(x));
            *(MASK *)(m->active + k) = active;
            for (int lane = 0; lane < PER; lane++) left |= k + lane < count && active[lane];
        }
        if (!left) return;
    }
}
