/*
 * A search's search.txt: how long it goes, its settings, its data, a line each. A search that goes
 * on may change the first.
 */
#include "train/search.h"
#include "data/data.h"
#include "net/net.h"
#include "settings/config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* " network HASH" of a text that people may change behind its name; of one that ships, nothing. */
static lac_status network_text(lac_context *ctx, const char *network, char out[32])
{
    char *text;
    out[0] = '\0';
    for (const char *const *name = lac_network_names(); *name; name++)
        if (strcmp(*name, network) == 0)
            return LAC_OK;
    LAC_TRY(lac_network_text(ctx, network, &text));
    snprintf(out, 32, " network %016" PRIx64, lac_hash(0, text, strlen(text)));
    free(text);
    return LAC_OK;
}

lac_status lac_search_text(lac_context *ctx, const lac_search_config *c, const lac_data *data,
                           char **out)
{
    const lac_train_config usual = lac_train_config_default();
    lac_train_config kept = c->base; /* what neither is drawn nor the search's own */
    const lac_field *f;
    for (int i = 0; (f = lac_search_field(i)); i++)
        lac_field_read(f, f->usual, &kept);
    kept.start = usual.start;
    kept.epochs = usual.epochs;
    char validation[LAC_NUMBER], network[32];
    char *options;
    LAC_TRY(network_text(ctx, c->base.model, network));
    LAC_TRY(lac_config_options(ctx, &kept, &usual, &options));
    size_t room = strlen(options) + 200;
    lac_status status = lac_alloc(ctx, room, 1, out);
    if (status == LAC_OK)
        snprintf(*out, room, "--trials %d --epochs %d%s\n--validation %s --seed %" PRIu64
                 "%s\ndata %016" PRIx64 "%s\n", c->trials, c->epochs,
                 c->halving ? "" : " --no-halving", lac_number_text(c->validation, validation),
                 c->seed, options, data->fingerprint, network);
    free(options);
    return status;
}

static lac_status path_of(lac_context *ctx, const char *dir, char **out)
{
    return lac_path_join(ctx, dir, "search.txt", out);
}

static lac_status put(lac_context *ctx, const char *path, const char *text)
{
    lac_file file;
    LAC_TRY(lac_file_create(ctx, path, &file));
    fputs(text, file.stream); /* commit reports a failed write */
    return lac_file_commit(ctx, &file);
}

lac_status lac_search_keep(lac_context *ctx, const char *dir, const char *text)
{
    char *path;
    LAC_TRY(path_of(ctx, dir, &path));
    lac_status status = put(ctx, path, text);
    free(path);
    return status;
}

static lac_status compare(lac_context *ctx, const char *dir, const char *path, const char *text)
{
    char *old;
    size_t size;
    LAC_TRY(lac_file_read(ctx, path, &old, &size));
    const char *found = strchr(old, '\n'), *wanted = strchr(text, '\n');
    lac_status status = LAC_OK;
    if (!found || strcmp(found, wanted) != 0)
        status = lac_fail(ctx, LAC_ERROR_ARGUMENT,
                          "%s: holds a search with other settings or data (see search.txt): give "
                          "the same ones, or another folder", dir);
    free(old);
    return status;
}

lac_status lac_search_compare(lac_context *ctx, const char *dir, const char *text)
{
    char *path;
    LAC_TRY(path_of(ctx, dir, &path));
    lac_status status = lac_path_exists(path) ? compare(ctx, dir, path, text) : LAC_OK;
    free(path);
    return status;
}

lac_status lac_search_options(lac_context *ctx, const char *dir, char **out)
{
    char *path;
    size_t size;
    LAC_TRY(path_of(ctx, dir, &path));
    lac_status status = lac_file_read(ctx, path, out, &size);
    char *first = status == LAC_OK ? strchr(*out, '\n') : NULL;
    char *second = first ? strchr(first + 1, '\n') : NULL;
    if (second) {
        *first = ' ';
        *second = '\0';
    } else if (status == LAC_OK) {
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: not the settings of a search", path);
        free(*out);
        *out = NULL;
    }
    free(path);
    return status;
}
