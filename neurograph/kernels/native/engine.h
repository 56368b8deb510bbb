/* What the loops of every number type and instruction set share. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000 /* what Python 3.11 and all later ones have: one wheel serves them all */
#include <Python.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PASTED(a, b) a##_##b
#define JOINED(a, b) PASTED(a, b)
#define NAMED(x) JOINED(JOINED(x, REAL), SET)

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Keep a value in a register, which compilers would rather read from memory again at every use. */
#if defined(__x86_64__)
#define IN_REGISTER(x) __asm__("" : "+v"(x))
#else
#define IN_REGISTER(x)
#endif

/* Edges of a node below which one sum is faster than four partial ones; and edges from the one at work to the one whose
   end and weight are fetched into the cache. */
enum { FEW = 16, AHEAD = 512 };

/* To be raised whenever a function is called in another way; kernels/bindings.py asks for it. */
enum { INTERFACE = 10 };

enum { LANES = 64 };                           /* most samples that move together */
enum { TILE = 4096, TILE_BYTES = TILE + 512 };  /* bytes of a tile, and of what holds one: the last row may run over */
enum { EVERY = 16 };                           /* steps from one look for lost samples to the next, where tol is 0 */
enum { MOST_STAGES = 4 };                      /* of a step in time */
enum { MOST_HUBS = 16 };                       /* that send together in a step of a unitary network */
enum { MOST_THREADS = 64, MOST_TERMS = 8, MOST_REGISTERS = 256, MOST_VARIABLES = 8 };
enum { CONVERGED, STEP_LIMIT, DIVERGED };      /* as in solvers.Status */
enum { IMPOSSIBLE = -4 }; /* returned where no step is: the batch was not moved */
#define LARGEST 1e10                           /* a residual from which a sample has diverged */

#define ROWS_A_TILE(lanes) (TILE / (int64_t)sizeof(REAL) / (lanes) ? TILE / (int64_t)sizeof(REAL) / (lanes) : 1)

/* Working memory: what a loop needs is cut from one block, whose size a first pass without memory finds out. */
#ifdef __SANITIZE_ADDRESS__
void __asan_poison_memory_region(void const volatile *, size_t);
#endif

struct workspace {
    void *block; /* to be freed */
    char *base;  /* its first whole line */
    int64_t used;
    int64_t tile; /* bytes that hold a tile: no more than the whole table needs */
};

enum { LINE = 64, ROWS = 16 }; /* bytes of a cache line; rows of one lane that make whole lines in either type */

static int64_t padded(int64_t rows) { return (rows + ROWS - 1) / ROWS * ROWS; }

/* A part that is not 0, but for what is written there before it is read. */
static void *cut_raw(struct workspace *w, int64_t bytes) {
    void *part = w->base ? w->base + w->used : 0;
    /* A line more than asked, so that work on whole vectors may run over; and no two parts at one place of a page. */
    w->used += (bytes + 2 * LINE - 1) / LINE * LINE + LINE;
#ifdef __SANITIZE_ADDRESS__ /* beyond that line none has any business */
    const int64_t until = (bytes + LINE + 7) / 8 * 8;
    if (part) __asan_poison_memory_region((char *)part + until, (size_t)(w->base + w->used - ((char *)part + until)));
#endif
    return part;
}

/* A part that is 0. */
static void *cut(struct workspace *w, int64_t bytes) {
    void *part = cut_raw(w, bytes);
    return part ? memset(part, 0, bytes + LINE) : 0;
}

/* Get the memory that the first pass asked for. */
static int provide(struct workspace *w) {
    w->block = malloc(w->used + LINE);
    w->base = (char *)(((uintptr_t)w->block + LINE - 1) / LINE * LINE);
    return w->block ? 0 : -1;
}

enum operation { /* in the order in which kernels/program.py names them */
    COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MULTIPLY_ADD, MULTIPLY_SUBTRACT, SUBTRACT_PRODUCT, NEGATE, POWER, ABSOLUTE,
    SQUARE_ROOT, EXP, LOG, TANH, SIGMOID, SIN, COS, RELU, STEP, SIGN, CLIP, BETWEEN, OPERATIONS
};

struct instruction {
    uint16_t operation, to, a, b, c;
};

struct program {
    int variables, nodes, constants, node_temporaries, temporaries, registers;
    int prelude, length, spreads;
    int populations, chooser; /* of a choice: programs of the same variables and nodes, and which node value is their place */
    const struct program *const *population;
    const struct instruction *code;
    const double *constant;
    const uint16_t *spread;
};

struct edges { /* CSR by receiving row: `other` is the row that sends */
    const int64_t *indptr;
    const int32_t *other;
    const void *weights;
    const uint8_t *alike; /* whether a row and the three after it hear the same nodes; or none */
};

