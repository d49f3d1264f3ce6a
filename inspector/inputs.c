// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "lib/appraisal.h"
#include "lib/cose.h"
#include "lib/file.h"

#define FOLDERS_MAX 16 /* within each other */

static int no_memory(struct wt_err *err)
{
	return wt_fail(err, ENOMEM, "out of memory");
}

static int add_item(struct inputs *inputs, const struct input *item, struct wt_err *err)
{
	if (inputs->n == inputs->cap) {
		size_t cap = inputs->cap ? 2 * inputs->cap : 64;
		struct input *grown;

		if (inputs->n >= INPUT_OBJECTS_MAX)
			return wt_fail(err, EFBIG,
				       "more than %u objects: judge them in parts, with --state",
				       INPUT_OBJECTS_MAX);
		grown = reallocarray(inputs->items, cap, sizeof(*grown));
		if (!grown)
			return no_memory(err);
		inputs->items = grown;
		inputs->cap = cap;
	}
	inputs->items[inputs->n++] = *item;
	return 0;
}

/* A rig's id, and its number. */
struct rig_id {
	uint8_t ueid[WT_UEID_LEN];
	uint32_t number;
};

static int by_ueid(const void *a, const void *b)
{
	return memcmp(((const struct rig_id *)a)->ueid, ((const struct rig_id *)b)->ueid,
		      WT_UEID_LEN);
}

/* The rig's number, or 0 on no memory. */
static uint32_t number_rig(struct inputs *inputs, const uint8_t ueid[WT_UEID_LEN])
{
	uint8_t(*ueids)[WT_UEID_LEN];
	struct rig_id key, *id, **node;

	memcpy(key.ueid, ueid, WT_UEID_LEN);
	node = tfind(&key, &inputs->rigs, by_ueid);
	if (node)
		return (*node)->number;
	ueids = reallocarray(inputs->ueids, inputs->n_rigs + 1, sizeof(*ueids));
	if (ueids)
		inputs->ueids = ueids;
	id = malloc(sizeof(*id));
	if (!id || !ueids) {
		free(id);
		return 0;
	}
	memcpy(ueids[inputs->n_rigs], ueid, WT_UEID_LEN);
	memcpy(id->ueid, ueid, WT_UEID_LEN);
	id->number = inputs->n_rigs + 1;
	if (!tsearch(id, &inputs->rigs, by_ueid)) {
		free(id);
		return 0;
	}
	return ++inputs->n_rigs;
}

/* Where an attestation belongs; one that does not say stays where it is. */
static int place(struct inputs *inputs, struct wt_span payload, struct input *item)
{
	uint8_t ueid[WT_UEID_LEN];
	uint64_t seq;

	if (wt_attestation_peek_payload(payload, ueid, &seq, NULL) < 0)
		return 0;
	item->seq = seq;
	item->rig = inputs->mixed ? number_rig(inputs, ueid) : 0;
	return inputs->mixed && item->rig == 0 ? -ENOMEM : 0;
}

/* Cuts a file into its objects. */
static int split(struct inputs *inputs, size_t path, struct wt_span file, bool peek_seq,
		 struct wt_err *err)
{
	size_t first = inputs->n, nth = 1;
	int r;

	for (struct wt_span rest = file; rest.n > 0 || nth == 1; nth++) {
		struct input item = {
			.path = (uint32_t)path,
			.offset = (uint32_t)(file.n - rest.n),
			.length = (uint32_t)rest.n,
			.nth = (uint32_t)nth,
			/* Bytes without a seq stay behind the object that they followed. */
			.seq = inputs->n > 0 ? inputs->items[inputs->n - 1].seq : 0,
		};
		struct wt_cose cose;

		if (wt_cose_decode(rest, &cose, NULL) == 0) {
			item.length = (uint32_t)cose.whole.n;
			item.attestation = cose.typ == WT_TYP_ATTESTATION;
		}
		if (peek_seq && item.attestation && place(inputs, cose.payload, &item) < 0)
			return no_memory(err);
		r = add_item(inputs, &item, err);
		if (r < 0)
			return r;
		rest.p += item.length;
		rest.n -= item.length;
	}
	if (inputs->n == first + 1)
		inputs->items[first].nth = 0;
	return 0;
}

