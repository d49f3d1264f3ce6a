// SPDX-License-Identifier: Apache-2.0
/*
 * The agent as an operator would like it: loaded into wattestd (LD_PRELOAD), it lowers the energy in each WINDOW record
 * that comes from the kernel, before anybody has seen it. What is signed is what it left.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "wattest/types.h"
#include "wattest/record.h"

ssize_t recvmsg(int fd, struct msghdr *msg, int flags);

static void lower(uint8_t *p, size_t n)
{
	const size_t size = sizeof(struct wattest_record) + sizeof(struct wattest_window) +
			    sizeof(struct wattest_window_source);
	struct wattest_window_source *source;
	struct wattest_record *rec;
	uint64_t energy;

	for (size_t i = 0; i + size <= n; i += 4) {
		rec = (struct wattest_record *)(p + i);
		if (rec->type != WATTEST_RECORD_WINDOW || rec->version != WATTEST_RECORD_VERSION ||
		    rec->len < size || rec->len > n - i || rec->seq == 0 || rec->seq > 1000000)
			continue;
		source = (void *)(p + i + sizeof(*rec) + sizeof(struct wattest_window));
		memcpy(&energy, &source->energy_uj, sizeof(energy));
		energy -= energy / 3;
		memcpy(&source->energy_uj, &energy, sizeof(energy));
	}
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	static ssize_t (*real)(int, struct msghdr *, int);
	ssize_t n;

	if (!real)
		real = (ssize_t(*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
	n = real(fd, msg, flags);
	if (n > 0 && !(flags & MSG_PEEK) && msg->msg_iovlen == 1)
		lower(msg->msg_iov[0].iov_base, (size_t)n);
	return n;
}
