/*
 * A contact sheet of what a model sees: pictures of the hold-out ordered by their own RMSE,
 * the best, the middle and the worst.
 */
#include "data/data.h"
#include "eval/eval.h"
#include "report/rank.h"

#include <stdlib.h>

typedef struct sheet {
    const lac_model *model;
    lac_train_config config; /* how it was trained */
    const lac_data *data;
    int *rows;
    float *xy; /* [rows, 2K] */
    lac_ranking ranking;
} sheet;

static lac_status rank_faces(sheet *s)
{
    const lac_model *model = s->model;
    size_t values = 2 * (size_t)lac_data_points(s->data);
    LAC_TRY(lac_model_config(model, &s->config));
    lac_side side = s->config.holdout > 0 ? LAC_SIDE_HOLDOUT : LAC_SIDE_ALL;
    int count;
    LAC_TRY(lac_model_rows(model, s->data, side, &s->rows, &count));
    LAC_TRY(lac_alloc(model->ctx, (size_t)count * values, sizeof *s->xy, &s->xy));
    LAC_TRY(lac_model_predict_rows(model, s->data, s->rows, count, 0, s->xy));
    const float *sets[] = {s->xy};
    LAC_TRY(lac_ranking_make(model->ctx, s->data, s->rows, count, sets, 1, &s->ranking));
    if (s->ranking.count == 0)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH, "no picture of the %s has a label to draw",
                        side == LAC_SIDE_ALL ? "data" : "hold-out");
    return LAC_OK;
}

static lac_status fill(const sheet *s, lac_sheet *out)
{
    static const char *const names[LAC_SHEET_BANDS] = {"best", "middle", "worst"};
    char epoch[32] = "";
    if (lac_model_members(s->model) == 1)
        snprintf(epoch, sizeof epoch, " after epoch %d", lac_model_epoch(s->model));
    lac_format(out->title, sizeof out->title,
             "%s%s: the best, the middle and the worst of %d %s", lac_model_name(s->model), epoch,
             s->ranking.count,
             s->config.holdout > 0 ? "hold-out pictures"
                                          : "pictures, none of them held out");
    out->note = "ordered by RMSE over the labels that exist";
    return lac_ranking_show(s->model->ctx, &s->ranking, s->xy, names, out);
}

lac_status lac_plot_faces(const lac_model *model, const lac_data *data, const char *path)
{
    sheet s = {.model = model, .data = data};
    lac_sheet drawn = {0};
    lac_status status = rank_faces(&s);
    if (status == LAC_OK)
        status = fill(&s, &drawn);
    if (status == LAC_OK)
        status = lac_sheet_plot(model->ctx, &drawn, path);
    lac_sheet_free(&drawn);
    free(s.rows);
    free(s.xy);
    lac_ranking_free(&s.ranking);
    return status;
}
