// SPDX-License-Identifier: Apache-2.0
/*
 * What a TPM costs the agent once a window: a quote and a signature, as wall time, by swtpm. A chip takes its own time:
 * this is what the agent and the TPM's software around it take.
 */
#include <stdlib.h>
#include <time.h>

#include "keys/identity/identity.h"
#include "tests/bench/figure.h"
#include "tests/unit/lib/swtpm.h"

#define ROUNDS 21
#define PCRS                                                      \
	(WT_IDENTITY_BOOT | WT_IDENTITY_BOOT_IF_USED | 1u << 10 | \
	 1u << 13) /* as the agent selects */

static double wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	return v[ROUNDS / 2];
}

static void need(int r, const struct wt_err *err)
{
	if (r >= 0)
		return;
	fprintf(stderr, "quote bench: %s\n", err->msg);
	exit(1);
}

static double quote_ms(struct wt_identity *identity)
{
	uint8_t extra[WT_SHA256_LEN] = { 1 };
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		struct wt_identity_quote quote = { 0 };
		struct wt_err err = { 0 };
		double from = wall_ms();

		need(wt_identity_quote(identity, extra, PCRS, &quote, &err), &err);
		took[i] = wall_ms() - from;
		wt_identity_quote_clear(&quote);
	}
	return median(took);
}

static double sign_ms(struct wt_key *key)
{
	uint8_t signature[WT_SIG_LEN];
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		struct wt_err err = { 0 };
		double from = wall_ms();

		need(wt_sign(key, wt_span("an attestation", 14), signature, &err), &err);
		took[i] = wall_ms() - from;
	}
	return median(took);
}

static void say(const char *name, double ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%.2f ms", ms);
	figure(name, text, "", true);
}

int main(void)
{
	struct wt_identity_options options = { .backend = WT_BACKEND_TPM,
					       .handle = WT_IDENTITY_HANDLE };
	struct wt_identity *identity = NULL;
	struct wt_key *file = NULL;
	struct wt_err err = { 0 };
	struct swtpm tpm = { 0 };
	double quote, sign;

	swtpm_start(&tpm, 0);
	options.tcti = tpm.tcti;
	need(wt_identity_create(&options, &err), &err);
	need(wt_identity_open(&options, &identity, &err), &err);
	need(wt_key_generate(WT_ALG_ES256, &file), &err);
	quote = quote_ms(identity);
	sign = sign_ms(wt_identity_key(identity));
	say("a quote, values of its PCRs read, by swtpm", quote);
	say("a signature with the key in it", sign);
	say("both, once an attestation", quote + sign);
	say("a signature with a key in a file", sign_ms(file));
	wt_key_free(file);
	wt_identity_free(identity);
	swtpm_stop(&tpm);
	return 0;
}
