/*
 * Tables as other programs write them: the same drawn faces in every habit must become the same
 * data set, and what cannot be understood must be said. What each habit does to a table is a line
 * of `habits`.
 */
#include "data/data.h"
#include "tables.h"

#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>
#include <sys/stat.h>

enum { ROWS = 24, SIDE = 24, POINTS = 15, COLUMNS = 2 * POINTS + 1, ROOM = 1 << 20 };
enum { CELL = 32 }; /* characters of a number */

/* ---- The plain table ------------------------------------------------------------------- */

typedef struct plain {
    char *text;                 /* of training.csv, cut into cells */
    char *cell[ROWS + 1][COLUMNS]; /* row 0 is the header; the last column are the pixels */
} plain;

static plain read_plain(const fixture *f)
{
    const lac_synth_config config = {.rows = ROWS, .test_rows = 4, .size = SIDE, .seed = 3};
    plain p;
    size_t size;
    assert_ok(f->ctx, lac_synth_write(f->ctx, &config, f->folder.path));
    p.text = file_bytes(path_in(&f->folder, "training.csv").text, &size);
    char *next = p.text;
    for (int r = 0; r <= ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
            p.cell[r][c] = next;
            next += strcspn(next, c + 1 < COLUMNS ? "," : "\r\n");
            *next++ = 0;
            next += strspn(next, "\r\n") * (c + 1 == COLUMNS);
        }
    return p;
}

/* ---- Habits ------------------------------------------------------------------------------- */

typedef struct habit {
    const char *what;
    const char *first;       /* a line before the header */
    char separator;
    char point;              /* of decimals, 0 = '.' */
    const char *ends[2];     /* instead of _x and _y */
    const char *image;       /* instead of Image */
    const char *const *gaps; /* in turn, for the empty cell */
    const char *before;      /* a cell in front of the row, %d the row; its header is before_name */
    const char *before_name;
    const char *pixels;      /* printf's format of a pixel */
    double white;            /* what 255 becomes, 0 = 255 */
    const char *open, *close; /* around the pixels */
    const char *between;     /* pixels, NULL = a blank */
    int is_camel, is_quoted, is_padded;
    const char *missing, *outside; /* settings that read it */
} habit;

static const char *const words[] = {"NaN", "nan", "NA", "N/A", "None", "null", "-", "", "NULL",
                                    NULL};
static const char *const zero[] = {"0", NULL}, *const marked[] = {"-1", NULL};
static const char *const far[] = {"-256.0", NULL}, *const beyond[] = {"25.5", "-999999", NULL};

static const habit habits[] = {
    {.what = "plain", .separator = ','},
    {.what = "camel case", .separator = ',', .is_camel = 1},
    {.what = "dotted", .separator = ',', .ends = {".x", ".y"}, .image = "image"},
    {.what = "capitals", .separator = ',', .ends = {"_X", "_Y"}, .image = "pixels"},
    {.what = "camel axes", .separator = ',', .is_camel = 1, .ends = {"X", "Y"}, .image = "Pixels"},
    {.what = "words", .separator = ',', .gaps = words},
    {.what = "zeros", .separator = ',', .gaps = zero, .missing = "0,0"},
    {.what = "-1", .separator = ',', .gaps = marked, .missing = "-1"},
    {.what = "-256, among others", .separator = ',', .gaps = far, .missing = "0,0  -256 -1"},
    {.what = "beyond", .separator = ',', .gaps = beyond, .outside = "missing"},
    {.what = "semicolons", .separator = ';', .point = ','},
    {.what = "semicolons and points", .separator = ';', .is_quoted = 1},
    {.what = "Excel's first line", .separator = ';', .point = ',', .first = "sep=;\r\n"},
    {.what = "bars", .separator = '|', .point = ','},
    {.what = "brackets round axes", .separator = ',', .ends = {"[x]", "[y]"}},
    {.what = "tabs", .separator = '\t', .before = "%d", .before_name = ""},
    {.what = "tabs and decimal commas", .separator = '\t', .point = ','},
    {.what = "more columns", .separator = ',', .before = "img %d.png,\"a, b\",7",
     .before_name = "file,subject,split"},
    {.what = "a box", .separator = ',', .before = "1,2,30,%d",
     .before_name = "box_x,box_y,box_w,box_h"},
    {.what = "corners of a box", .separator = ',', .before = "1,2,30,%d",
     .before_name = "x1,y1,x2,y2"},
    {.what = "quotes", .separator = ',', .is_quoted = 1},
    {.what = "blanks", .separator = ',', .is_padded = 1},
    {.what = "blanks and quotes", .separator = ',', .is_padded = 1, .is_quoted = 1},
    {.what = "ids twice", .separator = ',', .before = "7,%d", .before_name = "ImageId,index"},
    {.what = "texts as ids", .separator = ',', .before = "img_%d.png", .before_name = "image_id"},
    {.what = "143.0", .separator = ',', .pixels = "%.1f"},
    {.what = "0..1", .separator = ',', .pixels = "%.6f", .white = 1},
    {.what = "0..1, exponents", .separator = ',', .pixels = "%.17e", .white = 1},
    {.what = "brackets", .separator = ',', .open = "[", .close = "]", .between = "  "},
    {.what = "lines in a cell", .separator = ',', .open = "\"[", .close = "]\"", .between = "\n "},
    {.what = "texts with lines", .separator = ';', .before = "\"%d\n\"\";\r\n\"",
     .before_name = "\"what\nthis is\""},
    {.what = "a list", .separator = ',', .open = "\"[", .close = "]\"", .between = ", "},
    {.what = "a list of 0..1", .separator = '\t', .open = "[", .close = "]", .between = ",",
     .pixels = "%.8g", .white = 1},
};

