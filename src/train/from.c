/* Tensors fit by name and shape, in the plain order of files: networks may differ otherwise. */
#include "train/from.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED = 200 }; /* bytes of names in the log; the rest is counted */

typedef struct tally {
    int fitting, missing;
    int unnamed;      /* of those missing */
    char name[NAMED]; /* of those missing, "head.weight, head.bias" */
} tally;

static const lac_param *find_same(const lac_params *params, const lac_param *wanted)
{
    for (const lac_param *p = params->table; p < params->table + params->count; p++)
        if (strcmp(p->name, wanted->name) == 0 && p->dims == wanted->dims &&
            memcmp(p->shape, wanted->shape, sizeof p->shape) == 0)
            return p;
    return NULL;
}

static void note_missing(tally *t, const char *name)
{
    size_t used = strlen(t->name);
    t->missing++;
    if (t->unnamed || used + strlen(name) + 3 > NAMED)
        t->unnamed++;
    else
        snprintf(t->name + used, NAMED - used, "%s%s", used ? ", " : "", name);
}

static lac_status copy_tensor(lac_context *ctx, const lac_param *from, const float *from_slab,
                              const lac_param *to, float *slab)
{
    float *plain;
    LAC_TRY(lac_alloc(ctx, to->count, sizeof *plain, &plain));
    lac_param_to_plain(from, from_slab, plain);
    lac_param_from_plain(to, plain, slab);
    free(plain);
    return LAC_OK;
}

static lac_status copy_table(lac_context *ctx, const lac_params *from, const float *from_slab,
                             const lac_params *to, float *slab, tally *t)
{
    for (const lac_param *p = to->table; p < to->table + to->count; p++) {
        const lac_param *same = find_same(from, p);
        if (same)
            LAC_TRY(copy_tensor(ctx, same, from_slab, p, slab));
        else
            note_missing(t, p->name);
        t->fitting += same != NULL;
    }
    return LAC_OK;
}

static lac_status tell(lac_context *ctx, const tally *t, const char *path)
{
    char more[32] = "";
    if (t->fitting == 0)
        return lac_fail(ctx, LAC_ERROR_MISMATCH,
                        "from %s: no tensor has name and shape of one of the network's", path);
    if (t->unnamed)
        snprintf(more, sizeof more, " and %d more", t->unnamed);
    lac_log(ctx, "from %s: %d of %d tensors fit%s%s%s", path, t->fitting, t->fitting + t->missing,
            t->missing ? "; these start afresh: " : "", t->name, more);
    return LAC_OK;
}

lac_status lac_model_begin_from(lac_model *model, const char *path)
{
    const lac_net *net = model->net;
    lac_model *source;
    tally t = {0};
    LAC_TRY(lac_model_load(model->ctx, path, &source));
    const lac_net *other = source->net;
    lac_status status = copy_table(model->ctx, &other->params, source->weights.w, &net->params,
                                   model->weights.w, &t);
    if (status == LAC_OK)
        status = copy_table(model->ctx, &other->buffers, source->weights.b, &net->buffers,
                            model->weights.b, &t);
    lac_model_free(&source);
    model->weights.version++;
    return status == LAC_OK ? tell(model->ctx, &t, path) : status;
}
