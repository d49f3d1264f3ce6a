// SPDX-License-Identifier: Apache-2.0
/* What touches the measurement, what an honest rig does too, and who was watching. */
#include "tests/unit/lib/bent.h"

#include <endian.h>

/* One event of that kind, in the third minute of a rig that is watched. */
static void event(struct rig *rig, enum wattest_event_kind kind, uint32_t count, const char *detail)
{
	rig_watch(rig);
	rig_minutes(rig, 2);
	rig_event(rig, kind, count, detail);
	rig_minutes(rig, 2);
}

#define EVENT_IS(name, code, kind, detail)                        \
	BENT(name, INTEGRITY, code, 0)                            \
	{                                                         \
		event(rig, WATTEST_EVENT_##kind, 1, detail);      \
	}

EVENT_IS(link_detached, "probe-detached", DETACH, "link of wattest_usb")
EVENT_IS(ftrace_off, "probe-detached", DETACH, "ftrace_enabled")
EVENT_IS(agent_traced, "agent-traced", PTRACE, "by system call")
EVENT_IS(program_loaded, "bpf-loaded", BPF, "kprobe peek")
EVENT_IS(helper_used, "bpf-loaded", BPF, "type 1 peek")
EVENT_IS(memory_opened, "raw-opened", RAW, "/dev/mem")
EVENT_IS(i2c_opened, "raw-opened", RAW, "/dev/i2c-0")
EVENT_IS(shunt_written, "sensor-written", SENSOR, "0-0058 shunt_resistor")
EVENT_IS(interval_written, "sensor-written", SENSOR, "0-0058 update_interval")
EVENT_IS(kernel_loaded, "kexec-loaded", KEXEC, "to be booted")
EVENT_IS(clock_slowed, "clock-slewed", CLOCK, "tick 9000")
EVENT_IS(clock_hastened, "clock-slewed", CLOCK, "tick 10011")
EVENT_IS(module_unsigned, "module-loaded", MODULE, "rootkit taints 3000")

/* What of a flood was not told apart has no names: nothing excuses it. */
EVENT_IS(rest_of_modules, "module-loaded", MODULE, NULL)
EVENT_IS(rest_of_clock, "clock-slewed", CLOCK, NULL)
EVENT_IS(rest_of_unbinding, "source-unbound", UNBIND, NULL)
EVENT_IS(rest_of_programs, "bpf-loaded", BPF, NULL)
EVENT_IS(rest_of_raw, "raw-opened", RAW, NULL)

/* An honest rig's. */
EVENT_IS(tpm_opened, "ok", RAW, "/dev/tpmrm0")
EVENT_IS(fan_set, "ok", SENSOR, "nct6775.656 pwm1")
EVENT_IS(limit_set, "ok", SENSOR, "0-0058 power1_max")
EVENT_IS(crash_kernel_loaded, "ok", KEXEC, "for a crash")
EVENT_IS(clock_set, "ok", CLOCK, "set")
EVENT_IS(clock_steered, "ok", CLOCK, "tick 10010")
EVENT_IS(module_signed, "ok", MODULE, "usb_storage")
EVENT_IS(other_driver_unbound, "ok", UNBIND, "1-4:1.0 from ftdi_sio")

EVENT_IS(meter_unbound, "source-unbound", UNBIND, "0-0058 from pmbus")
EVENT_IS(neighbour_unbound, "ok", UNBIND, "0-005 from pmbus")

/* LOAD is at 20 s of boottime. */
EVENT_IS(program_from_before_the_log, "ok", BPF, "at 19999 ms: kprobe there")
EVENT_IS(program_from_before_the_probes, "bpf-loaded", BPF, "at 20000 ms: kprobe there")
EVENT_IS(program_with_a_time_for_a_name, "bpf-loaded", BPF, "at 1 ms")

/* The kernel's own look at its clock, which needs no probe. */
BENT(clock_ran_slow, INTEGRITY, "clock-slewed", 0)
{
	rig_clock_rate(rig, -90000000);
	rig_minute(rig);
}

BENT(worst_of_several, INTEGRITY, "probe-detached", 0)
{
	rig_watch(rig);
	rig_event(rig, WATTEST_EVENT_RAW, 1, "/dev/mem");
	rig_event(rig, WATTEST_EVENT_DETACH, 1, "link of wattest_raw");
	rig_minute(rig);
}

/* --- who watches ------------------------------------------------------------------------------- */

BENT(watched, INTEGRITY, "ok", 0)
{
	rig_watch(rig);
	rig_minutes(rig, 8);
}

BENT(never_watched, INTEGRITY, "none", 0)
{
	rig_minutes(rig, 8);
}

BENT(restarted_agent, INTEGRITY, "ok", 0)
{
	rig_watch(rig);
	rig_minutes(rig, 2);
	for (uint32_t i = 0; i < 14; i++)
		rig_probe_del(rig, RIG_WATCH + i);
	rig_minutes(rig, 4);
	rig_watch(rig);
	rig_minutes(rig, 2);
}

BENT(no_longer_watched, INTEGRITY, "integrity-unwatched", 0)
{
	rig_watch(rig);
	rig_minutes(rig, 2);
	for (uint32_t i = 0; i < 14; i++)
		rig_probe_del(rig, RIG_WATCH + i);
	rig_minutes(rig, 6);
}

BENT(one_program_gone, INTEGRITY, "integrity-unwatched", 0)
{
	rig_watch(rig);
	rig_minutes(rig, 2);
	rig_probe_del(rig, RIG_WATCH + 9);
	rig_minutes(rig, 6);
}

BENT(one_program_missing, INTEGRITY, "integrity-unwatched", 0)
{
	rig_probe_of(rig, RIG_WATCH, "do_init_module");
	rig_minutes(rig, 6);
}

BENT(watched_late, INTEGRITY, "integrity-unwatched", 0)
{
	rig_probe_of(rig, RIG_WATCH, "do_init_module");
	rig_minutes(rig, 6);
	rig_watch(rig);
	rig_minutes(rig, 2);
}

/* After a reboot all of them must be attached anew. */
BENT(not_watched_after_a_reboot, INTEGRITY, "integrity-unwatched", ALSO(ENERGY))
{
	rig_watch(rig);
	rig_minutes(rig, 2);
	rig_off(rig, 60);
	rig_boot(rig);
	rig_minutes(rig, 6);
}

/* Judged every two minutes with the state: each piece is short enough, the whole is not. */
BENT(not_watched_in_pieces, INTEGRITY, "integrity-unwatched", 0)
{
	static struct wt_buf states[2];
	struct rig_judging piece = { .n = 2, .ret_state = &states[0] };
	struct wt_verdict v;

	rig_watch(rig);
	rig_minutes(rig, 2);
	for (uint32_t i = 0; i < 14; i++)
		rig_probe_del(rig, RIG_WATCH + i);
	rig_minutes(rig, 6);
	for (size_t k = 0; k < 3; k++) {
		piece.first = 2 * k;
		v = rig_judge(rig, &piece);
		wt_verdict_clear(&v);
		piece.state = wt_buf_span(&states[k & 1]);
		piece.ret_state = &states[~k & 1];
		wt_buf_reset(&states[~k & 1]);
	}
	how->state = piece.state;
	how->first = 6;
	how->n = 2;
}

BENT_TESTS

/* --- what the sentence says -------------------------------------------------------------------- */

static void expect_said(struct __test_metadata *_metadata, struct rig *rig, const char *what)
{
	struct rig_judging how = { 0 };
	struct wt_verdict v = rig_judge(rig, &how);

	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_INTEGRITY].reason, what))
	{
		TH_LOG("%s: %s", what, v.checks[WT_CHECK_INTEGRITY].reason);
	}
	wt_verdict_clear(&v);
}

FIXTURE(said)
{
	struct rig rig;
};

FIXTURE_SETUP(said)
{
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
	rig_watch(&self->rig);
}

FIXTURE_TEARDOWN(said)
{
	rig_free(&self->rig);
}

TEST_F(said, a_flood_with_its_count)
{
	rig_event(&self->rig, WATTEST_EVENT_RAW, 1, "/dev/i2c-0");
	rig_event(&self->rig, WATTEST_EVENT_RAW, 999, "/dev/i2c-0");
	rig_minute(&self->rig);
	expect_said(_metadata, &self->rig,
		    "a raw device was opened: /dev/i2c-0, by tool (77); 1000 such events in all");
}

TEST_F(said, a_note_beside_affirming)
{
	rig_event(&self->rig, WATTEST_EVENT_MODULE, 1, "usb_storage");
	rig_minute(&self->rig);
	expect_said(_metadata, &self->rig,
		    "; a kernel module was loaded: usb_storage, by tool (77)");
}

TEST_F(said, what_is_missing)
{
	rig_probe_del(&self->rig, RIG_WATCH + 10);
	rig_minutes(&self->rig, 6);
	expect_said(_metadata, &self->rig, "nothing sees now, for one: kexec");
}

TEST_HARNESS_MAIN
