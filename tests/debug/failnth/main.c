// SPDX-License-Identifier: Apache-2.0
/*
 * Does one thing again and again, each time with another of the kernel's allocations failing (/proc/thread-self/fail-nth):
 * the first, the second, and so on until it was over before there were so many. Prints how often which error came of it.
 * Which allocations count is set by whoever runs it, in debugfs (failslab, fail_page_alloc).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netlink.h"

static const char usage[] =
	"usage: failnth module FILE PARAMETERS       load it, and unload it when that went well\n"
	"       failnth write FILE WORDS [FILE WORDS]  write, then take it back with the second, whatever came of it\n"
	"       failnth request NAME                 ask the module: status, sources, devices, records, ack, close, set ID\n"
	"and with nothing that fails:\n"
	"       failnth repeat NAME TIMES            ask so often\n"
	"       failnth hold MS                      ask for a dump, and read it not\n";

#define MOST 2000 /* nothing here allocates so often */
#define ERRNO_MAX 134

struct act {
	char **args;
	int n;
	int (*run)(const struct act *act);    /* 0 or a negative errno; under fault */
	void (*after)(const struct act *act, int err); /* not under fault; may be NULL */
	int fd;
	struct netlink netlink;
};

static int load(const struct act *act)
{
	return syscall(SYS_finit_module, act->fd, act->args[1], 0) ? -errno : 0;
}

static void unload(const struct act *act, int err)
{
	(void)act;
	for (int i = 0; !err && syscall(SYS_delete_module, "wattest", O_NONBLOCK) && i < 500; i++)
		usleep(20000);
}

static int write_words(int fd, const char *words)
{
	return write(fd, words, strlen(words)) < 0 ? -errno : 0;
}

static int write_first(const struct act *act)
{
	return write_words(act->fd, act->args[1]);
}

static void take_back(const struct act *act, int err)
{
	int fd;

	(void)err;
	if (act->n < 4)
		return;
	fd = open(act->args[2], O_WRONLY);
	if (fd >= 0) {
		write_words(fd, act->args[3]);
		close(fd);
	}
}

static int ask(const struct act *act)
{
	return netlink_request(&act->netlink, act->args[0], act->n > 1 ? atoi(act->args[1]) : 0);
}

static void settle(const struct act *act, int err)
{
	(void)err;
	netlink_drain(&act->netlink);
}

static bool sweep(const struct act *act, const char *name)
{
	unsigned int counts[ERRNO_MAX] = { 0 }, n;
	char text[16];
	int err, nth = open("/proc/thread-self/fail-nth", O_RDWR);
	bool clean = false;

	if (nth < 0) {
		perror("failnth: /proc/thread-self/fail-nth");
		return false;
	}
	for (n = 1; n <= MOST && !clean; n++) {
		ssize_t len = snprintf(text, sizeof(text), "%u", n);

		if (pwrite(nth, text, len, 0) != len)
			break;
		err = act->run(act);
		len = pread(nth, text, sizeof(text) - 1, 0);
		if (pwrite(nth, "0", 1, 0) != 1 || len < 1)
			break;
		text[len] = '\0';
		clean = atoi(text) > 0;
		counts[-err < ERRNO_MAX ? -err : EIO] += !clean;
		if (clean && err)
			printf("without a fault: %s\n", strerror(-err));
		if (act->after)
			act->after(act, err);
		if (clean && err)
			clean = false, n = MOST;
	}
	close(nth);
	printf("%s: %u faults:", name, n - 1 - clean);
	for (int i = 0; i < ERRNO_MAX; i++)
		if (counts[i])
			printf(" %u %s", counts[i], i ? strerrorname_np(i) : "went well");
	printf(clean ? ", then a clean one\n" : ", and no clean one\n");
	return clean;
}

/* Requests that nothing goes wrong with but what the module, or its end, makes of them. */
static int without_faults(const char *name, int times, int hold_ms)
{
	struct netlink netlink;
	int r = 0;

	if (netlink_open(&netlink) < 0) {
		perror("failnth: wattest");
		return 1;
	}
	if (hold_ms) {
		netlink_send(&netlink, "records", 0);
		usleep(hold_ms * 1000);
	}
	for (int i = 0; i < times && !r; i++)
		r = netlink_request(&netlink, name, 0);
	close(netlink.fd);
	if (r)
		printf("%s: %s\n", name, strerror(-r));
	return r ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct act act = { .args = argv + 2, .n = argc - 2, .fd = -1 };
	bool clean;

	if (argc == 4 && !strcmp(argv[1], "repeat") && netlink_knows(argv[2]))
		return without_faults(argv[2], atoi(argv[3]), 0);
	if (argc == 3 && !strcmp(argv[1], "hold"))
		return without_faults("", 0, atoi(argv[2]));
	if (argc == 4 && !strcmp(argv[1], "module")) {
		act.run = load;
		act.after = unload;
		act.fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	} else if ((argc == 4 || argc == 6) && !strcmp(argv[1], "write")) {
		act.run = write_first;
		act.after = take_back;
		act.fd = open(argv[2], O_WRONLY | O_CLOEXEC);
	} else if (argc >= 3 && !strcmp(argv[1], "request") && netlink_knows(argv[2])) {
		act.run = ask;
		act.after = settle;
		act.fd = netlink_open(&act.netlink);
	} else {
		fputs(usage, stderr);
		return 64;
	}
	if (act.fd < 0) {
		fprintf(stderr, "failnth: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	clean = sweep(&act, argv[2]);
	close(act.fd);
	return !clean;
}
