/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site from inside.
 *
 *   objects.c  what authorities and sites signed: taken in, told by typ, decoded once, kept
 *   deal.c     which object concerns which rig; each rig's appraisal is made when it is first needed
 *   site.c     attestations to their rigs, and the verdict
 *   check_*.c  what only all rigs together show
 *   state.c    from one run to the next
 *
 * Once the objects are dealt out, a rig's appraisal is touched by nobody but the thread that gives its attestations; the
 * table of rigs has a lock. All checks run at the end, over the rigs in the order of their names, so nothing depends on
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
#include "lib/cose.h"
#include "lib/format.h"
#include "lib/site.h"
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

/* What the checks need of a payload. */
struct object {
	enum wt_typ typ;
	size_t nth; /* in the order given */
	char *name;
	struct wt_buf cose;
	uint8_t digest[WT_SHA256_LEN];
	uint8_t id[WT_ID_LEN];
	int64_t not_before, not_after;
	uint8_t ueid[WT_UEID_LEN]; /* registration, allotment, grant to a rig */
	bool to_site;
	uint8_t site_key[WT_SHA256_LEN]; /* of a grant to a site */
	uint32_t wh;
	char transaction[64];
	char licence[64], zone[64];
	uint8_t grant_id[WT_ID_LEN], grant_digest[WT_SHA256_LEN]; /* of an allotment */
	struct wt_notice *notice;
	enum fate fate;
	char *why; /* of FATE_REFUSED */
};

/* An object that concerns a rig, and what the rig's appraisal made of it. */
struct dealt {
	struct object *object;
	int answer; /* 1 accepted, 0 refused */
};

struct rig {
	uint8_t ueid[WT_UEID_LEN]; /* first: the table compares it */
	struct wt_appraisal *appraisal; /* NULL: not needed yet */
	struct dealt *dealt; /* registrations, then grants, allotments, notices */
	size_t n_dealt;
	const struct object *registration; /* the one of several that the rig names */
	bool given; /* an attestation was given */
	struct wt_att_grant *spends; /* as its newest attestation names them */
	size_t n_spends;
	struct wt_att_grant *spent; /* all that any named, each once, sorted */
	size_t n_spent;
	struct wt_buf state; /* of an earlier run */
	struct wt_sighting *before; /* of earlier runs */
	size_t n_before;
	struct wt_verdict verdict; /* while concluding */
	char name[64]; /* for sentences: as registered, else its id */
};

struct wt_site {
	struct wt_trust *trust; /* borrowed */
	struct wt_appraisal_options options;
	uint8_t nonce[64];
	struct wt_appraisal *desk; /* to look at objects that no rig took */
	struct object **objects; /* as given */
	size_t n_objects;
	struct object **by_id; /* by typ, id, and as given */
	bool dealt;
	pthread_mutex_t lock; /* of the table, and of what could not be attributed */
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

void wt_site_object_free(struct object *object);
/* Is it of who may sign it? Sets the fate; for a grant to a site, or what no rig took. */
int wt_site_object_look(struct wt_site *site, struct object *object, struct wt_err *err);
/* The first object of that typ and id, or NULL; only once the objects were dealt. */
struct object *wt_site_object_find(const struct wt_site *site, enum wt_typ typ,
				   const uint8_t id[WT_ID_LEN]);
int wt_site_refuse(struct wt_site *site, const char *name, const char *why);

/* --- deal.c ----------------------------------------------------------------------------------- */

/* With the lock held where threads are. NULL: not known, or with make: no memory. */
struct rig *wt_site_rig(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN], bool make);
/* Makes the rig's appraisal, with all that concerns it. named: a registration's digest, or NULL. */
int wt_site_rig_begin(struct wt_site *site, struct rig *rig,
		      const uint8_t named[WT_SHA256_LEN], struct wt_err *err);
void wt_site_rig_free(struct rig *rig);

/* --- checks ----------------------------------------------------------------------------------- */

int wt_site_check_objects(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
int wt_site_check_allotments(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
void wt_site_check_grants(struct wt_site *site, struct wt_outcome *checks);
int wt_site_check_devices(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err);
void wt_site_check_rigs(struct wt_site *site, struct wt_outcome *checks);
void wt_site_check_energy(struct wt_site *site, struct wt_outcome *checks,
			  struct wt_site_verdict *v);

/* All sightings of a rig, of earlier runs and this one, joined where they meet, by device and time; the caller frees. */
int wt_site_sightings(const struct rig *rig, struct wt_sighting **ret, size_t *ret_n);
int wt_site_same_device(const struct wt_sighting *x, const struct wt_sighting *y);

#endif
