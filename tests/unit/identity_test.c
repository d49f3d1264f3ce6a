// SPDX-License-Identifier: Apache-2.0
/* The rig's identity (keys/identity) in a file and in a TPM, and credentials (lib/tpm) between both sides. */
#include "kselftest_harness.h"

#include "keys/identity/enrol.h"
#include "keys/identity/session.h"
#include "lib/file.h"
#include "lib/tpm/credential.h"
#include "tests/unit/lib/swtpm.h"
#include "tests/unit/scratch.h"
#include "tests/unit/silent.h"

#define HANDLE 0x81010101u
#define OTHER_HANDLE 0x81010102u

FIXTURE(tpm)
{
	struct swtpm tpm;
	struct wt_identity_options options;
	struct wt_identity *identity;
	struct wt_err err;
};

FIXTURE_SETUP(tpm)
{
	swtpm_start(&self->tpm, 0);
	self->options = (struct wt_identity_options){
		.backend = WT_BACKEND_TPM,
		.tcti = self->tpm.tcti,
		.handle = HANDLE,
	};
	self->identity = NULL;
	self->err.msg[0] = '\0';
	ASSERT_EQ(0, wt_identity_create(&self->options, &self->err))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_identity_open(&self->options, &self->identity, &self->err))
	TH_LOG("%s", self->err.msg);
}

FIXTURE_TEARDOWN(tpm)
{
	wt_identity_free(self->identity);
	swtpm_stop(&self->tpm);
}

/* The AK and the others as a verifier reads them. */
struct seen {
	struct wt_identity_keys keys;
	struct wt_tpm_public ek, ak, key;
};

static int see(struct wt_identity *identity, struct seen *ret, struct wt_err *err)
{
	int r = wt_identity_describe(identity, &ret->keys, err);

	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&ret->keys.ek), &ret->ek, err);
	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&ret->keys.ak), &ret->ak, err);
	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&ret->keys.key), &ret->key, err);
	return r;
}

static void unsee(struct seen *seen)
{
	wt_tpm_public_clear(&seen->ek);
	wt_tpm_public_clear(&seen->ak);
	wt_tpm_public_clear(&seen->key);
	wt_identity_keys_clear(&seen->keys);
}

TEST_F(tpm, keys_and_what_they_are)
{
	uint8_t ueid[WT_UEID_LEN], expected[WT_UEID_LEN];
	struct wt_cert *cert = NULL;
	struct seen seen = { 0 };

	EXPECT_EQ(WT_BACKEND_TPM, wt_identity_backend(self->identity));
	ASSERT_EQ(0, see(self->identity, &seen, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, wt_tpm_public_is_ek(&seen.ek, NULL));
	EXPECT_EQ(0, wt_tpm_public_is_ak(&seen.ak, NULL));
	EXPECT_EQ(0, wt_tpm_public_is_signer(&seen.key, NULL));
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_ak(&seen.key, &self->err));
	EXPECT_STREQ("the key is not restricted", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_signer(&seen.ak, &self->err));
	EXPECT_STREQ("the key is restricted", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_ak(&seen.ek, &self->err));
	EXPECT_TRUE(wt_key_same(seen.key.key, wt_identity_key(self->identity)));

	/* certified by the attestation key */
	EXPECT_EQ(0, wt_verify(seen.ak.key, wt_buf_span(&seen.keys.certify),
			       wt_span(seen.keys.certify_signature, WT_SIG_LEN), NULL));

	/* the certificate is the endorsement key's, and so is the rig's id */
	ASSERT_EQ(1, (int)seen.keys.n_ek_certs);
	ASSERT_EQ(0, wt_cert_parse(wt_buf_span(&seen.keys.ek_certs[0]), &cert, &self->err));
	wt_ueid_from_digest(seen.ek.spki, expected);
	wt_identity_ueid(self->identity, ueid);
	EXPECT_EQ(0, memcmp(expected, ueid, sizeof(ueid)));
	wt_cert_free(cert);
	unsee(&seen);
}