/* "left_eye_center" as LeftEyeCenter if it is asked for. Returns behind it. */
static char *put_name(const habit *h, char *to, const char *name, size_t length)
{
    int is_start = 1;
    for (size_t i = 0; i < length; i++) {
        if (h->is_camel && name[i] == '_') {
            is_start = 1;
            continue;
        }
        *to++ = h->is_camel && is_start ? (char)(name[i] - 'a' + 'A') : name[i];
        is_start = 0;
    }
    return to;
}

static char *put_pixels(const habit *h, char *to, const char *text)
{
    const char *between = h->between ? h->between : " ";
    to += sprintf(to, "%s", h->open ? h->open : "");
    for (int i = 0; *text; i++) {
        char *end;
        long value = strtol(text, &end, 10);
        text = end + (*end == ' ');
        to += sprintf(to, "%s", i ? between : "");
        double level = (double)value * (h->white > 0 ? h->white / 255 : 1);
        to += h->pixels ? lac_format(to, CELL, h->pixels, level) : sprintf(to, "%ld", value);
    }
    return to + sprintf(to, "%s", h->close ? h->close : "");
}

static char *put_label(const habit *h, char *to, const char *text, int gap)
{
    int count = 0;
    while (h->gaps && h->gaps[count])
        count++;
    if (!*text)
        return to + sprintf(to, "%s", count ? h->gaps[gap % count] : "");
    for (; *text; text++)
        *to++ = *text == '.' && h->point ? h->point : *text;
    return to;
}

static char *put_cell(const habit *h, char *to, const plain *p, int row, int column)
{
    static const char *const ends[] = {"_x", "_y"};
    const char *text = p->cell[row][column];
    int is_image = column + 1 == COLUMNS;
    if (row > 0)
        return is_image ? put_pixels(h, to, text) : put_label(h, to, text, row + column / 2);
    if (is_image)
        return to + sprintf(to, "%s", h->image ? h->image : "Image");
    to = put_name(h, to, text, strlen(text) - 2);
    return to + sprintf(to, "%s", h->ends[0] ? h->ends[column % 2] : ends[column % 2]);
}

/* The table in the habit, as text; freed by free(). */
static char *dress(const plain *p, const habit *h)
{
    char *text = malloc(ROOM), *to = text;
    assert_non_null(text);
    to += sprintf(to, "%s", h->first ? h->first : "");
    for (int r = 0; r <= ROWS; r++) {
        if (h->before) {
            to += r ? sprintf(to, h->before, r / 2) : sprintf(to, "%s", h->before_name);
            *to++ = h->separator;
        }
        for (int c = 0; c < COLUMNS; c++) {
            to += sprintf(to, "%s%s", h->is_padded ? "  " : "", h->is_quoted ? "\"" : "");
            to = put_cell(h, to, p, r, c);
            to += sprintf(to, "%s%s", h->is_quoted ? "\"" : "", h->is_padded ? " " : "");
            *to++ = c + 1 < COLUMNS ? h->separator : '\n';
        }
    }
    *to = 0;
    assert_true(to < text + ROOM);
    return text;
}

/* All but names and ids. */
static void assert_same_data(const char *what, const lac_data *a, const lac_data *b)
{
    size_t labels = (size_t)ROWS * 2 * POINTS;
    if (a->rows != ROWS || a->size != SIDE || a->points != POINTS || a->sources != b->sources ||
        memcmp(a->mask, b->mask, labels) != 0 ||
        memcmp(a->labels, b->labels, labels * sizeof *a->labels) != 0 ||
        memcmp(a->pixels, b->pixels, (size_t)ROWS * SIDE * SIDE) != 0 ||
        memcmp(a->mirror, b->mirror, POINTS * sizeof *a->mirror) != 0)
        fail_msg("%s: not the same data", what);
}

static lac_train_config settings_of(const habit *h)
{
    lac_train_config config = lac_train_config_default();
    if (h->missing)
        assert_int_equal(lac_train_set(NULL, &config, "missing", h->missing), LAC_OK);
    if (h->outside)
        assert_int_equal(lac_train_set(NULL, &config, "outside", h->outside), LAC_OK);
    return config;
}

static void every_habit_gives_the_same_data(void **state)
{
    fixture *f = *state;
    plain p = read_plain(f);
    lac_data *usual = open_table(f, f->folder.path, LAC_TABLE_TRAINING);
    int gaps = 0;
    for (int i = 0; i < ROWS * 2 * POINTS; i++)
        gaps += !usual->mask[i];
    assert_in_range(gaps, 100, 600);
    for (int i = 0; i < LAC_COUNT(habits); i++) {
        const lac_train_config config = settings_of(&habits[i]);
        char *text = dress(&p, &habits[i]);
        test_path path = put(f, "dressed.csv", text);
        lac_data *data;
        assert_ok(f->ctx, lac_data_open_as(f->ctx, path.text, LAC_TABLE_TRAINING, &config, &data));
        assert_same_data(habits[i].what, data, usual);
        lac_data_free(&data);
        free(text);
    }
    lac_data_free(&usual);
    free(p.text);
}

/* Rows enough for several windows and all threads, their pixels in `open` and `close`. */
static lac_data *open_many(const fixture *f, const char *open, const char *close,
                           const char *between)
{
    enum { MANY = 3000, AREA = 256 };
    char *text = malloc(MANY * (AREA * 6 + 40)), *to = text;
    assert_non_null(text);
    to += sprintf(to, "a_x,a_y,Image\n");
    for (int r = 0; r < MANY; r++) {
        to += sprintf(to, "%d.%d,1,%s", r % 10, r % 7, open);
        for (int i = 0; i < AREA; i++)
            to += sprintf(to, "%s%d", i == 0 ? "" : i % 20 ? " " : between,
                          (int)(lac_random(4, 1, (uint64_t)(r * AREA + i)) & 255));
        to += sprintf(to, "%s\n", close);
    }
    test_path path = put(f, "many.csv", text);
    free(text);
    return open_table(f, path.text, LAC_TABLE_TRAINING);
}

