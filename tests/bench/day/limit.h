/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit: what OpenSSL verifies on one core in the same run. EVP_DigestVerify of P-256 signatures over given messages,
 * with one key and one context.
 */
#ifndef TESTS_BENCH_DAY_LIMIT_H
#define TESTS_BENCH_DAY_LIMIT_H

#include <openssl/evp.h>

#include "lib/bytes.h"

#define LIMIT_MESSAGES 64

struct limit {
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	struct {
		struct wt_buf text;
		uint8_t sig[80];
		size_t n_sig;
	} messages[LIMIT_MESSAGES];
	size_t n;
};

void limit_init(struct limit *limit);
/* Another message; no more than LIMIT_MESSAGES, until limit_forget. */
void limit_sign(struct limit *limit, struct wt_span message);
/* Seconds of this thread's time that one verification takes, of so many over all messages in turn. */
double limit_run(struct limit *limit, size_t times);
void limit_forget(struct limit *limit);

#endif
