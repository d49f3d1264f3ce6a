// SPDX-License-Identifier: Apache-2.0
/* What a registry checks of a request to enrol a TPM (keys/enroll_check.c): each thing by itself, on real TPMs. */
#include "kselftest_harness.h"

#include <time.h>

#include "keys/enroll.h"
#include "keys/identity/enrol.h"
#include "lib/file.h"
#include "lib/tpm/credential.h"
#include "tests/unit/lib/swtpm.h"
#include "tests/unit/scratch.h"

#define PCRS 0x95u

/* A TPM with its rig's keys, and a request that is all true. */
struct rig {
	struct swtpm tpm;
	struct wt_identity *identity;
	struct wt_identity_keys keys;
	struct wt_identity_quote quote;
	struct wt_buf csr;
	struct wt_enrolment_request request;
	struct scratch files; /* the TPM's folder */
};

static void must(bool good, const char *what, const struct wt_err *err)
{
	if (good)
		return;
	fprintf(stderr, "# %s: %s\n", what, err->msg);
	abort();
}

/* By the rig's own attestation key, bound to that. */
static void quote_for(struct rig *rig, const uint8_t extra[WT_SHA256_LEN], struct wt_att_quote *q,
		      uint32_t pcrs)
{
	struct wt_err err = { 0 };

	wt_identity_quote_clear(&rig->quote);
	must(wt_identity_quote(rig->identity, extra, pcrs, &rig->quote, &err) == 0, "quote", &err);
	memset(q, 0, sizeof(*q));
	q->attest = wt_buf_span(&rig->quote.attest);
	q->signature = wt_span(rig->quote.signature, WT_SIG_LEN);
	for (unsigned i = 0; i < WT_PCRS; i++)
		if (pcrs >> i & 1) {
			q->pcrs[q->n_pcrs].index = (uint8_t)i;
			memcpy(q->pcrs[q->n_pcrs++].value, rig->quote.values[i], WT_SHA256_LEN);
		}
}

/* Over the request as it is. */
static void quote(struct rig *rig, struct wt_enrolment_request *request, uint32_t pcrs)
{
	uint8_t extra[WT_SHA256_LEN];
	struct wt_err err = { 0 };

	must(wt_enrolment_binding(request, extra, &err) == 0, "binding", &err);
	quote_for(rig, extra, &request->quote, pcrs);
}

/* Over the answer as it is. */
static void quote_answer(struct rig *rig, struct wt_enrolment_answer *answer, uint32_t pcrs)
{
	uint8_t extra[WT_SHA256_LEN];
	struct wt_err err = { 0 };

	must(wt_enrolment_answer_binding(answer, extra, &err) == 0, "binding", &err);
	quote_for(rig, extra, &answer->quote, pcrs);
}

static void make_rig(struct rig *rig, unsigned which)
{
	struct wt_identity_options options = {
		.backend = WT_BACKEND_TPM,
		.handle = WT_IDENTITY_HANDLE,
	};
	struct wt_enrolment_request *r = &rig->request;
	struct wt_err err = { 0 };

	memset(rig, 0, sizeof(*rig));
	swtpm_start(&rig->tpm, which);
	strcpy(rig->files.dir, rig->tpm.dir);
	options.tcti = rig->tpm.tcti;
	must(wt_identity_create(&options, &err) == 0, "create", &err);
	must(wt_identity_open(&options, &rig->identity, &err) == 0, "open", &err);
	must(wt_identity_describe(rig->identity, &rig->keys, &err) == 0, "describe", &err);
	must(wt_csr_make_der(wt_identity_key(rig->identity), "KZ-1", &rig->csr, &err) == 0, "csr",
	     &err);
	r->made_at = 1;
	wt_identity_ueid(rig->identity, r->ueid);
	r->csr = wt_buf_span(&rig->csr);
	r->ek = wt_buf_span(&rig->keys.ek);
	r->ak = wt_buf_span(&rig->keys.ak);
	r->key = wt_buf_span(&rig->keys.key);
	r->certs[0] = wt_buf_span(&rig->keys.ek_certs[0]);
	r->n_certs = 1;
	r->certify = wt_buf_span(&rig->keys.certify);
	r->certify_signature = wt_span(rig->keys.certify_signature, WT_SIG_LEN);
	quote(rig, r, PCRS);
}

static void end_rig(struct rig *rig)
{
	wt_identity_quote_clear(&rig->quote);
	wt_identity_keys_clear(&rig->keys);
	wt_buf_free(&rig->csr);
	wt_identity_free(rig->identity);
	swtpm_stop(&rig->tpm);
}

/* A file that a shell's command made in the TPM's folder; the caller frees. */
static struct wt_buf file_of(struct rig *rig, const char *name)
{
	struct wt_buf b = { 0 };
	struct wt_err err = { 0 };

