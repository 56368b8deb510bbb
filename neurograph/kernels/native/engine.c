/* neurograph.kernels.engine: the loops of every phase, compiled once, for two number types and several instruction sets.

   A neuron's equations come as programs (program.h), so that nothing is compiled when a network is. This file holds what
   Python calls; each loop stands in a header of its own, written once for all number types and instruction sets. */
#include "engine.h"
#include "processor.h"
#include "arrays.h"

#if defined(__x86_64__)
#define SET avx512
#define WIDE 64
#ifdef __clang__
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"), min_vector_width(512)))
#else
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")))
#endif
#include "both.h"
#undef SET
#undef WIDE
#undef TARGET
#define SET avx2
#define WIDE 32
#define TARGET __attribute__((target("avx2,fma")))
#include "both.h"
#undef SET
#undef WIDE
#undef TARGET
#endif
#define SET plain
#define WIDE 16
#define TARGET
#include "both.h"

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

/* program(code (k, 5), variables, nodes, prelude, constants, registers, spread): an equation, checked. */
static const char PROGRAM[] = "neurograph program";

static void free_program(PyObject *capsule) {
    struct program *p = PyCapsule_GetPointer(capsule, PROGRAM);
    free((void *)p->code), free((void *)p->constant), free((void *)p->spread), free(p);
}

static const struct program *program_of(PyObject *object, const char *name, int variables, int64_t nodes) {
    if (!PyCapsule_IsValid(object, PROGRAM)) {
        PyErr_Format(PyExc_TypeError, "the program %s is %.200R: expected one of engine.program()", name,
                     (PyObject *)Py_TYPE(object));
        return 0;
    }
    const struct program *p = PyCapsule_GetPointer(object, PROGRAM);
    if (p && (p->variables != variables || p->nodes != nodes)) {
        PyErr_Format(PyExc_ValueError, "the program %s reads %d variables and %d node values: expected %d and %lld", name,
                     p->variables, p->nodes, variables, (long long)nodes);
        return 0;
    }
    return p;
}

/* The program of a tuple at `place`, or none where that is None; -1 with an error. */
static int take_program(PyObject *tuple, int place, const char *name, int variables, int64_t nodes,
                        const struct program **to) {
    PyObject *object = PyTuple_GET_ITEM(tuple, place);
    *to = object == Py_None ? 0 : program_of(object, name, variables, nodes);
    return object != Py_None && !*to ? -1 : 0;
}

static void *copied(const void *from, int64_t bytes) {
    void *to = malloc(bytes ? bytes : 1);
    return to ? memcpy(to, from, bytes) : 0;
}

/* Whether the code of rows may read a register: of those that have a number a node, it reads what is spread over lanes. */
static int readable(const struct program *p, const uint16_t *spread, int place) {
    const int nodes = p->variables + p->nodes, before = nodes + p->constants;
    if (place < p->variables || (place >= nodes && place < before) || place >= before + p->node_temporaries) return 1;
    for (int k = 0; k < p->spreads; k++)
        if (spread[k] == place) return 1;
    return 0;
}

