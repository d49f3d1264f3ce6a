// SPDX-License-Identifier: Apache-2.0
/*
 * Renewals: a rig may have several registrations, one after the other. Each attestation names the one
 * that it was made under, and is judged by that, as long as it holds:
 *
 *   it names one that holds then              by that,
 *     and a newer one has been gone over to,
 *     or has held for more than a day         by the newest that holds: it is superseded
 *   it names one that does not hold then      by the newest that holds: superseded; if none does, by it
 *   it names none of them                     by the newest that holds
 *
 * The history goes on: what was counted by a source or a device stays with it, and a gap that begins
 * under one registration is settled under the next.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/notices.h"
#include "lib/match.h"

#define GRACE 86400 /* s, until a rig must have installed a newer registration */

size_t wt_registration_find(const struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN])
{
	size_t i;

	for (i = 0; i < a->n_registrations; i++) {
		if (memcmp(a->registrations[i]->digest, digest, WT_SHA256_LEN) == 0)
			break;
	}
	return i;
}

bool wt_registration_licensed(const struct wt_appraisal *a, const char *licence, const char *zone)
{
	size_t i;

	for (i = 0; i < a->n_registrations; i++) {
		const struct wt_registration *reg = &a->registrations[i]->reg;

		if (strcmp(reg->licence, licence) == 0 && strcmp(reg->zone, zone) == 0)
			return true;
	}
	return false;
}

/* --- which one --------------------------------------------------------------------------------- */

static bool holds(const struct wt_appraisal *a, size_t i, int64_t at)
{
	const struct wt_registration *reg = &a->registrations[i]->reg;

	return at >= reg->not_before && at < reg->not_after &&
	       at < wt_notice_revoked(a, WT_NOTICE_REVOKE_REGISTRATION, reg->id);
}

/* The newest that holds then, or a->n_registrations. */
static size_t newest_at(const struct wt_appraisal *a, int64_t at)
{
	size_t i;

	for (i = a->n_registrations; i > 0; i--) {
		if (holds(a, i - 1, at))
			return i - 1;
	}
	return a->n_registrations;
}

static size_t choose(struct wt_appraisal *a, size_t named, int64_t at)
{
	size_t newest = newest_at(a, at), none = a->n_registrations;

	a->superseded = NULL;
	if (named == none)
		return newest < none ? newest : a->in_force;
	if (newest == none || newest == named)
		return named;
	if (!holds(a, named, at))
		a->superseded = "does not hold at that time";
	else if (newest > named && a->entered && a->in_force > named)
		a->superseded = "a newer one had replaced before";
	else if (newest > named && at >= a->registrations[newest]->reg.not_before + GRACE)
		a->superseded = "a newer one has replaced for more than a day";
	return a->superseded ? newest : named;
}

/* Whose certificate it names: of the chosen one, else of any. */
static size_t signer_of(const struct wt_appraisal *a, const struct wt_cose *cose)
{
	size_t i;

	if (!cose->has_x5t ||
	    memcmp(cose->x5t, a->registrations[a->chosen]->rig.x5t, WT_SHA256_LEN) == 0)
		return a->chosen;
	for (i = 0; i < a->n_registrations; i++) {
		if (memcmp(cose->x5t, a->registrations[i]->rig.x5t, WT_SHA256_LEN) == 0)
			return i;
	}
	return a->chosen;
}

void wt_renewal_choose(struct wt_appraisal *a, const struct wt_cose *cose,
		       const struct wt_attestation *att)
{
	size_t signing;

	if (!a->registered)
		return;
	a->chosen = choose(a, wt_registration_find(a, att->registration), att->iat);
	signing = signer_of(a, cose);
	if (signing == a->signing)
		return;
	a->registrations[a->signing]->rig = a->rig; /* what was found out about its path */
	a->rig = a->registrations[signing]->rig;
	a->signing = signing;
}

/* --- what goes on ------------------------------------------------------------------------------ */

struct carried wt_carried_of(const struct wt_appraisal *a, size_t i)
{
	const struct wt_reg_source *reg = &a->reg.sources[i];
	struct carried c = { .role = (uint8_t)reg->role,
			     .check = a->h.checks[i],
			     .raw_uj = a->h.raw_uj[i] };

	memcpy(c.chip, reg->chip, sizeof(c.chip));
	memcpy(c.parent, reg->parent, sizeof(c.parent));
	memcpy(c.attribute, reg->attribute, sizeof(c.attribute));
	memcpy(c.label, reg->label, sizeof(c.label));
	return c;
}

/* The new registration may say more of where it is. */
static bool same_place(const char *before, const char *now)
{
	return *before ? wt_match_place(before, now) : !*now;
}

static bool same_source(const struct carried *c, const struct wt_reg_source *reg)
{
	return strcmp(c->chip, reg->chip) == 0 && same_place(c->parent, reg->parent) &&
	       strcmp(c->attribute, reg->attribute) == 0 && strcmp(c->label, reg->label) == 0;
}

static const struct carried *find_carried(const struct carried *old, size_t n,
					  const struct wt_reg_source *reg)
{
	const struct carried *c;

	for (c = old; c < old + n; c++) {
		if (same_source(c, reg))
			return c;
	}
	return NULL;
}

/* Are those with that role the same ones? */
static bool same_role(const struct wt_appraisal *a, const struct carried *old, size_t n,
		      enum wt_role role)
{
	const struct carried *c;
	size_t i, before = 0, now = 0;

	for (i = 0; i < n; i++)
		before += old[i].role == role;
	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role != role)
			continue;
		c = find_carried(old, n, &a->reg.sources[i]);
		if (!c || c->role != role)
			return false;
		now++;
	}
	return now == before;
}

