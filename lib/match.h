/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is what the kernel found what was registered? One rule for the verifier, which judges by it, and the agent, which shows
 * it: all that the registration says must be so, and what it leaves out (an empty string) may be anything.
 */
#ifndef LIB_MATCH_H
#define LIB_MATCH_H

#include <string.h>

#include "lib/object.h"

static inline bool wt_match_text(const char *registered, const char *found)
{
	return !*registered || strcmp(registered, found) == 0;
}

/* Of a place in the machine, "pci0000:00/0000:00:1f.4/i2c-0/0-0058", the device itself. */
static inline const char *wt_last_part(const char *place)
{
	const char *slash = strrchr(place, '/');

	return slash ? slash + 1 : place;
}

/* A registration may name the device alone; with more, the device must hang where it says. */
static inline bool wt_match_place(const char *registered, const char *found)
{
	return wt_match_text(registered, found) ||
	       (!strchr(registered, '/') && strcmp(registered, wt_last_part(found)) == 0);
}

/* chip and attribute are never left out. */
static inline bool wt_match_source(const struct wt_reg_source *reg, const char *chip,
				   const char *parent, const char *attribute, const char *label)
{
	return strcmp(reg->chip, chip) == 0 && strcmp(reg->attribute, attribute) == 0 &&
	       wt_match_place(reg->parent, parent) && wt_match_text(reg->label, label);
}

/* A device without a serial number has a path. One whose strings were cut is none that is registered: not for here. */
static inline bool wt_match_device(const struct wt_reg_device *reg, uint32_t bus, uint16_t vid,
				   uint16_t pid, const char *serial, const char *path,
				   const char *product)
{
	return reg->bus == bus && reg->vid == vid && reg->pid == pid &&
	       wt_match_text(reg->serial, serial) && wt_match_text(reg->path, path) &&
	       wt_match_text(reg->product, product);
}

#endif
