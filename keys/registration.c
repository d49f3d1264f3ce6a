// SPDX-License-Identifier: Apache-2.0
/*
 * registration: what a rig is: its key, its devices, the sources that meter it, its site and
 * licence.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/references.h"
#include "keys/registration.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority registration"

static const char help[] =
	"usage: " COMMAND " DIR --cert CERT --devices FILE --sources FILE | --inventory FILE\n"
	"       --licence ID --holder NAME --site NAME --zone ZONE --nameplate W [--pool NAME]...\n"
	"       [--role CHIP:ATTRIBUTE=ROLE]... [--idle TIMES]... [OPTION]... -o FILE\n"
	"       " COMMAND " DIR --renew REGISTRATION [OPTION]... -o FILE\n"
	"\n"
	"Signs a registration. The lists are what `wattest devices --json` and `wattest sources --json` print on\n"
	"the rig; model, rated_w, rated_ghs, role, class_ppm and calibrated_until may be added in them.\n"
	"\n"
	"  --renew REGISTRATION  a new one for the same rig and key: what is not given is as it was there\n"
	"  --cert CERT           the rig's certificate (from `certify`)\n"
	"  -o, --output FILE     where to (-: standard output)\n"
	"\n";

/*
 * What a renewal begins with: all of the old registration but its id and validity. Before the
 * options are read; what they give replaces it.
 */
static int take_old(const char *dir, struct registration_request *request,
		    struct wt_registration *reg, struct wt_err *err)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_registration *old = &request->old_registration;
	const char *path = request->given[RENEW];
	int r;

	r = authority_load_trust(dir, &trust, err);
	if (r == 0)
		r = signed_read(path, trust, WT_TYP_REGISTRATION, WT_DUTY_REGISTRATION,
				request->now, &request->old, err);
	if (r < 0)
		return r;
	r = wt_registration_decode(request->old.cose.payload, old, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	memcpy(reg->licence, old->licence, sizeof(reg->licence));
	memcpy(reg->holder, old->holder, sizeof(reg->holder));
	memcpy(reg->site, old->site, sizeof(reg->site));
	memcpy(reg->zone, old->zone, sizeof(reg->zone));
	reg->nameplate_w = old->nameplate_w;
	if (reg->n_pools == 0 && old->n_pools > 0 && old->n_pools <= REGISTRATION_MAX_POOLS) {
		memcpy(reg->pools, old->pools, old->n_pools * sizeof(*reg->pools));
		reg->n_pools = old->n_pools;
	}
	if (reg->n_idle == 0 && !request->never_idle && old->n_idle > 0) {
		memcpy(reg->idle, old->idle, old->n_idle * sizeof(*reg->idle));
		reg->n_idle = old->n_idle;
	}
	reg->tpm = old->tpm; /* points into request->old */
	if (!request->given[REFERENCE]) {
		reg->references = old->references; /* transferred */
		reg->n_references = old->n_references;
		old->references = NULL;
		old->n_references = 0;
	}
	if (!request->given[DEVICES]) {
		reg->devices = old->devices; /* transferred */
		reg->n_devices = old->n_devices;
		old->devices = NULL;
		old->n_devices = 0;
	}
	if (!request->given[SOURCES]) {
		reg->sources = old->sources; /* transferred */
		reg->n_sources = old->n_sources;
		old->sources = NULL;
		old->n_sources = 0;
	}
	return 0;
}

/* A renewed registration is for the same rig: with a TPM for the very key that was shown to be in it. */
static int same_rig(const struct registration_request *request, const char *path,
		    struct wt_cert *cert, struct wt_registration *reg, struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *old = NULL;
	int r;

	if (reg->tpm.ak.p) {
		memcpy(reg->ueid, request->old_registration.ueid, sizeof(reg->ueid));
		r = wt_cert_parse(request->old_registration.rig_cert, &old, err);
		if (r < 0)
			return r;
		if (wt_cert_key(old) && wt_key_same(wt_cert_key(old), wt_cert_key(cert)))
			return 0;
		return wt_fail(err, EINVAL,
			       "%.100s: another key than that of %.60s, which is in the rig's TPM: "
			       "enrol the rig anew",
			       path, request->given[RENEW]);
	}
	if (memcmp(reg->ueid, request->old_registration.ueid, sizeof(reg->ueid)) != 0)
		return wt_fail(err, EINVAL, "%.160s: another rig's key than that of %.80s", path,
			       request->given[RENEW]);
	return 0;
}

