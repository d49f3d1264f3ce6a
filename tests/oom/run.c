// SPDX-License-Identifier: Apache-2.0
#include "tests/oom/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sanitizer/lsan_interface.h>

#include "tests/fuzz/signed/world.h"
#include "tests/oom/alloc.h"

#define HOLDS_NOT 90 /* exit statuses of a run */
#define LEAKED 91

/*
 * OpenSSL 3.0 itself leaks the name of an algorithm when memory runs out while it lists its providers' (namemap_add_name
 * in libcrypto; nobody else can free it), and json-c the name of a member whose table cannot grow.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:OBJ_NAME_do_all\nleak:ossl_namemap\n"
	       "leak:EVP_*_do_all_provided\nleak:OSSL_*_do_all_provided\nleak:EVP_*_fetch\nleak:CRYPTO_THREAD_run_once\n"
	       "leak:json_object_object_add_ex\n";
}

/* Most runs have nothing to report: a leak is looked at again, see run_again(). */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "malloc_context_size=2:quarantine_size_mb=8";
}

struct report *report;
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

size_t __sanitizer_get_current_allocated_bytes(void); /* no header of GCC's has it */

/*
 * What is held at the end and was not at the beginning is mostly OpenSSL's and stdio's. The leak checker, which takes
 * longer than the run, looks only where as many bytes are held as in no run before in which it found nothing.
 */
static bool leaks(size_t before)
{
	size_t held = __sanitizer_get_current_allocated_bytes() - before, i;

	for (i = 0; i < report->n_held; i++)
		if (report->held[i] == held)
			return false;
	if (__lsan_do_recoverable_leak_check())
		return true;
	if (report->n_held < HELD_MAX)
		report->held[report->n_held++] = held;
	return false;
}

void run_once(const struct scenario *s, size_t nth, bool all_after, bool loud)
{
	size_t before;
	int status;

	s->reset();
	if (!loud && (!freopen("err", "w", stderr) || !freopen("out", "w", stdout)))
		_exit(HOLDS_NOT);
	before = __sanitizer_get_current_allocated_bytes();
	alloc_fail(nth, all_after);
	status = s->run();
	report->allocations = alloc_end();
	report->failed = alloc_failed();
	if (!nth)
		report->n_places = alloc_places(report->places);
	report->status = status;
	fflush(stdout);
	fflush(stderr);
	oom_check(may_end_with(s, status), "it ended with %d", status);
	oom_check(status == 0 || report->failed, "it failed with all memory: %d", status);
	oom_check(loud || status == 0 || size_of("err") > 0, "it ended with %d and said nothing",
		  status);
	if (s->check_here && !loud)
		s->check(status);
	if (leaks(before))
		_exit(LEAKED);
	_exit(0);
}

const char *what_happened(int status)
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

void show_words(void)
{
	FILE *f = fopen("words", "r");
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

bool prepare(const struct scenario *s)
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
		setenv("ASAN_OPTIONS",
		       "malloc_context_size=30:fast_unwind_on_malloc=0:detect_stack_use_after_return=0",
		       1);
		execl("/proc/self/exe", "oom", "--here", "--nth", number, s->name,
		      all_after ? "--all-after" : NULL, NULL);
		_exit(HOLDS_NOT);
	}
	return end();
}

int fork_run(const struct scenario *s, size_t nth, bool all_after)
{
	int status;

	memset(report, 0, offsetof(struct report, places));
	if (begin() == 0)
		run_once(s, nth, all_after, false);
	status = end();
	if (WIFEXITED(status) && WEXITSTATUS(status) == LEAKED) {
		status = run_again(s, nth, all_after);
		report->theirs = status == 0;
		return status;
	}
	if (status || s->check_here)
		return status;
	if (begin() == 0) {
		if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
			_exit(HOLDS_NOT);
		s->check(report->status);
		_exit(0);
	}
	return end();
}
