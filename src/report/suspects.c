/*
 * The page of suspects: their pictures, which a person ticks or leaves, and a button that saves
 * what is ticked as the list that train --drop takes. The lines of each stand beside its picture,
 * and the script puts those together that are ticked. The page's own policy forbids it to load or
 * send anything.
 */
#include "data/data.h"
#include "report/html.h"
#include "report/tile.h"

static const char style[] =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<style>\n"
    ".suspects{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px;"
    "margin:1em 0 6em}\n"
    ".suspects figure{border:2px solid var(--line);border-radius:6px;padding:8px}\n"
    ".suspects figure:has(.tick:checked){border-color:var(--red)}\n"
    ".suspects svg{display:block;width:100%;border-radius:3px;margin-bottom:6px}\n"
    ".suspects figcaption{font-size:13px;line-height:1.4}.suspects label{display:block}\n"
    ".bar{position:fixed;left:0;right:0;bottom:0;background:var(--paper);border-top:1px solid "
    "var(--line);padding:10px 16px;display:flex;gap:12px;flex-wrap:wrap;align-items:center;"
    "justify-content:center}\n"
    "button{font:inherit;padding:.3em .9em}\n"
    "@media print{.bar{display:none}}\n"
    "</style>\n";

static const char bar[] =
    "<div class=\"bar\"><span id=\"count\"></span><button id=\"all\">tick all</button>"
    "<button id=\"none\">tick none</button><button id=\"save\">save drop.txt</button></div>\n";

/* A second box, where there is one, takes the whole row in place of its points. */
static const char script[] =
    "<script>\n"
    "'use strict';\n"
    "const boxes = [...document.querySelectorAll('.tick')];\n"
    "const whole = box => box.closest('figure').querySelector('.whole');\n"
    "function show() {\n"
    "  const count = boxes.filter(box => box.checked).length;\n"
    "  document.getElementById('count').textContent = count + ' of ' + boxes.length + ' ticked';\n"
    "  document.getElementById('save').disabled = count === 0;\n"
    "}\n"
    "function tick(is) {\n"
    "  for (const box of boxes) {\n"
    "    box.checked = is;\n"
    "    if (whole(box) && !is) whole(box).checked = false;\n"
    "  }\n"
    "  show();\n"
    "}\n"
    "function list() {\n"
    "  let text = '# Rows, or points of rows, whose labels lacuna train --drop leaves out.\\n';\n"
    "  for (const box of boxes.filter(box => box.checked))\n"
    "    text += '# ' + box.dataset.why + '\\n' +\n"
    "      (whole(box) && whole(box).checked ? box.dataset.row + '\\n' : box.dataset.lines);\n"
    "  return text;\n"
    "}\n"
    "function save() {\n"
    "  const link = document.createElement('a');\n"
    "  link.href = URL.createObjectURL(new Blob([list()], {type: 'text/plain'}));\n"
    "  link.download = 'drop.txt';\n"
    "  link.click();\n"
    "  URL.revokeObjectURL(link.href);\n"
    "}\n"
    "document.addEventListener('change', event => {\n"
    "  const figure = event.target.closest('figure');\n"
    "  if (event.target.matches('.whole') && event.target.checked)\n"
    "    figure.querySelector('.tick').checked = true;\n"
    "  if (event.target.matches('.tick') && !event.target.checked && whole(event.target))\n"
    "    whole(event.target).checked = false;\n"
    "  show();\n"
    "});\n"
    "document.getElementById('all').onclick = () => tick(true);\n"
    "document.getElementById('none').onclick = () => tick(false);\n"
    "document.getElementById('save').onclick = save;\n"
    "show();\n"
    "</script>\n";

/* The lines of the list that drop this one. */
static void write_lines(FILE *stream, const lac_suspects *s, int index)
{
    const lac_suspect *x = &s->suspect[index];
    const lac_data *data = s->predicted->data;
    const uint8_t *named = s->point + (size_t)index * data->points;
    if (x->is_whole)
        lac_print(stream, "%d\n", x->number);
    for (int k = 0; k < data->points && !x->is_whole; k++)
        if (named[k]) {
            lac_print(stream, "%d ", x->number);
            lac_html_text(stream, lac_data_point_name(data, k));
            putc('\n', stream);
        }
}

static lac_status write_picture(lac_context *ctx, FILE *stream, const lac_suspects *s, int index)
{
    const lac_suspect *x = &s->suspect[index];
    const lac_data *data = s->predicted->data;
    const size_t points = (size_t)data->points;
    const lac_tile_source source = {
        .data = data, .row = x->row, .xy = s->predicted->xy + 2 * points * (size_t)x->index,
        .filled = x->is_whole ? NULL : s->point + points * (size_t)index};
    lac_tile tile = {0};
    lac_status status = lac_tile_make(ctx, &source, &tile);
    if (status == LAC_OK)
        status = lac_tile_write(ctx, stream, &tile);
    lac_tile_free(&tile);
    return status;
}

static lac_status write_suspect(lac_context *ctx, FILE *stream, const lac_suspects *s, int index)
{
    const lac_suspect *x = &s->suspect[index];
    char reason[200];
    lac_suspect_reason(s, index, reason, sizeof reason);
    lac_print(stream, "<figure><label>");
    LAC_TRY(write_picture(ctx, stream, s, index));
    lac_print(stream, "<input type=\"checkbox\" class=\"tick\" autocomplete=\"off\" "
                      "data-row=\"%d\" data-why=\"%.1f: ", x->number, x->score);
    lac_html_text(stream, reason);
    lac_print(stream, "\" data-lines=\"");
    write_lines(stream, s, index);
    lac_print(stream, "\"> <b>row %d</b> <span class=\"quiet\">score %.1f</span></label>\n"
                      "<figcaption>", x->number, x->score);
    lac_html_text(stream, reason);
    if (!x->is_whole)
        lac_print(stream, "<label><input type=\"checkbox\" class=\"whole\" autocomplete=\"off\"> "
                          "the whole row</label>");
    lac_print(stream, "</figcaption></figure>\n");
    return LAC_OK;
}

static lac_status write_page(lac_context *ctx, FILE *stream, const lac_suspects *s)
{
    lac_html_head(stream, "lacuna: suspects");
    lac_print(stream, "%s<body>\n<h1>lacuna: suspects</h1>\n<p>%d of %d rows, the worst first. "
                      "<span class=\"red\">Labels are red</span>, <span class=\"blue\">predictions "
                      "blue</span>, by a model that was not trained on the row. Filled labels are "
                      "those that are far off; the score says how far beyond the usual, in what is "
                      "usual for the point and its source.</p>\n<p>Tick what is wrongly labelled. "
                      "A hard picture may be labelled rightly: leave it. Then save the list, and "
                      "train with <code>--drop drop.txt</code>. Nothing leaves this page.</p>\n"
                      "<div class=\"suspects\">\n", style, s->count, s->predicted->count);
    for (int i = 0; i < s->count; i++)
        LAC_TRY(write_suspect(ctx, stream, s, i));
    lac_print(stream, "</div>\n%s%s</body>\n</html>\n", bar, script);
    return LAC_OK;
}

lac_status lac_suspects_page(lac_context *ctx, const lac_suspects *s, const char *path)
{
    lac_file file;
    LAC_TRY(lac_file_create(ctx, path, &file));
    return lac_file_finish(ctx, &file, write_page(ctx, file.stream, s));
}
