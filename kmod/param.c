// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters. The ranges keep the arithmetic of integrator.c within 64 bits, a WINDOW's mW
 * within 32, and the log large enough to close any window.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/time64.h>

#include <wattest/record.h>

#include "param.h"

static unsigned int sample_ms = 1000;
module_param(sample_ms, uint, 0444);
MODULE_PARM_DESC(sample_ms, "sampling period, ms (10 to 60000, default 1000)");

static unsigned int window_ms = 60000;
module_param(window_ms, uint, 0444);
MODULE_PARM_DESC(window_ms, "length of a window, ms (100 to 3600000, default 60000)");

static unsigned int max_gap_ms;
module_param(max_gap_ms, uint, 0444);
MODULE_PARM_DESC(max_gap_ms, "longest gap to integrate across, ms (default 0: three samples)");

static unsigned int limit_w = 1000000;
module_param(limit_w, uint, 0444);
MODULE_PARM_DESC(limit_w,
		 "readings above are refused, W (1 to 4000000; set 120 % of the nameplate)");

static unsigned int log_kb = 4096;
module_param(log_kb, uint, 0444);
MODULE_PARM_DESC(log_kb, "bound of the log, KiB (256 to 1048576, default 4096)");

static unsigned int pcr = 13;
module_param(pcr, uint, 0444);
MODULE_PARM_DESC(pcr,
		 "PCR of the TPM that witnesses the log (0 to 15, default 13; 255: none)");

struct wattest_param wattest_param __ro_after_init;

static int check(const char *name, unsigned int value, unsigned int low, unsigned int high)
{
	if (value >= low && value <= high)
		return 0;
	pr_err("parameter %s=%u is out of range: %u to %u\n", name, value, low, high);
	return -EINVAL;
}

/* PCRs 16 and 23 can be reset by anybody, and those between belong to a dynamic launch. */
static int check_pcr(void)
{
	if (pcr <= 15 || pcr == WATTEST_PCR_NONE)
		return 0;
	pr_err("parameter pcr=%u is no witness: %s; set 0 to 15, or 255 for none\n", pcr,
	       pcr <= 23 ? "that PCR can be reset" : "there is no such PCR");
	return -EINVAL;
}

int __init wattest_param_init(void)
{
	int err;

	err = check("sample_ms", sample_ms, 10, 60000) ?:
	      check("window_ms", window_ms, 100, 3600000) ?:
	      check("max_gap_ms", max_gap_ms ?: 3 * sample_ms, sample_ms, 3600000) ?:
	      check("limit_w", limit_w, 1, 4000000) ?:
	      check("log_kb", log_kb, 256, 1048576) ?:
	      check_pcr();
	if (err)
		return err;

	wattest_param.sample_ns = (u64)sample_ms * NSEC_PER_MSEC;
	wattest_param.window_ns = (u64)window_ms * NSEC_PER_MSEC;
	wattest_param.max_gap_ns = (u64)(max_gap_ms ?: 3 * sample_ms) * NSEC_PER_MSEC;
	wattest_param.limit_uw = (u64)limit_w * 1000000;
	wattest_param.log_bytes = (u64)log_kb * 1024;
	wattest_param.pcr = pcr;
	return 0;
}
