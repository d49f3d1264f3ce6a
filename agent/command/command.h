/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands of wattest share: options, errors, and how a screen looks. */
#ifndef AGENT_COMMAND_COMMAND_H
#define AGENT_COMMAND_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config.h"
#include "lib/command.h"
#include "lib/err.h"

#define EXIT_COULD_NOT 3

/* The subcommands; each returns the exit status. */
int cmd_status(int argc, char **argv);
int cmd_sources(int argc, char **argv);
int cmd_devices(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_attest(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_delivered(int argc, char **argv);
int cmd_keys(int argc, char **argv);
int cmd_enroll(int argc, char **argv);
int cmd_energy(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_unload(int argc, char **argv);

/* --- options that all have; own options have values below OPT_CONFIG */
enum {
	OPT_CONFIG = 1000,
	OPT_JSON
};
#define COMMON_OPTIONS                                     \
	{ "config", required_argument, NULL, OPT_CONFIG }, \
	{                                                  \
		"help", no_argument, NULL, 'h'             \
	}
#define JSON_OPTION                                 \
	{                                           \
		"json", no_argument, NULL, OPT_JSON \
	}
#define COMMON_HELP "  --config FILE   instead of /etc/wattest/wattest.conf\n"

struct common {
	const char *command; /* "wattest status" */
	const char *help;
	const char *config_path; /* NULL: the default */
	bool json;
	struct wt_config config; /* after common_load */
};

/* For an answer of getopt_long that is none of the command's own: -1 to go on, else the exit status. */
int common_option(struct common *common, int answer, char **argv);
/* After the options: no arguments are left (unless allowed) and the configuration is read. -1 or the exit status. */
int common_load(struct common *common, int argc, char **argv, bool arguments);
/* "wattest status: what happened" on stderr; returns EXIT_COULD_NOT. */
int could_not(const struct common *common, const struct wt_err *err);

/* --- colour: only on a terminal, never with NO_COLOR, never the only carrier */
enum colour {
	PLAIN,
	GOOD,
	DOUBTFUL,
	BAD,
	DIM
};
/* The two escape sequences around a text, or empty strings. */
const char *colour_on(enum colour colour);
const char *colour_off(enum colour colour);

struct json_object;
/* Prints and frees it; the last that a command does: without memory for it the program ends. */
void print_json(struct json_object *json);

/* --- a table whose columns are as wide as their widest cell */
#define TABLE_COLUMNS 10

struct table {
	size_t columns;
	uint32_t right; /* bit i: column i is aligned to the right */
	size_t rows, cap;
	char **cells; /* owned */
	bool incomplete; /* there was no memory for a row */
};

/* Adds a row of `columns` texts, which are copied. */
void table_row(struct table *table, const char *const *cells);
/*
 * Prints each line after the indentation, columns three blanks apart. The first row is a header unless told. Without
 * memory for all of its rows nothing is printed but that, on stderr: EXIT_COULD_NOT, else 0.
 */
int table_print(const struct table *table, const char *first_indent, const char *indent,
		bool header);
void table_clear(struct table *table);

#endif
