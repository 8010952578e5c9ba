/*
 * Detectors as the public header has them: a file's first byte says which kind it is. Where none is
 * named, it is lac_cascade_file, which the build's option "cascade" sets.
 */
#include "detect/detect.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 }; /* of a detector's file; YuNet's has 0.3 MB, a cascade 1 MB */

struct lac_detector {
    lac_context *ctx;
    char *path;
    lac_yunet *yunet; /* one of these */
    lac_haar *haar;
};

static int is_xml(const char *bytes, size_t size)
{
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t blanks = strspn(bytes + mark, " \t\r\n");
    return bytes[mark + blanks] == '<';
}

static lac_status open_file(lac_detector *d)
{
    char *bytes;
    size_t size;
    LAC_TRY(lac_file_read(d->ctx, d->path, &bytes, &size));
    if (size == 0 || size > MOST_BYTES) {
        free(bytes);
        return lac_fail(d->ctx, LAC_ERROR_FORMAT,
                        "%s: %zu bytes; a detector's file must have 1 to %d", d->path, size,
                        MOST_BYTES);
    }
    if (is_xml(bytes, size))
        return lac_haar_new(d->ctx, d->path, bytes, size, &d->haar);
    return lac_yunet_new(d->ctx, d->path, bytes, size, &d->yunet);
}

lac_status lac_detector_open(lac_context *ctx, const char *path, lac_detector **out)
{
    *out = NULL;
    if (!path && !lac_path_exists(lac_cascade_file))
        return lac_fail(ctx, LAC_ERROR_IO,
                        "no detector is named, and %s is missing: script/bootstrap --detect "
                        "installs it (Debian: opencv-data)",
                        lac_cascade_file);
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status != LAC_OK)
        return status;
    (*out)->ctx = ctx;
    status = lac_strdup(ctx, path ? path : lac_cascade_file, &(*out)->path);
    if (status == LAC_OK)
        status = open_file(*out);
    if (status != LAC_OK)
        lac_detector_free(out);
    return status;
}

void lac_detector_free(lac_detector **detector)
{
    lac_detector *d = *detector;
    if (!d)
        return;
    lac_yunet_free(&d->yunet);
    lac_haar_free(&d->haar);
    free(d->path);
    free(d);
    *detector = NULL;
}

const char *lac_detector_name(const lac_detector *detector)
{
    return detector->yunet ? "yunet" : "haar";
}

static lac_box in_photo(const lac_box *box, const lac_small *small)
{
    return (lac_box){box->x * small->scale_x, box->y * small->scale_y,
                     box->width * small->scale_x, box->height * small->scale_y};
}

lac_status lac_detector_run(lac_detector *detector, const lac_photo *photo, lac_detection *faces,
                            int most, int *count)
{
    lac_small small;
    const lac_detection *found = NULL;
    *count = 0;
    LAC_TRY(lac_small_make(detector->ctx, photo, &small));
    lac_status status = detector->yunet ? lac_yunet_run(detector->yunet, &small, &found, count)
                                        : lac_haar_run(detector->haar, &small, &found, count);
    *count = status != LAC_OK ? 0 : *count < most ? *count : most;
    for (int i = 0; i < *count; i++)
        faces[i] = (lac_detection){in_photo(&found[i].box, &small), found[i].score};
    lac_small_free(&small);
    return status;
}
