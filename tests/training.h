/*
 * What tests of the training share: a small data set with gaps, trainers on it, comparisons bit
 * for bit, and all that a run needs.
 */
#ifndef LAC_TEST_TRAINING_H
#define LAC_TEST_TRAINING_H

#include "data/data.h"
#include "support.h"
#include "train/trainer.h"

enum { POINTS = 3, LABELS = 2 * POINTS };

extern const char *const point_names[POINTS]; /* left_eye, right_eye, nose */

typedef struct table {
    int rows, size;
    uint8_t *pixels;
    float *labels;
    uint8_t *mask;
} table;

/* Noise; labels in quarters of pixels, so that mirroring is exact. Of three rows one is
 * complete, one lacks the nose and one has gaps anywhere, unless `complete`. */
table table_new(int rows, int size, int complete);
void table_free(table *t);
lac_data *data_of(lac_context *ctx, const table *t);
lac_data *data_new(lac_context *ctx, int rows, int size, int complete);

lac_train_config small_config(const char *model);
lac_trainer *trainer_new(lac_context *ctx, const lac_data *data, const lac_train_config *config);
void take_steps(lac_trainer *t, int steps);

int same_floats(const float *a, const float *b, size_t count);
int same_weights(const lac_trainer *a, const lac_trainer *b);

/* Weights and their average, moments and cursor. */
int same_state(const lac_trainer *a, const lac_trainer *b);

/* A context of two threads, `rows` rows with gaps, small_config("kimura"), a folder. */
typedef struct training {
    lac_context *ctx;
    lac_data *data;
    lac_train_config config;
    test_folder folder;
} training;

training *training_new(lac_cpu cpu, int rows);
void training_free(training *f);

/* Their metrics, but for the times, and both models of each. */
void assert_same_run(lac_context *ctx, const char *run, const char *other);

/* A level that trains in bf16: the machine's own, or the reference. */
lac_cpu bf16_level(void);

#endif
