/* What every loop over a phase does with its rows; included once for each number type and instruction set. */

/* The row at which clamped node `k` stands: behind the free ones, at the start of a line. */
#define ROW_OF(phase, k) ((k) < (phase)->free ? (k) : padded((phase)->free) + (k) - (phase)->free)

/* Bytes of the node values. */
static int64_t NAMED(values_bytes)(const struct phase *p) {
    return (3 + p->parameters) * padded(p->rows) * (int64_t)sizeof(REAL);
}

/* Node values as programs read them, a row after another: bias, w_out, w_out_abs and the parameters, by row. */
TARGET static void NAMED(node_values)(const struct phase *p, REAL *values) {
    const REAL *const own[] = {p->bias, p->w_out, p->w_out_abs};
    memset(values, 0, NAMED(values_bytes)(p));
    for (int64_t k = 0; k < p->nodes; k++) {
        REAL *to = values + ROW_OF(p, k);
        for (int kind = 0; kind < 3; kind++, to += padded(p->rows)) *to = own[kind][p->node[k]];
        for (int64_t kind = 0; kind < p->parameters; kind++, to += padded(p->rows))
            *to = ((const REAL *)p->parameter)[p->node[k] * p->parameters + kind];
    }
}

/* The box of `rows` rows from `first` on into tiles; where all nodes have one, `fill_box` has put it there for good. */
TARGET static void NAMED(spread_box)(const struct phase *p, const REAL *values, int64_t first, int64_t rows, int64_t lanes,
                                     REAL *low, REAL *high) {
    const REAL *ends = values + (1 + p->parameters) * padded(p->rows) + first;
    REAL *const to[] = {low, high};
    for (int end = 0; p->boxed && end < 2; end++, ends += padded(p->rows))
        if (lanes == 1) memcpy(to[end], ends, rows * sizeof(REAL));
        else NAMED(spread_row)(ends, to[end], rows, lanes);
}

static void NAMED(fill_box)(const struct phase *p, int64_t bytes, REAL *low, REAL *high) {
    for (int64_t k = 0; k < bytes / (int64_t)sizeof(REAL); k++) low[k] = (REAL)p->low, high[k] = (REAL)p->high;
}

/* Make a program ready to be run over tiles: its node values, all of them (drift) or the parameters alone (transfer). */
TARGET static void NAMED(prepare)(const struct NAMED(ready) *r, const struct phase *p, REAL *values) {
    if (!r->program) return;
    REAL *node[MOST_REGISTERS];
    const int skipped = r->program->nodes - (int)p->parameters < 3 ? 3 : 0;
    for (int k = 0; k < r->program->nodes; k++) node[k] = values + (k + skipped) * padded(p->rows);
    NAMED(prelude)(r, node, p->rows);
}

/* How many lanes serve `count` samples; each lane beyond repeats the last sample. */
static int64_t NAMED(lanes_for)(int64_t count) {
    if (count <= 8) return count == 1 ? 1 : count <= 4 ? 4 : 8;
    return (count + PER_LINE - 1) / PER_LINE * PER_LINE;
}

/* Numbers after which the lanes repeat in a tile: a line at least. */
static int64_t NAMED(period)(int64_t lanes) { return lanes < PER_LINE ? PER_LINE : lanes; }

/* Give each lane the worst of a period: of fewer lanes than a line holds, several rows share it. */
static void NAMED(fold)(REAL *worst, int64_t lanes) {
    for (int64_t lane = lanes; lane < NAMED(period)(lanes); lane++) {
        const REAL more = worst[lane], had = worst[lane % lanes];
        worst[lane % lanes] = more > had || more != more ? more : had;
    }
}

/* The lane of the next vector, where the lanes repeat after `period`. */
#define NEXT(lane, period) ((lane) + PER == (period) ? 0 : (lane) + PER)

#define SAMPLE(lane) sample_of(p, first + ((lane) < count ? (lane) : count - 1))

