/* Working memory: what a loop needs is cut from one block, whose size a first pass without memory finds out. */
struct workspace {
    void *block; /* to be freed */
    char *base;  /* its first whole line */
    int64_t used;
    int64_t room; /* bytes that hold a tile: no more than the whole table needs */
};

enum { LINE = 64, ROWS = 16 }; /* bytes of a cache line; rows of one lane that make whole lines in either type */

static int64_t padded(int64_t rows) { return (rows + ROWS - 1) / ROWS * ROWS; }

static void *cut(struct workspace *w, int64_t bytes) {
    void *part = w->base ? w->base + w->used : 0;
    /* A line more than asked, so that work on whole vectors may run over; and no two parts at one place of a page. */
    w->used += (bytes + 2 * LINE - 1) / LINE * LINE + LINE;
    return part;
}

/* Get the memory that the first pass asked for, all 0. */
static int provide(struct workspace *w) {
    w->block = calloc(1, w->used + LINE);
    w->base = (char *)(((uintptr_t)w->block + LINE - 1) / LINE * LINE);
    return w->block ? 0 : -1;
}