static void many_records_of_several_lines_are_read_like_others(void **state)
{
    fixture *f = *state;
    lac_data *a = open_many(f, "", "", " "), *b = open_many(f, "\"", "\"", "\n");
    lac_data *c = open_many(f, "\"[", "]\"", ",\r\n ");
    assert_int_equal(lac_data_rows(a), 3000);
    assert_true(a->fingerprint == b->fingerprint && a->fingerprint == c->fingerprint);
    lac_data_free(&a);
    lac_data_free(&b);
    lac_data_free(&c);
}

/* ---- Names of coordinates -------------------------------------------------------------------- */

static void a_coordinate_is_known_by_its_name(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {"nose_x", "nose", "x"}, {"nose.Y", "nose", "y"}, {"p0_x", "p0", "x"}, {"x1", "1", "x"},
        {"y_68", "68", "y"},     {"X.3", "3", "x"},       {"noseY", "nose", "y"},
        {"p12X", "p12", "x"},    {"a b x", "a b", "x"},   {"a-y", "a", "y"},   {"__x", "_", "x"},
        {"nose(x)", "nose", "x"}, {"nose [Y]", "nose", "y"}, {"nose:y", "nose", "y"}};
    static const char *const bad[] = {"", "x", "y", "_x", ".y", "max", "day", "x1a", "boxes", "X",
                                      "BOX", "x_", "image", "id", "(x)", "[y]", "nose(x]"};
    char point[16];
    int axis;
    for (int i = 0; i < LAC_COUNT(good); i++) {
        assert_true(lac_column_coordinate(good[i][0], point, &axis));
        assert_string_equal(point, good[i][1]);
        assert_int_equal(axis, good[i][2][0] == 'y');
    }
    for (int i = 0; i < LAC_COUNT(bad); i++)
        if (lac_column_coordinate(bad[i], point, &axis))
            fail_msg("%s is taken for a coordinate", bad[i]);
}

/* ---- Packed ---------------------------------------------------------------------------- */

typedef struct packed {
    char *bytes;
    size_t size;
} packed;

/* An archive of name, text, name, text, ..., NULL in memory. */
static packed pack(int format, int filter, const char *const *entry, const size_t *size)
{
    packed p = {malloc(ROOM), 0};
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK);
    assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, p.bytes, ROOM, &p.size), ARCHIVE_OK);
    for (int i = 0; entry[2 * i]; i++) {
        size_t length = size ? size[i] : strlen(entry[2 * i + 1]);
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, entry[2 * i]);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, (la_int64_t)length);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, entry[2 * i + 1], length), length);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    return p;
}

