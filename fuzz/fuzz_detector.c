/*
 * Fuzzing the readers of detectors: whatever the bytes are, reading ends with a detector, which
 * then runs over a photo, or with a message that is one line. A first byte of '<' makes them a
 * cascade, any other an ONNX file. script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "detect/detect.h"

static void run(lac_context *ctx, lac_yunet *yunet, lac_haar *haar)
{
    enum { SIDE = 64 };
    static uint8_t pixels[SIDE * SIDE * 3];
    const lac_small photo = {.width = SIDE, .height = SIDE, .rgb = pixels, .scale_x = 1,
                             .scale_y = 1};
    const lac_detection *face;
    int count;
    for (int i = 0; i < SIDE * SIDE * 3; i++)
        pixels[i] = (uint8_t)(i / 3 % 23 * (i / 3 / SIDE % 19));
    if (yunet)
        check(ctx, lac_yunet_run(yunet, &photo, &face, &count));
    if (haar)
        check(ctx, lac_haar_run(haar, &photo, &face, &count));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lac_context *ctx = the_context(1);
    char *copy = text_of(bytes, size);
    lac_yunet *yunet = NULL;
    lac_haar *haar = NULL;
    if (size > 0 && bytes[0] == '<')
        check(ctx, lac_haar_new(ctx, "fuzz.xml", copy, size, &haar));
    else
        check(ctx, lac_yunet_new(ctx, "fuzz.onnx", copy, size, &yunet));
    run(ctx, yunet, haar);
    lac_yunet_free(&yunet);
    lac_haar_free(&haar);
    return 0;
}
