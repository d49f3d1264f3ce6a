// SPDX-License-Identifier: Apache-2.0
/*
 * TPMS_ATTEST (Part 2, 10.12.12): what a TPM signs. Read field by field, so that nothing is copied and each offset is
 * known; what is not whole, or has anything behind it, is refused.
 */
#include <inttypes.h>
#include <string.h>

#include <tss2/tss2_mu.h>

#include "lib/tpm/tpm.h"

_Static_assert(WT_TPM_GENERATED == TPM2_GENERATED_VALUE, "magic");
_Static_assert(WT_TPM_ATTEST_QUOTE == TPM2_ST_ATTEST_QUOTE, "quote");
_Static_assert(WT_TPM_ATTEST_CERTIFY == TPM2_ST_ATTEST_CERTIFY, "certify");
_Static_assert(WT_TPM_BANKS == TPM2_NUM_PCR_BANKS, "banks");

static int cut(struct wt_err *err, const char *what)
{
	return wt_fail(err, EBADMSG, "no TPMS_ATTEST: it ends in its %s", what);
}

/* A TPM2B: its length, then as many bytes. */
static int take(struct wt_span raw, size_t *off, const char *what, struct wt_span *ret,
		struct wt_err *err)
{
	UINT16 n;

	if (Tss2_MU_UINT16_Unmarshal(raw.p, raw.n, off, &n) != TSS2_RC_SUCCESS || raw.n - *off < n)
		return cut(err, what);
	*ret = wt_span(raw.p + *off, n);
	*off += n;
	return 0;
}

static int take_clock(struct wt_span raw, size_t *off, struct wt_tpm_attest *ret,
		      struct wt_err *err)
{
	TPMS_CLOCK_INFO clock;

	if (Tss2_MU_TPMS_CLOCK_INFO_Unmarshal(raw.p, raw.n, off, &clock) != TSS2_RC_SUCCESS)
		return cut(err, "clock");
	if (clock.safe > 1)
		return wt_fail(err, EBADMSG, "no TPMS_ATTEST: safe is neither yes nor no (%u)",
			       clock.safe);
	ret->clock_ms = clock.clock;
	ret->reset_count = clock.resetCount;
	ret->restart_count = clock.restartCount;
	ret->safe = clock.safe;
	return 0;
}

/* TPMS_PCR_SELECTION (Part 2, 10.6.2). tss2-mu would log what does not fit, on standard error. */
static int take_bank(struct wt_span raw, size_t *off, struct wt_tpm_bank *ret, struct wt_err *err)
{
	BYTE n, bits;
	size_t i;

	if (Tss2_MU_UINT16_Unmarshal(raw.p, raw.n, off, &ret->alg) != TSS2_RC_SUCCESS ||
	    Tss2_MU_BYTE_Unmarshal(raw.p, raw.n, off, &n) != TSS2_RC_SUCCESS)
		return cut(err, "PCR selection");
	if (n > sizeof(ret->mask))
		return wt_fail(err, EBADMSG, "no TPMS_ATTEST: a PCR selection of %u bytes", n);
	for (i = 0; i < n; i++) {
		if (Tss2_MU_BYTE_Unmarshal(raw.p, raw.n, off, &bits) != TSS2_RC_SUCCESS)
			return cut(err, "PCR selection");
		ret->mask |= (uint32_t)bits << (8 * i);
	}
	if (ret->mask >> WT_PCRS)
		return wt_fail(err, EBADMSG, "no TPMS_ATTEST: a PCR beyond %d is selected",
			       WT_PCRS - 1);
	return 0;
}

static int take_selection(struct wt_span raw, size_t *off, struct wt_tpm_attest *ret,
			  struct wt_err *err)
{
	struct wt_tpm_bank *bank;
	bool sha256 = false;
	UINT32 n;
	int r;