static const struct {
    const char *name;
    int format, filter;
} packings[] = {
    {"zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
    {"7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
    {"tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE},
    {"tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP},
    {"tar.xz", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_XZ},
    {"csv.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP},
    {"csv.xz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_XZ},
    {"csv.bz2", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_BZIP2},
    {"csv.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD},
};

static const char small[] = "a_x,a_y,Image\n1,1,0 10 200 255\n";
static const char other[] = "a_x,a_y,Image\n1,1,9 9 9 9\n";

/* 200 is the third pixel of the small table. */
static void assert_reads(const fixture *f, const char *path, lac_table table, int wanted)
{
    lac_data *data = open_table(f, path, table);
    assert_int_equal(lac_data_rows(data), 1);
    assert_int_equal(lac_data_image(data, 0)[2], wanted);
    lac_data_free(&data);
}

static void a_table_is_read_from_every_packing(void **state)
{
    static const char *const entries[] = {"training.csv", small, NULL};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(packings); i++) {
        char name[40];
        packed p = pack(packings[i].format, packings[i].filter, entries, NULL);
        snprintf(name, sizeof name, "training.%s", packings[i].name);
        test_path path = path_in(&f->folder, name);
        file_put(path.text, p.bytes, p.size);
        assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
        assert_reads(f, f->folder.path, LAC_TABLE_TRAINING, 200); /* the only one in its folder */
        remove(path.text);
        path = path_in(&f->folder, "of any name");
        file_put(path.text, p.bytes, p.size);
        assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
        remove(path.text);
        free(p.bytes);
    }
}

static void an_archive_cut_short_is_refused(void **state)
{
    static const char *const entries[] = {"training.csv", small, NULL};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(packings); i++) {
        packed p = pack(packings[i].format, packings[i].filter, entries, NULL);
        size_t end = packings[i].format == ARCHIVE_FORMAT_TAR_USTAR && p.size > 600 ? 530 : p.size;
        for (size_t size = end / 2; size < end; size += 1 + end / 40) {
            test_path path = path_in(&f->folder, "cut");
            lac_data *data;
            file_put(path.text, p.bytes, size);
            if (lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data) == LAC_OK)
                fail_msg("%s: %zu of %zu bytes are read", packings[i].name, size, p.size);
            assert_null(data);
            assert_null(strchr(lac_context_message(f->ctx), '\n'));
        }
        free(p.bytes);
    }
}

/* The checksum is the last but one of four bytes. */
static void a_gz_file_is_checked_to_its_end(void **state)
{
    static const char *const entries[] = {"training.csv", small, "zz", "behind it", NULL};
    static const char *const half[] = {"1", "a_x,a_y,Image\n1,1,", NULL};
    static const char *const rest[] = {"2", "0 10 200 255\n", NULL};
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.gz");
    for (int is_tar = 0; is_tar < 2; is_tar++) {
        const char *const one[] = {entries[0], entries[1], NULL};
        packed p = pack(is_tar ? ARCHIVE_FORMAT_TAR_USTAR : ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP,
                        is_tar ? entries : one, NULL);
        for (int behind = 0; behind < 8; behind += 5) {
            lac_data *data;
            p.bytes[p.size - 1 - behind] ^= 1;
            file_put(path.text, p.bytes, p.size);
            p.bytes[p.size - 1 - behind] ^= 1;
            assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                          LAC_ERROR_FORMAT);
            assert_message(f->ctx, "a gz file that is damaged or incomplete: incorrect ");
            assert_message(f->ctx, behind ? "data check" : "length check");
        }
        free(p.bytes);
    }
    packed a = pack(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, half, NULL);
    packed b = pack(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, rest, NULL);
    memcpy(a.bytes + a.size, b.bytes, b.size);
    file_put(path.text, a.bytes, a.size + b.size);
    assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
    free(a.bytes);
    free(b.bytes);
}

static void an_archive_may_hold_archives_and_folders(void **state)
{
    fixture *f = *state;
    const char *const one[] = {"training.csv", small, NULL}, *const two[] = {"test.csv", other,
                                                                            NULL};
    packed a = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, one, NULL);
    packed b = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, two, NULL);
    const char *const outer[] = {"in/training.zip", a.bytes, "in/test.zip", b.bytes,
                                 "__MACOSX/in/._training.zip", "junk", "SampleSubmission.csv",
                                 "RowId,Location\n", NULL};
    const size_t sizes[] = {a.size, b.size, 4, 15};
    static const int formats[] = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_TAR_USTAR,
                                  ARCHIVE_FORMAT_7ZIP};
    test_path path = path_in(&f->folder, "outer");
    for (int i = 0; i < LAC_COUNT(formats); i++) {
        packed p = pack(formats[i], ARCHIVE_FILTER_NONE, outer, sizes);
        file_put(path.text, p.bytes, p.size);
        assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
        assert_reads(f, path.text, LAC_TABLE_ANY, 200);
        assert_reads(f, path.text, LAC_TABLE_TEST, 9);
        free(p.bytes);
    }
    /* Packed again and again. */
    packed p = a;
    for (int i = 0; i < 6; i++) {
        const char *const again[] = {"training.zip", p.bytes, NULL};
        packed larger = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, again, &p.size);
        free(p.bytes);
        p = larger;
        file_put(path.text, p.bytes, p.size);
        lac_data *data;
        if (i < 3) {
            assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
        } else {
            assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                          LAC_ERROR_FORMAT);
            assert_message(f->ctx, "packed more than");
        }
    }
    free(p.bytes);
    free(b.bytes);
}

/* As in a folder, what lies in no folder of the archive is taken before what does, and of two that
 * are called alike none. */
static void of_two_tables_of_one_name_none_is_taken(void **state)
{
    fixture *f = *state;
    static const char *const two[] = {"a/training.csv", small, "b/training.csv", other, NULL};
    static const char *const top[] = {"a/training.csv", small, "./Training.CSV", other,
                                      "b/training.csv", small, NULL};
    static const char *const text[] = {"README.md", "# faces", "all/faces.TXT", small, NULL};
    test_path path = path_in(&f->folder, "all.zip");
    lac_data *data;
    zip_put(path.text, two);
    assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "holds 2 tables called training, in several folders: unpack it");
    zip_put(path.text, top);
    assert_reads(f, path.text, LAC_TABLE_TRAINING, 9);
    zip_put(path.text, text);
    assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
}

/* The pipe ends once it was read: who opened it again would wait for ever. */
static void *write_small(void *path)
{
    FILE *pipe = fopen(path, "w");
    assert_non_null(pipe);
    fputs(small, pipe);
    fclose(pipe);
    return NULL;
}

static void a_named_pipe_is_read_once(void **state)
{
    const fixture *f = *state;
    pthread_t writer;
    test_path path = path_in(&f->folder, "pipe");
    assert_int_equal(mkfifo(path.text, 0600), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_small, path.text), 0);
    assert_reads(f, path.text, LAC_TABLE_TRAINING, 200);
    pthread_join(writer, NULL);
}

static void a_lookup_table_in_the_same_archive_weighs_the_sources(void **state)
{
    static const char *const entries[] = {
        "training.csv", "a_x,a_y,Image\n1,1,0\n1,1,0\n", "IdLookupTable.csv",
        "RowId,ImageId,FeatureName,Location\n1,1,a_x,\n2,1,a.y,\n", NULL};
    fixture *f = *state;
    test_path path = path_in(&f->folder, "all.zip");
    zip_put(path.text, entries);
    lac_data *data = open_table(f, path.text, LAC_TABLE_TRAINING);
    assert_true(lac_data_source_weight(data, 0) == 1);
    lac_data_free(&data);
}

#define IN_FOLDER(name) path_in(&f->folder, name).text

static void a_folder_is_searched_to_its_depth(void **state)
{
    fixture *f = *state;
    lac_data *data;
    assert_ok(f->ctx, lac_folder_make(f->ctx, IN_FOLDER("__MACOSX")));
    assert_ok(f->ctx, lac_folder_make(f->ctx, IN_FOLDER("in")));
    assert_ok(f->ctx, lac_folder_make(f->ctx, IN_FOLDER("in/training")));
    put(f, "__MACOSX/training.csv", other);
    put(f, "in/training/._training.csv", "junk");
    put(f, "in/training/training.csv", small);
    put(f, "in/test.csv", other);
    assert_reads(f, f->folder.path, LAC_TABLE_TRAINING, 200);
    assert_reads(f, f->folder.path, LAC_TABLE_TEST, 9);
    put(f, "in/training.csv", small);
    assert_status(f->ctx, lac_data_open(f->ctx, f->folder.path, LAC_TABLE_TRAINING, &data),
                  LAC_ERROR_IO);
    assert_message(f->ctx, "are both called training: name the one to read");
    put(f, "training.csv", other);
    assert_reads(f, f->folder.path, LAC_TABLE_TRAINING, 9);
}

