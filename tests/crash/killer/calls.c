// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <sys/syscall.h>

#include "calls.h"

#define CHANGE(call) { .nr = SYS_##call, .name = #call, .changes = true }
#define TEARS(call) { .nr = SYS_##call, .name = #call, .changes = true, .tears = true }
#define WAITS(call) { .nr = SYS_##call, .name = #call, .waits = true }
#define OTHER(call) { .nr = SYS_##call, .name = #call }

static const struct call calls[] = {
	TEARS(write),
	TEARS(pwrite64),
	CHANGE(writev),
	CHANGE(pwritev2),
	CHANGE(openat),
	CHANGE(ftruncate),
	CHANGE(fallocate),
	CHANGE(fsync),
	CHANGE(fdatasync),
	CHANGE(sync),
	CHANGE(syncfs),
	CHANGE(renameat),
	CHANGE(renameat2),
	CHANGE(unlinkat),
	CHANGE(linkat),
	CHANGE(symlinkat),
	CHANGE(mkdirat),
	CHANGE(fchmod),
	CHANGE(fchmodat),
	CHANGE(fchown),
	CHANGE(sendto),
	CHANGE(sendmsg),
	CHANGE(bind),
	CHANGE(flock),
	CHANGE(copy_file_range),
	CHANGE(sendfile),
	CHANGE(exit_group),
	WAITS(epoll_pwait),
	WAITS(epoll_pwait2),
	OTHER(accept4),
	OTHER(adjtimex),
	OTHER(brk),
	OTHER(clock_gettime),
	OTHER(close),
	OTHER(connect),
	OTHER(epoll_ctl),
	OTHER(fcntl),
	OTHER(fstat),
	OTHER(futex),
	OTHER(getdents64),
	OTHER(getpid),
	OTHER(getrandom),
	OTHER(getsockopt),
	OTHER(gettid),
	OTHER(ioctl),
	OTHER(lseek),
	OTHER(madvise),
	OTHER(mmap),
	OTHER(mprotect),
	OTHER(mremap),
	OTHER(munmap),
	OTHER(newfstatat),
	OTHER(ppoll),
	OTHER(pread64),
	OTHER(read),
	OTHER(recvfrom),
	OTHER(recvmsg),
	OTHER(rt_sigaction),
	OTHER(rt_sigprocmask),
	OTHER(setsockopt),
	OTHER(socket),
	OTHER(statx),
	OTHER(timerfd_settime),
	OTHER(uname),
#ifdef SYS_open
	CHANGE(open),
	CHANGE(creat),
	CHANGE(rename),
	CHANGE(unlink),
	CHANGE(link),
	CHANGE(symlink),
	CHANGE(mkdir),
	CHANGE(rmdir),
	CHANGE(chmod),
	WAITS(epoll_wait),
	OTHER(access),
	OTHER(poll),
	OTHER(stat),
#endif
};

const struct call *call_find(uint64_t nr)
{
	static const struct call another = { .name = "another" };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return &another;
}

bool call_changes(const struct call *call, const uint64_t args[6])
{
	uint64_t flags;

	if (!call->changes)
		return false;
	if (call->nr == SYS_openat)
		flags = args[2];
#ifdef SYS_open
	else if (call->nr == SYS_open)
		flags = args[1];
#endif
	else
		return true;
	return flags & 0101; /* O_CREAT, O_WRONLY: the store's O_RDWR comes with O_CREAT */
}
