// SPDX-License-Identifier: Apache-2.0
/*
 * Trust: paths, validity and revocation are OpenSSL's work (X509_verify_cert). Ours is what it
 * cannot know: that every certificate of the path must carry the duty, and that a revocation list
 * which is missing or old is a thing to say and not a verdict.
 */
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/crypto/internal.h"
#include "lib/file.h"

struct wt_trust {
	X509_STORE *store;
	STACK_OF(X509_CRL) *crls; /* the newest of each issuer; in the store too */
	struct wt_paths *paths;
};

/* --- loading ----------------------------------------------------------------------------------- */

static bool same_issuer(const X509_CRL *a, const X509_CRL *b)
{
	AUTHORITY_KEYID *ka, *kb;
	bool same;

	if (X509_NAME_cmp(X509_CRL_get_issuer(a), X509_CRL_get_issuer(b)))
		return false;
	/* A CA that changed its key has two lists under one name. */
	ka = X509_CRL_get_ext_d2i(a, NID_authority_key_identifier, NULL, NULL);
	kb = X509_CRL_get_ext_d2i(b, NID_authority_key_identifier, NULL, NULL);
	same = !ka || !kb || !ka->keyid || !kb->keyid ||
	       !ASN1_OCTET_STRING_cmp(ka->keyid, kb->keyid);
	AUTHORITY_KEYID_free(ka);
	AUTHORITY_KEYID_free(kb);
	return same;
}

/*
 * Keeps the newest list of each issuer only. OpenSSL would prefer an older one that was current at
 * the time it checks for, and evidence is checked for its own, past time: who was revoked since
 * would pass.
 */
static int keep_crl(struct wt_trust *trust, X509_CRL *crl)
{
	int i;

	for (i = 0; i < sk_X509_CRL_num(trust->crls); i++) {
		X509_CRL *other = sk_X509_CRL_value(trust->crls, i);

		if (!same_issuer(crl, other))
			continue;
		if (ASN1_TIME_compare(X509_CRL_get0_lastUpdate(crl),
				      X509_CRL_get0_lastUpdate(other)) <= 0)
			return 0;
		sk_X509_CRL_delete(trust->crls, i);
		X509_CRL_free(other);
		break;
	}
	X509_CRL_up_ref(crl);
	if (!sk_X509_CRL_push(trust->crls, crl)) {
		X509_CRL_free(crl);
		return -ENOMEM;
	}
	return 0;
}

static int load_file(struct wt_trust *trust, const char *path, size_t *n_certs, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	STACK_OF(X509_INFO) *infos;
	int i, r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	infos = bio ? PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL) : NULL;
	if (!infos)
		return wt_fail_openssl(err, EBADMSG, "%s: not readable as PEM", path);
	for (i = 0; !r && i < sk_X509_INFO_num(infos); i++) {
		X509_INFO *info = sk_X509_INFO_value(infos, i);

		if (info->x509) /* as in wt_cert_wrap() */
			(void)X509_check_purpose(info->x509, -1, 0);
		if (info->x509 && X509_STORE_add_cert(trust->store, info->x509) != 1)
			r = wt_fail_openssl(err, EBADMSG, "%s: a certificate that cannot be used",
					    path);
		else if (info->x509)
			(*n_certs)++;
		if (!r && info->crl && keep_crl(trust, info->crl) < 0)
			r = wt_fail(err, ENOMEM, "%s: no memory", path);
	}
	sk_X509_INFO_pop_free(infos, X509_INFO_free);
	return r;
}

static int is_pem(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && *entry->d_name != '.' && !strcmp(entry->d_name + n - 4, ".pem");
}

static int load_folder(struct wt_trust *trust, const char *dir, struct wt_err *err)
{
	struct dirent **entries;
	size_t n_certs = 0;
	char path[4096];
	int n, i, r = 0;

	n = scandir(dir, &entries, is_pem, alphasort);
	if (n < 0)
		return wt_fail(err, errno,
			       "%s: %s: here the authorities' certificates, *.pem, must lie", dir,
			       strerror(errno));
	for (i = 0; i < n; i++) {
		if (!r && snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name) >=
				  (int)sizeof(path))
			r = wt_fail(err, ENAMETOOLONG, "%s: name too long", dir);
		if (!r)
			r = load_file(trust, path, &n_certs, err);
		free(entries[i]);
	}
	free(entries);
	if (!r && !n_certs)
		r = wt_fail(err, ENOENT,
			    "%s: no certificate in any *.pem here: the authorities hand them out",
			    dir);
	for (i = 0; !r && i < sk_X509_CRL_num(trust->crls); i++)
		if (X509_STORE_add_crl(trust->store, sk_X509_CRL_value(trust->crls, i)) != 1)
			r = wt_fail_openssl(err, ENOMEM, "%s: a list that cannot be used", dir);
	return r;
}

