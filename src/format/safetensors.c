/*
 * Safetensors files: an 8-byte little-endian length, a JSON header of that length,
 * then the tensors' numbers one behind the other.
 *
 *     {"__metadata__": {KEY: VALUE, ...},
 *      NAME: {"dtype": "F32", "shape": [...], "data_offsets": [BEGIN, END]}, ...}
 *
 * Offsets count bytes from the end of the header. The reader trusts nothing: after
 * lac_safetensors_read every tensor is known to be whole, alone at its place and
 * named once, so that the getters only compare names and shapes.
 */
#include "format/format.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie");

static const char metadata_name[] = "__metadata__";
static const char checksum_name[] = "checksum";

enum { MAX_DIMS = LAC_COUNT(((lac_tensor_info *)0)->shape), HEX_SIZE = 17 };

struct entry {
    lac_tensor_info info; /* name borrowed from the header */
    size_t begin, end;    /* bytes of the data */
};

struct lac_tensors {
    char *path;
    const char *file; /* the whole file, mapped */
    size_t file_size;
    const char *bytes; /* the data */
    size_t size;      /* of the data */
    cJSON *header;
    const cJSON *metadata;
    struct entry *entries; /* by name */
    int count;
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return lac_hash(hash, text, strlen(text) + 1);
}

static void shape_text(const lac_tensor_info *info, char text[96])
{
    int end = snprintf(text, 96, "[");
    for (int i = 0; i < info->dims; i++)
        end += snprintf(text + end, 96 - (size_t)end, i ? ", %ld" : "%ld", info->shape[i]);
    snprintf(text + end, 96 - (size_t)end, "]");
}

/* ---- Writing ------------------------------------------------------------------- */

static size_t tensor_bytes(const lac_tensor_info *info)
{
    size_t count = 1;
    for (int i = 0; i < info->dims; i++)
        count *= (size_t)info->shape[i];
    return count * sizeof(float);
}

static int add_integer(cJSON *array, double value)
{
    return cJSON_AddItemToArray(array, cJSON_CreateNumber(value));
}

/* The add functions return 0 when memory runs out; what they made belongs to the header. */
static int add_tensor(cJSON *header, const lac_tensor_info *info, size_t begin, size_t end)
{
    cJSON *tensor = cJSON_AddObjectToObject(header, info->name);
    int good = tensor && cJSON_AddStringToObject(tensor, "dtype", "F32");
    cJSON *shape = good ? cJSON_AddArrayToObject(tensor, "shape") : NULL;
    good = shape != NULL;
    for (int i = 0; good && i < info->dims; i++)
        good = add_integer(shape, (double)info->shape[i]);
    cJSON *offsets = good ? cJSON_AddArrayToObject(tensor, "data_offsets") : NULL;
    return offsets && add_integer(offsets, (double)begin) && add_integer(offsets, (double)end);
}

static int add_metadata(cJSON *header, const lac_metadata *pairs, int count, uint64_t hash)
{
    cJSON *object = cJSON_AddObjectToObject(header, metadata_name);
    int good = object != NULL;
    for (int i = 0; good && i < count; i++) {
        good = cJSON_AddStringToObject(object, pairs[i].key, pairs[i].value) != NULL;
        hash = hash_text(hash_text(hash, pairs[i].key), pairs[i].value);
    }
    char hex[HEX_SIZE];
    snprintf(hex, sizeof hex, "%016" PRIx64, hash);
    return good && cJSON_AddStringToObject(object, checksum_name, hex);
}

/* The header's text without padding, or NULL when memory runs out. */
static char *header_text(const lac_tensor_info *tensors, const float *const *data, int count,
                         const lac_metadata *metadata, int pairs)
{
    uint64_t hash = 0;
    size_t begin = 0;
    char *text = NULL;
    cJSON *header = cJSON_CreateObject();
    int good = header != NULL;
    for (int i = 0; good && i < count; i++) {
        size_t bytes = tensor_bytes(&tensors[i]);
        assert(bytes > 0 && tensors[i].dims <= MAX_DIMS);
        good = add_tensor(header, &tensors[i], begin, begin + bytes);
        hash = lac_hash(hash_text(hash, tensors[i].name), data[i], bytes);
        begin += bytes;
    }
    if (good && add_metadata(header, metadata, pairs, hash))
        text = cJSON_PrintUnformatted(header);
    cJSON_Delete(header);
    return text;
}

