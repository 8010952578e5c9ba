/*
 * Pictures for people: that they are written whole, hold what they should where it
 * should be, and that bad runs and names are refused.
 */
#include "data/data.h"
#include "net/model.h"
#include "base/base64.h"
#include "report/chart.h"
#include "support.h"
#include "settings/config.h"

#include <cairo.h>
#include <math.h>

/* What fontconfig keeps until the process ends is not ours to free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

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

#define HEADER                                                                                     \
    "epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse,test_weighted_rmse,"          \
    "failure_points,failure_images\n"

static void put_metrics(const char *text)
{
    file_put(path_in(&folder, "metrics.csv").text, text, strlen(text));
}

/* Pixels of a colour, within a little, in columns [from, to) of a PNG. */
static int count_color(const char *path, uint32_t rgb, int from, int to)
{
    cairo_surface_t *png = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
    int count = 0;
    for (int y = 0; y < cairo_image_surface_get_height(png); y++) {
        const void *line = cairo_image_surface_get_data(png) +
                           (size_t)y * (size_t)cairo_image_surface_get_stride(png);
        for (int x = from; x < to; x++)
            count += (((const uint32_t *)line)[x] & 0xffffff) == rgb;
    }
    cairo_surface_destroy(png);
    return count;
}

enum { RED = 0xd62728, BLUE = 0x1f77b4, CURVE_WIDE = 1920, CURVE_MIDDLE = 900 };

static void a_curve_shows_loss_at_the_left_and_error_at_the_right(void **state)
{
    (void)state;
    test_path png = path_in(&folder, "curve.png");
    put_metrics(HEADER
                "1,9,800,0.02,0.018,6.1,6.2,0.05,0.3\n2,18,800,0.01,0.009,4.1,4.2,0.03,0.2\n");
    assert_ok(ctx, lac_plot_curve(ctx, folder.path, png.text));
    assert_true(count_color(png.text, BLUE, 0, CURVE_MIDDLE) > 300);
    assert_int_equal(count_color(png.text, RED, 0, CURVE_MIDDLE), 0);
    assert_true(count_color(png.text, BLUE, CURVE_MIDDLE, CURVE_WIDE) > 300);
    assert_true(count_color(png.text, RED, CURVE_MIDDLE, CURVE_WIDE) > 300);
}

static void a_run_without_hold_out_has_a_loss_alone(void **state)
{
    (void)state;
    test_path png = path_in(&folder, "curve.png");
    put_metrics(HEADER "1,9,800,0.02,,,,,\n");
    assert_ok(ctx, lac_plot_curve(ctx, folder.path, png.text));
    assert_int_equal(count_color(png.text, BLUE, 0, CURVE_WIDE), 0);
    assert_true(count_color(png.text, 0x777777, 0, CURVE_MIDDLE) > 50);
}

static void a_thousand_epochs_and_a_vector_picture_are_drawn(void **state)
{
    (void)state;
    test_path svg = path_in(&folder, "curve.svg");
    size_t size = sizeof HEADER + 1000 * 64, used = sizeof HEADER - 1;
    char *text = malloc(size);
    assert_non_null(text);
    memcpy(text, HEADER, sizeof HEADER);
    for (int e = 1; e <= 1000; e++)
        used += (size_t)snprintf(text + used, size - used, "%d,%d,900,0.0%d,0.0%d,%d.5,,,\n", e, e,
                                 1000 + e, 2000 + e, 2000 / (e + 100));
    put_metrics(text);
    free(text);
    assert_ok(ctx, lac_plot_curve(ctx, folder.path, svg.text));
    text = file_bytes(svg.text, &size);
    assert_non_null(strstr(text, "</svg>"));
    free(text);
}

