/* The weighted sum over one node's edges, for every lane; included once for each number type and instruction set.

   Edges are gathered by row (`struct edges`); `sent` is what every row sends, rows x lanes. A lane of FEW edges or more is four partial sums, of the edges k, k + 1, k + 2 and k + 3
   modulo 4, and a lane of fewer is one sum, whatever the width of the vectors: so a sample's answer does not depend on
   the samples beside it. Up to four vectors a sum are kept in registers, so that an edge's ends and weight are read
   once for all of them. */

#define VECTOR(bytes) __attribute__((vector_size(bytes), aligned(sizeof(REAL)), may_alias))
typedef REAL NAMED(wide) VECTOR(WIDE);
typedef REAL NAMED(half) VECTOR(WIDE > 32 ? 32 : WIDE);
typedef REAL NAMED(least) VECTOR(16);
#undef VECTOR

#define EDGE(at, part, vector, count)                                                                                 \
    do {                                                                                                              \
        const REAL *from = sent + (int64_t)other[at] * stride + lane;                                                 \
        const REAL weight = weights[at];                                                                              \
        UNROLL for (int c = 0; c < (count); c++)                                                     \
            sum[part][c] += weight * ((const vector *)from)[c];                                                       \
    } while (0)

#define AT_ONCE(count) ((count) == 1 ? 16 : (count) == 2 ? 8 : 4)

#define LANES(vector, count)                                                                                          \
    do {                                                                                                              \
        vector sum[4][count];                                                                                         \
        UNROLL for (int c = 0; c < (count); c++) sum[0][c] = ((const vector *)(base + lane))[c];     \
        int64_t k = first;                                                                                            \
        if (last - first < FEW)                                                                                       \
            for (; k < last; k++) EDGE(k, 0, vector, count);                                                          \
        else {                                                                                                        \
            UNROLL for (int p = (count); p < 4 * (count); p++)                                      \
                sum[p / (count)][p % (count)] = (vector){0};                                                          \
            for (; k + AT_ONCE(count) <= last; k += AT_ONCE(count)) {                                                 \
                __builtin_prefetch(other + k + AHEAD);                                                                \
                __builtin_prefetch(weights + k + AHEAD);                                                              \
                UNROLL for (int e = 0; e < AT_ONCE(count); e++) EDGE(k + e, e % 4, vector, count);  \
            }                                                                                                         \
            for (; k + 4 <= last; k += 4)                                                                             \
                UNROLL for (int e = 0; e < 4; e++) EDGE(k + e, e, vector, count);                    \
            if (k < last) EDGE(k, 0, vector, count);                                                                  \
            if (k + 1 < last) EDGE(k + 1, 1, vector, count);                                                          \
            if (k + 2 < last) EDGE(k + 2, 2, vector, count);                                                          \
            UNROLL for (int c = 0; c < (count); c++)                                                 \
                sum[0][c] = (sum[0][c] + sum[1][c]) + (sum[2][c] + sum[3][c]);                                        \
        }                                                                                                             \
        UNROLL for (int c = 0; c < (count); c++) ((vector *)(total + lane))[c] = sum[0][c];          \
        lane += (int64_t)((count) * sizeof(vector) / sizeof(REAL));                                                   \
    } while (0)

#define FITS(vector, count) (lanes - lane >= (int64_t)((count) * sizeof(vector) / sizeof(REAL)))

TARGET static void NAMED(row)(int64_t first, int64_t last, const int32_t *restrict other,
                              const REAL *restrict weights, const REAL *restrict sent, int64_t stride,
                              const REAL *base, REAL *total, int64_t lanes) {
    int64_t lane = 0;
    while (FITS(NAMED(wide), 4)) LANES(NAMED(wide), 4);
    if (FITS(NAMED(wide), 3)) LANES(NAMED(wide), 3);
    else if (FITS(NAMED(wide), 2)) LANES(NAMED(wide), 2);
    else if (FITS(NAMED(wide), 1)) LANES(NAMED(wide), 1);
    if (FITS(NAMED(half), 1)) LANES(NAMED(half), 1);
    if (FITS(NAMED(least), 1)) LANES(NAMED(least), 1);
    if (stride == 1) {
        const int64_t stride = 1; /* known, so that no end is multiplied by it */
        LANES(REAL, 1);
    } else
        while (lane < lanes) LANES(REAL, 1);
}

#if WIDE == 64 /* where registers are enough */
/* The sums of four rows that hear the same nodes, over every `step`-th edge, for `count` vectors of lanes: what a node
   sends is read once for all four, and a weight once for all vectors. */
