// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/sim/asicsim/device.h"

/* A chip's range takes that long at its rate (an Icarus at 333 MH/s needs 12.9 s for all 2^32 nonces). */
#define RANGE_MS 12900
/* At most that much work at once: a simulator that was not scheduled does not make up for it. */
#define MAX_CREDIT_NS 200000000
/* Draw follows work that slowly: a job that ends at once is no spike. */
#define SMOOTH_NS INT64_C(300000000)

int device_parse(const char *text, struct device *ret)
{
	char protocol[16];
	unsigned int khash, watts, idle, bits;
	int end = -1;

	*ret = (struct device){ .listener = -1, .fd = -1 };
	if (sscanf(text, "%63[^:]:%15[^:]:%u:%u:%u:%u%n", ret->name, protocol, &khash, &watts, &idle, &bits,
		   &end) != 6 ||
	    end < 0 || text[end] || khash == 0 || idle > watts || bits > 32)
		return -EINVAL;
	if (!strcmp(protocol, icarus_protocol.name))
		ret->protocol = &icarus_protocol;
	else if (!strcmp(protocol, bm1397_protocol.name))
		ret->protocol = &bm1397_protocol;
	else
		return -EINVAL;
	ret->hashes_per_s = (uint64_t)khash * 1000;
	ret->draw_mw = watts * 1000;
	ret->idle_mw = idle * 1000;
	ret->bits = bits;
	return 0;
}

static void unplug(struct device *d)
{
	close(d->fd);
	d->fd = -1;
	d->n = 0;
	d->working = false;
	d->busy_ppm = 0;
}

void device_accept(struct device *d)
{
	int fd = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (d->fd >= 0)
		unplug(d);
	d->fd = fd;
}

void device_receive(struct device *d)
{
	ssize_t got = recv(d->fd, d->buf + d->n, sizeof(d->buf) - d->n, 0);
	size_t at = 0;

	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		unplug(d);
		return;
	}
	if (got < 0)
		return;
	d->n += (size_t)got;
	while (at < d->n) {
		int len = d->protocol->take(d, d->buf + at, d->n - at);

		if (len == 0)
			break;
		if (len < 0) {
			d->noise++;
			len = 1;
		}
		at += (size_t)len;
	}
	memmove(d->buf, d->buf + at, d->n - at);
	d->n -= at;
}

void device_start(struct device *d, const struct sim_work *work, uint8_t job_id, uint32_t nonce)
{
	d->work = *work;
	d->job_id = job_id;
	d->nonce = nonce;
	d->hashes_left = d->hashes_per_s * RANGE_MS / 1000;
	d->working = true;
	d->jobs++;
}

void device_send(struct device *d, const uint8_t *p, size_t n)
{
	/* a real device has no flow control either: what nobody takes is lost */
	if (d->fd >= 0 && send(d->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		unplug(d);
}

void device_work(struct device *d, int64_t elapsed_ns)
{
	int64_t weight = elapsed_ns < SMOOTH_NS ? elapsed_ns : SMOOTH_NS;
	int64_t busy = d->working ? 1000000 : 0;
	uint64_t hashes;

	d->busy_ppm += (busy - d->busy_ppm) * weight / SMOOTH_NS;
	if (!d->working) {
		d->credit_ns = 0;
		return;
	}
	d->credit_ns += (uint64_t)elapsed_ns;
	if (d->credit_ns > MAX_CREDIT_NS)
		d->credit_ns = MAX_CREDIT_NS;
	hashes = d->hashes_per_s * d->credit_ns / 1000000000;
	d->credit_ns -= hashes * 1000000000 / d->hashes_per_s;
	if (hashes > d->hashes_left)
		hashes = d->hashes_left;
	d->hashes_left -= hashes;
	while (hashes && d->working) {
		uint32_t from = d->nonce;

		if (!sim_work_search(&d->work, d->bits, (uint32_t)hashes, &d->nonce))
			break;
		hashes -= d->nonce - from + 1;
		d->nonces++;
		d->nonce++;
		d->protocol->found(d, d->nonce - 1);
	}
	if (!d->hashes_left)
		d->working = false;
}

uint64_t device_draw(const struct device *d)
{
	uint64_t mw = d->idle_mw + (uint64_t)(d->draw_mw - d->idle_mw) * (uint64_t)d->busy_ppm / 1000000;

	if (d->fd < 0)
		return 0;
	/* no real device draws the same twice: up to 1.5 % more, by its last nonce tried */
	return mw + mw * (d->nonce >> 4 & 15) / 1000;
}

void device_report(const struct device *d, FILE *out)
{
	fprintf(out, "%s %s: %llu jobs, %llu nonces, %llu stray bytes\n", d->name, d->protocol->name,
		(unsigned long long)d->jobs, (unsigned long long)d->nonces, (unsigned long long)d->noise);
}
