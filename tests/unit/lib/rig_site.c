// SPDX-License-Identifier: Apache-2.0
/* The rig's site, which divides its grants, and what authorities say afterwards. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(int r, const struct wt_err *err)
{
	if (r >= 0)
		return;
	fprintf(stderr, "rig: %s\n", err->msg);
	abort();
}

size_t rig_site_grant(struct rig *rig, uint32_t wh, int64_t from, int64_t until)
{
	struct wt_grant grant = rig_grant_of(rig, wh, from, until);

	grant.to_site = true;
	memset(grant.spender, 0, sizeof(grant.spender));
	wt_cert_x5t(rig->site.cert, grant.site_key);
	return rig_grant_sign(rig, &grant, &rig->energy);
}

struct wt_allotment rig_allotment_of(const struct rig *rig, size_t i, uint32_t wh)
{
	struct wt_allotment allotment = { .wh = wh };
	struct wt_err err = { "" };
	struct wt_grant grant;
	struct wt_cose cose;

	need(wt_cose_decode(wt_buf_span(&rig->grants[i]), &cose, &err), &err);
	need(wt_grant_decode(cose.payload, &grant, &err), &err);
	memset(allotment.id, 0x60 + (int)rig->n_allotments, sizeof(allotment.id));
	if (rig->number)
		allotment.id[0] = (uint8_t)rig->number;
	memcpy(allotment.ueid, rig->reg.ueid, WT_UEID_LEN);
	memcpy(allotment.grant_id, grant.id, WT_ID_LEN);
	wt_sha256(wt_buf_span(&rig->grants[i]), allotment.grant_digest);
	allotment.not_before = grant.not_before;
	allotment.not_after = grant.not_after;
	return allotment;
}

size_t rig_allot_sign(struct rig *rig, const struct wt_allotment *allotment,
		      const struct rig_identity *by)
{
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };
	size_t i = rig->n_allotments++;

	need(wt_allotment_encode(allotment, &payload, &err), &err);
	rig_sign(by, WT_TYP_ALLOTMENT, wt_buf_span(&payload), &rig->allotments[i]);
	wt_buf_free(&payload);
	memcpy(rig->shares[i].id, allotment->id, WT_ID_LEN);
	wt_sha256(wt_buf_span(&rig->allotments[i]), rig->shares[i].digest);
	return i;
}

size_t rig_allot(struct rig *rig, size_t grant, uint32_t wh)
{
	struct wt_allotment allotment = rig_allotment_of(rig, grant, wh);

	return rig_allot_sign(rig, &allotment, &rig->site);
}

struct wt_notice rig_notice_of(const struct rig *rig, enum wt_notice_kind kind, int64_t from,
			       int64_t to)
{
	bool object = kind == WT_NOTICE_REVOKE_GRANT || kind == WT_NOTICE_REVOKE_REGISTRATION;
	struct wt_notice notice = { .issued_at = RIG_T0,
				    .kind = kind,
				    .from = RIG_T0 + from,
				    .to = object ? 0 : RIG_T0 + to,
				    .scope = object ? WT_SCOPE_OBJECT : WT_SCOPE_RIG };

	memset(notice.id, 0x80 + (int)rig->n_notices, sizeof(notice.id));
	if (kind == WT_NOTICE_REVOKE_GRANT)
		memcpy(notice.target, rig->named[0].id, WT_ID_LEN);
	else if (kind == WT_NOTICE_REVOKE_REGISTRATION)
		memcpy(notice.target, rig->reg.id, WT_ID_LEN);
	else
		memcpy(notice.target, rig->reg.ueid, WT_UEID_LEN);
	return notice;
}

size_t rig_notice_sign(struct rig *rig, const struct wt_notice *notice,
		       const struct rig_identity *by)
{
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };
	size_t i = rig->n_notices++;

	need(wt_notice_encode(notice, &payload, &err), &err);
	rig_sign(by, WT_TYP_NOTICE, wt_buf_span(&payload), &rig->notices[i]);
	wt_buf_free(&payload);
	return i;
}
