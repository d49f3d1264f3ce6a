// SPDX-License-Identifier: Apache-2.0
/*
 * Memory runs out at the first allocation, at the second, and so on until a run needs no more; once so that only this
 * one fails, and once with all after it. Each time in a process of its own: it may fail, as the scenario says, with a
 * sentence; it may do without; it may not crash, leak, or leave anything half done.
 *
 *   oom [--sample N] [-j N] [SCENARIO...]     with --sample: N of them, spread over all
 *   oom --nth N [--all-after] SCENARIO        this one, with what it prints
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sanitizer/lsan_interface.h>

#include "tests/fuzz/signed/world.h"
#include "tests/oom/alloc.h"
#include "tests/oom/scenario.h"

#define HOLDS_NOT 90 /* exit statuses of a run */
#define LEAKED 91
#define SHOWN 12 /* failures with their words, of a scenario */

const struct scenario *const scenarios[] = {
	&scenario_crypto,
	&scenario_verify,
	&scenario_verify_site,
	&scenario_show,
	&scenario_attest,
	&scenario_store,
	&scenario_grant,
	&scenario_notice,
	&scenario_init,
	&scenario_verify_json,
	&scenario_site_json,
	&scenario_list_json,
	NULL,
};

/*
 * OpenSSL 3.0 itself leaks the name of an algorithm when memory runs out while it lists its providers' (namemap_add_name
 * in libcrypto; nobody else can free it).
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:OBJ_NAME_do_all\nleak:ossl_namemap\n"
	       "leak:EVP_*_do_all_provided\nleak:OSSL_*_do_all_provided\nleak:EVP_*_fetch\nleak:CRYPTO_THREAD_run_once\n";
}

/* Of one run, told to the parent. */
struct report {
	size_t allocations;
	bool failed;
	int status;
	bool theirs; /* leaked, and not by us */
	struct facts facts;
};

static struct report *report;
bool oom_sampled;
struct facts *facts;
static int words = STDERR_FILENO; /* where what does not hold is said */

void oom_check(bool holds, const char *format, ...)
{
	va_list args;

	if (holds)
		return;
	alloc_end();
	va_start(args, format);
	vdprintf(words, format, args);
	va_end(args);
	dprintf(words, "\n");
	_exit(HOLDS_NOT);
}

static bool may_end_with(const struct scenario *s, int status)
{
	if (status == 0)
		return true;
	for (size_t i = 0; i < sizeof(s->failures) / sizeof(s->failures[0]); i++)
		if (s->failures[i] == status && status)
			return true;
	return false;
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void run_once(const struct scenario *s, size_t nth, bool all_after, bool loud)
{
	int status;

	s->reset();
	if (!loud && (!freopen("err", "w", stderr) || !freopen("out", "w", stdout)))
		_exit(HOLDS_NOT);
	alloc_fail(nth, all_after);
	status = s->run();
	report->allocations = alloc_end();
	report->failed = alloc_failed();
	report->status = status;
	fflush(stdout);
	fflush(stderr);
	oom_check(may_end_with(s, status), "it ended with %d", status);
	oom_check(status == 0 || report->failed, "it failed with all memory: %d", status);
	oom_check(loud || status == 0 || size_of("err") > 0, "it ended with %d and said nothing",
		  status);
	world_forget();
	if (__lsan_do_recoverable_leak_check())
		_exit(LEAKED);
	_exit(0);
}

/* The process's end, in words; NULL: as it should be. */
static const char *what_happened(int status)
{
	static char text[64];

	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof(text), "killed by signal %d", WTERMSIG(status));
		return text;
	}
	switch (WEXITSTATUS(status)) {
	case 0:
		return NULL;
	case HOLDS_NOT:
		return "does not hold";
	case LEAKED:
		return "leaks";
	}
	snprintf(text, sizeof(text), "a sanitizer's report (%d)", WEXITSTATUS(status));
	return text;
}

static void show_words(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[400];
	int n = 0;

	while (f && fgets(line, sizeof(line), f) && n < 30) {
		if (line[0] == '\n' || strncmp(line, "=====", 5) == 0)
			continue;
		printf("#     %s", line);
		n++;
	}
	if (f)
		fclose(f);
}

static pid_t child;

/* A process whose words go to a file; 0 in it. */
static pid_t begin(void)
{
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (!freopen("words", "w", stderr))
			_exit(HOLDS_NOT);
		words = dup(STDERR_FILENO);
		__sanitizer_set_report_fd((void *)(intptr_t)words);
		alarm(600);
	}
	return child;
}

static int end(void)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) < 0)
		abort();
	return status;
}

/* So that what a scenario prepares is cold in its runs. */
static bool prepare(const struct scenario *s)
{
	if (begin() == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(HOLDS_NOT);
		s->prepare();
		world_forget();
		_exit(0);
	}
	return end() == 0;
}

/*
 * The sanitizer walks the stack by frame pointers, which libcrypto has none of: once more, with a slow walk, in a new
 * program.
 */
