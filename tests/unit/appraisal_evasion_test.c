// SPDX-License-Identifier: Apache-2.0
/*
 * What an operator with root can do without making up a record: he chooses when a window is closed,
 * when a driver is bound, how the module is loaded, when the clock is set, and which attestations
 * an inspector gets.
 */
#include "tests/unit/lib/bent.h"

#include <endian.h>

#define MINUTE (60 * RIG_S)
#define HOUR 3600

/* --- another meter in the meter's place ------------------------------------------------------------- */

static void register_at(struct rig *rig, const char *registered, const char *found)
{
	strcpy(rig->reg_sources[0].parent, registered);
	rig_register(rig);
	rig->place = found;
	rig_source_del(rig, 0);
	rig_source(rig, "dps800", "power1_input", 100000);
	rig_minutes(rig, 3);
}

BENT(meter_where_it_is_registered, SOURCES, "ok", 0)
{
	register_at(rig, "pci0000:00/i2c-0/0-0058", "pci0000:00/i2c-0/0-0058");
}

/* i2c-stub has no bus to hang on. */
BENT(simulated_chip_of_the_same_address, SOURCES, "source-silent", ALSO(ENERGY))
{
	register_at(rig, "pci0000:00/i2c-0/0-0058", "i2c-0/0-0058");
}

BENT(chip_in_a_place_that_ends_so, SOURCES, "source-silent", ALSO(ENERGY))
{
	register_at(rig, "i2c-0/0-0058", "platform/i2c-0/0-0058");
}

BENT(registered_by_its_address_only, SOURCES, "ok", 0)
{
	register_at(rig, "0-0058", "pci0000:00/i2c-0/0-0058");
}

BENT(another_address, SOURCES, "source-silent", ALSO(ENERGY))
{
	register_at(rig, "0-0058", "pci0000:00/i2c-0/0-0059");
}

/* --- the clock -------------------------------------------------------------------------------- */

