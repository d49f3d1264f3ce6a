// SPDX-License-Identifier: Apache-2.0
/* quote: is this a TPM 2.0 quote, by that key, over these PCRs and this nonce? Of any TPM, a rig's or not. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "inspector/inspect.h"
#include "lib/file.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/tpm/quote.h"

#define COMMAND "wattest-inspect quote"
#define FILE_MAX 65536u

static const char help[] =
	"usage: " COMMAND " --ak PEM --attest FILE --signature FILE [--nonce HEX] [--pcrs FILE] [--json]\n"
	"\n"
	"Checks a TPM 2.0 quote attribute by attribute, with the files as tpm2_quote writes them. Says nothing of\n"
	"whose key it is: that a TPM made the quote is as sure as that the key is a TPM's restricted one.\n"
	"\n"
	"  --ak PEM          the attestation key: a public key or a certificate, ECC or RSA\n"
	"  --attest FILE     what was signed (TPMS_ATTEST; tpm2_quote -m)\n"
	"  --signature FILE  the signature (TPMT_SIGNATURE; tpm2_quote -s)\n"
	"  --nonce HEX       what extraData has to be\n"
	"  --pcrs FILE       the PCRs' values (tpm2_quote -o, serialized or -F values)\n"
	"  --json            for programs\n"
	"\n"
	"Exit status: 0 good, 2 bad, 3 could not check.\n";

enum outcome {
	GOOD,
	BAD,
	SAID, /* nothing to compare it with */
};

struct attribute {
	const char *name;
	enum outcome outcome;
	char text[256];
};

struct report {
	struct attribute all[16];
	size_t n;
	bool bad;
};

struct inputs {
	const char *ak, *attest, *signature, *nonce, *pcrs;
	bool json;
};

static void say(struct report *report, const char *name, enum outcome outcome, const char *format,
		...) __attribute__((format(printf, 4, 5)));
static void say(struct report *report, const char *name, enum outcome outcome, const char *format,
		...)
{
	struct attribute *a = &report->all[report->n++];
	va_list args;

	a->name = name;
	a->outcome = outcome;
	va_start(args, format);
	vsnprintf(a->text, sizeof(a->text), format, args);
	va_end(args);
	report->bad = report->bad || outcome == BAD;
}

/* --- the attributes ---------------------------------------------------------------------------------- */

static void check_nonce(struct report *report, const struct wt_tpm_attest *attest,
			const uint8_t *nonce, int n)
{
	char hex[2 * 64 + 1];

	wt_hex(attest->extra_data.p, attest->extra_data.n > 64 ? 64 : attest->extra_data.n, hex);
	if (n < 0)
		say(report, "extraData", SAID, "%s", *hex ? hex : "empty");
	else if (wt_span_equal(attest->extra_data, wt_span(nonce, (size_t)n)))
		say(report, "extraData", GOOD, "is the nonce");
	else
		say(report, "extraData", BAD, "is not the nonce: %s", *hex ? hex : "empty");
}

static void check_selection(struct report *report, const struct wt_tpm_attest *attest)
{
	char text[256] = "";
	size_t n = 0, i;
	bool any = false;

	for (i = 0; i < attest->n_banks; i++) {
		const struct wt_tpm_bank *bank = &attest->banks[i];
		const char *between = ": ";

		if (n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "; " : "",
					      wt_tpm_alg_name(bank->alg));
		for (unsigned int pcr = 0; pcr < WT_PCRS && n < sizeof(text); pcr++) {
			if (!(bank->mask >> pcr & 1))
				continue;
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u", between, pcr);
			between = ", ";
			any = true;
		}
	}
	say(report, "selection", any ? SAID : BAD, "%s", any ? text : "no PCR");
}