/* The endorsement key is the same made anew as persistent: swtpm_setup left one at 0x81010001. */
TEST_F(tpm, endorsement_key_made_anew)
{
	struct seen before = { 0 }, after = { 0 };

	ASSERT_EQ(0, see(self->identity, &before, &self->err));
	swtpm_shell(&self->tpm, "tpm2_evictcontrol -Q -C o -c 0x81010001");
	ASSERT_EQ(0, see(self->identity, &after, &self->err));
	EXPECT_EQ(0, memcmp(before.ek.spki, after.ek.spki, sizeof(before.ek.spki)));
	EXPECT_EQ(0, memcmp(before.ek.name, after.ek.name, sizeof(before.ek.name)));
	unsee(&before);

	/* and another key in that place is not taken for it */
	swtpm_shell(&self->tpm, "tpm2_createprimary -Q -C e -G rsa2048 -c other.ctx && "
				"tpm2_evictcontrol -Q -C o -c other.ctx 0x81010001 && "
				"tpm2_flushcontext -t");
	ASSERT_EQ(0, see(self->identity, &before, &self->err));
	EXPECT_EQ(0, memcmp(before.ek.spki, after.ek.spki, sizeof(before.ek.spki)));
	unsee(&before);
	unsee(&after);
}

TEST_F(tpm, sign)
{
	struct wt_span msg = wt_span("4711", 4);
	struct wt_buf pem = { 0 };
	uint8_t sig[WT_SIG_LEN];
	struct scratch scratch;
	struct wt_csr *csr = NULL;

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, wt_sign(wt_identity_key(self->identity), msg, sig, &self->err))
		TH_LOG("%s", self->err.msg);
		EXPECT_EQ(0, wt_verify(wt_identity_key(self->identity), msg,
				       wt_span(sig, sizeof(sig)), NULL));
	}
	/* the TPM is free in between, and nothing is left in it */
	swtpm_shell(&self->tpm, "test -z \"$(tpm2_getcap handles-transient)\"");
	EXPECT_EQ(NULL, getenv("TPM2OPENSSL_TCTI"));

	scratch_make(&scratch);
	ASSERT_EQ(0, wt_csr_make(wt_identity_key(self->identity), "KZ-1", &pem, &self->err));
	ASSERT_EQ(0, wt_csr_load(scratch_write(&scratch, "k.csr", wt_buf_span(&pem), 0600), &csr,
				 &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_key_same(wt_csr_key(csr), wt_identity_key(self->identity)));
	EXPECT_EQ(-EINVAL, wt_key_save(wt_identity_key(self->identity),
				       scratch_path(&scratch, "k.pem"), &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "never leaves its TPM"));
	wt_csr_free(csr);
	wt_buf_free(&pem);
	scratch_remove(&scratch);
}

