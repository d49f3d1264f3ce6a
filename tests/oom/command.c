// SPDX-License-Identifier: Apache-2.0
/* The agent's command: a table, whole or not at all. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/command/command.h"
#include "tests/oom/scenario.h"

static int list_run(void)
{
	static const char *const line[] = { "energy", "list", "--config", "conf", NULL };
	static char *argv[5];

	memcpy(argv, line, sizeof(argv));
	optind = 0;
	return cmd_energy(4, argv);
}

static void write_config(void)
{
	char here[256], text[2048];

	oom_check(getcwd(here, sizeof(here)) != NULL, "no folder");
	snprintf(text, sizeof(text),
		 "[rig]\nkey = %s/rig.key\ncertificate = %s/rig.pem\nregistration = %s/reg.cose\n"
		 "grants = %s/grants\ntrust = %s/trust\n[agent]\nstate = %s/store\n",
		 here, here, here, here, here, here);
	write_text("conf", text);
}

static void list_prepare(void)
{
	write_evidence();
	write_config();
	oom_check(freopen("out", "w", stdout) != NULL, "no output");
	oom_check(list_run() == 0, "with memory, it fails");
	oom_check(freopen("/dev/null", "w", stdout) && rename("out", "out.good") == 0,
		  "cannot keep the output");
}

static void nothing(void)
{
}

static void list_check(int status)
{
	if (status == 0)
		oom_check(same_files("out", "out.good"),
			  "it ended well and printed something else");
	else
		oom_check(!is_file("out") || is_empty("out"), "half a table");
}

const struct scenario scenario_energy_list = { "energy-list",	  list_prepare, nothing,
					       list_run,	  list_check,	{ EXIT_COULD_NOT },
					       .check_here = true };
