// SPDX-License-Identifier: Apache-2.0
/*
 * Private keys in a TPM, through OpenSSL's tpm2 provider. It speaks to the TPM from its loading to the end of its
 * library context, so both last for one signature: a TPM without a resource manager serves one client at a time.
 */
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/crypto/internal.h"

#define TCTI_VARIABLE \
	"TPM2OPENSSL_TCTI" /* where the provider looks first, before any configuration */
#define PROPERTIES "provider=tpm2"
#define TRIES 6 /* of reaching a TPM that another process holds, 1.5 s in all */
#define WAIT_MS 100

int wt_key_in_tpm(const char *tcti, uint32_t handle, const struct wt_key *public_half,
		  struct wt_key **ret, struct wt_err *err)
{
	struct wt_key_place *place;
	int r;

	if (public_half->alg != WT_ALG_ES256)
		return wt_fail(err, EINVAL, "a key in a TPM signs with ES256 only");
	if (strlen(tcti) >= sizeof(place->tcti))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: too long for a TPM's address", tcti);
	place = calloc(1, sizeof(*place));
	if (!place || EVP_PKEY_up_ref(public_half->pkey) != 1) {
		free(place);
		return wt_fail(err, ENOMEM, "no memory for a key");
	}
	strcpy(place->tcti, tcti);
	snprintf(place->uri, sizeof(place->uri), "handle:0x%08x", handle);
	r = wt_key_wrap(public_half->pkey, true, ret, err);
	if (r < 0)
		free(place);
	else
		(*ret)->place = place; /* transferred */
	return r;
}

static EVP_PKEY *load(OSSL_LIB_CTX *lib, const char *uri)
{
	OSSL_STORE_CTX *store =
		OSSL_STORE_open_ex(uri, lib, PROPERTIES, NULL, NULL, NULL, NULL, NULL);
	EVP_PKEY *pkey = NULL;

	while (store && !pkey && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		pkey = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	return pkey;
}

static int sign(OSSL_LIB_CTX *lib, const struct wt_key_place *place,
		const uint8_t digest[WT_SHA256_LEN], uint8_t *ret, size_t cap, struct wt_err *err)
{
	EVP_PKEY *pkey = load(lib, place->uri);
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(lib, pkey, PROPERTIES) : NULL;
	int r = -EIO;

	if (!pkey)
		wt_fail_openssl(err, EIO, "no key at %s in the TPM (%.100s)", place->uri,
				place->tcti);
	else if (!ctx || EVP_PKEY_sign_init(ctx) != 1 ||
		 EVP_PKEY_sign(ctx, ret, &cap, digest, WT_SHA256_LEN) != 1)
		wt_fail_openssl(err, EIO, "the TPM (%.100s) does not sign with %s", place->tcti,
				place->uri);
	else
		r = (int)cap;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return r;
}

/* The provider's library context, while the variable says which TPM. */
static int sign_loaded(const struct wt_key_place *place, const uint8_t digest[WT_SHA256_LEN],
		       uint8_t *ret, size_t cap, struct wt_err *err)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *tpm = NULL, *others = NULL;
	int r;

	if (lib) {
		tpm = OSSL_PROVIDER_load(lib, "tpm2");
		others = OSSL_PROVIDER_load(lib, "default");
	}
	if (tpm && others)
		r = sign(lib, place, digest, ret, cap, err);
	else
		r = wt_fail_openssl(
			err, EBUSY,
			"cannot reach the TPM (%.80s) through OpenSSL's tpm2 provider: is the package tpm2-openssl installed, and the TPM free?",
			place->tcti);
	if (others)
		OSSL_PROVIDER_unload(others);
	if (tpm)
		OSSL_PROVIDER_unload(tpm);
	OSSL_LIB_CTX_free(lib);
	return r;
}

int wt_place_sign(const struct wt_key_place *place, const uint8_t digest[WT_SHA256_LEN],
		  uint8_t *ret, size_t cap, struct wt_err *err)
{
	const char *before = getenv(TCTI_VARIABLE);
	char *kept = before ? strdup(before) : NULL;
	int r = -EBUSY;

	if ((before && !kept) || setenv(TCTI_VARIABLE, place->tcti, 1)) {
		free(kept);
		return wt_fail(err, ENOMEM, "no memory to sign");
	}
	for (int try = 1; r == -EBUSY && try <= TRIES; try++) {
		struct timespec wait = { .tv_nsec = (try - 1) * WAIT_MS * 1000000L };

		nanosleep(&wait, NULL);
		r = sign_loaded(place, digest, ret, cap, err);
	}
	if (kept)
		setenv(TCTI_VARIABLE, kept, 1);
	else
		unsetenv(TCTI_VARIABLE);
	free(kept);
	return r;
}
