/*
 * The settings of a training: one table says what each is called, where it lies, what it may
 * hold and what it does. To add a setting, add a member to lac_train_config, its line here, and
 * the code that uses it; options and help of the command, config.json, search and report follow.
 *
 * A range whose end is excluded ("above 0", "below 1") holds the nearest double inside it.
 */
#include "settings/config.h"
#include "base/shipped.h"

#include <float.h>
#include <inttypes.h>
#include <string.h>

/* ---- The table -------------------------------------------------------------------- */

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

#define TEXT(member) .name = #member, .kind = LAC_FIELD_TEXT, PLACE(member)
#define WORD(member) .name = #member, .kind = LAC_FIELD_WORD, PLACE(member)
#define FLAG(member) .name = #member, .kind = LAC_FIELD_FLAG, PLACE(member), RANGE_TO(0, 1)
#define INTEGER(member) .name = #member, .kind = LAC_FIELD_INTEGER, PLACE(member)
#define REAL(member) .name = #member, .kind = LAC_FIELD_REAL, PLACE(member)
#define SEED(member) .name = #member, .kind = LAC_FIELD_SEED, PLACE(member), .unit = "N", \
                     .range = "from 0 to 18446744073709551615"
#define PLACE(member) .offset = offsetof(lac_train_config, member)

#define RANGE_TO(low, high) .least = low, .most = high, .range = "from " #low " to " #high
#define FROM(low) .least = low, .most = DBL_MAX, .range = "from " #low " up"
#define ABOVE_0 .least = DBL_TRUE_MIN, .most = DBL_MAX, .range = "above 0"
#define BELOW_1 .least = 0, .most = 1 - DBL_EPSILON / 2, .range = "from 0 to below 1"

#define TO_1 .least = DBL_TRUE_MIN, .most = 1, .range = "above 0 to 1"

/* Of a setting that is an amount of something new: none of it. */
#define OFF .usual = "0", .zero = "none", .is_late = 1

/* The place picks a trial's random number: one that is taken keeps its setting. */
#define LOG_UNIFORM(place, title, low, high) .draw = {place, title, 0, {low, high}}
#define EVENLY(place, title, count, ...) .draw = {place, title, count, {__VA_ARGS__}}

static int are_marks(const char *text)
{
    lac_mark_of_gap marks[LAC_MOST_MARKS];
    int count;
    return lac_marks_read(text, marks, &count);
}

static int are_crops(const char *text)
{
    lac_crop rules[LAC_MOST_CROPS];
    int count;
    return lac_crops_read(text, rules, &count);
}

static const char *const pair_words[] = {"names", "data", NULL};

