// SPDX-License-Identifier: Apache-2.0
/*
 * Paths that were found good. A site's thousands of shares come from one signer, for some hours of a day: the same path
 * over and over, which costs several times an object's own signature. A path depends on nothing but the trust anchors,
 * which do not change once loaded, and on what is hashed here. What was refused is not kept: the sentence says why.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/internal.h"

#define PLACES 256 /* a path has one, and drives out what was there */

struct place {
	bool taken;
	uint8_t key[WT_SHA256_LEN];
	struct wt_path_result result;
};

struct wt_paths {
	pthread_mutex_t lock;
	struct place places[PLACES];
};

struct wt_paths *wt_paths_new(void)
{
	struct wt_paths *paths = calloc(1, sizeof(*paths));

	if (paths)
		pthread_mutex_init(&paths->lock, NULL);
	return paths;
}

void wt_paths_free(struct wt_paths *paths)
{
	if (paths)
		pthread_mutex_destroy(&paths->lock);
	free(paths);
}

void wt_paths_key(const struct wt_cert *leaf, struct wt_cert *const *extra, enum wt_duty duty,
		  int64_t at, uint8_t ret[WT_SHA256_LEN])
{
	struct {
		uint8_t before[WT_SHA256_LEN];
		uint8_t cert[WT_SHA256_LEN];
		int64_t at, duty;
	} step = { .at = at, .duty = duty };

	memcpy(step.cert, leaf->x5t, sizeof(step.cert));
	wt_sha256(wt_span(&step, sizeof(step)), ret);
	for (; extra && *extra; extra++) {
		memcpy(step.before, ret, sizeof(step.before));
		memcpy(step.cert, (*extra)->x5t, sizeof(step.cert));
		wt_sha256(wt_span(&step, sizeof(step)), ret);
	}
}

bool wt_paths_find(struct wt_paths *paths, const uint8_t key[WT_SHA256_LEN],
		   struct wt_path_result *ret)
{
	struct place *place = &paths->places[key[0] % PLACES];
	bool found;

	pthread_mutex_lock(&paths->lock);
	found = place->taken && memcmp(place->key, key, WT_SHA256_LEN) == 0;
	if (found)
		*ret = place->result;
	pthread_mutex_unlock(&paths->lock);
	return found;
}

void wt_paths_keep(struct wt_paths *paths, const uint8_t key[WT_SHA256_LEN],
		   const struct wt_path_result *result)
{
	struct place *place = &paths->places[key[0] % PLACES];

	pthread_mutex_lock(&paths->lock);
	place->taken = true;
	memcpy(place->key, key, WT_SHA256_LEN);
	place->result = *result;
	pthread_mutex_unlock(&paths->lock);
}
