/* SPDX-License-Identifier: Apache-2.0 */
/* A purchase as people write it, on a command line or in a row of CSV, into a grant. */
#ifndef KEYS_PURCHASE_H
#define KEYS_PURCHASE_H

#include "lib/object.h"

enum purchase_field {
	PURCHASE_WH,
	PURCHASE_FROM,
	PURCHASE_UNTIL,
	PURCHASE_TRANSACTION,
	PURCHASE_METERING_POINT,
	PURCHASE_ZONE,
	PURCHASE_LICENCE,
	PURCHASE_PRICE,
	PURCHASE_FIELDS,
};

/*
 * given: NULL is not given; the first five must be. names: of the fields, for the sentences. Zone
 * and licence stay empty when not given. -EINVAL.
 */
int purchase_parse(const char *const given[PURCHASE_FIELDS],
		   const char *const names[PURCHASE_FIELDS], int64_t now, struct wt_grant *grant,
		   struct wt_err *err);

/*
 * Zone and licence as they are registered (NULL: nothing is, then both must have been given); said
 * twice they must agree.
 */
int purchase_settle(const char *zone, const char *licence, const char *const names[PURCHASE_FIELDS],
		    struct wt_grant *grant, struct wt_err *err);

#endif
