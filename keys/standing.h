/* SPDX-License-Identifier: Apache-2.0 */
/* What authorities said of a grant after it was sold: notices, as a site gets them with its grants. */
#ifndef KEYS_STANDING_H
#define KEYS_STANDING_H

#include "keys/rigs.h"
#include "lib/object.h"

/*
 * Looks through a file, or the *.cose of a folder, where other objects are passed over. Says on
 * stderr what limits the grant's rigs in its window: a curtailment, a time that they are off.
 * -ECANCELED: the grant is revoked from some time of its window on; a notice of this grant or of
 * its rigs that is not rightly signed is an error too, for nobody knows what it should have said.
 * rigs NULL: only notices of the grant, its licence and its zone.
 */
int standing_check(const char *path, struct wt_trust *trust, const struct wt_grant *grant,
		   const struct rigs *rigs, struct wt_err *err);

#endif
