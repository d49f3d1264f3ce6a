// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "agent/ima.h"
#include "lib/ima.h"

#define KEY "ima" /* in the store: epoch, and le64 of the next entry */
#define READ_SIZE 65536

struct progress {
	uint8_t epoch[WT_EPOCH_LEN];
	uint8_t next[8];
};

/* A process before this one may have attested some of the list in this epoch. */
static uint64_t resume(struct wt_store *store, const uint8_t epoch[WT_EPOCH_LEN])
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	const struct progress *progress;
	struct wt_err err;

	if (wt_store_value(store, KEY, &value, &err) < 0 || value.n != sizeof(*progress))
		return 1;
	progress = (const struct progress *)value.p;
	return memcmp(progress->epoch, epoch, WT_EPOCH_LEN) ? 1 : wt_le64(progress->next);
}

/* Appends what the list has grown by. securityfs goes on where the last read ended. 0 at the end. */
static int read_more(struct wt_ima_reader *ima)
{
	uint8_t *room = wt_buf_extend(&ima->ahead, READ_SIZE);
	ssize_t n;

	if (!room)
		return -ENOMEM;
	do
		n = read(ima->fd, room, READ_SIZE);
	while (n < 0 && errno == EINTR);
	ima->ahead.n -= READ_SIZE - (n > 0 ? (size_t)n : 0);
	return n < 0 ? -errno : (int)n;
}

/* Forgets so many bytes from the front of what was read. */
static void forget(struct wt_ima_reader *ima, size_t n)
{
	ima->ahead.n -= n;
	memmove(ima->ahead.p, ima->ahead.p + n, ima->ahead.n);
}

/* Skips the entries that were attested. */
static int skip(struct wt_ima_reader *ima, uint64_t next, struct wt_err *err)
{
	int r = 1;

	while (ima->next < next) {
		struct wt_span rest = wt_buf_span(&ima->ahead);
		struct wt_ima_entry entry;

		r = wt_ima_next(&rest, &entry, err);
		if (r == 1) {
			forget(ima, entry.raw.n);
			ima->next++;
			continue;
		}
		if (r < 0 && r != -EAGAIN)
			return r;
		r = read_more(ima);
		if (r == 0)
			return wt_fail(err, ENODATA, "shorter than what was attested of it");
		if (r < 0)
			return wt_fail(err, -r, "%s", strerror(-r));
	}
	return 0;
}

static int begin(struct wt_ima_reader *ima, const char *list, const uint8_t epoch[WT_EPOCH_LEN],
		 struct wt_store *store, struct wt_err *err)
{
	wt_ima_close(ima);
	memcpy(ima->epoch, epoch, WT_EPOCH_LEN);
	ima->failed = false;
	ima->fd = open(list, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (ima->fd < 0)
		return wt_fail(err, errno, "%s", strerror(errno));
	ima->open = true;
	ima->next = 1;
	return skip(ima, resume(store, epoch), err);
}

/* As many whole entries from the front as one attestation carries. */
static int measure(struct wt_ima_reader *ima, struct wt_err *err)
{
	struct wt_span rest = wt_buf_span(&ima->ahead);
	struct wt_ima_entry entry;
	int r;

	ima->carried = 0;
	ima->n_carried = 0;
	while ((r = wt_ima_next(&rest, &entry, err)) == 1 &&
	       ima->carried + entry.raw.n <= WT_IMA_CARRIED_MAX) {
		ima->carried += entry.raw.n;
		ima->n_carried++;
	}
	return r == -EAGAIN ? 0 : r;
}

int wt_ima_take(struct wt_ima_reader *ima, const char *list, const uint8_t epoch[WT_EPOCH_LEN],
		struct wt_store *store, uint64_t *ret_first, struct wt_span *ret,
		struct wt_err *err)
{
	bool same_epoch = !memcmp(ima->epoch, epoch, WT_EPOCH_LEN);
	int r = 0;

	*ret = (struct wt_span){};
	if (ima->failed && same_epoch)
		return 0;
	if (!ima->open || !same_epoch)
		r = begin(ima, list, epoch, store, err);
	while (r >= 0 && ima->ahead.n < WT_IMA_CARRIED_MAX + WT_IMA_ENTRY_MAX) {
		r = read_more(ima);
		if (r < 0)
			wt_fail(err, -r, "%s", strerror(-r));
		if (r <= 0)
			break;
	}
	if (r >= 0)
		r = measure(ima, err);
	if (r < 0) {
		wt_ima_close(ima);
		ima->failed = true;
		return wt_fail_in(err, r, "%s", list);
	}
	*ret_first = ima->next;
	if (ima->carried)
		*ret = wt_span(ima->ahead.p, ima->carried);
	return 0;
}

int wt_ima_carried(struct wt_ima_reader *ima, struct wt_store *store, struct wt_err *err)
{
	struct progress progress;
	const struct wt_store_value value = { KEY, wt_span(&progress, sizeof(progress)) };

	if (!ima->carried)
		return 0;
	forget(ima, ima->carried);
	ima->next += ima->n_carried;
	ima->carried = 0;
	memcpy(progress.epoch, ima->epoch, WT_EPOCH_LEN);
	for (int i = 0; i < 8; i++)
		progress.next[i] = (uint8_t)(ima->next >> 8 * i);
	return wt_store_put(store, &value, 1, err);
}

void wt_ima_close(struct wt_ima_reader *ima)
{
	if (ima->open)
		close(ima->fd);
	wt_buf_free(&ima->ahead);
	ima->open = false;
	ima->carried = 0;
}
