/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of what a decoder must refuse, one thing wrong at a time, with the words of the sentence. After
 * kselftest_harness.h.
 */
#ifndef TESTS_UNIT_REFUSE_H
#define TESTS_UNIT_REFUSE_H

#include "lib/object.h"
#include "tests/unit/edit.h"

struct wrong {
	struct edit_path path;
	const char *hex; /* what is there instead; NULL: nothing */
	const char *words; /* in the sentence */
};

/* clang-format off */
#define AT(...) \
	{ { __VA_ARGS__ }, sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t) }
#define D16 "50" "00000000000000000000000000000000"
#define D32 "5820" "1111111111111111111111111111111111111111111111111111111111111111"
#define Z32 "5820" "0000000000000000000000000000000000000000000000000000000000000000"
#define TEXT64 "7840" "6161616161616161616161616161616161616161616161616161616161616161" \
	"6161616161616161616161616161616161616161616161616161616161616161"
/* clang-format on */

static inline int try_registration(struct wt_span payload, struct wt_err *err)
{
	struct wt_registration reg;
	int r = wt_registration_decode(payload, &reg, err);

	if (!r)
		wt_registration_clear(&reg);
	return r;
}

static inline int try_attestation(struct wt_span payload, struct wt_err *err)
{
	struct wt_attestation att;
	int r = wt_attestation_decode(payload, &att, err);

	if (!r)
		wt_attestation_clear(&att);
	return r;
}

static inline void refuse_all(struct __test_metadata *_metadata, struct wt_span good,
			      int (*try)(struct wt_span, struct wt_err *),
			      const struct wrong *wrong, size_t n)
{
	struct wt_err err = { "" };

	ASSERT_EQ(0, try(good, &err)) TH_LOG("%s", err.msg);
	for (size_t i = 0; i < n; i++) {
		struct wt_buf bad = { 0 };
		uint8_t *exact;

		edit(good, &wrong[i].path, 0, wrong[i].hex, &bad);
		exact = malloc(bad.n);
		memcpy(exact, bad.p, bad.n);
		err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, try(wt_span(exact, bad.n), &err))
		TH_LOG("case %zu (%s) was taken", i, wrong[i].words);
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words))
		TH_LOG("case %zu: \"%s\" has not \"%s\"", i, err.msg, wrong[i].words);
		EXPECT_EQ(0, strncmp(err.msg, "byte ", 5)) TH_LOG("%s", err.msg);
		EXPECT_EQ(-EBADMSG, try(wt_span(exact, bad.n), NULL));
		free(exact);
		wt_buf_free(&bad);
	}
	/* Cut anywhere, or with something behind: never taken, never read beyond the end. */
	for (size_t cut = 0; cut < good.n; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);

		memcpy(exact, good.p, cut);
		EXPECT_EQ(-EBADMSG, try(wt_span(exact, cut), NULL)) TH_LOG("cut at %zu", cut);
		free(exact);
	}
	uint8_t *longer = calloc(1, good.n + 1);

	memcpy(longer, good.p, good.n);
	EXPECT_EQ(-EBADMSG, try(wt_span(longer, good.n + 1), &err));
	EXPECT_NE(NULL, strstr(err.msg, "1 bytes after the end"));
	free(longer);
}

/*
 * One byte changed anywhere: may be another good object, but never a crash, and never one that
 * encodes otherwise.
 */
static inline void change_every_byte(struct __test_metadata *_metadata, struct wt_span good,
				     int (*again)(struct wt_span in, struct wt_buf *out))
{
	uint8_t *exact = malloc(good.n);

	for (size_t i = 0; i < good.n; i++) {
		for (int v = 0; v < 256; v += 1 + (good.n > 300) * 16) {
			struct wt_buf out = { 0 };

			memcpy(exact, good.p, good.n);
			exact[i] = (uint8_t)v;
			if (!again(wt_span(exact, good.n), &out)) {
				EXPECT_TRUE(
					wt_span_equal(wt_span(exact, good.n), wt_buf_span(&out)))
				TH_LOG("byte %zu as %02x", i, v);
			}
			wt_buf_free(&out);
		}
	}
	free(exact);
}

#endif
