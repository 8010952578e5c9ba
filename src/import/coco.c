/*
 * COCO keypoints: JSON of pictures, annotations and categories, each with an id.
 *
 *     {"images": [{"id": 1, "file_name": "a.jpg", "width": 320, "height": 240}],
 *      "annotations": [{"image_id": 1, "category_id": 1, "bbox": [x, y, w, h],
 *                       "keypoints": [x, y, v, ...]}],
 *      "categories": [{"id": 1, "name": "face", "keypoints": ["left_eye", ...]}]}
 *
 * An id is a number or a text. v is 0 where a point is not labelled, 1 where it is labelled but
 * hidden, 2 where it is seen; null in place of a number is a gap too. The centre of the first pixel
 * is 0.5, 0.5; boxes begin at the pixels' edges. Categories without keypoints and crowds are passed
 * over.
 */
#include "import/foreign.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A picture by its id. */
typedef struct picture {
    double id;
    const char *text; /* the id where it is a text, else NULL */
    const cJSON *item;
} picture;

typedef struct reading {
    lac_foreign *labels;
    const char *path;
    picture *picture; /* [pictures] by id */
    int pictures;
    const cJSON *category; /* the one that is taken */
    int *point;       /* [points] of its keypoints, and how many there are */
    int points;
} reading;

static lac_status fail(const reading *r, const char *what, int number)
{
    return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT, "%s: %s, number %d", r->path, what, number);
}

/* The member of an object as a number; 0 where it is none. */
static int number_of(const cJSON *object, const char *name, double *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    *out = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return cJSON_IsNumber(item);
}

static const char *string_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text && *text ? text : NULL;
}

/* ---- Categories ------------------------------------------------------------------------ */

static const cJSON *keypoints_of(const cJSON *category)
{
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(category, "keypoints");
    return cJSON_IsArray(names) && cJSON_GetArraySize(names) > 0 ? names : NULL;
}

static lac_status fail_categories(const reading *r, const cJSON *categories)
{
    char list[300] = "";
    size_t used = 0;
    const cJSON *c;
    cJSON_ArrayForEach(c, categories)
    {
        const char *name = string_of(c, "name");
        if (keypoints_of(c) && used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s", used ? ", " : "",
                                     name ? name : "?");
    }
    lac_csv_clean(list);
    if (!used)
        return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT, "%s: no category has keypoints", r->path);
    if (r->labels->category)
        return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT,
                        "%s: no category with keypoints is called %.40s; there are %s", r->path,
                        r->labels->category, list);
    return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT,
                    "%s: several categories have keypoints: name one of %s (--category)", r->path,
                    list);
}

static lac_status find_category(reading *r, const cJSON *categories)
{
    const char *wanted = r->labels->category;
    const cJSON *c;
    int found = 0;
    cJSON_ArrayForEach(c, categories)
    {
        const char *name = string_of(c, "name");
        if (!keypoints_of(c) || (wanted && (!name || strcmp(name, wanted) != 0)))
            continue;
        r->category = c;
        found++;
    }
    return found == 1 ? LAC_OK : fail_categories(r, categories);
}

static lac_status read_points(reading *r)
{
    const cJSON *names = keypoints_of(r->category), *name;
    int point = -1, count = cJSON_GetArraySize(names);
    if (count > LAC_MOST_POINTS)
        return fail(r, "more keypoints than can be", count);
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)count, sizeof *r->point, &r->point));
    cJSON_ArrayForEach(name, names)
    {
        if (!cJSON_IsString(name))
            return fail(r, "a keypoint without a name", r->points + 1);
        LAC_TRY(lac_foreign_point(r->labels, name->valuestring, &point));
        if (point != r->points)
            return fail(r, "a keypoint's name stands twice", r->points + 1);
        r->point[r->points++] = point;
    }
    return LAC_OK;
}

/* ---- Pictures -------------------------------------------------------------------------- */

/* Numbers stand before texts. */
static int compare_pictures(const void *a, const void *b)
{
    const picture *p = a, *q = b;
    if (p->text && q->text)
        return strcmp(p->text, q->text);
    if (p->text || q->text)
        return p->text ? 1 : -1;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* The id that is called so; 0 where there is none. */
static int id_of(const cJSON *object, const char *name, picture *out)
{
    out->text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return number_of(object, name, &out->id) || out->text;
}

static lac_status read_pictures(reading *r, const cJSON *images)
{
    const cJSON *item;
    char text[LAC_NUMBER];
    int count = cJSON_GetArraySize(images);
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)count, sizeof *r->picture, &r->picture));
    cJSON_ArrayForEach(item, images)
    {
        picture *p = &r->picture[r->pictures++];
        p->item = item;
        if (!id_of(item, "id", p))
            return fail(r, "an image without an id", r->pictures);
        if (!string_of(item, "file_name"))
            return fail(r, "an image without a file_name", r->pictures);
    }
    if (count)
        qsort(r->picture, (size_t)count, sizeof *r->picture, compare_pictures);
    for (int i = 1; i < count; i++)
        if (compare_pictures(&r->picture[i], &r->picture[i - 1]) == 0)
            return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT,
                            "%s: two images have the same id, %.60s", r->path,
                            r->picture[i].text ? r->picture[i].text
                                               : lac_number_text(r->picture[i].id, text));
    return LAC_OK;
}

