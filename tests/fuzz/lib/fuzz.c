// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNTOUCHED 0xa5

static int report = STDERR_FILENO;

static struct {
	void (*take)(struct wt_span in, void *user);
	void *user;
} sink;

void fuzz_seed(struct wt_span in)
{
	sink.take(in, sink.user);
}

void fuzz_seed_hex(const char *hex)
{
	size_t cap = strlen(hex) / 2 + 1;
	uint8_t *bytes = malloc(cap);
	int n = bytes ? wt_unhex(hex, bytes, cap) : -ENOMEM;

	fuzz_need(n, "read hex");
	fuzz_seed(wt_span(bytes, (size_t)n));
	free(bytes);
}

void fuzz_seed_text(const char *text)
{
	fuzz_seed(wt_span(text, strlen(text)));
}

void fuzz_seeds(const struct fuzz_target *target, void (*take)(struct wt_span in, void *user),
		void *user)
{
	sink.take = take;
	sink.user = user;
	target->seed();
}

/* Not there in the build for coverage. */
__attribute__((weak)) void __sanitizer_print_stack_trace(void);

void fuzz_report_to(int fd)
{
	report = fd;
}

void fuzz_violated(const char *file, int line, const char *what)
{
	dprintf(report, "%s:%d: does not hold: %s\n", file, line, what);
	if (__sanitizer_print_stack_trace)
		__sanitizer_print_stack_trace();
	abort();
}

void fuzz_check_refusal(int r, struct wt_err *err)
{
	FUZZ_CHECK(r < 0 && r > -4096);
	FUZZ_CHECK(err->msg[0]);
	FUZZ_CHECK(memchr(err->msg, '\0', sizeof(err->msg)));
	err->msg[0] = '\0';
}

void fuzz_untouched_fill(void *p, size_t n)
{
	memset(p, UNTOUCHED, n);
}

bool fuzz_untouched(const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		if (bytes[i] != UNTOUCHED)
			return false;
	return true;
}

void fuzz_need(int r, const char *what)
{
	if (r >= 0)
		return;
	dprintf(report, "fuzz: cannot %s: %s\n", what, strerror(-r));
	exit(1);
}

const char *fuzz_file(struct wt_span content)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		fuzz_need(fd < 0 ? -errno : 0, "make a file");
		fchmod(fd, 0600); /* as a private key must have it */
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, content.p, content.n, 0) != (ssize_t)content.n)
		fuzz_need(-errno, "write a file");
	return path;
}

struct wt_span fuzz_bytes(struct wt_span *in, size_t n)
{
	struct wt_span ret = wt_span(in->p, n < in->n ? n : in->n);

	in->p += ret.n;
	in->n -= ret.n;
	return ret;
}

static uint64_t little(struct wt_span *in, size_t n)
{
	struct wt_span bytes = fuzz_bytes(in, n);
	uint64_t v = 0;

	for (size_t i = 0; i < bytes.n; i++)
		v |= (uint64_t)bytes.p[i] << (8 * i);
	return v;
}

uint8_t fuzz_u8(struct wt_span *in)
{
	return (uint8_t)little(in, 1);
}

uint16_t fuzz_u16(struct wt_span *in)
{
	return (uint16_t)little(in, 2);
}

uint64_t fuzz_u64(struct wt_span *in)
{
	return little(in, 8);
}
