// SPDX-License-Identifier: Apache-2.0
/*
 * crl: renews the revocation lists of both CAs, and revokes. What is revoked stays so: DIR/revoked
 * is the memory.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority crl"
#define SERIAL_MAX 20
#define REVOKED_MAX 10000

static const char help[] =
	"usage: " COMMAND " DIR [--revoke CERT]... [--days N]\n"
	"\n"
	"Renews the revocation lists in DIR/trust; give that folder to the inspectors again. An inspector\n"
	"whose lists are older than their time reports that revocation is not known: a warning.\n"
	"\n"
	"  --revoke CERT  a rig's or signer's certificate (PEM) to be listed, from now on and for good\n"
	"  --days N       how long the lists are good (30)\n";

struct serial_list {
	uint8_t (*bytes)[SERIAL_MAX];
	struct wt_span *spans;
	size_t n;
};

static void serial_list_clear(struct serial_list *list)
{
	free(list->bytes);
	free(list->spans);
	*list = (struct serial_list){ 0 };
}

static int is_pem(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".pem") == 0;
}

/* The serials of those certificates in DIR/revoked that this CA issued. */
static int collect(const char *dir, const struct authority_identity *ca, struct serial_list *ret,
		   struct wt_err *err)
{
	char folder[PATH_MAX - 256], path[PATH_MAX];
	struct dirent **entries = NULL;
	int n, r;

	r = authority_path(dir, "revoked", path, err);
	if (r < 0)
		return r;
	if (strlen(path) >= sizeof(folder))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", dir);
	strcpy(folder, path);
	n = scandir(folder, &entries, is_pem, alphasort);
	if (n < 0)
		return wt_fail(err, errno, "%.200s: %s", folder, strerror(errno));
	if (n > REVOKED_MAX)
		r = wt_fail(err, EFBIG, "%.200s: more than %d certificates", folder, REVOKED_MAX);
	ret->bytes = calloc((size_t)n + 1, sizeof(*ret->bytes));
	ret->spans = calloc((size_t)n + 1, sizeof(*ret->spans));
	if (!ret->bytes || !ret->spans)
		r = wt_fail(err, ENOMEM, "out of memory");

	for (int i = 0; r == 0 && i < n; i++) {
		__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;

		snprintf(path, sizeof(path), "%s/%.255s", folder, entries[i]->d_name);
		r = wt_cert_load(path, &cert, err);
		if (r == 0)
			r = wt_cert_issued_by(cert, ca->cert, err);
		if (r > 0) {
			int len = wt_cert_serial(cert, ret->bytes[ret->n]);

			ret->spans[ret->n] = wt_span(ret->bytes[ret->n], (size_t)len);
			ret->n++;
			r = 0;
		}
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return r;
}

int authority_write_crl(const char *dir, enum authority_issuer which,
			const struct authority_identity *ca, int64_t now, int days,
			size_t *ret_listed, struct wt_err *err)
{
	__attribute__((cleanup(serial_list_clear))) struct serial_list list = { 0 };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	char path[PATH_MAX];
	int r;

	r = collect(dir, ca, &list, err);
	if (r == 0)
		r = wt_crl_make(ca->cert, ca->key, list.spans, list.n, now, days, &pem, err);
	if (r == 0)
		r = authority_path(dir, authority_layouts[which].crl, path, err);
	if (r == 0)
		r = wt_file_write(path, wt_buf_span(&pem), 0644, WT_FILE_REPLACE, err);
	if (r == 0)
		*ret_listed = list.n;
	return r;
}

/* A certificate that a CA here issued and a list can revoke. */
static int load_revocable(const struct authority_identity cas[AUTHORITY_ISSUERS], const char *file,
			  struct wt_cert **ret, struct wt_err *err)
{
	struct wt_cert *cert = NULL;
	bool ours = false;
	int r;