/* Put what the samples have at the nodes into rows `low` to `high` of a table. */
TARGET static void NAMED(load)(const struct phase *p, const REAL *from, REAL *to, int64_t first, int64_t count,
                               int64_t lanes, int64_t low, int64_t high) {
    const REAL *own[LANES];
    for (int64_t lane = 0; lane < lanes; lane++) own[lane] = from + SAMPLE(lane) * p->stride;
    for (int64_t k = low; k < high; k++)
        for (int64_t lane = 0; lane < lanes; lane++) to[ROW_OF(p, k) * lanes + lane] = own[lane][p->node[k]];
}

/* Write the first `count` lanes of the nodes `low` to `high` to where the samples from `first` on end: s, or, of a table of
   a further variable, that, whose numbers come `offset` behind. */
TARGET static void NAMED(unload_all)(const struct phase *p, const REAL *from, int64_t offset, int64_t first, int64_t count,
                                     int64_t lanes, int64_t low, int64_t high) {
    REAL *own[LANES];
    for (int64_t lane = 0; lane < count; lane++) own[lane] = (REAL *)p->end + SAMPLE(lane) * p->end_stride + offset;
    for (int64_t k = low; k < high; k++)
        for (int64_t lane = 0; lane < count; lane++) own[lane][p->node[k]] = from[ROW_OF(p, k) * lanes + lane];
}

/* The same of one lane of sample `sample`. */
TARGET static void NAMED(unload)(const struct phase *p, const REAL *from, int64_t offset, int64_t sample, int64_t lane,
                                 int64_t lanes, int64_t low, int64_t high) {
    for (int64_t k = low; k < high; k++)
        ((REAL *)p->end)[sample * p->end_stride + offset + p->node[k]] = from[ROW_OF(p, k) * lanes + lane];
}

/* Run a program of one variable, such as the transfer, over rows `low` to `high` of a table, tile after tile. */
TARGET static void NAMED(apply)(const struct NAMED(ready) *r, const REAL *from, REAL *to, int64_t low, int64_t high,
                                int64_t lanes) {
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t row = low; row < high; row += rows) {
        const int64_t here = high - row < rows ? high - row : rows;
        const REAL *given[] = {from + row * lanes};
        NAMED(spread)(r, row, here, lanes);
        NAMED(run)(r, given, to + row * lanes, here * lanes);
    }
}

/* Run a program of node values alone, such as the leak, for rows `low` to `high`. */
TARGET static void NAMED(by_node)(const struct NAMED(ready) *r, REAL *to, int64_t low, int64_t high) {
    for (int64_t row = low; row < high; row += ROWS_A_TILE(1)) {
        const int64_t here = high - row < ROWS_A_TILE(1) ? high - row : ROWS_A_TILE(1);
        NAMED(spread)(r, row, here, 1);
        NAMED(run)(r, 0, to + row, here);
    }
}

/* The least leak of the free rows, if it is less than `least`; `leaks` holds a number for each row. */
TARGET static void NAMED(least_leak)(const struct phase *p, const struct NAMED(ready) *leak, REAL *leaks, double *least) {
    NAMED(by_node)(leak, leaks, 0, p->free);
    for (int64_t k = 0; k < p->free; k++)
        if (!(leaks[k] >= *least)) *least = leaks[k];
}

/* The least leak of s among the free rows, and among the outputs. */
TARGET static void NAMED(least_leaks)(const struct phase *p, const struct NAMED(ready) *leak, REAL *leaks, double *least,
                                      double *pulled) {
    *least = *pulled = INFINITY;
    NAMED(least_leak)(p, leak, leaks, least);
    for (int64_t k = 0; k < p->outputs; k++)
        if (!(leaks[p->output_row[k]] >= *pulled)) *pulled = leaks[p->output_row[k]];
}

