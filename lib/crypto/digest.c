// SPDX-License-Identifier: Apache-2.0
/*
 * SHA-256 and random bytes. OpenSSL 3's one-shot functions look the algorithm up in its providers
 * on every call, which costs more than hashing a record does: so it is fetched once, and each
 * thread keeps one context. Neither is state that a caller could notice.
 */
#include <openssl/err.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t contexts;
static EVP_MD *sha256;

static void free_context(void *p)
{
	EVP_MD_CTX_free(p);
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	/* An OpenSSL without SHA-256 can judge nothing: no caller could do better than stop. */
	if (!sha256 || pthread_key_create(&contexts, free_context))
		abort();
}

const EVP_MD *wt_sha256_md(void)
{
	pthread_once(&once, fetch);
	return sha256;
}

static EVP_MD_CTX *begin(void)
{
	const EVP_MD *md = wt_sha256_md();
	EVP_MD_CTX *ctx = pthread_getspecific(contexts);

	if (!ctx) {
		ctx = EVP_MD_CTX_new();
		if (!ctx || pthread_setspecific(contexts, ctx))
			abort();
		if (EVP_DigestInit_ex2(ctx, md, NULL) != 1)
			abort();
		return ctx;
	}
	/* NULL: the same digest again, without taking a reference to it. */
	if (EVP_DigestInit_ex2(ctx, NULL, NULL) != 1)
		abort();
	return ctx;
}

void wt_sha256(struct wt_span in, uint8_t ret[WT_SHA256_LEN])
{
	EVP_MD_CTX *ctx = begin();

	if (EVP_DigestUpdate(ctx, in.p, in.n) != 1 || EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		abort();
}

void wt_sha256_pair(const uint8_t a[WT_SHA256_LEN], const uint8_t b[WT_SHA256_LEN],
		    uint8_t ret[WT_SHA256_LEN])
{
	EVP_MD_CTX *ctx = begin();

	if (EVP_DigestUpdate(ctx, a, WT_SHA256_LEN) != 1 ||
	    EVP_DigestUpdate(ctx, b, WT_SHA256_LEN) != 1 || EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		abort();
}

/* The key is shorter than a block of SHA-256, 64 bytes, and padded with zeros. */
void wt_hmac_digest(const uint8_t key[WT_SHA256_LEN], const uint8_t digest[WT_SHA256_LEN],
		    uint8_t ret[WT_SHA256_LEN])
{
	uint8_t inner[64 + WT_SHA256_LEN], outer[64 + WT_SHA256_LEN];
	size_t i;

	for (i = 0; i < 64; i++) {
		inner[i] = (i < WT_SHA256_LEN ? key[i] : 0) ^ 0x36;
		outer[i] = (i < WT_SHA256_LEN ? key[i] : 0) ^ 0x5c;
	}
	memcpy(inner + 64, digest, WT_SHA256_LEN);
	wt_sha256(wt_span(inner, sizeof(inner)), outer + 64);
	wt_sha256(wt_span(outer, sizeof(outer)), ret);
}

int wt_random(void *ret, size_t n)
{
	if (n > INT32_MAX || RAND_bytes(ret, (int)n) != 1) {
		ERR_clear_error();
		return -EIO;
	}
	return 0;
}

int wt_fail_openssl(struct wt_err *err, int code, const char *format, ...)
{
	unsigned long reason = ERR_peek_last_error();
	const char *text = reason ? ERR_reason_error_string(reason) : NULL;
	char sentence[200];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	ERR_clear_error();
	return wt_fail(err, code, "%s%s%s%s", sentence, text ? " (OpenSSL: " : "", text ?: "",
		       text ? ")" : "");
}