/* Find the rows that hear the same nodes as the three after them; `alike` has a place for each. */
static const uint8_t *find_alike(const struct edges *e, int64_t rows, uint8_t *alike) {
    int any = 0;
    for (int64_t row = 0; row < rows; row++) {
        const int64_t k = e->indptr[row], degree = e->indptr[row + 1] - k;
        int same = degree > 1 && row + 4 <= rows && e->indptr[row + 4] - k == 4 * degree;
        for (int64_t next = 1; same && next < 4; next++)
            same = e->indptr[row + next] == k + next * degree &&
                   !memcmp(e->other + k, e->other + k + next * degree, degree * sizeof *e->other);
        alike[row] = (uint8_t)same, any |= same;
    }
    return any ? alike : 0;
}

struct rule { /* a rule integrated along a phase; edges `first` to `last` of all lead into each free row */
    int online, terms;
    const struct program *pre[MOST_TERMS], *post[MOST_TERMS], *whole;
    const int64_t *first, *last, *bias; /* (free,); `bias` the place of its bias among them, or -1 */
    const int32_t *other;
    const void *weights;
    int64_t edges, biases;
    double *trace; /* (terms, edges + biases) */
};

struct variable { /* a further state variable of every node */
    const struct program *drift, *leak, *slope;
};

struct gate { /* where threads meet */
    _Atomic int64_t arrived __attribute__((aligned(LINE)));
    _Atomic int64_t opened __attribute__((aligned(LINE)));
    _Atomic int stop;
};

struct watch { /* when the first thread has last looked for signals */
    int64_t work;  /* done since it has last looked at the clock */
    double looked; /* seconds of the clock */
};

struct draws { /* how states of binary nodes are drawn */
    int flips;               /* whether in continuous time, flip by flip; else by sweeps */
    double burn_in, thin;    /* before the first sample, and from one to the next: sweeps, or time */
    int64_t samples;
    const int8_t *held;      /* (batch, nodes): whether a node stays as it is */
    const uint64_t *generator; /* (batch, 4) */
    int8_t *drawn;           /* (batch, samples, nodes), or none */
    void *level;             /* (batch, nodes), or none: how likely each node is 1, or at which rate it flips */
};

struct drive { /* a run in time */
    int stages, exponential;
    double dt, weight[MOST_STAGES], ahead[MOST_STAGES];
    int64_t step, frame, inputs, currents, lags; /* steps and frames before; nodes that are held, and get currents; longest lag */
    const void *values;                   /* (frames, batch, inputs + currents) */
    const int64_t *which;                 /* (steps x stages,): the frame of each */
    const int64_t *input_row, *current_row;
    const void *noise;                    /* (nodes,), or none */
    uint64_t key;
    struct edges delayed;
    const int64_t *lag;                   /* of each of these, in steps */
    void *sent;                           /* (batch, lags, nodes): what was sent before, and then has been */
};

enum { AT_PRE, AT_POST, OF_ALL }; /* which end of an edge a table is read at; its one row serves all */

struct synapses { /* a step of every synapse */
    int64_t edges;
    int tables, traces;
    const int32_t *pre, *post;         /* post rises */
    const void *table[MOST_REGISTERS]; /* (nodes, batch) */
    const int8_t *end;
    const struct program *change, *equation[MOST_VARIABLES]; /* over tables, traces and weight */
    const void *weights;
    void *trace;                       /* (traces, edges, batch) */
    double dt, *means;                 /* (edges,) */
};

struct phase { /* a phase of a network, as checked at the boundary; the arrays of numbers are of its type */
    int64_t batch, nodes, free, rows, outputs, columns, parameters, threads, steps;
    int64_t stride, end_stride; /* numbers of a sample where it starts and ends: s of the nodes, then each further variable */
    const int64_t *node;                        /* (nodes,): which node each row is, the free ones first */
    const int64_t *output_row, *output_column;  /* (outputs,), by row */
    struct edges recurrent, clamped, transposed, forward, feedback, forward_back, feedback_back;
    const void *bias, *w_out, *w_out_abs, *parameter; /* by node */
    const struct program *drift, *transfer, *leak, *slope_s, *slope_in, *transfer_slope, *force, *normaliser;
    int variables;                              /* further ones, beside s */
    struct variable variable[MOST_VARIABLES];
    const struct program *tabled; /* an equation of which a table is made */
    const struct program *force_slope, *force_coupling, *normaliser_slope;
    double low, high, stiffness, tol;
    int boxed;                                  /* whether the last two parameters are each node's own box */
    int stiff, implicit, nudged;                /* implicit: -1 where each sample chooses */
    const void *start, *anchor, *target; /* (batch, nodes) twice, (batch, columns) */
    const double *beta;                  /* (batch,) */
    double *dt;                          /* (batch,): NaN where the sample chooses, and is told */
    const int64_t *order;                /* (batch,): the samples in the order in which they are taken, or none */
    struct rule rule;
    const void *loops;                          /* (free,): weights of the edges of nodes to themselves */
    const int64_t *colours, *blocks;            /* bounds of rows */
    const int8_t *cyclic;
    int64_t block_count;
    const void *after, *before;                 /* (batch, nodes): of a contrast, and its width (batch,); or none */
    const double *width;
    int sweeps;                                 /* whether a linear response is found by sweeps, not by steps */
    double lift;
    struct draws draws;
    struct drive drive;
    struct synapses synapses;
    void *slopes;                               /* (batch, nodes): dg/dI */
    int64_t every, watched, frame_count;
    const int64_t *watched_row;
    void *frames, *end;
    double *residual;
    int64_t *n_steps;
    int8_t *status;
    struct gate *gate;
    PyThreadState **python; /* of the thread that called */
    struct watch *watch;
};

