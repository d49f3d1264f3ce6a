// SPDX-License-Identifier: Apache-2.0
/*
 * init: everything is made in a folder beside DIR that becomes DIR at the end, so that there is a
 * whole authority or none, and never half of one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "lib/file.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority init"

static const char help[] =
	"usage: " COMMAND " DIR [OPTION]...\n"
	"\n"
	"Makes an authority in DIR: a registry and an energy platform, each with a CA and a signer.\n"
	"  DIR/private/  the private keys, for nobody else\n"
	"  DIR/trust/    what an inspector needs: give it away\n"
	"  DIR/register.db  all that is ever issued: keep it safe\n"
	"An authority that is there already is left alone.\n"
	"\n"
	"  --name NAME     goes before the names of the CAs (Development)\n"
	"  --from TIME     when their certificates begin (an hour ago)\n"
	"  --days N        how long the CAs and their signers are valid (3650)\n"
	"  --crl-days N    how long the revocation lists are good; renew them with `crl` (30)\n";

struct plan {
	char name[40];
	int64_t now, from;
	uint64_t days, crl_days;
};

static int issue(const char *dir, const struct plan *plan, const char *role,
		 const enum wt_duty *duties, size_t n_duties,
		 const struct authority_identity *issuer, const char *key_file,
		 const char *cert_file, struct authority_identity *ret, struct wt_err *err)
{
	struct wt_cert_spec spec = {
		.organization = plan->name,
		.n_duties = n_duties,
		.ca = !issuer,
		.not_before = plan->from,
		.not_after = plan->now + (int64_t)plan->days * 86400,
	};
	struct authority_identity identity = { 0 };
	char common_name[64], path[PATH_MAX];
	int r;

	snprintf(common_name, sizeof(common_name), "%s %s", plan->name, role);
	spec.common_name = common_name;
	memcpy(spec.duties, duties, n_duties * sizeof(duties[0]));

	r = wt_key_generate(WT_ALG_ES256, &identity.key);
	if (r < 0)
		return wt_fail(err, -r, "%s: cannot make a key", common_name);
	r = wt_cert_issue(&spec, identity.key, issuer ? issuer->cert : NULL,
			  issuer ? issuer->key : identity.key, &identity.cert, err);
	if (r == 0)
		r = authority_path(dir, key_file, path, err);
	if (r == 0)
		r = wt_key_save(identity.key, path, err);
	if (r == 0)
		r = authority_path(dir, cert_file, path, err);
	if (r == 0)
		r = wt_cert_save(identity.cert, path, err);
	if (r < 0) {
		authority_identity_clear(&identity);
		return r;
	}
	*ret = identity; /* transferred */
	return 0;
}

static int make_issuer(const char *dir, const struct plan *plan, enum authority_issuer which,
		       struct wt_err *err)
{
	const struct authority_layout *layout = &authority_layouts[which];
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity ca = { 0 };
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity signer = { 0 };
	size_t listed;
	int r;

	r = issue(dir, plan, layout->ca_name, layout->ca_duties, layout->n_ca_duties, NULL,
		  layout->ca_key, layout->ca_cert, &ca, err);
	if (r == 0)
		r = issue(dir, plan, layout->signer_name, &layout->signer_duty, 1, &ca,
			  layout->signer_key, layout->signer_cert, &signer, err);
	if (r == 0)
		r = authority_write_crl(dir, which, &ca, plan->now, (int)plan->crl_days, &listed,
					err);
	return r;
}

static int make_all(const char *dir, const struct plan *plan, struct wt_err *err)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {
		{ "private", 0700 }, { "signers", 0755 }, { "revoked", 0755 }, { "trust", 0755 }
	};
	struct authority_register *reg = NULL;
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		r = authority_path(dir, folders[i].name, path, err);
		if (r == 0 && mkdir(path, folders[i].mode) < 0)
			r = wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	}
	for (int which = 0; r == 0 && which < AUTHORITY_ISSUERS; which++)
		r = make_issuer(dir, plan, which, err);
	if (r == 0)
		r = register_open(dir, REGISTER_NEW, &reg, err);
	register_free(reg); /* its log is merged into the file, which may move now */
	if (r == 0)
		r = wt_file_sync_folder(dir, err);
	if (r == 0 && chmod(dir, 0755) < 0)
		r = wt_fail(err, errno, "%.200s: %s", dir, strerror(errno));
	return r;
}

