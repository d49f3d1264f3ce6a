// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/caps.h"
#include "agent/day.h"
#include "agent/judgement.h"
#include "agent/outlook.h"
#include "agent/registrations.h"
#include "lib/appraisal.h"
#include "lib/cose.h"
#include "lib/plan.h"

#include "appraiser.h"
#include "log.h"

#define AT_ONCE 16 /* attestations judged before the event loop has its turn again */
#define DAY_S 86400
#define SCHEDULE_DAYS 4 /* planned with: each day begins anew, and looks one ahead */

struct appraiser {
	const struct wt_config *config;
	struct rig *rig;
	struct wt_store *store;

	struct wt_trust *trust; /* NULL: nothing can be judged */
	struct wt_appraisal *appraisal;
	struct wt_day base; /* before the day's first attestation */
	int64_t day; /* of the attestations fed so far, days since 1970; 0: none was fed */
	uint64_t fed; /* seq of the last attestation fed */
	struct wt_draw draw;
	struct wt_caps caps; /* of the notices that the appraisal follows */
	struct wt_outlook outlook; /* at 0: none yet */
	bool stale; /* fed since the verdict was stored */
};

/* From the first attestation that is stored. */
static void begin_anew(struct appraiser *ap, const char *why)
{
	struct wt_err err = {};

	wt_day_clear(&ap->base);
	log_say(LOG_WARNING, "%s: judging all that is stored anew", why);
	if (wt_day_oldest(ap->store, &ap->base, &err) < 0)
		log_say(LOG_WARNING, "%s", err.msg);
}

static void load_day(struct appraiser *ap)
{
	struct wt_err err = {};

	if (wt_day_load(ap->store, &ap->base, &err) < 0)
		begin_anew(ap, err.msg);
}

int appraiser_new(const struct wt_config *config, struct rig *rig, struct wt_store *store,
		  struct appraiser **ret, struct wt_err *err)
{
	struct appraiser *ap = calloc(1, sizeof(*ap));

	if (!ap)
		return wt_fail(err, ENOMEM, "out of memory");
	ap->config = config;
	ap->rig = rig;
	ap->store = store;
	load_day(ap);
	appraiser_restart(ap);
	*ret = ap;
	return 0;
}

static bool has_anchors(const char *dir)
{
	bool found = false;
	struct dirent *entry;
	DIR *d = opendir(dir);

	while (d && !found && (entry = readdir(d))) {
		size_t n = strlen(entry->d_name);

		found = n > 4 && !strcmp(entry->d_name + n - 4, ".pem");
	}
	if (d)
		closedir(d);
	return found;
}

static void load_trust(struct appraiser *ap)
{
	struct wt_err err = {};

	wt_trust_freep(&ap->trust);
	if (!has_anchors(ap->config->trust))
		log_say(LOG_NOTICE,
			"%s: no trust anchors (*.pem): attesting goes on, `wattest status` cannot judge",
			ap->config->trust);
	else if (wt_trust_load(ap->config->trust, &ap->trust, &err) < 0)
		log_say(LOG_WARNING, "%s: `wattest status` cannot judge", err.msg);
}

static int add_one(struct wt_appraisal *appraisal, const struct rig_grant *g, struct wt_err *err)
{
	struct wt_span cose = wt_buf_span(&g->cose);

	if (g->notice)
		return wt_appraisal_notice(appraisal, cose, g->name, err);
	return g->share ? wt_appraisal_allotment(appraisal, cose, g->name, err)
			: wt_appraisal_grant(appraisal, cose, g->name, err);
}

static void follow(struct appraiser *ap, const struct rig_grant *g)
{
	struct wt_notice notice;
	struct wt_cose cose;

	if (wt_cose_decode(wt_buf_span(&g->cose), &cose, NULL) == 0 &&
	    wt_notice_decode(cose.payload, &notice, NULL) == 0 &&
	    wt_caps_add(&ap->caps, &notice) < 0)
		log_say(LOG_WARNING, "notice %s: not planned with: out of memory", g->name);
	if (ap->rig->noticed)
		ap->rig->noticed(g, ap->rig->told_user);
}

/* Allotments come after the grants that they divide, and notices last. */
static void add_grants(struct appraiser *ap, bool shares, bool notices)
{
	struct wt_err err = {};

	for (size_t i = 0; i < ap->rig->n_grants; i++) {
		const struct rig_grant *g = &ap->rig->grants[i];

		if (g->share != shares || g->notice != notices)
			continue;
		if (add_one(ap->appraisal, g, &err) > 0) {
			if (notices)
				follow(ap, g);
			continue;
		}
		(notices ? rig_pass_over : rig_refuse)(ap->rig, g->name, g->digest, err.msg);
	}
}

