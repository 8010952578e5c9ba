/* Words of commands inside a page of HTML. */
#include "report/html.h"

#include <stdlib.h>

lac_status lac_html_word(lac_context *ctx, FILE *stream, const char *word)
{
    size_t size = lac_shell_word(word, NULL, 0) + 1;
    char *text;
    LAC_TRY(lac_alloc(ctx, size, 1, &text));
    lac_shell_word(word, text, size);
    lac_html_text(stream, text);
    free(text);
    return LAC_OK;
}
