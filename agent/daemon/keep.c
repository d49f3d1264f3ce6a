// SPDX-License-Identifier: Apache-2.0
/*
 * The store is bounded by time, and by size when the configuration says so: once an hour the oldest attestations go that an
 * inspector has and that are older than keep_days, or too many for keep_mb. What no inspector has stays, unless the configuration says otherwise; that it waits is said once a day.
 */
#include <inttypes.h>
#include <time.h>

#include "daemon.h"
#include "log.h"

#define HOUR_S 3600
#define DAY_S INT64_C(86400)
#define MB UINT64_C(1000000)

static void delete_old(struct daemon *d, int64_t now)
{
	const struct wt_config *config = &d->config;
	const struct wt_store_keep keep = {
		.since = config->keep_days ? now - config->keep_days * DAY_S : INT64_MIN,
		.undelivered_since = config->keep_undelivered_days
					     ? now - config->keep_undelivered_days * DAY_S
					     : INT64_MIN,
		.judged = appraiser_judges(d->appraiser),
		.bytes = config->keep_mb * MB,
	};
	struct wt_err err = {};
	uint64_t n = 0;

	if (wt_store_prune(d->store, &keep, &n, &err) < 0)
		log_say(LOG_WARNING, "old attestations cannot be deleted: %s", err.msg);
	else if (n && config->keep_mb)
		log_say(LOG_INFO,
			"deleted %" PRIu64 " attestations older than %u days or beyond %u MB", n,
			config->keep_days, config->keep_mb);
	else if (n)
		log_say(LOG_INFO, "deleted %" PRIu64 " attestations older than %u days", n,
			config->keep_days);
}

static int oldest(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	(void)cose;
	*(struct wt_store_row *)user = *row;
	return -ECANCELED;
}

static void say_waiting(struct daemon *d, int64_t now)
{
	struct wt_store_row row = {};
	struct wt_store_extent extent;
	struct wt_err err = {};

	if (wt_store_extent(d->store, &extent, &err) < 0 || extent.delivered >= extent.last)
		return;
	wt_store_each(d->store, extent.delivered, oldest, &row, &err);
	if (row.seq && d->config.keep_mb && extent.bytes > d->config.keep_mb * MB)
		log_say(LOG_NOTICE,
			"the store is larger than %u MB, and attestations from %" PRIu64
			" on are kept, as no inspector has them: `wattest delivered`",
			d->config.keep_mb, row.seq);
	else if (row.seq && d->config.keep_days && row.iat < now - d->config.keep_days * DAY_S)
		log_say(LOG_NOTICE,
			"attestations from %" PRIu64
			" on are older than %u days and kept, as no inspector has them: `wattest delivered`",
			row.seq, d->config.keep_days);
}

void keep_look(struct daemon *d)
{
	int64_t now = time(NULL);

	/* a clock that went back begins anew */
	if ((!d->config.keep_days && !d->config.keep_mb) ||
	    (now >= d->kept_at && now - d->kept_at < HOUR_S))
		return;
	if (now < d->kept_at || now / DAY_S > d->kept_at / DAY_S)
		say_waiting(d, now);
	d->kept_at = now;
	delete_old(d, now);
}