static void add_objects(struct appraiser *ap)
{
	struct wt_err err = {};

	if (ap->rig->registered &&
	    wt_appraisal_registration(ap->appraisal, wt_buf_span(&ap->rig->registration_cose),
				      "registration", &err) <= 0)
		log_say(LOG_WARNING, "an inspector will refuse the registration: %s", err.msg);
	if (ap->rig->registered &&
	    wt_registrations_older(ap->appraisal, ap->rig->registration_file, &err) < 0)
		log_say(LOG_WARNING, "an older registration is not used: %s", err.msg);
	wt_caps_clear(&ap->caps);
	if (ap->rig->registered && wt_caps_add_schedule(&ap->caps, ap->rig->registration.idle,
							ap->rig->registration.n_idle, time(NULL),
							time(NULL) + SCHEDULE_DAYS * DAY_S) < 0)
		log_say(LOG_WARNING, "the schedule is not planned with: out of memory");
	add_grants(ap, false, false);
	add_grants(ap, true, false);
	add_grants(ap, false, true);
}

/* A fresh appraisal that stands at the base; when that cannot be read, at the oldest, and then at none. */
/* NOLINTNEXTLINE(misc-no-recursion): so twice at most */
static int begin(struct appraiser *ap, struct wt_err *err)
{
	const struct wt_appraisal_options options = { .now = time(NULL) };
	int r;

	wt_appraisal_free(ap->appraisal);
	ap->appraisal = NULL;
	ap->stale = true;
	r = wt_appraisal_new(ap->trust, &options, &ap->appraisal, err);
	if (r < 0)
		return r;
	add_objects(ap);
	ap->fed = 0;
	ap->day = 0;
	if (ap->base.state.n) {
		r = wt_appraisal_state_load(ap->appraisal, wt_buf_span(&ap->base.state), err);
		if (r == -EBADMSG) {
			uint64_t seq = ap->base.seq;

			begin_anew(ap, err->msg);
			if (ap->base.seq == seq) /* that one was it */
				wt_day_clear(&ap->base);
			return begin(ap, err);
		}
		if (r < 0)
			return r;
		ap->fed = ap->base.seq;
	}
	return 0;
}

static void give_up(struct appraiser *ap, const char *why)
{
	log_say(LOG_WARNING, "the rig's own appraisal stops: %s", why);
	wt_appraisal_free(ap->appraisal);
	ap->appraisal = NULL;
}

void appraiser_restart(struct appraiser *ap)
{
	struct wt_err err = {};

	wt_appraisal_free(ap->appraisal); /* it borrows the trust anchors */
	ap->appraisal = NULL;
	load_trust(ap);
	/* an unregistered rig has nothing to be judged against, and everything is judged from the beginning later */
	if (ap->trust && ap->rig->registered && begin(ap, &err) < 0)
		give_up(ap, err.msg);
	ap->stale = ap->appraisal != NULL;
}

/* What was fed becomes the base of a new day, and findings of the old day are gone with it. */
static int turn_day(struct appraiser *ap, struct wt_err *err)
{
	struct wt_day day = { .seq = ap->fed };
	int r = wt_appraisal_state_save(ap->appraisal, &day.state, err);

	if (r < 0) {
		wt_day_clear(&day);
		return r == -ENODATA ? 0 : r; /* nothing was ever accepted: what was found still holds */
	}
	wt_day_clear(&ap->base);
	ap->base = day; /* transferred */
	if (wt_day_save(ap->store, &ap->base, err) < 0)
		log_say(LOG_WARNING,
			"cannot store the appraisal's state (%s): a restart judges more anew",
			err->msg);
	return begin(ap, err);
}

struct feeding {
	struct appraiser *ap;
	struct wt_err *err;
	int left;
};

static int feed(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	struct feeding *feeding = user;
	struct appraiser *ap = feeding->ap;
	char name[48];
	int r = 0;

	if (!feeding->left--)
		return -ECANCELED; /* enough for now */
	if (ap->day && row->iat / DAY_S > ap->day)
		r = turn_day(ap, feeding->err);
	if (r == 0) {
		snprintf(name, sizeof(name), "attestation %" PRIu64, row->seq);
		r = wt_appraisal_feed(ap->appraisal, cose, name, feeding->err);
	}
	if (r < 0)
		return r;
	ap->day = row->iat / DAY_S;
	ap->fed = row->seq;
	ap->stale = true;
	return 0;
}

/* Where a plan from now on begins; the supplies are the caller's to free. */
static int plan_from(const struct appraiser *ap, int64_t now, struct wt_plan_in *ret,
		     struct wt_supply **ret_supplies, struct wt_err *err)
{
	struct wt_plan_in in = { .now = now, .caps = ap->caps.v, .n_caps = ap->caps.n };
	struct wt_supply *supplies;

