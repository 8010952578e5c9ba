/*
 * lacuna import: a foreign label file and its pictures become a training table.
 */
#include "cli.h"
#include "progress.h"

static const char *const formats[] = {"auto", "csv",    "dlib", "pts", "coco",
                                      "dlc",  "celeba", "wflw", "yolo", NULL};
static const char *const units[] = {"auto", "pixels", "shares", NULL}; /* as lac_label_unit */
static const char *const outsides[] = {"error", "missing", "keep", NULL}; /* as lac_outside */
static const char *const exif_choices[] = {"auto", "apply", "ignore", NULL}; /* as lac_exif */

typedef struct import_options {
    const char *from, *out;
    int format, exif, unit, outside;
    lac_import_config config;
    count_display shown;
    machine_options machine;
} import_options;

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

static void print_result(const import_options *o, const lac_import_result *r)
{
    int left_out = r->unlabelled + r->unplaced + r->unread;
    printf("%s: %s, %d face%s of %d picture%s, %d point%s\n", o->from, r->format, r->rows,
           plural(r->rows), r->photos, plural(r->photos), r->points, plural(r->points));
    if (left_out)
        printf("left out: %d without a point, %d without a place, %d whose picture could not be "
               "read\n", r->unlabelled, r->unplaced, r->unread);
    if (r->outside)
        printf("%d label%s outside of the crop: %s\n", r->outside, plural(r->outside),
               o->config.keep_outside ? "kept, train with --outside keep" : "gaps now");
    if (r->crop[0])
        printf("crop %s: how a box becomes a picture; a training takes it over\n", r->crop);
    else
        printf("cropped by the points: the table has no rule for boxes\n");
    printf("%s: training.csv, %d picture%s of %dx%d; next:\n  lacuna data ", o->out, r->rows,
           plural(r->rows), o->config.size, o->config.size);
    print_quoted(stdout, o->out);
    printf("\n");
}

static int import_labels(import_options *o)
{
    lac_context *ctx = NULL;
    lac_import_result result;
    o->shown = count_display_start("photo");
    o->config.progress = progress_count;
    o->config.progress_user = &o->shown;
    o->config.format = o->format ? formats[o->format] : NULL;
    o->config.exif = (lac_exif)o->exif;
    o->config.unit = (lac_label_unit)o->unit;
    o->config.outside = (lac_outside)o->outside;
    signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_import(ctx, o->from, &o->config, o->out, &result);
    if (status == LAC_OK)
        print_result(o, &result);
    progress_clear();
    int code = status == LAC_STOPPED ? stop_code() : report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

int verb_import(int argc, char **argv)
{
    import_options o = {.config = lac_import_config_default(), .outside = LAC_OUTSIDE_KEEP};
    lac_import_config *config = &o.config;
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "FROM", .value = &o.from,
         .files = FILES_READ, .required = 1,
         .about = "a label file, or a folder of .pts files or of YOLO's labels"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder for training.csv and pictures/, made if missing; neither may be there "
                  "already"},
        {.type = OPTION_CHOICE, .name = "format", .value = &o.format, .choices = formats,
         .about = "of the label file: a CSV, dlib's XML, 300-W's .pts, COCO's JSON, "
                  "DeepLabCut's CSV, the list of CelebA or of WFLW, YOLO's folder; auto: what its "
                  "first bytes say, or what the folder holds"},
        {.type = OPTION_TEXT, .name = "pictures", .value = &config->pictures, .unit = "DIR",
         .about = "folder in which the pictures' names start", .zero = "the label file's own"},
        {.type = OPTION_TEXT, .name = "category", .value = &config->category, .unit = "NAME",
         .about = "of COCO: the category to take", .zero = "the only one with keypoints"},
        {.type = OPTION_TEXT, .name = "missing", .value = &config->missing, .unit = "MARKS",
         .like = "missing",
         .about = "numbers that mark a missing point, such as -1 or 0,0", .zero = "none"},
        {.type = OPTION_CHOICE, .name = "unit", .value = &o.unit, .choices = units,
         .about = "what the numbers are: pixels, or shares of the picture's width and height; "
                  "auto: pixels, but not where all points are at 0 to 1"},
        {.type = OPTION_CHOICE, .name = "outside", .value = &o.outside, .choices = outsides,
         .about = "points outside of their picture: refuse them all, make gaps of them before "
                  "squares are found, or keep them"},
        {.type = OPTION_INT, .name = "size", .value = &config->size, .unit = "N",
         .about = "side of the pictures, pixels", .min = 16, .max = 512},
        {.type = OPTION_FLAG, .name = "by-points", .value = &config->by_points,
         .about = "crop by the extent of the points even where the labels have boxes"},
        {.type = OPTION_NUMBER, .name = "box-scale", .value = &config->box_scale, .unit = "X",
         .about = "side of the crop in sides of the label's box, about the same middle",
         .zero = "the least from 1 to 2 that holds all points of 99 faces of 100", .min = 0,
         .max = 10},
        {.type = OPTION_NUMBER, .name = "margin", .value = &config->margin, .unit = "X",
         .about = "of a crop by points, on each side, in extents of the points", .min = 0,
         .max = 10},
        {.type = OPTION_FLAG, .name = "keep-outside", .value = &config->keep_outside,
         .about = "write labels outside of the crop, rather than make gaps of them"},
        {.type = OPTION_CHOICE, .name = "exif", .value = &o.exif, .choices = exif_choices,
         .about = "labels of a picture that its camera stored turned belong to the picture as it "
                  "is looked at (apply), or as it is stored (ignore); auto: to the one whose size "
                  "the label file declares"},
        {.type = OPTION_FLAG, .name = "strict", .value = &config->strict,
         .about = "fail, and write no table, where a face or picture must be left out"},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "import",
        .usage = "lacuna import FROM --out DIR [options]",
        .about = "Makes a training table of somebody else's labels: a CSV that names pictures "
                 "(Udacity's), dlib's XML, .pts files (300-W), COCO's keypoints, DeepLabCut's CSV, "
                 "the lists of CelebA and WFLW, YOLO's pose labels. Every face becomes a row and a "
                 "grey picture; the table keeps where each came from.\n"
                 "Pictures that cannot be read and faces without a point are left out and counted; "
                 "these pictures and the first ten such faces are named. The exit code is 1 only "
                 "when nothing is left, or with --strict.",
        .examples = "  lacuna import labels.csv --out faces\n"
                    "  lacuna import ibug_300W/labels.xml --out faces --size 128\n"
                    "  lacuna import annotations/person_keypoints_val2017.json \\\n"
                    "      --pictures val2017 --out people\n"
                    "  lacuna train --data faces --out run",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    return code == CODE_GO_ON ? import_labels(&o) : code;
}
