// SPDX-License-Identifier: Apache-2.0
/* The site's life: made, given objects and attestations, concluded, freed. */
#include "lib/site/private.h"

#include <search.h>

int wt_site_new(struct wt_trust *trust, const struct wt_appraisal_options *options,
		struct wt_site **ret, struct wt_err *err)
{
	struct wt_site *site = calloc(1, sizeof(*site));
	struct wt_appraisal *desk;
	int r;

	if (!site)
		return wt_fail(err, ENOMEM, "no memory for a site");
	/* What no appraisal takes is said at once. */
	r = wt_appraisal_new(trust, options, &desk, err);
	if (r < 0) {
		free(site);
		return r;
	}
	wt_appraisal_free(desk);
	site->trust = trust;
	site->options = *options;
	pthread_mutex_init(&site->lock, NULL);
	if (options->nonce.p) {
		memcpy(site->nonce, options->nonce.p, options->nonce.n);
		site->options.nonce.p = site->nonce;
	}
	*ret = site;
	return 0;
}

void wt_site_no_state(struct wt_site *site)
{
	site->no_state = true;
}

static void forget_nothing(void *node)
{
	(void)node; /* is freed with its array or the arena */
}

void wt_site_free(struct wt_site *site)
{
	size_t i;

	if (!site)
		return;
	tdestroy(site->table, forget_nothing);
	tdestroy(site->terms, forget_nothing);
	for (i = 0; i < site->n_rigs; i++)
		wt_site_rig_free(site->rigs[i]);
	for (i = 0; i < site->n_desks; i++)
		wt_appraisal_free(site->desks[i]);
	for (i = 0; i < site->n_unread; i++) {
		free(site->unread[i].name);
		free(site->unread[i].why);
	}
	for (i = 0; i < site->n_refusals; i++) {
		free(site->refusals[i].name);
		free(site->refusals[i].why);
	}
	free(site->rigs);
	free(site->desks);
	free(site->anchors);
	free(site->unread);
	free(site->signers);
	free(site->objects);
	free(site->by_id);
	free(site->refusals);
	wt_arena_clear(&site->arena);
	pthread_mutex_destroy(&site->lock);
	free(site);
}

/* --- attestations ----------------------------------------------------------------------------- */

static int by_grant(const void *a, const void *b)
{
	return memcmp(((const struct wt_att_grant *)a)->id, ((const struct wt_att_grant *)b)->id,
		      WT_ID_LEN);
}

/* Shares are the rig's own: only of a grant to a rig can it be another's. */
static bool is_to_a_rig(const struct wt_site *site, const uint8_t id[WT_ID_LEN])
{
	const struct object *grant = wt_site_object_find(site, WT_TYP_GRANT, id);

	return grant && !grant->to_site;
}

/* Rigs name the same grants from one attestation to the next: only what is new is added. */
static int note_spent(const struct wt_site *site, struct rig *rig, struct wt_err *err)
{
	size_t n, i, known = rig->n_spent;
	const struct wt_att_grant *names = wt_appraisal_spends(rig->appraisal, &n);
	struct wt_att_grant *spends, *spent;

	if (n == rig->n_spends && (n == 0 || memcmp(names, rig->spends, n * sizeof(*names)) == 0))
		return 0;
	spends = reallocarray(rig->spends, n + 1, sizeof(*spends));
	if (spends)
		rig->spends = spends;
	spent = reallocarray(rig->spent, known + n + 1, sizeof(*spent));
	if (spent)
		rig->spent = spent;
	if (!spends || !spent)
		return wt_fail(err, ENOMEM, "no memory for what a rig spends");
	if (n > 0)
		memcpy(spends, names, n * sizeof(*names));
	rig->n_spends = n;
	rig->spending |= n > 0;
	for (i = 0; i < n; i++) {
		if (is_to_a_rig(site, names[i].id) &&
		    !bsearch(&names[i], spent, known, sizeof(*spent), by_grant))
			spent[rig->n_spent++] = names[i];
	}
	qsort(spent, rig->n_spent, sizeof(*spent), by_grant);
	return 0;
}

/* What cannot be read is of no rig that anybody could tell. */
static int unreadable(struct wt_site *site, const char *name, struct wt_err *err)
{
	int r;

	pthread_mutex_lock(&site->lock);
	r = wt_site_refuse(site, name, err->msg);
	pthread_mutex_unlock(&site->lock);
	return r < 0 ? wt_fail(err, ENOMEM, "no memory for an attestation") : 0;
}

static int read_attestation(struct wt_span bytes, struct wt_cose *ret_cose,
			    struct wt_attestation *ret, struct wt_err *err)
{
	int r = wt_cose_decode(bytes, ret_cose, err);

	if (r == 0 && ret_cose->typ != WT_TYP_ATTESTATION)
		r = wt_fail(err, EBADMSG, "it is of type %s, not an attestation",
			    ret_cose->typ ? wt_typ_name(ret_cose->typ) : "nothing known");
	return r < 0 ? r : wt_attestation_decode(ret_cose->payload, ret, err);
}

static struct rig *rig_of(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN])
{
	struct rig *rig;

	pthread_mutex_lock(&site->lock);
	rig = wt_site_rig(site, ueid, true);
	pthread_mutex_unlock(&site->lock);
	return rig;
}

