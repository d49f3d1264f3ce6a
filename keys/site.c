// SPDX-License-Identifier: Apache-2.0
/*
 * site: a key that may divide grants among the rigs of a site, its certificate, and a register of
 * its own.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/certify.h"
#include "keys/command.h"
#include "keys/outdir.h"
#include "lib/file.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority site"

static const char help[] =
	"usage: " COMMAND " DIR --name NAME -o SITEDIR [--days N]\n"
	"\n"
	"Makes a site, which divides what it buys among its rigs (`split`). In SITEDIR, for the site's operator:\n"
	"  site.key     its private key, for nobody else\n"
	"  site.crt     its certificate, of the energy platform: what a grant names (`grant --site`)\n"
	"  trust/       a copy of DIR/trust\n"
	"  register.db  all that the site allots: keep it safe\n"
	"\n"
	"  --name NAME            of the site\n"
	"  --days N               how long the certificate is valid (730)\n"
	"  -o, --output SITEDIR   a folder that is not there yet, or empty\n";

struct request {
	const char *dir, *output;
	char name[64];
	uint64_t days;
	int64_t now;
};

static int is_pem(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".pem") == 0;
}

static int copy_trust(const char *dir, const char *to, struct wt_err *err)
{
	__attribute__((cleanup(outdir_clear))) struct outdir out = { 0 };
	struct dirent **entries = NULL;
	char from[4096], path[4096 + 256];
	int n, r;

	r = authority_path(dir, "trust", from, err);
	if (r == 0)
		r = outdir_open(to, &out, err);
	if (r < 0)
		return r;
	n = scandir(from, &entries, is_pem, alphasort);
	if (n < 0)
		return wt_fail(err, errno, "%.200s: %s", from, strerror(errno));
	for (int i = 0; i < n; i++) {
		__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };

		snprintf(path, sizeof(path), "%s/%.255s", from, entries[i]->d_name);
		if (r == 0)
			r = wt_file_read(path, AUTHORITY_FILE_MAX, &pem, err);
		if (r == 0)
			r = outdir_write(&out, entries[i]->d_name, wt_buf_span(&pem), err);
		free(entries[i]);
	}
	free(entries);
	return r == 0 ? outdir_sync(&out, err) : r;
}

static int fill(const struct request *request, const char *to, struct authority_identity *site,
		struct wt_err *err)
{
	struct authority_register *own = NULL;
	char path[4096];
	int r;

	r = wt_key_generate(WT_ALG_ES256, &site->key);
	if (r < 0)
		return wt_fail(err, -r, "%s: cannot make a key", request->name);
	r = certify_key(request->dir,
			&(struct certify){ .common_name = request->name,
					   .duty = WT_DUTY_ALLOTMENT,
					   .now = request->now,
					   .from = request->now - AUTHORITY_BACKDATE,
					   .days = request->days },
			site->key, &site->cert, err);
	if (r == 0)
		r = authority_path(to, "site.key", path, err);
	if (r == 0)
		r = wt_key_save(site->key, path, err);
	if (r == 0)
		r = authority_path(to, "site.crt", path, err);
	if (r == 0)
		r = wt_cert_save(site->cert, path, err);
	if (r == 0)
		r = authority_path(to, "trust", path, err);
	if (r == 0)
		r = copy_trust(request->dir, path, err);
	if (r == 0)
		r = register_open(to, REGISTER_NEW, &own, err);
	register_free(own);
	if (r == 0)
		r = wt_file_sync_folder(to, err);
	if (r == 0 && chmod(to, 0755) < 0)
		r = wt_fail(err, errno, "%.200s: %s", to, strerror(errno));
	return r;
}

/* Only what fill() made. */
static void remove_all(const char *to)
{
	static const char *const files[] = { "site.key", "site.crt", "register.db" };
	struct dirent **entries = NULL;
	char path[4096], pem[4096 + 256];
	int n;

	if (authority_path(to, "trust", path, NULL) == 0) {
		n = scandir(path, &entries, is_pem, NULL);
		for (int i = 0; i < n; i++) {
			snprintf(pem, sizeof(pem), "%s/%.255s", path, entries[i]->d_name);
			unlink(pem);
			free(entries[i]);
		}
		free(entries);
		rmdir(path);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (authority_path(to, files[i], path, NULL) == 0)
			unlink(path);
	rmdir(to);
}

static int enter(const struct request *request, struct authority_register *reg,
		 const struct authority_identity *site, struct wt_err *err)
{
	int r = register_put_site(reg, request->name, site->cert, request->now, err);

	if (r == -EEXIST)
		return wt_fail(
			err, EEXIST,
			"%s: there is a site of that name already; if a run was interrupted, "
			"%.100s.new-... is its folder: rename that",
			request->name, request->output);
	return r == 0 ? register_commit(reg, err) : r;
}

/* Made beside SITEDIR; in the authority's register before it gets its name. */
static int run(const struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity site = { 0 };
	char making[4096], until_text[WT_TIMESTAMP_LEN], hex[2 * WT_SHA256_LEN + 1];
	uint8_t x5t[WT_SHA256_LEN];
	int64_t from, until;
	int r;

	r = authority_open_register(request->dir, &reg, err);
	if (r == 0)
		r = register_begin(reg, err);
	if (r < 0)
		return r;
	if (rmdir(request->output) < 0 && errno != ENOENT)
		return wt_fail(err, EEXIST, "%.200s: is there already and not empty, left as it is",
			       request->output);
	if (snprintf(making, sizeof(making), "%s.new-XXXXXX", request->output) >=
	    (int)sizeof(making))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long",
			       request->output);
	if (!mkdtemp(making))
		return wt_fail(err, errno, "%.200s: %s", request->output, strerror(errno));
	r = fill(request, making, &site, err);
	if (r == 0)
		r = enter(request, reg, &site, err);
	if (r == 0 && rename(making, request->output) < 0)
		r = wt_fail(err, errno, "%.200s: %s", request->output, strerror(errno));
	if (r < 0) {
		remove_all(making);
		return r;
	}
	r = wt_file_sync_folder(request->output, err);
	if (r < 0)
		return r;
	wt_cert_x5t(site.cert, x5t);
	wt_hex(x5t, sizeof(x5t), hex);
	wt_cert_validity(site.cert, &from, &until);
	printf("%s: site %s, valid until %s\nsite %s\n", request->output, request->name,
	       wt_timestamp_utc(until, until_text), hex);
	return 0;
}

int authority_site(int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "days", required_argument, NULL, 'd' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .days = AUTHORITY_RIG_DAYS, .now = time(NULL) };
	struct wt_err err = { 0 };
	int c, r = 0;

	while (r == 0 && (c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			r = command_text("--name", optarg, request.name, sizeof(request.name),
					 &err);
			break;
		case 'd':
			r = command_number("--days", optarg, 1, AUTHORITY_MAX_DAYS, &request.days,
					   &err);
			break;
		case 'o':
			request.output = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (r < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one DIR is needed");
	if (!*request.name)
		return wt_usage_error(COMMAND, "--name is missing");
	if (!request.output)
		return wt_usage_error(COMMAND, "--output is missing");
	request.dir = argv[optind];
	return run(&request, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
