// SPDX-License-Identifier: Apache-2.0
/* The verdict for people: what was looked at, a line for each check, the worst of them. */
#include "lib/appraisal.h"

#include <inttypes.h>
#include <string.h>

#include "lib/timestamp.h"

#define NS_PER_S UINT64_C(1000000000)

struct look {
	const char *word;
	const char *colour; /* SGR, when the terminal may have it */
};

static struct look look_of(enum wt_tier tier)
{
	switch (tier) {
	case WT_AFFIRMING:
		return (struct look){ "ok", "\033[32m" };
	case WT_WARNING:
		return (struct look){ "warn", "\033[33m" };
	case WT_CONTRAINDICATED:
		return (struct look){ "FAIL", "\033[1;31m" };
	default:
		return (struct look){ "none", "" };
	}
}

static void print_header(const struct wt_verdict *v, FILE *out)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN], n[WT_GROUPED_LEN],
		id[2 * WT_UEID_LEN + 1];

	wt_hex(v->ueid, WT_UEID_LEN, id);
	fprintf(out, "%s   %s attestation%s", *v->rig ? v->rig : id, wt_grouped(v->attestations, n),
		v->attestations == 1 ? "" : "s");
	if (v->to_ns)
		fprintf(out, "   %s to %s",
			wt_timestamp_local((int64_t)(v->from_ns / NS_PER_S), from),
			wt_timestamp_local((int64_t)(v->to_ns / NS_PER_S), to));
	fputc('\n', out);
}

static void print_check(const struct wt_outcome *outcome, const char *name, FILE *out, bool colour)
{
	struct look look = look_of(outcome->tier);
	char n[WT_GROUPED_LEN];

	fprintf(out, "  %s%-4s%s  %-12s  %s", colour ? look.colour : "", look.word,
		colour && *look.colour ? "\033[0m" : "", name, outcome->reason);
	if (outcome->findings > 1)
		fprintf(out, " (and %s more)", wt_grouped(outcome->findings - 1, n));
	fputc('\n', out);
}

/* The checks that made the verdict what it is. */
static void print_why(const struct wt_verdict *v, FILE *out)
{
	const char *separator = " (";
	size_t i;

	if (v->tier <= WT_AFFIRMING)
		return;
	for (i = 0; i < WT_CHECKS; i++) {
		if (v->checks[i].tier != v->tier)
			continue;
		fprintf(out, "%s%s", separator, wt_check_name(i));
		separator = ", ";
	}
	fputc(')', out);
}

void wt_verdict_print(const struct wt_verdict *v, FILE *out, bool colour)
{
	struct look look = look_of(v->tier);
	size_t i;

	print_header(v, out);
	for (i = 0; i < WT_CHECKS; i++)
		print_check(&v->checks[i], wt_check_name(i), out, colour);
	fprintf(out, "verdict: %s%s%s", colour ? look.colour : "",
		v->tier == WT_NONE ? "could not judge" : wt_tier_name(v->tier),
		colour && *look.colour ? "\033[0m" : "");
	print_why(v, out);
	if (v->tier == WT_AFFIRMING || v->tier == WT_WARNING)
		fprintf(out, ", assurance %u of 3%s%s%s", v->assurance,
			*v->assurance_missing ? " (missing: " : "", v->assurance_missing,
			*v->assurance_missing ? ")" : "");
	fputc('\n', out);
}

int wt_verdict_exit(const struct wt_verdict *v)
{
	switch (v->tier) {
	case WT_AFFIRMING:
		return 0;
	case WT_WARNING:
		return 1;
	case WT_CONTRAINDICATED:
		return 2;
	default:
		return 3;
	}
}
