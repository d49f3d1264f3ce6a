// SPDX-License-Identifier: Apache-2.0
/* status: one screen, the answer first, the reason beside it, the next step where there is one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/role.h"
#include "lib/format.h"
#include "lib/record.h"
#include "lib/timestamp.h"

#include "command.h"
#include "json.h"
#include "model.h"
#include "next.h"

#define DAY_S 86400
#define UJ_SHOWN 1800000 /* what rounds to more than 0.000 Wh */
#define INDENT "           "

static const char help[] =
	"usage: wattest status [--json]\n"
	"\n"
	"The rig on one screen. The verdict is what an inspector with this rig's trust anchors, registration and\n"
	"grants would find in what it attested today (UTC). What comes next is what must be bought, by when, for the draw\n"
	"of the newest ten windows.\n"
	"\n"
	"  --json          as JSON, in uJ, uW and ns\n" COMMON_HELP "\n"
	"Exit status: 0 affirming, 1 warning, 2 contraindicated, 3 no verdict or no module, 64 usage.\n";

static void line(const char *label, enum colour colour, const char *text)
{
	printf("%-11s%s%s%s\n", label, colour_on(colour), text, colour_off(colour));
}

static void show_rig(const struct model *m)
{
	char until[WT_TIMESTAMP_LEN], text[512];
	int64_t left;

	if (!m->registered) {
		line("rig", DOUBTFUL, m->registration_err.msg);
		return;
	}
	left = m->registration.not_after - m->now;
	wt_timestamp_utc(m->registration.not_after, until);
	until[strcspn(until, "T")] = '\0';
	if (left > 0)
		snprintf(text, sizeof(text),
			 "%s   registered until %s (%" PRId64 " days), licence %s",
			 m->registration.rig, until, left / DAY_S, m->registration.licence);
	else
		snprintf(text, sizeof(text), "%s   registration ended on %s, licence %s",
			 m->registration.rig, until, m->registration.licence);
	line("rig", left > 0 ? PLAIN : BAD, text);
}

static enum colour tier_colour(enum wt_tier tier)
{
	return tier == WT_AFFIRMING	    ? GOOD
	       : tier == WT_WARNING	    ? DOUBTFUL
	       : tier == WT_CONTRAINDICATED ? BAD
					    : PLAIN;
}

static const char *allocation_text(const struct wt_verdict *v)
{
	switch (v->allocation) {
	case WT_WITHIN:
		return "within allocation, ";
	case WT_INQUIRE:
		return "at the edge of its allocation, ";
	case WT_EXCEEDED:
		return "allocation exceeded, ";
	}
	return "";
}

static void show_verdict(const struct model *m)
{
	const struct wt_verdict *v = &m->judgement.verdict;
	char text[512], age[WT_FORMAT_LEN];

	if (!m->judged) {
		line("verdict", DOUBTFUL, m->judgement_err.msg);
		return;
	}
	snprintf(text, sizeof(text), "%s%s, assurance %u of 3%s%s%s", allocation_text(v),
		 wt_tier_name(v->tier), v->assurance, v->assurance_missing[0] ? " (missing: " : "",
		 v->assurance_missing, v->assurance_missing[0] ? ")" : "");
	line("verdict", tier_colour(v->tier), text);
	for (size_t i = 0; i < WT_CHECKS; i++)
		if (v->checks[i].tier == WT_WARNING || v->checks[i].tier == WT_CONTRAINDICATED)
			printf(INDENT "%s%s%s: %s\n", colour_on(tier_colour(v->checks[i].tier)),
			       wt_check_name((int)i), colour_off(tier_colour(v->checks[i].tier)),
			       v->checks[i].reason);
	if (m->module &&
	    m->now - m->judgement.at > (int64_t)(180 + 3 * m->status.window_ns / 1000000000))
		printf(INDENT "judged %s ago: newer records are not in it\n",
		       wt_format_duration((uint64_t)(m->now - m->judgement.at), age));
}

static void show_energy(const struct model *m)
{
	const struct wt_verdict *v = &m->judgement.verdict;
	char a[WT_FORMAT_LEN], b[WT_FORMAT_LEN], c[WT_FORMAT_LEN], d[WT_FORMAT_LEN],
		e[WT_FORMAT_LEN];
	uint64_t uw = model_input_uw(m);

	if (!m->judged)
		return;
	printf("%-11sbought %s   charged %s   left %s", "energy", wt_format_energy(v->bought_uj, a),
	       wt_format_energy(v->chargeable.best, b), wt_format_energy(v->left_uj, c));
	if (uw && v->left_uj)
		printf("   lasts %s at %s", wt_format_duration(v->left_uj / uw, d),
		       wt_format_power(uw, e));
	printf("\n" INDENT "charged between %s and %s", wt_format_energy(v->chargeable.low, a),
	       wt_format_energy(v->chargeable.high, b));
	printf("   today %s measured", wt_format_energy(v->measured_uj, c));
	if (v->substituted_uj >= UJ_SHOWN)
		printf(", %s substituted", wt_format_energy(v->substituted_uj, d));
	putchar('\n');
}

