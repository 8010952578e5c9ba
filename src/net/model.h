/*
 * A model: a network with its numbers, the names of its points, the label sources that it has
 * learned from, and as text how it was trained, which this room neither reads nor needs. Its
 * file is model_file.h's.
 */
#ifndef LAC_MODEL_H
#define LAC_MODEL_H

#include "image/image.h"
#include "net/heads.h"
#include "net/net.h"

struct lac_model {
    lac_context *ctx;
    char *name;           /* of the network, "resnet" */
    char *story;          /* how it was trained, JSON */
    int size;             /* side of the pictures */
    int points;
    char **names;         /* [points] */
    lac_heads heads;
    int epoch;            /* epochs finished */
    uint64_t fingerprint; /* of the training data */
    lac_net *net;
    lac_weights weights;
    /* A mean of models has these instead of a network, a story and a fingerprint. mean.c */
    int members;      /* 0: it is none */
    lac_model **member; /* [members] owned */
    double *share;    /* [members] of the answer, 1 together */
};

/* What a model is made of; everything is copied. */
typedef struct lac_model_parts {
    const char *name;
    const char *text;  /* of the network */
    const char *where; /* what to call the text in messages */
    const char *story;
    int size;
    int points;
    char *const *names;
    const lac_heads *heads; /* sources and partners; NULL: as in lac_heads_usual */
} lac_model_parts;

/* Weights 0. ARGUMENT (a network that cannot be, or has not one output of 2 x points or 2 x
 * source_points numbers), MEMORY. */
lac_status lac_model_new(lac_context *ctx, const lac_model_parts *parts, lac_model **out);

/* ARGUMENT for a mean: it has no `what`. */
lac_status lac_model_is_one(const lac_model *model, const char *what);

/* Fills picture i of a plan's input with a view of one, spoiled by `blemish` unless NULL. May run
 * for several i at the same time. */
void lac_plan_show(lac_plan *plan, int i, const lac_image *image, const lac_view *view,
                   const lac_blemish *blemish);

/* What a predictor was made with. */
lac_context *lac_predictor_context(const lac_predictor *predictor);
const lac_model *lac_predictor_model(const lac_predictor *predictor);

/* What to predict. */
typedef struct lac_asked {
    const uint8_t *pixels;  /* [., size, size] */
    int size;               /* side of the pictures, which are scaled to the network's; 0: as it */
    const int *rows;        /* [count] of these pictures; NULL: the first `count` */
    int count;
    const int *head;        /* [.] the head that answers for each picture; NULL: how.source */
    lac_predict_config how;
} lac_asked;

/* Predicts by a plan of a model with these heads. xy [count, 2K], pixels; NaN for points that
 * the picture's head does not have. Allocates nothing. */
lac_status lac_plan_predict(lac_plan *plan, const lac_heads *heads, const lac_asked *asked,
                            float *xy);

/* The same by plans made for it: a lac_predictor for one use. head[member] stands in the place of
 * asked->head for each member of the model, which may be a mean; without heads, head is NULL. */
lac_status lac_model_predict(const lac_model *model, const lac_asked *asked, int *const *head,
                             float *xy);

#endif
