/* Convolutions make the sums of PIXELS pixels and a block of channels at a time: a row of weights,
 * once loaded, serves all of these pixels, and the sums stay in registers. */
enum { PIXELS = 8 };

/* Where PIXELS pixels of a convolution come from and go to. */
typedef struct places {
    const float *from[PIXELS];  /* the kernel's first place in the input */
    const float *added[PIXELS]; /* or 0 */
    float *to[PIXELS];
} places;
