/* neurograph.gather: the sums that every phase is made of, I_j = sum over edges i -> j of w_ij f(s_i).

   Edges are CSR by receiving node; what the nodes send is (nodes, lanes), a sample a lane. The arithmetic is compiled for
   several instruction sets, of which the processor's widest is chosen when the module is loaded. The compiled phase
   loops call `neurograph_gather` by its address. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

struct product {
    const int64_t *indptr;
    const int32_t *other;
    const void *weights, *sent, *base;
    void *total;
    int64_t stride, total_stride, lanes, first;
};

#include "team.h"

/* Edges from the one at work to the one whose end and weight are fetched into the cache. */
enum { AHEAD = 512 };

#define PASTED(a, b) a##_##b
#define JOINED(a, b) PASTED(a, b)
#define NAMED(x) JOINED(JOINED(x, REAL), SET)

#if defined(__x86_64__)
#define SET avx512
#define WIDE 64
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define REAL float
#include "row.h"
#undef REAL
#define REAL double
#include "row.h"
#undef REAL
#undef SET
#undef WIDE
#undef TARGET

#define SET avx2
#define WIDE 32
#define TARGET __attribute__((target("avx2,fma")))
#define REAL float
#include "row.h"
#undef REAL
#define REAL double
#include "row.h"
#undef REAL
#undef SET
#undef WIDE
#undef TARGET
#endif

#define SET plain
#define WIDE 16
#define TARGET
#define REAL float
#include "row.h"
#undef REAL
#define REAL double
#include "row.h"
#undef REAL

static struct {
    const char *name;
    void (*single)(const struct product *, int64_t, int64_t), (*twice)(const struct product *, int64_t, int64_t);
} instructions = {"plain", rows_float_plain, rows_double_plain};

static void single_rows(const void *what, int64_t first, int64_t last) { instructions.single(what, first, last); }

static void double_rows(const void *what, int64_t first, int64_t last) { instructions.twice(what, first, last); }

/* An edge costs about as much as OVERHEAD of its lanes; below WORTH_SHARING of them a team-mate would come too late. */
enum { OVERHEAD = 8, WORTH_SHARING = 1 << 18 };

/* The place at which `edges` edges have gone by. */
static int64_t place_after(const int64_t *indptr, int64_t first, int64_t last, int64_t edges) {
    while (first < last) {
        const int64_t middle = first + (last - first) / 2;
        if (indptr[middle] < edges) first = middle + 1;
        else last = middle;
    }
    return first;
}

/* Write `base` plus the sums over the edges of places `first` to `last` into `total`: rows that begin with `first`'s.

   The two may be one, which adds to it. */
static void neurograph_gather(const int64_t *indptr, const int32_t *other, const void *weights, const void *sent,
                              int64_t stride, const void *base, void *total, int64_t total_stride, int64_t lanes,
                              int64_t first, int64_t last, int64_t bytes) {
    const struct product product = {indptr, other, weights, sent, base, total, stride, total_stride, lanes, first};
    int64_t bounds[MOST_THREADS * SHARES_EACH + 1] = {first, last}, shares = 1;
    if (team.mates && last - first > 1) {
        const int64_t edges = indptr[last] - indptr[first];
        if (edges * (lanes + OVERHEAD) >= WORTH_SHARING) {
            shares = (int64_t)(team.mates + 1) * SHARES_EACH;
            for (int64_t share = 1; share < shares; share++)
                bounds[share] = place_after(indptr, bounds[share - 1], last, indptr[first] + edges * share / shares);
            bounds[shares] = last;
        }
    }
    share_out(bytes == sizeof(float) ? single_rows : double_rows, &product, bounds, shares);
}

static int allowed_threads(void) {
    const char *asked = getenv("OMP_NUM_THREADS");
    long count = asked ? strtol(asked, NULL, 10) : 0;
    if (count < 1) {
#if defined(__linux__)
        cpu_set_t mine;
        count = sched_getaffinity(0, sizeof mine, &mine) ? 1 : CPU_COUNT(&mine);
#else
        count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    }
    return count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : (int)count;
}

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "gather", "The compiled sums over edges: `address` of the function, and how it runs.", -1,
    NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_gather(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        instructions.name = "avx512", instructions.single = rows_float_avx512, instructions.twice = rows_double_avx512;
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        instructions.name = "avx2", instructions.single = rows_float_avx2, instructions.twice = rows_double_avx2;
#endif
    team.mates = allowed_threads() - 1;
    PyObject *made = PyModule_Create(&module);
    if (!made) return NULL;
    PyObject *address = PyLong_FromVoidPtr((void *)(uintptr_t)neurograph_gather);
    const int missing = !address || PyModule_AddObjectRef(made, "address", address);
    Py_XDECREF(address);
    if (missing || PyModule_AddStringConstant(made, "instructions", instructions.name) ||
        PyModule_AddIntConstant(made, "threads", team.mates + 1)) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
