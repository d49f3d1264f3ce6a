// SPDX-License-Identifier: Apache-2.0
/*
 * Who signed: certificates that come with an object are candidates and nothing more, until their
 * digest is the one that the protected header names and a path leads from them to an anchor.
 *
 * At what time must a path hold? An attestation says when it was signed (iat). A registration or a
 * grant says only from when it holds; it was signed before, or its signer's certificate is younger:
 * so the later of the two begins. A signer whose certificate begins after the object's end made it
 * afterwards: a purchase after the hour, refused.
 */
#include "lib/appraisal/private.h"

#include <stdio.h>
#include <string.h>

#include "lib/appraisal/site.h"

#define DAY 86400

static int refused(int r)
{
	return r == -EBADMSG || r == -EKEYREJECTED || r == -EPERM ? 0 : r;
}

/* All of the chain; without memory the caller stops. */
static int get_chain(struct wt_appraisal *a, const struct wt_cose *cose, struct wt_chain **ret,
		     struct wt_cert *ret_certs[WT_COSE_CHAIN_MAX + 1], struct wt_err *err)
{
	*ret = wt_chain_get(&a->chains, cose);
	if (!*ret)
		return wt_fail(err, ENOMEM, "no memory for certificates");
	memcpy(ret_certs, (*ret)->certs, sizeof((*ret)->certs));
	return 0;
}

/* The signer goes first: the candidate with the digest that the header names. */
static bool put_signer_first(const struct wt_cose *cose,
			     struct wt_cert *certs[WT_COSE_CHAIN_MAX + 1])
{
	uint8_t x5t[WT_SHA256_LEN];
	struct wt_cert **cert, *first;

	for (cert = certs; cose->has_x5t && *cert; cert++) {
		wt_cert_x5t(*cert, x5t);
		if (memcmp(x5t, cose->x5t, sizeof(x5t)) != 0)
			continue;
		first = *cert;
		*cert = certs[0];
		certs[0] = first;
		return true;
	}
	return false;
}

/* What can be said of a decoded envelope without asking for what its signer may. */
static int check_signature(struct wt_appraisal *a, struct opened *object, struct wt_err *err)
{
	struct wt_key *key;
	int r;

	r = get_chain(a, &object->cose, &object->chain, object->certs, err);
	if (r < 0)
		return r;
	if (!put_signer_first(&object->cose, object->certs)) {
		wt_fail(err, EKEYREJECTED, "it does not carry its signer's certificate");
		wt_opened_clear(object);
		return 0;
	}
	key = wt_cert_key(object->certs[0]);
	if (!key || (int64_t)wt_key_alg(key) != object->cose.alg)
		r = wt_fail(err, EKEYREJECTED, "its algorithm is not that of the signer's key");
	else
		r = wt_cose_verify(&object->cose, key, &a->scratch, err);
	if (r < 0)
		wt_opened_clear(object);
	return r < 0 ? refused(r) : 1;
}

int wt_object_open(struct wt_appraisal *a, struct wt_span bytes, enum wt_typ typ,
		   struct opened *ret, struct wt_err *err)
{
	int r;

	*ret = (struct opened){ 0 };
	r = wt_cose_decode(bytes, &ret->cose, err);
	if (r < 0)
		return refused(r);
	if (ret->cose.whole.n != bytes.n) {
		wt_fail(err, EBADMSG, "bytes follow the object");
		return 0;
	}
	if (ret->cose.typ != typ) {
		wt_fail(err, EBADMSG, "its type is \"%.*s\", not that of a %s",
			(int)ret->cose.typ_text.n,
			ret->cose.typ_text.n ? (const char *)ret->cose.typ_text.p : "",
			wt_typ_name(typ));
		return 0;
	}
	return check_signature(a, ret, err);
}

void wt_opened_clear(struct opened *object)
{
	wt_chain_put(object->chain);
	object->chain = NULL;
}

void wt_revocation_note(struct wt_appraisal *a, const struct wt_path_result *path,
			const char *whose)
{
	char at[WT_TIMESTAMP_LEN];

	if (path->revocation_at == 0) {
		wt_find(&a->found, WT_REVOCATION_UNKNOWN,
			"%.100s: nobody knows whether it was revoked: no list of %.80s was given",
			whose, path->anchor);
		return;
	}
	/*
	 * A list must be current for whoever judges, not only for the evidence: it could name the
	 * signer since.
	 */
	if (path->revocation_stale || path->revocation_until < a->now)
		wt_find(&a->found, WT_REVOCATION_STALE,
			"%.100s: revocation unknown since %s: the list of %.80s is past its next issue",
			whose, wt_timestamp_utc(path->revocation_at, at), path->anchor);
	if (a->run.revocation_at == 0 || path->revocation_at < a->run.revocation_at)
		a->run.revocation_at = path->revocation_at;
}

