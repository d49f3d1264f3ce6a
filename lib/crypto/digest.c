// SPDX-License-Identifier: Apache-2.0
/*
 * SHA-256 and random bytes. OpenSSL 3's one-shot functions look the algorithm up in its providers
 * on every call, which costs more than hashing a record does: so it is fetched once, and each
 * thread keeps one context. Neither is state that a caller could notice.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init() and its kind: see without_memory() */
#include <openssl/err.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/crypto/internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t contexts;
static _Atomic(EVP_MD *) sha256;

static void free_context(void *p)
{
	EVP_MD_CTX_free(p);
}

static void make_key(void)
{
	if (pthread_key_create(&contexts, free_context))
		abort();
}

const EVP_MD *wt_sha256_md(void)
{
	EVP_MD *md = sha256, *before = NULL;

	if (md)
		return md;
	wt_memory_begin();
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md && !atomic_compare_exchange_strong(&sha256, &before, md)) {
		EVP_MD_free(md); /* another thread was first */
		md = before;
	}
	return md;
}

/* A thread's context, ready; NULL: no memory to make it. */
static EVP_MD_CTX *begin(void)
{
	EVP_MD_CTX *ctx;

	pthread_once(&once, make_key);
	ctx = pthread_getspecific(contexts);
	if (!ctx) {
		const EVP_MD *md = wt_sha256_md();

		ctx = md ? EVP_MD_CTX_new() : NULL;
		if (ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
		    pthread_setspecific(contexts, ctx) == 0)
			return ctx;
		EVP_MD_CTX_free(ctx);
		ERR_clear_error();
		return NULL;
	}
	/* NULL: the same digest again, without taking a reference to it. */
	if (EVP_DigestInit_ex2(ctx, NULL, NULL) != 1) {
		ERR_clear_error();
		return NULL;
	}
	return ctx;
}

/* Without a context: OpenSSL's older functions, which need no memory. No caller could go on without a digest. */
static void without_memory(struct wt_span a, struct wt_span b, uint8_t ret[WT_SHA256_LEN])
{
	SHA256_CTX ctx;

	if (SHA256_Init(&ctx) != 1 || SHA256_Update(&ctx, a.p, a.n) != 1 ||
	    SHA256_Update(&ctx, b.p, b.n) != 1 || SHA256_Final(ret, &ctx) != 1)
		abort();
}

void wt_sha256(struct wt_span in, uint8_t ret[WT_SHA256_LEN])
{
	EVP_MD_CTX *ctx = begin();

	if (!ctx) {
		without_memory(in, wt_span(NULL, 0), ret);
		return;
	}
	if (EVP_DigestUpdate(ctx, in.p, in.n) != 1 || EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		abort();
}

void wt_sha256_pair(const uint8_t a[WT_SHA256_LEN], const uint8_t b[WT_SHA256_LEN],
		    uint8_t ret[WT_SHA256_LEN])
{
	EVP_MD_CTX *ctx = begin();

	if (!ctx) {
		without_memory(wt_span(a, WT_SHA256_LEN), wt_span(b, WT_SHA256_LEN), ret);
		return;
	}
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
	uint8_t *p = ret;
	ssize_t got;

	/* Not RAND_bytes(): without memory for its own state OpenSSL 3.0 crashes there. */
	for (; n; p += got, n -= (size_t)got) {
		got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			got = 0;
		if (got < 0)
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
