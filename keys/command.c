// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/command.h"
#include "lib/file.h"
#include "lib/timestamp.h"

int command_failed(const char *command, const struct wt_err *err)
{
	fprintf(stderr, "%s: %s\n", command, err->msg);
	return AUTHORITY_FAILED;
}

int command_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ret,
		   struct wt_err *err)
{
	unsigned long long v = 0;
	char *end = NULL;

	errno = 0;
	if (*text >= '0' && *text <= '9')
		v = strtoull(text, &end, 10);
	if (!end || *end != '\0')
		return wt_fail(err, EINVAL, "%s %.40s: not a whole number", option, text);
	if (errno == ERANGE || v < min || v > max)
		return wt_fail(err, EINVAL, "%s %.40s: from %" PRIu64 " to %" PRIu64 " is possible",
			       option, text, min, max);
	*ret = v;
	return 0;
}

int command_time(const char *option, const char *text, int64_t now, int64_t *ret,
		 struct wt_err *err)
{
	int r = wt_timestamp_parse(text, now, ret, err);

	return r < 0 ? wt_fail_in(err, r, "%s", option) : 0;
}

int command_text(const char *option, const char *text, char *ret, size_t cap, struct wt_err *err)
{
	if (*text == '\0')
		return wt_fail(err, EINVAL, "%s: is empty", option);
	if (strlen(text) >= cap)
		return wt_fail(err, EINVAL, "%s: longer than %zu bytes", option, cap - 1);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return wt_fail(err, EINVAL, "%s: has a control character in it", option);
	strcpy(ret, text);
	return 0;
}

static int is_there(const char *path, struct wt_err *err)
{
	return wt_fail(err, EEXIST, "%.200s: is there already, left as it is (--force replaces it)",
		       path);
}

int command_output(const char *path, struct wt_span content, bool force, struct wt_err *err)
{
	int r;

	if (strcmp(path, "-") == 0) {
		if (fwrite(content.p, 1, content.n, stdout) != content.n)
			return wt_fail(err, EIO, "standard output: %s", strerror(errno));
		return 0;
	}
	r = wt_file_write(path, content, 0666, force ? WT_FILE_REPLACE : WT_FILE_NEW, err);
	return r == -EEXIST ? is_there(path, err) : r;
}

int command_output_free(const char *path, bool force, struct wt_err *err)
{
	return !force && strcmp(path, "-") != 0 && access(path, F_OK) == 0 ? is_there(path, err)
									   : 0;
}

int command_output_issued(const char *dir, const uint8_t id[16], const char *path,
			  struct wt_span content, bool force, struct wt_err *err)
{
	char hex[33], why[sizeof(err->msg)];
	int r = command_output(path, content, force, err);

	if (r == 0)
		return 0;
	snprintf(why, sizeof(why), "%s", err->msg);
	wt_hex(id, 16, hex);
	return wt_fail(err, -r,
		       "%.110s; it is issued: `wattest-authority reissue %.40s %s -o FILE`", why,
		       dir, hex);
}
