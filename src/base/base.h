/*
 * What every room stands on: failing with a message, memory, the parallel loop,
 * random numbers, the clock and files that are replaced at once or not at all.
 *
 * The context owns all of it; nothing here is global.
 */
#ifndef LAC_BASE_H
#define LAC_BASE_H

#include "lacuna.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#define LAC_TRY(call)                  \
    do {                               \
        lac_status try_status = (call); \
        if (try_status != LAC_OK)      \
            return try_status;         \
    } while (0)

#define LAC_COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

typedef struct lac_pool lac_pool;
typedef struct lac_kernels lac_kernels;

enum { LAC_MESSAGE = 512 }; /* bytes of a message */

struct lac_context {
    char message[LAC_MESSAGE];
    void (*log)(void *user, const char *line);
    void *log_user;
    lac_cpu cpu;
    int threads;
    const lac_comm *comm; /* NULL: one rank */
    int team;             /* ranks that share a fold or a trial; all: 0 */
    double heard_bytes;   /* that came from other ranks so far, */
    double heard_seconds; /* how long this one has waited for them, */
    double heard_times;   /* and in how many gathers and exchanges */
    lac_pool *pool;
    const lac_kernels *kernels;
    /* Called around the work of every thread, or NULL; leave gets what enter returned. */
    int (*thread_enter)(void);
    void (*thread_leave)(int before);
    atomic_int trouble; /* a lac_status, see lac_trouble_note */
    char trouble_message[LAC_MESSAGE];
    unsigned temporaries; /* files of which the names have been tried so far */
    long allocations; /* calls of lac_alloc so far */
    long fail_at;     /* tests: the allocation that fails, counted from 1; 0 = none */
    double moved_bytes; /* of heard_bytes, what came while this rank computed */
};

/* Sets the message and returns `status`: `return lac_fail(ctx, LAC_ERROR_IO, ...)`. ctx is
 * NULL only where no context could be made. */
