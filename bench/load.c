/*
 * Times lac_data_open(): load PATH training|test TIMES. Prints one JSON object: the
 * seconds of every reading, and what was read.
 */
#include <lacuna.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    int times = argc == 4 ? (int)strtol(argv[3], NULL, 10) : 0;
    if (times < 1 || (strcmp(argv[2], "training") != 0 && strcmp(argv[2], "test") != 0)) {
        fprintf(stderr, "usage: load PATH training|test TIMES\n");
        return 2;
    }
    lac_table table = strcmp(argv[2], "test") == 0 ? LAC_TABLE_TEST : LAC_TABLE_TRAINING;
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    int rows = 0, size = 0;
    lac_status status = lac_context_new(NULL, &ctx);

    printf("{\"seconds\": [");
    for (int i = 0; i < times && status == LAC_OK; i++) {
        double started = seconds_now();
        status = lac_data_open(ctx, argv[1], table, &data);
        printf("%s%.6f", i ? ", " : "", seconds_now() - started);
        if (status == LAC_OK) {
            rows = lac_data_rows(data);
            size = lac_data_size(data);
        }
        lac_data_free(&data);
    }
    printf("], \"rows\": %d, \"size\": %d}\n", rows, size);
    if (status != LAC_OK)
        fprintf(stderr, "load: %s\n", lac_context_message(ctx));
    lac_context_free(&ctx);
    return status == LAC_OK ? 0 : 1;
}
