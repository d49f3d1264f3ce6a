// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/identity/backend.h"

static const struct identity_ops *const backends[] = {
	[WT_BACKEND_FILE] = &identity_file,
	[WT_BACKEND_TPM] = &identity_tpm,
};

int wt_identity_create(const struct wt_identity_options *options, struct wt_err *err)
{
	return backends[options->backend]->create(options, err);
}

int wt_identity_open(const struct wt_identity_options *options, struct wt_identity **ret,
		     struct wt_err *err)
{
	struct wt_identity *identity = calloc(1, sizeof(*identity));
	int r;

	if (!identity)
		return wt_fail(err, ENOMEM, "no memory for the rig's identity");
	identity->ops = backends[options->backend];
	r = identity->ops->open(options, identity, err);
	if (r < 0)
		wt_identity_free(identity);
	else
		*ret = identity; /* transferred */
	return r;
}

void wt_identity_free(struct wt_identity *identity)
{
	if (!identity)
		return;
	wt_key_free(identity->key);
	free((char *)identity->at.tcti);
	free((char *)identity->at.owner_auth);
	free((char *)identity->at.endorsement_auth);
	free(identity);
}

void wt_identity_freep(struct wt_identity **identity)
{
	wt_identity_free(*identity);
	*identity = NULL;
}

enum wt_backend wt_identity_backend(const struct wt_identity *identity)
{
	return identity->ops->backend;
}

struct wt_key *wt_identity_key(struct wt_identity *identity)
{
	return identity->key;
}

void wt_identity_ueid(const struct wt_identity *identity, uint8_t ret[WT_UEID_LEN])
{
	memcpy(ret, identity->ueid, WT_UEID_LEN);
}

const char *wt_identity_place(const struct wt_identity_options *options,
			      char ret[WT_IDENTITY_PLACE_LEN])
{
	if (options->backend == WT_BACKEND_TPM)
		snprintf(ret, WT_IDENTITY_PLACE_LEN, "TPM %.200s, handle 0x%08x", options->tcti,
			 options->handle);
	else
		snprintf(ret, WT_IDENTITY_PLACE_LEN, "%.250s", options->key);
	return ret;
}

static int no_tpm(struct wt_err *err)
{
	return wt_fail(err, EOPNOTSUPP,
		       "the rig's key is in a file (keys_in = file), and this needs one in a TPM "
		       "(keys_in = tpm)");
}

int wt_identity_quote(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN],
		      uint32_t pcrs, struct wt_identity_quote *ret, struct wt_err *err)
{
	if (!identity->ops->quote)
		return no_tpm(err);
	return identity->ops->quote(identity, extra, pcrs, ret, err);
}

void wt_identity_quote_clear(struct wt_identity_quote *quote)
{
	wt_buf_free(&quote->attest);
}

int wt_identity_boot_pcrs(struct wt_identity *identity, uint32_t *ret, struct wt_err *err)
{
	if (!identity->ops->boot_pcrs)
		return no_tpm(err);
	return identity->ops->boot_pcrs(identity, ret, err);
}

int wt_identity_describe(struct wt_identity *identity, struct wt_identity_keys *ret,
			 struct wt_err *err)
{
	struct wt_identity_keys keys = { 0 };
	int r;

	if (!identity->ops->describe)
		return no_tpm(err);
	r = identity->ops->describe(identity, &keys, err);
	if (r < 0)
		wt_identity_keys_clear(&keys);
	else
		*ret = keys; /* transferred */
	return r;
}

void wt_identity_keys_clear(struct wt_identity_keys *keys)
{
	for (size_t i = 0; i < keys->n_ek_certs; i++)
		wt_buf_free(&keys->ek_certs[i]);
	wt_buf_free(&keys->ek);
	wt_buf_free(&keys->ak);
	wt_buf_free(&keys->key);
	wt_buf_free(&keys->certify);
	keys->n_ek_certs = 0;
}

int wt_identity_activate(struct wt_identity *identity, struct wt_span blob, struct wt_span secret,
			 struct wt_buf *ret, struct wt_err *err)
{
	if (!identity->ops->activate)
		return no_tpm(err);
	return identity->ops->activate(identity, blob, secret, ret, err);
}
