/* Packed weights: sparse rows as one string of bits, which compression/packed.py writes.

   Row after row: the number of entries plus 1, then for each entry the gap to the column before (from column -1 on) and
   its level. A number n >= 1 is the Huffman code of k = floor(log2 n), then the k bits of n - 2^k. Where hardly two
   weights are equal no level stands there, and each entry has a value of its own.

   A canonical Huffman code needs no tree: the codes of one length are whole numbers in sequence, and in the order of the
   symbols. Nearly all are short, and found at once: the next PEEK bits are the place of the symbol and its code's length
   in `table`. Where that has -1, the next l bits, as a number, are a code of length l if they are one of the many[l]
   numbers from first[l] on; the symbol is then order[start[l] + bits - first[l]].

   Bits, codes and tables may say anything: nothing outside the arrays is read or written. */
enum { LONGEST = 24, PEEK = 12, MOST_BELOW = 48 }; /* most bits of a code, that are looked up at once, below the highest */

struct code {
    const int64_t *table, *order, *first, *start, *many;
    int64_t symbols; /* in `order` */
};

struct reader {
    const uint64_t *words;
    int64_t count, end, place; /* words; bits that may begin something; bits read */
    struct code counts, gaps, levels;
    int coded;
    int64_t columns, most; /* columns of a row, and entries of all rows */
};

/* The next 64 bits, the first one the highest; zeros behind the words. */
static inline uint64_t window(const struct reader *r) {
    const int64_t at = r->place >> 6;
    const int shift = (int)(r->place & 63);
    const uint64_t here = at < r->count ? r->words[at] : 0, next = at + 1 < r->count ? r->words[at + 1] : 0;
    return here << shift | next >> 1 >> (63 - shift);
}

/* Read a symbol; -1 if there is none. */
static inline int64_t symbol(struct reader *r, const struct code *code) {
    if (r->place >= r->end) return -1;
    const uint64_t bits = window(r);
    const int64_t entry = code->table[bits >> (64 - PEEK)];
    if (entry >= 0) {
        r->place += entry & 255;
        return entry >> 8;
    }
    for (int length = PEEK + 1; length <= LONGEST; length++) {
        const uint64_t rank = (bits >> (64 - length)) - (uint64_t)code->first[length];
        if ((int64_t)rank < 0 || (int64_t)rank >= code->many[length]) continue;
        const uint64_t at = (uint64_t)code->start[length] + rank;
        r->place += length;
        return at < (uint64_t)code->symbols ? code->order[at] : -1;
    }
    return -1;
}

/* Read a number >= 1; 0 if there is none. */
static inline int64_t number(struct reader *r, const struct code *code) {
    const int64_t below = symbol(r, code);
    if (below < 0 || below > MOST_BELOW) return 0;
    const uint64_t bits = window(r) >> 1 >> (63 - below); /* in two steps: a shift by 64 is not defined */
    r->place += below;
    return (int64_t)((uint64_t)1 << below | bits);
}

/* Read how many entries the next row has, of which `entry` are before it; -1 if the bits are damaged. */
static inline int64_t row_size(struct reader *r, int64_t entry) {
    const int64_t size = number(r, &r->counts) - 1;
    return size <= r->most - entry ? size : -1;
}

/* Read an entry, number `entry` of all, that is to the right of `*column`: its level; -1 if the bits are damaged. */
static inline int64_t next_level(struct reader *r, int64_t entry, int64_t *column) {
    const int64_t gap = number(r, &r->gaps);
    if (gap < 1 || gap > r->columns - 1 - *column) return -1;
    *column += gap;
    return r->coded ? symbol(r, &r->levels) : entry;
}