int wt_trust_load(const char *dir, struct wt_trust **ret, struct wt_err *err)
{
	struct wt_trust *trust = calloc(1, sizeof(*trust));
	int r;

	wt_memory_watch();
	if (trust) {
		trust->store = X509_STORE_new();
		trust->crls = sk_X509_CRL_new_null();
		trust->paths = wt_paths_new();
	}
	if (!trust || !trust->store || !trust->crls || !trust->paths)
		r = wt_fail(err, ENOMEM, "no memory for trust anchors");
	else
		r = wt_memory_judge(load_folder(trust, dir, err), err);
	if (r < 0) {
		wt_trust_free(trust);
		return r;
	}
	*ret = trust;
	return 0;
}

void wt_trust_free(struct wt_trust *trust)
{
	if (!trust)
		return;
	sk_X509_CRL_pop_free(trust->crls, X509_CRL_free);
	X509_STORE_free(trust->store);
	wt_paths_free(trust->paths);
	free(trust);
}

void wt_trust_freep(struct wt_trust **trust)
{
	wt_trust_free(*trust);
}

X509_STORE *wt_trust_store(struct wt_trust *trust)
{
	return trust->store;
}

int wt_trust_digests(struct wt_trust *trust, uint8_t (**ret)[WT_SHA256_LEN], size_t *ret_n)
{
	STACK_OF(X509) *certs = X509_STORE_get1_all_certs(trust->store);
	size_t n = certs ? (size_t)sk_X509_num(certs) : 0, i;
	uint8_t(*digests)[WT_SHA256_LEN] = calloc(n + 1, sizeof(*digests));
	int r = certs && digests ? 0 : -ENOMEM;

	for (i = 0; !r && i < n; i++)
		if (X509_digest(sk_X509_value(certs, (int)i), wt_sha256_md(), digests[i], NULL) != 1)
			r = -ENOMEM;
	sk_X509_pop_free(certs, X509_free);
	if (r < 0) {
		free(digests);
		ERR_clear_error();
		return r;
	}
	*ret = digests;
	*ret_n = n;
	return 0;
}

/* --- checking ---------------------------------------------------------------------------------- */

/*
 * What OpenSSL asks about and we let pass: the lists' dates and absence, which look_at_crls
 * reports.
 */
int wt_trust_on_problem(int ok, X509_STORE_CTX *ctx)
{
	switch (ok ? X509_V_OK : X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	/*
	 * A list newer than the evidence knows more, not less. Who is revoked in it stays refused
	 * even for the time before: that time is the signer's own claim.
	 */
	case X509_V_ERR_CRL_NOT_YET_VALID:
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	default:
		return ok;
	}
}

static X509_CRL *crl_of(const struct wt_trust *trust, const X509 *cert, const X509 *issuer)
{
	AUTHORITY_KEYID *akid;
	X509_CRL *crl;
	int i, fits;

	for (i = 0; i < sk_X509_CRL_num(trust->crls); i++) {
		crl = sk_X509_CRL_value(trust->crls, i);
		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(cert)))
			continue;
		akid = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
		fits = !akid || X509_check_akid(issuer, akid) == X509_V_OK;
		AUTHORITY_KEYID_free(akid);
		if (fits)
			return crl;
	}
	return NULL;
}

/*
 * How much is known of revocation: as of the oldest list for a certificate of the path, or nothing.
 */
static void look_at_crls(const struct wt_trust *trust, STACK_OF(X509) *chain, time_t at,
			 struct wt_path_result *ret)
{
	int64_t oldest = INT64_MAX, first_due = INT64_MAX;
	int i;

	/* The last is the anchor: taken out of the folder it is revoked, and not otherwise. */
	for (i = 0; i < sk_X509_num(chain) - 1; i++) {
		X509_CRL *crl = crl_of(trust, sk_X509_value(chain, i), sk_X509_value(chain, i + 1));
		const ASN1_TIME *next;
		struct tm tm;
		int64_t made;

		if (!crl || ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(crl), &tm) != 1) {
			ret->revocation_at = 0;
			ret->revocation_until = 0;
			ret->revocation_stale = false;
			return;
		}
		made = timegm(&tm);
		if (made < oldest)
			oldest = made;
		next = X509_CRL_get0_nextUpdate(crl);
		if (!next || X509_cmp_time(next, &at) < 0)
			ret->revocation_stale = true;
		if (next && ASN1_TIME_to_tm(next, &tm) == 1 && timegm(&tm) < first_due)
			first_due = timegm(&tm);
	}
	ret->revocation_at = oldest == INT64_MAX ? 0 : oldest;
	ret->revocation_until = first_due == INT64_MAX ? 0 : first_due;
}

bool wt_x509_has_usage(X509 *cert, const ASN1_OBJECT *duty)
{
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	bool has = false;
	int i;

	/* anyExtendedKeyUsage is another object identifier, and does not count. */
	for (i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
		has = has || !OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), duty);
	sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
	return has;
}

