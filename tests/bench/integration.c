// SPDX-License-Identifier: Apache-2.0
/*
 * How far the kernel's integrator is from the truth when it samples a varying load once a second: a day
 * of a rig that ramps up, hunts around its set point, is curtailed to 30 % for an hour, throttles now and then and
 * restarts twice. The truth is the trace's integral at 1 ms, in 128 bits.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kmod/integrator.h"
#include "tests/bench/figure.h"

#define DAY_MS (24u * 3600 * 1000)
#define RAMP_MS (8u * 60 * 1000)
#define GOAL_PERCENT 0.1

/* Power at a millisecond of the day, uW. */
static uint64_t trace_uw(uint32_t ms)
{
	static const uint32_t restarts[] = { 0, 31337000, 61234500 };
	double s = ms / 1000.0, w = 3300.0;

	w += 40.0 * sin(s * 2 * M_PI / 7.3) + 25.0 * sin(s * 2 * M_PI / 61.7) + 90.0 * sin(s * 2 * M_PI / 5400);
	if (ms >= 43200000 && ms < 46800000)
		w *= 0.30;
	if ((ms / 1000) % 733 < 21) /* a hot board throttles */
		w *= 0.85;
	for (size_t i = 0; i < sizeof(restarts) / sizeof(*restarts); i++) {
		if (ms >= restarts[i] && ms - restarts[i] < RAMP_MS)
			w = 120.0 + (w - 120.0) * (ms - restarts[i]) / RAMP_MS;
	}
	return (uint64_t)(w * 1e6);
}

int main(void)
{
	const struct wattest_integrator_limits limits = { .max_gap_ns = 3000000000, .limit_uw = 4200000000 };
	struct wattest_integrator it;
	unsigned __int128 twice_uw_ms = 0;
	uint64_t before = trace_uw(0);
	double truth_uj, error;
	char measured[32];

	wattest_integrator_start(&it, 1);
	for (uint32_t ms = 0; ms <= DAY_MS; ms++) {
		uint64_t now = trace_uw(ms);

		if (ms)
			twice_uw_ms += before + now;
		before = now;
		if (ms % 1000 == 0 && !wattest_integrator_power(&it, &limits, 1 + ms * 1000000ull, now))
			abort();
	}
	truth_uj = (double)twice_uw_ms / 2e3;
	error = 100.0 * fabs((double)it.energy_uj - truth_uj) / truth_uj;
	snprintf(measured, sizeof(measured), "%.5f %%", error);
	figure("integration error, a day of 1 s samples", measured, "< 0.1 %", error < GOAL_PERCENT);
	return 0;
}