/* The first row that is damaged, plus 1; 0 if none is. */
static int64_t unpacked(struct reader r, int64_t rows, int64_t *indptr, int64_t *indices, int64_t *found) {
    int64_t entry = 0;
    for (int64_t row = 0; row < rows; row++) {
        const int64_t size = row_size(&r, entry);
        if (size < 0) return row + 1;
        int64_t column = -1;
        for (const int64_t end = entry + size; entry < end; entry++) {
            if ((found[entry] = next_level(&r, entry, &column)) < 0) return row + 1;
            indices[entry] = column;
        }
        indptr[row + 1] = entry;
    }
    return r.place == r.end && entry == r.most ? 0 : rows + 1;
}

static int64_t multiplied(struct reader r, int64_t rows, int64_t lanes, const double *values, int64_t levels,
                          const double *right, double *result) {
    typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
    int64_t entry = 0;
    for (int64_t row = 0; row < rows; row++, result += lanes) {
        const int64_t size = row_size(&r, entry);
        if (size < 0) return row + 1;
        int64_t column = -1;
        for (const int64_t end = entry + size; entry < end; entry++) {
            const int64_t level = next_level(&r, entry, &column);
            if (level < 0 || level >= levels) return row + 1;
            const double weight = values[level], *from = right + column * lanes;
            int64_t lane = 0;
            for (; lane + 2 <= lanes; lane += 2) *(two *)(result + lane) += weight * *(const two *)(from + lane);
            for (; lane < lanes; lane++) result[lane] += weight * from[lane];
        }
    }
    return 0;
}

/* The first place of `found` for which no symbol can be read, plus 1; 0 if all are, and no bits are left. */
static int64_t decoded(struct reader r, const struct code *code, int64_t count, int64_t *found) {
    for (int64_t k = 0; k < count; k++)
        if ((found[k] = symbol(&r, code)) < 0) return k + 1;
    return r.place == r.end ? 0 : count + 1;
}

/* Where entries of a stream of columns stand: of column k those from indptr[k] to indptr[k + 1], each in the row that
   `indices` has; without these, every row has an entry in every column. */
struct columns {
    const int64_t *indptr, *indices;
    int64_t count, rows, entries; /* columns, rows, and places in `indices` */
};

/* The first column that is damaged, plus 1; 0 if none is. */
static int64_t streamed(struct reader r, const struct code *code, struct columns c, int64_t lanes, const double *values,
                        int64_t levels, const double *right, double *result) {
    if (!c.indptr && !c.rows) return 0; /* or there would be nothing to read in any number of columns */
    for (int64_t column = 0; column < c.count; column++, right += lanes) {
        const int64_t first = c.indptr ? c.indptr[column] : 0, end = c.indptr ? c.indptr[column + 1] : c.rows;
        if (c.indptr && (first < 0 || first > end || end > c.entries)) return column + 1;
        for (int64_t entry = first; entry < end; entry++) {
            const int64_t level = symbol(&r, code), row = c.indptr ? c.indices[entry] : entry;
            if (level < 0 || level >= levels || row < 0 || row >= c.rows) return column + 1;
            const double weight = values[level];
            double *to = result + row * lanes;
            if (weight == 0.0) continue;
            for (int64_t lane = 0; lane < lanes; lane++) to[lane] += weight * right[lane];
        }
    }
    return 0;
}

/* Take a code (table, order, first, start, many). */
static int take_code(struct held *held, PyObject *tuple, const char *name, struct code *code) {
    PyObject *table, *order, *first, *start, *many;
    if (!PyArg_ParseTuple(tuple, "OOOOO", &table, &order, &first, &start, &many)) return -1;
    return (code->table = numbers(held, table, name, 'l', 1 << PEEK, 0, 0)) &&
                   (code->order = numbers(held, order, name, 'l', -1, &code->symbols, 0)) &&
                   (code->first = numbers(held, first, name, 'l', LONGEST + 1, 0, 0)) &&
                   (code->start = numbers(held, start, name, 'l', LONGEST + 2, 0, 0)) &&
                   (code->many = numbers(held, many, name, 'l', LONGEST + 1, 0, 0)) ? 0 : -1;
}