	must(wt_file_read(scratch_path(&rig->files, name), 65536, &b, &err) == 0, name, &err);
	return b;
}

FIXTURE(enroll)
{
	struct rig rig, other;
	struct wt_trust *vendors; /* the first one's only */
	char reason[256];
};

FIXTURE_SETUP(enroll)
{
	struct wt_err err = { 0 };

	make_rig(&self->rig, 0);
	make_rig(&self->other, 1);
	swtpm_shell(
		&self->rig.tpm,
		"mkdir vendors && cp ca/swtpm-localca-rootca-cert.pem ca/issuercert.pem vendors");
	must(wt_trust_load(scratch_path(&self->rig.files, "vendors"), &self->vendors, &err) == 0,
	     "vendors", &err);
}

FIXTURE_TEARDOWN(enroll)
{
	wt_trust_free(self->vendors);
	end_rig(&self->rig);
	end_rig(&self->other);
}

/* Checked after a way through a file; the reason when it is refused, else "". */
static const char *judge(FIXTURE_DATA(enroll) * self, const struct wt_enrolment_request *request,
			 struct wt_trust *vendors)
{
	struct wt_enrolment_request read;
	struct enroll_rig rig = { 0 };
	struct wt_buf file = { 0 };
	struct wt_err err = { 0 };
	int r = wt_enrolment_request_encode(request, &file, &err);

	if (r == 0)
		r = wt_enrolment_request_decode(wt_buf_span(&file), &read, &err);
	if (r == 0)
		r = enroll_check(&read, vendors, time(NULL) + 60, &rig, &err);
	if (r == 0)
		enroll_rig_clear(&rig);
	wt_buf_free(&file);
	snprintf(self->reason, sizeof(self->reason), "%s", r < 0 ? err.msg : "");
	return self->reason;
}

#define REFUSED(request, words)                                                  \
	do {                                                                     \
		const char *why_ = judge(self, (request), self->vendors);        \
		EXPECT_NE(NULL, strstr(*why_ ? why_ : "(it was good)", (words))) \
		TH_LOG("expected \"%s\", got \"%s\"", (words), why_);            \
	} while (0)

TEST_F(enroll, the_tpm)
{
	const struct wt_enrolment_request *theirs = &self->other.request;
	struct wt_enrolment_request r = self->rig.request;
	struct wt_trust *vendors = NULL;
	struct wt_err err = { 0 };
	struct wt_buf cert;

	EXPECT_STREQ("", judge(self, &r, self->vendors));
	REFUSED(theirs, "no path to a known TPM vendor");

	r.n_certs = 0;
	REFUSED(&r, "nobody vouches for this TPM");

	r = self->rig.request;
	r.certs[0] = theirs->certs[0];
	REFUSED(&r, "is of another endorsement key than the request's");

	r = self->rig.request;
	memcpy(r.ueid, theirs->ueid, sizeof(r.ueid));
	REFUSED(&r, "the rig's id does not derive from the endorsement key");

	/* a certificate of the right key by a known CA, for something else */
	swtpm_shell(&self->rig.tpm,
		    "mkdir web && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
		    "-nodes -keyout ca.key -out web/ca.pem -subj /CN=Web -days 3650 2>/dev/null && "
		    "tpm2_readpublic -Q -c 0x81010001 -f pem -o ek.pem && "
		    "printf 'extendedKeyUsage=serverAuth\\n' >ext && "
		    "openssl x509 -new -force_pubkey ek.pem -subj /CN=ek -CA web/ca.pem "
		    "-CAkey ca.key -days 3650 -extfile ext -outform DER -out web.der");
	must(wt_trust_load(scratch_path(&self->rig.files, "web"), &vendors, &err) == 0, "web",
	     &err);
	cert = file_of(&self->rig, "web.der");
	r = self->rig.request;
	r.certs[0] = wt_buf_span(&cert);
	EXPECT_NE(NULL, strstr(judge(self, &r, vendors), "is not of a TPM's endorsement key"))
	TH_LOG("%s", self->reason);
	wt_buf_free(&cert);
	wt_trust_free(vendors);
}

