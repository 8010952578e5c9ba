/* Weights are whole numbers; the channel's scale comes at the end of its sum. */
typedef signed char weight;

#ifdef __GNUC__
typedef weight bytes_at __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef int wholes __attribute__((vector_size(4 * LANES)));

static lanes weights_at(const weight *w)
{
    return __builtin_convertvector(__builtin_convertvector(*(const bytes_at *)w, wholes), lanes);
}
#else
static lanes weights_at(const weight *w)
{
    return (lanes)*w;
}
#endif
