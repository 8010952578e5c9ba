/* lacuna bench --methods: what it prints. */
#include "cli.h"

static const char *const passes[] = {"forward", "input", "weights"};

/* By one thread (side 0) or all. */
static void print_method(const lac_bench_methods_result *r, const lac_bench_conv *c,
                         const lac_bench_method *m, int side, int threads)
{
    printf("%s %-16s %7d", m->is_taken && side == 0 ? "*" : " ", side ? "" : m->name,
           side ? threads : 1);
    for (int pass = 0; pass < 3; pass++) {
        double seconds = m->seconds[side][pass];
        double flop = c->flop * (side ? threads : 1);
        if (seconds > 0)
            printf(" %9.3f %4.0f %%", 1e3 * seconds,
                   100 * flop / seconds / r->peak_flop_per_second[side]);
        else
            printf(" %9s %6s", "-", "-");
    }
    printf("\n");
}

static void print_conv(const lac_bench_methods_result *r, const lac_bench_conv *c, int threads)
{
    printf("\n%s", c->name);
    if (c->operators > 1)
        printf(" and %d more like it", c->operators - 1);
    printf(": %dx%d", c->k, c->k);
    if (c->stride > 1)
        printf(" /%d", c->stride);
    printf(", %dx%dx%d to %dx%dx%d", c->size[0], c->size[0], c->channels[0], c->size[1], c->size[1],
           c->channels[1]);
    if (c->methods == 0) {
        printf(", by a kernel of its own\n");
        return;
    }
    printf(", chunks of %d\n  %-16s %7s", c->chunk, "method", "threads");
    for (int pass = 0; pass < 3; pass++)
        printf(" %9s %6s", passes[pass], "peak");
    printf("\n");
    for (int i = 0; i < c->methods; i++)
        for (int side = 0; side < (threads > 1 ? 2 : 1); side++)
            print_method(r, c, &c->method[i], side, threads);
}

void methods_print(const lac_bench_methods_result *r, int threads)
{
    printf("multiply-add peak  %10.1f GFLOP/s, one thread\n", 1e-9 * r->peak_flop_per_second[0]);
    printf("                   %10.1f GFLOP/s, all threads\n", 1e-9 * r->peak_flop_per_second[1]);
    printf("milliseconds of a chunk; input, weights: the passes that make their gradients\n");
    printf("* the method that the table takes\n");
    for (int i = 0; i < r->convs; i++)
        print_conv(r, &r->conv[i], threads);
    printf("\nrows for src/kernel/choice.c, where there is a choice\n");
    for (int i = 0; i < r->convs; i++)
        if (r->conv[i].row[0])
            printf("    %s\n", r->conv[i].row);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static cJSON *method_json(const lac_bench_method *m)
{
    static const char *const sides[] = {"one_thread_seconds", "all_threads_seconds"};
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "name", m->name);
    cJSON_AddBoolToObject(item, "taken", m->is_taken);
    for (int side = 0; side < 2; side++) {
        cJSON *seconds = cJSON_AddObjectToObject(item, sides[side]);
        for (int pass = 0; pass < 3; pass++)
            if (m->seconds[side][pass] > 0)
                cJSON_AddNumberToObject(seconds, passes[pass], m->seconds[side][pass]);
    }
    return item;
}

static cJSON *conv_json(const lac_bench_conv *c)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "name", c->name);
    cJSON_AddNumberToObject(item, "operators", c->operators);
    cJSON_AddNumberToObject(item, "kernel", c->k);
    cJSON_AddNumberToObject(item, "stride", c->stride);
    cJSON_AddItemToObject(item, "channels", cJSON_CreateIntArray(c->channels, 2));
    cJSON_AddItemToObject(item, "size", cJSON_CreateIntArray(c->size, 2));
    cJSON_AddNumberToObject(item, "chunk", c->chunk);
    cJSON_AddNumberToObject(item, "flop", c->flop);
    cJSON *methods = cJSON_AddArrayToObject(item, "methods");
    for (int i = 0; i < c->methods; i++)
        cJSON_AddItemToArray(methods, method_json(&c->method[i]));
    if (c->row[0])
        cJSON_AddStringToObject(item, "row", c->row);
    return item;
}

void methods_json(cJSON *root, const lac_bench_methods_result *r)
{
    cJSON_AddItemToObject(root, "peak_flop_per_second",
                          cJSON_CreateDoubleArray(r->peak_flop_per_second, 2));
    cJSON *list = cJSON_AddArrayToObject(root, "convolutions");
    for (int i = 0; i < r->convs; i++)
        cJSON_AddItemToArray(list, conv_json(&r->conv[i]));
    json_print(root);
}
