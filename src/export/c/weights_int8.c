/* Weights are whole numbers; the channel's scale comes at the end of its sum. */
typedef signed char weight;

#if HAS_LANES
typedef weight bytes __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef short shorts __attribute__((vector_size(2 * LANES)));
typedef int wholes __attribute__((vector_size(4 * LANES)));
#endif
#if HAS_WIDER_LANES
typedef weight bytes8 __attribute__((vector_size(LANES8), aligned(1), may_alias));
typedef short shorts8 __attribute__((vector_size(2 * LANES8)));
typedef int wholes8 __attribute__((vector_size(4 * LANES8)));
typedef weight bytes16 __attribute__((vector_size(LANES16), aligned(1), may_alias));
typedef short shorts16 __attribute__((vector_size(2 * LANES16)));
typedef int wholes16 __attribute__((vector_size(4 * LANES16)));
#endif

/* A row of weights as floats; n is the end of the names of its type. By way of shorts, as gcc
 * converts a row at once only where the width of its numbers doubles. */
#if HAS_LANES
#define READ(n, w)                                                                           \
    __builtin_convertvector(                                                                 \
        __builtin_convertvector(                                                             \
            __builtin_convertvector(*(const bytes##n *)(w), shorts##n), wholes##n), lanes##n)
#else
#define READ(n, w) ((lanes)*(w))
#endif
