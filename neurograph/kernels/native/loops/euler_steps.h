/* What Euler's method (euler.h) works on, and which steps it takes; included once for each number type and instruction set. */

struct NAMED(euler) { /* what all threads see */
    const struct phase *phase;
    REAL *s[2], *sent[2], *base;   /* rows x lanes: the state, and behind it each further variable, and what it sends */
    REAL *damp, *gain;             /* of a semi-implicit step: L + beta k, and 1 / (1 + dt (L + beta k)) */
    REAL *nudge, *dt, *target;     /* a number a lane, twice, and of the outputs x lanes */
    REAL *anchor, *slope_sent, *slope_in, *away_sent, *away_in; /* of a transposed phase: s*, f', dg/dI and their moves */
    uint8_t *alike, *clamped_alike; /* of the recurrent and the clamped edges */
    int64_t *order, semi;          /* the samples, the first `semi` of which take semi-implicit steps */
    REAL *values, *errors;         /* node values x rows; two residuals a lane of each thread */
    struct NAMED(online) online;
};

struct NAMED(part) { /* what one thread sees */
    struct NAMED(euler) *all;
    int64_t thread, low, high;     /* its free rows */
    int64_t first_output, last_output;
    int implicit;                  /* whether the steps of the samples at hand are semi-implicit */
    struct NAMED(ready) drift, transfer, leak, slope_s, slope_in, transfer_slope;
    struct { struct NAMED(ready) drift, leak, slope; } variable[MOST_VARIABLES];
    struct NAMED(pull) pull;
    VEC *pool;                     /* the temporaries of programs */
    REAL *total, *moved, *carried, *returned, *zero, *least, *most; /* one tile each */
    REAL *worst;
    REAL *leaks;
    struct NAMED(rule) rule;
    int64_t period;   /* numbers after which the lanes repeat in a tile: a line at least */
    int64_t ready_at; /* the first row of the tile that node values are spread over, or -1 */
};

/* Cut the memory that all threads see, and each thread its own. */
TARGET static void NAMED(cut_euler)(struct workspace *w, const struct phase *p, struct NAMED(euler) *all, int64_t lanes) {
    const int64_t table = TABLE_ROWS(p) * lanes * (int64_t)sizeof(REAL), whole = (1 + p->variables) * table, per_lane = LANES * (int64_t)sizeof(REAL);
    const int64_t turned = p->anchor ? table : 0;
    for (int side = 0; side < 2; side++) {
        all->s[side] = cut_raw(w, whole);
        all->sent[side] = p->transfer ? cut_raw(w, table) : all->s[side];
    }
    all->base = cut_raw(w, table);
    all->damp = cut(w, p->leak ? whole : 0), all->gain = cut(w, p->leak ? whole : 0);
    all->order = cut(w, p->batch * (int64_t)sizeof(int64_t));
    all->nudge = cut(w, per_lane), all->dt = cut(w, per_lane);
    all->target = cut(w, p->outputs * lanes * (int64_t)sizeof(REAL));
    all->anchor = cut(w, turned), all->slope_sent = cut(w, turned), all->slope_in = cut(w, turned);
    all->away_sent = cut(w, turned), all->away_in = cut(w, turned);
    all->values = cut(w, NAMED(values_bytes)(p));
    all->errors = cut(w, 2 * p->threads * per_lane);
    all->alike = cut(w, p->free), all->clamped_alike = cut(w, p->free);
    NAMED(cut_online)(w, p, &all->online, lanes);
}

TARGET static void NAMED(cut_part)(struct workspace *w, const struct phase *p, struct NAMED(part) *mine, int64_t lanes) {
    mine->pool = cut_raw(w, most_temporaries(p) * w->tile);
    mine->drift = NAMED(cut_program)(w, p->drift, p->rows, mine->pool);
    mine->transfer = NAMED(cut_program)(w, p->transfer, p->rows, mine->pool);
    mine->leak = NAMED(cut_program)(w, p->leak, p->rows, mine->pool);
    mine->slope_s = NAMED(cut_program)(w, p->slope_s, p->rows, mine->pool);
    mine->slope_in = NAMED(cut_program)(w, p->slope_in, p->rows, mine->pool);
    mine->transfer_slope = NAMED(cut_program)(w, p->transfer_slope, p->rows, mine->pool);
    for (int v = 0; v < p->variables; v++) {
        mine->variable[v].drift = NAMED(cut_program)(w, p->variable[v].drift, p->rows, mine->pool);
        mine->variable[v].leak = NAMED(cut_program)(w, p->variable[v].leak, p->rows, mine->pool);
        mine->variable[v].slope = NAMED(cut_program)(w, p->variable[v].slope, p->rows, mine->pool);
    }
    NAMED(cut_pull)(w, p, &mine->pull, lanes, mine->pool);
    REAL **tiles[] = {&mine->total, &mine->moved, &mine->carried, &mine->returned, &mine->zero, &mine->least, &mine->most};
    for (size_t k = 0; k < sizeof tiles / sizeof *tiles; k++) *tiles[k] = cut(w, w->tile);
    mine->worst = cut(w, LANES * (int64_t)sizeof(REAL));
    mine->leaks = cut(w, p->leak ? (1 + p->variables) * padded(p->rows) * (int64_t)sizeof(REAL) : 0);
    NAMED(cut_rule)(w, p, &mine->rule, mine->pool);
}

