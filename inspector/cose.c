// SPDX-License-Identifier: Apache-2.0
/* cose: is this signature that key's? For any COSE_Sign1, ours or not: no trust, no duty, no meaning. */
#include <stdlib.h>
#include <string.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "lib/cose.h"
#include "lib/file.h"

#define COMMAND "wattest-inspect cose"
#define KEY_MAX (1u << 20)

static const char help[] =
	"usage: " COMMAND " FILE --key PEM\n"
	"\n"
	"Checks the signature of a COSE_Sign1 (RFC 9052; ES256 or EdDSA, tagged or not) with a public key. Says\n"
	"only whether that key made it: not whose the key is, nor whether it may sign such a thing.\n"
	"\n"
	"  --key PEM    a public key or a certificate\n"
	"\n"
	"Exit status: 0 good, 2 bad, 3 could not check.\n";

/* A key, or the key of a certificate: what the file says it is. */
struct signer {
	struct wt_cert *cert;
	struct wt_key *loaded, *key; /* key: one of both, borrowed */
};

static void signer_clear(struct signer *signer)
{
	wt_cert_free(signer->cert);
	wt_key_free(signer->loaded);
	*signer = (struct signer){0};
}

static int load_signer(const char *path, struct signer *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = {0};
	int r;

	r = wt_file_read(path, KEY_MAX, &pem, err);
	if (r < 0)
		return r;
	wt_buf_append(&pem, "", 1);
	if (pem.err)
		return wt_fail(err, ENOMEM, "out of memory");
	if (!strstr((const char *)pem.p, "-----BEGIN CERTIFICATE-----")) {
		r = wt_key_load(path, &ret->loaded, err);
		ret->key = ret->loaded;
		return r;
	}
	r = wt_cert_load(path, &ret->cert, err);
	if (r < 0)
		return r;
	ret->key = wt_cert_key(ret->cert);
	return ret->key ? 0
			: wt_fail(err, ENOTSUP,
				  "%.200s: a key that is neither for ES256 nor for EdDSA", path);
}

/* 0 good, -EKEYREJECTED bad, else could not check. */
static int check(const char *path, const char *key, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0}, scratch = {0};
	__attribute__((cleanup(signer_clear))) struct signer signer = {0};
	struct wt_cose cose;
	int r;

	r = load_signer(key, &signer, err);
	if (r < 0)
		return r == -EKEYREJECTED ? -EIO : r;
	r = wt_file_read(path, INPUT_FILE_MAX, &file, err);
	if (r < 0)
		return r;
	r = wt_cose_decode_foreign(wt_buf_span(&file), &cose, err);
	if (r == 0 && cose.whole.n != file.n)
		r = wt_fail(err, EBADMSG, "%zu bytes follow the object", file.n - cose.whole.n);
	if (r == 0)
		r = wt_cose_verify(&cose, signer.key, &scratch, err);
	return r < 0 ? wt_fail_in(err, r, "%.200s", path) : 0;
}

int inspect_cose(int argc, char **argv)
{
	static const struct option options[] = {
		{"key", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *key = NULL;
	struct wt_err err = {0};
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			key = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (!key)
		return wt_usage_error(COMMAND, "--key is missing");
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one FILE is needed");

	r = check(argv[optind], key, &err);
	if (r == 0) {
		puts("good: that key signed it");
		return INSPECT_GOOD;
	}
	inspect_failed(COMMAND, &err);
	puts(r == -EKEYREJECTED ? "bad: that key did not sign this" : "could not check");
	return r == -EKEYREJECTED ? INSPECT_BAD : INSPECT_COULD_NOT;
}
