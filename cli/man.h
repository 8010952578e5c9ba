/*
 * Manual pages, in the macros of man(7). A page begins, has sections and ends; those of a verb
 * come from its command (print_man, options.h).
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

/* "lacuna-train", and what it does in half a line. */
void man_begin(const char *page, const char *summary);

/* A section of text, in which a newline begins a paragraph, or of commands, one on each line
 * behind two blanks. */
void man_text(const char *title, const char *text);
void man_commands(const char *title, const char *lines);

/* Adds a verb to the section that was begun last. */
void man_verb(const char *name, const char *summary);

/* The sections that every page ends with. */
void man_end(const char *see_also);

#endif
