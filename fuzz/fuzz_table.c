/*
 * Fuzzing the reader of tables and, behind the same door, that of zips: whatever the
 * bytes are, reading ends with a data set or with a message that is one line. A byte
 * in front chooses training table, test table, any or lookup table, and how gaps are read.
 * script/fuzz builds and runs it.
 */
#define _GNU_SOURCE /* memfd_create */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_message(const lac_context *ctx)
{
    const char *message = lac_context_message(ctx);
    require(message[0] != 0 && !strchr(message, '\n'));
}

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
    if (status != LAC_OK)
        check_message(ctx);
    else if (data)
        check_data(data);
    lac_data_free(&data);
    lac_lookup_free(&lookup);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static lac_context *ctx;
    const lac_context_config config = {.threads = 2};
    if (size == 0)
        return 0;
    if (!ctx)
        require(lac_context_new(&config, &ctx) == LAC_OK);
    int file = memfd_create("table", 0);
    require(file >= 0 && write(file, bytes + 1, size - 1) == (ssize_t)size - 1);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    read_table(ctx, path, bytes[0]);
    close(file);
    return 0;
}
