/*
 * A vector register of floats, for sources that are compiled once per instruction
 * set: GCC's vector extension, and the few operations that it does not spell.
 *
 * The build defines LAC_ISA, the ending of the names that such a source exports, and
 * LAC_BF16 where activations are bf16 (stored.h), which AVX512-BF16 brings.
 */
#ifndef LAC_VECTOR_H
#define LAC_VECTOR_H

#include "kernel/stored.h"
#include "kernel/tables.h"

#include <string.h>

/* AVX-512 and NEON have 32 registers, AVX2 has 16. */
#if defined __AVX512F__
#include <immintrin.h>
#define LAC_LEVEL LAC_CPU_AVX512
enum { LANES = 16 };
#elif defined __AVX2__
#include <immintrin.h>
#define LAC_LEVEL LAC_CPU_AVX2
enum { LANES = 8 };
#elif defined __ARM_NEON
#include <arm_neon.h>
#define LAC_LEVEL LAC_CPU_NEON
enum { LANES = 4 };
#endif

#define LAC_JOIN(stem, isa) stem##_##isa
#define LAC_EXPAND(stem, isa) LAC_JOIN(stem, isa)
#define LAC_NAME(stem) LAC_EXPAND(stem, LAC_ISA)
#define LAC_TEXT(x) #x
#define LAC_TEXT_OF(x) LAC_TEXT(x)
#define LAC_ISA_TEXT LAC_TEXT_OF(LAC_ISA)

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef vec vec_memory __attribute__((aligned(4), may_alias));

static inline vec vec_load(const float *p)
{
    return *(const vec_memory *)p;
}

static inline void vec_store(float *p, vec v)
{
    *(vec_memory *)p = v;
}

enum { PARTS = LAC_BLOCK / LANES }; /* registers of a pixel */

/* The same for activations as they are stored. */
static inline vec vec_take(const stored *p)
{
#ifdef LAC_BF16
    __m256i half;
    memcpy(&half, p, sizeof half);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
#else
    return vec_load(p);
#endif
}

static inline void vec_put(stored *p, vec v)
{
#ifdef LAC_BF16
    __m256bh half = _mm512_cvtneps_pbh(v);
    memcpy(p, &half, sizeof half);
#else
    vec_store(p, v);
#endif
}

#ifdef LAC_BF16
/* Two registers' 16 numbers each, one behind the other in `both`, as 16 words of two. */
static inline void words_put(void *to, __m512i both)
{
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi16(order, both));
}

/* Floats, rounded: number i of `first` and of `second` make word i. */
static inline void vec_put_words(void *to, vec first, vec second)
{
    words_put(to, (__m512i)_mm512_cvtne2ps_pbh(second, first));
}
#endif

static inline vec vec_all(float v)
{
    return v - (vec){0};
}

/* a * b + c in one rounding where the processor can. */
static inline vec vec_fma(vec a, vec b, vec c)
{
#if defined __AVX512F__
    return _mm512_fmadd_ps(a, b, c);
#elif defined __FMA__
    return _mm256_fmadd_ps(a, b, c);
#else
    return vfmaq_f32(c, a, b);
#endif
}

/* A truth per lane; & | ~ join them. */
#if defined __AVX512F__
typedef __mmask16 vec_mask;

static inline vec_mask vec_greater(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}

static inline vec_mask vec_is_nan(vec a)
{
    return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}

static inline vec vec_select(vec_mask m, vec yes, vec no)
{
    return _mm512_mask_blend_ps(m, no, yes);
}

/* 16 registers of 16 words: rows become columns. */
static inline void vec_transpose(vec r[16])
{
    vec t[16];
    for (int i = 0; i < 16; i += 2) { /* words of two rows */
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) /* pairs of words: 4 rows by 4 in each quarter */
        for (int k = 0; k < 2; k++) {
            __m512d a = _mm512_castps_pd(t[i + k]);
            __m512d b = _mm512_castps_pd(t[i + k + 2]);
            r[i + 2 * k] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            r[i + 2 * k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
    for (int i = 0; i < 4; i++) { /* quarters */
        vec a = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        vec b = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
        vec c = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        vec d = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
        t[i] = _mm512_shuffle_f32x4(a, c, 0x88);
        t[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
        t[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
    }
    memcpy(r, t, sizeof t);
}
#else
#if defined __AVX2__
/* 8 registers of 8 words: rows become columns. */
static inline void vec_transpose(vec r[8])
{
    vec t[8];
    for (int i = 0; i < 8; i += 2) { /* words of two rows */
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) /* pairs of words: 4 rows by 4 in each half */
        for (int k = 0; k < 2; k++) {
            r[i + 2 * k] = _mm256_shuffle_ps(t[i + k], t[i + k + 2], 0x44);
            r[i + 2 * k + 1] = _mm256_shuffle_ps(t[i + k], t[i + k + 2], 0xee);
        }
    for (int i = 0; i < 4; i++) { /* halves */
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
    memcpy(r, t, sizeof t);
}
#else
/* 4 registers of 4 words: rows become columns. */
static inline void vec_transpose(vec r[4])
{
    vec low = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5); /* words of two rows */
    vec high = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    vec low2 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    vec high2 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    r[0] = __builtin_shufflevector(low, low2, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(low, low2, 2, 3, 6, 7);
    r[2] = __builtin_shufflevector(high, high2, 0, 1, 4, 5);
    r[3] = __builtin_shufflevector(high, high2, 2, 3, 6, 7);
}
#endif
typedef int32_t vec_mask __attribute__((vector_size(LANES * sizeof(int32_t))));

static inline vec_mask vec_greater(vec a, vec b)
{
    return a > b;
}

static inline vec_mask vec_is_nan(vec a)
{
    return a != a;
}

static inline vec vec_select(vec_mask m, vec yes, vec no)
{
    return (vec)(((vec_mask)yes & m) | ((vec_mask)no & ~m));
}
#endif

static inline vec relu_of(vec v)
{
    return vec_select(vec_greater((vec){0}, v), (vec){0}, v);
}

/* The gradient before the relu: what arrives where the output is positive. */
static inline vec gate(int relu, vec z, vec dz)
{
    return relu ? vec_select(vec_greater(z, (vec){0}), dz, (vec){0}) : dz;
}

#endif
