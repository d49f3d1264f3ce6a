/* SPDX-License-Identifier: Apache-2.0 */
/* A program of subcommands: a const table and its dispatcher, and how a wrong command line is answered. */
#ifndef LIB_COMMAND_H
#define LIB_COMMAND_H

#include <stddef.h>

#define WT_EXIT_USAGE 64 /* sysexits: EX_USAGE */
#define WT_EXIT_OUTPUT 74 /* EX_IOERR: what should have been printed could not be */

struct wt_command {
	const char *name; /* as typed */
	int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
	const char *summary; /* one line, no full stop */
};

struct wt_program {
	const char *name; /* "wattest-inspect" */
	const char *purpose; /* one line */
	const struct wt_command *commands;
	size_t n;
	const char *more; /* below the list of commands: exit status, where to read on */
};

/* Runs the subcommand that argv names, answers --help and --version, and makes sure that what was printed arrived. */
int wt_program_run(const struct wt_program *program, int argc, char **argv);

/* Says on stderr what is wrong with the command line and where its help is; returns WT_EXIT_USAGE. */
int wt_usage_error(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same after getopt_long answered '?' or ':' (opterr is 0, the option string begins with ':'). */
int wt_option_error(const char *command, int answer, char *const argv[]);

#endif
