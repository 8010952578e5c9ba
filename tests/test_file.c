/*
 * Files that are replaced at once or not at all, read whole, and named: paths, links, words for a
 * shell.
 */
#define _GNU_SOURCE /* for links */
#include "base/base.h"
#include "support.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
    test_path path;
} fixture;

static fixture *fixture_new(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&f->folder);
    f->path = path_in(&f->folder, "file");
    return f;
}

static void fixture_free(fixture *f)
{
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
}

static void assert_file(const char *path, const char *wanted)
{
    size_t size;
    char *bytes = file_bytes(path, &size);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(bytes, wanted, size);
    free(bytes);
}

static void the_old_file_survives_until_commit(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    file_put(f->path.text, "old", 3);
    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &file));
    fputs("new and longer", file.stream);
    fflush(file.stream);
    assert_file(f->path.text, "old");
    lac_file_abandon(&file);
    assert_null(file.stream);
    assert_file(f->path.text, "old");
    assert_int_equal(file_count(f->folder.path), 1);
    lac_file_abandon(&file);

    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &file));
    fputs("new and longer", file.stream);
    assert_ok(f->ctx, lac_file_commit(f->ctx, &file));
    assert_null(file.stream);
    assert_file(f->path.text, "new and longer");
    assert_int_equal(file_count(f->folder.path), 1);
    fixture_free(f);
    (void)state;
}

static void a_commit_that_cannot_replace_leaves_nothing_behind(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    test_path inside = path_in(&f->folder, "file/inside");
    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &file));
    assert_int_equal(mkdir(f->path.text, 0777), 0);
    file_put(inside.text, "kept", 4);
    assert_status(f->ctx, lac_file_commit(f->ctx, &file), LAC_ERROR_IO);
    assert_message(f->ctx, f->path.text);
    assert_null(file.stream);
    assert_int_equal(file_count(f->folder.path), 1);
    assert_file(inside.text, "kept");
    fixture_free(f);
    (void)state;
}

static void a_full_disk_is_told_and_the_old_file_stays(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    file_put(f->path.text, "old", 3);
    files_at_most(1000);
    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &file));
    for (int i = 0; i < 100000; i++)
        fputs("0123456789", file.stream);
    lac_status status = lac_file_commit(f->ctx, &file);
    files_at_most(0);
    assert_status(f->ctx, status, LAC_ERROR_IO);
    assert_message(f->ctx, "cannot write");
    assert_file(f->path.text, "old");
    assert_int_equal(file_count(f->folder.path), 1);
    fixture_free(f);
    (void)state;
}

static void text_that_cannot_be_added_whole_is_not_added(void **state)
{
    fixture *f = fixture_new();
    assert_ok(f->ctx, lac_file_append(f->ctx, f->path.text, "one\n", 4));
    assert_ok(f->ctx, lac_file_append(f->ctx, f->path.text, "two\n", 4));
    files_at_most(10);
    lac_status status = lac_file_append(f->ctx, f->path.text, "three\n", 6);
    files_at_most(0);
    assert_status(f->ctx, status, LAC_ERROR_IO);
    assert_message(f->ctx, f->path.text);
    assert_file(f->path.text, "one\ntwo\n");
    assert_status(f->ctx, lac_file_append(f->ctx, f->folder.path, "x", 1), LAC_ERROR_IO);
    fixture_free(f);
    (void)state;
}

/* A link, to a file or to a link, beside it or elsewhere, to what is there or not. */
static void a_link_stays_and_what_it_points_to_is_replaced(void **state)
{
    static const char *const links[][2] = {
        {"link", "file"}, {"link", "none"}, {"link", "below/../file"}, {"below/link", "../file"},
        {"link", "below/none"}};
    for (int i = 0; i < LAC_COUNT(links); i++)
        for (int twice = 0; twice < 2; twice++) {
            fixture *f = fixture_new();
            lac_file file;
            struct stat info;
            test_path link = path_in(&f->folder, links[i][0]), outer = path_in(&f->folder, "outer");
            assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "below").text));
            file_put(f->path.text, "old", 3);
            assert_int_equal(symlink(links[i][1], link.text), 0);
            assert_int_equal(symlink(link.text, outer.text), 0);
            const char *path = twice ? outer.text : link.text;
            assert_ok(f->ctx, lac_file_create(f->ctx, path, &file));
            fputs("new", file.stream);
            assert_ok(f->ctx, lac_file_commit(f->ctx, &file));
            assert_file(path, "new");
            assert_true(lstat(link.text, &info) == 0 && S_ISLNK(info.st_mode));
            assert_true(lstat(outer.text, &info) == 0 && S_ISLNK(info.st_mode));
            fixture_free(f);
        }
    (void)state;
}

