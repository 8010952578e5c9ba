/*
 * Ranks by MPI, for programs that were started by mpirun, srun or the like. It is a small library
 * of its own, lacuna_mpi, so that lacuna needs none: built where there is MPI.
 */
#ifndef LACUNA_MPI_H
#define LACUNA_MPI_H

#include "lacuna.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Begins MPI and makes this process one of its ranks. Once in a process. ARGUMENT (more than 1,024
 * ranks), MEMORY, RANKS (MPI refuses); why is in lac_mpi_message(). */
lac_status lac_mpi_open(lac_comm **out);
const char *lac_mpi_message(void);

/* Ends MPI; all ranks come here. A rank that `failed` where the others do not know of it ends them
 * all at once instead. NULL is accepted. */
void lac_mpi_close(lac_comm **comm, int failed);

#ifdef __cplusplus
}
#endif
#endif
