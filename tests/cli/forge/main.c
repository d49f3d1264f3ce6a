// SPDX-License-Identifier: Apache-2.0
/*
 * Forges a rig's history without a rig: records such as the kernel writes, chained, and one signed attestation a
 * window, so that the inspector's command can be tested from end to end. The devices are those of the registration.
 *
 *   forge --key rig.key --cert rig.crt --registration reg.cose --grant FILE... --out DIR
 *         [--start SECONDS] [--windows N] [--length SECONDS] [--watts N] [--nonce HEX] [--stranger WINDOW]
 *         [--reboot WINDOW] [--frozen] [--renewed FILE --renewal WINDOW] [--quote FILE]
 *
 * --grant takes allotments, too; --nonce closes the last window with it; --stranger plugs an unregistered device into
 * that window, which then works; --reboot switches the host off for half a minute before that window; --frozen: the
 * sensor shows the same to the last bit all the time; --renewed: the
 * registration that attestations name from that window on; --quote: what each carries as signed by a TPM.
 *
 *   forge --key KEY --cert CERT --resign FILE --out FILE
 *
 * Signs the payload of an object anew, with somebody else's key.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/allocation.h"
#include "lib/chain.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/object.h"
#include "tests/cli/forge/objects.h"
#include "tests/cli/forge/records.h"

#define MAX_GRANTS 16
#define OFF_S 30

struct forge {
	struct wt_key *key;
	struct wt_cert *cert;
	struct wt_registration registration;
	struct wt_buf registration_file;
	uint8_t registration_digest[WT_SHA256_LEN];
	struct wt_att_grant grants[MAX_GRANTS];
	size_t n_grants;
	const char *out;
	int64_t start;
	unsigned long windows, length, watts, stranger, reboot, renewal;
	const char *renewed;
	uint8_t nonce[64];
	size_t n_nonce;
	bool frozen;
	struct wt_buf quote; /* TPMS_ATTEST that each attestation carries, signed by nobody */
};

static void die(const char *what, int r, const struct wt_err *err)
{
	fprintf(stderr, "forge: %s: %s (%d)\n", what, err->msg, r);
	exit(1);
}

static void load_registration(struct forge *forge, const char *path)
{
	struct wt_err err = {0};
	int r = registration_read(path, &forge->registration_file, &forge->registration, &err);

	if (r < 0)
		die(path, r, &err);
	wt_sha256(wt_buf_span(&forge->registration_file), forge->registration_digest);
}

/* Goes over to another registration. */
static void renew(const struct forge *forge, struct wt_attestation *att)
{
	struct wt_buf file = {0};
	struct wt_err err = {0};
	int r;

	r = wt_file_read(forge->renewed, 1 << 20, &file, &err);
	if (r < 0)
		die(forge->renewed, r, &err);
	wt_sha256(wt_buf_span(&file), att->registration);
	wt_buf_free(&file);
}

static void load_grant(struct forge *forge, const char *path)
{
	struct wt_att_grant *to = &forge->grants[forge->n_grants++];
	struct wt_buf file = {0};
	struct wt_err err = {0};
	struct wt_allotment share;
	struct wt_grant grant;
	struct wt_cose cose;
	int r = object_read(path, &file, &cose, &err);

	if (r == 0)
		r = cose.typ == WT_TYP_ALLOTMENT
			    ? wt_allotment_decode(cose.payload, &share, &err)
			    : wt_grant_decode(cose.payload, &grant, &err);
	if (r < 0)
		die(path, r, &err);
	memcpy(to->id, cose.typ == WT_TYP_ALLOTMENT ? share.id : grant.id, sizeof(to->id));
	wt_sha256(wt_buf_span(&file), to->digest);
	wt_buf_free(&file);
}

/* Signs and writes one attestation; prev becomes its digest. */
static void attest(const struct forge *forge, struct wt_attestation *att)
{
	struct wt_err err = {0};
	static const uint8_t unsigned_[WT_SIG_LEN];
	int r;

	if (forge->quote.n) {
		att->key_place = WT_KEY_IN_TPM;
		att->quote.attest = wt_buf_span(&forge->quote);
		att->quote.signature = wt_span(unsigned_, sizeof(unsigned_));
		att->quote.n_pcrs = 1;
		att->quote.pcrs[0].index = 4;
	}
	r = attestation_write(att, forge->key, forge->cert, forge->out, &err);
	if (r < 0)
		die(forge->out, r, &err);
}

/* The records of one step into att, and the chain over them. */
static void step(const struct forge *forge, struct history *history, unsigned long window,
		 struct wt_attestation *att, struct wt_att_step *ret)
{
	bool last = window + 1 == forge->windows;
	struct wt_buf scratch = {0};

	if (forge->reboot == window + 1) {
		history_reboot(history, OFF_S);
		memset(att->chain_after, 0, sizeof(att->chain_after));
		memcpy(att->epoch, history->epoch, sizeof(att->epoch));
	}
	history_begin_step(history);
	if (window == 0 || forge->reboot == window + 1) {
		history_load(history);
		history_source(history);
		for (size_t i = 0; i < forge->registration.n_devices; i++)
			history_device(history, &forge->registration.devices[i]);
		history_probe(history);
	}
	if (forge->stranger == window + 1) {
		const struct wt_reg_device stranger = {.bus = 1,
						       .vid = 0x10c4,
						       .pid = 0xea60,
						       .serial = "GS-10015197",
						       .path = "1-9"};

		history_device(history, &stranger);
	}
	history_window(history, forge->length, forge->watts,
		       wt_span(forge->nonce, last ? forge->n_nonce : 0));

