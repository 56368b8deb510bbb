/* The memory of Euler's method (euler.h); included once for each number type and instruction set. */

struct NAMED(euler) { /* what all threads see */
    const struct phase *phase;
    REAL *s[2], *sent[2], *base;   /* rows x lanes: the state and what it sends, before and after a step */
    REAL *damp, *gain;             /* of a semi-implicit step: L + beta k, and 1 / (1 + dt (L + beta k)) */
    REAL *nudge, *dt, *target;     /* a number a lane, twice, and of the outputs x lanes */
    REAL *anchor, *slope_sent, *slope_in, *away_sent, *away_in; /* of a transposed phase: s*, f', dg/dI and their moves */
    uint8_t *alike;                /* of the recurrent edges */
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
    struct NAMED(pull) pull;
    VEC *pool;                     /* the temporaries of programs */
    REAL *total, *moved, *carried, *returned, *zero; /* one tile each */
    REAL *worst;
    REAL *leaks;
    struct NAMED(rule) rule;
    int64_t period;   /* numbers after which the lanes repeat in a tile: a line at least */
    int64_t ready_at; /* the first row of the tile that node values are spread over, or -1 */
};

/* Cut the memory that all threads see, and each thread its own. */
TARGET static void NAMED(cut_euler)(struct workspace *w, const struct phase *p, struct NAMED(euler) *all, int64_t lanes) {
    const int64_t table = (ONE_ROW(p) + ROWS) * lanes * (int64_t)sizeof(REAL), per_lane = LANES * (int64_t)sizeof(REAL);
    const int64_t turned = p->anchor ? table : 0;
    for (int side = 0; side < 2; side++) {
        all->s[side] = cut(w, table);
        all->sent[side] = p->transfer ? cut(w, table) : all->s[side];
    }
    all->base = cut(w, table);
    all->damp = cut(w, p->leak ? table : 0), all->gain = cut(w, p->leak ? table : 0);
    all->order = cut(w, p->batch * (int64_t)sizeof(int64_t));
    all->nudge = cut(w, per_lane), all->dt = cut(w, per_lane);
    all->target = cut(w, p->outputs * lanes * (int64_t)sizeof(REAL));
    all->anchor = cut(w, turned), all->slope_sent = cut(w, turned), all->slope_in = cut(w, turned);
    all->away_sent = cut(w, turned), all->away_in = cut(w, turned);
    all->values = cut(w, (3 + p->parameters) * padded(p->rows) * (int64_t)sizeof(REAL));
    all->errors = cut(w, 2 * p->threads * per_lane);
    all->alike = cut(w, p->free);
    NAMED(cut_online)(w, p, &all->online, lanes);
}

TARGET static void NAMED(cut_part)(struct workspace *w, const struct phase *p, struct NAMED(part) *mine, int64_t lanes) {
    mine->pool = cut(w, most_temporaries(p) * w->tile);
    mine->drift = NAMED(cut_program)(w, p->drift, p->rows, mine->pool);
    mine->transfer = NAMED(cut_program)(w, p->transfer, p->rows, mine->pool);
    mine->leak = NAMED(cut_program)(w, p->leak, p->rows, mine->pool);
    mine->slope_s = NAMED(cut_program)(w, p->slope_s, p->rows, mine->pool);
    mine->slope_in = NAMED(cut_program)(w, p->slope_in, p->rows, mine->pool);
    mine->transfer_slope = NAMED(cut_program)(w, p->transfer_slope, p->rows, mine->pool);
    NAMED(cut_pull)(w, p, &mine->pull, lanes, mine->pool);
    REAL **tiles[] = {&mine->total, &mine->moved, &mine->carried, &mine->returned, &mine->zero};
    for (size_t k = 0; k < sizeof tiles / sizeof *tiles; k++) *tiles[k] = cut(w, w->tile);
    mine->worst = cut(w, LANES * (int64_t)sizeof(REAL));
    mine->leaks = cut(w, p->leak ? padded(p->rows) * (int64_t)sizeof(REAL) : 0);
    NAMED(cut_rule)(w, p, &mine->rule, mine->pool);
}