static int check_duty(STACK_OF(X509) *chain, enum wt_duty duty, struct wt_err *err)
{
	char oid[sizeof(WT_DUTY_ARC) + 12], name[128];
	ASN1_OBJECT *object;
	X509 *cert;
	int i;

	wt_duty_oid(duty, oid, sizeof(oid));
	object = OBJ_txt2obj(oid, 1);
	if (!object)
		return wt_fail_openssl(err, ENOMEM, "cannot name the duty");
	for (i = 0; i < sk_X509_num(chain); i++) {
		cert = sk_X509_value(chain, i);
		wt_name_text(X509_get_subject_name(cert), NID_commonName, name, sizeof(name));
		if (!wt_x509_has_usage(cert, object)) {
			ASN1_OBJECT_free(object);
			ERR_clear_error();
			return wt_fail(err, EPERM, "CN=%s%s is not for %ss (lacks %s)", name,
				       i ? ", on the path," : "", wt_duty_name(duty), oid);
		}
	}
	ASN1_OBJECT_free(object);
	cert = sk_X509_value(chain, 0);
	/* Without the extension any usage is allowed: UINT32_MAX. */
	if (!(X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE)) {
		wt_name_text(X509_get_subject_name(cert), NID_commonName, name, sizeof(name));
		return wt_fail(err, EPERM, "CN=%s is not for signatures (its key usage says so)",
			       name);
	}
	return 0;
}

static int build_path(struct wt_trust *trust, struct wt_cert *leaf, STACK_OF(X509) *extra,
		      time_t at, X509_STORE_CTX *ctx, struct wt_err *err)
{
	X509_VERIFY_PARAM *param;
	char name[128];
	X509 *where;
	int problem;

	if (X509_STORE_CTX_init(ctx, trust->store, leaf->x509, extra) != 1)
		return wt_fail_openssl(err, ENOMEM, "cannot check certificates");
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, at);
	X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits: no SHA-1, no RSA below 2048 */
	/* Anchors are what the inspector put into the folder, self-signed or not. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT |
						   X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL);
	X509_STORE_CTX_set_verify_cb(ctx, wt_trust_on_problem);
	if (X509_verify_cert(ctx) == 1)
		return 0;
	problem = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	if (problem == X509_V_ERR_OUT_OF_MEM || problem == X509_V_ERR_UNSPECIFIED)
		return wt_fail(err, EIO, "%s: could not be checked", leaf->name);
	where = X509_STORE_CTX_get_current_cert(ctx);
	if (where && X509_cmp(where, leaf->x509)) {
		wt_name_text(X509_get_subject_name(where), NID_commonName, name, sizeof(name));
		return wt_fail(err, EKEYREJECTED, "%s: at CN=%s: %s", leaf->name, name,
			       X509_verify_cert_error_string(problem));
	}
	return wt_fail(err, EKEYREJECTED, "%s: %s", leaf->name,
		       X509_verify_cert_error_string(problem));
}

static int find_path(struct wt_trust *trust, struct wt_cert *leaf, struct wt_cert *const *extra,
		     enum wt_duty duty, int64_t at, struct wt_path_result *ret, struct wt_err *err)
{
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct wt_path_result result = { 0 };
	STACK_OF(X509) *chain;
	int r = 0;

	if (!untrusted || !ctx)
		r = -ENOMEM;
	for (; !r && extra && *extra; extra++)
		if (!sk_X509_push(untrusted, (*extra)->x509))
			r = -ENOMEM;
	if (r < 0)
		wt_fail(err, ENOMEM, "no memory to check certificates");
	else
		r = build_path(trust, leaf, untrusted, (time_t)at, ctx, err);
	if (!r) {
		chain = X509_STORE_CTX_get0_chain(ctx);
		r = check_duty(chain, duty, err);
		if (!r) {
			X509 *anchor = sk_X509_value(chain, sk_X509_num(chain) - 1);

			wt_name_text(X509_get_subject_name(anchor), NID_commonName, result.anchor,
				     sizeof(result.anchor));
			look_at_crls(trust, chain, (time_t)at, &result);
			*ret = result;
		}
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	ERR_clear_error();
	return r;
}

int wt_trust_check(struct wt_trust *trust, struct wt_cert *leaf, struct wt_cert *const *extra,
		   enum wt_duty duty, int64_t at, struct wt_path_result *ret, struct wt_err *err)
{
	struct wt_path_result result;
	uint8_t key[WT_SHA256_LEN];
	int r;

	wt_paths_key(leaf, extra, duty, at, key);
	if (wt_paths_find(trust->paths, key, ret))
		return 0;
	wt_memory_watch();
	r = find_path(trust, leaf, extra, duty, at, &result, err);
	/* Good without memory, too, could be one whose revocation was never looked for. */
	r = wt_memory_judge(r, err);
	if (r < 0)
		return r;
	wt_paths_keep(trust->paths, key, &result);
	*ret = result;
	return 0;
}
