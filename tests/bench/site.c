// SPDX-License-Identifier: Apache-2.0
/*
 * A day of a site: its rigs' attestations, one a minute, against what it bought (ten grants an hour, each divided among
 * all rigs), through lib/site.h. By default some of the rigs for all of the day: every rig costs the same, so only their
 * number is extrapolated. BENCH=full takes all 3,000.
 *
 * The limit is what OpenSSL verifies in the same run: EVP_DigestVerify with one key, over the same messages, hour by
 * hour in turn with the site, so that a machine whose speed drifts does not decide. Each measurement is a process of its
 * own, so that its peak of memory is its own too.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "lib/site.h"
#include "tests/bench/day/rigs.h"
#include "tests/bench/figure.h"

#define RIGS 3000 /* the whole */
#define SLICE 6
#define HOURS 24
#define RAW_PER_HOUR 30 /* messages for the limit */
#define GOAL_RATIO 0.90
#define GOAL_GROWTH 1.20 /* of memory, with three times the attestations */

struct scale {
	unsigned int rigs;
	unsigned int hours; /* bought */
	unsigned int attested; /* of them, attested to */
	unsigned int threads; /* 0: hour by hour, with the limit in turn */
};

struct measured {
	double raw_s, feed_s, begin_s, objects_s, finish_s, wall_s;
	uint64_t raws, feeds, attestations, objects, bytes;
	uint64_t peak_kb; /* of the site alone */
};

struct kept { /* for threads: all that a rig attested */
	struct wt_buf *atts;
	size_t n;
};

struct bench {
	struct scale scale;
	struct rigs rigs;
	struct wt_site *site;
	struct kept *kept;
	struct measured m;
	EVP_PKEY *raw_key;
	EVP_MD_CTX *raw_ctx;
};

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
	return seconds(CLOCK_THREAD_CPUTIME_ID);
}

static uint64_t status_kb(const char *key)
{
	char line[256];
	unsigned long long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	need(f, "/proc/self/status cannot be read");
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, strlen(key)) == 0)
			sscanf(line + strlen(key), ": %llu", &kb);
	}
	fclose(f);
	return kb;
}

/* Peak from now on. */
static void forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	need(f && fputs("5", f) >= 0 && fclose(f) == 0, "the peak of memory cannot be reset");
}

/* --- objects and attestations --------------------------------------------------------------------------- */

static void give(struct bench *b, const struct wt_buf *cose, const char *name)
{
	double start = cpu_seconds();
	struct wt_err err;

	need(wt_site_object(b->site, wt_buf_span(cose), name, &err) == 1, "an object was refused");
	b->m.objects_s += cpu_seconds() - start;
	b->m.objects++;
}

static void give_all(struct bench *b)
{
	struct wt_buf cose = { 0 };
	struct wt_err err;
	double start;

	for (unsigned int i = 0; i < b->scale.rigs; i++)
		give(b, &b->rigs.members[i].registration, "registration");
	for (unsigned int g = 0; g < b->scale.hours * GRANTS_PER_HOUR; g++) {
		rigs_sell(&b->rigs, g, &cose);
		give(b, &cose, "grant");
		for (unsigned int i = 0; i < b->scale.rigs; i++) {
			rigs_allot(&b->rigs, g, i, &cose);
			give(b, &cose, "allotment");
		}
	}
	wt_buf_free(&cose);
	start = cpu_seconds();
	need(wt_site_ready(b->site, &err) == 0, err.msg);
	b->m.objects_s += cpu_seconds() - start;
}

static void feed(struct wt_site *site, const struct wt_buf *att)
{
	struct wt_err err;

	if (wt_site_attestation(site, wt_buf_span(att), "evidence", &err) == 1)
		return;
	fprintf(stderr, "site bench: an attestation was refused: %s\n", err.msg);
	exit(1);
}

