/* Euler's method over one phase; included once for each number type and instruction set.

   With g the drift, I_j = sum over edges i -> j of W_ji f(s_i), F the force of the cost and beta the nudge, a step is

       explicit       s_j <- box( s_j + dt (g(s_j, I_j) + beta F_j) )
       semi-implicit  s_j <- box( (s_j + dt (A_j + beta F_j(0))) / (1 + dt (L_j + beta k)) )

   where the drift is A - L s and the force is F(0) - k s; a force that is no such line is taken at s_j, with k = 0. A
   transposed phase adds (J' - J)(s - s*), J = dg/ds at the anchor s*, whose off-diagonal part is

       f'_j sum over edges j -> k of W_kj (dg/dI)_k (s_k - s*_k)  -  (dg/dI)_j sum over edges i -> j of W_ji f'_i (s_i - s*_i).

   A sample's residual is max_j |box(s_j + dt (g_j + beta F_j)) - s_j| / dt; it stops when that falls to `tol`. A lane that
   has stopped moves on unseen until the others have, so that none of them branches.

   Where a sample chooses, its steps are semi-implicit with dt = 1/4 if the drift is linear in s and L_j + beta k >= 0 at
   every node, else explicit with dt = min(1/2, 1 / (2 (max_j |dg_j/ds_j| + |beta k|))), at the start.

   Further variables of a neuron, whose drifts read s, I and each other, take the same kind of step, by their own leak; their
   tables lie behind that of s. Neither box nor nudge reaches them. */

/* L + beta k (`damp`) and 1 / (1 + dt (L + beta k)) (`gain`) of this thread's rows, for semi-implicit steps; rows that are
   none stay where they are. */
TARGET static void NAMED(load_leaks)(struct NAMED(part) *mine, int64_t lanes) {
    const struct NAMED(euler) *all = mine->all;
    const struct phase *p = all->phase;
    for (int v = 0; v <= p->variables; v++) {
        const REAL *leaks = mine->leaks + v * padded(p->rows);
        const int64_t table = v * TABLE_ROWS(p) * lanes, low = table + mine->low * lanes, high = table + mine->high * lanes;
        if (lanes == 1) memcpy(all->damp + low, leaks + mine->low, (high - low) * sizeof(REAL));
        else NAMED(spread_row)(leaks + mine->low, all->damp + low, mine->high - mine->low, lanes);
        for (int64_t k = mine->first_output; !v && p->stiffness != 0 && k < mine->last_output; k++)
            for (int64_t lane = 0; lane < lanes; lane++)
                all->damp[p->output_row[k] * lanes + lane] += (REAL)p->stiffness * all->nudge[lane];
        for (int64_t k = high; k % PER_LINE; k++) all->damp[k] = 0;
        for (int64_t k = low, lane = 0; k < high; k += PER, lane = NEXT(lane, mine->period))
            *(VEC *)(all->gain + k) = 1 / (1 + *(VEC *)(all->dt + lane) * *(VEC *)(all->damp + k));
    }
}

/* One step of the rows of a tile, of which `moved` holds drift + nudge; the largest move into `worst`. Of one kind,
   measured or not, in one box or each row in its own, so that nothing is asked in the loop. A further variable has none. */
TARGET static inline __attribute__((always_inline)) void NAMED(move_kind)(
    const struct NAMED(part) *mine, const REAL *s_table, REAL *to_table, int64_t at, int64_t count, double ends[2], int implicit,
    int measured, int boxed) {
    const int64_t vectors = (count + PER_LINE - 1) / PER_LINE * PER_LINE / PER, period = mine->period / PER;
    const VEC *s = (const VEC *)(s_table + at), *moved = (const VEC *)mine->moved, *dt = (const VEC *)mine->all->dt;
    const VEC *damp = (const VEC *)(mine->all->damp + at), *gain = (const VEC *)(mine->all->gain + at);
    VEC *new = (VEC *)(to_table + at), *worst = (VEC *)mine->worst;
    const VEC one_low = NAMED(splat)((REAL)ends[0]), one_high = NAMED(splat)((REAL)ends[1]);
    const VEC *lows = (const VEC *)mine->least, *highs = (const VEC *)mine->most;
    for (int64_t first = 0; first < vectors; first += period)
        for (int64_t lane = 0, v = first; lane < period && v < vectors; lane++, v++) {
            const VEC x = s[v], step = dt[lane], low = boxed ? lows[v] : one_low, high = boxed ? highs[v] : one_high;
            if (implicit) new[v] = NAMED(box)((x + step * moved[v]) * gain[v], low, high);
            VEC rate = moved[v];
            if (implicit) rate -= damp[v] * x;
            if (implicit && !measured) continue;
            const VEC y = NAMED(box)(x + step * rate, low, high);
            if (!implicit) new[v] = y;
            if (measured) worst[lane] = NAMED(worse)(worst[lane], NAMED(magnitude)(y - x));
        }
}

