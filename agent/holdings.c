// SPDX-License-Identifier: Apache-2.0
#include "agent/holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/day.h"
#include "agent/folder.h"
#include "agent/registrations.h"
#include "lib/allocation.h"
#include "lib/cose.h"
#include "lib/file.h"

const char *wt_holding_state_name(enum wt_holding_state state)
{
	static const char *const names[] = {
		[WT_HOLDING_OPEN] = "open",	    [WT_HOLDING_LATER] = "later",
		[WT_HOLDING_PAST] = "past",	    [WT_HOLDING_USED_UP] = "used up",
		[WT_HOLDING_SITE] = "site's",	    [WT_HOLDING_REFUSED] = "refused",
		[WT_HOLDING_IN_FORCE] = "in force", [WT_HOLDING_OTHERS] = "others'",
	};

	return names[state];
}

/* --- opening ----------------------------------------------------------------------------------------- */

static int load_registration(struct wt_holdings *h, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	int r;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return wt_fail(err, ENOENT,
			       "%s: not registered: without a registration no grant can be judged",
			       path);
	r = wt_file_read(path, WT_OBJECT_MAX, &cose, err);
	if (r < 0)
		return r;
	r = wt_appraisal_registration(h->appraisal, wt_buf_span(&cose), "registration", err);
	if (r == 0)
		r = -EBADMSG;
	return r < 0 ? wt_fail_in(err, r, "%s: refused", path) : 0;
}

enum wt_turn wt_turn_of(struct wt_span cose)
{
	struct wt_cose envelope;

	if (wt_cose_decode(cose, &envelope, NULL) < 0)
		return WT_TURN_GRANTS;
	return envelope.typ == WT_TYP_ALLOTMENT ? WT_TURN_ALLOTMENTS
	       : envelope.typ == WT_TYP_NOTICE	? WT_TURN_NOTICES
						: WT_TURN_GRANTS;
}

/* What can be told of a grant that may yet be refused. */
static void read_grant(struct wt_holding *v, struct wt_span payload)
{
	struct wt_grant grant;

	if (wt_grant_decode(payload, &grant, NULL) < 0)
		return;
	v->readable = true;
	memcpy(v->id, grant.id, WT_ID_LEN);
	memcpy(v->transaction, grant.transaction, sizeof(v->transaction));
	v->not_before = grant.not_before;
	v->not_after = grant.not_after;
	v->wh = grant.wh;
	v->state = grant.to_site ? WT_HOLDING_SITE : WT_HOLDING_OPEN;
}

static void read_allotment(struct wt_holding *v, struct wt_span payload)
{
	struct wt_allotment allotment;

	v->share = true;
	if (wt_allotment_decode(payload, &allotment, NULL) < 0)
		return;
	v->readable = true;
	memcpy(v->id, allotment.id, WT_ID_LEN);
	v->not_before = allotment.not_before;
	v->not_after = allotment.not_after;
	v->wh = allotment.wh;
}

static void read_notice(struct wt_holding *v, struct wt_span payload)
{
	struct wt_notice notice;

	if (wt_notice_decode(payload, &notice, NULL) < 0)
		return;
	v->readable = true;
	v->notice = notice.kind;
	memcpy(v->id, notice.id, WT_ID_LEN);
	memcpy(v->note, notice.reason, sizeof(v->note));
	v->not_before = notice.from;
	v->not_after = notice.to;
	v->max_w = notice.max_w;
	v->state = WT_HOLDING_IN_FORCE;
}

/* Whatever it is; digest and state OPEN when it is nothing known. */
static void read_object(struct wt_holding *v, struct wt_span cose)
{
	struct wt_cose envelope;

	wt_sha256(cose, v->digest);
	if (wt_cose_decode(cose, &envelope, NULL) < 0)
		return;
	if (envelope.typ == WT_TYP_GRANT)
		read_grant(v, envelope.payload);
	else if (envelope.typ == WT_TYP_ALLOTMENT)
		read_allotment(v, envelope.payload);
	else if (envelope.typ == WT_TYP_NOTICE)
		read_notice(v, envelope.payload);
}

