/* Equations as programs: each instruction is one operation on whole rows of nodes x lanes.

   A program's registers are, in this order, its variables (tables), its node values (a number a node), its constants
   and its temporaries. The instructions before `prelude` read node values and constants alone: they run once a phase,
   over nodes. Those of their results, and of the node values, that the others read are spread over the lanes
   (`spread`), and the others run over one tile of rows after another, from table to table.

   Of a choice, each row runs the program of its own population: its rows are taken in runs of one population. */

struct NAMED(ready) { /* a program made ready to run: where its registers lie */
    const struct program *program;
    VEC **at;       /* (registers,) */
    int64_t *step;  /* (registers,): 1, or 0 for a constant, whose one vector serves all */
    REAL **by_node; /* (registers,): of a node value, the number of every node */
    struct NAMED(ready) *population; /* (populations,) of a choice */
    int64_t *until, *which, *tile;   /* of a choice: where each run of rows ends, and its population; the first row that is
                                        spread over the lanes, how many these are, the run that it is in; how many runs */
};

/* A tile is TILE bytes of rows, so that what a few instructions read and write stays in the first cache. */
TARGET static struct NAMED(ready) NAMED(cut_program)(struct workspace *w, const struct program *p, int64_t rows, VEC *pool) {
    const int all = p ? p->registers : 0;
    struct NAMED(ready) r = {p, cut(w, all * sizeof(VEC *)), cut(w, all * sizeof(int64_t)), cut(w, all * sizeof(REAL *))};
    if (p && p->populations) {
        r.population = cut(w, p->populations * (int64_t)sizeof *r.population);
        r.until = cut(w, padded(rows) * (int64_t)sizeof(int64_t)), r.which = cut(w, padded(rows) * (int64_t)sizeof(int64_t));
        r.tile = cut(w, 4 * (int64_t)sizeof(int64_t));
        for (int k = 0; k < p->populations; k++) {
            const struct NAMED(ready) one = NAMED(cut_program)(w, p->population[k], rows, pool);
            if (w->base) r.population[k] = one;
        }
        return r;
    }
    const int constants = p ? p->variables + p->nodes : 0, temporaries = p ? constants + p->constants : 0;
    REAL *constant = cut(w, (temporaries - constants) * (int64_t)sizeof(VEC));
    REAL *by_node = cut(w, (p ? p->node_temporaries : 0) * padded(rows) * (int64_t)sizeof(REAL));
    VEC *spread = cut_raw(w, (p ? p->spreads : 0) * w->tile);
    if (!w->base || !p) return r;
    for (int k = 0; k < all; k++) r.at[k] = 0, r.step[k] = 1, r.by_node[k] = 0;
    for (int k = constants; k < temporaries; k++) {
        r.at[k] = (VEC *)constant + (k - constants), r.step[k] = 0;
        *r.at[k] = NAMED(splat)((REAL)p->constant[k - constants]);
    }
    for (int k = 0; k < p->node_temporaries; k++) r.by_node[temporaries + k] = by_node + k * padded(rows);
    for (int k = temporaries + p->node_temporaries; k < all; k++)
        r.at[k] = (VEC *)((char *)pool + (k - temporaries - p->node_temporaries) * w->tile);
    for (int k = 0; k < p->spreads; k++) r.at[p->spread[k]] = (VEC *)((char *)spread + k * w->tile);
    return r;
}

#define EACH(value)                                                                                                   \
    for (int64_t v = 0; v < vectors; v++, a += sa, b += sb, c += sc) to[v] = (value);                                 \
    break
