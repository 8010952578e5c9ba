/*
 * The parallel loop: one pool of worker threads per context.
 *
 * Items are handed out one by one from an atomic counter. The caller sleeps
 * while the workers work: oneDNN, which the workers call, is told once per
 * thread to use that thread alone (lac_kernels_thread_start), and the caller's
 * own settings are never touched.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"
#include "kernel/kernel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct lac_pool {
    pthread_mutex_t lock;
    pthread_cond_t work_ready;
    pthread_cond_t work_done;
    lac_work fn;
    void *arg;
    int items;
    atomic_int next;    /* item to hand out */
    int running;        /* workers that have not finished this loop */
    unsigned generation; /* counts loops; a worker joins each once */
    int stopping;
    int started;
    struct worker {
        pthread_t thread;
        lac_pool *pool;
        int index;
    } workers[];
};

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    lac_pool *pool = self->pool;
    unsigned seen = 0;
    lac_kernels_thread_start();
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->generation == seen && !pool->stopping)
            pthread_cond_wait(&pool->work_ready, &pool->lock);
        if (pool->stopping)
            break;
        seen = pool->generation;
        pthread_mutex_unlock(&pool->lock);
        int item;
        while ((item = atomic_fetch_add(&pool->next, 1)) < pool->items)
            pool->fn(pool->arg, item, self->index);
        pthread_mutex_lock(&pool->lock);
        if (--pool->running == 0)
            pthread_cond_signal(&pool->work_done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

void lac_parallel(lac_context *ctx, int items, lac_work fn, void *arg)
{
    lac_pool *pool = ctx->pool;
    if (items <= 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->fn = fn;
    pool->arg = arg;
    pool->items = items;
    atomic_store(&pool->next, 0);
    pool->running = pool->started;
    pool->generation++;
    pthread_cond_broadcast(&pool->work_ready);
    while (pool->running)
        pthread_cond_wait(&pool->work_done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

lac_status lac_pool_new(lac_context *ctx, int threads, lac_pool **out)
{
    *out = NULL;
    lac_pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof pool->workers[0]);
    if (!pool)
        return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a pool of %d threads", threads);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work_ready, NULL);
    pthread_cond_init(&pool->work_done, NULL);
    while (pool->started < threads) {
        struct worker *w = &pool->workers[pool->started];
        w->pool = pool;
        w->index = pool->started;
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            int started = pool->started;
            lac_pool_free(&pool);
            return lac_fail(ctx, LAC_ERROR_MEMORY, "cannot start thread %d of %d", started + 1,
                            threads);
        }
        pool->started++;
    }
    *out = pool;
    return LAC_OK;
}

void lac_pool_free(lac_pool **pool)
{
    lac_pool *p = *pool;
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = 1;
    pthread_cond_broadcast(&p->work_ready);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++)
        pthread_join(p->workers[i].thread, NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work_ready);
    pthread_cond_destroy(&p->work_done);
    free(p);
    *pool = NULL;
}
