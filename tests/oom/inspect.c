// SPDX-License-Identifier: Apache-2.0
/*
 * The inspector's commands: with too little memory they say that they could not judge (3), and never another verdict.
 * Output and state are those of a run with memory, or the state is what it was.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspector/inspect.h"
#include "lib/file.h"
#include "tests/oom/scenario.h"

#define ARGS_MAX 24

static char at_time[32]; /* when the evidence ends */

/* As the program does, with a copy of the command line for getopt to move about. */
static int command(int (*run)(int argc, char **argv), const char *const *line)
{
	static char *argv[ARGS_MAX];
	int argc = 0, status;

	for (; line[argc] && argc < ARGS_MAX - 1; argc++)
		argv[argc] = (char *)line[argc];
	argv[argc] = NULL;
	optind = 0;
	status = run(argc, argv);
	return fflush(stdout) == 0 ? status : WT_EXIT_OUTPUT;
}

/* What a run with memory prints and leaves is kept as NAME.good. */
static void keep_good(const char *name)
{
	char good[64];

	snprintf(good, sizeof(good), "%s.good", name);
	if (is_file(name))
		oom_check(rename(name, good) == 0, "cannot keep %s", name);
}

static void keep_all_good(int (*run)(void), const char *left)
{
	int status;

	oom_check(freopen("out", "w", stdout) != NULL, "no output");
	status = run();
	oom_check(status == 0, "with memory, it ends with %d", status);
	oom_check(freopen("/dev/null", "w", stdout) != NULL, "no output");
	keep_good("out");
	if (left)
		keep_good(left);
}

static void check_output(int status)
{
	if (status == 0)
		oom_check(same_files("out", "out.good"),
			  "it ended well and printed something else");
}

static void begin(void)
{
	write_evidence();
	read_time(at_time);
}

/* Nothing is left of a run. */
static void nothing(void)
{
	read_time(at_time);
}

/* --- one rig, over a state ------------------------------------------------------------------------- */

static const char *const verify_line[] = { "verify",   "--trust",  "trust",  "--registration",
					   "reg.cose", "--grants", "grants", "--state",
					   "state",    "--time",   at_time,  "evidence",
					   NULL };
static const char *const verify_first[] = { "verify",	"--trust",  "trust",  "--registration",
					    "reg.cose", "--grants", "grants", "--state",
					    "state",	"--time",   at_time,  "evidence/att-0.cose",
					    NULL };

static void restore_state(void)
{
	read_time(at_time);
	unlink("state");
	oom_check(link("state.before", "state") == 0, "no state to begin with");
}

static int verify_run(void)
{
	return command(inspect_verify, verify_line);
}

static void verify_prepare(void)
{
	begin();
	oom_check(command(inspect_verify, verify_first) == 0, "the first part is not affirming");
	oom_check(rename("state", "state.before") == 0, "no state");
	restore_state();
	keep_all_good(verify_run, "state");
	oom_check(!same_files("state.before", "state.good"), "a state that does not change");
}

static void verify_check(int status)
{
	check_output(status);
	if (status == 0)
		oom_check(same_files("state", "state.good"), "not the state that it should be");
	else
		oom_check(same_files("state", "state.before") || same_files("state", "state.good"),
			  "a state that is neither old nor new");
}

const struct scenario scenario_verify = { "verify",	     verify_prepare,
					  restore_state,     verify_run,
					  verify_check,	     { INSPECT_COULD_NOT, WT_EXIT_OUTPUT },
					  .check_here = true };

/* --- all that there is, told by its type -------------------------------------------------- */

static const char *const site_line[] = { "verify", "--trust",  "trust",	 "--time",   at_time, "-j",
					 "1",	   "reg.cose", "grants", "evidence", NULL };

static int site_run(void)
{
	return command(inspect_verify, site_line);
}

static void site_prepare(void)
{
	begin();
	keep_all_good(site_run, NULL);
}

const struct scenario scenario_verify_site = { "verify-site",	  site_prepare,
					       nothing,		  site_run,
					       check_output,	  { INSPECT_COULD_NOT },
					       .check_here = true };

