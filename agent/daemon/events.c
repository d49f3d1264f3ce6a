// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/outlook.h"
#include "lib/allocation.h"
#include "lib/cbor.h"
#include "lib/cose.h"
#include "lib/format.h"
#include "lib/plan.h"
#include "lib/timestamp.h"

#include "daemon.h"
#include "events.h"
#include "hooks.h"
#include "log.h"

#define KEY "events"
#define VERSION 1
#define VALUES_MAX 16

struct events {
	struct hooks *hooks;
	struct wt_watch watch;
	bool stored; /* what is in the store is what is here */
};

/* --- kept over a restart: [version, fired, over, when it grew, refused files] --------------------------- */

static void load(struct daemon *d)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	struct wt_watch *watch = &d->told->watch;
	struct wt_span refused;
	struct wt_err err = {};
	struct wt_cbor_in in;
	uint64_t version, fired;
	size_t n;
	int r = wt_store_value(d->store, KEY, &value, &err);

	if (r == -ENOENT)
		return;
	wt_cbor_init(&in, wt_buf_span(&value), &err);
	if (r < 0 || wt_cbor_array(&in, &n) < 0 || n != 5 || wt_cbor_uint(&in, &version) < 0 ||
	    version != VERSION || wt_cbor_uint(&in, &fired) < 0 ||
	    wt_cbor_uint(&in, &watch->over_uj) < 0 || wt_cbor_int(&in, &watch->over_at) < 0 ||
	    wt_cbor_bytes(&in, &refused) < 0 || wt_cbor_end(&in) < 0 ||
	    wt_refusals_read(refused, &d->rig.refusals, &err) < 0) {
		log_say(LOG_WARNING, "what was told before is not known (%s): it is told again",
			err.msg);
		*watch = (struct wt_watch){};
		return;
	}
	watch->fired = (uint32_t)fired;
	d->told->stored = true;
}

static void save(struct daemon *d)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf refused = {}, value = {};
	const struct wt_watch *watch = &d->told->watch;
	struct wt_store_value v = { .key = KEY };
	struct wt_err err = {};

	if (d->told->stored)
		return;
	wt_refusals_put(&refused, &d->rig.refusals);
	wt_cbor_put_array(&value, 5);
	wt_cbor_put_uint(&value, VERSION);
	wt_cbor_put_uint(&value, watch->fired);
	wt_cbor_put_uint(&value, watch->over_uj);
	wt_cbor_put_int(&value, watch->over_at);
	wt_cbor_put_bytes(&value, wt_buf_span(&refused));
	v.value = wt_buf_span(&value);
	if (refused.err || value.err || wt_store_put(d->store, &v, 1, &err) < 0)
		log_say(LOG_WARNING, "cannot store what was told (%s): a restart may tell it again",
			refused.err || value.err ? "out of memory" : err.msg);
	else
		d->told->stored = true;
}

/* --- telling ----------------------------------------------------------------------------------------- */

struct values {
	char text[VALUES_MAX][WT_PATH_MAX + 320]; /* the longest is a file's path */
	size_t n;
};

static void __attribute__((format(printf, 2, 3))) add(struct values *v, const char *format, ...)
{
	va_list args;

	if (v->n == VALUES_MAX)
		return;
	va_start(args, format);
	vsnprintf(v->text[v->n++], sizeof(v->text[0]), format, args);
	va_end(args);
}

static void describe(const struct daemon *d, const struct wt_facts *facts, struct values *ret)
{
	*ret = (struct values){};
	add(ret, "WATTEST_TIME_S=%" PRId64, facts->now);
	if (facts->registered) {
		add(ret, "WATTEST_RIG=%s", d->rig.registration.rig);
		add(ret, "WATTEST_LICENCE=%s", d->rig.registration.licence);
		add(ret, "WATTEST_REGISTERED_UNTIL_S=%" PRId64, facts->registered_until);
	}
	if (facts->energy) {
		add(ret, "WATTEST_LEFT_UJ=%" PRIu64, facts->left_uj);
		add(ret, "WATTEST_DRAW_UW=%" PRIu64, facts->draw_uw);
		add(ret, "WATTEST_OVER_UJ=%" PRIu64, facts->over_uj);
		if (facts->lasts_s != WT_LASTS_EVER)
			add(ret, "WATTEST_LASTS_S=%" PRIu64, facts->lasts_s);
	}
}

static void tell(struct daemon *d, enum wt_event event, const struct values *values)
{
	const char *v[VALUES_MAX];

	for (size_t i = 0; i < values->n; i++)
		v[i] = values->text[i];
	hooks_run(d->told->hooks, event, v, values->n);
}

static struct wt_facts gather(struct daemon *d)
{
	struct wt_facts facts = {
		.now = time(NULL),
		.registered = d->rig.registered,
	};

	if (d->rig.registered)
		facts.registered_until = d->rig.registration.not_after;
	if (d->appraiser)
		appraiser_facts(d->appraiser, &facts);
	return facts;
}

static void log_event(const struct daemon *d, enum wt_event event, const struct wt_facts *facts)
{
	char left[WT_FORMAT_LEN], lasts[WT_FORMAT_LEN], draw[WT_FORMAT_LEN];

	if (event == WT_EVENT_REGISTRATION_EXPIRY)
		log_say(LOG_WARNING, "registration-expiry: the registration of %s ends in %s",
			d->rig.registration.rig,
			wt_format_duration(
				facts->registered_until > facts->now
					? (uint64_t)(facts->registered_until - facts->now)
					: 0,
				lasts));
	else
		log_say(LOG_WARNING, "%s: %s left, lasts %s at %s", wt_event_name(event),
			wt_format_energy(facts->left_uj, left),
			facts->lasts_s == WT_LASTS_EVER ? "for ever"
							: wt_format_duration(facts->lasts_s, lasts),
			wt_format_power(facts->draw_uw, draw));
}

