// SPDX-License-Identifier: Apache-2.0
/*
 * A day of a site: its rigs' attestations, one a minute, against what it bought (ten grants an hour, each divided among
 * all rigs), through lib/site.h. By default some of the rigs for all of the day: every rig costs the same, so only their
 * number is extrapolated. BENCH=wide takes all 3,000 and their 720,000 shares, for an hour of attestations; BENCH=full
 * all of them for all of the day.
 *
 * The limit is what OpenSSL verifies in the same run: EVP_DigestVerify with one key, over the same messages, shares and
 * attestations each by their number, hour by hour in turn with the site, so that a machine whose speed drifts does not
 * decide. A signature of an object counts once, however many rigs it concerns; those on certificates count nothing. Each
 * measurement is a process of its own, so that its peak of memory is its own too.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/site.h"
#include "tests/bench/day/limit.h"
#include "tests/bench/day/rigs.h"
#include "tests/bench/figure.h"

#define RIGS 3000 /* the whole */
#define SLICE 6
#define HOURS 24
#define BROAD 48 /* rigs, to see what one of them takes of memory */
#define LIMIT_PER_HOUR 30 /* of a rig's attestations, that are verified for the limit */
#define LIMIT_HOURS_WHOLE 15 /* and of the whole site's in one of so many hours */
#define LIMIT_PER_GRANT 6 /* of its shares */
#define GOAL_RATIO 0.90
#define GOAL_GROWTH 1.20 /* of memory, with three times the attestations */

struct scale {
	unsigned int rigs;
	unsigned int hours; /* bought */
	unsigned int attested; /* of them, attested to */
	unsigned int threads; /* 0: hour by hour, with the limit in turn */
	bool state; /* is kept for a later run */
};

