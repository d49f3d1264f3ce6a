// SPDX-License-Identifier: Apache-2.0
/* Manipulations of the evidence itself: sequence, chain, counters. */
#include "tests/unit/lib/bent.h"

#include <endian.h>

/* --- sequence --------------------------------------------------------------------------------- */

/* Takes an attestation away, or puts it elsewhere. */
static struct wt_buf take_out(struct rig *rig, size_t i)
{
	struct wt_buf taken = rig->atts[i];

	memmove(&rig->atts[i], &rig->atts[i + 1], (--rig->n_atts - i) * sizeof(taken));
	return taken;
}

static void put_in(struct rig *rig, size_t i, struct wt_buf att)
{
	memmove(&rig->atts[i + 1], &rig->atts[i], (rig->n_atts++ - i) * sizeof(att));
	rig->atts[i] = att;
}

BENT(one_missing, SEQUENCE, "sequence-gap", ALSO(CHAIN))
{
	struct wt_buf gone;

	rig_minutes(rig, 5);
	gone = take_out(rig, 2);
	wt_buf_free(&gone);
}

BENT_SAYS(two_missing, SEQUENCE, "sequence-gap", "attestations 3 to 4 are missing", ALSO(CHAIN))
{
	struct wt_buf gone;

	rig_minutes(rig, 5);
	gone = take_out(rig, 2);
	wt_buf_free(&gone);
	gone = take_out(rig, 2);
	wt_buf_free(&gone);
}

BENT(out_of_order, SEQUENCE, "sequence-gap", ALSO(CHAIN))
{
	rig_minutes(rig, 5);
	put_in(rig, 3, take_out(rig, 1));
}

BENT(given_twice, SEQUENCE, "ok", 0)
{
	struct wt_buf copy = { 0 };

	rig_minutes(rig, 3);
	wt_buf_append(&copy, rig->atts[1].p, rig->atts[1].n);
	put_in(rig, 2, copy);
}

static void other_iat(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->iat++;
}

BENT(forked, SEQUENCE, "sequence-fork", 0)
{
	struct rig again;

	rig_minutes(rig, 3);
	/* The rig's key signs seq 3 once more, over the same records. */
	again = *rig;
	rig->att_seq = 3;
	memcpy(rig->before, rig->head, sizeof(rig->before));
	rig->edit_attestation = other_iat;
	rig_attest(rig, NO_NONCE);
	rig->edit_attestation = NULL;
	memcpy(rig->prev, again.prev, sizeof(rig->prev));
}

BENT(forked_from_the_state, SEQUENCE, "sequence-fork", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	rig_minutes(rig, 2);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	how->state = wt_buf_span(&state);
	rig->att_seq = 2;
	rig->edit_attestation = other_iat;
	rig_attest(rig, NO_NONCE);
	how->first = 2;
}

static void other_prev(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->prev[5] ^= 1;
}

BENT(prev_of_another, SEQUENCE, "sequence-prev", 0)
{
	rig_minutes(rig, 3);
	rig->edit_attestation = other_prev;
	rig_minute(rig);
}

/* --- chain ------------------------------------------------------------------------------------ */

/* A record of the attestation to be signed next, which has closed its step already. */
static struct wattest_record *closed_record(struct rig *rig, size_t i)
{
	return (struct wattest_record *)rig->records[i].p;
}

BENT(byte_changed_and_signed_again, CHAIN, "chain-broken", 0)
{
	struct wattest_window *w;

	rig_minutes(rig, 2);
	rig_window(rig, 60, NO_NONCE);
	w = (struct wattest_window *)(closed_record(rig, 0) + 1);
	w->probes += 1;
	rig_attest(rig, NO_NONCE);
	rig_minute(rig);
}

BENT(chain_begins_elsewhere, CHAIN, "chain-gap", 0)
{
	rig_minutes(rig, 2);
	memset(rig->before, 7, sizeof(rig->before));
	memcpy(rig->head, rig->before, sizeof(rig->head));
	rig_minutes(rig, 2);
}