static void what_is_no_table_is_called_by_its_name(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } files[] = {
        {"\x89PNG\r\n\x1a\n\0\0\0", 11, ": a PNG picture, not a table; a table names pictures"},
        {"\xff\xd8\xff\xe0\0", 5, ": a JPEG picture, not a table; a table names pictures"},
        {"\xef\xbb\xbf\n {\"images\": []}", 18, ": a JSON file, not a table; 'lacuna import'"},
        {"[1, 2]", 6, ": a JSON file, not a table; 'lacuna import'"},
        {"<?xml version='1.0'?>", 21, ": an XML file, not a table; 'lacuna import'"},
        {"<dataset>", 9, ": an XML file, not a table; 'lacuna import'"},
        {"scorer;me;me", 12, ": a DeepLabCut file, not a table; 'lacuna import'"},
        {"Rar!\x1a\7", 6, ": a RAR file, not a table; unpack it first"},
        {"\xd0\xcf\x11\xe0\xa1", 5, ": a file of Excel or of another office program, not a table"},
        {"\0\0\0\x18" "ftypheic", 12, ": a HEIF or AVIF picture, or a film, not a table"},
        {"\x89HDF\r\n\x1a\n", 8, ": an HDF5 file, not a table; write it as CSV"},
        {"\x93NUMPY\1\0", 8, ": a NumPy file, not a table; write it as CSV"},
        {"\xff\xfe\x61\0", 4, ": a text in UTF-16, not a table; save it in UTF-8"},
    };
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(files); i++) {
        test_path path = path_in(&f->folder, "labels.csv");
        const char *const entries[] = {"training.csv", files[i].bytes, NULL};
        packed p = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, entries, &files[i].size);
        lac_data *data;
        file_put(path.text, files[i].bytes, files[i].size);
        assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_ANY, &data),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, files[i].message);
        file_put(path.text, p.bytes, p.size);
        assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_ANY, &data),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, files[i].message);
        free(p.bytes);
    }
}

/* ---- Gaps ------------------------------------------------------------------------------------ */

static char note[4096]; /* what the log said */

static void take_note(void *user, const char *line)
{
    (void)user;
    snprintf(note + strlen(note), sizeof note - strlen(note), "%s\n", line);
}

static lac_status open_with(const fixture *f, const char *text, const char *missing,
                            const char *outside, lac_data **data)
{
    lac_train_config config = settings_of(&(habit){.missing = missing, .outside = outside});
    test_path path = put(f, "t.csv", text);
    f->ctx->log = take_note;
    note[0] = 0;
    return lac_data_open_as(f->ctx, path.text, LAC_TABLE_TRAINING, &config, data);
}

static void labels_outside_are_counted_and_the_way_on_is_named(void **state)
{
    static const struct {
        const char *labels;
        const char *message;
    } tables[] = {
        {"1,3,0\n", "row 2, column a_y: 3 is not inside the picture, 0 to 1: --outside missing "
                    "takes it for gaps, --outside keep learns it"},
        {"1,1,0\n1,1.5,0\n-2,1,0\n,7,0\n",
         "row 3, column a_y: 3 labels are not inside the picture, 0 to 1, the first is 1.5: "
         "--outside missing takes them for gaps, --outside keep learns them"},
        {"9,1,0\n-1,-1,0\n-1,-1,0\n",
         "row 2, column a_x: 5 labels are not inside the picture, 0 to 1, the first is 9: "
         "--missing -1 takes the 4 that are -1 for gaps, --outside missing takes them for gaps, "},
        {"inf,1,0\n", "row 2, column a_x: \"inf\" is not a number"},
        {"1e999,1,0\n", "row 2, column a_x: inf is not inside the picture"},
    };
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(tables); i++) {
        char text[200];
        lac_data *data;
        snprintf(text, sizeof text, "a_x,a_y,Image\n%s", tables[i].labels);
        assert_status(f->ctx, open_with(f, text, NULL, NULL, &data), LAC_ERROR_FORMAT);
        assert_message(f->ctx, tables[i].message);
    }
}

static void labels_outside_are_left_out_or_kept_as_asked(void **state)
{
    static const char text[] = "a_x,a_y,Image\n1,3,0\n-4,1,0\n1,1,0\n";
    fixture *f = *state;
    lac_data *data;
    assert_ok(f->ctx, open_with(f, text, NULL, "missing", &data));
    assert_memory_equal(data->mask, "\1\0\0\1\1\1", 6);
    assert_true(data->labels[1] == 0 && data->labels[2] == 0);
    lac_data_free(&data);
    assert_ok(f->ctx, open_with(f, text, NULL, "keep", &data));
    assert_memory_equal(data->mask, "\1\1\1\1\1\1", 6);
    assert_true(data->labels[1] == 3 && data->labels[2] == -4);
    lac_data_free(&data);
    assert_status(f->ctx, open_with(f, "a_x,a_y,Image\n1e99,1,0\n", NULL, "keep", &data),
                  LAC_ERROR_FORMAT);
}

