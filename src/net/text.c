/*
 * A network's text, one line a node:
 *
 *   NAME  OPERATOR WORDS... [output]  [< INPUT...]  [+ ADDED]
 *
 * "#" begins a comment. Without "<" a node reads the line before it, the first one the pictures,
 * which are called "input". What the words mean is the operator's own affair.
 */
#include "net/text.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r";

/* Lines may be long, for what people write in comments. */
enum { MOST_LINE = 1000 };

/* ---- Lines ----------------------------------------------------------------------------------- */

/* Copies the line at *text without its comment, moves *text behind it, cuts it into words. */
static lac_status take_line(const char **text, char line[MOST_LINE + 1], lac_words *words)
{
    size_t length = strcspn(*text, "\n");
    const char *begin = *text;
    *text += length + ((*text)[length] == '\n');
    words->line++;
    words->count = words->next = 0;
    if (length > MOST_LINE)
        return lac_words_fail(words, "the line has %zu characters, at most %d are possible",
                              length, MOST_LINE);
    memcpy(line, begin, length);
    line[length] = '\0';
    line[strcspn(line, "#")] = '\0';
    for (char *p = line + strspn(line, blanks); *p; p += strspn(p, blanks)) {
        if (words->count == LAC_MOST_WORDS)
            return lac_words_fail(words, "more than %d words", LAC_MOST_WORDS);
        words->word[words->count++] = p;
        p += strcspn(p, blanks);
        if (*p)
            *p++ = '\0';
    }
    return LAC_OK;
}

/* ---- One node -------------------------------------------------------------------------------- */

/* The index of the node of this name, or -1. */
static int find_node(const lac_net *net, const char *name)
{
    for (int i = 0; i < net->count; i++)
        if (strcmp(net->node[i].name, name) == 0)
            return i;
    return -1;
}

static int is_name(const char *word)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return word[strspn(word, good)] == '\0' && strlen(word) < LAC_NAME;
}

/* Tensors of a training's file begin with "adam.". */
static lac_status read_name(lac_words *words, const lac_net *net, lac_node *node)
{
    const char *name = lac_words_peek(words);
    if (!is_name(name))
        return lac_words_fail(words, "\"%.40s\" is no name: letters, digits, dots, _ and -, at "
                              "most %d", name, LAC_NAME - 1);
    if (strncmp(name, "adam.", 5) == 0)
        return lac_words_fail(words, "the name %s must not begin with adam., as moments do", name);
    int old = find_node(net, name);
    if (old >= 0)
        return old ? lac_words_fail(words, "%s stands in line %d already", name,
                                    net->node[old].line)
                   : lac_words_fail(words, "input is the name of the pictures, choose another");
    snprintf(node->name, sizeof node->name, "%s", name);
    words->next++;
    return LAC_OK;
}

static lac_status read_operator(lac_words *words, lac_node *node)
{
    char list[200] = "";
    for (const lac_op_spec *const *spec = lac_op_specs; *spec; spec++) {
        if (lac_words_take(words, (*spec)->word)) {
            node->spec = *spec;
            if (!(*spec)->parse)
                return LAC_OK;
            LAC_TRY(lac_alloc(words->ctx, 1, (*spec)->attr_size, &node->attr));
            return (*spec)->parse(words, node->attr);
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", (*spec)->word);
    }
    char wanted[240];
    snprintf(wanted, sizeof wanted, "an operator (%s)", list);
    return lac_words_wanted(words, wanted);
}

static lac_status add_input(lac_words *words, const lac_net *net, lac_node *node)
{
    const char *name = lac_words_peek(words);
    if (!name)
        return lac_words_wanted(words, "a node's name");
    int i = find_node(net, name);
    if (i < 0)
        return lac_words_fail(words, "%s reads %.40s, which no line before it defines", node->name,
                              name);
    if (node->inputs == LAC_MOST_INPUTS)
        return lac_words_fail(words, "%s reads more than %d nodes", node->name, LAC_MOST_INPUTS);
    node->input[node->inputs++] = i;
    words->next++;
    return LAC_OK;
}

static lac_status check_inputs(lac_words *words, const lac_node *node)
{
    int least = node->spec->least_inputs;
    int most = node->spec->most_inputs;
    char range[40];
    snprintf(range, sizeof range, least == most ? "%d" : "%d to %d", least, most);
    if (node->inputs < least || node->inputs > most)
        return lac_words_fail(words, "%s reads %d node%s, %s takes %s", node->name, node->inputs,
                              node->inputs == 1 ? "" : "s", node->spec->word, range);
    return LAC_OK;
}

/* "< a b" and "+ c", either of which may be missing. */
static lac_status read_inputs(lac_words *words, const lac_net *net, lac_node *node)
{
    if (lac_words_take(words, "<")) {
        do
            LAC_TRY(add_input(words, net, node));
        while (lac_words_peek(words) && strcmp(lac_words_peek(words), "+") != 0);
    } else {
        node->input[node->inputs++] = net->count - 1;
    }
    LAC_TRY(check_inputs(words, node));
    if (!lac_words_take(words, "+"))
        return LAC_OK;
    if (!node->spec->may_add)
        return lac_words_fail(words, "%s: %s adds no other node", node->name, node->spec->word);
    node->added = 1;
    return add_input(words, net, node);
}

static lac_status read_node(lac_words *words, lac_net *net)
{
    lac_node *node = &net->node[net->count];
    *node = (lac_node){.line = words->line, .side = net->size};
    LAC_TRY(read_name(words, net, node));
    net->count++; /* from here on its attributes are freed with the net */
    LAC_TRY(read_operator(words, node));
    node->is_output = lac_words_take(words, "output");
    net->output_count += node->is_output;
    const char *word = lac_words_peek(words);
    if (word && strcmp(word, "<") != 0 && strcmp(word, "+") != 0)
        return lac_words_fail(words, "\"%.40s\" is not understood here: %s", word,
                              node->spec->usage);
    net->count--; /* a node does not read itself */
    lac_status status = read_inputs(words, net, node);
    net->count++;
    if (status == LAC_OK && words->next < words->count)
        return lac_words_fail(words, "\"%.40s\" stands behind the end of the line",
                              lac_words_peek(words));
    return status;
}

lac_status lac_text_read(lac_context *ctx, const char *where, lac_net *net)
{
    char line[MOST_LINE + 1];
    lac_words words = {.ctx = ctx, .where = where, .counts = net->counts};
    const char *text = net->text;
    while (*text) {
        LAC_TRY(take_line(&text, line, &words));
        if (words.count == 0)
            continue;
        if (net->count == LAC_MOST_NODES)
            return lac_words_fail(&words, "more than %d nodes", LAC_MOST_NODES - 1);
        LAC_TRY(read_node(&words, net));
    }
    return LAC_OK;
}
