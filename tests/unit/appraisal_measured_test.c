// SPDX-License-Identifier: Apache-2.0
/* IMA's list against what quotes say of PCR 10. */
#include "kselftest_harness.h"

#include "lib/appraisal/private.h"
#include "lib/appraisal/software.h"
#include "tests/unit/lib/ima_list.h"

static struct wt_reference references[1];
static struct wt_buf list;

FIXTURE(vouched)
{
	struct wt_appraisal a;
	struct wt_attestation att;
	uint8_t pcr[WT_SHA256_LEN];
};

FIXTURE_SETUP(vouched)
{
	wt_buf_reset(&list);
	references[0] = (struct wt_reference){ .kind = WT_REFERENCE_FILE, .name = "wattestd" };
	memset(references[0].digest, 0x22, WT_SHA256_LEN);
	self->a.registered = true;
	self->a.reg.references = references;
	self->a.reg.n_references = 1;
	self->a.h.whole = true;
}

FIXTURE_TEARDOWN(vouched)
{
	wt_buf_free(&self->a.scratch);
}

/* The kernel measures a file, and extends. */
static void grow(FIXTURE_DATA(vouched) * self, uint8_t fill, const char *path)
{
	struct wt_span rest;
	struct wt_ima_entry entry;
	size_t at = list.n;

	ima_put_file(&list, fill, path, false);
	rest = wt_span(list.p + at, list.n - at);
	if (wt_ima_next(&rest, &entry, NULL) != 1)
		abort();
	wt_ima_extend(self->pcr, &entry);
}

/* The module has the beginning of a log measured: of this one, or of another. */
static void begin(FIXTURE_DATA(vouched) * self, bool here)
{
	uint8_t beginning[2 * WT_SHA256_LEN];
	struct wt_span rest;
	struct wt_ima_entry entry;
	size_t at = list.n;

	memcpy(beginning, self->a.h.software.beginning, sizeof(beginning));
	beginning[40] ^= !here;
	ima_put_buffer(&list, "wattest", beginning, sizeof(beginning));
	rest = wt_span(list.p + at, list.n - at);
	if (wt_ima_next(&rest, &entry, NULL) != 1)
		abort();
	wt_ima_extend(self->pcr, &entry);
}

static void feed(FIXTURE_DATA(vouched) * self, uint64_t from, size_t at, const uint8_t *pcr)
{
	self->att.ima_first = from;
	self->att.ima = at < list.n ? wt_span(list.p + at, list.n - at) : wt_span(NULL, 0);
	wt_software_list(&self->a, &self->att, pcr);
}

static const char *code(FIXTURE_DATA(vouched) * self)
{
	return self->a.found.checks[WT_CHECK_SOFTWARE].code;
}

TEST_F(vouched, by_the_quote_of_the_same_attestation)
{
	grow(self, 0x77, "boot_aggregate");
	grow(self, 0x22, "/usr/sbin/wattestd");
	EXPECT_STREQ("IMA's measurement list", wt_software_missing(&self->a));
	begin(self, true);
	feed(self, 1, 0, self->pcr);
	EXPECT_EQ(NULL, wt_software_missing(&self->a));
}

TEST_F(vouched, not_a_log_whose_beginning_is_nowhere)
{
	struct wt_findings f = {};

	grow(self, 0x22, "/usr/sbin/wattestd");
	feed(self, 1, 0, self->pcr);
	EXPECT_STREQ("the log's beginning in IMA's list", wt_software_missing(&self->a));
	wt_software_conclude(&self->a, &f);
	EXPECT_STREQ("ok", f.checks[WT_CHECK_SOFTWARE].code);
}

TEST_F(vouched, not_a_log_that_was_made_up_beside_the_modules)
{
	struct wt_findings f = {};

	grow(self, 0x22, "/usr/sbin/wattestd");
	begin(self, false);
	feed(self, 1, 0, self->pcr);
	EXPECT_STREQ("the log's beginning in IMA's list", wt_software_missing(&self->a));
	wt_software_conclude(&self->a, &f);
	EXPECT_STREQ("log-not-measured", f.checks[WT_CHECK_SOFTWARE].code);
}

TEST_F(vouched, this_log_among_those_of_one_boot)
{
	struct wt_findings f = {};

	begin(self, false);
	grow(self, 0x22, "/usr/sbin/wattestd");
	begin(self, true);
	feed(self, 1, 0, self->pcr);
	EXPECT_EQ(NULL, wt_software_missing(&self->a));
	wt_software_conclude(&self->a, &f);
	EXPECT_STREQ("ok", f.checks[WT_CHECK_SOFTWARE].code);
}

TEST_F(vouched, by_a_quote_that_was_ahead_of_the_list)
{
	size_t at;

	grow(self, 0x22, "/usr/sbin/wattestd");
	begin(self, true);
	at = list.n;
	grow(self, 0x44, "/bin/true");
	self->att.ima_first = 1;
	self->att.ima = wt_span(list.p, at);
	wt_software_list(&self->a, &self->att, self->pcr);
	EXPECT_STREQ("a quote that vouches for IMA's list", wt_software_missing(&self->a));
	grow(self, 0x45, "/bin/false");
	feed(self, 3, at, self->pcr);
	EXPECT_EQ(NULL, wt_software_missing(&self->a));
	EXPECT_STREQ("", code(self));
}

TEST_F(vouched, not_when_an_entry_is_withheld)
{
	grow(self, 0x22, "/usr/sbin/wattestd");
	feed(self, 1, 0, self->pcr);
	self->pcr[0] ^= 1; /* something else was measured */
	feed(self, 2, list.n, self->pcr);
	EXPECT_STREQ("", code(self)); /* the next part may lead there */
	feed(self, 2, list.n, self->pcr);
	EXPECT_STREQ("measurements-broken", code(self));
}

TEST_F(vouched, not_when_a_registered_file_never_ran)
{
	struct wt_findings f = {};

	grow(self, 0x77, "boot_aggregate");
	feed(self, 1, 0, self->pcr);
	EXPECT_STREQ("all registered files in IMA's list", wt_software_missing(&self->a));
	wt_software_conclude(&self->a, &f);
	EXPECT_STREQ("file-not-measured", f.checks[WT_CHECK_SOFTWARE].code);
}

TEST_F(vouched, nothing_is_said_of_a_list_not_read_from_its_beginning)
{
	self->a.h.whole = false;
	grow(self, 0x22, "/usr/sbin/wattestd");
	feed(self, 7, 0, self->pcr);
	EXPECT_STREQ("", code(self));
	EXPECT_STREQ("IMA's measurement list", wt_software_missing(&self->a));
}

TEST_HARNESS_MAIN
