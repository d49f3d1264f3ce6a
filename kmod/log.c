// SPDX-License-Identifier: GPL-2.0
/*
 * The log of one epoch (one load of the module to the next).
 *
 * Invariants: entries have seq without a gap; every step but the open one ends in an entry that
 * closes; only the bodies of WINDOW records are ever pruned, and never the newest one's; used
 * counts what the allocator really takes for entries and bodies.
 *
 * The bound has two layers, so that the open window can always be closed once the steps before it
 * are acknowledged: see room_for_records().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <crypto/sha2.h>

#include "clock.h"
#include "host.h"
#include "log.h"
#include "loss.h"
#include "param.h"
#include "step.h"
#include "witness.h"

/* See log.h. */
DEFINE_MUTEX(wattest_log_mutex);

static LIST_HEAD(entries);
static struct wattest_log_state state;
static size_t longest;
static u64 start_ns;
static bool accepting;
static void (*notify)(const struct wattest_entry *e);

static size_t size_of_record(size_t payload)
{
	return ALIGN(sizeof(struct wattest_record) + payload, 8);
}

/* What the allocator takes for an entry and its body. */
static u64 cost(size_t record)
{
	return kmalloc_size_roundup(sizeof(struct wattest_entry)) + kmalloc_size_roundup(record);
}

/*
 * Ordinary records leave room to close the window that they are in: for the longest WINDOW, and for
 * the ANCHOR and LOST records before it (two reasons for each type, which is more than there can
 * be).
 */
static u64 room_for_records(void)
{
	return state.limit - cost(WATTEST_RECORD_MAX) -
	       cost(size_of_record(sizeof(struct wattest_anchor))) -
	       2 * WATTEST_LOSS_TYPES * cost(size_of_record(sizeof(struct wattest_lost)));
}

/* What the LOST records will take that are due now. */
static u64 cost_of_lost(bool pruned_too)
{
	return wattest_loss_due(pruned_too) * cost(size_of_record(sizeof(struct wattest_lost)));
}

static void free_entry(struct wattest_entry *e)
{
	if (!e)
		return;
	kvfree(e->data);
	kfree(e);
}

static struct wattest_entry *new_entry(enum wattest_record_type type, size_t payload, u64 now_ns)
{
	struct wattest_entry *e;
	size_t len = size_of_record(payload);

	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return NULL;
	e->data = kvzalloc(len, GFP_KERNEL);
	if (!e->data) {
		kfree(e);
		return NULL;
	}
	e->len = len;
	e->type = type;
	e->data->len = cpu_to_le32(len);
	e->data->type = cpu_to_le16(type);
	e->data->version = cpu_to_le16(WATTEST_RECORD_VERSION);
	e->data->boottime_ns = cpu_to_le64(now_ns);
	return e;
}

/* Gives e its place in the log and in the open step. */
static void add(struct wattest_entry *e)
{
	e->seq = state.next_seq++;
	e->step = state.steps + 1;
	e->data->seq = cpu_to_le64(e->seq);
	sha256((const u8 *)e->data, e->len, e->digest);
	wattest_step_add(e->digest);
	list_add_tail(&e->node, &entries);
	state.used += cost(e->len);
	longest = max_t(size_t, longest, e->len);
}

/* e, just added, is the last of its step. */
static void close_step(struct wattest_entry *e)
{
	wattest_step_close(e->seq, e->head, e->mac);
	e->closes = true;
	state.steps++;
	state.closed_seq = e->seq;
}

static void tell(const struct wattest_entry *e)
{
	if (notify)
		notify(e);
}

/*
 * Gives up WINDOW bodies, oldest first, until need bytes fit below bound. Then an eighth of the log
 * more, so that pruning, and the LOST record that tells of it, comes seldom.
 */
static bool make_room(u64 need, u64 bound)
{
	u64 target = bound - min(bound, need + state.limit / 8);
	struct wattest_entry *e;

	if (state.used + need <= bound)
		return true;
	list_for_each_entry(e, &entries, node) {
		if (state.used <= target)
			break;
		if (e->type != WATTEST_RECORD_WINDOW || !e->data || e->seq == state.closed_seq)
			continue;
		kvfree(e->data);
		e->data = NULL;
		state.used -= kmalloc_size_roundup(e->len);
		state.pruned++;
		wattest_loss_add(WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1, e->seq);
	}
	return state.used + need <= bound;
}