/* --- showing --------------------------------------------------------------------------------------- */

static const char *const show_line[] = { "show", "reg.cose", "grants", "evidence", NULL };

static int show_run(void)
{
	return command(inspect_show, show_line);
}

static void show_prepare(void)
{
	begin();
	keep_all_good(show_run, NULL);
}

/* In a line of the output, with the reason that there was no memory. */
static bool says(const char *text)
{
	char line[1024];
	bool said = false;
	FILE *f = fopen("out", "r");

	while (f && fgets(line, sizeof(line), f))
		said = said || (strstr(line, text) && strstr(line, "memory"));
	if (f)
		fclose(f);
	return said;
}

/* A certificate in an object that cannot be read is said to be so in its line. */
static void show_check(int status)
{
	if (status || !says("cannot be read: "))
		check_output(status);
}

const struct scenario scenario_show = {
	"show",	    show_prepare,	   nothing,	      show_run,
	show_check, { INSPECT_COULD_NOT }, .check_here = true
};

static const char *const show_diag_line[] = { "show", "--diag", "reg.cose", NULL };

static int show_diag_run(void)
{
	return command(inspect_show, show_diag_line);
}

static void show_diag_prepare(void)
{
	begin();
	keep_all_good(show_diag_run, NULL);
}

const struct scenario scenario_show_diag = { "show-diag",	show_diag_prepare,
					     nothing,		show_diag_run,
					     check_output,	{ INSPECT_COULD_NOT },
					     .check_here = true };

/* --- for programs: all of it, or nothing ------------------------------------------------------------ */

static const char *const site_json_line[] = { "verify",	  "--json", "--trust",	"trust",
					      "--time",	  at_time,  "-j",	"1",
					      "reg.cose", "grants", "evidence", NULL };

static int site_json_run(void)
{
	return command(inspect_verify, site_json_line);
}

static void site_json_prepare(void)
{
	begin();
	keep_all_good(site_json_run, NULL);
}

static void json_check(int status)
{
	FILE *f = fopen("out", "r");
	bool empty = !f || fgetc(f) == EOF;

	if (f)
		fclose(f);
	check_output(status);
	oom_check(status == 0 || empty, "it ended with %d and printed something", status);
}

const struct scenario scenario_site_json = {
	"site-json",	   site_json_prepare, nothing,
	site_json_run,	   json_check,	      { INSPECT_COULD_NOT, WT_EXIT_OUTPUT },
	.check_here = true
};

static const char *const verify_json_line[] = { "verify",	  "--json",   "--trust",  "trust",
						"--registration", "reg.cose", "--grants", "grants",
						"--time",	  at_time,    "evidence", NULL };

static int verify_json_run(void)
{
	return command(inspect_verify, verify_json_line);
}

static void verify_json_prepare(void)
{
	begin();
	keep_all_good(verify_json_run, NULL);
}

/* As in the lines: a certificate that cannot be read is said to be so; and of what can be shown the list is whole. */
static void show_json_check(int status)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf out = { 0 };

	oom_check(wt_file_read("out", 1 << 20, &out, NULL) == 0, "no output");
	oom_check(!out.n || (out.n > 2 && memcmp(out.p + out.n - 2, "]\n", 2) == 0), "half a list");
	if (!status && !says("\"error\":\""))
		check_output(status);
}

static const char *const show_json_line[] = { "show",	"--json",   "reg.cose",
					      "grants", "evidence", NULL };

static int show_json_run(void)
{
	return command(inspect_show, show_json_line);
}

static void show_json_prepare(void)
{
	begin();
	keep_all_good(show_json_run, NULL);
}

const struct scenario scenario_show_json = {
	"show-json",	   show_json_prepare, nothing,
	show_json_run,	   show_json_check,   { INSPECT_COULD_NOT, WT_EXIT_OUTPUT },
	.check_here = true
};

const struct scenario scenario_verify_json = {
	"verify-json",	   verify_json_prepare, nothing,
	verify_json_run,   json_check,		{ INSPECT_COULD_NOT, WT_EXIT_OUTPUT },
	.check_here = true
};