	if (!wt_draw_uw(&ap->draw, &in.draw_uw))
		return wt_fail(err, ENODATA, "no draw yet");
	supplies = wt_ledger_supplies(wt_appraisal_ledger(ap->appraisal), now, &in.n);
	if (!supplies)
		return wt_fail(err, ENOMEM, "out of memory");
	in.supplies = supplies;
	*ret = in;
	*ret_supplies = supplies;
	return 0;
}

/* What must be bought next; where nothing is known, what was is no more. */
static void look_ahead(struct appraiser *ap, int64_t now)
{
	struct wt_supply *supplies = NULL;
	struct wt_outlook outlook = {};
	struct wt_plan_in in = {};
	struct wt_err err = {};
	int r = plan_from(ap, now, &in, &supplies, &err);

	if (r == 0)
		r = wt_outlook_make(in, ap->config, &outlook, &err);
	free(supplies);
	if (r < 0 && r != -ENODATA)
		log_say(LOG_WARNING, "what must be bought next is not known: %s", err.msg);
	wt_outlook_clear(&ap->outlook);
	ap->outlook = outlook; /* transferred */
}

/* The verdict of the day so far and the outlook, to where the command finds them. */
static int conclude(struct appraiser *ap, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {}, next = {};
	struct wt_store_value v[] = { { .key = "judgement" }, { .key = "outlook" } };
	struct wt_judgement judgement = { .at = time(NULL) };
	int r = wt_appraisal_finish(ap->appraisal, &judgement.verdict, err);

	if (r < 0)
		return r;
	wt_draw_add(&ap->draw, judgement.verdict.from_ns, judgement.verdict.to_ns,
		    judgement.verdict.measured_uj + judgement.verdict.substituted_uj);
	look_ahead(ap, judgement.at);
	wt_judgement_put(&value, &judgement);
	wt_outlook_put(&next, &ap->outlook);
	wt_judgement_clear(&judgement);
	v[0].value = wt_buf_span(&value);
	v[1].value = wt_buf_span(&next);
	if (value.err || next.err)
		return wt_fail(err, ENOMEM, "out of memory");
	r = wt_store_put(ap->store, v, 2, err);
	if (r < 0) /* a full disk: the store says so for itself, and the next verdict comes soon */
		log_say(LOG_DEBUG, "cannot store the verdict: %s", err->msg);
	ap->stale = false;
	return 0;
}

int appraiser_step(struct appraiser *ap)
{
	struct wt_err err = {};
	struct feeding feeding = { .ap = ap, .err = &err, .left = AT_ONCE };
	int r;

	if (!ap->appraisal)
		return 0;
	r = wt_store_each(ap->store, ap->fed, feed, &feeding, &err);
	if (r == -ECANCELED)
		return 1;
	if (r == 0 && ap->stale && ap->day)
		r = conclude(ap, &err);
	if (r < 0)
		give_up(ap, err.msg);
	return 0;
}

bool appraiser_balance(const struct appraiser *ap, int64_t at, uint64_t *ret_charged_uj,
		       uint64_t *ret_left_uj)
{
	const struct wt_ledger *ledger = ap->appraisal ? wt_appraisal_ledger(ap->appraisal) : NULL;

	if (!ledger)
		return false;
	*ret_charged_uj = ledger->charged.best;
	*ret_left_uj = wt_ledger_left(ledger, at);
	return true;
}

void appraiser_facts(const struct appraiser *ap, struct wt_facts *facts)
{
	const struct wt_ledger *ledger = ap->appraisal ? wt_appraisal_ledger(ap->appraisal) : NULL;
	struct wt_supply *supplies;
	struct wt_plan_in in;

	if (!ledger || ap->stale || ap->rig->grants_unread || plan_from(ap, facts->now, &in, &supplies, NULL) < 0)
		return;
	facts->draw_uw = in.draw_uw;
	facts->left_uj = wt_ledger_left(ledger, facts->now);
	facts->over_uj = ledger->over.best;
	facts->energy = wt_plan_lasts(&in, &facts->lasts_s, NULL) == 0;
	free(supplies);
}

const struct wt_outlook *appraiser_outlook(const struct appraiser *ap)
{
	return ap->appraisal && !ap->stale && ap->outlook.at ? &ap->outlook : NULL;
}

bool appraiser_judges(const struct appraiser *ap)
{
	return ap->trust || ap->base.seq;
}

void appraiser_free(struct appraiser *ap)
{
	if (!ap)
		return;
	wt_appraisal_free(ap->appraisal);
	wt_trust_free(ap->trust);
	wt_day_clear(&ap->base);
	wt_caps_clear(&ap->caps);
	wt_outlook_clear(&ap->outlook);
	free(ap);
}
