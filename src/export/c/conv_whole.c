/* A convolution; `added`, a map like z, is added to it unless its memory is 0. */
static void conv(map x, map z, map added, const layer *l)
{
    clear_frame(z);
    conv_rows(x, 0, z, added, l);
}