static void bad_runs_and_names_are_refused_and_leave_no_file(void **state)
{
    (void)state;
    test_path png = path_in(&folder, "none.png");
    put_metrics(HEADER);
    assert_status(ctx, lac_plot_curve(ctx, folder.path, png.text), LAC_ERROR_FORMAT);
    assert_message(ctx, "no epoch is finished yet");
    put_metrics("epoch,train_loss\n1,2\n");
    assert_status(ctx, lac_plot_curve(ctx, folder.path, png.text), LAC_ERROR_FORMAT);
    assert_message(ctx, "row 1: no column seconds");
    put_metrics(HEADER "2,9,800,0.02,,,,,\n2,9,800,0.02,,,,,\n");
    assert_status(ctx, lac_plot_curve(ctx, folder.path, png.text), LAC_ERROR_FORMAT);
    assert_message(ctx, "row 3, column epoch");
    put_metrics(HEADER "1,9,800,much,,,,,\n");
    assert_status(ctx, lac_plot_curve(ctx, folder.path, png.text), LAC_ERROR_FORMAT);
    assert_message(ctx, "row 2, column train_loss");
    put_metrics(HEADER "1,9,800,0.02,,,,,\n");
    assert_status(ctx, lac_plot_curve(ctx, folder.path, path_in(&folder, "none.pdf").text),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "must end in .png or .svg");
    assert_status(ctx, lac_plot_curve(ctx, path_in(&folder, "no").text, png.text), LAC_ERROR_IO);
    assert_status(ctx, lac_plot_curve(ctx, folder.path, "/nowhere/at/all.png"), LAC_ERROR_IO);
    assert_false(lac_path_exists(png.text));
    assert_int_equal(file_count(folder.path), 3); /* metrics.csv and the pictures of before */
}

/* A cell of epoch that is 2^53 once made a loop endless that adds 1 to a double. */
static void numbers_outside_their_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"9007199254740992,9,800,0.02,,,,,\n", "epoch: \"9007199254740992\" is not a number of 1 "
                                              "to 1000000"},
        {"9007199254740993,9,800,0.02,,,,,\n", "column epoch"},
        {"1e300,9,800,0.02,,,,,\n", "column epoch"},
        {"0,9,800,0.02,,,,,\n", "column epoch"},
        {"-1,9,800,0.02,,,,,\n", "column epoch"},
        {"1.5,9,800,0.02,,,,,\n", "a whole number above the row before"},
        {"1,-9,800,0.02,,,,,\n", "column seconds"},
        {"1,1e13,800,0.02,,,,,\n", "column seconds"},
        {"1,9,-1,0.02,,,,,\n", "column images_per_s"},
        {"1,9,800,-0.02,,,,,\n", "column train_loss"},
        {"1,9,800,1e999,,,,,\n", "column train_loss"},
        {"1,9,800,0.02,1e101,,,,\n", "column holdout_loss"},
        {"1,9,800,0.02,,1e999,,,\n", "column holdout_rmse"},
        {"1,9,800,0.02,,,-3,,\n", "column test_weighted_rmse"},
        {"1,9,800,0.02,,,,1.01,\n", "column failure_points"},
        {"1,9,800,0.02,,,,,-0.01\n", "column failure_images"}};
    test_path png = path_in(&folder, "none.png");
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, HEADER "%s", cases[i].line);
        put_metrics(text);
        assert_status(ctx, lac_plot_curve(ctx, folder.path, png.text), LAC_ERROR_FORMAT);
        assert_message(ctx, cases[i].message);
    }
    put_metrics(HEADER "1000000,1e12,1e100,1e100,1e100,1e100,1e100,1,1\n");
    assert_ok(ctx, lac_plot_curve(ctx, folder.path, path_in(&folder, "curve.png").text));
}

