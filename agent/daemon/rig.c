// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/folder.h"
#include "lib/allocation.h"
#include "lib/cose.h"
#include "lib/file.h"

#include "log.h"
#include "rig.h"

int rig_open(struct rig *rig, const struct wt_config *config, struct wt_err *err)
{
	struct wt_identity_options options = wt_config_identity(config);
	int r = wt_identity_open(&options, &rig->identity, err);

	if (r < 0)
		return r;
	rig->key = wt_identity_key(rig->identity);
	wt_identity_ueid(rig->identity, rig->ueid);
	return 0;
}

static void load_certificate(struct rig *rig, const struct wt_config *config)
{
	uint8_t ours[WT_SHA256_LEN], theirs[WT_SHA256_LEN];
	struct wt_err err = {};

	wt_cert_freep(&rig->cert);
	if (access(config->certificate, F_OK) < 0 && errno == ENOENT) {
		log_say(LOG_WARNING,
			"%s: no certificate yet, so nothing is attested: give the registry the request that `wattest keys create` made",
			config->certificate);
		return;
	}
	if (wt_cert_load(config->certificate, &rig->cert, &err) < 0) {
		log_say(LOG_WARNING, "%s", err.msg);
		return;
	}
	if (wt_key_spki_digest(rig->key, ours) < 0 ||
	    wt_key_spki_digest(wt_cert_key(rig->cert), theirs) < 0 ||
	    memcmp(ours, theirs, sizeof(ours))) {
		log_say(LOG_WARNING, "%s: is for another key than %s: not used",
			config->certificate,
			config->backend == WT_BACKEND_TPM ? "the TPM's" : config->key);
		wt_cert_freep(&rig->cert);
	}
}

/* Reads one object, of a type when it is not 0; the payload points into ret. */
static int load_object(const char *path, enum wt_typ typ, struct wt_buf *ret, struct wt_cose *cose,
		       struct wt_err *err)
{
	int r = wt_file_read(path, WT_OBJECT_MAX, ret, err);

	if (r < 0)
		return r;
	r = wt_cose_decode(wt_buf_span(ret), cose, err);
	if (r < 0)
		return r;
	if (cose->whole.n != ret->n)
		return wt_fail(err, EBADMSG, "%zu bytes after the object", ret->n - cose->whole.n);
	if (typ && cose->typ != typ)
		return wt_fail(err, EBADMSG, "it is not a %s", wt_typ_name(typ));
	return 0;
}

static void drop_registration(struct rig *rig)
{
	if (rig->registered)
		wt_registration_clear(&rig->registration);
	wt_buf_free(&rig->registration_cose);
	memset(rig->registration_digest, 0, sizeof(rig->registration_digest));
	rig->registered = false;
}

static void load_registration(struct rig *rig, const struct wt_config *config)
{
	struct wt_err err = {};
	struct wt_cose cose;
	int r;

	drop_registration(rig);
	if (access(config->registration, F_OK) < 0 && errno == ENOENT) {
		log_say(LOG_NOTICE, "%s: not registered yet: measuring and attesting go on",
			config->registration);
		return;
	}
	r = load_object(config->registration, WT_TYP_REGISTRATION, &rig->registration_cose, &cose,
			&err);
	if (r == 0)
		r = wt_registration_decode(cose.payload, &rig->registration, &err);
	if (r < 0) {
		log_say(LOG_WARNING, "%s: not used: %s", config->registration, err.msg);
		wt_buf_free(&rig->registration_cose);
		return;
	}
	snprintf(rig->registration_file, sizeof(rig->registration_file), "%s", config->registration);
	rig->registered = true;
	if (memcmp(rig->registration.ueid, rig->ueid, WT_UEID_LEN)) {
		log_say(LOG_WARNING, "%s: is another rig's (%s): not used", config->registration,
			rig->registration.rig);
		drop_registration(rig);
		return;
	}
	if (rig->cert && !wt_span_equal(wt_cert_der(rig->cert), rig->registration.rig_cert))
		log_say(LOG_WARNING,
			"%s: registers another certificate than %s: verifiers will refuse what is signed now",
			config->registration, config->certificate);
	wt_sha256(wt_buf_span(&rig->registration_cose), rig->registration_digest);
	log_say(LOG_INFO, "registered as %s: %zu devices, %zu sources", rig->registration.rig,
		rig->registration.n_devices, rig->registration.n_sources);
}

