// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. Each call goes on after the last id or seq that was put, so what is removed or added
 * between two calls does no harm.
 */
#include <net/genetlink.h>

#include "device.h"
#include "log.h"
#include "netlink_dump.h"
#include "netlink_gen.h"
#include "source.h"

struct cursor {
	u64 after;	/* id or seq of the last one that was put */
};

int wattest_put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, WATTEST_A_STATUS_PAD);
}

int wattest_put_u64_control(struct sk_buff *skb, u64 seq)
{
	return nla_put_u64_64bit(skb, WATTEST_A_CONTROL_SEQ, seq, WATTEST_A_CONTROL_PAD);
}

static int put_source_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, WATTEST_A_SOURCE_PAD);
}

static int put_device_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, WATTEST_A_DEVICE_PAD);
}

int wattest_put_record(struct sk_buff *skb, const struct wattest_entry *e)
{
	if (nla_put_u64_64bit(skb, WATTEST_A_RECORD_SEQ, e->seq, WATTEST_A_RECORD_PAD) ||
	    nla_put_u32(skb, WATTEST_A_RECORD_TYPE, e->type) ||
	    nla_put_u64_64bit(skb, WATTEST_A_RECORD_STEP, e->step, WATTEST_A_RECORD_PAD))
		return -EMSGSIZE;
	if (e->data ? nla_put(skb, WATTEST_A_RECORD_DATA, e->len, e->data) :
		      nla_put(skb, WATTEST_A_RECORD_DIGEST, sizeof(e->digest), e->digest))
		return -EMSGSIZE;
	if (e->closes && (nla_put(skb, WATTEST_A_RECORD_HEAD, sizeof(e->head), e->head) ||
			  nla_put(skb, WATTEST_A_RECORD_MAC, sizeof(e->mac), e->mac)))
		return -EMSGSIZE;
	return 0;
}

static int put_source_view(struct sk_buff *skb, const struct wattest_source_view *v)
{
	if (nla_put_u32(skb, WATTEST_A_SOURCE_ID, v->id) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_KIND, v->info->kind) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_FLAGS, v->flags) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_ERROR, -v->error) ||
	    nla_put_string(skb, WATTEST_A_SOURCE_CHIP, v->info->chip) ||
	    nla_put_string(skb, WATTEST_A_SOURCE_PARENT, v->info->parent) ||
	    nla_put_string(skb, WATTEST_A_SOURCE_ATTRIBUTE, v->info->attribute) ||
	    nla_put_string(skb, WATTEST_A_SOURCE_LABEL, v->info->label) ||
	    put_source_u64(skb, WATTEST_A_SOURCE_ENERGY_UJ, v->it.energy_uj) ||
	    put_source_u64(skb, WATTEST_A_SOURCE_UNMEASURED_NS, v->it.unmeasured_ns) ||
	    put_source_u64(skb, WATTEST_A_SOURCE_LAST_UW, v->it.last_uw) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_SAMPLES, v->it.samples) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_MISSED, v->it.missed) ||
	    nla_put_u32(skb, WATTEST_A_SOURCE_REFUSED, v->it.refused) ||
	    put_source_u64(skb, WATTEST_A_SOURCE_LAST_GOOD_NS, v->it.last_good_ns))
		return -EMSGSIZE;
	return 0;
}

static int put_device_counters(struct sk_buff *skb, const struct wattest_device *d)
{
	if (nla_put_u32(skb, WATTEST_A_DEVICE_ID, d->id) ||
	    nla_put_u32(skb, WATTEST_A_DEVICE_BUS, d->info.bus) ||
	    nla_put_u32(skb, WATTEST_A_DEVICE_FLAGS, d->info.flags) ||
	    nla_put_u16(skb, WATTEST_A_DEVICE_VID, le16_to_cpu(d->info.vid)) ||
	    nla_put_u16(skb, WATTEST_A_DEVICE_PID, le16_to_cpu(d->info.pid)) ||
	    nla_put_u16(skb, WATTEST_A_DEVICE_RELEASE, le16_to_cpu(d->info.release)) ||
	    nla_put_string(skb, WATTEST_A_DEVICE_PATH, d->info.path) ||
	    nla_put_string(skb, WATTEST_A_DEVICE_SERIAL, d->info.serial) ||
	    nla_put_string(skb, WATTEST_A_DEVICE_MANUFACTURER, d->info.manufacturer) ||
	    nla_put_string(skb, WATTEST_A_DEVICE_PRODUCT, d->info.product) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_TRANSFERS_IN, atomic64_read(&d->transfers_in)) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_TRANSFERS_OUT, atomic64_read(&d->transfers_out)) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_BYTES_IN, atomic64_read(&d->bytes_in)) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_BYTES_OUT, atomic64_read(&d->bytes_out)) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_ERRORS, atomic64_read(&d->errors)) ||
	    put_device_u64(skb, WATTEST_A_DEVICE_LAST_SEEN_NS, atomic64_read(&d->last_seen_ns)))
		return -EMSGSIZE;
	return 0;
}

int wattest_nl_source_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = (struct cursor *)cb->ctx;
	struct wattest_source_view view;
	struct wattest_source *s;

	guard(mutex)(&wattest_log_mutex);
	while ((s = wattest_source_next(cursor->after))) {
		void *header = genlmsg_iput(skb, genl_info_dump(cb));

		if (!header)
			return -EMSGSIZE;
		wattest_source_look(s, &view);
		if (put_source_view(skb, &view)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, header);
		cursor->after = s->id;
	}
	return 0;
}

int wattest_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = (struct cursor *)cb->ctx;
	struct wattest_device *d;

	guard(mutex)(&wattest_log_mutex);
	while ((d = wattest_device_next(cursor->after))) {
		void *header = genlmsg_iput(skb, genl_info_dump(cb));

		if (!header)
			return -EMSGSIZE;
		if (put_device_counters(skb, d)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, header);
		cursor->after = d->id;
	}
	return 0;
}

/*
 * A buffer must hold the longest record. One that is longer still may be written meanwhile: then
 * the dump ends with -EMSGSIZE, and the next one has the room.
 */
int wattest_nl_record_get_start(struct netlink_callback *cb)
{
	struct cursor *cursor = (struct cursor *)cb->ctx;
	const struct nlattr *since = genl_info_dump(cb)->attrs[WATTEST_A_RECORD_SEQ];

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	cursor->after = since ? nla_get_u64(since) : 0;
	guard(mutex)(&wattest_log_mutex);
	cb->min_dump_alloc = wattest_log_longest() + WATTEST_RECORD_ROOM;
	return 0;
}

int wattest_nl_record_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = (struct cursor *)cb->ctx;
	const struct wattest_entry *e;

	guard(mutex)(&wattest_log_mutex);
	for (e = wattest_log_next(cursor->after); e; e = wattest_log_following(e)) {
		void *header = genlmsg_iput(skb, genl_info_dump(cb));

		if (!header)
			return -EMSGSIZE;
		if (wattest_put_record(skb, e)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, header);
		cursor->after = e->seq;
	}
	return 0;
}