/* Bytes for a tile of a table of so many: a tile's, or less where the whole table is less. */
static int64_t tile_bytes(int64_t bytes) { return (bytes < TILE ? bytes : TILE) + TILE_BYTES - TILE; }

/* Most temporaries of any program of a phase, which share them. */
static int64_t most_temporaries(const struct phase *p) {
    const struct program *const all[] = {p->drift, p->transfer, p->leak, p->slope_s, p->slope_in, p->transfer_slope,
                                         p->force, p->normaliser, p->force_slope, p->force_coupling,
                                         p->normaliser_slope, p->rule.whole, p->tabled};
    int64_t most = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (all[k] && all[k]->temporaries > most) most = all[k]->temporaries;
    for (int t = 0; t < p->rule.terms; t++) {
        if (p->rule.pre[t]->temporaries > most) most = p->rule.pre[t]->temporaries;
        if (p->rule.post[t]->temporaries > most) most = p->rule.post[t]->temporaries;
    }
    for (int v = 0; v < p->variables; v++) {
        const struct program *const own[] = {p->variable[v].drift, p->variable[v].leak, p->variable[v].slope};
        for (int k = 0; k < 3; k++)
            if (own[k] && own[k]->temporaries > most) most = own[k]->temporaries;
    }
    return most;
}

static inline int64_t sample_of(const struct phase *p, int64_t k) { return p->order ? p->order[k] : k; }

/* What a unit of nudge adds to an output's leak. */
static double pulled_by(const struct phase *p) { return p->stiff ? p->stiffness : 1; }

/* The length of a step where none is given: semi-implicit, or explicit, half of the largest that is stable for every node
   by itself; `own` is the largest |dg_j/ds_j|, the nudge's part included. */
static double step_length(int implicit, double own) {
    const double most = 0.5 / (own > 1e-12 ? own : 1e-12);
    return implicit ? 0.25 : most < 0.5 ? most : 0.5;
}

#define ONE_ROW(p) padded((p)->rows) /* of the node that sends 1, behind all others */
#define TABLE_ROWS(p) (ONE_ROW(p) + ROWS)

/* Turns of a thread that waits awake; work between two looks at the clock, and seconds between two looks for signals. */
enum { PATIENCE = 4096, WORK = 100000 };
#define PATIENT 0.04
enum { TRIALS = 200, NEWTON = 256 }; /* most of Newton's steps at one node; edges that take as long as its usual ones */

/* Return when all `threads` have called, or one has stopped: awake at first, for it is rarely long, then asleep. */
static void meet(struct gate *gate, int64_t threads) {
    if (threads == 1) return;
    const int64_t before = atomic_load(&gate->opened);
    if (atomic_fetch_add(&gate->arrived, 1) == threads - 1) {
        atomic_store(&gate->arrived, 0);
        atomic_store(&gate->opened, before + 1);
        return;
    }
    for (int turn = 0; atomic_load(&gate->opened) == before && !atomic_load(&gate->stop); turn++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
        if (turn <= PATIENCE) continue;
        const struct timespec nap = {0, 50000};
        nanosleep(&nap, 0);
    }
}

static int stopped(struct gate *gate) { return atomic_load(&gate->stop); }

/* Let Python handle signals every PATIENT seconds; Ctrl-C stops the phase. `work` is what was done since the last call, in
   edges x lanes: too little of it is not worth a look at the clock. Called by the first thread alone. */
static void check_signals(const struct phase *p, int64_t work) {
    struct watch *watch = p->watch;
    if ((watch->work += work) < WORK) return;
    watch->work = 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    if (seconds - watch->looked < PATIENT) return;
    watch->looked = seconds;
    PyEval_RestoreThread(*p->python);
    if (PyErr_CheckSignals()) atomic_store(&p->gate->stop, 1);
    *p->python = PyEval_SaveThread();
}

/* The row at which thread t begins: edges evenly shared, whole lines of rows. */
static int64_t row_after(const struct phase *p, int64_t t) {
    const int64_t *indptr = p->recurrent.indptr, wanted = indptr[p->free] * t / p->threads;
    int64_t row = 0;
    while (row < p->free && indptr[row] < wanted) row += ROWS;
    return row < p->free ? row : p->free;
}

/* Run `enter` on each of the parts, of `size` bytes: the first here, the others on threads of their own. */
static int together(const struct phase *p, void *(*enter)(void *), void *parts, size_t size) {
    pthread_t others[MOST_THREADS];
    int64_t started = 1;
    while (started < p->threads && !pthread_create(&others[started], 0, enter, (char *)parts + started * size)) started++;
    if (started < p->threads) atomic_store(&p->gate->stop, 1);
    else enter(parts);
    for (int64_t t = 1; t < started; t++) pthread_join(others[t], 0);
    return started < p->threads ? -2 : stopped(p->gate) ? -3 : 0;
}
