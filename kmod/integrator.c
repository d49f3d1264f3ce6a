// SPDX-License-Identifier: GPL-2.0
/*
 * See integrator.h. A trapezoid's area is (p0 + p1) / 2 * dt, in uW * ns; 1e9 of that is one uJ. So
 * the quotient of (p0 + p1) * dt by 2e9 is added, and the rest is carried into the next interval.
 */
#ifdef __KERNEL__
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/time64.h>
#endif

#include "integrator.h"

#ifndef __KERNEL__
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define NSEC_PER_SEC 1000000000L
static u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	return (__uint128_t)a * b / c;
}
#endif

#define UNITS_PER_UJ (2ULL * NSEC_PER_SEC)

void wattest_integrator_start(struct wattest_integrator *it, u64 now_ns)
{
	*it = (struct wattest_integrator){ .start_ns = now_ns, .horizon_ns = now_ns };
	wattest_integrator_new_window(it);
}

/*
 * All ones in 32 bits, in the units that drivers have: uW, mW and W, scaled to the caller's
 * micro-unit.
 */
static bool is_all_ones(u64 reading)
{
	return reading == U32_MAX || reading == U32_MAX * 1000ULL ||
	       reading == U32_MAX * 1000000ULL || reading == U64_MAX;
}

/*
 * A sensor that hung: by the time its reading came, the time before the horizon was settled. What
 * it says is of no use any more.
 */
static bool too_late(struct wattest_integrator *it, u64 now_ns)
{
	if (now_ns >= it->horizon_ns)
		return false;
	it->missed++;
	return true;
}

/* reading is good at now_ns, and uw its power, unless it is the first of an accumulator. */
static void accept(struct wattest_integrator *it, u64 now_ns, u64 reading)
{
	it->last_reading = reading;
	it->has_base = true;
	it->horizon_ns = now_ns;
	it->last_good_ns = now_ns;
	it->samples++;
}

static void note_power(struct wattest_integrator *it, u64 uw)
{
	it->last_uw = uw;
	it->window_last_uw = uw;
	if (uw < it->min_uw)
		it->min_uw = uw;
	if (uw > it->max_uw)
		it->max_uw = uw;
}

bool wattest_integrator_power(struct wattest_integrator *it,
			      const struct wattest_integrator_limits *limits, u64 now_ns, u64 uw)
{
	u64 dt = now_ns - it->horizon_ns;

	if (too_late(it, now_ns))
		return true;
	if (is_all_ones(uw) || uw > limits->limit_uw) {
		it->refused++;
		return false;
	}
	if (it->has_base && dt <= limits->max_gap_ns) {
		u64 sum = it->last_reading + uw;
		u64 whole = mul_u64_u64_div_u64(sum, dt, UNITS_PER_UJ);

		/* The rest is below 2e9, so the low 64 bits of the products are enough. */
		it->remainder += sum * dt - whole * UNITS_PER_UJ;
		if (it->remainder >= UNITS_PER_UJ) {
			it->remainder -= UNITS_PER_UJ;
			whole++;
		}
		it->energy_uj += whole;
	} else {
		it->unmeasured_ns += dt;
	}
	accept(it, now_ns, uw);
	note_power(it, uw);
	return true;
}

bool wattest_integrator_energy(struct wattest_integrator *it,
			       const struct wattest_integrator_limits *limits, u64 now_ns, u64 uj)
{
	u64 dt = now_ns - it->horizon_ns;
	u64 delta, most;

	if (too_late(it, now_ns))
		return true;
	if (is_all_ones(uj)) {
		it->refused++;
		return false;
	}
	if (!it->has_base || dt > limits->max_gap_ns) {
		it->unmeasured_ns += dt;
		accept(it, now_ns, uj);
		return true;
	}
	/*
	 * Hardware refreshes in its own time: a reading may bring up to a gap's worth from before.
	 */
	most = mul_u64_u64_div_u64(limits->limit_uw, dt + limits->max_gap_ns, NSEC_PER_SEC);
	delta = uj - it->last_reading;
	/* Backwards is as a difference more than anything. */
	if (delta > most) {
		it->refused++;
		it->unmeasured_ns += dt;
		it->horizon_ns = now_ns;
		it->last_reading = uj;
		return false;
	}
	it->energy_uj += delta;
	accept(it, now_ns, uj);
	if (dt)
		note_power(it, mul_u64_u64_div_u64(delta, NSEC_PER_SEC, dt));
	return true;
}

void wattest_integrator_refuse(struct wattest_integrator *it)
{
	it->refused++;
}

void wattest_integrator_miss(struct wattest_integrator *it)
{
	it->missed++;
}

bool wattest_integrator_stale(const struct wattest_integrator *it,
			      const struct wattest_integrator_limits *limits, u64 now_ns)
{
	u64 since = it->last_good_ns ? it->last_good_ns : it->start_ns;

	return now_ns > since && now_ns - since > limits->max_gap_ns;
}

void wattest_integrator_settle(struct wattest_integrator *it,
			       const struct wattest_integrator_limits *limits, u64 now_ns)
{
	if (it->ended || !wattest_integrator_stale(it, limits, now_ns) || now_ns < it->horizon_ns)
		return;
	it->unmeasured_ns += now_ns - it->horizon_ns;
	it->horizon_ns = now_ns;
	it->has_base = false;
}

void wattest_integrator_end(struct wattest_integrator *it, u64 now_ns)
{
	if (!it->ended && now_ns > it->horizon_ns) {
		it->unmeasured_ns += now_ns - it->horizon_ns;
		it->horizon_ns = now_ns;
	}
	it->ended = true;
}

void wattest_integrator_new_window(struct wattest_integrator *it)
{
	it->min_uw = U64_MAX;
	it->max_uw = 0;
	it->window_last_uw = 0;
}