/* How a check source stands to the inputs it checks. */
static void compare(const struct model *m, const struct wt_nl_source *s, char *state, size_t cap)
{
	uint64_t in = model_input_uw(m), diff;
	size_t n = strlen(state);

	if (wt_role_of(model_registration(m), s) != WT_ROLE_CHECK || strcmp(state, "ok") || !in)
		return;
	diff = in > s->last_uw ? in - s->last_uw : s->last_uw - in;
	snprintf(state + n, cap - n, ", %" PRIu64 ".%" PRIu64 " %% %s input",
		 diff / (in / 1000 + 1) / 10, diff / (in / 1000 + 1) % 10,
		 s->last_uw > in ? "above" : "below");
}

static int show_sources(const struct model *m)
{
	struct table table = { .columns = 4, .right = 1 << 2 };
	int r = 0;

	for (size_t i = 0; i < m->n_sources; i++) {
		const struct wt_nl_source *s = &m->sources[i];
		enum wt_role role = wt_role_of(model_registration(m), s);
		char name[192], power[WT_FORMAT_LEN], state[160];
		const char *const cells[] = { name, role ? wt_role_name(role) : "unregistered",
					      power, state };

		wt_source_name(s->chip, s->parent, s->attribute, s->label, name, sizeof(name));
		wt_format_power(s->last_uw, power);
		model_source_state(m, s, state, sizeof(state));
		compare(m, s, state, sizeof(state));
		table_row(&table, cells);
	}
	if (m->n_sources)
		r = table_print(&table, "sources    ", INDENT, false);
	else
		line("sources", DOUBTFUL, "none: does `sensors` show one with watts?");
	table_clear(&table);
	return r;
}

static void show_devices(const struct model *m)
{
	size_t registered = m->registered ? m->registration.n_devices : 0;
	size_t present = 0, unknown = 0, working = 0;
	char name[160];

	for (size_t i = 0; i < m->n_devices; i++) {
		if (wt_device_of(model_registration(m), &m->devices[i])) {
			present++;
			working += model_device_works(m, &m->devices[i]);
		} else {
			unknown++;
		}
	}
	printf("%-11s%zu registered   %zu present   %s%zu unknown%s   ", "devices", registered,
	       present, colour_on(unknown ? DOUBTFUL : PLAIN), unknown,
	       colour_off(unknown ? DOUBTFUL : PLAIN));
	if (!model_observed(m))
		puts("work not observed");
	else if (present && working == present)
		puts("all working");
	else
		printf("%zu working\n", working);
	for (size_t i = 0; i < m->n_devices; i++) {
		const struct wt_nl_device *d = &m->devices[i];

		if (wt_device_of(model_registration(m), d))
			continue;
		wt_device_name((uint8_t)d->bus, d->vid, d->pid, d->serial, d->path, name,
			       sizeof(name));
		printf(INDENT "unknown: %s%s%s%s\n", name, d->product[0] ? ", " : "", d->product,
		       model_device_works(m, d) ? ", working" : "");
	}
}

static void show_probes(const struct model *m)
{
	const struct wt_control_status *c = &m->control;
	char text[256], tag[2 * sizeof(c->probes[0].tag) + 1];
	size_t n = 0;

	if (!m->daemon) {
		snprintf(text, sizeof(text), "%u attached", m->status.probes);
		line("probes", m->status.probes ? PLAIN : DOUBTFUL, text);
		return;
	}
	if (!c->n_probes) {
		snprintf(text, sizeof(text), "none: %s", c->unobserved);
		line("probes", DOUBTFUL, text);
		return;
	}
	text[0] = '\0';
	for (size_t i = 0; i < c->n_probes; i++) {
		wt_hex(c->probes[i].tag, sizeof(c->probes[i].tag), tag);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s", i ? "   " : "",
				      c->probes[i].name, tag);
	}
	line("probes", PLAIN, text);
	if (c->unobserved[0])
		printf(INDENT "%swork not observed%s: %s\n", colour_on(DOUBTFUL),
		       colour_off(DOUBTFUL), c->unobserved);
}

