// SPDX-License-Identifier: Apache-2.0
/*
 * Memory runs out at the first allocation, at the second, and so on until a run needs no more; once so that only this
 * one fails, and once with all after it. Each time in a process of its own: it may fail, as the scenario says, with a
 * sentence; it may do without; it may not crash, leak, or leave anything half done.
 *
 *   oom [--sample N] [-j N] [SCENARIO...]     with --sample: N of them, spread over all; -j: so many processes
 *   oom --nth N [--all-after] SCENARIO        this one, with what it prints
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "tests/oom/run.h"

#define SHOWN 12 /* failures with their words, of a scenario */

const struct scenario *const scenarios[] = {
	&scenario_crypto,
	&scenario_first_use,
	&scenario_verify,
	&scenario_verify_site,
	&scenario_show,
	&scenario_show_diag,
	&scenario_show_json,
	&scenario_attest,
	&scenario_store,
	&scenario_grant,
	&scenario_notice,
	&scenario_init,
	&scenario_verify_json,
	&scenario_site_json,
	&scenario_list_json,
	&scenario_energy_list,
	NULL,
};

#define WORKERS_MAX 64

static size_t sample, workers = 1;
static char folder[64];
bool oom_sampled;

struct counts {
	size_t all, runs, went_on, failed, theirs, bad;
	bool ready;
};

static void sweep_one(const struct scenario *s, size_t nth, bool all_after, struct counts *counts)
{
	const char *what = what_happened(fork_run(s, nth, all_after));

	counts->runs++;
	if (report->theirs)
		counts->theirs++;
	else if (!what && report->status == 0)
		counts->went_on++;
	else if (!what)
		counts->failed++;
	if (!what || counts->bad++ >= SHOWN)
		return;
	printf("# allocation %zu%s: %s\n", nth, all_after ? " and all after" : "", what);
	show_words();
}

/* Sampled: spread over all, and one of each place that allocates (all of OpenSSL are one). */
static bool chosen(size_t nth, size_t all)
{
	size_t step = sample && all > sample ? all / sample : 1;

	for (size_t i = 0; i < report->n_places; i++)
		if (report->places[i] == nth)
			return true;
	return nth % step == (step > 1 ? nth / step * 7 % step : 0);
}

static void *shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	oom_check(p != MAP_FAILED, "no memory");
	return p;
}

static void enter(const char *name)
{
	oom_check(chdir(folder) == 0, "no folder");
	mkdir(name, 0755);
	oom_check(chdir(name) == 0, "no folder");
}

static void make_report(void)
{
	report = shared(sizeof(*report));
	facts = &report->facts;
}

/* Its first use has a scenario of its own; all others begin after it. */
static void use_openssl(const struct scenario *s)
{
	uint8_t digest[WT_SHA256_LEN];

	if (s != &scenario_first_use)
		wt_sha256(wt_span("", 0), digest);
}

/* Each of so many workers has its part of the allocations, a folder and all that is prepared. */
static void work(const struct scenario *s, size_t part, size_t parts, struct counts *counts)
{
	char name[64];
	int status;

	make_report();
	snprintf(name, sizeof(name), "%s-%zu", s->name, part);
	enter(name);
	use_openssl(s);
	if (!prepare(s)) {
		printf("# cannot be prepared\n");
		show_words();
		return;
	}
	status = fork_run(s, 0, false);
	counts->all = report->allocations;
	if (what_happened(status)) {
		printf("# with all memory: %s\n", what_happened(status));
		show_words();
		return;
	}
	counts->ready = true;
	for (size_t nth = 1; nth <= counts->all; nth++)
		if (nth % parts == part && chosen(nth, counts->all)) {
			sweep_one(s, nth, false, counts);
			sweep_one(s, nth, true, counts);
		}
}

static void begin_work(const struct scenario *s, size_t part, size_t parts, struct counts *counts)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	oom_check(pid >= 0, "cannot fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	work(s, part, parts, counts);
	fflush(stdout);
	_exit(0);
}

static bool sweep(const struct scenario *s, size_t number)
{
	struct counts *counts = shared(WORKERS_MAX * sizeof(*counts)), all = { 0 };
	/* This one has a sweep of its own, in one process. */
	size_t parts = s == &scenario_crypto ? 1 : workers;
	struct timespec from, to;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (size_t part = 0; part < parts; part++)
		begin_work(s, part, parts, &counts[part]);
	for (size_t part = 0; part < parts; part++)
		if (wait(&status) < 0 || status)
			all.bad++;
	for (size_t part = 0; part < parts; part++) {
		all.all = counts[part].all;
		all.runs += counts[part].runs;
		all.went_on += counts[part].went_on;
		all.failed += counts[part].failed;
		all.theirs += counts[part].theirs;
		all.bad += counts[part].bad + !counts[part].ready;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%sok %zu %s\n# %zu allocations, %zu runs: %zu went on, %zu failed cleanly, %zu where a library leaked, "
	       "%zu did not; %.0f s\n",
	       all.bad ? "not " : "", number, s->name, all.all, all.runs, all.went_on, all.failed,
	       all.theirs, all.bad, difftime(to.tv_sec, from.tv_sec));
	return all.bad == 0;
}

static const struct scenario *scenario_of(const char *name)
{
	for (const struct scenario *const *s = scenarios; *s; s++)
		if (strcmp((*s)->name, name) == 0)
			return *s;
	fprintf(stderr, "no scenario %s\n", name);
	exit(64);
}

static pid_t made_it;

static void clean_up(void)
{
	if (getpid() == made_it) {
		if (chdir("/") == 0)
			remove_folder(folder);
	}
}

static void make_folder(void)
{
	/* In memory where there is such a place: files are synced all the time. */
	snprintf(folder, sizeof(folder), "%s/wattest-oom-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	oom_check(mkdtemp(folder), "cannot begin");
	made_it = getpid();
	atexit(clean_up);
}

static int run_alone(const struct scenario *s, size_t nth, bool all_after, bool here)
{
	make_report();
	use_openssl(s);
	if (here)
		run_once(s, nth, all_after, false);
	make_folder();
	enter(s->name);
	if (prepare(s))
		run_once(s, nth, all_after, true);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "sample", required_argument, NULL, 's' },
						 { "nth", required_argument, NULL, 'n' },
						 { "all-after", no_argument, NULL, 'a' },
						 { "here", no_argument, NULL, 'h' },
						 { 0 } };
	size_t nth = 0, number = 0;
	bool all_after = false, here = false, good = true;
	const struct scenario *list[32];
	int c;

	while ((c = getopt_long(argc, argv, "j:", options, NULL)) != -1) {
		if (c == 's')
			sample = strtoul(optarg, NULL, 10);
		else if (c == 'j')
			workers = strtoul(optarg, NULL, 10);
		else if (c == 'n')
			nth = strtoul(optarg, NULL, 10);
		else if (c == 'a')
			all_after = true;
		else if (c == 'h') /* what is prepared is in this folder */
			here = true;
		else
			return 64;
	}
	if (workers < 1 || workers > WORKERS_MAX)
		return 64;
	for (; argv[optind] && number < 31; optind++)
		list[number++] = scenario_of(argv[optind]);
	if (!number)
		for (; scenarios[number]; number++)
			list[number] = scenarios[number];
	oom_sampled = sample;
	if (nth)
		return run_alone(list[0], nth, all_after, here);
	make_folder();
	printf("1..%zu\n", number);
	for (size_t i = 0; i < number; i++)
		if (!sweep(list[i], i + 1))
			good = false;
	return good ? 0 : 1;
}
