/*
 * Fuzzing the reader of drop lists: whatever the bytes are, reading ends with points that the data
 * has, or with a message that is one line; and what a list names is named by the shortest list that
 * is made from it. script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "data/data.h"

enum { ROWS = 12, POINTS = 3 };

static lac_data *data_new(lac_context *ctx)
{
    static const char *const names[POINTS] = {"left_eye", "right_eye", "nose #1"};
    static uint8_t pixels[ROWS], mask[ROWS * 2 * POINTS];
    static float labels[ROWS * 2 * POINTS];
    lac_data *data;
    memset(mask, 1, sizeof mask);
    require(lac_data_from_memory(ctx, ROWS, 1, POINTS, names, pixels, labels, mask, &data) ==
            LAC_OK);
    return data;
}

/* `text` is taken apart. NULL when it is no list. */
static uint8_t *parse(lac_context *ctx, char *text, const lac_data *data)
{
    uint8_t *point;
    require(check(ctx, lac_drop_parse(ctx, text, "drop.txt", data, &point)) == (point != NULL));
    return point;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static lac_data *data;
    lac_context *ctx = the_context(1);
    char *text = text_of(bytes, size), *shortest;
    if (!data)
        data = data_new(ctx);
    uint8_t *point = parse(ctx, text, data);
    free(text);
    if (!point)
        return 0;
    require(lac_drop_text(ctx, data, point, &shortest) == LAC_OK);
    uint8_t *again = parse(ctx, shortest, data);
    require(again && memcmp(point, again, ROWS * POINTS) == 0);
    free(again);
    free(shortest);
    free(point);
    return 0;
}
