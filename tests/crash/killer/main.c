// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program and kills it, with SIGKILL, before its nth system call: swept over n, every state that a kill can leave
 * behind is seen, as files change by system calls only.
 *
 *   killer [-n N] [-c] [-t] [-l LOG] [-s FILE] PROGRAM [ARGUMENT]...
 *   killer [-n N] [-c] [-t] [-l LOG] -p PID
 *
 *   -n N     before the Nth; without it never: LOG then has how many there are
 *   -c       count only calls that change something outside of the process
 *   -t       tear it: count only writes; the Nth writes half of its bytes before the kill
 *   -l LOG   "calls N" when it ended by itself; "killed N NAME" or "torn N NAME" when it did not
 *   -s FILE  count from when this file is there
 *   -p PID   a process that runs already, from now on: "attached" is said on stdout
 *
 * Exit status: the program's own, 137 when it was killed, 99 when the Nth write has nothing to tear, 64 usage, 70 no ptrace.
 * SIGTERM, SIGINT and SIGHUP are handed on to it.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#define KILLED 137
#define NOT_TORN 99
#define TRACED_MAX 64

/* Everything that leaves a trace on a disk, in the kernel or at a peer. */
static const struct change {
	uint64_t nr;
	const char *name;
	bool tears;
} changes[] = {
#define CHANGE(call)                     \
	{                                \
		SYS_##call, #call, false \
	}
#define TEARS(call)                     \
	{                               \
		SYS_##call, #call, true \
	}
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
#endif
};

struct sweep {
	uint64_t n, calls;
	bool changing, tear;
	const char *log, *since;
	pid_t first;
	bool seized;
	/* what the kill found */
	const char *name;
	pid_t torn; /* its write is cut, and runs */
	bool killed, cannot_tear;
};

static volatile pid_t program;

static void hand_on(int sig)
{
	if (program > 0)
		kill(program, sig);
}

static const struct change *find_change(uint64_t nr)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i].nr == nr)
			return &changes[i];
	return NULL;
}

/* open() for reading changes nothing. */
static bool is_change(const struct __ptrace_syscall_info *info, const struct change *change)
{
	uint64_t flags;

	if (!change)
		return false;
	if (change->nr != SYS_openat
#ifdef SYS_open
	    && change->nr != SYS_open
#endif
	)
		return true;
	flags = info->entry.args[change->nr == SYS_openat ? 2 : 1];
	return flags & 0101; /* O_CREAT, O_WRONLY: the store's O_RDWR comes with O_CREAT */
}

/* Halves the third argument, the count. */
static bool cut_write(pid_t pid, const struct __ptrace_syscall_info *info)
{
#ifdef __x86_64__
	uint64_t count = info->entry.args[2];

	if (count < 2)
		return false;
	return ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rdx), count / 2) == 0;
#else
	(void)pid;
	(void)info;
	return false;
#endif
}

/* A system call begins: true when the end is now. */
static bool count_call(struct sweep *sweep, pid_t pid, const struct __ptrace_syscall_info *info)
{
	const struct change *change = find_change(info->entry.nr);

	if (sweep->since && access(sweep->since, F_OK) < 0)
		return false;
	sweep->since = NULL;
	if (sweep->changing && !is_change(info, change))
		return false;
	if (sweep->tear && !(change && change->tears))
		return false;
	if (++sweep->calls != sweep->n)
		return false;
	sweep->name = change ? change->name : "another";
	if (!sweep->tear)
		return true;
	if (cut_write(pid, info)) {
		sweep->torn = pid;
		return false;
	}
	sweep->cannot_tear = true;
	return true;
}

static bool on_syscall(struct sweep *sweep, pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return false; /* it is gone */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		return count_call(sweep, pid, &info);
	return info.op == PTRACE_SYSCALL_INFO_EXIT && sweep->torn == pid;
}

/* Ends all of them: those that it started too, as a power cut or an out-of-memory kill of the whole unit does. */
static void end_all(struct sweep *sweep, const pid_t *traced, size_t n)
{
	for (size_t i = 0; i < n; i++)
		kill(traced[i], SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
		;
	sweep->killed = true;
}

/* The signal to go on with after a stop that is no system call's. */
static int signal_of(int status)
{
	int sig = WSTOPSIG(status);

	if (status >> 16) /* an event's stop, or that of a new child */
		return 0;
	return sig == SIGSTOP || sig == SIGTRAP ? 0 : sig;
}

static int follow(struct sweep *sweep)
{
	pid_t traced[TRACED_MAX] = { sweep->first };
	size_t n = 1, i;
	int status, end = 0;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return end;
		for (i = 0; i < n && traced[i] != pid; i++)
			;
		if (i == n && n < TRACED_MAX)
			traced[n++] = pid;
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			traced[i] = traced[--n];
			if (pid == sweep->first)
				end = WIFEXITED(status) ? WEXITSTATUS(status)
							: 128 + WTERMSIG(status);
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (on_syscall(sweep, pid)) {
				end_all(sweep, traced, n);
				return KILLED;
			}
			ptrace(PTRACE_SYSCALL, pid, 0, 0);
		} else {
			ptrace(PTRACE_SYSCALL, pid, 0, signal_of(status));
		}
	}
}

#define OPTIONS                                                                                 \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)

/* It waits until it is traced; system calls are counted from its execve() on. */
static bool start(struct sweep *sweep, char **argv)
{
	char go = 0;
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		if (read(fds[0], &go, 1) != 1)
			_exit(127);
		close(fds[0]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[0]);
	sweep->first = program = pid;
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0)
		return false;
	go = write(fds[1], &go, 1) == 1;
	close(fds[1]);
	return go;
}

static bool attach(struct sweep *sweep, pid_t pid)
{
	sweep->first = program = pid;
	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS & ~PTRACE_O_EXITKILL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		return false;
	puts("attached");
	fflush(stdout);
	return true;
}

static int say(const struct sweep *sweep, int status)
{
	FILE *log = sweep->log ? fopen(sweep->log, "w") : NULL;

	if (log) {
		if (sweep->killed)
			fprintf(log, "%s %llu %s\n", sweep->torn ? "torn" : "killed",
				(unsigned long long)sweep->calls, sweep->name);
		else
			fprintf(log, "calls %llu\n", (unsigned long long)sweep->calls);
		fclose(log);
	}
	return sweep->cannot_tear ? NOT_TORN : status;
}

int main(int argc, char **argv)
{
	struct sweep sweep = { 0 };
	pid_t pid = 0;
	int c;

	while ((c = getopt(argc, argv, "+n:ctl:s:p:")) != -1) {
		switch (c) {
		case 'n':
			sweep.n = strtoull(optarg, NULL, 10);
			break;
		case 'c':
			sweep.changing = true;
			break;
		case 't':
			sweep.tear = true;
			break;
		case 'l':
			sweep.log = optarg;
			break;
		case 's':
			sweep.since = optarg;
			break;
		case 'p':
			pid = (pid_t)strtol(optarg, NULL, 10);
			break;
		default:
			return 64;
		}
	}
	if ((pid == 0) == (optind == argc))
		return 64;
	signal(SIGTERM, hand_on);
	signal(SIGINT, hand_on);
	signal(SIGHUP, hand_on);
	if (pid ? !attach(&sweep, pid) : !start(&sweep, argv + optind)) {
		perror("killer: ptrace");
		return 70;
	}
	return say(&sweep, follow(&sweep));
}
