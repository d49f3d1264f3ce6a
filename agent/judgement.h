/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's verdict on its own rig as it lies in the store (value "judgement"), so that the command can show it
 * whether or not the daemon runs.
 */
#ifndef AGENT_JUDGEMENT_H
#define AGENT_JUDGEMENT_H

#include "lib/appraisal.h"

struct wt_judgement {
	int64_t at; /* when it was made, seconds since 1970 */
	struct wt_verdict verdict;
};

void wt_judgement_put(struct wt_buf *b, const struct wt_judgement *judgement);
/* Free with wt_judgement_clear. -EBADMSG: damaged, -EPROTO: of another version (the daemon will write it anew). */
int wt_judgement_read(struct wt_span bytes, struct wt_judgement *ret, struct wt_err *err);
void wt_judgement_clear(struct wt_judgement *judgement);

#endif