static const lac_field fields[] = {
    {TEXT(model), .usual = "resnet", .words = lac_networks_names, .unit = "FILE",
     .range = "the name of a network or the path of its text, 1 to 255 bytes",
     .about = "the network, one that ships or a text such as my.net; 'lacuna layers' shows it"},
    {WORD(rows), .usual = "all", .words = WORDS("all", "complete"),
     .about = "training rows: all, or only those with every label; the hold-out keeps all its "
              "rows"},
    {WORD(loss), .usual = "masked", .words = WORDS("masked", "plain"),
     .about = "squared error of present labels (eq. 3 to 6), or plain, which needs complete "
              "rows: --rows complete"},
    {WORD(reduction), .usual = "all", .words = WORDS("all", "present"),
     .about = "divide the loss by all labels of the batch, as the paper, or by the present ones",
     EVENLY(6, "reduction", 2, LAC_REDUCTION_ALL, LAC_REDUCTION_PRESENT)},
    {WORD(error), .usual = "squared", .words = WORDS("squared", "huber", "saturating", "wing"),
     .is_late = 1,
     .about = "what the loss sums of every error: its square, or one that grows more slowly behind "
              "the width, which bears bad labels"},
    {REAL(error_width), FROM(0), .usual = "6", .unit = "PX", .is_late = 1,
     .about = "where the errors huber, saturating and wing bend; 0: at a sixteenth of the side"},
    {WORD(optimizer), .usual = "adam", .words = WORDS("adam", "adamw"),
     .about = "adam adds the decay to the gradient, adamw keeps it apart"},
    {WORD(start), .usual = "normal", .words = WORDS("normal", "he", "uniform"),
     .about = "first weights from N(0, width), from He's N(0, sqrt(2 / fan in)), or evenly from -1 "
              "to 1 / sqrt(fan in), as PyTorch"},
    {REAL(start_width), ABOVE_0, .usual = "0.02", .unit = "X", .is_late = 1,
     .about = "deviation of the normal start",
     EVENLY(4, "width of the start", 4, 0.01, 0.02, 0.05, 0.1)},
    {TEXT(from), .usual = "", .unit = "MODEL", .zero = "weights that are drawn", .is_late = 1,
     .range = "the path of a model, at most 255 bytes",
     .about = "begin with a model's weights, as far as names and shapes are the same; other data "
              "and another network are allowed"},
    {TEXT(teacher), .usual = "", .unit = "MODEL", .zero = "none", .is_late = 1,
     .range = "the path of a model, or of a folder of such, at most 255 bytes",
     .about = "where a row has no label, learn what a model answers, or the mean of a folder of "
              "models: points that its label source lacks, and those of all other sources"},
    {REAL(teacher_weight), TO_1, .usual = "0.2", .unit = "X", .is_late = 1,
     .about = "how much such an answer counts, where a label counts 1"},
    {WORD(precision), .usual = "float32", .words = WORDS("float32", "bf16", "auto"), .is_late = 1,
     .about = "bf16 is faster and stores half as much; weights, statistics and Adam stay "
              "float32; needs a processor with AVX512-BF16; auto: where that is there"},
    {WORD(wire), .usual = "float32", .words = WORDS("float32", "bf16"), .is_late = 1,
     .about = "what ranks send each other to sum gradients: bf16 is half as much, rounded to 3 "
              "digits; one rank sends nothing"},
    {INTEGER(epochs), RANGE_TO(1, 1000000), .usual = "1000", .unit = "N", .is_limit = 1,
     .about = "visits of every row and its mirror image"},
    {INTEGER(batch), RANGE_TO(1, 65536), .usual = "256", .unit = "N",
     .about = "pictures in a step", EVENLY(3, "batch", 4, 32, 64, 128, 256)},
    {FLAG(even_batches), .usual = "1", .is_late = 1, .before = "0",
     .about = "fill every batch but an epoch's last, rather than divide its pictures evenly"},
    {REAL(lr), ABOVE_0, .usual = "0.0001", .unit = "X", .about = "step size of Adam",
     LOG_UNIFORM(1, "learning rate", 1e-5, 1e-2)},
    {WORD(schedule), .usual = "constant", .words = WORDS("constant", "cosine", "steps"),
     .is_late = 1, .about = "the step size over all steps: cosine falls to 0 at the last epoch"},
    {REAL(warmup), BELOW_1, .usual = "0", .unit = "F", .zero = "none", .is_late = 1,
     .about = "share of all steps in which the step size rises from 0"},
    {REAL(step_factor), TO_1, .usual = "0.1", .unit = "X", .is_late = 1,
     .about = "what the schedule steps multiplies by"},
    {REAL(step_every), TO_1, .usual = "0.3", .unit = "F", .is_late = 1,
     .about = "share of all steps between two such steps"},
    {REAL(beta1), BELOW_1, .usual = "0.9", .unit = "X", .about = "decay of Adam's first moment"},
    {REAL(beta2), BELOW_1, .usual = "0.999", .unit = "X",
     .about = "decay of Adam's second moment"},
    {REAL(eps), FROM(1e-30), .usual = "1e-08", .unit = "X",
     .about = "added to the root of Adam's second moment"},
    {REAL(weight_decay), FROM(0), .usual = "0.0005", .unit = "X",
     .about = "L2 term of Adam", LOG_UNIFORM(2, "weight decay", 1e-6, 1e-2)},
    {WORD(decay_on), .usual = "all", .words = WORDS("all", "weights"), .is_late = 1,
     .about = "decay every parameter, or spare norms and biases"},
    {REAL(ema), BELOW_1, .usual = "0", .unit = "X", .zero = "none", .is_late = 1,
     .about = "decay of a moving average of weights and statistics, which is the model then; try "
              "0.998"},
    {REAL(dropout), BELOW_1, .usual = "0.5", .unit = "X",
     .about = "share of the hidden dense layer dropped in a step",
     EVENLY(5, "dropout", 4, 0, 0.25, 0.5, 0.75)},
    {FLAG(mirror), .usual = "1", .about = "leave the mirror images out"},
    {WORD(mirror_axis), .usual = "middle", .words = WORDS("middle", "learned"), .is_late = 1,
     .about = "what labels are mirrored at: the middle of the picture, or as far beside it, for "
              "each label source, as the training finds its labels to lie to one side"},
    {REAL(rotation), RANGE_TO(0, 180), OFF, .unit = "D",
     .about = "turn pictures by up to D degrees either way"},
    {REAL(scale), RANGE_TO(0, 2), OFF, .unit = "X",
     .about = "enlarge pictures by a factor whose log is up to X either way"},
    {REAL(shift), RANGE_TO(0, 1), OFF, .unit = "F",
     .about = "move pictures by up to F sides along both axes"},
    {REAL(aspect), RANGE_TO(0, 1), OFF, .unit = "X",
     .about = "enlarge the width and reduce the height by a factor whose log is up to X, or the "
              "other way"},
    {REAL(contrast), BELOW_1, OFF, .unit = "X", .about = "multiply grey by 1 - X to 1 + X"},
    {REAL(brightness), RANGE_TO(0, 1), OFF, .unit = "X",
     .about = "add up to X either way to grey, where black is 0 and white 1"},
    {REAL(noise), RANGE_TO(0, 1), OFF, .unit = "X",
     .about = "add normal noise to grey, of a deviation of up to X"},
    {REAL(cutout), RANGE_TO(0, 1), OFF, .unit = "F",
     .about = "put a grey box of F / 4 to F of the side into half of the pictures"},
    {REAL(minutes), FROM(0), .usual = "0", .unit = "M", .zero = "no limit", .is_limit = 1,
     .about = "stop after this much training"},
    {REAL(until), FROM(0), .usual = "0", .unit = "PX", .zero = "no limit", .is_limit = 1,
     .is_late = 1,
     .about = "stop when the hold-out's RMSE, test-weighted where known, is this or less"},
    {INTEGER(patience), RANGE_TO(0, 1000000), .usual = "0", .unit = "N", .zero = "no limit",
     .is_limit = 1, .is_late = 1,
     .about = "stop after this many epochs without a new lowest figure"},
    {REAL(holdout), BELOW_1, .usual = "0.2", .unit = "F",
     .about = "share of the rows kept from training to measure on"},
    {SEED(seed), .usual = "1",
     .about = "of hold-out, first weights, order, augmentation and dropout: same seed, same "
              "result"},
    {SEED(split_seed), .usual = "0", .zero = "the training's seed", .is_late = 1,
     .about = "of the hold-out alone: other seeds, same hold-out"},
    {TEXT(missing), .usual = "", .unit = "MARKS", .zero = "none", .is_late = 1,
     .range = "numbers, or pairs such as 0,0, between blanks, at most 255 bytes",
     .is_good = are_marks,
     .about = "what marks a missing label besides empty cells and words such as nan: numbers such "
              "as -1, and pairs such as 0,0 that mark both labels of a point"},
    {WORD(outside), .usual = "error", .words = WORDS("error", "missing", "keep"), .is_late = 1,
     .about = "labels outside of the picture: refuse the table, take them for gaps, or learn them"},
    {TEXT(pairs), .usual = "names", .words = pair_words, .unit = "FILE", .is_late = 1,
     .range = "names, data or the path of a file, 1 to 255 bytes",
     .about = "mirror partners: points whose names differ in left and right, those that the mean "
              "face shows, or two names on each line of a file"},
    {TEXT(drop), .usual = "", .unit = "FILE", .zero = "nothing", .is_late = 1,
     .range = "the path of a list, at most 255 bytes",
     .about = "learn nothing from the rows and points of a list, as 'lacuna suspects' writes; what "
              "is held out is measured all the same"},
    {INTEGER(fold), RANGE_TO(0, 100), .usual = "0", .unit = "N", .zero = "none", .is_late = 1,
     .about = "hold out fold N of the 1 / holdout folds that the rows are dealt to"},
    {TEXT(crop), .usual = "", .unit = "RULES", .zero = "the table's own, if it has one",
     .is_late = 1,
     .range = "rules such as yunet:1.19,-0.09,0.07 between blanks, at most 255 bytes",
     .is_good = are_crops,
     .about = "which square of a photo the model's pictures are, for 'lacuna predict': by each "
              "detector's name side, left and top, in widths of the detector's box"},
};

