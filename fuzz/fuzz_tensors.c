/*
 * Fuzzing the readers of model files and configurations: whatever the bytes are,
 * reading ends with verified tensors, or with a message that is one line. A byte in
 * front chooses tensors, a whole model or a configuration. script/fuzz builds and
 * runs it.
 */
#include "fuzz.h"
#include "format/format.h"
#include "settings/config.h"

/* Every float of a tensor that was handed out can be read. */
static void read_tensors(lac_context *ctx, const char *path)
{
    static const lac_tensor_info wanted[] = {{"x", 1, {1}}, {"x", 2, {2, 1}}, {"y", 0, {0}}};
    lac_tensors *tensors = NULL;
    lac_status status = lac_safetensors_read(ctx, path, &tensors);
    check(ctx, status);
    for (int i = 0; status == LAC_OK && i < LAC_COUNT(wanted); i++) {
        const float *data = NULL;
        lac_status found = lac_tensors_get(ctx, tensors, &wanted[i], &data);
        check(ctx, found);
        volatile float sum = 0;
        for (int j = 0; found == LAC_OK && j < (i == 1 ? 2 : 1); j++)
            sum = sum + data[j];
    }
    lac_tensors_free(&tensors);
}

static void read_model(lac_context *ctx, const char *path)
{
    lac_model *model = NULL;
    check(ctx, lac_model_load(ctx, path, &model));
    lac_model_free(&model);
}

/* A configuration that was read is legal, and reads back from what is written of it. */
static void read_config(lac_context *ctx, const uint8_t *bytes, size_t size)
{
    lac_train_config config;
    char *text = text_of(bytes, size);
    lac_status status = lac_config_from_json(ctx, text, "config.json", &config);
    check(ctx, status);
    free(text);
    if (status != LAC_OK)
        return;
    require(lac_config_check(ctx, &config) == LAC_OK);
    require(lac_config_to_json(ctx, &config, &text) == LAC_OK);
    require(lac_config_from_json(ctx, text, "config.json", &config) == LAC_OK);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lac_context *ctx = the_context(1);
    if (size == 0)
        return 0;
    if (bytes[0] % 3 == 2) {
        read_config(ctx, bytes + 1, size - 1);
        return 0;
    }
    fuzz_file file = file_of(bytes + 1, size - 1);
    (bytes[0] % 3 == 0 ? read_tensors : read_model)(ctx, file.path);
    close(file.handle);
    return 0;
}
