// SPDX-License-Identifier: Apache-2.0
/* keys: the rig's key and the request for its certificate. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/object.h"
#include "lib/timestamp.h"

#include "command.h"

#define NAME_MAX_BYTES 63 /* a registration's rig name */

static const char help[] =
	"usage: wattest keys create [--name NAME [--csr FILE]]\n"
	"       wattest keys request --name NAME [--csr FILE]\n"
	"       wattest keys show [--json]\n"
	"\n"
	"create   makes the rig's key (never over one that is there), in a file also the request for its certificate\n"
	"request  a new request for the key that is in a file; one in a TPM is enrolled: `wattest enroll`\n"
	"show     where the key is, algorithm, rig id, certificate\n"
	"\n"
	"  --name NAME     of the rig, as it will be registered (for a key in a file)\n"
	"  --csr FILE      where the request goes: the key's path with .csr by default\n"
	"  --json          show: as JSON\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

struct keys {
	struct common common;
	const char *name, *csr;
};

static void default_csr(const struct wt_config *config, char *ret, size_t cap)
{
	const char *slash = strrchr(config->key, '/'), *dot = strrchr(config->key, '.');
	size_t stem = dot && dot > slash ? (size_t)(dot - config->key) : strlen(config->key);

	snprintf(ret, cap, "%.*s.csr", (int)stem, config->key);
}

static bool in_tpm(const struct keys *keys)
{
	return keys->common.config.backend == WT_BACKEND_TPM;
}

static int write_request(struct keys *keys, struct wt_identity *identity)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = {};
	uint8_t ueid[WT_UEID_LEN];
	char path[WT_PATH_MAX + 8], hex[2 * WT_UEID_LEN + 1];
	struct wt_err err = {};
	int r;

	if (keys->csr)
		snprintf(path, sizeof(path), "%s", keys->csr);
	else
		default_csr(&keys->common.config, path, sizeof(path));
	r = wt_csr_make(wt_identity_key(identity), keys->name, &pem, &err);
	if (r == 0)
		r = wt_file_write(path, wt_buf_span(&pem), 0644, WT_FILE_REPLACE, &err);
	if (r < 0)
		return could_not(&keys->common, &err);
	wt_identity_ueid(identity, ueid);
	wt_hex(ueid, sizeof(ueid), hex);
	printf("rig id     %s\n"
	       "request    %s\n"
	       "next       give the request to the registry; put the certificate it makes at\n"
	       "           %s and the registration at\n"
	       "           %s, then `systemctl reload wattestd`\n",
	       hex, path, keys->common.config.certificate, keys->common.config.registration);
	return 0;
}

/* A registry certifies a key in a TPM only with the proof that it is there. */
static int point_to_enrolment(struct wt_identity *identity)
{
	uint8_t ueid[WT_UEID_LEN];
	char hex[2 * WT_UEID_LEN + 1];

	wt_identity_ueid(identity, ueid);
	wt_hex(ueid, sizeof(ueid), hex);
	printf("rig id     %s\n"
	       "next       enrol the rig: `wattest enroll request`\n",
	       hex);
	return 0;
}

static int create(struct keys *keys)
{
	struct wt_identity_options options = wt_config_identity(&keys->common.config);
	__attribute__((cleanup(wt_identity_freep))) struct wt_identity *identity = NULL;
	char where[WT_IDENTITY_PLACE_LEN];
	struct wt_err err = {};
	int r = wt_identity_create(&options, &err);

	if (r == -EEXIST)
		wt_fail(&err, EEXIST,
			"%s: there is a key already, and the rig's attestations hang on it: %s",
			wt_identity_place(&options, where),
			in_tpm(keys) ? "`wattest enroll request` enrols it"
				     : "`wattest keys request` makes a new request for it");
	if (r == 0)
		r = wt_identity_open(&options, &identity, &err);
	if (r < 0)
		return could_not(&keys->common, &err);
	printf("key        %s\n", wt_identity_place(&options, where));
	return in_tpm(keys) ? point_to_enrolment(identity) : write_request(keys, identity);
}

static int request(struct keys *keys)
{
	struct wt_identity_options options = wt_config_identity(&keys->common.config);
	__attribute__((cleanup(wt_identity_freep))) struct wt_identity *identity = NULL;
	struct wt_err err = {};
	int r = 0;

	if (in_tpm(keys))
		r = wt_fail(
			&err, EOPNOTSUPP,
			"the rig's key is in a TPM (keys_in = tpm): `wattest enroll request` makes its request");
	else
		r = wt_identity_open(&options, &identity, &err);
	return r < 0 ? could_not(&keys->common, &err) : write_request(keys, identity);
}

static const char *alg_name(enum wt_alg alg)
{
	return alg == WT_ALG_EDDSA ? "EdDSA (Ed25519)" : "ES256 (ECDSA P-256)";
}

static bool same_key(const struct wt_key *key, struct wt_cert *cert)
{
	uint8_t a[WT_SHA256_LEN], b[WT_SHA256_LEN];
	struct wt_key *theirs = wt_cert_key(cert);

	return theirs && wt_key_spki_digest(key, a) == 0 && wt_key_spki_digest(theirs, b) == 0 &&
	       !memcmp(a, b, sizeof(a));
}

static void show_json(const struct keys *keys, struct wt_key *key, const char *ueid,
		      struct wt_cert *cert)
{
	const struct wt_config *config = &keys->common.config;
	struct json_object *o = json_object_new_object(), *c;
	char handle[16];
	int64_t from, until;
	uint8_t x5t[WT_SHA256_LEN];
	char hex[2 * WT_SHA256_LEN + 1];

