/*
 * Presets and files of settings: what ships is good, what a file says is taken as it stands, and
 * what is wrong in one is named.
 */
#include "settings/config.h"
#include "training.h"

static lac_context *ctx;
static test_folder folder;

static int setup(void **state)
{
    (void)state;
    ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&folder);
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    folder_free(&folder);
    lac_context_free(&ctx);
    return 0;
}

static int is_same(const lac_train_config *a, const lac_train_config *b)
{
    return lac_config_differences(a, b) == 0;
}

/* ---- What ships ------------------------------------------------------------------------- */

static int ships(const char *network)
{
    for (const char *const *name = lac_network_names(); *name; name++)
        if (strcmp(*name, network) == 0)
            return 1;
    return 0;
}

static void every_preset_is_legal_and_trains_a_network_that_ships(void **state)
{
    (void)state;
    for (const char *const *name = lac_preset_names(); *name; name++) {
        lac_train_config config;
        lac_layer *layers;
        int count;
        assert_ok(ctx, lac_train_preset(ctx, *name, &config));
        assert_ok(ctx, lac_config_check(ctx, &config));
        assert_true(ships(config.model));
        assert_ok(ctx, lac_network_layers(ctx, config.model, 96, 15, &layers, &count));
        free(layers);
    }
}

static void every_preset_describes_itself(void **state)
{
    (void)state;
    for (const char *const *name = lac_preset_names(); *name; name++) {
        const char *text = lac_preset_text(*name);
        assert_true(strstr(text, "\"about\": \"") && strstr(text, "\"cost\": \"") &&
                    strstr(text, "\"measured\": \""));
        assert_int_equal(text[strlen(text) - 1], '\n');
    }
}

/* None may hang on pictures of 96 pixels. */
static void every_preset_leaves_an_errors_width_to_the_pictures_side(void **state)
{
    (void)state;
    for (const char *const *name = lac_preset_names(); *name; name++) {
        lac_train_config config;
        assert_ok(ctx, lac_train_preset(ctx, *name, &config));
        assert_true(config.error == LAC_FORM_SQUARED || config.error_width == 0.0);
    }
}

static void no_setting_is_called_as_a_description(void **state)
{
    (void)state;
    assert_null(lac_field_named("about"));
    assert_null(lac_field_named("cost"));
    assert_null(lac_field_named("measured"));
}

static void the_papers_preset_is_the_defaults(void **state)
{
    (void)state;
    const lac_train_config usual = lac_train_config_default();
    lac_train_config config;
    assert_ok(ctx, lac_train_preset(ctx, "paper", &config));
    assert_true(is_same(&config, &usual));
}

static void the_nearest_preset_is_found_behind_a_change(void **state)
{
    (void)state;
    for (const char *const *name = lac_preset_names(); *name; name++) {
        lac_train_config config;
        assert_ok(ctx, lac_train_preset(ctx, *name, &config));
        config.seed = 99;
        const char *nearest;
        assert_ok(ctx, lac_preset_nearest(ctx, &config, &nearest));
        assert_string_equal(nearest, *name);
    }
}

static void an_unknown_preset_is_named_with_those_there_are(void **state)
{
    (void)state;
    const lac_train_config before = lac_train_config_default();
    lac_train_config config = before;
    config.epochs = 7;
    assert_status(ctx, lac_train_preset(ctx, "papr", &config), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no preset is called \"papr\"; there are paper, first");
    assert_status(ctx, lac_train_preset(ctx, "a\nb", &config), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no preset is called \"?\"");
    assert_int_equal(lac_train_preset(NULL, "", &config), LAC_ERROR_ARGUMENT);
    assert_int_equal(config.epochs, 7);
    assert_null(lac_preset_text("papr"));
}

/* ---- Files ------------------------------------------------------------------------------ */

static lac_status read_text(const char *text, lac_train_config *config)
{
    test_path path = path_in(&folder, "my.json");
    file_put(path.text, text, strlen(text));
    return lac_train_read(ctx, path.text, config);
}

static void a_short_file_changes_what_it_names(void **state)
{
    (void)state;
    lac_train_config config = {.epochs = 3}, wanted = lac_train_config_default();
    assert_ok(ctx, read_text("{}", &config));
    assert_true(is_same(&config, &wanted));
    wanted.lr = 0.25;
    wanted.mirror = 0;
    wanted.loss = LAC_LOSS_PLAIN;
    wanted.seed = 12;
    wanted.split_seed = UINT64_MAX;
    snprintf(wanted.model, sizeof wanted.model, "some where/my.net");
    assert_ok(ctx, read_text("{\"about\": \"mine\", \"lr\": 0.25, \"mirror\": 0, \"seed\": 12,\n"
                             "\"split_seed\": \"18446744073709551615\", \"loss\": \"plain\",\n"
                             "\"model\": \"some where/my.net\"}", &config));
    assert_true(is_same(&config, &wanted));
}

static void a_presets_text_is_a_file_of_its_settings(void **state)
{
    (void)state;
    for (const char *const *name = lac_preset_names(); *name; name++) {
        lac_train_config a, b;
        assert_ok(ctx, lac_train_preset(ctx, *name, &a));
        assert_ok(ctx, read_text(lac_preset_text(*name), &b));
        assert_true(is_same(&a, &b));
    }
}

static void assert_bad(const char *text, const char *message)
{
    const lac_train_config before = lac_train_config_default();
    lac_train_config config = before;
    char wanted[500];
    assert_status(ctx, read_text(text, &config), LAC_ERROR_FORMAT);
    snprintf(wanted, sizeof wanted, "%s%s", path_in(&folder, "my.json").text, message);
    assert_string_equal(lac_context_message(ctx), wanted);
    assert_true(is_same(&config, &before));
}

