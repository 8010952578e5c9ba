/*
 * gz files by zlib. libarchive unpacks them too, but passes over the checksum and the length at the
 * end, so that a wrong digit in a label would be learned. A file may be several gz files in a row,
 * as parallel packers write; what stands behind them is no part of it.
 */
#include "data/gunzip.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 1 << 16 };

struct lac_gunzip {
    FILE *file;
    z_stream z;
    int is_done; /* 1 behind the last of its files */
    unsigned char packed[PIECE], plain[PIECE];
};

lac_status lac_gunzip_new(lac_context *ctx, FILE *file, lac_gunzip **out)
{
    enum { GZIP_ALONE = 16 + MAX_WBITS };
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status == LAC_OK && inflateInit2(&(*out)->z, GZIP_ALONE) != Z_OK) {
        free(*out);
        *out = NULL;
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory for a gz file");
    }
    if (status == LAC_OK)
        (*out)->file = file;
    else
        fclose(file);
    return status;
}

void lac_gunzip_free(lac_gunzip **gunzip)
{
    if (!*gunzip)
        return;
    inflateEnd(&(*gunzip)->z);
    fclose((*gunzip)->file);
    free(*gunzip);
    *gunzip = NULL;
}

/* Whether there are packed bytes, after reading on where there are none left. */
static int has_more(lac_gunzip *g)
{
    if (g->z.avail_in == 0) {
        g->z.next_in = g->packed;
        g->z.avail_in = (uInt)fread(g->packed, 1, PIECE, g->file);
    }
    return g->z.avail_in > 0;
}

/* Goes on to the next file in the row, if there is one. */
static void end_file(lac_gunzip *g)
{
    g->is_done = !has_more(g) || *g->z.next_in != 0x1f || inflateReset(&g->z) != Z_OK;
}

static la_ssize_t fail(struct archive *a, int number, const char *why)
{
    archive_set_error(a, number, "%s", why);
    return ARCHIVE_FATAL;
}

/* An archive_read_callback. */
static la_ssize_t unpack(struct archive *a, void *user, const void **out)
{
    lac_gunzip *g = user;
    *out = g->z.next_out = g->plain;
    g->z.avail_out = PIECE;
    while (g->z.avail_out == PIECE && !g->is_done) {
        if (!has_more(g))
            return fail(a, EIO, ferror(g->file) ? "cannot read" : "it is cut short");
        int code = inflate(&g->z, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR)
            return fail(a, ENOMEM, "out of memory");
        if (code == Z_STREAM_END)
            end_file(g);
        else if (code != Z_OK)
            return fail(a, EINVAL, g->z.msg ? g->z.msg : "invalid data");
    }
    return PIECE - g->z.avail_out;
}

int lac_gunzip_feed(lac_gunzip *g, struct archive *archive)
{
    return archive_read_open(archive, g, NULL, unpack, NULL);
}

int lac_gunzip_pass(lac_gunzip *g, struct archive *archive)
{
    const void *piece;
    la_ssize_t got;
    while ((got = unpack(archive, g, &piece)) > 0)
        ;
    return (int)got;
}
