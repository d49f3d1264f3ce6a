// SPDX-License-Identifier: Apache-2.0
/* show: what is in a file, whoever made it. Decodes, and verifies nothing. */
#include <stdlib.h>
#include <string.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/show.h"
#include "lib/cbor.h"
#include "lib/json.h"

#define COMMAND "wattest-inspect show"

static const char help[] =
	"usage: " COMMAND " [--json] [--diag] FILE|DIR...\n"
	"\n"
	"Prints registrations, grants, allotments, notices, results, and attestations with their records, one\n"
	"line each; any other CBOR in diagnostic notation (RFC 8949, 8). Nothing is verified: that is\n"
	"`wattest-inspect verify`.\n"
	"\n"
	"  --json    as JSON: a list, one entry an object\n"
	"  --diag    all as diagnostic notation\n"
	"\n"
	"Exit status: 0 all was readable, 3 something was not.\n";

struct request {
	bool json, diag;
	struct json_object *list; /* with json */
};

static void shown_clear(struct shown *shown)
{
	wt_registration_clear(&shown->registration);
	wt_attestation_clear(&shown->attestation);
	wt_site_result_clear(&shown->site_result);
	*shown = (struct shown){0};
}

const char *show_notice_kind(enum wt_notice_kind kind)
{
	switch (kind) {
	case WT_NOTICE_REVOKE_GRANT:
		return "revoke-grant";
	case WT_NOTICE_REVOKE_REGISTRATION:
		return "revoke-registration";
	case WT_NOTICE_CURTAIL:
		return "curtail";
	case WT_NOTICE_OFF:
		return "off";
	}
	return "?";
}

const char *show_notice_scope(enum wt_notice_scope scope)
{
	switch (scope) {
	case WT_SCOPE_OBJECT:
		return "object";
	case WT_SCOPE_RIG:
		return "rig";
	case WT_SCOPE_LICENCE:
		return "licence";
	case WT_SCOPE_ZONE:
		return "zone";
	}
	return "?";
}

const char *show_allocation(enum wt_allocation allocation)
{
	switch (allocation) {
	case WT_WITHIN:
		return "within";
	case WT_INQUIRE:
		return "inquire";
	case WT_EXCEEDED:
		return "exceeded";
	}
	return "none";
}

/* The payload, when it is one of ours; else the envelope is all that is understood. */
static int decode(struct wt_span object, struct shown *shown, struct wt_err *err)
{
	int r;

	r = wt_cose_decode(object, &shown->cose, err);
	if (r < 0)
		return r;
	switch (shown->cose.typ) {
	case WT_TYP_REGISTRATION:
		r = wt_registration_decode(shown->cose.payload, &shown->registration, err);
		break;
	case WT_TYP_GRANT:
		r = wt_grant_decode(shown->cose.payload, &shown->grant, err);
		break;
	case WT_TYP_ATTESTATION:
		r = wt_attestation_decode(shown->cose.payload, &shown->attestation, err);
		break;
	case WT_TYP_ALLOTMENT:
		r = wt_allotment_decode(shown->cose.payload, &shown->allotment, err);
		break;
	case WT_TYP_NOTICE:
		r = wt_notice_decode(shown->cose.payload, &shown->notice, err);
		break;
	case WT_TYP_RESULT:
		r = wt_result_decode(shown->cose.payload, &shown->result, err);
		break;
	case WT_TYP_SITE_RESULT:
		r = wt_site_result_decode(shown->cose.payload, &shown->site_result, err);
		break;
	case WT_TYP_NONE:
		return 0;
	}
	if (r < 0)
		return wt_fail_in(err, r, "%s", wt_typ_name(shown->cose.typ));
	shown->typ = shown->cose.typ;
	return 0;
}

/* A part of an envelope of others, which is CBOR inside a byte string: shown when it is. */
static int diagnostic_part(const struct request *request, const char *label, struct wt_span part,
			   struct json_object *entry, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf text = {0};
	int r = part.n ? wt_cbor_diag(part, &text, err) : -EBADMSG;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (request->json)
		wt_json_add(
			entry, label,
			json_object_new_string_len((const char *)text.p, (int)text.n));
	else
		printf("/ %s / %.*s\n", label, (int)text.n, (const char *)text.p);
	return 0;
}

static int diagnostic(const struct request *request, const char *name, struct wt_span object,
		      struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf text = {0};
	struct json_object *entry = NULL;
	struct wt_cose cose;
	int r;

	r = wt_cbor_diag(object, &text, err);
	if (r < 0)
		return wt_fail_in(err, r, "is no CBOR");
	if (request->json) {
		entry = json_object_new_object();
		wt_json_add(entry, "file", json_object_new_string(name));
		wt_json_add(entry, "type", json_object_new_string("cbor"));
		wt_json_add(
			entry, "diagnostic",
			json_object_new_string_len((const char *)text.p, (int)text.n));
	} else {
		printf("%.*s\n", (int)text.n, (const char *)text.p);
	}
	if (wt_cose_decode(object, &cose, NULL) == 0) {
		r = diagnostic_part(request, "protected", cose.protected_raw, entry, err);
		if (r == 0)
			r = diagnostic_part(request, "payload", cose.payload, entry, err);
	}
	if (request->json)
		wt_json_append(request->list, entry);
	return r;
}

static int show_object(const struct request *request, const char *name, struct wt_span object,
		       struct wt_err *err)
{
	__attribute__((cleanup(shown_clear))) struct shown shown = {.name = name};
	int r = 0;

	if (!request->diag)
		r = decode(object, &shown, err);
	/* An object of ours that is malformed is said so; what is no envelope at all may be other CBOR. */
	if (r < 0 && shown.cose.typ != WT_TYP_NONE)
		return r;
	if (request->diag || r < 0 || shown.cose.typ == WT_TYP_NONE || shown.typ == WT_TYP_NONE)
		return diagnostic(request, name, object, err);
	if (request->json)
		wt_json_append(request->list, show_json(&shown));
	else
		show_text(&shown);
	return 0;
}

static int show_all(const struct request *request, char *const *files)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = {0};
	int status = INSPECT_GOOD;
	struct wt_err err = {0};

	for (; *files; files++)
		if (inputs_add(&inputs, *files, false, &err) < 0)
			status = inspect_failed(COMMAND, &err);
	for (size_t i = 0; i < inputs.n; i++) {
		struct wt_span object;
		char name[512];
		int r;

		r = inputs_read(&inputs, i, &object, name, &err);
		if (r == 0) {
			if (i > 0 && !request->json)
				putchar('\n');
			r = show_object(request, name, object, &err);
			if (r < 0)
				wt_fail_in(&err, r, "%.120s", name);
		}
		if (r < 0)
			status = inspect_failed(COMMAND, &err);
	}
	if (inputs.n == 0 && status == INSPECT_GOOD) {
		wt_fail(&err, ENOENT, "nothing to show: there is no *.cose file");
		status = inspect_failed(COMMAND, &err);
	}
	return status;
}

int inspect_show(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"diag", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct request request = {0};
	struct wt_err err = {0};
	int c, status;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			request.json = true;
			break;
		case 'd':
			request.diag = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (optind == argc)
		return wt_usage_error(COMMAND, "name the files to show");
	if (request.json)
		request.list = json_object_new_array();
	status = show_all(&request, argv + optind);
	if (request.json && wt_json_print(request.list, WT_JSON_PRETTY, &err) < 0)
		return inspect_failed(COMMAND, &err);
	return status;
}
