/*
 * The product of the direct convolution: ROWS pixels by WIDTH channels of the output stay in
 * registers while the loop walks their inputs, each of which is multiplied by registers of weights.
 */
#include "kernel/direct_product.h"

/* The outputs that are next. */
typedef struct cursor {
    const stored *x;
    char *y;
    int picture, row, column;
} cursor;

static inline void cursor_advance(cursor *at, const product *p, int by)
{
    at->column += by;
    at->x += by * p->x_column;
    at->y += by * p->y_column;
    if (at->column < p->columns)
        return;
    at->column = 0;
    at->row = at->row + 1 == p->rows ? 0 : at->row + 1;
    at->picture += at->row == 0;
    at->x = p->x + at->picture * p->x_picture + at->row * p->x_row;
    at->y = p->y + at->picture * p->y_picture + at->row * p->y_row;
}

/* The next ROWS outputs, of which `left` are there; the others repeat the last. */
static inline void cursor_take(cursor *at, const product *p, int left, const stored *x[ROWS],
                               char *y[ROWS])
{
    if (p->columns - at->column >= ROWS) {
#pragma GCC unroll 12
        for (int r = 0; r < ROWS; r++) {
            x[r] = at->x + r * p->x_column;
            y[r] = at->y + r * p->y_column;
        }
        cursor_advance(at, p, ROWS);
        return;
    }
    for (int r = 0; r < ROWS; r++) {
        x[r] = r < left ? at->x : x[r - 1];
        y[r] = r < left ? at->y : y[r - 1];
        if (r < left)
            cursor_advance(at, p, 1);
    }
}

static inline void move(const stored *x[ROWS], ptrdiff_t by)
{
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++)
        x[r] += by;
}

/* The outputs from channel `at` of a pixel on. */
static inline void put(char *pixel, int at, vec v, int wide)
{
    if (wide)
        vec_store((float *)(void *)pixel + at, v);
    else
        vec_put((stored *)(void *)pixel + at, v);
}

static inline __attribute__((always_inline)) void tile(const product *p, cursor *at, int left,
                                                       const float *w, int registers, int wide)
{
    const stored *x[ROWS];
    char *y[ROWS];
    vec s[ROWS][REGISTERS];
    cursor_take(at, p, left, x, y);
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < registers; k++)
            s[r][k] = (vec){0};
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < registers; k++)
            __builtin_prefetch(y[r] + k * LANES / LAC_BLOCK * p->y_block, 1);
    const size_t w_block = (size_t)(p->packed_lines - p->lines) * p->run / TERM * registers * LANES;
    int line = 0;
    move(x, p->run); /* to the line's end: one register counts and leads along all rows */
    for (int n = p->blocks * p->lines; n > 0; n--) {
        ptrdiff_t step = (ptrdiff_t)p->x_line;
        size_t unused = 0;
        if (++line == p->lines) {
            line = 0;
            step = (ptrdiff_t)p->x_block - (p->lines - 1) * step;
            unused = w_block;
#pragma GCC unroll 12
            for (int r = 0; r < ROWS; r++)
                __builtin_prefetch(x[r] + step - p->run);
        }
        for (ptrdiff_t i = -(ptrdiff_t)p->run; i < 0; i += TERM, w += registers * LANES) {
            term right[REGISTERS];
            for (int k = 0; k < registers; k++)
                right[k] = term_load(w + k * LANES);
#pragma GCC unroll 12
            for (int r = 0; r < ROWS; r++) {
                term v = term_all(x[r] + i);
                for (int k = 0; k < registers; k++)
                    s[r][k] = term_multiply(v, right[k], s[r][k]);
            }
        }
        move(x, step);
        w += unused;
    }
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < registers; k++)
            put(y[r] + k * LANES / LAC_BLOCK * p->y_block, k * LANES % LAC_BLOCK, s[r][k], wide);
}

static inline __attribute__((always_inline)) void tiles(const product *p, const float *w,
                                                        int registers, int wide)
{
    cursor at = {p->x, p->y, 0, 0, 0};
    for (int left = p->pictures * p->rows * p->columns; left > 0; left -= ROWS) {
        ahead_fetch(p->ahead);
        tile(p, &at, left, w, registers, wide);
    }
}

static void tiles_of_two(const product *p, const float *w)
{
    tiles(p, w, REGISTERS, 0);
}

/* The last 16 channels where a register is as wide. */
static void tiles_of_one(const product *p, const float *w)
{
    tiles(p, w, 1, 0);
}

static void wide_tiles_of_two(const product *p, const float *w)
{
    tiles(p, w, REGISTERS, 1);
}

static void wide_tiles_of_one(const product *p, const float *w)
{
    tiles(p, w, 1, 1);
}

/* The weights of the lines in front of the first are passed over. */
static void multiply_lines(const product *p, int first, const float *w)
{
    product at = *p;
    if (p->x_row == p->columns * p->x_column && p->y_row == p->columns * p->y_column) {
        at.columns *= at.rows; /* one long row */
        at.rows = 1;
    }
    size_t line = (size_t)p->run / TERM;
    void (*two)(const product *, const float *) = p->wide_y ? wide_tiles_of_two : tiles_of_two;
    void (*one)(const product *, const float *) = p->wide_y ? wide_tiles_of_one : tiles_of_one;
    for (int left = p->channels; left > 0; left -= WIDTH) {
        (left >= WIDTH ? two : one)(&at, w + first * line * at_most(left, WIDTH));
        at.y += WIDTH / LAC_BLOCK * p->y_block;
        w += p->blocks * p->packed_lines * line * WIDTH;
    }
}

/* The lines that lie inside the picture: of an output in row `row`, [first, end). */
static void lines_of(const product *p, int row, int *first, int *end)
{
    int top = p->top + row * p->down;
    *first = at_most(at_least(-top, 0), p->packed_lines);
    *end = at_least(at_most(p->height - top, p->packed_lines), *first);
}

/* Rows of outputs from `row` on that have the same lines inside. */
static int rows_alike(const product *p, int row)
{
    int first, end, other_first, other_end;
    int next = row;
    lines_of(p, row, &first, &end);
    do
        lines_of(p, ++next, &other_first, &other_end);
    while (next < p->rows && other_first == first && other_end == end);
    return next - row;
}

static int tiles_of(const product *p, int rows)
{
    return (p->pictures * rows * p->columns + ROWS - 1) / ROWS;
}

/* Some lines of outputs at the upper and the lower border are zeros. Rows of outputs that share
 * their other lines make products of their own, unless half-empty tiles then cost more. */
void LAC_NAME(lac_direct_multiply)(const product *p, const float *w)
{
    int apart = 0, first, end;
    for (int row = 0, rows; row < p->rows; row += rows) {
        rows = rows_alike(p, row);
        lines_of(p, row, &first, &end);
        apart += tiles_of(p, rows) * (end - first);
    }
    if (apart >= tiles_of(p, p->rows) * p->packed_lines) {
        multiply_lines(p, 0, w);
        return;
    }
    for (int row = 0; row < p->rows;) {
        product part = *p;
        part.rows = rows_alike(p, row);
        lines_of(p, row, &first, &end);
        part.lines = end - first;
        part.x += row * p->x_row + first * p->x_line;
        part.y += row * p->y_row;
        multiply_lines(&part, first, w);
        row += part.rows;
    }
}
