/* exp, log, tanh, sigmoid, sin and cos of a vector; included once for each number type and instruction set.

   Defined before: what vector.h asks for and defines; SINGLE, 1 for float and 0 for double; and <math.h>. A result is
   within 2 units in the last place (ulp) of the number that is closest to the true one, subnormal ones included, and
   depends on its own argument and the instruction set alone: what a lane holds never changes how another is computed.

   A compiler may fuse a product and a sum, or not. So a product that has to be exact is exact by itself, its factors
   having few bits, and no sum is of two products that are not: there is one way to fuse. Below, u is half an ulp of 1:
   2^-53, or 2^-24 for float. The polynomials are minimax ones, found by Remez's exchange at 45 digits and then rounded.

   Cody & Waite: Software Manual for the Elementary Functions, 1980. Dekker: A floating-point technique for extending the
   available precision, 1971. Muller et al.: Handbook of Floating-Point Arithmetic, 2018. Tang: Table-driven
   implementation of the exponential function, 1989. */

#if SINGLE
#define DIGITS 23 /* bits of a number after its first */
#define BIAS 127  /* what is added to the exponent of a number where it is stored */
#define LN2_HIGH 0x1.62e4p-1f /* 15 bits: its product with an exponent, of 8, is exact */
#define LN2_LOW 0x1.7f7d1cp-20f
#else
#define DIGITS 52
#define BIAS 1023
#define LN2_HIGH 0x1.62e42fefa3p-1 /* 41 bits, and an exponent has 11 */
#define LN2_LOW 0x1.3de6af278ece6p-42
#endif
/* 1.5 * 2^DIGITS. An integer k is the nearest to t where k + SHIFT is t + SHIFT as rounded, and the low bits of that
   sum are k (Muller et al., 2018). */
#define SHIFT ((REAL)((INTEGER)3 << (DIGITS - 1)))
#define SIGN ((UNSIGNED)1 << (DIGITS == 23 ? 31 : 63))

/* c[0] + c[1] z + ... + c[count - 1] z^(count - 1), for a count of at most 12.

   By Estrin's scheme: neighbours are paired into polynomials of z^2, z^4, ... in turn (Muller et al., 2018). What follows
   from what is then a chain of four steps and not of ten, and more vectors are at work at once. */
TARGET static inline VEC NAMED(polynomial)(VEC z, const REAL *c, int count) {
    VEC part[6];
    _Pragma("GCC unroll 6") for (int i = 0; i < count / 2; i++) part[i] = z * c[2 * i + 1] + c[2 * i];
    if (count % 2) part[count / 2] = NAMED(splat)(c[count - 1]);
    _Pragma("GCC unroll 3") for (int left = (count + 1) / 2; left > 1; left = (left + 1) / 2) {
        z = z * z;
        _Pragma("GCC unroll 3") for (int i = 0; i < left / 2; i++) part[i] = part[2 * i] + z * part[2 * i + 1];
        if (left % 2) part[left / 2] = part[left - 1];
    }
    return part[0];
}

/* r, where e^x = 2^k (1 + r + tail): k integer, |r| <= ln(2) / 2, and k + offset in the low bits of `power`.

   x = k ln(2) + r + d: ln(2) in two parts, of which k times the first is exact (Cody & Waite 1980), and d what the
   rounding of r leaves (Tang 1989). e^r - 1 = r + r^2 q(r), to 2^-61 of itself, 2^-32 for float; tail = r^2 q(r) + d.
   Without d its error would be that of r, up to half an ulp. */
