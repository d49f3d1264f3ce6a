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

/* chip and attribute are never left out. */
static inline bool wt_match_source(const struct wt_reg_source *reg, const char *chip,
				   const char *parent, const char *attribute, const char *label)
{
	return strcmp(reg->chip, chip) == 0 && strcmp(reg->attribute, attribute) == 0 &&
	       wt_match_text(reg->parent, parent) && wt_match_text(reg->label, label);
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
