/*
 * lacuna: facial keypoints from pictures whose labels have gaps.
 *
 * This header is the whole public interface and its manual. Read it from top to
 * bottom; the order is: a complete program, conventions, status codes, ranks, context,
 * data, hold-out, networks, training, cross-validation, search, models and prediction, metrics,
 * measures, suspects, submission, export, synthetic data, pictures, report, benchmark.
 *
 * A complete program: train on Kaggle's files, predict one face.
 *
 *     #include <lacuna.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         lac_context *ctx = NULL;
 *         lac_data *data = NULL;
 *         lac_trainer *trainer = NULL;
 *         lac_predictor *predictor = NULL;
 *         lac_train_config config = lac_train_config_default();
 *         float xy[2 * 15];
 *         config.epochs = 10;
 *         int good = lac_context_new(NULL, &ctx) == LAC_OK &&
 *             lac_data_open(ctx, "kaggle/", LAC_TABLE_TRAINING, &data) == LAC_OK &&
 *             lac_trainer_new(ctx, data, &config, &trainer) == LAC_OK &&
 *             lac_trainer_run(trainer, "run", NULL, NULL) == LAC_OK &&
 *             lac_predictor_new(ctx, lac_trainer_model(trainer), NULL, &predictor) == LAC_OK &&
 *             lac_predictor_run(predictor, lac_data_image(data, 0), 1, xy) == LAC_OK;
 *         if (good)
 *             printf("%s at %.1f, %.1f pixels\n", lac_data_point_name(data, 0), xy[0], xy[1]);
 *         else
 *             fprintf(stderr, "%s\n", lac_context_message(ctx));
 *         lac_predictor_free(&predictor);
 *         lac_trainer_free(&trainer);
 *         lac_data_free(&data);
 *         lac_context_free(&ctx);
 *         return good ? 0 : 1;
 *     }
 *
 * Conventions
 *   Shapes are written [n, c, h, w]; the last index runs fastest.
 *   Coordinates are in pixels, origin at the centre of the top left pixel, x to
 *   the right, y down, interleaved x0 y0 x1 y1 ...; K points make 2K numbers.
 *   Time is in seconds. "Left" is the subject's left.
 *   A function that can fail returns lac_status and explains itself in
 *   lac_context_message(). Results come through trailing out-parameters, which
 *   are set to NULL on failure. Every `new`, `open`, `load` and `make` pairs
 *   with a `free` that takes the address of the pointer, accepts NULL and
 *   leaves NULL. Pointers returned as const are borrowed from their object.
 *   The library never prints unless a function says so, exits, reads the environment
 *   or installs a signal handler. A context and all objects made with it belong to one thread at a
 *   time; different contexts are independent. An object must be freed before
 *   its context.
 *   Files and messages are the same whatever the program's locale is.
 *   Signals: block them in threads that call this library (a context's own threads inherit
 *   that) and take them in another: a handler that interrupts oneDNN 2.6 damages memory.
 */
#ifndef LACUNA_H
#define LACUNA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The library is compiled with hidden symbols: what is declared here is what it exports. */
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define LAC_VERSION "0.2.0"

/* ---- Status codes. Never renumbered. -------------------------------------- */

typedef enum lac_status {
    LAC_OK = 0,
    LAC_ERROR_ARGUMENT = 1, /* the call itself is wrong */
    LAC_ERROR_MEMORY = 2,   /* no memory */
    LAC_ERROR_IO = 3,       /* a file cannot be opened, read or written */
    LAC_ERROR_FORMAT = 4,   /* a file was read and its content is bad */
    LAC_ERROR_MISMATCH = 5, /* two good things do not fit, such as a model and a data set */
    LAC_ERROR_NUMERIC = 6,  /* the loss is not a finite number any more */
    LAC_STOPPED = 7,        /* the caller's callback asked to stop; the state is saved */
    LAC_ERROR_RANKS = 8     /* another rank is gone, or cannot be reached */
} lac_status;

/* ---- Ranks: processes that share a training. -------------------------------- */

/* Each makes a context with its lac_comm, and then the same calls; slices of every batch are shared
 * out among them. Whatever is written, rank 0 writes; a trainer that one rank cannot make, or a
 * training that fails on one, fails on all. Folds and the trials of a search are handed out to
 * teams of ranks. */

/* What moves between ranks at once: a gather, or, with rows, an exchange, of what these are given
 * (lac_comm). */
typedef struct lac_move {
    const void *from;
    const int *row; /* NULL: a gather */
    const size_t *end;
    void *to;       /* of a gather its bytes */
} lac_move;

enum { LAC_MOST_RANKS = 1024, LAC_MOST_MOVES = 32 }; /* moves under way at once */

/* How a rank, one of `size` processes, LAC_MOST_RANKS at most, is heard by the others. It moves
 * bytes and adds nothing: sums are the library's own, always in one order, so that a training does
 * not depend on the number of ranks (docs/scale.md). Any means of moving bytes will do. */
typedef struct lac_comm {
    int rank, size;
    /* Gives every rank the pieces of all. Rank r's piece is bytes [end[r - 1], end[r]), that of
     * rank 0 begins at 0, and any may be empty; each rank comes with its own in place. All ranks
     * call it in the same order with the same `end`. Returns 0, or else when a rank is gone: then
     * so does every later call. */
    int (*gather)(void *user, void *bytes, const size_t *end);
    const char *(*reason)(void *user); /* why it failed, "rank 2 is gone" */
    void *user;
    /* The ranks of this one's team, where all are cut, in their order, into teams of `size`, which
     * divides their number. All ranks call it; it lasts as long as this one. NULL where it cannot
     * be had. split itself may be NULL: then teams are of one rank, or of all. */
    const struct lac_comm *(*split)(void *user, int size);
    /* Whether a rank is known to be gone; it does not wait. Then teams end their trainings early,
     * saved. NULL: gather alone tells. */
    int (*lost)(void *user);
    /* Gives every rank some columns of the rows of all. Rank r has rows [row[r - 1], row[r]), of
     * end[size - 1] bytes, at `from`; it gets bytes [end[r - 1], end[r]) of every row, one behind
     * the other, at `to`. Otherwise as gather. NULL: ranks gather whole rows instead. */
    int (*exchange)(void *user, const void *from, const int *row, const size_t *end, void *to);
    /* The ranks of this one's machine, in their order; itself where these are all. They hold a
     * table's pictures together. All ranks call it; it lasts as long as this one. NULL where they
     * are not known, or machine itself: each holds its own. */
    const struct lac_comm *(*machine)(void *user);
    /* The same two while ranks compute: begin does not wait, and finish, which is called with an
     * equal move, returns when all is done. `row` and `end` are there during either call alone; the
     * bytes at `from` and `to` are left alone between them. Moves, at most LAC_MOST_MOVES at once,
     * are finished in the order in which they were begun; between them there may be gathers and
     * exchanges. Exchanges come only where `exchange` is there, too. Both NULL, never one: a rank
     * waits for what it could hear later. */
    int (*begin)(void *user, const lac_move *move);
    int (*finish)(void *user, const lac_move *move);
} lac_comm;

/* Makes this process rank 0 of `size`, the others by fork, which share memory with it: for one
 * machine, without MPI. It returns in all of them. Call it before any context is made: threads do
 * not survive a fork. ARGUMENT (size not 1 to 1024), MEMORY, IO (no process to be had); why is in
 * lac_context_message(NULL). */
lac_status lac_fork_open(int size, lac_comm **out);

/* On rank 0 waits until the others have ended. On another rank, or NULL, does nothing: that process
 * may just end. */
void lac_fork_close(lac_comm **comm);

/* ---- Context: threads, processor level, messages. -------------------------- */

typedef struct lac_context lac_context;

typedef enum lac_cpu {
    LAC_CPU_AUTO = 0, /* the best that processor and operating system support */
    LAC_CPU_REF = 1,  /* plain C, no oneDNN: the specification, slow */
    LAC_CPU_AVX2 = 2,
    LAC_CPU_AVX512 = 3,
    LAC_CPU_NEON = 4, /* of ARM's 64-bit processors; float32 alone */
    LAC_CPU_AMX = 5   /* AVX512, and products of bf16 in tiles, for which Linux is asked once
                       * (arch_prctl); from then on it refuses a stack of signals (sigaltstack)
                       * below AT_MINSIGSTKSZ. AUTO asks too, AVX512 does not */
} lac_cpu;

typedef struct lac_context_config {
    int threads;  /* worker threads, 0 = as many as the processor has cores (0) */
    lac_cpu cpu;  /* level to use; the best of the machine where that does not have it (AUTO).
                   * oneDNN is limited once for the whole process: the first context's word holds */
    void (*log)(void *user, const char *line); /* notes worth a person's attention, or NULL */
    void *log_user;
    const lac_comm *comm; /* the ranks that its trainings are shared by, or NULL: this process
                           * alone. Borrowed */
    int team;     /* how many of them share a fold or a trial of a search, 0 = all (0) */
} lac_context_config;

