/*
 * Fuzzing the readers of small texts: networks, presets, a model's sources and partners, pairs of
 * points, lists of paths, rules of crops, marks of gaps. Whatever the bytes are, reading ends with
 * something legal, which reads back from what is written of it, or with a message that is one line.
 * A byte in front chooses the reader. script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "data/data.h"
#include "net/heads.h"
#include "net/net.h"
#include "settings/config.h"

enum { POINTS = 3 };

static char *names[POINTS] = {"left_eye", "right_eye", "nose"};

static void read_network(lac_context *ctx, char *text)
{
    const lac_counts counts = {.points = POINTS, .sources = 2, .source_points = POINTS + 1};
    lac_net *net, *again;
    if (!check(ctx, lac_net_new(ctx, text, "fuzz.net", 16, counts, &net))) {
        require(net == NULL);
        return;
    }
    require(net->count > 1 && net->output_count > 0 && lac_net_flop_training(net) >= 0);
    require(lac_net_new(ctx, net->text, "fuzz.net", 16, counts, &again) == LAC_OK);
    require(again->params.floats == net->params.floats && again->count == net->count);
    lac_net_free(&again);
    lac_net_free(&net);
}

static void read_preset(lac_context *ctx, char *text)
{
    lac_train_config config, again;
    char *json;
    if (!check(ctx, lac_config_from_preset(ctx, text, "fuzz.json", &config)))
        return;
    require(lac_config_to_json(ctx, &config, &json) == LAC_OK);
    require(lac_config_from_json(ctx, json, "config.json", &again) == LAC_OK);
    require(lac_config_any_difference(&config, &again) == NULL);
    free(json);
}

static void check_mirror(const int *mirror)
{
    for (int p = 0; p < POINTS; p++)
        require(mirror[p] >= 0 && mirror[p] < POINTS && mirror[mirror[p]] == p);
}

/* Sources in the first line, partners in what follows. */
static void read_heads(lac_context *ctx, char *text)
{
    lac_heads heads, again;
    char *partners = strchr(text, '\n'), *written;
    if (partners)
        *partners++ = '\0';
    if (!check(ctx, lac_heads_from_text(ctx, text, partners, names, POINTS, "fuzz", &heads)))
        return;
    check_mirror(heads.mirror);
    require(heads.sources >= 1 && heads.sources <= LAC_MOST_SOURCES);
    require(lac_heads_to_text(ctx, &heads, names, &written) == LAC_OK);
    require(lac_heads_from_text(ctx, written, NULL, names, POINTS, "fuzz", &again) == LAC_OK);
    require(again.sources == heads.sources);
    require(memcmp(again.pattern, heads.pattern, (size_t)heads.sources * POINTS) == 0);
    free(written);
    lac_heads_free(&again);
    lac_heads_free(&heads);
}

static void read_pairs(lac_context *ctx, const char *path)
{
    static const uint8_t pixel = 0, mask[2 * POINTS];
    static const float labels[2 * POINTS];
    lac_data *data;
    require(lac_data_from_memory(ctx, 1, 1, POINTS, (const char *const *)names, &pixel, labels,
                                 mask, &data) == LAC_OK);
    check(ctx, lac_data_pair(ctx, data, path));
    check_mirror(data->mirror);
    lac_data_free(&data);
}

static void read_paths(lac_context *ctx, const char *path)
{
    char word[80];
    const char *words[] = {word};
    lac_paths *paths;
    snprintf(word, sizeof word, "@%s", path);
    if (!check(ctx, lac_paths_list(ctx, words, 1, &paths)))
        return;
    require(paths->count > 0);
    for (int i = 0; i < paths->count; i++)
        require(paths->path[i][0] && !strchr(paths->path[i], '\n'));
    check(ctx, lac_paths_differ(ctx, paths, "out", ".csv", paths->count % 2));
    lac_paths_free(&paths);
}

static void read_crops(const char *text)
{
    lac_crop rules[LAC_MOST_CROPS], again[LAC_MOST_CROPS];
    char rule[LAC_CROP_TEXT];
    int count, one;
    if (!lac_crops_read(text, rules, &count))
        return;
    require(count >= 0 && count <= LAC_MOST_CROPS);
    for (int i = 0; i < count; i++)
        require(lac_crops_read(lac_crop_text(&rules[i], rule), again, &one) && one == 1);
}

/* Settings that are small languages of their own. */
static void read_setting(lac_context *ctx, const char *text)
{
    static const char *const settings[] = {"missing", "pairs", "crop", "lr", "seed", "epochs"};
    lac_train_config config = lac_train_config_default();
    for (int i = 0; i < LAC_COUNT(settings); i++)
        if (check(ctx, lac_train_set(ctx, &config, settings[i], text))) {
            char value[LAC_SETTING];
            require(lac_train_get(ctx, &config, settings[i], value) == LAC_OK);
            require(lac_train_set(ctx, &config, settings[i], value) == LAC_OK);
        }
    read_crops(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lac_context *ctx = the_context(1);
    if (size == 0)
        return 0;
    char *text = text_of(bytes + 1, size - 1);
    fuzz_file file = file_of(bytes + 1, size - 1);
    switch (bytes[0] % 6) {
    case 0:
        read_network(ctx, text);
        break;
    case 1:
        read_preset(ctx, text);
        break;
    case 2:
        read_heads(ctx, text);
        break;
    case 3:
        read_pairs(ctx, file.path);
        break;
    case 4:
        read_paths(ctx, file.path);
        break;
    default:
        read_setting(ctx, text);
    }
    close(file.handle);
    free(text);
    return 0;
}
