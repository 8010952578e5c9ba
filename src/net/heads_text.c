/* Sources, mirror partners and what lies aside as they stand in a model's file. */
#include "net/heads.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names joined by commas ------------------------------------------------------------ */

lac_status lac_names_join(lac_context *ctx, char *const *names, int points, const int *mirror,
                          char **out)
{
    size_t length = 1;
    for (int i = 0; i < points; i++)
        length += strlen(names[i]) + 1;
    LAC_TRY(lac_alloc(ctx, length, 1, out));
    for (int i = 0; i < points; i++) {
        strcat(*out, i ? "," : "");
        strcat(*out, names[mirror ? mirror[i] : i]);
    }
    return LAC_OK;
}

lac_status lac_names_cut(lac_context *ctx, char *text, char ***names, int *count)
{
    *count = 1;
    for (const char *p = text; *p; p++)
        *count += *p == ',';
    LAC_TRY(lac_alloc(ctx, (size_t)*count, sizeof **names, names));
    for (int i = 0; i < *count; i++) {
        (*names)[i] = text;
        char *comma = strchr(text, ',');
        if (comma) {
            *comma = '\0';
            text = comma + 1;
        }
    }
    return LAC_OK;
}

static int find_name(char *const *names, int points, const char *name)
{
    for (int p = 0; name && p < points; p++)
        if (strcmp(names[p], name) == 0)
            return p;
    return -1;
}

/* ---- Writing ---------------------------------------------------------------------------- */

/* NULL when there is no memory. */
static cJSON *add_source(cJSON *list, const lac_heads *heads, int s, char *const *names)
{
    cJSON *source = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(list, source))
        return NULL;
    if (heads->name && !cJSON_AddStringToObject(source, "name", heads->name[s]))
        return NULL;
    cJSON *points = cJSON_AddArrayToObject(source, "points");
    for (int p = 0; points && p < heads->points; p++)
        if (heads->pattern[(size_t)s * heads->points + p] &&
            !cJSON_AddItemToArray(points, cJSON_CreateString(names[p])))
            return NULL;
    return points;
}

lac_status lac_heads_to_text(lac_context *ctx, const lac_heads *heads, char *const *names,
                             char **out)
{
    cJSON *list = cJSON_CreateArray();
    int good = list != NULL;
    for (int s = 0; good && s < heads->sources; s++)
        good = add_source(list, heads, s, names) != NULL;
    *out = good ? cJSON_PrintUnformatted(list) : NULL;
    cJSON_Delete(list);
    return *out ? LAC_OK : lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory for a model's sources");
}

/* ---- Reading ------------------------------------------------------------------------------ */

/* What the texts are read for. */
typedef struct reader {
    lac_context *ctx;
    const char *where;
    char *const *names; /* of the points */
    lac_heads *heads;
} reader;

static lac_status fail_sources(const reader *r)
{
    return lac_fail(r->ctx, LAC_ERROR_FORMAT,
                    "%s: its sources must be a list, at most %d long, of {\"name\": ..., "
                    "\"points\": [...]} with points that the model has", r->where,
                    LAC_MOST_SOURCES);
}

static lac_status read_source(const reader *r, const cJSON *source, int s)
{
    lac_heads *heads = r->heads;
    const char *name =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(source, "name"));
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(source, "points");
    const cJSON *point;
    if (!cJSON_IsArray(list) || !name != !heads->name || (name && !lac_text_printable(name)))
        return fail_sources(r);
    if (name)
        LAC_TRY(lac_strdup(r->ctx, name, &heads->name[s]));
    cJSON_ArrayForEach(point, list)
    {
        int p = find_name(r->names, heads->points, cJSON_GetStringValue(point));
        if (p < 0)
            return fail_sources(r);
        heads->pattern[(size_t)s * heads->points + p] = 1;
    }
    return LAC_OK;
}