/* Makes a context; config NULL means all defaults. ARGUMENT (threads below 0, no such
 * level, a lac_comm that lacks what it must have, ranks that cannot be cut into such teams),
 * MEMORY. */
lac_status lac_context_new(const lac_context_config *config, lac_context **out);
void lac_context_free(lac_context **ctx);

/* The explanation of the last failure: one line, what, the value, what was
 * required and where. Valid until the next call. ctx NULL: why lac_context_new last failed
 * on the calling thread. */
const char *lac_context_message(const lac_context *ctx);

/* The verdict of all ranks, each of which calls it with its own: LAC_OK where all are, else that
 * of the first that is not, with its message. So no rank waits for another that has failed. The
 * library asks by itself in lac_trainer_run. One rank gets its own back. RANKS. */
lac_status lac_context_agree(lac_context *ctx, lac_status status);

int lac_context_threads(const lac_context *ctx);
lac_cpu lac_context_cpu(const lac_context *ctx);     /* the level in use, never AUTO */
const char *lac_cpu_name(lac_cpu cpu);               /* "ref", "avx2" and so on, or "auto" */

/* Writes a word of a command so that a POSIX shell reads it back as it is, in quotes where it
 * needs them, cut to `size` bytes with a NUL; returns the length of the whole, as snprintf
 * does. `out` may be NULL when size is 0. */
size_t lac_shell_word(const char *word, char *out, size_t size);

/* ---- Data ------------------------------------------------------------------ */

struct lac_train_config; /* the settings of a training, see there */

/* Square grey pictures as bytes, labels as floats and a mask of what is present. */
typedef struct lac_data lac_data;

typedef enum lac_table {
    LAC_TABLE_TRAINING = 0, /* labelled: columns NAME_x, NAME_y ..., and one of pictures */
    LAC_TABLE_TEST = 1,     /* pictures, and their ImageId if there is such a column; labels are not
                               read: the data has 0 points */
    LAC_TABLE_ANY = 2       /* the training table, to look at: it may have no labels */
} lac_table;

/* Reads a table. `path` is a text table (columns between commas, semicolons or tabs); or a zip,
 * tar, 7z, gz, xz, bz2 or zst file, or a folder, that holds training.csv (test.csv), also deeper
 * inside or packed once more; or "-", standard input. docs/data.md shows every form. Points
 * come from the header in any number, an empty cell is a missing label, the picture's side follows
 * from the number of pixels; a column "source" names every row's label source. An
 * IdLookupTable.csv in the same folder or archive gives the weights of the sources. Errors name
 * file, row (the header is row 1) and column; the log tells which columns were left alone, and what
 * looks like gaps that are not marked as such. Of several ranks, all of which call it, rank 0
 * reads, by its own arguments, and hands out. IO, FORMAT, MEMORY, RANKS. */
lac_status lac_data_open(lac_context *ctx, const char *path, lac_table table, lac_data **out);

/* The same, with the gaps and mirror partners that the settings `missing`, `outside` and `pairs` of
 * a training say: a model's own settings read the table as its training did. config NULL: the
 * defaults. ARGUMENT (marks that are no numbers), MISMATCH (no partners to find). */
lac_status lac_data_open_as(lac_context *ctx, const char *path, lac_table table,
                            const struct lac_train_config *config, lac_data **out);

/* Makes a data set from memory; everything is copied. `pixels` [rows, 1, size,
 * size]; `labels` [rows, 2*points] pixels, read only where `mask` [rows,
 * 2*points] is 1; both may be NULL when points is 0. ARGUMENT, MEMORY. */
lac_status lac_data_from_memory(lac_context *ctx, int rows, int size, int points,
                                const char *const *names, const uint8_t *pixels,
                                const float *labels, const uint8_t *mask, lac_data **out);
void lac_data_free(lac_data **data);

int lac_data_rows(const lac_data *data);
int lac_data_size(const lac_data *data);                          /* side in pixels */
int lac_data_points(const lac_data *data);                        /* K; 0 without labels */
const char *lac_data_point_name(const lac_data *data, int point); /* "left_eye_center" */
int lac_data_id(const lac_data *data, int row); /* ImageId, or row + 1; -1 where it is a text */
const char *lac_data_id_text(const lac_data *data, int row);      /* the text, else NULL */
const uint8_t *lac_data_image(const lac_data *data, int row);     /* [1, size, size] */
const float *lac_data_labels(const lac_data *data, int row);      /* [2K]; 0 where missing */
const uint8_t *lac_data_mask(const lac_data *data, int row);      /* [2K]; 1 = label present */
int lac_data_row_is_complete(const lac_data *data, int row);      /* 1 = every label is present */

/* What a drop list took. */
typedef struct lac_dropped {
    int rows;     /* rows that have no label left */
    int points;   /* points of other rows */
    int held_out; /* rows that the list names and that keep their labels, as they are held out */
} lac_dropped;

/* Makes the labels missing that a drop list names, as the setting `drop` of a training does for
 * what it learns from. For measuring: models know the data as they did, and hold-outs are made from
 * what rows carry, so that rows are to be predicted before. Counts what is taken out of `rows` [n],
 * NULL for all. IO, FORMAT (the message names the line), MISMATCH (no labels), MEMORY. */
lac_status lac_data_drop(lac_context *ctx, lac_data *data, const char *path, const int *rows,
                         int n, lac_dropped *count);

/* The mirror partner of a point, or the point itself. */
int lac_data_mirror_point(const lac_data *data, int point);

/* What says so. */
typedef enum lac_mirror_by {
    LAC_MIRROR_NAMES = 0, /* names that differ in left and right, however they write it */
    LAC_MIRROR_FILE = 1,
    LAC_MIRROR_MEAN = 2   /* the mean face, which its mirror image must cover */
} lac_mirror_by;

lac_mirror_by lac_data_mirror_by(const lac_data *data);

/* Decides the partners anew; `pairs` is what the setting of a training says. On failure they stay
 * as they are. IO, FORMAT, MISMATCH (the mean face does not show them), MEMORY. */
lac_status lac_data_pair(lac_context *ctx, lac_data *data, const char *pairs);

/* The partner that the mean face shows for a point that is beside its middle and whose name gives
 * it none, or the point itself. With such a point mirror images would teach wrong labels, and
 * lac_trainer_new refuses. */
int lac_data_wanted_point(const lac_data *data, int point);

/* Label sources, whose labels follow conventions of their own. A table's column "source" names
 * them: whole numbers or words, at most 100 different ones, each with the points that any of its
 * rows carries. Without that column, a pattern (the set of points that a row carries) that covers
 * at least 10 % of the rows is a source. Every other row belongs to the smallest
 * source pattern that contains its own; rows that none contains make the set of
 * all points a source of its own. The empty pattern is none. Sources are ordered by their
 * number of points, most first, and then as they come. A table without labels has one source, of
 * 0 points, unless it has the column. */
int lac_data_sources(const lac_data *data);
int lac_data_source_points(const lac_data *data, int source); /* points in its pattern */
int lac_data_source_has_point(const lac_data *data, int source, int point);
const char *lac_data_source_name(const lac_data *data, int source); /* by the column, or NULL */
int lac_data_source_rows(const lac_data *data, int source);
int lac_data_row_source(const lac_data *data, int row);

/* Share of the test set's scored coordinates that belong to the source, by the
 * same rule: known when the data came from a folder that holds IdLookupTable.csv,
 * else NaN. */
double lac_data_source_weight(const lac_data *data, int source);

/* What `lacuna data` prints. */
typedef struct lac_pattern {
    int rows;        /* rows that carry both labels of exactly these points */
    int points;      /* how many */
    uint8_t *present; /* [K], 1 = the pattern has the point */
} lac_pattern;

typedef struct lac_outlier {
    int row;         /* 0-based */
    double distance; /* pixels, RMS over present coordinates from the mean face */
} lac_outlier;

typedef struct lac_data_summary {
    int rows;
    int complete_rows;     /* rows that carry every label */
    int unlabelled_rows;   /* rows that carry none */
    int points;
    int *labels;           /* [K], rows that carry both labels of the point */
    double *mean;          /* [2K], mean label in pixels */
    int pattern_count;
    lac_pattern *patterns; /* most rows first */
    int duplicate_rows;    /* rows whose picture stands in an earlier row, byte for byte */
    int twin_rows;         /* rows with a near twin: the same photo or person */
    int groups;            /* groups of equal or nearly equal pictures, singles included */
    int outlier_count;
    lac_outlier *outliers; /* farthest first, at most 10 */
} lac_data_summary;

lac_status lac_data_summarize(lac_context *ctx, const lac_data *data, lac_data_summary **out);
void lac_data_summary_free(lac_data_summary **summary);

/* ---- Hold-out ---------------------------------------------------------------- */