TARGET static void NAMED(move)(const struct NAMED(part) *mine, const REAL *s, REAL *to, int64_t at, int64_t count, int further,
                               int measured) {
    const struct phase *p = mine->all->phase;
    double ends[2] = {further ? -INFINITY : p->low, further ? INFINITY : p->high};
    if (p->boxed && !further) { /* rows of the padding stay where they are: at 0, in a box of 0 */
        if (mine->implicit) NAMED(move_kind)(mine, s, to, at, count, ends, 1, measured, 1);
        else NAMED(move_kind)(mine, s, to, at, count, ends, 0, measured, 1);
    }
    else if (mine->implicit && measured) NAMED(move_kind)(mine, s, to, at, count, ends, 1, 1, 0);
    else if (mine->implicit) NAMED(move_kind)(mine, s, to, at, count, ends, 1, 0, 0);
    else if (measured) NAMED(move_kind)(mine, s, to, at, count, ends, 0, 1, 0);
    else NAMED(move_kind)(mine, s, to, at, count, ends, 0, 0, 0);
}

/* One step of this thread's rows, from table `side` to the other, tile after tile. */
TARGET static void NAMED(step)(struct NAMED(part) *mine, int side, int64_t lanes, int measured) {
    const struct NAMED(euler) *all = mine->all;
    const struct phase *p = all->phase;
    const int64_t rows = ROWS_A_TILE(lanes);
    const REAL *s = all->s[side], *sent = all->sent[side];
    REAL *new = all->s[1 - side], *new_sent = all->sent[1 - side];
    int64_t output = mine->first_output;
    const int nudged = p->nudged;
    if (measured) NAMED(fill)(mine->worst, 0, mine->period);
    if (nudged && !(mine->implicit && p->stiff)) NAMED(pull_outputs)(p, &mine->pull, s, lanes, mine->first_output, mine->last_output);
    const int64_t *indptr = p->recurrent.indptr;
    for (int64_t first = mine->low; first < mine->high && !stopped(p->gate); first += rows) {
        const int64_t here = mine->high - first < rows ? mine->high - first : rows, at = first * lanes;
        const int64_t count = here * lanes;
        if (mine->thread == 0) check_signals(p, (indptr[first + here] - indptr[first] + 8 * here) * lanes);
        /* 1. I = base + sum over edges of what they carry. */
        NAMED(gather)(&p->recurrent, sent, all->base + at, mine->total, first, first + here, lanes);
        /* 2. The drift, at s, or A of A - L s: at 0. */
        if (mine->ready_at != first) {
            NAMED(spread)(&mine->drift, first, here, lanes), NAMED(spread)(&mine->transfer, first, here, lanes);
            for (int v = 0; v < p->variables; v++) NAMED(spread)(&mine->variable[v].drift, first, here, lanes);
            NAMED(spread_box)(p, all->values, first, here, lanes, mine->least, mine->most);
            for (int64_t k = count; k % PER_LINE; k++) mine->least[k] = mine->most[k] = 0;
            mine->ready_at = first;
        }
        const REAL *given[2 + MOST_VARIABLES] = {mine->implicit ? mine->zero : s + at, mine->total};
        NAMED(give_variables)(p, s + at, given, lanes);
        NAMED(run)(&mine->drift, given, mine->moved, count);
        /* 3. The terms of a transposed phase. */
        if (p->anchor) {
            NAMED(gather)(&p->recurrent, all->away_sent, mine->zero, mine->carried, first, first + here, lanes);
            NAMED(gather)(&p->transposed, all->away_in, mine->zero, mine->returned, first, first + here, lanes);
            for (int64_t k = 0; k < count; k += PER) {
                VEC *moved = (VEC *)(mine->moved + k);
                *moved += *(VEC *)(all->slope_sent + at + k) * *(VEC *)(mine->returned + k);
                *moved -= *(VEC *)(all->slope_in + at + k) * *(VEC *)(mine->carried + k);
            }
        }
        /* 4. The nudge of the outputs among these rows, which come in the order of their rows. */
        for (; nudged && output < mine->last_output && p->output_row[output] < first + here; output++) {
            NAMED(add)(mine->moved + (p->output_row[output] - first) * lanes, mine->pull.force_of + output * lanes, lanes);
        }
        /* 5. The step; numbers beyond the rows stay where they are. */
        for (int64_t k = count; k % PER_LINE; k++) mine->moved[k] = 0;
        NAMED(move)(mine, s, new, at, count, 0, measured);
        for (int v = 0; v < p->variables; v++) { /* the same of each further variable, which reads the s of before */
            const int64_t there = at + (1 + v) * TABLE_ROWS(p) * lanes;
            given[0] = s + at, given[2 + v] = mine->implicit ? mine->zero : s + there;
            NAMED(run)(&mine->variable[v].drift, given, mine->moved, count);
            given[2 + v] = s + there;
            for (int64_t k = count; k % PER_LINE; k++) mine->moved[k] = 0;
            NAMED(move)(mine, s, new, there, count, 1, measured);
        }
        /* 6. What the nodes send from now on. */
        const REAL *state[] = {new + at};
        if (p->transfer) NAMED(run)(&mine->transfer, state, new_sent + at, count);
    }
    if (measured) NAMED(fold)(mine->worst, lanes);
}