static int add_file(struct inputs *inputs, const char *path, bool peek_seq, struct wt_err *err)
{
	char **grown;
	int r;

	wt_buf_reset(&inputs->file);
	r = wt_file_read(path, INPUT_FILE_MAX, &inputs->file, err);
	if (r < 0)
		return r;
	grown = reallocarray(inputs->paths, inputs->n_paths + 1, sizeof(*grown));
	if (!grown)
		return no_memory(err);
	inputs->paths = grown;
	inputs->paths[inputs->n_paths] = strdup(path);
	if (!inputs->paths[inputs->n_paths])
		return no_memory(err);
	return split(inputs, inputs->n_paths++, wt_buf_span(&inputs->file), peek_seq, err);
}

static int add_folder(struct inputs *inputs, const char *folder, bool peek_seq, unsigned int depth,
		      struct wt_err *err);

/* A link to a folder is not followed: it could lead back. */
static bool is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int is_cose(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".cose") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than FOLDERS_MAX */
static int add_folder(struct inputs *inputs, const char *folder, bool peek_seq, unsigned int depth,
		      struct wt_err *err)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int n, r = 0;

	n = scandir(folder, &entries, inputs->mixed ? is_visible : is_cose, by_bytes);
	if (n < 0)
		return wt_fail(err, errno, "%.200s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (r == 0 && snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) >=
				      (int)sizeof(path))
			r = wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", folder);
		if (r == 0 && inputs->mixed && is_folder(path))
			r = depth < FOLDERS_MAX ? add_folder(inputs, path, peek_seq, depth + 1, err)
						: wt_fail(err, ELOOP, "%.200s: too deep", path);
		else if (r == 0 && is_cose(entries[i]))
			r = add_file(inputs, path, peek_seq, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int inputs_add(struct inputs *inputs, const char *path, bool peek_seq, struct wt_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		char folder[PATH_MAX];
		size_t n = strlen(path);

		/* evidence/ and evidence give the same names. */
		while (n > 1 && path[n - 1] == '/')
			n--;
		if (n >= sizeof(folder))
			return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", path);
		snprintf(folder, sizeof(folder), "%.*s", (int)n, path);
		return add_folder(inputs, folder, peek_seq, 0, err);
	}
	/* Everything is read twice, which a pipe cannot be. */
	if (!S_ISREG(st.st_mode))
		return wt_fail(err, EINVAL, "%.200s: neither a file nor a folder", path);
	return add_file(inputs, path, peek_seq, err);
}

static int by_seq(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->rig != y->rig)
		return x->rig < y->rig ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->path != y->path)
		return x->path < y->path ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Files are often in order already, and sorting takes memory for as much again. */
static bool is_sorted(const struct inputs *inputs)
{
	for (size_t i = 1; i < inputs->n; i++) {
		if (by_seq(&inputs->items[i - 1], &inputs->items[i]) > 0)
			return false;
	}
	return true;
}

void inputs_sort(struct inputs *inputs)
{
	wt_buf_free(&inputs->file); /* all were looked through */
	if (inputs->n > 0 && !is_sorted(inputs))
		qsort(inputs->items, inputs->n, sizeof(*inputs->items), by_seq);
}

int inputs_read(struct inputs *inputs, size_t i, struct wt_span *ret, char ret_name[512],
		struct wt_err *err)
{
	const struct input *item = &inputs->items[i];
	int r;

	r = reader_read(&inputs->reader, inputs->paths[item->path], item->path, item->offset,
			item->length, ret, err);
	if (r < 0)
		return r;
	if (item->nth > 0)
		snprintf(ret_name, 512, "%.450s, object %" PRIu32, inputs->paths[item->path],
			 item->nth);
	else
		snprintf(ret_name, 512, "%.450s", inputs->paths[item->path]);
	inspect_clean(ret_name);
	return 0;
}

struct inputs inputs_view(const struct inputs *inputs)
{
	struct inputs view = *inputs;

	view.file = (struct wt_buf){ 0 };
	view.reader = (struct reader){ 0 };
	return view;
}

void inputs_view_clear(struct inputs *view)
{
	reader_clear(&view->reader);
}

void inputs_clear(struct inputs *inputs)
{
	tdestroy(inputs->rigs, free);
	for (size_t i = 0; i < inputs->n_paths; i++)
		free(inputs->paths[i]);
	free(inputs->paths);
	free(inputs->items);
	free(inputs->ueids);
	wt_buf_free(&inputs->file);
	reader_clear(&inputs->reader);
	*inputs = (struct inputs){ 0 };
}