TARGET static inline VEC NAMED(reduced)(VEC x, int offset, VEC *tail, BITS *power) {
#if SINGLE
    static const REAL q[] = {0x1p-1f, 0x1.555556p-3f, 0x1.5554aep-5f, 0x1.11109p-7f, 0x1.6d7486p-10f, 0x1.a1a184p-13f};
    const REAL log2e = 0x1.715476p+0f;
#else
    static const REAL q[] = {0x1p-1,
                             0x1.5555555555559p-3,
                             0x1.555555555555ap-5,
                             0x1.111111110f6aep-7,
                             0x1.6c16c16c1445bp-10,
                             0x1.a01a01afe5374p-13,
                             0x1.a01a01b0b3ed6p-16,
                             0x1.71ddf85376d5dp-19,
                             0x1.27e4c5a79a7e1p-22,
                             0x1.af5ebf490571fp-26,
                             0x1.1f95589f34cb7p-29};
    const REAL log2e = 0x1.71547652b82fep+0;
#endif
    const REAL shift = SHIFT + (REAL)offset;
    const VEC shifted = x * log2e + shift, k = shifted - shift;
    const VEC high = x - k * LN2_HIGH, r = high - k * LN2_LOW, d = (high - r) - k * LN2_LOW;
    *tail = (r * r) * NAMED(polynomial)(r, q, sizeof q / sizeof *q) + d;
    *power = (BITS)shifted;
    return r;
}

/* e^x for an x whose k is from -2 BIAS + 1 to 2 BIAS. The last product alone rounds: also where it is subnormal.

   Errors: u for 1 + (r + tail), u / 2 for r + tail; 0.9 ulp together. */
TARGET static inline VEC NAMED(power)(VEC x) {
    VEC tail;
    BITS power;
    const VEC r = NAMED(reduced)(x, 2 * BIAS, &tail, &power);
    const BITS half = power >> 1;
    return ((r + tail) + (REAL)1) * (VEC)(half << DIGITS) * (VEC)((power - half) << DIGITS);
}

/* e^x; beyond `lowest` and `highest` it is 0 and infinite. */
TARGET static inline VEC NAMED(vexp)(VEC x) {
    const REAL lowest = SINGLE ? -104 : -746, highest = SINGLE ? 89 : 710;
    x = NAMED(pick)(x < lowest, NAMED(splat)(lowest), x);
    return NAMED(power)(NAMED(pick)(x > highest, NAMED(splat)(highest), x));
}

/* 1 / (1 + e^-x) = 1 / (1 + E) for x >= 0 and E / (1 + E) for x < 0, where E = e^-|x|.

   Errors: up to 1 ulp by E, 1 by 1 + E and 0.5 by the quotient, which together stays below 2.5 ulp, as in tanh. */
TARGET static inline VEC NAMED(vsigmoid)(VEC x) {
    const REAL lowest = SINGLE ? -104 : -746;
    const VEC below = (VEC)((BITS)x | SIGN);
    const VEC E = NAMED(power)(NAMED(pick)(below < lowest, NAMED(splat)(lowest), below));
    return NAMED(pick)(x < (REAL)0, E, NAMED(splat)(1)) / (E + (REAL)1);
}

/* tanh(x) = m / (m + 2) with the sign of x, where m = e^(2 |x|) - 1 = (2^k - 1) + 2^k r + 2^k tail; 1 beyond `highest`.

   m = high + low, where high is 2^k - 1 + 2^k r as rounded, and low is 2^k tail and what that rounding leaves (Dekker
   1971), so that m rounds once. Errors: up to 1 ulp by m, 1 by m + 2 and 0.5 by the quotient, which is less than 2.5 ulp
   together, so at most 2 from the number that is closest to tanh(x). */
TARGET static inline VEC NAMED(vtanh)(VEC x) {
    const REAL highest = SINGLE ? 10 : 20;
    const BITS sign = (BITS)x & SIGN;
    const VEC size = (VEC)((BITS)x ^ sign), a = NAMED(pick)(size > highest, NAMED(splat)(highest), size);
    VEC tail;
    BITS power;
    const VEC r = NAMED(reduced)(a + a, BIAS, &tail, &power), scale = (VEC)(power << DIGITS);
    const VEC first = scale - (REAL)1, high = first + scale * r;
    const VEC m = high + ((scale * r - (high - first)) + scale * tail);
    return (VEC)((BITS)(m / (m + (REAL)2)) | sign);
}

