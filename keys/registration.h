/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said on the command line of a registration, for the two commands that make one: `registration`, and `enroll
 * issue` for a rig with a TPM.
 */
#ifndef KEYS_REGISTRATION_H
#define KEYS_REGISTRATION_H

#include "keys/authority.h"
#include "keys/command.h"
#include "keys/inventory.h"
#include "keys/register.h"
#include "keys/signed.h"

#define REGISTRATION_MAX_POOLS 64

enum registration_field {
	CERT,
	DEVICES,
	SOURCES,
	LICENCE,
	HOLDER,
	SITE,
	ZONE,
	NAMEPLATE,
	OUTPUT,
	NEEDED, /* those above must be given */
	FROM = NEEDED,
	UNTIL,
	MODEL,
	RATED_W,
	RATED_GHS,
	CLASS_PPM,
	RENEW,
	REFERENCE,
	DAYS,
	FIELDS,
	INVENTORY,
	POOL,
	ROLE,
	IDLE,
	PIN_PATHS,
	FORCE,
};

extern const struct option registration_options[];
extern const char registration_options_help[]; /* of those that both commands have */

struct registration_request {
	const char *given[FIELDS];
	struct inventory_defaults defaults;
	bool force, help, never_idle;
	int64_t now;
	uint64_t days;
	struct signed_object old; /* with --renew */
	struct wt_registration old_registration;
};

void registration_request_clear(struct registration_request *request); /* for cleanup as well */

/* An answer of getopt_long; what may not be repeated is kept as text until all is there. */
int registration_take(int c, struct registration_request *request, struct wt_registration *reg,
		      struct wt_err *err);
/* The texts, over what is in reg. */
int registration_parse(struct registration_request *request, struct wt_registration *reg,
		       struct wt_err *err);

/* The two commands differ in whom they register. */
struct registration_kind {
	const char *command, *help;
	bool answer; /* the second argument */
	/* Whom: cert, ueid and TPM; NULL: --cert or --renew says it. */
	int (*whom)(void *user, const char *dir, const char *answer,
		    const struct registration_request *request, struct wt_cert **ret_cert,
		    struct wt_registration *reg, struct wt_err *err);
	/* Into the register, in the same transaction as the registration; may be NULL. */
	int (*enter)(void *user, struct authority_register *book,
		     const struct wt_registration *reg, int64_t at, struct wt_err *err);
	/* When all is in the register and written; may be NULL. */
	int (*done)(void *user, const struct registration_request *request, struct wt_cert *cert,
		    struct wt_err *err);
	void *user;
};

/* Runs the command; returns the exit status. */
int registration_main(int argc, char **argv, const struct registration_kind *kind);

#endif
