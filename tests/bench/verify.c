// SPDX-License-Identifier: Apache-2.0
/*
 * The verifier against its limit: attestations appraised a second on one core, and raw OpenSSL verifications of
 * messages of the same size with the same key and curve in the same run (EVP_DigestVerify, context kept). Rounds of both
 * in turn, so that a machine whose speed drifts does not decide; the median of the rounds' ratios counts.
 *
 * The rig is the one of the size goal: four sources and eight devices, all of them working.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "lib/cose.h"
#include "tests/bench/figure.h"
#include "tests/unit/lib/rig.h"

#define MINUTES 600
#define ROUNDS 7
#define GOAL_RATIO 0.90
#define GOAL_BYTES 1000
#define GOAL_QUOTED_RATIO 0.85 /* to two verifications: one of the envelope, one of the quote */
#define GOAL_QUOTED_BYTES 1400

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "verify bench: %s\n", what);
	exit(1);
}

static void make_rig(struct rig *rig, bool tpm)
{
	char serial[32], path[32];

	rig_init(rig);
	if (tpm)
		rig_tpm_init(rig);
	for (unsigned int i = 2; i < 8; i++) {
		snprintf(rig->reg_devices[i].serial, sizeof(rig->reg_devices[i].serial), "GS-%u", i);
		rig->reg_devices[i].bus = 1;
		rig->reg_devices[i].vid = 0x10c4;
		rig->reg_devices[i].pid = 0xea60;
		strcpy(rig->reg_devices[i].model, "U2");
	}
	rig->reg.n_devices = 8;
	rig_register(rig);
	rig_grant(rig, WT_GRANT_MAX_WH, -3600, 86400);
	rig_boot(rig);
	rig_source(rig, "dps800", "power2_input", 99000);
	rig_source(rig, "acpi_power_meter", "power1_average", 101000);
	rig_source(rig, "ina238", "power1_input", 48000);
	for (unsigned int i = 2; i < 8; i++) {
		snprintf(serial, sizeof(serial), "GS-%u", i);
		snprintf(path, sizeof(path), "1-%u", i + 10);
		rig_device(rig, 0x10c4, 0xea60, serial, path, WATTEST_DEVICE_VENDOR);
	}
	need(rig->n_sources == 4 && rig->n_devices == 8, "the rig has not four sources and eight devices");
	rig_minutes(rig, MINUTES);
}

/* Everything that verify does with each attestation; the registration and certificates are looked at once. */
static double appraise_round(struct rig *rig)
{
	struct wt_appraisal *a = rig_appraisal(rig, &(struct rig_judging){ 0 });
	struct wt_verdict verdict;
	struct wt_err err;
	double start, end;

	start = cpu_seconds();
	for (size_t i = 0; i < rig->n_atts; i++)
		need(wt_appraisal_feed(a, wt_buf_span(&rig->atts[i]), "evidence", &err) == 1, "an attestation was refused");
	end = cpu_seconds();
	need(wt_appraisal_finish(a, &verdict, &err) == 0 && verdict.tier == WT_AFFIRMING, "the verdict is not affirming");
	need(verdict.attestations == rig->n_atts, "attestations are missing");
	wt_verdict_clear(&verdict);
	wt_appraisal_free(a);
	return (end - start) / (double)rig->n_atts;
}

struct raw {
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	uint8_t *sig[MINUTES];
	size_t n_sig[MINUTES];
};

static void raw_sign(struct raw *raw, const struct rig *rig)
{
	raw->key = EVP_EC_gen("P-256");
	raw->ctx = EVP_MD_CTX_new();
	for (size_t i = 0; i < MINUTES; i++) {
		raw->n_sig[i] = 80;
		raw->sig[i] = malloc(80);
		need(EVP_DigestSignInit(raw->ctx, NULL, EVP_sha256(), NULL, raw->key) == 1 &&
			     EVP_DigestSign(raw->ctx, raw->sig[i], &raw->n_sig[i], rig->atts[i].p, rig->atts[i].n) == 1,
		     "OpenSSL does not sign");
		EVP_MD_CTX_reset(raw->ctx);
	}
}

