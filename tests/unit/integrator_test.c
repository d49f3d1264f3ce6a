// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel module's integrator against exact integrals. The reference adds up (p0 + p1) * dt in 128 bits,
 * without a division in between, so it is exact for the trapezoid; and for a power that is constant, steps at
 * samples, or ramps linearly between them, the trapezoid is the integral itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "kmod/integrator.h"
#include "kselftest_harness.h"

/* The harness makes a fixture's teardown a public function. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define MS 1000000ULL
#define S 1000000000ULL
#define W 1000000ULL /* in uW, and the J in uJ */
#define START (5 * S + 123456789)

typedef unsigned __int128 u128;

static const struct wattest_integrator_limits LIMITS = {
	.max_gap_ns = 3 * S,
	.limit_uw = 1000000 * W,
};

/* The exact integral, in units of half a uW * ns. */
struct reference {
	u128 sum;
	u64 at;
	u64 uw;
	bool begun;
};

static void reference_add(struct reference *r, u64 at, u64 uw)
{
	if (r->begun)
		r->sum += (u128)(r->uw + uw) * (at - r->at);
	*r = (struct reference){ r->sum, at, uw, true };
}

static u64 reference_uj(const struct reference *r)
{
	return r->sum / (2 * S);
}

static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 16) % n;
}

static bool time_adds_up(const struct wattest_integrator *it, u64 measured)
{
	return measured + it->unmeasured_ns == it->horizon_ns - it->start_ns;
}

FIXTURE(integrator)
{
	struct wattest_integrator it;
	struct reference ref;
};

FIXTURE_SETUP(integrator)
{
	wattest_integrator_start(&self->it, START);
	random_state = 42;
}

FIXTURE_TEARDOWN(integrator)
{
}

TEST_F(integrator, constant)
{
	for (u64 i = 0; i <= 3600; i++)
		ASSERT_TRUE(wattest_integrator_power(&self->it, &LIMITS, START + i * S, 3245 * W));
	/* 3,245 W for an hour, to the uJ */
	EXPECT_EQ(self->it.energy_uj, 3245 * W * 3600);
	EXPECT_EQ(self->it.remainder, 0);
	EXPECT_EQ(self->it.unmeasured_ns, 0);
	EXPECT_EQ(self->it.samples, 3601);
	EXPECT_EQ(self->it.min_uw, 3245 * W);
	EXPECT_EQ(self->it.max_uw, 3245 * W);
	EXPECT_TRUE(time_adds_up(&self->it, 3600 * S));
}

/* 1 uW sampled every ms: a division per sample would round all of it away. */
TEST_F(integrator, remainder_is_carried)
{
	for (u64 i = 0; i <= 1000000; i++)
		wattest_integrator_power(&self->it, &LIMITS, START + i * MS, 1);
	EXPECT_EQ(self->it.energy_uj, 1000);
	EXPECT_EQ(self->it.remainder, 0);
}

TEST_F(integrator, steps)
{
	/* 100 W and 3,000 W by turns, each for a second, with an edge of 1 ns at each turn */
	u64 t = START;

	for (int i = 0; i < 1000; i++) {
		u64 uw = i % 2 ? 3000 * W : 100 * W;

		wattest_integrator_power(&self->it, &LIMITS, t, uw);
		reference_add(&self->ref, t, uw);
		t += S - 1;
		wattest_integrator_power(&self->it, &LIMITS, t, uw);
		reference_add(&self->ref, t, uw);
		t += 1;
	}
	EXPECT_EQ(self->it.energy_uj, reference_uj(&self->ref));
	/* 500 s of each but for the edges, 1 ns of the mean power; the last second lacks its edge */
	EXPECT_EQ(self->it.energy_uj,
		  (u64)(((u128)500 * (100 * W + 3000 * W) * (S - 1) + 999 * 1550 * W) / S));
	EXPECT_EQ(self->it.min_uw, 100 * W);
	EXPECT_EQ(self->it.max_uw, 3000 * W);
}

TEST_F(integrator, ramp)
{
	/* from 0 to 3,600 W in an hour: half the rectangle */
	for (u64 i = 0; i <= 3600; i++)
		wattest_integrator_power(&self->it, &LIMITS, START + i * S, i * W);
	EXPECT_EQ(self->it.energy_uj, 3600 * W * 3600 / 2);
}

