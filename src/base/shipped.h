/* Texts that ship inside the library; script/embed makes arrays of them from files. */
#ifndef LAC_SHIPPED_H
#define LAC_SHIPPED_H

#include <stddef.h>

typedef struct lac_shipped {
    const char *name;
    const char *text;
} lac_shipped;

/* Networks, net/networks/, presets, settings/presets/, and parts of exported C and of
 * pages, export/c/ and export/page/; all end with NULL. */
extern const lac_shipped lac_networks[];
extern const char *const lac_networks_names[];
extern const lac_shipped lac_presets[];
extern const char *const lac_presets_names[];
extern const lac_shipped lac_c_parts[];

#endif
