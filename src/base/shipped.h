/* Texts that ship inside the library; script/embed makes arrays of them from files. */
#ifndef LAC_SHIPPED_H
#define LAC_SHIPPED_H

#include <stddef.h>

typedef struct lac_shipped {
    const char *name;
    const char *text;
} lac_shipped;

#endif