static double raw_round(struct raw *raw, const struct rig *rig)
{
	double start = cpu_seconds();

	for (size_t i = 0; i < MINUTES; i++) {
		need(EVP_DigestVerifyInit(raw->ctx, NULL, EVP_sha256(), NULL, raw->key) == 1 &&
			     EVP_DigestVerify(raw->ctx, raw->sig[i], raw->n_sig[i], rig->atts[i].p, rig->atts[i].n) == 1,
		     "OpenSSL does not verify");
		EVP_MD_CTX_reset(raw->ctx);
	}
	return (cpu_seconds() - start) / MINUTES;
}

static void raw_free(struct raw *raw)
{
	for (size_t i = 0; i < MINUTES; i++)
		free(raw->sig[i]);
	EVP_MD_CTX_free(raw->ctx);
	EVP_PKEY_free(raw->key);
}

struct figures {
	double ours, limit, ratio; /* medians */
};

/* The limit is as many verifications as an attestation has signatures. */
static struct figures measure(struct rig *rig, unsigned int signatures)
{
	double ours[ROUNDS], limit[ROUNDS], ratio[ROUNDS];
	struct raw raw = { 0 };

	raw_sign(&raw, rig);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		limit[i] = 0;
		for (unsigned int k = 0; k < signatures; k++)
			limit[i] += raw_round(&raw, rig);
		ours[i] = appraise_round(rig);
		ratio[i] = limit[i] / ours[i];
	}
	qsort(ratio, ROUNDS, sizeof(*ratio), by_value);
	qsort(ours, ROUNDS, sizeof(*ours), by_value);
	qsort(limit, ROUNDS, sizeof(*limit), by_value);
	raw_free(&raw);
	return (struct figures){ ours[ROUNDS / 2], limit[ROUNDS / 2], ratio[ROUNDS / 2] };
}

/* The last one is steady state; the agent sends no certificates with it. */
static size_t steady_bytes(const struct rig *rig)
{
	struct wt_cose cose;

	need(wt_cose_decode(wt_buf_span(&rig->atts[MINUTES - 1]), &cose, NULL) == 0, "the last attestation does not decode");
	need(cose.n_x5chain == 0, "the attestation carries certificates");
	return cose.whole.n;
}

static void bench_plain(struct rig *rig)
{
	struct figures f;
	char text[64];
	size_t bytes;

	make_rig(rig, false);
	f = measure(rig, 1);
	snprintf(text, sizeof(text), "%.0f /s", 1 / f.limit);
	figure("raw EVP_DigestVerify of P-256, one core (the limit)", text, "", true);
	snprintf(text, sizeof(text), "%.0f /s", 1 / f.ours);
	figure("attestations appraised, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", f.ratio);
	figure("  ratio to the limit", text, ">= 0.90", f.ratio >= GOAL_RATIO);
	bytes = steady_bytes(rig);
	snprintf(text, sizeof(text), "%zu bytes", bytes);
	figure("a steady attestation, 4 sources and 8 devices", text, "<= 1000 bytes", bytes <= GOAL_BYTES);
	rig_free(rig);
}

/* With a TPM: quotes over five PCRs, and steps with the kernel's MACs. */
static void bench_quoted(struct rig *rig)
{
	struct figures f;
	char text[64];
	size_t bytes;

	make_rig(rig, true);
	f = measure(rig, 2);
	snprintf(text, sizeof(text), "%.0f /s", 1 / f.ours);
	figure("attestations with a quote appraised, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", f.ratio);
	figure("  ratio to two raw verifications each", text, ">= 0.85", f.ratio >= GOAL_QUOTED_RATIO);
	bytes = steady_bytes(rig);
	snprintf(text, sizeof(text), "%zu bytes", bytes);
	figure("  such an attestation", text, "<= 1400 bytes", bytes <= GOAL_QUOTED_BYTES);
	rig_free(rig);
}

int main(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	need(rig, "no memory");
	bench_plain(rig);
	bench_quoted(rig);
	free(rig);
	return 0;
}
