/*
 * Fuzzing the readers of foreign label files: whatever the bytes are, reading ends with faces whose
 * marks are in range, or with a message that is one line. A byte in front chooses the format.
 * script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "import/foreign.h"

static void check_labels(const lac_foreign *labels)
{
    for (int i = 0; i < labels->faces; i++) {
        const lac_face *face = &labels->face[i];
        require(face->file && face->name && memchr(face->source, 0, sizeof face->source));
        require(face->first + (size_t)face->marks <= labels->marks);
        require(!face->has_box || (face->box.width > 0 && face->box.height > 0));
        for (int m = 0; m < face->marks; m++) {
            const lac_mark *mark = &labels->mark[face->first + (size_t)m];
            require(mark->point >= 0 && mark->point < labels->points);
            require(mark->x >= -LAC_FARTHEST - 1 && mark->x <= LAC_FARTHEST);
            require(mark->y >= -LAC_FARTHEST - 1 && mark->y <= LAC_FARTHEST);
        }
    }
}

static char folder[] = "/tmp/fuzz_labels_XXXXXX";

/* The .pts file and YOLO's text find a picture beside them. */
static void make_folder(void)
{
    static const char picture[] = "P5\n1 1\n255\n0";
    char path[64];
    require(mkdtemp(folder) != NULL);
    put_file(folder, "a.png", (const uint8_t *)picture, sizeof picture - 1, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const formats[] = {NULL,  "csv",    "dlib", "pts", "coco",
                                          "dlc", "celeba", "wflw", "yolo"};
    static int is_made;
    lac_context *ctx = the_context(1);
    if (size == 0)
        return 0;
    if (!is_made++)
        make_folder();
    const char *name = formats[bytes[0] % LAC_COUNT(formats)];
    int is_yolo = name && strcmp(name, "yolo") == 0;
    const char *file = is_yolo ? "a.txt" : name && strcmp(name, "pts") == 0 ? "a.pts" : "labels";
    lac_foreign labels = {.ctx = ctx, .folder = folder};
    const lac_label_format *format;
    char path[64];
    put_file(folder, file, bytes + 1, size - 1, path);
    lac_status status = lac_label_format_of(ctx, path, name, &format);
    if (status == LAC_OK)
        status = format->read(&labels, is_yolo ? folder : path);
    if (check(ctx, status))
        check_labels(&labels);
    lac_foreign_free(&labels);
    remove(path);
    return 0;
}