static int take_reader(struct held *held, PyObject *words, PyObject *counts, PyObject *gaps, PyObject *levels,
                       struct reader *r) {
    r->words = numbers(held, words, "words", 'L', -1, &r->count, 0);
    return !r->words || take_code(held, counts, "counts", &r->counts) || take_code(held, gaps, "gaps", &r->gaps) ||
           take_code(held, levels, "levels", &r->levels);
}

/* unpack(words, bits, counts, gaps, levels, coded, shape, indptr, indices, found): write the CSR arrays, `found` the level
   of each entry; return 0, or the first row that is damaged plus 1. */
static PyObject *unpack(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct reader r = {0};
    PyObject *words, *counts, *gaps, *levels, *shape, *indptr, *indices, *found;
    long long bits;
    int64_t lost = -1;
    if (!PyArg_ParseTuple(args, "OLO!O!O!pOOOO", &words, &bits, &PyTuple_Type, &counts, &PyTuple_Type, &gaps,
                          &PyTuple_Type, &levels, &r.coded, &shape, &indptr, &indices, &found))
        return 0;
    if (take_reader(&held, words, counts, gaps, levels, &r)) goto done;
    const int64_t *size = numbers(&held, shape, "shape", 'l', 2, 0, 0);
    if (!size) goto done;
    if (size[0] < 0 || size[0] == INT64_MAX || size[1] < 0 || bits < 0 || bits > r.count * 64) {
        PyErr_SetString(PyExc_ValueError, "shape and bits: expected numbers that are not negative, and words for all bits");
        goto done;
    }
    const int64_t rows = size[0];
    r.end = bits, r.columns = size[1];
    int64_t *ends = numbers(&held, indptr, "indptr", 'l', rows + 1, 0, 1);
    int64_t *to = ends ? numbers(&held, indices, "indices", 'l', -1, &r.most, 1) : 0;
    int64_t *level_of = to ? numbers(&held, found, "found", 'l', r.most, 0, 1) : 0;
    if (!level_of) goto done;
    Py_BEGIN_ALLOW_THREADS
    lost = unpacked(r, rows, ends, to, level_of);
    Py_END_ALLOW_THREADS
done:
    release(&held);
    return lost < 0 ? 0 : PyLong_FromLongLong(lost);
}

/* multiply(words, counts, gaps, levels, coded, values, right, result): add the product with `right` (columns, lanes) to
   `result` (rows, lanes). */
static PyObject *multiply(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct reader r = {0};
    PyObject *words, *counts, *gaps, *levels, *values, *right, *result;
    int64_t lost = -1, many;
    if (!PyArg_ParseTuple(args, "OO!O!O!pOOO", &words, &PyTuple_Type, &counts, &PyTuple_Type, &gaps, &PyTuple_Type,
                          &levels, &r.coded, &values, &right, &result))
        return 0;
    if (take_reader(&held, words, counts, gaps, levels, &r)) goto done;
    const double *value = numbers(&held, values, "values", 'd', -1, &many, 0);
    const double *from = value ? numbers(&held, right, "right", 'd', -1, 0, 0) : 0;
    double *to = from ? numbers(&held, result, "result", 'd', -1, 0, 1) : 0;
    if (!to) goto done;
    const Py_buffer *read = &held.view[held.count - 2], *written = read + 1;
    if (read->ndim != 2 || written->ndim != 2 || read->shape[1] != written->shape[1]) {
        PyErr_SetString(PyExc_ValueError, "right and result: expected arrays (columns, lanes) and (rows, lanes)");
        goto done;
    }
    r.end = r.count * 64, r.columns = read->shape[0], r.most = r.coded ? INT64_MAX : many;
    Py_BEGIN_ALLOW_THREADS
    lost = multiplied(r, written->shape[0], read->shape[1], value, many, from, to);
    Py_END_ALLOW_THREADS
    if (lost) PyErr_Format(PyExc_ValueError, "the packed weights are damaged in row %lld", (long long)lost - 1);
done:
    release(&held);
    if (lost) return 0;
    Py_RETURN_NONE;
}

