/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platform over HTTPS; the only door to libcurl. A purchase is PUT under its transaction's id,
 * so that asking again never buys again: a lost answer is made good by the next attempt. Where that
 * asks for something else meanwhile (409), what was sold under the id is got.
 */
#ifndef AGENT_PURCHASE_PLATFORM_H
#define AGENT_PURCHASE_PLATFORM_H

#include "lib/bytes.h"
#include "lib/err.h"

struct platform;

struct platform_options {
	const char *url; /* https://...; purchases are below it */
	const char *ca; /* certificates to trust, PEM; NULL: the system's */
	const char *token; /* sent as Authorization: Bearer; NULL: none */
	unsigned int tries; /* of one purchase */
	unsigned int timeout_s; /* of one try */
	unsigned int backoff_ms; /* before the second try; twice as long before each one more */
};

int platform_open(const struct platform_options *options, struct platform **ret,
		  struct wt_err *err);
/*
 * 0: ret_answer holds what a 2xx came with. -EPERM: the platform refuses (4xx), in its own words
 * where it gives a reason; -EAGAIN: not in so many tries; -EKEYREJECTED: not the platform's
 * certificate, which is not tried again.
 */
int platform_put(struct platform *platform, const char *transaction, struct wt_span body,
		 struct wt_buf *ret_answer, struct wt_err *err);
void platform_close(struct platform *platform);

#endif
