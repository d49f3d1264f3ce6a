// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/lib/swtpm.h"

void swtpm_shell(const struct swtpm *tpm, const char *command)
{
	char *line;
	int status;

	if (asprintf(&line, "exec >&2; D=%s; export TPM2TOOLS_TCTI=%s; cd $D; %s", tpm->dir,
		     tpm->tcti, command) < 0)
		abort();
	status = system(line);
	if (status) {
		fprintf(stderr, "# %s: exit status %d\n", line, status);
		abort();
	}
	free(line);
}

/* A socket is there before anybody listens at it. */
static bool listens(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	good = fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static void run(struct swtpm *tpm)
{
	char state[80], server[128], control[128], socket_path[80];

	snprintf(state, sizeof(state), "dir=%s", tpm->dir);
	snprintf(socket_path, sizeof(socket_path), "%s/s", tpm->dir);
	snprintf(server, sizeof(server), "type=unixio,path=%s", socket_path);
	snprintf(control, sizeof(control), "type=unixio,path=%s.ctrl", socket_path);
	tpm->pid = fork();
	if (tpm->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen("/dev/null", "w", stderr)) /* it tells of each client that went */
			_exit(127);
		execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state, "--server",
		       server, "--ctrl", control, "--flags", "not-need-init,startup-clear", NULL);
		_exit(127);
	}
	for (int i = 0; i < 500; i++) {
		if (listens(socket_path))
			return;
		usleep(10000);
	}
	fprintf(stderr, "# swtpm does not start\n");
	abort();
}

static void end(struct swtpm *tpm)
{
	char path[96];

	kill(tpm->pid, SIGTERM);
	waitpid(tpm->pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/s", tpm->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/s.ctrl", tpm->dir);
	unlink(path);
}

/* Manufacturing takes seconds: once for a program, whose tests are processes of their own, each with a copy. */
static pid_t program;

__attribute__((constructor)) static void remember_program(void)
{
	program = getpid();
}

static void template(struct swtpm *tpm, unsigned which)
{
	snprintf(tpm->dir, sizeof(tpm->dir), "/tmp/wattest-tpm-%d-%u", program, which);
}

static void manufacture(const struct swtpm *tpm)
{
	swtpm_shell(tpm,
		    "mkdir ca && printf '%s\\n' statedir=$D/ca signingkey=$D/ca/signkey.pem "
		    "issuercert=$D/ca/issuercert.pem certserial=$D/ca/certserial >localca.conf && "
		    "printf '%s\\n' --platform-manufacturer Lab --platform-version 1 "
		    "--platform-model Lab >options && printf '%s\\n' "
		    "create_certs_tool=$(command -v swtpm_localca) "
		    "create_certs_tool_config=$D/localca.conf create_certs_tool_options=$D/options "
		    ">setup.conf && swtpm_setup --tpm2 --tpmstate $D --create-ek-cert "
		    "--config setup.conf >setup.log");
}

__attribute__((destructor)) static void remove_templates(void)
{
	struct swtpm made = { .tcti = "none" };
	struct stat st;

	for (unsigned which = 0; which < 2; which++) {
		template(&made, which);
		if (stat(made.dir, &st) == 0)
			swtpm_shell(&made, "cd / && rm -rf $D");
	}
}

void swtpm_start(struct swtpm *tpm, unsigned which)
{
	struct swtpm made = { .tcti = "none" };
	char *copy;

	template(&made, which);
	if (mkdir(made.dir, 0700) == 0)
		manufacture(&made);
	strcpy(tpm->dir, "/tmp/wattest-tpm-XXXXXX");
	if (!mkdtemp(tpm->dir) ||
	    asprintf(&copy, "cp -r %s/ca %s/tpm2-00.permall $D", made.dir, made.dir) < 0)
		abort();
	snprintf(tpm->tcti, sizeof(tpm->tcti), "swtpm:path=%s/s", tpm->dir);
	swtpm_shell(tpm, copy);
	free(copy);
	run(tpm);
}

void swtpm_restart(struct swtpm *tpm)
{
	end(tpm);
	run(tpm);
}

void swtpm_stop(struct swtpm *tpm)
{
	end(tpm);
	swtpm_shell(tpm, "cd / && rm -rf $D");
}
