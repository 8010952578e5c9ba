/*
 * The table of settings: that it has every member of lac_train_config, and that each of its
 * lines can be set, told, written, read and refused.
 */
#include "support.h"
#include "settings/config.h"

#include <ctype.h>
#include <math.h>

static lac_context *ctx;
static const lac_field *fields;
static int count;

static int setup(void **state)
{
    (void)state;
    ctx = context_at(LAC_CPU_REF, 1);
    fields = lac_train_fields(&count);
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    lac_context_free(&ctx);
    return 0;
}

/* ---- The table and the struct ------------------------------------------------------ */

/* The name of the member that ends before `end`: its last word, without "[...]". */
static void member_name(const char *line, const char *end, char out[64])
{
    const char *bracket = memchr(line, '[', (size_t)(end - line));
    end = bracket ? bracket : end;
    const char *start = end;
    while (start > line && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    snprintf(out, 64, "%.*s", (int)(end - start), start);
}

/* Read from the header: a member that nobody put into the table is found missing. */
static void every_member_is_in_the_table_in_its_order(void **state)
{
    (void)state;
    size_t size;
    int found = 0;
    char *text = file_bytes(HEADER, &size);
    char *line = strstr(text, "typedef struct lac_train_config {\n");
    assert_non_null(line);
    for (line = strchr(line, '\n') + 1; *line != '}'; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, ';');
        if (!end || end > strchr(line, '\n'))
            continue; /* the rest of a comment */
        const char *comment = strstr(line, "/*");
        assert_true(!comment || end < comment); /* one member a line, no ; in a comment's rest */
        char name[64];
        member_name(line, end, name);
        assert_true(found < count);
        assert_string_equal(fields[found++].name, name);
    }
    assert_int_equal(found, count);
    free(text);
}

static size_t size_of(lac_field_kind kind)
{
    return kind == LAC_FIELD_TEXT ? LAC_SETTING : kind >= LAC_FIELD_REAL ? 8 : 4;
}

static void kinds_fill_the_struct(void **state)
{
    (void)state;
    size_t end = 0;
    for (int i = 0; i < count; i++) {
        size_t size = size_of(fields[i].kind);
        size_t align = fields[i].kind == LAC_FIELD_TEXT ? 1 : size;
        assert_int_equal(fields[i].offset, (end + align - 1) / align * align);
        end = fields[i].offset + size;
    }
    assert_int_equal((end + 7) / 8 * 8, sizeof(lac_train_config));
}

static void a_line_says_what_help_needs(void **state)
{
    (void)state;
    for (const lac_field *f = fields; f < fields + count; f++) {
        assert_true(f->about && f->usual && strlen(f->name) < 32);
        assert_true((f->kind == LAC_FIELD_WORD) == (f->range == NULL));
        assert_true(f->kind != LAC_FIELD_WORD || f->words);
        assert_true(f->unit || f->words || f->kind == LAC_FIELD_FLAG);
    }
}

/* ---- Values ------------------------------------------------------------------------- */

static void defaults_are_told_as_the_table_writes_them(void **state)
{
    (void)state;
    const lac_train_config c = lac_train_config_default();
    char text[LAC_SETTING];
    assert_ok(ctx, lac_config_check(ctx, &c));
    for (const lac_field *f = fields; f < fields + count; f++) {
        assert_ok(ctx, lac_train_get(ctx, &c, f->name, text));
        assert_string_equal(text, f->usual);
    }
}

/* A legal value that is not the default. */
static const char *other_value(const lac_field *f, char text[LAC_SETTING])
{
    if (f->kind == LAC_FIELD_WORD)
        return f->words[strcmp(f->words[0], f->usual) == 0];
    if (f->is_good)
        return f->is_good("-1 0,0") ? "-1 0,0" : "box:1,0,0";
    if (f->kind == LAC_FIELD_TEXT)
        return "a/path of.net";
    if (f->kind == LAC_FIELD_SEED)
        return "18446744073709551615";
    if (f->kind == LAC_FIELD_REAL)
        return lac_number_text(fmin(nextafter(0.3, 1), f->most), text);
    return strcmp(f->usual, "1") == 0 && f->most == 1 ? "0" : "1";
}

enum { MOST_BAD = 12 };