	ret->records = history->records;
	ret->n_records = history->n_records;
	ret->mac = wt_span(NULL, 0);
	att->first_seq = history->first_seq;
	memcpy(att->chain_before, att->chain_after, sizeof(att->chain_before));
	if (wt_chain_step(att->chain_after, ret->records, ret->n_records, &scratch) < 0)
		abort();
	wt_buf_free(&scratch);
}

static void run(struct forge *forge)
{
	struct wt_attestation att = {.clock = WT_CLOCK_SYNCHRONISED, .clock_bound_us = 20000};
	struct wt_att_step one = {0};
	struct history history;

	history_init(&history, (uint64_t)forge->start * 1000000000u);
	history.frozen = forge->frozen;
	memcpy(att.ueid, forge->registration.ueid, sizeof(att.ueid));
	memcpy(att.epoch, history.epoch, sizeof(att.epoch));
	memcpy(att.registration, forge->registration_digest, sizeof(att.registration));
	att.grants = forge->grants;
	att.n_grants = forge->n_grants;
	att.steps = &one;
	att.n_steps = 1;
	for (unsigned long window = 0; window < forge->windows; window++) {
		step(forge, &history, window, &att, &one);
		if (forge->renewal == window + 1)
			renew(forge, &att);
		att.seq = window + 1;
		att.iat = (int64_t)(history.realtime_ns / 1000000000u);
		att.uptime_s = history.boottime_ns / 1000000000u;
		if (window + 1 == forge->windows && forge->n_nonce > 0)
			att.nonce = wt_span(forge->nonce, forge->n_nonce);
		attest(forge, &att);
	}
	history_clear(&history);
}

static void resign(const struct forge *forge, const char *path)
{
	struct wt_buf file = {0}, cose = {0};
	struct wt_err err = {0};
	struct wt_cose decoded;
	int r = object_read(path, &file, &decoded, &err);

	if (r == 0)
		r = wt_cose_sign(forge->key, forge->cert, true, decoded.typ, decoded.payload, &cose,
				 &err);
	if (r == 0)
		r = wt_file_write(forge->out, wt_buf_span(&cose), 0644, WT_FILE_NEW, &err);
	if (r < 0)
		die(path, r, &err);
	wt_buf_free(&file);
	wt_buf_free(&cose);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"key", required_argument, NULL, 'k'},
		{"cert", required_argument, NULL, 'c'},
		{"registration", required_argument, NULL, 'r'},
		{"grant", required_argument, NULL, 'g'},
		{"out", required_argument, NULL, 'o'},
		{"start", required_argument, NULL, 's'},
		{"windows", required_argument, NULL, 'w'},
		{"length", required_argument, NULL, 'l'},
		{"watts", required_argument, NULL, 'W'},
		{"nonce", required_argument, NULL, 'n'},
		{"stranger", required_argument, NULL, 'x'},
		{"reboot", required_argument, NULL, 'b'},
		{"renewed", required_argument, NULL, 'N'},
		{"quote", required_argument, NULL, 'q'},
		{"renewal", required_argument, NULL, 'M'},
		{"resign", required_argument, NULL, 'R'},
		{"frozen", no_argument, NULL, 'f'},
		{0},
	};
	struct forge forge = {.out = ".", .windows = 5, .length = 60, .watts = 1000};
	const char *again = NULL;
	struct wt_err err = {0};
	int c, r = 0;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			r = wt_key_load(optarg, &forge.key, &err);
			break;
		case 'c':
			r = wt_cert_load(optarg, &forge.cert, &err);
			break;
		case 'r':
			load_registration(&forge, optarg);
			break;
		case 'g':
			if (forge.n_grants < MAX_GRANTS)
				load_grant(&forge, optarg);
			break;
		case 'o':
			forge.out = optarg;
			break;
		case 's':
			forge.start = strtoll(optarg, NULL, 10);
			break;
		case 'w':
			forge.windows = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			forge.length = strtoul(optarg, NULL, 10);
			break;
		case 'W':
			forge.watts = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			r = wt_unhex(optarg, forge.nonce, sizeof(forge.nonce));
			forge.n_nonce = r > 0 ? (size_t)r : 0;
			break;
		case 'x':
			forge.stranger = strtoul(optarg, NULL, 10);
			break;
		case 'b':
			forge.reboot = strtoul(optarg, NULL, 10);
			break;
		case 'q':
			if (wt_file_read(optarg, 512, &forge.quote, &err) < 0)
				die(optarg, 0, &err);
			break;
		case 'N':
			forge.renewed = optarg;
			break;
		case 'M':
			forge.renewal = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			forge.frozen = true;
			break;
		case 'R':
			again = optarg;
			break;
		default:
			return 64;
		}
		if (r < 0)
			die(optarg, r, &err);
	}
	if (!forge.renewed != !forge.renewal)
		return 64;
	if (!forge.key || !forge.cert || (!again && (!forge.registration_file.n || !forge.start)))
		return 64;
	if (again)
		resign(&forge, again);
	else
		run(&forge);
	wt_registration_clear(&forge.registration);
	wt_buf_free(&forge.registration_file);
	wt_buf_free(&forge.quote);
	wt_key_free(forge.key);
	wt_cert_free(forge.cert);
	return 0;
}
