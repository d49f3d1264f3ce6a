/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manipulations: each bends an honest rig in one way and names the check that must find it and with
 * which code. No other check may find anything, but those named in `also`.
 *
 * 	BENT(energy_runs_backwards, COUNTERS, "counter-backwards", 0)
 * 	{
 * 		... on `rig`, which has booted, with a grant of 1 kWh for a day
 * 	}
 * 	BENT_TESTS
 *
 * BENT_SAYS compares the reason's words with a pattern, too (of a shell): which of the findings of that code it is.
 * With BENT_TPM defined before it, the rig has a TPM, keyed steps and quotes.
 */
#ifndef TESTS_UNIT_LIB_BENT_H
#define TESTS_UNIT_LIB_BENT_H

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "kselftest_harness.h"

#define ALSO(check) (1u << WT_CHECK_##check)
#define NO_NONCE wt_span(NULL, 0)

FIXTURE(bent)
{
	struct rig rig;
	struct rig_judging how;
};

FIXTURE_VARIANT(bent)
{
	void (*bend)(struct rig * rig, struct rig_judging * how);
	enum wt_check check;
	const char *code;
	unsigned int also;
	const char *words; /* a pattern; NULL: any */
};

static inline void bent_set_up(struct rig *rig)
{
	rig_init(rig);
#ifdef BENT_TPM
	rig_tpm_init(rig);
#endif
	rig_grant(rig, 1000, -3600, 86400);
	rig_boot(rig);
}

FIXTURE_SETUP(bent)
{
	self->how = (struct rig_judging){ 0 };
	bent_set_up(&self->rig);
}

FIXTURE_TEARDOWN(bent)
{
	rig_free(&self->rig);
}

/* In how many places this manipulation is found by its check. (A TEST_F would run once for each of them.) */
static inline unsigned int findings_of(void (*bend)(struct rig *rig, struct rig_judging *how),
				       enum wt_check check)
{
	static struct rig rig;
	struct rig_judging how = { 0 };
	unsigned int n;
	struct wt_verdict v;

	bent_set_up(&rig);
	bend(&rig, &how);
	v = rig_judge(&rig, &how);
	n = v.checks[check].findings;
	wt_verdict_clear(&v);
	rig_free(&rig);
	return n;
}

#define BENT(name, check_name, code_text, also_checks) \
	BENT_SAYS(name, check_name, code_text, NULL, also_checks)

#define BENT_SAYS(name, check_name, code_text, pattern, also_checks) \
	static void name(struct rig *rig, struct rig_judging *how); \
	FIXTURE_VARIANT_ADD(bent, name){                            \
		.bend = name,                                       \
		.check = WT_CHECK_##check_name,                     \
		.code = code_text,                                  \
		.also = also_checks,                                \
		.words = pattern,                                   \
	};                                                          \
	static void name(struct rig *rig, __attribute__((unused)) struct rig_judging *how)

/* The tier of a code, from the table of reasons; "ok" is affirming. */
static inline enum wt_tier tier_of(const char *code)
{
	const struct wt_reason *reasons;
	size_t n, i;

	reasons = wt_reasons(&n);
	for (i = 0; i < n; i++) {
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].tier;
	}
	return strcmp(code, "ok") == 0 ? WT_AFFIRMING : WT_NONE;
}

#define BENT_TESTS                                                                      \
	TEST_F(bent, found)                                                             \
	{                                                                               \
		struct wt_verdict v;                                                    \
		enum wt_check i;                                                        \
                                                                                        \
		variant->bend(&self->rig, &self->how);                                  \
		v = rig_judge(&self->rig, &self->how);                                  \
		printf("# %s\n", v.checks[variant->check].reason);                      \
		EXPECT_STREQ(variant->code, v.checks[variant->check].code);             \
		EXPECT_EQ(tier_of(variant->code), v.checks[variant->check].tier);       \
		EXPECT_EQ(0, !variant->words ? 0 : fnmatch(variant->words,              \
							    v.checks[variant->check].reason, 0)) \
		{                                                                       \
			TH_LOG("not \"%s\"", variant->words);                           \
		}                                                                       \
		for (i = 0; i < WT_CHECKS; i++) {                                       \
			if (i == variant->check || (variant->also & (1u << i)))         \
				continue;                                               \
			EXPECT_LE(v.checks[i].tier, WT_AFFIRMING)                       \
			{                                                               \
				TH_LOG("%s: %s", wt_check_name(i), v.checks[i].reason); \
			}                                                               \
		}                                                                       \
		wt_verdict_clear(&v);                                                   \
	}

#endif
