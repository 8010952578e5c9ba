/* A gz file unpacked for libarchive, checksum and length compared. */
#ifndef LAC_GUNZIP_H
#define LAC_GUNZIP_H

#include "base/base.h"

#include <archive.h>

typedef struct lac_gunzip lac_gunzip;

/* Unpacks what is read from `file`, which is closed with it, or also where this fails. MEMORY. */
lac_status lac_gunzip_new(lac_context *ctx, FILE *file, lac_gunzip **out);
void lac_gunzip_free(lac_gunzip **gunzip);

/* Opens the archive on the unpacked bytes; a libarchive code. The archive closes before `gunzip`
 * is freed. */
int lac_gunzip_feed(lac_gunzip *gunzip, struct archive *archive);

/* Passes over what the archive has not read; a libarchive code. */
int lac_gunzip_pass(lac_gunzip *gunzip, struct archive *archive);

#endif
