/*
 * All records of a table on all threads. While the records of one window are taken, one
 * thread fills the other (it reads or inflates) and cuts it into chunks of whole lines:
 *
 *     window 0    fill | take | fill | take
 *     window 1         | fill | take | fill ...
 *
 * Lines are counted where they are cut, one window after the other, so that a chunk knows
 * its rows and threads change nothing but the time. Every thread reads with a copy of the
 * reader, which has cells and a message of its own.
 */
#include "data/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNKS = 32 }; /* of a window, at most */

typedef struct chunk {
    char *text; /* whole lines, none of them empty */
    size_t size;
    long row; /* of the first */
} chunk;

/* A window cut into chunks: what it has still left is the beginning of a line. */
typedef struct batch {
    lac_window *window;
    chunk chunk[CHUNKS];
    int chunks;
    long last;         /* row so far */
    lac_status status; /* of what comes behind the chunks */
} batch;

typedef struct reader {
    lac_context ctx; /* a copy, for messages */
    lac_csv csv;     /* a copy with other cells */
    lac_status status;
} reader;

typedef struct reading {
    lac_csv *csv;
    const lac_csv_taker *taker;
    batch batch[2];
    batch *now;
    batch *next; /* to be filled meanwhile, or NULL */
    int readers;
    reader *reader;
} reading;

/* Closed chunks are larger than a 32nd of the window, so that there is room for all. */
static lac_status cut(lac_csv *csv, batch *b)
{
    lac_window *w = b->window;
    chunk *c = NULL;
    for (;;) {
        char *line = w->bytes + w->start;
        size_t left = w->end - w->start;
        size_t length;
        char *newline = memchr(line, '\n', left);
        if (!newline && (left == 0 || !w->ended))
            return LAC_OK;
        size_t size = newline ? (size_t)(newline + 1 - line) : left;
        LAC_TRY(lac_csv_count_line(csv, line, size, &length));
        w->start += size;
        if (length == 0)
            continue;
        if (!c || c->size > w->capacity / CHUNKS) {
            assert(b->chunks < CHUNKS);
            c = &b->chunk[b->chunks++];
            *c = (chunk){.text = line, .row = csv->row};
        }
        c->size += size;
        b->last = csv->row;
    }
}

/* Takes over what `from` has left. */
static lac_status take_over(lac_csv *csv, const lac_window *from, lac_window *to)
{
    size_t left = from->end - from->start;
    if (to->capacity < from->capacity) {
        free(to->bytes);
        to->capacity = from->capacity;
        LAC_TRY(lac_alloc(csv->ctx, to->capacity + 1, 1, &to->bytes));
    }
    memcpy(to->bytes, from->bytes + from->start, left);
    to->start = 0;
    to->end = left;
    to->ended = from->ended;
    return LAC_OK;
}

/* Makes the batch behind `before`: a line that is not empty at least, if there is one. */
static lac_status fill(lac_csv *csv, const batch *before, batch *b)
{
    b->chunks = 0;
    b->last = before->last;
    LAC_TRY(take_over(csv, before->window, b->window));
    while (b->chunks == 0 && !b->window->ended) {
        LAC_TRY(lac_csv_refill(csv, b->window));
        LAC_TRY(cut(csv, b));
    }
    return LAC_OK;
}

static lac_status take_chunk(reader *r, const chunk *c, const lac_csv_taker *taker)
{
    char *line = c->text;
    char *end = c->text + c->size;
    r->csv.row = c->row - 1;
    while (line < end) {
        size_t length;
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *next = newline ? newline + 1 : end;
        LAC_TRY(lac_csv_count_line(&r->csv, line, (size_t)(next - line), &length));
        LAC_TRY(lac_csv_split(&r->csv, line, length));
        LAC_TRY(taker->take(taker->arg, &r->csv));
        line = next;
    }
    return LAC_OK;
}

/* One item fills the next window, if there is one, the others are chunks. A reader that
 * failed is done: items come in order, so that what it would read stands behind. */
static void work(void *arg, int item, int thread)
{
    reading *r = arg;
    reader *me = &r->reader[thread];
    if (r->next && item == 0)
        r->next->status = fill(r->csv, r->now, r->next);
    else if (me->status == LAC_OK)
        me->status = take_chunk(me, &r->now->chunk[item - (r->next != NULL)], r->taker);
}

/* What the readers came to: the failure in the first row, if any. */
static lac_status outcome(const reading *r)
{
    const reader *first = NULL;
    for (int i = 0; i < r->readers; i++)
        if (r->reader[i].status != LAC_OK && (!first || r->reader[i].csv.row < first->csv.row))
            first = &r->reader[i];
    return first ? lac_fail(r->csv->ctx, first->status, "%s", first->ctx.message) : LAC_OK;
}

/* Batch after batch; a failure to fill one is reported when all in front of it is taken. */
static lac_status read_batches(reading *r)
{
    r->now = &r->batch[0]; /* what came with the records before */
    r->now->status = cut(r->csv, r->now);
    for (;;) {
        int ended = r->now->status != LAC_OK || r->now->window->ended;
        r->next = ended ? NULL : &r->batch[r->now == &r->batch[0]];
        LAC_TRY(r->taker->reserve(r->taker->arg, r->now->last));
        lac_parallel(r->csv->ctx, r->now->chunks + !ended, work, r);
        LAC_TRY(outcome(r));
        if (ended)
            return r->now->status;
        r->now = r->next;
    }
}

static lac_status make_readers(reading *r)
{
    lac_csv *csv = r->csv;
    r->readers = lac_context_threads(csv->ctx);
    LAC_TRY(lac_alloc(csv->ctx, r->readers, sizeof *r->reader, &r->reader));
    for (int i = 0; i < r->readers; i++) {
        reader *new = &r->reader[i];
        new->ctx = *csv->ctx;
        new->csv = *csv;
        new->csv.ctx = &new->ctx;
        new->csv.room = csv->columns + 1; /* a cell for those that are too many */
        LAC_TRY(lac_alloc(csv->ctx, new->csv.room, sizeof *csv->cell, &new->csv.cell));
    }
    return LAC_OK;
}

lac_status lac_csv_each(lac_csv *csv, const lac_csv_taker *taker)
{
    lac_window second = {0};
    reading r = {.csv = csv, .taker = taker};
    r.batch[0] = (batch){.window = &csv->window, .last = csv->row};
    r.batch[1] = (batch){.window = &second};
    lac_status status = make_readers(&r);
    if (status == LAC_OK)
        status = read_batches(&r);
    for (int i = 0; r.reader && i < r.readers; i++)
        free(r.reader[i].csv.cell);
    free(r.reader);
    free(second.bytes);
    return status;
}
