/* Training tables as arrays, and arrays as tables. */
#include "module.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Making ----------------------------------------------------------------------------- */

/* table_read(path, kind, settings): of the settings missing, outside and pairs count. */
static PyObject *py_table_read(PyObject *self, PyObject *args)
{
    const char *path;
    int kind;
    PyObject *settings;
    handle *h;
    away a;
    lac_train_config config = lac_train_config_default();
    (void)self;
    if (!PyArg_ParseTuple(args, "yiO!", &path, &kind, &PyDict_Type, &settings))
        return NULL;
    PyObject *capsule = handle_new(0, &h);
    if (capsule && settings_take(h->ctx, settings, &config)) {
        away_start(&a);
        lac_status status = lac_data_open_as(h->ctx, path, (lac_table)kind, &config, &h->data);
        away_end(&a);
        if (status == LAC_OK)
            return capsule;
        fail(h->ctx, status);
    }
    Py_XDECREF(capsule);
    return NULL;
}

static PyObject *make(int rows, int size, PyObject *names, const uint8_t *pixels,
                      const float *labels, const uint8_t *mask)
{
    handle *h;
    away a;
    int points = (int)PyTuple_Size(names);
    PyObject *capsule = handle_new(1, &h);
    const char **name = capsule ? bytes_texts(names) : NULL;
    if (name) {
        away_start(&a);
        lac_status status = lac_data_from_memory(h->ctx, rows, size, points, name, pixels, labels,
                                                 mask, &h->data);
        away_end(&a);
        if (status != LAC_OK)
            fail(h->ctx, status);
        free(name);
    }
    if (capsule && !h->data)
        Py_CLEAR(capsule);
    return capsule;
}

/* table_make(rows, size, names, pixels, labels, mask): names are a tuple of K bytes, pixels [rows,
 * size, size] bytes, labels [rows, 2K] floats, mask [rows, 2K] bytes. */
static PyObject *py_table_make(PyObject *self, PyObject *args)
{
    PyObject *names, *from[3], *capsule = NULL;
    Py_buffer part[3];
    int rows, size, got = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "iiO!OOO", &rows, &size, &PyTuple_Type, &names, &from[0],
                          &from[1], &from[2]))
        return NULL;
    size_t labels = 2 * (size_t)rows * (size_t)PyTuple_Size(names);
    const size_t count[3] = {(size_t)rows * size * size, labels, labels};
    static const size_t item[3] = {1, sizeof(float), 1};
    while (got < 3 && buffer_of(from[got], count[got], item[got], 0, &part[got]))
        got++;
    if (got == 3)
        capsule = make(rows, size, names, part[0].buf, part[1].buf, part[2].buf);
    while (got > 0)
        PyBuffer_Release(&part[--got]);
    return capsule;
}

/* ---- What a table has ------------------------------------------------------------------- */

static PyObject *names_of(const lac_data *data)
{
    int points = lac_data_points(data);
    PyObject *names = PyTuple_New(points);
    for (int p = 0; names && p < points; p++)
        if (PyTuple_SetItem(names, p, text_of(lac_data_point_name(data, p))) != 0)
            Py_CLEAR(names);
    return names;
}

static PyObject *ids_of(const lac_data *data)
{
    int rows = lac_data_rows(data);
    PyObject *ids = PyList_New(rows);
    for (int row = 0; ids && row < rows; row++) {
        const char *text = lac_data_id_text(data, row);
        PyObject *id = text ? text_of(text) : PyLong_FromLong(lac_data_id(data, row));
        if (PyList_SetItem(ids, row, id) != 0)
            Py_CLEAR(ids);
    }
    return ids;
}

/* [sources, points] bytes, 1 where the source has the point. */
static PyObject *sources_of(const lac_data *data)
{
    int points = lac_data_points(data), sources = lac_data_sources(data);
    PyObject *has = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)sources * points);
    char *at = has ? PyBytes_AsString(has) : NULL;
    for (int s = 0; at && s < sources; s++)
        for (int p = 0; p < points; p++)
            *at++ = (char)lac_data_source_has_point(data, s, p);
    return has;
}

/* table_facts(table): rows, side, names, ids, sources, crop rule. */
static PyObject *py_table_facts(PyObject *self, PyObject *capsule)
{
    const handle *h = handle_of(capsule);
    (void)self;
    if (!h)
        return NULL;
    return Py_BuildValue("(iiNNNN)", lac_data_rows(h->data), lac_data_size(h->data),
                         names_of(h->data), ids_of(h->data), sources_of(h->data),
                         text_of(lac_data_crop(h->data)));
}

static void copy_row(const lac_data *data, int row, uint8_t *pixels, float *labels, int *source)
{
    size_t picture = (size_t)lac_data_size(data) * lac_data_size(data);
    int width = 2 * lac_data_points(data);
    const uint8_t *mask = lac_data_mask(data, row);
    memcpy(pixels + picture * row, lac_data_image(data, row), picture);
    for (int i = 0; i < width; i++)
        labels[(size_t)row * width + i] = mask[i] ? lac_data_labels(data, row)[i] : NAN;
    source[row] = lac_data_row_source(data, row);
}

/* table_copy(table, pixels, labels, sources): as in table_make, labels with NaN for gaps; sources
 * [rows] ints. */
static PyObject *py_table_copy(PyObject *self, PyObject *args)
{
    PyObject *capsule, *to[3];
    Py_buffer part[3];
    int got = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOO", &capsule, &to[0], &to[1], &to[2]))
        return NULL;
    const handle *h = handle_of(capsule);
    if (!h)
        return NULL;
    size_t rows = lac_data_rows(h->data), size = lac_data_size(h->data);
    const size_t count[3] = {rows * size * size, 2 * rows * lac_data_points(h->data), rows};
    static const size_t item[3] = {1, sizeof(float), sizeof(int)};
    while (got < 3 && buffer_of(to[got], count[got], item[got], 1, &part[got]))
        got++;
    int good = got == 3;
    for (int row = 0; good && row < (int)rows; row++)
        copy_row(h->data, row, part[0].buf, part[1].buf, part[2].buf);
    while (got > 0)
        PyBuffer_Release(&part[--got]);
    return good ? Py_NewRef(Py_None) : NULL;
}

PyMethodDef table_functions[] = {
    {"table_read", py_table_read, METH_VARARGS, NULL},
    {"table_make", py_table_make, METH_VARARGS, NULL},
    {"table_facts", py_table_facts, METH_O, NULL},
    {"table_copy", py_table_copy, METH_VARARGS, NULL},
    {0},
};
