// SPDX-License-Identifier: Apache-2.0
/*
 * An operator with root and a TPM, and no kernel module: makes up a log from LOAD to the last WINDOW, extends the PCR with
 * each of its steps as the module would, has the TPM quote and sign, and so makes evidence in which every digest, every
 * signature and the witness are right. What root lacks is a kernel that makes keys for the windows' MACs.
 *
 *   forger --cert FILE --registration FILE --out DIR [--windows N] [--watts N] [--tpm TCTI] [--keyed] [--after FILE]
 *          [--meddle N] [--quote-by TCTI] [--old-quotes] [--unkey N] [--ago SECONDS]
 *
 * --keyed: with an ANCHOR and keys of his own; in an epoch that no kernel ever had, that is as good as the kernel's.
 * --unkey: from window N on without MACs. --after: another boot, its attestations follow this one. --meddle: something else
 * is extended too, before window N. --quote-by: another TPM quotes. --old-quotes: the first attestation's goes with all.
 * --ago: the log ended so long ago.
 */
#include <endian.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/identity/identity.h"
#include "lib/chain.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/tpm/tpm.h"
#include "tests/cli/forge/objects.h"
#include "tests/cli/forge/records.h"

#define PCR 13
#define KEYS 64

struct forger {
	struct wt_identity *identity;
	struct wt_cert *cert;
	struct wt_registration registration;
	struct wt_buf registration_file;
	const char *out, *tcti;
	unsigned long windows, watts, meddle, unkey, ago;
	bool keyed, old_quotes;
	struct wt_identity *quoter;
	struct wt_identity_quote quote;
	uint64_t seq; /* of the attestation before the first */
	uint8_t prev[WT_SHA256_LEN];
	uint8_t keys[KEYS][WT_SHA256_LEN];
	struct history history;
};

static void die(const char *what, int r, const struct wt_err *err)
{
	fprintf(stderr, "forger: %s: %s (%d)\n", what, err->msg, r);
	exit(1);
}

/* Root may. */
static void extend(const uint8_t digest[WT_SHA256_LEN], const char *tcti)
{
	char hex[2 * WT_SHA256_LEN + 1], command[512];

	wt_hex(digest, WT_SHA256_LEN, hex);
	snprintf(command, sizeof(command), "tpm2_pcrextend -T %s %d:sha256=%s", tcti, PCR, hex);
	if (system(command) != 0)
		exit(1);
}

/* D of the step, as the module does it. */
static void extend_step(const struct history *history, const char *tcti)
{
	uint8_t digests[HISTORY_MAX_RECORDS * WT_SHA256_LEN], step[WT_SHA256_LEN];

	for (size_t i = 0; i < history->n_records; i++)
		wt_sha256(history->records[i].raw, digests + i * WT_SHA256_LEN);
	wt_sha256(wt_span(digests, history->n_records * WT_SHA256_LEN), step);
	extend(step, tcti);
}

static void quote(struct forger *f, struct wt_attestation *att, bool first)
{
	struct wt_identity_quote *ret = &f->quote;
	uint8_t binding[WT_SHA256_LEN];
	struct wt_err err = { 0 };
	int r;

	r = wt_attestation_binding(att, binding, &err);
	if (r == 0 && (first || !f->old_quotes)) {
		wt_identity_quote_clear(ret);
		r = wt_identity_quote(f->quoter ? f->quoter : f->identity, binding,
				      WT_IDENTITY_BOOT | WT_IDENTITY_BOOT_IF_USED | 1u << 10 |
					      1u << PCR,
				      ret, &err);
	}
	if (r < 0)
		die("quote", r, &err);
	att->quote.attest = wt_buf_span(&ret->attest);
	att->quote.signature = wt_span(ret->signature, sizeof(ret->signature));
	att->quote.n_pcrs = 0;
	for (uint8_t i = 0; i < WT_PCRS && first; i++)
		if (ret->pcrs & (1u << i) && i != PCR) {
			att->quote.pcrs[att->quote.n_pcrs].index = i;
			memcpy(att->quote.pcrs[att->quote.n_pcrs++].value, ret->values[i],
			       WT_SHA256_LEN);
		}
}

