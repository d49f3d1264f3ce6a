// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"

#define WORDS_MAX 32

extern char **environ;

static int64_t now_ms(void)
{
	struct timespec ts = {};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The question as a file in memory, so that nothing waits for a program that does not read it. */
static int question_file(struct wt_span question, struct wt_err *err)
{
	int fd = memfd_create("question", MFD_CLOEXEC);
	size_t done = 0;

	if (fd < 0)
		return wt_fail(err, errno, "cannot ask: %s", strerror(errno));
	while (done < question.n) {
		ssize_t n = write(fd, question.p + done, question.n - done);

		if (n < 0) {
			int r = wt_fail(err, errno, "cannot ask: %s", strerror(errno));

			close(fd);
			return r;
		}
		done += (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int spawn(char **argv, int in, int out, pid_t *ret, struct wt_err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	r = posix_spawn(ret, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r ? wt_fail(err, r, "%s: %s", argv[0], strerror(r)) : 0;
}

static int read_answer(int fd, int64_t deadline, const char *program, struct wt_buf *ret,
		       struct wt_err *err)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	size_t before = ret->n;

	for (;;) {
		int64_t left = deadline - now_ms();
		uint8_t piece[65536];
		ssize_t n;

		if (left <= 0 || poll(&poll_fd, 1, (int)left) == 0)
			return wt_fail(err, ETIMEDOUT, "%s: killed, as it took too long", program);
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return wt_fail(err, errno, "%s: %s", program, strerror(errno));
		if (n == 0)
			return 0;
		wt_buf_append(ret, piece, (size_t)n);
		if (ret->err)
			return wt_fail(err, ENOMEM, "out of memory");
		if (ret->n - before > EXCHANGE_MAX)
			return wt_fail(err, E2BIG, "%s: said more than %d bytes", program,
				       EXCHANGE_MAX);
	}
}

/* Its end, by then: one that closed its output and goes on is killed like a late one. */
static int await(pid_t pid, int64_t deadline, const char *program, struct wt_err *err)
{
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	int status = 0;
	pid_t r;

	while ((r = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < deadline)
		nanosleep(&moment, NULL);
	if (r == 0) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
		return wt_fail(err, ETIMEDOUT, "%s: killed, as it took too long", program);
	}
	if (WIFSIGNALED(status))
		return wt_fail(err, EIO, "%s: killed by %s", program, strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return wt_fail(err, EIO, "%s: exit status %d", program, WEXITSTATUS(status));
	return 0;
}

int exchange(const char *command, struct wt_span question, unsigned int limit_s,
	     struct wt_buf *ret_answer, struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int in = -1;
	int64_t deadline = now_ms() + (int64_t)limit_s * 1000;
	char words[512], *argv[WORDS_MAX + 1] = {}, *rest = words;
	struct wt_err late;
	int out[2], r;
	size_t n = 0;
	pid_t pid;

	snprintf(words, sizeof(words), "%s", command);
	while (n < WORDS_MAX && (argv[n] = strtok_r(rest, " \t", &rest)))
		n++;
	if (n == 0 || n == WORDS_MAX)
		return wt_fail(err, EINVAL, "%s: no program, or too many words", command);
	in = question_file(question, err);
	if (in < 0)
		return in;
	if (pipe2(out, O_CLOEXEC) < 0)
		return wt_fail(err, errno, "cannot ask: %s", strerror(errno));
	r = spawn(argv, in, out[1], &pid, err);
	close(out[1]);
	if (r == 0) {
		r = read_answer(out[0], deadline, argv[0], ret_answer, err);
		if (r < 0) {
			kill(-pid, SIGKILL);
			await(pid, deadline + 5000, argv[0], &late);
		} else {
			r = await(pid, deadline, argv[0], err);
		}
	}
	close(out[0]);
	return r;
}
