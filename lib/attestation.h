/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels and constants of an attestation (docs/evidence.cddl), for its decoder and its encoder
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
};

/* Decodes from where in stands, with its way of naming errors. */
int attestation_read(struct wt_cbor_in *in, struct wt_attestation *ret);

#endif
