/* The linear response of an equilibrium; included once for each number type and instruction set.

   At the free equilibrium, d = ds/dbeta of the network whose edges are turned round fulfils J' d + F = 0, with

       J' = diag(dg/ds) + diag(f') W' diag(dg/dI).

   Further variables are at rest with it: the programs of both slopes say how the drift moves with them (Dynamics.rest_slope).

   Euler's steps follow dd/dt = J' d + F, each edge carrying activity from post to pre; or Gauss-Seidel solves it, in sweeps
   from the outputs back, rows in the order of the visits: in one sweep where no cycle is. A node that its drift presses
   against the box answers nothing but a pull back into it, and that by the share `lift`. The residual is relative to the
   sample's largest force. Of a contrast, (after - before) / width of two phases as d, the residual alone is found. */

struct NAMED(response) {
    const struct phase *phase;
    int64_t lanes, period;
    int implicit, chooses; /* whether steps are semi-implicit; whether a sample has no length of a step yet */
    REAL *s, *sent, *new, *new_sent, *sums, *late; /* rows x lanes: d, dg/dI d, and what comes back along the edges */
    REAL *own, *slope_in, *sending, *source, *side, *values; /* dg/ds, dg/dI, f', F; -1 or 1 where the box holds */
    REAL *further[MOST_VARIABLES]; /* rows x lanes: each further variable at the equilibrium */
    REAL *total, *worst, *dt, *zero, *least, *most;
    struct NAMED(ready) drift, transfer, leak, slope_s, slope_I, transfer_slope;
};

TARGET static void NAMED(cut_response)(struct workspace *w, const struct phase *p, struct NAMED(response) *m, int64_t lanes) {
    const int64_t table = (padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL);
    VEC *pool = cut(w, most_temporaries(p) * w->tile);
    REAL **tables[] = {&m->s, &m->sent, &m->new, &m->new_sent, &m->sums, &m->late, &m->own, &m->slope_in, &m->sending, &m->source, &m->side};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) *tables[k] = cut(w, table);
    for (int v = 0; v < p->variables; v++) m->further[v] = cut(w, table);
    m->values = cut(w, NAMED(values_bytes)(p));
    m->total = cut(w, w->tile), m->zero = cut(w, w->tile), m->least = cut(w, w->tile), m->most = cut(w, w->tile);
    m->worst = cut(w, LANES * (int64_t)sizeof(REAL)), m->dt = cut(w, LANES * (int64_t)sizeof(REAL));
    struct NAMED(ready) *ready[] = {&m->drift, &m->transfer, &m->leak, &m->slope_s, &m->slope_I, &m->transfer_slope};
    const struct program *programs[] = {p->drift, p->transfer, p->leak, p->slope_s, p->slope_in, p->transfer_slope};
    for (size_t k = 0; k < sizeof ready / sizeof *ready; k++) *ready[k] = NAMED(cut_program)(w, programs[k], p->rows, pool);
}

