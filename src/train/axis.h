/*
 * The axis that labels are mirrored at. Marks need not lie where a picture's middle says: whoever
 * counts from the edge of a pixel, not from its centre, puts them half a pixel to the right, and
 * tools and people have habits of their own, one for each label source. Mirrored at the middle of
 * the picture such marks come to lie on the other side of what they mark, twice as far from where
 * they should be, and the network learns the middle of both.
 *
 * What is learned is `aside` (net/heads.h), a number of pixels for each head. A network cannot tell
 * a mirror image from a picture, so what its labels miss there, it splits: answers lie to the right
 * of mirrored labels, and to the left of the others, by as much as `aside` is too small.
 */
#ifndef LAC_TRAIN_AXIS_H
#define LAC_TRAIN_AXIS_H

#include "train/trainer.h"

/* Counts each head's labels x in an epoch, into `head_labels`. MEMORY. */
lac_status lac_axis_prepare(lac_trainer *trainer);

/* Moves every head's `aside` by the answers to the batch at hand, of n pictures. */
void lac_axis_learn(lac_trainer *trainer, int n);

#endif