TEST_F(integrator, jittered_samples_within_one_microjoule)
{
	u64 t = START;

	for (int i = 0; i < 100000; i++) {
		u64 uw = random_below(4000 * W);

		ASSERT_TRUE(wattest_integrator_power(&self->it, &LIMITS, t, uw));
		reference_add(&self->ref, t, uw);
		t += 1 + random_below(3 * S);
	}
	EXPECT_EQ(self->it.energy_uj, reference_uj(&self->ref));
	EXPECT_EQ(self->it.remainder, (u64)(self->ref.sum % (2 * S)));
}

/* The largest values that module parameters allow. */
TEST_F(integrator, extremes_fit)
{
	const struct wattest_integrator_limits wide = { 3600 * S, 4000000 * W };

	for (u64 i = 0; i < 1000; i++) {
		ASSERT_TRUE(wattest_integrator_power(&self->it, &wide, START + i * 3600 * S, 4000000 * W));
		reference_add(&self->ref, START + i * 3600 * S, 4000000 * W);
	}
	EXPECT_EQ(self->it.energy_uj, reference_uj(&self->ref));
	EXPECT_EQ(self->it.energy_uj, 4000000 * W * 3600 * 999);
}

TEST_F(integrator, gap)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 1000 * W);
	wattest_integrator_power(&self->it, &LIMITS, START + 3 * S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 3000 * W); /* the maximum gap itself is measured */
	wattest_integrator_power(&self->it, &LIMITS, START + 6 * S + 1, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 3000 * W); /* a ns more is not, neither at P(now) nor as zero */
	EXPECT_EQ(self->it.unmeasured_ns, 3 * S + 1);
	wattest_integrator_power(&self->it, &LIMITS, START + 7 * S + 1, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 4000 * W);
	EXPECT_TRUE(time_adds_up(&self->it, 4 * S));
}

TEST_F(integrator, before_the_first_sample)
{
	wattest_integrator_power(&self->it, &LIMITS, START + 2 * S, 1000 * W);
	wattest_integrator_power(&self->it, &LIMITS, START + 3 * S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 1000 * W);
	EXPECT_EQ(self->it.unmeasured_ns, 2 * S);
}

TEST_F(integrator, missed_samples_bridge_a_short_gap)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 1000 * W);
	wattest_integrator_miss(&self->it);
	wattest_integrator_power(&self->it, &LIMITS, START + 2 * S, 3000 * W);
	EXPECT_EQ(self->it.energy_uj, 4000 * W);
	EXPECT_EQ(self->it.missed, 1);
	EXPECT_EQ(self->it.samples, 2);
}

TEST_F(integrator, refused_readings_are_never_used)
{
	static const u64 bad[] = {
		UINT32_MAX, UINT32_MAX * 1000ULL, UINT32_MAX * 1000000ULL, UINT64_MAX,
		1000000 * W + 1, (u64)INT64_MAX,
	};

	wattest_integrator_power(&self->it, &LIMITS, START, 1000 * W);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_FALSE(wattest_integrator_power(&self->it, &LIMITS, START + (i + 1) * 100 * MS,
						      bad[i]));
	}
	wattest_integrator_refuse(&self->it); /* a negative one */
	wattest_integrator_power(&self->it, &LIMITS, START + S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 1000 * W);
	EXPECT_EQ(self->it.refused, ARRAY_SIZE(bad) + 1);
	EXPECT_EQ(self->it.samples, 2);
	EXPECT_EQ(self->it.max_uw, 1000 * W);
	EXPECT_EQ(self->it.last_uw, 1000 * W);
	EXPECT_EQ(self->it.unmeasured_ns, 0);
	/* for longer than the maximum gap: the time is unmeasured */
	wattest_integrator_power(&self->it, &LIMITS, START + 3 * S, bad[0]);
	wattest_integrator_power(&self->it, &LIMITS, START + 5 * S, 1000 * W);
	EXPECT_EQ(self->it.unmeasured_ns, 4 * S);
	EXPECT_EQ(self->it.energy_uj, 1000 * W);
	/* the limit itself can be true, and so can zero */
	EXPECT_TRUE(wattest_integrator_power(&self->it, &LIMITS, START + 6 * S, 1000000 * W));
	EXPECT_TRUE(wattest_integrator_power(&self->it, &LIMITS, START + 7 * S, 0));
}

