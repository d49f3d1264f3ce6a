// SPDX-License-Identifier: Apache-2.0
/*
 * Whose an attestation is and which one, to sort by: read as far as that, and no further. Whether the rest is an
 * attestation says whoever decodes it.
 */
#include <string.h>

#include "lib/appraisal.h"
#include "lib/attestation.h"
#include "lib/cose.h"
#include "lib/fields.h"

static int peek_evidence(struct wt_cbor_in *in, uint64_t *ret_seq)
{
	struct wt_cbor_map map;
	int64_t label = 0;
	int r = wt_cbor_map(in, &map);

	if (r == 0)
		r = wt_cbor_map_next(in, &map, &label);
	if (r == 0 || (r > 0 && label != SEQ)) /* the least of its labels, so the first */
		r = wt_cbor_bad(in, "evidence without seq");
	return r < 0 ? r : wt_field_uint(in, 1, UINT64_MAX, ret_seq);
}

int wt_attestation_peek_payload(struct wt_span payload, uint8_t ret_ueid[WT_UEID_LEN],
				uint64_t *ret_seq, struct wt_err *err)
{
	uint8_t ueid[WT_UEID_LEN];
	struct wt_cbor_map map;
	struct wt_cbor_in in;
	bool known = false;
	int64_t label;
	uint64_t seq;
	int r;

	wt_cbor_init(&in, payload, err);
	r = wt_cbor_map(&in, &map);
	while (r >= 0 && (r = wt_cbor_map_next(&in, &map, &label)) > 0) {
		if (label == CLAIM_EVIDENCE)
			break; /* the last */
		known |= label == CLAIM_UEID;
		r = label == CLAIM_UEID ? wt_field_ueid(&in, ueid) : wt_cbor_skip(&in, NULL);
	}
	if (r == 0 || (r > 0 && !known))
		r = wt_cbor_bad(&in, "no ueid or no evidence");
	if (r > 0)
		r = peek_evidence(&in, &seq);
	if (r < 0)
		return r;
	memcpy(ret_ueid, ueid, sizeof(ueid));
	*ret_seq = seq;
	return 0;
}

int wt_attestation_peek(struct wt_span bytes, uint8_t ret_ueid[WT_UEID_LEN], uint64_t *ret_seq,
			struct wt_err *err)
{
	struct wt_cose cose;
	int r = wt_cose_decode(bytes, &cose, err);

	if (r < 0)
		return r;
	if (cose.typ != WT_TYP_ATTESTATION)
		return wt_fail(err, EBADMSG, "it is of type %s, not an attestation",
			       cose.typ ? wt_typ_name(cose.typ) : "nothing known");
	return wt_attestation_peek_payload(cose.payload, ret_ueid, ret_seq, err);
}