lac_status lac_fail(lac_context *ctx, lac_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For what runs in lac_parallel and returns nothing: notes a failure, on any thread. The first
 * one is kept until lac_trouble_take, called outside of lac_parallel, returns it with its
 * message and forgets it; without one that returns LAC_OK. */
void lac_trouble_note(lac_context *ctx, lac_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
lac_status lac_trouble_take(lac_context *ctx);

/* As LAC_ERROR_IO, with the reason of errno: "PATH: cannot VERB: No such file". */
lac_status lac_fail_errno(lac_context *ctx, const char *path, const char *verb);

/* FORMAT, "FILE: line N: ...", of a file that is read by lines. */
lac_status lac_fail_line(lac_context *ctx, const char *file, long line, const char *format,
                         va_list args);

/* Hands one line to the caller's log callback, if there is one. */
void lac_log(lac_context *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Zeroed memory, 64-byte aligned, for `count` items of `size` bytes; *out is any
 * pointer's address. Freed by free(). On failure *out is NULL, the status MEMORY. */
lac_status lac_alloc(lac_context *ctx, size_t count, size_t size, void *out);

/* Zeroed memory, much of it, page by page as it is touched, in large pages where the system
 * has them; *out is any pointer's address. On failure *out is NULL. Freed with the same
 * count of bytes; NULL is accepted. */
lac_status lac_pages_new(lac_context *ctx, size_t bytes, void *out);
void lac_pages_free(void *pages, size_t bytes);

/* Fails where LAC_ROOM bytes could not be had now. oneDNN, cairo and fontconfig may crash when
 * they get no memory, and so does a stack that cannot grow: they are called only where there is
 * more than they need. MEMORY. */
enum { LAC_ROOM = 16 << 20 };
lac_status lac_reserve(lac_context *ctx);

/* Fails where LAC_HANDLES files could not be opened now. fontconfig takes another font, or none,
 * where it can open no more of its files, and says nothing to its caller. IO. */
enum { LAC_HANDLES = 8 };
lac_status lac_reserve_handles(lac_context *ctx);

/* A copy of a string, freed by free(). */
lac_status lac_strdup(lac_context *ctx, const char *text, char **out);

/* ---- Parallel loop ----------------------------------------------------------- */

/* Calls fn(arg, item, thread) once for every item in [0, items), on the calling thread and
 * the context's workers, and returns when all are done. `thread` in [0,
 * lac_context_threads) picks scratch memory. Which thread gets which item is not
 * determined: results must depend on the item alone. Not to be nested. */
typedef void (*lac_work)(void *arg, int item, int thread);
void lac_parallel(lac_context *ctx, int items, lac_work fn, void *arg);

lac_status lac_pool_new(lac_context *ctx, int threads, lac_pool **out);
void lac_pool_free(lac_pool **pool);

/* ---- Random numbers ------------------------------------------------------------ */

/* Counter-based: a pure function of the key (seed, stream) and the counter, so
 * that neither threads nor order change what is drawn. */
uint64_t lac_random(uint64_t seed, uint64_t stream, uint64_t counter);
double lac_random_uniform(uint64_t seed, uint64_t stream, uint64_t counter); /* [0, 1) */
double lac_random_normal(uint64_t seed, uint64_t stream, uint64_t counter);  /* N(0, 1) */

/* Shuffles order[0..count) in place (Fisher-Yates). */
void lac_shuffle(uint64_t seed, uint64_t stream, int *order, int count);

/* The streams in use, so that no two things share numbers. Add an epoch, a
 * parameter's index or a step in the low 32 bits. */
#define LAC_STREAM(what) ((uint64_t)(what) << 32)
enum { LAC_STREAM_SPLIT = 1, LAC_STREAM_START, LAC_STREAM_ORDER, LAC_STREAM_DROPOUT,
       LAC_STREAM_SYNTH, LAC_STREAM_BENCH, LAC_STREAM_SEARCH, LAC_STREAM_AUGMENT,
       LAC_STREAM_BOOTSTRAP };

/* ---- Numbers as text ------------------------------------------------------------- */

enum { LAC_NUMBER = 64 }; /* room for any; for a float with up to 20 decimals */

/* Writes the fewest digits, but at least 15 if it has them, that read back as the same double;
 * with a point whatever the locale. Returns `text`. */
const char *lac_number_text(double value, char text[LAC_NUMBER]);

/* The same with so many significant digits, at most 17. */
const char *lac_number_digits(double value, int digits, char text[LAC_NUMBER]);

/* With so many decimals, as printf's %f. */
const char *lac_number_decimals(double value, int decimals, char text[LAC_NUMBER]);

/* printf into text, as snprintf, and into a stream, with a point whatever the locale. All numbers
 * with a fraction that go into a file or a message go through these. */
int lac_format(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int lac_vformat(char *text, size_t size, const char *format, va_list args);
void lac_print(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a value of errno means, in English whatever the locale. Valid until the thread's next. */
const char *lac_reason(int error);

/* Reads a number that takes up the whole text: decimal, or hexadecimal as printf's %a writes
 * it, also "inf" and "nan"; with a point whatever the locale. 0 when it is none. */
int lac_number_read(const char *text, double *out);

/* Cuts the first line off *text, which moves behind it, and returns it; NULL when *text is. */
char *lac_line_next(char **text);

/* No control characters: fit to stand in a line, and to reach a terminal. */
int lac_text_printable(const char *text);

/* Bytes of the UTF-8 character at `text`, 0 where there is none and where the text ends. */
int lac_utf8_length(const char *text);

/* 1 when all of the text is UTF-8. */
int lac_utf8_is_valid(const char *text);

/* Write a text into a file: with the characters escaped that HTML and XML read as their own, and
 * those replaced, as also in JSON, that they do not have: names of files may be any bytes; as a
 * cell of a CSV, in quotes where it would not be one without; as one with an ending, "NAME_x"; as a
 * JSON string with its quotes. */
void lac_html_text(FILE *stream, const char *text);
void lac_csv_text(FILE *stream, const char *text);
void lac_csv_name(FILE *stream, const char *name, const char *ending);
void lac_json_text(FILE *stream, const char *text);

/* 1 when the text is JSON, perhaps behind a byte order mark: a reader that refuses it nonetheless
 * has run out of memory. */
int lac_json_is_valid(const char *text, size_t length);

/* ---- Points and sources ------------------------------------------------------------- */

enum { LAC_MOST_SOURCES = 100 }; /* label sources of a data set */

/* The mirror partner of each of `points` names into mirror [points]: names that differ in left and
 * right, in any habit of writing it (mirror.c), are partners, any other is its own. MEMORY. */
lac_status lac_mirror_find(lac_context *ctx, char *const *names, int points, int *mirror);

/* 1 when the first side that a name says is left. */
int lac_name_is_left(const char *name);

/* ---- Rules of crops ------------------------------------------------------------------- */

enum { LAC_MOST_CROPS = 8 };

/* Reads "yunet:1.19,-0.09,0.07 haar:1,0,0", at most LAC_MOST_CROPS rules of different detectors:
 * side, left, top. *count is how many there are, 0 of an empty text. Returns 0 when it is anything
 * else. crop.c */
int lac_crops_read(const char *text, lac_crop rules[LAC_MOST_CROPS], int *count);

/* Writes a rule as such a text with up to three decimals. Returns `text`. */
enum { LAC_CROP_TEXT = 96 };
const char *lac_crop_text(const lac_crop *rule, char text[LAC_CROP_TEXT]);

/* ---- Marks of missing labels ------------------------------------------------------------ */

enum { LAC_MOST_MARKS = 32 };

/* What marks a missing label, besides words: a number, or a pair that marks both labels of a
 * point. */
typedef struct lac_mark_of_gap {
    float x, y;
    int is_pair;
} lac_mark_of_gap;

/* Reads "-1 0,0", at most LAC_MOST_MARKS marks between blanks. *count is how many there are, 0 of
 * an empty text. Returns 0 when it is anything else. marks.c */
int lac_marks_read(const char *text, lac_mark_of_gap mark[LAC_MOST_MARKS], int *count);

/* ---- Clock, files ------------------------------------------------------------------ */

double lac_seconds(void); /* monotonic */

/* A file written beside its final name, as NAME.PROCESS-NUMBER.tmp, flushed and renamed over it
 * by commit, which flushes the folder too; until then the old file stands. abandon (also after a
 * failed commit) removes what was written. Both close the stream and null it. Where the name is a
 * symbolic link, what it points to is replaced. A device is written as it is, and so is standard
 * output, whose path is NULL and which stays open. */
typedef struct lac_file {
    FILE *stream;
    char *path;      /* as it was given */
    char *target;    /* where its symbolic links end, */
    char *folder;    /* and the folder of that */
    char *temporary;
} lac_file;

lac_status lac_file_create(lac_context *ctx, const char *path, lac_file *file);
lac_status lac_file_commit(lac_context *ctx, lac_file *file);
void lac_file_abandon(lac_file *file);

/* Commits when `status`, that of writing, is LAC_OK, else abandons; returns what failed first. */
lac_status lac_file_finish(lac_context *ctx, lac_file *file, lac_status status);

/* Adds text at the end of a file, made if it is missing, and flushes it. What could not be
 * written whole is taken back. IO. */
lac_status lac_file_append(lac_context *ctx, const char *path, const char *text, size_t length);

/* What changes when anybody replaces, cuts or writes a file. */
typedef struct lac_stamp {
    uint64_t device, number;
    int64_t size, seconds, nanoseconds;
} lac_stamp;

/* 0, and all of *out is 0, when there is no file. */
int lac_file_stamp(const char *path, lac_stamp *out);

/* 1 when both paths lead to one file that is there. */
int lac_file_is_same(const char *a, const char *b);

/* "folder/name", freed by free(). */
lac_status lac_path_join(lac_context *ctx, const char *folder, const char *name, char **out);

/* The folder that holds `path`, freed by free(). */
lac_status lac_path_parent(lac_context *ctx, const char *path, char **out);
int lac_path_is_folder(const char *path);
int lac_path_is_file(const char *path);
int lac_path_exists(const char *path);

/* Whether a file or a folder of this name is in the folder. MEMORY. */
lac_status lac_folder_has(lac_context *ctx, const char *folder, const char *name, int *has);

/* Makes a folder if it is missing (its parents must exist). */
lac_status lac_folder_make(lac_context *ctx, const char *path);

/* Flushes the names in a folder, so that a new one survives a loss of power; does nothing where
 * the file system flushes no folders. IO. */
lac_status lac_folder_flush(lac_context *ctx, const char *path);

/* Removes what killed processes left of the files `names` [count] of a folder: NAME.*tmp. Only
 * for whoever holds the folder's lock. names NULL: of any file. IO. */
lac_status lac_folder_sweep(lac_context *ctx, const char *path, const char *const *names,
                            int count);

/* The names in a folder that end in `end`, in any case, in the order of their bytes; none that
 * begin with a dot. *names [count] and each of them are freed by free(). IO, MEMORY. */
lac_status lac_folder_list(lac_context *ctx, const char *path, const char *end, char ***names,
                           int *count);

/* Keeps other processes, and other objects of this one, from working in a folder, by a lock on
 * the file .lock in it. The system takes it back when the process ends in whatever way. IO when
 * somebody else holds it. Where the file system has no locks there is none: the log says so. */
typedef struct lac_lock {
    int held; /* 0: not held */
    int file;
} lac_lock;

lac_status lac_lock_take(lac_context *ctx, const char *folder, lac_lock *lock);
void lac_lock_release(lac_lock *lock);

/* A folder on its way to hold all that a command writes there: meanwhile it holds the file
 * .unfinished, locked, which is there still when the command was killed. Once the command has seen
 * that it replaces nothing, that file holds the command's name: only then are files its own. */
typedef struct lac_filling {
    char *mark; /* the path of .unfinished */
    const char *who; /* the command */
    lac_lock lock;
    int is_anew; /* 1: the same command has left its files unfinished, as when it was killed */
} lac_filling;

/* Makes the folder if it is missing, and begins. IO where one of the files `names` [count] is
 * there, unless `who`, of at most 15 letters, has left them unfinished: then they may be replaced,
 * and what was left over beside them is removed. IO also where another process fills the folder.
 * `who` must live as long as the filling. */
lac_status lac_filling_begin(lac_context *ctx, const char *folder, const char *who,
                             const char *const *names, int count, lac_filling *out);

/* Nothing is there that the command would replace and must not: from here on the files are its own.
 * IO. */
lac_status lac_filling_claim(lac_context *ctx, lac_filling *filling);

/* Fails with IO, naming the folder and the file in it that is there. */
lac_status lac_filling_fail(lac_context *ctx, const char *folder, const char *name);

/* Ends, when all is there or nothing. Of a filling that is all 0 it does nothing. */
void lac_filling_end(lac_filling *filling);

/* The whole file in memory with a NUL behind it, freed by free(). */
lac_status lac_file_read(lac_context *ctx, const char *path, char **out, size_t *size);

/* The same of a text, without a byte order mark in front of it. FORMAT: a NUL byte is in it. */
lac_status lac_file_text(lac_context *ctx, const char *path, char **out);

/* The whole file as read-only memory, without a copy: for files that are replaced by
 * renaming, never cut or rewritten in place. */
lac_status lac_file_map(lac_context *ctx, const char *path, const char **out, size_t *size);
void lac_file_unmap(const char *bytes, size_t size);

/* A 64-bit hash of bytes, for checksums (not against forgery). Chain with `seed`. */
uint64_t lac_hash(uint64_t seed, const void *bytes, size_t size);

#endif
