// SPDX-License-Identifier: Apache-2.0
/*
 * Out of memory, OpenSSL often says that a certificate or a signature is bad, or finds no list of what was revoked; and
 * "bad" is what a verdict must never say of what could not be checked. So its memory comes from here, and whether some
 * was refused since a check began is what decides.
 *
 * In its first use OpenSSL 3.0 cannot do without: it crashes, or never finds an algorithm again as long as the process
 * lives, and says so while there is memory. What it needs then is set aside in the program itself.
 */
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/internal.h"

#define RESERVE (2 << 20) /* of which 1.4 MiB are needed; pages that nobody touches cost nothing */
#define ALIGN 16

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local bool refused;
static _Thread_local bool first_use; /* its thread alone has the reserve */
static _Alignas(ALIGN) uint8_t reserve[RESERVE];
static size_t reserved;

static bool in_reserve(const void *p)
{
	return (uintptr_t)p >= (uintptr_t)reserve && (uintptr_t)p < (uintptr_t)reserve + RESERVE;
}

/* Before each block its size; what is given back is not used again. */
static void *from_reserve(size_t n)
{
	uint8_t *p = reserve + reserved;

	if (!first_use || n > RESERVE || RESERVE - reserved < n + 2 * ALIGN)
		return NULL;
	memcpy(p, &n, sizeof(n));
	reserved += ALIGN + (n + ALIGN - 1) / ALIGN * ALIGN;
	return p + ALIGN;
}

static void *get(size_t n, const char *file, int line)
{
	void *p = malloc(n);

	(void)file;
	(void)line;
	if (!p && n)
		p = from_reserve(n);
	if (!p && n)
		refused = true;
	return p;
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (!in_reserve(p))
		free(p);
}

static size_t size_of(void *p)
{
	size_t n = 0;

	if (!in_reserve(p))
		return p ? malloc_usable_size(p) : 0;
	memcpy(&n, (uint8_t *)p - ALIGN, sizeof(n));
	return n;
}

static void *grow(void *old, size_t n, const char *file, int line)
{
	void *p = in_reserve(old) ? NULL : realloc(old, n);
	size_t before;

	if (p || !n)
		return p;
	if (!first_use && !in_reserve(old)) {
		refused = true;
		return NULL;
	}
	p = get(n, file, line);
	if (!p)
		return NULL;
	before = size_of(old);
	if (before)
		memcpy(p, old, before < n ? before : n);
	give_back(old, file, line);
	return p;
}

/* --- the first use --------------------------------------------------------------------------------- */

/* A key is made, signs, is written and read, and thrown away. */
static void use_keys(const EVP_MD *md)
{
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *key = EVP_EC_gen("P-256");
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *half = NULL;
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *back = NULL;
	__attribute__((cleanup(wt_bio_freep))) BIO *pem = BIO_new(BIO_s_mem());
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[80], *der = NULL;
	const uint8_t *p;
	size_t n = sizeof(sig);
	int len = key ? i2d_PUBKEY(key, &der) : 0;

	p = der;
	half = len > 0 ? d2i_PUBKEY(NULL, &p, len) : NULL;
	if (half && ctx && EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, sig, &n, der, (size_t)len) == 1 && EVP_MD_CTX_reset(ctx) == 1 &&
	    EVP_DigestVerifyInit(ctx, NULL, md, NULL, half) == 1)
		(void)EVP_DigestVerify(ctx, sig, n, der, (size_t)len);
	if (key && pem && PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) == 1)
		back = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
}

/*
 * Whoever asks for one algorithm first makes the list of all of its kind; so one of each kind is enough. Where somebody
 * used OpenSSL before us its memory stays as it is, and so does what it says.
 */
static void begin(void)
{
	EVP_MD *md;

	(void)CRYPTO_set_mem_functions(get, grow, give_back);
	first_use = true;
	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
				  NULL);
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	use_keys(md);
	EVP_MD_free(md);
	EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, "AES-128-CFB", NULL));
	EVP_KEYEXCH_free(EVP_KEYEXCH_fetch(NULL, "ECDH", NULL));
	EVP_ASYM_CIPHER_free(EVP_ASYM_CIPHER_fetch(NULL, "RSA", NULL));
	ERR_clear_error();
	first_use = false;
}

void wt_memory_begin(void)
{
	pthread_once(&once, begin);
}

void wt_memory_watch(void)
{
	wt_memory_begin();
	refused = false;
}

int wt_memory_judge(int r, struct wt_err *err)
{
	if (!refused)
		return r;
	refused = false;
	ERR_clear_error();
	return wt_fail(err, ENOMEM, "out of memory");
}
