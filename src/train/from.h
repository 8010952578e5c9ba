/* Beginning a training with the weights of a model. */
#ifndef LAC_TRAIN_FROM_H
#define LAC_TRAIN_FROM_H

#include "net/model.h"

/* Copies every tensor of the model in file or run folder `path` for which `model` has one of the
 * same name and shape, running statistics included. What `model` has besides keeps its numbers;
 * the log tells how much fits and names what does not. MISMATCH when nothing fits; IO, FORMAT,
 * MEMORY. */
lac_status lac_model_begin_from(lac_model *model, const char *path);

#endif