static int feed(struct wt_site *site, struct wt_span bytes, const struct wt_cose *cose,
		const struct wt_attestation *att, const char *name, struct wt_err *err)
{
	struct rig *rig = rig_of(site, att->ueid);
	int r = 0;

	if (!rig)
		return wt_fail(err, ENOMEM, "no memory for a rig");
	if (rig->done)
		return wt_fail(err, EINVAL, "%s was judged already", rig->name);
	if (!rig->appraisal)
		r = wt_site_rig_begin(site, rig, err);
	if (r < 0)
		return r;
	/* What follows it is found by who is given the bytes. */
	r = cose->whole.n == bytes.n ? wt_appraisal_take_attestation(rig->appraisal, cose, att, err)
				     : wt_appraisal_feed(rig->appraisal, bytes, name, err);
	rig->given = true;
	if (r > 0 && note_spent(site, rig, err) < 0)
		return -ENOMEM;
	return r;
}

int wt_site_attestation_readable(struct wt_site *site, struct wt_span bytes, const char *name,
				 struct wt_err *err)
{
	struct wt_attestation att;
	struct wt_cose cose;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = wt_site_ready(site, err);
	if (r < 0)
		return r;
	r = read_attestation(bytes, &cose, &att, err);
	if (r < 0)
		return r == -EBADMSG ? -ENOMSG : r;
	r = feed(site, bytes, &cose, &att, name, err);
	wt_attestation_clear(&att);
	return r;
}

int wt_site_attestation(struct wt_site *site, struct wt_span bytes, const char *name,
			struct wt_err *err)
{
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = wt_site_attestation_readable(site, bytes, name, err);
	return r == -ENOMSG ? unreadable(site, name, err) : r;
}

int wt_site_rig_done(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN], struct wt_err *err)
{
	struct wt_err own = { 0 };
	struct rig *rig;
	int r;

	err = err ? err : &own;
	r = wt_site_ready(site, err);
	if (r < 0)
		return r;
	pthread_mutex_lock(&site->lock);
	rig = wt_site_rig(site, ueid, false);
	pthread_mutex_unlock(&site->lock);
	return rig ? wt_site_rig_conclude(site, rig, err) : 0;
}

/* --- the verdict ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct rig *x = *(struct rig *const *)a, *y = *(struct rig *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : memcmp(x->ueid, y->ueid, WT_UEID_LEN);
}

/* Registered rigs that sent nothing are judged too: by what they were given. */
static int judge_rigs(struct wt_site *site, struct wt_err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < site->n_rigs; i++)
		r = wt_site_rig_conclude(site, site->rigs[i], err);
	if (r == 0 && site->n_rigs > 0)
		qsort(site->rigs, site->n_rigs, sizeof(struct rig *), by_name);
	return r;
}

/* Hands the rigs' verdicts over, in the order of their names. */
static int take_verdicts(struct wt_site *site, struct wt_site_verdict *v, struct wt_err *err)
{
	struct rig *rig;
	size_t i;

	v->rigs = calloc(site->n_rigs + 1, sizeof(*v->rigs));
	v->grounds = calloc(site->n_rigs + 1, sizeof(*v->grounds));
	if (!v->rigs || !v->grounds)
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	for (i = 0; i < site->n_rigs; i++) {
		rig = site->rigs[i];
		if (!rig->done)
			continue;
		v->grounds[v->n_rigs] = rig->ground;
		v->rigs[v->n_rigs++] = rig->verdict; /* transferred */
		rig->verdict = (struct wt_verdict){ 0 };
	}
	return 0;
}

/* The worst of the site's checks and of the rigs; without evidence only what is wrong counts. */
static enum wt_tier worst(const struct wt_site_verdict *v)
{
	enum wt_tier tier = WT_NONE;
	bool evidence = false;
	size_t i;

	for (i = 0; i < WT_SITE_CHECKS; i++)
		tier = v->checks[i].tier > tier ? v->checks[i].tier : tier;
	for (i = 0; i < v->n_rigs; i++) {
		tier = v->rigs[i].tier > tier ? v->rigs[i].tier : tier;
		evidence |= v->rigs[i].tier != WT_NONE;
	}
	return evidence || tier == WT_CONTRAINDICATED ? tier : WT_NONE;
}

int wt_site_finish(struct wt_site *site, struct wt_site_verdict *ret, struct wt_err *err)
{
	struct wt_site_verdict v = { 0 };
	int r;

	r = wt_site_ready(site, err);
	if (r == 0)
		r = judge_rigs(site, err);
	if (r < 0)
		return r;
	memcpy(v.checks, site->found, sizeof(v.checks));
	r = wt_site_check_objects(site, v.checks, err);
	if (r == 0)
		r = wt_site_check_allotments(site, v.checks, err);
	if (r == 0)
		r = wt_site_check_devices(site, v.checks, err);
	if (r == 0) {
		wt_site_check_grants(site, v.checks);
		wt_site_check_rigs(site, v.checks);
		wt_site_check_energy(site, v.checks, &v);
		r = take_verdicts(site, &v, err);
	}
	if (r < 0) {
		wt_site_verdict_clear(&v);
		return r;
	}
	v.tier = worst(&v);
	*ret = v;
	return 0;
}

void wt_site_verdict_clear(struct wt_site_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n_rigs; i++)
		wt_verdict_clear(&v->rigs[i]);
	free(v->rigs);
	free(v->grounds);
	*v = (struct wt_site_verdict){ 0 };
}

int wt_site_verdict_exit(const struct wt_site_verdict *v)
{
	return wt_verdict_exit(&(struct wt_verdict){ .tier = v->tier });
}
