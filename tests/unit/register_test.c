// SPDX-License-Identifier: Apache-2.0
/* The authority's register: what it refuses by itself, and what a crash leaves. */
#include <string.h>

#include "kselftest_harness.h"

#include "keys/register.h"
#include "tests/unit/scratch.h"

FIXTURE(book)
{
	struct scratch scratch;
	struct authority_register *reg;
	struct wt_grant grant;
	struct wt_err err;
};

static const struct wt_span object = { (const uint8_t *)"signed", 6 };

FIXTURE_SETUP(book)
{
	memset(self, 0, sizeof(*self));
	scratch_make(&self->scratch);
	ASSERT_EQ(0, register_open(self->scratch.dir, REGISTER_NEW, &self->reg, &self->err));
	self->grant = (struct wt_grant){ .id = { 1 },
					 .transaction = "tx-1",
					 .licence = "L",
					 .zone = "Z",
					 .metering_point = "M",
					 .not_before = 1000,
					 .not_after = 4600,
					 .wh = 100,
					 .spender = { WT_UEID_RAND } };
}

FIXTURE_TEARDOWN(book)
{
	register_free(self->reg);
	scratch_remove(&self->scratch);
}

TEST_F(book, opening)
{
	struct authority_register *other = NULL;
	struct scratch empty;

	EXPECT_EQ(-EEXIST, register_open(self->scratch.dir, REGISTER_NEW, &other, &self->err));
	EXPECT_EQ(0, register_open(self->scratch.dir, REGISTER_OPEN, &other, &self->err));
	register_free(other);
	other = NULL;
	scratch_make(&empty);
	EXPECT_EQ(-ENOENT, register_open(empty.dir, REGISTER_OPEN, &other, &self->err));
	EXPECT_EQ(NULL, other);
	scratch_remove(&empty);
}

TEST_F(book, not_committed)
{
	struct register_grant found;

	ASSERT_EQ(0, register_begin(self->reg, &self->err));
	ASSERT_EQ(0, register_put_grant(self->reg, &self->grant, object, 1, &self->err));
	register_free(self->reg);
	ASSERT_EQ(0, register_open(self->scratch.dir, REGISTER_OPEN, &self->reg, &self->err));
	EXPECT_EQ(0, register_find_transaction(self->reg, "tx-1", &found, NULL, &self->err));
	ASSERT_EQ(0, register_begin(self->reg, &self->err));
	ASSERT_EQ(0, register_put_grant(self->reg, &self->grant, object, 1, &self->err));
	ASSERT_EQ(0, register_commit(self->reg, &self->err));
	register_free(self->reg);
	ASSERT_EQ(0, register_open(self->scratch.dir, REGISTER_OPEN, &self->reg, &self->err));
	EXPECT_EQ(1, register_find_transaction(self->reg, "tx-1", &found, NULL, &self->err));
}

TEST_F(book, grant_twice)
{
	struct wt_grant other = self->grant;

	ASSERT_EQ(0, register_put_grant(self->reg, &self->grant, object, 1, &self->err));
	other.id[0] = 2;
	EXPECT_EQ(-EEXIST, register_put_grant(self->reg, &other, object, 1, &self->err));
	EXPECT_STREQ("transaction tx-1: was sold already", self->err.msg);
	other.id[0] = 1;
	strcpy(other.transaction, "tx-2");
	EXPECT_EQ(-EEXIST, register_put_grant(self->reg, &other, object, 1, &self->err));
	other.id[0] = 2;
	EXPECT_EQ(0, register_put_grant(self->reg, &other, object, 1, &self->err));
}

/* The content is all of a grant but its id. */
TEST_F(book, content)
{
	uint8_t a[WT_SHA256_LEN], b[WT_SHA256_LEN];
	struct wt_grant other = self->grant;

	ASSERT_EQ(0, register_grant_content(&self->grant, a, &self->err));
	other.id[3] = 7;
	ASSERT_EQ(0, register_grant_content(&other, b, &self->err));
	EXPECT_EQ(0, memcmp(a, b, sizeof(a)));
	other.spender[16] = 1;
	ASSERT_EQ(0, register_grant_content(&other, b, &self->err));
	EXPECT_NE(0, memcmp(a, b, sizeof(a)));
}

TEST_F(book, allotments)
{
	struct wt_allotment share = { .ueid = { WT_UEID_RAND }, .wh = 60 };
	uint64_t allotted = 0;

	memcpy(share.grant_id, self->grant.id, sizeof(share.grant_id));
	/* of a grant that nobody has seen */
	EXPECT_GT(0, register_put_allotment(self->reg, &share, object, 1, &self->err));
	ASSERT_EQ(0, register_put_grant(self->reg, &self->grant, object, 1, &self->err));
	ASSERT_EQ(0, register_begin(self->reg, &self->err));
	EXPECT_EQ(0, register_put_allotment(self->reg, &share, object, 1, &self->err));
	share.id[0] = 1;
	share.wh = 40;
	EXPECT_EQ(0, register_put_allotment(self->reg, &share, object, 1, &self->err));
	EXPECT_EQ(0, register_check_shares(self->reg, share.grant_id, &self->err));
	EXPECT_EQ(0, register_allotted(self->reg, share.grant_id, &allotted, &self->err));
	EXPECT_EQ(100, allotted);
	share.id[0] = 2;
	share.wh = 1;
	EXPECT_EQ(0, register_put_allotment(self->reg, &share, object, 1, &self->err));
	EXPECT_EQ(-ERANGE, register_check_shares(self->reg, share.grant_id, &self->err));
	EXPECT_STREQ("grant 01000000000000000000000000000000: 101 Wh allotted, but it is of 100",
		     self->err.msg);
}

