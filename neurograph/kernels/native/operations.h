/* What a plan needs between two loops (`run`): plain operations on arrays, each called from Python too. */

/* run(calls): call each function with its arguments, until one returns False; return how many were called before it. */
static PyObject *run(PyObject *self, PyObject *args) {
    PyObject *calls;
    if (!PyArg_ParseTuple(args, "O!", &PyTuple_Type, &calls)) return 0;
    Py_ssize_t k = 0;
    for (; k < PyTuple_Size(calls); k++) {
        PyObject *call = PyTuple_GetItem(calls, k);
        if (!PyTuple_Check(call) || PyTuple_Size(call) != 2 || !PyTuple_Check(PyTuple_GetItem(call, 1))) {
            PyErr_SetString(PyExc_TypeError, "calls: expected pairs of a function and the tuple of its arguments");
            return 0;
        }
        PyObject *done = PyObject_CallObject(PyTuple_GetItem(call, 0), PyTuple_GetItem(call, 1));
        if (!done) return 0;
        Py_DECREF(done);
        if (done == Py_False) break;
    }
    return PyLong_FromSsize_t(k);
}

/* Give `from` and `to` their types, and do for each pair of types what follows. */
#define OF_TYPES(from_bytes, to_bytes, each)                                                                          \
    do {                                                                                                              \
        if ((from_bytes) == 4 && (to_bytes) == 4) each(float, float);                                                 \
        else if ((from_bytes) == 4) each(float, double);                                                              \
        else if ((to_bytes) == 4) each(double, float);                                                                \
        else each(double, double);                                                                                    \
    } while (0)

static double number_at(const void *from, int64_t bytes, int64_t k) {
    return bytes == 4 ? ((const float *)from)[k] : ((const double *)from)[k];
}

static void put_number(void *to, int64_t bytes, int64_t k, double x) {
    if (bytes == 4) ((float *)to)[k] = (float)x;
    else ((double *)to)[k] = x;
}

/* Bytes of a number of the array that was taken last. */
static int64_t last_bytes(const struct held *held) { return held->view[held->count - 1].itemsize; }

/* Places in an array of `bound` numbers, or none of None. */
static int take_places(struct held *held, PyObject *object, int64_t count, int64_t bound, const int64_t **places) {
    *places = 0;
    if (object == Py_None) return 0;
    if (!(*places = numbers(held, object, "places", 'l', count, 0, 0))) return -1;
    return all_within(*places, count, 0, bound, "places");
}

/* Copy numbers, of either type to either: to[k] = from[places[k]], or to[places[k]] = from[k]. */
static PyObject *copied_numbers(PyObject *args, int scattered) {
    struct held held = {.count = 0};
    PyObject *source, *which, *target;
    const int64_t *places;
    int64_t from_count, to_count;
    int failed = 1;
    if (!PyArg_ParseTuple(args, "OOO", &source, &which, &target)) return 0;
    const void *from = numbers(&held, source, "from", 'x', -1, &from_count, 0);
    const int64_t from_bytes = from ? last_bytes(&held) : 0;
    void *to = from ? numbers(&held, target, "to", 'x', -1, &to_count, 1) : 0;
    if (!to) goto done;
    const int64_t to_bytes = last_bytes(&held), count = scattered ? from_count : to_count;
    if (take_places(&held, which, count, scattered ? to_count : from_count, &places)) goto done;
    if (!places && from_count != to_count) {
        PyErr_Format(PyExc_ValueError, "to has %lld numbers: expected %lld", (long long)to_count, (long long)from_count);
        goto done;
    }
    failed = 0;
#define ALL(A, B) for (int64_t k = 0; k < count; k++) ((B *)to)[k] = (B)((const A *)from)[k]
#define TAKEN(A, B) for (int64_t k = 0; k < count; k++) ((B *)to)[k] = (B)((const A *)from)[places[k]]
#define PUT(A, B) for (int64_t k = 0; k < count; k++) ((B *)to)[places[k]] = (B)((const A *)from)[k]
    if (!places && from_bytes == to_bytes) memcpy(to, from, count * to_bytes);
    else if (!places) OF_TYPES(from_bytes, to_bytes, ALL);
    else if (scattered) OF_TYPES(from_bytes, to_bytes, PUT);
    else OF_TYPES(from_bytes, to_bytes, TAKEN);
done:
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}

/* take(from, places, to): to[k] = from[places[k]]; places None: all of them, in their order. */
static PyObject *take(PyObject *self, PyObject *args) { return copied_numbers(args, 0); }

/* put(from, places, to): to[places[k]] = from[k]. */
static PyObject *put(PyObject *self, PyObject *args) { return copied_numbers(args, 1); }