	if (Tss2_MU_UINT32_Unmarshal(raw.p, raw.n, off, &n) != TSS2_RC_SUCCESS)
		return cut(err, "PCR selection");
	if (n > WT_TPM_BANKS)
		return wt_fail(err, EBADMSG, "no TPMS_ATTEST: PCRs of %u banks", n);
	while (ret->n_banks < n) {
		bank = &ret->banks[ret->n_banks++];
		r = take_bank(raw, off, bank, err);
		if (r < 0)
			return r;
		if (bank->alg != WT_TPM_ALG_SHA256) {
			ret->other_banks = ret->other_banks || bank->mask;
			continue;
		}
		if (sha256)
			return wt_fail(err, EBADMSG, "no TPMS_ATTEST: the SHA-256 bank is selected twice");
		sha256 = true;
		ret->pcrs = bank->mask;
	}
	return 0;
}

int wt_tpm_attest_parse(struct wt_span raw, struct wt_tpm_attest *ret, struct wt_err *err)
{
	struct wt_tpm_attest a = { 0 };
	size_t off = 0;
	UINT16 type;
	int r;

	if (Tss2_MU_UINT32_Unmarshal(raw.p, raw.n, &off, &a.magic) != TSS2_RC_SUCCESS)
		return cut(err, "magic");
	if (Tss2_MU_UINT16_Unmarshal(raw.p, raw.n, &off, &type) != TSS2_RC_SUCCESS)
		return cut(err, "type");
	a.type = type;
	if (a.magic != WT_TPM_GENERATED ||
	    (a.type != WT_TPM_ATTEST_QUOTE && a.type != WT_TPM_ATTEST_CERTIFY)) {
		*ret = a;
		return 0;
	}
	r = take(raw, &off, "signer", &a.qualified_signer, err);
	if (r == 0)
		r = take(raw, &off, "extraData", &a.extra_data, err);
	if (r == 0)
		r = take_clock(raw, &off, &a, err);
	if (r == 0 && Tss2_MU_UINT64_Unmarshal(raw.p, raw.n, &off, &a.firmware) != TSS2_RC_SUCCESS)
		r = cut(err, "firmware version");
	if (r == 0 && a.type == WT_TPM_ATTEST_QUOTE) {
		r = take_selection(raw, &off, &a, err);
		if (r == 0)
			r = take(raw, &off, "PCR digest", &a.pcr_digest, err);
	} else if (r == 0) {
		r = take(raw, &off, "name", &a.name, err);
		if (r == 0)
			r = take(raw, &off, "qualified name", &a.qualified_name, err);
	}
	if (r == 0 && off != raw.n)
		r = wt_fail(err, EBADMSG, "no TPMS_ATTEST: %zu bytes follow it", raw.n - off);
	if (r < 0)
		return r;
	*ret = a;
	return 0;
}

int wt_tpm_attest_read(struct wt_span raw, struct wt_tpm_attest *ret, struct wt_err *err)
{
	struct wt_tpm_attest a;
	int r;

	r = wt_tpm_attest_parse(raw, &a, err);
	if (r < 0)
		return r;
	if (a.magic != WT_TPM_GENERATED)
		return wt_fail(err, EBADMSG,
			       "made outside of a TPM: it begins with %08" PRIx32
			       " and not with %08x",
			       a.magic, WT_TPM_GENERATED);
	if (a.type != WT_TPM_ATTEST_QUOTE && a.type != WT_TPM_ATTEST_CERTIFY)
		return wt_fail(err, EBADMSG,
			       "a TPMS_ATTEST of type %04x: neither a quote nor a certificate",
			       a.type);
	*ret = a;
	return 0;
}

void wt_tpm_pcr_digest(uint32_t mask, const uint8_t (*values)[WT_SHA256_LEN],
		       uint8_t ret[WT_SHA256_LEN])
{
	uint8_t selected[WT_PCRS][WT_SHA256_LEN];
	size_t i, n = 0;

	for (i = 0; i < WT_PCRS; i++) {
		if (mask >> i & 1)
			memcpy(selected[n++], values[i], WT_SHA256_LEN);
	}
	wt_sha256(wt_span(selected, n * WT_SHA256_LEN), ret);
}

void wt_tpm_extend(uint8_t value[WT_SHA256_LEN], const uint8_t digest[WT_SHA256_LEN])
{
	wt_sha256_pair(value, digest, value);
}
