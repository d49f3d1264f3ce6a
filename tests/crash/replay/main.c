// SPDX-License-Identifier: Apache-2.0
/*
 * What a disk holds after a power cut, from the log of everything that was written to it (QEMU's blklogwrites, the format
 * of the kernel's dm-log-writes): what was written before the last flush is there; of what came after it, any part.
 *
 *   replay LOG                           how many entries there are
 *   replay LOG BYTES                     how many of them are in its first BYTES
 *   replay LOG ENTRIES SEED FROM TO      the image FROM with that many entries of the log written to TO; SEED 0: all of
 *                                        them, 1: none since the last flush, else as dice fall
 */
#include <endian.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x6a736677736872)
#define SECTOR 512
#define FLUSH 1
#define FUA 2
#define DISCARD 4

struct super {
	uint64_t magic, version, nr_entries;
	uint32_t sectorsize;
} __attribute__((packed));

struct entry {
	uint64_t sector, nr_sectors, flags, data_len;
} __attribute__((packed));

struct log {
	const uint8_t *p;
	size_t n, sector;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct log map_log(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct super *super;
	struct stat st;
	struct log log;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < SECTOR)
		fail(path);
	log.n = (size_t)st.st_size;
	log.p = mmap(NULL, log.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (log.p == MAP_FAILED)
		fail(path);
	super = (const struct super *)log.p;
	log.sector = le32toh(super->sectorsize);
	if (le64toh(super->magic) != MAGIC || log.sector < SECTOR) {
		fprintf(stderr, "%s: not a log of writes\n", path);
		exit(1);
	}
	close(fd);
	return log;
}

/* The entry at an offset, which moves on; false at the end. */
static bool next(const struct log *log, size_t *at, struct entry *ret, const uint8_t **ret_data)
{
	const struct entry *raw = (const struct entry *)(log->p + *at);
	size_t data;

	if (*at + log->sector > log->n)
		return false;
	*ret = (struct entry){ le64toh(raw->sector), le64toh(raw->nr_sectors), le64toh(raw->flags),
			       le64toh(raw->data_len) };
	data = ret->flags & DISCARD ? 0 : ret->nr_sectors * log->sector;
	if (!data && !(ret->flags & (FLUSH | DISCARD)))
		return false; /* room that was made and not written */
	if (data > log->n - *at - log->sector)
		return false;
	*ret_data = log->p + *at + log->sector;
	*at += log->sector + data;
	return true;
}

static uint64_t count(const struct log *log, size_t bytes)
{
	const uint8_t *data;
	struct entry entry;
	size_t at = log->sector;
	uint64_t n = 0;

	while (next(log, &at, &entry, &data) && at <= bytes)
		n++;
	return n;
}

/* Entries from the last flush among the first n are what may be lost. */
static uint64_t last_flush(const struct log *log, uint64_t n)
{
	const uint8_t *data;
	struct entry entry;
	size_t at = log->sector;
	uint64_t flushed = 0;

	for (uint64_t i = 0; i < n && next(log, &at, &entry, &data); i++)
		if (entry.flags & FLUSH)
			flushed = i;
	return flushed;
}

static void put(int fd, const struct log *log, const struct entry *entry, const uint8_t *data)
{
	size_t n = entry->nr_sectors * log->sector;

	if (entry->flags & DISCARD || n == 0)
		return;
	if (pwrite(fd, data, n, (off_t)(entry->sector * log->sector)) != (ssize_t)n)
		fail("the image");
}

/* A write that is in doubt, sector by sector: a disk tears between them. */
static void put_some(int fd, const struct log *log, const struct entry *entry, const uint8_t *data)
{
	int how = rand() % 3; /* nothing, all, some */

	for (uint64_t i = 0; how && i < entry->nr_sectors; i++) {
		struct entry one = { .sector = entry->sector + i,
				     .nr_sectors = 1,
				     .flags = entry->flags };

		if (how == 1 || rand() % 2)
			put(fd, log, &one, data + i * log->sector);
	}
}

static void make(const struct log *log, uint64_t n, unsigned int seed, int fd)
{
	uint64_t flushed = last_flush(log, n);
	const uint8_t *data;
	struct entry entry;
	size_t at = log->sector;

	srand(seed);
	for (uint64_t i = 0; i < n && next(log, &at, &entry, &data); i++) {
		if (i <= flushed || seed == 0 || entry.flags & FUA)
			put(fd, log, &entry, data);
		else if (seed > 1)
			put_some(fd, log, &entry, data);
	}
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) < 0 || ftruncate(out, st.st_size) < 0)
		fail(to);
	for (off_t end, at = 0; (at = lseek(in, at, SEEK_DATA)) >= 0; at = end) {
		end = lseek(in, at, SEEK_HOLE);
		lseek(out, at, SEEK_SET);
		while (at < end) {
			ssize_t n = copy_file_range(in, &at, out, NULL, (size_t)(end - at), 0);

			if (n <= 0)
				fail(to);
		}
	}
	close(in);
	return out;
}

int main(int argc, char **argv)
{
	struct log log;

	if (argc != 2 && argc != 3 && argc != 6)
		return 64;
	log = map_log(argv[1]);
	if (argc < 6) {
		printf("%llu\n", (unsigned long long)count(
					 &log, argc == 3 ? strtoull(argv[2], NULL, 10) : log.n));
		return 0;
	}
	make(&log, strtoull(argv[2], NULL, 10), (unsigned int)strtoul(argv[3], NULL, 10),
	     copy(argv[4], argv[5]));
	return 0;
}
