// SPDX-License-Identifier: Apache-2.0
/* wattest-authority: a registry and an energy platform for development and tests. */
#include "keys/command.h"

/* clang-format off */
static const struct wt_command commands[] = {
	{ "init",         authority_init,         "make an authority: registry and energy platform, in one folder" },
	{ "certify",      authority_certify,      "certificate for a rig, a site or an inspector, from a request" },
	{ "registration", authority_registration, "register a rig: its devices, its power sources, its site" },
	{ "enroll",       authority_enroll,       "register a rig whose key is in a TPM: challenge its TPM, then issue" },
	{ "grant",        authority_grant,        "sell a rig or a site energy: one purchase of at most 1 MWh" },
	{ "batch",        authority_batch,        "sell a day's purchases from a table: all of them or none" },
	{ "site",         authority_site,         "make a site: a key that may divide what it buys" },
	{ "split",        authority_split,        "divide a site's grant among its rigs: shares that sum exactly" },
	{ "notice",       authority_notice,       "revoke a grant or a registration, curtail rigs, say that they are off" },
	{ "list",         authority_list,         "what was issued" },
	{ "reissue",      authority_reissue,      "write an object that was issued once more" },
	{ "crl",          authority_crl,          "renew the revocation lists, or revoke certificates" },
};
/* clang-format on */

static const struct wt_program program = {
	.name = "wattest-authority",
	.purpose =
		"Issues what a rig needs to be attested: for development and tests, its keys lie in plain files.",
	.commands = commands,
	.n = sizeof(commands) / sizeof(commands[0]),
	.more = "Exit status: 0 done, 1 refused or failed (nothing was issued, unless it says so), "
		"64 wrong command line.\n",
};

int main(int argc, char **argv)
{
	return wt_program_run(&program, argc, argv);
}
