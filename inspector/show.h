/* SPDX-License-Identifier: Apache-2.0 */
/* Signed objects as people (show_text.c) and programs (show_json.c) read them. Nothing is verified here. */
#ifndef INSPECTOR_SHOW_H
#define INSPECTOR_SHOW_H

#include <json-c/json.h>

#include "lib/cose.h"
#include "lib/object.h"

/* A decoded envelope and what was in it; typ says which of the three. */
struct shown {
	const char *name; /* of the file, for sentences */
	struct wt_cose cose;
	enum wt_typ typ;
	struct wt_registration registration;
	struct wt_grant grant;
	struct wt_attestation attestation;
};

/* All to standard output. */
void show_text(const struct shown *shown);
/* A JSON object, owned by the caller. */
struct json_object *show_json(const struct shown *shown);

#endif
