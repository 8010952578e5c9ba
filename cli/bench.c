/*
 * lacuna bench: the speed of training and prediction beside what the machine can do. Methods of
 * convolving are in bench_methods.c.
 */
#include "cli.h"
#include "ranks.h"

#include <math.h>

typedef struct bench_options {
    settings_base base;
    lac_train_config config;
    int size, points, steps, methods, predict, json;
    machine_options machine;
} bench_options;

static void print_head(const bench_options *o, const lac_context *ctx)
{
    char precision[LAC_SETTING];
    int threads = lac_context_threads(ctx);
    printf("%s, batch %d of %dx%d pictures, %d %s%s,", o->config.model, o->config.batch, o->size,
           o->size, o->steps, o->methods ? "round" : "step", o->steps == 1 ? "" : "s");
    if (o->machine.comm)
        printf("\n%d ranks, each of ", o->machine.comm->size);
    else
        printf(" ");
    printf("%d thread%s, %s, %s\n\n", threads, threads == 1 ? "" : "s",
           lac_cpu_name(lac_context_cpu(ctx)), setting_text(&o->config, "precision", precision));
    fflush(stdout);
}

/* Of a step of rank 0. */
static void print_ranks(const lac_bench_result *r)
{
    double compute = r->step_seconds - r->gather_seconds;
    printf("compute            %10.2f ms of a step of rank 0\n", 1e3 * compute);
    printf("communication      %10.2f ms besides, waits included\n", 1e3 * r->gather_seconds);
    printf("  hidden           %10.2f ms more where it hears nothing while it computes\n",
           1e3 * r->hidden_seconds);
    printf("  heard            %10.2f MB from the others, in %.0f messages of all\n",
           1e-6 * r->gather_bytes, r->gathers);
    printf("  while computing  %10.2f MB of them\n", 1e-6 * r->hidden_bytes);
    printf("efficiency         %10.1f %%, what compute is of the step\n",
           100 * compute / r->step_seconds);
}

static void print_table(const lac_bench_result *r)
{
    printf("training step      %10.2f ms\n", 1e3 * r->step_seconds);
    printf("training           %10.0f images/s\n", r->images_per_second);
    printf("work of a step     %10.2f GFLOP\n", 1e-9 * r->flop);
    printf("speed              %10.1f GFLOP/s\n", 1e-9 * r->flop_per_second);
    printf("multiply-add peak  %10.1f GFLOP/s, all threads, measured in between\n",
           1e-9 * r->peak_flop_per_second);
    printf("memory             %10.1f GB/s, all threads, measured before and behind\n",
           1e-9 * r->memory_bytes_per_second);
    printf("fraction of peak   %10.1f %%\n", 100 * r->fraction);
    printf("prediction, one    %10.2f ms a picture\n", 1e3 * r->predict_seconds);
    printf("prediction, batch  %10.0f images/s\n", r->predict_images_per_second);
    if (r->ranks == 1)
        return;
    print_ranks(r);
}

/* One pass of an operator, its share of the peak, if it has any FLOP, and of the memory's
 * bandwidth; the larger one tells what limits it. */
static void print_pass(const lac_bench_result *r, const lac_bench_operator *op, int part)
{
    double peak = op->flop[part] / op->seconds[part] / r->peak_flop_per_second;
    double memory = op->bytes[part] / op->seconds[part] / r->memory_bytes_per_second;
    char share[24];
    number_text(peak > 0 ? 100 * peak : NAN, 0, share);
    printf("%-15s %-15s %-8s %8.2f %4s %c %7.1f %4.0f %%  %s\n", part ? "" : op->name,
           part ? "" : op->method, part ? "backward" : "forward", 1e3 * op->seconds[part], share,
           peak > 0 ? '%' : ' ', 1e-6 * op->bytes[part], 100 * memory,
           peak > memory ? "compute" : "memory");
}

/* All operators, the batch's making, and what is left of the step, which is the loss and Adam. */
static void print_operators(const lac_bench_result *r)
{
    double rest = r->step_seconds - r->batch_seconds;
    printf("\n%-15s %-15s %-8s %8s %6s %7s %6s  %s\n", "operator", "method", "pass", "ms", "peak",
           "MB", "memory", "limit");
    for (int i = 0; i < r->operators; i++)
        for (int part = 0; part < 2; part++) {
            print_pass(r, &r->op[i], part);
            rest -= r->op[i].seconds[part];
        }
    printf("%-40s %8.2f %6.1f %% of the step\n", "batch", 1e3 * r->batch_seconds,
           100 * r->batch_seconds / r->step_seconds);
    printf("%-40s %8.2f\n", "loss, Adam", 1e3 * rest);
}

static void add_operators(cJSON *root, const lac_bench_result *r)
{
    cJSON *list = cJSON_AddArrayToObject(root, "operators");
    for (int i = 0; i < r->operators; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", r->op[i].name);
        cJSON_AddStringToObject(item, "method", r->op[i].method);
        cJSON_AddNumberToObject(item, "forward_seconds", r->op[i].seconds[0]);
        cJSON_AddNumberToObject(item, "backward_seconds", r->op[i].seconds[1]);
        cJSON_AddNumberToObject(item, "forward_flop", r->op[i].flop[0]);
        cJSON_AddNumberToObject(item, "backward_flop", r->op[i].flop[1]);
        cJSON_AddNumberToObject(item, "forward_bytes", r->op[i].bytes[0]);
        cJSON_AddNumberToObject(item, "backward_bytes", r->op[i].bytes[1]);
        cJSON_AddItemToArray(list, item);
    }
}