/* The same of an operation that takes no longer than to count: unrolled, where all its operands are tables. */
#define SOON(value)                                                                                                   \
    if (sa && sb && sc) {                                                                                             \
        int64_t v = 0;                                                                                                \
        for (; v + 4 <= vectors; v += 4, a += 4, b += 4, c += 4, to += 4) {                                           \
            { to[0] = (value); a++, b++, c++; }                                                                       \
            { to[1] = (value); a++, b++, c++; }                                                                       \
            { to[2] = (value); a++, b++, c++; }                                                                       \
            { to[3] = (value); a -= 3, b -= 3, c -= 3; }                                                              \
        }                                                                                                             \
        for (; v < vectors; v++, a++, b++, c++, to++) *to = (value);                                                  \
        break;                                                                                                        \
    }                                                                                                                 \
    EACH(value)
#define ONE(x) NAMED(splat)((REAL)(x))

TARGET static void NAMED(interpret)(const struct instruction *i, const struct instruction *end, VEC *const *at,
                                    const int64_t *step, int64_t vectors) {
    const VEC zero = {0}, one = ONE(1);
    for (; i < end; i++) {
        VEC *to = at[i->to];
        const VEC *a = at[i->a], *b = at[i->b], *c = at[i->c];
        const int64_t sa = step[i->a], sb = step[i->b], sc = step[i->c];
        switch (i->operation) {
        case COPY: EACH(*a);
        case ADD: SOON(*a + *b);
        case SUBTRACT: SOON(*a - *b);
        case MULTIPLY: SOON(*a * *b);
        case DIVIDE: EACH(*a / *b);
        case MULTIPLY_ADD: SOON(*a * *b + *c);
        case MULTIPLY_SUBTRACT: SOON(*a * *b - *c);
        case SUBTRACT_PRODUCT: SOON(*c - *a * *b);
        case NEGATE: EACH(-*a);
        case POWER: EACH(NAMED(vpower)(*a, *b));
        case ABSOLUTE: EACH(NAMED(magnitude)(*a));
        case SQUARE_ROOT: EACH(NAMED(vroot)(*a));
        case EXP: EACH(NAMED(vexp)(*a));
        case LOG: EACH(NAMED(vlog)(*a));
        case TANH: EACH(NAMED(vtanh)(*a));
        case SIGMOID: EACH(NAMED(vsigmoid)(*a));
        case SIN: EACH(NAMED(vsin)(*a));
        case COS: EACH(NAMED(vcos)(*a));
        case RELU: EACH(NAMED(larger)(zero, *a));
        case STEP: EACH(NAMED(pick)((MASK)(*a > zero), one, zero));
        case SIGN: EACH(NAMED(pick)((MASK)(*a > zero), one, NAMED(pick)((MASK)(*a < zero), -one, *a)));
        case CLIP: EACH(NAMED(box)(*a, *b, *c));
        case BETWEEN: EACH(NAMED(pick)((MASK)(*b <= *a) & (MASK)(*a <= *c), one, zero));
        }
    }
}

/* Run the prelude: what node values alone decide, for all nodes. `node` are the node values (nodes, rows padded). */
TARGET static void NAMED(prelude)(const struct NAMED(ready) *r, REAL *const *node, int64_t rows) {
    const struct program *p = r->program;
    if (!p) return;
    if (p->populations) {
        const REAL *own = node[p->chooser];
        int64_t run = -1;
        for (int64_t row = 0; row < padded(rows); row++) {
            const int64_t which = own[row] > 0 && own[row] < p->populations ? (int64_t)own[row] : 0;
            if (run < 0 || which != r->which[run]) r->which[++run] = which;
            r->until[run] = row + 1;
        }
        r->tile[3] = run + 1;
        for (int k = 0; k < p->populations; k++) NAMED(prelude)(&r->population[k], node, rows);
        return;
    }
    for (int k = 0; k < p->nodes; k++) r->by_node[p->variables + k] = node[k];
    VEC *at[MOST_REGISTERS];
    for (int k = 0; k < p->registers; k++) at[k] = r->by_node[k] ? (VEC *)r->by_node[k] : r->at[k];
    NAMED(interpret)(p->code, p->code + p->prelude, at, r->step, padded(rows) / PER);
}

