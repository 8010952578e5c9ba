/*
 * A table that several ranks open: rank 0 alone reads it, all have it, its pictures lie once in the
 * memory of a machine, and whatever goes wrong goes wrong on all.
 */
#define _POSIX_C_SOURCE 200809L
#include "comm/comm.h"
#include "ranked.h"
#include "tables.h"

#include <signal.h>
#include <sys/resource.h>

enum { MOST = 4 };

typedef struct reading {
    const char *path;
    lac_table kind;
    const lac_data *wanted;
    enum { ONE_MACHINE, PAIRS, UNKNOWN, NO_FILES } machines; /* rank 1 can open none */
    int killed, refused;                                     /* ranks; nobody: -1 */
    long refused_at;
    int *was_refused;
} reading;

static reading reading_of(const char *path, lac_table kind, const lac_data *wanted)
{
    return (reading){.path = path, .kind = kind, .wanted = wanted, .killed = -1, .refused = -1};
}

/* ---- Equal data ----------------------------------------------------------------------------- */

static int same(const void *a, const void *b, size_t bytes)
{
    return a && b ? memcmp(a, b, bytes) == 0 : !a && !b;
}

static int same_texts(char *const *a, char *const *b, int count)
{
    int is_same = !a == !b;
    for (int i = 0; a && b && i < count; i++)
        is_same &= a[i] && b[i] ? strcmp(a[i], b[i]) == 0 : !a[i] && !b[i];
    return is_same;
}

static int same_data(const lac_data *a, const lac_data *b)
{
    if (a->rows != b->rows || a->size != b->size || a->points != b->points ||
        a->sources != b->sources)
        return 0;
    size_t rows = (size_t)a->rows, points = (size_t)a->points, sources = (size_t)a->sources;
    return same_texts(a->names, b->names, a->points) &&
           same(a->mirror, b->mirror, points * sizeof(int)) &&
           same(a->shown, b->shown, points * sizeof(int)) &&
           same(a->wanted, b->wanted, points * sizeof(int)) && a->mirror_by == b->mirror_by &&
           same(a->ids, b->ids, rows * sizeof(int)) &&
           same_texts(a->id_text, b->id_text, a->rows) &&
           same(a->table_row, b->table_row, rows * sizeof(int)) &&
           a->table_rows == b->table_rows &&
           same(a->pixels, b->pixels, rows * (size_t)(a->size * a->size)) &&
           same(a->labels, b->labels, rows * 2 * points * sizeof(float)) &&
           same(a->mask, b->mask, rows * 2 * points) &&
           same_texts(a->source_name, b->source_name, a->sources) &&
           same(a->source_pattern, b->source_pattern, sources * points) &&
           same(a->source_rows, b->source_rows, sources * sizeof(int)) &&
           same(a->source_points, b->source_points, sources * sizeof(int)) &&
           same(a->source_weight, b->source_weight, sources * sizeof(double)) &&
           same(a->row_source, b->row_source, rows * sizeof(int)) &&
           same(a->photo, b->photo, rows * sizeof(uint64_t)) && strcmp(a->crop, b->crop) == 0 &&
           a->fingerprint == b->fingerprint;
}

/* ---- Where pictures lie --------------------------------------------------------------------- */

/* The number of the file that is mapped there, 0 for memory of a process's own. */
static unsigned long file_at(const void *address)
{
    unsigned long first, end, number, found = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &first, &end, &number) == 3 &&
            (uintptr_t)address >= first && (uintptr_t)address < end)
            found = number;
    if (maps)
        fclose(maps);
    return found;
}

static int machine_of(const reading *r, int rank)
{
    return r->machines == ONE_MACHINE ? 0 : r->machines == PAIRS ? rank / 2 : rank;
}

/* Ranks of one machine have one file between them, those alone on theirs none. */
static int lie_right(lac_context *ctx, const reading *r, const lac_data *data)
{
    unsigned long file[MOST];
    size_t end[MOST];
    int is_right = 1, ranks = lac_ranks(ctx);
    for (int i = 0; i < ranks; i++)
        end[i] = (size_t)(i + 1) * sizeof *file;
    file[lac_rank(ctx)] = file_at(data->pixels);
    if (lac_gather(ctx, file, end) != LAC_OK)
        return 0;
    for (int i = 0; i < ranks; i++) {
        int near = 0;
        for (int j = 0; j < ranks; j++) {
            int is_near = machine_of(r, i) == machine_of(r, j);
            near += is_near;
            is_right &= i == j || is_near == (file[i] != 0 && file[i] == file[j]);
        }
        is_right &= (near > 1) == (file[i] != 0);
    }
#ifndef __linux__
    is_right = 1;
#endif
    return is_right;
}