lac_status lac_safetensors_write(lac_context *ctx, const char *path, const lac_tensor_info *tensors,
                                 const float *const *data, int count, const lac_metadata *metadata,
                                 int pairs)
{
    char *header = header_text(tensors, data, count, metadata, pairs);
    if (!header)
        return lac_fail(ctx, LAC_ERROR_MEMORY, "%s: out of memory for the header", path);
    size_t length = strlen(header);
    uint64_t padded = (length + 7) / 8 * 8;
    lac_file file;
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        /* The stream remembers a failed write; the commit reports it. */
        fwrite(&padded, sizeof padded, 1, file.stream);
        fprintf(file.stream, "%s%*s", header, (int)(padded - length), "");
        for (int i = 0; i < count; i++)
            fwrite(data[i], 1, tensor_bytes(&tensors[i]), file.stream);
        status = lac_file_commit(ctx, &file);
    }
    free(header);
    return status;
}

/* ---- Reading -------------------------------------------------------------------- */

static lac_status bad_tensor(lac_context *ctx, const lac_tensors *t, const char *name,
                             const char *what)
{
    return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: tensor \"%.64s\" %s", t->path, name, what);
}

/* A whole number in [0, limit] from JSON; 0 when it is none. */
static int whole_number(const cJSON *item, size_t limit, size_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > (double)limit)
        return 0;
    *out = (size_t)item->valuedouble;
    return (double)*out == item->valuedouble;
}

static lac_status read_shape(lac_context *ctx, const lac_tensors *t, const cJSON *shape,
                             struct entry *entry)
{
    const char *name = entry->info.name;
    const size_t most = t->size / sizeof(float);
    size_t count = 1;
    if (!cJSON_IsArray(shape))
        return bad_tensor(ctx, t, name, "has no shape");
    const cJSON *item;
    cJSON_ArrayForEach(item, shape) {
        size_t side;
        if (entry->info.dims == MAX_DIMS)
            return bad_tensor(ctx, t, name, "has more than 4 dimensions");
        if (!whole_number(item, most, &side) || side == 0 || count > most / side)
            return bad_tensor(ctx, t, name, "has a shape that the file cannot hold");
        count *= side;
        entry->info.shape[entry->info.dims++] = (long)side;
    }
    if (entry->end - entry->begin != count * sizeof(float))
        return bad_tensor(ctx, t, name, "has a shape that does not fit its data_offsets");
    return LAC_OK;
}

static lac_status read_entry(lac_context *ctx, const lac_tensors *t, const cJSON *tensor,
                             struct entry *entry)
{
    const char *name = tensor->string;
    if (!lac_text_printable(name))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the name of a tensor is not printable",
                        t->path);
    entry->info.name = name;
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(tensor, "dtype");
    if (!cJSON_IsString(dtype) || strcmp(dtype->valuestring, "F32") != 0)
        return bad_tensor(ctx, t, name, "is not of dtype F32");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(tensor, "data_offsets");
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 ||
        !whole_number(offsets->child, t->size, &entry->begin) ||
        !whole_number(offsets->child->next, t->size, &entry->end) || entry->begin > entry->end)
        return bad_tensor(ctx, t, name, "has data_offsets outside the file (is it cut short?)");
    return read_shape(ctx, t, cJSON_GetObjectItemCaseSensitive(tensor, "shape"), entry);
}

static int by_place(const void *a, const void *b)
{
    const struct entry *p = a;
    const struct entry *q = b;
    return (p->begin > q->begin) - (p->begin < q->begin);
}

