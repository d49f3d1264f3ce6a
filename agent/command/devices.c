// SPDX-License-Identifier: Apache-2.0
/* devices: what is plugged in that may mine, with live counters from the kernel. */
#include <inttypes.h>
#include <stdio.h>

#include "agent/role.h"
#include "lib/format.h"
#include "lib/record.h"

#include "command.h"
#include "json.h"
#include "model.h"

static const char help[] =
	"usage: wattest devices [--json]\n"
	"\n"
	"The devices that may mine, or lead to one that does, with what a probe saw since they were plugged in.\n"
	"\n"
	"  --json          as JSON\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

static void seen(const struct model *m, const struct wt_nl_device *d, char *ret, size_t cap)
{
	char t[WT_FORMAT_LEN];

	if (!d->last_seen_ns)
		snprintf(ret, cap, "%s", model_observed(m) ? "never" : "-");
	else
		snprintf(ret, cap, "%s ago",
			 wt_format_duration(model_ago_s(m, d->last_seen_ns), t));
}

static int show(const struct model *m)
{
	static const char *const header[] = { "id", "device", "at",	"registered as",
					      "in", "out",    "errors", "last seen" };
	struct table table = { .columns = 8, .right = 1 | 1 << 4 | 1 << 5 | 1 << 6 };
	size_t present = 0;
	int r = 0;

	table_row(&table, header);
	for (size_t i = 0; i < m->n_devices; i++) {
		const struct wt_nl_device *d = &m->devices[i];
		const struct wt_reg_device *reg = wt_device_of(model_registration(m), d);
		char id[16], name[160], in[WT_FORMAT_LEN], out[WT_FORMAT_LEN], errors[24],
			last[WT_FORMAT_LEN + 8];
		const char *const cells[] = { id,      name,
					      d->path, reg ? reg->model : "not registered",
					      in,      out,
					      errors,  last };

		present += reg != NULL;
		snprintf(id, sizeof(id), "%u", d->id);
		wt_device_name((uint8_t)d->bus, d->vid, d->pid, d->serial, d->path, name,
			       sizeof(name));
		wt_format_bytes(d->bytes_in, in);
		wt_format_bytes(d->bytes_out, out);
		snprintf(errors, sizeof(errors), "%" PRIu64, d->errors);
		seen(m, d, last, sizeof(last));
		table_row(&table, cells);
	}
	if (m->n_devices)
		r = table_print(&table, "", "", true);
	else
		puts("no device that may mine is plugged in");
	table_clear(&table);
	if (r)
		return r;
	if (m->registered && present < m->registration.n_devices)
		printf("%zu of %zu registered devices are not here\n",
		       m->registration.n_devices - present, m->registration.n_devices);
	if (!model_observed(m))
		puts("no probe is attached: what the devices do is not observed (`wattest status` says why)");
	return 0;
}

int cmd_devices(int argc, char **argv)
{
	static const struct option options[] = { JSON_OPTION, COMMON_OPTIONS, {} };
	struct common common = { .command = "wattest devices", .help = help };
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
		print_json(json_devices(&m));
	else
		r = show(&m);
	model_clear(&m);
	return r < 0 ? 0 : r;
}
