/*
 * The parallel loop: the caller and its context's worker threads take items one by one
 * from an atomic counter.
 *
 * A step has some forty loops, a prediction of one face twenty in two milliseconds: threads
 * wait for each other by looking (SPINS), and go to sleep only when that was in vain.
 * A library that the kernels call from all of them must not start threads of its own: the
 * context's thread_enter tells it so, on a worker once and on the caller around every loop,
 * whose own setting thread_leave puts back.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* About 30 microseconds: longer than a good wake-up, shorter than a time slice by far. */
enum { SPINS = 1000 };

struct lac_pool {
    pthread_mutex_t lock;
    pthread_cond_t work_ready;
    pthread_cond_t work_done;
    int (*enter)(void); /* the context's; may be NULL */
    lac_work fn;
    void *arg;
    int items;
    atomic_int next;        /* item to hand out */
    atomic_int running;     /* workers that have not finished this loop */
    atomic_uint generation; /* counts loops; a worker joins each once */
    atomic_int stopping;
    int started;            /* workers; the caller is thread 0 beside them */
    struct worker {
        pthread_t thread;
        lac_pool *pool;
        int index;
    } workers[];
};

static void pause_briefly(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

static void take_items(lac_pool *pool, int thread)
{
    int item;
    while ((item = atomic_fetch_add(&pool->next, 1)) < pool->items)
        pool->fn(pool->arg, item, thread);
}

static int has_news(lac_pool *pool, unsigned seen)
{
    return atomic_load(&pool->generation) != seen || atomic_load(&pool->stopping);
}

static void wait_for_work(lac_pool *pool, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        if (has_news(pool, seen))
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    while (!has_news(pool, seen))
        pthread_cond_wait(&pool->work_ready, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    lac_pool *pool = self->pool;
    unsigned seen = 0;
    if (pool->enter)
        pool->enter();
    for (;;) {
        wait_for_work(pool, seen);
        if (atomic_load(&pool->stopping))
            return NULL;
        seen = atomic_load(&pool->generation);
        take_items(pool, self->index);
        if (atomic_fetch_sub(&pool->running, 1) == 1) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->work_done);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

static void start_workers(lac_pool *pool)
{
    atomic_store(&pool->running, pool->started);
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->generation, 1);
    pthread_cond_broadcast(&pool->work_ready);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_for_workers(lac_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->running) == 0)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->running))
        pthread_cond_wait(&pool->work_done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void lac_parallel(lac_context *ctx, int items, lac_work fn, void *arg)
{
    lac_pool *pool = ctx->pool;
    int shared = items > 1 && pool->started > 0;
    if (items <= 0)
        return;
    pool->fn = fn;
    pool->arg = arg;
    pool->items = items;
    atomic_store(&pool->next, 0);
    if (shared)
        start_workers(pool);
    int before = ctx->thread_enter ? ctx->thread_enter() : 0;
    take_items(pool, 0);
    if (ctx->thread_leave)
        ctx->thread_leave(before);
    if (shared)
        wait_for_workers(pool);
}

lac_status lac_pool_new(lac_context *ctx, int threads, lac_pool **out)
{
    *out = NULL;
    lac_pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof pool->workers[0]);
    if (!pool)
        return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a pool of %d threads", threads);
    pool->enter = ctx->thread_enter;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work_ready, NULL);
    pthread_cond_init(&pool->work_done, NULL);
    while (pool->started < threads - 1) {
        struct worker *w = &pool->workers[pool->started];
        w->pool = pool;
        w->index = pool->started + 1;
        int error = pthread_create(&w->thread, NULL, worker_main, w);
        if (error) {
            lac_fail(ctx, LAC_ERROR_MEMORY, "cannot start thread %d of %d: %s", w->index + 1,
                     threads, lac_reason(error));
            lac_pool_free(&pool);
            return LAC_ERROR_MEMORY;
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
    atomic_store(&p->stopping, 1);
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