static int by_name(const void *a, const void *b)
{
    const struct entry *p = a;
    const struct entry *q = b;
    return strcmp(p->info.name, q->info.name);
}

static lac_status read_entries(lac_context *ctx, lac_tensors *t)
{
    LAC_TRY(lac_alloc(ctx, (size_t)cJSON_GetArraySize(t->header), sizeof *t->entries,
                      &t->entries));
    const cJSON *item;
    cJSON_ArrayForEach(item, t->header)
        if (strcmp(item->string, metadata_name) != 0) {
            LAC_TRY(read_entry(ctx, t, item, &t->entries[t->count]));
            t->count++;
        }
    return LAC_OK;
}

static lac_status verify_metadata(lac_context *ctx, lac_tensors *t)
{
    t->metadata = cJSON_GetObjectItemCaseSensitive(t->header, metadata_name);
    if (t->metadata && !cJSON_IsObject(t->metadata))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: %s is not an object", t->path, metadata_name);
    const cJSON *item;
    cJSON_ArrayForEach(item, t->metadata)
        if (!lac_text_printable(item->string))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a key of %s is not printable", t->path,
                            metadata_name);
        else if (!cJSON_IsString(item))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: %s \"%.64s\" is not a string", t->path,
                            metadata_name, item->string);
    return LAC_OK;
}

/* No gaps, no overlaps: in order of place each tensor begins where the last one ended. */
static lac_status verify_places(lac_context *ctx, const lac_tensors *t)
{
    size_t end = 0;
    for (int i = 0; i < t->count; i++) {
        if (t->entries[i].begin != end)
            return bad_tensor(ctx, t, t->entries[i].info.name,
                              "does not begin where the one before it ends");
        end = t->entries[i].end;
    }
    if (end != t->size)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the tensors fill %zu of %zu bytes", t->path,
                        end, t->size);
    return LAC_OK;
}

/* A key that would be the checksum's but for one or two bytes: it was, before they were damaged. */
static int was_checksum(const char *key)
{
    int differing = 0;
    if (strlen(key) != strlen(checksum_name))
        return 0;
    for (int i = 0; checksum_name[i]; i++)
        differing += key[i] != checksum_name[i];
    return differing <= 2;
}

/* Files of other writers have none. One of ours whose key was damaged must not pass for them. */
static lac_status verify_absence(lac_context *ctx, const lac_tensors *t)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, t->metadata)
        if (was_checksum(item->string))
            return lac_fail(ctx, LAC_ERROR_FORMAT,
                            "%s: %s \"%s\" must be \"%s\": the file was damaged", t->path,
                            metadata_name, item->string, checksum_name);
    return LAC_OK;
}

