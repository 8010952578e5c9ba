/*
 * Augmentation: what is done to a picture before a training step sees it, as a view of it and a
 * blemish on it. Both are functions of the settings, the seed among them, and of the visit alone,
 * so that neither threads nor a stop and a resume change them.
 *
 * In this order: mirror, stretch (scale and aspect) and turn about the centre, shift; contrast
 * and brightness; noise; a grey box. Every draw is uniform between a setting's ends.
 */
#ifndef LAC_TRAIN_AUGMENT_H
#define LAC_TRAIN_AUGMENT_H

#include "image/image.h"

/* A picture's turn in an epoch. */
typedef struct lac_visit {
    int row; /* of the data */
    int is_mirrored;
    uint64_t epoch;
} lac_visit;

/* Of a picture of size x size pixels. With all settings 0: the picture, or its mirror image. */
lac_view lac_augment_view(const lac_train_config *config, const lac_visit *visit, int size);

/* With noise and cutout 0: nothing. */
lac_blemish lac_augment_blemish(const lac_train_config *config, const lac_visit *visit, int size);

#endif
