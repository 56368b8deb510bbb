/* A scaled permutation of complex numbers, and what hubs send, row by row; included once for each number type and
   instruction set.

   Complex numbers are pairs. c u is (Re c, Re c) u + (-Im c, Im c) (u with its parts exchanged), and what hub k sends,
   s b_k, is Re s b_k + Im s i b_k. So `factors` holds, for each four complex numbers in turn, eight numbers of each of
   these: the two of c, then b_k and i b_k of one hub after the other: one stream, for several would be at the same places
   of different pages. What hub k hears is the sum of u a_k: `heard` holds (Re a, -Im a), which gives its real part, and
   then (Im a, Re a), hub after hub. */
enum { NAMED(block) = 8 };

#if defined(__x86_64__)
#if WIDE == 64
#define EXCHANGED(x) ((VEC)(SINGLE ? (MASK)_mm512_permute_ps((__m512)(x), 0xB1) : (MASK)_mm512_permute_pd((__m512d)(x), 0x55)))
#elif WIDE == 32
#define EXCHANGED(x) ((VEC)(SINGLE ? (MASK)_mm256_permute_ps((__m256)(x), 0xB1) : (MASK)_mm256_permute_pd((__m256d)(x), 0x5)))
#else
#define EXCHANGED(x) ((VEC)(SINGLE ? (MASK)_mm_shuffle_ps((__m128)(x), (__m128)(x), 0xB1) : (MASK)_mm_shuffle_pd((__m128d)(x), (__m128d)(x), 0x1)))
#endif
#else
TARGET static inline VEC NAMED(exchanged)(VEC x) {
    VEC y;
    for (int k = 0; k < PER; k++) y[k] = x[k ^ 1];
    return y;
}
#define EXCHANGED(x) NAMED(exchanged)(x)
#endif

/* As many complex numbers as a vector holds, from `places`. */
TARGET static inline VEC NAMED(gathered)(const REAL *from, const int64_t *places) {
#if defined(__x86_64__)
    if (!SINGLE) {
#define PAIR(k) _mm_loadu_pd((const double *)from + 2 * places[k])
#if WIDE == 64
        __m512d x = _mm512_castpd128_pd512(PAIR(0));
        x = _mm512_insertf64x2(x, PAIR(1), 1), x = _mm512_insertf64x2(x, PAIR(2), 2), x = _mm512_insertf64x2(x, PAIR(3), 3);
        return (VEC)x;
#elif WIDE == 32
        return (VEC)_mm256_insertf128_pd(_mm256_castpd128_pd256(PAIR(0)), PAIR(1), 1);
#else
        return (VEC)PAIR(0);
#endif
#undef PAIR
    }
#endif
    VEC x;
    for (int k = 0; k < PER; k++) x[k] = from[2 * places[k / 2] + k % 2];
    return x;
}

/* A vector of what a row becomes; f are its factors, `hubs` of them after those of c. */
TARGET static inline __attribute__((always_inline)) VEC NAMED(become)(VEC x, const REAL *f, const REAL *sum, int scaled, int64_t hubs) {
    const int64_t step = NAMED(block);
    if (scaled) x = x * *(const VEC *)f + EXCHANGED(x) * *(const VEC *)(f + step), f += 2 * step;
    for (int64_t h = 0; h < hubs; h++, f += 2 * step)
        x += sum[2 * h] * *(const VEC *)f + sum[2 * h + 1] * *(const VEC *)(f + step);
    return x;
}

/* One row; `whole` of its numbers are blocks. The last arguments are constants wherever it is called. */
TARGET static inline __attribute__((always_inline)) void NAMED(turned_row)(const REAL *from, int64_t size, const int64_t *source,
                                                                           const REAL *sum, const REAL *factors, REAL *v,
                                                                           int scaled, int moved, int64_t hubs) {
    const int64_t step = NAMED(block), many = (scaled ? 2 : 0) + 2 * hubs, whole = size / step * step;
    const REAL *f = factors;
    int64_t k = 0;
    if (PER <= step)
        for (; k < whole; k += step, f += many * step)
            UNROLL for (int64_t part = 0; part < step; part += PER) {
                const VEC x = moved ? NAMED(gathered)(from, source + (k + part) / 2) : *(const VEC *)(from + k + part);
                *(VEC *)(v + k + part) = NAMED(become)(x, f + part, sum, scaled, hubs);
            }
    for (; k < size; k += 2) {
        const int64_t at = moved ? 2 * source[k / 2] : k;
        const REAL *g = factors + k / step * step * many + k % step;
        REAL x = from[at], y = from[at + 1];
        if (scaled) {
            const REAL real = x * g[0] + y * g[step];
            y = y * g[1] + x * g[step + 1], x = real, g += 2 * step;
        }
        for (int64_t h = 0; h < hubs; h++, g += 2 * step) {
            x += sum[2 * h] * g[0] + sum[2 * h + 1] * g[step];
            y += sum[2 * h] * g[1] + sum[2 * h + 1] * g[step + 1];
        }
        v[k] = x, v[k + 1] = y;
    }
}

/* What a hub hears of a row: the sums of u a, and of u b, b behind a. */
TARGET static inline void NAMED(listen)(const REAL *u, const REAL *a, int64_t size, REAL *to) {
    VEC sum[4] = {{0}}, other[4] = {{0}};
    int64_t k = 0;
    for (; k + 4 * PER <= size; k += 4 * PER)
        UNROLL for (int part = 0; part < 4; part++) {
            const VEC x = *(const VEC *)(u + k + part * PER);
            sum[part] += x * *(const VEC *)(a + k + part * PER);
            other[part] += x * *(const VEC *)(a + size + k + part * PER);
        }
    const VEC all = (sum[0] + sum[1]) + (sum[2] + sum[3]), rest = (other[0] + other[1]) + (other[2] + other[3]);
    REAL one = 0, two = 0;
    for (int lane = 0; lane < PER; lane++) one += all[lane], two += rest[lane];
    for (; k < size; k++) one += u[k] * a[k], two += u[k] * a[size + k];
    to[0] = one, to[1] = two;
}

TARGET static void NAMED(turned)(const void *rows, int64_t batch, int64_t count, int scaled, const int64_t *source,
                                 const void *heard, const void *factors, int64_t hubs, void *to) {
    const int64_t size = 2 * count;
    REAL sums[2 * MOST_HUBS];
#define EACH_ROW(scaled, moved, hubs)                                                                                 \
    for (int64_t row = 0; row < batch; row++) {                                                                       \
        const REAL *u = (const REAL *)rows + row * size;                                                              \
        for (int64_t h = 0; h < (hubs); h++) NAMED(listen)(u, (const REAL *)heard + 2 * h * size, size, sums + 2 * h); \
        NAMED(turned_row)(u, size, source, sums, factors, (REAL *)to + row * size, scaled, moved, hubs);              \
    }
    if (scaled && source && hubs == 1) EACH_ROW(1, 1, 1)
    else if (scaled && !source && hubs == 1) EACH_ROW(1, 0, 1)
    else if (scaled && !source && hubs == 0) EACH_ROW(1, 0, 0)
    else if (source) EACH_ROW(scaled, 1, hubs)
    else EACH_ROW(scaled, 0, hubs)
#undef EACH_ROW
}
#undef EXCHANGED
