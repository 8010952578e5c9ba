/*
 * Answers many photos, each the crop of a face, in several threads that share one model. The model
 * is only read. What a thread writes, messages included, is in a context and a predictor of its
 * own, so that no thread waits for another one.
 *
 *     cc threads.c $(pkg-config --cflags --libs lacuna) -pthread -o threads
 *     ./threads MODEL PHOTO...
 */
#include <lacuna.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4 };

typedef struct service {
    const lac_model *model;
    char **photo;
    int photos;
    int next;             /* the photo that the next free thread takes */
    int answered;         /* photos that were predicted */
    pthread_mutex_t lock; /* for the two above, and to print lines that stay whole */
} service;

static const char *take_photo(service *s)
{
    pthread_mutex_lock(&s->lock);
    const char *path = s->next < s->photos ? s->photo[s->next++] : NULL;
    pthread_mutex_unlock(&s->lock);
    return path;
}

static void answer(service *s, lac_context *ctx, lac_predictor *predictor, const char *path,
                   float *xy)
{
    lac_photo *photo = NULL;
    lac_status status = lac_photo_load(ctx, path, &photo);
    if (status == LAC_OK) {
        lac_box whole = {0, 0, (double)photo->width, (double)photo->height};
        status = lac_predictor_boxes(predictor, photo, &whole, 1, xy);
    }
    lac_photo_free(&photo);

    pthread_mutex_lock(&s->lock);
    if (status == LAC_OK) {
        printf("%s", path);
        for (int i = 0; i < 2 * lac_model_points(s->model); i++)
            printf(",%.2f", xy[i]);
        printf("\n");
        s->answered++;
    } else {
        fprintf(stderr, "%s\n", lac_context_message(ctx));
    }
    pthread_mutex_unlock(&s->lock);
}

/* A thread. Its context has one worker, as there are other threads for the other cores. */
static void *serve(void *user)
{
    service *s = (service *)user;
    lac_context_config config;
    lac_context *ctx = NULL;
    lac_predictor *predictor = NULL;
    float *xy = (float *)calloc((size_t)lac_model_points(s->model), 2 * sizeof *xy);
    const char *path;
    memset(&config, 0, sizeof config);
    config.threads = 1;
    if (!xy || lac_context_new(&config, &ctx) != LAC_OK ||
        lac_predictor_new(ctx, s->model, NULL, &predictor) != LAC_OK)
        fprintf(stderr, "a thread cannot start: %s\n", lac_context_message(ctx));
    while (predictor && (path = take_photo(s)))
        answer(s, ctx, predictor, path, xy);
    lac_predictor_free(&predictor);
    lac_context_free(&ctx);
    free(xy);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: threads MODEL PHOTO...\n");
        return 2;
    }
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    if (lac_context_new(NULL, &ctx) != LAC_OK || lac_model_load(ctx, argv[1], &model) != LAC_OK)
        fprintf(stderr, "%s\n", lac_context_message(ctx));
    service s = {model, argv + 2, argc - 2, 0, 0, PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread[THREADS];
    int started = 0;
    while (model && started < THREADS && pthread_create(&thread[started], NULL, serve, &s) == 0)
        started++;
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return s.answered == s.photos ? 0 : 1;
}
