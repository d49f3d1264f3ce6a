// SPDX-License-Identifier: Apache-2.0
/*
 * Devices by their serial numbers, over all rigs. A device may move from one rig to another; it cannot be at both. Cheap
 * ones share a serial number by the thousand: where the registry registered both by their port, it says nothing.
 */
#include "lib/site/private.h"

#include "lib/record.h"

struct placed {
	struct wt_sighting s;
	const struct rig *rig;
};

int wt_site_same_device(const struct wt_sighting *x, const struct wt_sighting *y)
{
	if (x->bus != y->bus)
		return x->bus < y->bus ? -1 : 1;
	if (x->vid != y->vid)
		return x->vid < y->vid ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->serial, y->serial);
}

static int by_device(const void *a, const void *b)
{
	const struct wt_sighting *x = a, *y = b;
	int order = wt_site_same_device(x, y);

	if (order)
		return order;
	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return x->to_ns < y->to_ns ? -1 : x->to_ns > y->to_ns;
}

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = by_device(&x->s, &y->s);

	if (order)
		return order;
	order = strcmp(x->rig->name, y->rig->name);
	return order ? order : memcmp(x->rig->ueid, y->rig->ueid, WT_UEID_LEN);
}

size_t wt_site_sightings_join(struct wt_sighting *all, size_t n)
{
	size_t i, kept = 0, begin = 0;

	if (n > 0)
		qsort(all, n, sizeof(*all), by_device);
	for (i = 0; i < n; i++) {
		struct wt_sighting *last = kept > 0 ? &all[kept - 1] : NULL;

		if (all[i].from_ns == 0 || all[i].from_ns >= all[i].to_ns)
			continue;
		if (last && wt_site_same_device(last, &all[i]) == 0) {
			if (all[i].from_ns <= last->to_ns + NS_PER_S) {
				last->to_ns =
					all[i].to_ns > last->to_ns ? all[i].to_ns : last->to_ns;
				last->registered |= all[i].registered;
				continue;
			}
			if (kept - begin >= WT_MAX_SIGHTINGS) {
				memmove(&all[begin], &all[begin + 1],
					(kept - begin - 1) * sizeof(*all));
				kept--;
			}
		} else {
			begin = kept;
		}
		all[kept++] = all[i];
	}
	return kept;
}

/* Every rig's in one list, by device and time. claims: what is registered, not what was seen. */
static int place_all(const struct wt_site *site, bool claims, struct placed **ret, size_t *ret_n)
{
	const struct wt_sighting *some;
	struct placed *all;
	size_t i, j, n = 0, more;

	for (i = 0; i < site->n_rigs; i++)
		n += claims ? site->rigs[i]->n_claims : site->rigs[i]->n_seen;
	all = calloc(n + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (i = n = 0; i < site->n_rigs; i++) {
		some = claims ? site->rigs[i]->claims : site->rigs[i]->seen;
		more = claims ? site->rigs[i]->n_claims : site->rigs[i]->n_seen;
		for (j = 0; j < more; j++)
			all[n++] = (struct placed){ some[j], site->rigs[i] };
	}
	if (n > 0)
		qsort(all, n, sizeof(*all), by_place);
	*ret = all;
	*ret_n = n;
	return 0;
}

static const char *words(const struct wt_sighting *s, char ret[160])
{
	wt_device_name(s->bus, s->vid, s->pid, s->serial, "", ret, 160);
	return ret;
}

/* The next one of the same device that was elsewhere while this one was here. */
static void find_elsewhere(const struct placed *here, const struct placed *end,
			   struct wt_outcome *checks)
{
	char name[160], from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];
	const struct placed *there;
	uint64_t until_ns;

	for (there = here + 1; there < end && wt_site_same_device(&here->s, &there->s) == 0 &&
			       there->s.from_ns < here->s.to_ns;
	     there++) {
		until_ns = there->s.to_ns < here->s.to_ns ? there->s.to_ns : here->s.to_ns;
		if (there->rig == here->rig || until_ns - there->s.from_ns <= CLOCKS_NS ||
		    !(here->s.registered || there->s.registered))
			continue;
		wt_site_find(checks, WT_SITE_DEVICE_ON_TWO_RIGS,
			     "%.100s was on %.40s and on %.40s from %s to %s",
			     words(&here->s, name), here->rig->name, there->rig->name,
			     wt_timestamp_utc((int64_t)(there->s.from_ns / NS_PER_S), from),
			     wt_timestamp_utc((int64_t)(until_ns / NS_PER_S), to));
		return;
	}
}

/* --- registrations ---------------------------------------------------------------------------- */

static void find_claimed(const struct placed *here, const struct placed *end,
			 struct wt_outcome *checks)
{
	const struct placed *there = here + 1;
	char name[160];

	for (; there < end && wt_site_same_device(&here->s, &there->s) == 0 &&
	       there->s.from_ns < here->s.to_ns;
	     there++) {
		if (there->rig == here->rig)
			continue;
		wt_site_find(checks, WT_SITE_DEVICE_REGISTERED_TWICE,
			     "%.100s is registered for %.40s and for %.40s", words(&here->s, name),
			     here->rig->name, there->rig->name);
		return;
	}
}

int wt_site_check_devices(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err)
{
	struct placed *seen = NULL, *claimed = NULL;
	char text[WT_COUNT_LEN];
	size_t n_seen = 0, n_claimed = 0, i, devices = 0;
	int r;

	r = place_all(site, false, &seen, &n_seen);
	if (r == 0)
		r = place_all(site, true, &claimed, &n_claimed);
	for (i = 0; r == 0 && i < n_seen; i++) {
		devices += i == 0 || wt_site_same_device(&seen[i - 1].s, &seen[i].s) != 0;
		find_elsewhere(&seen[i], seen + n_seen, checks);
	}
	for (i = 0; r == 0 && i < n_claimed; i++)
		find_claimed(&claimed[i], claimed + n_claimed, checks);
	free(seen);
	free(claimed);
	if (r < 0)
		return wt_fail(err, ENOMEM, "no memory to compare devices");
	if (devices == 0)
		wt_site_no_claim(checks, WT_SITE_DEVICES, "no device has a serial number");
	else
		wt_site_affirm(checks, WT_SITE_DEVICES, "%s with a serial number, none at two rigs",
			       wt_count(devices, "device", text));
	return 0;
}
