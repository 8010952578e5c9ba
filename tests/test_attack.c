/*
 * The command under attack: killed at its file calls and at any time, on disks that are full or
 * broken, beside itself in one folder. Whatever ended a run, it goes on or is begun anew, and
 * ends as one that was left alone.
 *
 * usage: test_attack LACUNA [slow [TEST]]
 */
#define _XOPEN_SOURCE 700
#include "attack.h"
#include "format/format.h"
#include "train/history.h"
#include "training.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static const char *lacuna;
static int is_slow;
static lac_context *ctx;
static test_folder folder;
static test_path data, net, whole, run, errors;
static long whole_calls, whole_bytes;

/* ---- Commands ------------------------------------------------------------------------------ */

enum { NEW, RESUME, SEARCH, REPRODUCE, SHARED, SHARED_ON }; /* shared by two ranks */

/* Words of a command that works in the folder `out`. */
static const char *const *command(int what, const test_path *out)
{
    static const char *const words[][24] = {
        {"train", "--preset", "paper", "--model", net.text, "--epochs", "3", "--batch", "8"},
        {"train", "--resume"},
        {"search", "--preset", "paper", "--model", net.text, "--trials", "3", "--epochs", "4"},
        {"reproduce", "--models", "cnn-masked", "--epochs", "2"},
        {"train", "--preset", "paper", "--model", net.text, "--epochs", "3", "--batch", "8",
         "--ranks", "2", "--wire", "bf16"},
        {"train", "--resume", "--ranks", "2"}};
    static const char *line[40];
    int count = 0;
    line[count++] = lacuna;
    for (int i = 0; words[what][i]; i++)
        line[count++] = words[what][i];
    const char *const rest[] = {"--data", data.text, "--out", out->text, "--threads", "1", "--cpu",
                                what == REPRODUCE ? "auto" : "ref", NULL};
    for (int i = 0; i < LAC_COUNT(rest); i++)
        line[count++] = rest[i];
    return line;
}

static outcome attacked(attack_kind kind, long at, int what, const test_path *out)
{
    outcome o;
    attack_run((attack){kind, at}, command(what, out), &o);
    return o;
}

/* Runs it undisturbed; the exit code. */
static int done(int what, const test_path *out)
{
    return command_wait(command_start(command(what, out), errors.text));
}

static int setup(void **state)
{
    (void)state;
    const lac_synth_config faces = {.rows = 12, .test_rows = 1, .size = 16, .seed = 3};
    static const char text[] = "a dense 8 relu\nb dense 2*points output\n";
    ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&folder);
    data = path_in(&folder, "faces");
    net = path_in(&folder, "my.net");
    whole = path_in(&folder, "whole");
    run = path_in(&folder, "run");
    errors = path_in(&folder, "errors");
    file_put(net.text, text, sizeof text - 1);
    assert_ok(ctx, lac_synth_write(ctx, &faces, data.text));
    assert_int_equal(done(NEW, &whole), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_free(&folder);
    lac_context_free(&ctx);
    return 0;
}

/* ---- Afterwards ------------------------------------------------------------------------------ */

static void clear(const test_path *path)
{
    if (lac_path_exists(path->text))
        tree_remove(path->text);
}

static int is_begun(const test_path *path)
{
    char config[512];
    snprintf(config, sizeof config, "%s/config.json", path->text);
    return lac_path_exists(config);
}

/* Goes on with the run, or begins it where it had not begun, to the end of `whole`. */
static void assert_goes_on(const char *after, long at)
{
    int what = is_begun(&run) ? RESUME : NEW;
    if (done(what, &run) != 0) {
        size_t size;
        char *message = file_bytes(errors.text, &size);
        fail_msg("after %s %ld, %s: %s", after, at, what == NEW ? "begun anew" : "resumed",
                 message);
    }
    assert_same_run(ctx, whole.text, run.text);
    assert_int_equal(file_count(run.text), 6); /* .lock, two models, two tables, config.json */
    clear(&run);
}

