// SPDX-License-Identifier: Apache-2.0
/* Numbers of diagnostic notation that printf does not write as RFC 8949's examples have them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor/any.h"

/* One more in the last place of "d.ddde-08"; false when that would carry into the first digit. */
static bool bump(char *text)
{
	char *p = strchr(text, 'e') - 1;

	for (; p > text; p--) {
		if (*p == '.')
			continue;
		if (*p != '9') {
			++*p;
			return true;
		}
		*p = '0';
	}
	return false;
}

/*
 * Digits and exponent of the shortest decimal that reads back as v (> 0): d.ddd * 10^exponent.
 * Below a power of two the doubles are denser than above, so the nearest decimal may be another's
 * and the next one up still v's.
 */
static int shortest(double v, char digits[20])
{
	char text[CBOR_DOUBLE_LEN];
	int precision, exponent;
	size_t n = 0, i;

	for (precision = 0; precision < 17; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, v);
		if (strtod(text, NULL) == v || (bump(text) && strtod(text, NULL) == v))
			break;
	}
	for (i = 0; text[i] != 'e'; i++)
		if (text[i] != '.')
			digits[n++] = text[i];
	digits[n] = '\0';
	exponent = (int)strtol(text + i + 1, NULL, 10);
	return exponent;
}

void cbor_double_text(double v, char ret[CBOR_DOUBLE_LEN])
{
	const char *sign = signbit(v) ? "-" : "";
	char digits[20];
	int exponent, n;

	if (isnan(v)) {
		strcpy(ret, "NaN");
		return;
	}
	if (isinf(v)) {
		snprintf(ret, CBOR_DOUBLE_LEN, "%sInfinity", sign);
		return;
	}
	if (v == 0) {
		snprintf(ret, CBOR_DOUBLE_LEN, "%s0.0", sign);
		return;
	}
	exponent = shortest(fabs(v), digits);
	n = (int)strlen(digits);
	if (exponent < -6 || exponent >= 21)
		snprintf(ret, CBOR_DOUBLE_LEN, "%s%c.%se%+d", sign, digits[0],
			 n > 1 ? digits + 1 : "0", exponent);
	else if (exponent < 0)
		snprintf(ret, CBOR_DOUBLE_LEN, "%s0.%.*s%s", sign, -exponent - 1, "00000", digits);
	else if (exponent >= n - 1)
		snprintf(ret, CBOR_DOUBLE_LEN, "%s%s%.*s.0", sign, digits, exponent - n + 1,
			 "00000000000000000000");
	else
		snprintf(ret, CBOR_DOUBLE_LEN, "%s%.*s.%s", sign, exponent + 1, digits,
			 digits + exponent + 1);
}

void cbor_bignum_text(struct wt_span bytes, bool negative, char ret[CBOR_BIGNUM_LEN])
{
	uint8_t rest[CBOR_BIGNUM_MAX + 1] = { 0 };
	char backwards[CBOR_BIGNUM_LEN];
	size_t size = bytes.n + 1, n = 0, i;
	unsigned int carry;
	bool more;

	memcpy(rest + 1, bytes.p, bytes.n);
	/* Tag 3 is -1 - n. */
	for (i = size; negative && i-- > 0;)
		if (++rest[i])
			break;
	do {
		carry = 0;
		more = false;
		for (i = 0; i < size; i++) {
			carry = carry << 8 | rest[i];
			rest[i] = (uint8_t)(carry / 10);
			carry %= 10;
			more = more || rest[i];
		}
		backwards[n++] = (char)('0' + carry);
	} while (more);
	if (negative)
		backwards[n++] = '-';
	for (i = 0; i < n; i++)
		ret[i] = backwards[n - 1 - i];
	ret[n] = '\0';
}
