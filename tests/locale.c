/* Part of every test program: a host that takes the environment's locale, as most programs do. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void take_locale(void)
{
    setlocale(LC_ALL, "");
    if (getenv("LACUNA_COMMA") && localeconv()->decimal_point[0] != ',') {
        fprintf(stderr, "the locale of tests/comma.sh has no decimal comma\n");
        exit(1);
    }
}
