/* Photos, and predictions of boxes in them. */
#include "module.h"

/* photo_read(path): (height, width, bytes [height, width, 3]). */
static PyObject *py_photo_read(PyObject *self, PyObject *args)
{
    const char *path;
    lac_photo *photo = NULL;
    handle *h;
    away a;
    (void)self;
    if (!PyArg_ParseTuple(args, "y", &path))
        return NULL;
    PyObject *capsule = handle_new(1, &h), *answer = NULL;
    if (!capsule)
        return NULL;
    away_start(&a);
    lac_status status = lac_photo_load(h->ctx, path, &photo);
    away_end(&a);
    if (status == LAC_OK)
        answer = Py_BuildValue("(iiN)", photo->height, photo->width,
                               PyByteArray_FromStringAndSize(
                                   (const char *)photo->rgb,
                                   3 * (Py_ssize_t)photo->width * photo->height));
    else
        fail(h->ctx, status);
    lac_photo_free(&photo);
    Py_DECREF(capsule);
    return answer;
}

/* model_crop(model, detector): (side, left, top) of its rule for the detector's boxes. */
static PyObject *py_model_crop(PyObject *self, PyObject *args)
{
    PyObject *capsule;
    const char *detector;
    lac_crop crop;
    (void)self;
    if (!PyArg_ParseTuple(args, "Os", &capsule, &detector))
        return NULL;
    const handle *h = handle_of(capsule);
    if (!h)
        return NULL;
    lac_status status = lac_model_crop(h->model, detector, &crop);
    return status == LAC_OK ? Py_BuildValue("(ddd)", crop.side, crop.left, crop.top)
                            : fail(h->ctx, status);
}

/* Makes the squares that the model is shown. rule: (side, left, top) or None. */
static int make_squares(PyObject *rule, lac_box *boxes, int count)
{
    lac_crop crop = {.detector = "box"};
    if (rule != Py_None && !PyArg_Parse(rule, "(ddd)", &crop.side, &crop.left, &crop.top))
        return 0;
    for (int i = 0; i < count; i++)
        boxes[i] = rule == Py_None ? lac_box_square(&boxes[i]) : lac_crop_of(&crop, &boxes[i]);
    return 1;
}

static int predict_boxes(const handle *h, const lac_photo *photo, const lac_box *boxes, int count,
                         float *xy)
{
    away a;
    away_start(&a);
    lac_status status = lac_predictor_boxes(h->predictor, photo, boxes, count, xy);
    away_end(&a);
    if (status != LAC_OK)
        fail(h->ctx, status);
    return status == LAC_OK;
}

/* predict_boxes(predictor, height, width, rgb, count, boxes, rule, xy): boxes [count, 4] doubles,
 * which become squares, into xy [count, 2K] floats. */
static PyObject *py_predict_boxes(PyObject *self, PyObject *args)
{
    PyObject *capsule, *from, *where, *rule, *to;
    Py_buffer rgb, boxes, xy;
    lac_photo photo;
    int count, good = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "OiiOiOOO", &capsule, &photo.height, &photo.width, &from, &count,
                          &where, &rule, &to))
        return NULL;
    const handle *h = handle_of(capsule);
    if (!h)
        return NULL;
    size_t answer = 2 * (size_t)lac_model_points(handle_of(h->owner)->model);
    if (!buffer_of(from, (size_t)photo.height * photo.width, 3, 0, &rgb))
        return NULL;
    photo.rgb = rgb.buf;
    if (buffer_of(where, count, sizeof(lac_box), 1, &boxes)) {
        if (buffer_of(to, count * answer, sizeof(float), 1, &xy)) {
            good = make_squares(rule, boxes.buf, count) &&
                   predict_boxes(h, &photo, boxes.buf, count, xy.buf);
            PyBuffer_Release(&xy);
        }
        PyBuffer_Release(&boxes);
    }
    PyBuffer_Release(&rgb);
    return good ? Py_NewRef(Py_None) : NULL;
}

PyMethodDef photo_functions[] = {
    {"photo_read", py_photo_read, METH_VARARGS, NULL},
    {"model_crop", py_model_crop, METH_VARARGS, NULL},
    {"predict_boxes", py_predict_boxes, METH_VARARGS, NULL},
    {0},
};