/* Whatever the numbers, a chart ends. */
static void a_chart_of_any_numbers_is_drawn(void **state)
{
    (void)state;
    static const double x[][2] = {{1152921504606846976.0, 1152921504606847232.0},
                                  {1e300, 1e300}, {9007199254740992.0, 9007199254740994.0},
                                  {-1e308, 1e308}, {0, 5e-324}, {0, 0}, {NAN, INFINITY}};
    cairo_surface_t *png = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 400, 400);
    cairo_t *cr = cairo_create(png);
    for (int i = 0; i < LAC_COUNT(x); i++)
        for (int j = 0; j < LAC_COUNT(x); j++)
            for (int kind = 0; kind < 8; kind++) {
                const lac_series line = {.name = "line", .count = 2, .x = x[i], .y = x[j]};
                const lac_chart chart = {.title = "", .empty = "",
                                         .x = {.title = "", .whole = kind & 1,
                                               .logarithmic = kind >> 1 & 1},
                                         .y = {.title = "", .logarithmic = kind >> 2},
                                         .left = 50, .top = 50, .wide = 200, .high = 200,
                                         .room = 50, .series = &line, .count = 1};
                lac_chart_draw(cr, &chart);
                assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
            }
    assert_true(lac_nice_step(0, 6) > 0 && lac_nice_step(INFINITY, 6) > 0);
    cairo_destroy(cr);
    cairo_surface_destroy(png);
}

/* Two points, one picture; a model that predicts (5, 5) and (15, 15). */
static void open_faces(const uint8_t mask[4], lac_data **data, lac_model **model)
{
    char *const names[2] = {(char[]){"left_eye"}, (char[]){"right_eye"}};
    const char *const data_names[2] = {names[0], names[1]};
    const uint8_t pixels[20 * 20] = {0};
    const float labels[4] = {8, 5, 15, 12};
    const float bias[4] = {-0.5f, -0.5f, 0.5f, 0.5f};
    lac_train_config config = lac_train_config_default();
    char *text, *story;
    strcpy(config.model, "kimura");
    config.holdout = 0;
    assert_ok(ctx, lac_data_from_memory(ctx, 1, 20, 2, data_names, pixels, labels, mask, data));
    assert_ok(ctx, lac_network_text(ctx, "kimura", &text));
    assert_ok(ctx, lac_config_to_json(ctx, &config, &story));
    const lac_model_parts parts = {.name = "kimura", .text = text, .where = "kimura",
                                   .story = story, .size = 20, .points = 2, .names = names};
    assert_ok(ctx, lac_model_new(ctx, &parts, model));
    free(text);
    free(story);
    const lac_params *params = &(*model)->net->params;
    memcpy((*model)->weights.w + params->table[params->count - 1].offset, bias, sizeof bias);
}

static void a_face_shows_its_labels_red_and_all_predictions_blue(void **state)
{
    (void)state;
    test_path png = path_in(&folder, "faces.png");
    const uint8_t both[4] = {1, 1, 1, 1}, one[4] = {1, 1, 0, 0};
    int red[2], blue[2];
    for (int i = 0; i < 2; i++) {
        lac_data *data;
        lac_model *model;
        open_faces(i ? one : both, &data, &model);
        assert_ok(ctx, lac_plot_faces(model, data, png.text));
        red[i] = count_color(png.text, RED, 0, 350);
        blue[i] = count_color(png.text, BLUE, 0, 350);
        lac_model_free(&model);
        lac_data_free(&data);
    }
    assert_true(red[1] > 0 && red[0] > red[1]);
    assert_int_equal(blue[0], blue[1]);
}

static void faces_without_any_label_are_refused(void **state)
{
    (void)state;
    const uint8_t none[4] = {0};
    lac_data *data;
    lac_model *model;
    open_faces(none, &data, &model);
    assert_status(ctx, lac_plot_faces(model, data, path_in(&folder, "none.png").text),
                  LAC_ERROR_MISMATCH);
    assert_message(ctx, "no picture of the data has a label to draw");
    lac_model_free(&model);
    lac_data_free(&data);
}

/* ---- The page ------------------------------------------------------------------------------ */

enum { ROWS = 40, SIZE = 16, POINTS = 3 };

static lac_data *small_data(void)
{
    static const char *const names[POINTS] = {"left_wing", "right_wing", "beak <&>"};
    uint8_t pixels[ROWS * SIZE * SIZE], mask[ROWS * 2 * POINTS];
    float labels[ROWS * 2 * POINTS];
    lac_data *data;
    for (int i = 0; i < ROWS * SIZE * SIZE; i++)
        pixels[i] = (uint8_t)lac_random(3, 1, (uint64_t)i);
    for (int i = 0; i < ROWS * 2 * POINTS; i++) {
        mask[i] = i / (2 * POINTS) % 2 || i / 2 % POINTS != 2;
        labels[i] = 15 * (float)lac_random_uniform(3, 2, (uint64_t)i);
    }
    assert_ok(ctx, lac_data_from_memory(ctx, ROWS, SIZE, POINTS, names, pixels, labels, mask,
                                        &data));
    return data;
}