static lac_status read_list(const reader *r, const cJSON *list)
{
    lac_heads *heads = r->heads;
    int sources = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || sources < 1 || sources > LAC_MOST_SOURCES)
        return fail_sources(r);
    free(heads->pattern);
    heads->pattern = NULL;
    heads->sources = sources;
    LAC_TRY(lac_alloc(r->ctx, (size_t)sources * heads->points, 1, &heads->pattern));
    if (cJSON_HasObjectItem(cJSON_GetArrayItem(list, 0), "name"))
        LAC_TRY(lac_alloc(r->ctx, (size_t)sources, sizeof *heads->name, &heads->name));
    for (int s = 0; s < sources; s++)
        LAC_TRY(read_source(r, cJSON_GetArrayItem(list, s), s));
    return LAC_OK;
}

static lac_status read_sources(const reader *r, const char *text)
{
    cJSON *list = cJSON_ParseWithOpts(text, NULL, 1);
    if (!list && lac_json_is_valid(text, strlen(text)))
        return lac_fail(r->ctx, LAC_ERROR_MEMORY, "%s: out of memory for its sources", r->where);
    lac_status status = read_list(r, list);
    cJSON_Delete(list);
    return status;
}

/* Every point is the partner of its partner. */
static int fill_partners(const reader *r, char *const *partner, int count)
{
    lac_heads *heads = r->heads;
    if (count != heads->points)
        return 0;
    for (int p = 0; p < count; p++)
        heads->mirror[p] = find_name(r->names, count, partner[p]);
    for (int p = 0; p < count; p++)
        if (heads->mirror[p] < 0 || heads->mirror[heads->mirror[p]] != p)
            return 0;
    return 1;
}

static lac_status read_mirror(const reader *r, const char *text)
{
    char *copy;
    char **partner = NULL;
    int count = 0;
    LAC_TRY(lac_strdup(r->ctx, text, &copy));
    lac_status status = lac_names_cut(r->ctx, copy, &partner, &count);
    if (status == LAC_OK && !fill_partners(r, partner, count))
        status = lac_fail(r->ctx, LAC_ERROR_FORMAT,
                          "%s: its mirror must name the partner of every point, and two points "
                          "each other", r->where);
    free(partner);
    free(copy);
    return status;
}

lac_status lac_heads_from_text(lac_context *ctx, const char *sources, const char *mirror,
                               char *const *names, int points, const char *where, lac_heads *out)
{
    const reader r = {ctx, where, names, out};
    LAC_TRY(lac_heads_usual(ctx, names, points, out));
    lac_status status = sources ? read_sources(&r, sources) : LAC_OK;
    if (status == LAC_OK && mirror)
        status = read_mirror(&r, mirror);
    if (status != LAC_OK)
        lac_heads_free(out);
    return status;
}

/* ---- What they mark aside ------------------------------------------------------------------ */

lac_status lac_heads_aside_to_text(lac_context *ctx, const lac_heads *heads, char **out)
{
    LAC_TRY(lac_alloc(ctx, (size_t)heads->count * LAC_NUMBER, 1, out));
    for (int h = 0; h < heads->count; h++) {
        char number[LAC_NUMBER];
        strcat(*out, h ? "," : "");
        strcat(*out, lac_number_text(heads->aside[h], number));
    }
    return LAC_OK;
}

static int fill_aside(lac_heads *heads, char *const *number, int count, double most)
{
    int good = count == heads->count;
    for (int h = 0; good && h < count; h++)
        good = lac_number_read(number[h], &heads->aside[h]) && fabs(heads->aside[h]) <= most;
    return good;
}

lac_status lac_heads_aside_from_text(lac_context *ctx, const char *text, double most,
                                     const char *where, lac_heads *heads)
{
    char *copy;
    char **number = NULL;
    int count = 0;
    LAC_TRY(lac_strdup(ctx, text, &copy));
    lac_status status = lac_names_cut(ctx, copy, &number, &count);
    if (status == LAC_OK && !fill_aside(heads, number, count, most))
        status = lac_fail(ctx, LAC_ERROR_FORMAT,
                          "%s: its aside must be %d number%s from %g to %g, one for each head",
                          where, heads->count, heads->count == 1 ? "" : "s", -most, most);
    free(number);
    free(copy);
    return status;
}
