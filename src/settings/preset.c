/*
 * Presets, settings that go together, from texts that ship inside the library, and files like
 * them. Such a text says what differs from the defaults; config.json, which says all, is one too.
 */
#include "settings/config.h"
#include "base/shipped.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 16 };

const char *const *lac_preset_names(void)
{
    return lac_presets_names;
}

const char *lac_preset_text(const char *name)
{
    for (int i = 0; lac_presets[i].name; i++)
        if (strcmp(lac_presets[i].name, name) == 0)
            return lac_presets[i].text;
    return NULL;
}

static lac_status fail_unknown(lac_context *ctx, const char *name)
{
    char list[200] = "";
    for (int i = 0; lac_presets[i].name; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", lac_presets[i].name);
    }
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "no preset is called \"%.64s\"; there are %s",
                    lac_text_printable(name) ? name : "?", list);
}

lac_status lac_train_preset(lac_context *ctx, const char *name, lac_train_config *config)
{
    const char *text = lac_preset_text(name);
    return text ? lac_config_from_preset(ctx, text, name, config) : fail_unknown(ctx, name);
}

static lac_status read_file(lac_context *ctx, const char *path, lac_train_config *config)
{
    char *text;
    size_t size;
    LAC_TRY(lac_file_read(ctx, path, &text, &size));
    lac_status status;
    if (size > MOST_TEXT)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: %zu bytes are no settings, which have at "
                          "most %d", path, size, MOST_TEXT);
    else if (strlen(text) != size)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: not JSON: it has a NUL byte", path);
    else
        status = lac_config_from_preset(ctx, text, path, config);
    free(text);
    return status;
}

lac_status lac_train_read(lac_context *ctx, const char *path, lac_train_config *config)
{
    char *inside;
    if (!lac_path_is_folder(path))
        return read_file(ctx, path, config);
    LAC_TRY(lac_path_join(ctx, path, "config.json", &inside));
    lac_status status = read_file(ctx, inside, config);
    free(inside);
    return status;
}

lac_status lac_preset_nearest(lac_context *ctx, const lac_train_config *config,
                              const char **nearest)
{
    int least = INT_MAX;
    for (int i = 0; lac_presets[i].name; i++) {
        lac_train_config preset;
        LAC_TRY(lac_train_preset(ctx, lac_presets[i].name, &preset));
        int differences = lac_config_differences(config, &preset);
        if (differences < least) {
            least = differences;
            *nearest = lac_presets[i].name;
        }
    }
    return LAC_OK;
}
