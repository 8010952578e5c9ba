/* The reference network: see naive.h. Its own backward pass is checked in test_ops.c. */
#include "naive.h"
#include "op/add.h"
#include "op/conv.h"
#include "op/dense.h"
#include "support.h"

#include <math.h>

static double *doubles(size_t count)
{
    double *p = calloc(count ? count : 1, sizeof *p);
    assert_non_null(p);
    return p;
}

/* One operator: its words, its shapes and tensors, its passes. */
struct ref_operator {
    const char *word;
    void (*read)(const lac_node *node, ref_layer *layer);
    void (*shape)(const ref_net *r, ref_node *a);
    void (*forward)(ref_net *r, ref_node *a);
    void (*backward)(ref_net *r, ref_node *a); /* adds to the inputs' dz */
};

static const ref_operator *ref_operator_of(const char *word);

static ref_node *input_of(ref_net *r, const ref_node *a, int i)
{
    return &r->node[a->node.input[i]];
}

static lac_shape input_shape(const ref_net *r, const ref_node *a, int i)
{
    return r->node[a->node.input[i]].out;
}

ref_net *ref_new(const lac_net *net, int n)
{
    ref_net *r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_true(net->count <= MOST_NODES);
    r->count = net->count;
    r->n = n;
    for (int i = 0; i < net->count; i++) {
        ref_node *a = &r->node[i];
        a->name = net->node[i].name;
        r->is_output[i] = (uint8_t)net->node[i].is_output;
        if (i == 0) {
            a->y_shape = a->out = (lac_shape){1, net->size, net->size, 0};
        } else {
            const lac_node *node = &net->node[i];
            a->op = ref_operator_of(node->spec->word);
            a->node.side = net->size;
            a->node.inputs = node->inputs - node->added;
            a->node.add = node->added ? node->input[node->inputs - 1] : 0;
            memcpy(a->node.input, node->input, sizeof a->node.input);
            if (a->op->read)
                a->op->read(node, &a->node);
            a->in = input_shape(r, a, 0);
            a->op->shape(r, a);
        }
        for (int t = 0; t < a->tensors; t++) {
            a->tensor[t] = doubles(a->count[t]);
            a->gradient[t] = doubles(a->count[t]);
        }
        a->y = doubles(n * volume(a->y_shape));
        a->v = doubles(n * volume(a->y_shape));
        a->z = doubles(n * volume(a->out));
        a->dz = doubles(n * volume(a->out));
        a->loss = doubles(n * volume(a->out));
        a->mean = doubles(a->y_shape.c);
        a->inv_std = doubles(a->y_shape.c);
        a->running_mean = doubles(a->y_shape.c);
        a->running_var = doubles(a->y_shape.c);
        if (a->node.dropout)
            a->keep = (uint8_t *)doubles(n * volume(a->out));
    }
    return r;
}

void ref_free(ref_net *r)
{
    for (int i = 0; i < r->count; i++) {
        ref_node *a = &r->node[i];
        for (int t = 0; t < a->tensors; t++) {
            free(a->tensor[t]);
            free(a->gradient[t]);
        }
        double *rest[] = {a->y, a->v, a->z, a->dz, a->loss, a->mean, a->inv_std,
                          a->running_mean, a->running_var};
        for (int k = 0; k < LAC_COUNT(rest); k++)
            free(rest[k]);
        free(a->keep);
    }
    free(r);
}

/* ---- Convolution and dense layer ------------------------------------------------------------ */

static void read_conv(const lac_node *node, ref_layer *layer)
{
    const lac_conv_attr *a = node->attr;
    layer->channels = a->channels;
    layer->k = a->k;
    layer->stride = a->stride;
    layer->norm = a->norm;
    layer->relu = a->relu;
    layer->pool = a->pool;
}

static void read_dense(const lac_node *node, ref_layer *layer)
{
    const lac_dense_attr *a = node->attr;
    layer->channels = a->outputs;
    layer->relu = a->relu;
    layer->dropout = a->dropout;
}

static void tensors_of(ref_node *a, size_t weights)
{
    a->tensors = a->node.norm ? 3 : 2;
    a->count[0] = weights;
    a->count[1] = a->count[2] = a->node.channels;
}

static void shape_conv(const ref_net *r, ref_node *a)
{
    const ref_layer *node = &a->node;
    int halve = node->pool ? 2 : 1;
    (void)r;
    a->y_shape = (lac_shape){node->channels, (a->in.h - 1) / node->stride + 1,
                             (a->in.w - 1) / node->stride + 1, 1};
    a->out = (lac_shape){node->channels, a->y_shape.h / halve, a->y_shape.w / halve, 1};
    tensors_of(a, (size_t)node->channels * a->in.c * node->k * node->k);
}

