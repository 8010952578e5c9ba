/* The page of suspects. */
#include "report/tile.h"

lac_status lac_suspects_page(lac_context *ctx, const lac_suspects *s, const char *path)
{
    (void)s;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s", path);
}