/* dg/ds, dg/dI, f' and F of every row, and the side on which the box holds it, at the equilibria of the lanes. */
TARGET static void NAMED(linearise_response)(struct NAMED(response) *m, int64_t first, int64_t count) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes, rows = ROWS_A_TILE(lanes);
    const VEC zero = {0};
    NAMED(load)(p, p->start, m->s, first, count, lanes, 0, p->nodes);
    for (int v = 0; v < p->variables; v++)
        NAMED(load)(p, (const REAL *)p->start + (1 + v) * p->nodes, m->further[v], first, count, lanes, 0, p->nodes);
    if (p->transfer) NAMED(apply)(&m->transfer, m->s, m->sent, 0, p->rows, lanes);
    else memcpy(m->sent, m->s, (padded(p->rows) + ROWS) * lanes * sizeof(REAL));
    memset(m->source, 0, p->free * lanes * sizeof(REAL));
    NAMED(fill)(m->worst, 0, m->period);
    for (int64_t k = 0; k < p->outputs; k++)
        for (int64_t lane = 0; lane < lanes; lane++)
            m->source[p->output_row[k] * lanes + lane] =
                ((const REAL *)p->target)[SAMPLE(lane) * p->columns + p->output_column[k]];
    for (int64_t row = 0; row < p->free; row += rows) {
        const int64_t here = p->free - row < rows ? p->free - row : rows, at = row * lanes, vectors = here * lanes;
        NAMED(gather)(&p->clamped, m->sent, m->zero, m->total, row, row + here, lanes);
        NAMED(gather)(&p->recurrent, m->sent, m->total, m->total, row, row + here, lanes);
        const REAL *given[2 + MOST_VARIABLES] = {m->s + at, m->total};
        for (int v = 0; v < p->variables; v++) given[2 + v] = m->further[v] + at;
        const struct NAMED(ready) *of_row[] = {&m->drift, &m->slope_s, &m->slope_I};
        REAL *to[] = {m->side + at, m->own + at, m->slope_in + at};
        for (int k = 0; k < 3; k++) {
            NAMED(spread)(of_row[k], row, here, lanes);
            NAMED(run)(of_row[k], given, to[k], vectors);
        }
        NAMED(spread)(&m->transfer_slope, row, here, lanes);
        NAMED(run)(&m->transfer_slope, given, m->sending + at, vectors);
        for (int64_t k = 0; m->chooses && k < vectors; k++) { /* the largest slope of each lane, for its steps */
            const REAL slope = m->own[at + k] < 0 ? -m->own[at + k] : m->own[at + k];
            if (slope > m->worst[k % lanes]) m->worst[k % lanes] = slope;
        }
        NAMED(spread_box)(p, m->values, row, here, lanes, m->least, m->most);
        for (int64_t k = at; k < at + vectors; k += PER) {
            const VEC x = AT(m->s), drift = AT(m->side), least = AT(m->least - at), most = AT(m->most - at);
            const MASK down = (MASK)(x <= least) & (MASK)(drift < zero), up = (MASK)(x >= most) & (MASK)(drift > zero);
            AT(m->side) = NAMED(pick)(down, zero - 1, NAMED(pick)(up, zero + 1, zero));
            /* A held node that nothing would bring to rest answers nothing. */
            const MASK idle = (down | up) & (MASK)(AT(m->own) >= zero);
            AT(m->own) = NAMED(pick)(idle, zero - 1, AT(m->own));
            AT(m->sending) = NAMED(pick)(idle, zero, AT(m->sending));
            AT(m->source) = NAMED(pick)(idle, zero, AT(m->source));
        }
        for (int64_t k = at + vectors; k % PER_LINE; k++) /* numbers beyond the rows stay at 0 */
            m->own[k] = -1, m->slope_in[k] = m->sending[k] = m->source[k] = m->side[k] = 0;
    }
}

/* The part of a pull that a node answers: all, or where the box holds it the share `lift` of one back into the box. */
TARGET static inline VEC NAMED(lifted)(VEC pull, VEC side, VEC lift) {
    const VEC zero = {0}, back = lift * pull;
    const MASK low = (MASK)(side < zero), high = (MASK)(side > zero);
    const VEC held = NAMED(pick)((low & (MASK)(pull > zero)) | (high & (MASK)(pull < zero)), back, zero);
    return NAMED(pick)(low | high, held, pull);
}

/* How the drift of a node answers its own d, what it sends to itself included: all of that, or the share `lift` where the
   box holds it. */
TARGET static inline VEC NAMED(own_slope)(const struct NAMED(response) *m, int64_t k, REAL loop, VEC lift) {
    const VEC looped = AT(m->slope_in) * loop * AT(m->sending);
    return AT(m->own) + NAMED(pick)((MASK)(AT(m->side) == 0), looped, lift * looped);
}

