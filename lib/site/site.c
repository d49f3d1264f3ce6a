// SPDX-License-Identifier: Apache-2.0
/* The site's life: made, given objects and attestations, concluded, freed. */
#include "lib/site/private.h"

#include <search.h>

#include "lib/result.h"

int wt_site_new(struct wt_trust *trust, const struct wt_appraisal_options *options,
		struct wt_site **ret, struct wt_err *err)
{
	struct wt_site *site = calloc(1, sizeof(*site));
	int r;

	if (!site)
		return wt_fail(err, ENOMEM, "no memory for a site");
	site->trust = trust;
	site->options = *options;
	pthread_mutex_init(&site->lock, NULL);
	r = wt_appraisal_new(trust, options, &site->desk, err);
	if (r < 0) {
		wt_site_free(site);
		return r;
	}
	if (options->nonce.p) {
		memcpy(site->nonce, options->nonce.p, options->nonce.n);
		site->options.nonce.p = site->nonce;
	}
	*ret = site;
	return 0;
}

static void forget_nothing(void *node)
{
	(void)node; /* rigs are freed by their array */
}

void wt_site_free(struct wt_site *site)
{
	size_t i;

	if (!site)
		return;
	tdestroy(site->table, forget_nothing);
	for (i = 0; i < site->n_rigs; i++)
		wt_site_rig_free(site->rigs[i]);
	for (i = 0; i < site->n_objects; i++)
		wt_site_object_free(site->objects[i]);
	for (i = 0; i < site->n_refusals; i++) {
		free(site->refusals[i].name);
		free(site->refusals[i].why);
	}
	free(site->rigs);
	free(site->objects);
	free(site->by_id);
	free(site->refusals);
	wt_appraisal_free(site->desk);
	pthread_mutex_destroy(&site->lock);
	free(site);
}

/* --- attestations ----------------------------------------------------------------------------- */

static int by_grant(const void *a, const void *b)
{
	return memcmp(((const struct wt_att_grant *)a)->id, ((const struct wt_att_grant *)b)->id,
		      WT_ID_LEN);
}

/* Rigs name the same grants from one attestation to the next: only what is new is added. */
static int note_spent(struct rig *rig, struct wt_err *err)
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
	for (i = 0; i < n; i++) {
		if (!bsearch(&names[i], spent, known, sizeof(*spent), by_grant))
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

/* Whose it says it is, and under which registration it was made. */
static int read_attestation(struct wt_span bytes, uint8_t ret_ueid[WT_UEID_LEN],
			    uint8_t ret_registration[WT_SHA256_LEN], struct wt_err *err)
{
	struct wt_attestation att;
	struct wt_cose cose;
	int r;

	r = wt_cose_decode(bytes, &cose, err);
	if (r == 0 && cose.typ != WT_TYP_ATTESTATION)
		r = wt_fail(err, EBADMSG, "it is of type %s, not an attestation",
			    cose.typ ? wt_typ_name(cose.typ) : "nothing known");
	if (r == 0)
		r = wt_attestation_decode(cose.payload, &att, err);
	if (r < 0)
		return r;
	memcpy(ret_ueid, att.ueid, WT_UEID_LEN);
	memcpy(ret_registration, att.registration, WT_SHA256_LEN);
	wt_attestation_clear(&att);
	return 0;
}

static struct rig *rig_of(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN])
{
	struct rig *rig;

	pthread_mutex_lock(&site->lock);
	rig = wt_site_rig(site, ueid, true);
	pthread_mutex_unlock(&site->lock);
	return rig;
}

static int feed(struct rig *rig, struct wt_span cose, const char *name, struct wt_err *err)
{
	int r = wt_appraisal_feed(rig->appraisal, cose, name, err);

	rig->given = true;
	if (r > 0 && note_spent(rig, err) < 0)
		return -ENOMEM;
	return r;
}

int wt_site_attestation(struct wt_site *site, struct wt_span cose, const char *name,
			struct wt_err *err)
{
	uint8_t ueid[WT_UEID_LEN], registration[WT_SHA256_LEN];
	struct wt_err own;
	struct rig *rig;
	int r;