void rig_refuse(struct rig *rig, const char *file, const uint8_t digest[WT_SHA256_LEN],
		const char *why)
{
	if (!wt_refusals_new(&rig->refusals, file, digest)) {
		log_say(LOG_DEBUG, "grant %s: still refused: %s", file, why);
		return;
	}
	log_say(LOG_WARNING, "grant %s: refused: %s; left where it is", file, why);
	if (rig->refused)
		rig->refused(file, why, rig->told_user);
}

void rig_pass_over(struct rig *rig, const char *file, const uint8_t digest[WT_SHA256_LEN],
		   const char *why)
{
	if (wt_refusals_new(&rig->refusals, file, digest))
		log_say(LOG_NOTICE, "notice %s: not followed: %s", file, why);
}

static int take_allotment(const struct rig *rig, struct wt_span payload, struct rig_grant *g,
			  struct wt_err *err)
{
	struct wt_allotment allotment;
	int r = wt_allotment_decode(payload, &allotment, err);

	if (r < 0)
		return r;
	if (memcmp(allotment.ueid, rig->ueid, WT_UEID_LEN))
		return wt_fail(err, EPERM, "it is for another rig to spend");
	memcpy(g->id, allotment.id, WT_ID_LEN);
	g->not_before = allotment.not_before;
	g->not_after = allotment.not_after;
	g->share = true;
	return 0;
}

static int take_grant(const struct rig *rig, struct wt_span payload, struct rig_grant *g,
		      struct wt_err *err)
{
	struct wt_grant grant;
	int r = wt_grant_decode(payload, &grant, err);

	if (r < 0)
		return r;
	if (!grant.to_site && memcmp(grant.spender, rig->ueid, WT_UEID_LEN))
		return wt_fail(err, EPERM, "it is for another rig to spend");
	memcpy(g->id, grant.id, WT_ID_LEN);
	g->not_before = grant.not_before;
	g->not_after = grant.not_after;
	g->site = grant.to_site;
	return 0;
}

static int take_notice(struct wt_span payload, struct rig_grant *g, struct wt_err *err)
{
	struct wt_notice notice;

	g->notice = true;
	return wt_notice_decode(payload, &notice, err);
}

/* Whose it is. Whether it is good is for the appraisal to say, where there are trust anchors. */
static int read_grant(struct rig *rig, const char *path, struct rig_grant *g, struct wt_err *err)
{
	struct wt_cose cose;
	int r = load_object(path, 0, &g->cose, &cose, err);

	if (r == 0 && cose.typ == WT_TYP_ALLOTMENT)
		r = take_allotment(rig, cose.payload, g, err);
	else if (r == 0 && cose.typ == WT_TYP_GRANT)
		r = take_grant(rig, cose.payload, g, err);
	else if (r == 0 && cose.typ == WT_TYP_NOTICE)
		r = take_notice(cose.payload, g, err);
	else if (r == 0)
		r = wt_fail(err, EBADMSG, "it is neither a grant nor an allotment nor a notice");
	wt_sha256(wt_buf_span(&g->cose), g->digest);
	return r;
}

