// SPDX-License-Identifier: Apache-2.0
/*
 * unload: the module goes, and its log is attested to its end. The daemon lets go of the module and listens on; this
 * command unloads it, a right that the daemon has not.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/control.h"
#include "lib/appraisal.h"
#include "lib/format.h"

#include "command.h"

#define MODULE "wattest"
#define PAUSE_MS 100
#define TRIES 300 /* the kernel frees detached probes in its own time, seconds on a busy host */

static const char help[] =
	"usage: wattest unload\n"
	"\n"
	"Unloads the kernel module, and has the end of its log signed: for another build of the module, which then goes on\n"
	"in the same boot where this one ended. To upgrade, install the new one, and\n"
	"\n"
	"  wattest unload && modprobe wattest\n"
	"\n"
	"wattestd ends with it, since it has given up the right to attach probes again; its unit starts it anew. Time\n"
	"without a module is charged at nameplate. If the module cannot be unloaded, it stays and so does its log.\n"
	"\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

static int ask(const struct wt_config *config, enum wt_control_op op, struct wt_buf *ret_body,
	       struct wt_err *err)
{
	const struct wt_control_request request = { .op = op };
	int fd, r = wt_control_connect(config->run, &fd, err);

	if (r < 0)
		return r;
	r = wt_control_send_request(fd, &request, err);
	if (r == 0)
		r = wt_control_recv_reply(fd, ret_body, err);
	close(fd);
	return r;
}

static const char *why(int error)
{
	switch (error) {
	case EAGAIN:
		return "somebody else than wattestd uses it: see lsmod(8)";
	case EPERM:
		return "needs root, and a kernel that unloads modules (sysctl kernel.modules_disabled)";
	default:
		return strerror(error);
	}
}

static int remove_module(struct wt_err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	int i, r = 0;

	for (i = 0; i < TRIES; i++) {
		r = syscall(SYS_delete_module, MODULE, O_NONBLOCK) < 0 ? errno : 0;
		if (r != EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
	return r ? wt_fail(err, r, "module " MODULE " is not unloaded: %s", why(r)) : 0;
}

static int run(const struct common *common)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	uint8_t ueid[WT_UEID_LEN];
	struct wt_err err = {}, end = {};
	char n[WT_GROUPED_LEN];
	uint64_t seq = 0;
	int r, r_end;

	r = ask(&common->config, WT_CONTROL_UNLOAD, &cose, &err);
	if (r < 0)
		return could_not(common, &err);
	r = remove_module(&err);
	/* Either way it is waiting for this. */
	r_end = ask(&common->config, WT_CONTROL_UNLOADED, &cose, &end);
	if (r < 0)
		return could_not(common, &err);
	if (r_end == 0)
		r_end = wt_attestation_peek(wt_buf_span(&cose), ueid, &seq, &end);
	if (r_end < 0) {
		wt_fail_in(&end, r_end, "module " MODULE " is unloaded");
		return could_not(common, &end);
	}
	printf("module " MODULE " is unloaded; attestation %s has the end of its log\n",
	       wt_grouped(seq, n));
	return 0;
}

int cmd_unload(int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, {} };
	struct common common = { .command = "wattest unload", .help = help };
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		r = common_option(&common, c, argv);
		if (r >= 0)
			return r;
	}
	r = common_load(&common, argc, argv, false);
	return r >= 0 ? r : run(&common);
}
