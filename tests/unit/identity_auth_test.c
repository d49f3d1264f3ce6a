// SPDX-License-Identifier: Apache-2.0
/* A TPM whose owner's and endorsement hierarchies have passwords (keys/identity/auth.h). */
#include "kselftest_harness.h"

#include <fcntl.h>

#include "keys/identity/auth.h"
#include "keys/identity/enrol.h"
#include "lib/tpm/credential.h"
#include "lib/tpm/tpm.h"
#include "tests/unit/lib/swtpm.h"
#include "tests/unit/scratch.h"

FIXTURE(auth)
{
	struct swtpm tpm;
	struct scratch at;
	char owner[400], endorsement[400];
	struct wt_identity_options options;
	struct wt_identity *identity;
	struct wt_err err;
};

/* The name of what the passwords' files hold goes to the option's buffer. */
static void put(struct scratch *at, const char *name, const char *text, char ret[400])
{
	snprintf(ret, 400, "%s", scratch_write(at, name, wt_span(text, strlen(text)), 0600));
}

FIXTURE_SETUP(auth)
{
	swtpm_start(&self->tpm, 0);
	strcpy(self->at.dir, self->tpm.dir);
	swtpm_shell(&self->tpm, "tpm2_changeauth -Q -c o 'owner s' && "
				"tpm2_changeauth -Q -c e hex:0001feff");
	put(&self->at, "owner", "owner s\n", self->owner);
	put(&self->at, "endorsement", "hex:0001feff", self->endorsement);
	self->options = (struct wt_identity_options){
		.backend = WT_BACKEND_TPM,
		.tcti = self->tpm.tcti,
		.handle = WT_IDENTITY_HANDLE,
		.owner_auth = self->owner,
		.endorsement_auth = self->endorsement,
	};
}

FIXTURE_TEARDOWN(auth)
{
	wt_identity_free(self->identity);
	swtpm_stop(&self->tpm);
}

static int open_it(FIXTURE_DATA(auth) * self)
{
	int r = wt_identity_create(&self->options, &self->err);

	return r < 0 ? r : wt_identity_open(&self->options, &self->identity, &self->err);
}

static int quote(struct wt_identity *identity, struct wt_err *err)
{
	static const uint8_t extra[WT_SHA256_LEN] = { 1 };
	struct wt_identity_quote q = { 0 };
	int r = wt_identity_quote(identity, extra, WT_IDENTITY_BOOT, &q, err);

	wt_identity_quote_clear(&q);
	return r;
}

static int activate(struct wt_identity *identity, struct wt_err *err)
{
	static const uint8_t secret[] = "a secret";
	struct wt_buf blob = { 0 }, seed = { 0 }, back = { 0 };
	struct wt_tpm_public ek = { 0 }, ak = { 0 };
	struct wt_identity_keys keys = { 0 };
	int r = wt_identity_describe(identity, &keys, err);

	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&keys.ek), &ek, err);
	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&keys.ak), &ak, err);
	if (r == 0)
		r = wt_tpm_make_credential(&ek, wt_span(ak.name, sizeof(ak.name)),
					   wt_span(secret, sizeof(secret)), &blob, &seed, err);
	if (r == 0)
		r = wt_identity_activate(identity, wt_buf_span(&blob), wt_buf_span(&seed), &back,
					 err);
	if (r == 0 && !wt_span_equal(wt_buf_span(&back), wt_span(secret, sizeof(secret))))
		r = -EIO;
	wt_tpm_public_clear(&ek);
	wt_tpm_public_clear(&ak);
	wt_identity_keys_clear(&keys);
	wt_buf_free(&blob);
	wt_buf_free(&seed);
	wt_buf_free(&back);
	return r;
}

static int evict(const struct swtpm *tpm, const char *handle)
{
	char *line;

	if (asprintf(&line, "tpm2_evictcontrol -Q -C o -P 'owner s' -c %s", handle) < 0)
		return -1;
	swtpm_shell(tpm, line);
	free(line);
	return 0;
}