/* The certificate that was given, or the old one; and the rig's id from its key. */
static int certificate_given(const char *dir, const struct registration_request *request,
			     struct wt_cert **ret, struct wt_registration *reg, struct wt_err *err)
{
	const char *path = request->given[CERT] ? request->given[CERT] : request->given[RENEW];
	int r;

	r = request->given[CERT] ? wt_cert_load(path, ret, err)
				 : wt_cert_parse(request->old_registration.rig_cert, ret, err);
	if (r < 0)
		return r;
	r = authority_check(dir, *ret, WT_DUTY_ATTESTATION, request->now, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	if (!wt_cert_key(*ret))
		return wt_fail(err, EINVAL,
			       "%.200s: its key is of a kind that signs no attestation", path);
	r = wt_ueid_from_key(wt_cert_key(*ret), reg->ueid);
	if (r == 0 && request->given[RENEW])
		r = same_rig(request, path, *ret, reg, err);
	return r;
}

/*
 * The rig's key, id and name; and that its certificate is this registry's and lasts as long as the
 * registration.
 */
static int take_certificate(const struct registration_kind *kind, const char *dir,
			    const char *answer, const struct registration_request *request,
			    struct wt_cert **ret, struct wt_registration *reg, struct wt_err *err)
{
	int64_t from, until;
	int r;

	r = kind->whom ? kind->whom(kind->user, dir, answer, request, ret, reg, err)
		       : certificate_given(dir, request, ret, reg, err);
	if (r < 0)
		return r;
	wt_cert_validity(*ret, &from, &until);
	if (reg->not_after == 0)
		reg->not_after = until;
	if (reg->not_after <= reg->not_before)
		return wt_fail(err, EINVAL, "--until is not after --from");
	if (reg->not_after > until) {
		char text[WT_TIMESTAMP_LEN];

		return wt_fail(err, EINVAL, "%.160s: ends %s, before the registration would",
			       request->given[CERT]    ? request->given[CERT]
			       : request->given[RENEW] ? request->given[RENEW]
						       : "the certificate",
			       wt_timestamp_utc(until, text));
	}
	r = command_text("common name", wt_cert_common_name(*ret), reg->rig, sizeof(reg->rig), err);
	reg->rig_cert = wt_cert_der(*ret);
	return r;
}

/* Encoded, and read back as an inspector will: nothing is signed that they would refuse. */
static int encode(const struct wt_registration *reg, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_registration back = { 0 };
	int r;

	r = wt_registration_encode(reg, ret, err);
	if (r == 0)
		r = wt_registration_decode(wt_buf_span(ret), &back, err);
	if (r == 0)
		wt_registration_clear(&back);
	return r;
}

/* In the register before anybody has it; a device that is another rig's is refused there. */
static int enter(const struct registration_kind *kind, const char *dir,
		 const struct registration_request *request, const struct wt_registration *reg,
		 struct wt_span cose, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *book = NULL;
	const uint8_t *renews = request->given[RENEW] ? request->old_registration.id : NULL;
	int r;

	r = authority_open_register(dir, &book, err);
	if (r == 0)
		r = register_begin(book, err);
	/* Before the registration stands: the TPM must not have another. */
	if (r == 0 && kind->enter)
		r = kind->enter(kind->user, book, reg, request->now, err);
	/* A renewal may give the rig another name. */
	if (r == 0 && !renews)
		r = register_check_key(book, reg, err);
	if (r == 0)
		r = register_put_registration(book, reg, renews, cose, request->now, err);
	if (r == 0)
		r = register_commit(book, err);
	return r;
}

static int run(const struct registration_kind *kind, char *const *arguments,
	       struct registration_request *request, struct wt_registration *reg,
	       struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 }, cose = { 0 };
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	const char *const *given = request->given;
	const char *dir = arguments[0];
	int r;

