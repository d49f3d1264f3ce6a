// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"

#include "command.h"

int common_option(struct common *common, int answer, char **argv)
{
	switch (answer) {
	case OPT_CONFIG:
		common->config_path = optarg;
		return -1;
	case OPT_JSON:
		common->json = true;
		return -1;
	case 'h':
		fputs(common->help, stdout);
		return 0;
	default:
		return wt_option_error(common->command, answer, argv);
	}
}

int common_load(struct common *common, int argc, char **argv, bool arguments)
{
	struct wt_err err = {};

	if (!arguments && optind < argc)
		return wt_usage_error(common->command, "takes no argument \"%s\"", argv[optind]);
	if (wt_config_load(common->config_path, &common->config, &err) < 0)
		return could_not(common, &err);
	return -1;
}

int could_not(const struct common *common, const struct wt_err *err)
{
	fprintf(stderr, "%s: %s\n", common->command, err->msg);
	return EXIT_COULD_NOT;
}

static bool coloured(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && no[0]) && term && strcmp(term, "dumb");
}

const char *colour_on(enum colour colour)
{
	static const char *const on[] = {
		[PLAIN] = "",	    [GOOD] = "\033[32m", [DOUBTFUL] = "\033[33m",
		[BAD] = "\033[31m", [DIM] = "\033[2m",
	};

	return coloured() ? on[colour] : "";
}

const char *colour_off(enum colour colour)
{
	return colour != PLAIN && coloured() ? "\033[0m" : "";
}

void print_json(struct json_object *json)
{
	struct wt_err err = {};

	if (wt_json_print(json, WT_JSON_PRETTY, &err) == 0)
		return;
	fprintf(stderr, "wattest: %s\n", err.msg);
	exit(EXIT_COULD_NOT);
}

static bool make_room(struct table *table)
{
	size_t cap = table->cap ? 2 * table->cap : 16;
	char **grown;

	if (table->rows < table->cap)
		return true;
	grown = reallocarray(table->cells, cap * table->columns, sizeof(*table->cells));
	if (!grown)
		return false;
	table->cells = grown;
	table->cap = cap;
	return true;
}

void table_row(struct table *table, const char *const *cells)
{
	char **row;
	size_t i;

	if (table->incomplete || !make_room(table)) {
		table->incomplete = true;
		return;
	}
	row = table->cells + table->rows * table->columns;
	for (i = 0; i < table->columns; i++) {
		row[i] = strdup(cells[i]);
		table->incomplete = table->incomplete || !row[i];
	}
	table->rows++;
}

/* Characters on the screen: UTF-8 without its continuation bytes. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

int table_print(const struct table *table, const char *first_indent, const char *indent,
		bool header)
{
	size_t widths[TABLE_COLUMNS] = {};

	if (table->incomplete) {
		fputs("wattest: out of memory\n", stderr);
		return EXIT_COULD_NOT;
	}
	for (size_t i = 0; i < table->rows * table->columns; i++) {
		size_t w = width(table->cells[i]);

		if (w > widths[i % table->columns])
			widths[i % table->columns] = w;
	}
	for (size_t row = 0; row < table->rows; row++) {
		enum colour colour = header && row == 0 ? DIM : PLAIN;

		printf("%s%s", row ? indent : first_indent, colour_on(colour));
		for (size_t i = 0; i < table->columns; i++) {
			const char *cell = table->cells[row * table->columns + i];
			int pad = (int)(widths[i] - width(cell));
			bool last = i + 1 == table->columns;

			if (table->right & (1u << i))
				printf("%*s%s", pad, "", cell);
			else
				printf("%s%*s", cell, last ? 0 : pad, "");
			if (!last)
				fputs("   ", stdout);
		}
		printf("%s\n", colour_off(colour));
	}
	return 0;
}

void table_clear(struct table *table)
{
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){};
}
