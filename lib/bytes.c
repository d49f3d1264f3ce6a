// SPDX-License-Identifier: Apache-2.0
#include "lib/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool wt_span_equal(struct wt_span a, struct wt_span b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

uint8_t *wt_buf_extend(struct wt_buf *b, size_t n)
{
	size_t cap, need;
	uint8_t *p;

	if (b->err)
		return NULL;
	if (__builtin_add_overflow(b->n, n, &need)) {
		b->err = -ENOMEM;
		return NULL;
	}
	if (need > b->cap || !b->p) {
		cap = b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
		if (cap < need)
			cap = need;
		if (cap < 64)
			cap = 64;
		p = realloc(b->p, cap);
		if (!p) {
			b->err = -ENOMEM;
			return NULL;
		}
		b->p = p;
		b->cap = cap;
	}
	p = b->p + b->n;
	b->n = need;
	return p;
}

void wt_buf_append(struct wt_buf *b, const void *p, size_t n)
{
	uint8_t *room;

	if (!n)
		return;
	room = wt_buf_extend(b, n);
	if (room)
		memcpy(room, p, n);
}

void wt_buf_reset(struct wt_buf *b)
{
	b->n = 0;
	b->err = 0;
}

void wt_buf_trim(struct wt_buf *b)
{
	uint8_t *p = b->n && b->n < b->cap ? realloc(b->p, b->n) : NULL;

	if (p) {
		b->p = p;
		b->cap = b->n;
	}
}

void wt_buf_free(struct wt_buf *b)
{
	free(b->p);
	*b = (struct wt_buf){ 0 };
}

void wt_buf_freep(struct wt_buf *b)
{
	wt_buf_free(b);
}

uint16_t wt_le16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

uint32_t wt_le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)wt_le16(b) | (uint32_t)wt_le16(b + 2) << 16;
}

uint64_t wt_le64(const void *p)
{
	const uint8_t *b = p;

	return (uint64_t)wt_le32(b) | (uint64_t)wt_le32(b + 4) << 32;
}

void wt_hex(const void *p, size_t n, char *ret_out)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < n; i++) {
		ret_out[2 * i] = digit[b[i] >> 4];
		ret_out[2 * i + 1] = digit[b[i] & 15];
	}
	ret_out[2 * n] = '\0';
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int wt_unhex(const char *s, uint8_t *ret_out, size_t cap)
{
	size_t n = 0;
	int hi, lo;

	for (;;) {
		while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r' || (*s == ':' && n))
			s++;
		if (!*s)
			return (int)n;
		hi = nibble(s[0]);
		lo = hi < 0 ? -1 : nibble(s[1]);
		if (lo < 0 || n >= cap || n >= INT32_MAX)
			return -EINVAL;
		ret_out[n++] = (uint8_t)(hi << 4 | lo);
		s += 2;
	}
}

/*
 * Length of the UTF-8 sequence at p with its code point, or 0 when it is not well-formed (RFC 3629,
 * 4).
 */
static size_t utf8_one(const uint8_t *p, size_t n, uint32_t *ret_point)
{
	uint32_t point, least;
	size_t len, i;

	if (p[0] < 0x80) {
		*ret_point = p[0];
		return 1;
	}
	if ((p[0] & 0xe0) == 0xc0) {
		len = 2, point = p[0] & 0x1f, least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		len = 3, point = p[0] & 0x0f, least = 0x800;
	} else if ((p[0] & 0xf8) == 0xf0) {
		len = 4, point = p[0] & 0x07, least = 0x10000;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return len;
}

static bool text_ok(struct wt_span text, bool plain)
{
	size_t i, len;
	uint32_t c;

	for (i = 0; i < text.n; i += len) {
		len = utf8_one(text.p + i, text.n - i, &c);
		if (!len)
			return false;
		if (plain && (c < 0x20 || (c >= 0x7f && c < 0xa0)))
			return false;
	}
	return true;
}

bool wt_text_utf8(struct wt_span text)
{
	return text_ok(text, false);
}

bool wt_text_plain(struct wt_span text)
{
	return text_ok(text, true);
}

size_t wt_text_plain_part(const char *text, size_t max)
{
	size_t n = strnlen(text, max);

	while (n > 0 && !wt_text_plain(wt_span(text, n)))
		n--;
	return n;
}

const char *wt_grouped(uint64_t v, char ret_out[WT_GROUPED_LEN])
{
	char backwards[WT_GROUPED_LEN];
	size_t n = 0, digits = 0, i;

	do {
		if (digits && digits % 3 == 0)
			backwards[n++] = ',';
		backwards[n++] = (char)('0' + v % 10);
		digits++;
		v /= 10;
	} while (v);
	for (i = 0; i < n; i++)
		ret_out[i] = backwards[n - 1 - i];
	ret_out[n] = '\0';
	return ret_out;
}
