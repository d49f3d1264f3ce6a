/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site from inside.
 *
 *   objects.c  what authorities and sites signed: taken in, told by typ, decoded once, kept
 *   look.c     is an object rightly signed? Once, for all rigs that it concerns
 *   deal.c     which object concerns which rig; each rig's appraisal is made when it is first needed
 *   done.c     a rig is judged, and of its appraisal only what the site's verdict needs is kept
 *   site.c     attestations to their rigs, and the verdict
 *   check_*.c  what only all rigs together show
 *   state.c    from one run to the next
 *
 * Objects may be given by several threads: they are put into their order before they are dealt out. From then on a rig's
 * appraisal is touched by nobody but the thread that gives its attestations; the table of rigs has a lock. All checks run at the end, over the rigs in the order of their names, so nothing depends on
 * which thread was faster.
 */
#ifndef LIB_SITE_PRIVATE_H
#define LIB_SITE_PRIVATE_H

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/allocation.h"
#include "lib/appraisal/findings.h" /* wt_count */
#include "lib/appraisal/site.h"
#include "lib/cose.h"
#include "lib/format.h"
#include "lib/site.h"
#include "lib/site/arena.h"
#include "lib/site/reasons.h"
#include "lib/timestamp.h"

#define NS_PER_S UINT64_C(1000000000)
/* Two rigs' clocks need not agree better: what overlaps by less proves nothing. */
#define CLOCKS_NS (60 * NS_PER_S)

enum fate {
	FATE_OPEN, /* nobody looked at its signature yet */
	FATE_TAKEN, /* a rig's appraisal accepted it */
	FATE_GOOD, /* rightly signed, and no rig took it */
	FATE_REFUSED,
	FATE_REPEATED, /* the same bytes as one before */
};

/* What a registration says that somebody but its rig's appraisal wants to know. */
struct registered {
	char licence[64], zone[64];
	int64_t not_before, not_after;
};

/* What all shares of a grant have in common. */
struct terms {
	uint8_t grant_id[WT_ID_LEN], grant_digest[WT_SHA256_LEN];
	int64_t not_before, not_after;
};

/*
 * One object, and what the checks need of its payload: a site has a million of them, nearly all of them allotments. Its
 * bytes are kept only where somebody will look at its signature again.
 */
struct object {
	uint8_t id[WT_ID_LEN];
	uint8_t digest[WT_SHA256_LEN];
	uint8_t ueid[WT_UEID_LEN]; /* registration, allotment, grant to a rig */
	uint8_t typ; /* enum wt_typ */
	uint8_t fate; /* enum fate; of a rig's objects it is set by the rig's thread */
	bool to_site; /* a grant */
	uint32_t wh;
	uint32_t nth; /* in the order given */
	uint32_t n_cose; /* bytes */
	const char *name;
	const struct wt_signer
		*by; /* grant, allotment: rightly signed. NULL: not, or not looked at */
	union { /* by typ; all that an object points to is the arena's */
		const struct registered *registration;
		const struct wt_grant *grant;
		const struct terms *terms;
		const struct wt_notice *notice;
	};
	const uint8_t *cose; /* NULL with by */
};

/* An object that concerns a rig, and what the rig's appraisal made of it. */
struct dealt {
	struct object *object;
	int answer; /* 1 accepted, 0 refused */
};

/* One that could not be read. */
struct unread {
	uint32_t nth;
	char *name, *why;
};

struct rig {
	uint8_t ueid[WT_UEID_LEN]; /* first: the table compares it */
	struct wt_appraisal *appraisal; /* NULL: not needed yet, or no more */
	struct dealt *dealt; /* registrations, then grants, allotments, notices; until it is done */
	size_t n_dealt;
	bool has_registration; /* was dealt one */
	bool given; /* an attestation was given */
	struct wt_att_grant *spends; /* as its newest attestation names them; until it is done */
	size_t n_spends;
	bool spending; /* any named one */
	struct wt_att_grant *spent; /* grants to a rig that any named, each once, sorted */
	size_t n_spent;
	struct wt_buf state; /* of an earlier run; once it is done, for the next */
	bool news; /* which says more then */
	struct wt_sighting *seen; /* of earlier runs; once it is done, of this one too */
	size_t n_seen;
	char name[64]; /* for sentences: as registered, else its id */

	bool done; /* judged: what follows holds, and nothing more is taken */
	bool registered;
	int64_t not_before, not_after; /* of its registration */
	struct wt_sighting
		*claims; /* its registered devices, for as long as the registration holds */
	size_t n_claims;
	struct wt_energy needed; /* of the grants given, and of what no grant covered */
	struct wt_verdict verdict; /* until it is handed over */
	struct wt_site_ground ground;
};

