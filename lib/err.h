/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: functions return 0 (or a count) on success and a negative errno on failure; whoever can say
 * more writes one plain sentence for people into a struct wt_err that the caller lends (or NULL).
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <errno.h>

/*
 * Bad input is -EBADMSG throughout (a decoder refused it), a signature that does not verify is
 * -EKEYREJECTED, an object whose signer lacks the duty is -EPERM, memory is -ENOMEM; anything else could not be
 * judged. "Bad" and "could not check" are never the same code.
 */
struct wt_err {
	char msg[256];
};

/* Writes the sentence (err may be NULL) and returns -code. */
int wt_fail(struct wt_err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the sentence that is there, and returns r: for context on the way up. */
int wt_fail_in(struct wt_err *err, int r, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
