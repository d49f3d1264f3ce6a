// SPDX-License-Identifier: Apache-2.0
/*
 * Notices: what an authority says after it signed. Each needs the duty of its kind at the time it
 * was issued. Those that do not concern the rig are passed over; the others are kept by their
 * digest, so that the order of giving never matters.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/notices.h"

static struct notice *find(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN],
			   size_t *ret_at)
{
	size_t at;
	int order;

	for (at = 0; at < a->n_notices; at++) {
		order = memcmp(a->notices[at].digest, digest, WT_SHA256_LEN);
		if (order == 0)
			return &a->notices[at];
		if (order > 0)
			break;
	}
	*ret_at = at;
	return NULL;
}

struct notice *wt_notice_place(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN])
{
	struct notice *grown, *found;
	size_t at;

	found = find(a, digest, &at);
	if (found)
		return found;
	grown = room_for_one(a->notices, a->n_notices, sizeof(*grown));
	if (!grown)
		return NULL;
	a->notices = grown;
	memmove(&grown[at + 1], &grown[at], (a->n_notices - at) * sizeof(*grown));
	a->n_notices++;
	grown[at] = (struct notice){ 0 };
	memcpy(grown[at].digest, digest, WT_SHA256_LEN);
	return &grown[at];
}

/* Revocations bind whoever made the object; a rig may be curtailed by either. */
static enum wt_duty duty_of(struct wt_appraisal *a, const struct opened *object,
			    const struct wt_notice *notice)
{
	struct wt_path_result path;

	if (notice->kind == WT_NOTICE_REVOKE_REGISTRATION)
		return WT_DUTY_REGISTRATION;
	if (notice->kind == WT_NOTICE_REVOKE_GRANT)
		return WT_DUTY_GRANT;
	return wt_trust_check(a->trust, object->certs[0], object->certs + 1, WT_DUTY_REGISTRATION,
			      notice->issued_at, &path, NULL) == 0
		       ? WT_DUTY_REGISTRATION
		       : WT_DUTY_GRANT;
}

static int refuse(struct wt_appraisal *a, const char *name, const struct wt_err *err)
{
	wt_find(&a->found, WT_NOTICE_REFUSED, "%.60s: %s; not followed", name, err->msg);
	return 0;
}

/* One of its registrations is enough. */
static bool concerns_any(const struct wt_appraisal *a, const struct wt_notice *notice)
{
	size_t i;

	for (i = 0; i < a->n_registrations; i++) {
		if (wt_notice_concerns(notice, &a->registrations[i]->reg))
			return true;
	}
	return false;
}

static int check(struct wt_appraisal *a, const struct opened *object,
		 const struct wt_notice *notice, const char *name, struct wt_err *err)
{
	int r;

	if (!concerns_any(a, notice)) {
		wt_fail(err, EINVAL, "%s",
			a->registered ? "it does not concern this rig, passed over"
				      : "without a registration nobody can tell whom it concerns");
		wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s: %s", name, err->msg);
		return 0;
	}
	r = wt_object_path(a, object, duty_of(a, object, notice), notice->issued_at,
			   notice->issued_at + 1, name, err);
	return r == 0 ? refuse(a, name, err) : r;
}

void wt_notices_revoke(struct wt_appraisal *a)
{
	struct wt_account *account;

	for (account = a->ledger.accounts; account < a->ledger.accounts + a->ledger.n; account++)
		account->revoked_at =
			wt_notice_revoked(a, WT_NOTICE_REVOKE_GRANT, account->grant_id);
}

static int keep(struct wt_appraisal *a, const struct wt_notice *notice, struct wt_span cose,
		struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN];
	struct notice *kept;

	wt_sha256(cose, digest);
	kept = wt_notice_place(a, digest);
	if (!kept)
		return wt_fail(err, ENOMEM, "no memory for a notice");
	kept->given = kept->told = true;
	kept->kind = notice->kind;
	kept->from = notice->from;
	kept->to = notice->to;
	kept->max_w = notice->max_w;
	memcpy(kept->target, notice->target, sizeof(kept->target));
	if (notice->kind == WT_NOTICE_REVOKE_GRANT)
		wt_notices_revoke(a);
	return 1;
}

int wt_appraisal_notice(struct wt_appraisal *a, struct wt_span cose, const char *name,
			struct wt_err *err)
{
	struct wt_notice notice;
	struct opened object;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = wt_object_open(a, cose, WT_TYP_NOTICE, &object, err);
	if (r <= 0)
		return r < 0 ? r : refuse(a, name, err);
	r = wt_notice_decode(object.cose.payload, &notice, err);
	if (r < 0)
		r = r == -EBADMSG ? refuse(a, name, err) : r;
	else
		r = check(a, &object, &notice, name, err);
	wt_opened_clear(&object);
	return r > 0 ? keep(a, &notice, cose, err) : r;
}

int64_t wt_notice_revoked(const struct wt_appraisal *a, enum wt_notice_kind kind,
			  const uint8_t id[WT_ID_LEN])
{
	int64_t at = WT_NEVER;
	size_t i;

	for (i = 0; i < a->n_notices; i++) {
		const struct notice *n = &a->notices[i];

		if (n->given && n->kind == kind && n->from < at &&
		    memcmp(n->target, id, WT_ID_LEN) == 0)
			at = n->from;
	}
	return at;
}

/* Seconds as ns; they are at most 2262 (docs/evidence.cddl). */
static uint64_t to_ns(int64_t seconds)
{
	return seconds > 0 ? scale((uint64_t)seconds, NS_PER_S, 1) : 0;
}

uint64_t wt_notice_overlap(const struct notice *n, uint64_t from_ns, uint64_t until_ns)
{
	uint64_t begin = to_ns(n->from), end = to_ns(n->to);

	begin = begin > from_ns ? begin : from_ns;
	end = end < until_ns ? end : until_ns;
	return minus(end, begin);
}

bool wt_notice_off(const struct wt_appraisal *a, uint64_t at_ns, uint64_t *ret_until)
{
	uint64_t begin, end;
	bool off = false;
	size_t i;

	*ret_until = UINT64_MAX;
	for (i = 0; i < a->n_notices; i++) {
		if (!a->notices[i].given || a->notices[i].kind != WT_NOTICE_OFF)
			continue;
		begin = to_ns(a->notices[i].from);
		end = to_ns(a->notices[i].to);
		if (begin > at_ns && begin < *ret_until)
			*ret_until = begin;
		if (end > at_ns && end < *ret_until)
			*ret_until = end;
		off = off || (begin <= at_ns && at_ns < end);
	}
	return off;
}
