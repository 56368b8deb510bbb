/* Gauss-Seidel over one phase; included once for each number type and instruction set.

   Rows stand in the order of the visits. At a visit a node goes where its own equation is at rest with what the others
   send now,

       G(x) = g(x, I + w f(x)) + beta F(x) + (J' - J)(s - s*) = 0,   projected on the box,

   w the weight of its edge to itself. Where g = A - L x, F = F(0) - k x and w = 0, x = (A + beta F(0)) / (L + beta k);
   else Newton's method finds it, within the bracket of the points seen. No edge joins two nodes of a colour, so its rows
   move at once; outputs whose forces are coupled move one after another. What comes from nodes that are visited later is
   summed at the end of a sweep: for the residual, and for the next sweep. So each edge is visited once a sweep, and the
   residual, max_j |G_j| over the nodes that the box does not hold, is that of the state as it is. Blocks, the strongly
   connected components, are settled one after another. A lane that has stopped moves on unseen until the others have,
   and is put back before the next block. */

/* Move a run of rows of one kind to where their own equations are at rest. */
TARGET static void NAMED(relax_run)(const struct NAMED(sweep) *m, int64_t first, int64_t rows, int direct, int64_t output) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes, at = first * lanes, count = rows * lanes;
    const REAL *loops = p->loops;
    int looped = 0;
    check_signals(p, (direct ? 8 : NEWTON) * count);
    memset(m->extra, 0, (count + PER) * sizeof(REAL)), memset(m->own, 0, (count + PER) * sizeof(REAL));
    /* 1. What the edges turned round add. */
    if (p->anchor) {
        NAMED(transposed_term)(m, &p->forward, &p->feedback_back, first, rows, m->extra);
        TILE_LOOP(count) AT(m->extra) += AT(m->turned_late + at);
        memcpy(m->turned + at, m->extra, count * sizeof(REAL));
    }
    /* 2. What a nudge adds whose force is a line: beta F(0) and beta k. */
    for (int64_t k = 0; p->nudged && p->stiff && k < p->outputs; k++) {
        const int64_t row = p->output_row[k] - first;
        if (row < 0 || row >= rows) continue;
        NAMED(add)(m->extra + row * lanes, m->rest_force + k * lanes, lanes);
        for (int64_t lane = 0; lane < lanes; lane++) m->own[row * lanes + lane] = (REAL)p->stiffness * m->nudge[lane];
    }
    NAMED(spread)(&m->drift, first, rows, lanes);
    NAMED(spread)(&m->transfer, first, rows, lanes);
    NAMED(spread_box)(p, m->values, first, rows, lanes, m->least, m->most);
    memcpy(m->x, m->s + at, count * sizeof(REAL));
    if (direct) { /* 3. A / L, or off the way it is going where nothing holds it back. */
        const VEC inf = NAMED(splat)((REAL)INFINITY), zero = {0};
        const REAL *given[] = {m->zero, m->sums + at};
        NAMED(run)(&m->drift, given, m->value, count);
        if (lanes == 1) memcpy(m->slope, m->leaks + first, rows * sizeof(REAL));
        else NAMED(spread_row)(m->leaks + first, m->slope, rows, lanes);
        TILE_LOOP(count) {
            const VEC leak = AT(m->slope) + AT(m->own), pull = AT(m->value) + AT(m->extra), x = AT(m->x);
            const VEC going = pull - leak * x;
            const VEC off = NAMED(pick)((MASK)(going > zero), inf, NAMED(pick)((MASK)(going < zero), -inf, x));
            AT(m->x) = NAMED(box)(NAMED(pick)((MASK)(leak > zero), pull / leak, off), AT(m->least), AT(m->most));
        }
    } else { /* 4. Or Newton's method. */
        NAMED(spread)(&m->slope_s, first, rows, lanes);
        for (int64_t row = 0; row < rows; row++) looped |= loops[first + row] != 0;
        if (looped) {
            NAMED(spread)(&m->slope_I, first, rows, lanes), NAMED(spread)(&m->transfer_slope, first, rows, lanes);
            if (lanes == 1) memcpy(m->loop, loops + first, rows * sizeof(REAL));
            else NAMED(spread_row)(loops + first, m->loop, rows, lanes);
        }
        const REAL *given[] = {m->x};
        if (output >= 0 && p->normaliser) { /* the sum of the shares without this output's */
            NAMED(run)(&m->pull.normaliser, given, m->one, count);
            TILE_LOOP(count) {
                const VEC ahead = AT(m->pull.ahead), share = NAMED(vexp)(AT(m->one) - ahead);
                AT(m->others) = ahead + NAMED(vlog)(1 - NAMED(pick)((MASK)(share < 1), share, (VEC){0} + 1));
            }
        }
        NAMED(find_rest)(m, at, count, looped, output);
        if (output >= 0 && p->normaliser) {
            NAMED(run)(&m->pull.normaliser, given, m->one, count);
            TILE_LOOP(count) AT(m->pull.ahead) = NAMED(log_add)(AT(m->others), AT(m->one));
        }
    }
    NAMED(place)(m, first, count);
}

