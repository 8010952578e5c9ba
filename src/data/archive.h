/*
 * A table's bytes, wherever they lie: in a text file, packed in another, in a folder that holds
 * either, or coming from a pipe.
 */
#ifndef LAC_ARCHIVE_H
#define LAC_ARCHIVE_H

#include "base/base.h"

typedef struct lac_stream lac_stream;

/* Opens the table called `table` ("training"). `path` is the table itself, or a zip, tar, 7z, gz,
 * xz, bz2 or zst file or a folder that holds it: training.csv, or the same packed once more
 * (training.zip), in folders at any depth, or else a single table of any name; or "-", standard
 * input. IO, FORMAT, MEMORY. */
lac_status lac_stream_open(lac_context *ctx, const char *path, const char *table,
                           lac_stream **out);
void lac_stream_close(lac_stream **stream);

/* Whether an archive holds a table of this name; 0 for what is none, or cannot be read. MEMORY. */
lac_status lac_stream_holds(lac_context *ctx, const char *path, const char *table, int *is_there);

/* Whether the archive in the file `path` has an entry called `name`, in whatever folder. IO,
 * FORMAT, MEMORY. */
lac_status lac_archive_holds(lac_context *ctx, const char *path, const char *name, int *is_there);

/* Reads up to `size` bytes into `buffer`; *count is 0 only at the end of the table. IO,
 * FORMAT. */
lac_status lac_stream_read(lac_stream *stream, char *buffer, size_t size, size_t *count);

/* Estimates the bytes of the whole table; 0 when nothing is known. */
size_t lac_stream_size(const lac_stream *stream);

/* The file that was opened: the table, or the archive that holds it; "-" for standard input. */
const char *lac_stream_path(const lac_stream *stream);

/* The name that messages give the table: "kaggle/training.zip/training.csv". */
const char *lac_stream_name(const lac_stream *stream);

/* ---- What the first bytes say. magic.c ----------------------------------------------------- */

typedef enum lac_packing {
    LAC_PACKING_NONE = 0, /* a text, as far as one can see */
    LAC_PACKING_ZIP,
    LAC_PACKING_7Z,
    LAC_PACKING_TAR,
    LAC_PACKING_GZ,
    LAC_PACKING_FILTER /* xz, bz2, zst */
} lac_packing;

enum { LAC_MAGIC = 512 }; /* first bytes that are enough for it */

typedef struct lac_magic {
    lac_packing packing;
    const char *what;   /* "a zip file"; NULL of a text */
    const char *advice; /* of what is neither table nor packed: what to do with it; else NULL */
} lac_magic;

lac_magic lac_magic_of(const char *bytes, size_t size);

/* ---- Finding a table among files. find.c --------------------------------------------------- */

/* How well a file's path answers to a table's name, 0 not at all. From LAC_RANK_NAMED up it is
 * called so; below it is any table, an archive or a text, which counts only where it is the only
 * one. */
enum { LAC_RANK_TEXT = 1, LAC_RANK_PACKED = 2, LAC_RANK_TABLE = 3, LAC_RANK_NAMED = 4,
       LAC_RANK_BEST = 7 };
int lac_table_rank(const char *path, const char *table);

/* The file to open: `path` itself, or the table in it when it is a folder; freed by free(). IO,
 * MEMORY. */
lac_status lac_table_file(lac_context *ctx, const char *path, const char *table, char **out);

#endif
