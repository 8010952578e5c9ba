/*
 * Kaggle-shaped files of drawn faces: who is in which row, and what its label lacks.
 *
 * As in Kaggle's files, the first third of the rows comes from a source that marks all
 * points, most of it posed, and the rest from one that marks four and means other places
 * by two of them. A row may show an earlier row's picture again, or the same person a
 * moment later. Every row is a pure function of (seed, row): the rows are drawn in
 * parallel, and the number of rows changes none of them but by moving the border.
 */
#include "synth/face.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const point_names[LAC_FACE_POINTS] = {"left_eye_center",
                                                         "right_eye_center",
                                                         "left_eye_inner_corner",
                                                         "left_eye_outer_corner",
                                                         "right_eye_inner_corner",
                                                         "right_eye_outer_corner",
                                                         "left_eyebrow_inner_end",
                                                         "left_eyebrow_outer_end",
                                                         "right_eyebrow_inner_end",
                                                         "right_eyebrow_outer_end",
                                                         "nose_tip",
                                                         "mouth_left_corner",
                                                         "mouth_right_corner",
                                                         "mouth_center_top_lip",
                                                         "mouth_center_bottom_lip"};

static const double first_share = 0.325;  /* rows of the first source: 64 % of the coordinates */
static const double wild_share = 0.30;    /* of the first source's rows, the last, are not posed */
static const double lacking_share = 0.05; /* of the first source's rows lack one to four points */
static const double odd_share = 0.01;     /* of the second source's rows lack a point */
static const double copy_share = 0.05;
static const double twin_share = 0.07;

enum { BLOCK = 64 }; /* rows drawn at a time */

/* Every row of a table has a stream of random numbers for each of these purposes. */
typedef enum purpose { PERSON, SHOT, ROW, PURPOSES } purpose;

typedef struct table {
    lac_context *ctx;
    uint64_t seed;
    int rows;
    int size;
    int first; /* rows of the first source */
    int is_test;
    lac_easel **easel; /* [threads] */
    int begin;         /* first row of the block */
    uint8_t *pixels;   /* [BLOCK, size, size] */
    lac_status *drawn; /* [BLOCK] */
} table;

static uint64_t stream(const table *t, int row, purpose what)
{
    uint64_t low = 2 * ((uint64_t)row * PURPOSES + (uint64_t)what) + (uint64_t)t->is_test;
    return LAC_STREAM(LAC_STREAM_SYNTH) + low;
}

/* The numbers that decide about a row. */
typedef enum decision { COPIES, COPY_OF, LACKS, LACK_COUNT, LACK_POINTS } decision;

static double chosen(const table *t, int row, int what)
{
    return lac_random_uniform(t->seed, stream(t, row, ROW), (uint64_t)what);
}

/* The key of the face that a row shows. A row that copies another one, which may be a copy too,
 * has the key of the original. */
static lac_face_key face_key(const table *t, int row)
{
    int person = row, shot = row;
    double kind;
    while (person > 0 && (kind = chosen(t, person, COPIES)) < copy_share + twin_share) {
        int before = (int)(chosen(t, person, COPY_OF) * person);
        if (kind < copy_share && shot == person)
            shot = before;
        person = before;
    }
    int posed = person < t->first * (1 - wild_share);
    return (lac_face_key){.seed = t->seed,
                          .person = stream(t, person, PERSON),
                          .shot = stream(t, shot, SHOT),
                          .wild = posed ? 0.0 : 0.6,
                          .size = t->size};
}

static int in_second_source(int point)
{
    return point == LAC_FACE_LEFT_EYE || point == LAC_FACE_RIGHT_EYE ||
           point == LAC_FACE_NOSE_TIP || point == LAC_FACE_BOTTOM_LIP;
}

/* Which points the row's label has. */
static void choose_points(const table *t, int row, int present[LAC_FACE_POINTS])
{
    int second = row >= t->first;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        present[k] = !second || in_second_source(k);
    if (t->is_test || chosen(t, row, LACKS) >= (second ? odd_share : lacking_share))
        return;
    int lacking = second ? 1 : 1 + (int)(chosen(t, row, LACK_COUNT) * 4);
    for (int i = 0; i < lacking; i++)
        present[(int)(chosen(t, row, LACK_POINTS + i) * LAC_FACE_POINTS)] = 0;
}

/* Writes four decimals by hand, since printf takes its decimal point from the locale. */
static void write_labels(const table *t, int row, FILE *out)
{
    lac_face_key key = face_key(t, row);
    lac_face face;
    double xy[2 * LAC_FACE_MARKS];
    int present[LAC_FACE_POINTS];
    lac_face_make(&key, &face);
    lac_face_marks(&face, xy);
    choose_points(t, row, present);
    for (int k = 0; k < LAC_FACE_POINTS; k++) {
        int mark = k;
        if (row >= t->first && k == LAC_FACE_NOSE_TIP)
            mark = LAC_FACE_NOSE_BASE;
        if (row >= t->first && k == LAC_FACE_BOTTOM_LIP)
            mark = LAC_FACE_MOUTH_CENTER;
        for (int axis = 0; axis < 2; axis++) {
            long value = lround(xy[2 * mark + axis] * 1e4);
            if (present[k])
                lac_print(out, "%ld.%04ld", value / 10000, value % 10000);
            fputc(',', out);
        }
    }
}

static void write_pixels(const uint8_t *pixels, int count, char *text, FILE *out)
{
    char *end = text;
    for (int i = 0; i < count; i++) {
        int value = pixels[i];
        if (value >= 100)
            *end++ = (char)('0' + value / 100);
        if (value >= 10)
            *end++ = (char)('0' + value / 10 % 10);
        *end++ = (char)('0' + value % 10);
        *end++ = i + 1 < count ? ' ' : '\n';
    }
    fwrite(text, 1, (size_t)(end - text), out);
}

