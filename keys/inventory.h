/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rig's devices and power sources from JSON: what `wattest devices --json` and `wattest sources
 * --json` print, with what a registry's clerk adds to it.
 *
 *   { "devices": [ { "bus": "usb", "vid": "0403", "pid": "6001", "serial": "...", "path": "1-4", "product": "...",
 *                    "model": "...", "rated_w": 5, "rated_ghs": 12 } ],
 *     "sources": [ { "chip": "dps800", "parent": "0-0058", "attribute": "power1_input", "label": "pin",
 *                    "role": "input", "class_ppm": 50000, "calibrated_until": "2027-01-01T00:00:00Z" } ] }
 *
 * A list may also stand alone, as the whole file. Keys that are not named here (live counters) are
 * passed over. Empty and null texts are absent ones.
 */
#ifndef KEYS_INVENTORY_H
#define KEYS_INVENTORY_H

#include "lib/object.h"

#define INVENTORY_MAX_RULES 64

/*
 * CHIP:ATTRIBUTE=ROLE, with the shell's wildcards on the left; role 0 is "none": left out of the
 * registration.
 */
struct inventory_rule {
	char pattern[80];
	int role;
	uint32_t matched;
};

/* What holds for all that say nothing themselves. */
struct inventory_defaults {
	struct inventory_rule rules[INVENTORY_MAX_RULES]; /* the first that matches counts */
	size_t n_rules;
	uint32_t class_ppm;
	char model[64]; /* empty: the product's name, or vid:pid */
	uint32_t rated_mw;
	uint64_t rated_mhs;
	bool pin_paths; /* a device with a serial must stay where it is plugged, too */
};

/* "dps800:power1_input=input" */
int inventory_parse_rule(const char *text, struct inventory_rule *ret, struct wt_err *err);

/*
 * Fills reg->devices and reg->sources, which are freed with wt_registration_clear; both paths may
 * be the same file, and one that is NULL leaves its list as it is. -EBADMSG names file, entry,
 * field and reason. Two devices that one plugged device could both be are refused, and so are
 * sources of which none counts.
 */
int inventory_read(const char *devices, const char *sources, struct inventory_defaults *defaults,
		   int64_t now, struct wt_registration *reg, struct wt_err *err);

#endif