static lac_status verify_checksum(lac_context *ctx, const lac_tensors *t)
{
    const char *stored = lac_tensors_metadata(t, checksum_name);
    if (!stored)
        return verify_absence(ctx, t);
    uint64_t hash = 0;
    for (int i = 0; i < t->count; i++) {
        const struct entry *e = &t->entries[i];
        hash = lac_hash(hash_text(hash, e->info.name), t->bytes + e->begin, e->end - e->begin);
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, t->metadata)
        if (item->valuestring != stored)
            hash = hash_text(hash_text(hash, item->string), item->valuestring);
    char hex[HEX_SIZE];
    snprintf(hex, sizeof hex, "%016" PRIx64, hash);
    if (strcmp(hex, stored) != 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: the checksum does not match: the file was damaged or edited", t->path);
    return LAC_OK;
}

static lac_status verify_names(lac_context *ctx, const lac_tensors *t)
{
    for (int i = 1; i < t->count; i++)
        if (by_name(&t->entries[i - 1], &t->entries[i]) == 0)
            return bad_tensor(ctx, t, t->entries[i].info.name, "is there twice");
    return LAC_OK;
}

static lac_status parse_header(lac_context *ctx, lac_tensors *t)
{
    uint64_t length = 0;
    size_t size = t->file_size;
    if (size >= sizeof length)
        memcpy(&length, t->file, sizeof length);
    if (size < sizeof length || length > size - sizeof length)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: not a safetensors file, or cut short", t->path);
    const char *text = t->file + sizeof length;
    const char *end = NULL;
    t->header = cJSON_ParseWithLengthOpts(text, (size_t)length, &end, 0);
    if (!t->header && lac_json_is_valid(text, (size_t)length))
        return lac_fail(ctx, LAC_ERROR_MEMORY, "%s: out of memory for the header", t->path);
    if (!cJSON_IsObject(t->header) ||
        strspn(end, " \t\r\n") < (size_t)(text + length - end))
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: not a safetensors file: its header is not a JSON object", t->path);
    t->size = size - sizeof length - (size_t)length;
    t->bytes = text + length;
    return LAC_OK;
}

/* The numbers are read where they lie. */
static lac_status verify_alignment(lac_context *ctx, const lac_tensors *t)
{
    size_t length = (size_t)(t->bytes - t->file) - sizeof(uint64_t);
    if (length % sizeof(float) != 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: a header of %zu bytes, must be a multiple of 4", t->path, length);
    return LAC_OK;
}

static lac_status read_and_verify(lac_context *ctx, lac_tensors *t)
{
    LAC_TRY(lac_file_map(ctx, t->path, &t->file, &t->file_size));
    LAC_TRY(parse_header(ctx, t));
    LAC_TRY(verify_metadata(ctx, t));
    LAC_TRY(read_entries(ctx, t));
    qsort(t->entries, (size_t)t->count, sizeof *t->entries, by_place);
    LAC_TRY(verify_places(ctx, t));
    LAC_TRY(verify_checksum(ctx, t));
    qsort(t->entries, (size_t)t->count, sizeof *t->entries, by_name);
    LAC_TRY(verify_names(ctx, t));
    return verify_alignment(ctx, t);
}

lac_status lac_safetensors_read(lac_context *ctx, const char *path, lac_tensors **out)
{
    *out = NULL;
    lac_tensors *t;
    LAC_TRY(lac_alloc(ctx, 1, sizeof *t, &t));
    lac_status status = lac_strdup(ctx, path, &t->path);
    if (status == LAC_OK)
        status = read_and_verify(ctx, t);
    if (status == LAC_OK)
        *out = t;
    else
        lac_tensors_free(&t);
    return status;
}

void lac_tensors_free(lac_tensors **tensors)
{
    lac_tensors *t = *tensors;
    if (!t)
        return;
    cJSON_Delete(t->header);
    free(t->entries);
    lac_file_unmap(t->file, t->file_size);
    free(t->path);
    free(t);
    *tensors = NULL;
}

static const struct entry *find(const lac_tensors *t, const char *name)
{
    const struct entry key = {.info.name = name};
    return t->count ? bsearch(&key, t->entries, (size_t)t->count, sizeof key, by_name) : NULL;
}

int lac_tensors_has(const lac_tensors *tensors, const char *name)
{
    return find(tensors, name) != NULL;
}

lac_status lac_tensors_get(lac_context *ctx, const lac_tensors *tensors,
                           const lac_tensor_info *wanted, const float **data)
{
    *data = NULL;
    const struct entry *e = find(tensors, wanted->name);
    if (!e)
        return bad_tensor(ctx, tensors, wanted->name, "is missing");
    int same = e->info.dims == wanted->dims;
    for (int i = 0; same && i < wanted->dims; i++)
        same = e->info.shape[i] == wanted->shape[i];
    if (!same) {
        char has[96];
        char needs[96];
        shape_text(&e->info, has);
        shape_text(wanted, needs);
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: tensor \"%.64s\" has the shape %s, wanted %s",
                        tensors->path, wanted->name, has, needs);
    }
    *data = (const float *)(const void *)(tensors->bytes + e->begin);
    return LAC_OK;
}

const char *lac_tensors_metadata(const lac_tensors *tensors, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tensors->metadata, key));
}
