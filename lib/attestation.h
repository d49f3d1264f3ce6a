/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels and constants of an attestation (docs/evidence.cddl), for its decoders and its encoders
 * only.
 */
#ifndef LIB_ATTESTATION_H
#define LIB_ATTESTATION_H

#include "lib/cbor.h"
#include "lib/object.h"

#define TAG_PRUNED 75001
#define TAG_KEYED 75002
#define UNOBSERVED_MAX 255

/*
 * 2.25.329669473043189472480620133825040870004.2.1 in BER, without tag and length (RFC 9090); EAT
 * has it without CBOR's tag 111 too (RFC 9711: ~oid).
 */
static const uint8_t attestation_profile[] = {
	0x69, 0x83, 0xf0, 0x84, 0x83, 0xfb, 0xdb, 0xb7, 0xda, 0xbf, 0xf7,
	0x85, 0x81, 0xb7, 0xc8, 0xf0, 0xd2, 0x8f, 0xd4, 0x74, 0x02, 0x01,
};

enum claim { /* IANA: CBOR Web Token (CWT) Claims */
	CLAIM_IAT = 6,
	CLAIM_NONCE = 10,
	CLAIM_UEID = 256,
	CLAIM_UPTIME = 261,
	CLAIM_PROFILE = 265,
	CLAIM_BOOTSEED = 268,
	CLAIM_EVIDENCE = -75001,
};

enum evidence_label {
	SEQ = 1,
	PREV,
	CLOCK,
	CHAIN_BEFORE,
	CHAIN_AFTER,
	FIRST_SEQ,
	STEPS,
	REGISTRATION,
	GRANTS,
	UNOBSERVED,
	LEDGER,
	QUOTE,
	IMA,
	KEY_PLACE,
};

/* Decodes from where in stands, with its way of naming errors. */
int attestation_read(struct wt_cbor_in *in, struct wt_attestation *ret);
/* Appends the payload, unchecked. */
void attestation_put(struct wt_buf *b, const struct wt_attestation *att);

/* Values of labels: attestation_steps.c, attestation_quote.c. */
int attestation_read_steps(struct wt_cbor_in *in, struct wt_attestation *att);
int attestation_read_quote(struct wt_cbor_in *in, struct wt_att_quote *ret);
int attestation_read_ima(struct wt_cbor_in *in, struct wt_attestation *att);
void attestation_put_steps(struct wt_buf *b, const struct wt_attestation *att);
void attestation_put_quote(struct wt_buf *b, const struct wt_att_quote *quote);
void attestation_put_ima(struct wt_buf *b, const struct wt_attestation *att);

#endif
