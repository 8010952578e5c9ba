/*
 * Running statistics of averaged weights, which no training sees: the weights are run over some of
 * an epoch's pictures for them alone. What steps change at random cancels in averaged weights, so
 * that their sums vary less than those of any weights on the way, and averages of the statistics
 * on the way do not fit (Izmailov and others, Averaging Weights Leads to Wider Optima and Better
 * Generalization, 2018).
 */
#include "train/trainer.h"

/* Pictures whose statistics are taken: 256, 512, 1,024 and 3,584 gave one hold-out error within
 * 0.01 px (the paper's CNN of plain MSE after 300 epochs, and `first`); 512 are a tenth
 * of one of Kaggle's epochs, forward alone. */
enum { LOOKED_AT = 512 };

lac_status lac_trainer_settle(lac_trainer *t)
{
    lac_status status = LAC_OK;
    lac_pass pass;
    if (!t->beside.w)
        return LAC_OK;
    int after = t->cursor.step, batch = t->config.batch;
    int looks = batch < LOOKED_AT ? (LOOKED_AT + batch - 1) / batch : 1;
    int most = lac_trainer_steps(t);
    lac_plan_use(t->plan, &t->model->weights);
    for (int k = 0; k < looks && k < most && status == LAC_OK; k++) {
        t->cursor.step = k;
        status = lac_trainer_forward(t, k + 1, &pass);
    }
    lac_plan_use(t->plan, t->weights);
    t->model->weights.version++;
    t->cursor.step = after;
    return status;
}