/* ---- By ranks -------------------------------------------------------------------------------- */

static const lac_comm *pair(void *user)
{
    const lac_comm *all = user;
    return all->split(all->user, 2);
}

static int gather(void *user, void *bytes, const size_t *end)
{
    const lac_comm *all = user;
    return all->gather(all->user, bytes, end);
}

static const char *reason(void *user)
{
    const lac_comm *all = user;
    return all->reason(all->user);
}

/* Opens, while this process can open no file. */
static lac_status open_without_files(lac_context *ctx, const reading *r, lac_data **data)
{
    struct rlimit usual, none;
    getrlimit(RLIMIT_NOFILE, &usual);
    none = usual;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    lac_status status = lac_data_open(ctx, "elsewhere", r->kind, data);
    setrlimit(RLIMIT_NOFILE, &usual);
    return status;
}

static lac_status open_on(lac_context *ctx, int rank, const reading *r, lac_data **data)
{
    if (rank == r->killed)
        raise(SIGKILL);
    if (rank == r->refused)
        ctx->fail_at = ctx->allocations + r->refused_at;
    if (r->machines == NO_FILES && rank == 1)
        return open_without_files(ctx, r, data);
    lac_status status = lac_data_open(ctx, rank == 0 ? r->path : "elsewhere", r->kind, data);
    if (r->was_refused && rank == 0)
        *r->was_refused = status == LAC_ERROR_MEMORY;
    return status;
}

static lac_status open_rank(lac_context *ctx, int rank, void *user)
{
    const reading *r = user;
    const lac_comm *all = ctx->comm;
    lac_comm other = {.rank = rank, .size = all->size, .gather = gather, .reason = reason,
                      .user = (void *)(uintptr_t)all,
                      .machine = r->machines == PAIRS ? pair : NULL};
    lac_data *data;
    if (r->machines == PAIRS || r->machines == UNKNOWN)
        ctx->comm = &other;
    lac_status status = open_on(ctx, rank, r, &data);
    if (status == LAC_OK && !same_data(data, r->wanted))
        status = lac_fail(ctx, LAC_ERROR_MISMATCH, "other data");
    else if (status == LAC_OK && !lie_right(ctx, r, data))
        status = lac_fail(ctx, LAC_ERROR_MISMATCH, "pictures lie elsewhere");
    else if (status != LAC_OK && data)
        status = lac_fail(ctx, LAC_ERROR_MISMATCH, "data in spite of a failure");
    lac_data_free(&data);
    ctx->comm = all;
    return status;
}

static word open_by(int ranks, reading *r, int living)
{
    const ranked by = {.work = open_rank, .user = r};
    return by_ranks(ranks, &by, living);
}

static void must_open(int ranks, reading *r)
{
    word w = open_by(ranks, r, ranks - 1);
    if (w.status != LAC_OK)
        fail_msg("%s by %d ranks: status %d, %s", r->path, ranks, w.status, w.message);
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static const char full[] = "ImageId,left_eye_x,left_eye_y,right_eye_x,right_eye_y,Image,source,"
                           "photo,crop\n"
                           "7,1,2,3,,0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5,lab,a.jpg,\"yunet:1,0,0\"\n"
                           "face 8,1,1,2,2,9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9,field,,\"yunet:1,0,0\"\n"
                           "9,,,2.5,3,1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4,lab,b.jpg,\"yunet:1,0,0\"\n";

static void check(const fixture *f, const char *path, lac_table kind)
{
    lac_data *wanted = open_table(f, path, kind);
    reading r = reading_of(path, kind, wanted);
    for (int ranks = 2; ranks <= MOST; ranks++)
        must_open(ranks, &r);
    lac_data_free(&wanted);
}

static void every_rank_has_all_of_the_table_that_rank_0_reads(void **state)
{
    const fixture *f = *state;
    check(f, put(f, "full.csv", full).text, LAC_TABLE_TRAINING);
    check(f, put(f, "test.csv", "ImageId,Image\n5,1 2 3 4\n6,4 3 2 1\n").text, LAC_TABLE_TEST);
    put(f, "training.csv", "a_x,a_y,b_x,b_y,Image\n1,1,0,1,1 2 3 4\n1,1,,,4 3 2 1\n");
    put(f, "IdLookupTable.csv", "RowId,ImageId,FeatureName,Location\n1,1,a_x,\n2,1,a_y,\n");
    check(f, f->folder.path, LAC_TABLE_TRAINING);
}

/* More than one message is long, 4 MiB. */
static void pictures_go_to_other_machines_and_lie_once_on_each(void **state)
{
    enum { ROWS = 9, SIDE = 768 };
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "large.csv");
    FILE *file = fopen(path.text, "w");
    assert_non_null(file);
    fprintf(file, "a_x,a_y,Image\n");
    for (int r = 0; r < ROWS; r++) {
        fprintf(file, "%d,1,", r);
        for (int i = 0; i < SIDE * SIDE; i++)
            fprintf(file, "%d ", (i * 7 + i / 1000 + r) % 256);
        fprintf(file, "\n");
    }
    fclose(file);
    lac_data *wanted = open_table(f, path.text, LAC_TABLE_TRAINING);
    reading r = reading_of(path.text, LAC_TABLE_TRAINING, wanted);
    r.machines = PAIRS;
    must_open(4, &r);
    r.machines = UNKNOWN;
    must_open(3, &r);
    lac_data_free(&wanted);
}

