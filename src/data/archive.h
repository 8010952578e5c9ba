/*
 * A table's bytes, wherever they lie: in a CSV file, inside a zip, or in a folder
 * that holds one of the two.
 */
#ifndef LAC_ARCHIVE_H
#define LAC_ARCHIVE_H

#include "base/base.h"

typedef struct lac_stream lac_stream;

/* Opens the table called `table` ("training"). A folder holds training.csv or
 * training.zip, the first taken first; a zip holds an entry training.csv, or else a
 * single CSV of any name; any other file is the table itself. IO, FORMAT, MEMORY. */
lac_status lac_stream_open(lac_context *ctx, const char *path, const char *table,
                           lac_stream **out);
void lac_stream_close(lac_stream **stream);

/* Reads up to `size` bytes into `buffer`; *count is 0 only at the end of the table. IO,
 * FORMAT. */
lac_status lac_stream_read(lac_stream *stream, char *buffer, size_t size, size_t *count);

/* Estimates the bytes of the whole table; 0 when nothing is known. */
size_t lac_stream_size(const lac_stream *stream);

/* The name that messages give the table: "kaggle/training.zip/training.csv". */
const char *lac_stream_name(const lac_stream *stream);

#endif
