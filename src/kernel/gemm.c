/*
 * The matrix product, in vector registers.
 *
 * B is copied, DEPTH rows and WIDTH columns at a time, into a panel on the stack
 * that stays in the first-level cache while tiles of ROWS rows of A run over it;
 * the copy undoes the transposition and fills missing columns with 0. A is read
 * where it stands. Per element the sum runs over k in order, with one rounding
 * per multiply-add and one more at every DEPTH.
 */
#include "kernel/vector.h"

enum {
    ROWS = 6,
    COLUMNS = LANES == 16 ? 4 : 2, /* registers: 24 sums of 32 with AVX-512, 12 of 16 with AVX2 */
    WIDTH = COLUMNS * LANES,
    DEPTH = 128,
};

static void pack(int tb, int depth, int columns, const float *b, int ldb, float *panel)
{
    if (columns < WIDTH)
        memset(panel, 0, (size_t)depth * WIDTH * sizeof *panel);
    for (int p = 0; p < depth && !tb; p++)
        memcpy(panel + p * WIDTH, b + (size_t)p * ldb, columns * sizeof *b);
    for (int j = 0; j < columns && tb; j++) {
        for (int p = 0; p < depth; p++)
            panel[p * WIDTH + j] = b[(size_t)j * ldb + p];
    }
}

/* sum[r] = the r-th row of A times the panel; `step` leads along a row of A. */
static void tile(int depth, const float *const a[ROWS], size_t step, const float *panel,
                 float sum[ROWS][WIDTH])
{
    vec s[ROWS][COLUMNS] = {{{0}}};
    for (size_t p = 0; depth > 0; depth--, p += step, panel += WIDTH) {
        for (int r = 0; r < ROWS; r++) {
            for (int j = 0; j < COLUMNS; j++)
                s[r][j] = vec_fma(vec_all(a[r][p]), vec_load(panel + j * LANES), s[r][j]);
        }
    }
    for (int r = 0; r < ROWS; r++) {
        for (int j = 0; j < COLUMNS; j++)
            vec_store(sum[r] + j * LANES, s[r][j]);
    }
}

static void put(int rows, int columns, float sum[ROWS][WIDTH], float beta, float *c, int ldc)
{
    for (int r = 0; r < rows; r++, c += ldc) {
        for (int j = 0; j < columns; j++)
            c[j] = beta == 0 ? sum[r][j] : beta * c[j] + sum[r][j];
    }
}

void LAC_NAME(lac_gemm)(int ta, int tb, int m, int n, int k, const void *a_, int lda,
                        const void *b_, int ldb, float beta, float *c, int ldc)
{
    const float *a = a_;
    const float *b = b_;
    int transposed = tb & LAC_TRANSPOSED;
    _Alignas(64) float panel[DEPTH * WIDTH];
    _Alignas(64) float sum[ROWS][WIDTH];
    size_t along = ta ? (size_t)lda : 1;
    size_t down = ta ? 1 : (size_t)lda;
    for (int p = 0; p < k; p += DEPTH) {
        int depth = k - p < DEPTH ? k - p : DEPTH;
        for (int j = 0; j < n; j += WIDTH) {
            int columns = n - j < WIDTH ? n - j : WIDTH;
            size_t from = transposed ? (size_t)j * ldb + p : (size_t)p * ldb + j;
            pack(transposed, depth, columns, b + from, ldb, panel);
            for (int i = 0; i < m; i += ROWS) {
                int rows = m - i < ROWS ? m - i : ROWS;
                const float *row[ROWS];
                for (int r = 0; r < ROWS; r++) /* rows past the end repeat the last */
                    row[r] = a + (i + (r < rows ? r : rows - 1)) * down + p * along;
                tile(depth, row, along, panel, sum);
                put(rows, columns, sum, p ? 1 : beta, c + (size_t)i * ldc + j, ldc);
            }
        }
    }
}
