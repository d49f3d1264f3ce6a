// SPDX-License-Identifier: Apache-2.0
/* See quote.h. */
#include <endian.h>
#include <string.h>

#include "lib/tpm/quote.h"
#include "lib/tpm/unmarshal.h"

static const struct {
	uint16_t alg;
	const char *name;
	size_t len;
} hashes[] = {
	{ WT_TPM_ALG_SHA1, "sha1", 20 },
	{ WT_TPM_ALG_SHA256, "sha256", 32 },
	{ WT_TPM_ALG_SHA384, "sha384", 48 },
	{ WT_TPM_ALG_SHA512, "sha512", 64 },
};

const char *wt_tpm_alg_name(uint16_t alg)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (hashes[i].alg == alg)
			return hashes[i].name;
	}
	return "?";
}

size_t wt_tpm_alg_len(uint16_t alg)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (hashes[i].alg == alg)
			return hashes[i].len;
	}
	return 0;
}

/* r and s, padded to one length: leading zeros may be missing. */
static void put_ecdsa(const TPMS_SIGNATURE_ECC *ecc, struct wt_tpm_signature *ret)
{
	const TPM2B_ECC_PARAMETER *r = &ecc->signatureR, *s = &ecc->signatureS;
	size_t half = r->size > s->size ? r->size : s->size;

	memset(ret->raw, 0, 2 * half);
	memcpy(ret->raw + half - r->size, r->buffer, r->size);
	memcpy(ret->raw + 2 * half - s->size, s->buffer, s->size);
	ret->n = 2 * half;
}

static void put_rsa(const TPMS_SIGNATURE_RSA *rsa, struct wt_tpm_signature *ret)
{
	ret->n = rsa->sig.size;
	memcpy(ret->raw, rsa->sig.buffer, ret->n);
}

int wt_tpm_signature_read(struct wt_span raw, struct wt_tpm_signature *ret, struct wt_err *err)
{
	TPMT_SIGNATURE sig;
	int r;

	_Static_assert(sizeof(sig.signature.rsassa.sig.buffer) <= sizeof(ret->raw), "RSA");
	r = wt_tpm_unmarshal_signature(raw, &sig, err);
	if (r < 0)
		return r;
	switch (sig.sigAlg) {
	case WT_TPM_ALG_ECDSA:
		ret->scheme = WT_SCHEME_ECDSA;
		put_ecdsa(&sig.signature.ecdsa, ret);
		break;
	case WT_TPM_ALG_RSASSA:
		ret->scheme = WT_SCHEME_RSASSA;
		put_rsa(&sig.signature.rsassa, ret);
		break;
	default:
		ret->scheme = WT_SCHEME_RSAPSS;
		put_rsa(&sig.signature.rsapss, ret);
	}
	ret->hash = sig.signature.any.hashAlg;
	ret->bits = ret->hash == WT_TPM_ALG_SHA1 ? 0 : (unsigned int)(8 * wt_tpm_alg_len(ret->hash));
	return 0;
}

/* --- PCR values ------------------------------------------------------------------------------------- */

static size_t values_len(const struct wt_tpm_bank *banks, size_t n_banks)
{
	size_t n = 0, i;

	for (i = 0; i < n_banks; i++)
		n += (size_t)__builtin_popcount(banks[i].mask) * wt_tpm_alg_len(banks[i].alg);
	return n;
}

static uint32_t mask_of(const TPMS_PCR_SELECTION *selection)
{
	uint32_t mask = 0;
	size_t i;

	for (i = 0; i < selection->sizeofSelect && i < sizeof(selection->pcrSelect); i++)
		mask |= (uint32_t)selection->pcrSelect[i] << (8 * i);
	return mask;
}

/* Banks without any PCR count for nothing, here as there. */
static bool same_selection(const TPML_PCR_SELECTION *all, const struct wt_tpm_bank *banks,
			   size_t n_banks)
{
	uint32_t i, n = le32toh(all->count);
	size_t k = 0;

	for (i = 0; i < n && i < TPM2_NUM_PCR_BANKS; i++) {
		const TPMS_PCR_SELECTION *one = &all->pcrSelections[i];

		if (!mask_of(one))
			continue;
		while (k < n_banks && !banks[k].mask)
			k++;
		if (k == n_banks || banks[k].alg != le16toh(one->hash) ||
		    banks[k].mask != mask_of(one))
			return false;
		k++;
	}
	while (k < n_banks && !banks[k].mask)
		k++;
	return k == n_banks;
}

/*
 * tpm2-tools writes its own structures as they lie in memory, integers little-endian: the selection, a number, and as
 * many lists of digests.
 */
static int take_serialized(struct wt_span file, const struct wt_tpm_bank *banks, size_t n_banks,
			   struct wt_buf *ret, struct wt_err *err)
{
	TPML_PCR_SELECTION all;
	TPML_DIGEST list;
	uint32_t i, k, n;
	const uint8_t *p;

	if (file.n < sizeof(all) + sizeof(n))
		return wt_fail(err, EBADMSG, "no PCR values: neither those of the selection nor serialized ones");
	memcpy(&all, file.p, sizeof(all));
	memcpy(&n, file.p + sizeof(all), sizeof(n));
	n = le32toh(n);
	p = file.p + sizeof(all) + sizeof(n);
	if (n > WT_TPM_BANKS * WT_PCRS || file.n != sizeof(all) + sizeof(n) + n * sizeof(list))
		return wt_fail(err, EBADMSG, "no PCR values: neither those of the selection nor serialized ones");
	if (!same_selection(&all, banks, n_banks))
		return wt_fail(err, EBADMSG, "the PCR values are of other PCRs than the quote's");
	for (i = 0; i < n; i++, p += sizeof(list)) {
		memcpy(&list, p, sizeof(list));
		for (k = 0; k < le32toh(list.count); k++) {
			if (k >= sizeof(list.digests) / sizeof(list.digests[0]) ||
			    le16toh(list.digests[k].size) > sizeof(list.digests[k].buffer))
				return wt_fail(err, EBADMSG, "a list of PCR values that is none");
			wt_buf_append(ret, list.digests[k].buffer, le16toh(list.digests[k].size));
		}
	}
	return 0;
}

int wt_tpm_pcr_values(struct wt_span file, const struct wt_tpm_bank *banks, size_t n_banks,
		      struct wt_buf *ret, struct wt_err *err)
{
	size_t wanted = values_len(banks, n_banks), before = ret->n;
	int r = 0;

	if (file.n == wanted) {
		wt_buf_append(ret, file.p, file.n);
	} else {
		r = take_serialized(file, banks, n_banks, ret, err);
	}
	if (r == 0 && ret->err)
		r = wt_fail(err, ENOMEM, "no memory for PCR values");
	if (r == 0 && ret->n - before != wanted)
		r = wt_fail(err, EBADMSG, "%zu bytes of PCR values, the quote's PCRs have %zu",
			    ret->n - before, wanted);
	if (r < 0)
		ret->n = before;
	return r;
}
