/*
 * Manual pages, in the macros of man(7). A page begins, has sections and ends; those of a verb
 * come from its command (print_man, options.h).
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

/* "lacuna-train", and what it does in half a line. */
void man_begin(const char *page, const char *summary);

void man_usage(const char *lines);

/* The section of the verbs, of which man_verb then adds one. */
void man_verbs(void);
void man_verb(const char *name, const char *summary);

void man_examples(const char *lines); /* two blanks in front of each */
void man_end(const char *see_also);

#endif