TEST_F(tpm, another_key_by_then)
{
	struct wt_span msg = wt_span("4711", 4);
	uint8_t sig[WT_SIG_LEN];

	swtpm_shell(&self->tpm, "tpm2_evictcontrol -Q -C o -c 0x81010101");
	EXPECT_EQ(-EIO, wt_sign(wt_identity_key(self->identity), msg, sig, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no key at handle:0x81010101"));
	ASSERT_EQ(0, wt_identity_create(&self->options, &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_sign(wt_identity_key(self->identity), msg, sig, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "signed with another key than the rig's"));
}

TEST_F(tpm, create_and_open_refused)
{
	struct wt_identity_options other = self->options;
	struct wt_identity *identity = NULL;

	EXPECT_EQ(-EEXIST, wt_identity_create(&self->options, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "there is a key at 0x81010101 already"));
	other.handle = OTHER_HANDLE;
	EXPECT_EQ(-ENOENT, wt_identity_open(&other, &identity, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "`wattest keys create` makes one"));
	/* the endorsement key is no signing key */
	other.handle = 0x81010001;
	EXPECT_EQ(-EKEYREJECTED, wt_identity_open(&other, &identity, &self->err));
	other.tcti = "swtpm:path=/nowhere/s";
	EXPECT_EQ(-ENODEV, wt_identity_open(&other, &identity, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no TPM at swtpm:path=/nowhere/s"));
	swtpm_shell(&self->tpm, "tpm2_changeauth -Q -c o secret");
	other = self->options;
	other.handle = OTHER_HANDLE;
	EXPECT_EQ(-EACCES, wt_identity_create(&other, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "its owner hierarchy has a password"));
}

TEST_F(tpm, quote)
{
	static const uint8_t extra[WT_SHA256_LEN] = { 1, 2, 3 };
	struct wt_identity_quote quote = { 0 };
	struct wt_tpm_attest attest;
	uint8_t digest[WT_SHA256_LEN];
	struct seen seen = { 0 };
	uint32_t mask = 0;

	ASSERT_EQ(0, wt_identity_boot_pcrs(self->identity, &mask, &self->err));
	EXPECT_EQ(WT_IDENTITY_BOOT, mask);
	swtpm_shell(&self->tpm, "tpm2_pcrextend 9:sha256=$(printf 9 | sha256sum | cut -d' ' -f1) "
				"10:sha256=$(printf 10 | sha256sum | cut -d' ' -f1)");
	ASSERT_EQ(0, wt_identity_boot_pcrs(self->identity, &mask, &self->err));
	EXPECT_EQ(WT_IDENTITY_BOOT | 1u << 9, mask);

	/* more than a TPM reads at once */
	mask = 0xffffffu;
	ASSERT_EQ(0, see(self->identity, &seen, &self->err));
	ASSERT_EQ(0, wt_identity_quote(self->identity, extra, mask, &quote, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, wt_verify(seen.ak.key, wt_buf_span(&quote.attest),
			       wt_span(quote.signature, WT_SIG_LEN), NULL));
	ASSERT_EQ(0, wt_tpm_attest_read(wt_buf_span(&quote.attest), &attest, &self->err));
	EXPECT_EQ(WT_TPM_ATTEST_QUOTE, attest.type);
	EXPECT_TRUE(wt_span_equal(wt_span(extra, sizeof(extra)), attest.extra_data));
	EXPECT_EQ(mask, attest.pcrs);
	wt_tpm_pcr_digest(mask, quote.values, digest);
	EXPECT_TRUE(wt_span_equal(wt_span(digest, sizeof(digest)), attest.pcr_digest));
	/* outside of the endorsement hierarchy these two would be obfuscated */
	EXPECT_GT(16u, attest.reset_count);
	wt_identity_quote_clear(&quote);
	unsee(&seen);
}

TEST_F(tpm, after_a_power_cut_the_keys_are_the_same)
{
	struct seen before = { 0 }, after = { 0 };
	struct wt_identity *again = NULL;

	ASSERT_EQ(0, see(self->identity, &before, &self->err));
	swtpm_restart(&self->tpm);
	ASSERT_EQ(0, wt_identity_open(&self->options, &again, &self->err))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, see(again, &after, &self->err));
	EXPECT_EQ(0, memcmp(before.ak.name, after.ak.name, sizeof(before.ak.name)));
	EXPECT_EQ(0, memcmp(before.key.name, after.key.name, sizeof(before.key.name)));
	unsee(&before);
	unsee(&after);
	wt_identity_free(again);
}

/* --- credentials ------------------------------------------------------------------------------ */

static const uint8_t secret[] = "twenty-two bytes of it";

TEST_F(tpm, credential_of_ours_opened)
{
	static const uint8_t too_long[0x202] = { 0x02, 0x00 };
	struct wt_buf blob = { 0 }, seed = { 0 }, back = { 0 };
	uint8_t name[2 + WT_SHA256_LEN];
	struct seen seen = { 0 };
	struct silent silent;

	ASSERT_EQ(0, see(self->identity, &seen, &self->err));
	memcpy(name, seen.ak.name, sizeof(name));
	ASSERT_EQ(0, wt_tpm_make_credential(&seen.ek, wt_span(name, sizeof(name)),
					    wt_span(secret, sizeof(secret)), &blob, &seed,
					    &self->err));
	ASSERT_EQ(0, wt_identity_activate(self->identity, wt_buf_span(&blob), wt_buf_span(&seed),
					  &back, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(wt_span(secret, sizeof(secret)), wt_buf_span(&back)));

	/* for another attestation key */
	wt_buf_reset(&blob);
	wt_buf_reset(&seed);
	name[5] ^= 1;
	ASSERT_EQ(0, wt_tpm_make_credential(&seen.ek, wt_span(name, sizeof(name)),
					    wt_span(secret, sizeof(secret)), &blob, &seed,
					    &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_identity_activate(self->identity, wt_buf_span(&blob),
						      wt_buf_span(&seed), &back, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "another TPM or another attestation key"));

	/* with a byte too many, cut, and longer than any: refused without a word on standard error */
	wt_buf_append(&blob, "", 1);
	silent_begin(&silent);
	EXPECT_EQ(-EBADMSG, wt_identity_activate(self->identity, wt_buf_span(&blob),
						 wt_buf_span(&seed), &back, &self->err));
	EXPECT_EQ(-EBADMSG, wt_identity_activate(self->identity, wt_span(blob.p, blob.n - 1),
						 wt_span(seed.p, 1), &back, &self->err));
	EXPECT_EQ(-EBADMSG, wt_identity_activate(self->identity, wt_span(too_long, 0x202),
						 wt_buf_span(&seed), &back, &self->err));
	EXPECT_EQ(0, silent_end(&silent));
	/* a secret longer than a TPM takes, and an EK that decrypts nothing */
	EXPECT_EQ(-EINVAL, wt_tpm_make_credential(&seen.ek, wt_span(name, sizeof(name)),
						  wt_span(self->tpm.dir, 33), &blob, &seed, NULL));
	EXPECT_EQ(-EBADMSG, wt_tpm_make_credential(&seen.ak, wt_span(name, sizeof(name)),
						   wt_span(secret, 1), &blob, &seed, NULL));
	wt_buf_free(&blob);
	wt_buf_free(&seed);
	wt_buf_free(&back);
	unsee(&seen);
}

/* tpm2-tools' file: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET */
#define TOOLS_HEAD "\xba\xdc\xc0\xde\0\0\0\1"

TEST_F(tpm, credential_of_theirs_opened)
{
	struct wt_buf file = { 0 }, back = { 0 };
	char name[2 * (2 + WT_SHA256_LEN) + 1];
	struct seen seen = { 0 };
	struct scratch at = { 0 };
	FILE *f;
	size_t n;

	ASSERT_EQ(0, see(self->identity, &seen, &self->err));
	wt_hex(seen.ak.name, sizeof(seen.ak.name), name);
	strcpy(at.dir, self->tpm.dir);
	scratch_write(&at, "name", wt_span(name, strlen(name)), 0600);
	swtpm_shell(
		&self->tpm,
		"printf 'twenty-two bytes of it' >secret && "
		"tpm2_readpublic -Q -c 0x81010001 -f pem -o ek.pem && "
		"tpm2_makecredential -Q -T none -G rsa -u ek.pem -s secret -n $(cat name) -o cred");
	ASSERT_EQ(0, wt_file_read(scratch_path(&at, "cred"), 4096, &file, &self->err));
	ASSERT_LT(10u, file.n);
	ASSERT_EQ(0, memcmp(file.p, TOOLS_HEAD, 8));
	n = 2 + ((size_t)file.p[8] << 8 | file.p[9]);
	ASSERT_EQ(0,
		  wt_identity_activate(self->identity, wt_span(file.p + 8, n),
				       wt_span(file.p + 8 + n, file.n - 8 - n), &back, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(wt_span(secret, sizeof(secret) - 1), wt_buf_span(&back)));

	/* and theirs opens ours */
	wt_buf_reset(&file);
	wt_buf_append(&file, TOOLS_HEAD, 8);
	f = fopen(scratch_path(&at, "ak.name"), "w");
	ASSERT_NE(NULL, f);
	fclose(f);
	{
		struct wt_buf blob = { 0 }, seed = { 0 };

		swtpm_shell(
			&self->tpm,
			"tpm2_createak -Q -C 0x81010001 -c ak.ctx -G ecc -g sha256 -s ecdsa -n ak.name && "
			"tpm2_flushcontext -t");
		wt_buf_reset(&back);
		ASSERT_EQ(0, wt_file_read(scratch_path(&at, "ak.name"), 64, &back, &self->err));
		ASSERT_EQ(0, wt_tpm_make_credential(&seen.ek, wt_buf_span(&back),
						    wt_span(secret, sizeof(secret) - 1), &blob,
						    &seed, &self->err));
		wt_buf_append(&file, blob.p, blob.n);
		wt_buf_append(&file, seed.p, seed.n);
		scratch_write(&at, "ours", wt_buf_span(&file), 0600);
		wt_buf_free(&blob);
		wt_buf_free(&seed);
	}
	swtpm_shell(&self->tpm,
		    "tpm2_startauthsession --policy-session -S s.ctx && "
		    "tpm2_policysecret -Q -S s.ctx -c e && "
		    "tpm2_activatecredential -Q -c ak.ctx -C 0x81010001 -i ours -o opened "
		    "-P session:s.ctx && tpm2_flushcontext s.ctx && cmp opened secret");
	wt_buf_free(&file);
	wt_buf_free(&back);
	unsee(&seen);
}

/* --- what a TPM answers ------------------------------------------------------------------------- */

TEST(answers)
{
	static const struct {
		TSS2_RC rc;
		int code;
		const char *words;
	} answers[] = {
		{ TPM2_RC_RETRY, EBUSY, "try later" },
		{ TPM2_RC_OBJECT_MEMORY, EBUSY, "tpm2_flushcontext -t" },
		{ TPM2_RC_LOCKOUT, EACCES, "tpm2_dictionarylockout -c" },
		{ TPM2_RC_BAD_AUTH + TPM2_RC_S + TPM2_RC_1, EACCES, "gave it a password" },
		{ TPM2_RC_AUTH_FAIL + TPM2_RC_S + TPM2_RC_1, EACCES, "gave it a password" },
		{ TPM2_RC_HIERARCHY + TPM2_RC_1, EACCES, "switched off in the firmware" },
		{ TPM2_RC_NV_SPACE, ENOSPC, "no room for a persistent key" },
		{ TPM2_RC_NV_DEFINED, EEXIST, "another object has that handle" },
		{ TPM2_RC_INITIALIZE, ENODEV, "TPM2_Startup" },
		{ TSS2_TCTI_RC_IO_ERROR, ENODEV, "out of reach" },
		{ TPM2_RC_SCHEME + TPM2_RC_P + TPM2_RC_1, EIO, "cannot quote" },
	};
	struct tpm_session session = { .name = "t" };
	struct wt_err err;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		EXPECT_EQ(-answers[i].code, tpm_fail(&session, answers[i].rc, &err, "quote"))
		TH_LOG("%s", err.msg);
		EXPECT_NE(NULL, strstr(err.msg, answers[i].words)) TH_LOG("%s", err.msg);
		EXPECT_NE(NULL, strstr(err.msg, "TPM t: cannot quote: "));
	}
}

/* Tried again while it is busy, and not for ever. */
TEST(tried_again)
{
	static const TSS2_RC busy[] = { TPM2_RC_RETRY, TPM2_RC_YIELDED, TPM2_RC_TESTING };
	TSS2_RC rc;
	int calls;

	for (size_t i = 0; i < 3; i++) {
		calls = 0;
		TPM_TRY(rc, calls++ < 2 ? busy[i] : TSS2_RC_SUCCESS);
		EXPECT_EQ(TSS2_RC_SUCCESS, rc);
		EXPECT_EQ(3, calls);
	}
	calls = 0;
	TPM_TRY(rc, (calls++, TPM2_RC_RETRY));
	EXPECT_EQ(TPM2_RC_RETRY, rc);
	EXPECT_GT(20, calls);
	calls = 0;
	TPM_TRY(rc, (calls++, TPM2_RC_LOCKOUT));
	EXPECT_EQ(1, calls);
}

/* --- the other back end ------------------------------------------------------------------------- */

TEST(file)
{
	struct wt_identity_options options = { .backend = WT_BACKEND_FILE };
	uint8_t sig[WT_SIG_LEN], ueid[WT_UEID_LEN], expected[WT_UEID_LEN];
	static const uint8_t extra[WT_SHA256_LEN];
	struct wt_identity_quote quote = { 0 };
	struct wt_identity *identity = NULL;
	struct wt_err err = { 0 };
	struct scratch scratch;
	uint32_t mask;

	scratch_make(&scratch);
	options.key = scratch_path(&scratch, "rig.key");
	EXPECT_EQ(-ENOENT, wt_identity_open(&options, &identity, &err));
	EXPECT_NE(NULL, strstr(err.msg, "`wattest keys create --name NAME` makes one"));
	ASSERT_EQ(0, wt_identity_create(&options, &err));
	EXPECT_EQ(-EEXIST, wt_identity_create(&options, &err));
	ASSERT_EQ(0, wt_identity_open(&options, &identity, &err));
	EXPECT_EQ(WT_BACKEND_FILE, wt_identity_backend(identity));
	EXPECT_EQ(0, wt_sign(wt_identity_key(identity), wt_span("a", 1), sig, &err));
	wt_identity_ueid(identity, ueid);
	ASSERT_EQ(0, wt_ueid_from_key(wt_identity_key(identity), expected));
	EXPECT_EQ(0, memcmp(ueid, expected, sizeof(ueid)));
	EXPECT_EQ(-EOPNOTSUPP, wt_identity_quote(identity, extra, 1, &quote, &err));
	EXPECT_EQ(-EOPNOTSUPP, wt_identity_boot_pcrs(identity, &mask, &err));
	EXPECT_NE(NULL, strstr(err.msg, "in a file"));
	wt_identity_free(identity);
	scratch_remove(&scratch);
}

TEST_HARNESS_MAIN
