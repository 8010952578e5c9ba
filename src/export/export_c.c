#include "net/model.h"
lac_status lac_export_c(const lac_model *model, const lac_export_config *config, const char *dir,
                        lac_export_size *size)
{
    (void)config;(void)dir;(void)size;
    return lac_fail(model->ctx, LAC_ERROR_ARGUMENT, "not yet");
}
