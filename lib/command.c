// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"

static void print_help(const struct wt_program *program, FILE *out)
{
	fprintf(out, "usage: %s COMMAND [OPTION]... [ARGUMENT]...\n\n%s\n\ncommands:\n",
		program->name, program->purpose);
	for (size_t i = 0; i < program->n; i++)
		fprintf(out, "  %-13s %s\n", program->commands[i].name,
			program->commands[i].summary);
	fprintf(out, "\n`%s COMMAND --help` says more of each.\n%s", program->name, program->more);
}

/* A full disk or a closed pipe must not look like success. */
static int flushed(const struct wt_program *program, int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: standard output: %s\n", program->name, strerror(errno ? errno : EIO));
	return WT_EXIT_OUTPUT;
}

int wt_program_run(const struct wt_program *program, int argc, char **argv)
{
	opterr = 0;
	if (argc < 2) {
		print_help(program, stderr);
		return WT_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(program, stdout);
		return flushed(program, 0);
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", program->name, WATTEST_VERSION);
		return flushed(program, 0);
	}
	for (size_t i = 0; i < program->n; i++)
		if (strcmp(argv[1], program->commands[i].name) == 0)
			return flushed(program, program->commands[i].run(argc - 1, argv + 1));
	return wt_usage_error(program->name, "there is no command \"%s\"", argv[1]);
}

int wt_usage_error(const char *command, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, " (`%s --help` lists what there is)\n", command);
	return WT_EXIT_USAGE;
}

int wt_option_error(const char *command, int answer, char *const argv[])
{
	const char *given = argv[optind - 1];

	if (answer == ':')
		return wt_usage_error(command, "%s needs a value", given);
	if (optopt != 0 && strncmp(given, "--", 2) != 0)
		return wt_usage_error(command, "there is no option -%c", optopt);
	if (optopt != 0)
		return wt_usage_error(command, "%s takes no value", given);
	return wt_usage_error(command, "there is no option %s, or it is short for several", given);
}
