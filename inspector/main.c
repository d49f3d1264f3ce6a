// SPDX-License-Identifier: Apache-2.0
/* wattest-inspect: judges evidence, offline, with nothing but what the authorities handed out. */
#include "inspector/inspect.h"

/* clang-format off */
static const struct wt_command commands[] = {
	{ "verify", inspect_verify, "judge rigs' attestations against their registrations and purchases" },
	{ "report", inspect_report, "what was charged by the hour, to which purchase and at what cost" },
	{ "result", inspect_result, "check and print results that another inspector signed" },
	{ "show",   inspect_show,   "print signed objects, or any CBOR, readably; verifies nothing" },
	{ "cose",   inspect_cose,   "check the signature of any COSE_Sign1 with a public key" },
	{ "quote",  inspect_quote,  "check any TPM 2.0 quote with a public key" },
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

int main(int argc, char **argv)
{
	return wt_program_run(&program, argc, argv);
}
