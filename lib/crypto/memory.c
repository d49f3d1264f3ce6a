// SPDX-License-Identifier: Apache-2.0
/*
 * Out of memory, OpenSSL often says that a certificate or a signature is bad, or finds no list of what was revoked; and
 * "bad" is what a verdict must never say of what could not be checked. So its memory comes from here, and whether some
 * was refused since a check began is what decides.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/crypto/internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local bool refused;

static void *get(size_t n, const char *file, int line)
{
	void *p = malloc(n);

	(void)file;
	(void)line;
	if (!p && n)
		refused = true;
	return p;
}

static void *grow(void *old, size_t n, const char *file, int line)
{
	void *p = realloc(old, n);

	(void)file;
	(void)line;
	if (!p && n)
		refused = true;
	return p;
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* Where somebody used OpenSSL before us it stays as it is, and so does what it says. */
static void take_over(void)
{
	(void)CRYPTO_set_mem_functions(get, grow, give_back);
}

void wt_memory_begin(void)
{
	pthread_once(&once, take_over);
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
