/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz targets: each takes any bytes, gives them to one reader, and ends the program when what must always hold does
 * not. Two programs run them: libFuzzer (make fuzz), and a small driver with the seeds, the corpus and simple
 * mutations, which needs no second build (make check).
 */
#ifndef TESTS_FUZZ_LIB_FUZZ_H
#define TESTS_FUZZ_LIB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"

struct fuzz_target {
	const char *name;
	void (*init)(void); /* once; may be NULL */
	void (*run)(struct wt_span in);
	void (*seed)(void); /* gives good inputs to fuzz_seed */
	unsigned int slow; /* milliseconds that an execution takes; 0: less than two */
};

extern const struct fuzz_target *const fuzz_targets[]; /* NULL at the end */
const struct fuzz_target *fuzz_target(const char *name); /* or NULL */

/* For a target's seed(). */
void fuzz_seed(struct wt_span in);
void fuzz_seed_hex(const char *hex);
void fuzz_seed_text(const char *text);
/* For the programs: who gets the seeds of a target. */
void fuzz_seeds(const struct fuzz_target *target, void (*take)(struct wt_span in, void *user),
		void *user);

void fuzz_report_to(
	int fd); /* for programs that close stderr to targets: what does not hold is said there */

/* What must hold. */
#define FUZZ_CHECK(condition) \
	((condition) ? (void)0 : fuzz_violated(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_violated(const char *file, int line, const char *what);
/* A refusal: a negative errno, and a sentence of plain text; clears it. */
void fuzz_check_refusal(int r, struct wt_err *err);
/* All bytes as fuzz_untouched_fill left them: nothing was written. */
void fuzz_untouched_fill(void *p, size_t n);
bool fuzz_untouched(const void *p, size_t n);
/* What must work: memory, files of our own. */
void fuzz_need(int r, const char *what);

/* The bytes as a file; its path, valid until the next call. */
const char *fuzz_file(struct wt_span content);
/* Reads bytes off the front: zeros when there are no more. */
uint8_t fuzz_u8(struct wt_span *in);
uint16_t fuzz_u16(struct wt_span *in);
uint64_t fuzz_u64(struct wt_span *in);
/* So many, or what is left. */
struct wt_span fuzz_bytes(struct wt_span *in, size_t n);

#endif
