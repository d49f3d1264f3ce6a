// SPDX-License-Identifier: Apache-2.0
/*
 * The authority's commands: refused or impossible is 1, nothing half-written; and the same command again, with memory,
 * succeeds, whatever the first one came to.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/command.h"
#include "lib/allocation.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "tests/oom/scenario.h"

#define ARGS_MAX 32

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

static int init(const char *dir)
{
	const char *const line[] = { "init", dir, NULL };

	return command(authority_init, line);
}

static void prepare(void)
{
	write_evidence();
	if (!is_file("auth.before"))
		oom_check(init("auth.before") == 0, "cannot make an authority");
}

static void reset(void)
{
	remove_folder("auth");
	copy_folder("auth.before", "auth");
	unlink("out.cose");
}

/* A whole object of that type, or there is none. */
static void check_object(enum wt_typ typ, bool must)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };
	struct wt_cose cose;
	struct wt_err err = { "" };

	if (!is_file("out.cose")) {
		oom_check(!must, "it ended well, and there is no out.cose");
		return;
	}
	oom_check(wt_file_read("out.cose", 1 << 20, &b, &err) == 0 &&
			  wt_cose_decode(wt_buf_span(&b), &cose, &err) == 0,
		  "%s", err.msg);
	oom_check(cose.typ == typ && cose.whole.n == b.n, "half an object");
}

/* --- grant ----------------------------------------------------------------------------------------- */

static int grant_run(void)
{
	static const char *const line[] = { "grant",
					    "auth",
					    "--rig",
					    "01abababababababababababababababab",
					    "--licence",
					    "DMI-84-0031",
					    "--zone",
					    "north",
					    "--wh",
					    "1000",
					    "--from",
					    "2027-01-01T01:00:00Z",
					    "--until",
					    "2027-01-01T02:00:00Z",
					    "--transaction",
					    "TX-1",
					    "--metering-point",
					    "MP-1",
					    "-o",
					    "out.cose",
					    "--force",
					    NULL };

	return command(authority_grant, line);
}

static void grant_prepare(void)
{
	prepare();
	reset();
	oom_check(grant_run() == 0, "with memory, it fails");
}

static void grant_check(int status)
{
	check_object(WT_TYP_GRANT, status == 0);
	if (is_file("out.cose"))
		oom_check(rename("out.cose", "first.cose") == 0, "cannot move");
	/* sold once: the same again gives what was issued */
	oom_check(grant_run() == 0, "the same again fails");
	check_object(WT_TYP_GRANT, true);
	if (is_file("first.cose"))
		oom_check(same_files("first.cose", "out.cose"), "one transaction was sold twice");
	unlink("first.cose");
}

const struct scenario scenario_grant = { "grant",   grant_prepare, reset,
					 grant_run, grant_check,   { AUTHORITY_FAILED } };

/* --- notice ---------------------------------------------------------------------------------------- */

static int notice_run(void)
{
	static const char *const line[] = { "notice",
					    "auth",
					    "curtail",
					    "--zone",
					    "north",
					    "--max-w",
					    "1200",
					    "--from",
					    "2027-01-01T01:00:00Z",
					    "--until",
					    "2027-01-01T02:00:00Z",
					    "-o",
					    "out.cose",
					    "--force",
					    NULL };

	return command(authority_notice, line);
}

static void notice_prepare(void)
{
	prepare();
	reset();
	oom_check(notice_run() == 0, "with memory, it fails");
}

static void notice_check(int status)
{
	check_object(WT_TYP_NOTICE, status == 0);
	oom_check(notice_run() == 0, "the same again fails");
	check_object(WT_TYP_NOTICE, true);
}

const struct scenario scenario_notice = { "notice",   notice_prepare, reset,
					  notice_run, notice_check,   { AUTHORITY_FAILED } };

/* --- init ------------------------------------------------------------------------------------------ */

static void no_authority(void)
{
	remove_folder("auth");
}

static int init_run(void)
{
	return init("auth");
}

static void init_prepare(void)
{
	no_authority();
	oom_check(init_run() == 0, "with memory, it fails");
}

static void init_check(int status)
{
	if (status == 0)
		oom_check(is_file("auth/trust/registry-ca.pem") && is_file("auth/private"),
			  "half an authority");
	else
		oom_check(init_run() == 0, "the same again fails");
	prepare();
}

const struct scenario scenario_init = { "init",	  init_prepare, no_authority,
					init_run, init_check,	{ AUTHORITY_FAILED } };

/* --- list, for programs ------------------------------------------------------------------------------ */

static int list_run(void)
{
	static const char *const line[] = { "list", "grants", "auth", "--json", NULL };

	return command(authority_list, line);
}

static void with_a_grant(void)
{
	if (!is_file("auth/register.db"))
		reset();
}

static void list_prepare(void)
{
	prepare();
	reset();
	oom_check(grant_run() == 0 && list_run() == 0, "with memory, it fails");
}

/* What was cut short does not look whole. */
static void list_check(int status)
{
	char text[4096] = "";
	FILE *f = fopen("out", "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	oom_check((status == 0) == (n > 2 && !strcmp(text + n - 2, "]\n")),
		  "it ended with %d and printed: %s", status, text);
	oom_check(status || strstr(text, "TX-1"), "without the grant: %s", text);
}

const struct scenario scenario_list_json = { "list-json",	list_prepare, with_a_grant,
					     list_run,		list_check,   { AUTHORITY_FAILED },
					     .check_here = true };
