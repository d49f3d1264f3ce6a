// SPDX-License-Identifier: Apache-2.0
/*
 * Sources against each other. Over blocks of ten minutes a check must agree with the inputs within
 * twice the sum of both classes, and the outputs together may not exceed the inputs by more. Inputs
 * that count exactly alike while the power changes are one source in two clothes. A power that
 * never changes in its last bit is stuck.
 *
 * Only windows in which both sides were measured without a break are compared. At each end of such
 * a stretch a sample falls into one window here and into the next there: that much time is allowed
 * for.
 */
#include "lib/appraisal/private.h"

#include <stdio.h>

#define BLOCK (600 * NS_PER_S)
#define FROZEN (600 * NS_PER_S)
#define TWIN_WINDOWS 5
#define MILLION 1000000u

static uint64_t ends(const struct wt_appraisal *a)
{
	return 2 * (a->h.sample_ns && a->h.sample_ns < BLOCK ? a->h.sample_ns : NS_PER_S);
}

static bool steady(const struct wt_appraisal *a, size_t i, uint64_t span_ns)
{
	return a->meters[i].steady && a->meters[i].covered_ns >= span_ns;
}

/* All inputs together. Returns false when one of them had a break, or there is none. */
static bool sum_inputs(const struct wt_appraisal *a, uint64_t span_ns, uint64_t *ret_uj,
		       uint32_t *ret_class_ppm)
{
	uint64_t sum = 0;
	uint32_t class_ppm = 0;
	bool any = false;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role != WT_ROLE_INPUT)
			continue;
		if (!steady(a, i, span_ns))
			return false;
		any = true;
		sum = plus(sum, a->meters[i].energy_uj);
		if (a->reg.sources[i].class_ppm > class_ppm)
			class_ppm = a->reg.sources[i].class_ppm;
	}
	*ret_uj = sum;
	*ret_class_ppm = class_ppm;
	return any;
}

static void interrupt(const struct wt_appraisal *a, struct comparison *c)
{
	if (c->time_ns > 0)
		c->slack_ns = plus(c->slack_ns, ends(a));
}

/* Adds a window. When a block is full: how much own may differ from the inputs, and true. */
static bool add(const struct wt_appraisal *a, struct comparison *c, uint64_t span_ns,
		uint64_t own_uj, uint64_t input_uj, uint64_t class_ppm, uint64_t *ret_allowed_uj)
{
	if (c->time_ns == 0)
		c->slack_ns = ends(a);
	c->time_ns = plus(c->time_ns, span_ns);
	c->own_uj = plus(c->own_uj, own_uj);
	c->input_uj = plus(c->input_uj, input_uj);
	if (c->time_ns < BLOCK)
		return false;
	*ret_allowed_uj = plus(scale(c->input_uj, 2 * class_ppm, MILLION),
			       scale(c->input_uj, c->slack_ns, c->time_ns));
	return true;
}

static void find_contradiction(struct wt_appraisal *a, const struct comparison *c, const char *what)
{
	char own[WT_FORMAT_LEN], input[WT_FORMAT_LEN], text[WT_FORMAT_LEN];

	wt_find(&a->found, WT_SOURCE_CONTRADICTED,
		"%.120s counted %s while the inputs counted %s, over %s", what,
		wt_format_energy(c->own_uj, own), wt_format_energy(c->input_uj, input),
		wt_format_duration(c->time_ns / NS_PER_S, text));
}

static void compare_check(struct wt_appraisal *a, size_t i, uint64_t span_ns, uint64_t input_uj,
			  uint32_t class_ppm)
{
	const struct wt_reg_source *reg = &a->reg.sources[i];
	struct comparison *c = &a->h.checks[i];
	uint64_t allowed;
	char name[136];

	if (!steady(a, i, span_ns)) {
		interrupt(a, c);
		return;
	}
	if (!add(a, c, span_ns, a->meters[i].energy_uj, input_uj,
		 (uint64_t)reg->class_ppm + class_ppm, &allowed))
		return;
	if (minus(c->own_uj, c->input_uj) > allowed || minus(c->input_uj, c->own_uj) > allowed) {
		wt_source_name(reg->chip, reg->parent, reg->attribute, reg->label, name,
			       sizeof(name));
		find_contradiction(a, c, name);
	}
	*c = (struct comparison){ 0 };
}