	wt_json_add(o, "keys_in", json_object_new_string(in_tpm(keys) ? "tpm" : "file"));
	if (in_tpm(keys)) {
		snprintf(handle, sizeof(handle), "0x%08x", config->tpm_handle);
		wt_json_add(o, "tpm", json_object_new_string(config->tpm));
		wt_json_add(o, "handle", json_object_new_string(handle));
	} else {
		wt_json_add(o, "key", json_object_new_string(config->key));
	}
	wt_json_add(o, "algorithm",
		    json_object_new_string(wt_key_alg(key) == WT_ALG_EDDSA ? "EdDSA" : "ES256"));
	wt_json_add(o, "ueid", json_object_new_string(ueid));
	if (cert) {
		c = json_object_new_object();
		wt_cert_validity(cert, &from, &until);
		wt_cert_x5t(cert, x5t);
		wt_hex(x5t, sizeof(x5t), hex);
		wt_json_add(c, "file", json_object_new_string(config->certificate));
		wt_json_add(c, "name", json_object_new_string(wt_cert_name(cert)));
		wt_json_add(c, "x5t", json_object_new_string(hex));
		wt_json_add(c, "not_before_s", json_object_new_int64(from));
		wt_json_add(c, "not_after_s", json_object_new_int64(until));
		wt_json_add(c, "matches_key", json_object_new_boolean(same_key(key, cert)));
		wt_json_add(o, "certificate", c);
	}
	print_json(o);
}

static int show(struct keys *keys)
{
	const struct wt_config *config = &keys->common.config;
	struct wt_identity_options options = wt_config_identity(config);
	__attribute__((cleanup(wt_identity_freep))) struct wt_identity *identity = NULL;
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	char hex[2 * WT_UEID_LEN + 1], t[WT_TIMESTAMP_LEN], where[WT_IDENTITY_PLACE_LEN];
	uint8_t ueid[WT_UEID_LEN];
	struct wt_key *key = NULL;
	struct wt_err err = {};
	int64_t from, until;
	bool missing;
	int r = wt_identity_open(&options, &identity, &err);

	missing = access(config->certificate, F_OK) < 0 && errno == ENOENT;
	if (r == 0 && !missing)
		r = wt_cert_load(config->certificate, &cert, &err);
	if (r < 0)
		return could_not(&keys->common, &err);
	key = wt_identity_key(identity);
	wt_identity_ueid(identity, ueid);
	wt_hex(ueid, sizeof(ueid), hex);
	if (keys->common.json) {
		show_json(keys, key, hex, cert);
		return 0;
	}
	printf("key          %s\nkept in      %s\nalgorithm    %s\nrig id       %s\n",
	       wt_identity_place(&options, where),
	       in_tpm(keys) ? "a TPM, from which it cannot be copied"
			    : "a file, which can be copied: assurance level 0",
	       alg_name(wt_key_alg(key)), hex);
	if (!cert) {
		printf("certificate  none yet at %s\n", config->certificate);
		return 0;
	}
	wt_cert_validity(cert, &from, &until);
	printf("certificate  %s\n             valid until %s\n", wt_cert_name(cert),
	       wt_timestamp_local(until, t));
	if (!same_key(key, cert))
		printf("             is for another key: ask the registry anew with `wattest %s request`\n",
		       in_tpm(keys) ? "enroll" : "keys");
	return 0;
}

static bool name_is_good(const char *name)
{
	return name && name[0] && strlen(name) <= NAME_MAX_BYTES &&
	       wt_text_plain(wt_span(name, strlen(name)));
}

int cmd_keys(int argc, char **argv)
{
	enum {
		NAME = 1,
		CSR
	};
	static const struct option options[] = {
		{ "name", required_argument, NULL, NAME },
		{ "csr", required_argument, NULL, CSR },
		JSON_OPTION,
		COMMON_OPTIONS,
		{},
	};
	struct keys keys = { .common = { .command = "wattest keys", .help = help } };
	int (*run)(struct keys * keys);
	const char *what;
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == NAME) {
			keys.name = optarg;
		} else if (c == CSR) {
			keys.csr = optarg;
		} else {
			r = common_option(&keys.common, c, argv);
			if (r >= 0)
				return r;
		}
	}
	what = optind < argc ? argv[optind++] : "";
	if (!strcmp(what, "create"))
		run = create;
	else if (!strcmp(what, "request"))
		run = request;
	else if (!strcmp(what, "show"))
		run = show;
	else if (!what[0])
		return wt_usage_error(keys.common.command, "create, request or show?");
	else
		return wt_usage_error(keys.common.command,
				      "there is no \"%s\": create, request or show", what);
	if (run == show ? keys.name || keys.csr : keys.common.json)
		return wt_usage_error(keys.common.command,
				      run == show ? "show takes neither --name nor --csr"
						  : "only show takes --json");
	r = common_load(&keys.common, argc, argv, false);
	if (r >= 0)
		return r;
	if (run != show && !in_tpm(&keys) && !name_is_good(keys.name))
		return wt_usage_error(keys.common.command,
				      "--name NAME is needed: 1 to %d bytes of plain text",
				      NAME_MAX_BYTES);
	if (run != show && in_tpm(&keys) && (keys.name || keys.csr))
		return wt_usage_error(
			keys.common.command,
			"--name and --csr are for a key in a file: `wattest enroll request` asks for one in a TPM");
	return run(&keys);
}
