/* A folder to put tables into, and a context that opens them. */
#include "tables.h"

int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_AUTO, 2);
    folder_new(&f->folder);
    *state = f;
    return 0;
}

int teardown(void **state)
{
    fixture *f = *state;
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

test_path put(const fixture *f, const char *name, const char *text)
{
    test_path path = path_in(&f->folder, name);
    file_put(path.text, text, strlen(text));
    return path;
}

lac_data *open_table(const fixture *f, const char *path, lac_table table)
{
    lac_data *data;
    assert_ok(f->ctx, lac_data_open(f->ctx, path, table, &data));
    return data;
}
