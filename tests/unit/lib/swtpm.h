/* SPDX-License-Identifier: Apache-2.0 */
/* A TPM for a test: swtpm at a socket, in a folder that goes away with it. One client at a time. */
#ifndef TESTS_UNIT_LIB_SWTPM_H
#define TESTS_UNIT_LIB_SWTPM_H

#include <sys/types.h>

struct swtpm {
	char dir[64];
	char tcti[96]; /* "swtpm:path=..." */
	pid_t pid;
};

/*
 * A new TPM with an EK certificate of a CA in dir/ca, started. which, 0 or 1: the same chip each time, with another CA
 * than the other's. Aborts when that fails.
 */
void swtpm_start(struct swtpm *tpm, unsigned which);
void swtpm_restart(struct swtpm *tpm); /* as after a power cut */
void swtpm_stop(struct swtpm *tpm); /* and its folder goes */
/* Runs a command of the shell; %s in it is the folder. Aborts unless it exits with 0. */
void swtpm_shell(const struct swtpm *tpm, const char *command);

#endif