/* The further variables of rows whose s lies at `at`, as programs read them. */
TARGET static inline void NAMED(give_variables)(const struct phase *p, const REAL *at, const REAL **given, int64_t lanes) {
    for (int v = 1; v <= p->variables; v++) given[1 + v] = at + v * TABLE_ROWS(p) * lanes;
}

/* Wait for all threads, and give each the largest of their residuals. */
TARGET static void NAMED(compare)(const struct NAMED(part) *mine, int side, int64_t lanes) {
    const struct phase *p = mine->all->phase;
    REAL *errors = mine->all->errors;
    for (int64_t lane = 0; lane < lanes; lane++) errors[(2 * mine->thread + side) * LANES + lane] = mine->worst[lane];
    meet(p->gate, p->threads);
    for (int64_t other = 0; other < p->threads; other++)
        for (int64_t lane = 0; lane < lanes; lane++) {
            const REAL error = errors[(2 * other + side) * LANES + lane], had = mine->worst[lane];
            mine->worst[lane] = error > had || error != error ? error : had;
        }
}

/* The lengths of explicit steps, for samples that have none yet, from the slopes at their start. */
TARGET static void NAMED(choose_lengths)(struct NAMED(part) *mine, int64_t first, int64_t count, int64_t lanes) {
    const struct NAMED(euler) *all = mine->all;
    const struct phase *p = all->phase;
    const int64_t rows = ROWS_A_TILE(lanes);
    int given = 1;
    for (int64_t lane = 0; lane < count; lane++) given &= p->dt[SAMPLE(lane)] == p->dt[SAMPLE(lane)];
    if (given) return;
    NAMED(fill)(mine->worst, 0, mine->period);
    for (int64_t row = mine->low; row < mine->high; row += rows) {
        const int64_t here = mine->high - row < rows ? mine->high - row : rows, at = row * lanes;
        NAMED(gather)(&p->recurrent, all->sent[0], all->base + at, mine->total, row, row + here, lanes);
        const REAL *given[2 + MOST_VARIABLES] = {all->s[0] + at, mine->total};
        NAMED(give_variables)(p, all->s[0] + at, given, lanes);
        for (int v = 0; v <= p->variables; v++) { /* of s, then of each further variable by itself */
            struct NAMED(ready) *slope_of = v ? &mine->variable[v - 1].slope : &mine->slope_s;
            NAMED(spread)(slope_of, row, here, lanes);
            NAMED(run)(slope_of, given, mine->moved, here * lanes);
            for (int64_t k = 0; k < here * lanes; k++) {
                const REAL slope = mine->moved[k] < 0 ? -mine->moved[k] : mine->moved[k];
                if (slope > mine->worst[k % lanes]) mine->worst[k % lanes] = slope;
            }
        }
    }
    NAMED(compare)(mine, 1, lanes);
    if (mine->thread == 0)
        for (int64_t k = 0; k < mine->period; k++) {
            const int64_t sample = SAMPLE(k % lanes);
            if (k < count && p->dt[sample] != p->dt[sample])
                p->dt[sample] = step_length(0, mine->worst[k] + fabs(pulled_by(p) * p->beta[sample]));
            all->dt[k] = (REAL)p->dt[sample];
        }
    meet(p->gate, p->threads);
}

/* Put the samples of semi-implicit steps first, and give those the length of a step that have none; 0 where such steps are
   asked for and some 1 + dt (L + beta k) is not positive. */
TARGET static int NAMED(choose_kinds)(struct phase *p, struct NAMED(euler) *all, const struct NAMED(part) *part) {
    double least = NAN, pulled = NAN;
    if (p->leak) {
        NAMED(prepare)(&part->leak, p, all->values);
        NAMED(least_leaks)(p, &part->leak, part->leaks, &least, &pulled);
        for (int v = 0; v < p->variables; v++) {
            NAMED(prepare)(&part->variable[v].leak, p, all->values);
            NAMED(least_leak)(p, &part->variable[v].leak, part->leaks, &least);
        }
    }
    for (int kind = 1; kind >= 0; kind--)
        for (int64_t sample = 0, k = kind ? 0 : all->semi; sample < p->batch; sample++) {
            const double nudge = pulled_by(p) * p->beta[sample], more = nudge < 0 ? nudge : 0;
            const int implicit = p->implicit >= 0 ? p->implicit : least >= 0 && pulled + more >= 0;
            if (implicit != kind) continue;
            all->order[k++] = sample;
            if (!kind) continue;
            all->semi = k;
            if (p->dt[sample] != p->dt[sample]) p->dt[sample] = step_length(1, 0);
            if (!(1 + p->dt[sample] * least > 0 && 1 + p->dt[sample] * (pulled + more) > 0)) return 0;
        }
    p->order = all->semi && all->semi < p->batch ? all->order : 0;
    return 1;
}
