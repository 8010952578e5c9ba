/*
 * What a training begins with: the settings that machine and data decide, and a look at what there
 * is to learn, so that what cannot go well is refused before it has cost anything.
 */
#include "kernel/kernel.h"
#include "train/trainer.h"

#include <string.h>

/* ---- Settings that are left open --------------------------------------------------------- */

void lac_train_settle(const lac_context *ctx, lac_train_config *config)
{
    int is_fast = ctx->cpu != LAC_CPU_REF && lac_kernels_get_bf16(ctx->cpu);
    if (config->precision == LAC_PRECISION_AUTO)
        config->precision = is_fast ? LAC_PRECISION_BF16 : LAC_PRECISION_FLOAT32;
}

void lac_train_take_crop(const lac_data *data, lac_train_config *config)
{
    if (!config->crop[0])
        memcpy(config->crop, data->crop, sizeof config->crop);
}

/* The 6 pixels that pictures of 96 were found to want. A width far below the errors of the first
 * epochs lets none of them pull: with 6 pixels faces of side 192 ended at 33.0 px, with a sixteenth
 * at 20.7 px. */
void lac_train_take_width(const lac_data *data, lac_train_config *config)
{
    if (config->error_width == 0.0)
        config->error_width = data->size / 16.0;
}

/* ---- What can be learned ------------------------------------------------------------------ */

/* Ends that only a hold-out can tell. */
static lac_status check_ends(const lac_trainer *t)
{
    const lac_train_config *config = &t->config;
    if (t->holdout_count || (config->until == 0.0 && config->patience == 0))
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                    "%s needs a hold-out to watch, and no row is held out (holdout %g)",
                    config->until > 0.0 ? "until" : "patience", config->holdout);
}

/* How many points of the training rows have both coordinates, and how many x or y alone. */
static void count_points(const lac_trainer *t, long *whole, long *lone)
{
    *whole = *lone = 0;
    for (int i = 0; i < t->train_count; i++) {
        const uint8_t *mask = lac_trainer_mask(t, t->train_rows[i]);
        for (int p = 0; p < t->data->points; p++) {
            *whole += mask[2 * p] && mask[2 * p + 1];
            *lone += mask[2 * p] != mask[2 * p + 1];
        }
    }
}

/* Without a label every loss is 0, and a training would end well that learned nothing. Where
 * pictures are turned, x or y alone is none: neither is known of the turned point. */
static lac_status check_labels(const lac_trainer *t)
{
    long whole, lone;
    count_points(t, &whole, &lone);
    if (!whole && !lone)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH, "no labels to learn: %d rows to train on, and "
                        "all their labels are missing", t->train_count);
    if (!lone || t->config.rotation == 0.0)
        return LAC_OK;
    if (!whole)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH, "no labels to learn: all points of %d rows to "
                        "train on have x or y alone, which is lost where pictures are turned "
                        "(rotation %g): take rotation 0", t->train_count, t->config.rotation);
    lac_log(t->ctx, "%ld of %ld points to learn have x or y alone, which is lost where pictures "
            "are turned (rotation %g)", lone, whole + lone, t->config.rotation);
    return LAC_OK;
}

/* Mirror images of points that lack their partners teach wrong labels. A model that goes on keeps
 * its partners. */
static lac_status check_partners(const lac_trainer *t)
{
    const lac_data *data = t->data;
    int p = 0;
    while (p < data->points && data->wanted[p] == p)
        p++;
    if (p == data->points || !t->config.mirror)
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                    "%.60s has no mirror partner by its name, and by the mean face %.60s is one: "
                    "name the partners with --pairs FILE, take those of the mean face with --pairs "
                    "data, or leave mirror images out with --no-mirror", data->names[p],
                    data->names[data->wanted[p]]);
}

lac_status lac_trainer_check(const lac_trainer *t)
{
    LAC_TRY(check_ends(t));
    if (t->model)
        return LAC_OK;
    LAC_TRY(check_labels(t));
    return check_partners(t);
}
