/* The boundary: what Python hands over, checked once, before any loop sees it: arrays, then what a phase takes. */
enum { MOST_ARRAYS = 96 };

struct held { /* the arrays of a call, released at its end */
    Py_buffer view[MOST_ARRAYS];
    char written[MOST_ARRAYS];
    int count;
    int bytes; /* of a number of the network's type: 4 or 8; 0 before the first is seen */
};

static void release(struct held *held) {
    while (held->count) PyBuffer_Release(&held->view[--held->count]);
}

/* Whether a buffer's format is of this kind: 'r' numbers of the network's type, 'x' of either type, 'd' float64, 'l' int64, 'i' int32, 'H'
   uint16, 'L' uint64, 'b' int8. */
static int of_kind(const struct held *held, const Py_buffer *view, char kind) {
    const char *format = view->format ? view->format : "B";
    if (*format == '@' || *format == '=') format++;
    if (!*format || format[1]) return 0;
    const int real = *format == 'f' || *format == 'd', whole = *format == 'l' || *format == 'q' || *format == 'i';
    switch (kind) {
    case 'r': return real && (!held->bytes || view->itemsize == held->bytes);
    case 'x': return real;
    case 'd': return *format == 'd';
    case 'l': return whole && view->itemsize == 8;
    case 'i': return whole && view->itemsize == 4;
    case 'L': return (*format == 'L' || *format == 'Q') && view->itemsize == 8;
    default: return *format == kind || (kind == 'b' && *format == '?');
    }
}

/* a times b, or a number that no array has where one is negative or the product is too large. */
static int64_t times(int64_t a, int64_t b) {
    int64_t product;
    return a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

/* Whether an array that is written to shares memory with another: it could then change what was checked. */
static int overlaps(const struct held *held) {
    const int last = held->count - 1;
    const Py_buffer *a = &held->view[last];
    for (int k = 0; k < last; k++) {
        const Py_buffer *b = &held->view[k];
        if ((held->written[k] || held->written[last]) && (char *)a->buf < (char *)b->buf + b->len &&
            (char *)b->buf < (char *)a->buf + a->len)
            return 1;
    }
    return 0;
}

/* Whether `object`, called `name`, is a tuple; else with an error. */
static int is_tuple(PyObject *object, const char *name) {
    if (PyTuple_Check(object)) return 1;
    PyErr_Format(PyExc_TypeError, "%s is %.200R: expected a tuple", name, (PyObject *)Py_TYPE(object));
    return 0;
}

/* Return the numbers of an array of `size` of this kind (any size where that is -1, which `*found` then tells), or 0 with
   an error. What is written to must allow it. */
static void *numbers(struct held *held, PyObject *object, const char *name, char kind, int64_t size, int64_t *found,
                     int writable) {
    Py_buffer *view = &held->view[held->count];
    if (held->count == MOST_ARRAYS || PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0))) {
        PyErr_Format(PyExc_TypeError, "%s is %.200R: expected a C-contiguous%s array", name, (PyObject *)Py_TYPE(object),
                     writable ? ", writable" : "");
        return 0;
    }
    held->written[held->count++] = (char)writable;
    if (!of_kind(held, view, kind)) {
        PyErr_Format(PyExc_TypeError, "%s has numbers of format '%s': expected %s", name, view->format ? view->format : "B",
                     kind == 'r' ? (held->bytes == 4 ? "float32" : held->bytes == 8 ? "float64" : "float32 or float64")
                     : kind == 'x' ? "float32 or float64" : kind == 'd' ? "float64" : kind == 'l' ? "int64" : kind == 'i' ? "int32" : kind == 'H' ? "uint16" : kind == 'L' ? "uint64" : "int8");
        return 0;
    }
    if (kind == 'r' && !held->bytes) held->bytes = (int)view->itemsize;
    const int64_t count = view->itemsize ? view->len / view->itemsize : 0;
    if (size >= 0 && count != size) {
        PyErr_Format(PyExc_ValueError, "%s has %lld numbers: expected %lld", name, (long long)count, (long long)size);
        return 0;
    }
    if (count && (uintptr_t)view->buf % view->itemsize) {
        PyErr_Format(PyExc_ValueError, "%s lies between the places of its numbers in memory: expected an aligned array", name);
        return 0;
    }
    if (overlaps(held)) {
        PyErr_Format(PyExc_ValueError, "%s shares memory with another argument: expected results to have their own", name);
        return 0;
    }
    if (found) *found = count;
    static char nothing[LINE];
    return view->buf ? view->buf : nothing;
}