static void shape_dense(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){a->node.channels, 1, 1, 0};
    tensors_of(a, a->node.channels * volume(a->in));
}

/* A convolution of one picture, y += w x, or its derivatives. */
typedef struct taps {
    const double *w, *x, *dy;
    double *y, *dx, *dw; /* those not wanted are NULL */
} taps;

/* Outputs [from, to) along one axis at which a tap falls inside the picture. */
static void inside(int tap, int stride, int size, int outputs, int *from, int *to)
{
    *from = 0;
    *to = outputs;
    while (*from < outputs && *from * stride + tap < 0)
        ++*from;
    while (*to > *from && (*to - 1) * stride + tap >= size)
        --*to;
}

/* One weight: y += w x over the rows and columns that it reaches. */
static void ref_tap(const ref_node *a, const taps *t, size_t w, size_t x, size_t y, int tap)
{
    int stride = a->node.stride;
    int down = tap / a->node.k - a->node.k / 2;
    int right = tap % a->node.k - a->node.k / 2;
    int top, bottom, first, last;
    double sum = 0.0;
    inside(down, stride, a->in.h, a->y_shape.h, &top, &bottom);
    inside(right, stride, a->in.w, a->y_shape.w, &first, &last);
    for (int i = top; i < bottom; i++) {
        size_t yi = y + (size_t)i * a->y_shape.w;
        size_t xi = x + (size_t)(i * stride + down) * a->in.w + right;
        for (int j = first; t->y && j < last; j++)
            t->y[yi + j] += t->w[w] * t->x[xi + j * stride];
        for (int j = first; t->dx && j < last; j++)
            t->dx[xi + j * stride] += t->w[w] * t->dy[yi + j];
        for (int j = first; t->dw && j < last; j++)
            sum += t->x[xi + j * stride] * t->dy[yi + j];
    }
    if (t->dw)
        t->dw[w] += sum;
}

static void ref_convolve(const ref_node *a, const taps *t)
{
    int area = a->node.k * a->node.k;
    for (int o = 0; o < a->y_shape.c; o++)
        for (int c = 0; c < a->in.c; c++)
            for (int tap = 0; tap < area; tap++)
                ref_tap(a, t, ((size_t)o * a->in.c + c) * area + tap,
                        (size_t)c * a->in.h * a->in.w, (size_t)o * a->y_shape.h * a->y_shape.w,
                        tap);
}

static void ref_statistics(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    double count = (double)r->n * (double)plane;
    for (int c = 0; c < a->y_shape.c; c++) {
        double sum = 0.0;
        double square = 0.0;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++)
                sum += a->y[((size_t)i * a->y_shape.c + c) * plane + p];
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++)
                square += pow(a->y[((size_t)i * a->y_shape.c + c) * plane + p] - sum / count, 2);
        if (r->training) {
            a->mean[c] = sum / count;
            a->inv_std[c] = 1.0 / sqrt(square / count + 1e-5);
            a->running_mean[c] = 0.9 * a->running_mean[c] + 0.1 * sum / count;
            a->running_var[c] = 0.9 * a->running_var[c] + 0.1 * square / (count - 1.0);
        } else {
            a->mean[c] = a->running_mean[c];
            a->inv_std[c] = 1.0 / sqrt(a->running_var[c] + 1e-5);
        }
    }
}

/* The place in v of the largest value under element e of z. */
static size_t ref_winner(const ref_node *a, size_t e)
{
    if (!a->node.pool)
        return e;
    size_t w = a->out.w;
    size_t plane = e / (a->out.h * w);
    size_t row = 2 * (e / w % a->out.h);
    size_t first = (plane * a->y_shape.h + row) * a->y_shape.w + 2 * (e % w);
    const size_t offset[4] = {0, 1, a->y_shape.w, a->y_shape.w + 1};
    size_t best = first;
    for (int i = 1; i < 4; i++)
        if (a->v[first + offset[i]] > a->v[best])
            best = first + offset[i];
    return best;
}

/* How far the second largest is behind, where it matters. */
static double ref_lead(const ref_node *a, size_t e, size_t best)
{
    double lead = a->node.relu ? fabs(a->v[best]) : INFINITY;
    if (!a->node.pool || (a->node.relu && a->v[best] < 0.0))
        return lead;
    size_t w = a->out.w;
    size_t first = (e / (a->out.h * w) * a->y_shape.h + 2 * (e / w % a->out.h)) * a->y_shape.w +
                   2 * (e % w);
    const size_t offset[4] = {0, 1, a->y_shape.w, a->y_shape.w + 1};
    for (int i = 0; i < 4; i++)
        if (first + offset[i] != best)
            lead = fmin(lead, a->v[best] - a->v[first + offset[i]]);
    return lead;
}

