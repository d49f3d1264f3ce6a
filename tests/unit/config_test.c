// SPDX-License-Identifier: Apache-2.0
/* The configuration: defaults, every key, and that what is wrong is named with its file and line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "agent/config.h"

FIXTURE(config)
{
	char path[64];
	struct wt_config config;
	struct wt_err err;
};

FIXTURE_SETUP(config)
{
	int fd;

	strcpy(self->path, "/tmp/config_test.XXXXXX");
	fd = mkstemp(self->path);
	ASSERT_LE(0, fd);
	close(fd);
}

FIXTURE_TEARDOWN(config)
{
	unlink(self->path);
}

static int load(const char *path, const char *text, struct wt_config *ret, struct wt_err *err)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -1;
	fputs(text, f);
	fclose(f);
	return wt_config_load(path, ret, err);
}

TEST_F(config, defaults)
{
	ASSERT_EQ(0, load(self->path, "# nothing\n", &self->config, &self->err));
	EXPECT_STREQ("/etc/wattest/rig.key", self->config.key);
	EXPECT_STREQ("/var/lib/wattest", self->config.state);
	EXPECT_STREQ("/var/lib/wattest/grants.d", self->config.grants);
	EXPECT_TRUE(self->config.probes);
	EXPECT_EQ(256, self->config.attestation_kb);
	EXPECT_EQ(400, self->config.keep_days);
	EXPECT_EQ(0, self->config.keep_undelivered_days);
	EXPECT_EQ(0, self->config.keep_mb);
	EXPECT_STREQ("/etc/wattest/hooks.d", self->config.hooks);
	EXPECT_EQ(30, self->config.hook_timeout_s);
	EXPECT_EQ(WT_LIMIT_MINUTES, self->config.limits.low[0].unit);
	EXPECT_EQ(120, self->config.limits.low[0].n);
	EXPECT_EQ(WT_LIMIT_MINUTES, self->config.limits.low[1].unit);
	EXPECT_EQ(30, self->config.limits.low[1].n);
	EXPECT_EQ(30, self->config.limits.registration_days);
	EXPECT_STREQ("", self->config.purchase);
	EXPECT_EQ(4, self->config.purchase_horizon_h);
	EXPECT_EQ(5, self->config.purchase_margin);
}

TEST_F(config, every_key)
{
	static const char text[] =
		"[rig]\n"
		"key = /k\ntpm_owner_auth = /o\ntpm_endorsement_auth = /e\ncertificate = /c\nregistration=/r\ntrust = /t\n"
		"[agent]\n"
		"state = /s\nrun = /x\nprobes = no\nattestation_kb = 4\n"
		"[hooks]\n"
		"directory = /h\ntimeout_s = 7\nlow_1 = 5000 Wh\nlow_2 = off\n"
		"registration_days = 0\n"
		"[purchase]\n"
		"command = /bin/buy --url https://x\nhorizon_h = 168\nlead_min = 20\n"
		"margin_percent = 0\nblock_wh = 1000000\ntimeout_s = 3600\n";

	ASSERT_EQ(0, load(self->path, text, &self->config, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_STREQ("/k", self->config.key);
	EXPECT_STREQ("/o", wt_config_identity(&self->config).owner_auth);
	EXPECT_STREQ("/e", wt_config_identity(&self->config).endorsement_auth);
	EXPECT_STREQ("/c", self->config.certificate);
	EXPECT_STREQ("/r", self->config.registration);
	EXPECT_STREQ("/t", self->config.trust);
	EXPECT_STREQ("/s", self->config.state);
	EXPECT_STREQ("/s/grants.d", self->config.grants);
	EXPECT_STREQ("/x", self->config.run);
	EXPECT_FALSE(self->config.probes);
	EXPECT_EQ(4, self->config.attestation_kb);
	EXPECT_STREQ("/h", self->config.hooks);
	EXPECT_EQ(7, self->config.hook_timeout_s);
	EXPECT_EQ(WT_LIMIT_WH, self->config.limits.low[0].unit);
	EXPECT_EQ(5000, self->config.limits.low[0].n);
	EXPECT_EQ(WT_LIMIT_OFF, self->config.limits.low[1].unit);
	EXPECT_EQ(0, self->config.limits.registration_days);
	EXPECT_STREQ("/bin/buy --url https://x", self->config.purchase);
	EXPECT_EQ(168, self->config.purchase_horizon_h);
	EXPECT_EQ(20, self->config.purchase_lead_min);
	EXPECT_EQ(0, self->config.purchase_margin);
	EXPECT_EQ(1000000, self->config.purchase_block_wh);
	EXPECT_EQ(3600, self->config.purchase_timeout_s);
}

TEST_F(config, refused_with_file_and_line)
{
	static const struct {
		const char *text, *line, *why;
	} cases[] = {
		{ "[rig]\nkey = /k\nkye = /k\n", ":3:", "no key kye" },
		{ "[rigs]\nkey = /k\n", ":2:", "[rigs]" },
		{ "key = /k\n", ":1:", "[section]" },
		{ "[rig]\nkey = /k\nkey = /l\n", ":3:", "twice" },
		{ "[rig]\nkey = k\n", ":2:", "absolute" },
		{ "[rig]\nkey =\n", ":2:", "absolute" },
		{ "[rig]\ntpm_owner_auth = hex:00\n", ":2:", "absolute" },
		{ "[agent]\nprobes = maybe\n", ":2:", "yes or no" },
		{ "[agent]\nkeep_days = 36501\n", ":2:", "0 to 36500" },
		{ "[agent]\nkeep_mb = 1048577\n", ":2:", "0 to 1048576" },
		{ "[agent]\nkeep_undelivered_days = -1\n", ":2:", "0 to 36500" },
		{ "[agent]\nattestation_kb = 3\n", ":2:", "4 to 4096" },
		{ "[agent]\nattestation_kb = 4097\n", ":2:", "4 to 4096" },
		{ "[agent]\nattestation_kb = 5 kb\n", ":2:", "4 to 4096" },
		{ "[agent]\nattestation_kb = -5\n", ":2:", "4 to 4096" },
		{ "[agent]\nattestation_kb = 99999999999999999999\n", ":2:", "4 to 4096" },
		{ "[hooks]\nlow_1 = 5000\n", ":2:", "120 min" },
		{ "[hooks]\nlow_1 = 0 min\n", ":2:", "120 min" },
		{ "[hooks]\nlow_1 = -1 min\n", ":2:", "120 min" },
		{ "[hooks]\nlow_2 = 1000001 Wh\n", ":2:", "1000000" },
		{ "[hooks]\nlow_2 = 5 kWh\n", ":2:", "5000 Wh" },
		{ "[hooks]\ntimeout_s = 0\n", ":2:", "1 to 600" },
		{ "[purchase]\ncommand = buy\n", ":2:", "absolute" },
		{ "[purchase]\nblock_wh = 1000001\n", ":2:", "0 to 1000000" },
		{ "[rig]\n\n\nnonsense\n", ":4:", "key = value" },
		{ "[rig]\nkey = /k\n[agent]\nbad = 1\nworse = 2\n", ":4:", "no key bad" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(self->config.key, "untouched");
		EXPECT_EQ(-EINVAL, load(self->path, cases[i].text, &self->config, &self->err));
		EXPECT_EQ(0, strncmp(self->err.msg, self->path, strlen(self->path)));
		EXPECT_NE(NULL, strstr(self->err.msg, cases[i].line))
		{
			TH_LOG("case %zu: %s", i, self->err.msg);
		}
		EXPECT_NE(NULL, strstr(self->err.msg, cases[i].why))
		{
			TH_LOG("case %zu: %s", i, self->err.msg);
		}
		EXPECT_STREQ("untouched", self->config.key);
	}
}

TEST_F(config, too_long)
{
	char text[4096], path[400];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(text, sizeof(text), "[rig]\nkey = %s\n", path);
	EXPECT_EQ(-EINVAL, load(self->path, text, &self->config, &self->err));
}

TEST_F(config, named_file_must_be_there)
{
	EXPECT_EQ(-ENOENT, wt_config_load("/tmp/config_test.none", &self->config, &self->err));
}

TEST_HARNESS_MAIN