/* Labels as shares of the picture's side would all be read as places in the first pixel. */
static void labels_that_are_shares_of_the_side_are_refused(void **state)
{
    static const struct {
        const char *labels;
        int side;
        lac_status wanted;
    } tables[] = {{"0.25,1", 16, LAC_ERROR_FORMAT}, {"0.25,", 9, LAC_ERROR_FORMAT},
                  {"0.25,1.5", 16, LAC_OK},         {"0.25,1", 8, LAC_OK},
                  {"0,1", 16, LAC_OK},              {",", 16, LAC_OK}};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(tables); i++) {
        char text[2048];
        lac_data *data;
        sprintf(text, "a_x,a_y,Image\n%s,7", tables[i].labels);
        for (int p = 1; p < tables[i].side * tables[i].side; p++)
            strcat(text, " 7");
        assert_status(f->ctx, open_with(f, text, NULL, NULL, &data), tables[i].wanted);
        lac_data_free(&data);
        if (tables[i].wanted == LAC_OK)
            continue;
        assert_message(f->ctx, "t.csv: all labels are 0 to 1, as shares of a picture's side are; "
                               "must be pixels, 0 to ");
        assert_ok(f->ctx, open_with(f, text, NULL, "keep", &data));
        assert_non_null(strstr(note, "they are learned as pixels"));
        lac_data_free(&data);
    }
}

static void tables_of_other_shapes_say_what_they_are(void **state)
{
    static const struct {
        const char *text, *message;
    } tables[] = {
        {"a_x,a_y,Image\r1,1,0\r", "row 1: lines end in CR alone, must end in LF or in CR and LF"},
        {"# my faces\na_x,a_y,Image\n", "row 1: there is no column of pictures, called Image, "
         "image or pixels; the first of 1 column is \"# my faces\"; labels of other programs are "
         "made a table by 'lacuna import'"},
        {"a_x,a_y,Image\n1,?,0\n", "row 2, column a_y: \"?\" is not a number" NO_GAP},
        {"a_x,a_y,Image\n\"-12,5\",1,0\n", "row 2, column a_x: \"-12,5\" is not a number" NO_GAP
         "; with decimal commas the sign between columns must be another one, such as ;"},
    };
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(tables); i++) {
        lac_data *data;
        assert_status(f->ctx, open_with(f, tables[i].text, NULL, NULL, &data), LAC_ERROR_FORMAT);
        assert_message(f->ctx, tables[i].message);
    }
    char text[8192] = "a_x,a_y,Image\n1,1,array(";
    memset(text + strlen(text), '1', 5000);
    lac_data *data;
    assert_status(f->ctx, open_with(f, text, NULL, NULL, &data), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "row 2, column Image: pixel 1, \"array");
}

static void a_number_marks_a_label_and_a_pair_a_point(void **state)
{
    static const char text[] = "a_x,a_y,b_x,b_y,Image\n0,0,0,1,0\n-1,1,-1,-1,0\n0,1,1,0,0\n";
    static const char *const bad[] = {"x", "0,", ",0", "0,0,0", "1e99", "nan", "-1 0;0", "0 x"};
    fixture *f = *state;
    lac_data *data;
    assert_ok(f->ctx, open_with(f, text, "0,0 -1", NULL, &data));
    assert_memory_equal(data->mask, "\0\0\1\1\0\1\0\0\1\1\1\1", 12);
    lac_data_free(&data);
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_train_config config = lac_train_config_default();
        assert_status(f->ctx, lac_train_set(f->ctx, &config, "missing", bad[i]),
                      LAC_ERROR_ARGUMENT);
        assert_message(f->ctx, "pairs such as 0,0");
        strcpy(config.missing, bad[i]);
        assert_status(f->ctx, lac_data_open_as(f->ctx, path_in(&f->folder, "t.csv").text,
                                               LAC_TABLE_TRAINING, &config, &data),
                      LAC_ERROR_ARGUMENT);
        assert_message(f->ctx, "pairs such as 0,0");
    }
}

