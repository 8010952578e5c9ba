/* A training, whose callback is called after every epoch. */
#include "module.h"

#include <math.h>

/* A training under way. */
typedef struct training {
    away away;
    PyObject *callback; /* or None */
} training;

/* Calls the callback; 1 when it asks to stop, by an exception or a true answer. */
static int tell_epoch(PyObject *callback, const lac_progress *p)
{
    const lac_metrics *m = p->holdout;
    PyObject *answer = PyObject_CallFunction(
        callback, "iiddddddd", p->epoch, p->epochs, p->loss, m ? m->rmse : NAN,
        m ? m->test_weighted : NAN, m ? m->failure_images : NAN, p->images_per_second, p->seconds,
        p->seconds_left);
    int stop = answer ? PyObject_IsTrue(answer) : 1;
    Py_XDECREF(answer);
    return stop != 0;
}

/* Signals that came during the step are taken here. */
static int on_step(void *user, const lac_progress *p)
{
    training *t = user;
    away_end(&t->away);
    int stop = PyErr_CheckSignals() != 0;
    if (!stop && p->step == p->steps && t->callback != Py_None)
        stop = tell_epoch(t->callback, p);
    away_start(&t->away);
    return stop;
}

/* A failure outweighs the exception that asked to stop: the state was not saved. */
static int train(training *t, lac_context *ctx, lac_trainer *trainer, const char *out)
{
    away_start(&t->away);
    lac_status status = lac_trainer_run(trainer, out, on_step, t);
    away_end(&t->away);
    if (status != LAC_OK && status != LAC_STOPPED) {
        PyErr_Clear();
        fail(ctx, status);
    }
    return !PyErr_Occurred();
}

static lac_status prepare(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                          const char *resumed, lac_trainer **trainer)
{
    away a;
    away_start(&a);
    lac_status status = resumed ? lac_trainer_resume(ctx, data, resumed, config->epochs, trainer)
                                : lac_trainer_new(ctx, data, config, trainer);
    away_end(&a);
    return status;
}

/* train(table, out, settings, resume, epochs, threads, callback): `epochs` is a new end where a run
 * is resumed, or 0. */
static PyObject *py_train(PyObject *self, PyObject *args)
{
    PyObject *table, *settings;
    const char *out;
    int resume, epochs, threads, good = 0;
    training t;
    handle *h;
    lac_train_config config = lac_train_config_default();
    lac_trainer *trainer = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "OyO!piiO", &table, &out, &PyDict_Type, &settings, &resume,
                          &epochs, &threads, &t.callback))
        return NULL;
    const handle *of = handle_of(table);
    PyObject *capsule = of ? handle_new(threads, &h) : NULL;
    if (capsule && settings_take(h->ctx, settings, &config)) {
        if (resume)
            config.epochs = epochs;
        lac_status status =
            prepare(h->ctx, of->data, &config, resume ? out : NULL, &trainer);
        if (status == LAC_OK)
            good = train(&t, h->ctx, trainer, out);
        else
            fail(h->ctx, status);
    }
    lac_trainer_free(&trainer);
    Py_XDECREF(capsule);
    return good ? Py_NewRef(Py_None) : NULL;
}

PyMethodDef train_functions[] = {
    {"train", py_train, METH_VARARGS, NULL},
    {0},
};
