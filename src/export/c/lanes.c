/* Channels of a block of weights, which are computed together. */
enum { BLOCK = 16 };

/* Rows of floats that are computed at once. Compilers of the GNU kind have them as types; on x86-64
 * they also compile functions for processors with wider rows, which are called where the processor
 * has them. For other compilers a row is one float, and where floats are computed as wider numbers,
 * which those types do not take. */
#if defined(__GNUC__) && (__FLT_EVAL_METHOD__ == 0 || __FLT_EVAL_METHOD__ == 16)
#define HAS_LANES 1
enum { LANES = 4 };
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef float lanes_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
#else
#define HAS_LANES 0
enum { LANES = 1 };
typedef float lanes;
typedef float lanes_at;
#endif
#define TARGET

#if HAS_LANES && defined(__x86_64__)
#define HAS_WIDER_LANES 1
#define TARGET8 __attribute__((target("avx2,fma")))
enum { LANES8 = 8 };
typedef float lanes8 __attribute__((vector_size(4 * LANES8)));
typedef float lanes_at8 __attribute__((vector_size(4 * LANES8), aligned(4), may_alias));
#define TARGET16 __attribute__((target("avx512f")))
enum { LANES16 = 16 };
typedef float lanes16 __attribute__((vector_size(4 * LANES16)));
typedef float lanes_at16 __attribute__((vector_size(4 * LANES16), aligned(4), may_alias));

/* The widest rows that the processor has. */
static int widest(void)
{
    if (__builtin_cpu_supports("avx512f"))
        return LANES16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return LANES8;
    return LANES;
}
#else
#define HAS_WIDER_LANES 0
#endif
