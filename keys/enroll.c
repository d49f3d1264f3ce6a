// SPDX-License-Identifier: Apache-2.0
/* enroll: rigs whose key is in a TPM, in two steps of the registry's. */
#include <stdio.h>
#include <string.h>

#include "keys/command.h"
#include "keys/enroll.h"

#define COMMAND "wattest-authority enroll"

static const char help[] =
	"usage: " COMMAND " challenge DIR REQUEST --vendors DIR [OPTION]...\n"
	"       " COMMAND " issue DIR ANSWER [OPTION]... -o FILE\n"
	"\n"
	"Registers a rig whose key is in a TPM. `wattest enroll` on the rig makes the request, and the answer from the\n"
	"challenge.\n"
	"\n"
	"challenge  2. checks the TPM and its keys, and makes a challenge that only this TPM can open\n"
	"issue      4. for the answer: the rig's certificate and registration\n"
	"\n"
	"`" COMMAND " challenge --help` and `" COMMAND " issue --help` list the options.\n";

int authority_enroll(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "challenge"))
		return enroll_challenge(argc - 1, argv + 1);
	if (!strcmp(what, "issue"))
		return enroll_issue(argc - 1, argv + 1);
	if (!strcmp(what, "--help") || !strcmp(what, "-h")) {
		fputs(help, stdout);
		return 0;
	}
	if (!*what)
		return wt_usage_error(COMMAND, "challenge or issue?");
	return wt_usage_error(COMMAND, "there is no \"%s\": challenge or issue", what);
}