/* Only what init itself made: the register, and one level of folders with files in them. */
static void remove_all(const char *dir)
{
	static const char *const folders[] = { "private", "signers", "revoked", "trust" };
	char path[PATH_MAX];
	struct dirent *entry;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		DIR *d;

		if (authority_path(dir, folders[i], path, NULL) < 0)
			continue;
		d = opendir(path);
		while (d && (entry = readdir(d)))
			if (entry->d_name[0] != '.' || entry->d_name[1] != '\0')
				unlinkat(dirfd(d), entry->d_name, 0);
		if (d)
			closedir(d);
		rmdir(path);
	}
	if (authority_path(dir, "register.db", path, NULL) == 0)
		unlink(path);
	rmdir(dir);
}

static int init(const char *dir, const struct plan *plan, struct wt_err *err)
{
	char making[PATH_MAX];
	int r;

	if (snprintf(making, sizeof(making), "%s.new-XXXXXX", dir) >= (int)sizeof(making))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", dir);
	if (!mkdtemp(making))
		return wt_fail(err, errno, "%.200s: %s", dir, strerror(errno));

	r = make_all(making, plan, err);
	/* An empty folder is replaced, one with anything in it is not. */
	if (r == 0 && rename(making, dir) < 0)
		r = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
			    ? wt_fail(err, EEXIST,
				      "%.200s: is there already and not empty, left as it is", dir)
			    : wt_fail(err, errno, "%.200s: %s", dir, strerror(errno));
	if (r < 0)
		remove_all(making);
	else
		r = wt_file_sync_folder(dir, err);
	return r;
}

static int parse(int argc, char **argv, struct plan *plan, struct wt_err *err)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "days", required_argument, NULL, 'd' },
		{ "crl-days", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, r = 0;

	while (r == 0 && (c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			r = command_text("--name", optarg, plan->name, sizeof(plan->name), err);
			break;
		case 'f':
			r = command_time("--from", optarg, plan->now, &plan->from, err);
			if (r == 0 && plan->from > plan->now)
				r = wt_fail(err, EINVAL, "--from: later than now");
			break;
		case 'd':
			r = command_number("--days", optarg, 1, AUTHORITY_MAX_DAYS, &plan->days,
					   err);
			break;
		case 'c':
			r = command_number("--crl-days", optarg, 1, AUTHORITY_MAX_DAYS,
					   &plan->crl_days, err);
			break;
		case 'h':
			return 1;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	return r;
}

int authority_init(int argc, char **argv)
{
	struct plan plan = { .name = "Development",
			     .now = time(NULL),
			     .days = AUTHORITY_CA_DAYS,
			     .crl_days = AUTHORITY_CRL_DAYS };
	char until[WT_TIMESTAMP_LEN], crl_until[WT_TIMESTAMP_LEN], *dir;
	struct wt_err err = { 0 };
	size_t n;
	int r;

	plan.from = plan.now - AUTHORITY_BACKDATE;
	r = parse(argc, argv, &plan, &err);
	if (r == 1) {
		fputs(help, stdout);
		return 0;
	}
	if (r < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	if (r > 0)
		return r;
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one DIR is needed");

	dir = argv[optind];
	for (n = strlen(dir); n > 1 && dir[n - 1] == '/'; n--)
		dir[n - 1] = '\0';
	if (n == 0)
		return wt_usage_error(COMMAND, "DIR is empty");

	r = init(dir, &plan, &err);
	if (r < 0)
		return command_failed(COMMAND, &err);
	printf("%s: registry and energy platform, valid until %s\n", dir,
	       wt_timestamp_utc(plan.now + (int64_t)plan.days * 86400, until));
	printf("%s/trust: give this to inspectors; its revocation lists are good until %s\n", dir,
	       wt_timestamp_utc(plan.now + (int64_t)plan.crl_days * 86400, crl_until));
	return 0;
}