/* Rows are grouped first: exact duplicates, and near duplicates, whose 24x24
 * thumbnails with the mean removed correlate by 0.95 or more. Whole groups then
 * go to one side, stratified by label pattern, by source where a column names it, and by
 * thirds of row order within these. The same data, fraction and seed give the same split. */
typedef struct lac_split lac_split;

lac_status lac_split_make(lac_context *ctx, const lac_data *data, double fraction, uint64_t seed,
                          lac_split **out); /* fraction in [0, 1); ARGUMENT, MEMORY */
void lac_split_free(lac_split **split);

/* The split that holds out one of `folds` folds, 1 to folds, to which the same groups are dealt in
 * turn, stratum by stratum: every row is in one of them, the same for equal data, folds and seed.
 * ARGUMENT, MEMORY. */
enum { LAC_MOST_FOLDS = 100 };
lac_status lac_split_make_fold(lac_context *ctx, const lac_data *data, int folds, int fold,
                               uint64_t seed, lac_split **out);
int lac_split_is_holdout(const lac_split *split, int row);
int lac_split_group(const lac_split *split, int row); /* equal for rows of one group */
int lac_split_holdout_rows(const lac_split *split);

typedef enum lac_rows { LAC_ROWS_ALL = 0, LAC_ROWS_COMPLETE = 1 } lac_rows;

/* How many rows a training learns from: all that are not held out, or the complete ones of
 * them. `data` is that of the split. */
int lac_split_train_rows(const lac_split *split, const lac_data *data, lac_rows rows);

/* ---- Networks ------------------------------------------------------------------ */

/* A network is a text, one line an operator (docs/networks.md). "resnet", "cnn" and "kimura" ship
 * with the library; any other name with a slash or a dot is the path of a text. */
const char *const *lac_network_names(void); /* of those that ship; ends with NULL */

/* The text of a network, freed by free(). ARGUMENT, IO, MEMORY. */
lac_status lac_network_text(lac_context *ctx, const char *network, char **text);

/* The layer table of a network: one line per operator. */
typedef struct lac_layer {
    char name[40];      /* "block1.conv1" */
    char what[200];     /* its words in the text: "conv 3x3 /2 32 norm < conv1" */
    int c, h, w;        /* output shape */
    long parameters;
    double flop;        /* multiply-adds times two, forward, one picture */
} lac_layer;

/* Describes a network, by name or path, for pictures of side `size` and `points` points. *layers
 * is an array of *count, freed by free(). ARGUMENT (the message names file and line), IO,
 * MEMORY. */
lac_status lac_network_layers(lac_context *ctx, const char *network, int size, int points,
                              lac_layer **layers, int *count);

/* ---- Training -------------------------------------------------------------------- */

typedef enum lac_loss { LAC_LOSS_MASKED = 0, LAC_LOSS_PLAIN = 1 } lac_loss;
typedef enum lac_reduction {
    LAC_REDUCTION_ALL = 0,    /* the paper's: divide by all labels of the batch, M*N */
    LAC_REDUCTION_PRESENT = 1 /* divide by the number of present labels */
} lac_reduction;
typedef enum lac_form {
    LAC_FORM_SQUARED = 0,    /* e^2 */
    LAC_FORM_HUBER = 1,      /* e^2 below the width d, 2 d |e| - d^2 above */
    LAC_FORM_SATURATING = 2, /* e^2 / (1 + (e / d)^2), never above d^2 */
    LAC_FORM_WING = 3        /* d ln(1 + 5 |e| / d) below d, |e| - d (1 - ln 6) above */
} lac_form;
typedef enum lac_optimizer { LAC_OPTIMIZER_ADAM = 0, LAC_OPTIMIZER_ADAMW = 1 } lac_optimizer;
typedef enum lac_schedule {
    LAC_SCHEDULE_CONSTANT = 0,
    LAC_SCHEDULE_COSINE = 1, /* half a cosine from `lr` behind the warm-up to 0 at the end */
    LAC_SCHEDULE_STEPS = 2   /* times step_factor whenever the share step_every has passed */
} lac_schedule;
typedef enum lac_mirror_axis {
    LAC_MIRROR_AXIS_MIDDLE = 0, /* x to size - 1 - x */
    LAC_MIRROR_AXIS_LEARNED = 1 /* x to size - 1 + 2 a - x: a source's labels are found to lie a
                                   pixels to the right of what they mark, as they do where people
                                   count from a pixel's edge. The model keeps a: lac_model_aside */
} lac_mirror_axis;
typedef enum lac_decay { LAC_DECAY_ALL = 0, LAC_DECAY_WEIGHTS = 1 } lac_decay;
typedef enum lac_start {
    LAC_START_NORMAL = 0, /* N(0, start_width), the paper's */
    LAC_START_HE = 1,     /* N(0, sqrt(2 / fan in)) */
    LAC_START_UNIFORM = 2 /* evenly from -1 to 1 / sqrt(fan in), PyTorch's default */
} lac_start;
typedef enum lac_precision {
    LAC_PRECISION_FLOAT32 = 0,
    LAC_PRECISION_BF16 = 1, /* activations, their gradients and what is multiplied in bfloat16;
                               weights, statistics, loss and Adam stay float32 */
    LAC_PRECISION_AUTO = 2  /* BF16 where the context's processor multiplies it, else FLOAT32: a
                               trainer's settings have what it became */
} lac_precision;

typedef enum lac_outside {
    LAC_OUTSIDE_ERROR = 0,
    LAC_OUTSIDE_MISSING = 1, /* they are missing labels */
    LAC_OUTSIDE_KEEP = 2     /* they are labels like others */
} lac_outside;

enum { LAC_SETTING = 256 }; /* room for any setting as text */

/* The defaults are the paper's table I. */
typedef struct lac_train_config {
    char model[LAC_SETTING]; /* the network: a name, or the path of a text ("resnet") */
    lac_rows rows;           /* training rows; the hold-out keeps all its rows (ALL) */
    lac_loss loss;           /* PLAIN takes complete rows only (MASKED) */
    lac_reduction reduction; /* divisor of the loss, eq. 3 to 6 (ALL) */
    lac_form error;          /* what the loss sums of each error e (SQUARED). The hold-out's loss
                                is squared whatever this is */
    double error_width;      /* d of the other forms, pixels; 0 = a sixteenth of the side (6) */
    lac_optimizer optimizer; /* ADAM: decay is added to the gradient; ADAMW: decoupled (ADAM) */
    lac_start start;         /* distribution of the starting weights (NORMAL) */
    double start_width;      /* deviation of the NORMAL start, > 0 (0.02) */
    char from[LAC_SETTING];  /* file or run folder of a model whose tensors replace those drawn
                                that have the same name and shape, empty = none (empty) */
    char teacher[LAC_SETTING]; /* file or run folder of a model, or a folder of such, their mean,
                                that answers where a row has no label, and for all other sources,
                                empty = none. A run goes on with the same one alone (empty) */
    double teacher_weight;   /* of such an answer in the loss, where a label's is 1, > 0 to 1
                                (0.2) */
    lac_precision precision; /* BF16 needs a processor with AVX512-BF16, or cpu level ref; else
                                ARGUMENT. The model predicts in float32 either way (FLOAT32) */
    lac_precision wire;      /* FLOAT32 or BF16: how ranks send each other what gradients are sums
                                of. BF16 is half as much, and rounds it to 3 digits. One rank sends
                                nothing (FLOAT32) */
    int epochs;              /* each visits every row and its mirror image, 1 to 1000000 (1000) */
    int batch;               /* pictures per step, 1 to 65536 (256) */
    int even_batches;        /* 1: an epoch's batches differ by one picture at most; 0: all are full
                                but the last (1) */
    double lr;               /* step size of Adam, > 0 (1e-4) */
    lac_schedule schedule;   /* how the step size changes, in shares of all steps of all epochs:
                                more epochs stretch it (CONSTANT) */
    double warmup;           /* share of the steps with a linear rise from 0, [0, 1) (0) */
    double step_factor;      /* of STEPS, (0, 1] (0.1) */
    double step_every;       /* of STEPS, share of the steps, (0, 1] (0.3) */
    double beta1;            /* decay of the first moment, [0, 1) (0.9) */
    double beta2;            /* decay of the second moment, [0, 1) (0.999) */
    double eps;              /* Adam's epsilon, at least 1e-30 (1e-8) */
    double weight_decay;     /* L2 term, >= 0 (5e-4) */
    lac_decay decay_on;      /* every parameter, or the weights of convolutions and dense layers,
                                which spares norms and biases (ALL) */
    double ema;              /* decay of an exponential moving average of weights and running
                                statistics, which is the model then: at step k, from 0, it is
                                min(ema, (1 + k) / (10 + k)). [0, 1), 0 = none (0) */
    double dropout;          /* after the hidden dense layer, [0, 1) (0.5) */
    int mirror;              /* 1: add every row's mirror image (1) */
    lac_mirror_axis mirror_axis; /* what labels are mirrored at (MIDDLE) */
    double rotation;         /* augmentation: degrees, either way, 0 to 180 (0) */
    double scale;            /* log of the enlargement, either way, 0 to 2 (0) */
    double shift;            /* share of the side, either way on both axes, 0 to 1 (0) */
    double aspect;           /* log of width over height is up to twice this, either way, 0 to 1
                                (0) */
    double contrast;         /* grey times 1 +- this, [0, 1) (0) */
    double brightness;       /* grey, black 0 and white 1, +- this, 0 to 1 (0) */
    double noise;            /* largest deviation of normal noise on the grey, 0 to 1 (0) */
    double cutout;           /* in half of the pictures a grey box, whose side is a share of the
                                picture's from a quarter of this to it, 0 to 1 (0) */
    double minutes;          /* end with the epoch that passes this, 0 = no limit (0) */
    double until;            /* end when the hold-out's figure, RMSE in pixels, test-weighted where
                                that is known, is this or less, 0 = no limit (0) */
    int patience;            /* end after so many epochs without a new lowest figure of the
                                hold-out, 0 to 1000000, 0 = no limit (0) */
    double holdout;          /* fraction of rows held out, [0, 1) (0.2) */
    uint64_t seed;           /* of split, start, order, augmentation and dropout (1) */
    uint64_t split_seed;     /* of the split alone, 0 = seed (0) */
    char missing[LAC_SETTING]; /* what marks missing labels besides empty cells and words such as
                                nan: numbers, and pairs that mark both labels of a point, between
                                blanks, "-1 0,0" (empty) */
    lac_outside outside;     /* labels outside of the picture (ERROR) */
    char pairs[LAC_SETTING]; /* mirror partners: "names", "data" (the mean face), or the path of a
                                file with two names of points on a line ("names") */
    char drop[LAC_SETTING];  /* path of a list of rows and points whose labels are not learned,
                                though they are measured where they are held out, empty = none. A
                                line is a row's number, from 1, or that and a point's name. Behind
                                # is a comment. A run keeps the list (empty) */
    int fold;                /* what is held out: 0, the share `holdout` by itself; above, this one
                                of the 1 / holdout folds that all rows are dealt to, 1 to 100 (0) */
    char crop[LAC_SETTING];  /* which square of a photo is such a picture: rules by detectors'
                                names, of lac_crop's side, left and top, between blanks,
                                "yunet:1.19,-0.09,0.07 haar:1,0,0", empty = the table's own, if its
                                column crop has one (empty) */
} lac_train_config;

