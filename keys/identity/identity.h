/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig's identity: one interface, two back ends. file.c keeps the signing key in a PEM file (assurance level 0);
 * tpm.c has it in a TPM, beside an attestation key that quotes. What is here speaks to TPMs (tpm2-tss ESYS; the only
 * folder that includes <tss2/tss2_esys.h>); the signing key in a TPM is used through OpenSSL's tpm2 provider, behind
 * lib/crypto.
 *
 * No context to the TPM is held between calls: a TPM without a resource manager serves one client at a time, and the
 * provider is another one.
 */
#ifndef KEYS_IDENTITY_IDENTITY_H
#define KEYS_IDENTITY_IDENTITY_H

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"
#include "lib/object.h"

enum wt_backend {
	WT_BACKEND_FILE,
	WT_BACKEND_TPM,
};

struct wt_identity_options {
	enum wt_backend backend;
	const char *key; /* FILE: private key, PEM */
	const char *tcti; /* TPM: as Tss2_TctiLdr_Initialize takes it; "device:/dev/tpmrm0" */
	uint32_t handle; /* TPM: persistent handle of the signing key, 0x81...; the AK is made anew from its seed */
	/* TPM: files with the passwords of its hierarchies (auth.h); NULL or "": the empty ones */
	const char *owner_auth, *endorsement_auth;
};

#define WT_IDENTITY_HANDLE 0x81010101u /* where the signing key goes unless told otherwise */
#define WT_IDENTITY_TCTI "device:/dev/tpmrm0"

struct wt_identity;

#define WT_IDENTITY_PLACE_LEN 256
/* Where the key is, for people: the file's path, or "TPM device:/dev/tpmrm0, handle 0x81010101". Returns ret. */
const char *wt_identity_place(const struct wt_identity_options *options,
			      char ret[WT_IDENTITY_PLACE_LEN]);

/* Makes the keys where there are none; -EEXIST when there are. */
int wt_identity_create(const struct wt_identity_options *options, struct wt_err *err);
/* -ENOENT: no key there, and how to make one. -ENODEV: no TPM. */
int wt_identity_open(const struct wt_identity_options *options, struct wt_identity **ret, struct wt_err *err);
void wt_identity_free(struct wt_identity *identity);
void wt_identity_freep(struct wt_identity **identity);

enum wt_backend wt_identity_backend(const struct wt_identity *identity);
/*
 * For wt_cose_sign and requests; belongs to the identity. With a TPM each signature is a conversation with it, which
 * fails when the TPM holds another key by now (-EKEYREJECTED), and no other thread may read the environment meanwhile.
 */
struct wt_key *wt_identity_key(struct wt_identity *identity);
/* From the EK with a TPM, else from the signing key. */
void wt_identity_ueid(const struct wt_identity *identity, uint8_t ret[WT_UEID_LEN]);

struct wt_identity_quote {
	struct wt_buf attest; /* TPMS_ATTEST */
	uint8_t signature[WT_SIG_LEN]; /* r || s */
	uint32_t pcrs; /* mask, as asked for */
	uint8_t values[WT_PCRS][WT_SHA256_LEN]; /* of those, and they hash to the quote's digest */
};

/*
 * A quote by the attestation key over the SHA-256 bank. The values are read around it until they agree with it; -EAGAIN
 * when they never do. -EOPNOTSUPP: the FILE back end.
 */
int wt_identity_quote(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN], uint32_t pcrs,
		      struct wt_identity_quote *ret, struct wt_err *err);
/* Masks: the boot state is these PCRs, and those of the others whose value is not zero. */
#define WT_IDENTITY_BOOT 0x95u /* 0, 2, 4, 7 */
#define WT_IDENTITY_BOOT_IF_USED 0x5b00u /* 8, 9, 11, 12, 14; not 10: IMA extends it all the time */
/* The mask of the boot state as it is now. */
int wt_identity_boot_pcrs(struct wt_identity *identity, uint32_t *ret, struct wt_err *err);
void wt_identity_quote_clear(struct wt_identity_quote *quote);

#endif
