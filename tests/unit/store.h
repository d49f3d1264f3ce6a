/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, for tests of it. After kselftest_harness.h. */
#ifndef TESTS_UNIT_STORE_H
#define TESTS_UNIT_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store.h"

FIXTURE(store)
{
	char dir[64];
	struct wt_store *store;
	struct wt_err err;
};

FIXTURE_SETUP(store)
{
	strcpy(self->dir, "/tmp/store_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
}

FIXTURE_TEARDOWN(store)
{
	char command[96];

	wt_store_free(self->store);
	snprintf(command, sizeof(command), "rm -rf %s", self->dir);
	ASSERT_EQ(0, system(command));
}

#endif
