// SPDX-License-Identifier: Apache-2.0
/* See answer.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <endian.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include <wattest/record.h>

#include "answer.h"

#define ATTRIBUTES_MAX 32

void answer_bad(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("WRONG ANSWER: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

bool answer_is_guarded(uint8_t cmd)
{
	return cmd == WATTEST_CMD_RECORD_GET || cmd == WATTEST_CMD_ACK || cmd == WATTEST_CMD_CLOSE ||
	       cmd == WATTEST_CMD_PROBE_ADD || cmd == WATTEST_CMD_SOURCE_SET;
}

static uint64_t u64_of(const struct nlattr *a)
{
	uint64_t v = 0;

	if (a)
		memcpy(&v, a + 1, sizeof(v));
	return v;
}

static size_t length_of(const struct nlattr *a)
{
	return a ? a->nla_len - NLA_HDRLEN : 0;
}

/* By their types; each must be whole. */
static void read_attributes(uint8_t cmd, const uint8_t *p, size_t n,
			    const struct nlattr *ret[ATTRIBUTES_MAX])
{
	memset(ret, 0, ATTRIBUTES_MAX * sizeof(*ret));
	while (n >= NLA_HDRLEN) {
		const struct nlattr *a = (const struct nlattr *)p;
		size_t step = NLA_ALIGN(a->nla_len);

		if (a->nla_len < NLA_HDRLEN || a->nla_len > n)
			answer_bad("command %u: an attribute of %u bytes in %zu", cmd, a->nla_len, n);
		if (a->nla_type >= ATTRIBUTES_MAX)
			answer_bad("command %u: attribute %u", cmd, a->nla_type);
		ret[a->nla_type] = a;
		p += step;
		n = step > n ? 0 : n - step;
	}
}

/* Plain text, and zeros to the end. */
static bool is_plain(const char *s, size_t n)
{
	size_t i = strnlen(s, n);

	if (i == n)
		return false;
	for (size_t j = 0; j < n; j++)
		if (j < i ? s[j] < 0x20 || s[j] > 0x7e : s[j])
			return false;
	return true;
}

static void judge_event(const uint8_t *payload, size_t n)
{
	struct wattest_event e;

	if (n != sizeof(e))
		answer_bad("an EVENT of %zu bytes", n);
	memcpy(&e, payload, sizeof(e));
	if (!le16toh(e.kind) || le16toh(e.kind) > WATTEST_EVENT_MODULE || !e.count || e.reserved || e.reserved2)
		answer_bad("EVENT: kind %u, count %u", le16toh(e.kind), le32toh(e.count));
	if (!is_plain(e.comm, sizeof(e.comm)) || !is_plain(e.detail, sizeof(e.detail)))
		answer_bad("EVENT: no plain text");
}

static void judge_record(struct listener *l, uint8_t cmd, uint32_t number, const struct nlattr **a)
{
	const struct nlattr *data = a[WATTEST_A_RECORD_DATA];
	uint64_t seq = u64_of(a[WATTEST_A_RECORD_SEQ]);
	struct wattest_record record;

	if (!seq || !a[WATTEST_A_RECORD_TYPE] || !a[WATTEST_A_RECORD_STEP] ||
	    !data != !!a[WATTEST_A_RECORD_DIGEST] || !a[WATTEST_A_RECORD_HEAD] != !a[WATTEST_A_RECORD_MAC])
		answer_bad("record %lu: attributes are missing", (unsigned long)seq);
	if ((a[WATTEST_A_RECORD_DIGEST] && length_of(a[WATTEST_A_RECORD_DIGEST]) != WATTEST_DIGEST_LEN) ||
	    (a[WATTEST_A_RECORD_HEAD] && length_of(a[WATTEST_A_RECORD_HEAD]) != WATTEST_DIGEST_LEN) ||
	    (a[WATTEST_A_RECORD_MAC] && length_of(a[WATTEST_A_RECORD_MAC]) != WATTEST_DIGEST_LEN))
		answer_bad("record %lu: lengths", (unsigned long)seq);
	if (cmd == WATTEST_CMD_RECORD_GET) {
		if (l->dumping && l->dump == number && seq <= l->last_seq)
			answer_bad("record %lu after %lu in a dump", (unsigned long)seq,
				   (unsigned long)l->last_seq);
		l->dumping = true;
		l->dump = number;
		l->last_seq = seq;
	}
	if (!data)
		return;
	if (length_of(data) < sizeof(record))
		answer_bad("record %lu of %zu bytes", (unsigned long)seq, length_of(data));
	memcpy(&record, data + 1, sizeof(record));
	if (le32toh(record.len) != length_of(data) || le64toh(record.seq) != seq)
		answer_bad("record %lu says it is %lu of %u bytes", (unsigned long)seq,
			   (unsigned long)le64toh(record.seq), le32toh(record.len));
	if (le16toh(record.type) == WATTEST_RECORD_EVENT)
		judge_event((const uint8_t *)(data + 1) + sizeof(record), length_of(data) - sizeof(record));
}

static void judge_message(struct listener *l, const struct nlmsghdr *h)
{
	const struct genlmsghdr *g = NLMSG_DATA(h);
	const struct nlattr *a[ATTRIBUTES_MAX];

	if (h->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		answer_bad("a message of %u bytes", h->nlmsg_len);
	if (!l->may && (answer_is_guarded(g->cmd) || g->cmd == WATTEST_CMD_RECORD_NTF))
		answer_bad("command %u answers one who may not ask", g->cmd);
	read_attributes(g->cmd, (const uint8_t *)g + GENL_HDRLEN, h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), a);
	if (g->cmd == WATTEST_CMD_RECORD_GET || g->cmd == WATTEST_CMD_RECORD_NTF)
		judge_record(l, g->cmd, h->nlmsg_seq, a);
}

static void judge_error(const struct listener *l, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || l->may || e->error || h->nlmsg_seq < ANSWER_NUMBERS)
		return;
	if (answer_is_guarded(l->asked[h->nlmsg_seq % sizeof(l->asked)]))
		answer_bad("command %u was done for one who may not ask",
			   l->asked[h->nlmsg_seq % sizeof(l->asked)]);
}

void answer_judge(struct listener *l, uint16_t family, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n >= NLMSG_HDRLEN) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)p;
		size_t step = NLMSG_ALIGN(h->nlmsg_len);

		if (h->nlmsg_len < NLMSG_HDRLEN)
			answer_bad("a message of %u bytes", h->nlmsg_len);
		if (h->nlmsg_len > n)
			return; /* the buffer was too small for it */
		if (h->nlmsg_type == family)
			judge_message(l, h);
		else if (h->nlmsg_type == NLMSG_ERROR)
			judge_error(l, h);
		else if (h->nlmsg_type == NLMSG_DONE)
			l->dumping = false;
		p += step;
		n = step > n ? 0 : n - step;
	}
}