BENT(log_without_load, CHAIN, "epoch-without-load", ALSO(DEVICES) | ALSO(SOURCES) | ALSO(ENERGY))
{
	rig_window(rig, 60, NO_NONCE);
	rig->n_records = rig->open_step = rig->n_steps = 0;
	rig->first_unsigned = rig->seq;
	memcpy(rig->before, rig->head, sizeof(rig->before));
	rig_minutes(rig, 2);
}

BENT(second_log_without_load, CHAIN, "epoch-without-load",
     ALSO(DEVICES) | ALSO(SOURCES) | ALSO(ENERGY))
{
	rig_minutes(rig, 2);
	memset(rig->epoch, 0x77, sizeof(rig->epoch));
	rig_minutes(rig, 2);
}

BENT(load_of_another_epoch, CHAIN, "epoch-other", 0)
{
	((struct wattest_load *)(closed_record(rig, 0) + 1))->epoch[0] ^= 1;
	rig_minute(rig);
}

BENT(load_of_another_chain, CHAIN, "epoch-other", 0)
{
	((struct wattest_load *)(closed_record(rig, 0) + 1))->chain_start[0] ^= 1;
	rig_minute(rig);
}

BENT(record_of_another_version, CHAIN, "record-malformed", 0)
{
	struct wattest_time time = { .kind = htole32(WATTEST_TIME_SUSPEND) };

	rig_minute(rig);
	rig_record(rig, WATTEST_RECORD_TIME, &time, sizeof(time));
	closed_record(rig, 0)->version = htole16(2);
	rig_minute(rig);
}

BENT(record_left_out, CHAIN, "record-missing", 0)
{
	rig_minute(rig);
	rig->seq++;
	rig_minutes(rig, 2);
}

BENT(record_left_out_at_the_seam, CHAIN, "record-missing", 0)
{
	rig_minute(rig);
	rig->seq++;
	rig->first_unsigned++;
	rig_minutes(rig, 2);
}

/* Within one attestation, whose first record is in its place. */
BENT(record_left_out_inside, CHAIN, "record-missing", 0)
{
	rig_minute(rig);
	rig_window(rig, 60, NO_NONCE);
	rig->seq++;
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NO_NONCE);
}

BENT(step_not_closed, CHAIN, "step-malformed", 0)
{
	struct wattest_time time = { .kind = htole32(WATTEST_TIME_SUSPEND) };

	rig_minute(rig);
	rig_window(rig, 60, NO_NONCE);
	/* One more record behind the WINDOW, hashed with it. */
	rig_record(rig, WATTEST_RECORD_TIME, &time, sizeof(time));
	memcpy(rig->head, rig->before, sizeof(rig->head));
	rig->open_step = rig->n_steps = 0;
	rig_close_step(rig);
	rig_attest(rig, NO_NONCE);
}

BENT(goes_on_after_unload, CHAIN, "step-malformed", 0)
{
	rig_minute(rig);
	rig_unload(rig);
	rig_minute(rig);
}

/* Before the module can be unloaded its probes must be detached. */
BENT(detached_for_the_end, ACTIVITY, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->observed = false;
	rig_window(rig, 5, NO_NONCE);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
}

BENT(detached_long_before_the_end, ACTIVITY, "activity-partly-unobserved", 0)
{
	rig_minutes(rig, 3);
	rig->observed = false;
	rig_window(rig, 400, NO_NONCE);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
}

BENT(load_in_the_middle, CHAIN, "step-malformed", 0)
{
	struct wattest_load load;

	memcpy(&load, closed_record(rig, 0) + 1, sizeof(load));
	rig_minute(rig);
	memcpy(load.chain_start, rig->before, sizeof(load.chain_start));
	load.realtime_ns = htole64(rig->realtime_ns);
	rig_record(rig, WATTEST_RECORD_LOAD, &load, sizeof(load));
	rig_minute(rig);
}