/* Whether all `count` numbers are at least 0 and below `bound`; whether they are at least 0, and rise or stay: by the widest
   vectors that there are, for a step may be no longer than a look at its edges. */
static int all_below(const int32_t *x, int64_t count, int64_t bound);
static int all_rise(const int32_t *x, int64_t count);

static int all_within(const int64_t *x, int64_t count, int64_t low, int64_t bound, const char *name) {
    for (int64_t k = 0; k < count; k++)
        if (x[k] < low || x[k] >= bound) {
            PyErr_Format(PyExc_ValueError, "%s[%lld] is %lld: expected %lld to %lld", name, (long long)k,
                         (long long)x[k], (long long)low, (long long)bound - 1);
            return -1;
        }
    return 0;
}

/* Take edges (indptr, other, weights) into `rows` rows, from `senders` of them. */
static int take_edges(struct held *held, PyObject *object, const char *name, int64_t rows, int64_t senders,
                      struct edges *edges) {
    int64_t count, many;
    if (!PyTuple_Check(object) || PyTuple_Size(object) != 3) {
        PyErr_Format(PyExc_TypeError, "%s: expected (indptr, other, weights)", name);
        return -1;
    }
    edges->indptr = numbers(held, PyTuple_GetItem(object, 0), name, 'l', rows + 1, &many, 0);
    if (!edges->indptr) return -1;
    edges->other = numbers(held, PyTuple_GetItem(object, 1), name, 'i', -1, &count, 0);
    if (!edges->other) return -1;
    edges->weights = numbers(held, PyTuple_GetItem(object, 2), name, 'r', count, 0, 0);
    if (!edges->weights) return -1;
    int64_t before = 0;
    for (int64_t row = 0; row <= rows; row++) {
        if (edges->indptr[row] < before || edges->indptr[row] > count) {
            PyErr_Format(PyExc_ValueError, "%s: indptr[%lld] is %lld, expected %lld to %lld", name, (long long)row,
                         (long long)edges->indptr[row], (long long)before, (long long)count);
            return -1;
        }
        before = edges->indptr[row];
    }
    if (all_below(edges->other, count, senders)) return 0;
    PyErr_Format(PyExc_ValueError, "%s: an edge comes from a row outside 0 to %lld", name, (long long)senders - 1);
    return -1;
}

/* program(code (k, 5), variables, nodes, prelude, constants, registers, spread): an equation, checked. */
static const char PROGRAM[] = "neurograph program";

static void free_program(PyObject *capsule) {
    struct program *p = PyCapsule_GetPointer(capsule, PROGRAM);
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule)); /* the programs of a choice */
    free((void *)p->code), free((void *)p->constant), free((void *)p->spread), free((void *)p->population), free(p);
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
    PyObject *object = PyTuple_GetItem(tuple, place);
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

/* choice(programs, chooser): each node runs the one whose place is its node value `chooser`. */
static PyObject *make_choice(PyObject *self, PyObject *args) {
    PyObject *programs, *capsule = 0;
    struct program p = {0};
    if (!PyArg_ParseTuple(args, "O!i", &PyTuple_Type, &programs, &p.chooser)) return 0;
    const int64_t count = PyTuple_Size(programs);
    const struct program **each = malloc((count + 1) * sizeof *each), *kept = 0;
    for (int64_t k = 0; each && k < count; k++) {
        if (!PyCapsule_IsValid(PyTuple_GetItem(programs, k), PROGRAM)) break;
        each[k] = PyCapsule_GetPointer(PyTuple_GetItem(programs, k), PROGRAM);
        if (each[k]->populations || each[k]->variables != each[0]->variables || each[k]->nodes != each[0]->nodes) break;
        if (each[k]->temporaries > p.temporaries) p.temporaries = each[k]->temporaries;
        p.populations = (int)k + 1;
    }
    if (each && count && p.populations == count && count <= MOST_REGISTERS && p.chooser >= 0 && p.chooser < each[0]->nodes) {
        p.variables = each[0]->variables, p.nodes = each[0]->nodes, p.population = each;
        kept = copied(&p, sizeof p);
        capsule = kept ? PyCapsule_New((void *)kept, PROGRAM, free_program) : 0;
        if (capsule) Py_INCREF(programs), PyCapsule_SetContext(capsule, programs);
        else if (!PyErr_Occurred()) PyErr_NoMemory();
    } else
        PyErr_SetString(PyExc_ValueError, "programs: expected some of the same variables and nodes, and which node value chooses");
    if (!capsule) free(each), free((void *)kept);
    return capsule;
}