lac_train_config lac_train_config_default(void);

/* Puts in place of precision AUTO what it means to this context, as lac_trainer_new does. */
void lac_train_settle(const lac_context *ctx, lac_train_config *config);

/* The settings by name, as text: one table of the members of lac_train_config, from which the
 * command line, config.json, a search and the report are made. */
typedef enum lac_field_kind {
    LAC_FIELD_TEXT = 0,    /* char[LAC_SETTING], empty only if its default is */
    LAC_FIELD_WORD = 1,    /* an enum */
    LAC_FIELD_FLAG = 2,    /* int, 0 or 1 */
    LAC_FIELD_INTEGER = 3, /* int */
    LAC_FIELD_REAL = 4,    /* double */
    LAC_FIELD_SEED = 5     /* uint64_t */
} lac_field_kind;

/* How a search draws a setting: evenly from value[0..count), or, when count is 0,
 * log-uniformly between value[0] and value[1]. */
typedef struct lac_draw {
    int place;          /* among what is drawn, from 1; 0 = not drawn */
    const char *title;  /* "learning rate" */
    int count;
    double value[4];    /* of a word: its index */
} lac_draw;

typedef struct lac_field {
    const char *name;         /* of the member, "weight_decay" */
    lac_field_kind kind;
    size_t offset;            /* of the member */
    const char *usual;        /* the default as lac_train_get tells it, "0.0005" */
    const char *const *words; /* ends with NULL; of a WORD: words[value], of a TEXT: the values
                                 that need no explanation; else NULL */
    double least, most;       /* of a number, both included */
    const char *range;        /* the same in words, "from 0 to below 1"; NULL for a WORD */
    const char *unit;         /* stands for the value in help, "N", behind words if there are any;
                                 NULL when the words, or a flag's name, say all */
    const char *zero;         /* what 0, or an empty text, means where it is no amount, "no limit";
                                 else NULL */
    const char *about;        /* what it does; of a FLAG, what leaving its default does */
    int is_limit;             /* says how long a training goes: may change when it goes on */
    int (*is_good)(const char *text); /* of a TEXT of a form: whether this is one; else NULL */
    int is_late;              /* files of before it was known mean its default, */
    const char *before;       /* or this if it is not NULL */
    lac_draw draw;
} lac_field;

/* All settings, in the order of the struct: an array of *count. */
const lac_field *lac_train_fields(int *count);

/* Sets the setting `name` from text, or tells its value as text that sets it again, with a
 * point in numbers whatever the locale. ctx may be NULL: then nothing is explained. ARGUMENT,
 * and nothing is changed: no such setting, a value outside its range. */
lac_status lac_train_set(lac_context *ctx, lac_train_config *config, const char *name,
                         const char *value);
lac_status lac_train_get(lac_context *ctx, const lac_train_config *config, const char *name,
                         char value[LAC_SETTING]);

/* Presets are settings that go together, as JSON that ships with the library: settings by name,
 * a flag as 0 or 1, a seed as a number or, beyond 2^53, a string. What the text leaves out has
 * its default. "about", "cost" and "measured" are lines that tell what a preset is for, how long
 * it takes and what error it reached. "paper" is all defaults. A file may hold such a text, too;
 * a run's config.json does. A path in it, such as a network's, means what it means elsewhere:
 * from the working directory on. */
const char *const *lac_preset_names(void);     /* ends with NULL */
const char *lac_preset_text(const char *name); /* the JSON, or NULL when there is no such preset */

/* Fill *config with the settings of a preset, or of a file or a run folder. On failure *config
 * stays as it is. ctx may be NULL for a preset: then nothing is explained. ARGUMENT (no such
 * preset), IO, FORMAT (the message names file and key), MEMORY. */
lac_status lac_train_preset(lac_context *ctx, const char *name, lac_train_config *config);
lac_status lac_train_read(lac_context *ctx, const char *path, lac_train_config *config);

typedef struct lac_metrics lac_metrics;

/* State of a running training, handed to the progress callback. */
typedef struct lac_progress {
    int epoch;                  /* 1-based */
    int epochs;
    int step;                   /* 1-based within the epoch; steps when the epoch is done */
    int steps;
    double loss;                /* mean training loss of the epoch so far */
    double images_per_second;   /* of training, this epoch */
    double seconds;             /* of training so far, resumed parts included */
    double seconds_left;        /* estimate for the whole run */
    const lac_metrics *holdout; /* at the end of an epoch, else NULL; NULL without hold-out */
} lac_progress;

/* Called once after every step; after an epoch's last when the epoch is evaluated and
 * saved. Return 0 to go on, anything else to stop: the state is saved and LAC_STOPPED comes
 * back. */
typedef int (*lac_progress_fn)(void *user, const lac_progress *progress);

typedef struct lac_trainer lac_trainer;
typedef struct lac_model lac_model;

/* Prepares a training: splits the data, plans memory, draws the weights. `data`
 * must outlive the trainer; config NULL means defaults. ARGUMENT, MISMATCH (no
 * rows to train on, PLAIN loss with gaps, until or patience without hold-out, mirror images of
 * points without partners, nothing in `from` that fits, a `teacher` without answers), MEMORY; IO
 * and FORMAT of `from`, `teacher` and `drop`. The log tells what of the first two fits. */
lac_status lac_trainer_new(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                           lac_trainer **out);

/* Goes on from the last.safetensors of a run folder: the result is, bit for bit, that of
 * never having stopped. `epochs`, if not 0, is a new end: it replaces the run's number of epochs,
 * and neither until nor patience ends the run any more. A schedule but CONSTANT follows the new
 * number of steps from here on, so a cosine that had come to 0 goes on higher up. A limit in
 * minutes is not carried over, and the log tells. A run that was ended before its first state was
 * saved begins again with the settings of its config.json; in any other run that file only repeats
 * what the state says, and the log tells when somebody has changed it. So it does when the drop
 * list is not any more what the run began with, which it keeps.
 * The trainer holds the folder's lock until lac_trainer_run returns, or it is freed.
 * IO (also while another process holds the lock), FORMAT (also a state without its checksum),
 * MISMATCH (other data), MEMORY. */
lac_status lac_trainer_resume(lac_context *ctx, const lac_data *data, const char *run, int epochs,
                              lac_trainer **out);

