// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/identity/auth.h"
#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/file.h"

#define HEX "hex:"
#define FILE_MAX (sizeof(HEX) - 1 + 2 * sizeof(((TPM2B_AUTH *)NULL)->buffer) + 1)

static bool is_owner(ESYS_TR hierarchy)
{
	return hierarchy == ESYS_TR_RH_OWNER;
}

static const char *name_of(ESYS_TR hierarchy)
{
	return is_owner(hierarchy) ? "owner" : "endorsement";
}

/* The file that is configured; NULL: none, and the password is the empty one. */
static const char *file_of(const struct tpm_session *session, ESYS_TR hierarchy)
{
	const struct wt_identity_options *options = session->options;
	const char *file = NULL;

	if (options)
		file = is_owner(hierarchy) ? options->owner_auth : options->endorsement_auth;
	return file && file[0] ? file : NULL;
}

/* Root's or this user's, and nobody else may open it. */
static int check_mode(int fd, const char *file, struct wt_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return wt_fail(err, errno, "%.160s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return wt_fail(err, EINVAL, "%.160s: not a regular file", file);
	if (st.st_uid && st.st_uid != geteuid())
		return wt_fail(err, EPERM, "%.120s: is user %u's: `chown root %.80s`", file,
			       (unsigned)st.st_uid, file);
	if (st.st_mode & 077)
		return wt_fail(
			err, EPERM,
			"%.100s: a password that others may read (mode %04o): `chmod 600 %.80s`",
			file, st.st_mode & 07777, file);
	return 0;
}

/* At most FILE_MAX bytes, a zero behind them; how many. */
static int read_file(const char *file, char ret[FILE_MAX + 2], struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int fd =
		open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t n = 0;
	ssize_t got;
	int r;

	if (fd < 0)
		return wt_fail(err, errno, "%.160s: %s", file, strerror(errno));
	r = check_mode(fd, file, err);
	if (r < 0)
		return r;
	while (n <= FILE_MAX && (got = read(fd, ret + n, FILE_MAX + 1 - n)) != 0) {
		if (got < 0)
			return wt_fail(err, errno, "%.160s: %s", file, strerror(errno));
		n += (size_t)got;
	}
	if (n > FILE_MAX)
		return wt_fail(err, EINVAL, "%.160s: longer than a TPM's password", file);
	ret[n] = '\0';
	return (int)n;
}

/* As tpm2-tools have it: the text itself, or "hex:" and its bytes. The last newline is the editor's. */
static int take(const char *file, char *text, size_t n, TPM2B_AUTH *ret, struct wt_err *err)
{
	int bytes;

	if (n && text[n - 1] == '\n')
		text[--n] = '\0';
	if (!strncmp(text, HEX, sizeof(HEX) - 1)) {
		bytes = wt_unhex(text + sizeof(HEX) - 1, ret->buffer, sizeof(ret->buffer));
		if (bytes < 0)
			return wt_fail(err, EINVAL,
				       "%.160s: what follows %s is not 1 to %zu bytes of it", file,
				       HEX, sizeof(ret->buffer));
		n = (size_t)bytes;
	} else if (n <= sizeof(ret->buffer)) {
		memcpy(ret->buffer, text, n);
	} else {
		return wt_fail(err, EINVAL, "%.160s: longer than a TPM's password (%zu bytes)",
			       file, sizeof(ret->buffer));
	}
	if (!n)
		return wt_fail(err, EINVAL,
			       "%.160s: is empty: without a password, without the setting", file);
	ret->size = (UINT16)n;
	return 0;
}

int tpm_auth_begin(struct tpm_session *session, ESYS_TR hierarchy, struct wt_err *err)
{
	const char *file = file_of(session, hierarchy);
	char text[FILE_MAX + 2];
	TPM2B_AUTH auth = { 0 };
	TSS2_RC rc = TSS2_RC_SUCCESS;
	int r;

	if (!file)
		return 0;
	r = read_file(file, text, err);
	if (r >= 0)
		r = take(file, text, (size_t)r, &auth, err);
	if (r < 0)
		wt_fail_in(err, r, "tpm_%s_auth", name_of(hierarchy));
	else
		rc = Esys_TR_SetAuth(session->esys, hierarchy, &auth);
	wt_wipe(text, sizeof(text));
	wt_wipe(&auth, sizeof(auth));
	return rc == TSS2_RC_SUCCESS ? r : tpm_fail(session, rc, err, "use a password");
}

void tpm_auth_end(struct tpm_session *session, ESYS_TR hierarchy)
{
	static const TPM2B_AUTH zeros = { .size = sizeof(zeros.buffer) };

	if (!file_of(session, hierarchy))
		return;
	/* without a value only the size would go to zero */
	Esys_TR_SetAuth(session->esys, hierarchy, &zeros);
	Esys_TR_SetAuth(session->esys, hierarchy, NULL);
}

int tpm_auth_fail(const struct tpm_session *session, ESYS_TR hierarchy, TSS2_RC rc,
		  struct wt_err *err, const char *what)
{
	const char *file = file_of(session, hierarchy), *name = name_of(hierarchy);

	switch (tpm_plain(rc)) {
	case TPM2_RC_BAD_AUTH:
	case TPM2_RC_AUTH_FAIL:
	case TPM2_RC_AUTH_MISSING:
		break;
	default:
		return tpm_fail(session, rc, err, what);
	}
	if (!file)
		return wt_fail(
			err, EACCES,
			"TPM %.60s: cannot %.60s: its %s hierarchy has a password: tpm_%s_auth must name a file that has it",
			session->name, what, name, name);
	return wt_fail(
		err, EACCES,
		"TPM %.60s: cannot %.60s: its %s hierarchy has another password than %.60s (tpm_%s_auth)",
		session->name, what, name, file, name);
}