static int stop_at_once(void *user, const lac_progress *progress)
{
    (void)user;
    return progress->epoch == 1 && progress->step == 1;
}

static lac_train_config small_config(int epochs)
{
    lac_train_config config = lac_train_config_default();
    strcpy(config.model, "kimura");
    config.batch = 8;
    config.epochs = epochs;
    return config;
}

static test_path train_as(const lac_data *data, const char *name, const lac_train_config *config,
                          lac_progress_fn progress)
{
    test_path run = path_in(&folder, name);
    lac_trainer *t;
    assert_ok(ctx, lac_trainer_new(ctx, data, config, &t));
    assert_status(ctx, lac_trainer_run(t, run.text, progress, NULL),
                  progress ? LAC_STOPPED : LAC_OK);
    lac_trainer_free(&t);
    return run;
}

static test_path train_run(const lac_data *data, const char *name, int epochs)
{
    lac_train_config config = small_config(epochs);
    return train_as(data, name, &config, NULL);
}

static char *page_of(const lac_data *data, const char *const *runs, int count)
{
    test_path out = path_in(&folder, "report");
    const lac_report what = {.runs = runs, .count = count, .data_path = "some data"};
    size_t size;
    assert_ok(ctx, lac_report_write(ctx, &what, data, out.text));
    return file_bytes(path_in(&folder, "report/report.html").text, &size);
}

static int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (const char *p = strstr(text, part); p; p = strstr(p + 1, part))
        count++;
    return count;
}

static void a_page_needs_no_other_file_and_shows_all_there_is(void **state)
{
    (void)state;
    static const char *const figures[] = {
        "loss",    "loss-scaled", "error",         "time",         "distribution", "points",
        "samples", "mirrors",     "predictions-1", "layers-kimura"};
    static const char *const sections[] = {"results", "curves", "faces", "data", "networks",
                                           "runs"};
    lac_data *data = small_data();
    test_path run = train_run(data, "done", 2);
    const char *const runs[] = {run.text};
    char *page = page_of(data, runs, 1);
    for (int i = 0; i < LAC_COUNT(figures); i++)
        for (int png = 0; png < 2; png++) {
            char name[64];
            size_t size;
            snprintf(name, sizeof name, "report/%s%s", figures[i], png ? ".png" : ".svg");
            char *bytes = file_bytes(path_in(&folder, name).text, &size);
            assert_memory_equal(bytes, png ? "\x89PNG" : "<?xm", 4);
            free(bytes);
        }
    for (int i = 0; i < LAC_COUNT(sections); i++) {
        char id[32];
        snprintf(id, sizeof id, "<h2 id=\"%s\">", sections[i]);
        assert_int_equal(occurrences(page, id), 1);
    }
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "http:"));
    assert_null(strstr(page, "https:"));
    assert_int_equal(occurrences(page, "src="), occurrences(page, "src=\"data:image/"));
    assert_int_equal(occurrences(page, "href="), occurrences(page, "href=\"data:image/"));
    assert_non_null(strstr(page, "<dt>epochs<dd>2 of 2\n"));
    assert_non_null(strstr(page, "lacuna train --data 'some data' --out"));
    assert_non_null(strstr(page, "<td>beak &lt;&amp;&gt;<td>"));
    assert_non_null(strstr(page, "--model kimura --epochs 2 --batch 8</code>"));
    assert_null(strstr(page, "class=\"paper\">paper")); /* its numbers are of other data */
    free(page);
    lac_data_free(&data);
}