/* Trains to the last epoch, or to an earlier end. `run` is a folder, made if missing, that then
 * holds config.json, metrics.csv, last.safetensors (after every epoch and at a stop)
 * and best.safetensors (lowest hold-out RMSE: chosen by the hold-out, so its
 * figure on the hold-out flatters); NULL writes nothing. A run folder that holds
 * a run already is refused unless this trainer was resumed from it. One trainer at a time works
 * in a folder, whose lock it holds; whatever only reads the files needs none.
 * NUMERIC when the loss is not finite: the last good state stays.
 * STOPPED, ARGUMENT (a run is there), IO (also while another process holds the lock), NUMERIC. */
lac_status lac_trainer_run(lac_trainer *trainer, const char *run, lac_progress_fn progress,
                           void *user);

/* For a run folder that may hold the run already, begun and stopped at any point: goes on with
 * it, or begins it. ARGUMENT when the folder's run has other settings, or another drop list, but
 * for the number of epochs, until, patience and minutes, which `config` gives; minutes count from
 * the run's beginning. Else as lac_trainer_new and _resume. */
lac_status lac_trainer_open(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                            const char *run, lac_trainer **out);

/* Which end the training has come to; the first of these where there are several. */
typedef enum lac_end {
    LAC_END_NONE = 0, /* it can go on */
    LAC_END_UNTIL = 1,
    LAC_END_PATIENCE = 2,
    LAC_END_EPOCHS = 3,
    LAC_END_MINUTES = 4
} lac_end;

lac_end lac_trainer_end(const lac_trainer *trainer);

/* Borrowed: the current weights, or their average if the run has one. */
const lac_model *lac_trainer_model(const lac_trainer *trainer);
const lac_split *lac_trainer_split(const lac_trainer *trainer); /* borrowed */
lac_dropped lac_trainer_dropped(const lac_trainer *trainer); /* what the setting `drop` took */
const lac_train_config *lac_trainer_config(const lac_trainer *trainer);
void lac_trainer_free(lac_trainer **trainer);

/* ---- Cross-validation ------------------------------------------------------------------ */

/* Called after every step of fold's training, from 1, and with training NULL when it is done;
 * return 0 to go on. Of several teams of ranks, each is called for the steps of its own folds, and
 * all for every fold that is done. */
typedef int (*lac_folds_fn)(void *user, int fold, const lac_progress *training);

/* Trains `folds` times, each time with another of the folds as hold-out (holdout and fold of
 * `config` do not count), into run folders fold-001, fold-002, ... in `dir`, made if missing.
 * Called again with the same settings it goes on where it was. Teams of ranks train as many folds
 * at a time as there are teams, and wait for each other. ARGUMENT, STOPPED and the statuses of
 * lac_trainer_open and _run. */
lac_status lac_folds_run(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                         int folds, const char *dir, lac_folds_fn progress, void *user);

/* Trains one of them alone, by all ranks, as lac_folds_run would: for whoever hands out folds
 * himself, of which several may be under way at a time. lac_folds_run then finds it done. */
lac_status lac_folds_train(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                           int folds, int fold, const char *dir, lac_folds_fn progress,
                           void *user);

/* ---- Search ------------------------------------------------------------------------- */

/* Random search over the settings that lac_search_field lists. The hold-out of `base` is set
 * aside and never looked at: trials learn from a part of the training rows and are measured on
 * the rest, the validation rows, split by groups like a hold-out. */
typedef struct lac_search_config {
    lac_train_config base; /* what is not drawn; its seed starts every trial */
    int trials;            /* (20) */
    int epochs;            /* of a trial that goes to the end (16) */
    int halving;           /* 0: every trial goes to the end (1) */
    double validation;     /* share of the training rows, (0, 1) (0.2) */
    uint64_t seed;         /* of the draws (1) */
} lac_search_config;

lac_search_config lac_search_config_default(void);

/* The settings that a search draws, by their place from 0 on; NULL behind the last. */
const lac_field *lac_search_field(int place);

typedef enum lac_trial_state {
    LAC_TRIAL_GOING = 0,   /* not at its end, or there */
    LAC_TRIAL_STOPPED = 1, /* in the worse half of its round */
    LAC_TRIAL_FAILED = 2   /* its loss was not finite any more */
} lac_trial_state;

typedef struct lac_trial {
    int number;              /* 1-based */
    lac_trial_state state;
    int epochs;              /* done */
    double rmse;             /* pixels, on the validation rows after the last of them: weighted
                              * as the test set where that is known; NaN before the first */
    double seconds;          /* of training */
    lac_train_config config; /* base and what was drawn */
} lac_trial;

typedef struct lac_search_progress {
    const lac_trial *trial; /* [trials] */
    int trials;
    int current;            /* index of the trial that trains, or has reached the end of a round */
    int epochs;             /* where this round ends */
    const lac_progress *training; /* NULL at the end of a trial's round */
} lac_search_progress;

/* Called after every step and at the end of every trial's round; return 0 to go on. Of several
 * teams of ranks, each is called for the steps of its own trials, and all at every trial's end. */
typedef int (*lac_search_fn)(void *user, const lac_search_progress *progress);

/* Searches. `dir` holds trials.csv, search.txt (the settings) and a run folder for every trial,
 * whose model files go when it is stopped or done. Called again with the same settings and data
 * it goes on where it was; more trials or epochs may be asked for, anything else is refused. One
 * process at a time searches in a folder, whose lock it holds.
 * Successive halving trains all trials for few epochs, then the better half for twice as many,
 * and so on; how many rounds there are is bound by both trials and epochs. Teams of ranks train as
 * many trials at a time as there are teams, and wait for each other. ARGUMENT, STOPPED, IO, FORMAT,
 * MISMATCH, MEMORY. */
lac_status lac_search_run(lac_context *ctx, const lac_data *data, const lac_search_config *config,
                          const char *dir, lac_search_fn progress, void *user);

/* Trains one trial alone, from 1, by all ranks, to the end of the round that trials.csv tells, the
 * first without one: for whoever hands out trials himself, of which several may be under way at a
 * time. It leaves trials.csv as it is: lac_search_run, once they have ended, finds them done. There
 * is nothing to do, and no call of progress, where the trial has come to the end of that round, or
 * is over. */
lac_status lac_search_train(lac_context *ctx, const lac_data *data,
                            const lac_search_config *config, int trial, const char *dir,
                            lac_search_fn progress, void *user);

/* What trials.csv of a search tells, best first: *trials is an array of *count, freed by
 * free(). Of their configurations only what was drawn is filled, the rest is the defaults.
 * IO, FORMAT, MEMORY. */
lac_status lac_search_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count);

/* ---- Models and prediction --------------------------------------------------------- */

/* Loads a model from a safetensors file or a run folder (its last.safetensors).
 * IO, FORMAT, MEMORY. */
lac_status lac_model_load(lac_context *ctx, const char *path, lac_model **out);

/* Writes a model; an existing file is replaced at once or not at all. */
lac_status lac_model_save(const lac_model *model, const char *path);
void lac_model_free(lac_model **model);

const char *lac_model_name(const lac_model *model); /* of its network, "resnet" */
int lac_model_size(const lac_model *model);         /* side of its pictures, pixels */
int lac_model_points(const lac_model *model);
const char *lac_model_point_name(const lac_model *model, int point);
int lac_model_mirror_point(const lac_model *model, int point); /* its mirror partner, or itself */
int lac_model_epoch(const lac_model *model);

/* Pixels to the right of its points at which a source, from 0, marks them: 0 unless the axis of the
 * mirror was learned. Of a mean, NaN: each of its members has its own. */
double lac_model_aside(const lac_model *model, int source);

/* A model answers for all label sources with the same outputs, and then has one source, of all
 * points; or it has outputs of their own for each source of its training data. */
int lac_model_sources(const lac_model *model);
int lac_model_source_points(const lac_model *model, int source);
int lac_model_source_has_point(const lac_model *model, int source, int point);

/* Its layers, as lac_network_layers. MEMORY. */
lac_status lac_model_layers(const lac_model *model, lac_layer **layers, int *count);

/* How it was trained. FORMAT: the file says it in a way that this version does not know. */
lac_status lac_model_config(const lac_model *model, lac_train_config *out);

/* A mean of models answers with the weighted mean of their answers and serves wherever a model is
 * asked: predictions, measures, submissions, pictures. It has neither layers nor a file, its epoch
 * is 0, and its configuration is that of its first model. Its hold-out is the rows that every one
 * of its models has held out; the training side, the rows that any of them has not.
 *
 * The mean is for pictures of its first model's size; models for others see them scaled. The models
 * may differ in network, precision and training, but not in points, nor in label sources where two
 * have outputs for each. `weights` [count] are above 0, or NULL for equal ones; they are divided by
 * their sum. The mean takes models[0..count) over and puts NULL in their places; on failure they
 * stay the caller's. ARGUMENT, MISMATCH, MEMORY. */
enum { LAC_MOST_MODELS = 100 };
lac_status lac_model_mean(lac_context *ctx, lac_model **models, const double *weights, int count,
                          lac_model **out);

