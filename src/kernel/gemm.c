/*
 * The matrix product of floats, in vector registers.
 *
 * B is copied, DEPTH rows and WIDTH columns at a time, into a panel on the stack that stays in the
 * second-level cache while tiles of ROWS rows of A run over it; the copy undoes the transposition
 * and fills missing columns with 0. The next panel is fetched meanwhile. A is read where it stands,
 * unless it is transposed: then MOST_ROWS of its rows are copied first, since what a tile reads one
 * after the other would lie a line apart. Per element the sum runs over k in order, with one
 * rounding per multiply-add and one more at every DEPTH.
 */
#include "kernel/ahead.h"
#include "kernel/vector.h"

enum {
    ROWS = 6,
    COLUMNS = LANES == 8 ? 2 : 4, /* registers: 12 sums of AVX2's 16, else 24 of 32 */
    WIDTH = COLUMNS * LANES,
    DEPTH = 256,
    MOST_ROWS = 192, /* of A copied at a time: a multiple of ROWS */
};

static void pack_across(int depth, int columns, const float *b, int ldb, float *panel)
{
    for (int p = 0; p < depth; p++)
        memcpy(panel + p * WIDTH, b + (size_t)p * ldb, columns * sizeof *b);
}

/* Rows of B, transposed, become columns: squares of LANES by LANES, and what is left singly. */
static void pack_along(int depth, int columns, const float *b, int ldb, float *panel)
{
    for (int j = 0; j < columns; j += LANES, b += (size_t)LANES * ldb) {
        int lines = columns - j < LANES ? columns - j : LANES;
        int p = 0;
        for (; lines == LANES && p + LANES <= depth; p += LANES) {
            vec square[LANES];
            for (int i = 0; i < LANES; i++)
                square[i] = vec_load(b + (size_t)i * ldb + p);
            vec_transpose(square);
            for (int i = 0; i < LANES; i++)
                vec_store(panel + (p + i) * WIDTH + j, square[i]);
        }
        for (; p < depth; p++)
            for (int i = 0; i < lines; i++)
                panel[p * WIDTH + j + i] = b[(size_t)i * ldb + p];
    }
}

/* Where a product is added: `rows` by `columns` at c, beta times what is there. */
typedef struct target {
    float *c;
    size_t line;
    int rows, columns;
    float beta;
} target;

static inline void put(const target *t, int row, const vec s[COLUMNS])
{
    float *c = t->c + row * t->line;
    float sum[WIDTH];
    for (int j = 0; j < COLUMNS && t->columns == WIDTH; j++)
        vec_store(c + j * LANES,
                  t->beta == 0 ? s[j] : vec_all(t->beta) * vec_load(c + j * LANES) + s[j]);
    if (t->columns == WIDTH)
        return;
    for (int j = 0; j < COLUMNS; j++)
        vec_store(sum + j * LANES, s[j]);
    for (int j = 0; j < t->columns; j++)
        c[j] = t->beta == 0 ? sum[j] : t->beta * c[j] + sum[j];
}

/* ROWS rows of A times the panel; `step` leads along a row of A. */
static void tile(int depth, const float *const a[ROWS], size_t step, const float *panel,
                 const target *t)
{
    vec s[ROWS][COLUMNS] = {{{0}}};
    for (size_t p = 0; depth > 0; depth--, p += step, panel += WIDTH) {
        for (int r = 0; r < ROWS; r++) {
            for (int j = 0; j < COLUMNS; j++)
                s[r][j] = vec_fma(vec_all(a[r][p]), vec_load(panel + j * LANES), s[r][j]);
        }
    }
    for (int r = 0; r < ROWS; r++)
        if (r < t->rows)
            put(t, r, s[r]);
}

/* A's rows: `down` floats from one to the next, `along` from number to number. */
typedef struct rows_of_a {
    const float *first;
    size_t down, along;
    int count;
} rows_of_a;

static void tiles(const rows_of_a *a, int depth, const float *panel, target t, ahead *next)
{
    ahead_spread(next, (size_t)(a->count + ROWS - 1) / ROWS);
    for (int i = 0; i < a->count; i += ROWS, t.c += ROWS * t.line) {
        const float *row[ROWS];
        t.rows = a->count - i < ROWS ? a->count - i : ROWS;
        for (int r = 0; r < ROWS; r++) /* rows past the end repeat the last */
            row[r] = a->first + (i + (r < t.rows ? r : t.rows - 1)) * a->down;
        for (int r = 0; r < t.rows; r++)
            for (int j = 0; j < COLUMNS; j++)
                __builtin_prefetch(t.c + r * t.line + j * LANES, 1);
        ahead_fetch(next);
        tile(depth, row, a->along, panel, &t);
    }
}

/* B as the panels read it. */
typedef struct panels {
    const float *b;
    size_t line;
    int transposed;
    int n;
} panels;

static const float *panel_at(const panels *b, int p, int j)
{
    return b->b + (b->transposed ? j * b->line + p : p * b->line + j);
}

static int columns_at(const panels *b, int j)
{
    return b->n - j < WIDTH ? b->n - j : WIDTH;
}

static void panel_fill(const panels *b, int p, int depth, int j, float panel[DEPTH * WIDTH])
{
    int columns = columns_at(b, j);
    if (columns < WIDTH)
        memset(panel, 0, (size_t)depth * WIDTH * sizeof *panel);
    (b->transposed ? pack_along : pack_across)(depth, columns, panel_at(b, p, j), (int)b->line,
                                               panel);
}

/* What the panel behind that at j reads, of the same rows of B. */
static ahead panel_after(const panels *b, int p, int depth, int j)
{
    j += WIDTH;
    if (j >= b->n)
        return (ahead){.runs = 0};
    int columns = columns_at(b, j);
    int bytes = (b->transposed ? depth : columns) * (int)sizeof(float);
    return (ahead){.from = (const char *)panel_at(b, p, j), .bytes = (size_t)bytes,
                   .stride = b->line * sizeof(float), .runs = b->transposed ? columns : depth};
}

void LAC_NAME(lac_gemm)(int ta, int tb, int m, int n, int k, const void *a_, int lda,
                        const void *b_, int ldb, float beta, float *c, int ldc)
{
    const float *a = a_;
    const panels b = {b_, (size_t)ldb, tb & LAC_TRANSPOSED, n};
    _Alignas(64) float panel[DEPTH * WIDTH];
    float packed[DEPTH * MOST_ROWS];
    int most = ta ? MOST_ROWS : m;
    for (int p = 0; p < k; p += DEPTH) {
        int depth = k - p < DEPTH ? k - p : DEPTH;
        for (int i = 0; i < m; i += most) {
            int count = m - i < most ? m - i : most;
            rows_of_a rows = {a + (size_t)i * lda + p, (size_t)lda, 1, count};
            if (ta) {
                for (int d = 0; d < depth; d++)
                    memcpy(packed + d * MOST_ROWS, a + (size_t)(p + d) * lda + i,
                           count * sizeof *a);
                rows = (rows_of_a){packed, 1, MOST_ROWS, count};
            }
            for (int j = 0; j < n; j += WIDTH) {
                ahead next = panel_after(&b, p, depth, j);
                target t = {.c = c + (size_t)i * ldc + j, .line = (size_t)ldc,
                            .columns = columns_at(&b, j), .beta = p ? 1 : beta};
                panel_fill(&b, p, depth, j, panel);
                tiles(&rows, depth, panel, t, &next);
            }
        }
    }
}
