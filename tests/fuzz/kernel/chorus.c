// SPDX-License-Identifier: Apache-2.0
/* See chorus.h. What it is answered is judged as well. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include "answer.h"
#include "calls.h"
#include "chorus.h"
#include "sockets.h"

#define PAUSE_US 2000
#define FLIPS 2000
#define LINK 2 /* a filter: it can be given another program */

static uint32_t number;

static void ask(int fd, uint8_t cmd, uint16_t flags, uint16_t type, uint32_t value)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		struct nlattr a;
		uint32_t value;
	} m = { .h = { sizeof(m), sockets_family(), NLM_F_REQUEST | flags, ++number, 0 },
		.g = { .cmd = cmd, .version = 1 },
		.a = { sizeof(m.a) + sizeof(m.value), type },
		.value = value };

	if (!type)
		m.h.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	send(fd, &m, m.h.nlmsg_len, 0);
}

static void read_some(int fd, int times)
{
	static uint8_t buffer[64 << 10];
	struct listener l = { .may = true };

	while (times--) {
		ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (n < 0)
			return;
		answer_judge(&l, sockets_family(), buffer, n);
	}
}

static void sing(unsigned int *seed)
{
	static const uint8_t dumps[] = { WATTEST_CMD_RECORD_GET, WATTEST_CMD_SOURCE_GET, WATTEST_CMD_DEVICE_GET };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	uint32_t group = sockets_group();

	if (fd < 0)
		return;
	switch (rand_r(seed) % 4) {
	case 0: /* may be left before its end */
		ask(fd, dumps[rand_r(seed) % 3], NLM_F_DUMP, 0, 0);
		read_some(fd, rand_r(seed) % 3);
		break;
	case 1:
		setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
		ask(fd, WATTEST_CMD_CLOSE, 0, 0, 0);
		read_some(fd, 4);
		break;
	case 2:
		ask(fd, WATTEST_CMD_PROBE_ADD, 0, WATTEST_A_CONTROL_LINK_FD, links_fd(LINK));
		break;
	default:
		links_act(LINK, LINK_UPDATE);
	}
	close(fd);
}

/* An event's text changes while the module copies it: the program's memory is ours, too. */
static void flip(void)
{
	volatile struct calls_told *told = calls_told();

	for (int i = 0; i < FLIPS && told->calls & CALLS_EVENT; i++)
		told->event.detail[i & 7] = told->event.comm[i & 7] = i & 8 ? 'x' : '\x1b';
}

static void *run(void *unused)
{
	unsigned int seed = 1;

	(void)unused;
	for (;;) {
		sing(&seed);
		for (int i = 0; i < 100; i++) {
			flip();
			usleep(PAUSE_US / 100);
		}
	}
	return NULL;
}

bool chorus_start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL)) {
		fprintf(stderr, "no second thread\n");
		return false;
	}
	return true;
}
