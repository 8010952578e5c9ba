/*
 * What tests of whole rooms share: contexts at a level, a folder of one's own, files as
 * bytes. Nothing here fails quietly: a broken helper fails its test.
 */
#ifndef LAC_TEST_SUPPORT_H
#define LAC_TEST_SUPPORT_H

#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A context of exactly this level, or NULL when the machine does not have it. */
lac_context *context_at(lac_cpu cpu, int threads);

/* Checks the status; on a difference fails with the context's message. */
#define assert_status(ctx, call, wanted) \
    check_status(ctx, call, wanted, #call, __FILE__, __LINE__)
#define assert_ok(ctx, call) assert_status(ctx, call, LAC_OK)
void check_status(const lac_context *ctx, lac_status got, lac_status wanted, const char *call,
                  const char *file, int line);

/* The last message must contain `part`. */
void assert_message(const lac_context *ctx, const char *part);

/* An empty folder under the system's folder for such things. */
typedef struct test_folder {
    char path[256];
} test_folder;

void folder_new(test_folder *f);
void folder_free(test_folder *f); /* with all that is in it */

void tree_remove(const char *path); /* a folder with all that is in it */

/* "folder/name", in a buffer of its own that folder_free leaves alone. */
typedef struct test_path {
    char text[384];
} test_path;
test_path path_in(const test_folder *f, const char *name);

/* A whole file, NUL behind it, freed by free(); fails the test when it cannot be read. */
char *file_bytes(const char *path, size_t *size);
void file_put(const char *path, const void *bytes, size_t size);

/* How many entries a folder has. */
int file_count(const char *folder);

/* From here on writing a file beyond so many bytes fails, as on a full disk; 0: no more. */
void files_at_most(size_t bytes);

/* A folder's table without its columns of time, `first` to `last` (from 1); freed by free(). */
char *timeless(const char *folder, const char *name, int first, int last);

/* A zip of entries: name, text, name, text, ..., NULL. */
void zip_put(const char *path, const char *const *entries);

#endif
