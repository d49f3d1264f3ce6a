/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of the log, and when and where they were seen: devices.c, sightings.c. */
#ifndef LIB_APPRAISAL_DEVICES_H
#define LIB_APPRAISAL_DEVICES_H

#include "lib/appraisal.h"
#include "lib/record.h"

struct wt_appraisal;
struct history;
struct wt_findings;

/* A device that the log says is there: one plug generation. */
struct device {
	uint32_t id;
	uint8_t bus, flags;
	bool known;
	uint16_t vid, pid;
	char path[32], serial[64], product[64];
	bool removed; /* in the open step */
	struct wt_window_device at;
	uint64_t excused; /* bytes out that it was sent while it was registered */
	bool bare; /* the newest window had bytes that no transfer in it accounts for */
	/* Begin of the first window in which bytes went to it; 0: none did */
	uint64_t worked_realtime_ns;

	uint64_t added_ns; /* of DEVICE_ADD, when it stands in this step */
	size_t sighting; /* index into run.sightings, or NO_SIGHTING */
	int registered;
	size_t tally;
	uint64_t listed;
	bool reported; /* that it worked though not registered */
};

struct device_tally {
	struct wt_device_summary summary;
	int registered;
	bool known;
};

int wt_device_add(struct wt_appraisal *a, const struct wt_record *rec);
void wt_device_del(struct wt_appraisal *a, const struct wt_record *rec);
struct device *wt_device_find(struct history *h, uint32_t id);
struct device *wt_device_unknown(struct wt_appraisal *a, const struct wt_window_device *now);
int wt_device_match(struct wt_appraisal *a, struct device *d);
/* The same for one that was matched before, against another registration. */
int wt_device_renew(struct wt_appraisal *a, struct device *d);
/* Returns whether it worked in this window. */
bool wt_device_window(struct wt_appraisal *a, struct device *d, const struct wt_window_device *now,
		      uint64_t from_ns, bool sound);
void wt_devices_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

#define NO_SIGHTING SIZE_MAX

int wt_sighting_begin(struct wt_appraisal *a, struct device *d);
/* A window lists it: it was there from then on, and unless it was removed still is. */
void wt_sighting_window(struct wt_appraisal *a, const struct device *d, uint64_t from_ns);
void wt_sighting_removed(struct wt_appraisal *a, const struct device *d, uint64_t boottime_ns);

#endif
