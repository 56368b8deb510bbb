/* neurograph.kernels.engine: the loops of every phase, compiled once, for two number types and several instruction sets.

   A neuron's equations come as programs (program.h), so that nothing is compiled when a network is. This file holds what
   Python calls; each loop stands in a header of its own, written once for all number types and instruction sets. */
#include "engine.h"
#include "processor.h"
#include "arguments.h"

#if defined(__x86_64__)
#define SET avx512
#define WIDE 64
#ifdef __clang__
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"), min_vector_width(512)))
#else
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")))
#endif
#include "loops.h"
#undef SET
#undef WIDE
#undef TARGET
#define SET avx2
#define WIDE 32
#define TARGET __attribute__((target("avx2,fma")))
#include "loops.h"
#undef SET
#undef WIDE
#undef TARGET
#endif
#define SET plain
#define WIDE 16
#define TARGET
#include "loops.h"

static int level; /* of the processor: 0 plain, 1 avx2, 2 avx512 */

#if defined(__x86_64__)
#define CHOSEN(name, single)                                                                                          \
    (level == 2   ? (single) ? name##_float_avx512 : name##_double_avx512                                             \
     : level == 1 ? (single) ? name##_float_avx2 : name##_double_avx2                                                 \
     : (single)   ? name##_float_plain                                                                                \
                  : name##_double_plain)
#else
#define CHOSEN(name, single) ((single) ? name##_float_plain : name##_double_plain)
#endif

static int all_below(const int32_t *x, int64_t count, int64_t bound) { return CHOSEN(below, 0)(x, count, bound); }
static int all_rise(const int32_t *x, int64_t count) { return CHOSEN(rise, 0)(x, count); }

/* Run a loop without the interpreter's lock, with signals looked for, and release the arrays. */
static PyObject *ran(struct held *held, struct phase *p, int (*loop)(struct phase *)) {
    struct gate gate = {0};
    struct watch watch = {0};
    PyThreadState *python = PyEval_SaveThread();
    p->gate = &gate, p->python = &python, p->watch = &watch;
    const int failed = loop(p);
    PyEval_RestoreThread(python);
    release(held);
    if (failed == IMPOSSIBLE) Py_RETURN_FALSE;
    if (failed == -1) return PyErr_NoMemory();
    if (failed == -2) PyErr_SetString(PyExc_OSError, "no more threads can be started: set OMP_NUM_THREADS to 1");
    if (failed) return 0;
    Py_RETURN_NONE;
}

static PyObject *euler(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {0};
    PyObject *equations, *nodes, *outputs, *recurrent, *clamped, *transposed, *samples, *dt, *rule, *record, *result, *stiffness;
    if (!PyArg_ParseTuple(args, "OOOOOO(dd)OOLdiOOOLO", &equations, &nodes, &outputs, &recurrent, &clamped, &transposed,
                          &p.low, &p.high, &samples, &dt, &p.steps, &p.tol, &p.implicit, &stiffness, &rule, &record,
                          &p.threads, &result))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (transposed != Py_None && take_edges(&held, transposed, "transposed", p.free, p.rows, &p.transposed)) goto failed;
    if (take_samples(&held, &p, samples, result)) goto failed;
    if (!(p.dt = numbers(&held, dt, "dt", 'd', p.batch, 0, 1))) goto failed;
    p.stiff = stiffness != Py_None;
    if (p.stiff && (p.stiffness = PyFloat_AsDouble(stiffness)) == -1 && PyErr_Occurred()) goto failed;
    int chooses = 0;
    for (int64_t k = 0; k < p.batch; k++) chooses |= p.dt[k] != p.dt[k];
    if ((p.implicit > 0 && !p.leak) || (p.implicit <= 0 && chooses && !p.slope_s) || (p.anchor && (transposed == Py_None || !p.slope_in || !p.transfer_slope)) || p.steps < 1) {
        PyErr_SetString(PyExc_ValueError, "a phase lacks the programs or edges that its kind needs");
        goto failed;
    }
    if (take_rule(&held, &p, rule)) goto failed;
    if (record != Py_None) {
        PyObject *rows, *frames;
        if (!is_tuple(record, "record") || !PyArg_ParseTuple(record, "LOO", &p.every, &rows, &frames)) goto failed;
        if (p.every < 1 || p.steps == INT64_MAX) goto failed;
        if (!(p.watched_row = numbers(&held, rows, "watched", 'l', -1, &p.watched, 0))) goto failed;
        p.frame_count = p.steps / p.every + 1;
        if (all_within(p.watched_row, p.watched, 0, p.rows, "watched")) goto failed;
        if (!(p.frames = numbers(&held, frames, "frames", 'r', times(times(p.batch, p.frame_count), times(p.watched, 1 + p.variables)), 0, 1))) goto failed;
    }
    p.threads = p.threads < 1 ? 1 : p.threads > MOST_THREADS ? MOST_THREADS : p.threads;
    return ran(&held, &p, CHOSEN(run_euler, held.bytes == 4));
failed:
    release(&held);
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a phase is not as the loop needs it");
    return 0;
}

/* Bounds of rows, which rise from 0 to `last`. */
static const int64_t *take_bounds(struct held *held, PyObject *object, const char *name, int64_t last, int64_t *count) {
    const int64_t *bounds = numbers(held, object, name, 'l', -1, count, 0);
    int wrong = !bounds || *count < 1 || bounds[0] != 0 || bounds[*count - 1] != last;
    for (int64_t k = 1; !wrong && k < *count; k++) wrong = bounds[k] < bounds[k - 1];
    if (!wrong) return bounds;
    if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "%s: expected bounds that rise from 0 to %lld", name, (long long)last);
    return 0;
}