struct wt_site {
	struct wt_trust *trust; /* borrowed */
	struct wt_appraisal_options options;
	uint8_t nonce[64];
	uint8_t (*anchors)[WT_SHA256_LEN];
	size_t n_anchors;
	pthread_mutex_t lock; /* of all that follows but what is dealt */
	struct wt_appraisal **desks; /* that nobody sits at: to look at objects */
	size_t n_desks;
	struct arena arena;
	struct object **objects; /* in the order given, once they are dealt */
	size_t n_objects;
	uint32_t next; /* nth of an object that is given without one */
	struct unread *unread;
	size_t n_unread;
	void *terms; /* tsearch(3) */
	const struct wt_signer **signers; /* each once */
	size_t n_signers;
	struct object **by_id; /* by typ, id, and as given */
	bool dealt;
	bool no_state; /* is kept for a later run */
	void *table; /* tsearch(3), by ueid */
	struct rig **rigs; /* as made; sorted for the verdict */
	size_t n_rigs;
	struct wt_outcome found[WT_SITE_CHECKS]; /* before the verdict */
	struct wt_site_refusal *refusals;
	size_t n_refusals;
};

static inline uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Room for one more behind n items, at every power of two. NULL on no memory. */
static inline void *room_for_one(void *array, size_t n, size_t size)
{
	return (n & (n - 1)) == 0 ? reallocarray(array, n ? 2 * n : 1, size) : array;
}

/* --- findings.c ------------------------------------------------------------------------------- */

void wt_site_find(struct wt_outcome *checks, enum wt_site_reason_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void wt_site_affirm(struct wt_outcome *checks, enum wt_site_check check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void wt_site_no_claim(struct wt_outcome *checks, enum wt_site_check check, const char *sentence);

/* --- objects.c -------------------------------------------------------------------------------- */

/* From when its signer must have been one, and when it ends. */
void wt_site_object_time(const struct object *object, int64_t *ret_not_before,
			 int64_t *ret_not_after);
/* The first object of that typ and id, or NULL; only once the objects were dealt. */
struct object *wt_site_object_find(const struct wt_site *site, enum wt_typ typ,
				   const uint8_t id[WT_ID_LEN]);
int wt_site_refuse(struct wt_site *site, const char *name, const char *why);
/* No more are given: in their order, what could not be read is refused. */
int wt_site_objects_order(struct wt_site *site);

/* --- look.c ----------------------------------------------------------------------------------- */

/*
 * Is it rightly signed, by somebody with that duty? Returns 1, 0 when not (why: err), < 0 when it could not be judged.
 * From several threads.
 */
int wt_site_signer(struct wt_site *site, const struct wt_cose *cose, enum wt_duty duty,
		   int64_t not_before, int64_t not_after, const char *name, struct wt_signer *ret,
		   struct wt_err *err);
/* The one that is kept for all objects of that signer. With the lock held. NULL on no memory. */
const struct wt_signer *wt_site_signer_keep(struct wt_site *site, const struct wt_signer *signer);
/* Is it of who may sign it? Sets the fate; for a grant to a site, or what no rig took. */
int wt_site_object_look(struct wt_site *site, struct object *object, struct wt_err *err);

/* --- deal.c ----------------------------------------------------------------------------------- */

/* With the lock held where threads are. NULL: not known, or with make: no memory. */
struct rig *wt_site_rig(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN], bool make);
/* Makes the rig's appraisal, with all that concerns it. */
int wt_site_rig_begin(struct wt_site *site, struct rig *rig, struct wt_err *err);
void wt_site_rig_free(struct rig *rig);

/* --- done.c ----------------------------------------------------------------------------------- */

/* Judges it: its appraisal is gone. */
int wt_site_rig_conclude(struct wt_site *site, struct rig *rig, struct wt_err *err);

void wt_site_energy_add(struct wt_energy *sum, const struct wt_energy *e);

/* --- checks ----------------------------------------------------------------------------------- */

int wt_site_check_objects(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
int wt_site_check_allotments(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
void wt_site_check_grants(struct wt_site *site, struct wt_outcome *checks);
int wt_site_check_devices(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
void wt_site_check_rigs(struct wt_site *site, struct wt_outcome *checks);
void wt_site_check_energy(struct wt_site *site, struct wt_outcome *checks,
			  struct wt_site_verdict *v);

/* Joins what meets, by device and time, and of each device keeps the newest. Returns how many stay. */
size_t wt_site_sightings_join(struct wt_sighting *all, size_t n);
int wt_site_same_device(const struct wt_sighting *x, const struct wt_sighting *y);

#endif