/* An hour that nobody bought and nobody can any more: the purchases of the timer, or the timer itself, failed. */
static void look_ahead(struct daemon *d, int64_t now)
{
	const struct wt_outlook *outlook = d->appraiser ? appraiser_outlook(d->appraiser) : NULL;

	if (!outlook || !d->config.purchase[0])
		return;
	for (size_t i = 0; i < outlook->plan.n; i++) {
		const struct wt_plan_hour *hour = &outlook->plan.hours[i];
		const char *why = wt_outlook_too_late(hour, &d->config, now);

		if (why)
			events_purchase_failed(d, hour->hour, why);
	}
}

void events_look(struct daemon *d)
{
	struct wt_watch before = d->told->watch;
	struct wt_facts facts = gather(d);
	uint32_t crossed = wt_watch_step(&d->told->watch, &d->config.limits, &facts);
	struct values values;

	if (before.fired != d->told->watch.fired)
		d->told->stored = false;
	save(d); /* first: a hook that a crash took away is in the log, one that runs at every start is not bearable */
	describe(d, &facts, &values);
	for (int event = 0; event < WT_EVENTS; event++) {
		if (!(crossed & (1u << event)))
			continue;
		log_event(d, event, &facts);
		tell(d, event, &values);
	}
	look_ahead(d, facts.now);
}

/* What is missing for a delivery hour, as far as it is known. */
static void describe_hour(const struct daemon *d, int64_t hour, struct values *values)
{
	const struct wt_outlook *outlook = d->appraiser ? appraiser_outlook(d->appraiser) : NULL;

	add(values, "WATTEST_HOUR_S=%" PRId64, hour);
	for (size_t i = 0; outlook && i < outlook->plan.n; i++)
		if (outlook->plan.hours[i].hour == hour)
			add(values, "WATTEST_MISSING_UJ=%" PRIu64,
			    outlook->plan.hours[i].missing_uj);
}

/* The rig named a grant as refused: that was its first time. */
static void on_refused(const char *file, const char *why, void *user)
{
	struct daemon *d = user;
	struct wt_facts facts = gather(d);
	struct values values;

	d->told->stored = false;
	describe(d, &facts, &values);
	add(&values, "WATTEST_FILE=%s/%s", d->config.grants, file);
	add(&values, "WATTEST_REASON=%s", why);
	tell(d, WT_EVENT_GRANT_REFUSED, &values);
}

/* Told when it comes and not when it begins, so that there is time to draw less. */
static void on_notice(const struct rig_grant *g, void *user)
{
	struct daemon *d = user;
	struct wt_facts facts = gather(d);
	char name[2 * WT_ID_LEN + 8] = "notice/", from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	struct wt_notice notice;
	struct values values;
	struct wt_cose cose;

	if (wt_cose_decode(wt_buf_span(&g->cose), &cose, NULL) < 0 ||
	    wt_notice_decode(cose.payload, &notice, NULL) < 0 || notice.kind != WT_NOTICE_CURTAIL ||
	    notice.to <= facts.now)
		return;
	wt_hex(notice.id, WT_ID_LEN, name + strlen(name)); /* remembered like a refused file */
	if (!wt_refusals_new(&d->rig.refusals, name, g->digest))
		return;
	d->told->stored = false;
	save(d);
	log_say(LOG_WARNING, "curtailed: at most %u W from %s until %s%s%s", notice.max_w,
		wt_timestamp_utc(notice.from, from), wt_timestamp_utc(notice.to, until),
		notice.reason[0] ? ": " : "", notice.reason);
	describe(d, &facts, &values);
	add(&values, "WATTEST_MAX_W=%" PRIu32, notice.max_w);
	add(&values, "WATTEST_FROM_S=%" PRId64, notice.from);
	add(&values, "WATTEST_UNTIL_S=%" PRId64, notice.to);
	add(&values, "WATTEST_FILE=%s/%s", d->config.grants, g->name);
	add(&values, "WATTEST_REASON=%s", notice.reason);
	tell(d, WT_EVENT_CURTAILED, &values);
}

void events_purchase_failed(struct daemon *d, int64_t hour, const char *reason)
{
	struct wt_facts facts = gather(d);
	uint8_t digest[WT_SHA256_LEN];
	struct values values;
	char what[48];

	/* remembered like a refused file; a slash is in no file's name */
	snprintf(what, sizeof(what), "purchase/%" PRId64, hour);
	wt_sha256(wt_span(reason, strlen(reason)), digest);
	if (!wt_refusals_new(&d->rig.refusals, what, digest))
		return;
	d->told->stored = false;
	save(d);
	log_say(LOG_WARNING, "purchase-failed: for the delivery hour %" PRId64 ": %s", hour,
		reason);
	describe(d, &facts, &values);
	describe_hour(d, hour, &values);
	add(&values, "WATTEST_REASON=%s", reason);
	tell(d, WT_EVENT_PURCHASE_FAILED, &values);
}

int events_start(struct daemon *d, struct wt_err *err)
{
	int r;

	d->told = calloc(1, sizeof(*d->told));
	if (!d->told)
		return wt_fail(err, ENOMEM, "out of memory");
	r = hooks_new(&d->config, d->event, &d->told->hooks, err);
	if (r < 0)
		return r;
	load(d);
	d->rig.refused = on_refused;
	d->rig.noticed = on_notice;
	d->rig.told_user = d;
	return 0;
}

void events_stop(struct daemon *d)
{
	if (!d->told)
		return;
	save(d);
	hooks_free(d->told->hooks);
	free(d->told);
	d->told = NULL;
}
