// SPDX-License-Identifier: Apache-2.0
/* Memory that OpenSSL is refused: whatever a check came to meanwhile, nothing was checked. */
#include "kselftest_harness.h"

#include <openssl/crypto.h>

#include "lib/crypto/internal.h"

/* Else the address sanitizer ends the program where malloc(3) says no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

#define TOO_MUCH ((size_t)1 << 62)

FIXTURE(memory)
{
	struct wt_err err;
};

FIXTURE_SETUP(memory)
{
	memset(self, 0, sizeof(*self));
	wt_memory_watch();
}

FIXTURE_TEARDOWN(memory)
{
}

TEST_F(memory, enough)
{
	void *p = OPENSSL_malloc(10);

	ASSERT_NE(NULL, p);
	p = OPENSSL_realloc(p, 20);
	ASSERT_NE(NULL, p);
	OPENSSL_free(p);
	EXPECT_EQ(-EBADMSG, wt_memory_judge(-EBADMSG, &self->err));
	EXPECT_EQ(0, wt_memory_judge(0, &self->err));
}

TEST_F(memory, none_to_begin_with)
{
	EXPECT_EQ(NULL, OPENSSL_malloc(TOO_MUCH));
	EXPECT_EQ(-ENOMEM, wt_memory_judge(-EBADMSG, &self->err));
	EXPECT_STREQ("out of memory", self->err.msg);
}

TEST_F(memory, none_to_grow)
{
	void *p = OPENSSL_malloc(10);

	EXPECT_EQ(NULL, OPENSSL_realloc(p, TOO_MUCH));
	EXPECT_EQ(-ENOMEM, wt_memory_judge(0, &self->err));
	OPENSSL_free(p);
}

/* What was refused before the check began is nothing of its own, nor what a check before it was told. */
TEST_F(memory, of_another_check)
{
	EXPECT_EQ(NULL, OPENSSL_malloc(TOO_MUCH));
	wt_memory_watch();
	EXPECT_EQ(0, wt_memory_judge(0, &self->err));
	EXPECT_EQ(NULL, OPENSSL_malloc(TOO_MUCH));
	EXPECT_EQ(-ENOMEM, wt_memory_judge(0, &self->err));
	EXPECT_EQ(0, wt_memory_judge(0, &self->err));
}

TEST_HARNESS_MAIN