static void a_bad_file_is_told_with_its_key_and_changes_nothing(void **state)
{
    (void)state;
    assert_bad("", ":1: not JSON");
    assert_bad("{\n\"epochs\": 3,\n}", ":3: not JSON");
    assert_bad("{} {}", ":1: not JSON");
    assert_bad("[]", ": not a JSON object");
    assert_bad("{\"epochs\": 3, \"epoch\": 4}", ": unknown field \"epoch\"");
    assert_bad("{\"epochs\": 3, \"Lr\": 4}", ": unknown field \"Lr\"");
    assert_bad("{\"epochs\": 3, \"lr\": true}", ": \"lr\" must be a number above 0");
    assert_bad("{\"epochs\": 3, \"lr\": null}", ": \"lr\" must be a number above 0");
    assert_bad("{\"epochs\": 3, \"seed\": 18446744073709551615}",
               ": \"seed\" must be a whole number from 0 to 18446744073709551615, above "
               "9007199254740992 in quotes");
    assert_bad("{\"epochs\": 3, \"loss\": \"l1\"}", ": \"loss\" must be masked or plain");
    assert_bad("{\"epochs\": 3, \"mirror\": 2}", ": \"mirror\" must be a whole number from 0 to 1");
    assert_bad("{\"epochs\": 3, \"about\": 4}", ": \"about\" must be a line of text");
    assert_bad("{\"epochs\": 3, \"cost\": \"a\\nb\"}", ": \"cost\" must be a line of text");
    assert_bad("{\"epochs\": 3, \"epochs\": 4}", ": \"epochs\" is there twice");
}

static void a_file_that_is_no_text_is_refused(void **state)
{
    (void)state;
    static char big[70000];
    lac_train_config config;
    test_path path = path_in(&folder, "my.json");
    memset(big, ' ', sizeof big);
    file_put(path.text, big, sizeof big);
    assert_status(ctx, lac_train_read(ctx, path.text, &config), LAC_ERROR_FORMAT);
    assert_message(ctx, "70000 bytes are no settings");
    file_put(path.text, "{}\0{}", 5);
    assert_status(ctx, lac_train_read(ctx, path.text, &config), LAC_ERROR_FORMAT);
    assert_message(ctx, "it has a NUL byte");
    assert_status(ctx, lac_train_read(ctx, path_in(&folder, "no.json").text, &config),
                  LAC_ERROR_IO);
    assert_status(ctx, lac_train_read(ctx, folder.path, &config), LAC_ERROR_IO);
    assert_message(ctx, "/config.json: cannot open");
}

/* ---- Runs ------------------------------------------------------------------------------- */

static void a_runs_configuration_trains_the_same_again(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_REF, 16);
    test_path run = path_in(&f->folder, "run"), again = path_in(&f->folder, "again");
    lac_train_config config;
    f->config.lr = 0.1 / 3;
    lac_trainer *first = trainer_new(f->ctx, f->data, &f->config), *second;
    assert_ok(f->ctx, lac_trainer_run(first, run.text, NULL, NULL));
    assert_ok(f->ctx, lac_train_read(f->ctx, run.text, &config));
    assert_true(is_same(&config, &f->config));
    second = trainer_new(f->ctx, f->data, &config);
    assert_ok(f->ctx, lac_trainer_run(second, again.text, NULL, NULL));
    assert_true(same_state(first, second));
    assert_same_run(f->ctx, run.text, again.text);
    lac_trainer_free(&first);
    lac_trainer_free(&second);
    training_free(f);
}

static void a_configuration_of_before_means_what_it_meant(void **state)
{
    (void)state;
    lac_train_config config, wanted = lac_train_config_default();
    int count;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        if (f->before)
            assert_true(f->is_late && lac_field_read(f, f->before, &wanted));
    wanted.epochs = 2;
    snprintf(wanted.model, sizeof wanted.model, "kimura");
    assert_ok(ctx, read_text(
        "{\"model\": \"kimura\", \"rows\": \"all\", \"loss\": \"masked\", \"reduction\": \"all\",\n"
        "\"optimizer\": \"adam\", \"start\": \"normal\", \"epochs\": 2, \"batch\": 256,\n"
        "\"lr\": 0.0001, \"beta1\": 0.9, \"beta2\": 0.999, \"eps\": 1e-08,\n"
        "\"weight_decay\": 0.0005, \"dropout\": 0.5, \"mirror\": 1, \"minutes\": 0,\n"
        "\"holdout\": 0.2, \"seed\": \"1\"}", &config));
    assert_true(is_same(&config, &wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_is_legal_and_trains_a_network_that_ships),
        cmocka_unit_test(every_preset_describes_itself),
        cmocka_unit_test(every_preset_leaves_an_errors_width_to_the_pictures_side),
        cmocka_unit_test(no_setting_is_called_as_a_description),
        cmocka_unit_test(the_papers_preset_is_the_defaults),
        cmocka_unit_test(the_nearest_preset_is_found_behind_a_change),
        cmocka_unit_test(an_unknown_preset_is_named_with_those_there_are),
        cmocka_unit_test(a_short_file_changes_what_it_names),
        cmocka_unit_test(a_presets_text_is_a_file_of_its_settings),
        cmocka_unit_test(a_bad_file_is_told_with_its_key_and_changes_nothing),
        cmocka_unit_test(a_file_that_is_no_text_is_refused),
        cmocka_unit_test(a_runs_configuration_trains_the_same_again),
        cmocka_unit_test(a_configuration_of_before_means_what_it_meant),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