static void load_grant(struct rig *rig, const char *dir, const char *name)
{
	struct rig_grant g = {}, *grants;
	char path[WT_PATH_MAX + 256];
	struct wt_err err = {};
	int r;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	r = read_grant(rig, path, &g, &err);
	if (r < 0) {
		/* A folder may well hold those of a whole site: no fault of theirs. */
		if (r != -EPERM)
			rig_refuse(rig, name, g.digest, err.msg);
		else if (wt_refusals_new(&rig->refusals, name, g.digest))
			log_say(LOG_INFO, "grant %s: %s", name, err.msg);
		wt_buf_free(&g.cose);
		return;
	}
	grants = reallocarray(rig->grants, rig->n_grants + 1, sizeof(g));
	if (!grants) {
		log_say(LOG_WARNING, "%s: out of memory", path);
		wt_buf_free(&g.cose);
		return;
	}
	rig->grants = grants;
	snprintf(g.name, sizeof(g.name), "%s", name);
	rig->grants[rig->n_grants++] = g; /* transferred */
}

static void drop_grants(struct rig *rig)
{
	for (size_t i = 0; i < rig->n_grants; i++)
		wt_buf_free(&rig->grants[i].cose);
	free(rig->grants);
	rig->grants = NULL;
	rig->n_grants = 0;
}

static uint64_t mix(uint64_t hash, const void *p, size_t n) /* FNV-1a */
{
	for (const uint8_t *c = p; n--; c++)
		hash = (hash ^ *c) * UINT64_C(0x100000001b3);
	return hash;
}

/*
 * Of the files and not of the folder: a file that was copied there slowly changes after its name appeared.
 */
static uint64_t stamp(const char *dir)
{
	uint64_t sum = 0;
	struct dirent *entry;
	struct stat st;
	DIR *d = opendir(dir);

	if (!d)
		return 0;
	while ((entry = readdir(d))) {
		uint64_t hash = UINT64_C(0xcbf29ce484222325);

		if (!wt_folder_filter(entry) || fstatat(dirfd(d), entry->d_name, &st, 0) < 0)
			continue;
		hash = mix(hash, entry->d_name, strlen(entry->d_name));
		hash = mix(hash, &st.st_mtim, sizeof(st.st_mtim));
		sum += mix(hash, &st.st_size, sizeof(st.st_size)); /* a sum: readdir has no order */
	}
	closedir(d);
	return sum;
}

static void load_grants(struct rig *rig, const struct wt_config *config)
{
	struct dirent **names = NULL;
	size_t notices = 0;
	int n;

	rig->grants_stamp = stamp(config->grants);
	n = scandir(config->grants, &names, wt_folder_filter, alphasort);
	rig->grants_unread = n < 0 && errno != ENOENT;
	if (rig->grants_unread) {
		log_say(LOG_WARNING, "%s: cannot be read: %s: %zu grants are known from before",
			config->grants, strerror(errno), rig->n_grants);
		return;
	}
	drop_grants(rig);
	if (n < 0) {
		log_say(LOG_NOTICE, "%s: no grants: %s", config->grants, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		if (rig->n_grants >= WT_MAX_GRANTS)
			log_say(LOG_WARNING, "%s: over %d grants: %s left unused", config->grants,
				WT_MAX_GRANTS, names[i]->d_name);
		else
			load_grant(rig, config->grants, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	for (size_t i = 0; i < rig->n_grants; i++)
		notices += rig->grants[i].notice;
	if (notices)
		log_say(LOG_INFO, "%s: notices: %zu", config->grants, notices);
	if (n)
		log_say(LOG_INFO, "%s: %zu of %zu grants are this rig's", config->grants,
			rig->n_grants - notices, (size_t)n - notices);
}

bool rig_reload_grants(struct rig *rig, const struct wt_config *config)
{
	if (stamp(config->grants) == rig->grants_stamp)
		return false;
	load_grants(rig, config);
	return true;
}

void rig_reload(struct rig *rig, const struct wt_config *config)
{
	load_certificate(rig, config);
	load_registration(rig, config);
	load_grants(rig, config);
}

void rig_close(struct rig *rig)
{
	drop_grants(rig);
	drop_registration(rig);
	wt_cert_freep(&rig->cert);
	wt_identity_freep(&rig->identity);
	rig->key = NULL;
}
