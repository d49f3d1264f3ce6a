// SPDX-License-Identifier: Apache-2.0
/* Manipulations of the rig: devices, sources, activity, energy. */
#include "tests/unit/lib/bent.h"

#include <endian.h>

/* --- devices ---------------------------------------------------------------------------------- */

BENT(stranger_works, DEVICES, "device-not-registered", 0)
{
	rig_minute(rig);
	rig->devices[rig_device(rig, 0x10c4, 0xea60, "GS-10015197", "1-7", 0)].rate = 64;
	rig_minutes(rig, 2);
}

BENT(stranger_worked_and_went, DEVICES, "device-not-registered", 0)
{
	size_t i;

	rig_minute(rig);
	i = rig_device(rig, 0x10c4, 0xea60, "GS-10015197", "1-7", 0);
	rig->devices[i].rate = 64;
	rig_pass(rig, 5 * RIG_S);
	rig_device_del(rig, i);
	rig_minutes(rig, 3);
}

BENT(stranger_worked_before_the_state, DEVICES, "device-not-registered", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;
	size_t i;

	i = rig_device(rig, 0x10c4, 0xea60, "GS-10015197", "1-7", 0);
	rig->devices[i].rate = 64;
	rig_minute(rig);
	rig->devices[i].rate = 0;
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	rig_minute(rig);
	how->state = wt_buf_span(&state);
	how->first = 1;
}

BENT(stranger_idle, DEVICES, "device-idle", 0)
{
	rig_minute(rig);
	rig_device(rig, 0x10c4, 0xea60, "GS-10015197", "1-7", 0);
	rig_minutes(rig, 2);
}

BENT(stranger_idle_before_the_state, DEVICES, "device-idle", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	rig_device(rig, 0x10c4, 0xea60, "GS-10015197", "1-7", 0);
	rig_minute(rig);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	rig_minute(rig);
	how->state = wt_buf_span(&state);
	how->first = 1;
}

BENT(same_port_other_serial, DEVICES, "device-not-registered", 0)
{
	rig_minute(rig);
	rig_device_del(rig, 0);
	rig->devices[rig_device(rig, 0x10c4, 0xea60, "GS-2", "1-3", 0)].rate = 64;
	rig_minutes(rig, 2);
}

BENT(without_serial_at_another_port, DEVICES, "device-not-registered", 0)
{
	rig_minute(rig);
	rig_device_del(rig, 1);
	rig->devices[rig_device(rig, 0x067b, 0x2303, "", "1-5", 0)].rate = 64;
	rig_minutes(rig, 2);
}

BENT(with_serial_at_another_port, DEVICES, "ok", 0)
{
	rig_minute(rig);
	rig_device_del(rig, 0);
	rig->devices[rig_device(rig, 0x10c4, 0xea60, "GS-1", "1-9", 0)].rate = 64;
	rig_minutes(rig, 2);
}