const lac_field *lac_train_fields(int *count)
{
    *count = LAC_COUNT(fields);
    return fields;
}

const lac_field *lac_field_named(const char *name)
{
    for (int i = 0; i < LAC_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

const lac_field *lac_search_field(int place)
{
    for (int i = 0; i < LAC_COUNT(fields); i++)
        if (place >= 0 && fields[i].draw.place == place + 1)
            return &fields[i];
    return NULL;
}

lac_train_config lac_train_config_default(void)
{
    lac_train_config config = {0};
    for (int i = 0; i < LAC_COUNT(fields); i++)
        lac_field_read(&fields[i], fields[i].usual, &config);
    return config;
}

/* ---- One field -------------------------------------------------------------------- */

/* Enums are read and written as ints: all of theirs have int's size. */
_Static_assert(sizeof(lac_rows) == sizeof(int) && sizeof(lac_start) == sizeof(int), "enum size");

double lac_field_number(const lac_field *f, const lac_train_config *config)
{
    const char *at = (const char *)config + f->offset;
    double real;
    int integer;
    if (f->kind == LAC_FIELD_REAL) {
        memcpy(&real, at, sizeof real);
        return real;
    }
    memcpy(&integer, at, sizeof integer);
    return integer;
}

static int word_count(const lac_field *f)
{
    int count = 0;
    while (f->words[count])
        count++;
    return count;
}

static int is_legal(const lac_field *f, double value)
{
    if (f->kind == LAC_FIELD_WORD)
        return value >= 0 && value < word_count(f);
    return value >= f->least && value <= f->most; /* false for NaN */
}

int lac_field_put(const lac_field *f, double value, lac_train_config *config)
{
    char *at = (char *)config + f->offset;
    if (!is_legal(f, value))
        return 0;
    int integer = f->kind == LAC_FIELD_REAL ? 0 : (int)value;
    if (f->kind == LAC_FIELD_REAL)
        memcpy(at, &value, sizeof value);
    else if (integer == value)
        memcpy(at, &integer, sizeof integer);
    return f->kind == LAC_FIELD_REAL || integer == value;
}

/* Decimal digits alone; 0 when they are none or too many. */
static int read_seed(const char *text, uint64_t *seed)
{
    uint64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return 0;
        value = value * 10 + digit;
    }
    *seed = value;
    return p > text && *p == '\0';
}

/* What a TEXT may hold: at most LAC_SETTING - 1 bytes, none only where that is its default. */
static int is_text(const lac_field *f, const char *text)
{
    return (text[0] || !f->usual[0]) && memchr(text, '\0', LAC_SETTING) &&
           lac_text_printable(text) && (!f->is_good || f->is_good(text));
}

int lac_field_read(const lac_field *f, const char *text, lac_train_config *config)
{
    char *at = (char *)config + f->offset;
    uint64_t seed;
    double value;
    switch (f->kind) {
    case LAC_FIELD_TEXT:
        if (!is_text(f, text))
            return 0;
        memmove(at, text, strlen(text) + 1);
        return 1;
    case LAC_FIELD_WORD:
        for (int i = 0; f->words[i]; i++)
            if (strcmp(f->words[i], text) == 0)
                return lac_field_put(f, i, config);
        return 0;
    case LAC_FIELD_SEED:
        if (!read_seed(text, &seed))
            return 0;
        memcpy(at, &seed, sizeof seed);
        return 1;
    default:
        return lac_number_read(text, &value) && lac_field_put(f, value, config);
    }
}

/* The field as text, for messages also when its value is not legal. */
static void show(const lac_field *f, const lac_train_config *config, char text[LAC_SETTING])
{
    const char *at = (const char *)config + f->offset;
    uint64_t seed;
    switch (f->kind) {
    case LAC_FIELD_TEXT:
        snprintf(text, LAC_SETTING, "%.*s", LAC_SETTING - 1, at);
        return;
    case LAC_FIELD_WORD:
        if (is_legal(f, lac_field_number(f, config)))
            snprintf(text, LAC_SETTING, "%s", f->words[(int)lac_field_number(f, config)]);
        else
            snprintf(text, LAC_SETTING, "%d", (int)lac_field_number(f, config));
        return;
    case LAC_FIELD_SEED:
        memcpy(&seed, at, sizeof seed);
        snprintf(text, LAC_SETTING, "%" PRIu64, seed);
        return;
    default:
        lac_number_text(lac_field_number(f, config), text);
    }
}

const char *lac_field_wanted(const lac_field *f, char text[LAC_SETTING])
{
    static const char *const nouns[] = {
        [LAC_FIELD_TEXT] = "",          [LAC_FIELD_FLAG] = "a whole number ",
        [LAC_FIELD_REAL] = "a number ", [LAC_FIELD_INTEGER] = "a whole number ",
        [LAC_FIELD_SEED] = "a whole number "};
    size_t used = 0;
    if (f->kind != LAC_FIELD_WORD) {
        snprintf(text, LAC_SETTING, "%s%s", nouns[f->kind], f->range);
        return text;
    }
    for (int i = 0; f->words[i] && used < LAC_SETTING; i++) {
        const char *before = i == 0 ? "" : f->words[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(text + used, LAC_SETTING - used, "%s%s", before, f->words[i]);
    }
    return text;
}

/* ---- By name ---------------------------------------------------------------------- */

static lac_status refuse(lac_context *ctx, const lac_field *f, const char *value)
{
    char wanted[LAC_SETTING];
    if (!ctx)
        return LAC_ERROR_ARGUMENT;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s is %.64s, must be %s", f->name,
                    !value[0] ? "empty" : lac_text_printable(value) ? value : "?",
                    lac_field_wanted(f, wanted));
}

static lac_status refuse_name(lac_context *ctx, const char *name)
{
    char list[480] = "";
    size_t used = 0;
    if (!ctx)
        return LAC_ERROR_ARGUMENT;
    for (int i = 0; i < LAC_COUNT(fields) && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 fields[i].name);
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "no setting is called \"%.64s\"; there are %s",
                    lac_text_printable(name) ? name : "?", list);
}

