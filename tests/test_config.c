/* A run's configuration as JSON. Every test works in a folder of its own. */
#include "support.h"
#include "settings/config.h"

#include <math.h>

struct fixture {
    lac_context *ctx;
    test_folder folder;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

/* ---- Configuration --------------------------------------------------------------- */

static void the_defaults_are_legal_and_those_of_the_paper(void **state)
{
    const struct fixture *f = *state;
    lac_train_config c = lac_train_config_default();
    assert_int_equal(lac_config_check(f->ctx, &c), LAC_OK);
    assert_string_equal(c.model, "resnet");
    assert_true(c.lr == 1e-4 && c.weight_decay == 5e-4 && c.batch == 256 && c.epochs == 1000);
    assert_true(c.dropout == 0.5 && c.mirror == 1 && c.holdout == 0.2 && c.seed == 1);
    assert_true(c.rows == LAC_ROWS_ALL && c.loss == LAC_LOSS_MASKED && c.start == LAC_START_NORMAL);
    assert_true(c.reduction == LAC_REDUCTION_ALL && c.optimizer == LAC_OPTIMIZER_ADAM);
    assert_true(c.minutes == 0 && c.split_seed == 0 && c.start_width == 0.02);
    assert_true(c.rotation == 0 && c.scale == 0 && c.shift == 0 && c.aspect == 0);
    assert_true(c.contrast == 0 && c.brightness == 0 && c.noise == 0 && c.cutout == 0);
    assert_true(c.schedule == LAC_SCHEDULE_CONSTANT && c.warmup == 0 && c.ema == 0);
    assert_true(c.error == LAC_FORM_SQUARED && c.decay_on == LAC_DECAY_ALL && !c.from[0]);
    assert_true(c.until == 0 && c.patience == 0);
}

static lac_train_config unusual_config(void)
{
    return (lac_train_config){.model = "cnn", .rows = LAC_ROWS_COMPLETE, .loss = LAC_LOSS_PLAIN,
                              .reduction = LAC_REDUCTION_PRESENT, .error = LAC_FORM_WING,
                              .error_width = 1e-9, .from = "a run",
                              .teacher = "a teacher", .teacher_weight = 1.0 / 3,
                              .warmup = 1e-17,
                              .schedule = LAC_SCHEDULE_STEPS, .step_factor = 1.0 / 3,
                              .step_every = nextafter(1, 0), .decay_on = LAC_DECAY_WEIGHTS,
                              .ema = nextafter(1, 0), .until = 2.23, .patience = 1000000,
                              .optimizer = LAC_OPTIMIZER_ADAMW,
                              .start = LAC_START_HE, .start_width = 0.3,
                              .precision = LAC_PRECISION_BF16, .wire = LAC_PRECISION_BF16,
                              .epochs = 1000000, .batch = 3,
                              .split_seed = UINT64_MAX - 1,
                              .lr = nextafter(0.1, 1), .beta1 = nextafter(1, 0), .beta2 = 1.0 / 3,
                              .eps = 1e-30, .weight_decay = 1e300, .dropout = 0, .mirror = 0,
                              .rotation = 180, .minutes = 1.5, .holdout = 0.25, .seed = UINT64_MAX,
                              .missing = "-1 0,0", .outside = LAC_OUTSIDE_KEEP,
                              .pairs = "a/pairs.txt", .drop = "a/drop.txt"};
}

static void a_configuration_survives_json_to_the_last_bit(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config a = unusual_config();
    lac_train_config b = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &a, &text), LAC_OK);
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &b), LAC_OK);
    free(text);
    assert_string_equal(b.model, "cnn");
    assert_true(a.rows == b.rows && a.loss == b.loss && a.reduction == b.reduction);
    assert_true(a.optimizer == b.optimizer && a.start == b.start && a.precision == b.precision &&
                a.wire == b.wire);
    assert_true(a.epochs == b.epochs && a.batch == b.batch && a.mirror == b.mirror);
    assert_true(a.lr == b.lr && a.beta1 == b.beta1 && a.beta2 == b.beta2 && a.eps == b.eps);
    assert_true(a.weight_decay == b.weight_decay && a.dropout == b.dropout);
    assert_true(a.minutes == b.minutes && a.holdout == b.holdout && a.seed == b.seed);
    assert_string_equal(b.from, "a run");
    assert_string_equal(b.teacher, "a teacher");
    assert_true(a.teacher_weight == b.teacher_weight);
    assert_true(a.error == b.error && a.error_width == b.error_width);
    assert_true(a.schedule == b.schedule && a.warmup == b.warmup);
    assert_true(a.step_factor == b.step_factor && a.step_every == b.step_every);
    assert_true(a.decay_on == b.decay_on && a.ema == b.ema);
    assert_true(a.until == b.until && a.patience == b.patience);
    assert_true(a.start_width == b.start_width && a.split_seed == b.split_seed);
    assert_true(a.even_batches == b.even_batches && a.rotation == b.rotation);
}

