// SPDX-License-Identifier: Apache-2.0
/*
 * The part of a service manager that a daemon of Type=notify talks to (sd_notify(3)): runs a command with a notification
 * socket and a watchdog of 2 s, prints each line it sends, and after SECONDS of it asks for a reload, then for the end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WATCHDOG_US "2000000"
#define PATIENCE_S 20

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static pid_t start(char **command, const char *path)
{
	pid_t pid = fork();
	char self[16];

	if (pid)
		return pid;
	snprintf(self, sizeof(self), "%d", getpid());
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", WATCHDOG_US, 1);
	setenv("WATCHDOG_PID", self, 1);
	execv(command[0], command);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	double ask_at;
	char name[64];
	socklen_t length;
	int stage = 0;
	struct pollfd fd = { .events = POLLIN };
	int status = 0;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: manager SECONDS COMMAND...\n");
		return 64;
	}
	/* abstract: no path to be too long, nothing to be left behind */
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "wattest-test-%d", getpid());
	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address.sun_path + 1));
	fd.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd.fd < 0 || bind(fd.fd, (struct sockaddr *)&address, length) < 0) {
		perror("manager");
		return 1;
	}
	snprintf(name, sizeof(name), "@%s", address.sun_path + 1);
	pid = start(argv + 2, name);
	ask_at = now() + atof(argv[1]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		char text[4096];
		ssize_t n;

		if (poll(&fd, 1, 100) > 0 && (n = recv(fd.fd, text, sizeof(text) - 1, 0)) > 0) {
			text[n] = '\0';
			printf("%s\n", text);
		}
		if (now() >= ask_at) {
			kill(pid, stage == 0 ? SIGHUP : stage == 1 ? SIGTERM : SIGKILL);
			ask_at = now() + (stage++ == 0 ? 2 : PATIENCE_S);
		}
	}
	/* What it said last may still lie in the socket. */
	while (poll(&fd, 1, 0) > 0) {
		char text[4096];
		ssize_t n = recv(fd.fd, text, sizeof(text) - 1, 0);

		if (n <= 0)
			break;
		text[n] = '\0';
		printf("%s\n", text);
	}
	printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