static void a_link_to_itself_is_refused(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    assert_int_equal(symlink("file", f->path.text), 0);
    assert_status(f->ctx, lac_file_create(f->ctx, f->path.text, &file), LAC_ERROR_IO);
    assert_int_equal(file_count(f->folder.path), 1);
    fixture_free(f);
    (void)state;
}

static void two_writers_of_one_file_do_not_mix(void **state)
{
    fixture *f = fixture_new();
    lac_file a, b;
    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &a));
    assert_ok(f->ctx, lac_file_create(f->ctx, f->path.text, &b));
    fputs("first", a.stream);
    fputs("second, longer", b.stream);
    assert_ok(f->ctx, lac_file_commit(f->ctx, &a));
    assert_file(f->path.text, "first");
    assert_ok(f->ctx, lac_file_commit(f->ctx, &b));
    assert_file(f->path.text, "second, longer");
    assert_int_equal(file_count(f->folder.path), 1);
    fixture_free(f);
    (void)state;
}

static void a_file_that_cannot_be_made_names_its_path(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    test_path missing = path_in(&f->folder, "missing/file");
    assert_status(f->ctx, lac_file_create(f->ctx, missing.text, &file), LAC_ERROR_IO);
    assert_message(f->ctx, missing.text);
    assert_message(f->ctx, lac_reason(ENOENT));
    assert_null(file.stream);

    file_put(f->path.text, "no folder", 9);
    test_path below = path_in(&f->folder, "file/below");
    assert_status(f->ctx, lac_file_create(f->ctx, below.text, &file), LAC_ERROR_IO);
    assert_message(f->ctx, lac_reason(ENOTDIR));
    assert_status(f->ctx, lac_file_create(f->ctx, f->folder.path, &file), LAC_ERROR_IO);
    assert_message(f->ctx, lac_reason(EISDIR));
    assert_status(f->ctx, lac_folder_make(f->ctx, f->path.text), LAC_ERROR_IO);
    assert_status(f->ctx, lac_folder_make(f->ctx, missing.text), LAC_ERROR_IO);
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->folder.path));
    fixture_free(f);
    (void)state;
}

static void a_locked_folder_refuses_files(void **state)
{
    if (geteuid() == 0) /* whom no permission stops */
        skip();
    fixture *f = fixture_new();
    lac_file file;
    assert_int_equal(chmod(f->folder.path, 0555), 0);
    lac_status status = lac_file_create(f->ctx, f->path.text, &file);
    assert_int_equal(chmod(f->folder.path, 0755), 0);
    assert_int_equal(status, LAC_ERROR_IO);
    assert_message(f->ctx, lac_reason(EACCES));
    fixture_free(f);
    (void)state;
}

static void no_memory_for_a_file_leaves_the_old_one(void **state)
{
    fixture *f = fixture_new();
    lac_file file;
    file_put(f->path.text, "old", 3);
    for (int i = 1; i <= 4; i++) {
        f->ctx->fail_at = f->ctx->allocations + i;
        assert_status(f->ctx, lac_file_create(f->ctx, f->path.text, &file), LAC_ERROR_MEMORY);
        assert_null(file.stream);
        assert_null(file.path);
        assert_null(file.temporary);
    }
    f->ctx->fail_at = 0;
    assert_file(f->path.text, "old");
    fixture_free(f);
    (void)state;
}

