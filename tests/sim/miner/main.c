// SPDX-License-Identifier: Apache-2.0
/*
 * A small miner: drives devices over their serial lines, each found by its USB serial number, with jobs of its own
 * making, and hashes every nonce again before it counts it. A device that goes away is looked for until it is back.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/protocol.h"
#include "tests/sim/miner/tty.h"

#define MAX_LINES 16
#define JOB_MS 4000 /* a job that brought nothing by then is replaced */
#define LOOK_MS 100 /* between two looks for a device that is not there */

static const char usage[] =
	"usage: miner [-b BITS] [-n NONCES] [-s SECONDS] SERIAL:PROTOCOL...\n"
	"  -b, --bits BITS        leading zero bits that make a nonce good (16)\n"
	"  -n, --nonces NONCES    stop when every device has found that many\n"
	"  -s, --seconds SECONDS  stop then; fails if a device found less than --nonces\n"
	"PROTOCOL: icarus or bm1397\n";

struct line {
	const char *serial;
	bool bm1397;
	char tty[32];
	int fd;
	int64_t look_at, job_at; /* ms */
	uint8_t buf[256];
	size_t n;
	struct sim_work work, before; /* before: the job that this one replaced */
	uint8_t job_id;
	uint32_t chips;
	uint64_t jobs, nonces, wrong, plugs;
};

static volatile sig_atomic_t stop;
static unsigned int bits = 16;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void lose(struct line *l)
{
	close(l->fd);
	l->fd = -1;
	l->n = 0;
	l->look_at = now_ms() + LOOK_MS;
}

static void put(struct line *l, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = write(l->fd, p, n);

		if (done < 0 && errno == EAGAIN) {
			struct pollfd out = { l->fd, POLLOUT, 0 };

			if (poll(&out, 1, 1000) == 1 && !(out.revents & (POLLERR | POLLHUP)))
				continue;
		}
		if (done <= 0) {
			lose(l);
			return;
		}
		p += done;
		n -= (size_t)done;
	}
}

/* A header that nobody saw before: a random merkle root makes the work new. */
static void new_job(struct line *l)
{
	uint8_t header[SIM_HEADER] = { 0x00, 0x00, 0x00, 0x20 }, frame[BM_FRAME_MAX];
	size_t n = ICARUS_JOB;

	if (getrandom(header + 4, sizeof(header) - 8, 0) != sizeof(header) - 8)
		return;
	l->before = l->work;
	sim_work_from_header(header, &l->work);
	if (l->bm1397) {
		struct bm_job job = { .work = l->work };

		l->job_id = (uint8_t)((l->job_id + BM_JOB_STEP) & 0x7f);
		job.id = l->job_id;
		n = bm_job_encode(&job, frame);
	} else {
		icarus_job_encode(&l->work, frame);
	}
	l->jobs++;
	l->job_at = now_ms();
	put(l, frame, n);
}

static void greet(struct line *l)
{
	static const struct {
		uint8_t header, n, data[6];
	} hello[] = {
		{ BM_READ_ALL, 2, { 0, BM_REG_CHIP_ID } },
		{ BM_INACTIVE_ALL, 2, { 0, 0 } },
		{ BM_SET_ADDRESS, 2, { 0, 0 } },
		{ BM_WRITE_ALL, 6, { 0, BM_REG_TICKET_MASK, 0, 0, 0, 0xff } },
	};
	uint8_t frame[BM_FRAME_MAX];

	for (size_t i = 0; i < sizeof(hello) / sizeof(hello[0]) && l->fd >= 0; i++)
		put(l, frame, bm_command_encode(hello[i].header, hello[i].data, hello[i].n, frame));
}

static void look(struct line *l)
{
	l->look_at = now_ms() + LOOK_MS;
	l->fd = tty_open_by_serial(l->serial, l->tty, sizeof(l->tty));
	if (l->fd < 0)
		return;
	l->plugs++;
	l->n = 0;
	if (l->bm1397)
		greet(l);
	if (l->fd >= 0)
		new_job(l);
}

static void count(struct line *l, uint32_t nonce)
{
	if (sim_work_zero_bits(&l->work, nonce) >= bits)
		l->nonces++;
	else
		l->wrong++;
}