/* f' and dg/dI at the anchor s*, for this thread's rows; its inputs are those that f(s*) sends. */
TARGET static void NAMED(linearise)(struct NAMED(part) *mine, int64_t lanes) {
    const struct NAMED(euler) *all = mine->all;
    const struct phase *p = all->phase;
    const int64_t rows = ROWS_A_TILE(lanes);
    for (int64_t first = mine->low; first < mine->high; first += rows) {
        const int64_t here = mine->high - first < rows ? mine->high - first : rows, at = first * lanes;
        NAMED(gather)(&p->recurrent, all->away_sent, all->base + at, mine->total, first, first + here, lanes);
        const REAL *given[] = {all->anchor + at, mine->total};
        NAMED(spread)(&mine->slope_in, first, here, lanes);
        NAMED(run)(&mine->slope_in, given, all->slope_in + at, here * lanes);
    }
    NAMED(apply)(&mine->transfer_slope, all->anchor, all->slope_sent, mine->low, mine->high, lanes);
}

/* f' (s - s*), which goes along the edges, and dg/dI (s - s*), which goes back along them, of this thread's rows. */
TARGET static void NAMED(deviate)(const struct NAMED(part) *mine, const REAL *s, int64_t lanes) {
    const struct NAMED(euler) *all = mine->all;
    for (int64_t k = mine->low * lanes; k < mine->high * lanes; k += PER) {
        const VEC away = *(const VEC *)(s + k) - *(const VEC *)(all->anchor + k);
        *(VEC *)(all->away_sent + k) = *(const VEC *)(all->slope_sent + k) * away;
        *(VEC *)(all->away_in + k) = *(const VEC *)(all->slope_in + k) * away;
    }
}

