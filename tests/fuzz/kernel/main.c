// SPDX-License-Identifier: Apache-2.0
/*
 * libFuzzer on the kernel module, inside of the virtual machine, as root. What it is told by the environment:
 * FUZZ_POINTS, the file of the module's points; FUZZ_MEMORY, the shared memory's file; FUZZ_BAD, the words of a kernel
 * that complains; FUZZ_COVERED, where the points reached are written at the end; FUZZ_FULL, when set, leaves the log as
 * it is between inputs, so that it is full most of the time, and lets events come within events.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "answer.h"
#include "calls.h"
#include "chorus.h"
#include "coverage.h"
#include "input.h"
#include "sockets.h"
#include "watch.h"

#define COMPARE_EVERY 8 /* inputs are run once more for their comparisons */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool full;

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	if (!value) {
		fprintf(stderr, "%s is not set\n", name);
		exit(1);
	}
	return value;
}

static void at_end(void)
{
	size_t all, reached = coverage_reached(&all);

	fprintf(stderr, "blocks of the module reached: %zu of %zu\n", reached, all);
	if (!coverage_write(setting("FUZZ_COVERED")))
		perror("the points reached");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	full = getenv("FUZZ_FULL");
	if (!coverage_open(setting("FUZZ_POINTS")) || !watch_open(setting("FUZZ_MEMORY"), setting("FUZZ_BAD")) ||
	    !calls_open(full) || !sockets_open() || !chorus_start())
		exit(1);
	atexit(at_end);
	return 0;
}

static void run(const uint8_t *data, size_t size, enum coverage_mode mode)
{
	struct state state;

	sockets_reset();
	if (!full)
		sockets_trim();
	state = sockets_state();
	coverage_begin(mode);
	input_run(data, size, state);
	coverage_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned int runs;

	watch_note(data, size);
	run(data, size, COVERAGE_BLOCKS);
	if (++runs % COMPARE_EVERY == 0)
		run(data, size, COVERAGE_COMPARISONS);
	if (watch_complaint())
		answer_bad("see the kernel's log");
	return 0;
}