static void draw_row(void *arg, int item, int thread)
{
    table *t = arg;
    lac_face_key key = face_key(t, t->begin + item);
    lac_face face;
    lac_face_make(&key, &face);
    size_t pixels = (size_t)t->size * (size_t)t->size;
    t->drawn[item] = lac_face_render(&face, t->easel[thread], t->pixels + (size_t)item * pixels);
}

static lac_status write_rows(table *t, char *text, FILE *out)
{
    int pixels = t->size * t->size;
    for (t->begin = 0; t->begin < t->rows; t->begin += BLOCK) {
        int count = t->rows - t->begin < BLOCK ? t->rows - t->begin : BLOCK;
        lac_parallel(t->ctx, count, draw_row, t);
        for (int i = 0; i < count; i++) {
            if (t->drawn[i] != LAC_OK)
                return lac_fail(t->ctx, t->drawn[i], "out of memory: drawing row %d",
                                t->begin + i + 1);
            if (t->is_test)
                lac_print(out, "%d,", t->begin + i + 1);
            else
                write_labels(t, t->begin + i, out);
            write_pixels(t->pixels + (size_t)i * (size_t)pixels, pixels, text, out);
        }
    }
    return LAC_OK;
}

static lac_status write_table(table *t, FILE *out)
{
    char *text = NULL;
    LAC_TRY(lac_alloc(t->ctx, (size_t)t->size * (size_t)t->size, 4, &text));
    if (t->is_test)
        fputs("ImageId,", out);
    for (int k = 0; k < LAC_FACE_POINTS && !t->is_test; k++)
        lac_print(out, "%s_x,%s_y,", point_names[k], point_names[k]);
    fputs("Image\n", out);
    lac_status status = write_rows(t, text, out);
    free(text);
    return status;
}

static lac_status write_lookup(table *t, FILE *out)
{
    int id = 0;
    fputs("RowId,ImageId,FeatureName,Location\n", out);
    for (int row = 0; row < t->rows; row++) {
        int present[LAC_FACE_POINTS];
        choose_points(t, row, present);
        for (int k = 0; k < LAC_FACE_POINTS; k++)
            for (int axis = 0; axis < 2 && present[k]; axis++)
                lac_print(out, "%d,%d,%s_%c,\n", ++id, row + 1, point_names[k], "xy"[axis]);
    }
    return LAC_OK;
}

static lac_status write_file(table *t, const char *folder, const char *name,
                             lac_status (*write)(table *t, FILE *out))
{
    char *path = NULL;
    lac_file file;
    LAC_TRY(lac_path_join(t->ctx, folder, name, &path));
    lac_status status = lac_file_create(t->ctx, path, &file);
    free(path);
    if (status != LAC_OK)
        return status;
    return lac_file_finish(t->ctx, &file, write(t, file.stream));
}

static lac_status table_open(lac_context *ctx, const lac_synth_config *config, table *t)
{
    *t = (table){.ctx = ctx, .seed = config->seed, .size = config->size};
    size_t pixels = (size_t)t->size * (size_t)t->size;
    int threads = lac_context_threads(ctx);
    LAC_TRY(lac_alloc(ctx, BLOCK, pixels, &t->pixels));
    LAC_TRY(lac_alloc(ctx, BLOCK, sizeof *t->drawn, &t->drawn));
    LAC_TRY(lac_alloc(ctx, (size_t)threads, sizeof *t->easel, &t->easel));
    for (int i = 0; i < threads; i++)
        LAC_TRY(lac_easel_new(ctx, t->size, &t->easel[i]));
    return LAC_OK;
}

static void table_close(table *t)
{
    for (int i = 0; t->easel && i < lac_context_threads(t->ctx); i++)
        lac_easel_free(&t->easel[i]);
    free(t->easel);
    free(t->drawn);
    free(t->pixels);
}

static void set_rows(table *t, int rows, int is_test)
{
    t->rows = rows;
    t->first = (int)lround(rows * first_share);
    t->is_test = is_test;
}

static lac_status check(lac_context *ctx, lac_synth_config *c)
{
    const int most = 10000000;
    c->rows = c->rows ? c->rows : 2000;
    if (c->rows < 1 || c->rows > most)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "synth: %d rows, must be 1 to %d", c->rows, most);
    c->test_rows = c->test_rows ? c->test_rows : c->rows < 4 ? 1 : c->rows / 4;
    if (c->test_rows < 1 || c->test_rows > most)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "synth: %d test rows, must be 1 to %d",
                        c->test_rows, most);
    c->size = c->size ? c->size : 96;
    if (c->size < 16 || c->size > 512)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "synth: pictures of side %d, must be 16 to 512",
                        c->size);
    return LAC_OK;
}

lac_status lac_synth_write(lac_context *ctx, const lac_synth_config *config, const char *dir)
{
    lac_synth_config c = config ? *config : (lac_synth_config){.seed = 1};
    LAC_TRY(check(ctx, &c));
    LAC_TRY(lac_folder_make(ctx, dir));
    table t;
    lac_status status = table_open(ctx, &c, &t);
    set_rows(&t, c.rows, 0);
    if (status == LAC_OK)
        status = write_file(&t, dir, "training.csv", write_table);
    set_rows(&t, c.test_rows, 1);
    if (status == LAC_OK)
        status = write_file(&t, dir, "test.csv", write_table);
    if (status == LAC_OK)
        status = write_file(&t, dir, "IdLookupTable.csv", write_lookup);
    table_close(&t);
    return status;
}
