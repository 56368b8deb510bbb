/* Learning rules over edges; included once for each number type and instruction set.

   A rule is a sum over terms t of h_t(w) P_t(pre) Q_t(post) where it can be written so: then the sum over samples of an
   edge i -> j is the product of row i of the table P_t and row j of Q_t, summed over lanes, and h_t is left to the caller.
   Another rule is run as one program over the lanes of each edge. */

typedef REAL NAMED(quad) __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

/* Four sums of an edge, of the lanes with the same remainder by 4; in double, for a phase may have many steps. */
typedef double NAMED(sums) __attribute__((vector_size(32), aligned(8), may_alias));

/* The sum of some numbers, in double: of those with the same remainder by 4, then of these. */
TARGET static inline double NAMED(total)(const REAL *x, int64_t count) {
    NAMED(sums) four = {0};
    int64_t k = 0;
    for (; k + 4 <= count; k += 4) four += __builtin_convertvector(*(const NAMED(quad) *)(x + k), NAMED(sums));
    for (int lane = 0; k < count; k++, lane++) four[lane] += x[k];
    return (four[0] + four[1]) + (four[2] + four[3]);
}

/* Add sum over lanes of P[pre[k]] q to the four of sums[k], for the edges `first` to `last` into one node, whose row of Q
   is q. */
TARGET static void NAMED(add_products)(int64_t first, int64_t last, const int32_t *pre, const REAL *P, const REAL *q,
                                       int64_t lanes, NAMED(sums) *sums) {
    if (lanes == 4) {
        const NAMED(quad) own = *(const NAMED(quad) *)q;
        for (int64_t k = first; k < last; k++)
            sums[k] += __builtin_convertvector(*(const NAMED(quad) *)(P + 4 * (int64_t)pre[k]) * own, NAMED(sums));
        return;
    }
    for (int64_t k = first; k < last; k++) {
        const REAL *p = P + pre[k] * lanes;
        VEC even = {0}, odd = {0};
        NAMED(quad) sum = {0};
        int64_t lane = 0;
        for (; lane + 2 * PER <= lanes; lane += 2 * PER) {
            even += *(const VEC *)(p + lane) * *(const VEC *)(q + lane);
            odd += *(const VEC *)(p + lane + PER) * *(const VEC *)(q + lane + PER);
        }
        for (; lane + PER <= lanes; lane += PER) even += *(const VEC *)(p + lane) * *(const VEC *)(q + lane);
        if (lane && PER >= 4) {
            even += odd;
            for (int part = 0; part < PER; part += 4) sum += *(const NAMED(quad) *)((const REAL *)&even + part);
        } else if (lane) {
            const REAL *pair[] = {(const REAL *)&even, (const REAL *)&odd};
            sum = (NAMED(quad)){pair[0][0], pair[0][1], pair[1][0], pair[1][1]};
        }
        for (; lane + 4 <= lanes; lane += 4) sum += *(const NAMED(quad) *)(p + lane) * *(const NAMED(quad) *)(q + lane);
        if (lane < lanes) { /* one to three more, each to a sum of its own */
            const int64_t two = lane + 1 < lanes ? lane + 1 : lane, three = lane + 2 < lanes ? lane + 2 : lane;
            sum += (NAMED(quad)){p[lane] * q[lane], two > lane ? p[two] * q[two] : 0, three > lane ? p[three] * q[three] : 0, 0};
        }
        sums[k] += __builtin_convertvector(sum, NAMED(sums));
    }
}

TARGET static inline double NAMED(sum_of)(NAMED(sums) four) { return (four[0] + four[1]) + (four[2] + four[3]); }

/* The same of one lane, a number an edge: four would be four times the memory that a step goes through. */
TARGET static void NAMED(add_products_of_one)(int64_t first, int64_t last, const int32_t *pre, const REAL *P, REAL q,
                                              double *sums) {
    for (int64_t k = first; k < last; k++) sums[k] += (double)P[pre[k]] * q;
}