static PyObject *gauss_seidel(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {.threads = 1};
    PyObject *equations, *nodes, *outputs, *edges[6], *samples, *stiffness, *colours, *blocks, *cyclic, *loops, *result;
    struct edges *to[] = {&p.recurrent, &p.clamped, &p.forward, &p.feedback, &p.forward_back, &p.feedback_back};
    static const char *const names[] = {"recurrent", "clamped", "forward", "feedback", "forward_back", "feedback_back"};
    int64_t count;
    if (!PyArg_ParseTuple(args, "OOOOOOOOO(dd)OLdOOOOOO", &equations, &nodes, &outputs, &edges[0], &edges[1], &edges[2],
                          &edges[3], &edges[4], &edges[5], &p.low, &p.high, &samples, &p.steps, &p.tol, &stiffness,
                          &colours, &blocks, &cyclic, &loops, &result))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (p.variables) {
        PyErr_SetString(PyExc_ValueError, "equations: expected no further variables");
        goto failed;
    }
    for (int k = 0; k < 6; k++)
        if (take_edges(&held, edges[k], names[k], p.free, p.rows, to[k])) goto failed;
    if (take_samples(&held, &p, samples, result)) goto failed;
    p.stiff = stiffness != Py_None;
    if (p.stiff && (p.stiffness = PyFloat_AsDouble(stiffness)) == -1 && PyErr_Occurred()) goto failed;
    if (!(p.loops = numbers(&held, loops, "loops", 'r', p.free, 0, 0))) goto failed;
    if (!(p.blocks = take_bounds(&held, blocks, "blocks", p.free, &p.block_count))) goto failed;
    p.block_count--;
    if (!(p.cyclic = numbers(&held, cyclic, "cyclic", 'b', p.block_count, 0, 0))) goto failed;
    if (!(p.colours = take_bounds(&held, colours, "colours", p.free, &count))) goto failed;
    int iterates = !p.leak || (p.nudged && !p.stiff);
    for (int64_t k = 0; k < p.free; k++)
        iterates |= held.bytes == 4 ? ((const float *)p.loops)[k] != 0 : ((const double *)p.loops)[k] != 0;
    if ((iterates && (!p.slope_s || !p.slope_in || !p.transfer_slope)) || (p.anchor && (!p.slope_in || !p.transfer_slope)) ||
        (p.nudged && !p.stiff && (!p.force_slope || (p.normaliser && (!p.force_coupling || !p.normaliser_slope)))) || p.steps < 1) {
        PyErr_SetString(PyExc_ValueError, "a phase lacks the programs that its kind needs");
        goto failed;
    }
    return ran(&held, &p, CHOSEN(run_gauss_seidel, held.bytes == 4));
failed:
    release(&held);
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a phase is not as the loop needs it");
    return 0;
}