/* Move the rows of a colour: in runs of one kind, each within a tile. */
TARGET static void NAMED(relax)(const struct NAMED(sweep) *m, int64_t low, int64_t high) {
    const struct phase *p = m->phase;
    const int64_t rows = ROWS_A_TILE(m->lanes);
    NAMED(gather)(&p->forward, m->sent, m->late + low * m->lanes, m->sums + low * m->lanes, low, high, m->lanes);
    int64_t output = 0;
    while (output < p->outputs && p->output_row[output] < low) output++;
    check_signals(p, (p->forward.indptr[high] - p->forward.indptr[low]) * m->lanes);
    for (int64_t first = low; first < high && !stopped(p->gate);) {
        const int pulled = p->nudged && !p->stiff;
        if (pulled && output < p->outputs && p->output_row[output] == first) { /* an output whose force is no line */
            NAMED(relax_run)(m, first, 1, 0, output);
            first++, output++;
            continue;
        }
        const int direct = p->leak && ((const REAL *)p->loops)[first] == 0;
        int64_t end = first + 1;
        while (end < high && end - first < rows && direct == (p->leak && ((const REAL *)p->loops)[end] == 0) &&
               !(pulled && output < p->outputs && p->output_row[output] == end))
            end++;
        NAMED(relax_run)(m, first, end - first, direct, -1);
        first = end;
    }
}

/* Sum what comes from nodes that are visited later, and bring all that the rows of a block hear up to date with it. */
TARGET static void NAMED(update_feedback)(const struct NAMED(sweep) *m, int64_t low, int64_t high) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes, rows = ROWS_A_TILE(lanes);
    for (int64_t first = low; first < high && !stopped(p->gate); first += rows) {
        const int64_t here = high - first < rows ? high - first : rows, at = first * lanes, count = here * lanes;
        check_signals(p, (p->feedback.indptr[first + here] - p->feedback.indptr[first] + 8 * here) * lanes);
        NAMED(gather)(&p->feedback, m->sent, m->base + at, m->one, first, first + here, lanes);
        for (int64_t k = 0; k < count; k++) m->sums[at + k] += m->one[k] - m->late[at + k];
        memcpy(m->late + at, m->one, count * sizeof(REAL));
        if (!p->anchor) continue;
        NAMED(transposed_term)(m, &p->feedback, &p->forward_back, first, here, m->extra);
        for (int64_t k = 0; k < count; k++) m->turned[at + k] += m->extra[k] - m->turned_late[at + k];
        memcpy(m->turned_late + at, m->extra, count * sizeof(REAL));
    }
}