struct NAMED(online) { /* of a rule that is integrated along the phase */
    REAL *pre[MOST_TERMS], *post[MOST_TERMS]; /* P_t of all rows and of a node that sends 1, Q_t of the free rows */
    REAL *change;                             /* of all rows: how far the state has moved in this step */
    REAL *alive;                              /* 1 or 0 a lane */
    int whole;                                /* whether all of them are */
    NAMED(sums) *sums;                        /* of every edge and bias, a term after another */
};

struct NAMED(rule) { /* the programs of a rule, made ready by one thread */
    struct NAMED(ready) pre[MOST_TERMS], post[MOST_TERMS], whole;
    REAL *weight, *lane_sums;
};

TARGET static void NAMED(cut_online)(struct workspace *w, const struct phase *p, struct NAMED(online) *o, int64_t lanes) {
    const int64_t table = (padded(p->rows) + ROWS) * lanes * (int64_t)sizeof(REAL);
    for (int t = 0; t < p->rule.terms; t++) o->pre[t] = cut(w, table), o->post[t] = cut(w, table);
    o->change = cut(w, p->rule.online ? table : 0);
    o->alive = cut(w, LANES * (int64_t)sizeof(REAL));
    o->sums = cut(w, p->rule.terms * (p->rule.edges + p->rule.biases) * (int64_t)sizeof(NAMED(sums)));
}

TARGET static void NAMED(cut_rule)(struct workspace *w, const struct phase *p, struct NAMED(rule) *r, VEC *pool) {
    for (int t = 0; t < p->rule.terms; t++) {
        r->pre[t] = NAMED(cut_program)(w, p->rule.pre[t], 0, pool);
        r->post[t] = NAMED(cut_program)(w, p->rule.post[t], 0, pool);
    }
    r->whole = NAMED(cut_program)(w, p->rule.whole, 0, pool);
    r->weight = cut(w, LANES * (int64_t)sizeof(REAL)), r->lane_sums = cut(w, LANES * (int64_t)sizeof(REAL));
}

/* Which variable a side of a rule is as it stands, or -1. */
static int NAMED(bare)(const struct program *side) {
    const struct instruction *only = side->code + side->prelude;
    return side->length == side->prelude + 1 && only->operation == COPY && only->a < side->variables ? only->a : -1;
}

/* P or Q of rows `low` to `high` into `to`, 0 where a lane is over. */
TARGET static void NAMED(rule_side)(const struct NAMED(ready) *side, const struct NAMED(online) *o, const REAL *s, REAL *to,
                                    int64_t low, int64_t high, int64_t lanes) {
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t row = low; row < high; row += rows) {
        const int64_t here = high - row < rows ? high - row : rows, at = row * lanes;
        const REAL *given[] = {s + at, o->change + at};
        NAMED(run)(side, given, to + at, here * lanes);
        for (int64_t k = 0, lane = 0; !o->whole && k < here * lanes; k += PER, lane = NEXT(lane, NAMED(period)(lanes)))
            *(VEC *)(to + at + k) =
                NAMED(pick)((MASK)(*(const VEC *)(o->alive + lane) != 0), *(const VEC *)(to + at + k), (VEC){0});
    }
}

/* Add the rule, as one program over lanes, of one edge from row i, and return its sum over the lanes that are alive. */
TARGET static double NAMED(rule_of_edge)(const struct NAMED(rule) *r, const struct NAMED(online) *o, const REAL *s,
                                         int64_t i, int64_t j, REAL weight, int64_t lanes) {
    NAMED(fill)(r->weight, weight, lanes);
    const REAL *given[] = {s + i * lanes, s + j * lanes, o->change + i * lanes, o->change + j * lanes, r->weight};
    NAMED(run)(&r->whole, given, r->lane_sums, lanes);
    double sum = 0;
    for (int64_t lane = 0; lane < lanes; lane++)
        if (o->alive[lane] != 0) sum += r->lane_sums[lane];
    return sum;
}