static void ref_finish(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        r->margin = fmin(r->margin, ref_lead(a, e, best));
        a->z[e] = a->node.relu ? fmax(a->v[best], 0.0) : a->v[best];
        if (a->keep && r->training)
            a->z[e] = a->keep[e] ? a->z[e] / (1.0 - r->dropout) : 0.0;
    }
}

/* y [n, y_shape] is there: normalization or bias, addition, ReLU, pool, dropout. */
static void ref_finish_forward(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    if (a->node.norm)
        ref_statistics(r, a);
    for (size_t e = 0; e < r->n * volume(a->y_shape); e++) {
        size_t c = e / plane % a->y_shape.c;
        a->v[e] = a->node.norm ? a->tensor[1][c] * (a->y[e] - a->mean[c]) * a->inv_std[c] +
                                     a->tensor[2][c]
                               : a->y[e] + a->tensor[1][c];
        if (a->node.add)
            a->v[e] += r->node[a->node.add].z[e];
    }
    ref_finish(r, a);
}

static void forward_conv(ref_net *r, ref_node *a)
{
    memset(a->y, 0, r->n * volume(a->y_shape) * sizeof *a->y);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = input_of(r, a, 0)->z + i * volume(a->in),
                  .y = a->y + i * volume(a->y_shape)};
        ref_convolve(a, &t);
    }
    ref_finish_forward(r, a);
}

static void forward_dense(ref_net *r, ref_node *a)
{
    size_t inputs = volume(a->in);
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        const double *w = a->tensor[0] + e % volume(a->out) * inputs;
        const double *x = input_of(r, a, 0)->z + e / volume(a->out) * inputs;
        a->y[e] = 0.0;
        for (size_t k = 0; k < inputs; k++)
            a->y[e] += w[k] * x[k];
    }
    ref_finish_forward(r, a);
}

/* dv [n, y] into the gradients of norm or bias; in place becomes dy. */
static void ref_backward_norm(const ref_net *r, ref_node *a, double *dv)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    double count = (double)r->n * (double)plane;
    for (int c = 0; c < a->y_shape.c; c++) {
        double sum = 0.0;
        double product = 0.0;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++) {
                size_t e = ((size_t)i * a->y_shape.c + c) * plane + p;
                sum += dv[e];
                product += dv[e] * (a->y[e] - a->mean[c]) * a->inv_std[c];
            }
        a->gradient[a->node.norm ? 2 : 1][c] = sum;
        if (!a->node.norm)
            continue;
        a->gradient[1][c] = product;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++) {
                size_t e = ((size_t)i * a->y_shape.c + c) * plane + p;
                double unit = (a->y[e] - a->mean[c]) * a->inv_std[c];
                dv[e] = a->tensor[1][c] * a->inv_std[c] *
                        (dv[e] - sum / count - unit * product / count);
            }
    }
}

/* The gradient of y [n, y_shape], to be freed; that of what is added on the way. */
static double *ref_finish_backward(ref_net *r, ref_node *a)
{
    double *dy = doubles(r->n * volume(a->y_shape));
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        int open = (!a->node.relu || a->v[best] > 0.0) && (!a->keep || a->keep[e]);
        dy[best] += open ? a->dz[e] / (a->keep ? 1.0 - r->dropout : 1.0) : 0.0;
    }
    if (a->node.add)
        for (size_t e = 0; e < r->n * volume(a->y_shape); e++)
            r->node[a->node.add].dz[e] += dy[e];
    ref_backward_norm(r, a, dy);
    return dy;
}

static void backward_conv(ref_net *r, ref_node *a)
{
    ref_node *input = input_of(r, a, 0);
    double *dy = ref_finish_backward(r, a);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = input->z + i * volume(a->in),
                  .dy = dy + i * volume(a->y_shape), .dx = input->dz + i * volume(a->in),
                  .dw = a->gradient[0]};
        ref_convolve(a, &t);
    }
    free(dy);
}

static void backward_dense(ref_net *r, ref_node *a)
{
    ref_node *input = input_of(r, a, 0);
    size_t k = volume(a->in);
    double *dy = ref_finish_backward(r, a);
    for (int i = 0; i < r->n; i++)
        for (size_t e = 0; e < volume(a->out) * k; e++) {
            double g = dy[i * volume(a->out) + e / k];
            a->gradient[0][e] += g * input->z[i * k + e % k];
            input->dz[i * k + e % k] += g * a->tensor[0][e];
        }
    free(dy);
}