static void where_memory_cannot_be_shared_each_has_its_own(void **state)
{
    const fixture *f = *state;
    test_path path = put(f, "full.csv", full);
    lac_data *wanted = open_table(f, path.text, LAC_TABLE_TRAINING);
    reading r = reading_of(path.text, LAC_TABLE_TRAINING, wanted);
    r.machines = NO_FILES;
    must_open(3, &r);
    lac_data_free(&wanted);
}

static void a_table_that_cannot_be_read_fails_on_all_alike(void **state)
{
    const fixture *f = *state;
    test_path path = put(f, "bad.csv", "a_x,a_y,Image\n1,1,1 2 3 4\n1,1,1 2 x 4\n");
    reading r = reading_of(path.text, LAC_TABLE_TRAINING, NULL);
    word w = open_by(3, &r, 2);
    assert_int_equal(w.status, LAC_ERROR_FORMAT);
    assert_non_null(strstr(w.message, "bad.csv: row 3"));
}

static void a_rank_that_dies_meanwhile_ends_all(void **state)
{
    const fixture *f = *state;
    test_path path = put(f, "full.csv", full);
    reading r = reading_of(path.text, LAC_TABLE_TRAINING, NULL);
    r.killed = 1;
    word w = open_by(3, &r, 1);
    assert_int_equal(w.status, LAC_ERROR_RANKS);
    assert_string_equal(w.message, "rank 1 is gone, and the training with it");
}

/* Each request of a rank is refused in turn. */
static void want_of_memory_on_any_rank_fails_on_all(void **state)
{
    const fixture *f = *state;
    test_path path = put(f, "full.csv", full);
    lac_data *wanted = open_table(f, path.text, LAC_TABLE_TRAINING);
    int was_refused, times[2] = {0};
    for (int rank = 0; rank < 2; rank++)
        for (int is_shared = 0; is_shared < 2; is_shared++) {
            reading r = reading_of(path.text, LAC_TABLE_TRAINING, wanted);
            r.machines = is_shared ? ONE_MACHINE : UNKNOWN;
            r.was_refused = &was_refused;
            r.refused = rank;
            do {
                r.refused_at++;
                word w = open_by(2, &r, 1);
                times[rank] += was_refused;
                if (w.status != (was_refused ? LAC_ERROR_MEMORY : LAC_OK))
                    fail_msg("request %ld of rank %d: status %d, %s", r.refused_at, rank,
                             w.status, w.message);
            } while (was_refused);
        }
    assert_true(times[0] > 20);
    assert_true(times[1] > 20);
    lac_data_free(&wanted);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(every_rank_has_all_of_the_table_that_rank_0_reads),
        WITH_FOLDER(pictures_go_to_other_machines_and_lie_once_on_each),
        WITH_FOLDER(where_memory_cannot_be_shared_each_has_its_own),
        WITH_FOLDER(a_table_that_cannot_be_read_fails_on_all_alike),
        WITH_FOLDER(a_rank_that_dies_meanwhile_ends_all),
        WITH_FOLDER(want_of_memory_on_any_rank_fails_on_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
