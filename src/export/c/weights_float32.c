typedef float weight;

/* A row of weights; n is the end of the names of its type. */
#define READ(n, w) (*(const lanes_at##n *)(w))