/* Get the memory of a program that runs by itself: a tile for each variable, and one for the result. */
TARGET static int NAMED(provide_tiles)(struct workspace *w, const struct program *program, struct NAMED(ready) *r,
                                       REAL **own, REAL **result) {
    for (int pass = 0; pass < 2; pass++) {
        w->used = 0, w->tile = TILE_BYTES;
        VEC *pool = cut(w, program->temporaries * w->tile);
        *own = cut(w, program->variables * w->tile), *result = cut(w, w->tile);
        *r = NAMED(cut_program)(w, program, 0, pool);
        if (!pass && provide(w)) return -1;
    }
    return 0;
}

/* A program over whole arrays, a tile at a time. */
TARGET static int NAMED(evaluated)(const struct program *program, const void *const *arrays, const int *alone, void *to,
                                   int64_t count) {
    struct workspace w = {0};
    struct NAMED(ready) r;
    REAL *own = 0, *result = 0;
    const int64_t most = TILE / (int64_t)sizeof(REAL);
    if (NAMED(provide_tiles)(&w, program, &r, &own, &result)) return -1;
    for (int64_t at = 0; at < count; at += most) {
        const int64_t here = count - at < most ? count - at : most;
        const REAL *given[MOST_REGISTERS];
        for (int k = 0; k < program->variables; k++) { /* copied, as vectors run over the ends of arrays */
            REAL *tile = own + k * (TILE_BYTES / (int64_t)sizeof(REAL));
            if (alone[k]) NAMED(fill)(tile, *(const REAL *)arrays[k], PER), r.step[k] = 0;
            else memcpy(tile, (const REAL *)arrays[k] + at, here * sizeof(REAL));
            given[k] = tile;
        }
        NAMED(run)(&r, given, result, here);
        memcpy((REAL *)to + at, result, here * sizeof(REAL));
    }
    free(w.block);
    return 0;
}

/* An equation at every node of every sample, as a table (nodes, batch); one of s and I is 0 where a node is clamped. */
TARGET static int NAMED(run_table)(struct phase *p) {
    const int64_t most = NAMED(lanes_for)(p->batch < LANES ? p->batch : LANES), with_input = p->tabled->variables > 1;
    const int64_t table = (padded(p->rows) + ROWS) * most * (int64_t)sizeof(REAL);
    struct workspace w = {0};
    struct NAMED(ready) tabled, transfer;
    REAL *s, *sent, *found, *total, *zero, *values, *further[MOST_VARIABLES];
    for (int pass = 0; pass < 2; pass++) {
        w.used = 0, w.tile = tile_bytes(table);
        VEC *pool = cut(&w, most_temporaries(p) * w.tile);
        s = cut(&w, table), sent = cut(&w, table), found = cut(&w, table), total = cut(&w, w.tile), zero = cut(&w, w.tile);
        values = cut(&w, NAMED(values_bytes)(p));
        for (int v = 0; v < p->variables; v++) further[v] = cut(&w, table);
        tabled = NAMED(cut_program)(&w, p->tabled, p->rows, pool);
        transfer = NAMED(cut_program)(&w, p->transfer, p->rows, pool);
        if (!pass && provide(&w)) return -1;
    }
    NAMED(node_values)(p, values);
    NAMED(prepare)(&tabled, p, values), NAMED(prepare)(&transfer, p, values);
    for (int64_t first = 0; first < p->batch; first += LANES) {
        const int64_t count = p->batch - first < LANES ? p->batch - first : LANES, lanes = NAMED(lanes_for)(count);
        const int64_t rows = ROWS_A_TILE(lanes), moving = with_input ? p->free : 0;
        NAMED(load)(p, p->start, s, first, count, lanes, 0, p->nodes);
        for (int v = 0; v < p->variables; v++)
            NAMED(load)(p, (const REAL *)p->start + (1 + v) * p->nodes, further[v], first, count, lanes, 0, p->nodes);
        if (!with_input) NAMED(apply)(&tabled, s, found, 0, p->rows, lanes);
        else if (p->transfer) NAMED(apply)(&transfer, s, sent, 0, p->rows, lanes);
        else sent = s;
        for (int64_t row = 0; row < moving; row += rows) {
            const int64_t here = moving - row < rows ? moving - row : rows;
            NAMED(gather)(&p->clamped, sent, zero, total, row, row + here, lanes);
            NAMED(gather)(&p->recurrent, sent, total, total, row, row + here, lanes);
            const REAL *given[2 + MOST_VARIABLES] = {s + row * lanes, total};
            for (int v = 0; v < p->variables; v++) given[2 + v] = further[v] + row * lanes;
            NAMED(spread)(&tabled, row, here, lanes);
            NAMED(run)(&tabled, given, found + row * lanes, here * lanes);
        }
        for (int64_t k = 0; k < p->nodes; k++)
            for (int64_t lane = 0; lane < count; lane++)
                ((REAL *)p->end)[p->node[k] * p->batch + first + lane] =
                    k < moving || !with_input ? found[ROW_OF(p, k) * lanes + lane] : 0;
    }
    free(w.block);
    return 0;
}