static void take_icarus(struct line *l)
{
	uint32_t nonce;

	if (l->n < ICARUS_NONCE)
		return;
	nonce = sim_get_be32(l->buf);
	l->n = 0;
	/* It does not say of which job. One of the job before was on its way when this one went out: too late, not wrong. */
	if (l->jobs > 1 && sim_work_zero_bits(&l->work, nonce) < bits &&
	    sim_work_zero_bits(&l->before, nonce) >= bits)
		return;
	count(l, nonce);
	new_job(l);
}

static void take_bm1397(struct line *l)
{
	size_t at = 0;

	while (at < l->n) {
		struct bm_reply reply;
		int len = bm_reply_decode(l->buf + at, l->n - at, &reply);

		if (len == 0)
			break;
		if (len < 0) {
			at++;
			continue;
		}
		at += (size_t)len;
		if (!reply.nonce)
			l->chips += reply.reg == BM_REG_CHIP_ID;
		else if (reply.job_id == l->job_id)
			count(l, reply.value);
		/* else a nonce of the job before: too late, not wrong */
	}
	memmove(l->buf, l->buf + at, l->n - at);
	l->n -= at;
}

static void receive(struct line *l)
{
	ssize_t got = read(l->fd, l->buf + l->n, sizeof(l->buf) - l->n);

	if (got <= 0) {
		if (got == 0 || errno != EAGAIN)
			lose(l);
		return;
	}
	l->n += (size_t)got;
	if (l->bm1397)
		take_bm1397(l);
	else
		take_icarus(l);
}

static void turn(struct line *lines, size_t n)
{
	struct pollfd fds[MAX_LINES];

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ lines[i].fd, POLLIN, 0 };
	if (poll(fds, n, 50) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct line *l = &lines[i];
		int64_t now = now_ms();

		if (l->fd >= 0 && fds[i].revents & POLLIN)
			receive(l);
		else if (l->fd >= 0 && fds[i].revents)
			lose(l);
		if (l->fd < 0 && now >= l->look_at)
			look(l);
		else if (l->fd >= 0 && now - l->job_at > JOB_MS)
			new_job(l);
	}
}

static int report(const struct line *lines, size_t n, uint64_t wanted)
{
	int short_of = 0;

	for (size_t i = 0; i < n; i++) {
		const struct line *l = &lines[i];

		printf("%s %s %s: %llu jobs, %llu nonces, %llu wrong, plugged %llu times\n", l->serial,
		       l->bm1397 ? "bm1397" : "icarus", l->fd >= 0 ? l->tty : "gone", (unsigned long long)l->jobs,
		       (unsigned long long)l->nonces, (unsigned long long)l->wrong, (unsigned long long)l->plugs);
		if (l->wrong || l->nonces < wanted || (l->bm1397 && l->plugs && !l->chips))
			short_of = 1;
	}
	return short_of;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "bits", required_argument, NULL, 'b' },    { "nonces", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 's' }, { "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct line lines[MAX_LINES];
	uint64_t wanted = 0;
	int64_t until = INT64_MAX;
	size_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "b:n:s:h", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			bits = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'n':
			wanted = strtoull(optarg, NULL, 10);
			break;
		case 's':
			until = now_ms() + 1000 * strtoll(optarg, NULL, 10);
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 64;
		}
	}
	for (; optind < argc && n < MAX_LINES; optind++, n++) {
		char *protocol = strrchr(argv[optind], ':');

		if (!protocol || (strcmp(protocol, ":icarus") && strcmp(protocol, ":bm1397"))) {
			fputs(usage, stderr);
			return 64;
		}
		*protocol = 0;
		lines[n] = (struct line){ .serial = argv[optind], .bm1397 = protocol[1] == 'b', .fd = -1 };
	}
	if (n == 0 || optind < argc) {
		fputs(usage, stderr);
		return 64;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	while (!stop && now_ms() < until) {
		size_t done = 0;

		turn(lines, n);
		for (size_t i = 0; i < n; i++)
			done += wanted && lines[i].nonces >= wanted;
		if (done == n)
			break;
	}
	return report(lines, n, wanted);
}
