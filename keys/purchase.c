// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "keys/command.h"
#include "keys/purchase.h"

/* "KZT:24.5" to millionths, exactly. */
static int parse_price(const char *name, const char *text, struct wt_grant *grant,
		       struct wt_err *err)
{
	const char *p = text;
	uint64_t micro = 0;
	int decimals = -1;

	for (int i = 0; i < 3; i++, p++)
		if (*p < 'A' || *p > 'Z')
			goto bad;
	if (*p++ != ':' || *p < '0' || *p > '9')
		goto bad;
	for (; *p != '\0'; p++) {
		if (*p == '.' && decimals < 0 && p[1] != '\0') {
			decimals = 0;
			continue;
		}
		if (*p < '0' || *p > '9' || decimals == 6 || micro > UINT64_C(1000000000000))
			goto bad;
		micro = micro * 10 + (uint64_t)(*p - '0');
		decimals += decimals >= 0;
	}
	for (int i = decimals < 0 ? 0 : decimals; i < 6; i++)
		micro *= 10;
	memcpy(grant->currency, text, 3);
	grant->currency[3] = '\0';
	grant->price_micro = micro;
	return 0;
bad:
	return wt_fail(err, EINVAL, "%s %.40s: such as KZT:24.5, with at most six decimals", name,
		       text);
}

static int parse_wh(const char *name, const char *text, uint32_t *ret, struct wt_err *err)
{
	uint64_t wh;
	int r = command_number(name, text, 0, UINT64_MAX, &wh, err);

	if (r < 0)
		return r;
	if (wh == 0)
		return wt_fail(err, EINVAL, "%s 0: a purchase of nothing", name);
	if (wh > WT_GRANT_MAX_WH)
		return wt_fail(err, EINVAL, "%s %.40s: at most %u Wh (1 MWh) in one purchase", name,
			       text, WT_GRANT_MAX_WH);
	*ret = (uint32_t)wh;
	return 0;
}

int purchase_parse(const char *const given[PURCHASE_FIELDS],
		   const char *const names[PURCHASE_FIELDS], int64_t now, struct wt_grant *grant,
		   struct wt_err *err)
{
	const struct {
		enum purchase_field field;
		char *to;
		size_t cap;
	} texts[] = {
		{ PURCHASE_TRANSACTION, grant->transaction, sizeof(grant->transaction) },
		{ PURCHASE_METERING_POINT, grant->metering_point, sizeof(grant->metering_point) },
		{ PURCHASE_ZONE, grant->zone, sizeof(grant->zone) },
		{ PURCHASE_LICENCE, grant->licence, sizeof(grant->licence) },
	};
	int r;

	r = parse_wh(names[PURCHASE_WH], given[PURCHASE_WH], &grant->wh, err);
	if (r == 0)
		r = command_time(names[PURCHASE_FROM], given[PURCHASE_FROM], now,
				 &grant->not_before, err);
	if (r == 0)
		r = command_time(names[PURCHASE_UNTIL], given[PURCHASE_UNTIL], now,
				 &grant->not_after, err);
	if (r == 0 && grant->not_after <= grant->not_before)
		r = wt_fail(err, EINVAL, "%s is not after %s", names[PURCHASE_UNTIL],
			    names[PURCHASE_FROM]);
	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (given[texts[i].field])
			r = command_text(names[texts[i].field], given[texts[i].field], texts[i].to,
					 texts[i].cap, err);
	if (r == 0 && given[PURCHASE_PRICE])
		r = parse_price(names[PURCHASE_PRICE], given[PURCHASE_PRICE], grant, err);
	return r;
}

int purchase_settle(const char *zone, const char *licence, const char *const names[PURCHASE_FIELDS],
		    struct wt_grant *grant, struct wt_err *err)
{
	const struct {
		const char *name, *registered;
		char *ours;
	} both[] = { { names[PURCHASE_ZONE], zone, grant->zone },
		     { names[PURCHASE_LICENCE], licence, grant->licence } };

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		if (!both[i].registered) {
			if (!*both[i].ours)
				return wt_fail(err, EINVAL, "%s is needed: no registration says it",
					       both[i].name);
		} else if (*both[i].ours && strcmp(both[i].registered, both[i].ours) != 0) {
			return wt_fail(err, EINVAL, "%s %s: the registration says %s", both[i].name,
				       both[i].ours, both[i].registered);
		} else {
			strcpy(both[i].ours, both[i].registered);
		}
	}
	return 0;
}
