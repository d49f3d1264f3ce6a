/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subcommands of wattest-authority, and what they share: reading arguments, saying what went
 * wrong.
 */
#ifndef KEYS_COMMAND_H
#define KEYS_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/command.h"
#include "lib/err.h"

#define AUTHORITY_FAILED 1 /* exit status: refused or impossible, nothing was changed */

int authority_init(int argc, char **argv);
int authority_certify(int argc, char **argv);
int authority_registration(int argc, char **argv);
int authority_enroll(int argc, char **argv);
int authority_grant(int argc, char **argv);
int authority_crl(int argc, char **argv);
int authority_site(int argc, char **argv);
int authority_split(int argc, char **argv);
int authority_notice(int argc, char **argv);
int authority_batch(int argc, char **argv);
int authority_list(int argc, char **argv);
int authority_reissue(int argc, char **argv);

/* Prints the sentence; returns AUTHORITY_FAILED. */
int command_failed(const char *command, const struct wt_err *err);

/* A whole number from min to max; -EINVAL with a sentence that names the option. */
int command_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ret,
		   struct wt_err *err);
/* A point in time (lib/timestamp.h), with the option in the sentence. */
int command_time(const char *option, const char *text, int64_t now, int64_t *ret,
		 struct wt_err *err);
/*
 * Text that fits into a field of cap bytes, NUL included, without control characters; UTF-8 is the
 * encoder's matter.
 */
int command_text(const char *option, const char *text, char *ret, size_t cap, struct wt_err *err);
/*
 * Writes the output file; without force an existing one is left alone and the sentence says so. "-"
 * is stdout.
 */
int command_output(const char *path, struct wt_span content, bool force, struct wt_err *err);
/* Asked before anything is issued: would command_output leave an existing file alone? */
int command_output_free(const char *path, bool force, struct wt_err *err);
/* Writes what is in the register already; a failure tells how to have it written again. */
int command_output_issued(const char *dir, const uint8_t id[16], const char *path,
			  struct wt_span content, bool force, struct wt_err *err);

#endif
