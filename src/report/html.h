/* Words of commands inside a page of HTML; lac_html_text of base.h writes other text. */
#ifndef LAC_HTML_H
#define LAC_HTML_H

#include "base/base.h"

/* A word of a command as a shell reads it back, escaped. MEMORY. */
lac_status lac_html_word(lac_context *ctx, FILE *stream, const char *word);

#endif
