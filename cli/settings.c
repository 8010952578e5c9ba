/*
 * The settings of a training as options of a verb and as text, from the library's table: a
 * setting that is added there is offered by every verb that offers settings like it.
 */
#include "cli.h"

#include <assert.h>
#include <string.h>

enum { LINE_WIDTH = 79, LINE_INDENT = 9 };

/* "weight_decay" is --weight-decay; a flag that is 1 by default, mirror, is --no-mirror. */
static void spell(const lac_field *f, char out[OPTION_NAME])
{
    int is_off = f->kind == LAC_FIELD_FLAG && strcmp(f->usual, "0") != 0;
    snprintf(out, OPTION_NAME, "%s%s", is_off ? "no-" : "", f->name);
    for (char *p = out; *p; p++)
        *p = *p == '_' ? '-' : *p;
}

int setting_options(lac_train_config *config, int (*is_offered)(const lac_field *),
                    option out[MOST_SETTINGS])
{
    int all, count = 0;
    const lac_field *fields = lac_train_fields(&all);
    for (const lac_field *f = fields; f < fields + all; f++) {
        if (is_offered && !is_offered(f))
            continue;
        assert(count < MOST_SETTINGS);
        option *o = &out[count++];
        *o = (option){.type = OPTION_SETTING, .value = config, .field = f, .unit = f->unit,
                      .about = f->about, .zero = f->zero, .choices = f->words};
        if (setting_is(f, "model pairs drop"))
            o->files = FILES_READ;
        else if (setting_is(f, "teacher"))
            o->files = FILES_RUNS;
        spell(f, o->spelled);
        o->name = o->spelled;
    }
    return count;
}

int setting_is(const lac_field *f, const char *names)
{
    size_t length = strlen(f->name);
    for (const char *p = names; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL)
        if (strncmp(p, f->name, length) == 0 && (p[length] == ' ' || p[length] == '\0'))
            return 1;
    return 0;
}

const char *setting_text(const lac_train_config *config, const char *name, char text[LAC_SETTING])
{
    lac_train_get(NULL, config, name, text);
    return text;
}

void setting_print(const lac_field *f, const lac_train_config *config)
{
    char name[OPTION_NAME], value[LAC_SETTING];
    spell(f, name);
    printf(" --%s", name);
    if (f->kind == LAC_FIELD_FLAG)
        return;
    printf(" ");
    print_quoted(stdout, setting_text(config, f->name, value));
}

/* "lr 0.0001"; nothing of a setting that has its default, but for those that people ask for
 * first. */
static void describe(const lac_field *f, const lac_train_config *config, char *out, size_t size)
{
    char value[LAC_SETTING];
    setting_text(config, f->name, value);
    int is_usual = strcmp(value, f->usual) == 0;
    if (f->kind == LAC_FIELD_FLAG)
        snprintf(value, sizeof value, "%s", strcmp(value, "0") == 0 ? "off" : "on");
    snprintf(out, size, "%s %s", f->name, value);
    for (char *p = out; *p && *p != ' '; p++)
        *p = *p == '_' ? '-' : *p;
    if (is_usual && !setting_is(f, "model epochs batch lr seed"))
        out[0] = '\0';
}

void settings_print(const lac_train_config *config)
{
    int count, column = LINE_INDENT;
    const lac_field *fields = lac_train_fields(&count);
    printf("%-*s", LINE_INDENT, "run");
    for (int i = 0; i < count; i++) {
        char text[LAC_SETTING + OPTION_NAME];
        describe(&fields[i], config, text, sizeof text);
        int length = (int)strlen(text);
        if (length == 0)
            continue;
        if (column > LINE_INDENT && column + length + 3 > LINE_WIDTH) {
            printf(",\n%*s", LINE_INDENT, "");
            column = LINE_INDENT;
        }
        column += printf("%s%s", column > LINE_INDENT ? ", " : "", text);
    }
    printf("\n");
}
