/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integrity events: EVENT in include/wattest/record.h. Whoever sees one says so here; like ones are
 * told apart from others, and a flood becomes a count.
 */
#ifndef WATTEST_EVENT_H
#define WATTEST_EVENT_H

#include <linux/types.h>

#include <wattest/record.h>

/* Takes kind, pid, comm and detail of an event; one of an unknown kind is none. Any context. */
void wattest_event_note(const struct wattest_event *event);

/*
 * Records what was only counted so far, before the window is closed. Called with wattest_log_mutex
 * held.
 */
void wattest_event_end_window(void);

/* When nobody notes events any more. */
void wattest_event_exit(void);

#endif
