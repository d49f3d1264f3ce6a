/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of wattest-inspect and what they share. */
#ifndef INSPECTOR_INSPECT_H
#define INSPECTOR_INSPECT_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/bytes.h"
#include "lib/command.h"
#include "lib/err.h"

/* Exit status, but that of `verify`, `report` and `result`, which is the verdict's (lib/appraisal.h). */
enum inspect_exit {
	INSPECT_GOOD = 0,
	INSPECT_BAD = 2,
	INSPECT_COULD_NOT = 3,
};

int inspect_verify(int argc, char **argv);
int inspect_report(int argc, char **argv);
int inspect_result(int argc, char **argv);
int inspect_show(int argc, char **argv);
int inspect_cose(int argc, char **argv);
int inspect_quote(int argc, char **argv);

/*
 * Evidence, and the names of its files, may come from somebody who would like to write on this terminal: control
 * characters become '?'.
 */
void inspect_clean(char *text);
/* Prints the sentence on stderr; returns INSPECT_COULD_NOT. */
int inspect_failed(const char *command, const struct wt_err *err);
/* Colour is for people at a terminal who did not ask for none (NO_COLOR). */
bool inspect_colour(FILE *out);

#endif
