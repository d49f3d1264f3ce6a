// SPDX-License-Identifier: Apache-2.0
/*
 * Honest evidence, edited and signed anew, judged: what must hold of every verdict, whatever was signed.
 *
 * An input says which rig, what is left unrepaired, and edits (forgery.c). The security of it: nobody but an authority
 * raises what was bought; and with a TPM and the kernel's keys, evidence whose records were edited is never affirmed
 * with less energy than the kernel measured.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "tests/fuzz/signed/forgery.h"
#include "tests/fuzz/targets/targets.h"

static void init(void)
{
	(void)world(WORLD_FILE);
	(void)world(WORLD_TPM);
}

/* --- judging --------------------------------------------------------------------------------------- */

struct sums {
	struct wt_energy charged, debited;
	bool past; /* more than 64 bits hold */
};

static bool in_order(const struct wt_energy *e)
{
	return e->low <= e->best && e->best <= e->high;
}

static void add(struct sums *sums, struct wt_energy *to, const struct wt_energy *e)
{
	if (__builtin_add_overflow(to->low, e->low, &to->low) |
	    __builtin_add_overflow(to->best, e->best, &to->best) |
	    __builtin_add_overflow(to->high, e->high, &to->high))
		sums->past = true;
}

static void on_charge(const struct wt_charge *charge, void *user)
{
	struct sums *sums = user;

	FUZZ_CHECK(charge->from_ns <= charge->to_ns);
	FUZZ_CHECK(!charge->substituted.high == !charge->why);
	FUZZ_CHECK(in_order(&charge->measured) && in_order(&charge->substituted));
	add(sums, &sums->charged, &charge->measured);
	add(sums, &sums->charged, &charge->substituted);
}

static void on_debit(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		     const struct wt_energy *energy, void *user)
{
	struct sums *sums = user;

	(void)account;
	FUZZ_CHECK(
		from_ns <=
		to_ns); /* in an account that is nearly spent, of low there is more left than of high */
	add(sums, &sums->debited, energy);
}

static const struct wt_reason *reason_of(const char *code)
{
	const struct wt_reason *all;
	size_t n, i;

	all = wt_reasons(&n);
	for (i = 0; i < n; i++)
		if (strcmp(all[i].code, code) == 0)
			return &all[i];
	return NULL;
}

static void check_outcomes(const struct wt_verdict *v)
{
	enum wt_tier worst = WT_NONE;
	enum wt_check i;

	for (i = 0; i < WT_CHECKS; i++) {
		const struct wt_outcome *o = &v->checks[i];
		const struct wt_reason *reason = reason_of(o->code);

		FUZZ_CHECK(memchr(o->reason, '\0', sizeof(o->reason)) && o->reason[0]);
		if (o->tier == WT_AFFIRMING)
			FUZZ_CHECK(strcmp(o->code, "ok") == 0);
		else if (!reason)
			FUZZ_CHECK(o->tier == WT_NONE && strcmp(o->code, "none") == 0);
		else
			FUZZ_CHECK(reason->check == i && reason->tier == o->tier);
		if (o->tier > worst)
			worst = o->tier;
	}
	FUZZ_CHECK(v->tier == worst || v->tier == WT_NONE);
	FUZZ_CHECK(v->tier != WT_NONE || worst != WT_CONTRAINDICATED);
	FUZZ_CHECK(wt_verdict_exit(v) >= 0 && wt_verdict_exit(v) <= 3);
}

/* Everything that was charged was debited from an account or is over. */
static void check_ledger(const struct wt_ledger *ledger, const struct wt_verdict *v)
{
	struct wt_energy sum = ledger->over;
	uint64_t bought = 0;
	size_t i;

	for (i = 0; i < ledger->n; i++) {
		const struct wt_account *account = &ledger->accounts[i];

		FUZZ_CHECK(account->used.low <= account->energy_uj &&
			   account->used.best <= account->energy_uj &&
			   account->used.high <= account->energy_uj);
		sum.low += account->used.low;
		sum.best += account->used.best;
		sum.high += account->used.high;
		bought += account->energy_uj;
	}
	FUZZ_CHECK(!wt_energy_differs(&sum, &ledger->charged));
	if (v->attestations == 0) /* then nothing is said of energy */
		return;
	FUZZ_CHECK(!wt_energy_differs(&v->chargeable, &ledger->charged));
	FUZZ_CHECK(v->bought_uj <= bought && v->left_uj <= v->bought_uj);
}

