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
    const int many = (int)PyTuple_GET_SIZE(tables);
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
        table[k] = numbers(&held, PyTuple_GET_ITEM(tables, k), "a table", 'r', -1, &count, 0);
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
