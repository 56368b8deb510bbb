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

#include <sched.h>
#include <stdatomic.h>

/* Edges of a node below which one sum is faster than four partial ones; and edges from the one at work to the one whose
   end and weight are fetched into the cache. */
enum { FEW = 16, AHEAD = 512 };

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

/* Write `base` plus the sums over the edges of places `first` to `last` into `total`: rows that begin with `first`'s.

   The two may be one, which adds to it. */
static void neurograph_gather(const int64_t *indptr, const int32_t *other, const void *weights, const void *sent,
                              int64_t stride, const void *base, void *total, int64_t total_stride, int64_t lanes,
                              int64_t first, int64_t last, int64_t bytes) {
    const struct product product = {indptr, other, weights, sent, base, total, stride, total_stride, lanes, first};
    (bytes == sizeof(float) ? instructions.single : instructions.twice)(&product, first, last);
}

/* To be raised, here and in bindings.py, whenever a function is called in another way or does something else. */
enum { INTERFACE = 2 };

enum { PATIENCE = 4096 };

/* Return when all `threads` have called: the last to come opens the gate, the others wait awake, for it is never long.

   Or when one of them has left the gate's last word at 1, since it will never come. */
static void neurograph_wait(int64_t *gate, int64_t threads) {
    _Atomic int64_t *arrived = (_Atomic int64_t *)gate, *opened = (_Atomic int64_t *)gate + 8,
                    *left = (_Atomic int64_t *)gate + 9;
    const int64_t before = atomic_load(opened);
    if (atomic_fetch_add(arrived, 1) == threads - 1) {
        atomic_store(arrived, 0);
        atomic_store(opened, before + 1);
        return;
    }
    for (int turn = 0; atomic_load(opened) == before && !atomic_load(left); turn++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
        if (turn > PATIENCE) sched_yield();
    }
}

static int add_address(PyObject *made, const char *name, void *function) {
    PyObject *address = PyLong_FromVoidPtr(function);
    const int missing = !address || PyModule_AddObjectRef(made, name, address);
    Py_XDECREF(address);
    return missing;
}

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "gather", "The compiled sums over edges, by the addresses of their functions.", -1,
    NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_gather(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        instructions.name = "avx512", instructions.single = rows_float_avx512, instructions.twice = rows_double_avx512;
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        instructions.name = "avx2", instructions.single = rows_float_avx2, instructions.twice = rows_double_avx2;
#endif
    PyObject *made = PyModule_Create(&module);
    if (!made) return NULL;
    if (add_address(made, "gather", (void *)(uintptr_t)neurograph_gather) ||
        add_address(made, "wait", (void *)(uintptr_t)neurograph_wait) ||
        PyModule_AddStringConstant(made, "instructions", instructions.name) ||
        PyModule_AddIntConstant(made, "few", FEW) || PyModule_AddIntConstant(made, "interface", INTERFACE)) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
