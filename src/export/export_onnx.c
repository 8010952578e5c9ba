/* A model, or a mean of models, as an ONNX file. */
#include "export/onnx.h"

#include <stdlib.h>
#include <string.h>

/* A protocol buffer's length is an int. */
static const double most_bytes = 2147483647.0;

enum { MOST_ENTRIES = 8 };

/* What the file's metadata tells. */
typedef struct story {
    lac_metadata entry[MOST_ENTRIES];
    int entries;
    char *points;    /* names, joined by commas */
    char source[16]; /* its number from 1 */
} story;

static void tell(story *s, const char *key, const char *value)
{
    if (value)
        s->entry[s->entries++] = (lac_metadata){key, value};
}

static lac_status join_names(const lac_steps *steps, char **out)
{
    const lac_model *model = steps->model;
    char **names;
    LAC_TRY(lac_alloc(model->ctx, (size_t)steps->points, sizeof *names, &names));
    for (int p = 0; p < steps->points; p++)
        names[p] = model->names[steps->point[p]];
    lac_status status = lac_names_join(model->ctx, names, steps->points, NULL, out);
    free(names);
    return status;
}

static lac_status tell_story(const lac_model *model, const lac_export_config *config,
                             const lac_steps *steps, story *s)
{
    const int source = config->source;
    LAC_TRY(join_names(steps, &s->points));
    snprintf(s->source, sizeof s->source, "%d", source + 1);
    tell(s, "lacuna", LAC_VERSION);
    tell(s, "model", model->name);
    tell(s, "points", s->points);
    tell(s, "source", s->source);
    if (model->heads.name && model->heads.count > 1)
        tell(s, "source_name", model->heads.name[source]);
    tell(s, "crop", config->crop);
    tell(s, "licence", config->licence);
    return LAC_OK;
}

/* ---- The file -------------------------------------------------------------------------------- */

static lac_status check_length(lac_context *ctx, const char *path, const lac_wired *graph)
{
    double bytes = (double)lac_wire_length(lac_wired_put, graph);
    if (bytes <= most_bytes)
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: %.0f bytes, an ONNX file has at most %.0f", path,
                    bytes, most_bytes);
}

static lac_status write_graph(lac_context *ctx, const lac_wired *graph, const char *path)
{
    lac_file file;
    LAC_TRY(check_length(ctx, path, graph));
    LAC_TRY(lac_file_create(ctx, path, &file));
    lac_wire wire = {.stream = file.stream};
    lac_wired_put(&wire, graph);
    return lac_file_finish(ctx, &file, LAC_OK);
}

static lac_status export_steps(const lac_model *model, const lac_export_config *config,
                               lac_steps *const *steps, const char *path)
{
    const int count = lac_model_members(model);
    const double alone = 1;
    lac_wired *graph = NULL;
    story s = {.entries = 0};
    lac_status status = tell_story(model, config, steps[0], &s);
    if (status == LAC_OK)
        status = lac_wired_new(model->ctx, steps, model->members ? model->share : &alone, count,
                              config->float_input, &graph);
    if (status == LAC_OK) {
        graph->entry = s.entry;
        graph->entries = s.entries;
        status = write_graph(model->ctx, graph, path);
    }
    lac_wired_free(&graph);
    free(s.points);
    return status;
}

static lac_status take_members(const lac_model *model, int source, lac_steps **steps)
{
    for (int i = 0; i < lac_model_members(model); i++) {
        const lac_model *member = lac_model_member(model, i);
        if (member->size != model->size)
            return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                            "model %d of the mean is for pictures of %dx%d, the first for %dx%d: "
                            "such a mean cannot be exported", i + 1, member->size, member->size,
                            model->size, model->size);
        LAC_TRY(lac_steps_new(member, model, source, &steps[i]));
    }
    return LAC_OK;
}

lac_status lac_export_onnx(const lac_model *model, const lac_export_config *config,
                           const char *path)
{
    const lac_export_config usual = {0};
    const int members = lac_model_members(model);
    lac_steps **steps;
    config = config ? config : &usual;
    LAC_TRY(lac_export_check_source(model, config->source));
    LAC_TRY(lac_alloc(model->ctx, (size_t)members, sizeof *steps, &steps));
    lac_status status = take_members(model, config->source, steps);
    if (status == LAC_OK)
        status = export_steps(model, config, steps, path);
    for (int i = 0; i < members; i++)
        lac_steps_free(&steps[i]);
    free(steps);
    return status;
}