/* Loads models by paths as lac_model_load does; a folder that is no run stands for the runs in it,
 * in the order of their names. One model is loaded as it is, several as their mean, with equal
 * weights or, with `weigh`, with 1 / e^2: e is the error of the hold-out, test-weighted where that
 * is known, that the run's metrics.csv tells for the model's epoch. ARGUMENT, IO, FORMAT, MISMATCH
 * (as lac_model_mean; no such error), MEMORY. */
lac_status lac_models_load(lac_context *ctx, const char *const *paths, int count, int weigh,
                           lac_model **out);

int lac_model_members(const lac_model *model); /* models of a mean; 1 of any other model */
const lac_model *lac_model_member(const lac_model *model, int member); /* borrowed; or itself */
double lac_model_share(const lac_model *model, int member); /* of the answer, 1 in all */

/* How to predict; all zeros means the defaults. */
typedef struct lac_predict_config {
    int source; /* whose convention of labels to answer in, 0 to the model's sources - 1 (0). Where
                 * rows say their own source, or a lookup table does, that is taken instead */
    int flip;   /* 1: average with the prediction of the mirror image, at twice the cost (0) */
} lac_predict_config;

/* Room to predict in. A model is only read: one serves any number of predictors, each with a
 * context of its own, in threads of their own at the same time. It must outlive them. */
typedef struct lac_predictor lac_predictor;

/* config NULL means the defaults. ARGUMENT (no such source), MEMORY. */
lac_status lac_predictor_new(lac_context *ctx, const lac_model *model,
                             const lac_predict_config *config, lac_predictor **out);
void lac_predictor_free(lac_predictor **predictor);

/* Predicts `n` pictures [n, 1, size, size] into xy [n, 2K], pixels; NaN for points that the
 * source does not have. ARGUMENT. */
lac_status lac_predictor_run(lac_predictor *predictor, const uint8_t *pixels, int n, float *xy);

/* Predicts every row of the data and writes a CSV: ImageId, then NAME_x,NAME_y of every point
 * of the source in pixels. The file is replaced at once or not at all; a device is written as it
 * is, and path NULL is standard output. ARGUMENT (no such source), MISMATCH (pictures of another
 * size), IO, MEMORY. */
lac_status lac_predictions_write(const lac_model *model, const lac_data *data,
                                 const lac_predict_config *config, const char *path);

/* ---- Metrics ---------------------------------------------------------------------- */

/* Rows on the sides of a model's split. */
typedef enum lac_side {
    LAC_SIDE_HOLDOUT = 0,
    LAC_SIDE_TRAIN = 1,
    LAC_SIDE_ALL = 2
} lac_side;

typedef struct lac_source_metrics {
    int points; /* in the source's pattern */
    int rows;
    long labels;
    double rmse;   /* pixels */
    double weight; /* share of the test set's scored coordinates, or NaN */
} lac_source_metrics;

struct lac_metrics {
    int rows;
    long labels;            /* present coordinates */
    double loss;            /* masked squared error in the network's units, reduction of the run */
    double rmse;            /* pixels, over present coordinates (eq. 8) */
    double test_weighted;   /* pixels, sqrt(sum of weight_s * MSE_s), or NaN */
    double failure_points;  /* share of present points off by more than 10 % of the side (eq. 7) */
    double failure_images;  /* share of labelled pictures with any such point */
    int points;
    double *point_rmse;     /* [K] pixels, NaN where no label is present */
    double *point_failure;  /* [K] shares */
    int sources;
    lac_source_metrics *source; /* [sources] */
};

/* Compares predictions xy [count, 2K] with the labels of the rows `rows` [count];
 * rows NULL: all rows of the data. The metrics own their arrays. ARGUMENT, MEMORY. */
lac_status lac_metrics_compute(lac_context *ctx, const lac_data *data, const float *xy,
                               const int *rows, int count, lac_metrics **out);
void lac_metrics_free(lac_metrics **metrics);

/* Predicts and compares on one side of the split. The hold-out is made again from the
 * model's own seed and fraction; MISMATCH when the data is not that of the training (for
 * LAC_SIDE_ALL any data with the same points will do), or one of its sources is none of the
 * model's; ARGUMENT when none of the rows has a label. Every row is predicted as its own source; of
 * config, which may be NULL, flip counts. */
lac_status lac_model_evaluate(const lac_model *model, const lac_data *data, lac_side side,
                              const lac_predict_config *config, lac_metrics **out);

/* ---- Measures: what a model is worth --------------------------------------------------- */

/* Rows of a data set with a model's predictions: what all figures are made of. */
typedef struct lac_predicted {
    const lac_data *data; /* borrowed */
    int count;
    int *row;       /* [count] ascending */
    float *xy;      /* [count, 2K] predictions, pixels */
    int *group;     /* [count] equal for rows of equal or nearly equal pictures */
    lac_side *side; /* [count] of the model's split; ALL where the data is not its training's */
    double loss;    /* as in lac_metrics */
} lac_predicted;

/* Predicts the rows of one side, as lac_model_evaluate does, and under the same conditions. */
lac_status lac_model_predict_side(const lac_model *model, const lac_data *data, lac_side side,
                                  const lac_predict_config *config, lac_predicted **out);
void lac_predicted_free(lac_predicted **predicted);

/* Writes a CSV of the rows: ImageId, source, side, group (the ImageId of the first row of equal or
 * nearly equal pictures), rmse in pixels; then for every point its label NAME_x,NAME_y, its
 * prediction NAME_x_predicted,NAME_y_predicted and their distance NAME_error in pixels. What is
 * missing is an empty cell. `path` as in lac_predictions_write. IO, MEMORY. */
lac_status lac_predicted_write(lac_context *ctx, const lac_predicted *predicted, const char *path);

/* What the error of a point, its distance in pixels from its label, is divided by to make it
 * relative. A picture without this length has pixel errors alone. */
typedef enum lac_length {
    LAC_LENGTH_SIDE = 0,   /* the picture's side */
    LAC_LENGTH_POINTS = 1, /* the distance between the labels of two points */
    LAC_LENGTH_BOX = 2     /* sqrt(width * height) of the box around the picture's labels */
} lac_length;

enum { LAC_QUANTILES = 4, LAC_LIMITS = 6 };

typedef struct lac_measures_config {
    lac_length norm;   /* what errors are divided by (SIDE) */
    int norm_point[2]; /* the two of LENGTH_POINTS */
    double threshold;  /* relative error beyond which a point has failed, above 0 (0.10) */
    double quantile[LAC_QUANTILES]; /* of the errors, [0, 1] (0.50, 0.90, 0.95, 0.99) */
    double limit[LAC_LIMITS];       /* relative errors (0.01, 0.02, 0.03, 0.05, 0.08, 0.10) */
    int resamples;     /* of the bootstrap, 0 = no intervals, to 1000000 (1000) */
    uint64_t seed;     /* of the bootstrap (1) */
} lac_measures_config;

lac_measures_config lac_measures_config_default(void);

/* The errors of a set of points, such as all points, one point or those of one source. Figures of
 * nothing are NaN. */
typedef struct lac_errors {
    int rows;      /* with any label of the set */
    long labels;   /* coordinates */
    long points;   /* those with both coordinates; what follows but the RMSE is of these */
    double rmse;   /* pixels, over coordinates (eq. 8) */
    double mean;   /* pixels */
    double quantile[LAC_QUANTILES]; /* pixels; between two neighbours in order, linear */
    long relative; /* points whose relative error is known; what follows is of these */
    double within[LAC_LIMITS]; /* share with a relative error of at most the limit */
    double auc;    /* mean of max(0, 1 - error / threshold): the area under the curve of `within`
                    * from 0 to the threshold, divided by it */
    double failure_points; /* share with more than the threshold (eq. 7) */
    double failure_images; /* share of pictures with any such point */
    double nme;    /* mean over pictures of the mean relative error of their points */
} lac_errors;

/* Figures that have an interval. */
typedef enum lac_measure {
    LAC_MEASURE_RMSE = 0,           /* pixels */
    LAC_MEASURE_TEST_WEIGHTED = 1,  /* pixels */
    LAC_MEASURE_FAILURE_POINTS = 2,
    LAC_MEASURE_FAILURE_IMAGES = 3,
    LAC_MEASURE_NME = 4,
    LAC_MEASURES = 5
} lac_measure;

const char *lac_measure_name(lac_measure figure); /* "rmse", "test_weighted_rmse" ... */

/* A figure and its 95 % interval: the 2.5th and the 97.5th percentile of the figure over
 * resamples. A resample draws as many groups of equal or nearly equal pictures as there are, with
 * replacement; those in which the figure is not known are left out. NaN without resamples. */
typedef struct lac_estimate {
    double value;
    double low, high;
} lac_estimate;

