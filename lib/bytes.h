/* SPDX-License-Identifier: Apache-2.0 */
/* Byte spans, a growing buffer, little-endian reads, hex. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that belong to somebody else. */
struct wt_span {
	const uint8_t *p;
	size_t n;
};

static inline struct wt_span wt_span(const void *p, size_t n)
{
	return (struct wt_span){ .p = p, .n = n };
}

bool wt_span_equal(struct wt_span a, struct wt_span b);

/*
 * A growing buffer; zero-initialised is empty. After a failed allocation err is -ENOMEM and appends
 * do nothing.
 */
struct wt_buf {
	uint8_t *p;
	size_t n;
	size_t cap;
	int err;
};

void wt_buf_append(struct wt_buf *b, const void *p, size_t n);
/* Room for n more bytes, to be filled by the caller, or NULL. */
uint8_t *wt_buf_extend(struct wt_buf *b, size_t n);
void wt_buf_reset(struct wt_buf *b); /* empty, keeps its memory */
void wt_buf_trim(struct wt_buf *b); /* gives back what it does not use */
void wt_buf_free(struct wt_buf *b); /* frees, zeroes the struct */
void wt_buf_freep(struct wt_buf *b); /* for __attribute__((cleanup)) */

static inline struct wt_span wt_buf_span(const struct wt_buf *b)
{
	return (struct wt_span){ .p = b->p, .n = b->n };
}

uint16_t wt_le16(const void *p);
uint32_t wt_le32(const void *p);
uint64_t wt_le64(const void *p);

/* Lower-case hex of n bytes into out[2n+1]. */
void wt_hex(const void *p, size_t n, char *ret_out);
/* Well-formed UTF-8 (RFC 3629); wt_text_plain: without control characters (C0, DEL, C1) too. */
bool wt_text_utf8(struct wt_span text);
bool wt_text_plain(struct wt_span text);
/* How many bytes of somebody else's words, of max at the most, are plain text: what goes to terminals, journals and hooks. */
size_t wt_text_plain_part(const char *text, size_t max);

#define WT_GROUPED_LEN 27
/* 1000001 as "1,000,001"; returns ret_out. */
const char *wt_grouped(uint64_t v, char ret_out[WT_GROUPED_LEN]);

/*
 * Parses hex (an even number of digits, ':' and blanks between bytes allowed); returns the bytes or
 * -EINVAL.
 */
int wt_unhex(const char *s, uint8_t *ret_out, size_t cap);

#endif
