/*
 * Labels that were read as they stand and may mean something else: those of a copy of another size,
 * of a picture as it is stored, or boxes as two corners. Each kind gets a line, which names the
 * first picture.
 */
#include "import/remarks.h"

#include <math.h>
#include <stddef.h>

/* Whether the middle of three points or more is twice as near to the middle between two corners as
 * to that of the box by its corner and size. */
static int fits_as_corners(const lac_face *face, const lac_mark *mark)
{
    enum { ENOUGH = 3 };
    const lac_box *b = &face->box;
    double x = 0, y = 0;
    for (int i = 0; i < face->marks; i++) {
        x += (mark[i].x + 0.5) / face->marks;
        y += (mark[i].y + 0.5) / face->marks;
    }
    return face->marks >= ENOUGH &&
           2 * hypot(x - (b->x + b->width) / 2, y - (b->y + b->height) / 2) <
               hypot(x - b->x - b->width / 2, y - b->y - b->height / 2);
}

void lac_remark_box(lac_remark *r, const lac_face *face, const lac_mark *mark)
{
    const lac_box *b = &face->box;
    const double width = r->label_width + 1, height = r->label_height + 1;
    r->boxes++;
    r->odd_boxes += b->x + b->width > width || b->y + b->height > height ||
                    fits_as_corners(face, mark);
    r->corners += b->width > b->x && b->width <= width && b->height > b->y && b->height <= height;
}

/* Either way round the size is the picture's. */
void lac_remark_size(lac_remark *r, const lac_face *face)
{
    int is_same = face->width == r->width && face->height == r->height;
    int is_turned = face->width == r->height && face->height == r->width;
    if (face->width <= 0 || face->height <= 0 || is_same || is_turned)
        return;
    r->told_width = face->width;
    r->told_height = face->height;
}

static void tell_resized(lac_context *ctx, const lac_remark *remark, int count)
{
    const lac_remark *first = NULL;
    int pictures = 0;
    for (const lac_remark *r = remark; r < remark + count; r++) {
        pictures += r->told_width > 0;
        first = first || !r->told_width ? first : r;
    }
    if (first)
        lac_log(ctx, "%s is %dx%d, but %dx%d by its labels, which may be of another size of it%s",
                first->file, first->width, first->height, first->told_width, first->told_height,
                pictures > 1 ? "; so are others" : "");
}

/* Whether points say that the labels belong to the picture as it is stored. */
static int fits_stored(const lac_remark *r)
{
    return r->is_guess && r->beyond > 0 && r->beyond_stored == 0;
}

/* Which picture the labels of a turned one belong to is a guess, unless some of them lie outside of
 * the other one. */
static void tell_turned(lac_context *ctx, const lac_remark *remark, int count)
{
    const lac_remark *first = NULL, *first_fit = NULL;
    int guesses = 0, fits = 0, is_known = 0;
    for (const lac_remark *r = remark; r < remark + count; r++) {
        guesses += r->is_guess;
        fits += fits_stored(r);
        is_known |= r->is_guess && r->beyond == 0 && r->beyond_stored > 0;
        first = first || !r->is_guess ? first : r;
        first_fit = first_fit || !fits_stored(r) ? first_fit : r;
    }
    if (first_fit)
        lac_log(ctx, "%s: its labels lie outside of the picture turned upright, %dx%d, and inside "
                "of it as it is stored; %d of %d turned pictures %s so: --exif ignore takes labels "
                "for those of the stored pictures", first_fit->file, first_fit->width,
                first_fit->height, fits, guesses, fits == 1 ? "is" : "are");
    else if (first && !is_known)
        lac_log(ctx, "%s: the picture is stored turned, as EXIF says%s: its labels are taken for "
                "those of the upright picture, with --exif ignore for those of the stored one",
                first->file, guesses > 1 ? ", and so are others" : "");
}

static void tell_beyond(lac_context *ctx, const lac_remark *remark, int count)
{
    const lac_remark *first = NULL;
    int points = 0;
    for (const lac_remark *r = remark; r < remark + count; r++) {
        if (r->beyond == 0 || fits_stored(r))
            continue;
        points += r->beyond;
        first = first ? first : r;
    }
    const int is_one = points == 1;
    if (first)
        lac_log(ctx, "%s, face %d: %d point%s outside of %s picture, this one %dx%d: taken as %s; "
                "--outside missing makes %s", first->file, first->face + 1, points,
                is_one ? " lies" : "s lie", is_one ? "its" : "their", first->width, first->height,
                is_one ? "it is" : "they are", is_one ? "it a gap" : "them gaps");
}

/* Labels of a copy of half the size end in the middle of the pictures, but for stray ones. */
static void tell_smaller(lac_context *ctx, const lac_remark *remark, int count)
{
    enum { FEW = 20, STRAY = 100 };
    long points = 0, near = 0;
    for (const lac_remark *r = remark; r < remark + count; r++) {
        points += r->points;
        near += r->quarter;
    }
    if (near >= FEW && STRAY * (points - near) <= points)
        lac_log(ctx, "%s%ld points lie in the left top quarters of their pictures, as those of "
                "smaller copies do: they must be pixels of these pictures",
                near == points ? "all " : "", near);
}

/* Two corners that are read as a corner and a size make boxes too large, many of which end outside
 * of the picture, and most of which have their points in a corner. */
static void tell_corners(lac_context *ctx, const lac_remark *remark, int count)
{
    int boxes = 0, odd_boxes = 0, corners = 0;
    for (const lac_remark *r = remark; r < remark + count; r++) {
        boxes += r->boxes;
        odd_boxes += r->odd_boxes;
        corners += r->corners;
    }
    if (boxes && corners == boxes && 2 * odd_boxes > boxes)
        lac_log(ctx, "%d of %d boxes end outside of their pictures or lie beside their points, and "
                "all would lie inside as two corners: they are read as left, top, width, height; "
                "--by-points does without them", odd_boxes, boxes);
}

void lac_remarks_tell(lac_context *ctx, const lac_remark *remark, int count)
{
    tell_resized(ctx, remark, count);
    tell_turned(ctx, remark, count);
    tell_beyond(ctx, remark, count);
    tell_corners(ctx, remark, count);
    tell_smaller(ctx, remark, count);
}
