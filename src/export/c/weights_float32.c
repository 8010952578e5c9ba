typedef float weight;

static lanes weights_at(const weight *w)
{
    return *(const lanes_at *)w;
}
