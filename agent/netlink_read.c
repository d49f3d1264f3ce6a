// SPDX-License-Identifier: Apache-2.0
/* The module's messages, attribute by attribute, into plain structs. */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include <linux/wattest.h>

#include "agent/netlink_impl.h"

uint64_t wt_nl_u64(const struct nlattr *a)
{
	return a && nla_len(a) == 8 ? nla_get_u64(a) : 0;
}

uint32_t wt_nl_u32(const struct nlattr *a)
{
	return a && nla_len(a) == 4 ? nla_get_u32(a) : 0;
}

static uint16_t u16(const struct nlattr *a)
{
	return a && nla_len(a) == 2 ? nla_get_u16(a) : 0;
}

static void string(const struct nlattr *a, char *ret, size_t cap)
{
	ret[0] = '\0';
	if (a)
		nla_strlcpy(ret, a, cap);
}

static bool bytes(const struct nlattr *a, void *ret, int exact)
{
	if (!a || nla_len(a) != exact)
		return false;
	memcpy(ret, nla_data(a), (size_t)exact);
	return true;
}

int wt_nl_read_status(struct nlattr **a, void *user)
{
	struct wt_nl_status *s = user;

	string(a[WATTEST_A_STATUS_VERSION], s->version, sizeof(s->version));
	if (!bytes(a[WATTEST_A_STATUS_EPOCH], s->epoch, WT_EPOCH_LEN) ||
	    !bytes(a[WATTEST_A_STATUS_HEAD], s->head, WT_SHA256_LEN) ||
	    !bytes(a[WATTEST_A_STATUS_BASE], s->base, WT_SHA256_LEN))
		return -EPROTO;
	s->first_seq = wt_nl_u64(a[WATTEST_A_STATUS_FIRST_SEQ]);
	s->next_seq = wt_nl_u64(a[WATTEST_A_STATUS_NEXT_SEQ]);
	s->closed_seq = wt_nl_u64(a[WATTEST_A_STATUS_CLOSED_SEQ]);
	s->steps = wt_nl_u64(a[WATTEST_A_STATUS_STEPS]);
	s->log_used = wt_nl_u64(a[WATTEST_A_STATUS_LOG_USED]);
	s->log_limit = wt_nl_u64(a[WATTEST_A_STATUS_LOG_LIMIT]);
	s->pruned = wt_nl_u64(a[WATTEST_A_STATUS_PRUNED]);
	s->dropped = wt_nl_u64(a[WATTEST_A_STATUS_DROPPED]);
	s->sample_ns = wt_nl_u64(a[WATTEST_A_STATUS_SAMPLE_NS]);
	s->window_ns = wt_nl_u64(a[WATTEST_A_STATUS_WINDOW_NS]);
	s->max_gap_ns = wt_nl_u64(a[WATTEST_A_STATUS_MAX_GAP_NS]);
	s->sources = wt_nl_u32(a[WATTEST_A_STATUS_SOURCES]);
	s->devices = wt_nl_u32(a[WATTEST_A_STATUS_DEVICES]);
	s->probes = wt_nl_u32(a[WATTEST_A_STATUS_PROBES]);
	s->strays = wt_nl_u64(a[WATTEST_A_STATUS_STRAYS]);
	s->witnessed = a[WATTEST_A_STATUS_WITNESS_PCR];
	s->witness_pcr = wt_nl_u32(a[WATTEST_A_STATUS_WITNESS_PCR]);
	s->witness_steps = wt_nl_u64(a[WATTEST_A_STATUS_WITNESS_STEPS]);
	s->witness_lost = wt_nl_u64(a[WATTEST_A_STATUS_WITNESS_LOST]);
	s->keyed = wt_nl_u32(a[WATTEST_A_STATUS_KEYED]);
	return 0;
}