void wt_carry(struct wt_appraisal *a, const struct carried *old, size_t n,
	      const struct comparison *outputs)
{
	/* What was compared with other inputs says nothing about these. */
	bool comparable = same_role(a, old, n, WT_ROLE_INPUT);
	const struct carried *c;
	size_t i;

	if (comparable && same_role(a, old, n, WT_ROLE_OUTPUT))
		a->h.outputs = *outputs;
	else
		a->h.outputs = (struct comparison){ 0 };
	for (i = 0; i < a->reg.n_sources; i++) {
		c = find_carried(old, n, &a->reg.sources[i]);
		a->h.raw_uj[i] = c ? c->raw_uj : NO_READING;
		if (c && comparable && c->role == a->reg.sources[i].role)
			a->h.checks[i] = c->check;
	}
}

/* A line of the verdict goes on with what it is in the new registration. */
static void renew_source_tallies(struct wt_appraisal *a, const struct wt_registration *old)
{
	struct source_tally *tally;
	struct carried c;
	size_t i;

	for (tally = a->run.sources; tally < a->run.sources + a->run.n_sources; tally++) {
		if (tally->registered == UNREGISTERED)
			continue;
		c = (struct carried){ 0 };
		memcpy(c.chip, old->sources[tally->registered].chip, sizeof(c.chip));
		memcpy(c.parent, old->sources[tally->registered].parent, sizeof(c.parent));
		memcpy(c.attribute, old->sources[tally->registered].attribute, sizeof(c.attribute));
		memcpy(c.label, old->sources[tally->registered].label, sizeof(c.label));
		for (i = 0; i < a->reg.n_sources && !same_source(&c, &a->reg.sources[i]); i++)
			;
		tally->registered = i < a->reg.n_sources ? (int)i : UNREGISTERED;
		tally->summary.role = i < a->reg.n_sources ? a->reg.sources[i].role : 0;
		tally->expired = false;
	}
}

static bool same_device(const struct wt_reg_device *x, const struct wt_reg_device *y)
{
	return x->bus == y->bus && x->vid == y->vid && x->pid == y->pid &&
	       strcmp(x->serial, y->serial) == 0 && strcmp(x->path, y->path) == 0;
}

static void renew_device_tallies(struct wt_appraisal *a, const struct wt_registration *old)
{
	struct device_tally *tally;
	size_t i;

	for (tally = a->run.devices; tally < a->run.devices + a->run.n_devices; tally++) {
		if (tally->registered == UNREGISTERED)
			continue;
		for (i = 0; i < a->reg.n_devices &&
			    !same_device(&old->devices[tally->registered], &a->reg.devices[i]);
		     i++)
			;
		tally->registered = i < a->reg.n_devices ? (int)i : UNREGISTERED;
		tally->summary.registered = tally->registered != UNREGISTERED;
	}
}

/* What is there, by the new registration. */
static int match_anew(struct wt_appraisal *a)
{
	size_t i;
	int r = 0;

	for (i = 0; i < a->h.n_sources; i++)
		a->h.sources[i].registered = UNREGISTERED;
	for (i = 0; i < a->h.n_devices; i++)
		a->h.devices[i].registered = UNREGISTERED;
	for (i = 0; r == 0 && i < a->h.n_sources; i++)
		r = wt_source_renew(a, &a->h.sources[i]);
	for (i = 0; r == 0 && i < a->h.n_devices; i++)
		r = wt_device_renew(a, &a->h.devices[i]);
	return r;
}

/* From when on each is looked for: those that are new, from now on. */
static void make_due(const struct wt_appraisal *a, const struct carried *old, size_t n,
		     uint64_t *ret_due)
{
	const struct carried *c;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		c = find_carried(old, n, &a->reg.sources[i]);
		ret_due[i] = c && c->role == a->reg.sources[i].role ? a->run.due_ns[c - old]
								    : a->run.covered_ns;
	}
}

static int make_room(struct wt_appraisal *a, const struct carried *old, size_t n_old)
{
	size_t n = a->reg.n_sources ? a->reg.n_sources : 1;
	uint64_t *due_ns = calloc(n, sizeof(*due_ns));

	if (due_ns)
		make_due(a, old, n_old, due_ns);
	free(a->meters);
	free(a->h.checks);
	free(a->h.raw_uj);
	free(a->run.due_ns);
	a->meters = calloc(n, sizeof(*a->meters));
	a->h.checks = calloc(n, sizeof(*a->h.checks));
	a->h.raw_uj = calloc(n, sizeof(*a->h.raw_uj));
	a->run.due_ns = due_ns;
	if (a->meters && a->h.checks && a->h.raw_uj && due_ns)
		return 0;
	a->reg.n_sources = 0;
	return -ENOMEM;
}

static int enter(struct wt_appraisal *a, const struct carried *old, size_t n_old)
{
	const struct wt_registration before = a->reg;
	int r;

	a->reg = a->registrations[a->chosen]->reg;
	a->in_force = a->chosen;
	r = make_room(a, old, n_old);
	if (r < 0)
		return r;
	wt_source_clear_meters(a);
	wt_carry(a, old, n_old, &a->h.outputs);
	renew_source_tallies(a, &before);
	renew_device_tallies(a, &before);
	return match_anew(a);
}

int wt_renewal_enter(struct wt_appraisal *a)
{
	size_t i, n = a->meters ? a->reg.n_sources : 0;
	struct carried *old;
	int r;

	if (a->meters && a->in_force == a->chosen)
		return 0;
	old = calloc(n + 1, sizeof(*old));
	if (!old)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		old[i] = wt_carried_of(a, i);
	r = enter(a, old, n);
	free(old);
	return r;
}
