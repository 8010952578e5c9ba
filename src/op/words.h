/*
 * The words of one line of a network's text, which an operator's spec takes one by one. All
 * messages name the file and the line.
 */
#ifndef LAC_WORDS_H
#define LAC_WORDS_H

#include "base/base.h"

enum { LAC_MOST_WORDS = 32 };

/* Counts of the data that a network's text may ask for by name. */
typedef struct lac_counts {
    int points;        /* K */
    int sources;       /* label sources */
    int source_points; /* the sum over the sources of how many points each has */
} lac_counts;

typedef struct lac_words {
    lac_context *ctx;
    const char *where; /* the file, or the name of a network that ships with the library */
    int line;
    lac_counts counts; /* what "points" and the other names of counts stand for */
    char *word[LAC_MOST_WORDS];
    int count;
    int next;          /* the first that nobody took */
} lac_words;

/* ARGUMENT, "WHERE:LINE: ...". */
lac_status lac_words_fail(const lac_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "WHERE:LINE: 'WORD' where WANTED was wanted", about the next word, or the end of the line. */
lac_status lac_words_wanted(const lac_words *words, const char *wanted);

/* The next word, or NULL. */
const char *lac_words_peek(const lac_words *words);

/* Takes the next word if it is this one: 1, else 0. */
int lac_words_take(lac_words *words, const char *word);

/* Takes a count from 1 to `most`: a whole number, the name of a count such as "points", or a
 * multiple of one, "2*points". */
lac_status lac_words_count(lac_words *words, const char *what, int most, int *out);

/* A whole number that takes up all of `text` up to `end`, from least to most; 0 if it is not. */
int lac_words_number(const char *text, const char *end, int least, int most, int *out);

#endif
