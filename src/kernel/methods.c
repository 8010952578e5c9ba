/*
 * The list of methods of convolving. To add one is to add a line; which method comes first for
 * which convolution is choice.c's.
 */
#include "kernel/choice.h"
#include "kernel/tables.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#if defined LAC_X86 || defined HAVE_DNNL
static int is_3x3_at_stride_1(const lac_conv_shape *s)
{
    return s->k == 3 && s->stride == 1 && s->c % LAC_BLOCK == 0 && !s->wide_y;
}
#endif

#if defined LAC_X86 || defined LAC_ARM64
static int is_3x3_at_stride_1_or_2(const lac_conv_shape *s)
{
    return s->k == 3 && s->stride <= 2 && s->c % LAC_BLOCK == 0 && !s->wide_y;
}
#endif

#ifdef LAC_X86
static int has_blocks(const lac_conv_shape *s)
{
    return s->c % LAC_BLOCK == 0;
}
#endif

#ifdef HAVE_DNNL
static int stores_what_it_reads(const lac_conv_shape *s)
{
    return !s->wide_y;
}
#endif

enum { AVX2 = 1 << LAC_CPU_AVX2, AVX512 = 1 << LAC_CPU_AVX512, AMX = 1 << LAC_CPU_AMX };
enum { ALL_LEVELS = 1 << LAC_CPU_REF | AVX2 | AVX512 | AMX | 1 << LAC_CPU_NEON };
enum { FLOAT = LAC_CONV_FLOAT, BF16 = LAC_CONV_BF16 };

#define WINOGRAD(isa, level)                                                                       \
    {"winograd", 1 << level, FLOAT, 1, is_3x3_at_stride_1_or_2, lac_conv_use_winograd_f32_##isa},
#define DIRECT(isa, level) {"direct", 1 << level, FLOAT, 1, NULL, lac_conv_use_direct_##isa},

const lac_conv_entry lac_conv_list[] = {
    LAC_LEVELS(WINOGRAD)
#ifdef LAC_X86
    {"winograd 2x2", AVX512 | AMX, BF16, 1, is_3x3_at_stride_1, lac_conv_use_winograd},
#endif
#ifdef HAVE_DNNL
    {"onednn winograd", AVX2 | AVX512 | AMX, FLOAT | BF16, 0, is_3x3_at_stride_1,
     lac_conv_use_dnnl_winograd},
    {"onednn direct", AVX2 | AVX512 | AMX, FLOAT | BF16, 0, stores_what_it_reads,
     lac_conv_use_dnnl_direct},
#endif
    LAC_LEVELS(DIRECT)
#ifdef LAC_X86
    {"amx", AMX, BF16, 1, has_blocks, lac_conv_use_amx},
    {"direct", AVX512 | AMX, BF16, 1, NULL, lac_conv_use_direct_avx512_bf16},
#endif
    {"ref", ALL_LEVELS, FLOAT | BF16, 1, NULL, lac_conv_use_ref},
};
const int lac_conv_list_count = LAC_COUNT(lac_conv_list);

int lac_conv_can(const lac_conv *conv, const lac_conv_entry *entry)
{
    return (entry->levels >> conv->kernels->level & 1) &&
           (entry->storages & lac_conv_storage(conv)) &&
           (!entry->fits || entry->fits(&conv->shape));
}

const lac_conv_entry *lac_conv_find(const lac_conv *conv, const char *name)
{
    for (int i = 0; i < lac_conv_list_count; i++)
        if (strcmp(lac_conv_list[i].name, name) == 0 && lac_conv_can(conv, &lac_conv_list[i]))
            return &lac_conv_list[i];
    return NULL;
}

/* Whether an entry is the first of its name. */
static int is_first(int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(lac_conv_list[k].name, lac_conv_list[i].name) == 0)
            return 0;
    return 1;
}

const char *lac_conv_method_at(int i)
{
    for (int k = 0; k < lac_conv_list_count; k++)
        if (is_first(k) && i-- == 0)
            return lac_conv_list[k].name;
    return NULL;
}

static lac_status use(lac_conv *conv, const lac_conv_entry *entry)
{
    LAC_TRY(entry->use(conv));
    if (conv->method)
        conv->entry = entry;
    return LAC_OK;
}

static lac_status fail_unknown(const lac_conv *conv, const char *name)
{
    char names[LAC_MESSAGE / 2] = "";
    size_t used = 0;
    for (int i = 0; lac_conv_method_at(i) && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                                 lac_conv_method_at(i));
    return lac_fail(conv->ctx, LAC_ERROR_ARGUMENT,
                    "%s: no such method of convolving, must be one of %s", name, names);
}

static lac_status fail_unable(const lac_conv *conv, const char *name)
{
    const lac_conv_shape *s = &conv->shape;
    return lac_fail(conv->ctx, LAC_ERROR_ARGUMENT,
                    "method %s cannot do the convolution %dx%d /%d, %dx%dx%d to %d channels, of %s "
                    "at cpu level %s", name, s->k, s->k, s->stride, s->c, s->h, s->w, s->oc,
                    lac_conv_storage(conv) == FLOAT ? "float32" : "bf16",
                    lac_cpu_name(conv->kernels->level));
}

static int is_known(const char *name)
{
    for (int i = 0; lac_conv_method_at(i); i++)
        if (strcmp(lac_conv_method_at(i), name) == 0)
            return 1;
    return 0;
}

static lac_status take(lac_conv *conv, const char *name)
{
    const lac_conv_entry *entry = lac_conv_find(conv, name);
    if (entry)
        LAC_TRY(use(conv, entry));
    if (conv->method)
        return LAC_OK;
    return is_known(name) ? fail_unable(conv, name) : fail_unknown(conv, name);
}

lac_status lac_conv_choose(lac_conv *conv, const char *name)
{
    const lac_conv_entry *order[LAC_MOST_METHODS];
    if (name)
        return take(conv, name);
    int count = lac_choice_order(conv, order);
    for (int i = 0; i < count && !conv->method; i++)
        LAC_TRY(use(conv, order[i]));
    assert(conv->method);
    return LAC_OK;
}
