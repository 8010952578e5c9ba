/*
 * The table of choices (choice.h). Its first row that has a convolution, and whose method can do
 * it in this build, decides; so what is special stands in front of what is general. `lacuna bench
 * --methods` times every method and prints rows.
 */
#include "kernel/choice.h"

#include <stdio.h>

#define AVX2 LAC_CPU_AVX2
#define AVX512 LAC_CPU_AVX512
#define NEON LAC_CPU_NEON
#define AMX LAC_CPU_AMX
#define FLOAT LAC_CONV_FLOAT
#define BF16 LAC_CONV_BF16
#define EITHER 0
#define TRAIN LAC_PASSES_TRAIN
#define PREDICT LAC_PASSES_PREDICT
#define ANY {0, 0}

/* Of 3x3 at stride 2, the sides that tiles of 6 pixels cover with little beside them. */
#define STRIDED(level)                                                                             \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {5, 6}, ANY, "winograd"},                       \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {11, 12}, ANY, "winograd"},                     \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {17, 18}, ANY, "winograd"},                     \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {21, 24}, ANY, "winograd"},                     \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {29, 30}, ANY, "winograd"},                     \
    {level, FLOAT, EITHER, 3, 2, ANY, ANY, {33, 0}, ANY, "winograd"},

/* Larger kernels meet zeros around small maps, which tiles multiply and our direct method leaves
 * out: 31x31 on 6x6 of 48 to 64 channels took 7.4 ms instead of 1.6. */
#define TILES(k) {AMX, BF16, EITHER, k, 0, {16, 0}, ANY, ANY, ANY, "amx"},

/* On floats our Winograd is the fastest wherever it makes fewer products than a direct method's 9
 * for each output: on Zen 4, from 3x3 to 48x48 pixels and from 16 to 288 channels, all passes take
 * 0.3 to 0.9 of the time of oneDNN 2.6's Winograd (AVX-512), and 0.3 to 0.6 of its direct method
 * (AVX2); docs/performance.md. Of stride 2 it takes 49 for 9, 0.7 to 0.97 of the time of oneDNN's
 * direct method where its tiles of 6 pixels a side cover little beside the picture.
 * Our direct method's three passes take 0.6 to 0.95 of the time of oneDNN's with AVX2, where that
 * wants blocks of 8 channels; with AVX-512 0.93 to 1.04 on floats for 1x1 from and to 32 channels
 * and more, 1.06 to 1.2 for fewer and for 5x5 from 1; 0.9 to 1.05 on bf16 for kernels larger than
 * 1x1, but for 5x5 from 1 to 16 channels, 1.1; else 1 to 1.15. NEON's rows repeat AVX2's; they
 * were not measured. */
const lac_choice_row lac_choice_rows[] = {
    /* level, storage, passes, k, stride, c, oc, side, chunk, method */
    {AVX512, BF16, EITHER, 3, 1, ANY, ANY, ANY, ANY, "winograd 2x2"},
    TILES(1) TILES(3) TILES(5) TILES(7) TILES(9) TILES(11)
    {AVX512, FLOAT, EITHER, 3, 1, ANY, ANY, {2, 0}, ANY, "winograd"},
    STRIDED(AVX512)
    {AVX512, FLOAT, EITHER, 1, 0, {32, 0}, {32, 0}, ANY, ANY, "direct"},
    {AVX512, FLOAT, EITHER, 0, 0, ANY, ANY, ANY, ANY, "onednn direct"},
    {AVX512, FLOAT, EITHER, 0, 0, ANY, ANY, ANY, ANY, "direct"},
    {AVX2, FLOAT, EITHER, 3, 1, ANY, ANY, {2, 0}, ANY, "winograd"},
    STRIDED(AVX2)
    {AVX2, FLOAT, EITHER, 0, 0, ANY, ANY, ANY, ANY, "direct"},
    {NEON, FLOAT, EITHER, 3, 1, ANY, ANY, {2, 0}, ANY, "winograd"},
    {NEON, FLOAT, EITHER, 0, 0, ANY, ANY, ANY, ANY, "direct"},
    {AVX512, BF16, EITHER, 1, 0, ANY, ANY, ANY, ANY, "onednn direct"},
    {AVX512, BF16, EITHER, 5, 0, {1, 1}, {16, 16}, ANY, ANY, "onednn direct"},
    {AVX512, BF16, EITHER, 0, 0, ANY, ANY, ANY, ANY, "direct"},
    {AMX, BF16, EITHER, 0, 0, ANY, ANY, ANY, ANY, "direct"},
};
const int lac_choice_row_count = LAC_COUNT(lac_choice_rows);

static int side_of(const lac_conv *conv)
{
    return conv->shape.h > conv->shape.w ? conv->shape.h : conv->shape.w;
}

static int is_in(lac_range range, int value)
{
    return value >= range.least && (range.most == 0 || value <= range.most);
}

static int passes_of(const lac_conv *conv)
{
    return conv->inference ? LAC_PASSES_PREDICT : LAC_PASSES_TRAIN;
}

/* Whether a column that may be 0, for any, has the value. */
static int matches(int column, int value)
{
    return column == 0 || column == value;
}

int lac_choice_row_has(const lac_choice_row *row, const lac_conv *conv)
{
    const lac_conv_shape *s = &conv->shape;
    return row->level == conv->kernels->level && (row->storages & lac_conv_storage(conv)) &&
           matches(row->passes, passes_of(conv)) && matches(row->k, s->k) &&
           matches(row->stride, s->stride) && is_in(row->c, s->c) && is_in(row->oc, s->oc) &&
           is_in(row->side, side_of(conv)) && is_in(row->chunk, conv->chunk);
}

static int append(const lac_conv_entry *entry, const lac_conv_entry *order[], int count)
{
    for (int i = 0; i < count; i++)
        if (order[i] == entry)
            return count;
    order[count] = entry;
    return count + 1;
}

int lac_choice_order(const lac_conv *conv, const lac_conv_entry *order[LAC_MOST_METHODS])
{
    int count = 0;
    for (int i = 0; i < lac_choice_row_count; i++) {
        const lac_choice_row *row = &lac_choice_rows[i];
        if (!lac_choice_row_has(row, conv))
            continue;
        const lac_conv_entry *entry = lac_conv_find(conv, row->method);
        if (entry)
            count = append(entry, order, count);
    }
    for (int i = 0; i < lac_conv_list_count; i++)
        if (lac_conv_can(conv, &lac_conv_list[i]))
            count = append(&lac_conv_list[i], order, count);
    return count;
}

const char *lac_choice_text(const lac_conv *conv, const char *method, char text[LAC_CHOICE_TEXT])
{
    const lac_conv_shape *s = &conv->shape;
    static const char *const levels[] = {
        [AVX2] = "AVX2", [AVX512] = "AVX512", [NEON] = "NEON", [AMX] = "AMX"};
    int is_float = lac_conv_storage(conv) == LAC_CONV_FLOAT;
    snprintf(text, LAC_CHOICE_TEXT,
             "{%s, %s, %s, %d, %d, {%d, %d}, {%d, %d}, {%d, %d}, ANY, \"%s\"},",
             levels[conv->kernels->level],
             is_float ? "FLOAT" : "BF16", conv->inference ? "PREDICT" : "TRAIN", s->k,
             s->stride, s->c, s->c, s->oc, s->oc, side_of(conv), side_of(conv), method);
    return text;
}