static PyObject *make_program(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct program p = {0};
    PyObject *code, *constants, *spread, *capsule = 0;
    int64_t length, constant_count, spreads;
    if (!PyArg_ParseTuple(args, "OiiiOiO", &code, &p.variables, &p.nodes, &p.prelude, &constants, &p.node_temporaries, &spread))
        return 0;
    const struct instruction *given = (void *)numbers(&held, code, "code", 'H', -1, &length, 0);
    const double *constant = given ? numbers(&held, constants, "constants", 'd', -1, &constant_count, 0) : 0;
    const uint16_t *spread_given = constant ? numbers(&held, spread, "spread", 'H', -1, &spreads, 0) : 0;
    if (!spread_given) goto done;
    const int most = MOST_REGISTERS;
    int wrong = length % 5 || length < 5 || length / 5 > UINT16_MAX || p.prelude < 0 || p.prelude >= length / 5 ||
                p.variables < 0 || p.variables > most || p.nodes < 0 || p.nodes > most || constant_count > most ||
                p.node_temporaries < 0 || p.node_temporaries > most || spreads > most;
    if (!wrong) p.length = (int)(length / 5), p.constants = (int)constant_count, p.spreads = (int)spreads;
    const int before = wrong ? 0 : p.variables + p.nodes + p.constants;
    p.registers = wrong ? 0 : before + p.node_temporaries;
    for (int k = 0; k < p.length; k++)
        if (given[k].to >= p.registers) p.registers = given[k].to + 1;
    p.temporaries = wrong ? 0 : p.registers - before - p.node_temporaries;
    wrong |= p.registers > most;
    for (int k = 0; k < p.length && !wrong; k++) {
        const struct instruction i = given[k];
        const int first = before + (k < p.prelude ? 0 : p.node_temporaries);
        const int end = k < p.prelude ? before + p.node_temporaries : p.registers;
        wrong = i.operation >= OPERATIONS || i.a >= end || i.b >= end || i.c >= end || i.to < first || i.to >= end;
        if (k < p.prelude) wrong |= i.a < p.variables || i.b < p.variables || i.c < p.variables;
        else wrong |= !readable(&p, spread_given, i.a) || !readable(&p, spread_given, i.b) || !readable(&p, spread_given, i.c);
    }
    for (int k = 0; k < p.spreads && !wrong; k++) {
        const int place = spread_given[k], of_node = place >= p.variables && place < p.variables + p.nodes;
        wrong = !of_node && (place < before || place >= before + p.node_temporaries);
    }
    if (wrong) {
        PyErr_SetString(PyExc_ValueError, "code: expected instructions whose registers exist");
        goto done;
    }
    p.code = copied(given, length * 2), p.constant = copied(constant, constant_count * 8);
    p.spread = copied(spread_given, spreads * 2);
    struct program *kept = copied(&p, sizeof p);
    if (!p.code || !p.constant || !p.spread || !kept) PyErr_NoMemory();
    else capsule = PyCapsule_New(kept, PROGRAM, free_program);
    if (!capsule) free((void *)p.code), free((void *)p.constant), free((void *)p.spread), free(kept);
done:
    release(&held);
    return capsule;
}

/* What a phase is of: the part of the arguments that every loop takes. */
static int take_network(struct held *held, struct phase *p, PyObject *nodes, PyObject *outputs, PyObject *equations) {
    PyObject *node, *bias, *w_out, *w_out_abs, *parameter, *row, *column;
    int64_t count;
    if (!is_tuple(nodes, "nodes") || !is_tuple(outputs, "outputs")) return -1;
    if (!PyArg_ParseTuple(nodes, "OLOOOO", &node, &p->free, &bias, &w_out, &w_out_abs, &parameter)) return -1;
    if (!PyArg_ParseTuple(outputs, "OOL", &row, &column, &p->columns)) return -1;
    if (p->columns < 0) {
        PyErr_Format(PyExc_ValueError, "targets have %lld columns: expected 0 or more", (long long)p->columns);
        return -1;
    }
    if (!(p->node = numbers(held, node, "node", 'l', -1, &p->nodes, 0))) return -1;
    if (p->free < 0 || p->free > p->nodes) {
        PyErr_Format(PyExc_ValueError, "%lld of %lld nodes are free", (long long)p->free, (long long)p->nodes);
        return -1;
    }
    p->rows = padded(p->free) + p->nodes - p->free;
    if (all_within(p->node, p->nodes, 0, p->nodes, "node")) return -1;
    if (!(p->bias = numbers(held, bias, "bias", 'r', p->nodes, 0, 0))) return -1;
    if (!(p->w_out = numbers(held, w_out, "w_out", 'r', p->nodes, 0, 0))) return -1;
    if (!(p->w_out_abs = numbers(held, w_out_abs, "w_out_abs", 'r', p->nodes, 0, 0))) return -1;
    if (!(p->parameter = numbers(held, parameter, "parameters", 'r', -1, &count, 0))) return -1;
    p->parameters = p->nodes ? count / p->nodes : 0;
    if (count != p->parameters * p->nodes) {
        PyErr_SetString(PyExc_ValueError, "parameters: expected as many for each node");
        return -1;
    }
    if (!(p->output_row = numbers(held, row, "output_row", 'l', -1, &p->outputs, 0))) return -1;
    if (!(p->output_column = numbers(held, column, "output_column", 'l', p->outputs, 0, 0))) return -1;
    if (all_within(p->output_row, p->outputs, 0, p->free, "output_row")) return -1;
    if (all_within(p->output_column, p->outputs, 0, p->columns, "output_column")) return -1;
    for (int64_t k = 1; k < p->outputs; k++)
        if (p->output_row[k] <= p->output_row[k - 1]) {
            PyErr_SetString(PyExc_ValueError, "output_row: expected rising rows");
            return -1;
        }
    const int64_t values = 3 + p->parameters;
    static const char *const name[] = {"drift", "transfer", "leak", "slope_s", "slope_I", "transfer_slope", "force",
                                       "normaliser", "force_slope", "force_coupling", "normaliser_slope"};
    const int variables[] = {2, 1, 0, 2, 2, 1, 3, 1, 3, 3, 1};
    const int64_t read[] = {values, p->parameters, values, values, values, p->parameters, 0, 0, 0, 0, 0};
    const struct program **to[] = {&p->drift, &p->transfer, &p->leak, &p->slope_s, &p->slope_in, &p->transfer_slope,
                                   &p->force, &p->normaliser, &p->force_slope, &p->force_coupling, &p->normaliser_slope};
    if (!PyTuple_Check(equations) || PyTuple_GET_SIZE(equations) != 11) {
        PyErr_SetString(PyExc_TypeError, "equations: expected 11 programs or None");
        return -1;
    }
    for (int k = 0; k < 11; k++)
        if (take_program(equations, k, name[k], variables[k], read[k], to[k])) return -1;
    if (p->drift) return 0;
    PyErr_SetString(PyExc_TypeError, "equations: expected a drift");
    return -1;
}

