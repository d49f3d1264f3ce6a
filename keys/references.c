// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "keys/fields.h"
#include "keys/references.h"

static enum wt_reference_kind kind_of(const char *name)
{
	enum wt_reference_kind kind = WT_REFERENCE_FILE;

	while (wt_reference_digest_len(kind) && strcmp(name, wt_reference_kind_name(kind)) != 0)
		kind++;
	return kind;
}

static int read_entry(const struct fields *f, struct wt_reference *ret, struct wt_err *err)
{
	struct wt_reference reference = { 0 };
	char kind[16], digest[2 * WT_SHA256_LEN + 1];
	size_t len;
	int r;

	r = fields_text(f, "kind", true, kind, sizeof(kind), err);
	if (r < 0)
		return r;
	reference.kind = kind_of(kind);
	len = wt_reference_digest_len(reference.kind);
	if (!len)
		return fields_bad(f, "kind", err, "\"%s\" is not file, probe or module", kind);
	r = fields_text(f, "name", true, reference.name, sizeof(reference.name), err);
	if (r == 0)
		r = fields_text(f, "digest", true, digest, sizeof(digest), err);
	if (r < 0)
		return r;
	if (strlen(digest) != 2 * len || wt_unhex(digest, reference.digest, len) != (int)len)
		return fields_bad(f, "digest", err, "is not the %zu hex digits of a %s", 2 * len,
				  kind);
	*ret = reference;
	return 0;
}

static int read_list(struct json_object *array, struct wt_registration *reg, struct wt_err *err)
{
	size_t n = json_object_array_length(array);
	struct fields f;
	int r = 0;

	reg->references = calloc(n + 1, sizeof(*reg->references));
	if (!reg->references)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = fields_entry(array, "references", i, &f, err);
		if (r == 0)
			r = read_entry(&f, &reg->references[i], err);
		reg->n_references += r == 0;
	}
	return r;
}

int references_read(const char *path, struct wt_registration *reg, struct wt_err *err)
{
	struct json_object *file = NULL, *array;
	int r;

	r = fields_parse(path, &file, err);
	if (r < 0)
		return r;
	r = fields_list(file, "references", REFERENCES_MAX, &array, err);
	if (r == 0)
		r = read_list(array, reg, err);
	json_object_put(file);
	return r < 0 ? wt_fail_in(err, r, "%.200s", path) : 0;
}
