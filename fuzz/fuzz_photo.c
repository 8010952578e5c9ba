/*
 * Fuzzing the readers of pictures and of lists of boxes: whatever the bytes are, reading ends with
 * a photo of a legal size, all of whose pixels are there and can be cropped, or with a message that
 * is one line. A byte in front chooses picture or list. script/fuzz builds and runs it; the first
 * run puts small pictures of our own into the corpus.
 */
#define _GNU_SOURCE /* memfd_create */
#include "picture/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static lac_context ctx; /* reading files needs no more of one */

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_message(void)
{
    const char *message = lac_context_message(&ctx);
    require(message[0] != 0 && !strchr(message, '\n'));
}

static void read_photo(const char *path)
{
    lac_photo *photo;
    if (lac_photo_load(&ctx, path, &photo) != LAC_OK) {
        require(photo == NULL);
        check_message();
        return;
    }
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
    if (lac_box_list_open(&ctx, path, &list) != LAC_OK) {
        require(list == NULL);
        check_message();
        return;
    }
    if (lac_find_listed(list, &ctx, "a/b.png", &photo, face, 4, &count) != LAC_OK)
        check_message();
    for (int i = 0; i < count; i++)
        require(isfinite(face[i].box.x) && face[i].box.width > 0);
    lac_box_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    int file = memfd_create("photo", 0);
    require(file >= 0 && write(file, bytes + 1, size - 1) == (ssize_t)size - 1);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    (bytes[0] % 2 ? read_boxes : read_photo)(path);
    close(file);
    return 0;
}

/* A seed is a file behind the byte that chooses its reader. */
static void put_seed(const char *folder, const char *name, int kind, const char *text, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    require(file != NULL);
    putc(kind, file);
    fwrite(text, 1, size, file);
    fclose(file);
}

static void put_photo(const char *folder, const char *name)
{
    char path[4096], *bytes;
    size_t size;
    lac_photo *photo;
    require(lac_photo_new(&ctx, 20, 12, &photo) == LAC_OK);
    for (int i = 0; i < 3 * 20 * 12; i++)
        photo->rgb[i] = (uint8_t)(i * i);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    require(lac_photo_save(&ctx, photo, path) == LAC_OK);
    require(lac_file_read(&ctx, path, &bytes, &size) == LAC_OK);
    put_seed(folder, name, 0, bytes, size);
    free(bytes);
    lac_photo_free(&photo);
}

/* The corpus is the last argument where that is a folder. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *const photos[] = {"seed.png", "seed.jpg", "seed.ppm", "seed.pgm"};
    static const char boxes[] = "file,x,y,w,h,score\na/b.png,1,2,3,4,.5\n\"b.png\",1,2,3,4,\n";
    static const char text[] = "P3 # a comment\n1 2 9 1 2 3 4 5 6\n";
    const char *folder = (*argv)[*argc - 1];
    if (!lac_path_is_folder(folder))
        return 0;
    for (int i = 0; i < LAC_COUNT(photos); i++)
        put_photo(folder, photos[i]);
    put_seed(folder, "seed.csv", 1, boxes, sizeof boxes - 1);
    put_seed(folder, "seed.txt", 0, text, sizeof text - 1);
    return 0;
}