/* The largest |G| of a block in every lane, 0 where the box holds a node against it, into `worst`. */
TARGET static void NAMED(measure)(const struct NAMED(sweep) *m, int64_t low, int64_t high) {
    const struct phase *p = m->phase;
    const int64_t lanes = m->lanes, rows = ROWS_A_TILE(lanes);
    const VEC zero = {0};
    NAMED(fill)(m->worst, 0, m->period);
    if (p->nudged) NAMED(pull_outputs)(p, &m->pull, m->s, lanes, 0, p->outputs);
    int64_t output = 0;
    for (int64_t first = low; first < high; first += rows) {
        const int64_t here = high - first < rows ? high - first : rows, at = first * lanes, count = here * lanes;
        if (lanes == 1) memcpy(m->loop, (const REAL *)p->loops + first, here * sizeof(REAL));
        else NAMED(spread_row)((const REAL *)p->loops + first, m->loop, here, lanes);
        TILE_LOOP(count) AT(m->input) = AT(m->sums + at) + AT(m->loop) * AT(m->sent + at);
        const REAL *given[] = {m->s + at, m->input};
        NAMED(spread)(&m->drift, first, here, lanes);
        NAMED(spread_box)(p, m->values, first, here, lanes, m->least, m->most);
        NAMED(run)(&m->drift, given, m->value, count);
        if (p->anchor) TILE_LOOP(count) AT(m->value) += AT(m->turned + at);
        for (; p->nudged && output < p->outputs && p->output_row[output] < first + here; output++)
            if (p->output_row[output] >= first)
                NAMED(add)(m->value + (p->output_row[output] - first) * lanes, m->pull.force_of + output * lanes, lanes);
        for (int64_t k = count; k % PER_LINE; k++) m->value[k] = 0;
        for (int64_t k = 0, lane = 0; k < count; k += PER, lane = NEXT(lane, m->period)) {
            const VEC x = AT(m->s + at), value = AT(m->value), least = AT(m->least), most = AT(m->most);
            const MASK held = ((MASK)(x <= least) & (MASK)(value < zero)) | ((MASK)(x >= most) & (MASK)(value > zero));
            VEC *worst = (VEC *)(m->worst + lane);
            *worst = NAMED(worse)(*worst, NAMED(pick)(held, zero, NAMED(magnitude)(value)));
        }
    }
    NAMED(fold)(m->worst, lanes);
}

/* The samples `first` to `first + count` into lanes; what the clamped nodes send; the anchor and its slopes. */
TARGET static void NAMED(begin_sweep)(struct NAMED(sweep) *m, int64_t first, int64_t count) {
    const struct phase *p = m->phase;
    const int64_t lanes = NAMED(lanes_for)(count), free_bytes = p->free * lanes * (int64_t)sizeof(REAL);
    m->lanes = lanes, m->period = NAMED(period)(lanes);
    NAMED(load_targets)(p, m->nudge, m->target, first, count, lanes);
    NAMED(load)(p, p->start, m->s, first, count, lanes, 0, p->nodes);
    if (p->transfer) NAMED(apply)(&m->transfer, m->s, m->sent, 0, p->rows, lanes);
    memset(m->base, 0, free_bytes);
    NAMED(gather)(&p->clamped, m->sent, m->base, m->base, 0, p->free, lanes);
    memset(m->late, 0, free_bytes), memset(m->sums, 0, free_bytes);
    m->pull.nudge = m->nudge, m->pull.target = m->target;
    if (p->nudged && p->stiff) {
        NAMED(pull_outputs)(p, &m->pull, 0, lanes, 0, p->outputs);
        memcpy(m->rest_force, m->pull.force_of, p->outputs * lanes * sizeof(REAL));
    }
    if (!p->anchor) return;
    memset(m->turned, 0, free_bytes), memset(m->turned_late, 0, free_bytes);
    NAMED(load)(p, p->anchor, m->anchor, first, count, lanes, 0, p->nodes);
    if (p->transfer) NAMED(apply)(&m->transfer, m->anchor, m->away_sent, 0, p->free, lanes);
    else memcpy(m->away_sent, m->anchor, free_bytes);
    NAMED(gather)(&p->recurrent, m->away_sent, m->base, m->sums, 0, p->free, lanes);
    NAMED(apply)(&m->transfer_slope, m->anchor, m->slope_sent, 0, p->free, lanes);
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t row = 0; row < p->free; row += rows) {
        const int64_t here = p->free - row < rows ? p->free - row : rows, at = row * lanes;
        const REAL *given[] = {m->anchor + at, m->sums + at};
        NAMED(spread)(&m->slope_I, row, here, lanes);
        NAMED(run)(&m->slope_I, given, m->slope_in + at, here * lanes);
    }
    for (int64_t k = 0; k < p->free * lanes; k += PER) {
        const VEC away = AT(m->s) - AT(m->anchor);
        AT(m->away_sent) = AT(m->slope_sent) * away, AT(m->away_in) = AT(m->slope_in) * away;
    }
}

