// SPDX-License-Identifier: Apache-2.0
/*
 * What the module answers and announces, through libnl: replies, dumps, errors with their sentences, records; and what
 * the agent makes of records, steps for an attestation.
 */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include <linux/genetlink.h>
#include <linux/wattest.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "agent/netlink.h"
#include "agent/steps.h"
#include "tests/fuzz/lib/peer.h"
#include "tests/fuzz/signed/world.h"

enum {
	STATUS,
	SOURCES,
	DEVICES,
	RECORDS,
	CLOSE,
	PROBE,
	ACK,
	EVENTS,
	OPS
};

static bool ends(const char *text, size_t cap)
{
	return memchr(text, '\0', cap);
}

static int on_source(const struct wt_nl_source *s, void *user)
{
	(void)user;
	FUZZ_CHECK(ends(s->chip, sizeof(s->chip)) && ends(s->parent, sizeof(s->parent)));
	FUZZ_CHECK(ends(s->attribute, sizeof(s->attribute)) && ends(s->label, sizeof(s->label)));
	return 0;
}

static int on_device(const struct wt_nl_device *d, void *user)
{
	(void)user;
	FUZZ_CHECK(ends(d->path, sizeof(d->path)) && ends(d->serial, sizeof(d->serial)));
	FUZZ_CHECK(ends(d->product, sizeof(d->product)));
	return 0;
}

static int on_record(const struct wt_nl_record *record, void *user)
{
	FUZZ_CHECK(record->seq > 0);
	return wt_steps_add(user, record);
}

static void on_module(bool there, void *user)
{
	(void)there;
	(void)user;
}

/* Batches are whole steps; taken off, there is less. */
static void take_steps(struct wt_steps *steps)
{
	uint8_t before[WT_SHA256_LEN] = { 0 }, head[WT_SHA256_LEN];
	struct wt_batch batch;
	struct wt_err err = { "" };
	uint64_t last = 0;
	int r;

	while ((r = wt_steps_take(steps, 4096, &batch, &err)) > 0) {
		FUZZ_CHECK(batch.n_steps && batch.first_seq && batch.last_seq >= batch.first_seq);
		FUZZ_CHECK(batch.first_seq > last);
		last = batch.last_seq;
		(void)wt_batch_check(&batch, before, head, &err);
		wt_batch_clear(&batch);
		wt_steps_drop(steps, last);
	}
	if (r < 0)
		FUZZ_CHECK(r == -EBADMSG && err.msg[0]);
	wt_steps_clear(steps);
}

static void listen_to_events(struct wt_steps *steps)
{
	static const struct wt_nl_handlers handlers = { on_record, on_module };
	__attribute__((cleanup(wt_nl_events_freep))) struct wt_nl_events *events = NULL;
	struct wt_err err = { "" };

	fuzz_need(wt_nl_events_open(&events, &err), err.msg);
	fuzz_need(wt_nl_events_join(events, &err), err.msg);
	if (wt_nl_events_read(events, &handlers, steps, &err) < 0)
		FUZZ_CHECK(err.msg[0]);
}

static int ask(struct wt_nl *nl, unsigned int op, struct wt_steps *steps, struct wt_err *err)
{
	struct wt_nl_status status;
	uint32_t prog_id;
	uint64_t seq;
	int r;

	switch (op) {
	case STATUS:
		fuzz_untouched_fill(&status, sizeof(status));
		r = wt_nl_status(nl, &status, err);
		FUZZ_CHECK(r == 0 || fuzz_untouched(&status, sizeof(status)));
		FUZZ_CHECK(r < 0 || ends(status.version, sizeof(status.version)));
		return r;
	case SOURCES:
		return wt_nl_sources(nl, on_source, NULL, err);
	case DEVICES:
		return wt_nl_devices(nl, on_device, NULL, err);
	case RECORDS:
		return wt_nl_records(nl, 0, on_record, steps, err);
	case CLOSE:
		return wt_nl_close_window(nl, wt_span("12345678", 8), &seq, err);
	case PROBE:
		return wt_nl_probe_add(nl, 3, &prog_id, err);
	default:
		return wt_nl_ack(nl, 7, err);
	}
}

static void netlink_run(struct wt_span in)
{
	__attribute__((cleanup(wt_nl_freep))) struct wt_nl *nl = NULL;
	unsigned int op = fuzz_u8(&in) % OPS;
	struct wt_steps steps = { 0 };
	struct wt_err err = { "" };

	peer_begin(in);
	if (op == EVENTS) {
		listen_to_events(&steps);
	} else {
		fuzz_need(wt_nl_open(&nl, &err), err.msg);
		if (ask(nl, op, &steps, &err) < 0)
			FUZZ_CHECK(err.msg[0]);
	}
	take_steps(&steps);
	peer_end();
}

/* --- seeds ----------------------------------------------------------------------------------------- */

static struct {
	struct wt_buf in;
	uint64_t seq;
} making;

static void begin(uint8_t op)
{
	wt_buf_reset(&making.in);
	wt_buf_append(&making.in, &op, 1);
}

static struct nl_msg *message(uint8_t command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(16384);

	if (!msg || !genlmsg_put(msg, 0, 0, PEER_FAMILY, 0, flags, command, 1))
		fuzz_need(-ENOMEM, "make a message");
	return msg;
}

static void packet(const void *p, size_t n)
{
	const uint8_t length[2] = { (uint8_t)n, (uint8_t)(n >> 8) };

	wt_buf_append(&making.in, length, 2);
	wt_buf_append(&making.in, p, n);
}

