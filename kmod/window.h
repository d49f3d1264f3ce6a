/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_WINDOW_H
#define WATTEST_WINDOW_H

#include <linux/types.h>

#include <wattest/record.h>

struct wattest_window_closed {
	u64 seq;			/* of the WINDOW record */
	u8 head[WATTEST_DIGEST_LEN];	/* the chain after it */
};

/* Windows are closed by time from now on. */
void wattest_window_init(void);
/*
 * Closes the last window, and the log with its UNLOAD record; the witness is extended with both.
 */
void wattest_window_exit(void);

/*
 * Closes the open window now. nonce of len bytes (0: none) goes into its record. Returns 0, or
 * -ENOSPC when the log is full, -EBUSY when the witness is behind, -ENOMEM, -ESHUTDOWN; then the
 * window stays open. ret_closed may be NULL.
 */
int wattest_window_close(const u8 *nonce, size_t len, struct wattest_window_closed *ret_closed);

/* All below are called with wattest_log_mutex held. */

/* Has the window closed as soon as may be, by a worker. */
void wattest_window_soon(void);

/* The system was asleep: the window may be overdue. */
void wattest_window_resume(void);

/* There is room in the log again: a window that could not be closed may be now. */
void wattest_window_retry(void);

#endif
