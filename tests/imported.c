/* Imports, read back. */
#include "imported.h"

#include "data/csv.h"

#include <math.h>

void photo_put(const fixture *f, const char *name, int width, int height)
{
    lac_photo *photo;
    assert_ok(f->ctx, lac_photo_new(f->ctx, width, height, &photo));
    for (int i = 0; i < 3 * width * height; i++)
        photo->rgb[i] = (uint8_t)lac_random(7, (uint64_t)name[0], (uint64_t)i / 9);
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path_in(&f->folder, name).text));
    lac_photo_free(&photo);
}

static double number_in(const lac_csv *csv, const char *column)
{
    double value = NAN;
    for (int c = 0; c < csv->columns; c++)
        if (strcmp(csv->name[c], column) == 0 && csv->cell[c].length)
            assert_int_equal(lac_csv_number(csv, c, &value), LAC_OK);
    return value;
}

static int has_place(const char *column)
{
    return strcmp(column, "photo_x") == 0 || strcmp(column, "photo_y") == 0;
}

static void read_points(const lac_csv *csv, int size, imported_row *row)
{
    for (int c = 0; c < csv->columns; c++) {
        char name[IMPORTED_NAME];
        int axis;
        assert_true(strlen(csv->name[c]) < sizeof name);
        if (has_place(csv->name[c]) || !lac_column_coordinate(csv->name[c], name, &axis) || axis)
            continue;
        float xy[2] = {(float)number_in(csv, csv->name[c]),
                       (float)number_in(csv, csv->name[c + 1])};
        lac_box_to_photo(&row->square, size, xy, 1, xy);
        assert_true(row->points < IMPORTED_POINTS);
        snprintf(row->name[row->points], sizeof row->name[0], "%s", name);
        row->xy[row->points][0] = (double)xy[0];
        row->xy[row->points++][1] = (double)xy[1];
    }
}

static void read_row(const lac_csv *csv, int size, imported_row *row)
{
    for (int c = 0; c < csv->columns; c++)
        if (strcmp(csv->name[c], "photo") == 0)
            snprintf(row->photo, sizeof row->photo, "%s", csv->cell[c].text);
    row->square = (lac_box){number_in(csv, "photo_x"), number_in(csv, "photo_y"),
                            number_in(csv, "photo_width"), number_in(csv, "photo_height")};
    read_points(csv, size, row);
}

void import_ok(const fixture *f, const char *from, const lac_import_config *config,
               const char *out, imported *table)
{
    lac_csv *csv;
    int more;
    memset(table, 0, sizeof *table);
    test_path dir = path_in(&f->folder, out);
    assert_ok(f->ctx, lac_import(f->ctx, from, config, dir.text, &table->result));
    assert_ok(f->ctx, lac_csv_open(f->ctx, dir.text, "training", &csv));
    for (;;) {
        assert_ok(f->ctx, lac_csv_next(csv, &more));
        if (!more)
            break;
        assert_true(table->rows < IMPORTED_ROWS);
        read_row(csv, config ? config->size : 96, &table->row[table->rows++]);
    }
    lac_csv_close(&csv);
    assert_int_equal(table->rows, table->result.rows);
}

const double *imported_point(const imported_row *row, const char *name)
{
    for (int p = 0; p < row->points; p++)
        if (strcmp(row->name[p], name) == 0)
            return row->xy[p];
    fail_msg("%s: no point %s", row->photo, name);
    return NULL;
}
