/*
 * The difference between oneDNN 2 and 3: memory descriptors became opaque, and
 * operation descriptors disappeared. A `desc` is a pointer in both.
 */
#ifndef LAC_DNNL_COMPAT_H
#define LAC_DNNL_COMPAT_H

#include <dnnl.h>
#include <stdlib.h>

enum pass { PASS_FORWARD, PASS_DATA, PASS_WEIGHTS, PASSES };

typedef struct conv_geometry {
    dnnl_dims_t stride, dilate, pad_before, pad_after;
} conv_geometry;

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t desc;

static inline dnnl_status_t desc_new(desc *out, const dnnl_dims_t dims, dnnl_data_type_t type,
                                     dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_create_with_tag(out, 4, dims, type, tag);
}

/* A copy of the descriptor that a primitive descriptor answers a query with. */
static inline dnnl_status_t desc_query(desc *out, const_dnnl_primitive_desc_t pd,
                                       dnnl_query_t what)
{
    return dnnl_memory_desc_clone(out, dnnl_primitive_desc_query_md(pd, what, 0));
}

static inline void desc_free(desc d)
{
    dnnl_memory_desc_destroy(d);
}

static inline dnnl_status_t conv_desc_new(dnnl_primitive_desc_t *out, enum pass pass,
                                          dnnl_alg_kind_t alg, desc x, desc w, desc y,
                                          const conv_geometry *g,
                                          const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                          const_dnnl_primitive_desc_t hint)
{
    if (pass == PASS_FORWARD)
        return dnnl_convolution_forward_primitive_desc_create(
            out, engine, dnnl_forward_training, alg, x, w, NULL, y, g->stride, g->dilate,
            g->pad_before, g->pad_after, attr);
    if (pass == PASS_DATA)
        return dnnl_convolution_backward_data_primitive_desc_create(
            out, engine, alg, x, w, y, g->stride, g->dilate, g->pad_before, g->pad_after, hint,
            attr);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        out, engine, alg, x, w, NULL, y, g->stride, g->dilate, g->pad_before, g->pad_after, hint,
        attr);
}

#else

typedef dnnl_memory_desc_t *desc;

static inline dnnl_status_t desc_new(desc *out, const dnnl_dims_t dims, dnnl_data_type_t type,
                                     dnnl_format_tag_t tag)
{
    *out = malloc(sizeof **out);
    return *out ? dnnl_memory_desc_init_by_tag(*out, 4, dims, type, tag) : dnnl_out_of_memory;
}

static inline dnnl_status_t desc_query(desc *out, const_dnnl_primitive_desc_t pd,
                                       dnnl_query_t what)
{
    *out = malloc(sizeof **out);
    if (!*out)
        return dnnl_out_of_memory;
    **out = *dnnl_primitive_desc_query_md(pd, what, 0);
    return dnnl_success;
}

static inline void desc_free(desc d)
{
    free(d);
}

static inline dnnl_status_t conv_desc_new(dnnl_primitive_desc_t *out, enum pass pass,
                                          dnnl_alg_kind_t alg, desc x, desc w, desc y,
                                          const conv_geometry *g,
                                          const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                          const_dnnl_primitive_desc_t hint)
{
    dnnl_convolution_desc_t d;
    dnnl_status_t status;
    if (pass == PASS_FORWARD)
        status = dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, alg, x, w,
                                                            NULL, y, g->stride, g->dilate,
                                                            g->pad_before, g->pad_after);
    else if (pass == PASS_DATA)
        status = dnnl_dilated_convolution_backward_data_desc_init(
            &d, alg, x, w, y, g->stride, g->dilate, g->pad_before, g->pad_after);
    else
        status = dnnl_dilated_convolution_backward_weights_desc_init(
            &d, alg, x, w, NULL, y, g->stride, g->dilate, g->pad_before, g->pad_after);
    return status == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, hint)
                                  : status;
}

#endif
#endif