/*
 * Tells the signer check of a path that was refused; returns 0, or the error when nobody could
 * tell.
 */
static int path_refused(struct wt_appraisal *a, int r, const char *name, const struct wt_err *err)
{
	if (r == -EPERM)
		wt_find(&a->found, WT_WRONG_DUTY, "%.60s: %s", name, err->msg);
	else if (r == -EKEYREJECTED)
		wt_find(&a->found, WT_PATH_REFUSED, "%.60s: %s", name, err->msg);
	return refused(r);
}

static int find_path(struct wt_appraisal *a, const struct opened *object, enum wt_duty duty,
		     int64_t not_before, int64_t not_after, const char *name,
		     struct wt_path_result *ret, struct wt_err *err)
{
	struct wt_cert *signer = object->certs[0];
	char began[WT_TIMESTAMP_LEN], ended[WT_TIMESTAMP_LEN];
	int64_t at, begin, end;
	int r;

	wt_cert_validity(signer, &begin, &end);
	at = begin > not_before ? begin : not_before;
	if (at >= not_after) {
		wt_fail(err, EKEYREJECTED, "%.100s began at %s, when the object had ended at %s",
			wt_cert_name(signer), wt_timestamp_utc(begin, began),
			wt_timestamp_utc(not_after, ended));
		wt_find(&a->found, WT_SIGNED_AFTERWARDS, "%.60s: %s", name, err->msg);
		return 0;
	}
	r = wt_trust_check(a->trust, signer, object->certs + 1, duty, at, ret, err);
	return r < 0 ? path_refused(a, r, name, err) : 1;
}

int wt_object_path(struct wt_appraisal *a, const struct opened *object, enum wt_duty duty,
		   int64_t not_before, int64_t not_after, const char *name, struct wt_err *err)
{
	struct wt_path_result path;
	int r = find_path(a, object, duty, not_before, not_after, name, &path, err);

	if (r > 0)
		wt_revocation_note(a, &path, wt_cert_name(object->certs[0]));
	return r;
}

int wt_appraisal_signer(struct wt_appraisal *a, const struct wt_cose *cose, enum wt_duty duty,
			int64_t not_before, int64_t not_after, const char *name,
			struct wt_signer *ret, struct wt_err *err)
{
	struct opened object = { .cose = *cose };
	int r = check_signature(a, &object, err);

	if (r <= 0)
		return r;
	r = find_path(a, &object, duty, not_before, not_after, name, &ret->path, err);
	if (r > 0) {
		wt_cert_x5t(object.certs[0], ret->x5t);
		snprintf(ret->name, sizeof(ret->name), "%s", wt_cert_name(object.certs[0]));
	}
	wt_opened_clear(&object);
	return r;
}

/* The rig's own, which stays: not one that is kept for others. */
static int adopt(struct wt_appraisal *a, struct wt_cert *cert, struct wt_err *err)
{
	int r = wt_ueid_from_key(wt_cert_key(cert), a->rig.ueid);

	if (r == 0)
		r = wt_cert_parse(wt_cert_der(cert), &a->rig.cert, err);
	if (r < 0)
		return r;
	wt_cert_x5t(a->rig.cert, a->rig.x5t);
	return 1;
}

/* Without a registration the rig's certificate can only come with the attestation. */
static int adopt_certificate(struct wt_appraisal *a, const struct wt_cose *cose, struct wt_err *err)
{
	struct wt_cert *certs[WT_COSE_CHAIN_MAX + 1];
	struct wt_chain *chain;
	int r;

	r = get_chain(a, cose, &chain, certs, err);
	if (r < 0)
		return r;
	if (!put_signer_first(cose, certs)) {
		wt_fail(err, EKEYREJECTED, "it does not carry its signer's certificate");
		wt_find(&a->found, WT_CERTIFICATE_MISSING,
			"attestation %" PRIu64 " does not carry the certificate that it names",
			a->reading.seq);
	} else if (!wt_cert_key(certs[0])) {
		wt_fail(err, EKEYREJECTED, "its certificate holds a key that signs no attestation");
		wt_find(&a->found, WT_ALGORITHM,
			"attestation %" PRIu64 ": its certificate holds a key of another kind",
			a->reading.seq);
	} else {
		r = adopt(a, certs[0], err);
	}
	wt_chain_put(chain);
	return r;
}

/*
 * A path that holds at two times holds between them (certificates and lists have one beginning and
 * one end): so the path is checked now and a day ahead, and again only when an attestation lies
 * outside.
 */
static int check_path(struct wt_appraisal *a, const struct wt_cose *cose, int64_t at,
		      struct wt_err *err)
{
	struct wt_path_result path, later;
	struct wt_chain *chain;
	int64_t begin, end, ahead;
	int r;

