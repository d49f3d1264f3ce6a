// SPDX-License-Identifier: Apache-2.0
/* Certificates, requests, keys and revocation lists, in PEM and DER: OpenSSL reads them, behind lib/crypto. */
#include "tests/fuzz/targets/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/crypto/others.h"
#include "tests/unit/golden/objects.h"

static struct {
	struct wt_key *key;
	struct wt_cert *ca, *leaf;
	char folder[64], file[80];
} made;

static void remove_folder(void)
{
	unlink(made.file);
	rmdir(made.folder);
}

static void init(void)
{
	struct wt_cert_spec ca = { .common_name = "CA",
				   .duties = { WT_DUTY_REGISTRATION, WT_DUTY_ATTESTATION },
				   .n_duties = 2,
				   .ca = true,
				   .not_before = 1767225600,
				   .not_after = 1893456000 };
	struct wt_cert_spec leaf = ca;

	if (made.key)
		return;
	leaf.common_name = "KZ-PVL-0142";
	leaf.n_duties = 1;
	leaf.ca = false;
	fuzz_need(wt_key_generate(WT_ALG_ES256, &made.key), "make a key");
	fuzz_need(wt_cert_issue(&ca, made.key, NULL, made.key, &made.ca, NULL), "issue");
	fuzz_need(wt_cert_issue(&leaf, made.key, made.ca, made.key, &made.leaf, NULL), "issue");
	strcpy(made.folder, "/tmp/wattest-fuzz-XXXXXX");
	fuzz_need(mkdtemp(made.folder) ? 0 : -errno, "make a folder");
	snprintf(made.file, sizeof(made.file), "%s/ca.pem", made.folder);
	fuzz_need(symlink(fuzz_file(wt_span("", 0)), made.file) < 0 ? -errno : 0, "link");
	atexit(remove_folder);
}

static void look_at(struct wt_cert *cert)
{
	uint8_t digest[WT_SHA256_LEN], serial[20];
	struct wt_cert *again = NULL;
	struct wt_buf pem = { 0 };
	int64_t from, until;

	FUZZ_CHECK(wt_cert_name(cert) && wt_cert_common_name(cert));
	FUZZ_CHECK(wt_text_plain(wt_span(wt_cert_name(cert), strlen(wt_cert_name(cert)))));
	wt_cert_validity(cert, &from, &until);
	FUZZ_CHECK(wt_cert_serial(cert, serial) <= 20);
	wt_cert_x5t(cert, digest);
	(void)wt_cert_spki_digest(cert, digest);
	(void)wt_cert_key(cert);
	(void)wt_cert_issued_by(cert, cert, NULL);
	/* its DER is what it was read from, and is read the same again */
	FUZZ_CHECK(wt_cert_parse(wt_cert_der(cert), &again, NULL) == 0);
	FUZZ_CHECK(wt_span_equal(wt_cert_der(cert), wt_cert_der(again)));
	FUZZ_CHECK(wt_cert_pem(cert, &pem, NULL) == 0);
	wt_buf_free(&pem);
	wt_cert_free(again);
}

static void certificates(const char *path)
{
	struct wt_cert *certs[8] = { NULL };
	struct wt_err err = { "" };
	size_t n = 0;
	int r = wt_cert_load_all(path, certs, 8, &n, &err);

	if (r < 0)
		fuzz_check_refusal(r, &err);
	for (size_t i = 0; i < n && r == 0; i++) {
		look_at(certs[i]);
		wt_cert_free(certs[i]);
	}
}

static void trusting(void)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	uint8_t(*digests)[WT_SHA256_LEN] = NULL;
	struct wt_path_result path;
	struct wt_err err = { "" };
	size_t n;
	int r = wt_trust_load(made.folder, &trust, &err);

	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(!trust);
		return;
	}
	FUZZ_CHECK(wt_trust_digests(trust, &digests, &n) == 0);
	free(digests);
	/* the authority's own certificate may be among them; nobody else's makes a path */
	r = wt_trust_check(trust, made.leaf, NULL, WT_DUTY_GRANT, 1800000000, &path, &err);
	FUZZ_CHECK(r < 0);
	r = wt_trust_check(trust, made.leaf, NULL, WT_DUTY_REGISTRATION, 1800000000, &path, &err);
	if (r < 0)
		fuzz_check_refusal(r, &err);
}