/* By CLOCK_BOOTTIME an hour passed; the clock was set back before the module was loaded again. */
BENT(gap_shorter_by_the_clock, TIME, "gap-clock", ALSO(ENERGY))
{
	rig_minutes(rig, 3);
	rig->boot_ns += HOUR * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

/* Two logs with an hour without a window in each: both hours are in the gap. */
BENT(gap_with_a_log_without_windows, ENERGY, "energy-exceeded", ALSO(TIME))
{
	rig_minutes(rig, 3);
	rig->boot_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig->boot_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT(gap_by_both_clocks, TIME, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->boot_ns += 600 * RIG_S;
	rig->realtime_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT(from_tomorrow, TIME, "signed-ahead", ALSO(REVOCATION))
{
	rig_minutes(rig, 3);
	how->now = RIG_T0 - HOUR / 2;
}

BENT(a_little_ahead, TIME, "ok", 0)
{
	rig_minutes(rig, 3);
	how->now = RIG_T0 + 180 - 290;
}

static const uint8_t asked[] = "0123456789abcdef";

BENT(an_answer_that_was_kept, FRESHNESS, "answered-late", 0)
{
	how->nonce = wt_span(asked, 16);
	rig_window(rig, 60, how->nonce);
	rig_attest(rig, how->nonce);
	how->now = RIG_T0 + 60 + 301;
}

BENT(an_answer_of_now, FRESHNESS, "ok", 0)
{
	how->nonce = wt_span(asked, 16);
	rig_window(rig, 60, how->nonce);
	rig_attest(rig, how->nonce);
	how->now = RIG_T0 + 60 + 290;
}

/* --- steps of the clock -------------------------------------------------------------------------- */

BENT(many_small_steps, TIME, "clock-stepped", 0)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		rig_step_clock(rig, (i & 1 ? 31 : -31) * (int64_t)RIG_S, true);
		rig_minute(rig);
	}
}

BENT(few_small_steps, TIME, "ok", 0)
{
	rig_step_clock(rig, -31 * (int64_t)RIG_S, true);
	rig_minute(rig);
	rig_step_clock(rig, 29 * (int64_t)RIG_S, true);
	rig_minute(rig);
}

/* One a day, as of a bad clock that is set each night. */
BENT(small_steps_on_two_days, TIME, "ok", ALSO(ENERGY))
{
	size_t i;

	rig_step_clock(rig, -50 * (int64_t)RIG_S, true);
	for (i = 0; i < 25; i++)
		rig_window(rig, HOUR, NO_NONCE);
	rig_step_clock(rig, 50 * (int64_t)RIG_S, true);
	rig_minute(rig);
}

/* --- sampling ----------------------------------------------------------------------------------- */

/* Who knows the second that is read may be idle in it. */
BENT(sampled_once_a_minute, SOURCES, "sampling-coarse", 0)
{
	rig->sample_ns = 60 * RIG_S;
	rig_off(rig, 0);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(bridging_an_hour, SOURCES, "sampling-coarse", 0)
{
	rig->max_gap_ns = HOUR * RIG_S;
	rig_off(rig, 0);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(sampled_every_five_seconds, SOURCES, "ok", 0)
{
	rig->sample_ns = 5 * RIG_S;
	rig->max_gap_ns = 15 * RIG_S;
	rig_off(rig, 0);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

/* --- windows closed twice a second: every other one has no sample --------------------------------- */

#define MS UINT64_C(1000000)

/*
 * The simulated source counts whenever time passes; the kernel's counts at a sample. So the energy
 * of a second stands in the window with its sample, and the one behind it is empty.
 */
static void count_at_sample(struct rig_source *s, uint32_t samples)
{
	s->at.samples = samples + 1;
	s->at.energy_uj += s->mw; /* of the ms to come: mW * ms = uJ */
	s->at.last_mw = s->mw;
	s->at.min_mw = s->mw - s->spread_mw;
	s->at.max_mw = s->mw + s->spread_mw;
}

static void flood(struct rig *rig, unsigned int seconds)
{
	uint32_t samples[RIG_MAX];
	size_t i, k;

	for (i = 0; i < seconds; i++) {
		for (k = 0; k < rig->n_sources; k++)
			samples[k] = rig->sources[k].at.samples;
		rig_pass(rig, 999 * MS);
		for (k = 0; k < rig->n_devices; k++) {
			rig->devices[k].at.transfers_out++;
			rig->devices[k].at.bytes_out += rig->devices[k].rate;
		}
		for (k = 0; k < rig->n_sources; k++)
			count_at_sample(&rig->sources[k], samples[k]);
		rig_window(rig, 0, NO_NONCE);
		for (k = 0; k < rig->n_sources; k++)
			rig->sources[k].at.energy_uj -= rig->sources[k].mw;
		rig_pass(rig, 1 * MS);
		rig_window(rig, 0, NO_NONCE);
		if (i % 60 == 59)
			rig_attest(rig, NO_NONCE);
	}
	rig_minute(rig);
}

static void second_source(struct rig *rig, enum wt_role role, uint32_t mw)
{
	rig->reg_sources[1] = (struct wt_reg_source){
		.chip = "meter", .attribute = "power1_input", .role = role, .class_ppm = 10000
	};
	rig->reg.n_sources = 2;
	rig_register(rig);
	rig_source(rig, "meter", "power1_input", mw);
}

BENT(short_windows, SOURCES, "ok", 0)
{
	second_source(rig, WT_ROLE_CHECK, 100000);
	flood(rig, 900);
}

BENT(contradiction_in_short_windows, SOURCES, "source-contradicted", 0)
{
	second_source(rig, WT_ROLE_CHECK, 300000);
	flood(rig, 900);
}

BENT(frozen_in_short_windows, SOURCES, "source-frozen", 0)
{
	rig->sources[0].spread_mw = 0;
	flood(rig, 900);
}

BENT(mirrored_in_short_windows, SOURCES, "source-mirrored", 0)
{
	second_source(rig, WT_ROLE_INPUT, 100000);
	flood(rig, 60);
}

/* --- what is there only at the end ---------------------------------------------------------------- */

BENT(check_that_is_there_at_the_end, SOURCES, "source-check-partly-silent", 0)
{
	second_source(rig, WT_ROLE_CHECK, 300000);
	rig->sources[1].dead = true;
	rig_minutes(rig, 20);
	rig->sources[1].dead = false;
	rig_minutes(rig, 2);
}

BENT(check_that_went_for_a_minute, SOURCES, "ok", 0)
{
	second_source(rig, WT_ROLE_CHECK, 100000);
	rig_minutes(rig, 10);
	rig->sources[1].dead = true;
	rig_minute(rig);
	rig->sources[1].dead = false;
	rig_minutes(rig, 2);
}

/* --- the probe --------------------------------------------------------------------------------- */

static void prune(struct rig *rig, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		rig_window(rig, 60, NO_NONCE);
		rig->pruned[rig->n_records - 1] = true;
	}
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, (uint32_t)n);
	rig_minutes(rig, 5);
}

static void detach(struct rig *rig)
{
	struct wattest_probe_del probe = { 0 };

	rig_record(rig, WATTEST_RECORD_PROBE_DEL, &probe, sizeof(probe));
}

/* Windows without a probe are those that are given up; LOST owns up to them. */
BENT(unobserved_and_given_up, ACTIVITY, "activity-partly-unobserved", 0)
{
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_minutes(rig, 2);
	detach(rig);
	prune(rig, 30);
}

BENT(given_up_before_a_probe, ACTIVITY, "activity-partly-unobserved", 0)
{
	rig_minutes(rig, 2);
	rig_window(rig, 600, NO_NONCE);
	rig->pruned[rig->n_records - 1] = true;
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	rig_probe(rig, "__usb_hcd_giveback_urb");
	prune(rig, 30);
}

BENT(given_up_with_a_probe_of_something_else, ACTIVITY, "activity-partly-unobserved", 0)
{
	rig_probe(rig, "do_nothing");
	rig_minutes(rig, 2);
	prune(rig, 30);
}

BENT(observed_and_given_up, ACTIVITY, "ok", 0)
{
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_minutes(rig, 2);
	prune(rig, 30);
}

/* Each is work in each window to come. */
BENT(more_sources_than_the_module_writes, COUNTERS, "too-many", 0)
{
	struct wattest_source_add add = { .kind = WATTEST_SOURCE_POWER, .chip = "more" };
	struct wattest_removed gone = { .reason = 0 };
	uint32_t id;

	rig_minute(rig);
	for (id = 100; id < 100 + WATTEST_MAX_SOURCES; id++) {
		add.id = htole32(id);
		rig_record(rig, WATTEST_RECORD_SOURCE_ADD, &add, sizeof(add));
	}
	for (id = 100; id < 99 + WATTEST_MAX_SOURCES; id++) {
		gone.id = htole32(id);
		rig_record(rig, WATTEST_RECORD_SOURCE_DEL, &gone, sizeof(gone));
	}
	rig_minute(rig);
}

BENT_TESTS

TEST(gap_is_charged_by_boottime)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct wt_verdict v;

	rig_init(rig);
	rig_grant(rig, 100000, -24 * HOUR, 24 * HOUR);
	rig_boot(rig);
	rig_minutes(rig, 3);
	rig->boot_ns += HOUR * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
	v = rig_judge(rig, NULL);
	EXPECT_EQ(HOUR * UINT64_C(3500) * 1000000, v.substituted_uj);
	EXPECT_EQ(WT_AFFIRMING, v.checks[WT_CHECK_ENERGY].tier);
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
}

/* --- which attestations are given ----------------------------------------------------------------- */

FIXTURE(again)
{
	struct rig rig;
	struct wt_buf state;
	struct wt_verdict v;
};

/* Judged up to attestation 8, with the state kept; the rig goes on. */
FIXTURE_SETUP(again)
{
	struct rig_judging how = { .ret_state = &self->state };

	memset(&self->state, 0, sizeof(self->state));
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, -HOUR, 24 * HOUR);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 4);
	rig_off(&self->rig, 60);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 4);
	self->v = rig_judge(&self->rig, &how);
	wt_verdict_clear(&self->v);
}