/* Integrate the rule over one step, from `s` to `new`: its two sides at every row, then every edge into this thread's. */
TARGET static void NAMED(integrate)(struct NAMED(part) *mine, const REAL *s, const REAL *new, int64_t step, int64_t lanes) {
    const struct phase *p = mine->all->phase;
    const struct rule *rule = &p->rule;
    const struct NAMED(online) *o = &mine->all->online;
    const struct NAMED(rule) *own = &mine->rule;
    for (int64_t k = mine->low * lanes; k < mine->high * lanes; k += PER)
        *(VEC *)(o->change + k) = *(const VEC *)(new + k) - *(const VEC *)(s + k);
    const REAL *given[] = {new, o->change}, *from[MOST_TERMS], *into[MOST_TERMS];
    for (int t = 0; t < rule->terms; t++) {
        /* A side that is a variable, while all lanes are alive, needs no table of its own. */
        const int pre = o->whole ? NAMED(bare)(rule->pre[t]) : -1, post = o->whole ? NAMED(bare)(rule->post[t]) : -1;
        from[t] = pre < 0 ? o->pre[t] : given[pre], into[t] = post < 0 ? o->post[t] : given[post];
        if (pre < 0) NAMED(rule_side)(&own->pre[t], o, new, o->pre[t], mine->low, mine->high, lanes);
        if (post < 0) NAMED(rule_side)(&own->post[t], o, new, o->post[t], mine->low, mine->high, lanes);
        if (step == 1 && mine->thread == 0) /* the clamped nodes, and one that sends 1 */
            NAMED(rule_side)(&own->pre[t], o, new, o->pre[t], padded(p->free), ONE_ROW(p) + 1, lanes);
    }
    meet(p->gate, p->threads);
    for (int64_t j = mine->low; j < mine->high && !stopped(p->gate); j++) {
        const int64_t first = rule->first[j], last = rule->last[j], bias = rule->bias[j];
        if (mine->thread == 0 && last > first) check_signals(p, (last - first) * (rule->whole ? 8 : rule->terms) * lanes);
        const int32_t one = (int32_t)ONE_ROW(p);
        for (int t = 0; t < rule->terms; t++) {
            const int64_t at = t * (rule->edges + rule->biases), to = at + rule->edges + bias;
            const REAL *P = from[t], *q = into[t] + j * lanes;
            if (lanes == 1) NAMED(add_products_of_one)(first, last, rule->other, P, *q, rule->trace + at);
            else NAMED(add_products)(first, last, rule->other, P, q, lanes, o->sums + at);
            if (bias >= 0) NAMED(add_products)(0, 1, &one, P, q, lanes, o->sums + to);
        }
        for (int64_t k = first; rule->whole && k < last; k++)
            rule->trace[k] += NAMED(rule_of_edge)(own, o, new, rule->other[k], j, ((const REAL *)rule->weights)[k], lanes);
        if (rule->whole && bias >= 0)
            rule->trace[rule->edges + bias] += NAMED(rule_of_edge)(
                own, o, new, one, j, ((const REAL *)p->bias)[p->node[j]], lanes);
    }
}

/* Copy the recorded nodes of every lane that moves into a frame. */
TARGET static void NAMED(record)(const struct phase *p, const REAL *s, const double *live, int64_t first, int64_t count,
                                 int64_t frame, int64_t lanes) {
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t v = 0, all = p->watched * (1 + p->variables); live[lane] != 0 && v <= p->variables; v++)
            for (int64_t k = 0; k < p->watched; k++)
                ((REAL *)p->frames)[(sample_of(p, first + lane) * p->frame_count + frame) * all + v * p->watched + k] =
                    s[(v * TABLE_ROWS(p) + p->watched_row[k]) * lanes + lane];
}

