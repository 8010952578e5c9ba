/* Text and words of commands inside a page of HTML. */
#ifndef LAC_HTML_H
#define LAC_HTML_H

#include "base/base.h"

/* Text with the characters that HTML reads as its own escaped. */
void lac_html_text(FILE *stream, const char *text);

/* A word of a command as a shell reads it back, escaped. MEMORY. */
lac_status lac_html_word(lac_context *ctx, FILE *stream, const char *word);

#endif