static void raw_hour(struct bench *b)
{
	uint8_t sig[RAW_PER_HOUR][80];
	size_t n[RAW_PER_HOUR];
	double start;

	for (size_t i = 0; i < RAW_PER_HOUR; i++) {
		n[i] = sizeof(sig[i]);
		need(EVP_DigestSignInit(b->raw_ctx, NULL, EVP_sha256(), NULL, b->raw_key) == 1 &&
			     EVP_DigestSign(b->raw_ctx, sig[i], &n[i], b->rigs.now->atts[i].p,
					    b->rigs.now->atts[i].n) == 1,
		     "OpenSSL does not sign");
		EVP_MD_CTX_reset(b->raw_ctx);
	}
	start = cpu_seconds();
	for (size_t i = 0; i < RAW_PER_HOUR; i++) {
		need(EVP_DigestVerifyInit(b->raw_ctx, NULL, EVP_sha256(), NULL, b->raw_key) == 1 &&
			     EVP_DigestVerify(b->raw_ctx, sig[i], n[i], b->rigs.now->atts[i].p,
					      b->rigs.now->atts[i].n) == 1,
		     "OpenSSL does not verify");
		EVP_MD_CTX_reset(b->raw_ctx);
	}
	b->m.raw_s += cpu_seconds() - start;
	b->m.raws += RAW_PER_HOUR;
}

/* A rig's first attestation has its registration, grants and shares looked at: that is counted apart. */
static void feed_hour(struct bench *b, unsigned int hour)
{
	double start = cpu_seconds(), first = start;

	for (size_t i = 0; i < b->rigs.now->n_atts; i++) {
		feed(b->site, &b->rigs.now->atts[i]);
		if (hour == 0 && i == 0)
			first = cpu_seconds();
	}
	b->m.begin_s += first - start;
	b->m.feed_s += cpu_seconds() - first;
	b->m.feeds += b->rigs.now->n_atts - (hour == 0);
}

static void done(struct bench *b, unsigned int i)
{
	double start = cpu_seconds();
	struct wt_err err;

	need(wt_site_rig_done(b->site, b->rigs.members[i].reg.ueid, &err) == 0, err.msg);
	b->m.finish_s += cpu_seconds() - start;
}

static void day(struct bench *b, unsigned int i)
{
	struct rig *rig = b->rigs.now;

	rigs_boot(&b->rigs, i);
	for (unsigned int hour = 0; hour < b->scale.attested; hour++) {
		rigs_hour(&b->rigs, i, hour);
		b->m.attestations += rig->n_atts;
		b->m.bytes += rig->atts[rig->n_atts - 1].n * rig->n_atts;
		if (b->scale.threads == 0) {
			raw_hour(b);
			feed_hour(b, hour);
			for (size_t k = 0; k < rig->n_atts; k++)
				wt_buf_free(&rig->atts[k]);
		} else {
			struct kept *kept = &b->kept[i];

			memcpy(kept->atts + kept->n, rig->atts, rig->n_atts * sizeof(*rig->atts));
			memset(rig->atts, 0, rig->n_atts * sizeof(*rig->atts));
			kept->n += rig->n_atts;
		}
		rig->n_atts = 0;
	}
	if (b->scale.threads == 0)
		done(b, i);
	rigs_retire(&b->rigs);
}

/* --- threads -------------------------------------------------------------------------------------------- */

struct worker {
	pthread_t thread;
	struct bench *b;
	unsigned int first;
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct bench *b = worker->b;

	for (unsigned int i = worker->first; i < b->scale.rigs; i += b->scale.threads) {
		for (size_t k = 0; k < b->kept[i].n; k++)
			feed(b->site, &b->kept[i].atts[k]);
	}
	return NULL;
}

static void work_all(struct bench *b)
{
	struct worker workers[16];
	double start = seconds(CLOCK_MONOTONIC);

	for (unsigned int i = 0; i < b->scale.threads; i++) {
		workers[i] = (struct worker){ .b = b, .first = i };
		need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "no thread");
	}
	for (unsigned int i = 0; i < b->scale.threads; i++)
		pthread_join(workers[i].thread, NULL);
	b->m.wall_s = seconds(CLOCK_MONOTONIC) - start;
}

