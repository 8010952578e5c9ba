/*
 * Networks as texts: what is read, what is refused and in which words, and that a network of
 * one's own is trained, saved, loaded and gone on with, its text in the model's file.
 */
#include "eval/eval.h"
#include "op/conv.h"
#include "planned.h"
#include "training.h"

#include <math.h>
#include <pthread.h>

static const lac_counts three_points = {3, 1, 3};

static lac_net *read_text(lac_context *ctx, const char *text)
{
    lac_net *net;
    assert_ok(ctx, lac_net_new(ctx, text, "test.net", 32, three_points, &net));
    return net;
}

static void a_text_says_names_words_and_inputs(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_net *net = read_text(ctx, "# a comment alone\n"
                                  "\n"
                                  "  first   conv 5x5 /2 20 norm relu   # reads the pictures\n"
                                  "other\tconv 1x1 20\t< first\r\n"
                                  "sum     conv 3x3 20 relu pool < other\n"
                                  "point   dense 2*points output");
    assert_int_equal(net->count, 5);
    assert_string_equal(net->node[1].name, "first");
    const lac_conv_attr *conv = net->node[1].attr;
    assert_true(conv->k == 5 && conv->stride == 2 && conv->channels == 20 && conv->norm &&
                conv->relu && !conv->pool);
    assert_int_equal(net->node[1].input[0], 0);
    assert_int_equal(net->node[1].line, 3);
    assert_int_equal(net->node[3].input[0], 2);
    assert_int_equal(net->node[3].out.h, 8);
    assert_int_equal(net->node[4].input[0], 3);
    assert_int_equal(net->node[4].out.c, 6);
    assert_true(net->node[4].is_output && net->output_count == 1);
    assert_string_equal(net->params.table[0].name, "first.weight");
    assert_int_equal(net->params.table[net->params.count - 1].count, 6);
    lac_net_free(&net);
    lac_context_free(&ctx);
    (void)state;
}