static void check_verdict(const struct wt_appraisal *a, const struct wt_verdict *v,
			  const struct sums *sums, bool from_the_beginning)
{
	check_outcomes(v);
	FUZZ_CHECK(in_order(&v->chargeable));
	FUZZ_CHECK(v->assurance <= 3 && memchr(v->assurance_missing, '\0', 128));
	check_ledger(wt_appraisal_ledger(a), v);
	if (from_the_beginning && !sums->past)
		FUZZ_CHECK(!wt_energy_differs(&sums->charged, &v->chargeable));
}

/* All of a verdict, as text. */
static char *text_of(const struct wt_verdict *v)
{
	struct json_object *o = wt_verdict_json(v);
	char *text = o ? strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN)) : NULL;

	json_object_put(o);
	if (!text)
		fuzz_need(-ENOMEM, "write a verdict");
	return text;
}

struct judged {
	struct wt_verdict v;
	struct wt_buf state; /* empty: nothing was accepted */
	char *text;
};

static void give_objects(struct forgery *f, struct wt_appraisal *a)
{
	struct wt_err err = { "" };
	size_t i;
	int r = 0;

	for (i = 0; i < f->w->n_objects; i++) {
		struct wt_span cose = wt_buf_span(&f->objects[i]);

		switch (f->w->objects[i].typ) {
		case WT_TYP_REGISTRATION:
			r = wt_appraisal_registration(a, cose, "reg.cose", &err);
			break;
		case WT_TYP_GRANT:
			r = wt_appraisal_grant(a, cose, "grant.cose", &err);
			break;
		case WT_TYP_ALLOTMENT:
			r = wt_appraisal_allotment(a, cose, "share.cose", &err);
			break;
		default:
			r = wt_appraisal_notice(a, cose, "notice.cose", &err);
		}
		FUZZ_CHECK(r == 0 || r == 1);
		FUZZ_CHECK(r == 1 || f->by[i] != f->w->objects[i].by || f->n_edits);
	}
}

/* Attestations [first, until), over the state before them. */
static struct judged judge(struct forgery *f, size_t first, size_t until,
			   const struct wt_buf *state)
{
	struct wt_appraisal_options options = { .now = (int64_t)(f->w->rig.realtime_ns / RIG_S) };
	struct judged ret = { 0 };
	struct wt_appraisal *a;
	struct sums sums = { 0 };
	struct wt_observer observer = { on_charge, on_debit, &sums };
	struct wt_err err = { "" };
	size_t i;
	int r;

	fuzz_need(wt_appraisal_new(f->w->rig.trust, &options, &a, &err), "judge");
	wt_appraisal_observe(a, &observer);
	give_objects(f, a);
	if (state && state->n)
		FUZZ_CHECK(wt_appraisal_state_load(a, wt_buf_span(state), &err) == 0);
	for (i = first; i < until; i++) {
		r = wt_appraisal_feed(a, wt_buf_span(&f->signed_atts[i]), "att.cose", &err);
		FUZZ_CHECK(r == 0 || r == 1);
	}
	FUZZ_CHECK(wt_appraisal_finish(a, &ret.v, &err) == 0);
	check_verdict(a, &ret.v, &sums, !state);
	ret.text = text_of(&ret.v);
	r = wt_appraisal_state_save(a, &ret.state, &err);
	FUZZ_CHECK(r == 0 || (r == -ENODATA && !ret.state.n));
	wt_appraisal_free(a);
	return ret;
}

static void judged_clear(struct judged *judged)
{
	wt_verdict_clear(&judged->v);
	wt_buf_free(&judged->state);
	free(judged->text);
}

