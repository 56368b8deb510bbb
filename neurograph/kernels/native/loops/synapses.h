/* A step of every synapse; included once for each number type and instruction set.

   With c a rule and h_v the equation of trace z_v, all of what is there before the step, for each edge k

       means_k = mean over samples of c(...),   z_v,k <- z_v,k + dt h_v(...)   of each sample.

   A tile holds some edges with all their samples, or a part of the samples of one; each thread has edges of its own. */

typedef uint32_t NAMED(whole) __attribute__((vector_size(WIDE), aligned(4), may_alias));
enum { NAMED(many) = WIDE / 4 };

TARGET static int NAMED(below)(const int32_t *x, int64_t count, int64_t bound) {
    NAMED(whole) largest = {0};
    int64_t k = 0;
    for (; k + NAMED(many) <= count; k += NAMED(many)) {
        const NAMED(whole) here = *(const NAMED(whole) *)(x + k), more = (NAMED(whole))(here > largest);
        largest = (more & here) | (~more & largest);
    }
    uint32_t most = 0;
    for (int lane = 0; lane < NAMED(many); lane++) most = largest[lane] > most ? largest[lane] : most;
    for (; k < count; k++) most = (uint32_t)x[k] > most ? (uint32_t)x[k] : most;
    return !count || most < (uint64_t)bound;
}

TARGET static int NAMED(rise)(const int32_t *x, int64_t count) {
    NAMED(whole) wrong = {0}; /* in its highest bits: of a number below 0, and of a difference of two others that is */
    int64_t k = 1;
    for (; k + NAMED(many) <= count; k += NAMED(many)) {
        const NAMED(whole) here = *(const NAMED(whole) *)(x + k);
        wrong |= here | (here - *(const NAMED(whole) *)(x + k - 1));
    }
    uint32_t any = count ? (uint32_t)x[0] : 0;
    for (int lane = 0; lane < NAMED(many); lane++) any |= wrong[lane];
    for (; k < count; k++) any |= (uint32_t)x[k] | ((uint32_t)x[k] - (uint32_t)x[k - 1]);
    return !(any >> 31);
}

struct NAMED(synapses) { /* what one thread sees */
    const struct phase *phase;
    int64_t first, last, thread;
    struct NAMED(ready) change, trace[MOST_VARIABLES];
    REAL *own, *moved, *result; /* tiles: of each variable, of how each trace moves, of the rule */
};

#define OWN_TILE (TILE_BYTES / (int64_t)sizeof(REAL))

/* A number of each edge's end, of one sample; ends that rise are often the same over a whole vector. */
TARGET static void NAMED(load_ends)(const REAL *table, const int32_t *end, int64_t edges, int rising, REAL *tile) {
    int64_t e = 0;
    for (; rising && e + PER <= edges; e += PER) {
        if (end[e] == end[e + PER - 1]) *(VEC *)(tile + e) = NAMED(splat)(table[end[e]]);
        else
            for (int k = 0; k < PER; k++) tile[e + k] = table[end[e + k]];
    }
    for (; e < edges; e++) tile[e] = table[end[e]];
}

typedef REAL NAMED(loose) __attribute__((vector_size(WIDE), aligned(sizeof(REAL)), may_alias));

/* Copy numbers, by vectors where they fill some. */
TARGET static inline void NAMED(copy)(REAL *to, const REAL *from, int64_t count) {
    if (count % PER) memcpy(to, from, count * sizeof(REAL));
    else
        for (int64_t k = 0; k < count; k += PER) *(NAMED(loose) *)(to + k) = *(const NAMED(loose) *)(from + k);
}

