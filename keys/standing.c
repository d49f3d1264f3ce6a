// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/signed.h"
#include "keys/standing.h"
#include "lib/allocation.h"
#include "lib/timestamp.h"

struct looking {
	struct wt_trust *trust;
	const struct wt_grant *grant;
	const struct rigs *rigs; /* or NULL */
};

static bool has_rig(const struct rigs *rigs, const uint8_t ueid[WT_UEID_LEN])
{
	for (size_t i = 0; rigs && i < rigs->n; i++)
		if (memcmp(rigs->shares[i].ueid, ueid, WT_UEID_LEN) == 0)
			return true;
	return false;
}

/* Does it change what the grant's rigs may use in its delivery window? */
static bool concerns(const struct looking *in, const struct wt_notice *notice)
{
	const struct wt_grant *grant = in->grant;

	if (notice->from >= grant->not_after || (notice->to && notice->to <= grant->not_before))
		return false;
	switch (notice->scope) {
	case WT_SCOPE_OBJECT:
		return notice->kind == WT_NOTICE_REVOKE_GRANT &&
		       memcmp(notice->target, grant->id, WT_ID_LEN) == 0;
	case WT_SCOPE_RIG:
		return has_rig(in->rigs, notice->target);
	case WT_SCOPE_LICENCE:
		return strcmp(notice->text, grant->licence) == 0;
	case WT_SCOPE_ZONE:
		return strcmp(notice->text, grant->zone) == 0;
	}
	return false;
}

/* A grant is revoked by the platform; a rig may be curtailed by the registry as well. */
static int check_signer(const struct looking *in, const struct signed_object *object,
			const struct wt_notice *notice, struct wt_err *err)
{
	int r = signed_check(object, in->trust, WT_DUTY_GRANT, notice->issued_at, err);

	return r < 0 && notice->kind != WT_NOTICE_REVOKE_GRANT &&
			       signed_check(object, in->trust, WT_DUTY_REGISTRATION,
					    notice->issued_at, NULL) == 0
		       ? 0
		       : r;
}

static void say(const char *path, const struct wt_notice *notice)
{
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN], what[48] = "off";
	const char *whom = notice->scope == WT_SCOPE_RIG       ? "one of the rigs"
			   : notice->scope == WT_SCOPE_LICENCE ? "licence "
							       : "zone ";

	if (notice->kind == WT_NOTICE_CURTAIL)
		snprintf(what, sizeof(what), "curtailed to at most %u W", notice->max_w);
	fprintf(stderr, "%s: %s%s is %s from %s until %s%s%s\n", path, whom, notice->text, what,
		wt_timestamp_utc(notice->from, from), wt_timestamp_utc(notice->to, until),
		notice->reason[0] ? ": " : "", notice->reason);
}

static int look(const struct looking *in, const char *path, bool named, struct wt_err *err)
{
	__attribute__((cleanup(signed_clear))) struct signed_object object = { 0 };
	char from[WT_TIMESTAMP_LEN];
	struct wt_notice notice;
	int r;

	r = signed_open(path, &object, err);
	if (r < 0)
		return r;
	if (object.cose.typ != WT_TYP_NOTICE)
		return named ? wt_fail(err, EBADMSG, "%.200s: is no notice", path) : 0;
	r = wt_notice_decode(object.cose.payload, &notice, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	if (!concerns(in, &notice))
		return 0;
	r = check_signer(in, &object, &notice, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	if (notice.kind != WT_NOTICE_REVOKE_GRANT) {
		say(path, &notice);
		return 0;
	}
	return wt_fail(err, ECANCELED, "%.100s: the grant %s is revoked from %s on%s%.100s",
		       path, in->grant->transaction, wt_timestamp_utc(notice.from, from),
		       notice.reason[0] ? ": " : "", notice.reason);
}

static int is_cose(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".cose") == 0;
}

int standing_check(const char *path, struct wt_trust *trust, const struct wt_grant *grant,
		   const struct rigs *rigs, struct wt_err *err)
{
	const struct looking in = { .trust = trust, .grant = grant, .rigs = rigs };
	struct dirent **entries = NULL;
	char file[4096 + 256];
	struct stat st;
	int n, r = 0;

	if (stat(path, &st) < 0)
		return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return look(&in, path, true, err);
	n = scandir(path, &entries, is_cose, alphasort);
	if (n < 0)
		return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (r == 0 && snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name) >=
				      (int)sizeof(file))
			r = wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", path);
		if (r == 0)
			r = look(&in, file, false, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}
