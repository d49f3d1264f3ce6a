// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "agent/config.h"

enum kind {
	PATH,
	COMMAND, /* a path, and arguments */
	BOOL,
	NUMBER,
	LIMIT,
	BACKEND,
	TCTI,
	HANDLE
};

static const struct key {
	const char *section, *name;
	enum kind kind;
	size_t offset;
	uint32_t min, max;
} keys[] = {
	{ "rig", "keys_in", BACKEND, offsetof(struct wt_config, backend) },
	{ "rig", "key", PATH, offsetof(struct wt_config, key) },
	{ "rig", "tpm", TCTI, offsetof(struct wt_config, tpm) },
	{ "rig", "tpm_handle", HANDLE, offsetof(struct wt_config, tpm_handle) },
	{ "rig", "tpm_owner_auth", PATH, offsetof(struct wt_config, tpm_owner_auth) },
	{ "rig", "tpm_endorsement_auth", PATH, offsetof(struct wt_config, tpm_endorsement_auth) },
	{ "rig", "certificate", PATH, offsetof(struct wt_config, certificate) },
	{ "rig", "registration", PATH, offsetof(struct wt_config, registration) },
	{ "rig", "grants", PATH, offsetof(struct wt_config, grants) },
	{ "rig", "trust", PATH, offsetof(struct wt_config, trust) },
	{ "agent", "state", PATH, offsetof(struct wt_config, state) },
	{ "agent", "run", PATH, offsetof(struct wt_config, run) },
	{ "agent", "probes", BOOL, offsetof(struct wt_config, probes) },
	{ "agent", "ima", BOOL, offsetof(struct wt_config, ima) },
	{ "agent", "ima_list", PATH, offsetof(struct wt_config, ima_list) },
	{ "agent", "attestation_kb", NUMBER, offsetof(struct wt_config, attestation_kb), 4, 4096 },
	{ "agent", "keep_days", NUMBER, offsetof(struct wt_config, keep_days), 0, 36500 },
	{ "agent", "keep_undelivered_days", NUMBER,
	  offsetof(struct wt_config, keep_undelivered_days), 0, 36500 },
	{ "agent", "keep_mb", NUMBER, offsetof(struct wt_config, keep_mb), 0, 1048576 },
	{ "hooks", "directory", PATH, offsetof(struct wt_config, hooks) },
	{ "hooks", "timeout_s", NUMBER, offsetof(struct wt_config, hook_timeout_s), 1, 600 },
	{ "hooks", "low_1", LIMIT, offsetof(struct wt_config, limits.low[0]) },
	{ "hooks", "low_2", LIMIT, offsetof(struct wt_config, limits.low[1]) },
	{ "hooks", "registration_days", NUMBER,
	  offsetof(struct wt_config, limits.registration_days), 0, 3650 },
	{ "purchase", "command", COMMAND, offsetof(struct wt_config, purchase) },
	{ "purchase", "horizon_h", NUMBER, offsetof(struct wt_config, purchase_horizon_h), 1, 168 },
	{ "purchase", "lead_min", NUMBER, offsetof(struct wt_config, purchase_lead_min), 0, 1440 },
	{ "purchase", "margin_percent", NUMBER, offsetof(struct wt_config, purchase_margin), 0,
	  100 },
	{ "purchase", "block_wh", NUMBER, offsetof(struct wt_config, purchase_block_wh), 0,
	  1000000 },
	{ "purchase", "timeout_s", NUMBER, offsetof(struct wt_config, purchase_timeout_s), 1,
	  3600 },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

struct parse {
	struct wt_config *config;
	uint32_t seen; /* a bit for each of keys[] */
	bool failed;
	struct wt_err err; /* of the first line that was refused */
};

_Static_assert(N_KEYS <= 32, "parse.seen has a bit for each key");

static int set_path(char *ret, const char *value, const char *name, struct wt_err *err)
{
	/* The daemon and the command run from different folders, so a relative path would mean two files. */
	if (value[0] != '/')
		return wt_fail(err, EINVAL, "%s = %s: must be an absolute path", name, value);
	if (strlen(value) >= WT_PATH_MAX)
		return wt_fail(err, EINVAL, "%s: longer than %d bytes", name, WT_PATH_MAX - 1);
	strcpy(ret, value);
	return 0;
}

static int set_bool(bool *ret, const char *value, const char *name, struct wt_err *err)
{
	if (!strcmp(value, "yes"))
		*ret = true;
	else if (!strcmp(value, "no"))
		*ret = false;
	else
		return wt_fail(err, EINVAL, "%s = %s: must be yes or no", name, value);
	return 0;
}

static int set_number(uint32_t *ret, const char *value, const struct key *key, struct wt_err *err)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || v < key->min || v > key->max)
		return wt_fail(err, EINVAL, "%s = %s: must be a number from %u to %u", key->name,
			       value, key->min, key->max);
	*ret = (uint32_t)v;
	return 0;
}

/* "120 min", "5000 Wh", "off" */
static int set_limit(struct wt_limit *ret, const char *value, const char *name, struct wt_err *err)
{
	char *end = NULL;
	unsigned long n = 0;

	if (!strcmp(value, "off")) {
		*ret = (struct wt_limit){};
		return 0;
	}
	errno = 0;
	if (value[0] >= '0' && value[0] <= '9')
		n = strtoul(value, &end, 10);
	if (!end || errno || n < 1 || n > 1000000 || (strcmp(end, " min") && strcmp(end, " Wh")))
		return wt_fail(err, EINVAL,
			       "%s = %s: must be such as 120 min, 5000 Wh (1 to 1000000), or off",
			       name, value);
	ret->unit = end[1] == 'm' ? WT_LIMIT_MINUTES : WT_LIMIT_WH;
	ret->n = (uint32_t)n;
	return 0;
}

