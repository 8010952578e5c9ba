/*
 * The option --model, which may be given several times.
 */
#include "cli.h"

model_options models_room(int argc)
{
    return (model_options){.path.word = need((size_t)argc, sizeof(char *))};
}

lac_status models_load(lac_context *ctx, const model_options *o, lac_model **out)
{
    return lac_models_load(ctx, o->path.word, o->path.count, o->weigh, out);
}

void models_title(const lac_model *model)
{
    printf("%s", lac_model_name(model));
    if (lac_model_members(model) == 1)
        printf(" after epoch %d", lac_model_epoch(model));
}

void models_print(const model_options *o, const lac_model *model)
{
    for (int i = 0; lac_model_members(model) > 1 && i < lac_model_members(model); i++) {
        const lac_model *member = lac_model_member(model, i);
        printf("  %s after epoch %d", lac_model_name(member), lac_model_epoch(member));
        if (o->weigh)
            printf(", weight %.4f", lac_model_share(model, i));
        printf("\n");
    }
}
