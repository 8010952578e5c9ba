/* Settings of a training as dictionaries, and presets. */
#include "module.h"

#include <string.h>

static PyObject *value_of(const lac_train_config *config, const lac_field *f)
{
    const void *at = (const char *)config + f->offset;
    char text[LAC_SETTING];
    switch (f->kind) {
    case LAC_FIELD_FLAG:
        return PyBool_FromLong(*(const int *)at);
    case LAC_FIELD_INTEGER:
        return PyLong_FromLong(*(const int *)at);
    case LAC_FIELD_REAL:
        return PyFloat_FromDouble(*(const double *)at);
    case LAC_FIELD_SEED:
        return PyLong_FromUnsignedLongLong(*(const uint64_t *)at);
    case LAC_FIELD_TEXT:
        return text_of(at);
    case LAC_FIELD_WORD:
        lac_train_get(NULL, config, f->name, text);
        return text_of(text);
    }
    return NULL;
}

PyObject *settings_dict(const lac_train_config *config)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    PyObject *settings = PyDict_New();
    for (int i = 0; settings && i < count; i++) {
        PyObject *value = value_of(config, &fields[i]);
        if (!value || PyDict_SetItemString(settings, fields[i].name, value) != 0)
            Py_CLEAR(settings);
        Py_XDECREF(value);
    }
    return settings;
}

/* As text that lac_train_set takes: a bool is 0 or 1, all else what str() makes of it. */
static PyObject *setting_text(PyObject *value)
{
    PyObject *text = PyBool_Check(value) ? PyUnicode_FromString(value == Py_True ? "1" : "0")
                                         : PyObject_Str(value);
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape") : NULL;
    Py_XDECREF(text);
    return bytes;
}

static int take_one(lac_context *ctx, PyObject *key, PyObject *value, lac_train_config *config)
{
    const char *name = PyUnicode_AsUTF8AndSize(key, NULL);
    PyObject *bytes = name ? setting_text(value) : NULL;
    const char *text = bytes ? bytes_text(bytes) : NULL;
    lac_status status = LAC_OK;
    if (text) {
        status = lac_train_set(ctx, config, name, text);
        if (status != LAC_OK)
            fail(ctx, status);
    }
    Py_XDECREF(bytes);
    return text && status == LAC_OK;
}

int settings_take(lac_context *ctx, PyObject *settings, lac_train_config *config)
{
    Py_ssize_t at = 0;
    PyObject *key, *value;
    while (PyDict_Next(settings, &at, &key, &value))
        if (!take_one(ctx, key, value, config))
            return 0;
    return 1;
}

static PyObject *settings_of(lac_context *ctx, const char *preset, const char *path,
                             PyObject *changes)
{
    lac_train_config config;
    lac_status status =
        path ? lac_train_read(ctx, path, &config) : lac_train_preset(ctx, preset, &config);
    if (status != LAC_OK)
        return fail(ctx, status);
    return settings_take(ctx, changes, &config) ? settings_dict(&config) : NULL;
}

/* settings(preset, path, changes): all settings of a preset, or of a file where path, bytes, is not
 * None, with the changes that a dictionary names. */
static PyObject *py_settings(PyObject *self, PyObject *args)
{
    const char *preset, *path = NULL;
    PyObject *bytes, *changes;
    handle *h;
    (void)self;
    if (!PyArg_ParseTuple(args, "sOO!", &preset, &bytes, &PyDict_Type, &changes) ||
        (bytes != Py_None && !(path = bytes_text(bytes))))
        return NULL;
    PyObject *capsule = handle_new(1, &h);
    PyObject *settings = capsule ? settings_of(h->ctx, preset, path, changes) : NULL;
    Py_XDECREF(capsule);
    return settings;
}

/* presets(): the texts of all presets by their names. */
static PyObject *py_presets(PyObject *self, PyObject *args)
{
    (void)self, (void)args;
    const char *const *name = lac_preset_names();
    PyObject *presets = PyDict_New();
    for (; presets && *name; name++) {
        PyObject *text = text_of(lac_preset_text(*name));
        if (!text || PyDict_SetItemString(presets, *name, text) != 0)
            Py_CLEAR(presets);
        Py_XDECREF(text);
    }
    return presets;
}

PyMethodDef settings_functions[] = {
    {"settings", py_settings, METH_VARARGS, NULL},
    {"presets", py_presets, METH_NOARGS, NULL},
    {0},
};
