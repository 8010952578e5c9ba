/* Where a network's text comes from: the library itself, or a file. */
#include "base/shipped.h"
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 16 };

/* What some editors put before the first line of UTF-8. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

const char *const *lac_network_names(void)
{
    return lac_networks_names;
}

void lac_network_title(const char *network, char out[LAC_TITLE])
{
    const char *slash = strrchr(network, '/');
    const char *name = slash ? slash + 1 : network;
    size_t length = strlen(name);
    if (length > 4 && strcmp(name + length - 4, ".net") == 0)
        length -= 4;
    snprintf(out, LAC_TITLE, "%.*s", (int)length, name);
}

/* A file's name has a slash or a dot. */
static int is_path(const char *network)
{
    return strpbrk(network, "/.") != NULL;
}

static lac_status fail_unknown(lac_context *ctx, const char *network)
{
    char list[200] = "";
    for (int i = 0; lac_networks[i].name; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", lac_networks[i].name);
    }
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "model \"%.64s\" is not known: must be one of %s, or a file such as my.net",
                    network, list);
}

/* Reads on to the end of a pipe, and of a file that is no network's text not more than shows it. */
static lac_status read_stream(lac_context *ctx, const char *path, FILE *file, char *text)
{
    size_t size = fread(text, 1, MOST_TEXT + 1, file);
    if (ferror(file))
        return lac_fail_errno(ctx, path, "read");
    if (size > MOST_TEXT)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: not a network's text, which has at most %d bytes", path, MOST_TEXT);
    if (strlen(text) != size)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: not a network's text: it has a NUL byte",
                        path);
    if (strncmp(text, byte_order_mark, 3) == 0)
        memmove(text, text + 3, size - 3 + 1);
    return LAC_OK;
}

static lac_status read_file(lac_context *ctx, const char *path, char **text)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return lac_fail_errno(ctx, path, "open");
    lac_status status = lac_alloc(ctx, MOST_TEXT + 2, 1, text);
    if (status == LAC_OK)
        status = read_stream(ctx, path, file, *text);
    fclose(file);
    if (status != LAC_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

lac_status lac_network_text(lac_context *ctx, const char *network, char **text)
{
    *text = NULL;
    for (int i = 0; lac_networks[i].name; i++)
        if (strcmp(lac_networks[i].name, network) == 0)
            return lac_strdup(ctx, lac_networks[i].text, text);
    return is_path(network) ? read_file(ctx, network, text) : fail_unknown(ctx, network);
}