/* Where the samples start and are drawn to, and where they end. */
static int take_samples(struct held *held, struct phase *p, PyObject *samples, PyObject *result) {
    PyObject *start, *anchor, *target, *beta, *end, *residual, *n_steps, *status;
    int64_t count;
    if (!is_tuple(samples, "samples") || !is_tuple(result, "result")) return -1;
    if (!PyArg_ParseTuple(samples, "OOOO", &start, &anchor, &target, &beta)) return -1;
    if (!PyArg_ParseTuple(result, "OOOO", &end, &residual, &n_steps, &status)) return -1;
    if (!(p->beta = numbers(held, beta, "beta", 'd', -1, &p->batch, 0))) return -1;
    count = times(p->batch, p->nodes);
    if (!(p->start = numbers(held, start, "start", 'r', count, 0, 0))) return -1;
    if (anchor != Py_None && !(p->anchor = numbers(held, anchor, "anchor", 'r', count, 0, 0))) return -1;
    for (int64_t k = 0; k < p->batch; k++) p->nudged |= p->beta[k] != 0;
    p->nudged = p->nudged && p->outputs;
    if (p->nudged && (!p->force || !(p->target = numbers(held, target, "target", 'r', times(p->batch, p->columns), 0, 0)))) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a nudge needs the program of its force");
        return -1;
    }
    if (!(p->end = numbers(held, end, "end", 'r', count, 0, 1))) return -1;
    if (!(p->residual = numbers(held, residual, "residual", 'd', p->batch, 0, 1))) return -1;
    if (!(p->n_steps = numbers(held, n_steps, "n_steps", 'l', p->batch, 0, 1))) return -1;
    return (p->status = numbers(held, status, "status", 'b', p->batch, 0, 1)) ? 0 : -1;
}