	r = take_certificate(kind, dir, kind->answer ? arguments[1] : NULL, request, &cert, reg,
			     err);
	if (r == 0)
		r = inventory_read(given[DEVICES], given[SOURCES], &request->defaults, request->now,
				   reg, err);
	if (r == 0 && given[REFERENCE])
		r = references_read(given[REFERENCE], reg, err);
	if (r == 0)
		r = command_output_free(given[OUTPUT], request->force, err);
	if (r == 0)
		r = wt_random(reg->id, sizeof(reg->id));
	if (r == 0)
		r = encode(reg, &payload, err);
	if (r == 0)
		r = authority_sign(dir, AUTHORITY_REGISTRY, WT_TYP_REGISTRATION,
				   wt_buf_span(&payload), request->now, &cose, err);
	if (r == 0)
		r = enter(kind, dir, request, reg, wt_buf_span(&cose), err);
	if (r == 0)
		r = command_output_issued(dir, reg->id, given[OUTPUT], wt_buf_span(&cose),
					  request->force, err);
	if (r < 0)
		return r;
	if (strcmp(given[OUTPUT], "-") != 0)
		printf("%s: %s, %zu devices, %zu sources, nameplate %u W, from %s until %s\n",
		       given[OUTPUT], reg->rig, reg->n_devices, reg->n_sources, reg->nameplate_w,
		       wt_timestamp_utc(reg->not_before, from),
		       wt_timestamp_utc(reg->not_after, until));
	return kind->done ? kind->done(kind->user, request, cert, err) : 0;
}

/* What is missing on the command line, or too much; -1 when all is well. */
static int check(const struct registration_kind *kind, const struct registration_request *request,
		 int arguments)
{
	const char *const *given = request->given;

	if (arguments != 1 + kind->answer)
		return wt_usage_error(kind->command, kind->answer ? "DIR and ANSWER are needed"
								  : "one DIR is needed");
	if (kind->answer && (given[CERT] || given[RENEW]))
		return wt_usage_error(kind->command, "--cert and --renew are for `registration`");
	if (!kind->answer && given[DAYS])
		return wt_usage_error(kind->command, "--days is for certificates: see `certify`");
	for (int i = 0; i < NEEDED; i++)
		if (!given[i] && (!given[RENEW] || i == OUTPUT) && !(kind->answer && i == CERT))
			return wt_usage_error(kind->command, "--%s is missing",
					      registration_options[i].name);
	return -1;
}

int registration_main(int argc, char **argv, const struct registration_kind *kind)
{
	__attribute__((cleanup(wt_registration_clear))) struct wt_registration reg = { 0 };
	__attribute__((cleanup(registration_request_clear))) struct registration_request request = {
		.now = time(NULL),
		.days = AUTHORITY_RIG_DAYS,
	};
	struct wt_err err = { 0 };
	int c, r = 0;

	reg.pools = calloc(REGISTRATION_MAX_POOLS, sizeof(*reg.pools));
	reg.idle = calloc(WT_MAX_IDLE, sizeof(*reg.idle));
	if (!reg.pools || !reg.idle)
		/* cppcheck-suppress memleak ; wt_registration_clear() frees them */
		return AUTHORITY_FAILED;
	while (r == 0 && (c = getopt_long(argc, argv, ":o:h", registration_options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return wt_option_error(kind->command, c, argv);
		r = registration_take(c, &request, &reg, &err);
	}
	if (request.help) {
		fputs(kind->help, stdout);
		fputs(registration_options_help, stdout);
		return 0;
	}
	if (r < 0)
		return wt_usage_error(kind->command, "%s", err.msg);
	r = check(kind, &request, argc - optind);
	if (r >= 0)
		return r;
	if (request.given[RENEW] && take_old(argv[optind], &request, &reg, &err) < 0)
		return command_failed(kind->command, &err);
	if (registration_parse(&request, &reg, &err) < 0)
		return wt_usage_error(kind->command, "%s", err.msg);
	return run(kind, argv + optind, &request, &reg, &err) < 0
		       ? command_failed(kind->command, &err)
		       : 0;
}

int authority_registration(int argc, char **argv)
{
	static const struct registration_kind kind = { .command = COMMAND, .help = help };

	return registration_main(argc, argv, &kind);
}
