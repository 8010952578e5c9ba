/*
 * Fuzzing the readers of foreign label files: whatever the bytes are, reading ends with faces whose
 * marks are in range, or with a message that is one line. A byte in front chooses the format.
 * script/fuzz builds and runs it.
 */
#define _GNU_SOURCE /* mkdtemp */
#include "import/foreign.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

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

/* Writes a file of the folder and its path into `path`. */
static void put(const char *name, const uint8_t *bytes, size_t size, char path[64])
{
    snprintf(path, 64, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    require(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

/* The .pts file and YOLO's text find a picture beside them. */
static void make_folder(void)
{
    static const char picture[] = "P5\n1 1\n255\n0";
    char path[64];
    require(mkdtemp(folder) != NULL);
    put("a.png", (const uint8_t *)picture, sizeof picture - 1, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const formats[] = {NULL,  "csv",    "dlib", "pts", "coco",
                                          "dlc", "celeba", "wflw", "yolo"};
    static lac_context *ctx;
    if (size == 0)
        return 0;
    if (!ctx) {
        require(lac_context_new(NULL, &ctx) == LAC_OK);
        make_folder();
    }
    const char *name = formats[bytes[0] % LAC_COUNT(formats)];
    int is_yolo = name && strcmp(name, "yolo") == 0;
    const char *file = is_yolo ? "a.txt" : name && strcmp(name, "pts") == 0 ? "a.pts" : "labels";
    lac_foreign labels = {.ctx = ctx, .folder = folder};
    const lac_label_format *format;
    char path[64];
    put(file, bytes + 1, size - 1, path);
    lac_status status = lac_label_format_of(ctx, path, name, &format);
    if (status == LAC_OK)
        status = format->read(&labels, is_yolo ? folder : path);
    if (status == LAC_OK)
        check_labels(&labels);
    else
        require(lac_context_message(ctx)[0] && !strchr(lac_context_message(ctx), '\n'));
    lac_foreign_free(&labels);
    remove(path);
    return 0;
}
