/*
 * What the columns of a table are, by their names. A coordinate is written in several habits:
 *
 *     a point's name, a sign, the axis     nose_x  nose_X  nose.x  nose-x  nose:x
 *     a point's name, the axis in brackets nose(x)  nose[x]
 *     a name that ends in a capital axis   noseX
 *     the axis and a number                x1  y_1  X.1
 *
 * A name that has a width too, such as box_w beside box_x, is a box and no point, and so are x1 to
 * y2 beside points that have names. Columns that are nothing of a table are left alone.
 */
#include "base/letters.h"
#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

/* ---- Names -------------------------------------------------------------------------- */

static int is_sign(char c)
{
    return c == '_' || c == '.' || c == '-' || c == ' ' || c == ':';
}

static int is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == 0;
}

/* Whether the name is `word`, in small letters, written in any case and with signs between. */
static int is_word(const char *name, const char *word)
{
    for (; *name; name++) {
        if (is_sign(*name))
            continue;
        if (lac_small(*name) != *word++)
            return 0;
    }
    return *word == 0;
}

static int is_axis(char c, int *axis)
{
    *axis = lac_small(c) == 'y';
    return lac_small(c) == 'x' || *axis;
}

int lac_column_coordinate(const char *column, char *point, int *axis)
{
    size_t length = strlen(column);
    size_t kept = 0;
    if (length < 2)
        return 0;
    char last = column[length - 1], before = column[length - 2];
    int is_closed = length > 3 && ((last == ')' && column[length - 3] == '(') ||
                                   (last == ']' && column[length - 3] == '['));
    if (is_closed && is_axis(before, axis))
        kept = length - 3 - (length > 4 && column[length - 4] == ' ');
    else if (length > 2 && is_sign(before) && is_axis(last, axis))
        kept = length - 2;
    else if ((last == 'X' || last == 'Y') && (lac_small(before) == before) && is_axis(last, axis))
        kept = length - 1;
    const char *number = column + 1 + is_sign(column[1]);
    if (!kept && is_axis(column[0], axis) && is_digits(number)) {
        strcpy(point, number);
        return 1;
    }
    memcpy(point, column, kept);
    point[kept] = 0;
    return kept > 0;
}

/* ---- Roles -------------------------------------------------------------------------- */

/* Whether there is a column like `column`, whose last letter is the axis, with `end` there. */
static int has_column(const lac_csv *csv, const char *column, const char *end)
{
    size_t kept = strlen(column);
    if (kept-- == 0)
        return 0;
    for (int c = 0; c < csv->columns; c++)
        if (strncmp(csv->name[c], column, kept) == 0 && is_word(csv->name[c] + kept, end))
            return 1;
    return 0;
}

int lac_column_is_box(const lac_csv *csv, const char *column)
{
    return has_column(csv, column, "w") || has_column(csv, column, "width") ||
           lac_column_is_corner(csv, column);
}

/* Whether the column is x, y and a digit, of which *digit is the value. */
static int is_numbered(const char *name, int *digit)
{
    int axis;
    *digit = strlen(name) == 2 ? name[1] - '0' : -1;
    return *digit >= 0 && *digit <= 9 && is_axis(name[0], &axis);
}

int lac_column_is_corner(const lac_csv *csv, const char *name)
{
    int corners = 0, points = 0, digit, axis;
    if (!is_numbered(name, &digit) || digit < 1 || digit > 2)
        return 0;
    for (int c = 0; c < csv->columns; c++) {
        char point[256];
        const char *other = csv->name[c];
        if (is_numbered(other, &digit))
            corners += digit == 1 || digit == 2 ? 1 : -4; /* x0, x3: points in turn */
        else if (strlen(other) < sizeof point)
            points += lac_column_coordinate(other, point, &axis) && !is_digits(point);
    }
    return corners == 4 && points > 0;
}

/* How much a column's name says that it holds the pictures. */
static int image_rank(const char *name)
{
    return strcmp(name, "Image") == 0 ? 3 : is_word(name, "pixels") ? 2 : is_word(name, "image");
}

/* The index of the point called `name`, added if it is new. */
static lac_status find_point(const lac_csv *csv, lac_data *data, const char *name, int *point)
{
    for (*point = 0; *point < data->points; ++*point)
        if (strcmp(data->names[*point], name) == 0)
            return LAC_OK;
    LAC_TRY(lac_strdup(csv->ctx, name, &data->names[data->points]));
    data->points++;
    return LAC_OK;
}

static lac_status take_coordinate(const lac_csv *csv, int column, lac_columns *columns,
                                  lac_data *data)
{
    const char *name = csv->name[column];
    char *point;
    int axis, index = 0;
    LAC_TRY(lac_alloc(csv->ctx, strlen(name) + 1, 1, &point));
    lac_status status = LAC_OK;
    if (lac_column_coordinate(name, point, &axis) && !lac_column_is_box(csv, name)) {
        status = strchr(point, ',') || !lac_text_printable(point)
                     ? lac_csv_fail(csv, column,
                                    "a point's name must be printable, without a comma")
                 : !lac_utf8_is_valid(point)
                     ? lac_csv_fail(csv, column, "a point's name must be UTF-8: save the table so")
                     : find_point(csv, data, point, &index);
        columns->role[column] = 2 * index + axis;
    }
    free(point);
    return status;
}