/* A notice that an appraisal follows, or does not: of those that are others' we say so. */
static int judge_notice(struct wt_holdings *h, struct wt_holding *v, struct wt_span cose,
			const char *name, struct wt_err *err)
{
	int r = wt_appraisal_notice(h->appraisal, cose, name, err);
	struct wt_cose envelope;
	struct wt_notice notice;

	if (r < 0 || wt_cose_decode(cose, &envelope, NULL) < 0 ||
	    wt_notice_decode(envelope.payload, &notice, NULL) < 0)
		return r;
	if (r == 0 && !wt_notice_concerns(&notice, wt_appraisal_registered(h->appraisal)))
		v->state = WT_HOLDING_OTHERS;
	return r;
}

/* 1 accepted, 0 refused, < 0 could not be judged; v as read before. */
static int judge(struct wt_holdings *h, struct wt_holding *v, struct wt_span cose, const char *name,
		 struct wt_err *err)
{
	switch (wt_turn_of(cose)) {
	case WT_TURN_NOTICES:
		return judge_notice(h, v, cose, name, err);
	case WT_TURN_ALLOTMENTS:
		return wt_appraisal_allotment(h->appraisal, cose, name, err);
	default:
		return wt_appraisal_grant(h->appraisal, cose, name, err);
	}
}

static struct wt_holding *grow(struct wt_holdings *h, const char *name)
{
	struct wt_holding *v = reallocarray(h->v, h->n + 1, sizeof(*v));

	if (!v)
		return NULL;
	h->v = v;
	v[h->n] = (struct wt_holding){};
	snprintf(v[h->n].file, sizeof(v->file), "%s", name);
	return &v[h->n++];
}

/* Among those that count; NULL: no memory. */
static struct wt_holding *keep(struct wt_holdings *h, const struct wt_holding *v,
			       struct wt_err *err)
{
	const struct wt_notice notice = {
		.kind = v->notice,
		.from = v->not_before,
		.to = v->not_after,
		.max_w = v->max_w,
	};
	struct wt_holding *place = grow(h, v->file);

	if (!place ||
	    (v->notice && v->state != WT_HOLDING_OTHERS && wt_caps_add(&h->caps, &notice) < 0)) {
		wt_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	*place = *v;
	return place;
}

/* The accepted object with that content. */
static const struct wt_holding *find(const struct wt_holdings *h,
				     const uint8_t digest[WT_SHA256_LEN])
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].state != WT_HOLDING_REFUSED &&
		    !memcmp(h->v[i].digest, digest, WT_SHA256_LEN))
			return &h->v[i];
	return NULL;
}

struct loading {
	struct wt_holdings *h;
	enum wt_turn turn;
};

static int refuse(struct wt_holdings *h, struct wt_holding *v, const char *why, struct wt_err *err)
{
	struct wt_holding *place = grow(h, v->file);

	v->state = WT_HOLDING_REFUSED;
	snprintf(v->why, sizeof(v->why), "%s", why);
	if (!place)
		return wt_fail(err, ENOMEM, "out of memory");
	*place = *v;
	return 0;
}

static int load_one(const char *path, const char *name, void *user, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	struct loading *loading = user;
	struct wt_holdings *h = loading->h;
	struct wt_holding v = {};
	const struct wt_holding *twin;
	char why[256];
	int r = wt_file_read(path, WT_OBJECT_MAX, &cose, err);

	if (r == -ENOMEM)
		return r;
	snprintf(v.file, sizeof(v.file), "%s", name);
	if (r == 0)
		read_object(&v, wt_buf_span(&cose));
	if (wt_turn_of(wt_buf_span(&cose)) != loading->turn)
		return 0;
	if (r < 0)
		return refuse(h, &v, err->msg, err);
	twin = find(h, v.digest);
	if (twin) {
		snprintf(why, sizeof(why), "the same as %.200s, counts once", twin->file);
		return refuse(h, &v, why, err);
	}
	r = judge(h, &v, wt_buf_span(&cose), name, err);
	if (r == 0 && v.state != WT_HOLDING_OTHERS)
		return refuse(h, &v, err->msg, err);
	if (r >= 0 && !keep(h, &v, err))
		return -ENOMEM;
	return r < 0 ? r : 0;
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct wt_holding *)a)->file, ((const struct wt_holding *)b)->file);
}

