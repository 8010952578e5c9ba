/*
 * The C part of the Python module: functions on capsules and buffers. The package lacuna calls them
 * with arrays that it has checked; nothing here knows numpy.
 *
 * It is an extension by Python's stable ABI and not ctypes over a shared library: the compiler
 * checks every call and struct against lacuna.h, the library is linked into this one file, and a
 * wheel serves every Python from 3.11 on, the first whose stable ABI has buffers.
 */
#ifndef LACUNA_MODULE_H
#define LACUNA_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "lacuna.h"

#include <signal.h>
#include <sys/types.h>

/* ---- Objects of the library ------------------------------------------------------------- */

/* What a capsule holds: one of the objects, and the context that it was made with. */
typedef struct handle {
    lac_context *ctx;
    lac_model *model;
    lac_predictor *predictor;
    lac_data *data;
    PyObject *owner; /* the capsule of the model that the predictor reads, else NULL */
    pid_t process;   /* that made it: a fork of it has no threads of the context */
} handle;

/* A capsule with a context of so many threads, 0 = as many as cores; NULL with an exception. */
PyObject *handle_new(int threads, handle **out);
handle *handle_of(PyObject *capsule); /* NULL with an exception where it is something else */

/* ---- While the library computes --------------------------------------------------------- */

/* Other threads of Python run meanwhile, and this thread takes no signals, which would damage
 * memory in oneDNN (lacuna.h). Those that came are taken at the end. */
typedef struct away {
    PyThreadState *thread;
    sigset_t signals;
} away;

void away_start(away *a);
void away_end(away *a);

/* ---- Failing and text ------------------------------------------------------------------- */

/* Raises lacuna.Error with the context's message; returns NULL. ctx as in lac_context_message. */
PyObject *fail(const lac_context *ctx, lac_status status);

/* Text of the library, which may come from any file: bytes that are not UTF-8 are surrogates. */
PyObject *text_of(const char *text);

/* What bytes hold, which belongs to them; NULL with an exception for another object, or where a NUL
 * is inside. And an array of that for a tuple of bytes, freed by free(). */
const char *bytes_text(PyObject *bytes);
const char **bytes_texts(PyObject *tuple);

/* ---- Buffers ---------------------------------------------------------------------------- */

/* A contiguous buffer of `count` items of `size` bytes. 0 with an exception where it has another
 * length, or cannot be written and is_written says so. Released by PyBuffer_Release. */
int buffer_of(PyObject *object, size_t count, size_t size, int is_written, Py_buffer *out);

/* ---- Settings --------------------------------------------------------------------------- */

/* All settings of a training by name, a flag as bool, numbers and texts as such; and back, what the
 * dictionary does not name staying as it is: 0 with an exception for a wrong one. */
PyObject *settings_dict(const lac_train_config *config);
int settings_take(lac_context *ctx, PyObject *settings, lac_train_config *config);

/* ---- Functions of the module, which ends with an entry of zeros each ---------------------- */

extern PyMethodDef settings_functions[];
extern PyMethodDef model_functions[];
extern PyMethodDef photo_functions[];
extern PyMethodDef table_functions[];
extern PyMethodDef train_functions[];

#endif
