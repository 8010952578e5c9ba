/*
 * A data set to other ranks. All but the pictures goes as one parcel of bytes: the struct, and
 * behind it what its pointers point to, in one order. Whoever opens it has rank 0's pointers in the
 * struct at first, which tell what there is, and puts its own in their place. What ranks may change
 * later, as labels are when some are dropped, is each one's own; pictures never are.
 */
#include "comm/comm.h"
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

typedef struct parcel {
    lac_context *ctx;
    enum { COUNT, PACK, OPEN } way;
    char *bytes;
    size_t size;       /* so far */
    lac_status status; /* of opening */
} parcel;

static void carry(parcel *p, void *what, size_t bytes)
{
    if (p->way == PACK)
        memcpy(p->bytes + p->size, what, bytes);
    if (p->way == OPEN)
        memcpy(what, p->bytes + p->size, bytes);
    p->size += bytes;
}

/* The array whose address is `array`, if it is there. Where there is no memory for it, it becomes
 * NULL, as do all that follow. */
static void carry_array(parcel *p, void *array, size_t count, size_t item)
{
    void *what;
    memcpy(&what, array, sizeof what);
    if (!what)
        return;
    if (p->way == OPEN) {
        what = NULL;
        if (p->status == LAC_OK)
            p->status = lac_alloc(p->ctx, count, item, &what);
        memcpy(array, &what, sizeof what);
    }
    if (what)
        carry(p, what, count * item);
}

/* The pointers first, which tell what texts there are. */
static void carry_texts(parcel *p, char ***texts, size_t count)
{
    carry_array(p, texts, count, sizeof **texts);
    for (size_t i = 0; *texts && i < count; i++) {
        char **text = &(*texts)[i];
        size_t length = 0;
        if (!*text)
            continue;
        if (p->way != OPEN)
            length = strlen(*text) + 1;
        else if (p->status == LAC_OK)
            length = strlen(p->bytes + p->size) + 1;
        carry_array(p, text, length, 1);
    }
}

static void carry_all(parcel *p, lac_data *d)
{
    carry(p, d, sizeof *d);
    size_t rows = (size_t)d->rows, points = (size_t)d->points, sources = (size_t)d->sources;
    carry_texts(p, &d->names, points);
    carry_array(p, &d->mirror, points, sizeof *d->mirror);
    carry_array(p, &d->shown, points, sizeof *d->shown);
    carry_array(p, &d->wanted, points, sizeof *d->wanted);
    carry_array(p, &d->ids, rows, sizeof *d->ids);
    carry_texts(p, &d->id_text, rows);
    carry_array(p, &d->table_row, rows, sizeof *d->table_row);
    carry_array(p, &d->labels, rows * 2 * points, sizeof *d->labels);
    carry_array(p, &d->mask, rows * 2 * points, sizeof *d->mask);
    carry_texts(p, &d->source_name, sources);
    carry_array(p, &d->source_pattern, sources * points, sizeof *d->source_pattern);
    carry_array(p, &d->source_rows, sources, sizeof *d->source_rows);
    carry_array(p, &d->source_points, sources, sizeof *d->source_points);
    carry_array(p, &d->source_weight, sources, sizeof *d->source_weight);
    carry_array(p, &d->row_source, rows, sizeof *d->row_source);
    carry_array(p, &d->photo, rows, sizeof *d->photo);
}

static lac_status open_parcel(parcel *p, lac_data **data)
{
    p->way = OPEN;
    p->size = 0;
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof **data, data));
    carry_all(p, *data);
    (*data)->pixels = NULL;
    return p->status;
}

/* All but the pictures. */
static lac_status send_parcel(lac_context *ctx, lac_data **data)
{
    parcel p = {.ctx = ctx, .way = COUNT};
    int is_sender = lac_rank(ctx) == 0;
    if (is_sender)
        carry_all(&p, *data);
    LAC_TRY(lac_broadcast(ctx, &p.size, sizeof p.size));
    lac_status status = lac_context_agree(ctx, lac_alloc(ctx, p.size, 1, &p.bytes));
    if (status == LAC_OK && is_sender) {
        p.way = PACK;
        p.size = 0;
        carry_all(&p, *data);
    }
    if (status == LAC_OK)
        status = lac_broadcast(ctx, p.bytes, p.size);
    if (status == LAC_OK && !is_sender)
        status = open_parcel(&p, data);
    free(p.bytes);
    return status;
}

lac_status lac_data_hand_out(lac_context *ctx, lac_status status, lac_data **data)
{
    if (lac_ranks(ctx) == 1)
        return status;
    LAC_TRY(lac_context_agree(ctx, status));
    LAC_TRY(lac_context_agree(ctx, send_parcel(ctx, data)));
    lac_data *d = *data;
    size_t used = (size_t)d->rows * (size_t)d->size * (size_t)d->size;
    return lac_pages_hand_out(ctx, used, &d->pixels, &d->pixel_bytes);
}