/* The one line of a failed program. */
static void assert_told(const outcome *o, const char *after, long at)
{
    size_t length = strlen(o->errors);
    if (o->code != 1 || strncmp(o->errors, "lacuna: ", 8) != 0 || length < 10 ||
        strchr(o->errors, '\n') != o->errors + length - 1)
        fail_msg("after %s %ld: code %d: %s", after, at, o->code, o->errors);
}

static void assert_one_line(const test_path *path)
{
    size_t size;
    char *text = file_bytes(path->text, &size);
    if (strncmp(text, "lacuna: ", 8) != 0 || strchr(text, '\n') != text + size - 1)
        fail_msg("not one line: %s", text);
    free(text);
}

/* Every call in the slow tier, some in the fast one. */
static long stride(void)
{
    if (whole_calls == 0) {
        outcome o = attacked(ATTACK_NONE, 0, NEW, &run);
        assert_int_equal(o.code, 0);
        whole_calls = o.calls;
        whole_bytes = o.bytes;
        assert_in_range(whole_calls, 40, 400);
        assert_goes_on("nothing", 0);
    }
    return is_slow ? 1 : whole_calls / 5;
}

/* ---- Kills --------------------------------------------------------------------------------- */

static void a_kill_at_a_file_call_loses_nothing(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    long step = stride();
    for (long at = 1; at <= whole_calls; at += step) {
        outcome o = attacked(ATTACK_KILL, at, NEW, &run);
        assert_int_equal(o.code, -SIGKILL);
        assert_goes_on("a kill at call", at);
    }
}

/* The run goes on from its first kill, and is killed again at call after call of that. */
static void a_kill_while_going_on_loses_nothing(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    long step = stride();
    for (long at = 2; at <= whole_calls; at += step) {
        assert_int_equal(attacked(ATTACK_KILL, at, NEW, &run).code, -SIGKILL);
        for (long next = 1 + at % 5; is_begun(&run); next += is_slow ? 3 : 20)
            if (attacked(ATTACK_KILL, next, RESUME, &run).code == 0)
                break;
        assert_goes_on("kills from call", at);
    }
}

static void wait_a_moment(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)(1e9 * (seconds - (double)time.tv_sec));
    nanosleep(&time, NULL);
}

