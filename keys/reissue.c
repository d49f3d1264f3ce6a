// SPDX-License-Identifier: Apache-2.0
/* reissue: an object that was issued, out of the register once more, byte for byte. */
#include <stdio.h>
#include <string.h>

#include "keys/authority.h"
#include "keys/command.h"

#define COMMAND "wattest-authority reissue"

static const char help[] =
	"usage: " COMMAND " DIR ID -o FILE [--cert FILE] [--force]\n"
	"\n"
	"Writes an object that was issued once more, as it is in DIR/register.db: after a full disk, or when the\n"
	"file was lost. ID is that of a registration, grant, allotment or notice (32 hex digits, `list` has them).\n"
	"\n"
	"  -o, --output FILE  where to (-: standard output)\n"
	"  --cert FILE        of a registration: the rig's certificate, too\n"
	"  --force            replace FILE\n";

/* The certificate in a registration, as the rig's agent wants it. */
static int write_cert(struct wt_span file, const char *path, bool force, struct wt_err *err)
{
	__attribute__((cleanup(wt_registration_clear))) struct wt_registration reg = { 0 };
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	struct wt_cose cose;
	int r;

	r = wt_cose_decode(file, &cose, err);
	if (r == 0)
		r = wt_registration_decode(cose.payload, &reg, err);
	if (r == 0)
		r = wt_cert_parse(reg.rig_cert, &cert, err);
	if (r == 0)
		r = wt_cert_pem(cert, &pem, err);
	if (r == 0)
		r = command_output(path, wt_buf_span(&pem), force, err);
	if (r == 0)
		printf("%s: %s\n", path, wt_cert_name(cert));
	return r;
}

static int run(const char *dir, const char *id_text, const char *output, const char *cert,
	       bool force, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = { 0 };
	uint8_t id[WT_ID_LEN];
	enum wt_typ typ = WT_TYP_REGISTRATION;
	int r;

	if (wt_unhex(id_text, id, sizeof(id)) != WT_ID_LEN)
		return wt_fail(err, EINVAL, "%.80s: not 32 hex digits", id_text);
	r = register_open(dir, REGISTER_OPEN, &reg, err);
	if (r == 0)
		r = register_find_object(reg, id, &typ, &cose, err);
	if (r == 0)
		r = wt_fail(err, ENOENT, "%.100s: was not issued here", id_text);
	if (r > 0 && cert && typ != WT_TYP_REGISTRATION)
		r = wt_fail(err, EINVAL, "--cert: %s has no certificate in it", wt_typ_name(typ));
	if (r > 0)
		r = command_output(output, wt_buf_span(&cose), force, err);
	if (r == 0 && strcmp(output, "-") != 0)
		printf("%s: %s %s\n", output, wt_typ_name(typ), id_text);
	if (r == 0 && cert)
		r = write_cert(wt_buf_span(&cose), cert, force, err);
	return r;
}

int authority_reissue(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "cert", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *output = NULL, *cert = NULL;
	struct wt_err err = { 0 };
	bool force = false;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			output = optarg;
			break;
		case 'c':
			cert = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 2)
		return wt_usage_error(COMMAND, "DIR and ID are needed");
	if (!output)
		return wt_usage_error(COMMAND, "--output is missing");
	return run(argv[optind], argv[optind + 1], output, cert, force, &err) < 0
		       ? command_failed(COMMAND, &err)
		       : 0;
}
