// SPDX-License-Identifier: Apache-2.0
#include "lib/appraisal/chains.h"

#include <stdlib.h>
#include <string.h>

void wt_chain_put(struct wt_chain *chain)
{
	struct wt_cert **cert;

	if (!chain || --chain->users > 0)
		return;
	for (cert = chain->certs; *cert; cert++)
		wt_cert_freep(cert);
	free(chain);
}

void wt_chains_clear(struct wt_chains *chains)
{
	size_t i;

	for (i = 0; i < WT_CHAINS_KEPT; i++)
		wt_chain_put(chains->kept[i]);
	*chains = (struct wt_chains){ 0 };
}

/* The certificates lie behind each other in the object. */
static void key_of(const struct wt_cose *cose, uint8_t ret[WT_SHA256_LEN])
{
	const struct wt_span *last = &cose->x5chain[cose->n_x5chain - 1];
	const uint8_t *begin = cose->x5chain[0].p;

	wt_sha256(wt_span(begin, (size_t)(last->p + last->n - begin)), ret);
}

/* A certificate that is none is left out: the signer's is missed then. Without memory there is no chain. */
static struct wt_chain *parse(const struct wt_cose *cose)
{
	struct wt_chain *chain = calloc(1, sizeof(*chain));
	size_t i, n = 0;
	int r;

	if (!chain)
		return NULL;
	chain->users = 1;
	for (i = 0; i < cose->n_x5chain; i++) {
		r = wt_cert_parse(cose->x5chain[i], &chain->certs[n], NULL);
		if (r == -ENOMEM) {
			wt_chain_put(chain);
			return NULL;
		}
		n += r == 0;
	}
	return chain;
}

struct wt_chain *wt_chain_get(struct wt_chains *chains, const struct wt_cose *cose)
{
	uint8_t key[WT_SHA256_LEN];
	struct wt_chain *chain;
	size_t i;

	if (cose->n_x5chain == 0)
		return parse(cose);
	key_of(cose, key);
	for (i = 0; i < WT_CHAINS_KEPT; i++) {
		chain = chains->kept[i];
		if (chain && memcmp(chain->key, key, sizeof(key)) == 0) {
			chain->users++;
			return chain;
		}
	}
	chain = parse(cose);
	if (!chain)
		return NULL;
	memcpy(chain->key, key, sizeof(key));
	wt_chain_put(chains->kept[chains->next]);
	chains->kept[chains->next] = chain;
	chain->users++;
	chains->next = (chains->next + 1) % WT_CHAINS_KEPT;
	return chain;
}