static PyObject *response(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {.threads = 1};
    PyObject *equations, *nodes, *outputs, *recurrent, *clamped, *fresh, *stale, *state, *force, *dt, *loops, *result;
    PyObject *end, *slopes, *residual, *n_steps, *status, *contrast, *after, *before, *width;
    if (!PyArg_ParseTuple(args, "OOOOOOO(dd)OOdOiLdpOOO", &equations, &nodes, &outputs, &recurrent, &clamped, &fresh, &stale,
                          &p.low, &p.high, &state, &force, &p.lift, &dt, &p.implicit, &p.steps, &p.tol, &p.sweeps, &loops,
                          &contrast, &result) ||
        !is_tuple(result, "result") || !PyArg_ParseTuple(result, "OOOOO", &end, &slopes, &residual, &n_steps, &status))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (take_edges(&held, fresh, "fresh", p.free, p.free, &p.forward)) goto failed;
    if (take_edges(&held, stale, "stale", p.free, p.free, &p.feedback)) goto failed;
    p.transposed = p.forward, p.end_stride = p.nodes;
    if (!(p.dt = numbers(&held, dt, "dt", 'd', -1, &p.batch, 1))) goto failed;
    if (!(p.start = numbers(&held, state, "state", 'r', times(p.batch, p.stride), 0, 0))) goto failed;
    if (!(p.target = numbers(&held, force, "force", 'r', times(p.batch, p.columns), 0, 0))) goto failed;
    if (!(p.loops = numbers(&held, loops, "loops", 'r', p.free, 0, 0))) goto failed;
    if (!(p.end = numbers(&held, end, "end", 'r', times(p.batch, p.nodes), 0, 1))) goto failed;
    if (!(p.slopes = numbers(&held, slopes, "slopes", 'r', times(p.batch, p.nodes), 0, 1))) goto failed;
    if (!(p.residual = numbers(&held, residual, "residual", 'd', p.batch, 0, 1))) goto failed;
    if (!(p.n_steps = numbers(&held, n_steps, "n_steps", 'l', p.batch, 0, 1))) goto failed;
    if (!(p.status = numbers(&held, status, "status", 'b', p.batch, 0, 1))) goto failed;
    if (contrast != Py_None) {
        if (!is_tuple(contrast, "contrast") || !PyArg_ParseTuple(contrast, "OOO", &after, &before, &width)) goto failed;
        if (!(p.after = numbers(&held, after, "after", 'r', times(p.batch, p.nodes), 0, 0))) goto failed;
        if (!(p.before = numbers(&held, before, "before", 'r', times(p.batch, p.nodes), 0, 0))) goto failed;
        if (!(p.width = numbers(&held, width, "width", 'd', p.batch, 0, 0))) goto failed;
    }
    if (!p.slope_s || !p.slope_in || !p.transfer_slope || p.steps < 1) {
        PyErr_SetString(PyExc_ValueError, "a linear response needs the slopes");
        goto failed;
    }
    return ran(&held, &p, CHOSEN(run_response, held.bytes == 4));
failed:
    release(&held);
    return 0;
}

/* sampler(equations, nodes, outputs, recurrent, clamped, transposed, start, held, generator, (flips, burn_in, thin, samples),
   threads, drawn, level): states of binary nodes, whose log odds stand in the place of the drift. */
static PyObject *sampler(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {0};
    struct draws *d = &p.draws;
    PyObject *equations, *nodes, *outputs, *recurrent, *clamped, *transposed, *start, *fixed, *generator, *drawn, *levels;
    int64_t count;
    if (!PyArg_ParseTuple(args, "OOOOOOOOO(pddL)LOO", &equations, &nodes, &outputs, &recurrent, &clamped, &transposed, &start,
                          &fixed, &generator, &d->flips, &d->burn_in, &d->thin, &d->samples, &p.threads, &drawn, &levels))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (take_edges(&held, transposed, "transposed", p.free, p.free, &p.transposed)) goto failed;
    if (!(p.start = numbers(&held, start, "start", 'r', -1, &count, 0))) goto failed;
    p.batch = p.nodes ? count / p.nodes : 0;
    if (count != times(p.batch, p.nodes) || p.variables || !(d->burn_in >= 0) || !(d->thin >= 0) || d->burn_in > 1e15 ||
        d->thin > 1e15 || d->samples < 0) {
        PyErr_SetString(PyExc_ValueError, "start: expected a number for each node of each chain, of one variable, and a time >= 0");
        goto failed;
    }
    if (!(d->held = numbers(&held, fixed, "held", 'b', count, 0, 0))) goto failed;
    if (!(d->generator = numbers(&held, generator, "generator", 'L', times(p.batch, 4), 0, 0))) goto failed;
    if (drawn != Py_None && !(d->drawn = numbers(&held, drawn, "drawn", 'b', times(times(p.batch, d->samples), p.nodes), 0, 1))) goto failed;
    if (levels != Py_None && !(d->level = numbers(&held, levels, "level", 'r', count, 0, 1))) goto failed;
    p.threads = p.threads < 1 ? 1 : p.threads > MOST_THREADS ? MOST_THREADS : p.threads;
    return ran(&held, &p, CHOSEN(run_sampler, held.bytes == 4));
failed:
    release(&held);
    return 0;
}

