// SPDX-License-Identifier: Apache-2.0
#include "agent/holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/day.h"
#include "agent/folder.h"
#include "lib/cose.h"
#include "lib/file.h"

const char *wt_holding_state_name(enum wt_holding_state state)
{
	static const char *const names[] = {
		[WT_HOLDING_OPEN] = "open",	  [WT_HOLDING_LATER] = "later",
		[WT_HOLDING_PAST] = "past",	  [WT_HOLDING_USED_UP] = "used up",
		[WT_HOLDING_REFUSED] = "refused",
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

/* What can be told of a grant that may yet be refused. */
static void read_grant(struct wt_holding *holding, struct wt_span cose)
{
	struct wt_cose envelope;

	wt_sha256(cose, holding->digest);
	holding->readable = wt_cose_decode(cose, &envelope, NULL) == 0 &&
			    envelope.typ == WT_TYP_GRANT &&
			    wt_grant_decode(envelope.payload, &holding->grant, NULL) == 0;
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

/* The accepted grant with that content. */
static const struct wt_holding *find(const struct wt_holdings *h,
				     const uint8_t digest[WT_SHA256_LEN])
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].state != WT_HOLDING_REFUSED &&
		    !memcmp(h->v[i].digest, digest, WT_SHA256_LEN))
			return &h->v[i];
	return NULL;
}

static int load_one(const char *path, const char *name, void *user, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	struct wt_holdings *h = user;
	struct wt_holding *holding = grow(h, name);
	const struct wt_holding *twin;
	int r;

	if (!holding)
		return wt_fail(err, ENOMEM, "out of memory");
	r = wt_file_read(path, WT_OBJECT_MAX, &cose, err);
	if (r < 0) {
		snprintf(holding->why, sizeof(holding->why), "%s", err->msg);
		holding->state = WT_HOLDING_REFUSED;
		return r == -ENOMEM ? r : 0;
	}
	read_grant(holding, wt_buf_span(&cose));
	holding->state = WT_HOLDING_REFUSED; /* so that it is not found as its own twin */
	twin = find(h, holding->digest);
	if (twin) {
		snprintf(holding->why, sizeof(holding->why), "the same as %.200s, counts once",
			 twin->file);
		return 0;
	}
	r = wt_appraisal_grant(h->appraisal, wt_buf_span(&cose), name, err);
	if (r == 0)
		snprintf(holding->why, sizeof(holding->why), "%s", err->msg);
	else if (r > 0)
		holding->state = WT_HOLDING_OPEN; /* settled by and by */
	return r < 0 ? r : 0;
}

static int begin(struct wt_holdings *h, const struct wt_config *config, int64_t now,
		 struct wt_err *err)
{
	const struct wt_appraisal_options options = { .now = now };
	int r = wt_appraisal_new(h->trust, &options, &h->appraisal, err);

	if (r == 0)
		r = load_registration(h, config->registration, err);
	if (r < 0)
		return r;
	r = wt_folder_each(config->grants, load_one, h, err);
	return r == -ENOENT ? 0 : r; /* nothing was bought yet */
}

int wt_holdings_open(const struct wt_config *config, int64_t now, struct wt_holdings *ret,
		     struct wt_err *err)
{
	struct wt_holdings h = {};
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
	*h = (struct wt_holdings){};
}

/* --- adding ------------------------------------------------------------------------------------------ */

int wt_holdings_add(struct wt_holdings *h, struct wt_span cose, const struct wt_holding **ret,
		    struct wt_err *err)
{
	char name[2 * WT_ID_LEN + 8], path[WT_PATH_MAX + sizeof(name)];
	struct wt_holding added = {}, *place;
	int r = wt_appraisal_grant(h->appraisal, cose, "the grant", err);

	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	read_grant(&added, cose);
	*ret = find(h, added.digest);
	if (*ret)
		return WT_ADDED_BEFORE;
	wt_hex(added.grant.id, WT_ID_LEN, name);
	strcat(name, ".cose");
	place = grow(h, name); /* before the file, so that nothing can fail after it */
	if (!place)
		return wt_fail(err, ENOMEM, "out of memory");
	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	r = mkdir(h->dir, 0750) < 0 && errno != EEXIST
		    ? wt_fail(err, errno, "%s: %s", h->dir, strerror(errno))
		    : wt_file_write(path, cose, 0640, WT_FILE_NEW, err);
	if (r < 0) {
		h->n--;
		return r;
	}
	memcpy(added.file, place->file, sizeof(added.file));
	*place = added;
	*ret = place;
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
	struct wt_store_row last;
	int r = wt_store_open(config->state, false, &store, err);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = wt_store_last(store, &last, err);
	if (r == 0)
		r = wt_day_load(store, &day, err);
	if (r == 0 && day.state.n)
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

void wt_holdings_settle(struct wt_holdings *h, int64_t now)
{
	const struct wt_ledger *ledger = wt_appraisal_ledger(h->appraisal);

	h->over = ledger->over;
	for (size_t i = 0; i < h->n; i++) {
		struct wt_holding *v = &h->v[i];
		const struct wt_account *account = account_of(ledger, v->digest);

		if (v->state == WT_HOLDING_REFUSED || !account)
			continue;
		v->bought_uj = wt_grant_uj(&v->grant);
		v->used_uj = account->used.best;
		v->left_uj = v->bought_uj - v->used_uj;
		if (v->grant.not_after <= now)
			v->state = WT_HOLDING_PAST;
		else if (!v->left_uj)
			v->state = WT_HOLDING_USED_UP;
		else
			v->state = v->grant.not_before > now ? WT_HOLDING_LATER : WT_HOLDING_OPEN;
	}
}