/* Files of /proc are of size 0, and devices have none. */
static void what_has_no_size_is_read_to_its_end(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    char *bytes;
    size_t size;
    assert_ok(ctx, lac_file_read(ctx, "/dev/null", &bytes, &size));
    assert_int_equal(size, 0);
    free(bytes);
    if (lac_path_is_file("/proc/self/status")) {
        assert_ok(ctx, lac_file_read(ctx, "/proc/self/status", &bytes, &size));
        assert_true(size > 0 && strlen(bytes) == size && strncmp(bytes, "Name:", 5) == 0);
        free(bytes);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void a_file_is_read_whole_with_a_nul_behind_it(void **state)
{
    fixture *f = fixture_new();
    char *bytes;
    size_t size;
    file_put(f->path.text, "a\0b", 3);
    assert_ok(f->ctx, lac_file_read(f->ctx, f->path.text, &bytes, &size));
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "a\0b", 4);
    free(bytes);
    file_put(f->path.text, "", 0);
    assert_ok(f->ctx, lac_file_read(f->ctx, f->path.text, &bytes, &size));
    assert_int_equal(size, 0);
    assert_string_equal(bytes, "");
    free(bytes);
    bytes = f->path.text;
    assert_status(f->ctx, lac_file_read(f->ctx, f->folder.path, &bytes, &size), LAC_ERROR_IO);
    assert_null(bytes);
    assert_status(f->ctx, lac_file_read(f->ctx, "/no/such/file", &bytes, &size), LAC_ERROR_IO);
    assert_message(f->ctx, "/no/such/file");
    fixture_free(f);
    (void)state;
}

static void paths_join_with_one_slash(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    static const char *const cases[][3] = {
        {"run", "a.csv", "run/a.csv"}, {"run/", "a.csv", "run/a.csv"}, {"/", "a", "/a"}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char *joined;
        assert_ok(ctx, lac_path_join(ctx, cases[i][0], cases[i][1], &joined));
        assert_string_equal(joined, cases[i][2]);
        free(joined);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void a_word_is_quoted_where_a_shell_needs_it_and_cut_to_the_buffer(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"runs/a-1_b.c", "runs/a-1_b.c"},
                                           {"", "''"},
                                           {"my faces", "'my faces'"},
                                           {"it's", "'it'\\''s'"},
                                           {"$HOME", "'$HOME'"}};
    for (int i = 0; i < LAC_COUNT(words); i++) {
        char text[32], cut[4] = "xxx";
        size_t length = strlen(words[i][1]);
        assert_int_equal(lac_shell_word(words[i][0], text, sizeof text), length);
        assert_string_equal(text, words[i][1]);
        assert_int_equal(lac_shell_word(words[i][0], NULL, 0), length);
        assert_int_equal(lac_shell_word(words[i][0], cut, 3), length);
        assert_true(strncmp(cut, words[i][1], 2) == 0 && strlen(cut) == (length < 2 ? length : 2));
        assert_int_equal(lac_shell_word(words[i][0], text, length + 1), length);
        assert_string_equal(text, words[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_file_survives_until_commit),
        cmocka_unit_test(a_commit_that_cannot_replace_leaves_nothing_behind),
        cmocka_unit_test(a_full_disk_is_told_and_the_old_file_stays),
        cmocka_unit_test(text_that_cannot_be_added_whole_is_not_added),
        cmocka_unit_test(a_link_stays_and_what_it_points_to_is_replaced),
        cmocka_unit_test(a_link_to_itself_is_refused),
        cmocka_unit_test(two_writers_of_one_file_do_not_mix),
        cmocka_unit_test(a_file_that_cannot_be_made_names_its_path),
        cmocka_unit_test(a_locked_folder_refuses_files),
        cmocka_unit_test(no_memory_for_a_file_leaves_the_old_one),
        cmocka_unit_test(what_has_no_size_is_read_to_its_end),
        cmocka_unit_test(a_file_is_read_whole_with_a_nul_behind_it),
        cmocka_unit_test(paths_join_with_one_slash),
        cmocka_unit_test(a_word_is_quoted_where_a_shell_needs_it_and_cut_to_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
