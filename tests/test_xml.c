/*
 * The reader of XML: pieces in their order, references, lines, and files that are none; and what
 * writes text into files that others read.
 */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "base/xml.h"
#include "support.h"

/* What a text reads as: <name key=value> for a start, /name for an end, [text]. */
static lac_status read_all(lac_context *ctx, const char *text, char *out)
{
    lac_xml xml;
    lac_xml_event event;
    char copy[4096];
    size_t size = strlen(text);
    assert_true(size < sizeof copy);
    memcpy(copy, text, size + 1);
    LAC_TRY(lac_xml_begin(ctx, "some.xml", copy, size, &xml));
    *out = 0;
    do {
        LAC_TRY(lac_xml_next(&xml, &event));
        if (event == LAC_XML_START) {
            out += sprintf(out, "<%s", xml.name);
            for (int i = 0; i < xml.attributes; i++)
                out += sprintf(out, " %s=%s", xml.attribute[i].name, xml.attribute[i].value);
            out += sprintf(out, ">");
        } else if (event == LAC_XML_TEXT) {
            out += sprintf(out, "[%s]", xml.text);
        } else if (event == LAC_XML_END) {
            out += sprintf(out, "/%s", xml.name);
        }
    } while (event != LAC_XML_DONE);
    return LAC_OK;
}

static void pieces_come_in_order(void **state)
{
    static const char *const cases[][2] = {
        {"<a/>", "<a>/a"},
        {"\xef\xbb\xbf<?xml version='1.0'?>\n<a><b x='1' y=\"2\"/>t</a>\n",
         "<a><b x=1 y=2>/b[t]/a"},
        {"<!DOCTYPE a><a ><!-- no <b> --></a >", "<a>/a"},
        {"<a\nx = '1'\ty='&lt;&#65;&#x42;&#xe9;&amp;'></a>", "<a x=1 y=<AB\xc3\xa9&>/a"},
        {"<a>1 2<!-- -->3 <_>4</_></a>", "<a>[1 2][3 ]<_>[4]/_/a"},
        {"<a>\n  <b/>\n</a>", "<a><b>/b/a"},
    };
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char out[4096];
        assert_ok(*state, read_all(*state, cases[i][0], out));
        assert_string_equal(out, cases[i][1]);
    }
}

static void wrong_files_are_told_by_line(void **state)
{
    static const char *const cases[][2] = {
        {"", "line 1: the file ends without an element"},
        {"<a>", "ends inside of a"},
        {"<a>\n\n</b>", "line 3: /b ends where a is open"},
        {"<a/><b/>", "a second outermost element"},
        {"<a/>x", "a text outside"},
        {"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>", "declarations and CDATA are not read"},
        {"<a>&b;</a>", "&b is no character"},
        {"<a>&#xd800;</a>", "is no character"},
        {"<a>&#0;</a>", "is no character"},
        {"<a>&#99999999999999999999;</a>", "is no character"},
        {"<a x=1/>", "stands in no quotes"},
        {"<a x/>", "x has no value"},
        {"<a x='1'y='2'/>", "behind the value of x"},
        {"<a /b>", "the tag a has no end"},
        {"< a/>", "where a name must be"},
    };
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char out[4096];
        assert_status(*state, read_all(*state, cases[i][0], out), LAC_ERROR_FORMAT);
        assert_message(*state, cases[i][1]);
    }
}

static void no_beginning_of_a_file_is_a_file(void **state)
{
    static const char whole[] = "<?xml version='1.0'?><!-- c --><a x='&amp;1' y='2'><b/>t</a>";
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        char cut[sizeof whole], out[4096];
        memcpy(cut, whole, length);
        cut[length] = 0;
        assert_status(*state, read_all(*state, cut, out), LAC_ERROR_FORMAT);
    }
}

static void depth_and_attributes_have_limits(void **state)
{
    char text[4096], out[4096], *p = text;
    for (int i = 0; i <= LAC_XML_DEPTH; i++)
        p += sprintf(p, "<a>");
    assert_status(*state, read_all(*state, text, out), LAC_ERROR_FORMAT);
    assert_message(*state, "more than 64 elements");
    p = text + sprintf(text, "<a");
    for (int i = 0; i <= LAC_XML_ATTRIBUTES; i++)
        p += sprintf(p, " x%d='1'", i);
    assert_status(*state, read_all(*state, text, out), LAC_ERROR_FORMAT);
    assert_message(*state, "more than 32 attributes");
    char nul[] = "<a>\0</a>";
    lac_xml xml;
    assert_status(*state, lac_xml_begin(*state, "f", nul, sizeof nul - 1, &xml), LAC_ERROR_FORMAT);
}

static void elements_can_be_skipped_and_numbers_read(void **state)
{
    char text[] = "<a><b><c/>x<b/></b><d w='2.5' h='1e9'/></a>";
    lac_xml xml;
    lac_xml_event event;
    double value;
    assert_ok(*state, lac_xml_begin(*state, "f", text, sizeof text - 1, &xml));
    assert_ok(*state, lac_xml_next(&xml, &event));
    assert_ok(*state, lac_xml_next(&xml, &event));
    assert_ok(*state, lac_xml_skip(&xml));
    assert_ok(*state, lac_xml_next(&xml, &event));
    assert_string_equal(xml.name, "d");
    assert_ok(*state, lac_xml_number(&xml, "w", 0, 10, &value));
    assert_true(value == 2.5);
    assert_status(*state, lac_xml_number(&xml, "h", 0, 10, &value), LAC_ERROR_FORMAT);
    assert_message(*state, "must be a number of 0 to 10");
    assert_status(*state, lac_xml_number(&xml, "x", 0, 10, &value), LAC_ERROR_FORMAT);
    assert_message(*state, "d has no x");
}

static int set_up(void **state)
{
    *state = context_at(LAC_CPU_REF, 1);
    return 0;
}

static int tear_down(void **state)
{
    lac_context *ctx = *state;
    lac_context_free(&ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_in_order),
        cmocka_unit_test(wrong_files_are_told_by_line),
        cmocka_unit_test(no_beginning_of_a_file_is_a_file),
        cmocka_unit_test(depth_and_attributes_have_limits),
        cmocka_unit_test(elements_can_be_skipped_and_numbers_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
