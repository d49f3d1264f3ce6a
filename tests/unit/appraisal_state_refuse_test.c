// SPDX-License-Identifier: Apache-2.0
/* A state that nobody wrote: each bound of what is read back, one thing wrong at a time. */
#include "tests/unit/lib/rig.h"

#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "tests/unit/refuse.h"

/* An array of n zeros, in hex. */
static char *zeros(size_t n)
{
	char *hex = malloc(6 + 4 + 2 * n + 1);
	int at = n < 24	   ? sprintf(hex, "%02zx", 0x80 + n) :
		 n < 256   ? sprintf(hex, "98%02zx", n) :
		 n < 65536 ? sprintf(hex, "99%04zx", n) :
			     sprintf(hex, "9a%08zx", n);

	memset(hex + at, '0', 2 * n);
	hex[(size_t)at + 2 * n] = '\0';
	return hex;
}

FIXTURE(state)
{
	struct rig rig;
	struct wt_buf state;
	char *lists[5];
};

/* Of a rig with a TPM, two sources, two devices and a notice. */
FIXTURE_SETUP(state)
{
	struct rig_judging how = { .ret_state = &self->state };
	struct wt_notice notice;
	struct wt_verdict v;

	memset(&self->state, 0, sizeof(self->state));
	rig_init(&self->rig);
	rig_tpm_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	notice = rig_notice_of(&self->rig, WT_NOTICE_CURTAIL, 60, 3600);
	rig_notice_sign(&self->rig, &notice, &self->rig.energy);
	rig_boot(&self->rig);
	rig_source(&self->rig, "psu2", "power1_input", 40000);
	rig_minutes(&self->rig, 3);
	v = rig_judge(&self->rig, &how);
	wt_verdict_clear(&v);
	self->lists[0] = zeros(65537);
	self->lists[1] = zeros(WATTEST_MAX_SOURCES + 1);
	self->lists[2] = zeros(257); /* open steps */
	self->lists[3] = zeros(5); /* quotes that wait */
	self->lists[4] = zeros(65); /* measured files */
}

FIXTURE_TEARDOWN(state)
{
	for (size_t i = 0; i < 5; i++)
		free(self->lists[i]);
	wt_buf_free(&self->state);
	rig_free(&self->rig);
}

TEST_F(state, bounds)
{
	const struct wrong wrong[] = {
		{ AT(2), NULL, "no field 2" },
		{ AT(2), "51" "0111111111111111111111111111111111", "the state of another rig than" },
		{ AT(8), "80", "0 items instead of 5" },
		{ AT(9), self->lists[0], "more than 65536 items" },
		{ AT(4, 14), "1b0000000100000000", "a number beyond 32 bits" },
		{ AT(6, 0, 4), "1a00010000", "a number beyond 16 bits" },
		{ AT(6, 0, 1), "190100", "a number beyond 8 bits" },
		{ AT(5, 1, 0), "01", "sources out of order" },
		{ AT(6, 1, 0), "01", "devices out of order" },
		{ AT(7, 1), self->lists[1], "more than 256 sources" },
		{ AT(9, 0, 1), "00", "a notice of kind 0" },
		{ AT(9, 0, 1), "05", "a notice of kind 5" },
		{ AT(10, 2), "00", "more bytes behind the charges" },
		{ AT(10, 2), "190100", "a charge that nobody wrote" },
		{ AT(10, 2), "190601", "more than 1536 charges" },
		{ AT(12, 10), self->lists[4], "more measured files" },
		{ AT(13, 0), "820000", "more than one witness" },
		{ AT(13, 0, 0, 5), self->lists[2], "257 of at most 256" },
		{ AT(13, 0, 0, 7), self->lists[3], "5 of at most 4" },
		{ AT(13, 0, 0, 8, 0), "1a01000000", "a PCR beyond 23" },
		{ AT(13, 1, 3), "1903e8", "a key beyond its chain" }, /* the newest, after the last */
		{ AT(13, 1, 4), "07", "a key beyond its chain" }, /* a known one, after the newest */
		{ AT(13, 1), "8d" "f5" "f5" "1a00200000" "1a00100001" "00" D32 "f4" "00" Z32 "f4" Z32 "0000",
		  "a key beyond its chain" }, /* more of them in between than there may be */
	};
	struct wt_appraisal *a = rig_appraisal(&self->rig, &(struct rig_judging){ 0 });
	struct wt_buf bad = { 0 };
	struct wt_err err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		wt_buf_reset(&bad);
		edit(wt_buf_span(&self->state), &wrong[i].path, 0, wrong[i].hex, &bad);
		err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, wt_appraisal_state_load(a, wt_buf_span(&bad), &err))
		TH_LOG("case %zu (%s) was taken", i, wrong[i].words);
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words))
		TH_LOG("case %zu: \"%s\" has not \"%s\"", i, err.msg, wrong[i].words);
	}
	EXPECT_EQ(0, wt_appraisal_state_load(a, wt_buf_span(&self->state), &err))
	TH_LOG("%s", err.msg);
	wt_buf_free(&bad);
	wt_appraisal_free(a);
}

TEST_HARNESS_MAIN
