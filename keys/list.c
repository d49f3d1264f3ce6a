// SPDX-License-Identifier: Apache-2.0
/* list: what was issued, from the register; a line each, or JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "lib/json.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority list"

static const char help[] =
	"usage: " COMMAND " registrations|grants|allotments|notices|sites|enrolments DIR [--json]\n"
	"\n"
	"Prints what was issued, in that order: a line each, with its id first. --json is an array of objects with\n"
	"all there is; ids and digests are in hex, times in s since 1970.\n";

struct output {
	bool json;
	bool any;
};

static bool is_time(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && strcmp(name + n - 2, "_s") == 0;
}

/* Columns that only --json has: long, and of use to programs. */
static bool is_for_programs(const char *name)
{
	return strcmp(name, "digest") == 0 || strcmp(name, "issued_at_s") == 0;
}

static int print_line(const struct register_value *values, size_t n, void *user)
{
	const char *between = "";
	(void)user;

	for (size_t i = 0; i < n; i++) {
		char time[WT_TIMESTAMP_LEN];

		if (values[i].null || is_for_programs(values[i].name))
			continue;
		if (values[i].text && i == 0)
			printf("%s", values[i].text);
		else if (values[i].text)
			printf("%s%s %s", between, values[i].name, values[i].text);
		else if (is_time(values[i].name))
			printf("%s%.*s %s", between, (int)strlen(values[i].name) - 2,
			       values[i].name, wt_timestamp_utc(values[i].number, time));
		else
			printf("%s%s %" PRId64, between, values[i].name, values[i].number);
		between = "  ";
	}
	putchar('\n');
	return 0;
}

/* One object at a time: a register of years does not fit into memory twice. */
static int print_json(const struct register_value *values, size_t n, void *user)
{
	struct output *output = user;
	struct json_object *object = json_object_new_object();
	const char *text;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (values[i].null)
			wt_json_null(object, values[i].name);
		else if (values[i].text)
			wt_json_add(object, values[i].name, json_object_new_string(values[i].text));
		else
			wt_json_add(object, values[i].name,
				    json_object_new_int64(values[i].number));
	}
	r = wt_json_text(object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE, &text,
			 NULL);
	if (r == 0)
		printf("%s%s", output->any ? ",\n" : "", text);
	json_object_put(object);
	output->any = true;
	return r;
}

static int run(const char *dir, enum register_list list, bool json, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	struct output output = { .json = json };
	int r;

	r = register_open(dir, REGISTER_OPEN, &reg, err);
	if (r < 0)
		return r;
	if (json)
		fputs("[", stdout);
	r = register_each(reg, list, json ? print_json : print_line, &output, err);
	if (json && r == 0) /* what is cut short must not look whole */
		fputs("]\n", stdout);
	return r;
}

int authority_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct wt_err err = { 0 };
	bool json = false;
	int c, list = 0;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 2)
		return wt_usage_error(COMMAND, "what to list and DIR are needed");
	while (list < REGISTER_LISTS && strcmp(argv[optind], register_list_names[list]) != 0)
		list++;
	if (list == REGISTER_LISTS)
		return wt_usage_error(
			COMMAND,
			"%.40s: registrations, grants, allotments, notices or sites can be listed",
			argv[optind]);
	return run(argv[optind + 1], (enum register_list)list, json, &err) < 0
		       ? command_failed(COMMAND, &err)
		       : 0;
}
