// SPDX-License-Identifier: Apache-2.0
/*
 * Simulates mining devices at the far end of QEMU's usb-serial: each listens on a unix socket, takes jobs in its
 * protocol, really searches for nonces at its hash rate, and draws power while it does. The sum of what all plugged
 * devices draw goes out as a line of watts on the power channel, several times a second.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/asicsim/device.h"

#define TICK_MS 20
#define POWER_NS 100000000
#define MAX_DEVICES 16

static const char usage[] =
	"usage: asicsim [-p SOCKET] [-b WATTS] DEVICE...\n"
	"  -p, --power SOCKET   where to write the watts, a line each time\n"
	"  -b, --base WATTS     what the rig draws without devices (30)\n"
	"DEVICE: NAME:PROTOCOL:KHASH_PER_S:WATTS:IDLE_WATTS:BITS\n"
	"  NAME is the socket it listens on; PROTOCOL icarus or bm1397; BITS leading zeros make a nonce\n";

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int unix_address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

static int listen_on(const char *path)
{
	struct sockaddr_un address;
	int fd;

	if (unix_address(path, &address) < 0)
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* The power channel: connects again whenever it is not there, so that either side may start first. */
static void write_power(const char *path, int *fd, uint64_t milliwatts)
{
	struct sockaddr_un address;
	char line[32];
	int n;

	if (*fd < 0) {
		if (unix_address(path, &address) < 0)
			return;
		*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (*fd >= 0 && connect(*fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
			close(*fd);
			*fd = -1;
		}
	}
	if (*fd < 0)
		return;
	n = snprintf(line, sizeof(line), "%.3f\n", (double)milliwatts / 1000);
	/* a full channel has a reader that lags: the next value will do */
	if (send(*fd, line, (size_t)n, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
		close(*fd);
		*fd = -1;
	}
}

static int run(struct device *devices, size_t n, const char *power, uint64_t base_mw)
{
	int power_fd = -1;
	int64_t before = now_ns(), told = 0;

	while (!stop) {
		struct pollfd fds[2 * MAX_DEVICES];
		uint64_t milliwatts = base_mw;
		int64_t now;

		for (size_t i = 0; i < n; i++) {
			fds[2 * i] = (struct pollfd){ devices[i].listener, POLLIN, 0 };
			fds[2 * i + 1] = (struct pollfd){ devices[i].fd, POLLIN, 0 };
		}
		if (poll(fds, 2 * n, TICK_MS) < 0 && errno != EINTR)
			return -errno;
		for (size_t i = 0; i < n; i++) {
			if (fds[2 * i].revents & POLLIN)
				device_accept(&devices[i]);
			if (fds[2 * i + 1].revents)
				device_receive(&devices[i]);
		}
		/* poll returns early when somebody speaks: work follows the clock */
		now = now_ns();
		for (size_t i = 0; i < n; i++) {
			device_work(&devices[i], now - before);
			milliwatts += device_draw(&devices[i]);
		}
		before = now;
		if (power && now - told >= POWER_NS) {
			write_power(power, &power_fd, milliwatts);
			told = now;
		}
	}
	if (power_fd >= 0)
		close(power_fd);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "power", required_argument, NULL, 'p' },
		{ "base", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct device devices[MAX_DEVICES];
	const char *power = NULL;
	uint64_t base_mw = 30000;
	size_t n = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, "p:b:h", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			power = optarg;
			break;
		case 'b':
			base_mw = strtoull(optarg, NULL, 10) * 1000;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 64;
		}
	}
	for (; optind < argc && n < MAX_DEVICES; optind++, n++) {
		if (device_parse(argv[optind], &devices[n]) < 0) {
			fprintf(stderr, "asicsim: %s: not a device\n%s", argv[optind], usage);
			return 64;
		}
		devices[n].listener = listen_on(devices[n].name);
		if (devices[n].listener < 0) {
			fprintf(stderr, "asicsim: %s: %s\n", devices[n].name, strerror(-devices[n].listener));
			return 1;
		}
	}
	if (n == 0 || optind < argc) {
		fputs(usage, stderr);
		return 64;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	r = run(devices, n, power, base_mw);
	for (size_t i = 0; i < n; i++) {
		device_report(&devices[i], stdout);
		unlink(devices[i].name);
	}
	if (r < 0)
		fprintf(stderr, "asicsim: %s\n", strerror(-r));
	return r < 0;
}