/* Rows of three points; every third has gaps written as `gap`. */
static void put_rows(char *text, const char *gap)
{
    char *to = text + sprintf(text, "a_x,a_y,b_x,b_y,c_x,c_y,Image\n");
    for (int r = 0; r < 30; r++) {
        to += sprintf(to, "%d.%d,5.%d", 1 + r % 3, r, r);
        to += r % 3 ? sprintf(to, ",6.%d,%d.5,2.%d,7", r, 1 + r % 5, r)
                    : sprintf(to, ",%s,%s", gap, gap);
        to += sprintf(to, ",0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
                          "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    }
}

static void labels_at_one_place_get_a_warning_that_names_the_mark(void **state)
{
    fixture *f = *state;
    char text[16384];
    lac_data *data;
    put_rows(text, ",");
    assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
    assert_string_equal(note, "");
    lac_data_free(&data);
    put_rows(text, "0,0");
    assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
    assert_non_null(strstr(note, "20 points lie at exactly 0, 0; if that marks missing labels, say "
                                 "--missing 0,0\n"));
    lac_data_free(&data);
    assert_ok(f->ctx, open_with(f, text, "0,0", NULL, &data));
    assert_string_equal(note, "");
    lac_data_free(&data);
    assert_ok(f->ctx, open_with(f, "a_x,a_y,b_x,b_y,Image\n0,0,1,0,0\n1,0,0,0,0\n0,1,0,0,0\n", NULL,
                                NULL, &data));
    assert_non_null(strstr(note, "3 points lie at exactly 0, 0; if that marks missing labels"));
    lac_data_free(&data);
    put_rows(text, "3.25,4.5");
    assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
    assert_non_null(strstr(note, "--missing 3.25,4.5\n"));
    lac_data_free(&data);
}

/* Of a third of the rows x, or y, is the gap; the other label is there, or is not. */
static void labels_that_are_0_alone_get_a_warning(void **state)
{
    static const char *const gaps[] = {"0,5.%d", "6.%d,0", "0,"};
    fixture *f = *state;
    lac_data *data;
    for (int i = 0; i < LAC_COUNT(gaps); i++) {
        char text[4096] = "a_x,a_y,Image\n", row[40];
        for (int r = 0; r < 30; r++) {
            sprintf(row, r % 3 ? "3.%d,4.5" : gaps[i], r);
            sprintf(text + strlen(text), "%s,%s\n", row, "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
                    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
        }
        assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
        lac_data_free(&data);
        char wanted[160];
        sprintf(wanted, "10 labels are exactly 0 where their point's other one is not: %c of a in "
                        "10 rows; if that marks missing labels, say --missing 0\n",
                i == 1 ? 'y' : 'x');
        if (!strstr(note, wanted))
            fail_msg("%s: %s", gaps[i], note);
        assert_ok(f->ctx, open_with(f, text, "0", NULL, &data));
        assert_null(strstr(note, "--missing"));
        lac_data_free(&data);
    }
}

/* Rows of two points and a picture, each so many times; `labels` writes the labels of row r. */
static void put_pictures(char *to, int rows, int times, int side, int (*labels)(char *to, int r))
{
    to += sprintf(to, "a_x,a_y,b_x,b_y,Image\n");
    for (int row = 0; row < rows * times; row++) {
        const int r = row / times;
        to += labels(to, r);
        for (int i = 0; i < side * side; i++)
            to += sprintf(to, "%c%d", i ? ' ' : ',', (r * i + r) % 256);
        to += sprintf(to, "\n");
    }
}

static int one_of_40_labels_is_5(char *to, int r)
{
    return sprintf(to, "1.%d,%s,2.5,4.%d", r, r == 9 ? "5.4" : "3", r);
}

static int one_of_120_labels_is_9(char *to, int r)
{
    return sprintf(to, "1.%d,%s,2.5,4.%d", r, r == 9 ? "9" : "3", r);
}

static int two_of_120_labels_are_9(char *to, int r)
{
    return sprintf(to, "1.%d,%s,2.5,4.%d", r, r == 9 || r == 11 ? "9" : "3", r);
}

static void labels_of_a_smaller_copy_get_a_warning(void **state)
{
    static const struct {
        int (*labels)(char *to, int r);
        int rows, side;
        const char *whose; /* NULL: no warning */
    } cases[] = {{one_of_40_labels_is_5, 10, 10, NULL},
                 {one_of_40_labels_is_5, 10, 11, "all"},
                 {one_of_120_labels_is_9, 30, 11, "99 of 100"},
                 {two_of_120_labels_are_9, 30, 11, NULL}};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        static char text[65536];
        char wanted[160];
        lac_data *data;
        put_pictures(text, cases[i].rows, 1, cases[i].side, cases[i].labels);
        assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
        sprintf(wanted, "t.csv: %s labels lie in the left top quarter of the pictures, 0 to 5.5 of "
                        "0 to 11, as those of a smaller copy do", cases[i].whose);
        assert_int_equal(strstr(note, wanted) != NULL, cases[i].whose != NULL);
        assert_int_equal(strstr(note, "quarter") != NULL, cases[i].whose != NULL);
        lac_data_free(&data);
    }
}

/* The corners of pages that fill their pictures, some of them clipped to the border. */
static int corners_of_a_page(char *to, int r)
{
    return r % 3 ? sprintf(to, "0.%d,0.5,11,10.%d", r % 9, r % 9) : sprintf(to, "0,0,11,11");
}

/* Points at the left edge, some of them clipped to it. */
static int points_at_the_edge(char *to, int r)
{
    return sprintf(to, "%s,5.%d,7,3.%d", r % 2 ? "0.5" : "0", r, r);
}

/* Whole pixels, half of them at the same. */
static int whole_pixels(char *to, int r)
{
    const int at = "10210121"[r % 8] - '0';
    return sprintf(to, "%d,3,7,%d", 2 + at, 6 + at);
}

static int any_places(char *to, int r)
{
    return sprintf(to, "2.%d,3,7,4.%d", r, r);
}

static void labels_that_are_so_get_no_warning(void **state)
{
    static const struct {
        int (*labels)(char *to, int r);
        int times;
    } cases[] = {{corners_of_a_page, 1}, {points_at_the_edge, 1}, {whole_pixels, 1},
                 {any_places, 2}};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        static char text[65536];
        lac_data *data;
        put_pictures(text, 48 / cases[i].times, cases[i].times, 12, cases[i].labels);
        assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
        if (*note)
            fail_msg("case %d: %s", i, note);
        lac_data_free(&data);
    }
}

static void a_point_is_labelled_by_both_of_its_labels(void **state)
{
    fixture *f = *state;
    lac_data *data;
    lac_data_summary *s;
    assert_ok(f->ctx, open_with(f, "a_x,a_y,b_x,b_y,Image\n1,1,1,0,0\n1,,0,1,0\n,,,1,0\n", NULL,
                                NULL, &data));
    assert_non_null(strstr(note, "2 points have x or y alone, first a in row 3: that label is "
                                 "learned, but a point counts as labelled with both alone\n"));
    assert_ok(f->ctx, lac_data_summarize(f->ctx, data, &s));
    assert_int_equal(s->labels[0], 1);
    assert_int_equal(s->labels[1], 2);
    assert_int_equal(s->pattern_count, 3);
    assert_int_equal(s->unlabelled_rows, 0);
    lac_data_summary_free(&s);
    lac_data_free(&data);
}

static void gaps_that_were_filled_with_a_mean_get_a_warning(void **state)
{
    fixture *f = *state;
    char text[2048] = "a_x,a_y,b_x,b_y,Image\n", *to = text + strlen(text);
    lac_data *data;
    for (int r = 0; r < 30; r++)
        to += sprintf(to, r % 3 ? "1.%d,.5,0.%d,.25,0 0 0 0\n" : "1.04,.75,1.04,.5,0 0 0 0\n", r,
                      r);
    assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
    assert_non_null(strstr(note, "2 points lie at one place in many rows: a at exactly 1.04, 0.75 "
                                 "in 10; if that stands for missing labels, say --missing "
                                 "1.04,0.75"));
    lac_data_free(&data);
}

static void gaps_that_were_filled_from_the_row_before_get_a_warning(void **state)
{
    fixture *f = *state;
    char text[2048] = "a_x,a_y,b_x,b_y,c_x,c_y,Image\n", *to = text + strlen(text);
    lac_data *data;
    for (int r = 0; r < 30; r++)
        to += sprintf(to, "1.%d,.5,0.%d,.25,1.%d,1,0 0 0 %d\n", r, r - r % 2, r - r % 2, r);
    assert_ok(f->ctx, open_with(f, text, NULL, NULL, &data));
    assert_non_null(strstr(note, "in 15 of 30 rows most points lie exactly where they do in the "
                                 "row before; if gaps were filled from there, leave them empty\n"));
    lac_data_free(&data);
}

static void columns_that_are_no_labels_are_named_once(void **state)
{
    fixture *f = *state;
    lac_data *data;
    assert_ok(f->ctx, open_with(f, ",a_x,a_y,who,Image\n0,1,1,me,0\n1,1,1,you,0\n", NULL, NULL,
                                &data));
    assert_non_null(strstr(note, "t.csv: columns number 1, who: no labels, left alone\n"));
    assert_ptr_equal(strstr(note, "who"), strrchr(note, 'w'));
    lac_data_free(&data);
}

static void a_test_tables_labels_are_not_read(void **state)
{
    fixture *f = *state;
    test_path path = put(f, "t.csv", "a_x,a_y,b_x,ImageId,Image\nx,-9,,a b,1\n1,?,,007,2\n");
    lac_data *data = open_table(f, path.text, LAC_TABLE_TEST);
    assert_int_equal(lac_data_points(data), 0);
    assert_string_equal(lac_data_id_text(data, 0), "a b");
    assert_string_equal(lac_data_id_text(data, 1), "007");
    assert_int_equal(lac_data_id(data, 1), -1);
    lac_data_free(&data);
}

static lac_status open_everything(lac_context *ctx, const char *path, const char *folder)
{
    lac_train_config config = settings_of(&(habit){.missing = "0,0", .outside = "missing"});
    lac_data *data = NULL;
    lac_status status = lac_data_open_as(ctx, path, LAC_TABLE_TRAINING, &config, &data);
    lac_data_free(&data);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, folder, LAC_TABLE_TRAINING, &config, &data);
    lac_data_free(&data);
    return status;
}

