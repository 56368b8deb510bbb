/* What Python calls beside the loops of a phase: programs over whole arrays, and sums over samples for every edge. */

/* evaluate(program, arrays, to): the arrays of one size, one a variable. */
static PyObject *evaluate(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *capsule, *arrays, *to;
    int64_t count;
    if (!PyArg_ParseTuple(args, "OO!O", &capsule, &PyTuple_Type, &arrays, &to)) return 0;
    const struct program *p = program_of(capsule, "evaluated", (int)PyTuple_GET_SIZE(arrays), 0);
    void *result = p ? numbers(&held, to, "to", 'r', -1, &count, 1) : 0;
    const void *given[MOST_REGISTERS];
    for (int k = 0; result && k < p->variables; k++)
        if (!(given[k] = numbers(&held, PyTuple_GET_ITEM(arrays, k), "an array", 'r', count, 0, 0))) result = 0;
    const int failed = result && CHOSEN(evaluated, held.bytes == 4)(p, given, result, count);
    release(&held);
    if (failed) return PyErr_NoMemory();
    if (!result) return 0;
    Py_RETURN_NONE;
}

/* products(indptr, pre, P, Q, to): to[k] = sum over samples of P[pre[k]] Q[j] for the edges k of node j. */
static PyObject *products(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *indptr, *pre, *left, *right, *to;
    int64_t nodes, edges, samples, count;
    int failed = -1;
    if (!PyArg_ParseTuple(args, "OOOOOL", &indptr, &pre, &left, &right, &to, &samples)) return 0;
    const int64_t *ends = numbers(&held, indptr, "indptr", 'l', -1, &nodes, 0);
    const int32_t *other = ends ? numbers(&held, pre, "pre", 'i', -1, &edges, 0) : 0;
    const void *P = other ? numbers(&held, left, "P", 'r', -1, &count, 0) : 0;
    const void *Q = P ? numbers(&held, right, "Q", 'r', -1, &count, 0) : 0;
    double *sums = Q ? numbers(&held, to, "to", 'd', edges, 0, 1) : 0;
    if (!sums) goto done;
    const int64_t senders = samples > 0 ? held.view[2].len / held.bytes / samples : 0;
    int right_sizes = nodes > 0 && samples > 0 && senders * samples * held.bytes == held.view[2].len &&
                      count == (nodes - 1) * samples && ends[0] >= 0 && ends[nodes - 1] <= edges && all_below(other, edges, senders);
    for (int64_t j = 1; j < nodes && right_sizes; j++) right_sizes = ends[j] >= ends[j - 1];
    if (!right_sizes) {
        PyErr_SetString(PyExc_ValueError, "P and Q: expected a row of samples for each node that the edges name");
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    CHOSEN(all_products, held.bytes == 4)(ends, nodes - 1, other, P, Q, samples, sums);
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
    const int many = (int)PyTuple_GET_SIZE(tables);
    const struct program *p = program_of(capsule, "of a rule", many + 1, 0);
    const int32_t *i = p ? numbers(&held, pre, "pre", 'i', -1, &edges, 0) : 0;
    const int32_t *j = i ? numbers(&held, post, "post", 'i', edges, 0, 0) : 0;
    const int8_t *ends = j ? numbers(&held, which, "ends", 'b', many, 0, 0) : 0;
    const void *w = ends ? numbers(&held, weights, "weights", 'r', edges, 0, 0) : 0;
    double *sums = w ? numbers(&held, to, "to", 'd', edges, 0, 1) : 0;
    const void *table[MOST_REGISTERS];
    for (int k = 0; sums && k < many; k++) {
        int64_t count;
        table[k] = numbers(&held, PyTuple_GET_ITEM(tables, k), "a table", 'r', -1, &count, 0);
        if (!table[k]) goto done;
        if (samples < 1 || count % samples || !all_below(ends[k] ? j : i, edges, count / samples)) {
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