/* ln(x) = e ln(2) + ln(1 + f), where x = 2^e (1 + f) and 1 + f is from sqrt(1/2) to sqrt(2), so that f is exact.

   With s = f / (2 + f) and z = s^2, ln(1 + f) = 2 atanh(s) = 2 s + s R = f - s (f - R), where R = z q(z) to 2^-58, 2^-29
   for float (Tang 1990: Table-driven implementation of the logarithm function). Where e is not 0 the sum is at least
   0.34, e times the first part of ln(2) is exact, and that plus f is exact where it is small (Cody & Waite 1980): the
   three sums that are left round by less than 2 ulp. Where e = 0 s (f - R) is less than f / 5, and the error 1 ulp.
   Lanes of x that are not normal and positive are told by `odd`: the subnormal ones are scaled, others replaced. */
TARGET static inline VEC NAMED(vlog)(VEC x) {
#if SINGLE
    static const REAL q[] = {0x1.55557ap-1f, 0x1.995eb8p-2f, 0x1.31e33cp-2f};
    const REAL least = 0x1p-126f, most = 0x1.fffffep+127f, root = 0x1.6a09e6p-1f, scale = 0x1p24f;
#else
    static const REAL q[] = {0x1.5555555555592p-1, 0x1.999999997fda0p-2, 0x1.24924941f322cp-2, 0x1.c71c5207545c5p-3,
                             0x1.74663f654d7ecp-3, 0x1.39a1ac8d700cap-3, 0x1.2f060079b4b95p-3};
    const REAL least = 0x1p-1022, most = 0x1.fffffffffffffp+1023, root = 0x1.6a09e667f3bcdp-1, scale = 0x1p53;
#endif
    const REAL first = (REAL)((INTEGER)1 << DIGITS); /* its low bits are those of an integer that is added to it */
    const BITS from = (BITS)NAMED(splat)(root), bits_of_first = (BITS)NAMED(splat)(first);
    const MASK odd = ~((x >= least) & (x <= most));
    const int patched = NAMED(any)(odd);
    VEC number = x, bias = NAMED(splat)(first + BIAS);
    if (patched) {
        number = NAMED(pick)(x < least, x * scale, x);
        bias = NAMED(pick)(x < least, bias + (REAL)(DIGITS + 1), bias);
    }
    const BITS moved = (BITS)number + ((BITS)NAMED(splat)(1) - from);
    const VEC e = (VEC)((moved >> DIGITS) | bits_of_first) - bias;
    const VEC f = (VEC)((moved & (((UNSIGNED)1 << DIGITS) - 1)) + from) - (REAL)1;
    const VEC s = f / (f + (REAL)2), z = s * s;
    const VEC u = f - z * NAMED(polynomial)(z, q, sizeof q / sizeof *q);
    VEC y = ((e * LN2_HIGH + f) - s * u) + e * LN2_LOW;
    if (patched) {
        const REAL infinity = (REAL)INFINITY;
        const VEC other = NAMED(pick)(x < (REAL)0, NAMED(splat)((REAL)NAN), x);
        y = NAMED(pick)((x > (REAL)0) & (x < infinity), y,
                        NAMED(pick)(x == (REAL)0, NAMED(splat)(-infinity), other));
    }
    return y;
}

/* Replace the lanes of y where `odd`: by the C library's cosine of x where `quarters` is 1, and sine where it is 0.

   The long double ones for a double: glibc's cos(x) is off by 8 ulp at 6381956970095103 * 2^797, close to a zero. */
TARGET __attribute__((noinline, cold)) static void NAMED(replace)(VEC *y, const VEC *x, const MASK *odd, int quarters) {
    for (int lane = 0; lane < PER; lane++)
        if ((*odd)[lane])
#if SINGLE
            (*y)[lane] = quarters ? cosf((*x)[lane]) : sinf((*x)[lane]);
#else
            (*y)[lane] = (REAL)(quarters ? cosl((*x)[lane]) : sinl((*x)[lane]));
#endif
}