static void every_failing_allocation_is_survived(void **state)
{
    static const char text[] = "left_x,left_y,right_x,right_y,ImageId,Image\n0,0,1,1,a b,0\n";
    static const char *const inner[] = {"training.csv", text, NULL};
    fixture *f = *state;
    packed p = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, inner, NULL);
    const char *const outer[] = {"training.zip", p.bytes, NULL};
    packed q = pack(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, outer, &p.size);
    assert_ok(f->ctx, lac_folder_make(f->ctx, IN_FOLDER("in")));
    test_path path = path_in(&f->folder, "in/training.zip");
    file_put(path.text, q.bytes, q.size);
    f->ctx->allocations = 0;
    assert_ok(f->ctx, open_everything(f->ctx, path.text, f->folder.path));
    long calls = f->ctx->allocations;
    for (long i = 1; i <= calls; i++) {
        f->ctx->allocations = 0;
        f->ctx->fail_at = i;
        assert_status(f->ctx, open_everything(f->ctx, path.text, f->folder.path),
                      LAC_ERROR_MEMORY);
    }
    f->ctx->fail_at = 0;
    free(p.bytes);
    free(q.bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_habit_gives_the_same_data),
        TEST(many_records_of_several_lines_are_read_like_others),
        TEST(a_coordinate_is_known_by_its_name),
        TEST(a_table_is_read_from_every_packing),
        TEST(an_archive_cut_short_is_refused),
        TEST(a_gz_file_is_checked_to_its_end),
        TEST(an_archive_may_hold_archives_and_folders),
        TEST(of_two_tables_of_one_name_none_is_taken),
        TEST(a_named_pipe_is_read_once),
        TEST(a_lookup_table_in_the_same_archive_weighs_the_sources),
        TEST(a_folder_is_searched_to_its_depth),
        TEST(what_is_no_table_is_called_by_its_name),
        TEST(labels_outside_are_counted_and_the_way_on_is_named),
        TEST(labels_outside_are_left_out_or_kept_as_asked),
        TEST(labels_that_are_shares_of_the_side_are_refused),
        TEST(tables_of_other_shapes_say_what_they_are),
        TEST(a_number_marks_a_label_and_a_pair_a_point),
        TEST(labels_at_one_place_get_a_warning_that_names_the_mark),
        TEST(labels_that_are_0_alone_get_a_warning),
        TEST(labels_of_a_smaller_copy_get_a_warning),
        TEST(labels_that_are_so_get_no_warning),
        TEST(a_point_is_labelled_by_both_of_its_labels),
        TEST(gaps_that_were_filled_with_a_mean_get_a_warning),
        TEST(gaps_that_were_filled_from_the_row_before_get_a_warning),
        TEST(columns_that_are_no_labels_are_named_once),
        TEST(a_test_tables_labels_are_not_read),
        TEST(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