	r = wt_cert_load(file, &cert, err);
	for (int which = 0; r == 0 && which < AUTHORITY_ISSUERS; which++) {
		if (wt_span_equal(wt_cert_der(cert), wt_cert_der(cas[which].cert)))
			r = wt_fail(
				err, EINVAL,
				"%.200s: is a CA itself: no list can revoke it, take it out of DIR/trust",
				file);
		else if (!ours)
			r = wt_cert_issued_by(cert, cas[which].cert, err);
		if (r > 0) {
			ours = true;
			r = 0;
		}
	}
	if (r == 0 && !ours)
		r = wt_fail(err, EINVAL, "%.200s: was not issued by this authority", file);
	if (r < 0) {
		wt_cert_free(cert);
		return r;
	}
	*ret = cert; /* transferred */
	return 0;
}

/*
 * The CA's row in the register says it for good, the copy in DIR/revoked is what the list is made
 * of.
 */
static int enter(struct authority_register *reg,
		 const struct authority_identity cas[AUTHORITY_ISSUERS], const struct wt_cert *cert,
		 int64_t now, struct wt_err *err)
{
	for (int which = 0; which < AUTHORITY_ISSUERS; which++) {
		int r = wt_cert_issued_by(cert, cas[which].cert, err);

		if (r < 0)
			return r;
		if (r > 0)
			return register_put_revocation(reg, wt_cert_common_name(cas[which].cert),
						       cert, now, err);
	}
	return wt_fail(err, EINVAL, "%s: was not issued by this authority", wt_cert_name(cert));
}

/* Puts a copy into DIR/revoked, named by its serial; revoking twice is fine. */
static int revoke(const char *dir, const struct wt_cert *cert, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	char name[sizeof("revoked/.pem") + 2 * SERIAL_MAX], hex[2 * SERIAL_MAX + 1], path[PATH_MAX];
	uint8_t serial[SERIAL_MAX];
	int r;

	wt_hex(serial, (size_t)wt_cert_serial(cert, serial), hex);
	snprintf(name, sizeof(name), "revoked/%s.pem", hex);
	r = authority_path(dir, name, path, err);
	if (r == 0)
		r = wt_cert_pem(cert, &pem, err);
	if (r == 0)
		r = wt_file_write(path, wt_buf_span(&pem), 0644, WT_FILE_REPLACE, err);
	if (r == 0)
		printf("revoked %s\n", wt_cert_name(cert));
	return r;
}

struct request {
	const char **revoke;
	size_t n_revoke;
	uint64_t days;
};

/*
 * All are looked at and in the register before the first is revoked: a wrong one changes nothing.
 */
static int revoke_all(const char *dir, const struct request *request,
		      const struct authority_identity cas[AUTHORITY_ISSUERS], int64_t now,
		      struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	int r = 0;

	if (request->n_revoke == 0)
		return 0;
	r = authority_open_register(dir, &reg, err);
	if (r == 0)
		r = register_begin(reg, err);
	for (size_t i = 0; r == 0 && i < 2 * request->n_revoke; i++) {
		__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;

		if (i == request->n_revoke)
			r = register_commit(reg, err);
		if (r == 0)
			r = load_revocable(cas, request->revoke[i % request->n_revoke], &cert, err);
		if (r == 0)
			r = i < request->n_revoke ? enter(reg, cas, cert, now, err)
						  : revoke(dir, cert, err);
	}
	return r;
}

static int run(const char *dir, const struct request *request, struct wt_err *err)
{
	struct authority_identity cas[AUTHORITY_ISSUERS] = { 0 };
	char until[WT_TIMESTAMP_LEN];
	int64_t now = time(NULL);
	int r = 0;

	for (int which = 0; r == 0 && which < AUTHORITY_ISSUERS; which++)
		r = authority_load_ca(dir, which, &cas[which], err);
	if (r == 0)
		r = revoke_all(dir, request, cas, now, err);
	for (int which = 0; r == 0 && which < AUTHORITY_ISSUERS; which++) {
		size_t listed = 0;

		r = authority_write_crl(dir, which, &cas[which], now, (int)request->days, &listed,
					err);
		if (r == 0)
			printf("%s/%s: %zu revoked, good until %s\n", dir,
			       authority_layouts[which].crl, listed,
			       wt_timestamp_utc(now + (int64_t)request->days * 86400, until));
	}
	for (int which = 0; which < AUTHORITY_ISSUERS; which++)
		authority_identity_clear(&cas[which]);
	return r;
}

int authority_crl(int argc, char **argv)
{
	static const struct option options[] = {
		{ "revoke", required_argument, NULL, 'r' },
		{ "days", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .days = AUTHORITY_CRL_DAYS };
	struct wt_err err = { 0 };
	int c, r = 0, status;

	request.revoke = calloc((size_t)argc, sizeof(*request.revoke));
	if (!request.revoke)
		return AUTHORITY_FAILED;
	while (r == 0 && (c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			request.revoke[request.n_revoke++] = optarg;
			break;
		case 'd':
			r = command_number("--days", optarg, 1, AUTHORITY_MAX_DAYS, &request.days,
					   &err);
			break;
		case 'h':
			fputs(help, stdout);
			free(request.revoke);
			return 0;
		default:
			free(request.revoke);
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (r < 0)
		status = wt_usage_error(COMMAND, "%s", err.msg);
	else if (argc - optind != 1)
		status = wt_usage_error(COMMAND, "one DIR is needed");
	else
		status = run(argv[optind], &request, &err) < 0 ? command_failed(COMMAND, &err) : 0;
	free(request.revoke);
	return status;
}
