/*
 * Fuzzing the readers of pictures and of lists of boxes: whatever the bytes are, reading ends with
 * a photo of a legal size, all of whose pixels are there and can be cropped, or with a message that
 * is one line. A byte in front chooses picture or list. script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "picture/picture.h"

#include <math.h>

static lac_context ctx; /* reading files needs no more of one */

static void read_photo(const char *path)
{
    lac_photo *photo;
    require(check(&ctx, lac_photo_load(&ctx, path, &photo)) == (photo != NULL));
    if (!photo)
        return;
    uint8_t grey[16 * 16];
    const lac_box whole = {0, 0, photo->width, photo->height};
    require(photo->width > 0 && photo->width <= LAC_PHOTO_MAX_SIDE);
    require(photo->height > 0 && photo->height <= LAC_PHOTO_MAX_SIDE);
    require((long)photo->width * photo->height <= LAC_PHOTO_MAX_PIXELS);
    require(lac_photo_crop(&ctx, photo, &whole, 16, grey) == LAC_OK);
    lac_photo_free(&photo);
}

static void read_boxes(const char *path)
{
    lac_box_list *list;
    lac_detection face[4];
    int count = 0;
    const lac_photo photo = {.width = 1, .height = 1};
    require(check(&ctx, lac_box_list_open(&ctx, path, &list)) == (list != NULL));
    if (!list)
        return;
    check(&ctx, lac_find_listed(list, &ctx, "a/b.png", &photo, face, 4, &count));
    for (int i = 0; i < count; i++)
        require(isfinite(face[i].box.x) && face[i].box.width > 0);
    lac_box_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    fuzz_file file = file_of(bytes + 1, size - 1);
    (bytes[0] % 2 ? read_boxes : read_photo)(file.path);
    close(file.handle);
    return 0;
}