/* --- one measurement ------------------------------------------------------------------------------------ */

static void prepare(struct bench *b)
{
	size_t each = (size_t)b->scale.attested * PER_HOUR;

	rigs_init(&b->rigs, b->scale.rigs, b->scale.hours);
	b->raw_key = EVP_EC_gen("P-256");
	b->raw_ctx = EVP_MD_CTX_new();
	b->kept = calloc(b->scale.rigs, sizeof(*b->kept));
	need(b->raw_key && b->raw_ctx && b->kept, "no memory");
	for (unsigned int i = 0; b->scale.threads > 0 && i < b->scale.rigs; i++) {
		b->kept[i].atts = calloc(each, sizeof(struct wt_buf));
		need(b->kept[i].atts, "no memory");
	}
}

static void conclude(struct bench *b)
{
	struct wt_site_verdict verdict;
	struct wt_err err;
	double start = cpu_seconds();

	need(wt_site_finish(b->site, &verdict, &err) == 0, err.msg);
	b->m.finish_s += cpu_seconds() - start;
	for (size_t i = 0; i < WT_SITE_CHECKS; i++) {
		if (verdict.checks[i].tier > WT_AFFIRMING)
			fprintf(stderr, "site bench: %s: %s\n", wt_site_check_name(i),
				verdict.checks[i].reason);
	}
	for (size_t i = 0; verdict.n_rigs > 0 && i < WT_CHECKS; i++) {
		if (verdict.rigs[0].checks[i].tier > WT_AFFIRMING)
			fprintf(stderr, "site bench: %s: %s\n", wt_check_name(i),
				verdict.rigs[0].checks[i].reason);
	}
	need(verdict.tier == WT_AFFIRMING, "the verdict is not affirming");
	need(verdict.n_rigs == b->scale.rigs, "rigs are missing");
	for (size_t i = 0; i < verdict.n_rigs; i++)
		need(verdict.rigs[i].attestations == (uint64_t)b->scale.attested * PER_HOUR,
		     "attestations are missing");
	wt_site_verdict_clear(&verdict);
}

static void measure_here(struct scale scale, struct measured *ret)
{
	const struct wt_appraisal_options options = { .now = RIG_T0 + HOURS * 3600 };
	struct bench b = { .scale = scale };
	uint64_t before_kb;
	struct wt_err err;

	prepare(&b);
	forget_peak();
	before_kb = status_kb("VmRSS");
	need(wt_site_new(b.rigs.first->trust, &options, &b.site, &err) == 0, err.msg);
	give_all(&b);
	for (unsigned int i = 0; i < scale.rigs; i++) {
		if (isatty(STDERR_FILENO) && scale.rigs == RIGS)
			fprintf(stderr, "\rsite bench: rig %u of %u ", i + 1, scale.rigs);
		day(&b, i);
	}
	if (scale.threads > 0)
		work_all(&b);
	conclude(&b);
	b.m.peak_kb = status_kb("VmHWM") - before_kb;
	*ret = b.m;
	rig_free(b.rigs.first); /* its folder in /tmp; the process ends */
}

static struct measured measure(struct scale scale)
{
	struct measured m;
	int ends[2], status = 0;
	pid_t child;

	need(pipe(ends) == 0, "no pipe");
	child = fork();
	need(child >= 0, "no process");
	if (child == 0) {
		measure_here(scale, &m);
		_exit(write(ends[1], &m, sizeof(m)) == sizeof(m) ? 0 : 1);
	}
	close(ends[1]);
	need(read(ends[0], &m, sizeof(m)) == sizeof(m), "a measurement failed");
	close(ends[0]);
	waitpid(child, &status, 0);
	need(status == 0, "a measurement failed");
	return m;
}

/* --- figures -------------------------------------------------------------------------------------------- */