static void what_is_wrong_is_said_with_file_and_line(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "test.net: the network has no nodes"},
        {"# nothing\n", "the network has no nodes"},
        {"a conv 3x3 16\nb dense 6", "test.net: no node is marked as output"},
        {"a conv 3x3 16\nb dense 6 output < input", "test.net:1: nobody reads a"},
        {"a\033[2J conv", "\"a?[2J\" is no name"},
        {"a", "test.net:1: the line ends where an operator (add, concat, conv, dense, mean, "
              "softargmax) is"},
        {"a pool 2", "\"pool\" where an operator (add, concat, conv, dense, mean, softargmax) is"},
        {"\n\na conv 16", "test.net:3: \"16\" where a kernel such as 3x3"},
        {"a conv 3x5 16", "\"3x5\" where a kernel"},
        {"a conv 2x2 16", "\"2x2\" where a kernel"},
        {"a conv 33x33 16", "\"33x33\" where a kernel"},
        {"a conv 3x3 /0 16", "\"/0\" where a stride"},
        {"a conv 3x3 /9 16", "\"/9\" where a stride"},
        {"a conv 3x3", "the line ends where a number of channels"},
        {"a conv 3x3 0", "\"0\" where a number of channels (1 to 4096"},
        {"a conv 3x3 -4", "\"-4\" where a number of channels"},
        {"a conv 3x3 16.5", "\"16.5\" where"},
        {"a conv 3x3 99999999999999999999", "where a number of channels"},
        {"a conv 3x3 5000*points", "\"5000*points\" where"},
        {"a conv 3x3 *points", "\"*points\" where"},
        {"a conv 3x3 16 relu norm output", "\"norm\" is not understood here: conv KxK"},
        {"a conv 3x3 16 sigmoid output", "\"sigmoid\" is not understood here"},
        {"a dense 6 dropout output", "\"dropout\" is not understood here: dense OUTPUTS"},
        {"a conv 3x3 16 output < b", "a reads b, which no line before it defines"},
        {"a conv 3x3 16 output < a", "a reads a, which no line before it defines"},
        {"a conv 3x3 16 output < input input", "a reads 2 nodes, conv takes 1"},
        {"a conv 3x3 16 output <", "the line ends where a node's name is wanted"},
        {"a conv 3x3 16 output < input +", "the line ends where a node's name is wanted"},
        {"a conv 3x3 16 output < input + input input", "stands behind the end of the line"},
        {"a conv 3x3 16\nb dense 6 output + a", "b: dense adds no other node"},
        {"a conv 3x3 16\na dense 6 output", "test.net:2: a stands in line 1 already"},
        {"input conv 3x3 16", "input is the name of the pictures"},
        {"adam.m.a conv 3x3 16", "must not begin with adam."},
        {"a,b conv 3x3 16", "\"a,b\" is no name"},
        {"a-name-of-more-than-forty-characters-is-too-long conv 3x3 16", "is no name"},
        {"a dense 16\nb conv 3x3 16 output",
         "test.net:2: b: a convolution reads maps, its input is a vector of 16"},
        {"a dense 1\nb conv 3x3 16 output", "b: a convolution reads maps, its input is a vector"},
        {"a conv 3x3 16\nb conv 3x3 32 output < a + a", "b: adds 32x32x16"},
        {"a conv 3x3 1 output + input", "a: adds the pictures, must add a convolution's output"},
        {"a dense 4\nb conv 3x3 4 output < input + a", "b: adds a vector, must add"},
        {"a dense 6 output relu", "understood here: dense OUTPUTS [relu [dropout]] [output]"},
        {"a conv 3x3 16\nb conv 3x3 16 pool output < a + a", "b: adds in front of a pool"},
        {"a conv 1x1 /8 16\nb conv 1x1 /8 16 pool output", "b: a 2x2 pool of 1x1 pixels"},
        {"a conv 1x1 4096\nb dense 1000000 output", "at most 2147483647 are possible"},
        {"a dense 1000000\nb dense 1000 output\n", "parameters to"},
        {"a conv 3x3 16\nb add output", "test.net:2: b reads 1 node, add takes 2 to 8"},
        {"a conv 3x3 16\nb add output < a a a a a a a a a", "b reads more than 8 nodes"},
        {"a conv 3x3 16\nb add output < a a + a", "b: add adds no other node"},
        {"a conv 3x3 16\nb add norm output < a a", "\"norm\" is not understood here: add [relu]"},
        {"a dense 16\nb add output < a a", "test.net:2: b: input 1 is not maps"},
        {"a conv 3x3 16\nb add output < a input", "b: input 2 is not maps"},
        {"a conv 3x3 16\nb conv 3x3 20\nc add output < a b",
         "c: adds 32x32x20 (h x w x channels) to"},
        {"a conv 3x3 /3 16\nb conv 3x3 /4 16 < input\nc add output < a b", "c: adds 8x8x16"},
        {"a conv 3x3 16\nb concat output", "b reads 1 node, concat takes 2 to 8"},
        {"a conv 3x3 16\nb concat relu output < a a", "\"relu\" is not understood here: concat <"},
        {"a conv 3x3 16\nb concat output < a input", "b: input 2 is not maps"},
        {"a conv 3x3 16\nb conv 3x3 /2 16\nc concat output < a b",
         "c: input 2 is 16x16 pixels, input 1 32x32, must be equal"},
        {"a conv 3x3 16\nb mean output < a a", "b reads 2 nodes, mean takes 1"},
        {"a dense 16\nb mean output", "b: mean reads maps"},
        {"a softargmax output", "a: softargmax reads maps"},
        {"a conv 3x3 3\nb softargmax 3 output", "\"3\" is not understood here: softargmax"},
        {"a conv 3x3 3\nb softargmax output + a", "b: softargmax adds no other node"},
        {"a.norm dense 4\na conv 3x3 4 norm output < input\nb dense 4 output < a.norm",
         "a has a tensor named a.norm.weight, which another node has too"},
        {"a conv 3x3 4\ntrained.a conv 3x3 4 output",
         "trained.a has a tensor named trained.a.weight, and another node one named a.weight"},
        {"trained.a conv 3x3 4\na conv 3x3 4 output",
         "a has a tensor named a.weight, and another node one named trained.a.weight"},
    };
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_net *net = (lac_net *)(uintptr_t)1;
        assert_status(ctx, lac_net_new(ctx, cases[i].text, "test.net", 32, three_points, &net),
                      LAC_ERROR_ARGUMENT);
        assert_null(net);
        assert_message(ctx, cases[i].message);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void too_many_of_anything_is_refused(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    char *text = calloc(300, 40);
    assert_non_null(text);
    size_t used = 0;
    for (int i = 0; i < 300; i++)
        used += (size_t)sprintf(text + used, "n%d conv 1x1 1\n", i);
    lac_net *net;
    assert_status(ctx, lac_net_new(ctx, text, "test.net", 8, three_points, &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "test.net:256: more than 255 nodes");
    memset(text, 'x', 2000);
    text[2000] = '\0';
    assert_status(ctx, lac_net_new(ctx, text, "test.net", 8, three_points, &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "at most 1000");
    for (int i = 0; i < 100; i++)
        memcpy(text + 2 * i, "a ", 3);
    assert_status(ctx, lac_net_new(ctx, text, "test.net", 8, three_points, &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "more than 32 words");
    assert_status(ctx, lac_net_new(ctx, "a dense 2 output", "test.net", 0, three_points, &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "pictures of side 0");
    assert_status(ctx, lac_net_new(ctx, "a dense 2 output", "test.net", 8, (lac_counts){0, 1, 0},
                                   &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "0 points");
    free(text);
    lac_context_free(&ctx);
    (void)state;
}

static void networks_that_ship_are_there(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (const char *const *name = lac_network_names(); *name; name++) {
        lac_layer *layers;
        int count;
        assert_ok(ctx, lac_network_layers(ctx, *name, 96, 15, &layers, &count));
        assert_true(count > 2);
        assert_string_equal(layers[0].name, "input");
        free(layers);
    }
    char *text;
    assert_status(ctx, lac_network_text(ctx, "nonsense", &text), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "must be one of best, cnn, fast, first, kimura, resnet, or a file");
    assert_status(ctx, lac_network_text(ctx, "nowhere/my.net", &text), LAC_ERROR_IO);
    assert_null(text);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Starts ---------------------------------------------------------------------------------- */

static void weights_start_as_asked(void **state)
{
    static const struct {
        lac_start start;
        double deviation, most; /* of 1,728 weights with a fan in of 27 * 4 */
    } cases[] = {{LAC_START_NORMAL, 0.3, 2.0},
                 {LAC_START_HE, 0.136083, 1.0},
                 {LAC_START_UNIFORM, 0.055556, 0.096226}};
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_net *net = read_text(ctx, "a conv 3x3 12\nb conv 3x3 16 norm\nc dense 6 output");
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_weights weights;
        const lac_start_config config = {cases[i].start, 0.3, 5};
        assert_ok(ctx, lac_weights_new(ctx, net, &weights));
        lac_weights_start(net, &weights, &config);
        const lac_param *param = &net->params.table[net->node[2].param];
        double sum = 0.0, square = 0.0;
        for (size_t k = 0; k < param->count; k++) {
            double w = weights.w[param->offset + k];
            assert_true(fabs(w) <= cases[i].most);
            sum += w;
            square += w * w;
        }
        assert_int_equal(param->count, 1728);
        assert_true(fabs(sum / 1728) < 0.1 * cases[i].deviation);
        assert_true(fabs(sqrt(square / 1728) - cases[i].deviation) < 0.06 * cases[i].deviation);
        assert_true(weights.w[net->params.table[net->node[2].param + 1].offset] == 1.0f);
        lac_weights_free(net, &weights);
    }
    lac_net_free(&net);
    lac_context_free(&ctx);
    (void)state;
}

static void a_file_that_is_no_text_is_refused_however_large_it_is(void **state)
{
    training *f = training_new(LAC_CPU_REF, 1);
    test_path net = path_in(&f->folder, "my.net");
    char *text;
    FILE *file = fopen(net.text, "wb");
    assert_true(file && fseek(file, 1L << 40, SEEK_SET) == 0 && fputc('a', file) == 'a');
    fclose(file);
    assert_status(f->ctx, lac_network_text(f->ctx, net.text, &text), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "not a network's text, which has at most 65536 bytes");
    file_put(net.text, "a conv 3x3 4\0", 13);
    assert_status(f->ctx, lac_network_text(f->ctx, net.text, &text), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "it has a NUL byte");
    assert_status(f->ctx, lac_network_text(f->ctx, f->folder.path, &text), LAC_ERROR_IO);
    assert_null(text);
    training_free(f);
    (void)state;
}

static void the_layer_table_shows_the_words_of_a_line_alone(void **state)
{
    training *f = training_new(LAC_CPU_REF, 1);
    test_path net = path_in(&f->folder, "my.net");
    static const char text[] = "\xef\xbb\xbf\r\n\r a \t conv  3x3\t4 norm # a\r\n"
                               "a.b dense 2*points output\r\n";
    lac_layer *layers;
    int count;
    file_put(net.text, text, strlen(text));
    assert_ok(f->ctx, lac_network_layers(f->ctx, net.text, 32, 3, &layers, &count));
    assert_int_equal(count, 3);
    assert_string_equal(layers[1].name, "a");
    assert_string_equal(layers[1].what, "conv 3x3 4 norm");
    assert_string_equal(layers[2].what, "dense 2*points output");
    free(layers);
    training_free(f);
    (void)state;
}

/* More than a processor can address, so that it is refused whatever the machine has. */
static void a_batch_that_memory_cannot_hold_is_refused_with_its_size(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_net *net;
    lac_weights weights;
    lac_plan *plan = (lac_plan *)(uintptr_t)1;
    static const char text[] = "a conv 1x1 16\nb conv 1x1 16\nc conv 1x1 16\nd dense 1 output\n";
    assert_ok(ctx, lac_net_new(ctx, text, "test.net", 4096, three_points, &net));
    assert_ok(ctx, lac_weights_new(ctx, net, &weights));
    assert_status(ctx, lac_plan_new(ctx, net, &weights, 65536, 0, &plan), LAC_ERROR_MEMORY);
    assert_null(plan);
    assert_message(ctx, "bytes to pass 65536 pictures of 4096x4096 at once");
    lac_weights_free(net, &weights);
    lac_net_free(&net);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- A network of one's own ---------------------------------------------------------------- */

static const char own_text[] = "# two ways that meet\n"
                               "a conv 3x3 /2 12 norm relu\n"
                               "b conv 3x3 12 norm relu < a\n"
                               "c conv 1x1 12 norm relu < b + a\n"
                               "d dense 2*points output\n";

/* What is made again in the backward pass, and what that is made from: a map is made again from
 * its own convolution, a sum from its inputs, which then are kept. */
static void a_plan_keeps_what_cannot_be_made_again(void **state)
{
    static const char *const text[] = {
        "a conv 3x3 16 norm relu\nb conv 3x3 /2 16 norm relu\ns add < a b\n"
        "c conv 3x3 16 norm relu\nd dense 2 output\n",
        "a conv 3x3 16 norm relu\nb conv 3x3 /2 16 norm relu\ns add relu < a b\n"
        "c conv 3x3 16 norm relu\nd dense 2 output\n"};
    static const int brief[2][6] = {{0, 0, 0, 1, 0, 0}, {0, 1, 1, 0, 0, 0}};
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int i = 0; i < 2; i++) {
        planned p = planned_new(ctx, text[i], 8, 1, 4, 0);
        for (int k = 0; k < 6; k++)
            assert_int_equal(p.plan->op[k].is_brief, brief[i][k]);
        planned_free(&p);
        p = planned_new(ctx, text[i], 8, 1, 4, LAC_PLAN_INFERENCE);
        for (int k = 0; k < 6; k++)
            assert_int_equal(p.plan->op[k].is_brief, 0);
        planned_free(&p);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void a_network_of_ones_own_is_trained_saved_and_gone_on_with(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 12);
    test_path net = path_in(&f->folder, "my.net");
    test_path run = path_in(&f->folder, "run");
    test_path whole = path_in(&f->folder, "whole");
    file_put(net.text, own_text, strlen(own_text));
    f->config = small_config(net.text);
    f->config.epochs = 2;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    file_put(net.text, "a dense 2*points output\n", 24); /* the run keeps the text that it had */
    lac_model *model;
    assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &model));
    assert_string_equal(lac_model_name(model), "my");
    assert_string_equal(model->net->text, own_text);
    lac_model_free(&model);
    assert_status(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "another network");
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 4, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    file_put(net.text, own_text, strlen(own_text));
    f->config.epochs = 4;
    lac_trainer *never_stopped = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(never_stopped, whole.text, NULL, NULL));
    assert_true(same_state(t, never_stopped));
    lac_trainer_free(&never_stopped);
    lac_trainer_free(&t);
    training_free(f);
    (void)state;
}

static void a_network_that_gives_no_keypoints_is_refused(void **state)
{
    static const char *const texts[][2] = {
        {"a dense 5 output\n", "must be a vector of 2*points"},
        {"a dense 2*points output\nb dense 2*points output\n", "2 outputs, a model has one"},
        {"a conv 3x3 2*points output\n", "must be a vector of 2*points"}};
    training *f = training_new(LAC_CPU_REF, 6);
    test_path net = path_in(&f->folder, "my.net");
    f->config = small_config(net.text);
    for (int i = 0; i < LAC_COUNT(texts); i++) {
        lac_trainer *t;
        file_put(net.text, texts[i][0], strlen(texts[i][0]));
        assert_status(f->ctx, lac_trainer_new(f->ctx, f->data, &f->config, &t),
                      LAC_ERROR_ARGUMENT);
        assert_message(f->ctx, texts[i][1]);
    }
    training_free(f);
    (void)state;
}

/* ---- One model, several threads ------------------------------------------------------------- */

enum { SERVED = 9, ROUNDS = 20 };

typedef struct customer {
    const lac_model *model;
    const uint8_t *pixels;
    float xy[SERVED * LABELS];
    int good;
} customer;

static void *ask(void *arg)
{
    customer *c = arg;
    lac_context *ctx = NULL;
    lac_predictor *predictor = NULL;
    const lac_context_config config = {.threads = 1};
    c->good = lac_context_new(&config, &ctx) == LAC_OK &&
              lac_predictor_new(ctx, c->model, NULL, &predictor) == LAC_OK;
    for (int i = 0; c->good && i < ROUNDS; i++)
        c->good = lac_predictor_run(predictor, c->pixels, SERVED, c->xy) == LAC_OK;
    lac_predictor_free(&predictor);
    lac_context_free(&ctx);
    return NULL;
}

static void a_model_serves_several_threads_at_once(void **state)
{
    enum { THREADS = 3 };
    training *f = training_new(LAC_CPU_AUTO, 1);
    lac_data *data = data_new(f->ctx, SERVED, 32, 0);
    lac_train_config config = small_config("resnet");
    lac_trainer *t = trainer_new(f->ctx, data, &config);
    take_steps(t, 1);
    float wanted[SERVED * LABELS];
    assert_ok(f->ctx, lac_model_predict_rows(lac_trainer_model(t), data, NULL, SERVED, 0, wanted));
    customer customers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        customers[i] = (customer){.model = lac_trainer_model(t), .pixels = data->pixels};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &customers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(customers[i].good);
        assert_true(same_floats(customers[i].xy, wanted, SERVED * LABELS));
    }
    lac_trainer_free(&t);
    lac_data_free(&data);
    training_free(f);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_says_names_words_and_inputs),
        cmocka_unit_test(what_is_wrong_is_said_with_file_and_line),
        cmocka_unit_test(too_many_of_anything_is_refused),
        cmocka_unit_test(networks_that_ship_are_there),
        cmocka_unit_test(weights_start_as_asked),
        cmocka_unit_test(a_file_that_is_no_text_is_refused_however_large_it_is),
        cmocka_unit_test(the_layer_table_shows_the_words_of_a_line_alone),
        cmocka_unit_test(a_batch_that_memory_cannot_hold_is_refused_with_its_size),
        cmocka_unit_test(a_plan_keeps_what_cannot_be_made_again),
        cmocka_unit_test(a_network_of_ones_own_is_trained_saved_and_gone_on_with),
        cmocka_unit_test(a_network_that_gives_no_keypoints_is_refused),
        cmocka_unit_test(a_model_serves_several_threads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
