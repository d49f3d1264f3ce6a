// SPDX-License-Identifier: Apache-2.0
/*
 * The grants folder is watched, so that whoever brings grants just puts them there. A burst of
 * files is looked at when it has been quiet for a moment; a file that is written slowly is judged
 * again each time its content changed. Where the folder cannot be watched, the next window finds
 * what is new.
 */
#include <string.h>
#include <sys/inotify.h>

#include "daemon.h"
#include "log.h"

#define QUIET_US UINT64_C(300000)
#define LATEST_US UINT64_C(5000000) /* however many more come */
#define GONE (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

void drop_look(struct daemon *d)
{
	if (!rig_reload_grants(&d->rig, &d->config))
		return;
	appraiser_restart(d->appraiser);
	daemon_wake_appraiser(d);
}

static int on_quiet(sd_event_source *source, uint64_t usec, void *user)
{
	struct daemon *d = user;

	(void)source;
	(void)usec;
	d->drop_timer = sd_event_source_disable_unref(d->drop_timer);
	drop_look(d);
	return 0;
}

static void wait_for_quiet(struct daemon *d)
{
	uint64_t now, at;

	if (sd_event_now(d->event, CLOCK_MONOTONIC, &now) < 0)
		return;
	at = now + QUIET_US;
	if (!d->drop_timer) {
		d->drop_latest = now + LATEST_US;
		sd_event_add_time(d->event, &d->drop_timer, CLOCK_MONOTONIC, at, 0, on_quiet, d);
	} else {
		sd_event_source_set_time(d->drop_timer, at < d->drop_latest ? at : d->drop_latest);
	}
}

static int on_drop(sd_event_source *source, const struct inotify_event *event, void *user)
{
	struct daemon *d = user;

	(void)source;
	if (event->mask & GONE)
		d->drop = sd_event_source_disable_unref(d->drop);
	wait_for_quiet(d);
	return 0;
}

void drop_watch(struct daemon *d)
{
	int r;

	if (d->drop)
		return;
	r = sd_event_add_inotify(d->event, &d->drop, d->config.grants,
				 IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
					 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
				 on_drop, d);
	if (r >= 0)
		wait_for_quiet(d); /* what came before */
	else if (!d->drop_missing)
		log_say(r == -ENOENT ? LOG_NOTICE : LOG_WARNING,
			"%s: cannot be watched (%s): new grants are seen at the next window",
			d->config.grants, strerror(-r));
	d->drop_missing = r < 0;
}
