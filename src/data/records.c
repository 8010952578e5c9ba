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
    long row; /* of the first line */
} chunk;

/* A window cut into chunks. What is left in the window is the beginning of a line. */
typedef struct batch {
    lac_window *window;
    chunk chunk[CHUNKS];
    int chunks;
    long last;         /* row of the last line in the chunks */
    lac_status status; /* not LAC_OK when filling or cutting failed behind the chunks */
} batch;

typedef struct reader {
    lac_context ctx; /* a copy of the context, which takes this thread's message */
    lac_csv csv;     /* a copy of the reader, with cells of its own */
    lac_status status;
} reader;

typedef struct reading {
    lac_csv *csv;
    const lac_csv_taker *taker;
    batch batch[2];
    batch *now;  /* whose chunks are read */
    batch *next; /* filled at the same time; NULL at the end of the file */
    int readers;
    reader *reader;
} reading;

/* Cuts the window's whole lines into chunks. A new chunk begins only when the one before is
 * larger than 1/CHUNKS of the window, so there are never more than CHUNKS. */
static lac_status cut(lac_csv *csv, batch *b)
{
    lac_window *w = b->window;
    chunk *c = NULL;
    for (;;) {
        char *line = w->bytes + w->start;
        size_t left = w->end - w->start;
        size_t length;
        char *newline = lac_csv_record_end(csv, line, left);
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

/* Moves the beginning of a line that is left in `from` to the front of `to`. */
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

/* Fills the batch that follows `before`. It gets at least one line, unless the file ends. */
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
        char *newline = lac_csv_record_end(&r->csv, line, (size_t)(end - line));
        char *next = newline ? newline + 1 : end;
        LAC_TRY(lac_csv_count_line(&r->csv, line, (size_t)(next - line), &length));
        LAC_TRY(lac_csv_split(&r->csv, line, length));
        LAC_TRY(taker->take(taker->arg, &r->csv));
        line = next;
    }
    return LAC_OK;
}

/* Item 0 fills the next window, if there is one; every other item is a chunk. A reader that
 * has failed reads no more: items are handed out in order, so the chunks that it would still
 * get lie behind the row that failed. */
static void work(void *arg, int item, int thread)
{
    reading *r = arg;
    reader *me = &r->reader[thread];
    if (r->next && item == 0)
        r->next->status = fill(r->csv, r->now, r->next);
    else if (me->status == LAC_OK)
        me->status = take_chunk(me, &r->now->chunk[item - (r->next != NULL)], r->taker);
}

/* Of all readers' failures, that of the lowest row. */
static lac_status outcome(const reading *r)
{
    const reader *first = NULL;
    for (int i = 0; i < r->readers; i++)
        if (r->reader[i].status != LAC_OK && (!first || r->reader[i].csv.row < first->csv.row))
            first = &r->reader[i];
    return first ? lac_fail(r->csv->ctx, first->status, "%s", first->ctx.message) : LAC_OK;
}

/* Reads batch after batch. When filling a batch has failed, that is reported only after all
 * rows in front of the failure are read, since one of those may be wrong too. */
static lac_status read_batches(reading *r)
{
    r->now = &r->batch[0]; /* its window already holds what followed the records read so far */
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
        new->csv.room = csv->columns + 1; /* one more, to notice lines with too many cells */
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
