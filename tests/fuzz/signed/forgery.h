/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator with root and the rig's keys can make of honest evidence: records, steps and attestations edited,
 * chain, numbers, quotes and signatures put right again. forgery.c edits, sign.c puts right and signs.
 */
#ifndef TESTS_FUZZ_SIGNED_FORGERY_H
#define TESTS_FUZZ_SIGNED_FORGERY_H

#include "tests/fuzz/signed/world.h"

#define FORGERY_ATTS (WORLD_ATTS + 4)
#define FORGERY_EDITS 8
#define FORGERY_HOW 13 /* bytes that tell tree_edit what to do */

enum repair { /* what is left as it was: a bit each */
	KEEP_CHAIN = 1,
	KEEP_PREV = 2,
	KEEP_QUOTE = 4,
	KEEP_RECORD_SEQ = 8,
	KEEP_SEQ = 16,
};

/* Of a payload, before it is signed. */
struct payload_edit {
	size_t target; /* objects, then attestations */
	uint8_t how[FORGERY_HOW];
};

struct forgery {
	struct world *w;
	unsigned int keep;
	struct wt_attestation atts[FORGERY_ATTS];
	bool edited[FORGERY_ATTS]; /* otherwise than by what comes before it */
	size_t n_atts;
	struct payload_edit edits[FORGERY_EDITS];
	size_t n_edits;
	const struct rig_identity *by[WORLD_OBJECTS]; /* who signs an object */
	bool authority; /* an edited object is signed by who may sign it: then anything may be bought */
	void **memory; /* of the copies */
	size_t n_memory;

	struct wt_buf objects[WORLD_OBJECTS], signed_atts[FORGERY_ATTS]; /* COSE */
	bool usable; /* nothing to judge: an edit that no encoder writes */
};

/* Copies the world, and edits it as the bytes say, until there are none. */
void forgery_make(struct forgery *f, struct wt_span in);
void forgery_sign(struct forgery *f);
void forgery_clear(struct forgery *f);

void *forgery_memory(struct forgery *f, size_t n); /* zeroed; until clear */

#endif