/* Move the samples `first` to `first + count` until each has settled, diverged or taken all its steps. */
TARGET static void NAMED(follow)(struct NAMED(part) *mine, int64_t first, int64_t count) {
    struct NAMED(euler) *all = mine->all;
    const struct phase *p = all->phase;
    const int64_t lanes = NAMED(lanes_for)(count), low = mine->low, high = mine->high;
    const int64_t clamped = p->nodes - p->free, from = p->free + clamped * mine->thread / p->threads;
    const int64_t until = p->free + clamped * (mine->thread + 1) / p->threads;
    double live[LANES], ending[LANES];
    mine->period = NAMED(period)(lanes), mine->ready_at = -1;
    mine->pull.nudge = all->nudge, mine->pull.target = all->target;
    /* 1. The samples into lanes: state, what it sends, targets, nudge and dt. */
    for (int64_t lane = 0; lane < lanes; lane++) live[lane] = lane < count;
    if (mine->thread == 0) {
        for (int64_t k = 0; k < mine->period; k++) {
            all->dt[k] = (REAL)p->dt[SAMPLE(k % lanes)];
            all->online.alive[k] = k % lanes < count;
        }
        all->online.whole = count == lanes;
        NAMED(load_targets)(p, all->nudge, all->target, first, count, lanes);
        const REAL pad = p->low > 0 ? (REAL)p->low : p->high < 0 ? (REAL)p->high : 0; /* where it stays */
        for (int side = 0; side < 2; side++) {
            NAMED(fill)(all->s[side] + ONE_ROW(p) * lanes, 1, lanes);
            NAMED(fill)(all->s[side] + p->free * lanes, pad, (padded(p->free) - p->free) * lanes);
            for (int v = 1; v <= p->variables; v++)
                NAMED(fill)(all->s[side] + (v * TABLE_ROWS(p) + p->free) * lanes, 0, (padded(p->free) - p->free) * lanes);
        }
    }
    const int64_t ranges[2][2] = {{low, high}, {from, until}};
    for (int range = 0; range < 2; range++) {
        const int64_t begin = ranges[range][0], end = ranges[range][1], row = ROW_OF(p, begin);
        if (begin == end) continue;
        for (int v = 0; v <= p->variables; v++) {
            const int64_t table = v * TABLE_ROWS(p) * lanes;
            NAMED(load)(p, (const REAL *)p->start + v * p->nodes, all->s[0] + table, first, count, lanes, begin, end);
            memcpy(all->s[1] + table + row * lanes, all->s[0] + table + row * lanes, (end - begin) * lanes * sizeof(REAL));
        }
    }
    meet(p->gate, p->threads);
    if (p->transfer)
        for (int side = 0; side < 2; side++) {
            NAMED(apply)(&mine->transfer, all->s[0], all->sent[side], low, high, lanes);
            if (mine->thread == 0)
                NAMED(apply)(&mine->transfer, all->s[0], all->sent[side], padded(p->free), p->rows, lanes);
        }
    /* 2. What the clamped nodes send is summed once. */
    NAMED(fill)(all->base + low * lanes, 0, (high - low) * lanes);
    meet(p->gate, p->threads);
    NAMED(gather)(&p->clamped, all->sent[0], all->base + low * lanes, all->base + low * lanes, low, high, lanes);
    if (p->anchor) {
        NAMED(load)(p, p->anchor, all->anchor, first, count, lanes, low, high);
        if (p->transfer) NAMED(apply)(&mine->transfer, all->anchor, all->away_sent, low, high, lanes);
        else memcpy(all->away_sent + low * lanes, all->anchor + low * lanes, (high - low) * lanes * sizeof(REAL));
        meet(p->gate, p->threads);
        NAMED(linearise)(mine, lanes);
    }
    if (!mine->implicit) NAMED(choose_lengths)(mine, first, count, lanes);
    else NAMED(load_leaks)(mine, lanes);
    if (p->nudged && mine->implicit && p->stiff) NAMED(pull_outputs)(p, &mine->pull, 0, lanes, mine->first_output, mine->last_output);
    if (p->every && mine->thread == 0) NAMED(record)(p, all->s[0], live, first, count, 0, lanes);
    int64_t running = count;
    int side = 0;
    for (int64_t step = 1; step <= p->steps && running; step++, side = 1 - side) {
        const int measured = p->tol > 0 || step == p->steps || !(step & (EVERY - 1));
        if (p->anchor) {
            meet(p->gate, p->threads);
            NAMED(deviate)(mine, all->s[side], lanes);
            meet(p->gate, p->threads);
        }
        /* 3. The step. */
        NAMED(step)(mine, side, lanes, measured);
        if (p->threads > 1) NAMED(compare)(mine, side, lanes);
        if (stopped(p->gate)) return;
        const REAL *s = all->s[1 - side];
        if (p->rule.online) {
            NAMED(integrate)(mine, all->s[side], s, step, lanes);
            meet(p->gate, p->threads);
        }
        if (p->every && mine->thread == 0 && step % p->every == 0)
            NAMED(record)(p, s, live, first, count, step / p->every, lanes);
        if (!measured) continue;
        /* 4. Which samples end here. */
        int64_t over = 0;
        for (int64_t lane = 0; lane < count; lane++) {
            ending[lane] = 0;
            if (live[lane] == 0) continue;
            const double rest = mine->worst[lane] / all->dt[lane];
            const int settled = p->tol > 0 && rest <= p->tol, lost = !(rest < LARGEST);
            if (!settled && !lost && step < p->steps) continue;
            live[lane] = 0, ending[lane] = 1, over++;
            if (mine->thread == 0) {
                const int64_t sample = sample_of(p, first + lane);
                p->residual[sample] = rest, p->n_steps[sample] = step;
                p->status[sample] = lost ? DIVERGED : settled ? CONVERGED : STEP_LIMIT;
            }
        }
        if (!over) continue;
        running -= over;
        if (over == count) {
            for (int v = 0; v <= p->variables; v++) {
                NAMED(unload_all)(p, s + v * TABLE_ROWS(p) * lanes, v * p->nodes, first, count, lanes, low, high);
                NAMED(unload_all)(p, s + v * TABLE_ROWS(p) * lanes, v * p->nodes, first, count, lanes, from, until);
            }
            break;
        }
        for (int64_t lane = 0; lane < count; lane++)
            for (int v = 0; ending[lane] != 0 && v <= p->variables; v++) {
                const REAL *table = s + v * TABLE_ROWS(p) * lanes;
                NAMED(unload)(p, table, v * p->nodes, sample_of(p, first + lane), lane, lanes, low, high);
                NAMED(unload)(p, table, v * p->nodes, sample_of(p, first + lane), lane, lanes, from, until);
            }
        if (p->rule.online) { /* the others still read who is alive */
            meet(p->gate, p->threads);
            if (mine->thread == 0) all->online.whole = 0;
            for (int64_t k = 0; mine->thread == 0 && k < mine->period; k++)
                all->online.alive[k] = k % lanes < count && live[k % lanes] != 0;
        }
    }
    meet(p->gate, p->threads);
}

