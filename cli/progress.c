/*
 * A line on stderr, rewritten in place where that is a terminal; it leaves the cursor in its
 * first column, so that whatever is printed next, by us or by a pipe behind us, writes over it. A
 * file or a pipe gets a line a minute of what is counted.
 */
#define _DEFAULT_SOURCE
#include "progress.h"
#include "cli.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int on_terminal; /* stderr is one */

/* ---- Ctrl-C ------------------------------------------------------------------------ */

/* Signals are taken by a thread of their own and blocked in all others: a handler that
 * interrupts a matrix product of oneDNN 2.6 damages the heap (measured: any handler, on a timer,
 * ends a program of nothing but dnnl_sgemm in "double free or corruption"). */
static atomic_int stop_waits, stop_asked; /* the signal that asked */
static atomic_int *stop_of_any; /* the same of all processes, where there are more than one */

static void say_stopping(void)
{
    static const char clear[] = "\r\033[K";
    static const char note[] = "lacuna: stopping after this step; again to end at once\n";
    ssize_t written = on_terminal ? write(STDERR_FILENO, clear, sizeof clear - 1) : 0;
    written += write(STDERR_FILENO, note, sizeof note - 1);
    (void)written;
}

/* By the signal's own effect, which the caller of the program sees. */
static void end_by(int number)
{
    sigset_t set;
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
}

static void *take_signals(void *set)
{
    int number;
    while (sigwait(set, &number) == 0) {
        if (number == SIGHUP && stop_asked)
            continue; /* a lost terminal is told of by the shell and by the system */
        if (!stop_waits || stop_asked)
            end_by(number);
        stop_asked = number;
        if (stop_of_any)
            *stop_of_any = number;
        say_stopping();
    }
    return NULL;
}

void signals_watch(void)
{
    static sigset_t set;
    struct sigaction hangup;
    pthread_t thread;
    on_terminal = isatty(STDERR_FILENO);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP); /* under nohup the program goes on */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, take_signals, &set) == 0)
        pthread_detach(thread);
    else
        pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* they end the program then */
}

void signals_share(void)
{
    void *memory = mmap(NULL, sizeof *stop_of_any, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        stop_of_any = memory;
}

void signals_stop(void)
{
    stop_waits = 1;
}

/* ---- Progress ------------------------------------------------------------------------ */

void progress_head(void)
{
    printf("\n%5s  %8s  %10s  %11s  %16s  %10s\n", "epoch", "images/s", "loss", "hold-out px",
           "test-weighted px", "left");
    fflush(stdout);
}

static void print_epoch(const lac_progress *p)
{
    char rmse[24], weighted[24], left[24];
    const lac_metrics *m = p->holdout;
    printf("%5d  %8.0f  %10.6f  %11s  %16s  %10s\n", p->epoch, p->images_per_second, p->loss,
           number_text(m ? m->rmse : NAN, 3, rmse),
           number_text(m ? m->test_weighted : NAN, 3, weighted),
           duration_text(p->seconds_left, left));
    fflush(stdout);
}

static void rewrite_line(const char *line)
{
    struct winsize window;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
    int width = columns > 0 && columns < 80 ? columns - 1 : 79;
    fprintf(stderr, "\r%.*s\033[K\r", width, line);
}

/* Not too often. */
static int is_due(double *shown, double seconds, double interval)
{
    if (fabs(seconds - *shown) < interval)
        return 0;
    *shown = seconds;
    return 1;
}

void progress_step(display *d, const lac_progress *p)
{
    char rmse[24], left[24], line[160];
    if (!on_terminal || !is_due(&d->shown, p->seconds, 0.2))
        return;
    snprintf(line, sizeof line,
             "%sepoch %d/%d  step %d/%d  %.0f images/s  loss %.5f  hold-out %s px  %s left",
             d->before, p->epoch, p->epochs, p->step, p->steps, p->images_per_second, p->loss,
             number_text(d->rmse, 2, rmse), duration_text(p->seconds_left, left));
    rewrite_line(line);
}

static double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

count_display count_display_start(const char *what)
{
    return (count_display){.what = what, .start = clock_seconds(), .shown = -1};
}

int progress_count(void *user, int done, int count)
{
    count_display *d = user;
    double seconds = clock_seconds() - d->start;
    char left[24], line[160];
    signals_stop();
    if (done == count)
        progress_clear();
    if (done == 0 || done == count || !is_due(&d->shown, seconds, on_terminal ? 0.2 : 60))
        return stop_is_asked();
    double rate = seconds > 0 ? done / seconds : NAN;
    snprintf(line, sizeof line, "%s %d/%d  %.0f %ss/s  %s left", d->what, done, count, rate,
             d->what, duration_text((count - done) / rate, left));
    if (on_terminal)
        rewrite_line(line);
    else
        fprintf(stderr, "lacuna: %s\n", line);
    return stop_is_asked();
}

void progress_clear(void)
{
    if (on_terminal)
        fprintf(stderr, "\r\033[K");
}

int stop_is_asked(void)
{
    return stop_asked || (stop_of_any && *stop_of_any);
}

int stop_code(void)
{
    int asked = stop_of_any && !stop_asked ? *stop_of_any : stop_asked;
    return 128 + (asked ? asked : SIGINT); /* or a rank on another machine was asked */
}

int progress_show(void *user, const lac_progress *p)
{
    display *d = user;
    int is_complete = p->step == p->steps;
    if (is_complete) {
        progress_clear();
        print_epoch(p);
        d->epochs++;
        d->rmse = p->holdout ? p->holdout->rmse : NAN;
        if (p->holdout && p->holdout->rmse < d->best_rmse) {
            d->best_epoch = p->epoch;
            d->best_rmse = p->holdout->rmse;
        }
    } else {
        progress_step(d, p);
    }
    int is_last = is_complete && p->epoch == p->epochs;
    return !is_last && stop_is_asked();
}