lac_status lac_train_set(lac_context *ctx, lac_train_config *config, const char *name,
                         const char *value)
{
    const lac_field *f = lac_field_named(name);
    if (!f)
        return refuse_name(ctx, name);
    return lac_field_read(f, value, config) ? LAC_OK : refuse(ctx, f, value);
}

static lac_status check_field(lac_context *ctx, const lac_train_config *config,
                              const lac_field *f)
{
    char text[LAC_SETTING];
    int is_good = f->kind == LAC_FIELD_SEED ||
                  (f->kind == LAC_FIELD_TEXT ? is_text(f, (const char *)config + f->offset)
                                             : is_legal(f, lac_field_number(f, config)));
    if (is_good)
        return LAC_OK;
    show(f, config, text);
    return refuse(ctx, f, text);
}

lac_status lac_train_get(lac_context *ctx, const lac_train_config *config, const char *name,
                         char value[LAC_SETTING])
{
    const lac_field *f = lac_field_named(name);
    value[0] = '\0';
    if (!f)
        return refuse_name(ctx, name);
    LAC_TRY(check_field(ctx, config, f));
    show(f, config, value);
    return LAC_OK;
}

lac_status lac_config_check(lac_context *ctx, const lac_train_config *config)
{
    for (int i = 0; i < LAC_COUNT(fields); i++)
        LAC_TRY(check_field(ctx, config, &fields[i]));
    return LAC_OK;
}
