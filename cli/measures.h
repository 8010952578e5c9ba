/*
 * Measures of predicted rows, for every verb that shows them: its options, tables, JSON.
 */
#ifndef CLI_MEASURES_H
#define CLI_MEASURES_H

#include "lacuna.h"

#include <cjson/cJSON.h>

typedef struct measure_options {
    const char *nme;   /* "A,B", "box" or NULL */
    double threshold;  /* percent */
    int resamples;
    uint64_t seed;
} measure_options;

#define MEASURE_DEFAULTS {.threshold = 10, .resamples = 1000, .seed = 1}

int is_norm(const char *text); /* box, or two names that differ */

/* Entries of a verb's option table. */
#define MEASURE_OPTIONS(m)                                                                     \
    {.type = OPTION_TEXT, .name = "nme", .value = &(m).nme, .unit = "A,B|box",                 \
     .is_good = is_norm, .wanted = "two different points, A,B, or box",                        \
     .about = "divide errors by the distance between the labels of the points A and B, or by " \
              "the square root of the area of the box around the picture's labels",            \
     .zero = "by the picture's side"},                                                         \
    {.type = OPTION_NUMBER, .name = "threshold", .value = &(m).threshold, .unit = "PERCENT",   \
     .min = 0, .above = 1, .max = 1000,                                                        \
     .about = "a point has failed that is off by more than this"},                             \
    {.type = OPTION_INT, .name = "resamples", .value = &(m).resamples, .unit = "N",            \
     .min = 0, .max = 1000000, .zero = "no intervals",                                         \
     .about = "resamples that the intervals are made of"},                                     \
    {.type = OPTION_U64, .name = "seed", .value = &(m).seed, .unit = "N",                      \
     .about = "draws the resamples"}

/* Fills `config`. CODE_DONE, or CODE_FAILED after a line on stderr: no such point. */
int measure_take(const measure_options *options, const lac_data *data,
                 lac_measures_config *config);

/* All tables on stdout; all keys into an object. */
void measures_print(const lac_predicted *predicted, const lac_measures *measures);
void measures_json(cJSON *root, const lac_predicted *predicted, const lac_measures *measures);

/* "name": [low, high] */
void json_add_interval(cJSON *object, const char *name, const lac_estimate *estimate);

#endif
