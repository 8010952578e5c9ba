/*
 * Fuzzing the reader of tables and, behind the same door, that of zips: whatever the
 * bytes are, reading ends with a data set or with a message that is one line. A byte
 * in front chooses training table, test table, any or lookup table, and how gaps are read.
 * script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "data/data.h"

/* What every data set promises: labels inside the picture where there are any, else 0. */
static void check_data(const lac_data *data)
{
    int width = 2 * lac_data_points(data);
    require(lac_data_rows(data) > 0 && lac_data_size(data) > 0);
    for (int r = 0; r < lac_data_rows(data); r++) {
        const float *labels = lac_data_labels(data, r);
        const uint8_t *mask = lac_data_mask(data, r);
        for (int i = 0; i < width; i++)
            require(mask[i] ? labels[i] >= 0 && labels[i] <= (float)lac_data_size(data)
                            : labels[i] == 0);
        require(lac_data_row_source(data, r) >= 0);
        require(lac_data_row_source(data, r) < lac_data_sources(data));
    }
    for (int p = 0; p < lac_data_points(data); p++)
        require(lac_data_mirror_point(data, lac_data_mirror_point(data, p)) == p);
}

static void read_table(lac_context *ctx, const char *path, unsigned how)
{
    enum { KINDS = 3 };
    lac_data *data = NULL;
    lac_lookup *lookup = NULL;
    lac_train_config config = lac_train_config_default();
    unsigned kind = how % (KINDS + 1);
    if (how & 64)
        lac_train_set(NULL, &config, "outside", "missing");
    if (how & 128)
        lac_train_set(NULL, &config, "missing", "-1 0,0");
    lac_status status = kind < KINDS
                            ? lac_data_open_as(ctx, path, (lac_table)kind, &config, &data)
                            : lac_lookup_open(ctx, path, &lookup);
    if (check(ctx, status) && data)
        check_data(data);
    lac_data_free(&data);
    lac_lookup_free(&lookup);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    fuzz_file file = file_of(bytes + 1, size - 1);
    read_table(the_context(2), file.path, bytes[0]);
    close(file.handle);
    return 0;
}
