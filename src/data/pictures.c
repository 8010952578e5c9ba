/*
 * Pictures that a table names. A name is a path from the folder of the table, or of the archive
 * that the table lies in; the pictures themselves are files.
 */
#include "data/pictures.h"
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

/* Pixels are numbers between blanks and brackets. What begins with a letter or a slash, or has a
 * letter and no blank, is a name, unless it is longer than any path; "1e2" is a number. */
int lac_cell_is_file(const lac_cell *cell)
{
    enum { LONGEST = 4096 };
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/";
    int may_be = cell->length > 0 && cell->length < LONGEST;
    const char *first = may_be ? strpbrk(cell->text, letters) : NULL;
    double value;
    return first && (first == cell->text || !strpbrk(cell->text, " \t,[")) &&
           !lac_number_read(cell->text, &value);
}

static lac_status find_path(const lac_csv *csv, const char *name, char **out)
{
    char *folder;
    const char *table = lac_stream_path(csv->stream);
    if (name[0] == '/' || !strchr(table, '/'))
        return lac_strdup(csv->ctx, name, out);
    LAC_TRY(lac_path_parent(csv->ctx, table, &folder));
    lac_status status = lac_path_join(csv->ctx, folder, name, out);
    free(folder);
    return status;
}

static const char packed[] =
    " (the table lies in an archive, whose pictures are not read: unpack it)";

/* The table of an archive has a name of its own. */
static int is_packed(const lac_stream *stream)
{
    const char *path = lac_stream_path(stream);
    const char *own = strcmp(path, "-") == 0 ? "standard input" : path;
    return strcmp(lac_stream_name(stream), own) != 0;
}

/* Fails where the picture is packed together with the table: a file of that name beside the archive
 * is another one. Of a pipe it is not known. */
static lac_status check_packed(const lac_csv *csv, int column)
{
    const char *path = lac_stream_path(csv->stream), *name = csv->cell[column].text;
    int is_inside = 1;
    if (!is_packed(csv->stream) || name[0] == '/')
        return LAC_OK;
    while (strncmp(name, "./", 2) == 0)
        name += 2;
    if (strcmp(path, "-") != 0)
        LAC_TRY(lac_archive_holds(csv->ctx, path, name, &is_inside));
    return is_inside ? lac_csv_fail(csv, column, "%s lies in the archive, as the table does; "
                                    "pictures in archives are not read: unpack it", name)
                     : LAC_OK;
}

/* Messages name the row and the file. */
static lac_status load(const lac_csv *csv, int column, lac_photo **out)
{
    char *path, why[LAC_MESSAGE];
    const lac_cell *cell = &csv->cell[column];
    if (cell->length == 0 || strlen(cell->text) != cell->length)
        return lac_csv_fail_cell(csv, column, "the name of a picture");
    LAC_TRY(find_path(csv, cell->text, &path));
    lac_status status = lac_photo_load(csv->ctx, path, out);
    free(path);
    if (status == LAC_OK || status == LAC_ERROR_MEMORY)
        return status;
    snprintf(why, sizeof why, "%s", lac_context_message(csv->ctx));
    return lac_csv_fail(csv, column, "%s%s", why, is_packed(csv->stream) ? packed : "");
}

static int longer_side(const lac_photo *photo)
{
    return photo->width > photo->height ? photo->width : photo->height;
}

lac_status lac_picture_size(const lac_csv *csv, int column, int *size)
{
    lac_photo *photo;
    LAC_TRY(check_packed(csv, column));
    LAC_TRY(load(csv, column, &photo));
    *size = longer_side(photo);
    int width = photo->width, height = photo->height;
    lac_photo_free(&photo);
    if (*size >= LAC_PICTURE_LEAST && *size <= LAC_PICTURE_MOST)
        return LAC_OK;
    return lac_csv_fail(csv, column, "the first picture is %dx%d, its longer side must be %d to "
                        "%d: 'lacuna import' cuts faces out of photos", width, height,
                        LAC_PICTURE_LEAST, LAC_PICTURE_MOST);
}

lac_status lac_picture_read(const lac_csv *csv, int column, int size, uint8_t *grey, lac_box *box,
                            int *is_whole)
{
    lac_photo *photo;
    LAC_TRY(load(csv, column, &photo));
    int side = longer_side(photo);
    *is_whole = photo->width == size && photo->height == size;
    *box = (lac_box){(photo->width - side) / 2, (photo->height - side) / 2, side, side};
    lac_status status = lac_photo_crop(csv->ctx, photo, box, size, grey);
    lac_photo_free(&photo);
    return status;
}