/* What was measured, and where. */
static cJSON *json_head(const bench_options *o, const lac_context *ctx)
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
    return root;
}

static void print_json(cJSON *root, const lac_bench_result *r)
{
    cJSON_AddNumberToObject(root, "step_seconds", r->step_seconds);
    cJSON_AddNumberToObject(root, "batch_seconds", r->batch_seconds);
    cJSON_AddNumberToObject(root, "images_per_second", r->images_per_second);
    cJSON_AddNumberToObject(root, "flop", r->flop);
    cJSON_AddNumberToObject(root, "flop_per_second", r->flop_per_second);
    cJSON_AddNumberToObject(root, "peak_flop_per_second", r->peak_flop_per_second);
    cJSON_AddNumberToObject(root, "memory_bytes_per_second", r->memory_bytes_per_second);
    cJSON_AddNumberToObject(root, "fraction", r->fraction);
    cJSON_AddNumberToObject(root, "predict_seconds", r->predict_seconds);
    cJSON_AddNumberToObject(root, "predict_images_per_second", r->predict_images_per_second);
    if (r->ranks > 1) {
        cJSON_AddNumberToObject(root, "ranks", r->ranks);
        cJSON_AddNumberToObject(root, "gather_seconds", r->gather_seconds);
        cJSON_AddNumberToObject(root, "gather_bytes", r->gather_bytes);
        cJSON_AddNumberToObject(root, "gathers", r->gathers);
        cJSON_AddNumberToObject(root, "hidden_seconds", r->hidden_seconds);
        cJSON_AddNumberToObject(root, "hidden_bytes", r->hidden_bytes);
    }
    add_operators(root, r);
    json_print(root);
}

static lac_status bench_steps(const bench_options *o, lac_context *ctx)
{
    lac_bench_result *r;
    lac_status status = lac_bench(ctx, &o->config, o->size, o->points, o->steps, &r);
    if (status == LAC_OK && o->json) {
        print_json(json_head(o, ctx), r);
    } else if (status == LAC_OK) {
        print_table(r);
        print_operators(r);
    }
    lac_bench_result_free(&r);
    return status;
}

static lac_status bench_methods(const bench_options *o, lac_context *ctx)
{
    const lac_bench_methods_config how = {o->size, o->points, o->steps, o->predict};
    lac_bench_methods_result *r;
    lac_status status = lac_bench_methods(ctx, &o->config, &how, &r);
    if (status == LAC_OK && o->json)
        methods_json(json_head(o, ctx), r);
    else if (status == LAC_OK)
        methods_print(r, lac_context_threads(ctx));
    lac_bench_methods_result_free(&r);
    return status;
}

static int bench(bench_options *o)
{
    lac_context *ctx = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    status = ranks_meet(&o->machine, ctx, status);
    if (status == LAC_OK && !o->json)
        print_head(o, ctx);
    if (status == LAC_OK)
        status = o->methods ? bench_methods(o, ctx) : bench_steps(o, ctx);
    int code = report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

static int is_offered(const lac_field *f)
{
    return setting_is(f, "model precision wire batch " AUGMENTATION);
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
         .about = "training steps, or rounds of all methods, to time; the median counts",
         .min = 1, .max = 1000000},
        {.type = OPTION_FLAG, .name = "methods", .value = &o.methods,
         .about = "instead, time every method of convolving on every convolution of the network, "
                  "for a thread alone and for all, each on a chunk of its own"},
        {.type = OPTION_FLAG, .name = "predict", .value = &o.predict,
         .about = "with --methods, convolve as prediction does: forward alone, and at --batch 1 "
                  "on several threads half of the channels at a time"},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON, in seconds, FLOP, bytes and those per second"},
        MACHINE_OPTIONS(o.machine),
        RANKS_OPTION(o.machine),
    };
    const command c = {
        .name = "bench",
        .usage = "lacuna bench [options]",
        .about = "Times training steps (batch making and Adam included) and prediction on drawn "
                 "pictures, and in the same run the multiply-add peak of the processor, which "
                 "is what the step's speed is a fraction of. Then every operator's two passes, "
                 "with their share of that peak, the bytes that they must move at least and what "
                 "that is of the memory's bandwidth, measured in the same run; the larger share "
                 "names what limits the pass.\n"
                 "FLOP count a multiply-add as two, convolutions as direct ones. Bytes count once "
                 "what must be read and written: forward the inputs, the weights and the output; "
                 "backward the output's gradient, what the formulas need of inputs and output, the "
                 "weights, and the gradients of inputs and weights.",
        .examples = "  lacuna bench\n"
                    "  lacuna bench --preset first\n"
                    "  lacuna bench --model cnn --batch 64 --threads 1 --json\n"
                    "  lacuna bench --methods --preset fast --precision bf16\n"
                    "  lacuna bench --methods --predict --preset fast --batch 1\n"
                    "  mpirun -n 2 lacuna bench --threads 1",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON && o.predict && !o.methods)
        return options_misuse(&c, "--predict says how --methods convolves: give that too");
    if (code == CODE_GO_ON)
        code = base_take(&c, &o.base, &o.machine, &o.config);
    if (code == CODE_GO_ON)
        code = ranks_open(&c, &o.machine);
    if (code != CODE_GO_ON)
        return code;
    code = bench(&o);
    ranks_close(&o.machine);
    return code;
}