/* Values that are not legal, and how many; `text` holds one of them. */
static int bad_values(const lac_field *f, const char *bad[MOST_BAD], char text[LAC_SETTING + 1])
{
    static const char *const numbers[] = {"x", "1x", " 1", "1,5", "-1", "nan", "inf", "1e999"};
    int n = 0;
    if (f->usual[0])
        bad[n++] = "";
    if (f->kind == LAC_FIELD_WORD) {
        bad[n++] = "nonsense";
        return n;
    }
    bad[n++] = text;
    if (f->is_good)
        bad[n++] = "a/path of.net";
    if (f->kind == LAC_FIELD_TEXT) {
        bad[n++] = "a\nb";
        memset(text, 'a', LAC_SETTING); /* a byte too long */
        text[LAC_SETTING] = '\0';
        return n;
    }
    for (int i = 0; i < LAC_COUNT(numbers); i++)
        bad[n++] = numbers[i];
    if (f->kind != LAC_FIELD_REAL)
        bad[n++] = "1.5";
    if (f->kind == LAC_FIELD_SEED)
        snprintf(text, LAC_SETTING, "18446744073709551616");
    else if (f->kind == LAC_FIELD_REAL)
        lac_number_text(f->least == 0 ? -5e-324 : f->least / 2, text);
    else
        lac_number_text(f->most + 1, text);
    return n;
}

static void every_setting_is_set_told_and_kept_in_json(void **state)
{
    (void)state;
    for (const lac_field *f = fields; f < fields + count; f++) {
        lac_train_config a = lac_train_config_default(), b;
        char text[LAC_SETTING], told[LAC_SETTING], *json;
        const char *value = other_value(f, text);
        assert_ok(ctx, lac_train_set(ctx, &a, f->name, value));
        assert_ok(ctx, lac_train_get(ctx, &a, f->name, told));
        assert_string_equal(told, value);
        assert_string_not_equal(told, f->usual);
        assert_ok(ctx, lac_config_to_json(ctx, &a, &json));
        assert_ok(ctx, lac_config_from_json(ctx, json, "here", &b));
        free(json);
        assert_ok(ctx, lac_train_get(ctx, &b, f->name, told));
        assert_string_equal(told, value);
        const lac_train_config usual = lac_train_config_default();
        assert_null(lac_config_difference(&a, &b));
        assert_ptr_equal(lac_config_difference(&a, &usual), f->is_limit ? NULL : f);
    }
}

static void a_bad_value_is_refused_by_name_and_range(void **state)
{
    (void)state;
    for (const lac_field *f = fields; f < fields + count; f++) {
        char text[LAC_SETTING + 1], told[LAC_SETTING], wanted[LAC_SETTING];
        const char *bad[MOST_BAD];
        for (int i = bad_values(f, bad, text) - 1; i >= 0; i--) {
            lac_train_config c = lac_train_config_default();
            assert_status(ctx, lac_train_set(ctx, &c, f->name, bad[i]), LAC_ERROR_ARGUMENT);
            snprintf(told, sizeof told, "%s is ", f->name);
            assert_ptr_equal(strstr(lac_context_message(ctx), told), lac_context_message(ctx));
            assert_message(ctx, lac_field_wanted(f, wanted));
            assert_int_equal(lac_train_set(NULL, &c, f->name, bad[i]), LAC_ERROR_ARGUMENT);
            assert_ok(ctx, lac_train_get(ctx, &c, f->name, told));
            assert_string_equal(told, f->usual);
        }
    }
}

static void an_unknown_setting_is_named_with_those_there_are(void **state)
{
    (void)state;
    lac_train_config c = lac_train_config_default();
    char text[LAC_SETTING];
    assert_status(ctx, lac_train_set(ctx, &c, "lrate", "1"), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no setting is called \"lrate\"; there are model, rows, ");
    assert_message(ctx, ", outside, pairs, drop, fold, crop");
    assert_status(ctx, lac_train_get(ctx, &c, "l\nr", text), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no setting is called \"?\"");
    assert_int_equal(lac_train_set(NULL, &c, "", "1"), LAC_ERROR_ARGUMENT);
}

static void assert_illegal(lac_train_config c, const char *message)
{
    assert_status(ctx, lac_config_check(ctx, &c), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), message);
}