/* --- counters --------------------------------------------------------------------------------- */

#define SOURCE_EDIT(name, statement)                                                 \
	static void name(struct rig *rig, size_t i, struct wattest_window_source *s) \
	{                                                                            \
		if (i == 0 && rig->n_atts == 2) {                                    \
			statement;                                                   \
		}                                                                    \
	}
#define BENT_SOURCE(name, code, minutes, statement) \
	SOURCE_EDIT(name##_edit, statement)         \
	BENT(name, COUNTERS, code, 0)               \
	{                                           \
		rig->edit_source = name##_edit;     \
		rig_minutes(rig, minutes);          \
	}

BENT_SOURCE(energy_backwards, "counter-backwards", 4, s->energy_uj = htole64(1))
BENT_SOURCE(samples_backwards, "counter-backwards", 4, s->samples = htole32(1))
BENT_SOURCE(energy_of_another_power, "energy-impossible", 4,
	    s->energy_uj = htole64(le64toh(s->energy_uj) / 10 * 9))
BENT_SOURCE(energy_from_nowhere, "energy-impossible", 3,
	    s->energy_uj = htole64(le64toh(s->energy_uj) * 2))
BENT_SOURCE(energy_without_samples, "energy-impossible", 4,
	    (s->min_mw = UINT32_MAX, s->max_mw = s->last_mw = 0, s->samples = htole32(120)))
BENT_SOURCE(unmeasured_beyond_time, "unmeasured-impossible", 3,
	    s->unmeasured_ns = htole64(200 * RIG_S))
BENT_SOURCE(too_many_samples, "samples-impossible", 3, s->samples = htole32(1000))
BENT_SOURCE(last_above_greatest, "power-impossible", 4, s->last_mw = htole32(200000))
BENT_SOURCE(last_below_least, "power-impossible", 4, s->last_mw = htole32(1))
BENT_SOURCE(power_without_samples, "power-impossible", 4, s->samples = htole32(120))
BENT_SOURCE(over_nameplate, "power-over-nameplate", 4, s->max_mw = htole32(3500 * 1200 + 2))

static void missed_backwards(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	(void)i;
	if (rig->n_atts < 2)
		s->missed = s->refused = htole32(1);
}

BENT(missed_runs_backwards, COUNTERS, "counter-backwards", 0)
{
	rig->edit_source = missed_backwards;
	rig_minutes(rig, 4);
}

static void unmeasured_first(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	(void)i;
	if (rig->n_atts < 2)
		s->unmeasured_ns = htole64(2 * RIG_S);
}

BENT(unmeasured_runs_backwards, COUNTERS, "counter-backwards", 0)
{
	rig->edit_source = unmeasured_first;
	rig_minutes(rig, 4);
}

static void new_with_history(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	(void)rig;
	if (i == 1)
		s->energy_uj = htole64(UINT64_C(1000000000));
}

BENT(new_source_with_energy, COUNTERS, "energy-impossible", 0)
{
	rig_minute(rig);
	rig_source(rig, "other", "power1_input", 5000);
	rig->edit_source = new_with_history;
	rig_minute(rig);
}

#define BENT_DEVICE(name, code, statement)                                                  \
	static void name##_edit(struct rig *rig, size_t i, struct wattest_window_device *d) \
	{                                                                                   \
		if (i == 0 && rig->n_atts == 2) {                                           \
			statement;                                                          \
		}                                                                           \
	}                                                                                   \
	BENT(name, COUNTERS, code, 0)                                                       \
	{                                                                                   \
		rig->edit_device = name##_edit;                                             \
		rig_minutes(rig, 3);                                                        \
	}

BENT_DEVICE(bytes_in_backwards, "counter-backwards", d->bytes_in = htole64(1))
BENT_DEVICE(bytes_out_backwards, "counter-backwards", d->bytes_out = htole64(1))
BENT_DEVICE(transfers_backwards, "counter-backwards", d->transfers_in = htole64(1))
BENT_DEVICE(transfers_out_backwards, "counter-backwards", d->transfers_out = htole64(1))
static void no_transfers_out(struct rig *rig, size_t i, struct wattest_window_device *d)
{
	if (i == 0 && rig->n_atts >= 2)
		d->transfers_out = htole64(120);
}

BENT(bytes_without_transfer, COUNTERS, "transfers-impossible", 0)
{
	rig->edit_device = no_transfers_out;
	rig_minutes(rig, 4);
}

static void no_transfers_in(struct rig *rig, size_t i, struct wattest_window_device *d)
{
	if (i == 0 && rig->n_atts >= 2)
		d->transfers_in = htole64(120);
}

BENT(bytes_in_without_transfer, COUNTERS, "transfers-impossible", 0)
{
	rig->edit_device = no_transfers_in;
	rig_minutes(rig, 4);
}

BENT_DEVICE(transfer_counted_a_window_late, "ok", d->transfers_out = htole64(120))

static void errors_fall(struct rig *rig, size_t i, struct wattest_window_device *d)
{
	(void)i;
	d->errors = htole32(rig->n_atts < 2 ? 5 : 4);
}

BENT(errors_backwards, COUNTERS, "counter-backwards", 0)
{
	rig->edit_device = errors_fall;
	rig_minutes(rig, 3);
}

static void rename_source(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	(void)i;
	if (rig->n_atts == 2)
		s->id = htole32(9);
}

BENT_SAYS(source_not_listed, COUNTERS, "window-incomplete",
	  "attestation 3: a window lists source 9, which no record announced",
	  ALSO(ENERGY) | ALSO(SOURCES))
{
	rig->edit_source = rename_source;
	rig_minutes(rig, 3);
}

static void rename_device(struct rig *rig, size_t i, struct wattest_window_device *d)
{
	if (rig->n_atts == 2 && i == 1)
		d->id = htole32(1);
}

BENT_SAYS(device_listed_twice, COUNTERS, "window-incomplete",
	  "attestation 3: a window lists device 1 twice", 0)
{
	rig->edit_device = rename_device;
	rig_minutes(rig, 3);
}

BENT(device_left_out, COUNTERS, "window-incomplete", 0)
{
	rig_minutes(rig, 2);
	rig->devices[1].there = false;
	rig_minute(rig);
}

BENT(id_given_twice, COUNTERS, "id-impossible", 0)
{
	rig_minute(rig);
	rig->sources[0].id = 1;
	rig_source_announce(rig, 0, "dps800", "power1_input");
	rig_minute(rig);
}

BENT(device_id_given_twice, COUNTERS, "id-impossible", 0)
{
	struct wattest_device_add again = { .id = htole32(1), .bus = WATTEST_BUS_USB, .path = "1-7" };

	rig_minute(rig);
	rig_record(rig, WATTEST_RECORD_DEVICE_ADD, &again, sizeof(again));
	rig_minute(rig);
}

BENT(removed_what_was_not_there, COUNTERS, "id-impossible", 0)
{
	struct wattest_removed removed = { .id = htole32(7) };

	rig_minute(rig);
	rig_record(rig, WATTEST_RECORD_DEVICE_DEL, &removed, sizeof(removed));
	rig_minute(rig);
}

BENT(removed_a_source_that_was_not_there, COUNTERS, "id-impossible", 0)
{
	struct wattest_removed removed = { .id = htole32(7) };

	rig_minute(rig);
	rig_record(rig, WATTEST_RECORD_SOURCE_DEL, &removed, sizeof(removed));
	rig_minute(rig);
}

BENT_TESTS

/* It is missing, and then it turns up. */
TEST(out_of_order_is_found_twice)
{
	EXPECT_EQ(2, findings_of(out_of_order, WT_CHECK_SEQUENCE));
}

TEST_HARNESS_MAIN
