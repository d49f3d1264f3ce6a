// SPDX-License-Identifier: Apache-2.0
/* sources: what measures energy here, with live figures from the kernel. */
#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>
#include <linux/wattest.h>

#include "agent/role.h"
#include "lib/format.h"
#include "lib/record.h"

#include "command.h"
#include "json.h"
#include "model.h"

#define NS_PER_S UINT64_C(1000000000)

static const char help[] =
	"usage: wattest sources [--json]\n"
	"\n"
	"The energy sources that the kernel module found, with their counters since they were found.\n"
	"\n"
	"  --json          as JSON, in uJ, uW and ns\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

static int show(const struct model *m)
{
	static const char *const header[] = { "id",	    "source", "role",	 "power", "energy",
					      "unmeasured", "missed", "refused", "state" };
	struct table table = { .columns = 9,
			       .right = 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 };
	int r = 0;

	table_row(&table, header);
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct wt_nl_source *s = &m->sources[i];
		char id[16], name[192], power[WT_FORMAT_LEN], energy[WT_FORMAT_LEN];
		char unmeasured[WT_FORMAT_LEN], missed[16], refused[16], state[128];
		const char *const cells[] = {
			id,	name,	 wt_role_name(wt_role_of(model_registration(m), s)),
			power,	energy,	 unmeasured,
			missed, refused, state
		};

		snprintf(id, sizeof(id), "%u", s->id);
		wt_source_name(s->chip, s->parent, s->attribute, s->label, name, sizeof(name));
		wt_format_power(s->last_uw, power);
		wt_format_energy(s->energy_uj, energy);
		wt_format_duration(s->unmeasured_ns / NS_PER_S, unmeasured);
		snprintf(missed, sizeof(missed), "%u", s->missed);
		snprintf(refused, sizeof(refused), "%u", s->refused);
		model_source_state(m, s, state, sizeof(state));
		table_row(&table, cells);
	}
	if (m->n_sources)
		r = table_print(&table, "", "", true);
	else
		puts("no energy source: does `sensors` show one with watts?");
	table_clear(&table);
	return r;
}

int cmd_sources(int argc, char **argv)
{
	static const struct option options[] = { JSON_OPTION, COMMON_OPTIONS, {} };
	struct common common = { .command = "wattest sources", .help = help };
	struct model m;
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		r = common_option(&common, c, argv);
		if (r >= 0)
			return r;
	}
	r = common_load(&common, argc, argv, false);
	if (r >= 0)
		return r;
	model_read(&m, &common.config, MODEL_LIVE);
	if (!m.module)
		r = could_not(&common, &m.module_err);
	else if (common.json)
		print_json(json_sources(&m));
	else
		r = show(&m);
	model_clear(&m);
	return r < 0 ? 0 : r;
}