static void an_illegal_member_is_named_with_value_and_range(void **state)
{
    (void)state;
    const lac_train_config good = lac_train_config_default();
    lac_train_config c;
#define ILLEGAL(member, value, message) (c = good, c.member = (value), assert_illegal(c, message))
    ILLEGAL(model[0], '\0', "model is empty, must be the name of a network or the path of its "
                            "text, 1 to 255 bytes");
    ILLEGAL(rows, (lac_rows)2, "rows is 2, must be all or complete");
    ILLEGAL(loss, (lac_loss)-1, "loss is -1, must be masked or plain");
    ILLEGAL(reduction, (lac_reduction)2, "reduction is 2, must be all or present");
    ILLEGAL(optimizer, (lac_optimizer)2, "optimizer is 2, must be adam or adamw");
    ILLEGAL(start, (lac_start)3, "start is 3, must be normal, he or uniform");
    ILLEGAL(precision, (lac_precision)3, "precision is 3, must be float32, bf16 or auto");
    ILLEGAL(wire, LAC_PRECISION_AUTO, "wire is 2, must be float32 or bf16");
    ILLEGAL(epochs, 0, "epochs is 0, must be a whole number from 1 to 1000000");
    ILLEGAL(batch, -1, "batch is -1, must be a whole number from 1 to 65536");
    ILLEGAL(lr, 0, "lr is 0, must be a number above 0");
    ILLEGAL(lr, (double)NAN, "lr is nan, must be a number above 0");
    ILLEGAL(lr, (double)INFINITY, "lr is inf, must be a number above 0");
    ILLEGAL(beta1, 1, "beta1 is 1, must be a number from 0 to below 1");
    ILLEGAL(beta2, -0.1, "beta2 is -0.1, must be a number from 0 to below 1");
    ILLEGAL(eps, 0, "eps is 0, must be a number from 1e-30 up");
    ILLEGAL(weight_decay, -1, "weight_decay is -1, must be a number from 0 up");
    ILLEGAL(dropout, 1, "dropout is 1, must be a number from 0 to below 1");
    ILLEGAL(mirror, 2, "mirror is 2, must be a whole number from 0 to 1");
    ILLEGAL(error, (lac_form)4, "error is 4, must be squared, huber, saturating or wing");
    ILLEGAL(error_width, -1, "error_width is -1, must be a number from 0 up");
    ILLEGAL(schedule, (lac_schedule)3, "schedule is 3, must be constant, cosine or steps");
    ILLEGAL(warmup, 1, "warmup is 1, must be a number from 0 to below 1");
    ILLEGAL(step_every, 1.5, "step_every is 1.5, must be a number above 0 to 1");
    ILLEGAL(ema, 1, "ema is 1, must be a number from 0 to below 1");
    ILLEGAL(patience, -1, "patience is -1, must be a whole number from 0 to 1000000");
    ILLEGAL(minutes, -1, "minutes is -1, must be a number from 0 up");
    ILLEGAL(holdout, 1, "holdout is 1, must be a number from 0 to below 1");
    c = good;
    memset(c.model, 'a', sizeof c.model); /* no end */
    assert_status(ctx, lac_config_check(ctx, &c), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "model is aaa");
}

static void what_a_search_draws_is_legal_and_has_its_place(void **state)
{
    (void)state;
    const lac_field *f;
    int places = 0, drawn = 0;
    for (; (f = lac_search_field(places)); places++) {
        const lac_draw *d = &f->draw;
        lac_train_config c = lac_train_config_default();
        assert_true(d->title && d->count <= LAC_COUNT(d->value));
        assert_true(d->count || (d->value[0] > 0 && d->value[0] < d->value[1]));
        for (int i = 0; i < (d->count ? d->count : 2); i++) {
            assert_true(lac_field_put(f, d->value[i], &c));
            assert_true(lac_field_number(f, &c) == d->value[i]);
        }
    }
    for (int i = 0; i < count; i++)
        drawn += fields[i].draw.place > 0;
    assert_int_equal(places, drawn); /* no place is left out or taken twice */
    assert_null(lac_search_field(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_in_the_table_in_its_order),
        cmocka_unit_test(kinds_fill_the_struct),
        cmocka_unit_test(a_line_says_what_help_needs),
        cmocka_unit_test(defaults_are_told_as_the_table_writes_them),
        cmocka_unit_test(every_setting_is_set_told_and_kept_in_json),
        cmocka_unit_test(a_bad_value_is_refused_by_name_and_range),
        cmocka_unit_test(an_unknown_setting_is_named_with_those_there_are),
        cmocka_unit_test(an_illegal_member_is_named_with_value_and_range),
        cmocka_unit_test(what_a_search_draws_is_legal_and_has_its_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