/* A rule integrated along the phase: (pre, post, whole, first, last, bias, other, weights, trace). */
static int take_rule(struct held *held, struct phase *p, PyObject *given) {
    PyObject *pre, *post, *whole, *first, *last, *bias, *other, *weights, *trace;
    struct rule *r = &p->rule;
    int64_t count;
    if (given == Py_None) return 0;
    if (!is_tuple(given, "rule")) return -1;
    if (!PyArg_ParseTuple(given, "O!O!OOOOOOO", &PyTuple_Type, &pre, &PyTuple_Type, &post, &whole, &first, &last, &bias,
                          &other, &weights, &trace))
        return -1;
    r->online = 1, r->terms = (int)PyTuple_GET_SIZE(pre);
    if (r->terms > MOST_TERMS || r->terms != PyTuple_GET_SIZE(post)) {
        PyErr_Format(PyExc_ValueError, "a rule has %d terms: expected at most %d", r->terms, MOST_TERMS);
        return -1;
    }
    for (int t = 0; t < r->terms; t++)
        if (!(r->pre[t] = program_of(PyTuple_GET_ITEM(pre, t), "pre", 2, 0)) ||
            !(r->post[t] = program_of(PyTuple_GET_ITEM(post, t), "post", 2, 0)))
            return -1;
    if (whole != Py_None && !(r->whole = program_of(whole, "rule", 5, 0))) return -1;
    if (!(r->first = numbers(held, first, "first", 'l', p->free, 0, 0))) return -1;
    if (!(r->last = numbers(held, last, "last", 'l', p->free, 0, 0))) return -1;
    if (!(r->bias = numbers(held, bias, "bias places", 'l', p->free, 0, 0))) return -1;
    if (!(r->other = numbers(held, other, "other", 'i', -1, &r->edges, 0))) return -1;
    if (!(r->weights = numbers(held, weights, "weights", 'r', r->edges, 0, 0))) return -1;
    if (!(r->trace = numbers(held, trace, "trace", 'd', -1, &count, 1))) return -1;
    const int64_t sums = r->whole ? 1 : r->terms;
    r->biases = sums ? count / sums - r->edges : 0;
    if (r->biases < 0 || count != sums * (r->edges + r->biases) || (r->whole && r->terms)) {
        PyErr_SetString(PyExc_ValueError, "trace: expected a number for each term, and each edge and bias");
        return -1;
    }
    if (all_within(r->first, p->free, 0, r->edges + 1, "first")) return -1;
    if (all_within(r->last, p->free, 0, r->edges + 1, "last")) return -1;
    if (all_within(r->bias, p->free, -1, r->biases, "bias places")) return -1;
    if (all_below(r->other, r->edges, p->rows)) return 0;
    PyErr_SetString(PyExc_ValueError, "rule: an edge comes from a row that is not");
    return -1;
}

/* Run a loop without the interpreter's lock, with signals looked for, and release the arrays. */
static PyObject *ran(struct held *held, struct phase *p, int (*loop)(struct phase *)) {
    struct gate gate = {0};
    struct watch watch = {0};
    PyThreadState *python = PyEval_SaveThread();
    p->gate = &gate, p->python = &python, p->watch = &watch;
    const int failed = loop(p);
    PyEval_RestoreThread(python);
    release(held);
    if (failed == -1) return PyErr_NoMemory();
    if (failed == -2) PyErr_SetString(PyExc_OSError, "no more threads can be started: set OMP_NUM_THREADS to 1");
    if (failed) return 0;
    Py_RETURN_NONE;
}