/* Settle one block of the samples in the lanes: sweeps until each is at rest, has diverged, or has had all its sweeps. */
TARGET static int NAMED(settle_block)(struct NAMED(sweep) *m, int64_t block, int64_t first, int64_t count) {
    const struct phase *p = m->phase;
    const int64_t begin = p->blocks[block], end = p->blocks[block + 1], lanes = m->lanes;
    const int64_t most = p->cyclic[block] ? p->steps : 1;
    int64_t colour = 0, running = count;
    int live[LANES];
    while (p->colours[colour] < begin) colour++;
    for (int64_t lane = 0; lane < lanes; lane++) live[lane] = lane < count;
    for (int64_t step = 0; step <= most && running; step++) {
        if (step) /* 1. Each colour in turn. */
            for (int64_t hue = colour; p->colours[hue] < end; hue++) NAMED(relax)(m, p->colours[hue], p->colours[hue + 1]);
        /* 2. What goes against the order. */
        NAMED(update_feedback)(m, begin, end);
        if (!step) {
            if (p->nudged && p->normaliser) NAMED(pull_outputs)(p, &m->pull, m->s, lanes, 0, p->outputs);
            continue;
        }
        /* 3. Which samples are done with this block. */
        NAMED(measure)(m, begin, end);
        if (stopped(p->gate)) return -1;
        for (int64_t lane = 0; lane < count; lane++) {
            const double rest = m->worst[lane];
            const int settled = rest <= p->tol, lost = !(rest < LARGEST);
            const int64_t sample = first + lane;
            if (!live[lane] || !(settled || lost || step == most)) continue;
            live[lane] = 0, running--;
            const int status = lost ? DIVERGED : settled ? CONVERGED : STEP_LIMIT;
            if (status > p->status[sample]) p->status[sample] = (int8_t)status;
            if (step > p->n_steps[sample]) p->n_steps[sample] = step;
            if (rest > p->residual[sample] || rest != rest) p->residual[sample] = rest;
            NAMED(unload)(p, m->s, 0, sample, lane, lanes, begin, end);
        }
    }
    if (!p->cyclic[block]) return 0;
    /* 4. Each lane back to where its sample stopped. */
    NAMED(load)(p, p->end, m->s, first, count, lanes, begin, end);
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t row = begin; p->transfer && row < end; row += rows) {
        const int64_t here = end - row < rows ? end - row : rows;
        NAMED(spread)(&m->transfer, row, here, lanes);
        NAMED(sent_at)(m, m->s + row * lanes, m->one, here * lanes);
        memcpy(m->sent + row * lanes, m->one, here * lanes * sizeof(REAL));
    }
    return 0;
}

TARGET static int NAMED(run_gauss_seidel)(struct phase *p) {
    struct NAMED(sweep) m = {.phase = p};
    struct workspace w = {0};
    const int64_t lanes = NAMED(lanes_for)(p->batch < LANES ? p->batch : LANES);
    for (int pass = 0; pass < 2; pass++) {
        w.used = 0, w.tile = tile_bytes((padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL));
        NAMED(cut_sweep)(&w, p, &m, lanes);
        if (!pass && provide(&w)) return -1;
    }
    NAMED(node_values)(p, m.values);
    NAMED(fill_box)(p, w.tile, m.least, m.most);
    const struct NAMED(ready) *of_nodes[] = {&m.drift, &m.transfer, &m.leak, &m.slope_s, &m.slope_I, &m.transfer_slope};
    for (size_t k = 0; k < sizeof of_nodes / sizeof *of_nodes; k++) NAMED(prepare)(of_nodes[k], p, m.values);
    if (p->leak) NAMED(by_node)(&m.leak, m.leaks, 0, p->free);
    for (int64_t k = 0; k < p->batch; k++) p->residual[k] = 0, p->n_steps[k] = 1, p->status[k] = CONVERGED;
    for (int64_t first = 0; first < p->batch; first += LANES) {
        const int64_t count = p->batch - first < LANES ? p->batch - first : LANES;
        NAMED(begin_sweep)(&m, first, count);
        for (int64_t block = 0; block < p->block_count; block++)
            if (NAMED(settle_block)(&m, block, first, count)) {
                free(w.block);
                return -3;
            }
    }
    free(w.block);
    return 0;
}