TARGET static void NAMED(all_products)(const int64_t *indptr, int64_t nodes, const int32_t *pre, const int64_t *biased,
                                       int64_t edges, int64_t biases, const void *P, const void *Q, int64_t samples,
                                       double *sums) {
    const int32_t one = (int32_t)nodes;
    enum { MANY = 16 };
    for (int64_t j = 0; j < nodes; j++)
        for (int64_t k = indptr[j], here; k < indptr[j + 1]; k += here) {
            NAMED(sums) four[MANY] = {{0}};
            here = indptr[j + 1] - k < MANY ? indptr[j + 1] - k : MANY;
            NAMED(add_products)(0, here, pre + k, P, (const REAL *)Q + j * samples, samples, four);
            for (int64_t e = 0; e < here; e++) sums[k + e] = NAMED(sum_of)(four[e]);
        }
    for (int64_t k = 0; k < biases; k++) {
        NAMED(sums) four = {0};
        NAMED(add_products)(0, 1, &one, P, (const REAL *)Q + biased[k] * samples, samples, &four);
        sums[edges + k] = NAMED(sum_of)(four);
    }
}

TARGET static int NAMED(all_edges)(const struct program *program, const int32_t *pre, const int32_t *post,
                                   const void *const *tables, const int8_t *ends, const void *weights, int64_t edges,
                                   int64_t samples, double *sums) {
    struct workspace w = {0};
    struct NAMED(ready) r;
    REAL *own = 0, *result = 0;
    const int64_t most = TILE / (int64_t)sizeof(REAL), stride = TILE_BYTES / (int64_t)sizeof(REAL);
    const int many = program->variables - 1;
    if (NAMED(provide_tiles)(&w, program, &r, &own, &result)) return -1;
    for (int64_t edge = 0; edge < edges; edge++) {
        sums[edge] = 0;
        for (int64_t at = 0; at < samples; at += most) {
            const int64_t here = samples - at < most ? samples - at : most;
            const REAL *given[MOST_REGISTERS];
            for (int k = 0; k <= many; k++) {
                REAL *tile = own + k * stride;
                if (k == many) NAMED(fill)(tile, ((const REAL *)weights)[edge], here);
                else memcpy(tile, (const REAL *)tables[k] + (ends[k] ? post : pre)[edge] * samples + at, here * sizeof(REAL));
                given[k] = tile;
            }
            NAMED(run)(&r, given, result, here);
            sums[edge] += NAMED(total)(result, here);
        }
    }
    free(w.block);
    return 0;
}
