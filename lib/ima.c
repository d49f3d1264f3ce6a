// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/ima.h"

#define SHA1_LEN 20 /* the digest that the list shows, whatever banks the TPM has */
#define TEMPLATE_MAX 15 /* IMA_TEMPLATE_NAME_MAX_LEN, less its NUL */
#define LEGACY \
	"ima" /* a template without field lengths; its SHA-256 is over the name padded to 256 bytes */

struct reader {
	const uint8_t *p, *end;
};

static bool take(struct reader *r, size_t n, struct wt_span *ret)
{
	if ((size_t)(r->end - r->p) < n)
		return false;
	*ret = wt_span(r->p, n);
	r->p += n;
	return true;
}

static bool take_u32(struct reader *r, uint32_t *ret)
{
	struct wt_span raw;

	if (!take(r, 4, &raw))
		return false;
	*ret = wt_le32(raw.p);
	return true;
}

static bool is(struct wt_span span, const char *text)
{
	return span.n == strlen(text) && !memcmp(span.p, text, span.n);
}

static bool all_zeros(struct wt_span span)
{
	for (size_t i = 0; i < span.n; i++)
		if (span.p[i])
			return false;
	return true;
}

/* A field: its length, and so many bytes. */
static bool take_field(struct reader *r, struct wt_span *ret)
{
	uint32_t n;

	return take_u32(r, &n) && take(r, n, ret);
}

/* "sha256:" NUL digest; some templates say "verity:sha256:" and the like before it. */
static bool read_digest(struct wt_span field, struct wt_ima_entry *ret)
{
	const uint8_t *nul = memchr(field.p, '\0', field.n), *from;

	if (!nul || nul == field.p || nul[-1] != ':')
		return false;
	ret->digest = wt_span(nul + 1, (size_t)(field.p + field.n - nul - 1));
	from = memrchr(field.p, ':', (size_t)(nul - 1 - field.p));
	from = from ? from + 1 : field.p;
	ret->alg = wt_span(from, (size_t)(nul - 1 - from));
	return true;
}

/* The two fields that ima-ng and ima-sig begin with, and all that build on them. */
static int read_fields(struct wt_ima_entry *ret, struct wt_err *err)
{
	struct reader r = { ret->data.p, ret->data.p + ret->data.n };
	struct wt_span digest, path;

	if (!is(ret->template, "ima-ng") && !is(ret->template, "ima-sig") &&
	    !is(ret->template, "ima-ngv2") && !is(ret->template, "ima-sigv2") &&
	    !is(ret->template, "ima-buf") && !is(ret->template, "ima-modsig"))
		return 1; /* replayed, and not understood */
	if (!take_field(&r, &digest) || !take_field(&r, &path) || !path.n ||
	    path.p[path.n - 1] != '\0' || !read_digest(digest, ret))
		return wt_fail(err, EBADMSG,
			       "an entry of template %.*s whose fields cannot be read",
			       (int)ret->template.n, (const char *)ret->template.p);
	ret->path = wt_span(path.p, path.n - 1);
	if (is(ret->template, "ima-buf") && !take_field(&r, &ret->buf))
		return wt_fail(err, EBADMSG, "an entry of template ima-buf without its bytes");
	return 1;
}

int wt_ima_next(struct wt_span *list, struct wt_ima_entry *ret, struct wt_err *err)
{
	struct reader r = { list->p, list->p + list->n };
	struct wt_ima_entry entry = {};
	struct wt_span shown;
	uint32_t n;
	int read;

	if (!list->n)
		return 0;
	if (!take_u32(&r, &entry.pcr) || !take(&r, SHA1_LEN, &shown) || !take_u32(&r, &n))
		return -EAGAIN;
	if (!n || n > TEMPLATE_MAX)
		return wt_fail(
			err, EBADMSG,
			"a template's name of %u bytes: not the list of a little-endian host", n);
	if (!take(&r, n, &entry.template))
		return -EAGAIN;
	if (is(entry.template, LEGACY))
		return wt_fail(err, EOPNOTSUPP,
			       "template \"ima\" is not known: boot with ima_template=ima-ng");
	if (!take_u32(&r, &n))
		return -EAGAIN;
	if (n > WT_IMA_ENTRY_MAX - 64)
		return wt_fail(err, EBADMSG, "an entry of %u bytes: more than %d", n,
			       WT_IMA_ENTRY_MAX);
	if (!take(&r, n, &entry.data))
		return -EAGAIN;
	entry.raw = wt_span(list->p, (size_t)(r.p - list->p));
	entry.violation = all_zeros(shown);
	read = read_fields(&entry, err);
	if (read < 0)
		return read;
	*list = wt_span(r.p, (size_t)(r.end - r.p));
	*ret = entry;
	return read;
}

void wt_ima_extend(uint8_t value[WT_SHA256_LEN], const struct wt_ima_entry *entry)
{
	uint8_t digest[WT_SHA256_LEN];

	if (entry->violation)
		memset(digest, 0xff, sizeof(digest));
	else
		wt_sha256(entry->data, digest);
	wt_sha256_pair(value, digest, value);
}