static bool same_state(const struct judged *a, const struct judged *b)
{
	return wt_span_equal(wt_buf_span(&a->state), wt_buf_span(&b->state));
}

/* --- what must hold -------------------------------------------------------------------------------- */

static void check_again(struct forgery *f, const struct judged *once)
{
	struct judged twice = judge(f, 0, f->n_atts, NULL);

	FUZZ_CHECK(strcmp(once->text, twice.text) == 0);
	FUZZ_CHECK(same_state(once, &twice));
	judged_clear(&twice);
}

/* Judged in two runs, it ends the same. */
static void check_pieces(struct forgery *f, const struct judged *whole, size_t at)
{
	struct judged before = judge(f, 0, at, NULL), after;

	after = judge(f, at, f->n_atts, &before.state);
	if (after.v.attestations == 0)
		goto out; /* a state alone is no verdict */
	FUZZ_CHECK(same_state(whole, &after));
	FUZZ_CHECK(!wt_energy_differs(&whole->v.chargeable, &after.v.chargeable));
	FUZZ_CHECK(whole->v.allocation == after.v.allocation);
	FUZZ_CHECK(whole->v.left_uj == after.v.left_uj);
	FUZZ_CHECK(whole->v.tier != WT_CONTRAINDICATED || before.v.tier == WT_CONTRAINDICATED ||
		   after.v.tier == WT_CONTRAINDICATED);
out:
	judged_clear(&before);
	judged_clear(&after);
}

/*
 * What the kernel had measured two attestations before the last one that was accepted: the newest windows' keys are
 * disclosed and their steps quoted only then.
 */
static void check_security(const struct forgery *f, const struct judged *judged)
{
	const struct wt_verdict *v = &judged->v;
	const struct world *w = f->w;

	if (f->authority)
		return;
	FUZZ_CHECK(v->bought_uj <= w->bought_uj);
	if (!w->rig.tpm.there)
		FUZZ_CHECK(v->assurance == 0);
	else if (v->tier <= WT_AFFIRMING && v->assurance >= 1 && v->last_seq >= 3)
		FUZZ_CHECK(v->last_seq <= WORLD_ATTS &&
			   v->chargeable.high >= w->charged[v->last_seq - 3].low);
}

static void signed_run(struct wt_span in)
{
	struct forgery *f = malloc(sizeof(*f));
	struct judged judged;
	unsigned int how = in.n ? in.p[0] / WORLDS : 0;

	if (!f)
		fuzz_need(-ENOMEM, "forge");
	forgery_make(f, in);
	forgery_sign(f);
	if (f->usable) {
		judged = judge(f, 0, f->n_atts, NULL);
		check_security(f, &judged);
		if (how & 1)
			check_again(f, &judged);
		else
			check_pieces(f, &judged, how / 2 % (f->n_atts + 1));
		judged_clear(&judged);
	}
	forgery_clear(f);
	free(f);
}

/* Each kind of edit, on each rig. */
static void signed_seed(void)
{
	uint8_t in[24];
	unsigned int which, op, kind, at;

	for (which = 0; which < WORLDS; which++)
		for (op = 0; op < 8; op++)
			for (kind = 0; kind < 14; kind++) {
				memset(in, 0, sizeof(in));
				in[0] = (uint8_t)(which + WORLDS * (op + kind));
				in[2] = (uint8_t)op;
				in[3] = (uint8_t)(kind + op); /* attestation */
				at = op == 7 ? 4 : op == 6 ? 4 : op == 5 ? 4 : op == 4 ? 5 : 6;
				in[4] = (uint8_t)(op < 5 ? kind : 0);
				in[5] = (uint8_t)kind;
				in[at] = (uint8_t)kind;
				in[at + 1] = (uint8_t)(8 * (2 + kind));
				in[at + 3] = 1;
				fuzz_seed(wt_span(in, sizeof(in)));
			}
}

const struct fuzz_target fuzz_signed = { "signed", init, signed_run, signed_seed, 15 };
