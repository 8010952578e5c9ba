/* The module itself, and what its functions share: capsules, signals, exceptions, buffers. */
#include "module.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static PyObject *error_class;
static const char capsule_name[] = "lacuna";

/* ---- Failing and text ------------------------------------------------------------------- */

PyObject *text_of(const char *text)
{
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "surrogateescape");
}

const char *bytes_text(PyObject *bytes)
{
    char *text;
    return PyBytes_AsStringAndSize(bytes, &text, NULL) == 0 ? text : NULL;
}

const char **bytes_texts(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_Size(tuple);
    const char **text = calloc((size_t)count + 1, sizeof *text);
    if (!text)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; text && i < count; i++)
        if (!(text[i] = bytes_text(PyTuple_GetItem(tuple, i)))) {
            free(text);
            return NULL;
        }
    return text;
}

PyObject *fail(const lac_context *ctx, lac_status status)
{
    static const char *const words[] = {"ok", "argument", "memory", "io", "format", "mismatch",
                                        "numeric", "stopped", "ranks"};
    PyObject *message = text_of(lac_context_message(ctx));
    PyObject *word = PyUnicode_FromString(words[status]);
    PyObject *error =
        message && word ? PyObject_CallFunctionObjArgs(error_class, message, NULL) : NULL;
    if (error && PyObject_SetAttrString(error, "status", word) == 0)
        PyErr_SetObject(error_class, error);
    Py_XDECREF(message);
    Py_XDECREF(word);
    Py_XDECREF(error);
    return NULL;
}

/* A note of the library becomes a warning of the logger "lacuna". One that comes while an exception
 * is on its way is dropped. */
static void take_note(void *user, const char *line)
{
    (void)user;
    PyGILState_STATE state = PyGILState_Ensure();
    if (!PyErr_Occurred()) {
        PyObject *module = PyImport_ImportModule("logging");
        PyObject *logger = module ? PyObject_CallMethod(module, "getLogger", "s", "lacuna") : NULL;
        PyObject *text = logger ? text_of(line) : NULL;
        PyObject *done = text ? PyObject_CallMethod(logger, "warning", "sO", "%s", text) : NULL;
        if (!done)
            PyErr_WriteUnraisable(logger);
        Py_XDECREF(done);
        Py_XDECREF(text);
        Py_XDECREF(logger);
        Py_XDECREF(module);
    }
    PyGILState_Release(state);
}

/* ---- While the library computes --------------------------------------------------------- */

/* Signals that tell of a fault in the program itself are not held back. */
static void hold_signals(sigset_t *before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t held;
    sigfillset(&held);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&held, faults[i]);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

void away_start(away *a)
{
    hold_signals(&a->signals);
    a->thread = PyEval_SaveThread();
}

void away_end(away *a)
{
    PyEval_RestoreThread(a->thread);
    pthread_sigmask(SIG_SETMASK, &a->signals, NULL);
}

/* ---- Capsules --------------------------------------------------------------------------- */

/* In a fork of the process the context would wait for threads that are not there. */
static void handle_free(PyObject *capsule)
{
    handle *h = PyCapsule_GetPointer(capsule, capsule_name);
    if (h->process == getpid()) {
        lac_predictor_free(&h->predictor);
        lac_model_free(&h->model);
        lac_data_free(&h->data);
        lac_context_free(&h->ctx);
    }
    Py_XDECREF(h->owner);
    free(h);
}

PyObject *handle_new(int threads, handle **out)
{
    const lac_context_config config = {.threads = threads, .log = take_note};
    sigset_t before;
    handle *h = calloc(1, sizeof *h);
    if (!h)
        return PyErr_NoMemory();
    *out = h;
    h->process = getpid();
    hold_signals(&before); /* the context's threads inherit that */
    lac_status status = lac_context_new(&config, &h->ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    PyObject *capsule =
        status == LAC_OK ? PyCapsule_New(h, capsule_name, handle_free) : fail(NULL, status);
    if (!capsule) {
        lac_context_free(&h->ctx);
        free(h);
    }
    return capsule;
}

handle *handle_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, capsule_name);
}

/* ---- Buffers ---------------------------------------------------------------------------- */

int buffer_of(PyObject *object, size_t count, size_t size, int is_written, Py_buffer *out)
{
    if (PyObject_GetBuffer(object, out, is_written ? PyBUF_CONTIG : PyBUF_CONTIG_RO) != 0)
        return 0;
    if ((size_t)out->len == count * size)
        return 1;
    PyErr_Format(PyExc_ValueError, "a buffer of %zd bytes, must be %zu items of %zu", out->len,
                 count, size);
    PyBuffer_Release(out);
    return 0;
}

/* ---- The module ------------------------------------------------------------------------- */

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "lacuna._lacuna", .m_size = -1,
    .m_doc = "The C part of lacuna; the package lacuna is what to use.",
};

static int add_error(PyObject *module)
{
    PyObject *members = Py_BuildValue("{s:s}", "status", "");
    if (members)
        error_class = PyErr_NewExceptionWithDoc(
            "lacuna.Error",
            "What the library says went wrong: one line that names what, the value, what was\n"
            "required and where. `status` is its kind: argument, memory, io, format, mismatch\n"
            "(two good things do not fit) or numeric (the loss is not finite).",
            NULL, members);
    Py_XDECREF(members);
    return error_class ? PyModule_AddObjectRef(module, "Error", error_class) : -1;
}

PyMODINIT_FUNC PyInit__lacuna(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "version", LAC_VERSION) == 0 &&
        add_error(module) == 0 && PyModule_AddFunctions(module, settings_functions) == 0 &&
        PyModule_AddFunctions(module, model_functions) == 0 &&
        PyModule_AddFunctions(module, photo_functions) == 0 &&
        PyModule_AddFunctions(module, table_functions) == 0 &&
        PyModule_AddFunctions(module, train_functions) == 0)
        return module;
    Py_XDECREF(module);
    return NULL;
}
