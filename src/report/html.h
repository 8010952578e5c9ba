/* What pages of HTML share: their head, text and words of commands inside them. */
#ifndef LAC_HTML_H
#define LAC_HTML_H

#include "base/base.h"

/* The beginning of a page up to its body, with the styles that all pages have; light or dark as the
 * reader's system. */
void lac_html_head(FILE *stream, const char *title);

/* Text with the characters that HTML reads as its own escaped. */
void lac_html_text(FILE *stream, const char *text);

/* A word of a command as a shell reads it back, escaped. MEMORY. */
lac_status lac_html_word(lac_context *ctx, FILE *stream, const char *word);

#endif