/* ---- Sum of maps ------------------------------------------------------------------------------ */

static void read_add(const lac_node *node, ref_layer *layer)
{
    const lac_add_attr *a = node->attr;
    layer->relu = a->relu;
}

static void shape_add(const ref_net *r, ref_node *a)
{
    a->out = a->in;
    for (int i = 1; i < a->node.inputs; i++)
        if (input_shape(r, a, i).h > a->out.h)
            a->out = input_shape(r, a, i);
    a->y_shape = a->out;
}

/* The number of input i that number e of z reads. */
static size_t ref_source(const ref_net *r, const ref_node *a, int i, size_t e)
{
    const lac_shape in = input_shape(r, a, i);
    size_t times = a->out.h / in.h;
    size_t column = e % a->out.w;
    size_t row = e / a->out.w % a->out.h;
    return (e / ((size_t)a->out.h * a->out.w) * in.h + row / times) * in.w + column / times;
}

static void forward_add(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        a->v[e] = 0.0;
        for (int i = 0; i < a->node.inputs; i++)
            a->v[e] += input_of(r, a, i)->z[ref_source(r, a, i, e)];
    }
    ref_finish(r, a);
}

static void backward_add(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++)
        for (int i = 0; i < a->node.inputs; i++)
            if (!a->node.relu || a->v[e] > 0.0)
                input_of(r, a, i)->dz[ref_source(r, a, i, e)] += a->dz[e];
}

/* ---- Channels one behind the other ------------------------------------------------------------ */

static void shape_concat(const ref_net *r, ref_node *a)
{
    a->out = a->in;
    for (int i = 1; i < a->node.inputs; i++)
        a->out.c += input_shape(r, a, i).c;
    a->y_shape = a->out;
}

/* z and dz of input i beside those of picture n of a. */
static void ref_concat(ref_net *r, ref_node *a, int backward)
{
    for (int n = 0; n < r->n; n++) {
        size_t at = n * volume(a->out);
        for (int i = 0; i < a->node.inputs; i++) {
            ref_node *input = input_of(r, a, i);
            size_t from = n * volume(input->out);
            for (size_t e = 0; e < volume(input->out); e++, at++, from++) {
                if (backward)
                    input->dz[from] += a->dz[at];
                else
                    a->z[at] = input->z[from];
            }
        }
    }
}

static void forward_concat(ref_net *r, ref_node *a)
{
    ref_concat(r, a, 0);
}

static void backward_concat(ref_net *r, ref_node *a)
{
    ref_concat(r, a, 1);
}

/* ---- Mean -------------------------------------------------------------------------------------- */

static void shape_mean(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){a->in.c, 1, 1, 0};
}

static void forward_mean(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->in.h * a->in.w;
    memset(a->z, 0, r->n * volume(a->out) * sizeof *a->z);
    for (size_t e = 0; e < r->n * volume(a->in); e++)
        a->z[e / plane] += input_of(r, a, 0)->z[e] / (double)plane;
}

static void backward_mean(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->in.h * a->in.w;
    for (size_t e = 0; e < r->n * volume(a->in); e++)
        input_of(r, a, 0)->dz[e] += a->dz[e / plane] / (double)plane;
}

/* ---- Soft-argmax ------------------------------------------------------------------------------- */

static void shape_softargmax(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){2 * a->in.c, 1, 1, 0};
}

/* What place i of m stands for, in the network's units. */
static double ref_place(const ref_node *a, int i, int m)
{
    double pixel = (i + 0.5) * a->node.side / m - 0.5;
    return (pixel - a->node.side / 2.0) / (a->node.side / 2.0);
}

/* Softmax of one map. */
static void ref_softmax(const double *l, size_t count, double *m)
{
    double most = l[0];
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, l[i]);
    for (size_t i = 0; i < count; i++)
        sum += m[i] = exp(l[i] - most);
    for (size_t i = 0; i < count; i++)
        m[i] /= sum;
}

static void forward_softargmax(ref_net *r, ref_node *a)
{
    int w = a->in.w;
    size_t plane = (size_t)a->in.h * w;
    double *m = doubles(plane);
    memset(a->z, 0, r->n * volume(a->out) * sizeof *a->z);
    for (int map = 0; map < r->n * a->in.c; map++) {
        ref_softmax(input_of(r, a, 0)->z + map * plane, plane, m);
        for (size_t i = 0; i < plane; i++) {
            a->z[2 * map] += m[i] * ref_place(a, (int)i % w, w);
            a->z[2 * map + 1] += m[i] * ref_place(a, (int)i / w, a->in.h);
        }
    }
    free(m);
}