typedef struct lac_measures {
    lac_measures_config config;
    int groups;                        /* of equal or nearly equal pictures */
    lac_estimate estimate[LAC_MEASURES];
    lac_errors all;
    int points;
    lac_errors *point;                 /* [points] */
    int sources;
    lac_errors *source;                /* [sources] of the data */
    lac_estimate *source_rmse;         /* [sources] pixels */
    int patterns;
    lac_errors *pattern;               /* [patterns] of the rows, the data's commonest first */
    uint8_t *present;                  /* [patterns, points] 1 = the pattern has the point */
} lac_measures;

/* ARGUMENT (no label in the rows, a value outside its range, a norm of one point twice), MEMORY.
 * config NULL: the defaults. */
lac_status lac_measures_compute(lac_context *ctx, const lac_predicted *predicted,
                               const lac_measures_config *config, lac_measures **out);
void lac_measures_free(lac_measures **figures);

/* Predicts with the models of lac_folds_run, each its own hold-out, into out[folds], each freed by
 * lac_predicted_free; on failure nothing is left. */
lac_status lac_folds_predict(lac_context *ctx, const lac_data *data, const char *dir, int folds,
                             const lac_predict_config *config, lac_predicted **out);

/* Predictions of rows of one data set as one, ascending; their loss is NaN. ARGUMENT (other data, a
 * row that two have), MEMORY. */
lac_status lac_predicted_join(lac_context *ctx, const lac_predicted *const *parts, int count,
                              lac_predicted **out);

/* Keeps of two predictions of one data set the rows that both have. Predictions of either model's
 * hold-out are then of rows that neither was trained on. Their loss is NaN where rows went.
 * MISMATCH: there are none; both stay as they are. MEMORY. */
lac_status lac_predicted_meet(lac_context *ctx, lac_predicted *a, lac_predicted *b);

/* A row in two predictions: its place in them, and its RMSE in pixels. */
typedef struct lac_row_pair {
    int index;
    double a, b;
} lac_row_pair;

typedef struct lac_comparison {
    lac_measures_config config;
    int groups;               /* of equal or nearly equal pictures */
    int measures;             /* LAC_MEASURES, and behind them the RMSE of each source */
    lac_estimate *a;          /* [measures] */
    lac_estimate *b;          /* [measures] */
    lac_estimate *difference; /* [measures] b - a, both measured on the same resamples */
    lac_measure deciding;     /* TEST_WEIGHTED where that is known, else RMSE */
    int pairs;
    lac_row_pair *pair;       /* [pairs] rows with a label, largest difference first */
} lac_comparison;

/* Compares two predictions of the same rows. ARGUMENT (other rows, and as of lac_measures_compute),
 * MEMORY. config NULL: the defaults. */
lac_status lac_compare(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                       const lac_measures_config *config, lac_comparison **out);
void lac_comparison_free(lac_comparison **comparison);

/* -1 when b is better: the whole interval of the deciding difference is below 0; 1 when a is; 0
 * when the interval has 0 in it, or is not known. */
int lac_comparison_verdict(const lac_comparison *comparison);

/* ---- Suspects: labels that predictions make implausible ----------------------------------- */

/* Predicts with the runs in a folder, such as folds, or one run, each its own hold-out, as one.
 * ARGUMENT (two of them held out the same row), and as lac_model_load and _predict_side. */
lac_status lac_runs_predict(lac_context *ctx, const lac_data *data, const char *path,
                            const lac_predict_config *config, lac_predicted **out);

typedef enum lac_suspicion {
    LAC_SUSPECT_POINTS = 0, /* some points are far off */
    LAC_SUSPECT_ROW = 1,    /* most are, or all by more than usual: labels of another face */
    LAC_SUSPECT_SIDES = 2,  /* most points fit where their mirror partners are labelled */
    LAC_SUSPECT_TWINS = 3   /* an equal picture is labelled otherwise */
} lac_suspicion;

typedef struct lac_suspect {
    int index;       /* in the predictions */
    int row;         /* of the data */
    int number;      /* of the row in drop lists, from 1 */
    double score;    /* how far beyond the usual, in usual spreads: the larger, the worse */
    lac_suspicion why;
    int is_whole;    /* 1: the row is to be dropped whole, 0: the points that are named */
    int named;       /* points */
    int outside;     /* of these, points labelled outside of the face as it is predicted */
    int worst;       /* the point that is farthest beyond the usual */
    double off;      /* its label from its prediction, pixels */
    int is_moved;    /* 1: the labels are the prediction moved and scaled, by the two below */
    double move[2];  /* of the middle of the labels, pixels */
    double scale;
    int twin;        /* number of the row of an equal picture that is labelled otherwise, or 0 */
    double apart;    /* the largest distance of two labels of a point in the two, pixels */
} lac_suspect;

/* Rows whose labels are suspicious, the worst first. The rule, by the distance of each label from
 * its prediction and what is usual for the point and its source, is in docs/evaluation.md. */
typedef struct lac_suspects {
    const lac_predicted *predicted; /* borrowed */
    double limit;         /* scores from here on */
    int count;
    lac_suspect *suspect; /* [count] */
    uint8_t *point;       /* [count, K] 1 = named */
} lac_suspects;

/* `limit` above 0. ARGUMENT, MEMORY. */
lac_status lac_suspects_find(lac_context *ctx, const lac_predicted *predicted, double limit,
                             lac_suspects **out);
void lac_suspects_free(lac_suspects **suspects);

/* Why it is one, in one line, cut to `size` bytes. */
void lac_suspect_reason(const lac_suspects *suspects, int index, char *text, size_t size);

/* Writes them as a list that the setting `drop` of a training takes, worst first, each with its
 * reason as a comment. `path` as in lac_predictions_write. IO, MEMORY. */
lac_status lac_suspects_write(lac_context *ctx, const lac_suspects *suspects, const char *path);

/* Writes them as a page that needs nothing else: pictures with labels and predictions, which a
 * person ticks or leaves; the page saves what is ticked as such a list. IO, MEMORY. */
lac_status lac_suspects_page(lac_context *ctx, const lac_suspects *suspects, const char *path);

/* ---- Kaggle's lookup table and submission -------------------------------------------- */

typedef struct lac_lookup lac_lookup;

/* Reads IdLookupTable.csv: from a folder, or the file itself. IO, FORMAT. */
lac_status lac_lookup_open(lac_context *ctx, const char *path, lac_lookup **out);
void lac_lookup_free(lac_lookup **lookup);
int lac_lookup_rows(const lac_lookup *lookup);

/* Predicts the test table and writes RowId,Location for every row of the lookup
 * table, values clamped to the picture. The points that it asks of a picture tell the source: the
 * smallest that has them. Of config, which may be NULL, flip counts. MISMATCH: an ImageId or
 * feature that is not there, points that no source has together. */
lac_status lac_submission_write(const lac_model *model, const lac_data *test,
                                const lac_lookup *lookup, const lac_predict_config *config,
                                const char *path);

/* ---- Export: a model for other people's programs ------------------------------------------ */

/* Zero, or NULL, means the default. docs/export.md shows what is written. */
typedef struct lac_export_config {
    int source;          /* whose convention to answer in, as in lac_predict_config (0) */
    int float_input;     /* ONNX: pictures are floats, 0 to 255, not bytes (0) */
    int int8;            /* C, page: weights are whole numbers, -127 to 127, times a scale for each
                            output channel; what flows between the layers stays float (0) */
    const char *name;    /* C: begins the names of functions and files: a letter, then letters,
                            digits and _, at most 32 ("face") */
    const char *crop;    /* how the pictures are cut out of photos, in words (NULL) */
    const char *licence; /* of the model (NULL) */
} lac_export_config;

/* Writes an ONNX file, operator set 17. Its input "pictures" [N, 1, size, size] are the grey bytes
 * that lac_predictor_run takes, N any number; its output "points" [N, K, 2] are the points of the
 * source in pixels. The metadata names points, source, crop, licence and the version of lacuna. A
 * mean of models of one size becomes one graph. The file is replaced at once or not at all. config
 * NULL: the defaults. ARGUMENT, MISMATCH (a mean of models of several sizes), IO, MEMORY. */
lac_status lac_export_onnx(const lac_model *model, const lac_export_config *config,
                           const char *path);

/* What a model needs where it runs, bytes. */
typedef struct lac_export_size {
    size_t weights; /* constants */
    size_t memory;  /* that the caller lends to a prediction */
} lac_export_size;

/* Writes C99 that needs no library and allocates nothing into the folder `dir`, made if missing:
 * NAME.h, NAME.c, NAME_weights.c and example.c, which reads a PGM picture. Existing files of these
 * names are replaced, each at once or not at all. `size` may be NULL. ARGUMENT (a name, a mean of
 * models), IO, MEMORY. */
lac_status lac_export_c(const lac_model *model, const lac_export_config *config, const char *dir,
                        lac_export_size *size);

