/* SPDX-License-Identifier: Apache-2.0 */
/* What a platform answers with: JSON, from whoever is at the other end. */
#ifndef AGENT_PURCHASE_ANSWER_H
#define AGENT_PURCHASE_ANSWER_H

#include "lib/bytes.h"

struct json_object;

/* {"grant": "..."}: the string, the caller's; NULL where there is none. */
struct json_object *answer_grant(struct wt_span answer);

#define ANSWER_WHY_LEN 160
/*
 * {"error": "..."} as ": ..." for the end of a sentence, plain text up to what is none; empty where there is nothing that
 * is worth repeating.
 */
void answer_why(struct wt_span answer, char ret[ANSWER_WHY_LEN]);

#endif
