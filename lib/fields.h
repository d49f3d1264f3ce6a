/* SPDX-License-Identifier: Apache-2.0 */
/* For the coders of objects: a map whose fields a table names, and values with their ranges. */
#ifndef LIB_FIELDS_H
#define LIB_FIELDS_H

#include "lib/cbor.h"
#include "lib/object.h"

/* The last time that is taken, in s since 1970: year 2262, so that it fits 64 signed bits in ns. */
#define WT_TIME_MAX 9223372036

struct wt_field {
	int64_t label;
	const char *name; /* for sentences */
	bool optional;
};

struct wt_fields {
	const struct wt_field *table; /* in the labels' deterministic order */
	size_t n, next;
	struct wt_cbor_map map;
	const char *outer; /* what in->what was */
};

int wt_fields_begin(struct wt_cbor_in *in, const struct wt_field *table, size_t n,
		    struct wt_fields *ret);
/*
 * 1 and the label of the next field, whose name in->what has until the next call; 0 at the end,
 * when no field that must be there is missing; -EBADMSG, also for a label that the table has not.
 */
int wt_fields_next(struct wt_cbor_in *in, struct wt_fields *fields, int64_t *ret_label);

int wt_field_uint(struct wt_cbor_in *in, uint64_t least, uint64_t most, uint64_t *ret);
int wt_field_time(struct wt_cbor_in *in, int64_t *ret);
/* Text that may not be empty; absence is what says "none". */
int wt_field_name(struct wt_cbor_in *in, char *ret, size_t cap);
/* The end of a window [from, until), after its beginning. */
int wt_field_until(struct wt_cbor_in *in, int64_t from, int64_t *ret);
int wt_field_ueid(struct wt_cbor_in *in, uint8_t ret[WT_UEID_LEN]);
/* An array's length of at most `most`. */
int wt_field_count(struct wt_cbor_in *in, size_t most, size_t *ret);
/* Energy of 1 Wh to WT_GRANT_MAX_WH; the sentence says in what ("one purchase"). */
int wt_field_wh(struct wt_cbor_in *in, const char *in_what, uint32_t *ret);

/* Values of PCRs, ascending, none twice. */
int wt_field_pcrs(struct wt_cbor_in *in, struct wt_pcr ret[WT_PCRS], size_t *ret_n);

/* Writers of a label and its value. */
void wt_field_put_uint(struct wt_buf *b, uint64_t label, uint64_t v);
/* Negative ones are written too, for the encoder's check to refuse. */
void wt_field_put_time(struct wt_buf *b, uint64_t label, int64_t v);
void wt_field_put_text(struct wt_buf *b, uint64_t label, const char *text);
void wt_field_put_bytes(struct wt_buf *b, uint64_t label, const void *p, size_t n);
void wt_field_put_pcrs(struct wt_buf *b, const struct wt_pcr *pcrs, size_t n);

#endif