FIXTURE_TEARDOWN(again)
{
	wt_verdict_clear(&self->v);
	wt_buf_free(&self->state);
	rig_free(&self->rig);
}

static struct wt_outcome sequence(struct rig *rig, const struct wt_buf *state, struct wt_verdict *v,
				  size_t first, size_t n)
{
	*v = rig_judge(
		rig, &(struct rig_judging){ .state = wt_buf_span(state), .first = first, .n = n });
	printf("# %s\n", v->checks[WT_CHECK_SEQUENCE].reason);
	return v->checks[WT_CHECK_SEQUENCE];
}

/* The store is thrown away: a new agent's seqs are those that the state has passed. */
static void begin_anew(struct rig *rig)
{
	rig_off(rig, 60);
	rig->att_seq = 1;
	memset(rig->prev, 0, sizeof(rig->prev));
	rig_boot(rig);
}

TEST_F(again, a_line_begun_anew_is_a_fork)
{
	begin_anew(&self->rig);
	rig_minutes(&self->rig, 7);
	EXPECT_STREQ("sequence-fork", sequence(&self->rig, &self->state, &self->v, 8, 7).code);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
}

static void signed_long_ago(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->iat = RIG_T0;
}

TEST_F(again, a_line_begun_anew_and_backdated_is_seen)
{
	begin_anew(&self->rig);
	self->rig.edit_attestation = signed_long_ago;
	rig_minutes(&self->rig, 7);
	EXPECT_STREQ("sequence-unknown", sequence(&self->rig, &self->state, &self->v, 8, 7).code);
	EXPECT_EQ(WT_WARNING, self->v.tier);
}