/* What a phase is of: the part of the arguments that every loop takes. */
static int take_network(struct held *held, struct phase *p, PyObject *nodes, PyObject *outputs, PyObject *equations) {
    enum { EQUATIONS = 12 }; /* the last are those of the further variables */
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
    if (p->low != p->low) { /* the box of each node is its last two parameters */
        if (p->parameters < 2) {
            PyErr_SetString(PyExc_ValueError, "parameters: expected a box among them");
            return -1;
        }
        p->boxed = 1, p->low = -INFINITY, p->high = INFINITY;
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
    if (!PyTuple_Check(equations) || PyTuple_Size(equations) != EQUATIONS || !PyTuple_Check(PyTuple_GetItem(equations, EQUATIONS - 1))) {
        PyErr_SetString(PyExc_TypeError, "equations: expected 11 programs or None, and a tuple of further variables");
        return -1;
    }
    PyObject *further = PyTuple_GetItem(equations, EQUATIONS - 1);
    if (PyTuple_Size(further) > MOST_VARIABLES) {
        PyErr_Format(PyExc_ValueError, "a node has %zd further variables: expected at most %d", PyTuple_Size(further), MOST_VARIABLES);
        return -1;
    }
    const int seen = 2 + (int)PyTuple_Size(further);
    const int variables[] = {seen, 1, 0, seen, seen, 1, 3, 1, 3, 3, 1};
    const int64_t read[] = {values, p->parameters, values, values, values, p->parameters, 0, 0, 0, 0, 0};
    const struct program **to[] = {&p->drift, &p->transfer, &p->leak, &p->slope_s, &p->slope_in, &p->transfer_slope,
                                   &p->force, &p->normaliser, &p->force_slope, &p->force_coupling, &p->normaliser_slope};
    for (int k = 0; k < EQUATIONS - 1; k++)
        if (take_program(equations, k, name[k], variables[k], read[k], to[k])) return -1;
    for (p->variables = 0; p->variables < seen - 2; p->variables++) {
        PyObject *one = PyTuple_GetItem(further, p->variables);
        struct variable *v = &p->variable[p->variables];
        if (!is_tuple(one, "a variable") || PyTuple_Size(one) != 3) break;
        if (take_program(one, 0, "drift", seen, values, &v->drift) || take_program(one, 1, "leak", 0, values, &v->leak) ||
            take_program(one, 2, "slope", seen, values, &v->slope))
            return -1;
        if (!v->drift || !v->leak != !p->leak || !v->slope != !p->slope_s) break;
    }
    p->stride = p->end_stride = times(p->nodes, 1 + p->variables);
    if (p->drift && p->variables == seen - 2) return 0;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "equations: expected a drift, and of each variable a leak and a slope where s has them");
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
    count = times(p->batch, p->stride);
    if (!(p->start = numbers(held, start, "start", 'r', count, 0, 0))) return -1;
    if (anchor != Py_None && p->variables) {
        PyErr_SetString(PyExc_ValueError, "a transposed phase: expected no further variables");
        return -1;
    }
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
    r->online = 1, r->terms = (int)PyTuple_Size(pre);
    if (r->terms > MOST_TERMS || r->terms != PyTuple_Size(post)) {
        PyErr_Format(PyExc_ValueError, "a rule has %d terms: expected at most %d", r->terms, MOST_TERMS);
        return -1;
    }
    for (int t = 0; t < r->terms; t++)
        if (!(r->pre[t] = program_of(PyTuple_GetItem(pre, t), "pre", 2, 0)) ||
            !(r->post[t] = program_of(PyTuple_GetItem(post, t), "post", 2, 0)))
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