static PyObject *euler(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct phase p = {0};
    PyObject *equations, *nodes, *outputs, *recurrent, *clamped, *transposed, *samples, *dt, *rule, *record, *result, *stiffness;
    if (!PyArg_ParseTuple(args, "OOOOOO(dd)OOLdpOOOLO", &equations, &nodes, &outputs, &recurrent, &clamped, &transposed,
                          &p.low, &p.high, &samples, &dt, &p.steps, &p.tol, &p.implicit, &stiffness, &rule, &record,
                          &p.threads, &result))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (transposed != Py_None && take_edges(&held, transposed, "transposed", p.free, p.rows, &p.transposed)) goto failed;
    if (take_samples(&held, &p, samples, result)) goto failed;
    if (!(p.dt = numbers(&held, dt, "dt", 'd', p.batch, 0, 0))) goto failed;
    p.stiff = stiffness != Py_None;
    if (p.stiff && (p.stiffness = PyFloat_AsDouble(stiffness)) == -1 && PyErr_Occurred()) goto failed;
    if ((p.implicit && !p.leak) || (p.anchor && (transposed == Py_None || !p.slope_in || !p.transfer_slope)) || p.steps < 1) {
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
        if (!(p.frames = numbers(&held, frames, "frames", 'r', times(times(p.batch, p.frame_count), p.watched), 0, 1))) goto failed;
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
    PyObject *end, *slopes, *residual, *n_steps, *status;
    if (!PyArg_ParseTuple(args, "OOOOOOO(dd)OOdOpLdpOO", &equations, &nodes, &outputs, &recurrent, &clamped, &fresh, &stale,
                          &p.low, &p.high, &state, &force, &p.lift, &dt, &p.implicit, &p.steps, &p.tol, &p.sweeps, &loops,
                          &result) ||
        !is_tuple(result, "result") || !PyArg_ParseTuple(result, "OOOOO", &end, &slopes, &residual, &n_steps, &status))
        return 0;
    if (take_network(&held, &p, nodes, outputs, equations)) goto failed;
    if (take_edges(&held, recurrent, "recurrent", p.free, p.rows, &p.recurrent)) goto failed;
    if (take_edges(&held, clamped, "clamped", p.free, p.rows, &p.clamped)) goto failed;
    if (take_edges(&held, fresh, "fresh", p.free, p.free, &p.forward)) goto failed;
    if (take_edges(&held, stale, "stale", p.free, p.free, &p.feedback)) goto failed;
    p.transposed = p.forward;
    if (!(p.dt = numbers(&held, dt, "dt", 'd', -1, &p.batch, 0))) goto failed;
    if (!(p.start = numbers(&held, state, "state", 'r', times(p.batch, p.nodes), 0, 0))) goto failed;
    if (!(p.target = numbers(&held, force, "force", 'r', times(p.batch, p.columns), 0, 0))) goto failed;
    if (!(p.loops = numbers(&held, loops, "loops", 'r', p.free, 0, 0))) goto failed;
    if (!(p.end = numbers(&held, end, "end", 'r', times(p.batch, p.nodes), 0, 1))) goto failed;
    if (!(p.slopes = numbers(&held, slopes, "slopes", 'r', times(p.batch, p.nodes), 0, 1))) goto failed;
    if (!(p.residual = numbers(&held, residual, "residual", 'd', p.batch, 0, 1))) goto failed;
    if (!(p.n_steps = numbers(&held, n_steps, "n_steps", 'l', p.batch, 0, 1))) goto failed;
    if (!(p.status = numbers(&held, status, "status", 'b', p.batch, 0, 1))) goto failed;
    if (!p.slope_s || !p.slope_in || !p.transfer_slope || p.steps < 1) {
        PyErr_SetString(PyExc_ValueError, "a linear response needs the slopes");
        goto failed;
    }
    return ran(&held, &p, CHOSEN(run_response, held.bytes == 4));
failed:
    release(&held);
    return 0;
}

#include "rows.h"
#include "packed.h"

static PyMethodDef methods[] = {
    {"program", make_program, METH_VARARGS, "An equation as instructions."},
    {"euler", euler, METH_VARARGS, "Move samples through one phase."},
    {"gauss_seidel", gauss_seidel, METH_VARARGS, "Settle samples through one phase, node after node."},
    {"response", response, METH_VARARGS, "Solve for the linear response of equilibria."},
    {"evaluate", evaluate, METH_VARARGS, "Run a program over arrays of one size."},
    {"products", products, METH_VARARGS, "Sums over samples of what both ends of each edge say."},
    {"edge_sums", edge_sums, METH_VARARGS, "Sums over samples of a program at each edge."},
    {"unpack", unpack, METH_VARARGS, "Unpack weights in few bits."},
    {"multiply", multiply, METH_VARARGS, "Multiply with weights in few bits, as they are read."},
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
        PyModule_AddObject(made, "LARGEST", PyFloat_FromDouble(LARGEST))) {
        Py_DECREF(made);
        return 0;
    }
    return made;
}
