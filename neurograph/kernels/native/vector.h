/* The vectors of one number type and instruction set; included once for each, with REAL, INTEGER, SET, WIDE and TARGET.

   A table is rows of nodes x lanes, a sample a lane, and elementwise work runs over whole vectors of it, padding
   included. So every number is made by the same instructions, wherever it stands and whatever stands beside it. */

#define VEC NAMED(vec)
#define MASK NAMED(mask)
#define BITS NAMED(bits)
typedef REAL VEC __attribute__((vector_size(WIDE), aligned(sizeof(REAL)), may_alias));
typedef INTEGER MASK __attribute__((vector_size(WIDE), aligned(sizeof(REAL)), may_alias));
typedef UNSIGNED BITS __attribute__((vector_size(WIDE), aligned(sizeof(REAL)), may_alias));
enum { NAMED(per) = WIDE / sizeof(REAL), NAMED(line) = LINE / sizeof(REAL) };
#define PER ((int64_t)NAMED(per))
#define PER_LINE ((int64_t)NAMED(line))

/* a where the mask is set, else b. */
TARGET static inline VEC NAMED(pick)(MASK mask, VEC a, VEC b) {
    return (VEC)((mask & (MASK)a) | (~mask & (MASK)b));
}

TARGET static inline VEC NAMED(splat)(REAL x) { return x - (VEC){0}; }

/* Whether the mask is set in any lane. */
TARGET static inline int NAMED(any)(MASK mask) {
    typedef int64_t pair __attribute__((vector_size(16), aligned(sizeof(REAL)), may_alias));
    const pair *part = (const pair *)&mask;
    pair all = part[0];
    for (int p = 1; p < WIDE / 16; p++) all |= part[p];
    return (all[0] | all[1]) != 0;
}

TARGET static inline VEC NAMED(magnitude)(VEC x) {
    return (VEC)((MASK)x & (MASK)((SINGLE ? (MASK){0} + (INTEGER)0x7fffffff : (MASK){0} + (INTEGER)0x7fffffffffffffff)));
}

/* The smaller and the larger of two; the second where either is NaN, and where both are 0. */
#if defined(__x86_64__)
#if WIDE == 64
#define OF_TWO(what, a, b) ((VEC)(SINGLE ? (MASK)_mm512_##what##_ps((__m512)(a), (__m512)(b)) : (MASK)_mm512_##what##_pd((__m512d)(a), (__m512d)(b))))
#elif WIDE == 32
#define OF_TWO(what, a, b) ((VEC)(SINGLE ? (MASK)_mm256_##what##_ps((__m256)(a), (__m256)(b)) : (MASK)_mm256_##what##_pd((__m256d)(a), (__m256d)(b))))
#else
#define OF_TWO(what, a, b) ((VEC)(SINGLE ? (MASK)_mm_##what##_ps((__m128)(a), (__m128)(b)) : (MASK)_mm_##what##_pd((__m128d)(a), (__m128d)(b))))
#endif
TARGET static inline VEC NAMED(smaller)(VEC a, VEC b) { return OF_TWO(min, a, b); }
TARGET static inline VEC NAMED(larger)(VEC a, VEC b) { return OF_TWO(max, a, b); }
#undef OF_TWO
#else
TARGET static inline VEC NAMED(smaller)(VEC a, VEC b) { return NAMED(pick)((MASK)(a < b), a, b); }
TARGET static inline VEC NAMED(larger)(VEC a, VEC b) { return NAMED(pick)((MASK)(a > b), a, b); }
#endif

TARGET static inline VEC NAMED(box)(VEC x, VEC low, VEC high) { /* NaN stays */
    return NAMED(larger)(low, NAMED(smaller)(high, x));
}

/* The larger of two, or the second where it is NaN, which then stays. */
TARGET static inline VEC NAMED(worse)(VEC worst, VEC x) {
    return NAMED(pick)((MASK)(x > worst) | (MASK)(x != x), x, worst);
}

TARGET static inline VEC NAMED(vroot)(VEC x) {
#if defined(__x86_64__) && WIDE == 64
    return (VEC)(SINGLE ? (MASK)_mm512_sqrt_ps((__m512)x) : (MASK)_mm512_sqrt_pd((__m512d)x));
#elif defined(__x86_64__) && WIDE == 32
    return (VEC)(SINGLE ? (MASK)_mm256_sqrt_ps((__m256)x) : (MASK)_mm256_sqrt_pd((__m256d)x));
#else
    for (int k = 0; k < PER; k++) x[k] = SINGLE ? __builtin_sqrtf((float)x[k]) : (REAL)__builtin_sqrt(x[k]);
    return x;
#endif
}

TARGET static inline VEC NAMED(vpower)(VEC x, VEC y) {
    for (int k = 0; k < PER; k++) x[k] = SINGLE ? powf((float)x[k], (float)y[k]) : (REAL)pow(x[k], y[k]);
    return x;
}

TARGET static void NAMED(fill)(REAL *to, REAL value, int64_t count) {
    for (int64_t k = 0; k < count; k++) to[k] = value;
}

/* A number of every node, for every lane of its row; 4 lanes or a multiple. */
TARGET static void NAMED(spread_row)(const REAL *from, REAL *to, int64_t rows, int64_t lanes) {
    typedef REAL four __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));
    for (int64_t row = 0; row < rows; row++) {
        if (lanes % PER == 0)
            for (int64_t lane = 0; lane < lanes; lane += PER, to += PER) *(VEC *)to = NAMED(splat)(from[row]);
        else
            for (int64_t lane = 0; lane < lanes; lane += 4, to += 4) *(four *)to = from[row] - (four){0};
    }
}

TARGET static inline void NAMED(add)(REAL *to, const REAL *more, int64_t count) {
    int64_t k = 0;
    for (; k + PER <= count; k += PER) *(VEC *)(to + k) += *(const VEC *)(more + k);
    for (; k < count; k++) to[k] += more[k];
}
