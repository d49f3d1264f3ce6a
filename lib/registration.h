/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a registration that have files of their own, for its decoder and its encoder only. */
#ifndef LIB_REGISTRATION_H
#define LIB_REGISTRATION_H

#include "lib/cbor.h"
#include "lib/object.h"

int registration_read_tpm(struct wt_cbor_in *in, struct wt_reg_tpm *ret);
int registration_read_references(struct wt_cbor_in *in, struct wt_registration *reg);
void registration_put_tpm(struct wt_buf *b, const struct wt_reg_tpm *tpm);
void registration_put_references(struct wt_buf *b, const struct wt_registration *reg);

#endif