TEST_F(integrator, dead_sensor_shows_while_it_is_dead)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 1000 * W);
	wattest_integrator_settle(&self->it, &LIMITS, START + 3 * S);
	EXPECT_EQ(self->it.unmeasured_ns, 0);
	EXPECT_FALSE(wattest_integrator_stale(&self->it, &LIMITS, START + 3 * S));
	for (u64 i = 4; i <= 100; i++) {
		EXPECT_TRUE(wattest_integrator_stale(&self->it, &LIMITS, START + i * S));
		wattest_integrator_settle(&self->it, &LIMITS, START + i * S);
		EXPECT_EQ(self->it.unmeasured_ns, i * S);
		EXPECT_TRUE(time_adds_up(&self->it, 0));
	}
	/* comes back one second after the last look: that second has no base either */
	wattest_integrator_power(&self->it, &LIMITS, START + 101 * S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 0);
	EXPECT_EQ(self->it.unmeasured_ns, 101 * S);
	wattest_integrator_power(&self->it, &LIMITS, START + 102 * S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 1000 * W);
	EXPECT_TRUE(time_adds_up(&self->it, S));
}

TEST_F(integrator, never_read_at_all)
{
	wattest_integrator_settle(&self->it, &LIMITS, START + 2 * S);
	EXPECT_EQ(self->it.unmeasured_ns, 0);
	wattest_integrator_settle(&self->it, &LIMITS, START + 60 * S);
	EXPECT_EQ(self->it.unmeasured_ns, 60 * S);
	EXPECT_TRUE(wattest_integrator_stale(&self->it, &LIMITS, START + 60 * S));
}

/* A read that hung so long that its time was settled as unmeasured meanwhile. */
TEST_F(integrator, reading_from_before_the_horizon)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 1000 * W);
	wattest_integrator_settle(&self->it, &LIMITS, START + 10 * S);
	wattest_integrator_power(&self->it, &LIMITS, START + 5 * S, 1000 * W);
	EXPECT_EQ(self->it.energy_uj, 0);
	EXPECT_EQ(self->it.missed, 1);
	EXPECT_EQ(self->it.unmeasured_ns, 10 * S);
	EXPECT_EQ(self->it.horizon_ns, START + 10 * S);
}

TEST_F(integrator, windows_keep_their_own_bounds)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 900 * W);
	wattest_integrator_power(&self->it, &LIMITS, START + S, 1100 * W);
	wattest_integrator_new_window(&self->it);
	EXPECT_EQ(self->it.min_uw, UINT64_MAX);
	EXPECT_EQ(self->it.max_uw, 0);
	wattest_integrator_power(&self->it, &LIMITS, START + 2 * S, 1000 * W);
	EXPECT_EQ(self->it.min_uw, 1000 * W);
	EXPECT_EQ(self->it.max_uw, 1000 * W);
	EXPECT_EQ(self->it.window_last_uw, 1000 * W);
	/* the trapezoid goes on across the border */
	EXPECT_EQ(self->it.energy_uj, 1000 * W + 1050 * W);
}

TEST_F(integrator, accumulator)
{
	u64 uj = 987654321;

	for (u64 i = 0; i < 100; i++, uj += 2500 * W)
		ASSERT_TRUE(wattest_integrator_energy(&self->it, &LIMITS, START + i * S, uj));
	EXPECT_EQ(self->it.energy_uj, 99 * 2500 * W);
	EXPECT_EQ(self->it.last_uw, 2500 * W);
	EXPECT_EQ(self->it.min_uw, 2500 * W);
	EXPECT_TRUE(time_adds_up(&self->it, 99 * S));
}

TEST_F(integrator, accumulator_backwards)
{
	/* 32 bits of uJ that wrap: how often is not known, so the interval is unmeasured */
	wattest_integrator_energy(&self->it, &LIMITS, START, UINT32_MAX - 1000ULL);
	EXPECT_FALSE(wattest_integrator_energy(&self->it, &LIMITS, START + S, 500));
	EXPECT_EQ(self->it.energy_uj, 0);
	EXPECT_EQ(self->it.refused, 1);
	EXPECT_EQ(self->it.unmeasured_ns, S);
	/* but it is the new base */
	EXPECT_TRUE(wattest_integrator_energy(&self->it, &LIMITS, START + 2 * S, 1500));
	EXPECT_EQ(self->it.energy_uj, 1000);
	EXPECT_TRUE(time_adds_up(&self->it, S));
}

