// SPDX-License-Identifier: Apache-2.0
/*
 * Which device was there when, by its serial number: one rig cannot tell that another claims to have the same, who
 * looks at both can. One sighting reaches from plugging in to removal, or as far as one log was read.
 */
#include "lib/appraisal/private.h"

#define MAX_SIGHTINGS 4096 /* of all devices: a rig that claims more of them has other findings */

static bool same_device(const struct wt_sighting *s, const struct device *d)
{
	return s->bus == d->bus && s->vid == d->vid && s->pid == d->pid &&
	       strcmp(s->serial, d->serial) == 0;
}

/* The oldest one of a device that has as many as are kept, or NO_SIGHTING. */
static size_t oldest_of_many(const struct run *run, const struct device *d)
{
	size_t i, n = 0, oldest = NO_SIGHTING;

	for (i = 0; i < run->n_sightings; i++) {
		if (!same_device(&run->sightings[i], d))
			continue;
		n++;
		if (oldest == NO_SIGHTING || run->sightings[i].to_ns < run->sightings[oldest].to_ns)
			oldest = i;
	}
	return n >= WT_MAX_SIGHTINGS ? oldest : NO_SIGHTING;
}

int wt_sighting_begin(struct wt_appraisal *a, struct device *d)
{
	struct wt_sighting *s;
	size_t at;

	d->sighting = NO_SIGHTING;
	if (!d->known || !*d->serial || (d->flags & WATTEST_DEVICE_TRUNCATED))
		return 0;
	at = oldest_of_many(&a->run, d);
	if (at == NO_SIGHTING) {
		if (a->run.n_sightings >= MAX_SIGHTINGS)
			return 0;
		s = room_for_one(a->run.sightings, a->run.n_sightings, sizeof(*s));
		if (!s)
			return -ENOMEM;
		a->run.sightings = s;
		at = a->run.n_sightings++;
	}
	d->sighting = at;
	s = &a->run.sightings[at];
	*s = (struct wt_sighting){ .bus = d->bus, .vid = d->vid, .pid = d->pid };
	memcpy(s->serial, d->serial, sizeof(s->serial));
	s->registered = d->registered != UNREGISTERED && *a->reg.devices[d->registered].serial;
	return 0;
}

void wt_sighting_window(struct wt_appraisal *a, const struct device *d, uint64_t from_ns)
{
	struct wt_sighting *s;

	if (d->sighting == NO_SIGHTING)
		return;
	s = &a->run.sightings[d->sighting];
	if (s->from_ns == 0)
		s->from_ns = realtime_of(&a->h, d->added_ns > from_ns ? d->added_ns : from_ns);
	if (!d->removed)
		s->to_ns = a->h.realtime_ns;
}

void wt_sighting_removed(struct wt_appraisal *a, const struct device *d, uint64_t boottime_ns)
{
	if (d->sighting != NO_SIGHTING)
		a->run.sightings[d->sighting].to_ns = realtime_of(&a->h, boottime_ns);
}

const struct wt_sighting *wt_appraisal_sightings(const struct wt_appraisal *a, size_t *ret_n)
{
	*ret_n = a->run.n_sightings;
	return a->run.sightings;
}
