// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/day/limit.h"

#include <string.h>
#include <time.h>

#include <openssl/ec.h>

#include "tests/bench/day/rigs.h"

void limit_init(struct limit *limit)
{
	memset(limit, 0, sizeof(*limit));
	limit->key = EVP_EC_gen("P-256");
	limit->ctx = EVP_MD_CTX_new();
	need(limit->key && limit->ctx, "no memory");
}

void limit_sign(struct limit *limit, struct wt_span message)
{
	size_t i = limit->n++;

	need(i < LIMIT_MESSAGES, "too many messages");
	wt_buf_reset(&limit->messages[i].text);
	wt_buf_append(&limit->messages[i].text, message.p, message.n);
	limit->messages[i].n_sig = sizeof(limit->messages[i].sig);
	need(limit->messages[i].text.err == 0 &&
		     EVP_DigestSignInit(limit->ctx, NULL, EVP_sha256(), NULL, limit->key) == 1 &&
		     EVP_DigestSign(limit->ctx, limit->messages[i].sig, &limit->messages[i].n_sig,
				    message.p, message.n) == 1,
	     "OpenSSL does not sign");
	EVP_MD_CTX_reset(limit->ctx);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

double limit_run(struct limit *limit, size_t times)
{
	double start = cpu_seconds();

	for (size_t i = 0; i < times; i++) {
		size_t k = i % limit->n;

		need(EVP_DigestVerifyInit(limit->ctx, NULL, EVP_sha256(), NULL, limit->key) == 1 &&
			     EVP_DigestVerify(limit->ctx, limit->messages[k].sig,
					      limit->messages[k].n_sig, limit->messages[k].text.p,
					      limit->messages[k].text.n) == 1,
		     "OpenSSL does not verify");
		EVP_MD_CTX_reset(limit->ctx);
	}
	return (cpu_seconds() - start) / times;
}

void limit_forget(struct limit *limit)
{
	limit->n = 0;
}
