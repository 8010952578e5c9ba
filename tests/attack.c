/* A tracer: stops a program at its system calls, and lets them be, fail or be the last. */
#define _GNU_SOURCE
#include "attack.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Processes ------------------------------------------------------------------------- */

static void become(const char *const *command, int errors)
{
    char *words[64];
    int count = 0, null = open("/dev/null", O_RDWR);
    for (; command[count]; count++) {
        assert_true(count < 63);
        words[count] = strdup(command[count]);
    }
    words[count] = NULL;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    close(null);
    close(errors);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* which traces as well */
    execv(words[0], words);
    _exit(127);
}

int command_start(const char *const *command, const char *errors)
{
    int file = open(errors, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    assert_true(file >= 0);
    int process = fork();
    assert_true(process >= 0);
    if (process == 0)
        become(command, file);
    close(file);
    return process;
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int command_wait(int process)
{
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    return code_of(status);
}

#ifdef __x86_64__

static int start_traced(const char *const *command, int errors)
{
    int process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        become(command, errors);
    }
    return process;
}

/* ---- System calls -------------------------------------------------------------------------- */

typedef struct __ptrace_syscall_info call;

static int is_writing(const call *c)
{
    long number = (long)c->entry.nr;
    return (number == SYS_write || number == SYS_writev || number == SYS_pwrite64) &&
           c->entry.args[0] > STDERR_FILENO;
}

static int is_starting(const call *c)
{
    return c->entry.nr == SYS_clone || c->entry.nr == SYS_clone3;
}

static int is_file_call(const call *c)
{
    switch (c->entry.nr) {
    case SYS_open:
        return (c->entry.args[1] & (O_WRONLY | O_RDWR)) != 0;
    case SYS_openat:
        return (c->entry.args[2] & (O_WRONLY | O_RDWR)) != 0;
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_rename:
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_unlink:
    case SYS_unlinkat:
    case SYS_mkdir:
    case SYS_mkdirat:
    case SYS_ftruncate:
    case SYS_flock:
        return 1;
    default:
        return is_writing(c);
    }
}

/* How a call fails. */
static int error_of(const call *c)
{
    switch (c->entry.nr) {
    case SYS_flock:
        return EWOULDBLOCK;
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_ftruncate:
        return EIO;
    case SYS_clone:
    case SYS_clone3:
        return EAGAIN;
    default:
        return ENOSPC;
    }
}

static void set_register(int thread, size_t offset, long value)
{
    assert_int_equal(ptrace(PTRACE_POKEUSER, thread, offset, value), 0);
}

#define REGISTER(name) offsetof(struct user, regs.name)

/* ---- The tracer ---------------------------------------------------------------------------- */

typedef struct tracer {
    attack attack;
    int process;
    outcome *out;
    int is_running; /* the command, from its exec on */
    long threads;
    int refused; /* the thread whose call under way fails, or 0 */
    int error;
    int writer;  /* the thread whose call under way writes to a file, or 0 */
} tracer;

static void refuse(tracer *t, int thread, const call *c)
{
    set_register(thread, REGISTER(orig_rax), -1);
    t->refused = thread;
    t->error = error_of(c);
}

/* What is left of the disk is filled first. */
static void fill(tracer *t, int thread, const call *c)
{
    long left = t->attack.at - t->out->bytes;
    if (left > 0 && c->entry.nr == SYS_write && (long)c->entry.args[2] > left)
        set_register(thread, REGISTER(rdx), left);
    else if (left <= 0)
        refuse(t, thread, c);
}

static void enter_call(tracer *t, int thread, const call *c)
{
    if (is_starting(c) && t->attack.kind == ATTACK_THREADS && t->threads++ >= t->attack.at)
        refuse(t, thread, c);
    if (!is_file_call(c))
        return;
    t->out->calls++;
    if (t->attack.kind == ATTACK_LOCK && c->entry.nr == SYS_flock) {
        refuse(t, thread, c);
        t->error = ENOLCK;
    }
    if (t->attack.kind == ATTACK_KILL && t->out->calls == t->attack.at)
        kill(t->process, SIGKILL);
    if (t->attack.kind == ATTACK_REFUSE && t->out->calls == t->attack.at)
        refuse(t, thread, c);
    if (is_writing(c)) {
        if (t->attack.kind == ATTACK_FILL)
            fill(t, thread, c);
        t->writer = thread;
    }
}

static void leave_call(tracer *t, int thread, const call *c)
{
    if (t->refused == thread) {
        set_register(thread, REGISTER(rax), -t->error);
        t->refused = 0;
    } else if (t->writer == thread && c->exit.rval > 0) {
        t->out->bytes += (long)c->exit.rval;
    }
    if (t->writer == thread)
        t->writer = 0;
}

static void look_at_call(tracer *t, int thread)
{
    call c;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof c, &c) <= 0)
        return; /* killed meanwhile */
    if (c.op == PTRACE_SYSCALL_INFO_ENTRY)
        enter_call(t, thread, &c);
    else if (c.op == PTRACE_SYSCALL_INFO_EXIT)
        leave_call(t, thread, &c);
}

static void trace(tracer *t)
{
    int status, thread;
    while ((thread = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status)) {
            if (thread == t->process)
                t->out->code = code_of(status);
            continue;
        }
        int number = WSTOPSIG(status);
        t->is_running |= status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
        if (number == (SIGTRAP | 0x80) && t->is_running)
            look_at_call(t, thread);
        int is_ours = number == (SIGTRAP | 0x80) || number == SIGTRAP || number == SIGSTOP;
        ptrace(PTRACE_SYSCALL, thread, NULL, is_ours ? 0L : (long)number);
    }
}

void attack_run(attack a, const char *const *command, outcome *out)
{
    int status;
    FILE *errors = tmpfile();
    assert_non_null(errors);
    *out = (outcome){0};
    tracer t = {.attack = a, .out = out, .process = start_traced(command, fileno(errors))};
    assert_int_equal(waitpid(t.process, &status, 0), t.process);
    if (ptrace(PTRACE_SETOPTIONS, t.process, NULL,
               PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                   PTRACE_O_EXITKILL) == 0)
        ptrace(PTRACE_SYSCALL, t.process, NULL, NULL);
    else
        kill(t.process, SIGKILL); /* tracing is forbidden here */
    trace(&t);
    rewind(errors);
    size_t length = fread(out->errors, 1, sizeof out->errors - 1, errors);
    out->errors[length] = '\0';
    fclose(errors);
}

int attack_is_possible(void)
{
    static const char *const command[] = {"/bin/sh", "-c", ": > /dev/null", NULL};
    outcome out;
    attack_run((attack){ATTACK_NONE, 0}, command, &out);
    return out.code == 0 && out.calls == 1;
}

#else

int attack_is_possible(void)
{
    return 0;
}

void attack_run(attack a, const char *const *command, outcome *out)
{
    (void)a;
    (void)command;
    *out = (outcome){.code = -1};
}

#endif