static void json_from_before_a_field_means_what_was_done_then(void **state)
{
    const struct fixture *f = *state;
    const char *late[] = {"\t\"start_width\":\t0.3,\n", ",\n\t\"split_seed\":\t\"7\"",
                          "\t\"even_batches\":\t1,\n", "\t\"noise\":\t0.3,\n"};
    lac_train_config c = lac_train_config_default();
    char *text;
    c.start_width = 0.3;
    c.split_seed = 7;
    c.noise = 0.3;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    for (int i = 0; i < LAC_COUNT(late); i++) {
        char *at = strstr(text, late[i]);
        assert_non_null(at);
        memmove(at, at + strlen(late[i]), strlen(at + strlen(late[i])) + 1);
    }
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &c), LAC_OK);
    assert_true(c.start_width == 0.02 && c.split_seed == 0 && c.noise == 0.0);
    assert_true(c.even_batches == 0); /* which was not a choice then, and is not the default */
    free(text);
}

static void the_json_reads_as_the_command_line_does(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config c = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    assert_string_equal(
        text, "{\n\t\"model\":\t\"resnet\",\n\t\"rows\":\t\"all\",\n\t\"loss\":\t\"masked\",\n"
              "\t\"reduction\":\t\"all\",\n\t\"error\":\t\"squared\",\n\t\"error_width\":\t6,\n"
              "\t\"optimizer\":\t\"adam\",\n\t\"start\":\t\"normal\",\n"
              "\t\"start_width\":\t0.02,\n\t\"from\":\t\"\",\n"
              "\t\"teacher\":\t\"\",\n\t\"teacher_weight\":\t0.2,\n"
              "\t\"precision\":\t\"float32\",\n\t\"wire\":\t\"float32\",\n"
              "\t\"epochs\":\t1000,\n\t\"batch\":\t256,\n\t\"even_batches\":\t1,\n"
              "\t\"lr\":\t0.0001,\n"
              "\t\"schedule\":\t\"constant\",\n\t\"warmup\":\t0,\n\t\"step_factor\":\t0.1,\n"
              "\t\"step_every\":\t0.3,\n\t\"beta1\":\t0.9,\n"
              "\t\"beta2\":\t0.999,\n\t\"eps\":\t1e-08,\n\t\"weight_decay\":\t0.0005,\n"
              "\t\"decay_on\":\t\"all\",\n\t\"ema\":\t0,\n"
              "\t\"dropout\":\t0.5,\n\t\"mirror\":\t1,\n"
              "\t\"mirror_axis\":\t\"middle\",\n\t\"rotation\":\t0,\n"
              "\t\"scale\":\t0,\n\t\"shift\":\t0,\n\t\"aspect\":\t0,\n"
              "\t\"contrast\":\t0,\n\t\"brightness\":\t0,\n\t\"noise\":\t0,\n"
              "\t\"cutout\":\t0,\n\t\"minutes\":\t0,\n\t\"until\":\t0,\n"
              "\t\"patience\":\t0,\n\t\"holdout\":\t0.2,\n"
              "\t\"seed\":\t\"1\",\n\t\"split_seed\":\t\"0\",\n"
              "\t\"missing\":\t\"\",\n\t\"outside\":\t\"error\",\n"
              "\t\"pairs\":\t\"names\",\n\t\"drop\":\t\"\",\n\t\"fold\":\t0,\n"
              "\t\"crop\":\t\"\"\n}");
    free(text);
}

