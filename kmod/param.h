/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's parameters: read-only after load, checked once, and written into the LOAD record.
 */
#ifndef WATTEST_PARAM_H
#define WATTEST_PARAM_H

#include <linux/types.h>

#define WATTEST_MODULE_VERSION "0.1.0"

struct wattest_param {
	u64 sample_ns;		/* sampling period */
	u64 window_ns;		/* a WINDOW record is due this long after the one before */
	u64 max_gap_ns;		/* no integration across a longer gap between good samples */
	u64 limit_uw;		/* a higher reading is refused */
	u64 log_bytes;		/* bound of the log */
	u32 pcr;		/* of the TPM, or WATTEST_PCR_NONE */
};

/* Set by wattest_param_init(), constant from then on. */
extern struct wattest_param wattest_param;

/* Returns 0, or -EINVAL after it has said which parameter is out of its range. */
int wattest_param_init(void);

#endif
