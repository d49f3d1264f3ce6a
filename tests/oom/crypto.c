// SPDX-License-Identifier: Apache-2.0
/*
 * What a verdict rests on, with too little memory at each allocation in turn: good, or could not be checked; never bad.
 * OpenSSL says "bad" itself in most of these places.
 */
#include <stdio.h>
#include <string.h>

#include "lib/cose.h"
#include "lib/crypto/others.h"
#include "lib/file.h"
#include "tests/fuzz/signed/world.h"
#include "tests/oom/alloc.h"
#include "tests/oom/scenario.h"

static int use_certificate(void)
{
	struct wt_cert *loaded = NULL, *parsed = NULL;
	int r = wt_cert_load("rig.pem", &loaded, NULL);

	if (r == 0)
		r = wt_cert_parse(wt_cert_der(loaded), &parsed, NULL);
	oom_check(r < 0 || (wt_cert_key(loaded) && wt_cert_key(parsed)),
		  "a certificate without its key");
	wt_cert_free(loaded);
	wt_cert_free(parsed);
	return r;
}

static int use_key(void)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf spki = { 0 };
	struct wt_key *private = NULL, *public = NULL;
	int r = wt_key_load("rig.key", &private, NULL);

	if (r == 0)
		r = wt_key_spki(private, &spki, NULL);
	if (r == 0)
		r = wt_key_from_spki(wt_buf_span(&spki), &public, NULL);
	wt_key_free(private);
	wt_key_free(public);
	return r;
}

static int verify_signature(void)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf scratch = { 0 }, object = { 0 };
	struct wt_cert *cert = NULL;
	struct wt_cose cose;
	int r = wt_cert_load("rig.pem", &cert, NULL);

	if (r == 0)
		r = wt_file_read("evidence/att-0.cose", 1 << 20, &object, NULL);
	if (r == 0)
		r = wt_cose_decode(wt_buf_span(&object), &cose, NULL);
	if (r == 0)
		r = wt_cose_verify(&cose, wt_cert_key(cert), &scratch, NULL);
	wt_cert_free(cert);
	return r;
}

static int sign(void)
{
	uint8_t sig[WT_SIG_LEN];
	struct wt_key *key = NULL;
	int r = wt_key_load("rig.key", &key, NULL);

	if (r == 0)
		r = wt_sign(key, wt_span("abc", 3), sig, NULL);
	wt_key_free(key);
	return r;
}

/* "No" would leave a certificate out of its issuer's list of the revoked. */
static int check_issuer(void)
{
	struct wt_cert *cert = NULL, *issuer = NULL;
	int r = wt_cert_load("rig.pem", &cert, NULL);

	if (r == 0)
		r = wt_cert_load("trust/registry-ca.pem", &issuer, NULL);
	if (r == 0)
		r = wt_cert_issued_by(cert, issuer, NULL);
	if (cert && issuer)
		oom_check(r != 0, "not its issuer");
	wt_cert_free(cert);
	wt_cert_free(issuer);
	return r < 0 ? r : 0;
}

/* With the lists: a path is good only when it was looked for. */
static int check_path(void)
{
	struct wt_trust *trust = NULL;
	struct wt_cert *cert = NULL;
	struct wt_path_result path;
	int r = wt_trust_load("trust", &trust, NULL);

	if (r == 0)
		r = wt_cert_load("rig.pem", &cert, NULL);
	if (r == 0)
		r = wt_trust_check(trust, cert, NULL, WT_DUTY_ATTESTATION, RIG_T0, &path, NULL);
	oom_check(r < 0 || (path.anchor[0] && path.revocation_at), "a path without its list");
	wt_cert_free(cert);
	wt_trust_free(trust);
	return r;
}

static int hash(void)
{
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea };
	uint8_t digest[WT_SHA256_LEN];

	wt_sha256(wt_span("abc", 3), digest);
	oom_check(memcmp(digest, abc, sizeof(abc)) == 0, "another digest");
	return 0;
}

static const struct {
	const char *name;
	int (*fn)(void);
	bool first; /* done in a process that never used OpenSSL before */
} steps[] = {
	{ "hash", hash, true },
	{ "verify a signature", verify_signature, true },
	{ "check a path", check_path, true },
	{ "use a certificate", use_certificate, false },
	{ "use a key", use_key, false },
	{ "check an issuer", check_issuer, false },
	{ "sign", sign, false },
};

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static int sweep_step(size_t i, bool from_then_on)
{
	size_t nth = 0;
	bool failed;
	int r;

	do {
		nth += oom_sampled ? 1 + nth / 8 : 1;
		alloc_fail(nth, from_then_on);
		r = steps[i].fn();
		failed = alloc_failed();
		alloc_end();
		oom_check(r == 0 || (failed && (r == -ENOMEM || r == -EIO)),
			  "%s, allocation %zu: %s", steps[i].name, nth, strerror(-r));
		/* OpenSSL has kept nothing that is spoilt. */
		r = steps[i].fn();
		oom_check(r == 0, "%s, with memory again after allocation %zu: %s", steps[i].name,
			  nth, strerror(-r));
	} while (failed);
	return 0;
}

static void prepare(void)
{
	write_evidence();
}

static void nothing(void)
{
}

/* Each by itself, and so with OpenSSL as it is after its first use; not part of the sweep. */
static int run(void)
{
	alloc_end();
	for (size_t i = 0; i < N_STEPS; i++) {
		steps[i].fn();
		sweep_step(i, false);
		sweep_step(i, true);
	}
	alloc_fail(0, false); /* none is left to the sweep */
	return 0;
}

static void check(int status)
{
	(void)status;
}

const struct scenario scenario_crypto = {
	"crypto", prepare, nothing, run, check, .check_here = true
};

/* From one to the next none is called bad, then or later, whatever OpenSSL has kept of its first use. */
static int first_use(void)
{
	size_t i;
	int r;

	for (i = 0; i < N_STEPS && steps[i].first; i++) {
		r = steps[i].fn();
		oom_check(r == 0 || r == -ENOMEM || r == -EIO, "%s: %s", steps[i].name,
			  strerror(-r));
	}
	alloc_end();
	for (i = 0; i < N_STEPS && steps[i].first; i++) {
		r = steps[i].fn();
		oom_check(r == 0, "%s, with memory again: %s", steps[i].name, strerror(-r));
	}
	return 0;
}

const struct scenario scenario_first_use = { "first-use", prepare, nothing,
					     first_use,	  check,   .check_here = true };
