// SPDX-License-Identifier: Apache-2.0
/* attest: asks the daemon to close the window now and sign it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/control.h"
#include "lib/file.h"

#include "command.h"

static const char help[] =
	"usage: wattest attest [--nonce HEX] [-o FILE]\n"
	"\n"
	"Closes the measuring window now, signs it, and prints the attestation (binary, COSE_Sign1). It is stored\n"
	"like every other one.\n"
	"\n"
	"  --nonce HEX     an inspector's challenge, 8 to 64 bytes: shows that the answer is fresh\n"
	"  -o FILE         write it there; stdout otherwise, unless that is a terminal\n" COMMON_HELP
	"\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

struct attest {
	struct common common;
	struct wt_control_request request;
	const char *out;
};

static int run(struct attest *attest)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	struct wt_err err = {};
	int fd, r;

	r = wt_control_connect(attest->common.config.run, &fd, &err);
	if (r < 0)
		return could_not(&attest->common, &err);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "closing the window and signing it ...\n");
	r = wt_control_send_request(fd, &attest->request, &err);
	if (r == 0)
		r = wt_control_recv_reply(fd, &cose, &err);
	close(fd);
	if (r == 0 && attest->out)
		r = wt_file_write(attest->out, wt_buf_span(&cose), 0644, WT_FILE_REPLACE, &err);
	if (r < 0)
		return could_not(&attest->common, &err);
	if (attest->out)
		fprintf(stderr, "%s: %zu bytes; `wattest-inspect show %s` decodes it\n",
			attest->out, cose.n, attest->out);
	else
		fwrite(cose.p, 1, cose.n, stdout);
	return 0;
}

int cmd_attest(int argc, char **argv)
{
	enum {
		NONCE = 1
	};
	static const struct option options[] = {
		{ "nonce", required_argument, NULL, NONCE },
		{ "output", required_argument, NULL, 'o' },
		COMMON_OPTIONS,
		{},
	};
	struct attest attest = {
		.common = { .command = "wattest attest", .help = help },
		.request = { .op = WT_CONTROL_ATTEST },
	};
	int c, n, r;

	while ((c = getopt_long(argc, argv, ":ho:", options, NULL)) != -1) {
		if (c == NONCE) {
			n = wt_unhex(optarg, attest.request.nonce, sizeof(attest.request.nonce));
			if (n < 8)
				return wt_usage_error(
					attest.common.command,
					"--nonce %s: must be 8 to 64 bytes in hexadecimal", optarg);
			attest.request.nonce_len = (size_t)n;
		} else if (c == 'o') {
			attest.out = strcmp(optarg, "-") ? optarg : NULL;
		} else {
			r = common_option(&attest.common, c, argv);
			if (r >= 0)
				return r;
		}
	}
	r = common_load(&attest.common, argc, argv, false);
	if (r >= 0)
		return r;
	if (!attest.out && isatty(STDOUT_FILENO))
		return wt_usage_error(attest.common.command,
				      "an attestation is binary: -o FILE, or redirect stdout");
	return run(&attest);
}