static void a_run_whose_first_epoch_is_not_done_has_a_page(void **state)
{
    (void)state;
    lac_data *data = small_data();
    const lac_train_config five = small_config(5);
    test_path a = train_run(data, "one<1>", 1);
    test_path b = train_as(data, "just-begun", &five, stop_at_once);
    const char *const runs[] = {a.text, b.text};
    char *page = page_of(data, runs, 2);
    assert_non_null(strstr(page, "<dt>epochs<dd>0 of 5, not finished"));
    assert_non_null(strstr(page, "<h3>one&lt;1&gt;</h3>"));
    assert_non_null(strstr(page, "<h3>just-begun</h3>"));
    assert_int_equal(occurrences(page, "<h4>best</h4>"), 2);
    free(page);
    lac_data_free(&data);
}

static void seeds_of_one_training_are_named_and_averaged(void **state)
{
    (void)state;
    lac_data *data = small_data();
    lac_train_config config = small_config(1);
    config.split_seed = 1;
    test_path a = train_as(data, "first", &config, NULL);
    config.seed = 2;
    test_path b = train_as(data, "second", &config, NULL);
    const char *const runs[] = {a.text, b.text};
    char *page = page_of(data, runs, 2);
    assert_non_null(strstr(page, "<h3>kimura masked, seed 1</h3>"));
    assert_non_null(strstr(page, "<h3>kimura masked, seed 2</h3>"));
    assert_int_equal(occurrences(page, "<td>kimura masked, mean of 2"), 1);
    assert_non_null(strstr(page, "&plusmn; one standard deviation"));
    assert_non_null(strstr(page, "predictions averaged, "));
    assert_non_null(strstr(page, "px<br><span class=\"quiet\">")); /* an interval */
    free(page);
    const char *const twins[] = {a.text, a.text};
    page = page_of(data, twins, 2);
    assert_int_equal(occurrences(page, "<h3>first</h3>"), 4); /* faces, what was run */
    free(page);
    lac_data_free(&data);
}

/* A text is changed and trained again: another network, whatever its file is called. */
static void networks_are_told_apart_by_their_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"a conv 3x3 4 pool\nb dense 2*points output\n",
                                        "a conv 5x5 4 pool\nb dense 2*points output\n"};
    lac_data *data = small_data();
    test_path net = path_in(&folder, "my own.net");
    test_path run[3];
    lac_train_config config = small_config(1);
    strcpy(config.model, net.text);
    config.split_seed = 1;
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"before", "after", "again"};
        file_put(net.text, texts[i > 0], strlen(texts[0]));
        config.seed = i < 2 ? 1 : 2;
        run[i] = train_as(data, names[i], &config, NULL);
    }
    const char *const runs[] = {run[0].text, run[1].text, run[2].text};
    char *page = page_of(data, runs, 3);
    assert_non_null(strstr(page, "<h3>my own</h3>\n<p>Of before.</p>"));
    assert_non_null(strstr(page, "<h3>my own</h3>\n<p>Of after, seed 1, after, seed 2.</p>"));
    assert_int_equal(occurrences(page, "mean of 2"), 1);
    assert_int_equal(occurrences(page, " --model '/"), 3); /* a shell reads it back */
    free(page);
    lac_data_free(&data);
}

/* Names come from files and folders: none of them may become part of the page's language, stop
 * a figure, or run out of it. */
static void names_of_any_kind_are_shown_and_change_nothing(void **state)
{
    (void)state;
    static const char *const names[POINTS] = {"<script>a</script>", "\xff\xfe \xe2\x82",
                                              ("a name that is much too long for any figure "
                                               "that is meant for a phone")};
    lac_data *plain = small_data();
    lac_data *data;
    assert_ok(ctx, lac_data_from_memory(ctx, ROWS, SIZE, POINTS, names, lac_data_image(plain, 0),
                                        lac_data_labels(plain, 0), lac_data_mask(plain, 0),
                                        &data));
    test_path run = train_run(data, "it's <b>a \xc3\xa4 run", 1);
    const char *const runs[] = {run.text};
    char *page = page_of(data, runs, 1);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<b>a"));
    assert_non_null(strstr(page, "<td>&lt;script&gt;a&lt;/script&gt;<td>"));
    assert_non_null(strstr(page, "/it'\\''s &lt;b&gt;a \xc3\xa4 run' --preset paper --model "
                                 "kimura"));
    free(page);
    lac_data_free(&data);
    lac_data_free(&plain);
}