static void show_log(const struct model *m)
{
	const struct wt_nl_status *s = &m->status;
	char a[WT_FORMAT_LEN], b[WT_FORMAT_LEN], n[WT_GROUPED_LEN], k[WT_GROUPED_LEN];

	printf("%-11s%s records, %s held of %s", "log", wt_grouped(s->next_seq - 1, n),
	       wt_format_bytes(s->log_used, a), wt_format_bytes(s->log_limit, b));
	if (s->pruned)
		printf(", %s window bodies given up", wt_grouped(s->pruned, k));
	if (s->dropped)
		printf(", %s%s never written%s", colour_on(BAD), wt_grouped(s->dropped, k),
		       colour_off(BAD));
	else
		fputs(", none lost", stdout);
	putchar('\n');
}

static void show_witness(const struct model *m)
{
	const struct wt_nl_status *s = &m->status;
	char n[WT_GROUPED_LEN], k[WT_GROUPED_LEN], text[160];
	const char *keyed = s->keyed ? ", steps keyed by the kernel" : "";

	if (!s->witnessed) {
		snprintf(text, sizeof(text), "none: no TPM 2.0%s", keyed);
		line("witness", PLAIN, text);
		return;
	}
	printf("%-11sPCR %u of the TPM, extended with %s steps", "witness", s->witness_pcr,
	       wt_grouped(s->witness_steps, n));
	if (s->witness_lost)
		printf(", %s%s not%s", colour_on(BAD), wt_grouped(s->witness_lost, k),
		       colour_off(BAD));
	puts(keyed);
}

static void show_store(const struct model *m)
{
	const struct wt_store_extent *e = &m->extent;
	char first[WT_GROUPED_LEN], last[WT_GROUPED_LEN], done[WT_GROUPED_LEN], size[WT_FORMAT_LEN];

	if (!m->stored || !e->last)
		return;
	printf("%-11sattestations %s to %s, %s, ", "store", wt_grouped(e->first, first),
	       wt_grouped(e->last, last), wt_format_bytes(e->bytes, size));
	if (e->delivered >= e->first)
		printf("delivered up to %s\n", wt_grouped(e->delivered, done));
	else
		puts("no inspector has them");
}

static void show_last(const struct model *m)
{
	char n[WT_GROUPED_LEN], age[WT_FORMAT_LEN];
	int64_t ago = m->now - m->last.iat;

	if (!m->stored) {
		line("last", DOUBTFUL, m->store_err.msg);
	} else if (!m->last.seq) {
		line("last", DOUBTFUL, "nothing attested yet");
	} else {
		printf("%-11sattestation %s signed %s ago", "last", wt_grouped(m->last.seq, n),
		       wt_format_duration(ago > 0 ? (uint64_t)ago : 0, age));
		/* the store was read after the module: it may be ahead */
		if (m->module && m->status.next_seq > m->last.last_record + 1 &&
		    !memcmp(m->status.epoch, m->last.epoch, sizeof(m->last.epoch)))
			printf(", %s records since",
			       wt_grouped(m->status.next_seq - 1 - m->last.last_record, n));
		putchar('\n');
	}
	show_store(m);
	if (!m->daemon)
		line("agent", BAD, m->daemon_err.msg);
	else if (m->control.problem[0])
		line("agent", BAD, m->control.problem);
}

static int show(const struct model *m)
{
	int r = 0;

	if (!m->module)
		line("module", BAD, m->module_err.msg);
	show_rig(m);
	show_verdict(m);
	show_energy(m);
	next_show(m);
	if (m->module) {
		r = show_sources(m);
		show_devices(m);
		show_probes(m);
		show_log(m);
		show_witness(m);
	}
	show_last(m);
	return r;
}

int cmd_status(int argc, char **argv)
{
	static const struct option options[] = { JSON_OPTION, COMMON_OPTIONS, {} };
	struct common common = { .command = "wattest status", .help = help };
	struct model m;
	int c, r, shown = 0;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		r = common_option(&common, c, argv);
		if (r >= 0)
			return r;
	}
	r = common_load(&common, argc, argv, false);
	if (r >= 0)
		return r;
	model_read(&m, &common.config, MODEL_ALL);
	if (common.json)
		print_json(json_status(&m));
	else
		shown = show(&m);
	r = m.module && m.judged ? wt_verdict_exit(&m.judgement.verdict) : EXIT_COULD_NOT;
	if (shown)
		r = shown;
	model_clear(&m);
	return r;
}