/* By turns, wherever they lie. */
static int load(struct wt_holdings *h, struct wt_err *err)
{
	int r = 0;

	for (enum wt_turn turn = 0; turn < WT_TURNS && r == 0; turn++) {
		struct loading loading = { .h = h, .turn = turn };

		r = wt_folder_each(h->dir, load_one, &loading, err);
	}
	if (h->n)
		qsort(h->v, h->n, sizeof(*h->v), by_file);
	return r == -ENOENT ? 0 : r; /* nothing was bought yet */
}

/* As far ahead as a plan may go. */
static int plan_schedule(struct wt_holdings *h, struct wt_err *err)
{
	const struct wt_registration *reg = wt_appraisal_registered(h->appraisal);

	return wt_caps_add_schedule(&h->caps, reg->idle, reg->n_idle, h->now,
				    h->now + WT_PLAN_MAX_S) < 0
		       ? wt_fail(err, ENOMEM, "out of memory")
		       : 0;
}

static int begin(struct wt_holdings *h, const struct wt_config *config, int64_t now,
		 struct wt_err *err)
{
	const struct wt_appraisal_options options = { .now = now };
	int r = wt_appraisal_new(h->trust, &options, &h->appraisal, err);

	if (r == 0)
		r = load_registration(h, config->registration, err);
	if (r == 0)
		r = wt_registrations_older(h->appraisal, config->registration, err);
	if (r == 0)
		r = plan_schedule(h, err);
	if (r < 0)
		return r;
	return load(h, err);
}

int wt_holdings_open(const struct wt_config *config, int64_t now, struct wt_holdings *ret,
		     struct wt_err *err)
{
	struct wt_holdings h = { .now = now };
	int r = wt_trust_load(config->trust, &h.trust, err);

	snprintf(h.dir, sizeof(h.dir), "%s", config->grants);
	if (r == 0)
		r = begin(&h, config, now, err);
	if (r < 0) {
		wt_holdings_clear(&h);
		return r;
	}
	wt_holdings_settle(&h, now);
	*ret = h;
	return 0;
}

void wt_holdings_clear(struct wt_holdings *h)
{
	wt_appraisal_free(h->appraisal);
	wt_trust_free(h->trust);
	free(h->v);
	wt_caps_clear(&h->caps);
	*h = (struct wt_holdings){};
}

/* --- adding ------------------------------------------------------------------------------------------ */

int wt_holdings_add(struct wt_holdings *h, struct wt_span cose, const struct wt_holding **ret,
		    struct wt_err *err)
{
	static const char *const names[WT_TURNS] = { "the grant", "the allotment", "the notice" };
	char path[WT_PATH_MAX + sizeof(((struct wt_holding *)0)->file)];
	struct wt_holding v = {};
	int r;

	read_object(&v, cose);
	r = judge(h, &v, cose, names[wt_turn_of(cose)], err);
	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	*ret = find(h, v.digest);
	if (*ret)
		return WT_ADDED_BEFORE;
	wt_hex(v.id, WT_ID_LEN, v.file);
	strcat(v.file, ".cose");
	snprintf(path, sizeof(path), "%s/%s", h->dir, v.file);
	if (mkdir(h->dir, 0750) < 0 && errno != EEXIST)
		return wt_fail(err, errno, "%s: %s", h->dir, strerror(errno));
	r = wt_file_write(path, cose, 0640, WT_FILE_NEW, err);
	if (r < 0)
		return r;
	*ret = keep(h, &v, err);
	if (!*ret)
		return -ENOMEM;
	wt_holdings_settle(h, h->now);
	return WT_ADDED;
}

/* --- charging ---------------------------------------------------------------------------------------- */

struct feeding {
	struct wt_holdings *h;
	uint64_t last; /* seq of the newest attestation */
	struct wt_err *err;
};

