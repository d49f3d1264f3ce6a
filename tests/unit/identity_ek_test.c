// SPDX-License-Identifier: Apache-2.0
/*
 * The endorsement keys that a TPM may have (keys/identity/ek.c): which one is the rig's, the same as others make it, and
 * credentials for it (lib/tpm/credential.c), ours and those of tpm2-tools.
 */
#include "kselftest_harness.h"

#include "keys/identity/enrol.h"
#include "lib/file.h"
#include "lib/tpm/credential.h"
#include "tests/unit/lib/swtpm.h"
#include "tests/unit/scratch.h"

#define HIGH \
	"fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt"
#define POLICY_B "ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0"
/* What a TPM without the RSA key's certificate has: one at another index, or none. */
#define ONLY(index)                                                                                                 \
	"tpm2_nvundefine -Q -C p 0x1c00002 && tpm2_nvundefine -Q -C p 0x1c00016 && "                                \
	"tpm2_nvdefine -Q -C p -s 4 -a 'ppwrite|writedefine|ppread|ownerread|authread|no_da|platformcreate' " index \
	" && printf '\\60\\2\\5\\0' | tpm2_nvwrite -Q -C p -i - " index

static const uint8_t secret[] = "twenty-two bytes of it";

FIXTURE(ek)
{
	struct swtpm tpm;
	struct scratch at;
	struct wt_identity *identity;
	struct wt_err err;
};

FIXTURE_VARIANT(ek)
{
	const char *prepare; /* leaves the certificate of this key only */
	const char *make; /* the key as tpm2-tools make it, in ek.ctx */
	const char *use; /* how tpm2_activatecredential is allowed to */
};

#define SESSION \
	"tpm2_startauthsession -Q --policy-session -S sess && tpm2_policysecret -Q -S sess -c e && "

FIXTURE_VARIANT_ADD(ek, rsa_low){
	.prepare = "tpm2_nvundefine -Q -C p 0x1c00016",
	.make = "tpm2_createek -Q -G rsa -c ek.ctx",
	.use = SESSION "tpm2_activatecredential -Q -P session:sess ",
};

FIXTURE_VARIANT_ADD(ek, p256_low){
	.prepare = ONLY("0x1c0000a"),
	.make = "tpm2_createek -Q -G ecc -c ek.ctx",
	.use = SESSION "tpm2_activatecredential -Q -P session:sess ",
};

FIXTURE_VARIANT_ADD(ek, rsa_high){
	.prepare = ONLY("0x1c00012"),
	.make = "printf " POLICY_B " | xxd -r -p >policy && tpm2_createprimary -Q -C e -g sha256 "
		"-G rsa2048:aes128cfb -a '" HIGH "' -L policy -c ek.ctx",
	.use = "tpm2_activatecredential -Q ",
};

FIXTURE_VARIANT_ADD(ek, p256_high){
	.prepare = ONLY("0x1c00014"),
	.make = "printf " POLICY_B " | xxd -r -p >policy && tpm2_createprimary -Q -C e -g sha256 "
		"-G ecc256:aes128cfb -a '" HIGH "' -L policy -c ek.ctx",
	.use = "tpm2_activatecredential -Q ",
};

/* which swtpm makes itself */
FIXTURE_VARIANT_ADD(ek, p384_high){
	.prepare = "tpm2_nvundefine -Q -C p 0x1c00002",
	.make = "tpm2_readpublic -Q -c 0x81010016 -t ek.ctx",
	.use = "tpm2_activatecredential -Q ",
};

FIXTURE_SETUP(ek)
{
	struct wt_identity_options options = {
		.backend = WT_BACKEND_TPM,
		.handle = WT_IDENTITY_HANDLE,
	};

	swtpm_start(&self->tpm, 0);
	strcpy(self->at.dir, self->tpm.dir);
	options.tcti = self->tpm.tcti;
	swtpm_shell(&self->tpm, variant->prepare);
	ASSERT_EQ(0, wt_identity_create(&options, &self->err)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_identity_open(&options, &self->identity, &self->err))
	TH_LOG("%s", self->err.msg);
}

FIXTURE_TEARDOWN(ek)
{
	wt_identity_free(self->identity);
	swtpm_stop(&self->tpm);
}

TEST_F(ek, is_the_one_that_others_make)
{
	struct wt_tpm_public ek = { 0 }, again = { 0 };
	uint8_t ueid[WT_UEID_LEN], expected[WT_UEID_LEN], spki[WT_SHA256_LEN];
	struct wt_identity_keys keys = { 0 };
	struct wt_buf der = { 0 };

	ASSERT_EQ(0, wt_identity_describe(self->identity, &keys, &self->err))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_tpm_public_read(wt_buf_span(&keys.ek), &ek, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, wt_tpm_public_is_ek(&ek, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_ak(&ek, NULL));
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_signer(&ek, NULL));
	EXPECT_EQ(1, (int)keys.n_ek_certs);

	swtpm_shell(&self->tpm, variant->make);
	swtpm_shell(&self->tpm,
		    "tpm2_readpublic -Q -c ek.ctx -f der -o ek.der && "
		    "tpm2_readpublic -Q -c ek.ctx -f tpmt -o ek.tpmt && tpm2_flushcontext -t");
	ASSERT_EQ(0, wt_file_read(scratch_path(&self->at, "ek.der"), 4096, &der, &self->err));
	wt_sha256(wt_buf_span(&der), spki);
	EXPECT_EQ(0, memcmp(spki, ek.spki, sizeof(spki)));
	wt_buf_reset(&der);
	ASSERT_EQ(0, wt_file_read(scratch_path(&self->at, "ek.tpmt"), 4096, &der, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&der), wt_buf_span(&keys.ek)));
	ASSERT_EQ(0, wt_tpm_public_read(wt_buf_span(&der), &again, &self->err));
	EXPECT_EQ(0, memcmp(again.name, ek.name, sizeof(ek.name)));

	wt_ueid_from_digest(spki, expected);
	wt_identity_ueid(self->identity, ueid);
	EXPECT_EQ(0, memcmp(expected, ueid, sizeof(ueid)));
	wt_tpm_public_clear(&ek);
	wt_tpm_public_clear(&again);
	wt_identity_keys_clear(&keys);
	wt_buf_free(&der);
}

