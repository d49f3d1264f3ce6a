// SPDX-License-Identifier: Apache-2.0
/* wattest-inspect: judges evidence, offline, with nothing but what the authorities handed out. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspector/inspect.h"

/* clang-format off */
static const struct wt_command commands[] = {
	{ "verify", inspect_verify, "judge rigs' attestations against their registrations and purchases" },
	{ "report", inspect_report, "what was charged by the hour, to which purchase and at what cost" },
	{ "result", inspect_result, "check and print results that another inspector signed" },
	{ "show",   inspect_show,   "print signed objects, or any CBOR, readably; verifies nothing" },
	{ "cose",   inspect_cose,   "check the signature of any COSE_Sign1 with a public key" },
};
/* clang-format on */

static const struct wt_program program = {
	.name = "wattest-inspect",
	.purpose = "Judges what a rig says about its energy. Needs no root, no network and no rig.",
	.commands = commands,
	.n = sizeof(commands) / sizeof(commands[0]),
	.more = "Exit status: 0 affirming or good, 1 warning, 2 contraindicated or bad, 3 could not judge,\n"
		"64 wrong command line.\n",
};

void inspect_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p; p++) {
		/* U+0080 to U+009F are control characters too, and two bytes in UTF-8. */
		if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			*p = '?';
		else if (*p >= 0x80 && *p <= 0x9f && p > (unsigned char *)text && p[-1] == '?')
			*p = '?';
	}
}

int inspect_failed(const char *command, const struct wt_err *err)
{
	struct wt_err clean = *err;

	inspect_clean(clean.msg);
	fprintf(stderr, "%s: %s\n", command, clean.msg);
	return INSPECT_COULD_NOT;
}

bool inspect_colour(FILE *out)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(none && *none) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

int main(int argc, char **argv)
{
	return wt_program_run(&program, argc, argv);
}