static int put_rig(struct authority_register *reg, uint8_t id, uint8_t key, const char *serial,
		   int64_t from, int64_t until, struct wt_err *err)
{
	struct wt_reg_device device = { .bus = 1, .vid = 2, .pid = 3 };
	struct wt_registration registration = { .id = { id },
						.ueid = { WT_UEID_RAND, key },
						.rig = "RIG",
						.licence = "L",
						.zone = "Z",
						.nameplate_w = 1000,
						.not_before = from,
						.not_after = until,
						.devices = &device,
						.n_devices = 1 };
	int r;

	strcpy(device.serial, serial);
	r = register_begin(reg, err);
	if (r == 0)
		r = register_put_registration(reg, &registration, NULL, object, 1, err);
	if (r == 0)
		return register_commit(reg, err);
	return r;
}

TEST_F(book, devices)
{
	ASSERT_EQ(0, put_rig(self->reg, 1, 1, "A", 1000, 2000, &self->err));
	/* the same rig may have it twice at once, another only before or after */
	ASSERT_EQ(0, put_rig(self->reg, 2, 1, "A", 1500, 2500, &self->err));
	ASSERT_EQ(0, put_rig(self->reg, 3, 2, "A", 500, 1000, &self->err));
	ASSERT_EQ(0, put_rig(self->reg, 4, 2, "A", 2500, 3000, &self->err));
	ASSERT_EQ(0, put_rig(self->reg, 5, 2, "B", 1000, 2000, &self->err));
	EXPECT_EQ(-EEXIST, put_rig(self->reg, 6, 2, "A", 2499, 2500, &self->err));
}

TEST_F(book, device_of_another_first)
{
	ASSERT_EQ(0, put_rig(self->reg, 1, 1, "A", 1000, 2000, &self->err));
	EXPECT_EQ(-EEXIST, put_rig(self->reg, 2, 2, "A", 999, 1001, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "device 0002:0003, serial A"));
}

TEST_F(book, rigs)
{
	char id[2 * WT_UEID_LEN + 1] = "0101000000000000000000000000000000";
	struct register_rig rig;

	ASSERT_EQ(0, put_rig(self->reg, 1, 1, "A", 1000, 2000, &self->err));
	ASSERT_EQ(0, put_rig(self->reg, 2, 1, "A", 1500, 3000, &self->err));
	EXPECT_EQ(0, register_find_rig(self->reg, "RIG", 999, &rig, &self->err));
	EXPECT_EQ(0, register_find_rig(self->reg, "RIG", 3000, &rig, &self->err));
	EXPECT_EQ(0, register_find_rig(self->reg, "OTHER", 1000, &rig, &self->err));
	ASSERT_EQ(1, register_find_rig(self->reg, "RIG", 1500, &rig, &self->err));
	EXPECT_EQ(2, rig.id[0]); /* that lasts longer */
	EXPECT_EQ(3000, rig.until);
	ASSERT_EQ(1, register_find_rig(self->reg, id, 1000, &rig, &self->err));
	EXPECT_EQ(1, rig.id[0]);
	/* two of one name: only the id tells them apart */
	ASSERT_EQ(0, put_rig(self->reg, 3, 2, "B", 1000, 2000, &self->err));
	EXPECT_EQ(-EEXIST, register_find_rig(self->reg, "RIG", 1500, &rig, &self->err));
	EXPECT_EQ(1, register_find_rig(self->reg, id, 1500, &rig, &self->err));
}

TEST_F(book, revoked)
{
	struct wt_notice notice = { .kind = WT_NOTICE_REVOKE_REGISTRATION,
				    .from = 1200,
				    .scope = WT_SCOPE_OBJECT,
				    .target = { 1 } };
	struct register_rig rig;

	ASSERT_EQ(0, put_rig(self->reg, 1, 1, "A", 1000, 2000, &self->err));
	ASSERT_EQ(0, register_put_notice(self->reg, &notice, object, &self->err));
	ASSERT_EQ(1, register_find_rig(self->reg, "RIG", 1199, &rig, &self->err));
	EXPECT_EQ(1200, rig.until);
	EXPECT_EQ(0, register_find_rig(self->reg, "RIG", 1200, &rig, &self->err));
	EXPECT_EQ(0, put_rig(self->reg, 2, 2, "A", 1200, 2000, &self->err));
}

TEST_HARNESS_MAIN
