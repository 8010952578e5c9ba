/* Mirror partners of points: names that differ in left_ and right_. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* Exchanges every left_ and right_ in a name. `out` has room for twice the name. Done
 * twice it gives the name again. */
static void swap_sides(const char *name, char *out)
{
    while (*name) {
        if (strncmp(name, "left_", 5) == 0) {
            memcpy(out, "right_", 6);
            name += 5;
            out += 6;
        } else if (strncmp(name, "right_", 6) == 0) {
            memcpy(out, "left_", 5);
            name += 6;
            out += 5;
        } else {
            *out++ = *name++;
        }
    }
    *out = 0;
}

lac_status lac_mirror_find(lac_context *ctx, char *const *names, int points, int *mirror)
{
    for (int p = 0; p < points; p++) {
        char *swapped;
        LAC_TRY(lac_alloc(ctx, 2 * strlen(names[p]) + 1, 1, &swapped));
        swap_sides(names[p], swapped);
        mirror[p] = p;
        for (int q = 0; q < points; q++)
            if (strcmp(names[q], swapped) == 0)
                mirror[p] = q;
        free(swapped);
    }
    return LAC_OK;
}
