// SPDX-License-Identifier: Apache-2.0
/* All targets as one libFuzzer program: FUZZ_TARGET=NAME says which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/lib/fuzz.h"
#include "tests/fuzz/lib/tree.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t cap);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t cap, unsigned int seed);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc;
	(void)argv;
	target = fuzz_target(name ? name : "");
	if (!target) {
		fprintf(stderr, "FUZZ_TARGET: no target \"%s\"; there are:", name ? name : "");
		for (const struct fuzz_target *const *t = fuzz_targets; *t; t++)
			fprintf(stderr, " %s", (*t)->name);
		fprintf(stderr, "\n");
		exit(1);
	}
	fuzz_report_to(dup(STDERR_FILENO)); /* before -close_fd_mask closes it */
	if (target->init)
		target->init();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	target->run(wt_span(p, n));
	return 0;
}

/* What is CBOR is edited as CBOR, every third time; else libFuzzer's own mutations. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t cap, unsigned int seed)
{
	uint64_t random[2] = { seed * UINT64_C(0x9e3779b97f4a7c15),
			       seed * UINT64_C(0xbf58476d1ce4e5b9) };
	struct wt_span how = wt_span(random, sizeof(random));
	struct wt_buf out = { 0 };

	if (seed % 3 == 0 && tree_edit(wt_span(p, n), &how, &out) && out.n && out.n <= cap) {
		memcpy(p, out.p, out.n);
		n = out.n;
	} else {
		n = LLVMFuzzerMutate(p, n, cap);
	}
	wt_buf_free(&out);
	return n;
}