TEST_F(integrator, accumulator_too_fast)
{
	const struct wattest_integrator_limits low = { 3 * S, 4000 * W };

	wattest_integrator_energy(&self->it, &low, START, 0);
	/* refreshed late, up to one maximum gap: 4 s at 4 kW at most */
	EXPECT_TRUE(wattest_integrator_energy(&self->it, &low, START + S, 16000 * W));
	EXPECT_FALSE(wattest_integrator_energy(&self->it, &low, START + 2 * S, 32000 * W + 1));
	EXPECT_EQ(self->it.energy_uj, 16000 * W);
	EXPECT_EQ(self->it.unmeasured_ns, S);
	/* a reading of all ones is not even a base */
	EXPECT_FALSE(wattest_integrator_energy(&self->it, &low, START + 3 * S, UINT64_MAX));
	EXPECT_TRUE(wattest_integrator_energy(&self->it, &low, START + 4 * S, 32000 * W + 8));
	EXPECT_EQ(self->it.energy_uj, 16000 * W + 7);
	EXPECT_EQ(self->it.refused, 2);
}

TEST_F(integrator, accumulator_of_all_ones)
{
	static const u64 ones[] = { UINT32_MAX, UINT32_MAX * 1000ULL, UINT32_MAX * 1000000ULL, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(ones); i++)
		EXPECT_FALSE(wattest_integrator_energy(&self->it, &LIMITS, START + i * MS, ones[i]));
	EXPECT_EQ(self->it.refused, ARRAY_SIZE(ones));
	EXPECT_EQ(self->it.samples, 0);
}

TEST_F(integrator, accumulator_after_a_gap)
{
	wattest_integrator_energy(&self->it, &LIMITS, START, 0);
	wattest_integrator_energy(&self->it, &LIMITS, START + 10 * S, 10000 * W);
	EXPECT_EQ(self->it.energy_uj, 0);
	EXPECT_EQ(self->it.unmeasured_ns, 10 * S);
	wattest_integrator_energy(&self->it, &LIMITS, START + 11 * S, 11000 * W);
	EXPECT_EQ(self->it.energy_uj, 1000 * W);
}

/* A driver bound anew before each second sample: all of that time shows as unmeasured. */
TEST_F(integrator, what_ends_hides_no_time)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 3000 * W);
	wattest_integrator_end(&self->it, START + 990 * MS);
	EXPECT_EQ(self->it.energy_uj, 0);
	EXPECT_EQ(self->it.unmeasured_ns, 990 * MS);
	EXPECT_TRUE(time_adds_up(&self->it, 0));
	/* the window that lists it a last time comes later: that time is nobody's */
	wattest_integrator_settle(&self->it, &LIMITS, START + 60 * S);
	wattest_integrator_end(&self->it, START + 60 * S);
	EXPECT_EQ(self->it.unmeasured_ns, 990 * MS);
}

TEST_F(integrator, a_stale_source_that_ends_is_counted_once)
{
	wattest_integrator_power(&self->it, &LIMITS, START, 3000 * W);
	wattest_integrator_settle(&self->it, &LIMITS, START + 10 * S);
	wattest_integrator_end(&self->it, START + 12 * S);
	EXPECT_EQ(self->it.unmeasured_ns, 12 * S);
	EXPECT_TRUE(time_adds_up(&self->it, 0));
}

/* A smooth swing between -1 and 1, of two parabolas. */
static double swing(double t, double period)
{
	double x = t / period - (long)(t / period);

	return x < 0.5 ? 16 * x * (0.5 - x) : -16 * (x - 0.5) * (1 - x);
}

/*
 * An hour of a rig: a ramp of 10 minutes, then work with a slow and a quick swing and noise between the
 * samples. Sampled each second with 20 ms of jitter; the truth is summed up in steps of 1 ms.
 */
TEST_F(integrator, replay_of_a_varying_trace)
{
	double truth = 0;
	double error;
	u64 next = 0;

	for (u64 ms = 0; ms <= 3600000; ms++) {
		double t = ms / 1000.0;
		double ramp = t < 600 ? t / 600 : 1;
		double watts = 120 + ramp * (3100 + 150 * swing(t, 300) + 60 * swing(t, 3)) +
			       (double)random_below(80) - 40;

		truth += watts * (ms && ms < 3600000 ? 1 : 0.5) * 1000; /* uJ in one ms */
		if (ms >= next || ms == 3600000) {
			wattest_integrator_power(&self->it, &LIMITS, START + ms * MS, watts * W);
			next = ms / 1000 * 1000 + 1000 + random_below(20);
		}
	}
	error = ((double)self->it.energy_uj - truth) / truth;
	error = error < 0 ? -error : error;
	TH_LOG("%.3f kJ of %.3f kJ, %.5f %% off", self->it.energy_uj / 1e9, truth / 1e9, error * 100);
	EXPECT_LT(error, 0.001);
	EXPECT_GT(error, 0); /* the trace does vary between samples */
	EXPECT_TRUE(time_adds_up(&self->it, 3600 * S));
}

TEST_HARNESS_MAIN
