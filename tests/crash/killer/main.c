// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program and kills it, with SIGKILL, before its nth system call: swept over n, every state that a kill can leave
 * behind is seen, as files change by system calls only.
 *
 *   killer [-n N] [-c] [-t] [-o NAME] [-e] [-i] [-l LOG] [-w FILE] PROGRAM [ARGUMENT]...
 *
 *   -n N     before the Nth; without it never: LOG then has how many there are
 *   -c       count only calls that change something outside of the process
 *   -t       tear it: count only writes; the Nth writes half of its bytes before the kill
 *   -o NAME  count only calls of this name
 *   -l LOG   "calls N" when it ended by itself; "killed N NAME" or "torn N NAME" when it did not
 *   -e       for a program that waits for events: when it has waited for IDLE_MS it is ended too, and all its calls were seen
 *   -i       the same, and nothing is counted, nor slowed down, until it waits first: then "idle" is said on stdout, and whoever
 *            reads that wakes it
 *   -w FILE  the names of all that are counted, one a line
 *
 * Exit status: the program's own, 0 when it was idle again, 137 when it was killed, 99 when the Nth write has nothing to tear,
 * 64 usage, 70 no ptrace.
 * SIGTERM, SIGINT and SIGHUP are handed on to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "calls.h"

#define KILLED 137
#define NOT_TORN 99
#define TRACED_MAX 64
#define TICK_MS 20
#define AT_REST_MS 60 /* it has nothing of its own to do any more */
#define IDLE_MS 1500 /* nor has anybody else for it */

struct sweep {
	uint64_t n, calls;
	bool changing, tear;
	const char *only; /* NULL: all */
	const char *log;
	FILE *names;
	pid_t first;
	/* from idle to idle */
	bool ends, idle, begun, stirred;
	bool waiting; /* for events, and so many ticks by now */
	unsigned int ticks;
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

static void nothing(int sig)
{
	(void)sig;
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
	const struct call *call = call_find(info->entry.nr);

	if (pid == sweep->first) {
		sweep->waiting = call->waits;
		sweep->ticks = 0;
	}
	if (sweep->idle && !sweep->begun)
		return false;
	sweep->stirred = true;
	if (sweep->changing && !call_changes(call, info->entry.args))
		return false;
	if (sweep->tear && !call->tears)
		return false;
	if (sweep->only && strcmp(call->name, sweep->only) != 0)
		return false;
	if (sweep->names)
		fprintf(sweep->names, "%s\n", call->name);
	if (++sweep->calls != sweep->n)
		return false;
	sweep->name = call->name;
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
	if (pid == sweep->first)
		sweep->waiting = false;
	return info.op == PTRACE_SYSCALL_INFO_EXIT && sweep->torn == pid;
}

/* A tick passed: true when the cycle is over. */
static bool on_tick(struct sweep *sweep)
{
	if (!sweep->ends || !sweep->waiting)
		return false;
	sweep->ticks++;
	if (sweep->idle && !sweep->begun && sweep->ticks >= AT_REST_MS / TICK_MS) {
		sweep->begun = true;
		puts("idle");
		fflush(stdout);
	}
	return sweep->stirred && sweep->ticks >= IDLE_MS / TICK_MS;
}

/* Ends all of them: those that it started too, as a power cut or an out-of-memory kill of the whole unit does. */
static void end_all(const pid_t *traced, size_t n)
{
	for (size_t i = 0; i < n; i++)
		kill(traced[i], SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
		;
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

		if (pid < 0 && errno == EINTR) {
			if (!on_tick(sweep))
				continue;
			end_all(traced, n);
			return 0;
		}
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
				end_all(traced, n);
				sweep->killed = true;
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

/* Whether it waits for events. */
static bool at_rest(pid_t pid)
{
	char path[32], now[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, now, sizeof(now) - 1) < 0)
		now[0] = '\0';
	if (fd >= 0)
		close(fd);
	return now[0] >= '0' && now[0] <= '9' && call_find(strtoull(now, NULL, 10))->waits;
}

/* It runs at its own speed until it waits; the alarm tells how long it does. */
static bool start_idle(struct sweep *sweep, char **argv)
{
	unsigned int ticks = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	sweep->first = program = pid;
	while (pid > 0 && ticks < AT_REST_MS / TICK_MS) {
		siginfo_t info = { 0 };

		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
			return true; /* it never came to that: follow() has its status */
		usleep(TICK_MS * 1000);
		ticks = at_rest(pid) ? ticks + 1 : 0;
	}
	return pid > 0 && ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) == 0 &&
	       ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0;
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
	struct itimerval tick = { { 0, TICK_MS * 1000 }, { 0, TICK_MS * 1000 } };
	struct sigaction act = { .sa_handler = nothing }; /* and waitpid() returns */
	struct sweep sweep = { 0 };
	int c;

	while ((c = getopt(argc, argv, "+n:cto:eil:w:")) != -1) {
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
		case 'o':
			sweep.only = optarg;
			break;
		case 'e':
			sweep.ends = true;
			break;
		case 'i':
			sweep.ends = sweep.idle = true;
			break;
		case 'l':
			sweep.log = optarg;
			break;
		case 'w':
			sweep.names = fopen(optarg, "we");
			break;
		default:
			return 64;
		}
	}
	if (optind == argc)
		return 64;
	signal(SIGTERM, hand_on);
	signal(SIGINT, hand_on);
	signal(SIGHUP, hand_on);
	sigaction(SIGALRM, &act, NULL);
	if (!(sweep.idle ? start_idle : start)(&sweep, argv + optind)) {
		perror("killer: ptrace");
		return 70;
	}
	if (sweep.ends)
		setitimer(ITIMER_REAL, &tick, NULL);
	c = follow(&sweep);
	if (sweep.names)
		fclose(sweep.names);
	return say(&sweep, c);
}
