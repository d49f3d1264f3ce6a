// SPDX-License-Identifier: Apache-2.0
/* See coverage.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kcov.h>

#include "coverage.h"

#define POINTS_MAX 8192
#define CALL 4 /* from the operand of a call to what follows it, which is what KCOV sees */
#define ENTRIES (256 << 10) /* of KCOV's buffer: beyond, it forgets */

struct point {
	uint64_t address;
	uint64_t offset;
	char section[24];
	bool reached;
};

/* libFuzzer takes what it finds in this section for counters of its own */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[POINTS_MAX];

static struct point points[POINTS_MAX];
static size_t point_count;
static int fd = -1;
static uint64_t *buffer;
static enum coverage_mode current;

/* libFuzzer's, called by instrumented programs: the kernel's compares are handed on */
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b);

static uint64_t address_of(const char *section)
{
	char path[128];
	uint64_t address = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/wattest/sections/%s", section);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%lx", &address) != 1)
		address = 0;
	fclose(f);
	return address;
}

static int by_address(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return p->address < q->address ? -1 : p->address > q->address;
}

static bool read_points(const char *file)
{
	char section[24];
	uint64_t offset, base;
	FILE *f = fopen(file, "re");

	if (!f) {
		fprintf(stderr, "cannot read %s: %m\n", file);
		return false;
	}
	while (point_count < POINTS_MAX && fscanf(f, "%23s %lx", section, &offset) == 2) {
		struct point *p = &points[point_count];

		base = address_of(section);
		if (!base)
			continue;
		p->address = base + offset + CALL;
		p->offset = offset;
		memcpy(p->section, section, sizeof(section));
		point_count++;
	}
	fclose(f);
	qsort(points, point_count, sizeof(*points), by_address);
	if (!point_count)
		fprintf(stderr, "no point of %s is in the loaded module: is wattest loaded?\n", file);
	return point_count;
}

bool coverage_open(const char *points_file)
{
	if (!read_points(points_file))
		return false;
	fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, ENTRIES)) {
		fprintf(stderr, "no KCOV in this kernel: %m\n");
		return false;
	}
	buffer = mmap(NULL, ENTRIES * sizeof(*buffer), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (buffer == MAP_FAILED) {
		fprintf(stderr, "cannot map KCOV's buffer: %m\n");
		return false;
	}
	return true;
}

void coverage_begin(enum coverage_mode mode)
{
	current = mode;
	if (ioctl(fd, KCOV_ENABLE, mode == COVERAGE_BLOCKS ? KCOV_TRACE_PC : KCOV_TRACE_CMP)) {
		perror("KCOV_ENABLE");
		abort();
	}
	__atomic_store_n(&buffer[0], 0, __ATOMIC_RELAXED);
}

static void take_blocks(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++) {
		const struct point key = { .address = buffer[i] };
		struct point *p = bsearch(&key, points, point_count, sizeof(*points), by_address);

		if (!p)
			continue;
		p->reached = true;
		if (counters[p - points] < UINT8_MAX)
			counters[p - points]++;
	}
}

static void take_comparisons(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t type = buffer[1 + 4 * i], a = buffer[2 + 4 * i], b = buffer[3 + 4 * i];

		switch (type & KCOV_CMP_MASK) {
		case KCOV_CMP_SIZE(0):
			__sanitizer_cov_trace_cmp1(a, b);
			break;
		case KCOV_CMP_SIZE(1):
			__sanitizer_cov_trace_cmp2(a, b);
			break;
		case KCOV_CMP_SIZE(2):
			__sanitizer_cov_trace_cmp4(a, b);
			break;
		default:
			__sanitizer_cov_trace_cmp8(a, b);
		}
	}
}

void coverage_end(void)
{
	uint64_t n = __atomic_load_n(&buffer[0], __ATOMIC_RELAXED);

	if (ioctl(fd, KCOV_DISABLE, 0)) {
		perror("KCOV_DISABLE");
		abort();
	}
	if (current == COVERAGE_BLOCKS)
		take_blocks(n);
	else
		take_comparisons(n);
}

size_t coverage_reached(size_t *ret_all)
{
	size_t reached = 0;

	for (size_t i = 0; i < point_count; i++)
		reached += points[i].reached;
	*ret_all = point_count;
	return reached;
}

bool coverage_write(const char *file)
{
	FILE *f = fopen(file, "we");

	if (!f)
		return false;
	for (size_t i = 0; i < point_count; i++)
		if (points[i].reached)
			fprintf(f, "%s %lx\n", points[i].section, points[i].offset);
	return fclose(f) == 0;
}