/* A page that predicts in a browser needs the model as a WebAssembly module, which a compiler
 * makes:
 *   clang --target=wasm32 -O3 -msimd128 -mbulk-memory -ffreestanding -nostdlib -Wl,--no-entry
 *       -Wl,--strip-all face_page.c face.c face_weights.c -o face.wasm
 * This writes these files and what they include into the folder `dir`, as lac_export_c does, but
 * for config->name, which is "face" here. ARGUMENT, IO, MEMORY, as there. */
lac_status lac_export_page_code(const lac_model *model, const lac_export_config *config,
                                const char *dir, lac_export_size *size);

/* Writes one HTML file around that module, read from the file `module`. The page loads nothing and
 * runs from anywhere; the file is replaced at once or not at all. FORMAT (not a module), IO,
 * MEMORY. */
lac_status lac_export_page(lac_context *ctx, const char *module, const char *path);

/* Rounds the model's weights as int8 rounds them, so that what the export will answer can be
 * measured. ARGUMENT (a mean of models). */
lac_status lac_model_round(lac_model *model);

/* ---- Synthetic data -------------------------------------------------------------------- */

/* Told at the start, with done 0, and now and then how far a work is. Return 0 to go on, anything
 * else to stop: nothing is left of it and LAC_STOPPED comes back. */
typedef int (*lac_count_fn)(void *user, int done, int count);

/* Writes Kaggle-shaped files (training.csv, test.csv, IdLookupTable.csv) of drawn
 * faces with exact points and Kaggle's pattern of gaps into the folder `dir`, made if missing. A
 * field that is 0 (but seed) means its default; config NULL: all defaults. All files are there at
 * the end, or none: IO where one of them is there already, but for a folder that a killed process
 * has left. ARGUMENT, STOPPED, IO, MEMORY. */
typedef struct lac_synth_config {
    int rows;      /* training rows (2000) */
    int test_rows; /* (rows / 4) */
    int size;      /* side in pixels, 16 to 512 (96) */
    uint64_t seed; /* (1) */
    double faults; /* percent of the training rows whose labels are wrong, 0 to 100 (0); faults.csv
                      says row by row what is wrong: sides, shift, other (another face's label),
                      copy (another row's picture), and with which points */
    lac_count_fn progress; /* of rows or photos, or NULL (NULL) */
    void *progress_user;
} lac_synth_config;

lac_status lac_synth_write(lac_context *ctx, const lac_synth_config *config, const char *dir);

/* Writes `photos` drawn photos, 1 to 99999, into the folder `dir`: one to four faces each, of
 * different sizes, some cut by the border; JPEG (some turned by EXIF), PNG and PGM. Their labels
 * with Kaggle's pattern of gaps stand in truth.csv (file; box x, y, w, h; points, in pixels of the
 * photo as it is looked at), dlib.xml (in whole pixels), coco.json, and, of a photo with one face
 * and no gaps, PHOTO.pts. Of the configuration it takes seed and progress. Files that are there
 * already are refused as above, and the statuses are the same. */
lac_status lac_synth_photos(lac_context *ctx, int photos, const lac_synth_config *config,
                            const char *dir);

/* ---- Pictures ------------------------------------------------------------------------------ */

/* Draws the curves of metrics.csv of a run folder; .png or .svg by the name. */
lac_status lac_plot_curve(lac_context *ctx, const char *run, const char *path);

/* Draws pictures with their labels as they are and as a training with this configuration sees
 * them, with its augmentation; .png or .svg by the name. ARGUMENT, MISMATCH (no labels), IO,
 * MEMORY. */
lac_status lac_plot_augmented(lac_context *ctx, const lac_data *data,
                              const lac_train_config *config, const char *path);

/* Draws hold-out faces (all rows when there is no hold-out) with labels red and
 * predictions blue: best, typical and worst rows by error; .png or .svg by the name. */
lac_status lac_plot_faces(const lac_model *model, const lac_data *data, const char *path);

/* Draws the rows on which two predictions differ most, those where b is better and those where a
 * is, each with the predictions of both; .png or .svg by the name. ARGUMENT, IO, MEMORY. */
lac_status lac_plot_comparison(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                               const lac_comparison *comparison, const char *path);

/* ---- Report ---------------------------------------------------------------------------------- */

typedef struct lac_report {
    const char *const *runs; /* [count] run folders, finished or not, folders of such, and folders
                              * of searches and of cross-validations */
    int count;               /* 1 to 512 */
    const char *data_path;   /* as the commands shown give it, or NULL */
    int flip;                /* 1: predictions are averaged with those of the mirror image (0) */
} lac_report;

/* Writes report.html, a page that needs nothing else, and every figure as .svg and .png into the
 * folder `dir`, made if missing: the paper's figures and its table II with its numbers
 * beside the runs', and what was run. The runs must share their data and hold-out.
 * ARGUMENT, MISMATCH, IO, FORMAT, MEMORY. */
lac_status lac_report_write(lac_context *ctx, const lac_report *report, const lac_data *data,
                            const char *dir);

/* ---- Benchmark ------------------------------------------------------------------------------- */

/* One operator of a training step: its parts are forward (0) and backward (1). */
typedef struct lac_bench_operator {
    char name[64];
    double seconds[2]; /* medians */
    double flop[2];    /* for the batch, counted as below */
    double bytes[2];   /* for the batch, that must be read and written at least once: inputs, output
                        * and weights forward; backward what the formulas need of them, and the
                        * gradients */
    const char *method; /* "winograd 2x2", "stem"; "-" where there is no choice */
} lac_bench_operator;

typedef struct lac_bench_result {
    double step_seconds;        /* median of one training step, batch making and Adam included */
    double batch_seconds;       /* median of the batch making */
    double images_per_second;
    double flop;                /* of one step: multiply-adds times two, as direct convolution */
    double flop_per_second;
    double peak_flop_per_second; /* multiply-add peak of all threads, measured in the same run */
    double fraction;            /* flop_per_second / peak */
    double predict_seconds;     /* median for one picture */
    double predict_images_per_second; /* at the batch size */
    int operators;
    lac_bench_operator *op;     /* [operators] */
    double memory_bytes_per_second; /* read and written by all threads at once, in the same run */
    int ranks;                  /* that shared the steps; flop and images are of all, operators,
                                 * peak, bandwidth and prediction of this one */
    double gather_seconds;      /* median of what a step waits for other ranks, */
    double gather_bytes;        /* and of what comes from them */
    double gathers;             /* in so many gathers and exchanges of a step */
    double hidden_seconds;      /* median of what it waits for more where it hears nothing while it
                                 * computes, in steps between the others; below 0 by chance */
    double hidden_bytes;        /* of those that come while it computes */
} lac_bench_result;

/* Measures `config` on drawn pictures of side `size`, `steps` steps, alternating with the peak. */
lac_status lac_bench(lac_context *ctx, const lac_train_config *config, int size, int points,
                     int steps, lac_bench_result **out);
void lac_bench_result_free(lac_bench_result **result);

typedef struct lac_bench_methods_config {
    int size;    /* side of the pictures, pixels */
    int points;
    int rounds;  /* every method once a round; the medians count */
    int predict; /* 1: convolutions as a plan makes them that only predicts, forward alone; with a
                  * batch of 1 by halves of the channels on more than one thread, as one
                  * picture is (0: for training) */
} lac_bench_methods_config;

/* A method of a convolution; its passes are forward (0), the gradient of the input (1), which may
 * be unneeded, and that of the weights (2). */
typedef struct lac_bench_method {
    const char *name;     /* "winograd 2x2" */
    int is_taken;         /* 1: networks use this one */
    double seconds[2][3]; /* medians for one chunk: by one thread alone (0), and by every thread
                           * while all have chunks of their own (1); 0 for a pass not needed */
} lac_bench_method;

enum { LAC_BENCH_ROW = 128 };

/* A convolution of a network, timed once for all operators that have the same. */
typedef struct lac_bench_conv {
    char name[64];            /* the first of them */
    int operators;            /* how many there are */
    int k, stride;
    int channels[2], size[2]; /* of input and output, as stored; side, pixels */
    int chunk;                /* pictures at a time */
    double flop;              /* of one pass over a chunk, as direct convolution */
    int methods;              /* 0: the operator has a kernel of its own */
    lac_bench_method *method; /* [methods] */
    char row[LAC_BENCH_ROW];  /* for src/kernel/choice.c: the fastest by the sum of the passes, all
                               * threads; the one taken where it is within 3 % of that; "" where
                               * there is but one */
} lac_bench_conv;

typedef struct lac_bench_methods_result {
    double peak_flop_per_second[2]; /* of one thread, of all; in the same run */
    int convs;
    lac_bench_conv *conv;           /* [convs] */
} lac_bench_methods_result;

/* Times every method of this build on every convolution of config->model, in turns. Plain C is
 * timed where nothing else can do it. */
lac_status lac_bench_methods(lac_context *ctx, const lac_train_config *config,
                             const lac_bench_methods_config *how, lac_bench_methods_result **out);
void lac_bench_methods_result_free(lac_bench_methods_result **result);

#include "lacuna_photos.h"

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