	err = err ? err : &own;
	r = wt_site_ready(site, err);
	if (r < 0)
		return r;
	r = read_attestation(cose, ueid, registration, err);
	if (r < 0)
		return r == -EBADMSG ? unreadable(site, name, err) : r;
	rig = rig_of(site, ueid);
	if (!rig)
		return wt_fail(err, ENOMEM, "no memory for a rig");
	if (!rig->appraisal) {
		r = wt_site_rig_begin(site, rig, registration, err);
		if (r < 0)
			return r;
	}
	return feed(rig, cose, name, err);
}

int wt_site_attestation_of(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN],
			   struct wt_span cose, const char *name, struct wt_err *err)
{
	struct rig *rig = site->dealt ? rig_of(site, ueid) : NULL;
	struct wt_err own;

	/* Its first one tells the registration too. */
	if (!rig || !rig->appraisal)
		return wt_site_attestation(site, cose, name, err);
	return feed(rig, cose, name, err ? err : &own);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct rig *x = *(struct rig *const *)a, *y = *(struct rig *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : memcmp(x->ueid, y->ueid, WT_UEID_LEN);
}

static bool has_registration(const struct rig *rig)
{
	return rig->n_dealt > 0 && rig->dealt[0].object->typ == WT_TYP_REGISTRATION;
}

/* Registered or heard of in this run; the others are only in the state. */
static bool is_here(const struct rig *rig)
{
	return rig->given || has_registration(rig);
}

/* Registered rigs that sent nothing are judged too: by what they were given. */
static int judge_rigs(struct wt_site *site, struct wt_err *err)
{
	struct rig *rig;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < site->n_rigs; i++) {
		rig = site->rigs[i];
		if (!is_here(rig))
			continue;
		if (!rig->appraisal)
			r = wt_site_rig_begin(site, rig, NULL, err);
		if (r == 0)
			r = wt_appraisal_finish(rig->appraisal, &rig->verdict, err);
	}
	if (r == 0 && site->n_rigs > 0)
		qsort(site->rigs, site->n_rigs, sizeof(struct rig *), by_name);
	return r;
}

/* Everything that was dealt to the rig, and who is trusted. */
static int ground(const struct rig *rig, uint8_t (*anchors)[WT_SHA256_LEN], size_t n_anchors,
		  struct wt_site_ground *ret)
{
	uint8_t(*digests)[WT_SHA256_LEN] = calloc(rig->n_dealt + n_anchors + 1, sizeof(*digests));
	size_t i, n = 0;

	if (!digests)
		return -ENOMEM;
	for (i = 0; i < rig->n_dealt; i++) {
		const struct object *object = rig->dealt[i].object;

		if (object->typ != WT_TYP_REGISTRATION || object == rig->registration)
			memcpy(digests[n++], object->digest, WT_SHA256_LEN);
	}
	for (i = 0; i < n_anchors; i++)
		memcpy(digests[n++], anchors[i], WT_SHA256_LEN);
	wt_policy_digest(digests, n, ret->policy);
	free(digests);
	wt_appraisal_newest(rig->appraisal, ret->last_digest);
	return 0;
}

/* Hands the rigs' verdicts over, in the order of their names. */
static int take_verdicts(struct wt_site *site, struct wt_site_verdict *v, struct wt_err *err)
{
	uint8_t(*anchors)[WT_SHA256_LEN] = NULL;
	size_t n_anchors = 0, i;
	struct rig *rig;
	int r;

	v->rigs = calloc(site->n_rigs + 1, sizeof(*v->rigs));
	v->grounds = calloc(site->n_rigs + 1, sizeof(*v->grounds));
	r = v->rigs && v->grounds ? wt_trust_digests(site->trust, &anchors, &n_anchors) : -ENOMEM;
	for (i = 0; r == 0 && i < site->n_rigs; i++) {
		rig = site->rigs[i];
		if (!is_here(rig))
			continue;
		r = ground(rig, anchors, n_anchors, &v->grounds[v->n_rigs]);
		if (r < 0)
			break;
		v->rigs[v->n_rigs++] = rig->verdict; /* transferred */
		rig->verdict = (struct wt_verdict){ 0 };
	}
	free(anchors);
	return r < 0 ? wt_fail(err, ENOMEM, "no memory for a verdict") : 0;
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