static int note_draw(struct wt_holdings *h, struct wt_err *err)
{
	struct wt_verdict v = {};
	int r = wt_appraisal_finish(h->appraisal, &v, err);

	if (r < 0)
		return r;
	wt_draw_add(&h->draw, v.from_ns, v.to_ns, v.measured_uj + v.substituted_uj);
	if (v.to_ns)
		h->charged_to_ns = v.to_ns;
	wt_verdict_clear(&v);
	return 0;
}

static int feed(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	struct feeding *f = user;
	int r = wt_appraisal_feed(f->h->appraisal, cose, "attestation", f->err);

	/* one window an attestation, as a rule: before the first of the newest, and after each */
	if (r >= 0 && f->last - row->seq <= WT_DRAW_WINDOWS)
		r = note_draw(f->h, f->err);
	return r < 0 ? r : 0;
}

int wt_holdings_charge(struct wt_holdings *h, const struct wt_config *config, struct wt_err *err)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	__attribute__((cleanup(wt_day_clear))) struct wt_day day = {};
	struct feeding feeding = { .h = h, .err = err };
	struct wt_store_row last = {};
	int r = wt_store_open(config->state, false, &store, err);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = wt_store_last(store, &last, err);
	if (r < 0)
		return r;
	r = wt_day_load(store, &day, err);
	if (r < 0)
		return r;
	if (day.state.n)
		r = wt_appraisal_state_load(h->appraisal, wt_buf_span(&day.state), err);
	if (r < 0)
		return r == -EBADMSG ? wt_fail_in(err, r, "%s: restart wattestd, which judges anew",
						  config->state)
				     : r;
	feeding.last = last.seq;
	return wt_store_each(store, day.seq, feed, &feeding, err);
}

static const struct wt_account *account_of(const struct wt_ledger *ledger,
					   const uint8_t digest[WT_SHA256_LEN])
{
	for (size_t i = 0; i < ledger->n; i++)
		if (!memcmp(ledger->accounts[i].digest, digest, WT_SHA256_LEN))
			return &ledger->accounts[i];
	return NULL;
}

static enum wt_holding_state notice_state(const struct wt_holding *v, int64_t now)
{
	if (v->not_before > now)
		return WT_HOLDING_LATER;
	return v->not_after && v->not_after <= now ? WT_HOLDING_PAST : WT_HOLDING_IN_FORCE;
}

void wt_holdings_settle(struct wt_holdings *h, int64_t now)
{
	const struct wt_ledger *ledger = wt_appraisal_ledger(h->appraisal);

	h->now = now;
	h->over = ledger->over;
	for (size_t i = 0; i < h->n; i++) {
		struct wt_holding *v = &h->v[i];
		const struct wt_account *account = account_of(ledger, v->digest);

		if (v->notice && v->state != WT_HOLDING_REFUSED && v->state != WT_HOLDING_OTHERS)
			v->state = notice_state(v, now);
		if (v->state == WT_HOLDING_REFUSED || v->state == WT_HOLDING_SITE || !account)
			continue;
		memcpy(v->transaction, account->transaction, sizeof(v->transaction));
		v->bought_uj = account->energy_uj;
		v->used_uj = account->used.best;
		v->left_uj = v->bought_uj - v->used_uj;
		if (account->not_after <= now || account->revoked_at <= now)
			v->state = WT_HOLDING_PAST;
		else if (!v->left_uj)
			v->state = WT_HOLDING_USED_UP;
		else
			v->state = account->not_before > now ? WT_HOLDING_LATER : WT_HOLDING_OPEN;
	}
}

int wt_holdings_plan(const struct wt_holdings *h, int64_t now, struct wt_plan_in *ret,
		     struct wt_supply **ret_supplies, struct wt_err *err)
{
	struct wt_plan_in in = { .now = now, .caps = h->caps.v, .n_caps = h->caps.n };
	struct wt_supply *supplies =
		wt_ledger_supplies(wt_appraisal_ledger(h->appraisal), now, &in.n);

	if (!supplies)
		return wt_fail(err, ENOMEM, "out of memory");
	in.supplies = supplies;
	*ret = in;
	*ret_supplies = supplies;
	return 0;
}