/* All that one thread does of a phase. */
TARGET static void *NAMED(take_part)(void *given) {
    struct NAMED(part) *mine = given;
    const struct phase *p = mine->all->phase;
    const struct NAMED(ready) *of_nodes[] = {&mine->drift, &mine->transfer, &mine->leak, &mine->slope_s, &mine->slope_in, &mine->transfer_slope};
    for (size_t k = 0; k < sizeof of_nodes / sizeof *of_nodes; k++) NAMED(prepare)(of_nodes[k], p, mine->all->values);
    for (int v = 0; v < p->variables; v++) {
        NAMED(prepare)(&mine->variable[v].drift, p, mine->all->values);
        NAMED(prepare)(&mine->variable[v].leak, p, mine->all->values);
        NAMED(prepare)(&mine->variable[v].slope, p, mine->all->values);
    }
    for (int v = 0; p->leak && v <= p->variables; v++)
        NAMED(by_node)(v ? &mine->variable[v - 1].leak : &mine->leak, mine->leaks + v * padded(p->rows), mine->low, mine->high);
    const int64_t bounds[] = {0, mine->all->semi, p->batch};
    for (int kind = 0; kind < 2; kind++) {
        const int64_t end = bounds[kind + 1];
        mine->implicit = kind == 0;
        for (int64_t first = bounds[kind]; first < end && !stopped(p->gate); first += LANES)
            NAMED(follow)(mine, first, end - first < LANES ? end - first : LANES);
    }
    return 0;
}

/* Run a phase on its threads, each with free rows of as many edges; whole lines of them in any layout. */
TARGET static int NAMED(run_euler)(struct phase *p) {
    struct NAMED(euler) all = {.phase = p};
    struct NAMED(part) parts[MOST_THREADS] = {{0}};
    struct workspace w = {0};
    for (int pass = 0; pass < 2; pass++) {
        const int64_t lanes = NAMED(lanes_for)(p->batch < LANES ? p->batch : LANES);
        w.used = 0, w.tile = tile_bytes(ONE_ROW(p) * lanes * (int64_t)sizeof(REAL));
        NAMED(cut_euler)(&w, p, &all, lanes);
        for (int64_t t = 0; t < p->threads; t++) NAMED(cut_part)(&w, p, &parts[t], lanes);
        if (!pass && provide(&w)) return -1;
    }
    NAMED(node_values)(p, all.values);
    p->recurrent.alike = find_alike(&p->recurrent, p->free, all.alike);
    p->clamped.alike = find_alike(&p->clamped, p->free, all.clamped_alike);
    for (int64_t t = 0; t < p->threads; t++) {
        struct NAMED(part) *mine = &parts[t];
        mine->all = &all, mine->thread = t;
        mine->low = t ? parts[t - 1].high : 0;
        mine->high = t + 1 == p->threads ? p->free : row_after(p, t + 1);
        while (mine->first_output < p->outputs && p->output_row[mine->first_output] < mine->low) mine->first_output++;
        mine->last_output = mine->first_output;
        while (mine->last_output < p->outputs && p->output_row[mine->last_output] < mine->high) mine->last_output++;
    }
    const int possible = NAMED(choose_kinds)(p, &all, &parts[0]);
    const int failed = possible ? together(p, NAMED(take_part), parts, sizeof *parts) : IMPOSSIBLE;
    for (int64_t k = 0; k < p->rule.terms * (p->rule.edges + p->rule.biases); k++)
        p->rule.trace[k] += NAMED(sum_of)(all.online.sums[k]);
    free(w.block);
    return failed;
}