/* Spread the node values that the program reads over the lanes of `rows` rows from `first` on. */
TARGET static void NAMED(spread)(const struct NAMED(ready) *r, int64_t first, int64_t rows, int64_t lanes) {
    const struct program *p = r->program;
    if (p && p->populations) {
        int64_t run = 0;
        for (int64_t end = r->tile[3] - 1; run < end;) { /* the run that the first row is in, by bisection */
            const int64_t middle = (run + end) / 2;
            if (r->until[middle] > first) end = middle;
            else run = middle + 1;
        }
        r->tile[0] = first, r->tile[1] = lanes, r->tile[2] = run;
        uint8_t done[MOST_REGISTERS] = {0}; /* of the populations of these rows, each once */
        for (int64_t row = first; row < first + rows; row = r->until[run++]) {
            const int64_t which = r->which[run];
            if (!done[which]) NAMED(spread)(&r->population[which], first, rows, lanes);
            done[which] = 1;
        }
        return;
    }
    for (int k = 0; p && k < p->spreads; k++) {
        const int place = p->spread[k];
        const REAL *from = r->by_node[place] + first;
        if (lanes == 1) {
            r->at[place] = (VEC *)from;
            continue;
        }
        NAMED(spread_row)(from, (REAL *)r->at[place], rows, lanes);
        for (int64_t end = rows * lanes; end % PER; end++) ((REAL *)r->at[place])[end] = 0; /* or a function may take long */
    }
}

/* Run a program over `count` numbers of a tile from `from` on, and over those behind them that fill a vector. */
TARGET static void NAMED(run_part)(const struct NAMED(ready) *r, const REAL *const *given, int64_t from, REAL *to, int64_t count) {
    const struct program *p = r->program;
    for (int k = 0; k < p->variables; k++) r->at[k] = (VEC *)(given[k] + from);
    for (int k = 0; k < p->spreads; k++) r->at[p->spread[k]] = (VEC *)((REAL *)r->at[p->spread[k]] + from);
    r->at[p->code[p->length - 1].to] = (VEC *)to;
    NAMED(interpret)(p->code + p->prelude, p->code + p->length, r->at, r->step, (count + PER - 1) / PER);
    for (int k = 0; k < p->spreads; k++) r->at[p->spread[k]] = (VEC *)((REAL *)r->at[p->spread[k]] - from);
}

/* Run each population's program over its runs of rows. What one writes behind its run, the next writes again; behind the
   last, which need not begin where a vector does, may be another thread's rows. */
TARGET static void NAMED(run_choice)(const struct NAMED(ready) *r, const REAL *const *given, REAL *to, int64_t count) {
    for (int64_t done = 0, run = r->tile[2], end; done < count; done = end, run++) {
        const struct NAMED(ready) *own = &r->population[r->which[run]];
        end = (r->until[run] - r->tile[0]) * r->tile[1];
        end = end < count ? end : count;
        const int64_t rest = end == count && done % PER ? (end - done) % PER : 0, whole = end - done - rest;
        if (whole) NAMED(run_part)(own, given, done, to + done, whole);
        if (!rest) continue;
        VEC last;
        NAMED(run_part)(own, given, done + whole, (REAL *)&last, rest);
        memcpy(to + done + whole, &last, rest * sizeof(REAL));
    }
}

/* Run the program over `count` numbers of a tile: the variables from `given` on, the result into `to`. */
TARGET static void NAMED(run)(const struct NAMED(ready) *r, const REAL *const *given, REAL *to, int64_t count) {
    const struct program *p = r->program;
    if (p->populations) {
        NAMED(run_choice)(r, given, to, count);
        return;
    }
    for (int k = 0; k < p->variables; k++) r->at[k] = (VEC *)given[k];
    r->at[p->code[p->length - 1].to] = (VEC *)to;
    NAMED(interpret)(p->code + p->prelude, p->code + p->length, r->at, r->step, (count + PER - 1) / PER);
}