/* The keys that the chip has with passwords are those that it has without: its id and its attestation key. */
TEST_F(auth, the_same_rig)
{
	struct wt_identity_keys with = { 0 }, without = { 0 };
	uint8_t ueid[WT_UEID_LEN], before[WT_UEID_LEN];

	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_identity_describe(self->identity, &with, &self->err));
	wt_identity_ueid(self->identity, before);
	wt_identity_free(self->identity);
	self->identity = NULL;

	swtpm_shell(&self->tpm, "tpm2_clear -c p");
	self->options.owner_auth = self->options.endorsement_auth = NULL;
	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	/* without passwords nothing is kept but the signing key */
	swtpm_shell(&self->tpm, "test $(tpm2_getcap handles-persistent | wc -l) = 1");
	ASSERT_EQ(0, wt_identity_describe(self->identity, &without, &self->err));
	wt_identity_ueid(self->identity, ueid);
	EXPECT_EQ(0, memcmp(before, ueid, sizeof(ueid)));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&with.ek), wt_buf_span(&without.ek)));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&with.ak), wt_buf_span(&without.ak)));
	EXPECT_FALSE(wt_span_equal(wt_buf_span(&with.key), wt_buf_span(&without.key)));
	wt_identity_keys_clear(&with);
	wt_identity_keys_clear(&without);
}

