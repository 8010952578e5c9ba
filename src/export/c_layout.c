/*
 * Where the maps of a C program lie in the memory that its caller lends: step i writes its map at
 * time i, and the last step that reads it says until when it must stay. Maps that are never needed
 * together share memory (base/slab.h).
 */
#include "export/c_code.h"

#include "base/slab.h"

static int reads(const lac_step *reader, int step)
{
    for (int k = 0; k < reader->node->inputs; k++)
        if (reader->node->input[k] == step)
            return 1;
    return 0;
}

/* The frame that convolutions want around what they read; what they add needs none. */
static int frame_of(const lac_steps *steps, int step)
{
    int frame = 0;
    for (int i = step + 1; i < steps->count; i++) {
        const lac_step *s = &steps->step[i];
        if (s->kind == LAC_STEP_CONV && s->node->input[0] == step && s->k / 2 > frame)
            frame = s->k / 2;
    }
    return frame;
}

static int last_reader(const lac_steps *steps, int step)
{
    int last = step == steps->output ? steps->count : step;
    for (int i = step + 1; i < steps->count; i++)
        if (reads(&steps->step[i], step) && i > last)
            last = i;
    return last;
}

static size_t floats_of(const lac_c_map *m)
{
    return (size_t)(m->h + 2 * m->frame) * (size_t)(m->w + 2 * m->frame) * (size_t)m->c;
}

static lac_status claim(lac_context *ctx, lac_slab *slab, lac_c_map *map, int first, int last)
{
    return lac_slab_claim(ctx, slab, floats_of(map), first, last, map);
}

static lac_status claim_step(lac_context *ctx, lac_c *c, lac_slab *slab, int i)
{
    const lac_step *step = &c->steps->step[i];
    const lac_shape out = step->node->out;
    c->map[i] = (lac_c_map){out.h, out.w, out.c, frame_of(c->steps, i), 0};
    if (step->pool) {
        const int width = (step->node->in.w + step->stride - 1) / step->stride;
        c->strip[i] = (lac_c_map){2, width, out.c, 0, 0};
        LAC_TRY(claim(ctx, slab, &c->strip[i], i, i));
    }
    return claim(ctx, slab, &c->map[i], i, last_reader(c->steps, i));
}

lac_status lac_c_layout(lac_context *ctx, lac_c *c)
{
    const size_t count = (size_t)c->steps->count;
    lac_slab slab = {0};
    LAC_TRY(lac_alloc(ctx, count, sizeof *c->map, &c->map));
    LAC_TRY(lac_alloc(ctx, count, sizeof *c->strip, &c->strip));
    lac_status status = LAC_OK;
    for (int i = 0; i < c->steps->count && status == LAC_OK; i++)
        status = claim_step(ctx, c, &slab, i);
    if (status == LAC_OK) {
        lac_slab_place(&slab);
        for (int i = 0; i < slab.count; i++)
            ((lac_c_map *)slab.claims[i].where)->offset = slab.claims[i].offset;
        c->floats = slab.floats;
    }
    lac_slab_free(&slab);
    return status;
}