/* driven(equations, nodes, outputs, recurrent, clamped, box, start, (dt, exponential, weight, ahead), steps, (values, which,
   input_row, current_row), (step, key, noise), (edges, lag, sent), (every, rows, frames,
   first), threads, end): a run in time. */
static PyObject *driven(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {0};
    struct drive *d = &p.drive;
    PyObject *equations, *nodes, *outputs, *recurrent, *clamped, *start, *weight, *ahead, *values, *which, *inputs, *currents;
    PyObject *noise, *edges, *lag, *sent, *rows, *frames, *end;
    unsigned long long key;
    int64_t count, stages;
    if (!PyArg_ParseTuple(args, "OOOOO(dd)O(dpOO)L(OOOO)(LKO)(OOO)(LOOL)LO", &equations, &nodes, &outputs, &recurrent, &clamped,
                          &p.low, &p.high, &start, &d->dt, &d->exponential, &weight, &ahead, &p.steps, &values, &which, &inputs,
                          &currents, &d->step, &key, &noise, &edges, &lag, &sent, &p.every, &rows, &frames, &d->frame,
                          &p.threads, &end))
        return 0;
    d->key = key;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (!(p.start = numbers(&held, start, "start", 'r', -1, &count, 0))) goto failed;
    p.batch = p.stride ? count / p.stride : 0;
    const double *weights = numbers(&held, weight, "weight", 'd', -1, &stages, 0);
    const double *steps_ahead = weights ? numbers(&held, ahead, "ahead", 'd', stages, 0, 0) : 0;
    if (!steps_ahead) goto failed;
    d->stages = (int)stages;
    if (stages < 1 || stages > MOST_STAGES || p.steps < 1 || p.steps > INT64_MAX / MOST_STAGES || d->step < 0 ||
        d->step > INT64_MAX / 2 || !(d->dt > 0) || p.every < 1 || count != times(p.batch, p.stride) || p.batch > INT32_MAX ||
        (d->exponential && (stages != 1 || !p.leak))) {
        PyErr_SetString(PyExc_ValueError, "a run in time: expected one step or more, of one to four stages, from a state for each sample");
        goto failed;
    }
    memcpy(d->weight, weights, stages * sizeof *weights), memcpy(d->ahead, steps_ahead, stages * sizeof *weights);
    if (!(d->input_row = numbers(&held, inputs, "input_row", 'l', -1, &d->inputs, 0))) goto failed;
    if (!(d->current_row = numbers(&held, currents, "current_row", 'l', -1, &d->currents, 0))) goto failed;
    if (all_within(d->input_row, d->inputs, padded(p.free), p.rows, "input_row")) goto failed;
    if (all_within(d->current_row, d->currents, 0, p.free, "current_row")) goto failed;
    for (int64_t k = 1; k < d->currents; k++)
        if (d->current_row[k] <= d->current_row[k - 1]) {
            PyErr_SetString(PyExc_ValueError, "current_row: expected rising rows");
            goto failed;
        }
    const int64_t driven_numbers = times(p.batch, d->inputs + d->currents);
    if (!(d->values = numbers(&held, values, "values", 'r', -1, &count, 0))) goto failed;
    if (!(d->which = numbers(&held, which, "which", 'l', times(p.steps, stages), 0, 0))) goto failed;
    if (driven_numbers && count % driven_numbers) {
        PyErr_SetString(PyExc_ValueError, "values: expected a number for each driven node of each sample in each frame");
        goto failed;
    }
    if (all_within(d->which, p.steps * stages, 0, driven_numbers ? count / driven_numbers : INT64_MAX, "which")) goto failed;
    if (noise != Py_None && !(d->noise = numbers(&held, noise, "noise", 'r', p.nodes, 0, 0))) goto failed;
    if (edges != Py_None) {
        if (take_edges(&held, edges, "delayed", p.free, p.rows, &d->delayed)) goto failed;
        const int64_t delayed = d->delayed.indptr[p.free], one = times(p.batch, p.nodes);
        if (!(d->lag = numbers(&held, lag, "lag", 'l', delayed, 0, 0))) goto failed;
        if (!(d->sent = numbers(&held, sent, "sent", 'r', -1, &count, 1))) goto failed;
        d->lags = one ? count / one : 0;
        if (!d->lags || count != times(one, d->lags) || times(d->lags + 1, TABLE_ROWS(&p)) > INT32_MAX || stages > 2) {
            PyErr_SetString(PyExc_ValueError, "sent: expected what each node of each sample has sent, in methods of at most two stages");
            goto failed;
        }
        if (all_within(d->lag, delayed, 1, d->lags + 1, "lag")) goto failed;
    }
    if (!(p.watched_row = numbers(&held, rows, "watched", 'l', -1, &p.watched, 0))) goto failed;
    if (all_within(p.watched_row, p.watched, 0, p.rows, "watched")) goto failed;
    const int64_t taken = (d->step + p.steps) / p.every - d->step / p.every, wide = times(p.batch, times(p.watched, 1 + p.variables));
    if (!(p.frames = numbers(&held, frames, "frames", 'r', -1, &count, 1))) goto failed;
    p.frame_count = wide ? count / wide : INT64_MAX;
    if (d->frame < 0 || d->frame > p.frame_count || p.frame_count - d->frame < taken || count != (wide ? wide * p.frame_count : 0)) {
        PyErr_SetString(PyExc_ValueError, "frames: expected a number for each recorded row and variable of each sample in each frame");
        goto failed;
    }
    if (!(p.end = numbers(&held, end, "end", 'r', times(p.batch, p.stride), 0, 1))) goto failed;
    p.threads = p.threads < 1 ? 1 : p.threads > MOST_THREADS ? MOST_THREADS : p.threads;
    return ran(&held, &p, CHOSEN(run_driven, held.bytes == 4));
failed:
    release(&held);
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a run in time is not as the loop needs it");
    return 0;
}