static void speed(const struct measured *m, unsigned int rigs)
{
	double raw = m->raw_s / m->raws, ours = m->feed_s / m->feeds;
	double total = m->objects_s + m->begin_s + m->feed_s + m->finish_s;
	double all = raw * (m->attestations + m->objects) / total;
	char name[128], text[64];

	snprintf(name, sizeof(name), "site-day: %u of %u rigs, %llu attestations, %llu objects",
		 rigs, RIGS, (unsigned long long)m->attestations, (unsigned long long)m->objects);
	snprintf(text, sizeof(text), "%llu bytes each",
		 (unsigned long long)(m->bytes / m->attestations));
	figure(name, text, "", true);
	snprintf(text, sizeof(text), "%.1f us", raw * 1e6);
	figure("  raw EVP_DigestVerify of P-256, one core (the limit)", text, "", true);
	snprintf(text, sizeof(text), "%.1f us", ours * 1e6);
	figure("  an attestation, verified and its energy debited, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", raw / ours);
	figure("    ratio to the limit", text, ">= 0.90", raw / ours >= GOAL_RATIO);
	snprintf(text, sizeof(text), "%.1f ms", (m->objects_s + m->begin_s) / rigs * 1e3);
	figure("  a rig's registration, 240 grants and 240 shares, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", all);
	figure("    all of it, each signature counted once: ratio to the limit", text, ">= 0.90",
	       all >= GOAL_RATIO);
	snprintf(text, sizeof(text), "%.1f min", total * RIGS / rigs / 60);
	figure(rigs == RIGS ? "  the whole site-day, one core"
			    : "  the whole site-day, one core (extrapolated by rigs)",
	       text, "", true);
}

static void threads(unsigned int rigs)
{
	struct scale scale = { rigs, HOURS, HOURS / 2, 1 };
	struct measured one = measure(scale), two;
	char text[64];

	scale.threads = 2;
	two = measure(scale);
	snprintf(text, sizeof(text), "%.0f /s, %.2f x one thread", two.attestations / two.wall_s,
		 one.wall_s / two.wall_s);
	figure("  two threads, by the clock on the wall", text, "", true);
}

/* The same rigs with a third of the attestations, and half the rigs. */
static void memory(unsigned int rigs, const struct measured *day)
{
	struct measured third = measure((struct scale){ rigs, HOURS, HOURS / 3, 0 });
	struct measured half = measure((struct scale){ rigs / 2, HOURS, HOURS / 3, 0 });
	double rig_kb = ((double)third.peak_kb - half.peak_kb) / (rigs - rigs / 2);
	double growth = (double)day->peak_kb / third.peak_kb;
	char name[128], text[64];

	snprintf(name, sizeof(name), "  peak memory, %llu attestations of %u rigs",
		 (unsigned long long)third.attestations, rigs);
	snprintf(text, sizeof(text), "%.1f MB", third.peak_kb / 1024.0);
	figure(name, text, "", true);
	snprintf(name, sizeof(name), "  peak memory, %llu attestations of %u rigs",
		 (unsigned long long)day->attestations, rigs);
	snprintf(text, sizeof(text), "%.1f MB, %.2f x", day->peak_kb / 1024.0, growth);
	figure(name, text, "<= 1.20 x", growth <= GOAL_GROWTH);
	snprintf(text, sizeof(text), "%.0f KB", rig_kb);
	figure("  memory a rig, with its 240 allotments", text, "", true);
	if (rigs < RIGS) {
		snprintf(text, sizeof(text), "%.1f GB", rig_kb * RIGS / 1048576);
		figure("  peak memory of the whole (extrapolated by rigs)", text, "", true);
	}
}

int main(void)
{
	const char *bench = getenv("BENCH");
	unsigned int rigs = bench && strcmp(bench, "full") == 0 ? RIGS : SLICE;
	struct measured m = measure((struct scale){ rigs, HOURS, HOURS, 0 });

	speed(&m, rigs);
	threads(SLICE);
	memory(rigs, &m);
	return 0;
}
