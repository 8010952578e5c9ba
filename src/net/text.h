/* Reading a network's text line by line; graph.c checks what comes out. */
#ifndef LAC_NET_TEXT_H
#define LAC_NET_TEXT_H

#include "net/net.h"

enum { LAC_MOST_NODES = 256 };

/* Appends the text's nodes to net->node, which has room for LAC_MOST_NODES, behind the pictures.
 * Names, inputs and words are checked, shapes are not. */
lac_status lac_text_read(lac_context *ctx, const char *where, lac_net *net);

#endif
