/*
 * lacuna detect: a CSV of the faces in photos; or how a detector's boxes become the crops of a
 * training table.
 */
#include "cli.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>

typedef struct detect_options {
    word_list photos;
    const char *detector, *out, *data;
    int fit, rows;
    machine_options machine;
} detect_options;

/* What is counted on the way. */
typedef struct tally {
    int photos, faces, empty, failed;
    int count; /* of all photos */
    count_display display;
} tally;

static lac_status count_faces(void *user, const lac_faces *faces)
{
    tally *t = user;
    t->photos++;
    t->faces += faces->count;
    if (faces->status != LAC_OK) {
        progress_clear();
        fprintf(stderr, "lacuna: %s\n", faces->message);
        t->failed++;
    } else if (faces->count == 0) {
        t->empty++;
    }
    return progress_count(&t->display, t->photos, t->count) ? LAC_STOPPED : LAC_OK;
}

/* On stderr, since the table may go to stdout. */
static void print_tally(const tally *t)
{
    fprintf(stderr, "%d face%s in %d photo%s", t->faces, t->faces == 1 ? "" : "s", t->photos,
            t->photos == 1 ? "" : "s");
    if (t->empty)
        fprintf(stderr, ", %d without any", t->empty);
    if (t->failed)
        fprintf(stderr, ", %d could not be read", t->failed);
    fprintf(stderr, "\n");
}

static int detect(const detect_options *o)
{
    lac_context *ctx = NULL;
    lac_paths *paths = NULL;
    tally t = {.display = count_display_start("photo")};
    signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_paths_list(ctx, o->photos.word, o->photos.count, &paths);
    signals_stop();
    if (status == LAC_OK && outputs_spare("detect", o->out, paths) != CODE_GO_ON) {
        lac_paths_free(&paths);
        lac_context_free(&ctx);
        return CODE_MISUSE;
    }
    t.count = status == LAC_OK ? paths->count : 0;
    if (status == LAC_OK)
        status = lac_photos_detect_write(ctx, o->detector, paths, o->out, count_faces, &t);
    progress_clear();
    int code = status == LAC_STOPPED ? stop_code() : report(ctx, status);
    if (status == LAC_OK)
        print_tally(&t);
    lac_paths_free(&paths);
    lac_context_free(&ctx);
    return code == CODE_DONE && t.failed ? CODE_FAILED : code;
}

static void print_fit(const char *path, const lac_crop_fit *fit)
{
    static const char *const names[] = {"side", "left", "top"};
    const double values[] = {fit->crop.side, fit->crop.left, fit->crop.top};
    const double spreads[] = {fit->side_spread, fit->left_spread, fit->top_spread};
    char value[24], spread[24];
    printf("%s: %s finds one face in %d of %d pictures\n\n", path, fit->crop.detector, fit->faces,
           fit->rows);
    printf("%-6s %10s %10s  (box widths; half of the pictures are within the spread)\n", "",
           "median", "spread");
    for (int i = 0; i < 3; i++)
        printf("%-6s %10s %10s\n", names[i], number_text(values[i], 3, value),
               number_text(spreads[i], 3, spread));
    printf("\n--crop %s:%s", fit->crop.detector, number_text(fit->crop.side, 3, value));
    for (int i = 1; i < 3; i++)
        printf(",%s", number_text(values[i], 3, value));
    printf("\n");
}

static int fit(const detect_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_detector *detector = NULL;
    lac_crop_fit result;
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_detector_open(ctx, o->detector, &detector);
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_ANY, &data);
    if (status == LAC_OK) {
        int rows = lac_data_rows(data);
        status = lac_crop_measure(ctx, detector, lac_data_image(data, 0),
                                  rows < o->rows ? rows : o->rows, lac_data_size(data), &result);
    }
    if (status == LAC_OK)
        print_fit(o->data, &result);
    int code = report(ctx, status);
    lac_detector_free(&detector);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

static int run(const command *c, const detect_options *o)
{
    if (o->fit && !o->data)
        return options_misuse(c, "--fit needs --data");
    if (o->fit && o->photos.count)
        return options_misuse(c, "--fit takes no photos");
    if (o->fit && o->out)
        return options_misuse(c, "--fit takes no --out");
    if (!o->fit && options_given(c, "data"))
        return options_misuse(c, "--data is for --fit");
    if (!o->fit && options_given(c, "rows"))
        return options_misuse(c, "--rows is for --fit");
    if (!o->fit && o->photos.count == 0)
        return options_misuse(c, "no photos are named");
    return o->fit ? fit(o) : detect(o);
}

int verb_detect(int argc, char **argv)
{
    detect_options o = {.photos = {need((size_t)argc + 1, sizeof(char *)), 0}, .rows = 1000};
    option options[] = {
        {.type = OPTION_WORDS, .name = "PHOTO...", .value = &o.photos, .files = FILES_PHOTOS,
         .about = "photos (PNG, JPEG, PGM, PPM, WebP), folders of photos, and @FILE for a list of "
                  "paths, one a line"},
        {.type = OPTION_TEXT, .name = "detector", .value = &o.detector, .unit = "FILE",
         .files = FILES_READ,
         .about = "YuNet as an ONNX file, or a cascade of OpenCV as an XML file",
         .zero = "the frontal cascade of Debian's package opencv-data"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .files = FILES_WRITTEN,
         .about = "the CSV to write; it is replaced at once or not at all",
         .zero = "standard output"},
        {.type = OPTION_FLAG, .name = "fit", .value = &o.fit,
         .about = "measure instead how this detector's boxes become the pictures of a table"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .files = FILES_TABLE,
         .about = "of --fit: a table of pictures, as train reads it"},
        {.type = OPTION_INT, .name = "rows", .value = &o.rows, .unit = "N",
         .about = "of --fit: how many rows, from the first, to look at", .min = 1,
         .max = 1000000},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "detect",
        .usage = "lacuna detect PHOTO... [--detector FILE] [--out FILE] [options]\n"
                 "lacuna detect --fit --data P [--detector FILE] [options]",
        .about = "Finds the faces of photos. The result is a CSV: file,x,y,w,h,score, a line a "
                 "face, best first, which lacuna predict reads as --boxes. Photos without faces "
                 "have no line. A photo that cannot be read is a line on standard error, and the "
                 "exit code is 1 at the end.\n"
                 "With --fit: sets every picture of a training table into a larger frame, finds "
                 "its face there, and prints how the picture lies about the detector's box, as "
                 "--crop takes it.",
        .examples = "  lacuna detect --detector yunet.onnx holiday/ --out boxes.csv\n"
                    "  lacuna detect --fit --data kaggle --detector yunet.onnx",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = run(&c, &o);
    free(o.photos.word);
    return code;
}