/* ---- Annotations ------------------------------------------------------------------------ */

static lac_status read_keypoints(const reading *r, const cJSON *list, int number)
{
    double value[3];
    int i = 0;
    const cJSON *item;
    if (cJSON_GetArraySize(list) != 3 * r->points)
        return fail(r, "an annotation whose keypoints are not three numbers for each of the "
                       "category's", number);
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item) && !cJSON_IsNull(item))
            return fail(r, "an annotation with a keypoint that is no number", number);
        value[i % 3] = cJSON_IsNumber(item) ? item->valuedouble : NAN;
        if (i++ % 3 < 2 || isnan(value[0] + value[1] + value[2]))
            continue;
        if (value[2] == 0) {
            r->labels->unseen += value[0] != 0 || value[1] != 0;
            continue;
        }
        lac_status status = lac_foreign_mark(r->labels, r->point[i / 3 - 1], value[0], value[1]);
        if (status == LAC_ERROR_ARGUMENT)
            return fail(r, "an annotation with a point more than a million pixels away", number);
        LAC_TRY(status);
    }
    return LAC_OK;
}

static lac_status read_bbox(const reading *r, const cJSON *list, int number)
{
    double box[4];
    int i = 0;
    const cJSON *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != 4)
        return LAC_OK;
    cJSON_ArrayForEach(item, list)
        box[i++] = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return lac_foreign_box(r->labels, box[0], box[1], box[2], box[3]) == LAC_OK
               ? LAC_OK
               : fail(r, "an annotation with a box more than a million pixels away", number);
}

static lac_status read_annotation(const reading *r, const cJSON *item, int number)
{
    double category, wanted, crowd, width, height;
    picture key = {0};
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(item, "keypoints");
    number_of(r->category, "id", &wanted);
    number_of(item, "iscrowd", &crowd);
    if (!cJSON_IsArray(list) || crowd != 0 ||
        (number_of(item, "category_id", &category) && category != wanted))
        return LAC_OK;
    if (!id_of(item, "image_id", &key))
        return fail(r, "an annotation without an image_id", number);
    const picture *p = r->pictures ? bsearch(&key, r->picture, (size_t)r->pictures, sizeof key,
                                             compare_pictures)
                                   : NULL;
    if (!p)
        return fail(r, "an annotation of an image that is not there", number);
    LAC_TRY(lac_foreign_face(r->labels, string_of(p->item, "file_name")));
    lac_face *face = &r->labels->face[r->labels->faces - 1];
    number_of(p->item, "width", &width);
    number_of(p->item, "height", &height);
    face->width = width > 0 && width <= LAC_FARTHEST ? (int)width : 0;
    face->height = height > 0 && height <= LAC_FARTHEST ? (int)height : 0;
    LAC_TRY(read_bbox(r, cJSON_GetObjectItemCaseSensitive(item, "bbox"), number));
    return read_keypoints(r, list, number);
}

static lac_status read_root(reading *r, const cJSON *root)
{
    static const char *const parts[] = {"categories", "images", "annotations"};
    const cJSON *part[3], *item;
    int number = 0;
    for (int i = 0; i < 3; i++) {
        part[i] = cJSON_GetObjectItemCaseSensitive(root, parts[i]);
        if (!cJSON_IsArray(part[i]))
            return lac_fail(r->labels->ctx, LAC_ERROR_FORMAT,
                            "%s: no list of %s: COCO's keypoints have images, annotations and "
                            "categories", r->path, parts[i]);
    }
    LAC_TRY(find_category(r, part[0]));
    LAC_TRY(read_points(r));
    LAC_TRY(read_pictures(r, part[1]));
    r->labels->origin = 0.5;
    cJSON_ArrayForEach(item, part[2])
        LAC_TRY(read_annotation(r, item, ++number));
    return LAC_OK;
}

static lac_status read_file(lac_foreign *labels, const char *path)
{
    reading r = {.labels = labels, .path = path};
    char *text;
    size_t size;
    LAC_TRY(lac_file_read(labels->ctx, path, &text, &size));
    int is_json = lac_json_is_valid(text, size);
    cJSON *root = is_json ? cJSON_ParseWithLength(text, size) : NULL;
    const char *why = !is_json && strstr(text, "NaN") ? "; NaN is none, null is" : "";
    free(text);
    lac_status status = LAC_OK;
    if (!is_json)
        status = lac_fail(labels->ctx, LAC_ERROR_FORMAT, "%s: not JSON, or cut short%s", path, why);
    else if (!root)
        status = lac_fail(labels->ctx, LAC_ERROR_MEMORY, "%s: out of memory for its JSON", path);
    else
        status = read_root(&r, root);
    cJSON_Delete(root);
    free(r.picture);
    free(r.point);
    return status;
}

static int is_it(const lac_label_head *head)
{
    return head->text[0] == '[' || (head->text[0] == '{' && strchr(head->text, '"'));
}

const lac_label_format lac_format_coco = {"coco", is_it, read_file};