	if (at >= a->rig.path_from && at <= a->rig.path_to)
		return 1;
	chain = wt_chain_get(&a->chains, cose);
	if (!chain)
		return wt_fail(err, ENOMEM, "no memory for certificates");
	r = wt_trust_check(a->trust, a->rig.cert, chain->certs, WT_DUTY_ATTESTATION, at, &path,
			   err);
	if (r == 0) {
		wt_cert_validity(a->rig.cert, &begin, &end);
		ahead = at < end - DAY ? at + DAY : end - 1;
		a->rig.path_from = a->rig.path_to = at;
		if (ahead > at && wt_trust_check(a->trust, a->rig.cert, chain->certs,
						 WT_DUTY_ATTESTATION, ahead, &later, NULL) == 0)
			a->rig.path_to = ahead;
		snprintf(a->run.anchor, sizeof(a->run.anchor), "%s", path.anchor);
		wt_revocation_note(a, &path, wt_cert_name(a->rig.cert));
	}
	wt_chain_put(chain);
	return r < 0 ? path_refused(a, r, "the rig's certificate", err) : 1;
}

int wt_rig_check(struct wt_appraisal *a, const struct wt_cose *cose,
		 const struct wt_attestation *att, struct wt_err *err)
{
	int64_t begin, end, at = att->iat;
	struct wt_key *key;
	int r;

	if (!a->rig.cert) {
		r = adopt_certificate(a, cose, err);
		if (r <= 0)
			return r;
	}
	if (!cose->has_x5t || memcmp(cose->x5t, a->rig.x5t, WT_SHA256_LEN) != 0) {
		wt_fail(err, EKEYREJECTED, "not signed with the certificate of this rig");
		wt_find(&a->found, WT_CERTIFICATE_OTHER,
			"attestation %" PRIu64 " names another certificate than %s, the rig's",
			a->reading.seq, wt_cert_name(a->rig.cert));
		return 0;
	}
	key = wt_cert_key(a->rig.cert);
	if (!key || (int64_t)wt_key_alg(key) != cose->alg) {
		wt_fail(err, EKEYREJECTED, "signed with an algorithm that is not the key's");
		wt_find(&a->found, WT_ALGORITHM,
			"attestation %" PRIu64 " is signed with algorithm %" PRId64
			", not the rig key's",
			a->reading.seq, cose->alg);
		return 0;
	}
	r = wt_cose_verify(cose, key, &a->scratch, err);
	if (r == -EKEYREJECTED)
		wt_find(&a->found, WT_SIGNATURE_BAD,
			"attestation %" PRIu64
			": the signature does not verify: changed after it was signed, or signed by "
			"another key",
			a->reading.seq);
	if (r < 0)
		return refused(r);
	/*
	 * A clock that claims nothing must not make a good certificate look expired or not yet
	 * valid.
	 */
	wt_cert_validity(a->rig.cert, &begin, &end);
	if (att->clock == WT_CLOCK_UNKNOWN && (at < begin || at >= end))
		at = a->now;
	a->reading.at = at;
	return check_path(a, cose, at, err);
}

/*
 * "ES256, rig certificate 41:9c:07... under Registry CA": enough of the serial number to tell
 * certificates apart.
 */
static void describe_signer(const struct wt_appraisal *a, char *ret, size_t cap)
{
	struct wt_key *key = wt_cert_key(a->rig.cert);
	uint8_t serial[20];
	char hex[3 * sizeof(serial)] = "";
	int i, n = wt_cert_serial(a->rig.cert, serial);

	for (i = 0; i < n && i < 3; i++)
		snprintf(hex + 3 * i, sizeof(hex) - 3 * i, "%02x:", serial[i]);
	if (i > 0)
		snprintf(hex + 3 * i - 1, sizeof(hex) - 3 * i + 1, "%s", n > 3 ? "..." : "");
	snprintf(ret, cap, "%s, rig certificate %s under %.60s",
		 key && wt_key_alg(key) == WT_ALG_EDDSA ? "EdDSA" : "ES256", hex, a->run.anchor);
}

void wt_signers_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v)
{
	char text[WT_COUNT_LEN], at[WT_TIMESTAMP_LEN];

	describe_signer(a, v->signer, sizeof(v->signer));
	wt_affirm(f, WT_CHECK_SIGNATURE, "%s, %s",
		  wt_count(a->run.attestations + a->run.repeated, "attestation", text), v->signer);
	wt_affirm(f, WT_CHECK_SIGNER, "every signer has its duty and a path to an anchor");
	wt_affirm(f, WT_CHECK_REVOCATION, "nobody revoked, as of %s",
		  wt_timestamp_utc(a->run.revocation_at, at));
}
