/* What the page calls: the model with memory of its own. */
#include "face.h"

#define EXPORT(name) __attribute__((export_name(name)))

static unsigned char pixels[FACE_SIZE * FACE_SIZE];
static float memory[FACE_FLOATS], xy[2 * FACE_POINTS];

EXPORT("size") int page_size(void);
EXPORT("points") int page_points(void);
EXPORT("pixels") unsigned char *page_pixels(void);
EXPORT("name") const char *page_name(int point);
EXPORT("predict") const float *page_predict(void);

int page_size(void)
{
    return FACE_SIZE;
}

int page_points(void)
{
    return FACE_POINTS;
}

unsigned char *page_pixels(void)
{
    return pixels;
}

const char *page_name(int point)
{
    return face_names[point];
}

const float *page_predict(void)
{
    face_predict(pixels, memory, xy);
    return xy;
}
