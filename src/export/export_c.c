/* A model as files of C. */
#include "export/c_code.h"
#include "export/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Name and numbers ------------------------------------------------------------------------ */

/* example.c has its name already. */
static int is_name(const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return *name && name[strspn(name, good)] == '\0' && !strchr("0123456789_", *name) &&
           strlen(name) < LAC_C_NAME && strcmp(name, "example") != 0;
}

static lac_status take_name(lac_context *ctx, lac_c *c)
{
    c->name = c->config->name ? c->config->name : "face";
    if (!is_name(c->name))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "\"%.40s\" cannot begin names of C: must be a letter, then letters, digits "
                        "and _, at most %d, and not example", c->name, LAC_C_NAME - 1);
    for (size_t i = 0; i <= strlen(c->name); i++) {
        const char letter = c->name[i];
        c->upper[i] = (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    }
    return LAC_OK;
}

/* C has no word for a number that is not finite. */
static lac_status check_numbers(lac_context *ctx, const lac_step *step)
{
    const size_t count = (size_t)step->rows * (size_t)step->columns;
    int good = 1;
    for (size_t i = 0; i < count; i++)
        good &= isfinite(step->weight[i]) != 0;
    for (int i = 0; i < step->rows; i++)
        good &= isfinite(step->bias[i]) != 0;
    return good ? LAC_OK
                : lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: a weight is not a finite number",
                           step->node->name);
}

static lac_status take_scales(lac_context *ctx, lac_step *step)
{
    LAC_TRY(lac_alloc(ctx, (size_t)step->rows, sizeof(float), &step->scale));
    for (int r = 0; r < step->rows; r++)
        step->scale[r] = lac_round_scale(step->weight + (size_t)r * (size_t)step->columns,
                                         (size_t)step->columns);
    return LAC_OK;
}

static lac_status take_weights(lac_context *ctx, lac_c *c, lac_steps *steps)
{
    for (int i = 0; i < steps->count; i++) {
        lac_step *step = &steps->step[i];
        if (!step->weight)
            continue;
        LAC_TRY(check_numbers(ctx, step));
        if (c->config->int8)
            LAC_TRY(take_scales(ctx, step));
        c->weight_bytes += lac_c_weights(step) * (c->config->int8 ? 1 : sizeof(float)) +
                           (size_t)step->rows * sizeof(float) * (c->config->int8 ? 2 : 1);
    }
    return LAC_OK;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static lac_status write_file(lac_context *ctx, const lac_c *c, const char *dir, const char *name,
                             void (*put)(const lac_c *c, FILE *stream))
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(ctx, dir, name, &path));
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        put(c, file.stream);
        status = lac_file_finish(ctx, &file, LAC_OK);
    }
    free(path);
    return status;
}

static lac_status write_files(lac_context *ctx, const lac_c *c, const char *dir)
{
    char name[LAC_C_NAME + 16];
    LAC_TRY(lac_folder_make(ctx, dir));
    snprintf(name, sizeof name, "%s_weights.c", c->name);
    LAC_TRY(write_file(ctx, c, dir, name, lac_c_put_weights));
    snprintf(name, sizeof name, "%s.h", c->name);
    LAC_TRY(write_file(ctx, c, dir, name, lac_c_put_header));
    snprintf(name, sizeof name, "%s.c", c->name);
    LAC_TRY(write_file(ctx, c, dir, name, lac_c_put_program));
    return write_file(ctx, c, dir, "example.c", lac_c_put_example);
}

static lac_status build(const lac_model *model, lac_c *c, lac_steps *steps, const char *dir)
{
    int count;
    LAC_TRY(lac_model_layers(model, &c->layer, &count));
    LAC_TRY(take_weights(model->ctx, c, steps));
    LAC_TRY(lac_c_layout(model->ctx, c));
    return write_files(model->ctx, c, dir);
}

lac_status lac_export_c(const lac_model *model, const lac_export_config *config, const char *dir,
                        lac_export_size *size)
{
    const lac_export_config usual = {0};
    lac_c c = {.config = config ? config : &usual};
    lac_steps *steps;
    LAC_TRY(lac_export_check_source(model, c.config->source));
    LAC_TRY(take_name(model->ctx, &c));
    LAC_TRY(lac_steps_new(model, model, c.config->source, &steps));
    c.steps = steps;
    lac_status status = build(model, &c, steps, dir);
    if (status == LAC_OK && size)
        *size = (lac_export_size){c.weight_bytes, c.floats * sizeof(float)};
    free(c.map);
    free(c.strip);
    free(c.layer);
    lac_steps_free(&steps);
    return status;
}