static void sign(struct forger *f, struct wt_attestation *att, bool first)
{
	struct wt_err err = { 0 };
	int r;

	quote(f, att, first);
	r = attestation_write(att, wt_identity_key(f->identity), f->cert, f->out, &err);
	if (r < 0)
		die(f->out, r, &err);
}

static void load(struct forger *f, struct wt_attestation *att)
{
	struct wt_identity_quote now = { 0 };
	struct wt_err err = { 0 };
	uint8_t zeros[WT_SHA256_LEN] = { 0 };
	int r = wt_identity_quote(f->identity, zeros, 1u << PCR, &now, &err);

	if (r < 0)
		die("the PCR", r, &err);
	memcpy(att->chain_after, now.values[PCR], WT_SHA256_LEN);
	memcpy(f->history.chain_start, now.values[PCR], WT_SHA256_LEN);
	f->history.pcr = PCR;
	f->history.tpm = true;
	history_load(&f->history);
	wt_identity_quote_clear(&now);
	if (f->keyed)
		history_anchor(&f->history, f->keys[0], KEYS - 1);
}

static void run(struct forger *f)
{
	struct wt_attestation att = { .clock = WT_CLOCK_INFORMATIVE, .key_place = WT_KEY_IN_TPM };
	struct timespec now, up;
	struct wt_att_step step;
	struct wt_buf scratch = { 0 };
	uint8_t mac[WT_SHA256_LEN];
	uint64_t length_ns = UINT64_C(60000000000);

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	history_init(&f->history,
		     ((uint64_t)now.tv_sec - f->ago) * 1000000000u - f->windows * length_ns);
	f->history.epoch[0] = (uint8_t)(f->seq + 1);
	memcpy(att.prev, f->prev, sizeof(att.prev));
	memcpy(att.ueid, f->registration.ueid, sizeof(att.ueid));
	memcpy(att.epoch, f->history.epoch, sizeof(att.epoch));
	wt_sha256(wt_buf_span(&f->registration_file), att.registration);
	att.steps = &step;
	att.n_steps = 1;
	for (unsigned long i = 1; i <= f->windows; i++) {
		history_begin_step(&f->history);
		if (i == 1) {
			load(f, &att);
			history_source(&f->history);
			for (size_t d = 0; d < f->registration.n_devices; d++)
				history_device(&f->history, &f->registration.devices[d]);
			history_probe(&f->history);
		}
		f->history.key =
			f->keyed && i > 1 && !(f->unkey && i > f->unkey) ? f->keys[i - 1] : NULL;
		history_window(&f->history, 60, f->watts, wt_span(NULL, 0));
		if (i == f->meddle)
			extend(f->keys[KEYS - 1], f->tcti);
		extend_step(&f->history, f->tcti);
		step = (struct wt_att_step){ .records = f->history.records,
					     .n_records = f->history.n_records };
		att.first_seq = f->history.first_seq;
		memcpy(att.chain_before, att.chain_after, WT_SHA256_LEN);
		if (wt_chain_step(att.chain_after, step.records, step.n_records, &scratch) < 0)
			abort();
		if (f->keyed && !(f->unkey && i >= f->unkey)) {
			wt_hmac_sha256(wt_span(f->keys[i], WT_SHA256_LEN),
				       wt_span(att.chain_after, WT_SHA256_LEN), mac);
			step.mac = wt_span(mac, sizeof(mac));
		}
		att.seq = f->seq + i;
		att.iat = (int64_t)(f->history.realtime_ns / 1000000000u);
		sign(f, &att, i == 1);
	}
	wt_identity_quote_clear(&f->quote);
	wt_buf_free(&scratch);
	history_clear(&f->history);
}

