// SPDX-License-Identifier: Apache-2.0
/* Closes the kernel's window as its time does: nobody asked for an attestation, and the agent hears of it by multicast. */
#include <stdio.h>

#include "agent/netlink.h"

int main(void)
{
	struct wt_nl *nl = NULL;
	struct wt_err err = {};
	uint64_t seq;
	int r = wt_nl_open(&nl, &err);

	if (r == 0)
		r = wt_nl_close_window(nl, (struct wt_span){}, &seq, &err);
	wt_nl_free(nl);
	if (r < 0)
		fprintf(stderr, "close: %s\n", err.msg);
	return r < 0;
}