/* evaluate(program, arrays, to): the arrays of one size, one a variable, or a number for all; `to` may be one of them. */
static PyObject *evaluate(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *capsule, *arrays, *to;
    int64_t count;
    if (!PyArg_ParseTuple(args, "OO!O", &capsule, &PyTuple_Type, &arrays, &to)) return 0;
    const struct program *p = program_of(capsule, "evaluated", (int)PyTuple_Size(arrays), 0);
    void *result = p ? numbers(&held, to, "to", 'r', -1, &count, 1) : 0;
    const void *given[MOST_REGISTERS];
    int alone[MOST_REGISTERS];
    for (int k = 0; result && k < p->variables; k++) {
        PyObject *array = PyTuple_GetItem(arrays, k);
        int64_t size = count;
        given[k] = array == to ? result : numbers(&held, array, "an array", 'r', -1, &size, 0);
        alone[k] = size == 1 && count != 1;
        if (given[k] && size != count && !alone[k])
            PyErr_Format(PyExc_ValueError, "an array has %lld numbers: expected %lld, or 1", (long long)size, (long long)count);
        if (PyErr_Occurred()) result = 0;
    }
    const int failed = result && CHOSEN(evaluated, held.bytes == 4)(p, given, alone, result, count);
    release(&held);
    if (failed) return PyErr_NoMemory();
    if (!result) return 0;
    Py_RETURN_NONE;
}

/* products(indptr, pre, biased, P, Q, to, samples): to[k] = sum over samples of P[pre[k]] Q[j] for the edges k into node j,
   and behind them that of an edge to each of `biased` from one more node, the last row of P. */