/* What the agent does takes no password, and enrolment takes the one of the endorsement hierarchy. */
TEST_F(auth, the_agent_needs_none)
{
	ASSERT_EQ(0, evict(&self->tpm, "0x81010001"));
	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, activate(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	wt_identity_free(self->identity);
	self->identity = NULL;

	unlink(self->owner);
	unlink(self->endorsement);
	ASSERT_EQ(0, wt_identity_open(&self->options, &self->identity, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, quote(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(-ENOENT, activate(self->identity, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "tpm_endorsement_auth: "))
	TH_LOG("%s", self->err.msg);
	EXPECT_NE(NULL, strstr(self->err.msg, "/endorsement: No such file"));
}

/* A rig that was enrolled before its TPM got passwords, or whose TPM has no room: the agent reads it for each quote. */
TEST_F(auth, the_agent_with_it)
{
	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, evict(&self->tpm, "0x81010102"));
	EXPECT_EQ(0, quote(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	put(&self->at, "endorsement", "hex:0001fefe", self->endorsement);
	EXPECT_EQ(-EACCES, quote(self->identity, &self->err));
	wt_identity_free(self->identity);
	self->identity = NULL;

	self->options.endorsement_auth = "";
	ASSERT_EQ(0, wt_identity_open(&self->options, &self->identity, &self->err));
	EXPECT_EQ(-EACCES, quote(self->identity, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg,
			       "cannot make the attestation key: its endorsement hierarchy has a "
			       "password: tpm_endorsement_auth must name a file that has it"))
	TH_LOG("%s", self->err.msg);
}

/* Another object in the place of a kept key is not taken for it, and stays. */
TEST_F(auth, places_taken)
{
	swtpm_shell(
		&self->tpm,
		"tpm2_createprimary -Q -C o -P 'owner s' -G ecc256 -c other.ctx && tpm2_flushcontext -t && "
		"tpm2_evictcontrol -Q -C o -P 'owner s' -c other.ctx 0x81010102 && tpm2_flushcontext -t && "
		"tpm2_evictcontrol -Q -C o -P 'owner s' -c other.ctx 0x81010103 && tpm2_flushcontext -t && "
		"tpm2_evictcontrol -Q -C o -P 'owner s' -c 0x81010001 && tpm2_flushcontext -t");
	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, activate(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, quote(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	swtpm_shell(&self->tpm, "tpm2_readpublic -Q -c 0x81010103 -n kept && "
				"tpm2_readpublic -Q -c other.ctx -n other && cmp kept other");
}

TEST_F(auth, refused)
{
	static const struct {
		const char *owner, *endorsement, *words;
	} tries[] = {
		{ NULL, "hex:0001feff",
		  "cannot make the signing key: its owner hierarchy has a password: "
		  "tpm_owner_auth must name a file that has it" },
		{ "owner s", NULL,
		  "cannot make the attestation key: its endorsement hierarchy has a "
		  "password: tpm_endorsement_auth must name a file that has it" },
		{ "owner t", "hex:0001feff",
		  "its owner hierarchy has another password than /tmp/" },
		{ "owner s\n\n", "hex:0001feff", "(tpm_owner_auth)" },
		{ "owner s", "hex:0001fe", "(tpm_endorsement_auth)" },
	};
	char owner[400], endorsement[400];

	ASSERT_EQ(0, evict(&self->tpm, "0x81010001"));
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		put(&self->at, "o", tries[i].owner ?: "", owner);
		put(&self->at, "e", tries[i].endorsement ?: "", endorsement);
		self->options.owner_auth = tries[i].owner ? owner : NULL;
		self->options.endorsement_auth = tries[i].endorsement ? endorsement : NULL;
		EXPECT_EQ(-EACCES, open_it(self)) TH_LOG("%zu", i);
		EXPECT_NE(NULL, strstr(self->err.msg, tries[i].words)) TH_LOG("%s", self->err.msg);
		EXPECT_EQ(NULL, strstr(self->err.msg, "owner s")) TH_LOG("%s", self->err.msg);
	}
}

/* One that is missing or wrong leaves nothing behind. */
TEST_F(auth, nothing_half_made)
{
	put(&self->at, "endorsement", "wrong", self->endorsement);
	EXPECT_EQ(-EACCES, open_it(self));
	self->options.endorsement_auth = NULL;
	EXPECT_EQ(-EACCES, open_it(self));
	self->options.endorsement_auth = self->endorsement;
	put(&self->at, "endorsement", "hex:0001feff", self->endorsement);
	put(&self->at, "owner", "wrong", self->owner);
	EXPECT_EQ(-EACCES, open_it(self));
	swtpm_shell(&self->tpm,
		    "tpm2_getcap handles-persistent >left && ! grep -q 0x810101[01] left && "
		    "test -z \"$(tpm2_getcap handles-transient)\"");
	put(&self->at, "owner", "owner s", self->owner);
	EXPECT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
}

/* --- the file ----------------------------------------------------------------------------------- */

#define SIXTEEN "0123456789abcdef"
#define LONGEST SIXTEEN SIXTEEN SIXTEEN SIXTEEN

TEST_F(auth, files)
{
	static const struct {
		const char *text;
		mode_t mode;
		int code;
		const char *words;
	} files[] = {
		{ "owner s", 0400, 0, "" },
		{ "hex:6f776e65722073\n", 0600, 0, "" },
		{ "hex:6F776E65722073", 0600, 0, "" },
		{ "owner s", 0640, EPERM,
		  "a password that others may read (mode 0640): `chmod 600" },
		{ "owner s", 0604, EPERM, "(mode 0604)" },
		{ "", 0600, EINVAL, "is empty" },
		{ "\n", 0600, EINVAL, "is empty" },
		{ "hex:", 0600, EINVAL, "is empty" },
		{ "hex:6f7", 0600, EINVAL, "what follows hex:" },
		{ "hex:owner s", 0600, EINVAL, "what follows hex:" },
		{ "hex:" LONGEST LONGEST "\n", 0600, EACCES, "has another password" },
		{ "hex:" LONGEST LONGEST "00", 0600, EINVAL, "longer than a TPM's password" },
		{ "hex:" LONGEST LONGEST "0", 0600, EINVAL, "what follows hex:" },
		{ LONGEST "\n", 0600, EACCES, "has another password" },
		{ LONGEST "0", 0600, EINVAL, "longer than a TPM's password (64 bytes)" },
		{ LONGEST LONGEST LONGEST, 0600, EINVAL, "longer than a TPM's password" },
	};
	const char *where;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		where = scratch_write(&self->at, "owner",
				      wt_span(files[i].text, strlen(files[i].text)), files[i].mode);
		ASSERT_STREQ(self->owner, where);
		self->err.msg[0] = '\0';
		EXPECT_EQ(-files[i].code, wt_identity_create(&self->options, &self->err))
		TH_LOG("%zu: %s", i, self->err.msg);
		EXPECT_NE(NULL, strstr(self->err.msg, files[i].words))
		TH_LOG("%zu: %s", i, self->err.msg);
		EXPECT_TRUE(!files[i].code || strstr(self->err.msg, "tpm_owner_auth"))
		TH_LOG("%zu: %s", i, self->err.msg);
		if (!files[i].code)
			ASSERT_EQ(0, evict(&self->tpm, "0x81010101"));
	}
	if (geteuid() == 0) {
		put(&self->at, "owner", "owner s", self->owner);
		ASSERT_EQ(0, chown(self->owner, 65534, 0));
		EXPECT_EQ(-EPERM, wt_identity_create(&self->options, &self->err));
		EXPECT_NE(NULL, strstr(self->err.msg, "is user 65534's: `chown root /tmp/"))
		TH_LOG("%s", self->err.msg);
	}
	self->options.owner_auth = self->tpm.dir;
	EXPECT_EQ(-EINVAL, wt_identity_create(&self->options, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not a regular file"));
}

/* --- what is left of it --------------------------------------------------------------------------- */

#define SECRET 24

/* As tr(1) veils the digits below: this process has the secret only where the code under test left it. */
static inline char veil(char c)
{
	return (char)(c <= '9' ? c + 'A' - '0' : c + 'k' - 'a');
}

/*
 * How often it is in this process's memory. Not on the stack, where the dynamic linker saves registers that had some of it:
 * with sanitizers (detect_stack_use_after_return) our own frames are elsewhere.
 */
__attribute__((no_sanitize("address"))) static size_t count_in_memory(const char veiled[SECRET])
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512], rights[5];
	size_t n = 0;

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || rights[0] != 'r' ||
		    rights[1] != 'w' || strstr(line, "[stack]") ||
		    to - from > 1ul << 26) /* a sanitizer's shadow */
			continue;
		for (const volatile char *p = (const char *)from; p + SECRET <= (char *)to; p++) {
			size_t i = 0;

			while (i < SECRET && veil(p[i]) == veiled[i])
				i++;
			n += i == SECRET;
		}
	}
	fclose(maps);
	return n;
}

static size_t look_for(const struct swtpm *tpm)
{
	char path[96], veiled[SECRET];
	int fd;

	snprintf(path, sizeof(path), "%s/veiled", tpm->dir);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, veiled, SECRET) != SECRET)
		abort();
	close(fd);
	return count_in_memory(veiled);
}

TEST_F(auth, forgotten)
{
	struct tpm_session session = { 0 };

	snprintf(self->endorsement, sizeof(self->endorsement), "%s/secret", self->tpm.dir);
	swtpm_shell(&self->tpm,
		    "umask 77; head -c 12 /dev/urandom | xxd -p | tr -d '\\n' >secret && "
		    "tr 0-9a-f A-Jk-p <secret >veiled && "
		    "tpm2_changeauth -Q -c e -p hex:0001feff file:secret");
	ASSERT_EQ(0, tpm_begin(&self->options, &session, &self->err));
	ASSERT_EQ(0, tpm_auth_begin(&session, ESYS_TR_RH_ENDORSEMENT, &self->err));
	EXPECT_EQ(1u, look_for(&self->tpm)); /* the context's */
	tpm_auth_end(&session, ESYS_TR_RH_ENDORSEMENT);
	EXPECT_EQ(0u, look_for(&self->tpm));
	tpm_end(&session);

	ASSERT_EQ(0, open_it(self)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, evict(&self->tpm, "0x81010102"));
	ASSERT_EQ(0, quote(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, activate(self->identity, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0u, look_for(&self->tpm));
}

TEST_HARNESS_MAIN
