/* SPDX-License-Identifier: Apache-2.0 */
/* A second thread that does what another process would at the same time: it dumps, listens, announces and goes. */
#ifndef FUZZ_CHORUS_H
#define FUZZ_CHORUS_H

#include <stdbool.h>

bool chorus_start(void);

#endif
