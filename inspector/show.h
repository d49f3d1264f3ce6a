/* SPDX-License-Identifier: Apache-2.0 */
/* Signed objects as people (show_text.c) and programs (show_json.c) read them. Nothing is verified here. */
#ifndef INSPECTOR_SHOW_H
#define INSPECTOR_SHOW_H

#include <json-c/json.h>

#include "lib/allocation.h"
#include "lib/cose.h"
#include "lib/object.h"
#include "lib/result.h"
#include "lib/site_result.h"

/* A decoded envelope and what was in it; typ says which. */
struct shown {
	const char *name; /* of the file, for sentences */
	bool verified; /* signature and signer, by whoever shows it */
	struct wt_cose cose;
	enum wt_typ typ;
	struct wt_registration registration;
	struct wt_grant grant;
	struct wt_attestation attestation;
	struct wt_allotment allotment;
	struct wt_notice notice;
	struct wt_result result;
	struct wt_site_result site_result;
};

/* Stable words for what the objects have as numbers. */
const char *show_notice_kind(enum wt_notice_kind kind); /* "revoke-grant", ... */
const char *show_notice_scope(enum wt_notice_scope scope); /* "object", ... */
const char *show_allocation(enum wt_allocation allocation); /* "within", ... */

/* Did the rig send anything? */
bool show_has_result(const struct wt_site_result_rig *rig);

/* An attestation's quote (show_quote.c): in a line, and as an object that the caller owns. */
void show_quote_words(const struct wt_att_quote *quote, char *ret, size_t cap);
struct json_object *show_quote_json(const struct wt_att_quote *quote);

/* All to standard output. */
void show_text(const struct shown *shown);
/* A JSON object, owned by the caller. */
struct json_object *show_json(const struct shown *shown);

#endif