static void pem_run(struct wt_span in)
{
	struct wt_other_key *other = NULL;
	const char *path = fuzz_file(in);
	struct wt_key *key = NULL;
	struct wt_csr *csr = NULL;
	struct wt_err err = { "" };
	uint8_t sig[WT_SIG_LEN];
	int r;

	certificates(path);
	trusting();
	r = wt_key_load(path, &key, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
	} else if (wt_sign(key, in, sig, &err) == 0) {
		FUZZ_CHECK(wt_verify(key, in, wt_span(sig, sizeof(sig)), &err) == 0);
	}
	wt_key_free(key);
	r = wt_csr_load(path, &csr, &err);
	if (r < 0)
		fuzz_check_refusal(r, &err);
	else
		FUZZ_CHECK(wt_csr_key(csr) && wt_csr_common_name(csr));
	wt_csr_free(csr);
	r = wt_other_key_load(path, &other, &err);
	if (r < 0)
		fuzz_check_refusal(r, &err);
	else
		FUZZ_CHECK(wt_other_key_name(other)[0]);
	wt_other_key_free(other);
}

static void seed_and_clear(struct wt_buf *b)
{
	fuzz_seed(wt_buf_span(b));
	wt_buf_reset(b);
}

static void pem_seed(void)
{
	struct wt_buf b = { 0 };

	init();
	fuzz_need(wt_cert_pem(made.ca, &b, NULL), "write");
	seed_and_clear(&b);
	fuzz_need(wt_cert_pem(made.ca, &b, NULL), "write");
	fuzz_need(wt_crl_make(made.ca, made.key, NULL, 0, 1767225600, 30, &b, NULL), "make");
	seed_and_clear(&b);
	fuzz_need(wt_csr_make(made.key, "KZ-PVL-0142", &b, NULL), "make");
	seed_and_clear(&b);
	wt_buf_free(&b);
	/* RFC 8032, 7.1, test 2: for tests, and known to everybody */
	fuzz_seed_text("-----BEGIN PRIVATE KEY-----\n"
		       "MC4CAQAwBQYDK2VwBCIEIEzNCJsoyPpOsgKGuEJvPvMb75DAydmhG5EUp10QN5gL\n"
		       "-----END PRIVATE KEY-----\n");
}

const struct fuzz_target fuzz_pem = { "pem", init, pem_run, pem_seed, 6 };

/* --- DER, as objects carry it ---------------------------------------------------------------------- */

static void der_run(struct wt_span der)
{
	struct wt_cert *cert = NULL;
	struct wt_csr *csr = NULL;
	struct wt_key *key = NULL;
	struct wt_buf spki = { 0 };
	struct wt_err err = { "" };
	int r;

	r = wt_cert_parse(der, &cert, &err);
	FUZZ_CHECK((r == 0) == (cert != NULL));
	if (r < 0) {
		fuzz_check_refusal(r, &err);
	} else {
		look_at(cert);
		FUZZ_CHECK(wt_span_equal(wt_cert_der(cert), der));
	}
	wt_cert_free(cert);
	r = wt_csr_parse(der, &csr, &err);
	FUZZ_CHECK((r == 0) == (csr != NULL));
	if (r < 0)
		fuzz_check_refusal(r, &err);
	wt_csr_free(csr);
	r = wt_key_from_spki(der, &key, &err);
	FUZZ_CHECK((r == 0) == (key != NULL));
	if (r < 0)
		fuzz_check_refusal(r, &err);
	else
		FUZZ_CHECK(wt_key_spki(key, &spki, &err) == 0);
	wt_buf_free(&spki);
	wt_key_free(key);
}

static void der_seed(void)
{
	struct wt_buf b = { 0 };

	init();
	fuzz_seed_hex(GOLDEN_ED25519_CERT);
	fuzz_seed_hex(GOLDEN_P256_CERT);
	fuzz_seed(wt_cert_der(made.ca));
	fuzz_need(wt_csr_make_der(made.key, "KZ-PVL-0142", &b, NULL), "make");
	seed_and_clear(&b);
	fuzz_need(wt_key_spki(made.key, &b, NULL), "write");
	seed_and_clear(&b);
	wt_buf_free(&b);
}

const struct fuzz_target fuzz_der = { "der", init, der_run, der_seed };