TEST_F(enroll, the_keys)
{
	const struct wt_enrolment_request *good = &self->rig.request;
	struct wt_enrolment_request r = *good;
	struct wt_buf imported;

	r.ek = good->ak;
	REFUSED(&r, "endorsement key: the key is sign");
	r = *good;
	r.ak = good->key;
	REFUSED(&r, "attestation key: the key is not restricted");
	r.ak = good->ek;
	REFUSED(&r, "attestation key: the key is not sign");
	r = *good;
	r.key = good->ak;
	REFUSED(&r, "signing key: the key is restricted");

	/* a software key, cloned into a TPM */
	swtpm_shell(
		&self->rig.tpm,
		"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sw.pem && "
		"tpm2_createprimary -Q -C o -c parent.ctx && "
		"tpm2_import -Q -G ecc -g sha256 -i sw.pem -C parent.ctx -u sw.pub -r sw.priv && "
		"tpm2_flushcontext -t && "
		"tpm2_load -Q -C parent.ctx -u sw.pub -r sw.priv -c sw.ctx && "
		"tpm2_readpublic -Q -c sw.ctx -f tpmt -o sw.tpmt && tpm2_flushcontext -t");
	imported = file_of(&self->rig, "sw.tpmt");
	r.key = wt_buf_span(&imported);
	REFUSED(&r, "signing key: the key is not fixedTPM");
	wt_buf_free(&imported);

	/* the request's rest, about another key of this TPM or of another one */
	r = *good;
	r.key = self->other.request.key;
	REFUSED(&r, "the signing key's certification: is of another key");
	r = *good;
	r.csr = self->other.request.csr;
	REFUSED(&r, "the certificate request is for another key than the one in the TPM");
	/* a name of 64 bytes fits into a certificate, and not into a registration */
	{
		struct wt_buf csr = { 0 };
		struct wt_err err = { 0 };
		char name[65];

		memset(name, 'x', 64);
		name[64] = '\0';
		ASSERT_EQ(0, wt_csr_make_der(wt_identity_key(self->rig.identity), name, &csr, &err))
		TH_LOG("%s", err.msg);
		r = *good;
		r.csr = wt_buf_span(&csr);
		REFUSED(&r, "the rig's name must have 1 to 63 bytes");
		wt_buf_free(&csr);
	}
	r = *good;
	r.certify = self->other.request.certify;
	r.certify_signature = self->other.request.certify_signature;
	REFUSED(&r, "the signing key's certification: not by the attestation key");
	r = *good;
	r.certify = good->quote.attest;
	r.certify_signature = good->quote.signature;
	REFUSED(&r, "the signing key's certification: is of another type");
}

/* r || s of a small DER signature. */
static void from_der(const struct wt_buf *der, uint8_t ret[WT_SIG_LEN])
{
	const uint8_t *p = der->p + 2;

	memset(ret, 0, WT_SIG_LEN);
	for (size_t i = 0; i < 2; i++) {
		size_t n = p[1], skip = n > 32 ? n - 32 : 0;

		memcpy(ret + 32 * i + 32 - (n - skip), p + 2 + skip, n - skip);
		p += 2 + n;
	}
}

/* In the owner's hierarchy a TPM hides how often it was reset. */
TEST_F(enroll, attestation_key_in_another_hierarchy)
{
	struct wt_enrolment_request r = self->rig.request;
	struct wt_buf ak, attest, der;
	uint8_t signature[WT_SIG_LEN];

	swtpm_shell(
		&self->rig.tpm,
		"tpm2_createprimary -Q -C o -G ecc256:ecdsa-sha256:null -c ak.ctx -a "
		"'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign' && "
		"tpm2_readpublic -Q -c ak.ctx -f tpmt -o ak.tpmt && tpm2_flushcontext -t && "
		"tpm2_certify -Q -c 0x81010101 -C ak.ctx -g sha256 -o attest -s sig -f plain && "
		"tpm2_flushcontext -t");
	ak = file_of(&self->rig, "ak.tpmt");
	attest = file_of(&self->rig, "attest");
	der = file_of(&self->rig, "sig");
	from_der(&der, signature);
	r.ak = wt_buf_span(&ak);
	r.certify = wt_buf_span(&attest);
	r.certify_signature = wt_span(signature, sizeof(signature));
	REFUSED(&r, "the attestation key is not a primary key of the endorsement hierarchy");
	wt_buf_free(&ak);
	wt_buf_free(&attest);
	wt_buf_free(&der);
}

TEST_F(enroll, the_quote)
{
	struct wt_enrolment_request r = self->rig.request;

	r.inventory = wt_span("{}", 2);
	REFUSED(&r, "the quote: was made for another request, or this one was changed");
	r = self->rig.request;
	r.made_at++;
	REFUSED(&r, "the quote: was made for another request, or this one was changed");
	r = self->rig.request;
	r.quote.pcrs[1].value[0] ^= 1;
	REFUSED(&r, "the quote: is over other values than the request carries");
	r = self->rig.request;
	r.quote.n_pcrs--;
	REFUSED(&r, "the quote: is over other PCRs than the request carries");
	r = self->rig.request;
	r.quote.attest = self->other.request.quote.attest;
	r.quote.signature = self->other.request.quote.signature;
	REFUSED(&r, "the quote: not by the attestation key");
	r = self->rig.request;
	r.quote.attest = r.certify;
	r.quote.signature = r.certify_signature;
	REFUSED(&r, "the quote: is of another type");
	r = self->rig.request;
	quote(&self->rig, &r, PCRS & ~(1u << 7));
	REFUSED(&r, "the quote: is not over PCR 0, 2, 4 and 7");
	r = self->rig.request;
	quote(&self->rig, &r, PCRS);
	EXPECT_STREQ("", judge(self, &r, self->vendors));
}

