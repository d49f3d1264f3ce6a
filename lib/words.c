// SPDX-License-Identifier: Apache-2.0
#include "lib/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/bytes.h"

#define UJ_PER_MWH UINT64_C(3600000) /* a thousandth of a Wh */
#define UJ_PER_WH (1000 * UJ_PER_MWH)

const char *wt_words_energy(uint64_t uj, char ret[WT_WORDS_LEN])
{
	char kwh[WT_GROUPED_LEN];
	uint64_t wh = uj / UJ_PER_WH;

	wt_grouped(wh / 1000, kwh);
	if (wh > 0 || uj < UJ_PER_MWH)
		snprintf(ret, WT_WORDS_LEN, "%s.%03" PRIu64 " kWh", kwh, wh % 1000);
	else
		snprintf(ret, WT_WORDS_LEN, "0.%06" PRIu64 " kWh", uj / UJ_PER_MWH);
	return ret;
}

const char *wt_words_power(uint64_t uw, char ret[WT_WORDS_LEN])
{
	uint64_t mw = uw / 1000, w = mw / 1000;

	if (w >= 1000)
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 ".%02" PRIu64 " kW", w / 1000, w % 1000 / 10);
	else
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 ".%" PRIu64 " W", w, mw % 1000 / 100);
	return ret;
}

const char *wt_words_duration(uint64_t ns, char ret[WT_WORDS_LEN])
{
	uint64_t s = ns / 1000000000;

	if (s == 0)
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 " ms", ns / 1000000);
	else if (s < 60)
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 " s", s);
	else if (s < 3600)
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s % 3600 / 60);
	else
		snprintf(ret, WT_WORDS_LEN, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s % 86400 / 3600);
	return ret;
}

const char *wt_words_count(uint64_t n, const char *noun, char ret[WT_WORDS_LEN])
{
	char number[WT_GROUPED_LEN];

	snprintf(ret, WT_WORDS_LEN, "%s %.10s%s", wt_grouped(n, number), noun, n == 1 ? "" : "s");
	return ret;
}
