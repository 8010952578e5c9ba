/*
 * EXIF's orientation, in JPEG, PNG or WebP: how a camera was held. A photo is stored as its sensor
 * saw it, and a number from 1 to 8 says how to turn it for looking.
 *
 * The number is tag 0x0112 in the first directory of a TIFF structure: "II" or "MM" for the order
 * of bytes, 42, and where the directory is; there a count and entries of 12 bytes, tag, type,
 * count and value. The value should take two bytes; some programs write four.
 */
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

enum { ORIENTATION = 0x0112, SHORT = 3, LONG = 4, ENTRY = 12 };

typedef struct tiff {
    const uint8_t *bytes;
    size_t size;
    int is_little; /* the lower byte comes first */
} tiff;

/* `count` bytes at a place, which must be inside. */
static uint32_t number_at(const tiff *t, size_t at, int count)
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 8 | t->bytes[at + (size_t)(t->is_little ? count - 1 - i : i)];
    return value;
}

int lac_exif_orientation(const uint8_t *bytes, size_t size)
{
    size_t head = size >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0 ? 6 : 0;
    bytes += head;
    size -= head;
    if (size < 10 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
        return 1;
    const tiff t = {bytes, size, bytes[0] == 'I'};
    size_t at = number_at(&t, 4, 4);
    if (at > size - 2)
        return 1;
    size_t entries = number_at(&t, at, 2);
    at += 2;
    for (size_t i = 0; i < entries && size - at >= ENTRY; i++, at += ENTRY)
        if (number_at(&t, at, 2) == ORIENTATION) {
            const uint32_t type = number_at(&t, at + 2, 2);
            const uint32_t value = type == SHORT  ? number_at(&t, at + 8, 2)
                                   : type == LONG ? number_at(&t, at + 8, 4)
                                                  : 1;
            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    return 1;
}

/* The eight ways are three choices: to exchange rows and columns, and to count the stored columns
 * or rows from their end. */
static int is_from_right(int orientation)
{
    return memchr("\2\3\7\10", orientation, 4) != NULL;
}

static int is_from_bottom(int orientation)
{
    return memchr("\3\4\6\7", orientation, 4) != NULL;
}

void lac_photo_turn_point(int orientation, int width, int height, double *x, double *y)
{
    double column = is_from_right(orientation) ? width - 1 - *x : *x;
    double row = is_from_bottom(orientation) ? height - 1 - *y : *y;
    *x = orientation >= 5 ? row : column;
    *y = orientation >= 5 ? column : row;
}

lac_status lac_photo_turn(lac_context *ctx, lac_photo *photo, int orientation)
{
    int is_crossed = orientation >= 5;
    int from_right = is_from_right(orientation), from_bottom = is_from_bottom(orientation);
    int w = photo->width, h = photo->height;
    int width = is_crossed ? h : w, height = is_crossed ? w : h;
    uint8_t *turned;
    if (orientation == 1)
        return LAC_OK;
    LAC_TRY(lac_alloc(ctx, (size_t)w * (size_t)h, 3, &turned));
    uint8_t *to = turned;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, to += 3) {
            int column = is_crossed ? y : x, row = is_crossed ? x : y;
            column = from_right ? w - 1 - column : column;
            row = from_bottom ? h - 1 - row : row;
            memcpy(to, photo->rgb + 3 * ((size_t)row * (size_t)w + (size_t)column), 3);
        }
    free(photo->rgb);
    *photo = (lac_photo){.width = width, .height = height, .rgb = turned};
    return LAC_OK;
}