/* Registered with both (`registration --pin-paths`), it must stay where it was. */
BENT(pinned_at_another_port, DEVICES, "device-not-registered", 0)
{
	strcpy(rig->reg_devices[0].path, "1-9");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(pinned_at_its_port, DEVICES, "ok", 0)
{
	strcpy(rig->reg_devices[0].path, "1-3");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(other_product, DEVICES, "device-not-registered", 0)
{
	strcpy(rig->reg_devices[0].product, "CP2102 USB to UART");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(other_vid, DEVICES, "device-not-registered", 0)
{
	rig->reg_devices[0].vid = 0x10c5;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(other_pid, DEVICES, "device-not-registered", 0)
{
	rig->reg_devices[0].pid = 0xea61;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(cut_strings_match_nothing, DEVICES, "device-not-registered", 0)
{
	rig_minute(rig);
	rig_device_del(rig, 0);
	rig->devices[rig_device(rig, 0x10c4, 0xea60, "GS-1", "1-3", WATTEST_DEVICE_TRUNCATED)]
		.rate = 64;
	rig_minutes(rig, 2);
}

BENT(cloned, DEVICES, "device-cloned", 0)
{
	rig_minute(rig);
	rig->devices[rig_device(rig, 0x10c4, 0xea60, "GS-1", "1-8", 0)].rate = 64;
	rig_minutes(rig, 2);
}

BENT(unplugged, DEVICES, "device-absent", 0)
{
	rig_minute(rig);
	rig_device_del(rig, 1);
	rig_minutes(rig, 2);
}

BENT(registered_but_never_there, DEVICES, "device-absent", 0)
{
	rig->reg_devices[2] = (struct wt_reg_device){
		.bus = 1, .vid = 1, .pid = 2, .serial = "GS-3", .model = "U2"
	};
	rig->reg.n_devices = 3;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(looked_at_from_the_middle, DEVICES, "device-unidentified", ALSO(SOURCES) | ALSO(ENERGY))
{
	rig_minutes(rig, 5);
	how->first = 2;
}

/* --- sources ---------------------------------------------------------------------------------- */

BENT(source_from_the_middle, SOURCES, "source-unidentified", ALSO(DEVICES) | ALSO(ENERGY))
{
	rig_minutes(rig, 5);
	how->first = 2;
}

BENT_SAYS(energy_from_the_middle, ENERGY, "energy-partly-unknown",
	  "*the first window looked at has nothing before it*", ALSO(DEVICES) | ALSO(SOURCES))
{
	rig_minutes(rig, 5);
	how->first = 2;
}

BENT(input_dies, SOURCES, "source-silent", 0)
{
	rig_minute(rig);
	rig->sources[0].dead = true;
	rig_minutes(rig, 2);
}

BENT(input_unplugged, SOURCES, "source-silent", 0)
{
	rig_minute(rig);
	rig_source_del(rig, 0);
	rig_minutes(rig, 2);
}

BENT(input_never_there, SOURCES, "source-silent", 0)
{
	strcpy(rig->reg_sources[0].chip, "ina238");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(input_of_another_parent, SOURCES, "source-silent", 0)
{
	strcpy(rig->reg_sources[0].parent, "1-0040");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(input_of_another_label, SOURCES, "source-silent", 0)
{
	strcpy(rig->reg_sources[0].label, "pout");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(input_of_another_attribute, SOURCES, "source-silent", 0)
{
	strcpy(rig->reg_sources[0].attribute, "power2_input");
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(dead_but_for_a_short_window, SOURCES, "ok", 0)
{
	/* A challenge closes a window before the next sample: nothing is wrong with that. */
	rig_minute(rig);
	rig_window(rig, 0, NO_NONCE);
	rig_attest(rig, NO_NONCE);
}

static void register_more(struct rig *rig, const char *chip, enum wt_role role, uint32_t class_ppm)
{
	struct wt_reg_source *reg = &rig->reg_sources[rig->reg.n_sources++];

	*reg = (struct wt_reg_source){ .attribute = "power1_input",
				       .role = role,
				       .class_ppm = class_ppm };
	strcpy(reg->chip, chip);
	rig_register(rig);
}

BENT(check_dies, SOURCES, "source-check-silent", 0)
{
	size_t i = rig_source(rig, "power_meter", "power1_input", 100000);

	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minute(rig);
	rig->sources[i].dead = true;
	rig_minutes(rig, 2);
}

BENT(input_misses_a_fifth, SOURCES, "source-partly-silent", 0)
{
	rig_minute(rig);
	rig->sources[0].at.missed += 15;
	rig->sources[0].at.samples -= 15;
	rig_minute(rig);
	rig->sources[0].at.missed += 12;
	rig->sources[0].at.samples -= 12;
	rig_minute(rig);
}

BENT(check_agrees, SOURCES, "ok", 0)
{
	rig_source(rig, "power_meter", "power1_input", 110000);
	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minutes(rig, 12);
}

BENT(check_shows_more, SOURCES, "source-contradicted", 0)
{
	rig_source(rig, "power_meter", "power1_input", 120000);
	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minutes(rig, 12);
}

BENT(check_shows_less, SOURCES, "source-contradicted", 0)
{
	rig_source(rig, "power_meter", "power1_input", 80000);
	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minutes(rig, 12);
}

BENT(check_contradicts_but_not_for_long, SOURCES, "ok", 0)
{
	rig_source(rig, "power_meter", "power1_input", 120000);
	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minutes(rig, 9);
}

BENT(check_contradicts_across_states, SOURCES, "source-contradicted", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state, .n = 6 };
	struct wt_verdict v;

	rig_source(rig, "power_meter", "power1_input", 120000);
	register_more(rig, "power_meter", WT_ROLE_CHECK, 50000);
	rig_minutes(rig, 12);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	how->state = wt_buf_span(&state);
	how->first = 6;
}

BENT(outputs_exceed_inputs, SOURCES, "source-contradicted", 0)
{
	rig_source(rig, "rail12", "power1_input", 60000);
	rig_source(rig, "rail5", "power1_input", 60000);
	register_more(rig, "rail12", WT_ROLE_OUTPUT, 10000);
	register_more(rig, "rail5", WT_ROLE_OUTPUT, 10000);
	rig_minutes(rig, 12);
}

BENT(outputs_within_inputs, SOURCES, "ok", 0)
{
	rig_source(rig, "rail12", "power1_input", 60000);
	rig_source(rig, "rail5", "power1_input", 30000);
	register_more(rig, "rail12", WT_ROLE_OUTPUT, 10000);
	register_more(rig, "rail5", WT_ROLE_OUTPUT, 10000);
	rig_minutes(rig, 12);
}

BENT(second_input_is_a_copy, SOURCES, "source-mirrored", 0)
{
	rig_source(rig, "copy", "power1_input", 100000);
	register_more(rig, "copy", WT_ROLE_INPUT, 10000);
	rig_minutes(rig, 6);
}

BENT(two_inputs_alike_at_times, SOURCES, "ok", 0)
{
	size_t i, other = rig_source(rig, "psu2", "power1_input", 100000);

	register_more(rig, "psu2", WT_ROLE_INPUT, 10000);
	for (i = 0; i < 12; i++) {
		rig->sources[other].mw = i % 4 ? 100000 : 100001;
		rig_minute(rig);
	}
}

BENT(power_frozen_while_devices_work, SOURCES, "source-frozen", 0)
{
	rig->sources[0].spread_mw = 0;
	rig_minutes(rig, 12);
}

BENT(power_constant_while_nothing_works, SOURCES, "ok", 0)
{
	rig->sources[0].spread_mw = 0;
	rig->devices[0].rate = rig->devices[1].rate = 0;
	rig_minutes(rig, 12);
}

BENT(two_match_one, SOURCES, "source-ambiguous", 0)
{
	rig_minute(rig);
	rig_source(rig, "dps800", "power1_input", 50000);
	rig_minutes(rig, 2);
}

BENT(calibration_ran_out, SOURCES, "calibration-expired", 0)
{
	rig->reg_sources[0].calibrated_until = RIG_T0 + 90;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(calibration_runs, SOURCES, "ok", 0)
{
	rig->reg_sources[0].calibrated_until = RIG_T0 + 180;
	rig_register(rig);
	rig_minutes(rig, 2);
}

/* --- activity --------------------------------------------------------------------------------- */

static void claim_unobserved(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->unobserved = wt_span("no BTF of usbcore", 17);
}

BENT(claims_unobserved, ACTIVITY, "activity-unobserved", 0)
{
	rig->edit_attestation = claim_unobserved;
	rig_minutes(rig, 2);
}

BENT(newest_window_unobserved, ACTIVITY, "activity-unobserved", 0)
{
	rig_minutes(rig, 2);
	rig->observed = false;
	rig_minute(rig);
}

BENT(probe_starts_a_little_late, ACTIVITY, "ok", 0)
{
	rig->observed = false;
	rig_minutes(rig, 2);
	rig->observed = true;
	rig_minutes(rig, 2);
}

BENT_SAYS(unobserved_for_long, ACTIVITY, "activity-partly-unobserved", "for * no probe counted*", 0)
{
	rig->observed = false;
	rig_minutes(rig, 6);
	rig->observed = true;
	rig_minutes(rig, 2);
}

/* --- energy ----------------------------------------------------------------------------------- */

static void only_grant(struct rig *rig, uint32_t wh, int64_t from, int64_t until)
{
	rig->n_grants = 0;
	rig_grant(rig, wh, from, until);
}

BENT_SAYS(more_than_was_bought, ENERGY, "energy-exceeded", "exceeded: * bought, * over", 0)
{
	only_grant(rig, 1, 0, 3600);
	rig_minutes(rig, 2);
}

BENT(upper_bound_does_not_fit, ENERGY, "energy-inquire", 0)
{
	only_grant(rig, 10, 0, 3600);
	rig_minutes(rig, 6); /* 100 W for 6 min: 10 Wh, +- 1 % */
}

BENT(fits_to_the_last_uj, ENERGY, "ok", 0)
{
	rig->reg_sources[0].class_ppm = 0;
	rig_register(rig);
	only_grant(rig, 10, 0, 3600);
	rig_minutes(rig, 6);
}

BENT(bought_for_another_hour, ENERGY, "energy-exceeded", 0)
{
	only_grant(rig, 1000, 3600, 7200);
	rig_minutes(rig, 2);
}

BENT_SAYS(no_grant_at_all, ENERGY, "energy-exceeded", "* charged, and no grant to this rig was given", 0)
{
	rig->n_grants = 0;
	rig_minutes(rig, 2);
}

BENT(dark_time_is_charged_at_nameplate, ENERGY, "energy-exceeded", ALSO(SOURCES))
{
	only_grant(rig, 100, 0, 3600); /* 3,500 W for two minutes: 117 Wh */
	rig->sources[0].dead = true;
	rig_minutes(rig, 2);
}

BENT(unplugged_meter_is_charged_at_nameplate, ENERGY, "energy-exceeded", ALSO(SOURCES))
{
	only_grant(rig, 100, 0, 3600);
	rig_source_del(rig, 0);
	rig_minutes(rig, 2);
}

BENT(no_input_registered, ENERGY, "input-not-registered", 0)
{
	rig->reg_sources[0].role = WT_ROLE_CHECK;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(before_the_registration_is_not_charged, ENERGY, "ok", 0)
{
	rig->reg.not_before = RIG_T0 + 50;
	rig_register(rig);
	only_grant(rig, 1, 50, 3600); /* ten seconds of 100 W: 0.28 Wh */
	rig_minute(rig);
}

BENT_TESTS

/* The first window counts from nothing; and of none can be told whether that source is the input. */
TEST(energy_from_the_middle_in_every_window)
{
	EXPECT_EQ(3, findings_of(energy_from_the_middle, WT_CHECK_ENERGY));
}

TEST_HARNESS_MAIN