/* photo_x, photo_width: where an import has cut a picture out. */
static int is_place(const char *name)
{
    static const char *const places[] = {"photo_x", "photo_y", "photo_width", "photo_height"};
    int i = 0;
    while (i < LAC_COUNT(places) && strcmp(name, places[i]) != 0)
        i++;
    return i < LAC_COUNT(places);
}

static lac_status find_role(const lac_csv *csv, int column, lac_table kind, lac_columns *columns,
                            lac_data *data)
{
    const char *name = csv->name[column];
    columns->role[column] = LAC_COLUMN_OTHER;
    if (is_word(name, "imageid"))
        columns->id = column;
    else if (strcmp(name, "source") == 0)
        columns->source = column;
    else if (strcmp(name, "photo") == 0)
        columns->photo = column;
    else if (strcmp(name, "crop") == 0)
        columns->crop = column;
    else if (is_place(name) && has_column(csv, "photo_x", "width"))
        columns->role[column] = LAC_COLUMN_PLACE;
    else if (image_rank(name) > (columns->image < 0 ? 0 : image_rank(csv->name[columns->image])))
        columns->image = column;
    else if (image_rank(name) == 0 && kind != LAC_TABLE_TEST)
        return take_coordinate(csv, column, columns, data);
    return LAC_OK;
}

/* Every coordinate has one column, and its partner, which differs in the axis, another. */
static lac_status check_pairs(const lac_csv *csv, const lac_columns *columns, const lac_data *data)
{
    int *column_of; /* from 1 */
    lac_status status = LAC_OK;
    LAC_TRY(lac_alloc(csv->ctx, 2 * (size_t)data->points, sizeof *column_of, &column_of));
    for (int c = 0; c < csv->columns && status == LAC_OK; c++) {
        int role = columns->role[c];
        if (role >= 0 && column_of[role])
            status = lac_csv_fail(csv, c, "column %d is the same coordinate", column_of[role]);
        if (role >= 0)
            column_of[role] = c + 1;
    }
    for (int i = 0; i < 2 * data->points && status == LAC_OK; i++)
        if (!column_of[i])
            status = lac_csv_fail(csv, column_of[i ^ 1] - 1, "there is no column for the %c of "
                                  "%.100s", i % 2 ? 'y' : 'x', data->names[i / 2]);
    free(column_of);
    return status;
}

void lac_columns_tell_others(const lac_csv *csv, const lac_columns *columns)
{
    enum { SHOWN = 200 };
    char list[SHOWN + 64] = "";
    size_t used = 0;
    int count = 0, hidden = 0;
    for (int c = 0; c < csv->columns; c++) {
        if (columns->role[c] != LAC_COLUMN_OTHER)
            continue;
        count++;
        const char *name = csv->name[c];
        if (used + strlen(name) + 2 > SHOWN) {
            hidden++;
            continue;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s", used ? ", " : "");
        used += name[0] ? (size_t)snprintf(list + used, sizeof list - used, "%s", name)
                        : (size_t)snprintf(list + used, sizeof list - used, "number %d", c + 1);
    }
    if (hidden)
        snprintf(list + used, sizeof list - used, " and %d more", hidden);
    lac_csv_clean(list);
    if (count)
        lac_log(csv->ctx, "%s: column%s %s: no labels, left alone", lac_stream_name(csv->stream),
                count == 1 ? "" : "s", list);
}

/* Says what the header is: of other signs between columns, or of another program's labels. */
static lac_status fail_without_image(const lac_csv *csv)
{
    const char *first = csv->name[0];
    return lac_csv_fail(csv, -1, "there is no column of pictures, called Image, image or pixels; "
                        "the first of %d column%s is \"%.40s%s\"; labels of other programs are "
                        "made a table by 'lacuna import'", csv->columns,
                        csv->columns == 1 ? "" : "s", first, strlen(first) > 40 ? "..." : "");
}

lac_status lac_columns_find(const lac_csv *csv, lac_table kind, lac_columns *columns,
                            lac_data *data)
{
    columns->image = columns->id = columns->source = columns->photo = columns->crop = -1;
    LAC_TRY(lac_alloc(csv->ctx, csv->columns, sizeof *columns->role, &columns->role));
    LAC_TRY(lac_alloc(csv->ctx, csv->columns, sizeof *data->names, &data->names));
    for (int c = 0; c < csv->columns; c++)
        LAC_TRY(find_role(csv, c, kind, columns, data));
    LAC_TRY(check_pairs(csv, columns, data));
    if (columns->image < 0)
        return fail_without_image(csv);
    if (kind == LAC_TABLE_TRAINING && data->points == 0)
        return lac_csv_fail(csv, -1, "there are no columns NAME_x and NAME_y");
    columns->role[columns->image] = LAC_COLUMN_IMAGE;
    if (columns->id >= 0)
        columns->role[columns->id] = LAC_COLUMN_ID;
    if (columns->source >= 0)
        columns->role[columns->source] = LAC_COLUMN_SOURCE;
    if (columns->photo >= 0)
        columns->role[columns->photo] = LAC_COLUMN_PHOTO;
    if (columns->crop >= 0)
        columns->role[columns->crop] = LAC_COLUMN_CROP;
    if (kind != LAC_TABLE_TEST)
        lac_columns_tell_others(csv, columns);
    return LAC_OK;
}
