/* The boundary: what Python hands over, checked once, before any loop sees it. */
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

/* Whether all `count` numbers are at least 0 and below `bound`. */
static int all_below(const int32_t *x, int64_t count, int64_t bound) {
    typedef uint32_t many __attribute__((vector_size(64), aligned(4), may_alias));
    many largest = {0};
    int64_t k = 0;
    for (; k + 16 <= count; k += 16) {
        const many here = *(const many *)(x + k), more = (many)(here > largest);
        largest = (more & here) | (~more & largest);
    }
    uint32_t most = 0;
    for (int lane = 0; lane < 16; lane++) most = largest[lane] > most ? largest[lane] : most;
    for (; k < count; k++) most = (uint32_t)x[k] > most ? (uint32_t)x[k] : most;
    return !count || most < (uint64_t)bound;
}

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
    if (!PyTuple_Check(object) || PyTuple_GET_SIZE(object) != 3) {
        PyErr_Format(PyExc_TypeError, "%s: expected (indptr, other, weights)", name);
        return -1;
    }
    edges->indptr = numbers(held, PyTuple_GET_ITEM(object, 0), name, 'l', rows + 1, &many, 0);
    if (!edges->indptr) return -1;
    edges->other = numbers(held, PyTuple_GET_ITEM(object, 1), name, 'i', -1, &count, 0);
    if (!edges->other) return -1;
    edges->weights = numbers(held, PyTuple_GET_ITEM(object, 2), name, 'r', count, 0, 0);
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