static void runs_with_other_hold_outs_do_not_share_a_page(void **state)
{
    (void)state;
    lac_data *data = small_data();
    lac_train_config config = small_config(1);
    test_path a = train_as(data, "seed1", &config, NULL);
    config.seed = 2;
    test_path b = train_as(data, "seed2", &config, NULL);
    const char *const runs[] = {a.text, b.text};
    const lac_report what = {.runs = runs, .count = 2};
    test_path out = path_in(&folder, "refused");
    assert_status(ctx, lac_report_write(ctx, &what, data, out.text), LAC_ERROR_MISMATCH);
    assert_message(ctx, "holds out other rows than");
    assert_false(lac_path_exists(path_in(&folder, "refused/report.html").text));
    const lac_report none = {0};
    assert_status(ctx, lac_report_write(ctx, &none, data, out.text), LAC_ERROR_ARGUMENT);
    lac_data_free(&data);
}

/* Ascending error over the runs: the first face shown is the best, the last the worst. */
static void faces_are_chosen_by_their_error(void **state)
{
    (void)state;
    lac_data *data = small_data();
    test_path run = train_run(data, "ranked", 2);
    const char *const runs[] = {run.text};
    char *page = page_of(data, runs, 1);
    double best = strtod(strstr(strstr(page, "<h4>best</h4>"), "<figcaption><b>") + 15, NULL);
    const char *worst_band = strstr(page, "<h4>worst</h4>");
    const char *end = strstr(worst_band, "</div>");
    double last = 0, before = best;
    for (const char *p = strstr(worst_band, "<figcaption><b>"); p && p < end;
         p = strstr(p + 1, "<figcaption><b>")) {
        last = strtod(p + 15, NULL);
        assert_true(last >= before);
        before = last;
    }
    assert_true(best > 0 && last > best);
    free(page);
    lac_data_free(&data);
}

static void base64_is_that_of_the_standard(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
                                           {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
    for (int i = 0; i < LAC_COUNT(pairs); i++) {
        test_path path = path_in(&folder, "base64");
        FILE *stream = fopen(path.text, "wb");
        lac_base64 out = {.stream = stream};
        size_t size;
        assert_non_null(stream);
        for (const char *p = pairs[i][0]; *p; p++)
            lac_base64_add(&out, p, 1);
        lac_base64_end(&out);
        assert_int_equal(fclose(stream), 0);
        char *text = file_bytes(path.text, &size);
        assert_string_equal(text, pairs[i][1]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_shows_loss_at_the_left_and_error_at_the_right),
        cmocka_unit_test(a_run_without_hold_out_has_a_loss_alone),
        cmocka_unit_test(a_thousand_epochs_and_a_vector_picture_are_drawn),
        cmocka_unit_test(bad_runs_and_names_are_refused_and_leave_no_file),
        cmocka_unit_test(numbers_outside_their_range_are_refused),
        cmocka_unit_test(a_chart_of_any_numbers_is_drawn),
        cmocka_unit_test(a_face_shows_its_labels_red_and_all_predictions_blue),
        cmocka_unit_test(faces_without_any_label_are_refused),
        cmocka_unit_test(a_page_needs_no_other_file_and_shows_all_there_is),
        cmocka_unit_test(a_run_whose_first_epoch_is_not_done_has_a_page),
        cmocka_unit_test(seeds_of_one_training_are_named_and_averaged),
        cmocka_unit_test(networks_are_told_apart_by_their_texts),
        cmocka_unit_test(names_of_any_kind_are_shown_and_change_nothing),
        cmocka_unit_test(runs_with_other_hold_outs_do_not_share_a_page),
        cmocka_unit_test(faces_are_chosen_by_their_error),
        cmocka_unit_test(base64_is_that_of_the_standard),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