#define BUNDLE(count)                                                                                                 \
    do {                                                                                                              \
        VEC sum[4][count];                                                                                            \
        UNROLL for (int r = 0; r < 4; r++)                                                                            \
            UNROLL for (int c = 0; c < (count); c++) sum[r][c] = base ? ((const VEC *)(base + r * lanes))[c] : (VEC){0}; \
        for (int64_t k = first; k < degree; k += step) {                                                              \
            const VEC *from = (const VEC *)(sent + (int64_t)other[k] * lanes);                                        \
            UNROLL for (int r = 0; r < 4; r++) {                                                                      \
                VEC weight = NAMED(splat)(weights[k + r * degree]);                                                   \
                IN_REGISTER(weight);                                                                                  \
                UNROLL for (int c = 0; c < (count); c++) sum[r][c] += weight * from[c];                               \
            }                                                                                                         \
        }                                                                                                             \
        UNROLL for (int r = 0; r < 4; r++)                                                                            \
            UNROLL for (int c = 0; c < (count); c++) ((VEC *)(total + r * stride))[c] = sum[r][c];                    \
    } while (0)

TARGET static void NAMED(bundle)(int64_t count, int64_t first, int64_t step, int64_t degree, const int32_t *restrict other,
                                 const REAL *restrict weights, const REAL *restrict sent, const REAL *base, int64_t lanes,
                                 REAL *total, int64_t stride) {
    if (count == 4) BUNDLE(4);
    else if (count == 3) BUNDLE(3);
    else if (count == 2) BUNDLE(2);
    else BUNDLE(1);
}

TARGET static void NAMED(four_rows)(int64_t degree, const int32_t *other, const REAL *weights, const REAL *sent,
                                    const REAL *base, REAL *total, int64_t lanes) {
    for (int64_t lane = 0, count; lane < lanes; lane += count * PER) {
        count = lanes - lane >= 4 * PER ? 4 : (lanes - lane) / PER;
        if (degree < FEW) {
            NAMED(bundle)(count, 0, 1, degree, other, weights, sent + lane, base + lane, lanes, total + lane, lanes);
            continue;
        }
        VEC part[4][4][4]; /* of the edges k modulo 4, of a row, a vector */
        for (int k = 0; k < 4; k++)
            NAMED(bundle)(count, k, 4, degree, other, weights, sent + lane, k ? 0 : base + lane, lanes, (REAL *)part[k], 4 * PER);
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < count; c++)
                ((VEC *)(total + r * lanes + lane))[c] = (part[0][r][c] + part[1][r][c]) + (part[2][r][c] + part[3][r][c]);
    }
}
#undef BUNDLE
#endif

/* Write `base` plus the sums over the edges of rows `first` to `last` into `total`, whose rows begin with `first`'s.

   The two may be one table, which adds to it. */
TARGET static void NAMED(gather)(const struct edges *e, const REAL *sent, const REAL *base, REAL *total, int64_t first,
                                 int64_t last, int64_t lanes) {
    if (e->indptr[first] == e->indptr[last]) { /* no edge leads into these rows */
        if (total != base) memcpy(total, base, (last - first) * lanes * sizeof(REAL));
        return;
    }
    if (lanes == 1) {
        const REAL *weights = e->weights;
        for (int64_t row = first, k = e->indptr[first]; row < last; row++, base++, total++) {
            const int64_t end = e->indptr[row + 1];
            if (end - k >= FEW) {
                NAMED(row)(k, end, e->other, weights, sent, 1, base, total, 1);
                k = end;
                continue;
            }
            REAL sum = *base;
            for (; k < end; k++) sum += weights[k] * sent[e->other[k]];
            *total = sum;
        }
        return;
    }
    for (int64_t row = first; row < last; row++, base += lanes, total += lanes) {
#if WIDE == 64
        if (e->alike && row + 4 <= last && e->alike[row] && lanes % PER == 0) {
            const int64_t k = e->indptr[row];
            NAMED(four_rows)(e->indptr[row + 1] - k, e->other + k, (const REAL *)e->weights + k, sent, base, total, lanes);
            row += 3, base += 3 * lanes, total += 3 * lanes;
            continue;
        }
#endif
        NAMED(row)(e->indptr[row], e->indptr[row + 1], e->other, e->weights, sent, lanes, base, total, lanes);
    }
}

#undef EDGE
#undef AT_ONCE
#undef LANES
#undef FITS