int wt_nl_read_source(struct nlattr **a, void *user)
{
	struct wt_nl_dump *dump = user;
	struct wt_nl_source s = {
		.id = wt_nl_u32(a[WATTEST_A_SOURCE_ID]),
		.kind = wt_nl_u32(a[WATTEST_A_SOURCE_KIND]),
		.flags = wt_nl_u32(a[WATTEST_A_SOURCE_FLAGS]),
		.error = wt_nl_u32(a[WATTEST_A_SOURCE_ERROR]),
		.energy_uj = wt_nl_u64(a[WATTEST_A_SOURCE_ENERGY_UJ]),
		.unmeasured_ns = wt_nl_u64(a[WATTEST_A_SOURCE_UNMEASURED_NS]),
		.last_uw = wt_nl_u64(a[WATTEST_A_SOURCE_LAST_UW]),
		.last_good_ns = wt_nl_u64(a[WATTEST_A_SOURCE_LAST_GOOD_NS]),
		.samples = wt_nl_u32(a[WATTEST_A_SOURCE_SAMPLES]),
		.missed = wt_nl_u32(a[WATTEST_A_SOURCE_MISSED]),
		.refused = wt_nl_u32(a[WATTEST_A_SOURCE_REFUSED]),
	};

	string(a[WATTEST_A_SOURCE_CHIP], s.chip, sizeof(s.chip));
	string(a[WATTEST_A_SOURCE_PARENT], s.parent, sizeof(s.parent));
	string(a[WATTEST_A_SOURCE_ATTRIBUTE], s.attribute, sizeof(s.attribute));
	string(a[WATTEST_A_SOURCE_LABEL], s.label, sizeof(s.label));
	return dump->source(&s, dump->user);
}

int wt_nl_read_device(struct nlattr **a, void *user)
{
	struct wt_nl_dump *dump = user;
	struct wt_nl_device d = {
		.id = wt_nl_u32(a[WATTEST_A_DEVICE_ID]),
		.bus = wt_nl_u32(a[WATTEST_A_DEVICE_BUS]),
		.flags = wt_nl_u32(a[WATTEST_A_DEVICE_FLAGS]),
		.vid = u16(a[WATTEST_A_DEVICE_VID]),
		.pid = u16(a[WATTEST_A_DEVICE_PID]),
		.release = u16(a[WATTEST_A_DEVICE_RELEASE]),
		.transfers_in = wt_nl_u64(a[WATTEST_A_DEVICE_TRANSFERS_IN]),
		.transfers_out = wt_nl_u64(a[WATTEST_A_DEVICE_TRANSFERS_OUT]),
		.bytes_in = wt_nl_u64(a[WATTEST_A_DEVICE_BYTES_IN]),
		.bytes_out = wt_nl_u64(a[WATTEST_A_DEVICE_BYTES_OUT]),
		.errors = wt_nl_u64(a[WATTEST_A_DEVICE_ERRORS]),
		.last_seen_ns = wt_nl_u64(a[WATTEST_A_DEVICE_LAST_SEEN_NS]),
	};

	string(a[WATTEST_A_DEVICE_PATH], d.path, sizeof(d.path));
	string(a[WATTEST_A_DEVICE_SERIAL], d.serial, sizeof(d.serial));
	string(a[WATTEST_A_DEVICE_MANUFACTURER], d.manufacturer, sizeof(d.manufacturer));
	string(a[WATTEST_A_DEVICE_PRODUCT], d.product, sizeof(d.product));
	return dump->device(&d, dump->user);
}

int wt_nl_read_record(struct nlattr **a, void *user)
{
	struct wt_nl_dump *dump = user;
	struct wt_nl_record rec = {
		.seq = wt_nl_u64(a[WATTEST_A_RECORD_SEQ]),
		.type = wt_nl_u32(a[WATTEST_A_RECORD_TYPE]),
		.step = wt_nl_u64(a[WATTEST_A_RECORD_STEP]),
	};

	if (a[WATTEST_A_RECORD_DATA])
		rec.data = wt_span(nla_data(a[WATTEST_A_RECORD_DATA]),
				   (size_t)nla_len(a[WATTEST_A_RECORD_DATA]));
	else if (!bytes(a[WATTEST_A_RECORD_DIGEST], rec.digest, WT_SHA256_LEN))
		return -EPROTO;
	rec.has_head = bytes(a[WATTEST_A_RECORD_HEAD], rec.head, WT_SHA256_LEN);
	rec.has_mac = bytes(a[WATTEST_A_RECORD_MAC], rec.mac, WT_SHA256_LEN);
	return rec.seq ? dump->record(&rec, dump->user) : -EPROTO;
}
