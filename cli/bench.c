/*
 * lacuna bench: the speed of training and prediction beside the processor's peak.
 */
#include "cli.h"

typedef struct bench_options {
    settings_base base;
    lac_train_config config;
    int size, points, steps, json;
    machine_options machine;
} bench_options;

static void print_head(const bench_options *o, const lac_context *ctx)
{
    char precision[LAC_SETTING];
    int threads = lac_context_threads(ctx);
    printf("%s, batch %d of %dx%d pictures, %d steps, %d thread%s, %s, %s\n\n", o->config.model,
           o->config.batch, o->size, o->size, o->steps, threads, threads == 1 ? "" : "s",
           lac_cpu_name(lac_context_cpu(ctx)), setting_text(&o->config, "precision", precision));
    fflush(stdout);
}

static void print_table(const lac_bench_result *r)
{
    printf("training step      %10.2f ms\n", 1e3 * r->step_seconds);
    printf("training           %10.0f images/s\n", r->images_per_second);
    printf("work of a step     %10.2f GFLOP\n", 1e-9 * r->flop);
    printf("speed              %10.1f GFLOP/s\n", 1e-9 * r->flop_per_second);
    printf("multiply-add peak  %10.1f GFLOP/s, all threads, measured in between\n",
           1e-9 * r->peak_flop_per_second);
    printf("fraction of peak   %10.1f %%\n", 100 * r->fraction);
    printf("prediction, one    %10.2f ms a picture\n", 1e3 * r->predict_seconds);
    printf("prediction, batch  %10.0f images/s\n", r->predict_images_per_second);
}

/* Milliseconds and the share of peak of either pass, the batch's making, and what is left of the
 * step, which is the loss and Adam. */
static void print_operators(const lac_bench_result *r)
{
    double rest = r->step_seconds - r->batch_seconds;
    printf("\n%-18s %10s %7s %13s %7s\n", "operator", "forward", "of peak", "backward", "of peak");
    for (int i = 0; i < r->operators; i++) {
        const lac_bench_operator *op = &r->op[i];
        double share[2];
        for (int part = 0; part < 2; part++) {
            share[part] = 100 * op->flop[part] / op->seconds[part] / r->peak_flop_per_second;
            rest -= op->seconds[part];
        }
        printf("%-18s %7.2f ms %5.0f %% %10.2f ms %5.0f %%\n", op->name, 1e3 * op->seconds[0],
               share[0], 1e3 * op->seconds[1], share[1]);
    }
    printf("%-18s %7.2f ms %5.1f %% of the step\n", "batch", 1e3 * r->batch_seconds,
           100 * r->batch_seconds / r->step_seconds);
    printf("%-18s %7.2f ms\n", "loss, Adam", 1e3 * rest);
}

static void add_operators(cJSON *root, const lac_bench_result *r)
{
    cJSON *list = cJSON_AddArrayToObject(root, "operators");
    for (int i = 0; i < r->operators; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", r->op[i].name);
        cJSON_AddNumberToObject(item, "forward_seconds", r->op[i].seconds[0]);
        cJSON_AddNumberToObject(item, "backward_seconds", r->op[i].seconds[1]);
        cJSON_AddNumberToObject(item, "forward_flop", r->op[i].flop[0]);
        cJSON_AddNumberToObject(item, "backward_flop", r->op[i].flop[1]);
        cJSON_AddItemToArray(list, item);
    }
}

static void print_json(const bench_options *o, const lac_context *ctx, const lac_bench_result *r)
{
    char precision[LAC_SETTING];
    cJSON *root = json_new();
    cJSON_AddStringToObject(root, "model", o->config.model);
    cJSON_AddNumberToObject(root, "batch", o->config.batch);
    cJSON_AddNumberToObject(root, "size", o->size);
    cJSON_AddNumberToObject(root, "points", o->points);
    cJSON_AddNumberToObject(root, "steps", o->steps);
    cJSON_AddNumberToObject(root, "threads", lac_context_threads(ctx));
    cJSON_AddStringToObject(root, "cpu", lac_cpu_name(lac_context_cpu(ctx)));
    cJSON_AddStringToObject(root, "precision", setting_text(&o->config, "precision", precision));
    cJSON_AddNumberToObject(root, "step_seconds", r->step_seconds);
    cJSON_AddNumberToObject(root, "batch_seconds", r->batch_seconds);
    cJSON_AddNumberToObject(root, "images_per_second", r->images_per_second);
    cJSON_AddNumberToObject(root, "flop", r->flop);
    cJSON_AddNumberToObject(root, "flop_per_second", r->flop_per_second);
    cJSON_AddNumberToObject(root, "peak_flop_per_second", r->peak_flop_per_second);
    cJSON_AddNumberToObject(root, "fraction", r->fraction);
    cJSON_AddNumberToObject(root, "predict_seconds", r->predict_seconds);
    cJSON_AddNumberToObject(root, "predict_images_per_second", r->predict_images_per_second);
    add_operators(root, r);
    json_print(root);
}

static int bench(bench_options *o)
{
    lac_context *ctx = NULL;
    lac_bench_result *result = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK && !o->json)
        print_head(o, ctx);
    if (status == LAC_OK)
        status = lac_bench(ctx, &o->config, o->size, o->points, o->steps, &result);
    if (status == LAC_OK && o->json) {
        print_json(o, ctx, result);
    } else if (status == LAC_OK) {
        print_table(result);
        print_operators(result);
    }
    int code = report(ctx, status);
    lac_bench_result_free(&result);
    lac_context_free(&ctx);
    return code;
}

static int is_offered(const lac_field *f)
{
    return setting_is(f, "model precision batch " AUGMENTATION);
}

int verb_bench(int argc, char **argv)
{
    bench_options o = {.size = 96, .points = 15, .steps = 20};
    o.base = base_usual("paper", &o.config);
    option settings[MOST_SETTINGS];
    option options[] = {
        BASE_OPTIONS(o.base),
        SETTINGS(settings, setting_options(&o.config, is_offered, settings)),
        {.type = OPTION_INT, .name = "size", .value = &o.size, .unit = "N",
         .about = "side of the pictures, pixels", .min = 1, .max = 4096},
        {.type = OPTION_INT, .name = "points", .value = &o.points, .unit = "K",
         .about = "points to learn", .min = 1, .max = 10000},
        {.type = OPTION_INT, .name = "steps", .value = &o.steps, .unit = "N",
         .about = "training steps to time; the median counts", .min = 1, .max = 1000000},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON, in seconds, FLOP and FLOP/s"},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "bench",
        .usage = "lacuna bench [options]",
        .about = "Times training steps (batch making and Adam included) and prediction on drawn "
                 "pictures, and in the same run the multiply-add peak of the processor, which "
                 "is what the step's speed is a fraction of; then every operator's share of the "
                 "step. FLOP count a multiply-add as two, convolutions as direct ones.",
        .examples = "  lacuna bench\n"
                    "  lacuna bench --preset first\n"
                    "  lacuna bench --model cnn --batch 64 --threads 1 --json",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = base_take(&c, &o.base, &o.machine, &o.config);
    return code == CODE_GO_ON ? bench(&o) : code;
}
