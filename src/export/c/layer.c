/* What a layer multiplies with. */
typedef struct layer {
    const weight *weights; /* [channels / BLOCK rounded up, inputs of one channel, BLOCK] */
    const float *scale;    /* [channels] of int8 weights, else 0 */
    const float *bias;     /* [channels] */
    int k, stride;         /* of a convolution */
    int relu;              /* 1: what is below 0 becomes 0 */
} layer;

/* A channel's sum as the layer gives it, with what is added from elsewhere. */
static float finish(const layer *l, int channel, float sum, float added)
{
    const float value = (l->scale ? sum * l->scale[channel] : sum) + l->bias[channel] + added;
    return l->relu && value < 0.0f ? 0.0f : value;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}
