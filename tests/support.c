/* Contexts, folders and files for tests. */
#define _XOPEN_SOURCE 700
#include "support.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

lac_context *context_at(lac_cpu cpu, int threads)
{
    const lac_context_config config = {.threads = threads, .cpu = cpu};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    if (cpu != LAC_CPU_AUTO && lac_context_cpu(ctx) != cpu)
        lac_context_free(&ctx);
    return ctx;
}

void check_status(const lac_context *ctx, lac_status got, lac_status wanted, const char *call,
                  const char *file, int line)
{
    if (got == wanted)
        return;
    print_error("%s\n  gave %d, must be %d; message \"%s\"\n", call, (int)got, (int)wanted,
                lac_context_message(ctx));
    _fail(file, line);
}

void assert_message(const lac_context *ctx, const char *part)
{
    if (!strstr(lac_context_message(ctx), part))
        fail_msg("message \"%s\" lacks \"%s\"", lac_context_message(ctx), part);
}

void folder_new(test_folder *f)
{
    const char *parent = getenv("TMPDIR");
    snprintf(f->path, sizeof f->path, "%s/lacuna-XXXXXX", parent && *parent ? parent : "/tmp");
    assert_non_null(mkdtemp(f->path));
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void tree_remove(const char *path)
{
    assert_int_equal(nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void folder_free(test_folder *f)
{
    tree_remove(f->path);
}

test_path path_in(const test_folder *f, const char *name)
{
    test_path p;
    int length = snprintf(p.text, sizeof p.text, "%s/%s", f->path, name);
    assert_in_range(length, 1, sizeof p.text - 1);
    return p;
}

char *file_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be opened", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(*size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

void file_put(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("%s cannot be written", path);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

int file_count(const char *folder)
{
    DIR *entries = opendir(folder);
    int count = 0;
    assert_non_null(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count - 2; /* . and .. */
}

void files_at_most(size_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

char *timeless(const char *folder, const char *name, int first, int last)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *text = file_bytes(path, &size);
    char *to = text;
    int column = 1;
    for (const char *p = text; *p; p++) {
        column = *p == '\n' ? 1 : column + (*p == ',');
        if (column < first || column > last)
            *to++ = *p;
    }
    *to = '\0';
    return text;
}

void zip_put(const char *path, const char *const *entries)
{
    struct archive *zip = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(zip, path), ARCHIVE_OK);
    for (; *entries; entries += 2) {
        size_t size = strlen(entries[1]);
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, entries[0]);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)size);
        assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(zip, entries[1], size), size);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
}
