// SPDX-License-Identifier: Apache-2.0
/* enroll challenge: is this TPM what it says, and who can open what is made for it? */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "keys/enroll.h"
#include "lib/json.h"
#include "lib/timestamp.h"
#include "lib/tpm/credential.h"

#define COMMAND ENROLL_CHALLENGE_COMMAND
#define DEFAULT_S (7 * 86400)

static const char help[] =
	"usage: " COMMAND " DIR REQUEST --vendors DIR [-o FILE] [OPTION]...\n"
	"\n"
	"Checks a rig's request (`wattest enroll request`) and makes a challenge that only its TPM can open. Writes\n"
	"the devices and sources that the rig sees as JSON, for review: for `enroll issue --inventory`.\n"
	"\n"
	"  --vendors DIR          certificates of TPM vendors' CAs that are trusted, *.pem; and CRLs\n"
	"  -o, --output FILE      the challenge (challenge.enrol; -: standard output)\n"
	"  --inventory-out FILE   where the inventory goes (inventory.json, if the request has one)\n"
	"  --until TIME           the answer must be here before (+7d): 2026-11-20T13:00:00Z, @SECONDS, +1h\n"
	"  --json                 what was found, as JSON\n"
	"  --force                replace files\n";

struct challenge {
	const char *dir, *request, *vendors, *output, *inventory;
	bool json, force;
	int64_t now, until;
};

/* Said on stdout; on stderr where that is the challenge. */
static void report(const struct challenge *c, const struct wt_enrolment_request *request,
		   const struct enroll_rig *rig, const struct wt_enrolment_challenge *made)
{
	FILE *to = strcmp(c->output, "-") ? stdout : stderr;
	char hex[2 * WT_UEID_LEN + 1], id[2 * WT_ID_LEN + 1], t[WT_TIMESTAMP_LEN];

	wt_hex(request->ueid, sizeof(request->ueid), hex);
	wt_hex(made->id, sizeof(made->id), id);
	fprintf(to, "rig         %s, id %s\n", rig->name, hex);
	fprintf(to, "TPM         endorsement key certified by %s\n", rig->vendor);
	fprintf(to,
		"keys        signing key certified by the attestation key, which is the TPM's if the answer is right\n");
	fprintf(to, "boot state  PCR ");
	for (size_t i = 0; i < request->quote.n_pcrs; i++)
		fprintf(to, "%s%u", i ? ", " : "", request->quote.pcrs[i].index);
	if (request->inventory.p)
		fprintf(to, "\ninventory   %s: review it, and give it to `enroll issue`\n",
			c->inventory);
	else
		fprintf(to, "\ninventory   none in the request\n");
	fprintf(to, "challenge   %s, enrolment %s, to be answered before %s\n", c->output, id,
		wt_timestamp_utc(made->not_after, t));
}

static int report_json(const struct challenge *c, const struct wt_enrolment_request *request,
		       const struct enroll_rig *rig, const struct wt_enrolment_challenge *made,
		       struct wt_err *err)
{
	struct json_object *o = json_object_new_object(), *pcrs = json_object_new_array();
	char hex[2 * WT_SHA256_LEN + 1];

	wt_hex(made->id, sizeof(made->id), hex);
	wt_json_add(o, "id", json_object_new_string(hex));
	wt_json_add(o, "rig", json_object_new_string(rig->name));
	wt_hex(request->ueid, sizeof(request->ueid), hex);
	wt_json_add(o, "ueid", json_object_new_string(hex));
	wt_json_add(o, "vendor", json_object_new_string(rig->vendor));
	wt_hex(rig->ek.spki, sizeof(rig->ek.spki), hex);
	wt_json_add(o, "ek", json_object_new_string(hex));
	wt_hex(rig->ak.spki, sizeof(rig->ak.spki), hex);
	wt_json_add(o, "ak", json_object_new_string(hex));
	for (size_t i = 0; i < request->quote.n_pcrs; i++) {
		struct json_object *pcr = json_object_new_object();

		wt_hex(request->quote.pcrs[i].value, WT_SHA256_LEN, hex);
		wt_json_add(pcr, "pcr", json_object_new_uint64(request->quote.pcrs[i].index));
		wt_json_add(pcr, "value", json_object_new_string(hex));
		wt_json_append(pcrs, pcr);
	}
	wt_json_add(o, "boot", pcrs);
	wt_json_add(o, "requested_at_s", json_object_new_int64(request->made_at));
	wt_json_add(o, "answer_before_s", json_object_new_int64(made->not_after));
	wt_json_add(o, "challenge", json_object_new_string(c->output));
	if (request->inventory.p)
		wt_json_add(o, "inventory", json_object_new_string(c->inventory));
	return wt_json_print(o, WT_JSON_PRETTY, err);
}

/* Into the register, unless the TPM has a rig already. */
static int enter(const struct challenge *c, const struct register_enrolment *enrolment,
		 struct wt_span request, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *book = NULL;
	int r = authority_open_register(c->dir, &book, err);

	if (r == 0)
		r = register_begin(book, err);
	if (r == 0)
		r = register_check_free(book, enrolment->ueid, c->now, err);
	if (r == 0)
		r = register_put_enrolment(book, enrolment, request, err);
	return r < 0 ? r : register_commit(book, err);
}