/* ahead = log(sum over outputs of exp n(s)) of every lane, n the cost's normaliser, whose values stand in `levels`. */
TARGET static void NAMED(log_sum)(const REAL *levels, int64_t outputs, int64_t lanes, REAL *ahead) {
    for (int64_t lane = 0; lane < lanes; lane += PER) {
        VEC top = *(const VEC *)(levels + lane), mass = {0};
        for (int64_t k = 1; k < outputs; k++) {
            const VEC level = *(const VEC *)(levels + k * lanes + lane);
            top = NAMED(pick)((MASK)(level > top), level, top);
        }
        for (int64_t k = 0; k < outputs; k++) mass += NAMED(vexp)(*(const VEC *)(levels + k * lanes + lane) - top);
        *(VEC *)(ahead + lane) = top + NAMED(vlog)(mass);
    }
}

struct NAMED(pull) { /* how the cost draws the outputs: tables of outputs x lanes */
    struct NAMED(ready) force, normaliser;
    const REAL *nudge, *target;             /* beta of every lane, over a period; y */
    REAL *state, *share, *force_of, *ahead; /* s, log_share, beta F; log sum exp n of every lane */
    REAL *tile;
};

TARGET static void NAMED(cut_pull)(struct workspace *w, const struct phase *p, struct NAMED(pull) *pull, int64_t lanes,
                                   VEC *pool) {
    const int64_t table = p->outputs * lanes * (int64_t)sizeof(REAL);
    pull->force = NAMED(cut_program)(w, p->force, 0, pool);
    pull->normaliser = NAMED(cut_program)(w, p->normaliser, 0, pool);
    pull->state = cut(w, table), pull->share = cut(w, table), pull->force_of = cut(w, table);
    pull->ahead = cut(w, LANES * (int64_t)sizeof(REAL)), pull->tile = cut(w, w->tile);
}

/* The nudge of every lane, over a period, and the targets of the outputs; where nothing is nudged there is none. */
TARGET static void NAMED(load_targets)(const struct phase *p, REAL *nudge, REAL *target, int64_t first, int64_t count,
                                       int64_t lanes) {
    for (int64_t k = 0; k < NAMED(period)(lanes); k++) nudge[k] = (REAL)p->beta[SAMPLE(k % lanes)];
    for (int64_t k = 0; p->nudged && k < p->outputs; k++)
        for (int64_t lane = 0; lane < lanes; lane++)
            target[k * lanes + lane] =
                nudge[lane] != 0 ? ((const REAL *)p->target)[SAMPLE(lane) * p->columns + p->output_column[k]] : 0;
}

/* beta F of the outputs `low` to `high` at the table `s`, or at 0 where there is none. A cost with a normaliser n reads
   log_share = n(s_j) - log sum over all outputs of exp n. */
TARGET static void NAMED(pull_outputs)(const struct phase *p, const struct NAMED(pull) *pull, const REAL *s,
                                       int64_t lanes, int64_t low, int64_t high) {
    for (int64_t k = p->normaliser ? 0 : low; k < (p->normaliser ? p->outputs : high); k++)
        if (s) memcpy(pull->state + k * lanes, s + p->output_row[k] * lanes, lanes * sizeof(REAL));
        else memset(pull->state + k * lanes, 0, lanes * sizeof(REAL));
    if (p->normaliser) {
        NAMED(apply)(&pull->normaliser, pull->state, pull->share, 0, p->outputs, lanes);
        NAMED(log_sum)(pull->share, p->outputs, lanes, pull->ahead);
        for (int64_t k = 0; k < p->outputs; k++)
            for (int64_t lane = 0; lane < lanes; lane++) pull->share[k * lanes + lane] -= pull->ahead[lane];
    }
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t k = low; k < high; k += rows) {
        const int64_t here = high - k < rows ? high - k : rows, at = k * lanes;
        const REAL *given[] = {pull->state + at, pull->target + at, pull->share + at};
        NAMED(run)(&pull->force, given, pull->tile, here * lanes);
        for (int64_t v = 0, lane = 0; v < here * lanes; v += PER, lane = NEXT(lane, NAMED(period)(lanes))) {
            const VEC beta = *(const VEC *)(pull->nudge + lane);
            const VEC force = beta * *(const VEC *)(pull->tile + v);
            *(VEC *)(pull->force_of + at + v) = NAMED(pick)((MASK)(beta != 0), force, (VEC){0});
        }
    }
}
