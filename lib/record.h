/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading of the kernel's log records (include/wattest/record.h) into host structs. */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include "lib/bytes.h"
#include "lib/err.h"
#include "wattest/types.h"
#include "wattest/record.h"

/* A record's header in host order and its payload, which points into the input. */
struct wt_record {
	uint32_t len;
	uint16_t type;
	uint16_t version;
	uint64_t seq;
	uint64_t boottime_ns;
	struct wt_span payload; /* without the padding of the kinds that have any */
};

/*
 * Checks length, version, the payload's exact size for its type, zero padding and strings that end
 * in NULs (and hold no control characters, valid UTF-8). A type that is not known is refused: it
 * could say anything.
 */
int wt_record_decode(struct wt_span raw, struct wt_record *ret, struct wt_err *err);

const char *wt_record_name(uint16_t type); /* "LOAD", ... or "?" */
/* Does a record of this type close a step? */
bool wt_record_closes(uint16_t type);

/*
 * Host-order views; the raw struct's strings are used as they are (they end in NUL after
 * wt_record_decode).
 */
struct wt_window_source {
	uint64_t energy_uj, unmeasured_ns;
	uint32_t id, min_mw, max_mw, last_mw, samples, missed, refused;
};

struct wt_window_device {
	uint64_t transfers_in, transfers_out, bytes_in, bytes_out;
	uint32_t id, errors;
};

struct wt_window {
	uint64_t from_ns, to_ns; /* CLOCK_BOOTTIME */
	uint64_t realtime_ns; /* at to_ns */
	uint16_t sources, devices;
	uint8_t probes, flags;
	struct wt_span nonce, key;
	struct wt_span source_raw, device_raw; /* read with the two functions below */
};

/* All of these take a record that wt_record_decode accepted and whose type is right. */
void wt_window_read(const struct wt_record *rec, struct wt_window *ret);
void wt_window_source(const struct wt_window *w, size_t i, struct wt_window_source *ret);
void wt_window_device(const struct wt_window *w, size_t i, struct wt_window_device *ret);

/* The key that a closing record discloses (ANCHOR in record.h); p NULL: none, as in all other records. */
struct wt_span wt_record_key(const struct wt_record *rec);
const char *wt_record_event_name(uint16_t kind); /* "a probe was detached", ... or "an unknown event" */

/*
 * "USB 10c4:ea60 serial GS-10015197", "USB 067b:2303 at 1-4" for one without a serial number.
 * Truncates to cap.
 */
void wt_device_name(uint8_t bus, uint16_t vid, uint16_t pid, const char *serial, const char *path,
		    char *ret, size_t cap);
/* "chip/parent attribute (label)", parent (without what it hangs on) and label only when there. Truncates to cap. */
void wt_source_name(const char *chip, const char *parent, const char *attribute, const char *label,
		    char *ret, size_t cap);

/*
 * One line for people, without a newline: "DEVICE_ADD  2: USB 10c4:ea60 serial GS-1 at 1-4".
 * Truncates to cap.
 */
void wt_record_print(const struct wt_record *rec, char *ret, size_t cap);

#endif
