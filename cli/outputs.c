/*
 * What a verb writes is none of the files that it reads, and no second time what it writes. Files
 * are known by where they are stored, so that a link or another spelling of a path hides none.
 */
#define _POSIX_C_SOURCE 200809L
#include "options.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096 };

static const char *const run_files[] = {"last.safetensors", "best.safetensors", "config.json",
                                        "metrics.csv", "machine.csv", "predictions.csv",
                                        "trials.csv", "search.txt", NULL};
static const char *const table_stems[] = {"training", "train", "test", "IdLookupTable", NULL};
static const char *const table_ends[] = {".csv", ".zip", ".tsv", ".txt", ".csv.gz", ".csv.xz",
                                         ".csv.bz2", ".csv.zst", ".7z", ".tar", ".tar.gz", ".tgz",
                                         NULL};
static const char *const no_end[] = {"", NULL};

/* ---- Paths ------------------------------------------------------------------------------ */

static int is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int is_file(const char *path, const struct stat *file)
{
    struct stat info;
    return stat(path, &info) == 0 && is_same(&info, file);
}

static int is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Only a regular file has a content to lose. */
static int is_regular(const char *path, struct stat *info)
{
    return stat(path, info) == 0 && S_ISREG(info->st_mode);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void parent_of(const char *path, char out[PATH])
{
    int length = (int)(name_of(path) - path);
    snprintf(out, PATH, "%.*s", length ? length : 1, length ? path : ".");
}

/* Whether two paths, of which neither need exist, lead to one file. */
static int is_one_place(const char *a, const char *b)
{
    struct stat x, y;
    char above_a[PATH], above_b[PATH];
    if (stat(a, &x) == 0 || stat(b, &y) == 0)
        return is_regular(a, &x) && is_regular(b, &y) && is_same(&x, &y);
    parent_of(a, above_a);
    parent_of(b, above_b);
    return strcmp(name_of(a), name_of(b)) == 0 &&
           (strcmp(above_a, above_b) == 0 || (stat(above_a, &x) == 0 && is_file(above_b, &x)));
}

/* ---- What is read ----------------------------------------------------------------------- */

/* Whether the file is one of these names, with one of these ends, in the folder. */
static int holds(const char *folder, const char *const *stem, const char *const *ends,
                 const struct stat *file)
{
    char path[PATH];
    for (; *stem; stem++)
        for (const char *const *end = ends; *end; end++) {
            int length = snprintf(path, sizeof path, "%s/%s%s", folder, *stem, *end);
            if (length < PATH && is_file(path, file))
                return 1;
        }
    return 0;
}

/* Of a run, or of a run in a folder of them. */
static int runs_hold(const char *path, const struct stat *file)
{
    char run[PATH];
    int has = holds(path, run_files, no_end, file);
    DIR *folder = has ? NULL : opendir(path);
    for (const struct dirent *e; folder && !has && (e = readdir(folder));)
        if (e->d_name[0] != '.' && snprintf(run, sizeof run, "%s/%s", path, e->d_name) < PATH)
            has = holds(run, run_files, no_end, file);
    if (folder)
        closedir(folder);
    return has;
}

static int is_named(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Whether the file is read with what the word names: in a folder, or beside a file. */
static int is_read_too(const option *o, const char *word, const struct stat *file)
{
    static const char *const beside_table[] = {"IdLookupTable.csv", NULL};
    char parent[PATH];
    parent_of(word, parent);
    if (o->files == FILES_TABLE)
        return is_folder(word) ? holds(word, table_stems, table_ends, file)
                               : holds(parent, beside_table, no_end, file);
    if (o->files != FILES_RUNS)
        return 0;
    if (is_folder(word))
        return runs_hold(word, file);
    return is_named(name_of(word), run_files) && holds(parent, run_files, no_end, file);
}

static int is_read(const option *o, const char *word, const struct stat *file)
{
    struct stat info;
    if (strcmp(word, "-") == 0)
        return fstat(STDIN_FILENO, &info) == 0 && is_same(&info, file);
    return is_file(o->files == FILES_PHOTOS && word[0] == '@' ? word + 1 : word, file);
}

/* ---- The check -------------------------------------------------------------------------- */

/* The option's word number i, or NULL behind the last. */
static const char *word_at(const option *o, int i, char text[LAC_SETTING])
{
    const word_list *list = o->value;
    if (o->type == OPTION_LIST || o->type == OPTION_WORDS)
        return i < list->count ? list->word[i] : NULL;
    if (i > 0)
        return NULL;
    if (o->type != OPTION_SETTING)
        return *(const char *const *)o->value;
    lac_train_get(NULL, o->value, o->field->name, text);
    return text;
}

static const char *dashes(const option *o)
{
    return option_is_word(o) ? "" : "--";
}

static int check_input(const command *c, const option *out, const char *path,
                       const struct stat *file, const option *in)
{
    char text[LAC_SETTING];
    const char *word;
    for (int i = 0; (word = word_at(in, i, text)); i++) {
        if (is_read(in, word, file))
            return options_misuse(c, "--%s %s is the file that %s%s reads", out->name, path,
                                  dashes(in), in->name);
        if (is_read_too(in, word, file))
            return options_misuse(c, "--%s %s belongs to %s, which %s%s reads", out->name, path,
                                  word, dashes(in), in->name);
    }
    return CODE_GO_ON;
}

static int check_inputs(const command *c, const option *out, const char *path)
{
    struct stat file;
    const option *in;
    int code = CODE_GO_ON;
    if (!is_regular(path, &file))
        return code;
    for (int i = 0; code == CODE_GO_ON && (in = option_at(c, i)); i++)
        if (in->given && in->files != FILES_NONE && in->files != FILES_WRITTEN)
            code = check_input(c, out, path, &file, in);
    return code;
}

/* Against the outputs that stand before place `at` of the table. */
static int check_others(const command *c, const option *out, const char *path, int at)
{
    char text[LAC_SETTING];
    for (int i = 0; i < at; i++) {
        const option *other = option_at(c, i);
        if (other->given && other->files == FILES_WRITTEN &&
            is_one_place(path, word_at(other, 0, text)))
            return options_misuse(c, "--%s %s is the file that --%s writes", out->name, path,
                                  other->name);
    }
    return CODE_GO_ON;
}

int outputs_check(const command *c)
{
    char text[LAC_SETTING], inside[PATH];
    const option *o;
    int code = CODE_GO_ON;
    for (int i = 0; code == CODE_GO_ON && (o = option_at(c, i)); i++) {
        if (!o->given || o->files != FILES_WRITTEN)
            continue;
        const char *path = word_at(o, 0, text);
        code = check_inputs(c, o, path);
        if (code == CODE_GO_ON)
            code = check_others(c, o, path, i);
        if (code == CODE_GO_ON && o->inside &&
            snprintf(inside, sizeof inside, "%s/%s", path, o->inside) < PATH)
            code = check_inputs(c, o, inside);
    }
    return code;
}

int outputs_spare(const char *verb, const char *out, const lac_paths *photos)
{
    struct stat file;
    if (!out || !is_regular(out, &file))
        return CODE_GO_ON;
    for (int i = 0; i < photos->count; i++)
        if (is_file(photos->path[i], &file)) {
            fprintf(stderr, "lacuna %s: --out %s is a photo that is read\n", verb, out);
            return CODE_MISUSE;
        }
    return CODE_GO_ON;
}
