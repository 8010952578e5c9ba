/*
 * What tests of data share: a context, a folder to put tables into, tables opened.
 */
#ifndef LAC_TEST_TABLES_H
#define LAC_TEST_TABLES_H

#include "data/data.h"
#include "support.h"

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
} fixture;

/* For cmocka_unit_test_setup_teardown: *state is a fixture of the test's own. */
int setup(void **state);
int teardown(void **state);

/* How the message of a label that is no number goes on. */
#define NO_GAP ", nor a gap: empty, NaN, NA, N/A, None, null or -"

test_path put(const fixture *f, const char *name, const char *text);
lac_data *open_table(const fixture *f, const char *path, lac_table table);

#endif