static PyObject *products(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *indptr, *pre, *which, *left, *right, *to;
    int64_t nodes, edges, biases, samples, count;
    int failed = -1;
    if (!PyArg_ParseTuple(args, "OOOOOOL", &indptr, &pre, &which, &left, &right, &to, &samples)) return 0;
    const int64_t *ends = numbers(&held, indptr, "indptr", 'l', -1, &nodes, 0);
    const int32_t *other = ends ? numbers(&held, pre, "pre", 'i', -1, &edges, 0) : 0;
    const int64_t *biased = other ? numbers(&held, which, "biased", 'l', -1, &biases, 0) : 0;
    const void *P = biased ? numbers(&held, left, "P", 'r', -1, &count, 0) : 0;
    const void *Q = P ? numbers(&held, right, "Q", 'r', count, 0, 0) : 0;
    double *sums = Q ? numbers(&held, to, "to", 'd', edges + biases, 0, 1) : 0;
    if (!sums) goto done;
    /* indptr has as many numbers as there are nodes, and one more: so many rows have P and Q. */
    int right_sizes = nodes > 0 && samples > 0 && count / samples == nodes && count % samples == 0 && ends[0] >= 0 &&
                      ends[nodes - 1] <= edges && all_below(other, edges, nodes);
    for (int64_t j = 1; j < nodes && right_sizes; j++) right_sizes = ends[j] >= ends[j - 1];
    for (int64_t k = 0; k < biases && right_sizes; k++) right_sizes = biased[k] >= 0 && biased[k] < nodes;
    if (!right_sizes) {
        PyErr_SetString(PyExc_ValueError, "P and Q: expected a row of samples for each node that the edges name");
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    CHOSEN(all_products, held.bytes == 4)(ends, nodes - 1, other, biased, edges, biases, P, Q, samples, sums);
    Py_END_ALLOW_THREADS
    failed = 0;
done:
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}

/* edge_sums(program, pre, post, tables, ends, weights, to): the program's variables are `tables` (nodes, samples), each
   read at the edge's pre where `ends` has 0 and at its post where it has 1, and the weight. */
static PyObject *edge_sums(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *capsule, *pre, *post, *tables, *which, *weights, *to;
    int64_t edges, samples;
    int failed = -1;
    if (!PyArg_ParseTuple(args, "OOOO!OOOL", &capsule, &pre, &post, &PyTuple_Type, &tables, &which, &weights, &to, &samples))
        return 0;
    const int many = (int)PyTuple_Size(tables);
    if (many < 1 || samples < 1) {
        PyErr_SetString(PyExc_ValueError, "tables: expected one or more, of one or more samples");
        return 0;
    }
    const struct program *p = program_of(capsule, "of a rule", many + 1, 0);
    const int32_t *i = p ? numbers(&held, pre, "pre", 'i', -1, &edges, 0) : 0;
    const int32_t *j = i ? numbers(&held, post, "post", 'i', edges, 0, 0) : 0;
    const int8_t *ends = j ? numbers(&held, which, "ends", 'b', many, 0, 0) : 0;
    const void *w = ends ? numbers(&held, weights, "weights", 'r', edges, 0, 0) : 0;
    double *sums = w ? numbers(&held, to, "to", 'd', edges, 0, 1) : 0;
    const void *table[MOST_REGISTERS];
    for (int k = 0; sums && k < many; k++) {
        int64_t count;
        table[k] = numbers(&held, PyTuple_GetItem(tables, k), "a table", 'r', -1, &count, 0);
        if (!table[k]) goto done;
        if (count % samples || !all_below(ends[k] ? j : i, edges, count / samples)) {
            PyErr_SetString(PyExc_ValueError, "a table: expected a row of samples for each node that the edges name");
            goto done;
        }
    }
    if (!sums) goto done;
    Py_BEGIN_ALLOW_THREADS
    failed = CHOSEN(all_edges, held.bytes == 4)(p, i, j, table, ends, w, edges, samples, sums);
    Py_END_ALLOW_THREADS
    if (failed) PyErr_NoMemory();
done:
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}

/* synapses(change, equations, pre, post, tables, ends, weights, trace, means, samples, dt, threads): a step of every synapse,
   as loops/synapses.h has it. The programs' variables are `tables` (nodes, samples), each read at the edge's pre where
   `ends` has 0, at its post where it has 1, or of one row for all where it has 2; then the traces, and the weight. */
static PyObject *synapses(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {0};
    struct synapses *y = &p.synapses;
    PyObject *change, *equations, *pre, *post, *tables, *ends, *weights, *trace, *means;
    if (!PyArg_ParseTuple(args, "OO!OOO!OOOOLdL", &change, &PyTuple_Type, &equations, &pre, &post, &PyTuple_Type, &tables, &ends,
                          &weights, &trace, &means, &p.batch, &y->dt, &p.threads))
        return 0;
    const Py_ssize_t many = PyTuple_Size(tables), traces = PyTuple_Size(equations);
    if (p.batch < 1 || p.batch > INT32_MAX || traces > MOST_VARIABLES || many > MOST_REGISTERS - MOST_VARIABLES - 1) {
        PyErr_SetString(PyExc_ValueError, "synapses: expected one sample or more, and not so many tables or traces");
        goto failed;
    }
    y->tables = (int)many, y->traces = (int)traces;
    if (!(y->change = program_of(change, "of a rule", y->tables + y->traces + 1, 0))) goto failed;
    for (int v = 0; v < y->traces; v++)
        if (!(y->equation[v] = program_of(PyTuple_GetItem(equations, v), "of a trace", y->tables + y->traces + 1, 0))) goto failed;
    if (!(y->pre = numbers(&held, pre, "pre", 'i', -1, &y->edges, 0))) goto failed;
    if (!(y->post = numbers(&held, post, "post", 'i', y->edges, 0, 0))) goto failed;
    if (!all_rise(y->post, y->edges)) {
        PyErr_SetString(PyExc_ValueError, "post: expected edges in the order of the nodes that they reach");
        goto failed;
    }
    if (!(y->end = numbers(&held, ends, "ends", 'b', y->tables, 0, 0))) goto failed;
    if (!(y->weights = numbers(&held, weights, "weights", 'r', y->edges, 0, 0))) goto failed;
    if (!(y->trace = numbers(&held, trace, "trace", 'r', times(y->traces, times(y->edges, p.batch)), 0, 1))) goto failed;
    if (!(y->means = numbers(&held, means, "means", 'd', y->edges, 0, 1))) goto failed;
    int64_t least[] = {INT64_MAX, INT64_MAX, INT64_MAX}; /* rows of the tables that are read at each end */
    for (int t = 0; t < y->tables; t++) {
        int64_t count;
        if (!(y->table[t] = numbers(&held, PyTuple_GetItem(tables, t), "a table", 'r', -1, &count, 0))) goto failed;
        const int end = y->end[t];
        if (count % p.batch || count < p.batch || end < AT_PRE || end > OF_ALL) goto wrong;
        if (count / p.batch < least[end]) least[end] = count / p.batch;
    }
    if (y->edges && (!all_below(y->pre, y->edges, least[AT_PRE]) || y->post[y->edges - 1] >= least[AT_POST])) goto wrong;
    p.threads = p.threads < 1 ? 1 : p.threads > MOST_THREADS ? MOST_THREADS : p.threads;
    return ran(&held, &p, CHOSEN(run_synapses, held.bytes == 4));
wrong:
    PyErr_SetString(PyExc_ValueError, "a table: expected a row of samples for each node that the edges name");
failed:
    release(&held);
    return 0;
}

/* tabulate(program, equations, nodes, outputs, recurrent, clamped, state, to): an equation of (s, I), 0 at nodes that are
   clamped, or of s alone, at states (batch, nodes), as a table (nodes, batch). */
static PyObject *tabulate(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {.threads = 1};
    PyObject *program, *equations, *nodes, *outputs, *recurrent, *clamped, *state, *to;
    int64_t count;
    if (!PyArg_ParseTuple(args, "OOOOOOOO", &program, &equations, &nodes, &outputs, &recurrent, &clamped, &state, &to)) return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    const int local = PyCapsule_IsValid(program, PROGRAM) && ((struct program *)PyCapsule_GetPointer(program, PROGRAM))->variables == 1;
    if (!(p.tabled = program_of(program, "tabled", local ? 1 : 2 + p.variables, local ? p.parameters : 3 + p.parameters))) goto failed;
    if (!(p.start = numbers(&held, state, "state", 'r', -1, &count, 0))) goto failed;
    p.batch = p.stride ? count / p.stride : 0;
    if (count != times(p.batch, p.stride)) {
        PyErr_SetString(PyExc_ValueError, "state: expected a number for each variable of each node of each sample");
        goto failed;
    }
    if (!(p.end = numbers(&held, to, "to", 'r', times(p.batch, p.nodes), 0, 1))) goto failed;
    return ran(&held, &p, CHOSEN(run_table, held.bytes == 4));
failed:
    release(&held);
    return 0;
}

/* turn(count, rows, scaled, source, heard, factors, to): rows of `count` complex numbers u become c_i u_p(i) + sum_k s_k b_ki,
   s_k = sum_j u_j a_kj, all of them float64, as loops/turn.h has them, the last block of `factors` filled up; without source
   p(i) is i, and `to` may be rows; without `heard` there is no hub. */
static PyObject *turn(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *rows, *source, *heard, *factors, *to;
    int64_t count, all, size = 0;
    int scaled;
    double *found = 0;
    if (!PyArg_ParseTuple(args, "LOpOOOO", &count, &rows, &scaled, &source, &heard, &factors, &to)) return 0;
    double *u = numbers(&held, rows, "rows", 'd', -1, &all, to == rows);
    const double *a = 0;
    const int64_t *places = 0;
    if (!u) goto done;
    if (count < 1 || count > INT64_MAX / 1024 || all % (2 * count)) {
        PyErr_SetString(PyExc_ValueError, "rows: expected rows of so many complex numbers");
        goto done;
    }
    if (source != Py_None && (!(places = numbers(&held, source, "source", 'l', count, 0, 0)) || all_within(places, count, 0, count, "source"))) goto done;
    if (heard != Py_None && !(a = numbers(&held, heard, "heard", 'd', -1, &size, 0))) goto done;
    const int64_t hubs = size / (4 * count);
    if (hubs > MOST_HUBS || size != 4 * count * hubs) {
        PyErr_Format(PyExc_ValueError, "heard: expected two numbers for each part of a row and hub, of %d hubs at most", MOST_HUBS);
        goto done;
    }
    const double *f = numbers(&held, factors, "factors", 'd', (count + 3) / 4 * 8 * ((scaled ? 2 : 0) + 2 * hubs), 0, 0);
    if (f && to == rows && places) PyErr_SetString(PyExc_ValueError, "to: expected other memory than that of rows which are moved");
    if (!f || PyErr_Occurred() || !(found = to == rows ? u : numbers(&held, to, "to", 'd', all, 0, 1))) goto done;
    Py_BEGIN_ALLOW_THREADS
    CHOSEN(turned, 0)(u, all / (2 * count), count, scaled, places, a, f, hubs, found);
    Py_END_ALLOW_THREADS
done:
    release(&held);
    if (!found) return 0;
    Py_RETURN_NONE;
}

#include "operations.h"
#include "packed.h"

static PyMethodDef methods[] = {
    {"program", make_program, METH_VARARGS, "An equation as instructions."},
    {"choice", make_choice, METH_VARARGS, "One of several programs for each node."},
    {"euler", euler, METH_VARARGS, "Move samples through one phase."},
    {"gauss_seidel", gauss_seidel, METH_VARARGS, "Settle samples through one phase, node after node."},
    {"response", response, METH_VARARGS, "Solve for the linear response of equilibria."},
    {"sampler", sampler, METH_VARARGS, "Draw states of binary nodes."},
    {"driven", driven, METH_VARARGS, "Take samples along a time."},
    {"evaluate", evaluate, METH_VARARGS, "Run a program over arrays of one size."},
    {"products", products, METH_VARARGS, "Sums over samples of what both ends of each edge say."},
    {"edge_sums", edge_sums, METH_VARARGS, "Sums over samples of a program at each edge."},
    {"synapses", synapses, METH_VARARGS, "A step of every synapse."},
    {"tabulate", tabulate, METH_VARARGS, "An equation at every node and state."},
    {"run", run, METH_VARARGS, "Call functions one after another."},
    {"take", take, METH_VARARGS, "Copy numbers from places."},
    {"put", put, METH_VARARGS, "Copy numbers to places."},
    {"transpose", transpose, METH_VARARGS, "Transpose a matrix."},
    {"add_up", add_up, METH_VARARGS, "Sums of numbers by group."},
    {"within", within, METH_VARARGS, "Whether all numbers are in an interval."},
    {"at_most", at_most, METH_VARARGS, "Whether all codes are at most another."},
    {"log_shares", log_shares, METH_VARARGS, "Levels less the logarithm of their row's sum of exponentials."},
    {"unpack", unpack, METH_VARARGS, "Unpack weights in few bits."},
    {"turn", turn, METH_VARARGS, "A scaled permutation of complex numbers, and what hubs send."},
    {"multiply", multiply, METH_VARARGS, "Multiply with weights in few bits, as they are read."},
    {"decode", decode, METH_VARARGS, "The symbols of a stream of Huffman codes."},
    {"stream", stream, METH_VARARGS, "Multiply with a matrix column by column, as its codes are read."},
    {0}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "engine", "The loops over rows of nodes x lanes.", -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_engine(void) {
    level = processor_level();
    if (level < 0) {
        PyErr_Format(PyExc_ImportError,
                     "NEUROGRAPH_INSTRUCTIONS is '%s'%s; expected plain, avx2 or avx512: unset it to use the widest there is",
                     getenv("NEUROGRAPH_INSTRUCTIONS"), level == PROCESSOR_LACKS ? ", which this processor lacks" : "");
        return 0;
    }
    PyObject *made = PyModule_Create(&module);
    if (!made) return 0;
    if (PyModule_AddStringConstant(made, "instructions", processor_names[level]) || PyModule_AddIntConstant(made, "interface", INTERFACE) ||
        PyModule_AddIntConstant(made, "CONVERGED", CONVERGED) || PyModule_AddIntConstant(made, "STEP_LIMIT", STEP_LIMIT) ||
        PyModule_AddIntConstant(made, "DIVERGED", DIVERGED) || PyModule_AddIntConstant(made, "LONGEST", LONGEST) ||
        PyModule_AddIntConstant(made, "PEEK", PEEK) ||
        PyModule_AddIntConstant(made, "FEW", FEW) ||
        PyModule_AddIntConstant(made, "LANES", LANES) || PyModule_AddIntConstant(made, "ROWS", ROWS) ||
        PyModule_AddObject(made, "LARGEST", PyFloat_FromDouble(LARGEST))) {
        Py_DECREF(made);
        return 0;
    }
    return made;
}
