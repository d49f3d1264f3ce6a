/* SPDX-License-Identifier: Apache-2.0 */
/* Honest rigs, judged once: what is bent and signed anew by the target `signed`. */
#ifndef TESTS_FUZZ_SIGNED_WORLD_H
#define TESTS_FUZZ_SIGNED_WORLD_H

#include "tests/unit/lib/rig.h"

#define WORLD_ATTS 8
#define WORLD_OBJECTS 8

struct world_object {
	enum wt_typ typ;
	struct wt_buf payload;
	const struct rig_identity *by;
};

struct world {
	struct rig rig;
	struct world_object objects
		[WORLD_OBJECTS]; /* the registration first, then grants, allotments, notices */
	size_t n_objects;
	struct wt_buf payloads[WORLD_ATTS]; /* which atts point into */
	struct wt_attestation atts[WORLD_ATTS];
	struct wt_energy charged[WORLD_ATTS]; /* up to each attestation */
	uint64_t bought_uj;
};

enum {
	WORLD_FILE,
	WORLD_TPM,
	WORLDS
}; /* where the rig's key is */

/* Made at the first call, and gone with the program or, before _exit(), with this. */
struct world *world(unsigned int which);
void world_forget(void);
/* Raw records of every type, closing ones last in their step. */
void world_records(void (*take)(struct wt_span record));

#endif