struct measured {
	double limit_s, share_limit_s; /* of one each, summed over so many: */
	uint64_t limits, share_limits;
	double feed_s, begin_s, objects_s, finish_s, wall_s;
	uint64_t feeds, attestations, registrations, grants, shares, bytes;
	uint64_t peak_kb; /* of the site alone */
	uint64_t state_kb;
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
	struct limit limit;
	unsigned int hours; /* of rigs, so far */
	struct measured m;
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

/* How far a long one is, to a terminal. */
static void say(const struct bench *b, const char *what, unsigned int i, unsigned int n)
{
	if (isatty(STDERR_FILENO) && b->scale.rigs == RIGS)
		fprintf(stderr, "\rsite bench: %s %u of %u  ", what, i + 1, n);
}

/* --- objects and attestations --------------------------------------------------------------------------- */

static void give(struct bench *b, const struct wt_buf *cose, const char *name, uint64_t *count)
{
	double start = cpu_seconds();
	struct wt_err err;

	need(wt_site_object(b->site, wt_buf_span(cose), name, &err) == 1, "an object was refused");
	b->m.objects_s += cpu_seconds() - start;
	(*count)++;
}

/* A grant, and every rig's share of it. */
static void give_grant(struct bench *b, unsigned int g, struct wt_buf *cose)
{
	char name[64];

	limit_forget(&b->limit);
	rigs_sell(&b->rigs, g, cose);
	snprintf(name, sizeof(name), "site/grants/tx-%03u.cose", g);
	give(b, cose, name, &b->m.grants);
	for (unsigned int i = 0; i < b->scale.rigs; i++) {
		rigs_allot(&b->rigs, g, i, cose);
		snprintf(name, sizeof(name), "site/grants/tx-%03u/KZ-PVL-%04u.cose", g, i);
		give(b, cose, name, &b->m.shares);
		if (i < LIMIT_PER_GRANT)
			limit_sign(&b->limit, wt_buf_span(cose));
	}
	b->m.share_limit_s += limit_run(&b->limit, LIMIT_PER_HOUR);
	b->m.share_limits++;
}

static void give_all(struct bench *b)
{
	struct wt_buf cose = { 0 };
	struct wt_err err;
	char name[64];
	double start;

	for (unsigned int i = 0; i < b->scale.rigs; i++) {
		snprintf(name, sizeof(name), "site/rigs/KZ-PVL-%04u.cose", i);
		give(b, &b->rigs.members[i].registration, name, &b->m.registrations);
	}
	for (unsigned int g = 0; g < b->scale.hours * GRANTS_PER_HOUR; g++) {
		say(b, "grant", g, b->scale.hours * GRANTS_PER_HOUR);
		give_grant(b, g, &cose);
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

static void limit_hour(struct bench *b)
{
	if (b->scale.rigs == RIGS && b->hours++ % LIMIT_HOURS_WHOLE != 0)
		return;
	limit_forget(&b->limit);
	for (size_t i = 0; i < LIMIT_PER_HOUR; i++)
		limit_sign(&b->limit, wt_buf_span(&b->rigs.now->atts[i]));
	b->m.limit_s += limit_run(&b->limit, LIMIT_PER_HOUR);
	b->m.limits++;
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
			limit_hour(b);
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
	limit_init(&b->limit);
	b->kept = calloc(b->scale.rigs, sizeof(*b->kept));
	need(b->kept, "no memory");
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
	struct wt_buf state = { 0 };
	uint64_t before_kb;
	struct wt_err err;

	prepare(&b);
	forget_peak();
	before_kb = status_kb("VmRSS");
	need(wt_site_new(b.rigs.first->trust, &options, &b.site, &err) == 0, err.msg);
	if (!scale.state)
		wt_site_no_state(b.site);
	give_all(&b);
	for (unsigned int i = 0; i < scale.rigs; i++) {
		say(&b, "rig", i, scale.rigs);
		day(&b, i);
	}
	if (scale.threads > 0)
		work_all(&b);
	conclude(&b);
	b.m.peak_kb = status_kb("VmHWM") - before_kb;
	if (scale.state) {
		need(wt_site_state_save(b.site, &state, &err) == 0, err.msg);
		b.m.state_kb = state.n / 1024;
		wt_buf_free(&state);
	}
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

static void speed(const struct measured *m, struct scale scale)
{
	double limit = m->limit_s / m->limits, share_limit = m->share_limit_s / m->share_limits;
	double ours = m->feed_s / m->feeds, total;
	uint64_t objects = m->registrations + m->grants + m->shares;
	double objects_s = m->objects_s + m->begin_s, all;
	char name[160], text[64];

	total = objects_s + m->feed_s + m->finish_s;
	all = (limit * m->attestations + share_limit * objects) / total;
	snprintf(name, sizeof(name),
		 "site-day: %u of %u rigs, %u of %u hours attested: signatures verified, each once",
		 scale.rigs, RIGS, scale.attested, HOURS);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(m->attestations + objects));
	figure(name, text, "", true);
	snprintf(name, sizeof(name),
		 "    attestations of %llu bytes; registrations, grants, shares: %llu, %llu, %llu",
		 (unsigned long long)(m->bytes / m->attestations),
		 (unsigned long long)m->registrations, (unsigned long long)m->grants,
		 (unsigned long long)m->shares);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)m->attestations);
	figure(name, text, "", true);
	snprintf(text, sizeof(text), "%.1f us", limit * 1e6);
	figure("  raw EVP_DigestVerify of P-256 over an attestation, one core (the limit)", text,
	       "", true);
	snprintf(text, sizeof(text), "%.1f us", share_limit * 1e6);
	figure("  the same over a share", text, "", true);
	snprintf(text, sizeof(text), "%.1f us", ours * 1e6);
	figure("  an attestation, verified and its energy debited, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", limit / ours);
	figure("    ratio to the limit", text, ">= 0.90", limit / ours >= GOAL_RATIO);
	snprintf(text, sizeof(text), "%.1f us", objects_s / objects * 1e6);
	figure("  an object, given to every rig that it concerns, one core", text, "", true);
	snprintf(text, sizeof(text), "%.2f", all);
	figure("    all of it, verdicts too: ratio to the limit", text, ">= 0.90",
	       all >= GOAL_RATIO);
	if (scale.attested < HOURS)
		return; /* a day is not an hour 24 times: its objects are there already */
	snprintf(text, sizeof(text), "%.1f min", total * RIGS / scale.rigs / 60);
	figure(scale.rigs == RIGS ? "  the whole site-day, one core"
				  : "  the whole site-day, one core (extrapolated by rigs)",
	       text, "", true);
}

static void threads(void)
{
	struct scale scale = { .rigs = SLICE, .hours = HOURS, .attested = HOURS / 2, .threads = 1 };
	struct measured one = measure(scale), two;
	char text[64];

	scale.threads = 2;
	two = measure(scale);
	snprintf(text, sizeof(text), "%.0f /s, %.2f x one thread", two.attestations / two.wall_s,
		 one.wall_s / two.wall_s);
	figure("  two threads, by the clock on the wall", text, "", true);
}

static void peak(const struct measured *m, unsigned int rigs)
{
	char name[128], text[64];

	snprintf(name, sizeof(name), "  peak memory, %llu attestations and %llu shares of %u rigs",
		 (unsigned long long)m->attestations, (unsigned long long)m->shares, rigs);
	snprintf(text, sizeof(text), "%.1f MB", m->peak_kb / 1024.0);
	figure(name, text, "", true);
}

/* The same rigs with a third of the attestations; and many rigs beside half of them. */
static void memory(const struct measured *day)
{
	struct measured third =
		measure((struct scale){ .rigs = SLICE, .hours = HOURS, .attested = HOURS / 3 });
	struct measured broad =
		measure((struct scale){ .rigs = BROAD, .hours = HOURS, .attested = 1 });
	struct measured with = measure(
		(struct scale){ .rigs = SLICE, .hours = HOURS, .attested = HOURS, .state = true });
	struct measured half =
		measure((struct scale){ .rigs = BROAD / 2, .hours = HOURS, .attested = 1 });
	double rig_kb = ((double)broad.peak_kb - half.peak_kb) / (BROAD - BROAD / 2);
	double growth = (double)day->peak_kb / third.peak_kb;
	char text[64];

	peak(&third, SLICE);
	peak(day, SLICE);
	snprintf(text, sizeof(text), "%.2f x", growth);
	figure("    with three times the attestations", text, "<= 1.20 x", growth <= GOAL_GROWTH);
	snprintf(text, sizeof(text), "%.0f KB", rig_kb);
	figure("  memory a rig, with its 240 shares", text, "", true);
	snprintf(text, sizeof(text), "%.0f KB", (double)with.state_kb / SLICE);
	figure("    and for --state, after a day", text, "", true);
	snprintf(text, sizeof(text), "%.2f GB", rig_kb * RIGS / 1048576);
	figure("  peak memory of the whole (extrapolated by rigs)", text, "", true);
}

int main(void)
{
	const char *bench = getenv("BENCH");
	bool full = bench && strcmp(bench, "full") == 0;
	struct scale scale = { .rigs = SLICE, .hours = HOURS, .attested = HOURS };
	struct measured m;

	if (full || (bench && strcmp(bench, "wide") == 0))
		scale = (struct scale){ .rigs = RIGS,
					.hours = HOURS,
					.attested = full ? HOURS : 1 };
	m = measure(scale);
	speed(&m, scale);
	if (scale.rigs == RIGS) {
		peak(&m, RIGS);
		return 0;
	}
	threads();
	memory(&m);
	return 0;
}