/* The process of rank 1, or this one of rank 0 while it has started no other. */
static int rank_1_of(int process)
{
    char path[64], children[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", process, process);
    FILE *file = fopen(path, "r");
    if (file && !fgets(children, sizeof children, file))
        children[0] = '\0';
    if (file)
        fclose(file);
    long child = strtol(children, NULL, 10);
    return child > 0 ? (int)child : process;
}

/* The command that begins `what`, or goes on with it. */
static int next_of(int what, const test_path *out)
{
    if (!is_begun(out))
        return what;
    return what == NEW ? RESUME : what == SHARED ? SHARED_ON : what;
}

/* Kills a command at random times until it comes to its end, of two ranks now one and now the
 * other; how often. */
static int kill_often(int what, const test_path *out, double longest, uint64_t seed)
{
    int kills = 0;
    for (uint64_t i = 0;; i++) {
        int process = command_start(command(next_of(what, out), out), errors.text);
        wait_a_moment(longest * lac_random_uniform(seed, 0, i));
        int killed = what == SHARED && (seed + i) % 2 ? rank_1_of(process) : process;
        kill(killed, SIGKILL);
        int code = command_wait(process);
        if (code == 0)
            return kills;
        assert_int_equal(code, killed == process ? -SIGKILL : 1);
        if (killed != process)
            assert_one_line(&errors);
        kills++;
    }
}

/* How long the command takes when it is left alone. */
static double time_of(int what, const test_path *out)
{
    double started = lac_seconds();
    assert_int_equal(done(what, out), 0);
    return lac_seconds() - started;
}

static void assert_same_table(const test_path *a, const test_path *b, const char *name, int first,
                              int last)
{
    char *x = timeless(a->text, name, first, last);
    char *y = timeless(b->text, name, first, last);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void kills_at_random_lose_nothing(void **state)
{
    (void)state;
    static const int whats[] = {NEW, SHARED, SEARCH, REPRODUCE};
    test_path alone = path_in(&folder, "alone");
    for (int w = 0; w < (is_slow ? 4 : 3); w++) {
        double longest = 1.3 * time_of(whats[w], &alone);
        int wanted = !is_slow ? 2 : whats[w] == REPRODUCE ? 40 : 80, kills = 0;
        for (uint64_t i = 0; kills < wanted; i++) {
            kills += kill_often(whats[w], &run, longest, 100 * i + (uint64_t)w);
            if (whats[w] == SEARCH) {
                assert_same_table(&alone, &run, "trials.csv", 5, 5);
            } else {
                const char *inner = whats[w] == REPRODUCE ? "/cnn-masked" : "";
                char paths[2][512];
                snprintf(paths[0], sizeof paths[0], "%s%s", alone.text, inner);
                snprintf(paths[1], sizeof paths[1], "%s%s", run.text, inner);
                assert_same_run(ctx, paths[0], paths[1]);
                assert_int_equal(file_count(paths[1]), 6);
            }
            clear(&run);
        }
        clear(&alone);
    }
}

/* ---- Disks --------------------------------------------------------------------------------- */

static void a_refused_file_call_is_told_and_loses_nothing(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    long step = stride();
    for (long at = 1; at <= whole_calls; at += step) {
        outcome o = attacked(ATTACK_REFUSE, at, NEW, &run);
        assert_told(&o, "refusing call", at);
        assert_goes_on("refusing call", at);
    }
}

/* The run is killed half way, and then meets a broken disk at call after call of going on. */
static void a_call_refused_while_going_on_is_told_and_loses_nothing(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    long step = stride();
    assert_int_equal(attacked(ATTACK_KILL, whole_calls / 2, NEW, &run).code, -SIGKILL);
    for (long at = 1;; at += is_slow ? 1 : step) {
        outcome o = attacked(ATTACK_REFUSE, at, RESUME, &run);
        if (o.code == 0 && o.calls < at)
            break;
        assert_told(&o, "going on, refusing call", at);
    }
    assert_goes_on("going on, refusing calls", 0);
}

static void a_full_disk_is_told_and_loses_nothing(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    stride();
    int sizes = is_slow ? 100 : 4;
    for (int i = 0; i < sizes; i++) {
        long room = i < sizes / 2 ? i * 200 : (long)i * whole_bytes / sizes; /* small ones, all */
        outcome o = attacked(ATTACK_FILL, room, NEW, &run);
        assert_told(&o, "a disk of", room);
        assert_goes_on("a disk of", room);
    }
}

static void a_disk_without_locks_is_told_and_trained_on(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    outcome o = attacked(ATTACK_LOCK, 0, NEW, &run);
    assert_int_equal(o.code, 0);
    assert_non_null(strstr(o.errors, ".lock: cannot lock: "));
    assert_goes_on("no locks", 0);
}

/* ---- Searches, and files of other verbs --------------------------------------------------- */

static void assert_search_goes_on(const test_path *alone, const char *after, long at)
{
    if (done(SEARCH, &run) != 0)
        fail_msg("after %s %ld the search does not go on", after, at);
    assert_same_table(alone, &run, "trials.csv", 5, 5);
    assert_int_equal(file_count(run.text), 6); /* .lock, two tables, three trials */
    clear(&run);
}

static void a_search_attacked_at_a_file_call_loses_nothing(void **state)
{
    (void)state;
    test_path alone = path_in(&folder, "alone");
    if (!attack_is_possible())
        skip();
    outcome left = attacked(ATTACK_NONE, 0, SEARCH, &alone);
    assert_int_equal(left.code, 0);
    for (long at = 1; at <= left.calls; at += is_slow ? 2 : left.calls / 3) {
        outcome o = attacked(at % 4 == 1 ? ATTACK_KILL : ATTACK_REFUSE, at, SEARCH, &run);
        if (at % 4 == 1)
            assert_int_equal(o.code, -SIGKILL);
        else
            assert_told(&o, "refusing a search's call", at);
        assert_search_goes_on(&alone, "attacking call", at);
    }
    clear(&alone);
}

/* Attacks a verb at about `most` of its file calls: `path` has `old` in it or all of what it would
 * have. */
static void assert_replaced_or_not(const char *const *words, const char *path, int most)
{
    static const char old[] = "old";
    size_t size, now;
    outcome left;
    for (int i = 0; i < 2; i++) { /* the first makes folders */
        attack_run((attack){ATTACK_NONE, 0}, words, &left);
        assert_int_equal(left.code, 0);
    }
    char *wanted = file_bytes(path, &size);
    for (long at = 1; at <= left.calls; at += left.calls > most ? left.calls / most : 1)
        for (int kind = ATTACK_KILL; kind <= ATTACK_REFUSE; kind++) {
            outcome o;
            file_put(path, old, sizeof old - 1);
            attack_run((attack){(attack_kind)kind, at}, words, &o);
            if (kind == ATTACK_REFUSE)
                assert_told(&o, "refusing call", at);
            char *bytes = file_bytes(path, &now);
            assert_true((now == 3 && memcmp(bytes, old, now) == 0) ||
                        (now == size && memcmp(bytes, wanted, now) == 0));
            free(bytes);
        }
    free(wanted);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    test_path answers = path_in(&folder, "answers.csv"), figure = path_in(&folder, "curve.svg");
    test_path dir = path_in(&folder, "report"), page = path_in(&folder, "report/report.html");
    const char *const predict[] = {lacuna, "predict", "--model", whole.text, "--data", data.text,
                                   "--out", answers.text, "--threads", "1", NULL};
    const char *const plot[] = {lacuna, "plot", "curve", whole.text, "--out", figure.text, NULL};
    const char *const report[] = {lacuna, "report", whole.text, "--data", data.text, "--out",
                                  dir.text, "--threads", "1", NULL};
    assert_replaced_or_not(predict, answers.text, 10);
    assert_replaced_or_not(plot, figure.text, is_slow ? 50 : 5);
    if (is_slow)
        assert_replaced_or_not(report, page.text, 12);
}

/* ---- Threads ------------------------------------------------------------------------------- */

static void threads_that_cannot_start_are_told(void **state)
{
    (void)state;
    if (!attack_is_possible())
        skip();
    const char *words[] = {lacuna, "eval", "--model", whole.text, "--data", data.text, "--split",
                           "all", "--threads", "4", NULL};
    for (long at = 0; at < 3; at++) {
        outcome o;
        attack_run((attack){ATTACK_THREADS, at}, words, &o);
        assert_told(&o, "so many threads:", at);
        assert_non_null(strstr(o.errors, "cannot start thread"));
        assert_non_null(strstr(o.errors, strerror(EAGAIN)));
    }
}

/* ---- Two at a time --------------------------------------------------------------------------- */

/* Of two that begin or go on at once, one does, and the other does not disturb it. */
static void two_in_one_folder_leave_it_whole(void **state)
{
    (void)state;
    test_path other = path_in(&folder, "other");
    int rounds = is_slow ? 150 : 4;
    for (int i = 0; i < rounds; i++) {
        int code[2], process[2], what = NEW;
        if (i % 2) {
            double length = 0.05 * lac_random_uniform(7, 0, (uint64_t)i);
            process[0] = command_start(command(NEW, &run), errors.text);
            wait_a_moment(length);
            kill(process[0], SIGKILL);
            command_wait(process[0]);
            what = is_begun(&run) ? RESUME : NEW;
        }
        process[0] = command_start(command(what, &run), errors.text);
        process[1] = command_start(command(what, &run), other.text);
        code[0] = command_wait(process[0]);
        code[1] = command_wait(process[1]);
        assert_true(code[0] == 0 || code[1] == 0);
        assert_true(what == RESUME || code[0] + code[1] == 1);
        for (int p = 0; p < 2; p++)
            if (code[p] != 0) {
                assert_int_equal(code[p], 1);
                assert_one_line(p ? &other : &errors);
            }
        assert_goes_on("two at once, round", i);
    }
}

/* ---- Bits ---------------------------------------------------------------------------------- */

/* Whether the bytes are read as a model although one bit differs. */
static int is_read_flipped(char *bytes, size_t size, size_t bit, const char *path)
{
    lac_tensors *tensors;
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    file_put(path, bytes, size);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    lac_status status = lac_safetensors_read(ctx, path, &tensors);
    lac_tensors_free(&tensors);
    return status == LAC_OK;
}

static void a_flipped_bit_of_a_state_is_noticed(void **state)
{
    (void)state;
    char path[512];
    size_t size;
    uint64_t length;
    snprintf(path, sizeof path, "%s/last.safetensors", whole.text);
    char *bytes = file_bytes(path, &size);
    test_path flipped = path_in(&folder, "flipped");
    memcpy(&length, bytes, 8);
    for (size_t bit = 0; bit < 8 * (8 + length); bit += is_slow ? 1 : 41)
        if (is_read_flipped(bytes, size, bit, flipped.text))
            fail_msg("bit %zu of byte %zu, %.20s", bit % 8, bit / 8, bytes + bit / 8);
    for (int i = 0; i < (is_slow ? 500 : 50); i++) {
        size_t bit = 8 * (8 + length) + lac_random(11, 0, (uint64_t)i) % (8 * (size - 8 - length));
        assert_false(is_read_flipped(bytes, size, bit, flipped.text));
    }
    free(bytes);
}

/* Tables and settings have no checksum: they are read as they are or refused in a line. */
static void a_flipped_bit_of_a_table_does_no_harm(void **state)
{
    (void)state;
    static const char *const names[] = {"metrics.csv", "config.json"};
    test_path broken = path_in(&folder, "broken");
    assert_ok(ctx, lac_folder_make(ctx, broken.text));
    for (int n = 0; n < LAC_COUNT(names); n++) {
        char from[512], to[512];
        size_t size;
        snprintf(from, sizeof from, "%s/%s", whole.text, names[n]);
        snprintf(to, sizeof to, "%s/%s", broken.text, names[n]);
        char *bytes = file_bytes(from, &size);
        for (size_t bit = 0; bit < 8 * size; bit += is_slow ? 1 : 13) {
            lac_history history;
            lac_train_config config;
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            file_put(to, bytes, size);
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            lac_status status = n ? lac_train_read(ctx, broken.text, &config)
                                  : lac_history_read(ctx, broken.text, &history);
            assert_true(status == LAC_OK || status == LAC_ERROR_FORMAT);
            if (status == LAC_OK && n == 0)
                lac_history_free(&history);
        }
        free(bytes);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_a_file_call_loses_nothing),
        cmocka_unit_test(a_kill_while_going_on_loses_nothing),
        cmocka_unit_test(kills_at_random_lose_nothing),
        cmocka_unit_test(a_refused_file_call_is_told_and_loses_nothing),
        cmocka_unit_test(a_full_disk_is_told_and_loses_nothing),
        cmocka_unit_test(a_call_refused_while_going_on_is_told_and_loses_nothing),
        cmocka_unit_test(a_disk_without_locks_is_told_and_trained_on),
        cmocka_unit_test(a_search_attacked_at_a_file_call_loses_nothing),
        cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
        cmocka_unit_test(threads_that_cannot_start_are_told),
        cmocka_unit_test(two_in_one_folder_leave_it_whole),
        cmocka_unit_test(a_flipped_bit_of_a_state_is_noticed),
        cmocka_unit_test(a_flipped_bit_of_a_table_does_no_harm),
    };
    if (argc < 2)
        return 2;
    lacuna = argv[1];
    is_slow = argc > 2 && strcmp(argv[2], "slow") == 0;
    if (argc > 3)
        cmocka_set_test_filter(argv[3]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