static int run_again(const struct scenario *s, size_t nth, bool all_after)
{
	char number[32];

	if (begin() == 0) {
		snprintf(number, sizeof(number), "%zu", nth);
		setenv("ASAN_OPTIONS", "fast_unwind_on_malloc=0:detect_stack_use_after_return=0",
		       1);
		execl("/proc/self/exe", "oom", "--here", "--nth", number, s->name,
		      all_after ? "--all-after" : NULL, NULL);
		_exit(HOLDS_NOT);
	}
	return end();
}

static int fork_run(const struct scenario *s, size_t nth, bool all_after)
{
	int status;

	memset(report, 0, sizeof(*report));
	if (begin() == 0)
		run_once(s, nth, all_after, false);
	status = end();
	if (WIFEXITED(status) && WEXITSTATUS(status) == LEAKED) {
		status = run_again(s, nth, all_after);
		report->theirs = status == 0;
		return status;
	}
	if (status)
		return status;
	if (begin() == 0) {
		if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
			_exit(HOLDS_NOT);
		s->check(report->status);
		_exit(0);
	}
	return end();
}

struct counts {
	size_t runs, went_on, failed, theirs, bad;
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
	show_words("words");
}

/* Sampled: denser at the beginning, where files and the command line are read. */
static bool chosen(size_t nth, size_t all, size_t sample)
{
	size_t step = sample && all > sample ? all / sample : 1;

	return nth % step == (step > 1 ? nth / step * 7 % step : 0);
}

static bool sweep(const struct scenario *s, size_t sample, size_t number)
{
	struct counts counts = { 0 };
	struct timespec from, to;
	size_t all, nth;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &from);
	status = fork_run(s, 0, false);
	all = report->allocations;
	if (what_happened(status)) {
		printf("not ok %zu %s: %s with all memory\n", number, s->name,
		       what_happened(status));
		show_words("words");
		return false;
	}
	for (nth = 1; nth <= all; nth++)
		if (chosen(nth, all, sample)) {
			sweep_one(s, nth, false, &counts);
			sweep_one(s, nth, true, &counts);
		}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%sok %zu %s\n# %zu allocations, %zu runs: %zu went on, %zu failed cleanly, %zu where libcrypto leaked, "
	       "%zu did not; %.0f s\n",
	       counts.bad ? "not " : "", number, s->name, all, counts.runs, counts.went_on,
	       counts.failed, counts.theirs, counts.bad, difftime(to.tv_sec, from.tv_sec));
	return counts.bad == 0;
}

static const struct scenario *scenario_of(const char *name)
{
	for (const struct scenario *const *s = scenarios; *s; s++)
		if (strcmp((*s)->name, name) == 0)
			return *s;
	fprintf(stderr, "no scenario %s\n", name);
	exit(64);
}

static char folder[64];
static pid_t made_it;

static void clean_up(void)
{
	if (getpid() == made_it) {
		if (chdir("/") == 0)
			remove_folder(folder);
	}
}

static void enter(const char *name)
{
	oom_check(chdir(folder) == 0, "no folder");
	mkdir(name, 0755);
	oom_check(chdir(name) == 0, "no folder");
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "sample", required_argument, NULL, 's' },
						 { "nth", required_argument, NULL, 'n' },
						 { "all-after", no_argument, NULL, 'a' },
						 { "here", no_argument, NULL, 'h' },
						 { 0 } };
	size_t sample = 0, nth = 0, number = 0;
	bool all_after = false, here = false, good = true;
	const struct scenario *list[16];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			sample = strtoul(optarg, NULL, 10);
		else if (c == 'n')
			nth = strtoul(optarg, NULL, 10);
		else if (c == 'a')
			all_after = true;
		else if (c == 'h') /* what is prepared is in this folder */
			here = true;
		else
			return 64;
	}
	for (; argv[optind] && number < 15; optind++)
		list[number++] = scenario_of(argv[optind]);
	if (!number)
		for (; scenarios[number]; number++)
			list[number] = scenarios[number];
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	oom_check(report != MAP_FAILED, "no memory");
	oom_sampled = sample;
	facts = &report->facts;
	if (here)
		run_once(list[0], nth, all_after, false);
	strcpy(folder, "/tmp/wattest-oom-XXXXXX");
	oom_check(report != MAP_FAILED && mkdtemp(folder), "cannot begin");
	made_it = getpid();
	atexit(clean_up);
	if (nth) {
		enter(list[0]->name);
		if (prepare(list[0]))
			run_once(list[0], nth, all_after, true);
		return 1;
	}
	printf("1..%zu\n", number);
	for (size_t i = 0; i < number; i++) {
		enter(list[i]->name);
		if (!prepare(list[i])) {
			printf("not ok %zu %s: cannot be prepared\n", i + 1, list[i]->name);
			show_words("words");
			good = false;
			continue;
		}
		if (!sweep(list[i], sample, i + 1))
			good = false;
		fflush(stdout);
	}
	return good ? 0 : 1;
}
