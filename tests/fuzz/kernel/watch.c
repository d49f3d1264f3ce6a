// SPDX-License-Identifier: Apache-2.0
/* See watch.h. The memory holds SLOTS slots of 4 KiB: the input's number (u64), its length (u64), its bytes. */
#include <fcntl.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "watch.h"

#define SLOTS 256

struct slot {
	uint64_t number;
	uint64_t n;
	uint8_t bytes[4096 - 2 * sizeof(uint64_t)];
};

static struct slot *slots;
static uint64_t number;
static int log_fd = -1;
static regex_t bad;

bool watch_open(const char *memory, const char *bad_words)
{
	int fd = open(memory, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "cannot open %s: %m\n", memory);
		return false;
	}
	slots = mmap(NULL, SLOTS * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (slots == MAP_FAILED) {
		fprintf(stderr, "cannot map %s: %m\n", memory);
		return false;
	}
	if (regcomp(&bad, bad_words, REG_EXTENDED | REG_NOSUB)) {
		fprintf(stderr, "no regular expression: %s\n", bad_words);
		return false;
	}
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0 || lseek(log_fd, 0, SEEK_END) < 0) {
		fprintf(stderr, "cannot open /dev/kmsg: %m\n");
		return false;
	}
	return true;
}

void watch_note(const void *input, size_t n)
{
	struct slot *s = &slots[number % SLOTS];

	s->n = n < sizeof(s->bytes) ? n : sizeof(s->bytes);
	memcpy(s->bytes, input, s->n);
	__atomic_store_n(&s->number, ++number, __ATOMIC_RELEASE);
}

bool watch_complaint(void)
{
	char line[8192];
	ssize_t n;

	while ((n = read(log_fd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		if (regexec(&bad, line, 0, NULL, 0))
			continue;
		fprintf(stderr, "THE KERNEL COMPLAINS: %s", line);
		return true;
	}
	return false;
}