static int check_digest(struct report *report, const struct inputs *in,
			const struct wt_tpm_attest *attest, unsigned int bits, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0}, values = {0};
	uint8_t digest[WT_HASH_MAX];
	char hex[2 * WT_HASH_MAX + 1];
	int r;

	wt_hex(attest->pcr_digest.p,
	       attest->pcr_digest.n > WT_HASH_MAX ? WT_HASH_MAX : attest->pcr_digest.n, hex);
	if (!in->pcrs) {
		say(report, "pcrDigest", SAID, "%s", hex);
		return 0;
	}
	r = wt_file_read(in->pcrs, FILE_MAX, &file, err);
	if (r < 0)
		return r;
	r = wt_tpm_pcr_values(wt_buf_span(&file), attest->banks, attest->n_banks, &values, err);
	if (r == -EBADMSG) {
		say(report, "pcrDigest", BAD, "%s", err->msg);
		return 0;
	}
	if (r < 0)
		return r;
	r = wt_other_hash(bits, wt_buf_span(&values), digest);
	if (r > 0 && wt_span_equal(attest->pcr_digest, wt_span(digest, (size_t)r)))
		say(report, "pcrDigest", GOOD, "is that of the PCR values");
	else
		say(report, "pcrDigest", BAD, "is not that of the PCR values: %s", hex);
	return 0;
}

static int check_signature(struct report *report, const struct inputs *in, struct wt_span attest,
			   unsigned int *ret_bits, struct wt_err *err)
{
	static const char *const schemes[] = {"ECDSA", "RSASSA", "RSAPSS"};
	__attribute__((cleanup(wt_other_key_freep))) struct wt_other_key *key = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0};
	struct wt_tpm_signature sig;
	int r;

	*ret_bits = 0;
	r = wt_other_key_load(in->ak, &key, err);
	if (r == 0)
		r = wt_file_read(in->signature, FILE_MAX, &file, err);
	if (r < 0)
		return r;
	r = wt_tpm_signature_read(wt_buf_span(&file), &sig, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", in->signature);
	*ret_bits = sig.bits;
	if (!sig.bits) {
		say(report, "signature", BAD, "%s with %s, which is no hash for signatures",
		    schemes[sig.scheme], wt_tpm_alg_name(sig.hash));
		return 0;
	}
	r = wt_other_verify(key, sig.scheme, sig.bits, attest, wt_span(sig.raw, sig.n), err);
	if (r < 0 && r != -EKEYREJECTED)
		return r;
	if (r < 0)
		say(report, "signature", BAD, "%s", err->msg);
	else
		say(report, "signature", GOOD, "%s with %s, by the key (%s)", schemes[sig.scheme],
		    wt_tpm_alg_name(sig.hash), wt_other_key_name(key));
	return 0;
}

/* Returns false when what follows cannot be read. */
static bool check_kind(struct report *report, const struct wt_tpm_attest *attest)
{
	if (attest->magic != WT_TPM_GENERATED) {
		say(report, "magic", BAD, "%08" PRIx32 ": not made inside a TPM", attest->magic);
		return false;
	}
	say(report, "magic", GOOD, "made inside a TPM");
	if (attest->type != WT_TPM_ATTEST_QUOTE) {
		say(report, "type", BAD, "%04x: %s, not a quote", attest->type,
		    attest->type == WT_TPM_ATTEST_CERTIFY ? "a certificate of a key" :
							    "another attestation");
		return false;
	}
	say(report, "type", GOOD, "a quote");
	return true;
}

static void say_time(struct report *report, const struct wt_tpm_attest *attest)
{
	say(report, "clock", SAID, "%" PRIu64 " ms", attest->clock_ms);
	say(report, "resetCount", SAID, "%" PRIu32, attest->reset_count);
	say(report, "restartCount", SAID, "%" PRIu32, attest->restart_count);
	say(report, "safe", SAID, "%s",
	    attest->safe ? "yes" : "no: the power was cut, and the clock may have been higher");
	say(report, "firmware", SAID, "%016" PRIx64, attest->firmware);
}