/* What `edges` edges from `edge` on know, of `part` samples from `at` on: tables, traces and weight, in this order. */
TARGET static void NAMED(load_synapses)(const struct NAMED(synapses) *m, int64_t edge, int64_t edges, int64_t at, int64_t part) {
    const struct phase *p = m->phase;
    const struct synapses *y = &p->synapses;
    REAL *tile = m->own;
    for (int t = 0; t < y->tables; t++, tile += OWN_TILE) {
        const REAL *table = (const REAL *)y->table[t] + at;
        const int32_t *end = (y->end[t] == AT_PRE ? y->pre : y->post) + edge;
        if (y->end[t] == OF_ALL)
            for (int64_t e = 0; e < edges; e++) memcpy(tile + e * part, table, part * sizeof(REAL));
        else if (p->batch == 1) NAMED(load_ends)(table, end, edges, y->end[t] == AT_POST, tile);
        else
            for (int64_t e = 0; e < edges; e++) NAMED(copy)(tile + e * part, table + end[e] * p->batch, part);
    }
    for (int v = 0; v < y->traces; v++, tile += OWN_TILE)
        memcpy(tile, (const REAL *)y->trace + (v * y->edges + edge) * p->batch + at, edges * part * sizeof(REAL));
    const REAL *weights = (const REAL *)y->weights + edge;
    if (part == 1) memcpy(tile, weights, edges * sizeof(REAL));
    else
        for (int64_t e = 0; e < edges; e++) NAMED(fill)(tile + e * part, weights[e], part);
}

TARGET static void *NAMED(take_synapses)(void *given) {
    struct NAMED(synapses) *m = given;
    const struct phase *p = m->phase;
    const struct synapses *y = &p->synapses;
    const int64_t most = TILE / (int64_t)sizeof(REAL), edges = p->batch < most ? most / p->batch : 1;
    const int variables = y->tables + y->traces + 1;
    const REAL *variable[MOST_REGISTERS];
    for (int k = 0; k < variables; k++) variable[k] = m->own + k * OWN_TILE;
    for (int64_t edge = m->first, here; edge < m->last && !stopped(p->gate); edge += here) {
        here = m->last - edge < edges ? m->last - edge : edges;
        if (!m->thread) check_signals(p, here * p->batch * variables);
        for (int64_t at = 0, part; at < p->batch; at += part) {
            part = p->batch - at < most ? p->batch - at : most;
            NAMED(load_synapses)(m, edge, here, at, part);
            NAMED(run)(&m->change, variable, m->result, here * part);
            if (p->batch == 1 && !SINGLE) memcpy(y->means + edge, m->result, here * sizeof(double));
            else
                for (int64_t e = 0; e < here; e++)
                    y->means[edge + e] = (at ? y->means[edge + e] : 0) + NAMED(total)(m->result + e * part, part) / (double)p->batch;
            for (int v = 0; v < y->traces; v++) NAMED(run)(&m->trace[v], variable, m->moved + v * OWN_TILE, here * part);
            for (int v = 0; v < y->traces; v++) { /* all together: each reads what the others were before */
                const REAL *before = variable[y->tables + v];
                REAL *moved = m->moved + v * OWN_TILE;
                for (int64_t k = 0; k < here * part; k += PER)
                    *(VEC *)(moved + k) = *(const VEC *)(before + k) + NAMED(splat)((REAL)y->dt) * *(const VEC *)(moved + k);
                memcpy((REAL *)y->trace + (v * y->edges + edge) * p->batch + at, moved, here * part * sizeof(REAL));
            }
        }
    }
    return 0;
}

TARGET static int NAMED(run_synapses)(struct phase *p) {
    const struct synapses *y = &p->synapses;
    struct NAMED(synapses) parts[MOST_THREADS] = {{0}};
    struct workspace w = {0};
    int64_t temporaries = y->change->temporaries;
    for (int v = 0; v < y->traces; v++)
        if (y->equation[v]->temporaries > temporaries) temporaries = y->equation[v]->temporaries;
    for (int pass = 0; pass < 2; pass++) {
        w.used = 0, w.tile = TILE_BYTES;
        for (int64_t t = 0; t < p->threads; t++) {
            struct NAMED(synapses) *m = &parts[t];
            VEC *pool = cut_raw(&w, temporaries * w.tile);
            m->change = NAMED(cut_program)(&w, y->change, 0, pool);
            for (int v = 0; v < y->traces; v++) m->trace[v] = NAMED(cut_program)(&w, y->equation[v], 0, pool);
            m->own = cut(&w, (y->tables + y->traces + 1) * w.tile);
            m->moved = cut(&w, y->traces * w.tile), m->result = cut(&w, w.tile);
            m->phase = p, m->thread = t;
            m->first = y->edges * t / p->threads, m->last = y->edges * (t + 1) / p->threads;
        }
        if (!pass && provide(&w)) return -1;
    }
    const int failed = together(p, NAMED(take_synapses), parts, sizeof *parts);
    free(w.block);
    return failed;
}
#undef OWN_TILE
