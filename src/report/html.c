/* What pages of HTML share: their head, and words of commands inside them. */
#include "report/html.h"

#include <stdlib.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#222;--quiet:#666;--line:#ddd;--paper:#fff;--red:#d62728;"
    "--blue:#1f77b4}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e8e8e8;--quiet:#a0a4aa;--line:#34383e;"
    "--paper:#16191d;--red:#ff6b6b;--blue:#6cb6ff}}\n"
    "@media print{:root{color-scheme:light;--ink:#222;--quiet:#666;--line:#ddd;--paper:#fff;"
    "--red:#d62728;--blue:#1f77b4}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:1080px;padding:16px;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "h1{margin:.4em 0 0}h2{margin:2em 0 .3em;border-top:1px solid var(--line);padding-top:1em}\n"
    "h3{margin:1.4em 0 .2em}h4{margin:.8em 0 .2em;color:var(--quiet);font-weight:600}\n"
    "p{margin:.3em 0;max-width:46em}.quiet,figcaption span{color:var(--quiet)}\n"
    ".red{color:var(--red)}.blue{color:var(--blue)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;margin:.6em 0;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3em .6em;text-align:right;border-bottom:1px solid var(--line);"
    "white-space:nowrap}\n"
    "th{font-weight:600;vertical-align:bottom}th:first-child,td:first-child,.l{text-align:left}\n"
    "th:first-child,td:first-child{position:sticky;left:0;background:var(--paper)}"
    "table{font-size:14.5px}\n"
    ".paper{color:var(--quiet)}.mean{font-style:italic}\n"
    ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));"
    "gap:16px}\n"
    "figure{margin:0;break-inside:avoid}.charts img{width:100%;max-width:560px;height:auto;"
    "display:block}\n"
    ".tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:10px}\n"
    ".tiles svg{display:block;width:100%;border-radius:3px}\n"
    ".tiles figcaption{display:flex;justify-content:space-between;flex-wrap:wrap;gap:0 .6em;"
    "font-size:13px;line-height:1.4}\n"
    "svg .l{fill:#d62728;stroke:#fff}svg .h{fill:#fff;stroke:#d62728}"
    "svg .p{fill:#1f77b4;stroke:#fff}svg path{stroke:#d62728}\n"
    "code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.4em 0}"
    "dt{color:var(--quiet)}dd{margin:0;min-width:0}\n"
    "@media (max-width:600px){.tiles{grid-template-columns:repeat(3,1fr)}"
    "dl{grid-template-columns:1fr}h1{font-size:1.6em}"
    "th:first-child,td:first-child{white-space:normal;min-width:5.5em}}\n"
    "@media print{body{max-width:none;padding:0;font-size:11pt}.scroll{overflow:visible}"
    "table{font-size:8.5pt}.charts{grid-template-columns:1fr 1fr}h2,h3,h4{break-after:avoid}}\n"
    "</style>\n";

void lac_html_head(FILE *stream, const char *title)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n", stream);
    lac_print(stream, "<title>%s</title>\n<style>\n%s", title, style);
}

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
