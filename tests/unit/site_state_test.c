// SPDX-License-Identifier: Apache-2.0
/* A site's state that nobody wrote: each bound of what is read back, one thing wrong at a time. */
#include "tests/unit/lib/site.h"
#include "tests/unit/refuse.h"

#define UEID0 "51" "0000000000000000000000000000000000"

static void expect_refused(struct __test_metadata *_metadata, site_t *self, struct wt_span good,
			   const struct wrong *wrong, size_t n)
{
	struct wt_buf bad = { 0 };

	for (size_t i = 0; i < n; i++) {
		wt_buf_reset(&bad);
		edit(good, &wrong[i].path, 0, wrong[i].hex, &bad);
		self->err.msg[0] = '\0';
		begin(self);
		EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_buf_span(&bad), &self->err))
		TH_LOG("case %zu (%s) was taken", i, wrong[i].words);
		EXPECT_NE(NULL, strstr(self->err.msg, wrong[i].words))
		TH_LOG("case %zu: \"%s\" has not \"%s\"", i, self->err.msg, wrong[i].words);
	}
	begin(self);
	EXPECT_EQ(0, wt_site_state_load(self->site, good, &self->err)) TH_LOG("%s", self->err.msg);
	wt_buf_free(&bad);
}

TEST_F(site, bounds_of_the_state)
{
	static const struct wrong wrong[] = {
		{ AT(0), NULL, "not a state" },
		{ AT(0), "02", "version 2" },
		{ AT(1), NULL, "a state without rigs" },
		{ AT(2), "00", "not known" },
		{ AT(1, 0), "80", "a rig's state of 0 parts" },
		{ AT(1, 1, 0), UEID0, "rigs out of order" },
		{ AT(1, 0, 2, 0), "80", "a sighting of 0 fields" },
		{ AT(1, 0, 2, 0, 0), "190100", "a number out of its range" },
		{ AT(1, 0, 2, 0, 1), "1a00010000", "a number out of its range" },
		{ AT(1, 0, 2, 0, 2), "1a00010000", "a number out of its range" },
	};
	struct wt_buf state = { 0 };

	work(self, 3);
	judge(self);
	ASSERT_EQ(0, wt_site_state_save(self->site, &state, &self->err)) TH_LOG("%s", self->err.msg);
	expect_refused(_metadata, self, wt_buf_span(&state), wrong, sizeof(wrong) / sizeof(*wrong));
	wt_buf_free(&state);
}

/* The state of one rig stands for a site of that rig. */
TEST_F(site, bounds_of_one_rigs_state)
{
	static const struct wrong wrong[] = {
		{ AT(1), NULL, "not a state" },
		{ AT(2), NULL, "not a state" },
	};
	struct wt_buf state = { 0 };
	struct rig_judging how = { .ret_state = &state };
	struct wt_verdict v;

	work(self, 3);
	v = rig_judge(&self->rigs[0], &how);
	wt_verdict_clear(&v);
	expect_refused(_metadata, self, wt_buf_span(&state), wrong, sizeof(wrong) / sizeof(*wrong));
	begin(self);
	EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_span("\xa0", 1), &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not a state"));
	EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_span("\xa1\x01\x03", 3), &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not a state"));
	wt_buf_free(&state);
}

TEST_HARNESS_MAIN
