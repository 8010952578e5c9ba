/*
 * Groups of equal and nearly equal pictures, and of pictures cut from one photo.
 *
 * Equal ones are found by hash and comparison. For near ones every different picture
 * becomes a vector of length 1, its thumbnail with the mean removed, so that the
 * correlation of two pictures is a dot product and all of them are a matrix product,
 * done tile by tile above the diagonal. Pairs are joined in a forest whose roots are
 * the lowest rows; in which order they come does not matter.
 */
#include "data/data.h"
#include "kernel/kernel.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    THUMB = 24, /* side of a thumbnail; a smaller picture keeps its own side */
    TILE = 256  /* pictures on either side of one matrix product */
};
static const double near_twin = 0.95; /* correlation */

typedef struct hashed {
    uint64_t hash;
    int row;
} hashed;

typedef struct grouping {
    const lac_context *ctx;
    const lac_data *data;
    hashed *hashes;    /* [rows] */
    int *equal;        /* [rows] the first row with the same picture */
    int *different;    /* [count] rows whose picture stands in no earlier row */
    int count;
    int side;          /* of the thumbnails */
    float *thumbs;     /* [count, side * side] */
    float *products;   /* [threads, TILE, TILE] */
    int tiles;         /* tiles along one side of the matrix of products */
    pthread_mutex_t lock; /* guards `parent` and `near` */
    int *parent;       /* [rows] the forest: a row's parent, itself at a root */
    uint8_t *near;     /* [rows] 1 = has a near twin; set for different pictures only */
} grouping;

static int find_root(int *parent, int row)
{
    while (parent[row] != row) {
        parent[row] = parent[parent[row]];
        row = parent[row];
    }
    return row;
}