/* transpose(from, columns, to): the transpose of a matrix of so many columns. */
static PyObject *transpose(PyObject *self, PyObject *args) {
    enum { BLOCK = 16 };
    struct held held = {.count = 0};
    PyObject *source, *target;
    int64_t columns, count;
    int failed = 1;
    if (!PyArg_ParseTuple(args, "OLO", &source, &columns, &target)) return 0;
    const void *from = numbers(&held, source, "from", 'r', -1, &count, 0);
    void *to = from ? numbers(&held, target, "to", 'r', count, 0, 1) : 0;
    if (!to) goto done;
    if (columns < 0 || (columns ? count % columns : count)) {
        PyErr_Format(PyExc_ValueError, "from has %lld numbers: expected rows of %lld", (long long)count, (long long)columns);
        goto done;
    }
    failed = 0;
    const int64_t rows = columns ? count / columns : 0;
    for (int64_t first = 0; first < columns; first += BLOCK) /* so that a line of the cache is read once */
        for (int64_t row = 0; row < rows; row++)
            for (int64_t column = first; column < columns && column < first + BLOCK; column++)
                if (held.bytes == 4) ((float *)to)[column * rows + row] = ((const float *)from)[row * columns + column];
                else ((double *)to)[column * rows + row] = ((const double *)from)[row * columns + column];
done:
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}

/* add_up(places, from, to): to[j] = sum of the from[k] with places[k] = j, one after another; places None: all at 0. */
static PyObject *add_up(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *which, *source, *target;
    const int64_t *places;
    int64_t count, groups;
    int failed = 1;
    if (!PyArg_ParseTuple(args, "OOO", &which, &source, &target)) return 0;
    const void *from = numbers(&held, source, "from", 'x', -1, &count, 0);
    const int64_t bytes = from ? last_bytes(&held) : 0;
    double *to = from ? numbers(&held, target, "to", 'd', -1, &groups, 1) : 0;
    if (!to || take_places(&held, which, count, groups, &places)) goto done;
    if (!places && !groups) {
        PyErr_SetString(PyExc_ValueError, "to has 0 numbers: expected 1");
        goto done;
    }
    failed = 0;
    memset(to, 0, groups * sizeof *to);
#define ADDED(A, B) for (int64_t k = 0; k < count; k++) to[places ? places[k] : 0] += ((const A *)from)[k]
    OF_TYPES(bytes, 8, ADDED);
done:
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}

/* within(array, low, high): whether all of its numbers are from low to high; NaN is not. */
static PyObject *within(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *array;
    double low, high;
    int64_t count;
    if (!PyArg_ParseTuple(args, "Odd", &array, &low, &high)) return 0;
    const void *x = numbers(&held, array, "array", 'x', -1, &count, 0);
    int all = 1;
#define INSIDE(A, B) for (int64_t k = 0; k < count; k++) all &= (int)(((const A *)x)[k] >= low) & (int)(((const A *)x)[k] <= high)
    if (x) OF_TYPES(last_bytes(&held), 8, INSIDE);
    release(&held);
    return x ? PyBool_FromLong(all) : 0;
}

/* at_most(codes, most): whether all of some int8 are. */
static PyObject *at_most(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *array;
    int most, all = 1;
    int64_t count;
    if (!PyArg_ParseTuple(args, "Oi", &array, &most)) return 0;
    const int8_t *code = numbers(&held, array, "codes", 'b', -1, &count, 0);
    for (int64_t k = 0; code && k < count; k++) all &= code[k] <= most;
    release(&held);
    return code ? PyBool_FromLong(all) : 0;
}

/* log_shares(levels, columns): subtract from each row of levels n its log sum exp n, in place. */
static PyObject *log_shares(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    PyObject *array;
    int64_t columns, count;
    int failed = 1;
    if (!PyArg_ParseTuple(args, "OL", &array, &columns)) return 0;
    void *levels = numbers(&held, array, "levels", 'r', -1, &count, 1);
    if (levels && (columns < 1 || count % columns)) PyErr_SetString(PyExc_ValueError, "levels: expected rows of so many columns");
    else failed = !levels;
    for (int64_t first = 0; !failed && first < count; first += columns) {
        double top = -INFINITY, mass = 0;
        for (int64_t k = first; k < first + columns; k++) {
            const double level = number_at(levels, held.bytes, k);
            top = level > top ? level : top;
        }
        for (int64_t k = first; k < first + columns; k++) mass += exp(number_at(levels, held.bytes, k) - top);
        for (int64_t k = first; k < first + columns; k++)
            put_number(levels, held.bytes, k, number_at(levels, held.bytes, k) - (top + log(mass)));
    }
    release(&held);
    if (failed) return 0;
    Py_RETURN_NONE;
}
