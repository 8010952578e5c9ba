/*
 * lacuna presets: what presets there are, and the text of one.
 */
#include "cli.h"

#include <string.h>

/* What a preset says of itself: for whom it is, its time and its error. */
static const char *const keys[] = {"about", "cost", "measured"};
enum { ABOUT, COST, MEASURED, KEYS };

typedef struct shown {
    const char *name;
    cJSON *text;
    const char *word[KEYS];
    lac_train_config config;
} shown;

static shown show_of(const char *name)
{
    shown s = {.name = name, .text = json_read(lac_preset_text(name))};
    need_preset(name, &s.config);
    for (int i = 0; i < KEYS; i++) {
        const char *word =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(s.text, keys[i]));
        s.word[i] = word ? word : "-";
    }
    return s;
}

static void print_list(void)
{
    int cost = 4;
    const char *const *names = lac_preset_names();
    for (int i = 0; names[i]; i++) {
        shown s = show_of(names[i]);
        cost = (int)strlen(s.word[COST]) > cost ? (int)strlen(s.word[COST]) : cost;
        cJSON_Delete(s.text);
    }
    printf("%-7s %-9s %6s  %5s  %-*s  %s\n", "preset", "network", "epochs", "batch", cost, "cost",
           "error");
    for (int i = 0; names[i]; i++) {
        shown s = show_of(names[i]);
        printf("%-7s %-9s %6d  %5d  %-*s  %s\n%8s%s\n", s.name, s.config.model, s.config.epochs,
               s.config.batch, cost, s.word[COST], s.word[MEASURED], "", s.word[ABOUT]);
        cJSON_Delete(s.text);
    }
}

static void print_json(void)
{
    cJSON *root = json_new();
    cJSON *list = cJSON_AddArrayToObject(root, "presets");
    const char *const *names = lac_preset_names();
    for (int i = 0; names[i]; i++) {
        shown s = show_of(names[i]);
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", s.name);
        cJSON_AddStringToObject(item, "model", s.config.model);
        cJSON_AddNumberToObject(item, "epochs", s.config.epochs);
        cJSON_AddNumberToObject(item, "batch", s.config.batch);
        for (int key = 0; key < KEYS; key++)
            cJSON_AddStringToObject(item, keys[key], s.word[key]);
        cJSON_AddItemToArray(list, item);
        cJSON_Delete(s.text);
    }
    json_print(root);
}

static int print_text(const command *c, const char *name)
{
    const char *text = lac_preset_text(name);
    if (text) {
        fputs(text, stdout);
        return CODE_DONE;
    }
    char wanted[LAC_SETTING];
    const option choice = {.type = OPTION_CHOICE, .choices = lac_preset_names()};
    describe_wanted(&choice, wanted, sizeof wanted);
    return options_misuse(c, "NAME needs %s, not '%s'", wanted, name);
}

int verb_presets(int argc, char **argv)
{
    const char *name = NULL;
    int json = 0;
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "NAME", .value = &name,
         .choices = lac_preset_names(),
         .about = "print this preset's text, to copy and change"},
        {.type = OPTION_FLAG, .name = "json", .value = &json, .about = "print the list as JSON"},
    };
    const command c = {
        .name = "presets",
        .usage = "lacuna presets [NAME] [--json]",
        .about = "Lists the presets, settings that go together: network, epochs, pictures in a "
                 "step, what a training costs on two cores, the error that it reached on "
                 "Kaggle's hold-out. Epochs and costs are for some 7,000 rows; fewer rows want "
                 "more epochs. Of one it prints the text: what it leaves out has the default of "
                 "preset paper.\n"
                 "--preset NAME takes one, --config FILE a changed copy; other options of the "
                 "same line win over both.",
        .examples = "  lacuna presets\n"
                    "  lacuna presets first >mine.json\n"
                    "  lacuna train --config mine.json --data faces --out run",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;
    if (name)
        return print_text(&c, name);
    if (json)
        print_json();
    else
        print_list();
    return CODE_DONE;
}