/* One of Euler's steps of every row; the largest residual of every lane into `worst`. */
TARGET static void NAMED(relax_response)(struct NAMED(response) *m) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes, rows = ROWS_A_TILE(lanes);
    const VEC lift = NAMED(splat)((REAL)p->lift);
    NAMED(fill)(m->worst, 0, m->period);
    const int64_t *indptr = p->transposed.indptr;
    for (int64_t row = 0; row < p->free && !stopped(p->gate); row += rows) {
        const int64_t here = p->free - row < rows ? p->free - row : rows, at = row * lanes, count = here * lanes;
        check_signals(p, (indptr[row + here] - indptr[row] + 8 * here) * lanes);
        NAMED(gather)(&p->transposed, m->sent, m->zero, m->total, row, row + here, lanes);
        for (int64_t k = count; k % PER_LINE; k++) m->total[k] = 0;
        for (int64_t t = 0, lane = 0; t < count; t += PER, lane = NEXT(lane, m->period)) {
            const int64_t k = at + t;
            const VEC dt = *(const VEC *)(m->dt + lane), d = AT(m->s);
            const VEC sum = AT(m->source) + AT(m->sending) * *(const VEC *)(m->total + t);
            const VEC pull = NAMED(lifted)(sum, AT(m->side), lift), rest = pull + AT(m->own) * d;
            const VEC next = m->implicit ? (d + dt * pull) / (1 - dt * AT(m->own)) : d + dt * rest;
            AT(m->new) = next, AT(m->new_sent) = AT(m->slope_in) * next;
            VEC *worst = (VEC *)(m->worst + lane);
            *worst = NAMED(worse)(*worst, NAMED(magnitude)(rest));
        }
    }
    NAMED(fold)(m->worst, lanes);
    REAL *swap = m->s;
    m->s = m->new, m->new = swap, swap = m->sent, m->sent = m->new_sent, m->new_sent = swap;
}

/* One sweep of Gauss-Seidel over every row, the last visited first; the largest residual of every lane into `worst`.

   What comes from rows visited after a row is summed at the end: for the residual, and for the next sweep. */
TARGET static void NAMED(sweep_response)(struct NAMED(response) *m) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes;
    const VEC lift = NAMED(splat)((REAL)p->lift), zero = {0}, inf = NAMED(splat)((REAL)INFINITY);
    const REAL *loops = p->loops;
    REAL state[LANES + LINE], send[LANES + LINE], sum[LANES + LINE];
    NAMED(fill)(m->worst, 0, m->period);
    for (int64_t row = p->free - 1; row >= 0 && !stopped(p->gate); row--) {
        const int64_t at = row * lanes;
        check_signals(p, (p->forward.indptr[row + 1] - p->forward.indptr[row] + 8) * lanes);
        NAMED(gather)(&p->forward, m->sent, m->late + at, sum, row, row + 1, lanes);
        memcpy(m->sums + at, sum, lanes * sizeof(REAL));
        for (int64_t t = 0; t < lanes; t += PER) {
            const int64_t k = at + t;
            const VEC side = AT(m->side), slope = NAMED(own_slope)(m, k, loops[row], lift);
            const VEC pull = AT(m->source) + AT(m->sending) * *(const VEC *)(sum + t);
            *(VEC *)(state + t) = NAMED(lifted)(pull, side, lift) / -slope;
            *(VEC *)(send + t) = AT(m->slope_in) * *(VEC *)(state + t);
        }
        memcpy(m->s + at, state, lanes * sizeof(REAL)), memcpy(m->sent + at, send, lanes * sizeof(REAL));
    }
    for (int64_t row = 0; row < p->free && !stopped(p->gate); row++) {
        const int64_t at = row * lanes;
        check_signals(p, (p->feedback.indptr[row + 1] - p->feedback.indptr[row] + 8) * lanes);
        NAMED(gather)(&p->feedback, m->sent, m->zero, sum, row, row + 1, lanes);
        for (int64_t t = 0; t < lanes; t += PER) {
            const int64_t k = at + t;
            const VEC side = AT(m->side), slope = NAMED(own_slope)(m, k, loops[row], lift);
            const VEC change = *(const VEC *)(sum + t) - AT(m->late);
            const VEC pull = AT(m->source) + AT(m->sending) * (AT(m->sums) + change);
            VEC rest = NAMED(magnitude)(NAMED(lifted)(pull, side, lift) + slope * AT(m->s));
            rest = NAMED(pick)((MASK)(change == zero), zero, rest); /* else it was solved */
            rest = NAMED(pick)((MASK)(slope < zero), rest, inf);    /* where a node has no rest, there is no answer */
            for (int64_t lane = t; lane < lanes && lane < t + PER; lane++) {
                const REAL had = m->worst[lane], here = rest[lane - t];
                m->worst[lane] = here > had || here != here ? here : had;
            }
        }
        memcpy(m->late + at, sum, lanes * sizeof(REAL));
    }
}