/* The secret leaves only inside of the credential; the register has its digest. */
static int make(const struct challenge *c, const struct wt_enrolment_request *request,
		struct wt_span file, const struct enroll_rig *rig,
		struct wt_enrolment_challenge *ret, struct wt_buf *ret_file, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf blob = { 0 }, seed = { 0 };
	struct register_enrolment enrolment = { .made_at = c->now };
	uint8_t secret[WT_ENROLMENT_SECRET];
	int r;

	ret->not_after = enrolment.not_after = c->until;
	memcpy(ret->ueid, request->ueid, sizeof(ret->ueid));
	memcpy(enrolment.ueid, request->ueid, sizeof(enrolment.ueid));
	strcpy(enrolment.rig, rig->name);
	r = wt_random(ret->id, sizeof(ret->id));
	if (r == 0)
		r = wt_random(secret, sizeof(secret));
	if (r < 0)
		return wt_fail(err, -r, "no random numbers");
	memcpy(enrolment.id, ret->id, sizeof(enrolment.id));
	wt_sha256(wt_span(secret, sizeof(secret)), enrolment.secret);
	r = wt_tpm_make_credential(&rig->ek, wt_span(rig->ak.name, sizeof(rig->ak.name)),
				   wt_span(secret, sizeof(secret)), &blob, &seed, err);
	wt_wipe(secret, sizeof(secret));
	ret->blob = wt_buf_span(&blob);
	ret->secret = wt_buf_span(&seed);
	if (r == 0)
		r = wt_enrolment_challenge_encode(ret, ret_file, err);
	return r < 0 ? r : enter(c, &enrolment, file, err);
}

static int load(const struct challenge *c, struct wt_buf *ret_file,
		struct wt_enrolment_request *ret, struct wt_err *err)
{
	int r = wt_file_read(c->request, WT_ENROLMENT_MAX, ret_file, err);

	if (r == 0) {
		r = wt_enrolment_request_decode(wt_buf_span(ret_file), ret, err);
		if (r < 0)
			wt_fail_in(err, r, "%.160s", c->request);
	}
	/* Refused before anything is entered. */
	if (r == 0)
		r = command_output_free(c->output, c->force, err);
	if (r == 0 && ret->inventory.p)
		r = command_output_free(c->inventory, c->force, err);
	return r;
}

static int run(const struct challenge *c, struct wt_err *err)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *vendors = NULL;
	__attribute__((cleanup(enroll_rig_clear))) struct enroll_rig rig = { 0 };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = { 0 }, out = { 0 };
	struct wt_enrolment_challenge made = { 0 };
	struct wt_enrolment_request request = { 0 };
	int r;

	r = load(c, &file, &request, err);
	if (r == 0)
		r = wt_trust_load(c->vendors, &vendors, err);
	if (r < 0)
		return r;
	r = enroll_check(&request, vendors, c->now, &rig, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.100s", c->request);
	r = make(c, &request, wt_buf_span(&file), &rig, &made, &out, err);
	if (r == 0 && request.inventory.p)
		r = command_output(c->inventory, request.inventory, c->force, err);
	if (r == 0)
		r = command_output(c->output, wt_buf_span(&out), c->force, err);
	if (r == 0 && c->json)
		return report_json(c, &request, &rig, &made, err);
	if (r == 0)
		report(c, &request, &rig, &made);
	return r;
}

int enroll_challenge(int argc, char **argv)
{
	enum {
		VENDORS = 1,
		INVENTORY_OUT,
		UNTIL,
		JSON,
		FORCE
	};
	static const struct option options[] = {
		{ "vendors", required_argument, NULL, VENDORS },
		{ "output", required_argument, NULL, 'o' },
		{ "inventory-out", required_argument, NULL, INVENTORY_OUT },
		{ "until", required_argument, NULL, UNTIL },
		{ "json", no_argument, NULL, JSON },
		{ "force", no_argument, NULL, FORCE },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct challenge c = {
		.output = "challenge.enrol",
		.inventory = "inventory.json",
		.now = time(NULL),
	};
	struct wt_err err = { 0 };
	int o;

	c.until = c.now + DEFAULT_S;
	while ((o = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (o) {
		case VENDORS:
			c.vendors = optarg;
			break;
		case 'o':
			c.output = optarg;
			break;
		case INVENTORY_OUT:
			c.inventory = optarg;
			break;
		case UNTIL:
			if (command_time("--until", optarg, c.now, &c.until, &err) < 0)
				return wt_usage_error(COMMAND, "%s", err.msg);
			break;
		case JSON:
			c.json = true;
			break;
		case FORCE:
			c.force = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, o, argv);
		}
	}
	if (argc - optind != 2)
		return wt_usage_error(COMMAND, "DIR and REQUEST are needed");
	if (!c.vendors)
		return wt_usage_error(COMMAND, "--vendors is missing");
	if (c.until <= c.now)
		return wt_usage_error(COMMAND, "--until: is past");
	if (c.json && !strcmp(c.output, "-"))
		return wt_usage_error(COMMAND, "--json and -o - both want standard output");
	c.dir = argv[optind];
	c.request = argv[optind + 1];
	return run(&c, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