static int follow(struct forger *f, const char *path, struct wt_err *err)
{
	struct wt_attestation att = { 0 };
	struct wt_buf file = { 0 };
	struct wt_cose cose;
	int r = object_read(path, &file, &cose, err);

	if (r == 0)
		r = wt_attestation_decode(cose.payload, &att, err);
	if (r == 0) {
		f->seq = att.seq;
		wt_sha256(wt_buf_span(&file), f->prev);
	}
	wt_attestation_clear(&att);
	wt_buf_free(&file);
	return r;
}

/* Backwards from a last one: k_{i-1} = SHA-256(k_i). */
static void make_keys(struct forger *f)
{
	memset(f->keys[KEYS - 1], 0x5a, WT_SHA256_LEN);
	for (size_t i = KEYS - 1; i > 0; i--)
		wt_sha256(wt_span(f->keys[i], WT_SHA256_LEN), f->keys[i - 1]);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cert", required_argument, NULL, 'c' },
		{ "registration", required_argument, NULL, 'r' },
		{ "out", required_argument, NULL, 'o' },
		{ "windows", required_argument, NULL, 'w' },
		{ "watts", required_argument, NULL, 'W' },
		{ "tpm", required_argument, NULL, 't' },
		{ "keyed", no_argument, NULL, 'k' },
		{ "after", required_argument, NULL, 'a' },
		{ "meddle", required_argument, NULL, 'm' },
		{ "quote-by", required_argument, NULL, 'q' },
		{ "old-quotes", no_argument, NULL, 'Q' },
		{ "unkey", required_argument, NULL, 'u' },
		{ "ago", required_argument, NULL, 'A' },
		{ 0 },
	};
	struct forger f = { .out = ".", .windows = 5, .watts = 60 };
	struct wt_identity_options where = { .backend = WT_BACKEND_TPM,
					     .tcti = WT_IDENTITY_TCTI,
					     .handle = WT_IDENTITY_HANDLE };
	struct wt_identity_options other = { .backend = WT_BACKEND_TPM,
					     .handle = WT_IDENTITY_HANDLE };
	struct wt_err err = { 0 };
	int c, r = 0;

	while (r == 0 && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			r = wt_cert_load(optarg, &f.cert, &err);
			break;
		case 'r':
			r = registration_read(optarg, &f.registration_file, &f.registration, &err);
			break;
		case 'o':
			f.out = optarg;
			break;
		case 'w':
			f.windows = strtoul(optarg, NULL, 10);
			break;
		case 'W':
			f.watts = strtoul(optarg, NULL, 10);
			break;
		case 't':
			where.tcti = optarg;
			break;
		case 'a':
			r = follow(&f, optarg, &err);
			break;
		case 'm':
			f.meddle = strtoul(optarg, NULL, 10);
			break;
		case 'A':
			f.ago = strtoul(optarg, NULL, 10);
			break;
		case 'u':
			f.unkey = strtoul(optarg, NULL, 10);
			break;
		case 'q':
			other.tcti = optarg;
			break;
		case 'Q':
			f.old_quotes = true;
			break;
		case 'k':
			f.keyed = true;
			break;
		default:
			return 64;
		}
	}
	if (r < 0)
		die(optarg, r, &err);
	if (!f.cert || !f.registration_file.n || f.windows >= KEYS)
		return 64;
	r = wt_identity_open(&where, &f.identity, &err);
	if (r == 0 && other.tcti)
		r = wt_identity_open(&other, &f.quoter, &err);
	if (r < 0)
		die("TPM", r, &err);
	f.tcti = where.tcti;
	make_keys(&f);
	run(&f);
	wt_identity_free(f.quoter);
	wt_identity_free(f.identity);
	wt_cert_free(f.cert);
	wt_registration_clear(&f.registration);
	wt_buf_free(&f.registration_file);
	return 0;
}