TEST_F(again, two_of_one_seq_are_a_fork_whenever_they_were_signed)
{
	begin_anew(&self->rig);
	self->rig.edit_attestation = signed_long_ago;
	rig_minutes(&self->rig, 7);
	EXPECT_STREQ("sequence-fork", sequence(&self->rig, &self->state, &self->v, 0, 15).code);
}

TEST_F(again, the_same_again_is_the_same)
{
	EXPECT_STREQ("none", sequence(&self->rig, &self->state, &self->v, 0, 8).code);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
}

TEST_F(again, an_overlap_is_in_its_line)
{
	rig_minutes(&self->rig, 2);
	EXPECT_STREQ("ok", sequence(&self->rig, &self->state, &self->v, 2, 8).code);
	EXPECT_NE(NULL, strstr(self->v.checks[WT_CHECK_SEQUENCE].reason, "6 attestations given"));
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
}

TEST_F(again, a_part_that_leads_nowhere_is_said)
{
	EXPECT_STREQ("sequence-unknown", sequence(&self->rig, &self->state, &self->v, 0, 3).code);
}

/* Judged every five minutes with the state: four of five windows had no probe. */
TEST_F(again, unobserved_time_adds_up_over_runs)
{
	struct wt_outcome activity = { .code = "" };
	struct wt_buf next = { 0 };
	size_t i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 5; k++) {
			self->rig.observed = k == 4;
			rig_minute(&self->rig);
		}
		wt_verdict_clear(&self->v);
		self->v = rig_judge(&self->rig,
				    &(struct rig_judging){ .first = self->rig.n_atts - 5,
							   .state = wt_buf_span(&self->state),
							   .ret_state = &next });
		activity = self->v.checks[WT_CHECK_ACTIVITY];
		EXPECT_STREQ(i == 0 ? "ok" : "activity-partly-unobserved", activity.code);
		wt_buf_free(&self->state);
		self->state = next;
		next = (struct wt_buf){ 0 };
	}
}

TEST_HARNESS_MAIN
