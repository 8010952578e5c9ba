/* A row of floats that is computed at once. Compilers of the GNU kind know such rows as a type, as
 * wide as the processor that they compile for; for others a row is one float. */
#if defined(__GNUC__) && defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__GNUC__) && defined(__AVX__)
enum { LANES = 8 };
#elif defined(__GNUC__)
enum { LANES = 4 };
#else
enum { LANES = 1 };
#endif

#ifdef __GNUC__
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef float lanes_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
#else
typedef float lanes;
typedef float lanes_at;
#endif

/* Channels of a block of weights: whole rows. */
enum { BLOCK = 16 };
