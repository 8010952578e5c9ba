/*
 * Trains a network on a table and ends the training as soon as it is good enough. The callback
 * sees every step; after an epoch's last step it sees the error on the rows held out, too.
 *
 *     cc train.c $(pkg-config --cflags --libs lacuna) -o train
 *     lacuna synth --rows 500 --out faces && ./train faces run 3.0
 */
#include <lacuna.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct goal {
    double rmse; /* pixels on the hold-out that are good enough */
    int epoch;   /* in which it was reached, or 0 */
} goal;

/* Returns 0 to go on. Any other answer ends the training with its state saved. */
static int watch(void *user, const lac_progress *p)
{
    goal *g = (goal *)user;
    if (!p->holdout)
        return 0;
    printf("epoch %d of %d: %.2f pixels, %.0f s left\n", p->epoch, p->epochs, p->holdout->rmse,
           p->seconds_left);
    if (p->holdout->rmse > g->rmse)
        return 0;
    g->epoch = p->epoch;
    return 1;
}

static lac_status train(lac_context *ctx, const char *table, const char *run, goal *g)
{
    lac_data *data = NULL;
    lac_trainer *trainer = NULL;
    lac_train_config config;
    lac_status status = lac_train_preset(ctx, "first", &config);
    if (status == LAC_OK)
        status = lac_train_set(ctx, &config, "epochs", "20"); /* the same as config.epochs = 20 */
    if (status == LAC_OK)
        status = lac_data_open(ctx, table, LAC_TABLE_TRAINING, &data);
    if (status == LAC_OK)
        status = lac_trainer_new(ctx, data, &config, &trainer);
    if (status == LAC_OK)
        status = lac_trainer_run(trainer, run, watch, g);
    if (status == LAC_STOPPED && g->epoch > 0)
        status = LAC_OK; /* it was us who stopped it */
    lac_trainer_free(&trainer);
    lac_data_free(&data);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: train TABLE RUN PIXELS\n");
        return 2;
    }
    lac_context *ctx = NULL;
    goal g = {atof(argv[3]), 0};
    lac_status status = lac_context_new(NULL, &ctx);
    if (status == LAC_OK)
        status = train(ctx, argv[1], argv[2], &g);
    if (status != LAC_OK)
        fprintf(stderr, "%s\n", lac_context_message(ctx));
    else if (g.epoch > 0)
        printf("good enough after epoch %d; the model is in %s\n", g.epoch, argv[2]);
    else
        printf("not good enough; the model is in %s all the same\n", argv[2]);
    lac_context_free(&ctx);
    return status == LAC_OK ? 0 : 1;
}