static int append(enum wattest_record_type type, u64 now_ns, const void *payload, size_t len,
		  u64 bound)
{
	struct wattest_entry *e;

	if (!make_room(cost(size_of_record(len)), bound))
		return -ENOSPC;
	e = new_entry(type, len, now_ns);
	if (!e)
		return -ENOMEM;
	memcpy(e->data + 1, payload, len);
	add(e);
	if (type == WATTEST_RECORD_UNLOAD)
		close_step(e);
	tell(e);
	return 0;
}

/* Writes the LOST records that are due; of pruned bodies only at a window's close. */
static void write_lost(u64 now_ns, u64 bound, bool pruned_too)
{
	struct wattest_lost lost;

	while (wattest_loss_first(pruned_too, &lost)) {
		if (append(WATTEST_RECORD_LOST, now_ns, &lost, sizeof(lost), bound))
			return;
		wattest_loss_told(&lost);
	}
}

/* Puts an ANCHOR into the open step if it needs one: keys are drawn only when it has its place. */
static int add_anchor(u64 now_ns, u64 bound)
{
	const size_t len = sizeof(struct wattest_anchor);
	struct wattest_entry *e;

	if (!wattest_step_wants_anchor())
		return 0;
	if (!make_room(cost(size_of_record(len)), bound))
		return -ENOSPC;
	e = new_entry(WATTEST_RECORD_ANCHOR, len, now_ns);
	if (!e)
		return -ENOMEM;
	wattest_step_anchor((struct wattest_anchor *)(e->data + 1));
	add(e);
	tell(e);
	return 0;
}

int wattest_log_append(enum wattest_record_type type, u64 now_ns, const void *payload, size_t len)
{
	u64 bound = room_for_records();
	int err = -ENOSPC;

	lockdep_assert_held(&wattest_log_mutex);
	if (!accepting)
		return -ESHUTDOWN;
	/* Of events anybody may make many: they leave the last quarter to sources and devices. */
	if (type == WATTEST_RECORD_EVENT)
		bound -= state.limit / 4;
	/* LOST goes before the first record after the loss, so that the order tells when it was. */
	if (make_room(cost(size_of_record(len)) + cost_of_lost(false), bound)) {
		write_lost(now_ns, bound, false);
		err = append(type, now_ns, payload, len, bound);
	}
	if (err) {
		state.dropped++;
		wattest_loss_add(type, err == -ENOSPC ? WATTEST_LOST_FULL : WATTEST_LOST_MEMORY, 1,
				 0);
	}
	return err;
}

bool wattest_log_has_room(size_t len)
{
	lockdep_assert_held(&wattest_log_mutex);
	return state.used + cost(size_of_record(len)) + cost_of_lost(false) <= room_for_records();
}

struct wattest_entry *wattest_log_begin_window(u64 now_ns, size_t len, bool last)
{
	struct wattest_entry *e;
	u64 bound = last ? U64_MAX : state.limit;
	int err;

	lockdep_assert_held(&wattest_log_mutex);
	if (!accepting)
		return ERR_PTR(-ESHUTDOWN);
	if (!wattest_witness_decided())
		return ERR_PTR(-EBUSY);
	/* One LOST more than now: making room for this window may be the first pruning. */
	if (!make_room(cost(size_of_record(len)) + cost_of_lost(true) +
		       cost(size_of_record(sizeof(struct wattest_lost))) +
		       cost(size_of_record(sizeof(struct wattest_anchor))), bound))
		return ERR_PTR(-ENOSPC);
	e = new_entry(WATTEST_RECORD_WINDOW, len, now_ns);
	if (!e)
		return ERR_PTR(-ENOMEM);
	write_lost(now_ns, bound, true);
	err = wattest_loss_waits(WATTEST_RECORD_WINDOW, WATTEST_LOST_WITNESS) ?
	      -ENOMEM : add_anchor(now_ns, bound);
	if (err) {
		free_entry(e);
		return ERR_PTR(err);
	}
	return e;
}

void wattest_log_commit_window(struct wattest_entry *e)
{
	lockdep_assert_held(&wattest_log_mutex);
	add(e);
	close_step(e);
	tell(e);
}

void wattest_log_stop(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	accepting = false;
}

