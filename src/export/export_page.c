/*
 * A model as a page that predicts in a browser: C, which a compiler makes a WebAssembly module of,
 * and the page around the module, as base64. What runs in the page is in export/page/.
 */
#include "base/base64.h"
#include "base/base.h"
#include "export/c_code.h"
#include "net/model.h"

#include <stdlib.h>
#include <string.h>

static lac_status write_code(lac_context *ctx, const char *dir)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(ctx, dir, "face_page.c", &path));
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        fputs(lac_c_part("face_page.c"), file.stream);
        status = lac_file_finish(ctx, &file, LAC_OK);
    }
    free(path);
    return status;
}

lac_status lac_export_page_code(const lac_model *model, const lac_export_config *config,
                                const char *dir, lac_export_size *size)
{
    lac_export_config face = config ? *config : (lac_export_config){0};
    face.name = "face";
    LAC_TRY(lac_export_c(model, &face, dir, size));
    return write_code(model->ctx, dir);
}

static void put_page(FILE *stream, const char *module, size_t size)
{
    lac_base64 letters = {.stream = stream};
    fputs(lac_c_part("start"), stream);
    lac_base64_add(&letters, module, size);
    lac_base64_end(&letters);
    fprintf(stream, "\n</script>\n<script>\n%s%s</script>\n", lac_c_part("face"),
            lac_c_part("hand"));
}

lac_status lac_export_page(lac_context *ctx, const char *module, const char *path)
{
    static const char magic[] = {0, 'a', 's', 'm'};
    char *bytes;
    size_t size;
    lac_file file;
    LAC_TRY(lac_file_read(ctx, module, &bytes, &size));
    lac_status status = LAC_OK;
    if (size < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: is no WebAssembly module", module);
    if (status == LAC_OK)
        status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        put_page(file.stream, bytes, size);
        status = lac_file_finish(ctx, &file, LAC_OK);
    }
    free(bytes);
    return status;
}
