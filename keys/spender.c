// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "keys/authority.h"
#include "keys/signed.h"
#include "keys/spender.h"

static bool is_ueid(const char *text, uint8_t ret[WT_UEID_LEN])
{
	return strlen(text) == 2 * WT_UEID_LEN &&
	       strspn(text, "0123456789abcdefABCDEF") == 2 * WT_UEID_LEN &&
	       wt_unhex(text, ret, WT_UEID_LEN) == WT_UEID_LEN;
}

/* It was signed once; is it still good? */
static int check_standing(struct authority_register *reg, const char *path,
			  const struct spender *spender, int64_t at, struct wt_err *err)
{
	char hex[2 * WT_UEID_LEN + 1];
	struct register_rig rig;
	int r;

	wt_hex(spender->ueid, sizeof(spender->ueid), hex);
	r = register_find_rig(reg, hex, at, &rig, err);
	if (r == 0)
		r = wt_fail(err, EINVAL,
			    "%.160s: rig %s has no registration then: not issued here, expired, "
			    "or revoked",
			    path, spender->name);
	return r < 0 ? r : 0;
}

int spender_rig(const char *dir, struct authority_register *reg, const char *rig, int64_t from,
		int64_t now, struct spender *ret, struct wt_err *err)
{
	__attribute__((cleanup(signed_clear))) struct signed_object object = { 0 };
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	__attribute__((cleanup(wt_registration_clear))) struct wt_registration registration = { 0 };
	struct spender spender = { 0 };
	int r;

	if (is_ueid(rig, spender.ueid)) {
		*ret = spender;
		return 0;
	}
	r = authority_load_trust(dir, &trust, err);
	if (r == 0)
		r = signed_read(rig, trust, WT_TYP_REGISTRATION, WT_DUTY_REGISTRATION, now, &object,
				err);
	if (r < 0)
		return r;
	r = wt_registration_decode(object.cose.payload, &registration, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", rig);
	memcpy(spender.ueid, registration.ueid, sizeof(spender.ueid));
	memcpy(spender.name, registration.rig, sizeof(spender.name));
	memcpy(spender.licence, registration.licence, sizeof(spender.licence));
	memcpy(spender.zone, registration.zone, sizeof(spender.zone));
	r = check_standing(reg, rig, &spender, from > now ? from : now, err);
	if (r == 0)
		*ret = spender;
	return r;
}

int spender_site(const char *dir, const char *site, int64_t now, struct spender *ret,
		 struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	struct spender spender = { .site = true };
	int r;

	r = wt_cert_load(site, &cert, err);
	if (r < 0)
		return r;
	r = authority_check(dir, cert, WT_DUTY_ALLOTMENT, now, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", site);
	wt_cert_x5t(cert, spender.site_key);
	snprintf(spender.name, sizeof(spender.name), "%.63s", wt_cert_common_name(cert));
	*ret = spender;
	return 0;
}

void spender_into(const struct spender *spender, struct wt_grant *grant)
{
	grant->to_site = spender->site;
	memcpy(grant->spender, spender->ueid, sizeof(grant->spender));
	memcpy(grant->site_key, spender->site_key, sizeof(grant->site_key));
}