/* The default's JSON with `old` replaced by `with` is refused with exactly `message`. */
static void assert_bad_json(const struct fixture *f, const char *old, const char *with,
                            const char *message)
{
    lac_train_config c = lac_train_config_default();
    char *text;
    char edited[2048];
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    char *at = strstr(text, old);
    assert_non_null(at);
    snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, with, at + strlen(old));
    free(text);
    assert_int_equal(lac_config_from_json(f->ctx, edited, "here", &c), LAC_ERROR_FORMAT);
    assert_string_equal(lac_context_message(f->ctx), message);
}

static void json_from_before_there_was_a_precision_means_float32(void **state)
{
    const struct fixture *f = *state;
    lac_train_config c = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    static const char field[] = "\t\"precision\":\t\"float32\",\n";
    char *at = strstr(text, field);
    assert_non_null(at);
    memmove(at, at + sizeof field - 1, strlen(at + sizeof field - 1) + 1);
    c.precision = LAC_PRECISION_BF16;
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &c), LAC_OK);
    assert_int_equal(c.precision, LAC_PRECISION_FLOAT32);
    free(text);
}

static void bad_json_names_its_field(void **state)
{
    const struct fixture *f = *state;
    assert_bad_json(f, "{", "", "here:2: not JSON");
    assert_bad_json(f, "{", "{} x", "here:1: not JSON");
    assert_bad_json(f, "{", "[1]", "here:2: not JSON");
    assert_bad_json(f, "{", "{\n\"lr\" 1", "here:2: not JSON");
    assert_bad_json(f, "\"lr\"", "\"eps\"", "here: \"eps\" is there twice");
    assert_bad_json(f, "\"lr\"", "\"lrate\"", "here: unknown field \"lrate\"");
    assert_bad_json(f, "\"lr\"", "\"l\nr\"", "here: unknown field \"?\"");
    assert_bad_json(f, "\t\"lr\":\t0.0001,\n", "", "here: the field \"lr\" is missing");
    assert_bad_json(f, "0.0001", "0", "here: \"lr\" must be a number above 0");
    assert_bad_json(f, "0.0001", "\"1\"", "here: \"lr\" must be a number above 0");
    assert_bad_json(f, "256", "2.5", "here: \"batch\" must be a whole number from 1 to 65536");
    assert_bad_json(f, "256", "1e10", "here: \"batch\" must be a whole number from 1 to 65536");
    assert_bad_json(f, "\"masked\"", "\"Masked\"", "here: \"loss\" must be masked or plain");
    assert_bad_json(f, "\"masked\"", "0", "here: \"loss\" must be masked or plain");
    assert_bad_json(f, "\"resnet\"", "\"\"",
                    "here: \"model\" must be the name of a network or the path of its text, "
                    "1 to 255 bytes");
    static const char seed[] = "here: \"seed\" must be a whole number from 0 to "
                               "18446744073709551615";
    assert_bad_json(f, "\"1\"", "1.5", seed);
    assert_bad_json(f, "\"1\"", "-1", seed);
    assert_bad_json(f, "\"1\"", "1e16",
                    "here: \"seed\" must be a whole number from 0 to 18446744073709551615, above "
                    "9007199254740992 in quotes");
    assert_bad_json(f, "\"1\"", "\"\"", seed);
    assert_bad_json(f, "\"1\"", "\"-1\"", seed);
    assert_bad_json(f, "\"1\"", "\"18446744073709551616\"", seed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_defaults_are_legal_and_those_of_the_paper),
        TEST(a_configuration_survives_json_to_the_last_bit),
        TEST(json_from_before_a_field_means_what_was_done_then),
        TEST(the_json_reads_as_the_command_line_does),
        TEST(json_from_before_there_was_a_precision_means_float32),
        TEST(bad_json_names_its_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
