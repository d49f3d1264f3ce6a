// SPDX-License-Identifier: Apache-2.0
#include "lib/base64.h"

#include <errno.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void wt_base64_put(struct wt_buf *ret, struct wt_span bytes)
{
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
		uint32_t v = (uint32_t)bytes.p[i] << 16;
		char four[4];

		if (n > 1)
			v |= (uint32_t)bytes.p[i + 1] << 8;
		if (n > 2)
			v |= bytes.p[i + 2];
		four[0] = digits[v >> 18];
		four[1] = digits[v >> 12 & 63];
		four[2] = (char)(n > 1 ? digits[v >> 6 & 63] : '=');
		four[3] = (char)(n > 2 ? digits[v & 63] : '=');
		wt_buf_append(ret, four, sizeof(four));
	}
}

/* Four characters to 1 to 3 bytes; 0 when they are not base64. */
static size_t read_four(const char *text, uint8_t ret[3])
{
	size_t pad = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		const char *at = i < 4 - pad ? memchr(digits, text[i], 64) : digits;

		if (!at)
			return 0;
		v = v << 6 | (uint32_t)(at - digits);
	}
	if (pad && v & (pad == 1 ? 0xff : 0xffff)) /* bits that stand for nothing */
		return 0;
	ret[0] = (uint8_t)(v >> 16);
	ret[1] = (uint8_t)(v >> 8);
	ret[2] = (uint8_t)v;
	return 3 - pad;
}

int wt_base64_read(const char *text, struct wt_buf *ret)
{
	size_t len = strlen(text), before = ret->n;

	if (len % 4)
		return -EINVAL;
	for (size_t i = 0; i < len; i += 4) {
		uint8_t three[3];
		size_t n = read_four(text + i, three);

		if (n == 0 || (n < 3 && i + 4 < len)) {
			ret->n = before;
			return -EINVAL;
		}
		wt_buf_append(ret, three, n);
	}
	return ret->err;
}