static int check(struct report *report, const struct inputs *in, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0};
	struct wt_tpm_attest attest = { 0 };
	uint8_t nonce[64];
	unsigned int bits;
	int n = -1, r;

	if (in->nonce)
		n = wt_unhex(in->nonce, nonce, sizeof(nonce));
	r = wt_file_read(in->attest, FILE_MAX, &file, err);
	if (r == 0)
		r = wt_tpm_attest_parse(wt_buf_span(&file), &attest, err);
	if (r < 0)
		return r == -EBADMSG ? wt_fail_in(err, r, "%.200s", in->attest) : r;
	r = check_signature(report, in, wt_buf_span(&file), &bits, err);
	if (r < 0 || !check_kind(report, &attest))
		return r;
	check_nonce(report, &attest, nonce, n);
	check_selection(report, &attest);
	r = check_digest(report, in, &attest, bits, err);
	say_time(report, &attest);
	return r;
}

/* --- what is printed --------------------------------------------------------------------------------- */

static void print_text(const struct report *report)
{
	static const char *const marks[] = {"ok", "FAIL", "-"};

	for (size_t i = 0; i < report->n; i++)
		printf("  %-4s  %-12s  %s\n", marks[report->all[i].outcome], report->all[i].name,
		       report->all[i].text);
	printf("quote: %s\n", report->bad ? "bad" : "good");
}

static int print_json(const struct report *report, struct wt_err *err)
{
	static const char *const words[] = {"good", "bad", "not compared"};
	struct json_object *o = json_object_new_object(), *list;

	wt_json_add(o, "quote", json_object_new_string(report->bad ? "bad" : "good"));
	list = wt_json_add(o, "attributes", json_object_new_array());
	for (size_t i = 0; i < report->n; i++) {
		struct json_object *e = json_object_new_object();

		wt_json_add(e, "name", json_object_new_string(report->all[i].name));
		wt_json_add(e, "outcome",
				       json_object_new_string(words[report->all[i].outcome]));
		wt_json_add(e, "text", json_object_new_string(report->all[i].text));
		wt_json_append(list, e);
	}
	return wt_json_print(o, JSON_C_TO_STRING_PRETTY, err);
}

static int parse(int argc, char **argv, struct inputs *in)
{
	static const struct option options[] = {
		{"ak", required_argument, NULL, 'a'},
		{"attest", required_argument, NULL, 'm'},
		{"signature", required_argument, NULL, 's'},
		{"nonce", required_argument, NULL, 'n'},
		{"pcrs", required_argument, NULL, 'p'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	uint8_t nonce[64];
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			in->ak = optarg;
			break;
		case 'm':
			in->attest = optarg;
			break;
		case 's':
			in->signature = optarg;
			break;
		case 'n':
			in->nonce = optarg;
			break;
		case 'p':
			in->pcrs = optarg;
			break;
		case 'j':
			in->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (optind < argc)
		return wt_usage_error(COMMAND, "%s: name files by --attest and --signature", argv[optind]);
	if (!in->ak || !in->attest || !in->signature)
		return wt_usage_error(COMMAND, "--ak, --attest and --signature are needed");
	if (in->nonce && wt_unhex(in->nonce, nonce, sizeof(nonce)) < 0)
		return wt_usage_error(COMMAND, "--nonce: hex of at most 64 bytes");
	return -1;
}

int inspect_quote(int argc, char **argv)
{
	struct report report = {0};
	struct inputs in = {0};
	struct wt_err err = {0};
	int r;

	r = parse(argc, argv, &in);
	if (r >= 0)
		return r;
	r = check(&report, &in, &err);
	if (r < 0)
		return inspect_failed(COMMAND, &err);
	if (in.json)
		r = print_json(&report, &err);
	else
		print_text(&report);
	if (r < 0)
		return inspect_failed(COMMAND, &err);
	return report.bad ? INSPECT_BAD : INSPECT_GOOD;
}
