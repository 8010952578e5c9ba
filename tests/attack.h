/*
 * Runs a program and attacks it at one of its file calls: the system calls that change files
 * or folders, counted from 1 over all its threads. It is traced for that, as a debugger does.
 */
#ifndef LAC_TEST_ATTACK_H
#define LAC_TEST_ATTACK_H

typedef enum attack_kind {
    ATTACK_NONE,    /* counts only */
    ATTACK_KILL,    /* SIGKILL before the call `at` */
    ATTACK_REFUSE,  /* the call `at` fails, for want of room or as a broken disk */
    ATTACK_FILL,    /* the disk has room for `at` bytes more */
    ATTACK_LOCK,    /* files cannot be locked */
    ATTACK_THREADS, /* only `at` threads can be started */
} attack_kind;

typedef struct attack {
    attack_kind kind;
    long at;
} attack;

typedef struct outcome {
    int code;        /* exit code, or minus the signal that ended it */
    long calls;      /* file calls made or refused */
    long bytes;      /* written by them */
    char errors[2000]; /* what it wrote to stderr */
} outcome;

/* 0 where programs cannot be traced, or this processor's registers are not known. */
int attack_is_possible(void);

/* Runs the command, whose last word is followed by NULL; its stdout is dropped. */
void attack_run(attack a, const char *const *command, outcome *out);

/* Starts the command on its own, stderr into the file `errors`; its process. */
int command_start(const char *const *command, const char *errors);

/* Waits for it; as outcome's code. */
int command_wait(int process);

#endif
