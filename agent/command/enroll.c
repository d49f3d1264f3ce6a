// SPDX-License-Identifier: Apache-2.0
/* enroll: a registry learns which TPM the rig's keys are in. Files out, files in. */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"

#include "enroll.h"

#define NAME_MAX_BYTES 63 /* a registration's rig name */

static const char help[] =
	"usage: wattest enroll request --name NAME [--ek-chain FILE] [--no-inventory] [-o FILE]\n"
	"       wattest enroll activate CHALLENGE [-o FILE]\n"
	"\n"
	"For a rig whose key is in a TPM (keys_in = tpm). The files go to the registry and back by any way.\n"
	"\n"
	"request   1. the TPM's keys and their certificates, the boot state, devices and sources: for the registry's\n"
	"             `wattest-authority enroll challenge`\n"
	"activate  3. opens the registry's challenge, which only this TPM can: for `wattest-authority enroll issue`\n"
	"\n"
	"  --name NAME      of the rig, as it will be registered\n"
	"  --ek-chain FILE  PEM: certificates between the endorsement key's and the vendor's CA; first the endorsement\n"
	"                   key's own, where the TPM has none of it\n"
	"  --no-inventory   without the devices and sources that the kernel module sees\n"
	"  -o FILE          instead of request.enrol, answer.enrol\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

enum {
	NAME = 1,
	EK_CHAIN,
	NO_INVENTORY
};

static const struct option options[] = {
	{ "name", required_argument, NULL, NAME },
	{ "ek-chain", required_argument, NULL, EK_CHAIN },
	{ "no-inventory", no_argument, NULL, NO_INVENTORY },
	{ "output", required_argument, NULL, 'o' },
	COMMON_OPTIONS,
	{},
};

/* -1 to go on, else the exit status. */
static int take(struct enroll *enroll, int c, char **argv)
{
	switch (c) {
	case NAME:
		enroll->name = optarg;
		return -1;
	case EK_CHAIN:
		enroll->ek_chain = optarg;
		return -1;
	case NO_INVENTORY:
		enroll->no_inventory = true;
		return -1;
	case 'o':
		enroll->output = optarg;
		return -1;
	default:
		return common_option(&enroll->common, c, argv);
	}
}

static int check_request(const struct enroll *enroll)
{
	const char *name = enroll->name;

	if (name && name[0] && strlen(name) <= NAME_MAX_BYTES &&
	    wt_text_plain(wt_span(name, strlen(name))))
		return -1;
	return wt_usage_error(enroll->common.command,
			      "--name NAME is needed: 1 to %d bytes of plain text", NAME_MAX_BYTES);
}

static int check_activate(struct enroll *enroll, int argc, char **argv)
{
	if (enroll->name || enroll->ek_chain || enroll->no_inventory)
		return wt_usage_error(enroll->common.command,
				      "activate takes only the challenge and -o FILE");
	if (optind == argc)
		return wt_usage_error(enroll->common.command,
				      "which challenge? The registry made a file");
	enroll->file = argv[optind++];
	return -1;
}

int enroll_quote(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN],
		 struct wt_identity_quote *ret, struct wt_att_quote *ret_quote, struct wt_err *err)
{
	struct wt_att_quote quote = {};
	uint32_t pcrs = 0;
	int r;

	r = wt_identity_boot_pcrs(identity, &pcrs, err);
	if (r == 0)
		r = wt_identity_quote(identity, extra, pcrs, ret, err);
	if (r < 0)
		return r;
	quote.attest = wt_buf_span(&ret->attest);
	quote.signature = wt_span(ret->signature, sizeof(ret->signature));
	for (unsigned i = 0; i < WT_PCRS; i++)
		if (ret->pcrs >> i & 1) {
			quote.pcrs[quote.n_pcrs].index = (uint8_t)i;
			memcpy(quote.pcrs[quote.n_pcrs++].value, ret->values[i], WT_SHA256_LEN);
		}
	*ret_quote = quote;
	return 0;
}

int cmd_enroll(int argc, char **argv)
{
	struct enroll enroll = { .common = { .command = "wattest enroll", .help = help } };
	int (*run)(struct enroll * enroll) = NULL;
	struct wt_err err = {};
	const char *what;
	int c, r;

	while ((c = getopt_long(argc, argv, ":ho:", options, NULL)) != -1) {
		r = take(&enroll, c, argv);
		if (r >= 0)
			return r;
	}
	what = optind < argc ? argv[optind++] : "";
	if (!strcmp(what, "request")) {
		run = enroll_request;
		r = check_request(&enroll);
	} else if (!strcmp(what, "activate")) {
		run = enroll_activate;
		r = check_activate(&enroll, argc, argv);
	} else if (!what[0]) {
		r = wt_usage_error(enroll.common.command, "request or activate?");
	} else {
		r = wt_usage_error(enroll.common.command, "there is no \"%s\": request or activate",
				   what);
	}
	if (r < 0)
		r = common_load(&enroll.common, argc, argv, false);
	if (r >= 0 || !run)
		return r;
	if (enroll.common.config.backend != WT_BACKEND_TPM) {
		wt_fail(&err, EOPNOTSUPP,
			"the rig's key is in a file (keys_in = file): only one in a TPM (keys_in = tpm) is enrolled; see `wattest keys request`");
		return could_not(&enroll.common, &err);
	}
	return run(&enroll);
}