static int set_backend(enum wt_backend *ret, const char *value, const char *name,
		       struct wt_err *err)
{
	if (!strcmp(value, "file"))
		*ret = WT_BACKEND_FILE;
	else if (!strcmp(value, "tpm"))
		*ret = WT_BACKEND_TPM;
	else
		return wt_fail(err, EINVAL, "%s = %s: must be file or tpm", name, value);
	return 0;
}

/* "device:/dev/tpmrm0": tpm2-tss judges the rest. */
static int set_tcti(char *ret, const char *value, const char *name, struct wt_err *err)
{
	if (!strchr(value, ':'))
		return wt_fail(err, EINVAL, "%s = %s: must be such as device:/dev/tpmrm0", name,
			       value);
	if (strlen(value) >= WT_PATH_MAX)
		return wt_fail(err, EINVAL, "%s: longer than %d bytes", name, WT_PATH_MAX - 1);
	strcpy(ret, value);
	return 0;
}

static int set_handle(uint32_t *ret, const char *value, const char *name, struct wt_err *err)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(value, &end, 16);
	if (strncmp(value, "0x81", 4) || *end || errno || v < 0x81000000 || v > 0x81ffffff)
		return wt_fail(
			err, EINVAL,
			"%s = %s: must be a persistent handle, such as 0x81010101 (0x81000000 to 0x81ffffff)",
			name, value);
	*ret = (uint32_t)v;
	return 0;
}

static int set(struct parse *parse, const char *section, const char *name, const char *value)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		const struct key *key = &keys[i];
		void *field = (char *)parse->config + key->offset;

		if (strcmp(key->section, section) || strcmp(key->name, name))
			continue;
		if (parse->seen & (1u << i))
			return wt_fail(&parse->err, EINVAL, "%s is given twice", name);
		parse->seen |= 1u << i;
		switch (key->kind) {
		case PATH:
		case COMMAND:
			return set_path(field, value, name, &parse->err);
		case BOOL:
			return set_bool(field, value, name, &parse->err);
		case NUMBER:
			return set_number(field, value, key, &parse->err);
		case LIMIT:
			return set_limit(field, value, name, &parse->err);
		case BACKEND:
			return set_backend(field, value, name, &parse->err);
		case TCTI:
			return set_tcti(field, value, name, &parse->err);
		case HANDLE:
			return set_handle(field, value, name, &parse->err);
		}
	}
	if (!section[0])
		return wt_fail(&parse->err, EINVAL, "%s stands before the first [section]", name);
	return wt_fail(&parse->err, EINVAL, "no key %s in a section [%s]", name, section);
}

/* inih's convention: 0 is an error, and ini_parse then returns the first such line. */
static int on_entry(void *user, const char *section, const char *name, const char *value)
{
	struct parse *parse = user;

	if (parse->failed)
		return 0;
	parse->failed = set(parse, section, name, value) < 0;
	return !parse->failed;
}

static void defaults(struct wt_config *config)
{
	*config = (struct wt_config){
		.key = "/etc/wattest/rig.key",
		.tpm = WT_IDENTITY_TCTI,
		.tpm_handle = WT_IDENTITY_HANDLE,
		.certificate = "/etc/wattest/rig.pem",
		.registration = "/etc/wattest/registration.cose",
		.trust = "/etc/wattest/trust",
		.state = "/var/lib/wattest",
		.run = "/run/wattest",
		.probes = true,
		.ima = true,
		.ima_list = "/sys/kernel/security/ima/binary_runtime_measurements",
		.attestation_kb = 256,
		.keep_days = 400,
		.hooks = "/etc/wattest/hooks.d",
		.hook_timeout_s = 30,
		.limits = { .low = { { WT_LIMIT_MINUTES, 120 }, { WT_LIMIT_MINUTES, 30 } },
			    .registration_days = 30 },
		.purchase_horizon_h = 4,
		.purchase_margin = 5,
		.purchase_timeout_s = 120,
	};
}

int wt_config_load(const char *path, struct wt_config *ret, struct wt_err *err)
{
	struct wt_config config;
	struct parse parse = { .config = &config };
	const char *file = path ? path : WT_CONFIG_FILE;
	int line;

	defaults(&config);
	if (path || access(file, F_OK) == 0 || errno != ENOENT) {
		errno = 0;
		line = ini_parse(file, on_entry, &parse);
		if (line == -1)
			return wt_fail(err, errno ? errno : EIO, "%s: %s", file, strerror(errno));
		if (line < 0)
			return wt_fail(err, ENOMEM, "%s: out of memory", file);
		if (line > 0) {
			const char *what =
				parse.failed
					? parse.err.msg
					: "neither [section] nor key = value, or over 200 bytes long";

			return wt_fail(err, EINVAL, "%s:%d: %s", file, line, what);
		}
	}
	if (!config.grants[0] &&
	    snprintf(config.grants, WT_PATH_MAX, "%s/grants.d", config.state) >= WT_PATH_MAX)
		return wt_fail(err, EINVAL, "%s: state: too long a path", file);
	*ret = config;
	return 0;
}

struct wt_identity_options wt_config_identity(const struct wt_config *config)
{
	return (struct wt_identity_options){
		.backend = config->backend,
		.key = config->key,
		.tcti = config->tpm,
		.handle = config->tpm_handle,
		.owner_auth = config->tpm_owner_auth,
		.endorsement_auth = config->tpm_endorsement_auth,
	};
}
