/*
 * A page that predicts in a browser: the model's C in a folder for the moment, which clang compiles
 * to a WebAssembly module, and the page around that.
 */
#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PATH = 4096 };
enum { PAGE_C, FACE_C, WEIGHTS_C, MODULE, HEADER, EXAMPLE, FILES };
static const char *const names[FILES] = {"face_page.c", "face.c",  "face_weights.c",
                                         "face.wasm",   "face.h", "example.c"};

typedef struct scratch {
    char dir[PATH];
    char file[FILES][PATH + 32];
} scratch;

static int scratch_open(scratch *s)
{
    const char *under = getenv("TMPDIR");
    int length = snprintf(s->dir, PATH, "%s/lacuna-XXXXXX", under && *under ? under : "/tmp");
    if (length >= PATH || !mkdtemp(s->dir)) {
        fprintf(stderr, "lacuna: %s: cannot make a folder to compile in: %s\n", s->dir,
                strerror(length >= PATH ? ENAMETOOLONG : errno));
        return CODE_FAILED;
    }
    for (int i = 0; i < FILES; i++)
        snprintf(s->file[i], sizeof s->file[i], "%s/%s", s->dir, names[i]);
    return CODE_DONE;
}

static void scratch_remove(const scratch *s)
{
    for (int i = 0; i < FILES; i++)
        unlink(s->file[i]);
    rmdir(s->dir);
}

/* The program watches signals in a thread and blocks them elsewhere; clang must not. Returns an
 * error number, or 0 and how it ended. */
static int run(char *const arguments[], int *how)
{
    pid_t child;
    sigset_t none;
    posix_spawnattr_t attributes;
    sigemptyset(&none);
    int error = posix_spawnattr_init(&attributes);
    if (error)
        return error;
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    error = posix_spawnp(&child, arguments[0], NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    while (!error && waitpid(child, how, 0) < 0)
        error = errno == EINTR ? 0 : errno;
    return error;
}

static int compile(scratch *s)
{
    char *const arguments[] = {
        "clang", "--target=wasm32", "-O3", "-msimd128", "-mbulk-memory", "-ffreestanding",
        "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all", s->file[PAGE_C], s->file[FACE_C],
        s->file[WEIGHTS_C], "-o", s->file[MODULE], NULL};
    int how = 0, error = run(arguments, &how);
    if (stop_is_asked())
        return stop_code();
    if (error == 0 && how == 0)
        return CODE_DONE;
    fprintf(stderr, "lacuna: clang%s%s: --to page needs clang and lld (Debian: clang, lld)\n",
            error ? ": " : " failed", error ? strerror(error) : "");
    return CODE_FAILED;
}

int page_write(lac_context *ctx, const lac_model *model, const lac_export_config *how,
               const char *path, lac_export_size *size)
{
    scratch s;
    signals_stop(); /* so that the folder is removed */
    int code = scratch_open(&s);
    if (code != CODE_DONE)
        return code;
    code = report(ctx, lac_export_page_code(model, how, s.dir, size));
    if (code == CODE_DONE)
        code = compile(&s);
    if (code == CODE_DONE)
        code = report(ctx, lac_export_page(ctx, s.file[MODULE], path));
    scratch_remove(&s);
    return code;
}
