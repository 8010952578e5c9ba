/* Models and predictions of pictures. */
#include "module.h"

#include <stdlib.h>

enum { PIECE = 256 }; /* pictures that are predicted between two looks for signals */

/* ---- Loading ---------------------------------------------------------------------------- */

static PyObject *load_paths(const char *const *path, int count, int weigh)
{
    handle *h;
    away a;
    PyObject *capsule = handle_new(1, &h);
    if (!capsule)
        return NULL;
    away_start(&a);
    lac_status status = lac_models_load(h->ctx, path, count, weigh, &h->model);
    away_end(&a);
    if (status == LAC_OK)
        return capsule;
    fail(h->ctx, status);
    Py_DECREF(capsule);
    return NULL;
}

/* model_load(paths, weigh): paths are a tuple of bytes. */
static PyObject *py_model_load(PyObject *self, PyObject *args)
{
    PyObject *paths;
    int weigh;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!p", &PyTuple_Type, &paths, &weigh))
        return NULL;
    const char **path = bytes_texts(paths);
    PyObject *capsule = path ? load_paths(path, (int)PyTuple_Size(paths), weigh) : NULL;
    free(path);
    return capsule;
}

/* ---- What a model is -------------------------------------------------------------------- */

static PyObject *names_of(const lac_model *model)
{
    int points = lac_model_points(model);
    PyObject *names = PyTuple_New(points);
    for (int p = 0; names && p < points; p++)
        if (PyTuple_SetItem(names, p, text_of(lac_model_point_name(model, p))) != 0)
            Py_CLEAR(names);
    return names;
}

static PyObject *partners_of(const lac_model *model)
{
    int points = lac_model_points(model);
    PyObject *partners = PyTuple_New(points);
    for (int p = 0; partners && p < points; p++)
        if (PyTuple_SetItem(partners, p, PyLong_FromLong(lac_model_mirror_point(model, p))) != 0)
            Py_CLEAR(partners);
    return partners;
}

/* [sources, points] bytes, 1 where the source has the point. */
static PyObject *sources_of(const lac_model *model)
{
    int points = lac_model_points(model), sources = lac_model_sources(model);
    PyObject *has = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)sources * points);
    char *at = has ? PyBytes_AsString(has) : NULL;
    for (int s = 0; at && s < sources; s++)
        for (int p = 0; p < points; p++)
            *at++ = (char)lac_model_source_has_point(model, s, p);
    return has;
}

static PyObject *aside_of(const lac_model *model)
{
    int sources = lac_model_sources(model);
    PyObject *aside = PyTuple_New(sources);
    for (int s = 0; aside && s < sources; s++)
        if (PyTuple_SetItem(aside, s, PyFloat_FromDouble(lac_model_aside(model, s))) != 0)
            Py_CLEAR(aside);
    return aside;
}

/* model_facts(model): network, side, epoch, members, names, mirror partners, sources, and how far
 * aside these mark their points. */
static PyObject *py_model_facts(PyObject *self, PyObject *capsule)
{
    const handle *h = handle_of(capsule);
    (void)self;
    if (!h)
        return NULL;
    return Py_BuildValue("(NiiiNNNN)", text_of(lac_model_name(h->model)),
                         lac_model_size(h->model), lac_model_epoch(h->model),
                         lac_model_members(h->model), names_of(h->model), partners_of(h->model),
                         sources_of(h->model), aside_of(h->model));
}

/* model_settings(model): how it was trained. */
static PyObject *py_model_settings(PyObject *self, PyObject *capsule)
{
    const handle *h = handle_of(capsule);
    lac_train_config config;
    (void)self;
    if (!h)
        return NULL;
    lac_status status = lac_model_config(h->model, &config);
    return status == LAC_OK ? settings_dict(&config) : fail(h->ctx, status);
}

/* ---- Predicting ------------------------------------------------------------------------- */

/* predictor_new(model, source, flip, threads) */
static PyObject *py_predictor_new(PyObject *self, PyObject *args)
{
    PyObject *model;
    lac_predict_config how;
    int threads;
    handle *h;
    away a;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oipi", &model, &how.source, &how.flip, &threads))
        return NULL;
    const handle *of = handle_of(model);
    PyObject *capsule = of ? handle_new(threads, &h) : NULL;
    if (!capsule)
        return NULL;
    h->owner = Py_NewRef(model);
    away_start(&a);
    lac_status status = lac_predictor_new(h->ctx, of->model, &how, &h->predictor);
    away_end(&a);
    if (status == LAC_OK)
        return capsule;
    fail(h->ctx, status);
    Py_DECREF(capsule);
    return NULL;
}

/* Predicts piece by piece; 0 with an exception, such as that of Ctrl-C. */
static int predict_pieces(const handle *h, const uint8_t *pixels, size_t picture, int count,
                          float *xy, size_t answer)
{
    for (int first = 0; first < count; first += PIECE) {
        int n = count - first < PIECE ? count - first : PIECE;
        away a;
        away_start(&a);
        lac_status status = lac_predictor_run(h->predictor, pixels + picture * first, n,
                                              xy + answer * first);
        away_end(&a);
        if (status != LAC_OK)
            fail(h->ctx, status);
        if (status != LAC_OK || PyErr_CheckSignals() != 0)
            return 0;
    }
    return 1;
}

/* predict(predictor, count, pixels, xy): pixels [count, size, size] bytes, into xy [count, 2K]
 * floats. */
static PyObject *py_predict(PyObject *self, PyObject *args)
{
    PyObject *capsule, *from, *to;
    Py_buffer pixels, xy;
    int count, good = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "OiOO", &capsule, &count, &from, &to))
        return NULL;
    const handle *h = handle_of(capsule);
    if (!h)
        return NULL;
    const lac_model *model = handle_of(h->owner)->model;
    size_t side = (size_t)lac_model_size(model), answer = 2 * (size_t)lac_model_points(model);
    if (!buffer_of(from, count * side * side, 1, 0, &pixels))
        return NULL;
    if (buffer_of(to, count * answer, sizeof(float), 1, &xy)) {
        good = predict_pieces(h, pixels.buf, side * side, count, xy.buf, answer);
        PyBuffer_Release(&xy);
    }
    PyBuffer_Release(&pixels);
    return good ? Py_NewRef(Py_None) : NULL;
}

PyMethodDef model_functions[] = {
    {"model_load", py_model_load, METH_VARARGS, NULL},
    {"model_facts", py_model_facts, METH_O, NULL},
    {"model_settings", py_model_settings, METH_O, NULL},
    {"predictor_new", py_predictor_new, METH_VARARGS, NULL},
    {"predict", py_predict, METH_VARARGS, NULL},
    {0},
};
