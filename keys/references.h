/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rig should run, from JSON, for its registration:
 *
 *   { "references": [ { "kind": "file", "name": "wattest.ko", "digest": "64 hex digits: SHA-256" },
 *                     { "kind": "probe", "name": "usb", "digest": "16: the kernel's tag of a BPF program" },
 *                     { "kind": "module", "name": "0.1.0", "digest": "40: the build id" } ] }
 *
 * The list may also stand alone, as the whole file.
 */
#ifndef KEYS_REFERENCES_H
#define KEYS_REFERENCES_H

#include "lib/object.h"

#define REFERENCES_MAX 64

/* Fills reg->references, freed with wt_registration_clear. -EBADMSG names file, entry, field and reason. */
int references_read(const char *path, struct wt_registration *reg, struct wt_err *err);

#endif
