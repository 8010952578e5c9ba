#include "planned.h"
#include "support.h"

lac_status planned_try(lac_context *ctx, const char *network, int size, int points, int batch,
                       int flags, planned *out)
{
    char *text = NULL;
    *out = (planned){0};
    if (!strchr(network, ' '))
        assert_ok(ctx, lac_network_text(ctx, network, &text));
    assert_ok(ctx, lac_net_new(ctx, text ? text : network, "test", size,
                                (lac_counts){points, 1, points}, &out->net));
    free(text);
    assert_ok(ctx, lac_alloc(ctx, 1, sizeof *out->weights, &out->weights));
    assert_ok(ctx, lac_weights_new(ctx, out->net, out->weights));
    return lac_plan_new(ctx, out->net, out->weights, batch, flags, &out->plan);
}

planned planned_new(lac_context *ctx, const char *network, int size, int points, int batch,
                    int flags)
{
    planned p;
    assert_ok(ctx, planned_try(ctx, network, size, points, batch, flags, &p));
    return p;
}

void planned_free(planned *p)
{
    lac_plan_free(&p->plan);
    if (p->net)
        lac_weights_free(p->net, p->weights);
    free(p->weights);
    lac_net_free(&p->net);
}

float *planned_y(const planned *p)
{
    return p->plan->output[0]->z;
}

float *planned_dy(const planned *p)
{
    return p->plan->output[0]->dz;
}

const lac_param *planned_param(const planned *p, int node, int i)
{
    return &p->net->params.table[p->net->node[node].param + i];
}