static void join(int *parent, int a, int b)
{
    int x = find_root(parent, a);
    int y = find_root(parent, b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

/* ---- Equal pictures -------------------------------------------------------------- */

static void hash_picture(void *arg, int row, int thread)
{
    grouping *g = arg;
    size_t size = (size_t)g->data->size * g->data->size;
    (void)thread;
    g->hashes[row] = (hashed){lac_hash(0, lac_data_image(g->data, row), size), row};
}

static int compare_hashes(const void *a, const void *b)
{
    const hashed *x = a;
    const hashed *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : x->row - y->row;
}

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a;
    int y = *(const int *)b;
    return x < y ? -1 : x > y;
}

/* Fills `equal` and `different`, the latter in row order. */
static void find_equal(grouping *g)
{
    size_t size = (size_t)g->data->size * g->data->size;
    qsort(g->hashes, g->data->rows, sizeof *g->hashes, compare_hashes);
    int first = 0; /* of the different pictures with this hash */
    for (int i = 0; i < g->data->rows; i++) {
        int row = g->hashes[i].row;
        if (i > 0 && g->hashes[i].hash != g->hashes[i - 1].hash)
            first = g->count;
        int same = first;
        while (same < g->count && memcmp(lac_data_image(g->data, row),
                                         lac_data_image(g->data, g->different[same]), size) != 0)
            same++;
        if (same < g->count)
            g->equal[row] = g->different[same];
        else
            g->equal[row] = g->different[g->count++] = row;
    }
    qsort(g->different, g->count, sizeof *g->different, compare_ints);
}

/* ---- One photo --------------------------------------------------------------------- */

/* Joins the rows whose photos have one name. */
static void join_photos(grouping *g)
{
    int count = 0;
    for (int r = 0; r < g->data->rows; r++)
        if (g->data->photo[r])
            g->hashes[count++] = (hashed){g->data->photo[r], r};
    if (count)
        qsort(g->hashes, (size_t)count, sizeof *g->hashes, compare_hashes);
    for (int i = 1; i < count; i++)
        if (g->hashes[i].hash == g->hashes[i - 1].hash)
            join(g->parent, g->hashes[i - 1].row, g->hashes[i].row);
}

/* ---- Nearly equal pictures --------------------------------------------------------- */

/* Shares the `size` pixels of a line out to `side` cells of equal width, a pixel on an
 * edge to both in proportion. The sums are whole: a pixel counts `side` times. */
static void reduce_line(const uint8_t *pixels, int size, int64_t *sums, int side)
{
    memset(sums, 0, side * sizeof *sums);
    for (int x = 0, cell = 0; x < size; x++) {
        int beyond = (x + 1) * side - (cell + 1) * size; /* the pixel's part in the next cell */
        sums[cell] += pixels[x] * (beyond > 0 ? side - beyond : side);
        if (beyond > 0)
            sums[cell + 1] += pixels[x] * beyond;
        cell += beyond >= 0;
    }
}

/* The same for a picture: the sums of side x side cells. */
static void reduce_picture(const uint8_t *pixels, int size, int64_t *sums, int side)
{
    int64_t line[THUMB];
    memset(sums, 0, (size_t)side * side * sizeof *sums);
    for (int y = 0, cell = 0; y < size; y++) {
        int beyond = (y + 1) * side - (cell + 1) * size;
        int64_t *at = sums + cell * side;
        reduce_line(pixels + (size_t)y * size, size, line, side);
        for (int x = 0; x < side; x++)
            at[x] += line[x] * (beyond > 0 ? side - beyond : side);
        for (int x = 0; x < side && beyond > 0; x++)
            at[side + x] += line[x] * beyond;
        cell += beyond >= 0;
    }
}

/* The thumbnail with the mean removed and length 1. Whole numbers up to the scaling, so
 * that a constant picture gives exactly 0 and correlates with nothing. */
static void make_thumb(void *arg, int item, int thread)
{
    grouping *g = arg;
    int64_t sums[THUMB * THUMB];
    int cells = g->side * g->side;
    float *thumb = g->thumbs + (size_t)item * cells;
    (void)thread;
    reduce_picture(lac_data_image(g->data, g->different[item]), g->data->size, sums, g->side);
    int64_t total = 0;
    for (int i = 0; i < cells; i++)
        total += sums[i];
    double square = 0;
    for (int i = 0; i < cells; i++) {
        sums[i] = sums[i] * cells - total;
        square += (double)sums[i] * (double)sums[i];
    }
    double scale = square > 0 ? 1 / sqrt(square) : 0;
    for (int i = 0; i < cells; i++)
        thumb[i] = (float)((double)sums[i] * scale);
}

/* The last bits of a matrix product differ from machine to machine. Near the limit the sum is
 * therefore taken again in a fixed order, so that the groups are the same everywhere. */
static int are_twins(const grouping *g, int a, int b, double product)
{
    int cells = g->side * g->side;
    const float *x = g->thumbs + (size_t)a * cells;
    const float *y = g->thumbs + (size_t)b * cells;
    if (fabs(product - near_twin) < 1e-4) {
        product = 0;
        for (int i = 0; i < cells; i++)
            product += (double)x[i] * y[i];
    }
    return product >= near_twin;
}

/* The pictures of tile row i against those of tile column j, i <= j. */
static void compare_tile(void *arg, int item, int thread)
{
    grouping *g = arg;
    int i = 0;
    int cells = g->side * g->side;
    for (; item >= g->tiles - i; i++)
        item -= g->tiles - i;
    int a = i * TILE;
    int b = (i + item) * TILE;
    int m = g->count - a < TILE ? g->count - a : TILE;
    int n = g->count - b < TILE ? g->count - b : TILE;
    float *product = g->products + (size_t)thread * TILE * TILE;
    g->ctx->kernels->gemm(0, LAC_TRANSPOSED, m, n, cells,
                          g->thumbs + (size_t)a * cells, cells, g->thumbs + (size_t)b * cells,
                          cells, 0.0f, product, TILE);
    pthread_mutex_lock(&g->lock);
    for (int y = 0; y < m; y++)
        for (int x = a == b ? y + 1 : 0; x < n; x++)
            if (are_twins(g, a + y, b + x, product[y * TILE + x])) {
                int row = g->different[a + y];
                int other = g->different[b + x];
                g->near[row] = g->near[other] = 1;
                join(g->parent, row, other);
            }
    pthread_mutex_unlock(&g->lock);
}

static lac_status find_groups(lac_context *ctx, grouping *g)
{
    int rows = g->data->rows;
    LAC_TRY(lac_alloc(ctx, rows, sizeof *g->hashes, &g->hashes));
    LAC_TRY(lac_alloc(ctx, rows, sizeof *g->equal, &g->equal));
    LAC_TRY(lac_alloc(ctx, rows, sizeof *g->different, &g->different));
    LAC_TRY(lac_alloc(ctx, rows, 1, &g->near));
    lac_parallel(ctx, rows, hash_picture, g);
    find_equal(g);
    memcpy(g->parent, g->equal, rows * sizeof *g->parent);
    if (g->data->photo)
        join_photos(g);
    g->side = g->data->size < THUMB ? g->data->size : THUMB;
    g->tiles = (g->count + TILE - 1) / TILE;
    LAC_TRY(lac_alloc(ctx, (size_t)g->count * g->side * g->side, sizeof *g->thumbs, &g->thumbs));
    LAC_TRY(lac_alloc(ctx, (size_t)lac_context_threads(ctx) * TILE * TILE, sizeof *g->products,
                      &g->products));
    LAC_TRY(lac_reserve(ctx)); /* for the stack, which grows by the panels of the products */
    lac_parallel(ctx, g->count, make_thumb, g);
    lac_parallel(ctx, g->tiles * (g->tiles + 1) / 2, compare_tile, g);
    return LAC_OK;
}

lac_status lac_groups_find(lac_context *ctx, const lac_data *data, int *group, uint8_t *twin,
                           uint8_t *duplicate)
{
    grouping g = {.ctx = ctx, .data = data, .parent = group};
    pthread_mutex_init(&g.lock, NULL);
    lac_status status = find_groups(ctx, &g);
    pthread_mutex_destroy(&g.lock);
    for (int r = 0; r < data->rows && status == LAC_OK; r++) {
        group[r] = find_root(group, r);
        if (twin)
            twin[r] = g.near[g.equal[r]];
        if (duplicate)
            duplicate[r] = g.equal[r] != r;
    }
    free(g.hashes);
    free(g.equal);
    free(g.different);
    free(g.near);
    free(g.thumbs);
    free(g.products);
    return status;
}