static void send_message(struct nl_msg *msg)
{
	packet(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

/* An acknowledgement, with the kernel's sentence when it is an error. */
static void finish(int error, const char *sentence)
{
	struct nl_msg *msg = nlmsg_alloc_simple(NLMSG_ERROR, sentence ? 0x200 | 0x100 : 0);
	struct nlmsgerr *answer = nlmsg_reserve(msg, sizeof(*answer), 4);

	memset(answer, 0, sizeof(*answer));
	answer->error = error;
	answer->msg.nlmsg_len = NLMSG_HDRLEN;
	if (sentence)
		nla_put_string(msg, 1 /* NLMSGERR_ATTR_MSG */, sentence);
	send_message(msg);
	fuzz_seed(wt_buf_span(&making.in));
}

static void done(int outcome)
{
	struct nl_msg *msg = nlmsg_alloc_simple(NLMSG_DONE, NLM_F_MULTI);

	nlmsg_append(msg, &outcome, sizeof(outcome), 4);
	send_message(msg);
	fuzz_seed(wt_buf_span(&making.in));
}

static void put_record(struct nl_msg *msg, struct wt_span raw)
{
	static const uint8_t digest[32];

	making.seq++;
	nla_put_u64(msg, WATTEST_A_RECORD_SEQ, making.seq);
	nla_put_u64(msg, WATTEST_A_RECORD_STEP, 1);
	nla_put_u32(msg, WATTEST_A_RECORD_TYPE, wt_le16(raw.p + 4));
	nla_put(msg, WATTEST_A_RECORD_DATA, (int)raw.n, raw.p);
	if (wt_le16(raw.p + 4) == WATTEST_RECORD_WINDOW) {
		nla_put(msg, WATTEST_A_RECORD_HEAD, sizeof(digest), digest);
		nla_put(msg, WATTEST_A_RECORD_MAC, sizeof(digest), digest);
	}
}

static void dump_record(struct wt_span raw)
{
	struct nl_msg *msg = message(WATTEST_CMD_RECORD_GET, NLM_F_MULTI);

	put_record(msg, raw);
	send_message(msg);
}

static void announce_record(struct wt_span raw)
{
	struct nl_msg *msg = message(WATTEST_CMD_RECORD_NTF, 0);

	put_record(msg, raw);
	send_message(msg);
}

static void status_seed(void)
{
	struct nl_msg *msg = message(WATTEST_CMD_STATUS_GET, 0);
	static const uint8_t bytes[32] = { 1, 2, 3 };

	begin(STATUS);
	nla_put_string(msg, WATTEST_A_STATUS_VERSION, "0.1.0");
	nla_put(msg, WATTEST_A_STATUS_EPOCH, 16, bytes);
	nla_put(msg, WATTEST_A_STATUS_HEAD, 32, bytes);
	nla_put(msg, WATTEST_A_STATUS_BASE, 32, bytes);
	nla_put_u64(msg, WATTEST_A_STATUS_NEXT_SEQ, 9);
	nla_put_u32(msg, WATTEST_A_STATUS_WITNESS_PCR, 13);
	send_message(msg);
	finish(0, NULL);
	begin(STATUS);
	finish(-EPERM, NULL);
	begin(CLOSE);
	finish(-EINVAL, "a nonce has 8 to 64 bytes");
}

static void dump_seeds(void)
{
	struct nl_msg *msg = message(WATTEST_CMD_SOURCE_GET, NLM_F_MULTI);

	begin(SOURCES);
	nla_put_u32(msg, WATTEST_A_SOURCE_ID, 1);
	nla_put_string(msg, WATTEST_A_SOURCE_CHIP, "dps800");
	nla_put_string(msg, WATTEST_A_SOURCE_ATTRIBUTE, "power1_input");
	nla_put_u64(msg, WATTEST_A_SOURCE_ENERGY_UJ, 1000000);
	send_message(msg);
	done(0);
	msg = message(WATTEST_CMD_DEVICE_GET, NLM_F_MULTI);
	begin(DEVICES);
	nla_put_u32(msg, WATTEST_A_DEVICE_ID, 1);
	nla_put_u16(msg, WATTEST_A_DEVICE_VID, 0x10c4);
	nla_put_string(msg, WATTEST_A_DEVICE_SERIAL, "GS-1");
	send_message(msg);
	done(-EINTR);
	msg = message(WATTEST_CMD_CLOSE, 0);
	begin(CLOSE);
	nla_put_u64(msg, WATTEST_A_CONTROL_SEQ, 12);
	send_message(msg);
	finish(0, NULL);
	msg = message(WATTEST_CMD_PROBE_ADD, 0);
	begin(PROBE);
	nla_put_u32(msg, WATTEST_A_CONTROL_PROG_ID, 12);
	send_message(msg);
	finish(0, NULL);
}

static void event_seeds(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	begin(EVENTS);
	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, 2);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "wattest");
	making.seq = 0;
	world_records(announce_record);
	send_message(msg);
	fuzz_seed(wt_buf_span(&making.in));
}

static void netlink_seed(void)
{
	status_seed();
	dump_seeds();
	begin(RECORDS);
	making.seq = 0;
	world_records(dump_record);
	done(0);
	event_seeds();
	wt_buf_free(&making.in);
}

const struct fuzz_target fuzz_netlink = { "netlink", NULL, netlink_run, netlink_seed };
