/* What the verbs share: the machine's options, reporting, tables of text, memory. */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const cpu_choices[] = {"auto", "ref",  "avx2", "avx512",
                                   "neon", "amx", NULL}; /* as lac_cpu */

static void print_note(void *user, const char *line)
{
    (void)user;
    fprintf(stderr, "%slacuna: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", line);
}

lac_status machine_open(const machine_options *m, lac_context **ctx)
{
    lac_context_config config = {
        .threads = m->threads, .cpu = (lac_cpu)m->cpu, .comm = m->comm,
        .team = m->comm ? m->team : 0, .log = m->comm && m->comm->rank > 0 ? NULL : print_note};
    return lac_context_new(&config, ctx);
}

int report(const lac_context *ctx, lac_status status)
{
    if (status == LAC_OK)
        return CODE_DONE;
    fprintf(stderr, "lacuna: %s\n", lac_context_message(ctx));
    return CODE_FAILED;
}

int is_drawing(const char *name)
{
    size_t length = strlen(name);
    const char *end = length > 4 ? name + length - 4 : "";
    return strcmp(end, ".png") == 0 || strcmp(end, ".svg") == 0;
}

/* ---- Text ------------------------------------------------------------------------------ */

const char *number_text(double value, int decimals, char text[24])
{
    if (isnan(value))
        snprintf(text, 24, "-");
    else
        snprintf(text, 24, "%.*f", decimals, value);
    return text;
}

const char *picture_text(const lac_data *data, int row, char text[24])
{
    const char *id = lac_data_id_text(data, row);
    snprintf(text, 24, "%d", lac_data_id(data, row));
    return id ? id : text;
}

const char *duration_text(double seconds, char text[24])
{
    if (isnan(seconds) || seconds > 1e9) {
        snprintf(text, 24, "-");
        return text;
    }
    long s = lround(seconds);
    if (s >= 3600)
        snprintf(text, 24, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(text, 24, "%ld:%02ld", s / 60, s % 60);
    return text;
}

void print_quoted(FILE *stream, const char *word)
{
    size_t size = lac_shell_word(word, NULL, 0) + 1;
    char *text = need(size, 1);
    lac_shell_word(word, text, size);
    fputs(text, stream);
    free(text);
}

enum { LAYER_WIDTH = 79, LAYER_NUMBERS = 37 }; /* of the whole table, of its last three columns */

/* How much of a text to print in `width` columns: up to the last blank that fits, before "<" where
 * there is one. */
static int fitting(const char *text, int width)
{
    int length = (int)strlen(text);
    if (length <= width)
        return length;
    int at = 0;
    for (int i = 1; i <= width; i++)
        if (text[i] == ' ' && (text[i + 1] == '<' || at == 0 || text[at + 1] != '<'))
            at = i;
    return at ? at : (int)strcspn(text, " ");
}

static void print_layer(const lac_layer *l, int name, int what)
{
    char shape[40];
    if (l->h == 1 && l->w == 1)
        snprintf(shape, sizeof shape, "%d", l->c);
    else
        snprintf(shape, sizeof shape, "%dx%dx%d", l->h, l->w, l->c);
    const char *rest = l->what;
    int part = fitting(rest, what);
    printf("%-*s  %-*.*s  %11s  %11ld  %9.1f\n", name, l->name, what, part, rest, shape,
           l->parameters, 1e-6 * l->flop);
    for (rest += part; *rest; rest += part) {
        rest += *rest == ' ';
        part = fitting(rest, what);
        printf("%*s  %.*s\n", name, "", part, rest);
    }
}

void print_layers(const lac_layer *layers, int count)
{
    int name = 5, what = 4;
    long parameters = 0;
    double flop = 0;
    for (int i = 0; i < count; i++) {
        int n = (int)strlen(layers[i].name), w = (int)strlen(layers[i].what);
        name = n > name ? n : name;
        what = w > what ? w : what;
        parameters += layers[i].parameters;
        flop += layers[i].flop;
    }
    int room = LAYER_WIDTH - LAYER_NUMBERS - name - 2;
    if (what > room)
        what = room > 16 ? room : 16;
    printf("%-*s  %-*s  %11s  %11s  %9s\n", name, "layer", what, "what", "output", "parameters",
           "MFLOP");
    for (int i = 0; i < count; i++)
        print_layer(&layers[i], name, what);
    printf("%-*s  %11s  %11ld  %9.1f\n", name + what + 2, "total", "", parameters, 1e-6 * flop);
}

static void *need_bytes(size_t size)
{
    return need(size, 1);
}

static void use_need(void)
{
    cJSON_Hooks hooks = {.malloc_fn = need_bytes, .free_fn = free};
    cJSON_InitHooks(&hooks);
}

cJSON *json_new(void)
{
    use_need();
    return cJSON_CreateObject();
}

void json_add_picture(cJSON *object, const lac_data *data, int row)
{
    const char *id = lac_data_id_text(data, row);
    if (id)
        cJSON_AddStringToObject(object, "picture", id);
    else
        cJSON_AddNumberToObject(object, "picture", lac_data_id(data, row));
}

cJSON *json_read(const char *text)
{
    use_need();
    return cJSON_Parse(text);
}

void json_add_source(cJSON *object, const lac_data *data, int source)
{
    const char *name = lac_data_source_name(data, source);
    if (name)
        cJSON_AddStringToObject(object, "name", name);
}

void json_print(cJSON *root)
{
    char *text = cJSON_Print(root);
    printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
}

/* ---- Memory ----------------------------------------------------------------------------- */

static void out_of_memory(void)
{
    fprintf(stderr, "lacuna: out of memory\n");
    exit(CODE_FAILED);
}

void *need(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

void need_preset(const char *name, lac_train_config *config)
{
    if (lac_train_preset(NULL, name, config) != LAC_OK)
        out_of_memory();
}
