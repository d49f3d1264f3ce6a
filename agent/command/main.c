// SPDX-License-Identifier: Apache-2.0
/* wattest: what the operator of a rig sees and asks. */
#include "command.h"

static const struct wt_command commands[] = {
	{ "status", cmd_status,
	  "one screen: rig, energy left, sources, devices, last attestation" },
	{ "sources", cmd_sources, "energy sources with their power and counters" },
	{ "devices", cmd_devices, "mining devices, registered or not, and what they did" },
	{ "log", cmd_log, "the kernel's records, decoded; follow them with -f" },
	{ "attest", cmd_attest, "an attestation now, for an inspector's nonce if there is one" },
	{ "export", cmd_export, "stored attestations as files" },
	{ "delivered", cmd_delivered, "note what an inspector has, which need not be kept for ever" },
	{ "energy", cmd_energy, "take in grants; what is left, and what must be bought when" },
	{ "report", cmd_report, "what was charged by the hour, to which purchase and at what cost" },
	{ "keys", cmd_keys, "make or show the rig's key" },
	{ "enroll", cmd_enroll, "show a registry which TPM the rig's keys are in" },
	{ "unload", cmd_unload, "unload the module, its log attested to the end, for an upgrade of it" },
};

static const struct wt_program program = {
	.name = "wattest",
	.purpose = "What this rig measures and attests. The daemon behind it is wattestd(8).",
	.commands = commands,
	.n = sizeof(commands) / sizeof(commands[0]),
	.more = "Exit status: 0 done, and the verdict of `status` is affirming; 1 warning; 2 contraindicated;\n"
		"3 could not; 64 usage. See wattest(8).\n",
};

int main(int argc, char **argv)
{
	return wt_program_run(&program, argc, argv);
}
