/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, 4): for objects inside JSON. */
#ifndef LIB_BASE64_H
#define LIB_BASE64_H

#include "lib/bytes.h"

/* Appends the text, padded, without a NUL. */
void wt_base64_put(struct wt_buf *ret, struct wt_span bytes);
/* Appends the bytes. -EINVAL: another character, wrong padding or length; nothing is appended then. */
int wt_base64_read(const char *text, struct wt_buf *ret);

#endif
