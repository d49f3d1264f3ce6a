/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the operator's that answers on stdout what it is asked on stdin. */
#ifndef AGENT_COMMAND_EXCHANGE_H
#define AGENT_COMMAND_EXCHANGE_H

#include "lib/bytes.h"
#include "lib/err.h"

#define EXCHANGE_MAX (16 * 1024 * 1024)

/*
 * Runs the command (words, blanks between them; no shell), with our stderr, and appends what it
 * says. It and its children are killed after the time limit: -ETIMEDOUT. -EIO: it failed, or did
 * not end well; -E2BIG: it said more than EXCHANGE_MAX.
 */
int exchange(const char *command, struct wt_span question, unsigned int limit_s,
	     struct wt_buf *ret_answer, struct wt_err *err);

#endif