/* decode(words, bits, code, found): write the symbols of a stream; return 0, or the first place that is damaged plus 1. */
static PyObject *decode(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct reader r = {0};
    struct code code;
    PyObject *words, *tables, *found;
    long long bits;
    int64_t lost = -1, count;
    if (!PyArg_ParseTuple(args, "OLO!O", &words, &bits, &PyTuple_Type, &tables, &found)) return 0;
    if (!(r.words = numbers(&held, words, "words", 'L', -1, &r.count, 0)) || take_code(&held, tables, "code", &code))
        goto done;
    if (bits < 0 || bits > r.count * 64) {
        PyErr_SetString(PyExc_ValueError, "bits: expected a number that is not negative, and words for all bits");
        goto done;
    }
    r.end = bits;
    int64_t *to = numbers(&held, found, "found", 'l', -1, &count, 1);
    if (!to) goto done;
    Py_BEGIN_ALLOW_THREADS
    lost = decoded(r, &code, count, to);
    Py_END_ALLOW_THREADS
done:
    release(&held);
    return lost < 0 ? 0 : PyLong_FromLongLong(lost);
}

/* stream(words, code, values, places, right, result): add the product of a stream of columns with `right` (columns, lanes)
   to `result` (rows, lanes); `places` is (indptr, indices), or () where every row has an entry in every column. */
static PyObject *stream(PyObject *self, PyObject *args) {
    struct held held = {.count = 0};
    struct reader r = {0};
    struct code code;
    struct columns c = {0};
    PyObject *words, *tables, *values, *places, *right, *result;
    int64_t lost = -1, many;
    if (!PyArg_ParseTuple(args, "OO!OO!OO", &words, &PyTuple_Type, &tables, &values, &PyTuple_Type, &places, &right, &result))
        return 0;
    if (PyTuple_Size(places) != 0 && PyTuple_Size(places) != 2) {
        PyErr_SetString(PyExc_ValueError, "places: expected (indptr, indices) or ()");
        return 0;
    }
    if (!(r.words = numbers(&held, words, "words", 'L', -1, &r.count, 0)) || take_code(&held, tables, "code", &code))
        goto done;
    const double *value = numbers(&held, values, "values", 'd', -1, &many, 0);
    const double *from = value ? numbers(&held, right, "right", 'd', -1, 0, 0) : 0;
    double *to = from ? numbers(&held, result, "result", 'd', -1, 0, 1) : 0;
    if (!to) goto done;
    const Py_buffer *read = &held.view[held.count - 2], *written = read + 1;
    if (read->ndim != 2 || written->ndim != 2 || read->shape[1] != written->shape[1]) {
        PyErr_SetString(PyExc_ValueError, "right and result: expected arrays (columns, lanes) and (rows, lanes)");
        goto done;
    }
    const int64_t lanes = read->shape[1];
    r.end = r.count * 64, c.count = read->shape[0], c.rows = written->shape[0];
    if (PyTuple_Size(places)) {
        c.indptr = numbers(&held, PyTuple_GetItem(places, 0), "indptr", 'l', c.count + 1, 0, 0);
        c.indices = c.indptr ? numbers(&held, PyTuple_GetItem(places, 1), "indices", 'l', -1, &c.entries, 0) : 0;
        if (!c.indices) goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    lost = streamed(r, &code, c, lanes, value, many, from, to);
    Py_END_ALLOW_THREADS
    if (lost) PyErr_Format(PyExc_ValueError, "the packed weights are damaged in column %lld", (long long)lost - 1);
done:
    release(&held);
    if (lost) return 0;
    Py_RETURN_NONE;
}