/* tpm2-tools' file: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET */
#define TOOLS_HEAD "\xba\xdc\xc0\xde\0\0\0\1"

TEST_F(ek, credentials)
{
	struct wt_buf blob = { 0 }, seed = { 0 }, back = { 0 }, file = { 0 };
	struct wt_tpm_public ek = { 0 }, ak = { 0 };
	struct wt_identity_keys keys = { 0 };
	char name[2 * (2 + WT_SHA256_LEN) + 1], *line;
	size_t n;

	ASSERT_EQ(0, wt_identity_describe(self->identity, &keys, &self->err));
	ASSERT_EQ(0, wt_tpm_public_read(wt_buf_span(&keys.ek), &ek, &self->err));
	ASSERT_EQ(0, wt_tpm_public_read(wt_buf_span(&keys.ak), &ak, &self->err));

	/* ours, opened by us */
	ASSERT_EQ(0,
		  wt_tpm_make_credential(&ek, wt_span(ak.name, sizeof(ak.name)),
					 wt_span(secret, sizeof(secret)), &blob, &seed, &self->err))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_identity_activate(self->identity, wt_buf_span(&blob), wt_buf_span(&seed),
					  &back, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(wt_span(secret, sizeof(secret)), wt_buf_span(&back)));
	/* a TPM has room for three sessions: none stays */
	swtpm_shell(&self->tpm, "test -z \"$(tpm2_getcap handles-loaded-session)\"");
	/* and with a bit of it changed */
	blob.p[20] ^= 1;
	EXPECT_EQ(-EKEYREJECTED, wt_identity_activate(self->identity, wt_buf_span(&blob),
						      wt_buf_span(&seed), &back, &self->err))
	TH_LOG("%s", self->err.msg);
	blob.p[20] ^= 1;
	seed.p[seed.n - 1] ^= 1;
	EXPECT_EQ(-EKEYREJECTED, wt_identity_activate(self->identity, wt_buf_span(&blob),
						      wt_buf_span(&seed), &back, &self->err))
	TH_LOG("%s", self->err.msg);

	swtpm_shell(&self->tpm, "test -z \"$(tpm2_getcap handles-loaded-session)\"");

	/* theirs, opened by us */
	wt_hex(ak.name, sizeof(ak.name), name);
	swtpm_shell(&self->tpm, variant->make);
	ASSERT_LT(0, asprintf(&line,
			      "printf 'twenty-two bytes of it' >secret && "
			      "tpm2_readpublic -Q -c ek.ctx -o ek.pub && tpm2_flushcontext -t && "
			      "tpm2_makecredential -Q -T none -u ek.pub -s secret -n %s -o cred",
			      name));
	swtpm_shell(&self->tpm, line);
	free(line);
	ASSERT_EQ(0, wt_file_read(scratch_path(&self->at, "cred"), 4096, &file, &self->err));
	ASSERT_LT(10u, file.n);
	n = 2 + ((size_t)file.p[8] << 8 | file.p[9]);
	wt_buf_reset(&back);
	ASSERT_EQ(0,
		  wt_identity_activate(self->identity, wt_span(file.p + 8, n),
				       wt_span(file.p + 8 + n, file.n - 8 - n), &back, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(wt_span(secret, sizeof(secret) - 1), wt_buf_span(&back)));

	/* ours, opened by them, for a key of theirs */
	swtpm_shell(&self->tpm,
		    "tpm2_createprimary -Q -C e -G ecc256:ecdsa-sha256:null -c ak.ctx -a "
		    "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign' && "
		    "tpm2_readpublic -Q -c ak.ctx -n ak.name && tpm2_flushcontext -t");
	wt_buf_reset(&back);
	ASSERT_EQ(0, wt_file_read(scratch_path(&self->at, "ak.name"), 64, &back, &self->err));
	wt_buf_reset(&blob);
	wt_buf_reset(&seed);
	ASSERT_EQ(0, wt_tpm_make_credential(&ek, wt_buf_span(&back),
					    wt_span(secret, sizeof(secret) - 1), &blob, &seed,
					    &self->err));
	wt_buf_reset(&file);
	wt_buf_append(&file, TOOLS_HEAD, 8);
	wt_buf_append(&file, blob.p, blob.n);
	wt_buf_append(&file, seed.p, seed.n);
	scratch_write(&self->at, "ours", wt_buf_span(&file), 0600);
	swtpm_shell(&self->tpm, variant->make);
	swtpm_shell(&self->tpm, "tpm2_flushcontext -t");
	ASSERT_LT(0,
		  asprintf(&line, "%s -c ak.ctx -C ek.ctx -i ours -o opened && cmp opened secret",
			   variant->use));
	swtpm_shell(&self->tpm, line);
	free(line);

	wt_tpm_public_clear(&ek);
	wt_tpm_public_clear(&ak);
	wt_identity_keys_clear(&keys);
	wt_buf_free(&blob);
	wt_buf_free(&seed);
	wt_buf_free(&back);
	wt_buf_free(&file);
}

TEST_HARNESS_MAIN