void wattest_log_end(void)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct wattest_unload unload = {
		.realtime_ns = cpu_to_le64(wattest_clock_realtime(now_ns)),
	};

	lockdep_assert_held(&wattest_log_mutex);
	write_lost(now_ns, U64_MAX, true);
	unload.key_len = cpu_to_le32(wattest_step_disclose(unload.key));
	if (wattest_loss_waits(WATTEST_RECORD_WINDOW, WATTEST_LOST_WITNESS) ||
	    add_anchor(now_ns, U64_MAX) ||
	    append(WATTEST_RECORD_UNLOAD, now_ns, &unload, sizeof(unload), U64_MAX))
		pr_warn("no memory for the UNLOAD record\n");
}

int wattest_log_ack(u64 seq)
{
	struct wattest_entry *e, *next;
	u64 last = 0;

	lockdep_assert_held(&wattest_log_mutex);
	if (seq > state.closed_seq)
		return -EINVAL;
	list_for_each_entry(e, &entries, node) {
		if (e->seq > seq)
			break;
		if (e->closes)
			last = e->seq;
	}
	list_for_each_entry_safe(e, next, &entries, node) {
		if (e->seq > last)
			break;
		if (e->closes)
			memcpy(state.base, e->head, sizeof(state.base));
		state.used -= e->data ? cost(e->len) : kmalloc_size_roundup(sizeof(*e));
		state.first_seq = e->seq + 1;
		list_del(&e->node);
		free_entry(e);
	}
	/* What was lost for want of room can be told now. */
	if (accepting && make_room(cost_of_lost(false), room_for_records()))
		write_lost(ktime_get_boottime_ns(), room_for_records(), false);
	return 0;
}

void wattest_log_lost(enum wattest_record_type type, enum wattest_lost_reason reason, u32 count)
{
	lockdep_assert_held(&wattest_log_mutex);
	state.dropped += count;
	wattest_loss_add(type, reason, count, 0);
}

void wattest_log_witness_lost(u64 seq)
{
	lockdep_assert_held(&wattest_log_mutex);
	wattest_loss_add(WATTEST_RECORD_WINDOW, WATTEST_LOST_WITNESS, 1, seq);
}

const struct wattest_entry *wattest_log_next(u64 seq)
{
	const struct wattest_entry *e;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(e, &entries, node)
		if (e->seq > seq)
			return e;
	return NULL;
}

const struct wattest_entry *wattest_log_following(const struct wattest_entry *e)
{
	lockdep_assert_held(&wattest_log_mutex);
	return list_is_last(&e->node, &entries) ? NULL : list_next_entry(e, node);
}

size_t wattest_log_longest(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return longest;
}

void wattest_log_get_state(struct wattest_log_state *ret_state)
{
	lockdep_assert_held(&wattest_log_mutex);
	*ret_state = state;
	memcpy(ret_state->head, wattest_step_head(), sizeof(ret_state->head));
}

void wattest_log_set_listener(void (*listener)(const struct wattest_entry *e))
{
	lockdep_assert_held(&wattest_log_mutex);
	notify = listener;
}

u64 wattest_log_start_ns(void)
{
	return start_ns;
}

int __init wattest_log_init(void)
{
	struct wattest_load load;
	int err;

	wattest_host_describe(&load);
	wattest_witness_describe(&load);
	guard(mutex)(&wattest_log_mutex);
	wattest_step_start(load.chain_start);
	memcpy(state.epoch, load.epoch, sizeof(state.epoch));
	memcpy(state.base, load.chain_start, sizeof(state.base));
	state.limit = wattest_param.log_bytes;
	state.first_seq = 1;
	state.next_seq = 1;
	start_ns = ktime_get_boottime_ns();
	load.realtime_ns = cpu_to_le64(wattest_clock_realtime(start_ns));
	err = append(WATTEST_RECORD_LOAD, start_ns, &load, sizeof(load), state.limit) ?:
	      add_anchor(start_ns, state.limit);
	if (err)
		return err;
	wattest_host_measure(list_first_entry(&entries, struct wattest_entry, node)->digest,
			     list_last_entry(&entries, struct wattest_entry, node)->digest);
	accepting = true;
	return 0;
}

void wattest_log_exit(void)
{
	struct wattest_entry *e, *next;

	guard(mutex)(&wattest_log_mutex);
	accepting = false;
	list_for_each_entry_safe(e, next, &entries, node) {
		list_del(&e->node);
		free_entry(e);
	}
	wattest_step_exit();
}
