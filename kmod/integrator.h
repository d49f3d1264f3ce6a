/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From readings to energy, by integers only. Pure: no lock, no clock, no kernel; the unit tests
 * build it in user space.
 *
 * A register begins at start_ns and is exact up to horizon_ns:
 *	measured time + unmeasured_ns == horizon_ns - start_ns
 * Power is integrated by the trapezoid between two good samples no further apart than max_gap_ns,
 * and an accumulator is differenced under the same rule. Time across a longer gap is unmeasured,
 * never a guess: for an accumulator too, since nobody knows how often it wrapped meanwhile.
 */
#ifndef WATTEST_INTEGRATOR_H
#define WATTEST_INTEGRATOR_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint64_t u64;
typedef uint32_t u32;
#endif

struct wattest_integrator_limits {
	u64 max_gap_ns;		/* at most 3.6e12, so that every product below fits */
	u64 limit_uw;		/* at most 4e12; a higher power cannot be true */
};

struct wattest_integrator {
	u64 energy_uj;		/* measured so far */
	u64 remainder;		/* of the division by 2e9, carried: no fraction of a uJ is lost */
	u64 start_ns;
	u64 horizon_ns;
	u64 unmeasured_ns;
	u64 last_reading;	/* uW, or the accumulator's uJ; the base of the next interval */
	bool has_base;		/* last_reading stands at horizon_ns */
	bool ended;
	u64 last_uw;		/* last good power; of an accumulator, since the reading before */
	u64 last_good_ns;	/* 0: there was none yet */
	u32 samples;		/* good ones */
	u32 missed;
	u32 refused;
	/* Good samples since the last wattest_integrator_new_window(). */
	u64 min_uw;		/* all ones: there was none */
	u64 max_uw;
	u64 window_last_uw;
};

/* Starts at now_ns with nothing measured. Times are CLOCK_BOOTTIME and never run backwards. */
void wattest_integrator_start(struct wattest_integrator *it, u64 now_ns);

/* A reading of power. Returns false when it cannot be true and was refused. */
bool wattest_integrator_power(struct wattest_integrator *it,
			      const struct wattest_integrator_limits *limits, u64 now_ns, u64 uw);

/*
 * A reading of an energy accumulator. Returns false when it was refused: backwards, or more energy
 * than limit_uw gives in the interval and one maximum gap; then the reading is only a new base, and
 * the time before it unmeasured.
 */
bool wattest_integrator_energy(struct wattest_integrator *it,
			       const struct wattest_integrator_limits *limits, u64 now_ns, u64 uj);

/* A reading that is no number of this kind at all, such as a negative one. */
void wattest_integrator_refuse(struct wattest_integrator *it);

/* A read that failed. */
void wattest_integrator_miss(struct wattest_integrator *it);

/* No good sample for longer than the maximum gap. */
bool wattest_integrator_stale(const struct wattest_integrator *it,
			      const struct wattest_integrator_limits *limits, u64 now_ns);

/*
 * If stale, moves the horizon to now_ns: so a dead sensor's time shows as unmeasured while it is
 * dead.
 */
void wattest_integrator_settle(struct wattest_integrator *it,
			       const struct wattest_integrator_limits *limits, u64 now_ns);

/*
 * The source goes at now_ns, or the log ends: nobody measures what lies between the last good
 * sample and that, so it is unmeasured. Else a driver bound anew before each second sample would
 * hide all of its time. Nothing is to be added afterwards; settling does nothing any more.
 */
void wattest_integrator_end(struct wattest_integrator *it, u64 now_ns);

/* Forgets min, max and last of the window. */
void wattest_integrator_new_window(struct wattest_integrator *it);

#endif