/* By the whole Jacobian of the softmax: dm_j / dl_i = m_j ((i == j) - m_i). */
static void backward_softargmax(ref_net *r, ref_node *a)
{
    int w = a->in.w;
    size_t plane = (size_t)a->in.h * w;
    double *m = doubles(plane);
    for (int map = 0; map < r->n * a->in.c; map++) {
        ref_softmax(input_of(r, a, 0)->z + map * plane, plane, m);
        for (size_t j = 0; j < plane; j++) {
            double dm = a->dz[2 * map] * ref_place(a, (int)j % w, w) +
                        a->dz[2 * map + 1] * ref_place(a, (int)j / w, a->in.h);
            for (size_t i = 0; i < plane; i++)
                input_of(r, a, 0)->dz[map * plane + i] += dm * m[j] * ((i == j) - m[i]);
        }
    }
    free(m);
}

/* ---- All of them ------------------------------------------------------------------------------- */

static const ref_operator operators[] = {
    {"add", read_add, shape_add, forward_add, backward_add},
    {"concat", NULL, shape_concat, forward_concat, backward_concat},
    {"conv", read_conv, shape_conv, forward_conv, backward_conv},
    {"dense", read_dense, shape_dense, forward_dense, backward_dense},
    {"mean", NULL, shape_mean, forward_mean, backward_mean},
    {"softargmax", NULL, shape_softargmax, forward_softargmax, backward_softargmax},
};

static const ref_operator *ref_operator_of(const char *word)
{
    for (int i = 0; i < LAC_COUNT(operators); i++)
        if (strcmp(operators[i].word, word) == 0)
            return &operators[i];
    fail_msg("naive.c has no loop for %s", word);
    return NULL;
}

void ref_forward(ref_net *r)
{
    r->margin = INFINITY;
    for (int i = 1; i < r->count; i++)
        r->node[i].op->forward(r, &r->node[i]);
}

void ref_backward(ref_net *r)
{
    for (int i = 0; i < r->count; i++) {
        ref_node *a = &r->node[i];
        memcpy(a->dz, a->loss, r->n * volume(a->out) * sizeof *a->dz);
        for (int t = 0; t < a->tensors; t++)
            memset(a->gradient[t], 0, a->count[t] * sizeof(double));
    }
    for (int i = r->count - 1; i > 0; i--)
        r->node[i].op->backward(r, &r->node[i]);
}

/* ---- Drawing ------------------------------------------------------------------------------- */

/* Floats, so that both sides start from the same numbers. */
static double draw(uint64_t seed, uint64_t what, uint64_t i, double low, double high)
{
    return (float)(low + (high - low) * lac_random_uniform(seed, what, i));
}

static void draw_node(ref_node *a, uint64_t seed, int index)
{
    uint64_t stream = 16 * (uint64_t)index;
    double spread = sqrt(6.0 / ((double)a->count[0] / a->node.channels));
    for (size_t i = 0; i < a->count[0]; i++)
        a->tensor[0][i] = draw(seed, stream, i, -spread, spread);
    for (int c = 0; c < a->node.channels; c++) {
        double gamma = draw(seed, stream + 1, c, 0.5, 1.5);
        a->tensor[a->tensors - 1][c] = draw(seed, stream + 2, c, -0.5, 0.5);
        if (a->node.norm)
            a->tensor[1][c] = c % 3 ? gamma : -gamma; /* a pool must not look at y alone */
        a->running_mean[c] = draw(seed, stream + 3, c, -0.5, 0.5);
        a->running_var[c] = draw(seed, stream + 4, c, 0.5, 2.0);
    }
}

void ref_draw(ref_net *r, uint64_t seed)
{
    for (size_t i = 0; i < r->n * volume(r->node[0].out); i++)
        r->node[0].z[i] = draw(seed, 1000, i, 0.0, 1.0);
    for (int o = 0; o < r->count; o++)
        for (size_t i = 0; r->is_output[o] && i < r->n * volume(r->node[o].out); i++)
            r->node[o].loss[i] = draw(seed, 1001 + o, i, -1.0, 1.0);
    for (int i = 1; i < r->count; i++)
        draw_node(&r->node[i], seed, i);
    for (int i = 0; i < r->count; i++)
        for (size_t e = 0; r->node[i].keep && e < r->n * volume(r->node[i].out); e++)
            r->node[i].keep[e] = 1;
}

void ref_redraw_running(ref_net *r, uint64_t seed)
{
    for (int i = 1; i < r->count; i++)
        draw_node(&r->node[i], seed, i);
}
