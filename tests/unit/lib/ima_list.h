/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of IMA's measurement list, laid out by hand as the kernel does. */
#ifndef TESTS_UNIT_LIB_IMA_LIST_H
#define TESTS_UNIT_LIB_IMA_LIST_H

#include <string.h>

#include "lib/ima.h"

static inline void ima_put_u32(struct wt_buf *b, uint32_t v)
{
	const uint8_t le[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
				(uint8_t)(v >> 24) };

	wt_buf_append(b, le, sizeof(le));
}

static inline void ima_put_field(struct wt_buf *b, const void *p, size_t n)
{
	ima_put_u32(b, (uint32_t)n);
	wt_buf_append(b, p, n);
}

/* ima-ng: d-ng is "sha256:" NUL digest (all of fill), n-ng is the path and its NUL */
static inline void ima_put_data(struct wt_buf *b, uint8_t fill, const char *path)
{
	uint8_t digest[8 + WT_SHA256_LEN] = "sha256:";

	memset(digest + 8, fill, WT_SHA256_LEN);
	ima_put_field(b, digest, sizeof(digest));
	ima_put_field(b, path, strlen(path) + 1);
}

static inline void ima_put_entry_to(struct wt_buf *b, uint32_t pcr, const char *template,
				    bool violation, struct wt_span data)
{
	uint8_t shown[20];

	memset(shown, violation ? 0 : 0x5a, sizeof(shown));
	ima_put_u32(b, pcr);
	wt_buf_append(b, shown, sizeof(shown));
	ima_put_field(b, template, strlen(template));
	ima_put_field(b, data.p, data.n);
}

static inline void ima_put_entry(struct wt_buf *b, const char *template, bool violation,
				 struct wt_span data)
{
	ima_put_entry_to(b, WT_IMA_PCR, template, violation, data);
}

/* ima-buf: bytes that kernel code had measured, whole; to which PCR, and with which digest shown. */
static inline void ima_put_buffer_to(struct wt_buf *b, uint32_t pcr, bool violation,
				     const char *name, const void *p, size_t n)
{
	struct wt_buf data = {};

	ima_put_data(&data, 0x33, name);
	ima_put_field(&data, p, n);
	ima_put_entry_to(b, pcr, "ima-buf", violation, wt_buf_span(&data));
	wt_buf_free(&data);
}

static inline void ima_put_buffer(struct wt_buf *b, const char *name, const void *p, size_t n)
{
	ima_put_buffer_to(b, WT_IMA_PCR, false, name, p, n);
}

/* A file of that content. */
static inline void ima_put_file(struct wt_buf *b, uint8_t fill, const char *path, bool violation)
{
	struct wt_buf data = {};

	ima_put_data(&data, fill, path);
	ima_put_entry(b, "ima-ng", violation, wt_buf_span(&data));
	wt_buf_free(&data);
}

#endif