/* Outputs with a break are left out: the others must be contained all the more. */
static void compare_outputs(struct wt_appraisal *a, uint64_t span_ns, uint64_t input_uj,
			    uint32_t class_ppm)
{
	struct comparison *c = &a->h.outputs;
	uint64_t sum = 0, allowed;
	uint32_t output_ppm = 0;
	bool any = false;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role != WT_ROLE_OUTPUT || !steady(a, i, span_ns))
			continue;
		any = true;
		sum = plus(sum, a->meters[i].energy_uj);
		if (a->reg.sources[i].class_ppm > output_ppm)
			output_ppm = a->reg.sources[i].class_ppm;
	}
	if (!any) {
		interrupt(a, c);
		return;
	}
	if (!add(a, c, span_ns, sum, input_uj, (uint64_t)output_ppm + class_ppm, &allowed))
		return;
	if (minus(c->own_uj, c->input_uj) > allowed)
		find_contradiction(a, c, "the outputs");
	*c = (struct comparison){ 0 };
}

static bool is_input(const struct wt_appraisal *a, const struct source *s)
{
	return s->registered != UNREGISTERED && a->reg.sources[s->registered].role == WT_ROLE_INPUT;
}

static void find_twin(struct wt_appraisal *a, struct source *s)
{
	const struct source *other, *end = a->h.sources + a->h.n_sources;
	char name[136], twin[136];

	other = s->twin ? wt_source_find(&a->h, s->twin) : NULL;
	/* In a window shorter than the sampling period neither counts: nothing for or against. */
	if (other && other->delta_uj == 0 && s->delta_uj == 0)
		return;
	if (!other || other->delta_uj != s->delta_uj || s->delta_uj == 0) {
		s->twin = s->twin_windows = 0;
		s->twin_varied = false;
		for (other = s + 1;
		     other < end && !(is_input(a, other) && other->delta_uj == s->delta_uj);
		     other++)
			;
		if (other == end || s->delta_uj == 0)
			return;
		s->twin = other->id;
	}
	s->twin_windows++;
	s->twin_varied = s->twin_varied || s->at.max_mw - s->at.min_mw > 1;
	if (s->twin_windows >= TWIN_WINDOWS && s->twin_varied)
		wt_find(&a->found, WT_SOURCE_MIRRORED,
			"%.100s and %.100s counted the same energy to the last uJ over %" PRIu32
			" windows",
			wt_source_words(s, name, sizeof(name)),
			wt_source_words(other, twin, sizeof(twin)), s->twin_windows);
}

static void find_frozen(struct wt_appraisal *a, struct source *s, uint64_t span_ns, bool active)
{
	char name[136], text[WT_FORMAT_LEN], power[WT_FORMAT_LEN];

	if (!s->still)
		s->frozen_ns = 0;
	else if (active)
		s->frozen_ns = plus(s->frozen_ns, span_ns);
	if (s->frozen_ns >= FROZEN)
		wt_find(&a->found, WT_SOURCE_FROZEN,
			"%.120s has stood at %s for %s while devices worked",
			wt_source_words(s, name, sizeof(name)),
			wt_format_power((uint64_t)s->last_mw * 1000, power),
			wt_format_duration(s->frozen_ns / NS_PER_S, text));
}

void wt_compare_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns,
		       bool active)
{
	uint64_t span_ns = minus(w->to_ns, from_ns), input_uj;
	uint32_t class_ppm;
	bool good = a->h.counting && sum_inputs(a, span_ns, &input_uj, &class_ppm);
	struct source *s;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role != WT_ROLE_CHECK)
			continue;
		if (good)
			compare_check(a, i, span_ns, input_uj, class_ppm);
		else
			interrupt(a, &a->h.checks[i]);
	}
	if (good)
		compare_outputs(a, span_ns, input_uj, class_ppm);
	else
		interrupt(a, &a->h.outputs);
	for (s = a->h.sources; s < a->h.sources + a->h.n_sources; s++) {
		if (!is_input(a, s))
			continue;
		find_frozen(a, s, span_ns, active);
		find_twin(a, s);
	}
}
