/* The trainer's state, shared by its step (trainer.c), the loop over epochs (epochs.c) and its
 * file (checkpoint.c). */
#ifndef LAC_TRAIN_TRAINER_H
#define LAC_TRAIN_TRAINER_H

#include "data/data.h"
#include "net/model_file.h"
#include "train/adam.h"
#include "train/health.h"
#include "train/run.h"

/* Where a training stands. Together with weights and moments this is all that a resumed
 * run needs: order, mirrors and dropout follow from seed, epoch and sample. */
typedef struct lac_cursor {
    int epoch;          /* epochs finished */
    int step;           /* training steps already taken in the current epoch */
    double loss_sum;    /* sum over them of loss times pictures */
    double seconds;     /* of training */
    double best;        /* lowest RMSE of the watched rows so far, pixels; infinite before the
                         * first epoch ends */
    double lowest;      /* the same of their figure, which until and patience go by */
    int lowest_epoch;   /* the epoch, 1-based, whose figure was the lowest */
} lac_cursor;

struct lac_trainer {
    lac_context *ctx;
    const lac_data *data;
    lac_split *split;
    lac_train_config config;
    lac_model *model;
    lac_weights *weights;   /* what the steps change: the model's, or `beside` with an average,
                             * which then is the model's */
    lac_weights beside;     /* its numbers are NULL without an average */
    lac_plan *plan;         /* on `weights`; on the model's while it predicts */
    lac_adam_state adam;
    lac_cursor cursor;
    lac_health health;
    char *run;       /* the folder that it was opened in, or NULL */
    lac_run *folder; /* that folder, or the one that it trains in, while its lock is held */

    uint8_t *dropped;     /* [rows of data, K] 1 = named by the drop list; NULL without one */
    uint8_t *learned;     /* [rows of data, 2K] the data's mask without them; NULL without one */
    const uint8_t *present; /* [rows of data, 2K] labels to learn from: `learned`, or the data's
                             * own mask */
    int *train_rows, train_count;
    int *holdout_rows, holdout_count;
    const int *watched; /* rows predicted after an epoch: the hold-out, or a few trained on */
    int watched_count;
    int visits; /* pictures of an epoch: the training rows, or twice as many with mirrors */
    int *order; /* [visits], shuffled for every epoch: 2 * index of row + mirror */
    float *xy;  /* [watched_count, 2K] predictions */
    int *head;  /* [rows of data] the head of the model that answers for each */
    int lessons; /* of a picture: 0 is its labels, for its own head; with a teacher, 1 + h is what
                  * that answers for head h. teacher.h */
    float *taught;        /* [train_count, heads, 2K] the teacher's answers, pixels, */
    uint8_t *taught_mask; /* [train_count, heads, 2K] 1 = is learned; both NULL without a teacher */
    uint64_t teacher;     /* equal for equal ones; 0 without one */
    int64_t *head_labels; /* [heads] how many labels x of theirs an epoch shows; NULL unless the
                           * axis of the mirror is learned. axis.h */

    /* The batch at hand, that of all ranks, and the slices that they take of it. */
    int *start;             /* [ranks + 1] */
    int *batch_row;         /* [batch] */
    lac_view *batch_view;   /* [batch] what the network sees of the rows, */
    lac_blemish *batch_blemish; /* [batch] and what spoils it */
    uint64_t *batch_sample; /* [batch] */
    float *target;          /* [batch, lessons, 2K] in the network's units */
    uint8_t *mask;          /* [batch, lessons, 2K] */
    float *answer;          /* [batch, lessons, 2K] what the heads give, and its gradient */
    float *answer_gradient;
    float *weight;          /* [lessons, 2K] in the loss */
    double batch_seconds;   /* that its making took */
};

/* The order of the epoch at hand. The first step of an epoch does this itself. */
void lac_trainer_shuffle(lac_trainer *trainer);

/* Steps of an epoch, and the pictures visited before the step `step` of them, which may be the
 * number of steps. */
int lac_trainer_steps(const lac_trainer *trainer);
int lac_trainer_first(const lac_trainer *trainer, int step);

/* Makes the batch of the step at hand and runs it forward; what it was, in *pass. */
lac_status lac_trainer_forward(lac_trainer *trainer, int looks, lac_pass *pass);

/* At the end of an epoch: the running statistics of the average anew, as the means over the epoch's
 * first pictures. Nothing without an average. Of several ranks each does its share. settle.c */
lac_status lac_trainer_settle(lac_trainer *trainer);

/* One step: batch, forward, loss, backward, Adam, average. Allocates nothing. NUMERIC when the
 * loss is not finite; nothing was changed then but running statistics. Of several ranks each does
 * its share, and if one fails all do. */
lac_status lac_trainer_step(lac_trainer *trainer, double *loss);

/* What a training goes on with: its model, and the points that it drops, [rows of data, K], or
 * NULL; both are taken over, also on failure. Its teacher must be the one that it began with. */
typedef struct lac_kept {
    lac_model *model;
    uint8_t *dropped;
    uint64_t teacher;
} lac_kept;

/* A trainer of this rank that goes on with `kept`, or, if that is NULL, begins: with a new model of
 * the configuration's network, whose weights are drawn, and with its drop list as the file is. */
lac_status lac_trainer_make(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                            const lac_kept *kept, lac_trainer **out);

/* The labels of a row that are learned from, [2K]. */
static inline const uint8_t *lac_trainer_mask(const lac_trainer *trainer, int row)
{
    return trainer->present + (size_t)row * 2 * trainer->data->points;
}

/* Whether its rows are chosen so that it can be judged as it is asked to be, and, of one that has
 * no model yet, so that there is something to learn. MISMATCH. begin.c */
lac_status lac_trainer_check(const lac_trainer *trainer);

/* Puts the table's rule of crops in place of none. begin.c */
void lac_train_take_crop(const lac_data *data, lac_train_config *config);

/* Puts a share of the side in place of an error's width of 0. begin.c */
void lac_train_take_width(const lac_data *data, lac_train_config *config);

/* Ranks that differed in settings, data or instructions would learn something else each. MISMATCH,
 * RANKS, MEMORY. epochs.c */
lac_status lac_ranks_compare(lac_context *ctx, const lac_train_config *config,
                             const lac_data *data);

/* The whole state to every rank, each of which has the moments of its own lines. RANKS. */
lac_status lac_trainer_gather(lac_trainer *trainer);

/* Writes the whole state. checkpoint.c */
lac_status lac_trainer_save(const lac_trainer *trainer, const char *path);

#endif
