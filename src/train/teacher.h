/*
 * A teacher: a model, or a mean of models, whose answers are learned where a training row has no
 * label. Each picture is answered for every head of the network: the points that its own label
 * source lacks there, and the points of all other sources, whose outputs its labels say nothing of.
 *
 * The training rows are answered once, as they are, when a trainer is made; then the answers go
 * with the labels through every view. They count less than labels: the setting `teacher_weight`.
 */
#ifndef LAC_TRAIN_TEACHER_H
#define LAC_TRAIN_TEACHER_H

#include "train/trainer.h"

/* Asks the teacher that the settings name: fills `lessons`, `taught`, `taught_mask` and `teacher`.
 * The log tells how many gaps it fills, and whether it has seen what is held out. `kept` is what
 * the training goes on with, or NULL. MISMATCH (no gap filled, pictures of another size, not the
 * teacher that the training began with, plain loss), and as lac_models_load. */
lac_status lac_teacher_prepare(lac_trainer *trainer, const lac_kept *kept);

/* Where the answers for a training row, by its index, and a head begin in `taught`. */
size_t lac_teacher_place(const lac_trainer *trainer, int index, int head);

#endif
