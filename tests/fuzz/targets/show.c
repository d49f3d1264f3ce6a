// SPDX-License-Identifier: Apache-2.0
/* Whole files of anything, as `wattest-inspect show` prints them: all printers, and peeking. */
#include "tests/fuzz/targets/targets.h"

#include <getopt.h>

#include "inspector/inspect.h"
#include "lib/appraisal.h"
#include "tests/unit/golden/objects.h"
#include "tests/unit/golden/site.h"

static void show(const char *path, const char *option)
{
	char command[] = "show";
	char *argv[] = { command, (char *)(option ? option : path), (char *)path, NULL };
	int status;

	optind = 0; /* GNU: all anew */
	status = inspect_show(option ? 3 : 2, argv);
	FUZZ_CHECK(status == INSPECT_GOOD || status == INSPECT_COULD_NOT);
}

static void show_run(struct wt_span bytes)
{
	const char *path = fuzz_file(bytes);
	uint8_t ueid[WT_UEID_LEN];
	struct wt_err err = { "" };
	uint64_t seq;
	int r;

	show(path, NULL);
	show(path, "--json");
	fuzz_untouched_fill(ueid, sizeof(ueid));
	r = wt_attestation_peek(bytes, ueid, &seq, &err);
	FUZZ_CHECK(r == 0 || fuzz_untouched(ueid, sizeof(ueid)));
	if (r < 0)
		fuzz_check_refusal(r, &err);
}

static void show_seed(void)
{
	fuzz_seed_hex(GOLDEN_ATTESTATION_EDDSA);
	fuzz_seed_hex(GOLDEN_ATTESTATION_ES256);
	fuzz_seed_hex(GOLDEN_SITE_REGISTRATION);
	fuzz_seed_hex(GOLDEN_SITE_GRANT);
	fuzz_seed_hex(GOLDEN_SITE_ALLOTMENT);
	fuzz_seed_hex(GOLDEN_SITE_NOTICE);
	fuzz_seed_hex(GOLDEN_SITE_ATTESTATION);
	fuzz_seed_hex(GOLDEN_SITE_RESULT);
	fuzz_seed_hex(GOLDEN_SITES_RESULT);
	fuzz_seed_hex("830102a10203");
}

const struct fuzz_target fuzz_show = { "show", NULL, show_run, show_seed };