/* sin(x + quarters pi/2) of x >= 0, where `quarters` is 0 or 1: plus or minus the sine or the cosine of r, x - k pi/2.

   x = k pi/2 + r + d, |r| <= pi/4: pi/2 in four parts, of which k times the first three are exact (Cody & Waite 1980);
   x less the first is exact too. The others are summed as two numbers, far + near, that have no error but that of the
   last part: far, with what its rounding leaves in near (Dekker 1971). r = x - k first - far, and d is what its
   rounding leaves, less near. So r + d is right to 2^-56 of itself, 2^-30 for float, also for the numbers closest to a
   multiple of pi/2. With z = r^2,

       sin(r + d) = r + (r z S(z) + d),   cos(r + d) = (1 - z / 2) + r (r (z C(z)) - d),

   to 2^-58, 2^-28 for float. Errors: 1.3 ulp of either. Lanes with x > `most` are replaced. */
TARGET static inline VEC NAMED(circular)(VEC x, int quarters) {
#if SINGLE
    static const REAL S[] = {-0x1.555546p-3f, 0x1.110756p-7f, -0x1.994b4p-13f};
    static const REAL C[] = {0x1.55554ap-5f, -0x1.6c0c82p-10f, 0x1.99ff42p-16f};
    static const REAL half_pi[] = {0x1.9218p+0f, 0x1.ed5p-14f, 0x1.10bp-30f, 0x1.184698p-44f}; /* 14 bits each */
    const REAL inverse = 0x1.45f306p-1f, most = 1600; /* so that k < 2^10 */
#else
    static const REAL S[] = {-0x1.5555555555549p-3,  0x1.111111110f842p-7,   -0x1.a01a019c0a2adp-13,
                             0x1.71de3570feba2p-19, -0x1.ae5e60c577ad4p-26, 0x1.5d915e532b1fcp-33};
    static const REAL C[] = {0x1.555555555554cp-5,   -0x1.6c16c16c15141p-10, 0x1.a01a019cab81ap-16,
                             -0x1.27e4f8053c832p-22, 0x1.1ee9e896301a8p-29,  -0x1.8facd3f8f3950p-37};
    static const REAL half_pi[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049cp-104}; /* 32 */
    const REAL inverse = 0x1.45f306dc9c883p-1, most = 1600000; /* so that k < 2^20 */
#endif
    const MASK odd = ~(x <= most);
    const VEC shifted = x * inverse + SHIFT, k = shifted - SHIFT;
    const VEC high = x - k * half_pi[0], second = k * half_pi[1], third = k * half_pi[2];
    const VEC far = second + third, near = ((second - far) + third) + k * half_pi[3];
    const VEC r = high - far, d = ((high - r) - far) - near, z = r * r;
    const VEC sine = r + ((r * z) * NAMED(polynomial)(z, S, sizeof S / sizeof *S) + d);
    const VEC inner = r * (z * NAMED(polynomial)(z, C, sizeof C / sizeof *C)) - d;
    const VEC cosine = ((REAL)1 - z * (REAL)0.5) + r * inner;
    const BITS turns = (BITS)shifted + (UNSIGNED)quarters;
    const VEC size = NAMED(pick)((MASK)-(turns & 1), cosine, sine);
    VEC y = (VEC)((BITS)size ^ ((turns & 2) << (DIGITS == 23 ? 30 : 62)));
    if (NAMED(any)(odd)) NAMED(replace)(&y, &x, &odd, quarters);
    return y;
}

TARGET static inline VEC NAMED(vsin)(VEC x) {
    const BITS sign = (BITS)x & SIGN;
    return (VEC)((BITS)NAMED(circular)((VEC)((BITS)x ^ sign), 0) ^ sign);
}

TARGET static inline VEC NAMED(vcos)(VEC x) { return NAMED(circular)((VEC)((BITS)x & ~SIGN), 1); }

#undef DIGITS
#undef BIAS
#undef LN2_HIGH
#undef LN2_LOW
#undef SHIFT
#undef SIGN
