/* What pages of HTML share: their head, and words of commands inside them; lac_html_text of base.h
 * writes other text. */
#ifndef LAC_HTML_H
#define LAC_HTML_H

#include "base/base.h"

/* The beginning of a page up to its body, with the styles that all pages have; light or dark as the
 * reader's system. */
void lac_html_head(FILE *stream, const char *title);

/* A word of a command as a shell reads it back, escaped. MEMORY. */
lac_status lac_html_word(lac_context *ctx, FILE *stream, const char *word);

#endif
