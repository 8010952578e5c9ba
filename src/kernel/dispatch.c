/*
 * Which kernels this machine runs.
 *
 * __builtin_cpu_supports asks the processor (CPUID) and the operating system: the
 * compiler's run-time library reports AVX2 and FMA only where XCR0 says that the
 * system saves the 256-bit registers, AVX-512 only where it saves the masks and
 * the 512-bit registers too (gcc/common/config/i386/cpuinfo.h, compiler-rt's
 * cpu_model). The tables are constant: there is nothing to set up and no lock. AMX's registers must
 * be asked for.
 */
#define _GNU_SOURCE /* syscall */
#include "kernel/pixels.h"
#include "kernel/tables.h"

#ifdef LAC_X86
#include <cpuid.h>
#include <stdatomic.h>
#include <string.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif
#include <stdio.h>

#ifdef LAC_X86
/* Linux lets a process use tiles once it has asked, and refuses where its signals have a stack of
 * their own that is too small for them (Documentation/arch/x86/xstate.rst). */
static int may_use_tiles(void)
{
#if defined __linux__ && defined SYS_arch_prctl
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
    return 0;
#endif
}

/* AMX-TILE and AMX-BF16; the system answers for the registers. */
static int find_tiles(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && d >> 24 & 1 && d >> 22 & 1 &&
           may_use_tiles();
}

/* Kept: a virtual machine takes 20 us to answer a CPUID. Threads that ask at once find the same. */
static int has_tiles(void)
{
    enum { UNKNOWN, NONE, THERE };
    static atomic_int known;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == UNKNOWN) {
        answer = find_tiles() ? THERE : NONE;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == THERE;
}
#endif

static int machine_has(lac_cpu level)
{
    switch (level) {
    case LAC_CPU_REF:
        return 1;
#if defined LAC_X86
    case LAC_CPU_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case LAC_CPU_AVX512:
        return machine_has(LAC_CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    case LAC_CPU_AMX:
        return machine_has(LAC_CPU_AVX512) && __builtin_cpu_supports("avx512bf16") && has_tiles();
#elif defined LAC_ARM64
    case LAC_CPU_NEON: /* part of the architecture */
        return 1;
#endif
    default:
        return 0;
    }
}

lac_cpu lac_kernels_level(lac_cpu wanted)
{
    lac_cpu level = machine_has(wanted) ? wanted : LAC_CPU_AMX;
    while (!machine_has(level))
        level--;
    return level;
}

const lac_kernels *lac_kernels_get(lac_cpu level)
{
    level = lac_kernels_level(level);
    switch (level == LAC_CPU_AMX ? LAC_CPU_AVX512 : level) { /* tiles are for bf16 alone */
#define TABLE(isa, level)                                                                          \
    case level:                                                                                    \
        return &lac_kernels_##isa;
        LAC_LEVELS(TABLE)
#undef TABLE
    default:
        return &lac_kernels_ref;
    }
}

const lac_kernels *lac_kernels_get_bf16(lac_cpu level)
{
    switch (lac_kernels_level(level)) {
#ifdef LAC_X86
    case LAC_CPU_AMX:
        return &lac_kernels_amx;
    case LAC_CPU_AVX512:
        return __builtin_cpu_supports("avx512bf16") ? &lac_kernels_avx512_bf16 : NULL;
#endif
    case LAC_CPU_REF:
        return &lac_kernels_ref_bf16;
    default:
        return NULL;
    }
}

lac_pixels *lac_pixels_get(lac_cpu level)
{
    switch (lac_kernels_level(level)) {
#ifdef LAC_X86
    case LAC_CPU_AMX:
    case LAC_CPU_AVX512:
        return __builtin_cpu_supports("avx512vbmi2") ? lac_pixels_avx512_vbmi2 : lac_pixels_avx2;
    case LAC_CPU_AVX2:
        return lac_pixels_avx2;
#endif
    default:
        return lac_pixels_ref;
    }
}

void lac_kernels_processor(char text[LAC_PROCESSOR])
{
    snprintf(text, LAC_PROCESSOR, "unknown");
#ifdef LAC_X86
    unsigned r[12];
    for (unsigned part = 0; part < 3; part++)
        if (!__get_cpuid(0x80000002u + part, &r[4 * part], &r[4 * part + 1], &r[4 * part + 2],
                         &r[4 * part + 3]))
            return;
    char brand[sizeof r + 1] = {0};
    memcpy(brand, r, sizeof r);
    size_t used = 0;
    for (const char *p = brand; *p; p++) /* padded with blanks at either end */
        if (*p > ' ' && *p != '"' && *p <= '~')
            text[used++] = *p;
        else if (used > 0 && text[used - 1] != ' ')
            text[used++] = ' ';
    while (used > 0 && text[used - 1] == ' ')
        used--;
    text[used] = '\0';
#endif
}