/* The response of the samples `first` to `first + count`. */
TARGET static void NAMED(respond)(struct NAMED(response) *m, int64_t first, int64_t count) {
    const struct phase *p = m->phase;
    const int64_t lanes = NAMED(lanes_for)(count), bytes = (padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL);
    double scale[LANES], rest;
    int live[LANES];
    int64_t running = count;
    m->lanes = lanes, m->period = NAMED(period)(lanes);
    NAMED(linearise_response)(m, first, count);
    for (int64_t k = 0; k < m->period; k++) {
        double *dt = &p->dt[SAMPLE(k % lanes)];
        if (*dt != *dt) *dt = step_length(m->implicit, m->worst[k % lanes]);
        m->dt[k] = (REAL)*dt;
    }
    for (int64_t lane = 0; lane < count; lane++) {
        scale[lane] = 0, live[lane] = 1;
        for (int64_t row = 0; row < p->free; row++) {
            const double force = fabs((double)m->source[row * lanes + lane]);
            scale[lane] = force > scale[lane] ? force : scale[lane];
            ((REAL *)p->slopes)[(first + lane) * p->nodes + p->node[row]] = m->slope_in[row * lanes + lane];
        }
        scale[lane] = scale[lane] > 0 ? scale[lane] : 1;
    }
    REAL *const tables[] = {m->s, m->sent, m->new, m->new_sent, m->late, m->sums};
    for (int k = 0; k < 6; k++) memset(tables[k], 0, bytes);
    if (p->width) { /* what two phases say d is, of the nodes that move, instead of a solution */
        for (int64_t lane = 0; lane < lanes; lane++)
            for (int64_t row = 0; row < p->free; row++) {
                const int64_t k = row * lanes + lane, at = SAMPLE(lane) * p->nodes + p->node[row];
                const double away = (double)((const REAL *)p->after)[at] - ((const REAL *)p->before)[at];
                m->s[k] = m->side[k] == 0 ? (REAL)(away / p->width[SAMPLE(lane)]) : 0;
                m->sent[k] = m->slope_in[k] * m->s[k];
            }
        NAMED(relax_response)(m);
        for (int64_t lane = 0; lane < count; lane++) p->residual[first + lane] = m->worst[lane] / scale[lane];
        return;
    }
    for (int64_t step = 1; step <= p->steps && running; step++) {
        (p->sweeps ? NAMED(sweep_response) : NAMED(relax_response))(m);
        if (stopped(p->gate)) return;
        for (int64_t lane = 0; lane < count; lane++) {
            rest = m->worst[lane] / scale[lane];
            const int settled = (p->sweeps && rest == 0) || (p->tol > 0 && rest <= p->tol), lost = !(rest < LARGEST);
            if (!live[lane] || !(settled || lost || step == p->steps)) continue;
            live[lane] = 0, running--;
            p->residual[first + lane] = rest, p->n_steps[first + lane] = step;
            p->status[first + lane] = lost ? DIVERGED : settled ? CONVERGED : STEP_LIMIT;
            NAMED(unload)(p, m->s, 0, first + lane, lane, lanes, 0, p->nodes);
        }
    }
}

TARGET static int NAMED(run_response)(struct phase *p) {
    struct NAMED(response) m = {.phase = p};
    struct workspace w = {0};
    const int64_t lanes = NAMED(lanes_for)(p->batch < LANES ? p->batch : LANES);
    for (int pass = 0; pass < 2; pass++) {
        w.used = 0, w.tile = tile_bytes((padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL));
        NAMED(cut_response)(&w, p, &m, lanes);
        if (!pass && provide(&w)) return -1;
    }
    NAMED(node_values)(p, m.values);
    NAMED(fill_box)(p, w.tile, m.least, m.most);
    const struct NAMED(ready) *of_nodes[] = {&m.drift, &m.transfer, &m.leak, &m.slope_s, &m.slope_I, &m.transfer_slope};
    for (size_t k = 0; k < sizeof of_nodes / sizeof *of_nodes; k++) NAMED(prepare)(of_nodes[k], p, m.values);
    double least = NAN, pulled;
    if (p->leak && p->implicit < 0) NAMED(least_leaks)(p, &m.leak, m.late, &least, &pulled);
    m.implicit = p->implicit < 0 ? least >= 0 : p->implicit;
    for (int64_t k = 0; k < p->batch; k++) m.chooses |= p->dt[k] != p->dt[k];
    for (int64_t first = 0; first < p->batch && !stopped(p->gate); first += LANES)
        NAMED(respond)(&m, first, p->batch - first < LANES ? p->batch - first : LANES);
    free(w.block);
    return stopped(p->gate) ? -3 : 0;
}
