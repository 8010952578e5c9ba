/*
 * Kaggle-shaped files of drawn faces.
 *
 * Who is in which row, what its label lacks and what is wrong with it say rows.c and fault.c.
 * The rows are drawn a block at a time, in parallel, and written in order.
 */
#include "synth/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* rows drawn at a time */

typedef struct table {
    lac_context *ctx;
    const lac_synth_config *config;
    lac_drawn rows;
    int done;          /* rows of both tables */
    lac_easel **easel; /* [threads] */
    int begin;         /* first row of the block */
    uint8_t *pixels;   /* [BLOCK, size, size] */
    lac_status *drawn; /* [BLOCK] */
} table;

/* Writes four decimals by hand, since printf takes its decimal point from the locale. */
static void write_labels(const table *t, int row, FILE *out)
{
    lac_row_label label;
    lac_drawn_faulty_label(&t->rows, row, &label);
    for (int i = 0; i < 2 * LAC_FACE_POINTS; i++) {
        long value = lround(label.xy[i] * 1e4);
        if (label.present[i / 2])
            lac_print(out, "%ld.%04ld", value / 10000, value % 10000);
        fputc(',', out);
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
    int shown;
    lac_drawn_fault(&t->rows, t->begin + item, &shown);
    lac_face_key key = lac_drawn_face(&t->rows, shown);
    lac_face face;
    lac_face_make(&key, &face);
    size_t pixels = (size_t)t->rows.size * (size_t)t->rows.size;
    t->drawn[item] = lac_face_render(&face, t->easel[thread], t->pixels + (size_t)item * pixels);
}

static lac_status tell(const table *t)
{
    const lac_synth_config *c = t->config;
    return c->progress && c->progress(c->progress_user, t->done, c->rows + c->test_rows)
               ? lac_fail(t->ctx, LAC_STOPPED, "synth: stopped after %d rows", t->done)
               : LAC_OK;
}

static lac_status write_rows(table *t, char *text, FILE *out)
{
    int pixels = t->rows.size * t->rows.size;
    int rows = t->rows.count;
    for (t->begin = 0; t->begin < rows; t->begin += BLOCK) {
        int count = rows - t->begin < BLOCK ? rows - t->begin : BLOCK;
        lac_parallel(t->ctx, count, draw_row, t);
        for (int i = 0; i < count; i++) {
            if (t->drawn[i] != LAC_OK)
                return lac_fail(t->ctx, t->drawn[i], "out of memory: drawing row %d",
                                t->begin + i + 1);
            if (t->rows.is_test)
                lac_print(out, "%d,", t->begin + i + 1);
            else
                write_labels(t, t->begin + i, out);
            write_pixels(t->pixels + (size_t)i * (size_t)pixels, pixels, text, out);
        }
        t->done += count;
        LAC_TRY(tell(t));
    }
    return LAC_OK;
}

static lac_status write_table(table *t, FILE *out)
{
    char *text = NULL;
    LAC_TRY(lac_alloc(t->ctx, (size_t)t->rows.size * (size_t)t->rows.size, 4, &text));
    if (t->rows.is_test)
        fputs("ImageId,", out);
    for (int k = 0; k < LAC_FACE_POINTS && !t->rows.is_test; k++)
        lac_print(out, "%s_x,%s_y,", lac_face_names[k], lac_face_names[k]);
    fputs("Image\n", out);
    lac_status status = write_rows(t, text, out);
    free(text);
    return status;
}

static lac_status write_lookup(table *t, FILE *out)
{
    int id = 0;
    fputs("RowId,ImageId,FeatureName,Location\n", out);
    for (int row = 0; row < t->rows.count; row++) {
        lac_row_label label;
        lac_drawn_label(&t->rows, row, row, &label);
        for (int k = 0; k < LAC_FACE_POINTS; k++)
            for (int axis = 0; axis < 2 && label.present[k]; axis++)
                lac_print(out, "%d,%d,%s_%c,\n", ++id, row + 1, lac_face_names[k], "xy"[axis]);
    }
    return LAC_OK;
}

/* Every faulty row with the points that are not where its picture has them. */
static lac_status write_faults(table *t, FILE *out)
{
    fputs("row,kind,points\n", out);
    for (int row = 0; row < t->rows.count; row++) {
        int shown;
        lac_fault fault = lac_drawn_fault(&t->rows, row, &shown);
        if (fault == LAC_FAULT_NONE)
            continue;
        lac_row_label label, truth;
        lac_drawn_faulty_label(&t->rows, row, &label);
        lac_drawn_label(&t->rows, row, shown, &truth);
        lac_print(out, "%d,%s", row + 1, lac_fault_names[fault]);
        const char *before = ",";
        for (int k = 0; k < LAC_FACE_POINTS; k++)
            if (label.present[k] && (label.xy[2 * k] != truth.xy[2 * k] ||
                                     label.xy[2 * k + 1] != truth.xy[2 * k + 1])) {
                lac_print(out, "%s%s", before, lac_face_names[k]);
                before = " ";
            }
        fputc('\n', out);
    }
    return LAC_OK;
}

/* ---- The files --------------------------------------------------------------------------- */

typedef struct part {
    const char *name;
    lac_status (*write)(table *t, FILE *out);
    int is_test;
    lac_file file;
} part;

enum { PARTS = 4 };

static const part all_parts[PARTS] = {{.name = "training.csv", .write = write_table},
                                      {.name = "test.csv", .write = write_table, .is_test = 1},
                                      {.name = "IdLookupTable.csv", .write = write_lookup,
                                       .is_test = 1},
                                      {.name = "faults.csv", .write = write_faults}};

static lac_status write_part(table *t, const char *dir, part *p)
{
    const lac_synth_config *c = t->config;
    char *path;
    LAC_TRY(lac_path_join(t->ctx, dir, p->name, &path));
    lac_status status = lac_file_create(t->ctx, path, &p->file);
    free(path);
    LAC_TRY(status);
    t->rows = lac_drawn_of(c->seed, p->is_test ? c->test_rows : c->rows, c->size);
    t->rows.is_test = p->is_test;
    t->rows.faulty = p->is_test ? 0 : c->faults / 100;
    return p->write(t, p->file.stream);
}

/* The files take their names when all of them are written. */
static lac_status write_parts(table *t, const char *dir)
{
    part parts[PARTS];
    int count = t->config->faults > 0 ? PARTS : PARTS - 1;
    memcpy(parts, all_parts, sizeof parts);
    lac_status status = tell(t);
    for (int i = 0; i < count && status == LAC_OK; i++)
        status = write_part(t, dir, &parts[i]);
    for (int i = 0; i < count; i++)
        status = parts[i].file.stream ? lac_file_finish(t->ctx, &parts[i].file, status) : status;
    return status;
}

static lac_status table_open(lac_context *ctx, const lac_synth_config *config, table *t)
{
    *t = (table){.ctx = ctx, .config = config};
    size_t pixels = (size_t)config->size * (size_t)config->size;
    int threads = lac_context_threads(ctx);
    LAC_TRY(lac_alloc(ctx, BLOCK, pixels, &t->pixels));
    LAC_TRY(lac_alloc(ctx, BLOCK, sizeof *t->drawn, &t->drawn));
    LAC_TRY(lac_alloc(ctx, (size_t)threads, sizeof *t->easel, &t->easel));
    for (int i = 0; i < threads; i++)
        LAC_TRY(lac_easel_new(ctx, config->size, &t->easel[i]));
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
    if (!(c->faults >= 0 && c->faults <= 100))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "synth: faults in %g %% of the rows, must be 0 to 100", c->faults);
    return LAC_OK;
}

/* Removes the files, of which none was there before, or which a killed process left. The message of
 * what failed stays. */
static void take_back(const char *dir)
{
    lac_context own = {0};
    for (int i = 0; i < PARTS; i++) {
        char *path;
        if (lac_path_join(&own, dir, all_parts[i].name, &path) == LAC_OK)
            remove(path);
        free(path);
    }
}

lac_status lac_synth_write(lac_context *ctx, const lac_synth_config *config, const char *dir)
{
    lac_synth_config c = config ? *config : (lac_synth_config){.seed = 1};
    const char *names[PARTS];
    lac_filling filling;
    table t = {0};
    LAC_TRY(check(ctx, &c));
    for (int i = 0; i < PARTS; i++)
        names[i] = all_parts[i].name;
    LAC_TRY(lac_filling_begin(ctx, dir, "synth", names, PARTS, &filling));
    if (filling.is_anew)
        take_back(dir);
    lac_status status = lac_filling_claim(ctx, &filling);
    if (status == LAC_OK)
        status = table_open(ctx, &c, &t);
    if (status == LAC_OK)
        status = write_parts(&t, dir);
    if (status != LAC_OK)
        take_back(dir);
    table_close(&t);
    lac_filling_end(&filling);
    return status;
}
