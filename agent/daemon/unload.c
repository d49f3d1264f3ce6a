// SPDX-License-Identifier: Apache-2.0
/*
 * A log's end, when the module is unloaded for another to be loaded in the same boot. The module closes a last window and
 * writes UNLOAD on its way out, and the TPM has both: whoever did not read them cannot say what the next log's PCR
 * begins with. Attached probes hold the module, so the agent detaches them and stays, and `wattest unload` does what the
 * agent has no right to. What comes over netlink on the way out is all there is: lost, it can be had from nowhere.
 */
#include <inttypes.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "daemon.h"
#include "log.h"

#define WAIT_US (60 * UINT64_C(1000000))

/* Whoever manages the agent starts it again, with all its rights. */
static void end(struct daemon *d)
{
	sd_notify(0, "STOPPING=1");
	sd_event_exit(d->event, 0);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *user)
{
	struct daemon *d = user;

	(void)source;
	(void)usec;
	log_say(LOG_WARNING,
		"`wattest unload` did not come back: ending, to be started anew with probes");
	end(d);
	return 0;
}

int unload_begin(struct daemon *d, struct wt_err *err)
{
	struct wt_store_row row;
	int r;

	if (d->leaving) {
		sd_event_source_set_time_relative(d->leaving, WAIT_US);
		return 0;
	}
	/* What cannot be signed now could not be afterwards: then the module stays. */
	r = cycle_attest(d, (struct wt_span){}, &row, err);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(d->event, &d->leaving, CLOCK_MONOTONIC, WAIT_US, 0,
				       on_timeout, d);
	if (r < 0)
		return wt_fail(err, -r, "cannot set a timer: %s", strerror(-r));
	log_say(LOG_INFO, "the module is being unloaded: probes detached, waiting for the end of its log");
	module_leave(d);
	return 0;
}

int unload_end(struct daemon *d, struct wt_store_row *ret_row, struct wt_err *err)
{
	int r;

	if (!d->leaving)
		return wt_fail(err, EINVAL, "the module is not being unloaded");
	module_catch_up(d);
	r = cycle_run(d, err);
	if (r < 0)
		return r; /* only this process has those records: it tries again as long as it may */
	end(d);
	if (!d->ended) {
		log_say(LOG_WARNING, "the end of the module's log did not come: ending");
		return wt_fail(err, ENODATA,
			       "the end of the module's log did not come: verdicts will say witness-between");
	}
	log_say(LOG_INFO, "attestation %" PRIu64 " has the end of the module's log: ending",
		d->last.seq);
	*ret_row = d->last;
	return 0;
}