#define REFUSED_ANSWER(answer, words)                                                            \
	do {                                                                                     \
		struct wt_err why_ = { 0 };                                                      \
		int r_ = enroll_check_answer(&self->rig.request, (answer), &why_);               \
		EXPECT_EQ(-EKEYREJECTED, r_);                                                    \
		EXPECT_NE(NULL, strstr(why_.msg, (words))) TH_LOG("expected \"%s\", got \"%s\"", \
								  (words), why_.msg);            \
	} while (0)

/* The boot state that goes into a registration: as it was when the challenge was opened. */
TEST_F(enroll, the_quote_in_the_answer)
{
	const struct wt_att_quote of_the_request = self->rig.request.quote;
	struct wt_enrolment_answer good = { .id = { 7 }, .secret = { 9 } }, a;
	struct wt_err err = { 0 };

	memcpy(good.ueid, self->rig.request.ueid, sizeof(good.ueid));
	a = good;
	a.quote = of_the_request;
	REFUSED_ANSWER(&a, "the quote: was made for another answer, or this one was changed");

	/* recorded when another challenge was answered, in a state that was better perhaps */
	a = good;
	a.id[0]++;
	quote_answer(&self->rig, &a, PCRS);
	EXPECT_EQ(0, enroll_check_answer(&self->rig.request, &a, &err)) TH_LOG("%s", err.msg);
	memcpy(a.id, good.id, sizeof(a.id));
	REFUSED_ANSWER(&a, "the quote: was made for another answer, or this one was changed");

	a = good;
	quote_answer(&self->other, &a, PCRS);
	REFUSED_ANSWER(&a, "the quote: not by the attestation key");
	quote_answer(&self->rig, &a, PCRS & ~(1u << 4));
	REFUSED_ANSWER(&a, "the quote: is not over PCR 0, 2, 4 and 7");
	quote_answer(&self->rig, &a, PCRS);
	EXPECT_EQ(0, enroll_check_answer(&self->rig.request, &a, &err)) TH_LOG("%s", err.msg);
	a.quote.pcrs[2].value[31] ^= 1;
	REFUSED_ANSWER(&a, "the quote: is over other values than the answer carries");
	a.quote.pcrs[2].value[31] ^= 1;
	a.quote.n_pcrs--;
	REFUSED_ANSWER(&a, "the quote: is over other PCRs than the answer carries");
	a.quote.attest = self->rig.request.certify;
	a.quote.signature = self->rig.request.certify_signature;
	REFUSED_ANSWER(&a, "the quote: is of another type");
}

/* One TPM's certificate and another one's keys: no check of papers sees it, and neither TPM can open the challenge. */
TEST_F(enroll, attestation_key_from_another_tpm)
{
	struct wt_enrolment_request r = self->other.request;
	struct wt_buf blob = { 0 }, seed = { 0 }, secret = { 0 };
	struct wt_tpm_public ek = { 0 }, ak = { 0 };
	struct wt_err err = { 0 };

	r.ek = self->rig.request.ek;
	r.certs[0] = self->rig.request.certs[0];
	memcpy(r.ueid, self->rig.request.ueid, sizeof(r.ueid));
	quote(&self->other, &r, PCRS);
	EXPECT_STREQ("", judge(self, &r, self->vendors));

	ASSERT_EQ(0, wt_tpm_public_read(r.ek, &ek, &err));
	ASSERT_EQ(0, wt_tpm_public_read(r.ak, &ak, &err));
	ASSERT_EQ(0, wt_tpm_make_credential(&ek, wt_span(ak.name, sizeof(ak.name)),
					    wt_span("secret", 6), &blob, &seed, &err));
	EXPECT_EQ(-EKEYREJECTED, wt_identity_activate(self->rig.identity, wt_buf_span(&blob),
						      wt_buf_span(&seed), &secret, &err));
	EXPECT_EQ(-EKEYREJECTED, wt_identity_activate(self->other.identity, wt_buf_span(&blob),
						      wt_buf_span(&seed), &secret, &err))
	TH_LOG("%s", err.msg);
	EXPECT_EQ(0, (int)secret.n);
	swtpm_shell(&self->other.tpm, "tpm2_getrandom --hex 8");
	wt_tpm_public_clear(&ek);
	wt_tpm_public_clear(&ak);
	wt_buf_free(&blob);
	wt_buf_free(&seed);
	wt_buf_free(&secret);
}

TEST_HARNESS_MAIN
