// SPDX-License-Identifier: Apache-2.0
/* Keys: P-256 for ES256 and Ed25519 for EdDSA, nothing else. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/crypto/internal.h"
#include "lib/file.h"

void wt_pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

void wt_bio_freep(BIO **p)
{
	BIO_free(*p);
}

int wt_key_wrap(EVP_PKEY *pkey, bool private, struct wt_key **ret, struct wt_err *err)
{
	char group[32] = "";
	struct wt_key *key;
	enum wt_alg alg;

	if (EVP_PKEY_is_a(pkey, "EC") &&
	    EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
	    (!strcmp(group, "prime256v1") || !strcmp(group, "P-256"))) {
		alg = WT_ALG_ES256;
	} else if (EVP_PKEY_is_a(pkey, "ED25519")) {
		alg = WT_ALG_EDDSA;
	} else {
		const char *kind = EVP_PKEY_get0_type_name(pkey);

		wt_fail(err, EBADMSG, "%s%s%s key: only P-256 and Ed25519 are for this",
			kind ?: "unknown", *group ? " " : "", group);
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return wt_memory_judge(-EBADMSG, err);
	}
	key = calloc(1, sizeof(*key));
	if (!key) {
		EVP_PKEY_free(pkey);
		return wt_fail(err, ENOMEM, "no memory for a key");
	}
	key->pkey = pkey; /* transferred */
	key->alg = alg;
	key->private = private;
	*ret = key;
	return 0;
}

int wt_key_generate(enum wt_alg alg, struct wt_key **ret)
{
	EVP_PKEY *pkey;

	wt_memory_begin();
	if (alg == WT_ALG_ES256)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	else if (alg == WT_ALG_EDDSA)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		return -EINVAL;
	if (!pkey) {
		ERR_clear_error();
		return -EIO;
	}
	return wt_key_wrap(pkey, true, ret, NULL);
}

/* No passphrase is ever asked for: a daemon has nobody to ask. */
static int no_passphrase(char *buf, int size, int writing, void *data)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

static int check_private_mode(const char *path, struct wt_err *err)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return 0;
	if (stat(path, &st))
		return wt_fail(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode) && (st.st_mode & 077))
		return wt_fail(
			err, EPERM,
			"%s: a private key that others may use (mode %04o): `chmod 600 %s`, and "
			"think about who had it",
			path, st.st_mode & 07777, path);
	return 0;
}

static int load(const char *path, struct wt_key **ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	EVP_PKEY *pkey;
	bool private = true;
	int r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		return wt_fail(err, ENOMEM, "%s: no memory", path);
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (!pkey) {
		ERR_clear_error();
		private = false;
		BIO_reset(bio);
		pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	}
	if (pem.n)
		OPENSSL_cleanse(pem.p, pem.n);
	if (!pkey) {
		ERR_clear_error();
		return wt_fail(err, EBADMSG, "%s: no key in PEM, or one with a passphrase", path);
	}
	r = private ? check_private_mode(path, err) : 0;
	if (r < 0) {
		EVP_PKEY_free(pkey);
		return r;
	}
	r = wt_key_wrap(pkey, private, ret, err);
	return r < 0 ? wt_fail_in(err, r, "%s", path) : 0;
}

int wt_key_load(const char *path, struct wt_key **ret, struct wt_err *err)
{
	struct wt_key *key = NULL;
	int r;

	wt_memory_watch();
	r = wt_memory_judge(load(path, &key, err), err);
	if (r < 0)
		wt_key_free(key);
	else
		*ret = key; /* transferred */
	return r;
}

int wt_key_save(const struct wt_key *key, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	char *p;
	long n;

	if (!key->private)
		return wt_fail(err, EINVAL, "%s: only the public half of the key is here", path);
	if (key->place)
		return wt_fail(err, EINVAL, "%s: the private half of the key never leaves its TPM",
			       path);
	/* A secure-memory BIO is wiped when it is freed. */
	bio = BIO_new(BIO_s_secmem());
	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return wt_fail_openssl(err, EIO, "%s: cannot write the key as PEM", path);
	n = BIO_get_mem_data(bio, &p);
	return wt_file_write(path, wt_span(p, (size_t)n), 0600, WT_FILE_NEW, err);
}

int wt_key_save_public(const struct wt_key *key, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (!bio || PEM_write_bio_PUBKEY(bio, key->pkey) != 1)
		return wt_fail_openssl(err, EIO, "%s: cannot write the key as PEM", path);
	n = BIO_get_mem_data(bio, &p);
	return wt_file_write(path, wt_span(p, (size_t)n), 0644, WT_FILE_NEW, err);
}

enum wt_alg wt_key_alg(const struct wt_key *key)
{
	return key->alg;
}

int wt_key_spki_digest(const struct wt_key *key, uint8_t ret[WT_SHA256_LEN])
{
	uint8_t *der = NULL;
	int n;

	n = i2d_PUBKEY(key->pkey, &der);
	if (n <= 0) {
		ERR_clear_error();
		return -EIO;
	}
	wt_sha256(wt_span(der, (size_t)n), ret);
	OPENSSL_free(der);
	return 0;
}

bool wt_key_same(const struct wt_key *a, const struct wt_key *b)
{
	/* Compares the public halves: a private key has one, too. */
	int r = EVP_PKEY_eq(a->pkey, b->pkey);

	ERR_clear_error();
	return r == 1;
}

void wt_key_free(struct wt_key *key)
{
	if (!key)
		return;
	EVP_PKEY_CTX_free(key->verifier);
	EVP_MD_CTX_free(key->ed);
	EVP_PKEY_free(key->pkey);
	free(key->place);
	free(key);
}

void wt_key_freep(struct wt_key **key)
{
	wt_key_free(*key);
}
