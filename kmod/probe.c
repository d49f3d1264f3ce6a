// SPDX-License-Identifier: GPL-2.0
/*
 * See probe.h. What is recorded comes from the kernel's own structures: name, id, tag (the kernel's
 * digest of the program) and target are not what the loader says they are.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <net/net_namespace.h>

#include "compat.h"
#include "event.h"
#include "log.h"
#include "probe.h"

/* Every completed URB passes here. */
#define USB_TARGET "__usb_hcd_giveback_urb"

/* More than any agent needs; a WINDOW counts them in 8 bits. */
#define MAX_PROBES 64

struct probe {
	struct list_head node;
	struct bpf_link *link;		/* referenced */
	const struct net *net;		/* of the socket that announced it; never followed */
	u32 portid;
	u64 since_ns;			/* CLOCK_BOOTTIME of PROBE_ADD */
	struct wattest_probe_add info;	/* as it was recorded */
	bool usb;			/* sees completed URBs */
};

static LIST_HEAD(probes);		/* log mutex */

static void describe(const struct bpf_prog *prog, struct wattest_probe_add *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->prog_id = cpu_to_le32(prog->aux->id);
	memcpy(ret->tag, prog->tag, sizeof(ret->tag));
	strscpy_pad(ret->name, prog->aux->name, sizeof(ret->name));
	if (prog->aux->attach_func_name)
		strscpy_pad(ret->target, prog->aux->attach_func_name, sizeof(ret->target));
}

static bool is_usb(const struct bpf_prog *prog)
{
	return prog->type == BPF_PROG_TYPE_TRACING &&
	       (prog->expected_attach_type == BPF_TRACE_FENTRY ||
		prog->expected_attach_type == BPF_TRACE_FEXIT) &&
	       prog->aux->attach_func_name && !strcmp(prog->aux->attach_func_name, USB_TARGET);
}

/*
 * The program that a link has now, referenced; NULL if it has none. A tracing link keeps its
 * program for life; other kinds can be given another at any time, and then nobody holds the first.
 */
static struct bpf_prog *program_of(const struct bpf_link *link)
{
	struct bpf_prog *prog;

	guard(rcu)();
	prog = READ_ONCE(link->prog);
	if (prog)
		prog = bpf_prog_inc_not_zero(prog);
	return IS_ERR(prog) ? NULL : prog;
}

static int add(struct bpf_link *link, const struct bpf_prog *prog, const struct net *net,
	       u32 portid, u32 *ret_prog_id)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct wattest_probe_add info;
	struct probe *p;
	int err;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(p, &probes, node)
		if (p->link == link)
			return -EEXIST;
	if (wattest_probe_count() >= MAX_PROBES)
		return -ENOSPC;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	describe(prog, &info);
	err = wattest_log_append(WATTEST_RECORD_PROBE_ADD, now_ns, &info, sizeof(info));
	if (err) {
		kfree(p);
		return err;
	}
	p->link = link;
	p->net = net;
	p->portid = portid;
	p->since_ns = now_ns;
	p->info = info;
	p->usb = is_usb(prog);
	list_add_tail(&p->node, &probes);
	*ret_prog_id = prog->aux->id;
	return 0;
}

int wattest_probe_add(u32 link_fd, const struct net *net, u32 portid, u32 *ret_prog_id)
{
	struct bpf_link *link = bpf_link_get_from_fd(link_fd);
	struct bpf_prog *prog;
	int err = -EINVAL;

	if (IS_ERR(link))
		return PTR_ERR(link);
	prog = program_of(link);
	if (prog) {
		scoped_guard(mutex, &wattest_log_mutex)
			err = add(link, prog, net, portid, ret_prog_id);
		bpf_prog_put(prog);
	}
	if (err)
		bpf_link_put(link);
	return err;
}

u32 wattest_probe_count(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return list_count_nodes(&probes);
}

bool wattest_probe_observed_since(u64 boottime_ns)
{
	struct probe *p;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(p, &probes, node)
		if (p->usb && p->since_ns <= boottime_ns)
			return true;
	return false;
}

static void record_removal(const struct probe *p, enum wattest_removal reason)
{
	struct wattest_probe_del removed = {
		.prog_id = p->info.prog_id,
		.reason = cpu_to_le32(reason),
	};

	memcpy(removed.tag, p->info.tag, sizeof(removed.tag));
	wattest_log_append(WATTEST_RECORD_PROBE_DEL, ktime_get_boottime_ns(), &removed,
			   sizeof(removed));
}

static void drop(struct probe *p)
{
	list_del(&p->node);
	bpf_link_put(p->link);
	kfree(p);
}

/* See program_of(). */
static bool attached(const struct probe *p)
{
	const struct bpf_prog *prog;

	guard(rcu)();
	prog = READ_ONCE(p->link->prog);
	return prog && prog->aux->id == le32_to_cpu(p->info.prog_id);
}

static void note_detached(const struct probe *p)
{
	struct wattest_event event = { .kind = cpu_to_le16(WATTEST_EVENT_DETACH) };

	snprintf(event.detail, sizeof(event.detail), "link of %.15s", p->info.name);
	wattest_event_note(&event);
}

void wattest_probe_check(void)
{
	struct probe *p, *next;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry_safe(p, next, &probes, node) {
		if (attached(p))
			continue;
		note_detached(p);
		record_removal(p, WATTEST_REMOVED);
		drop(p);
	}
}

static int on_netlink(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct netlink_notify *notify = data;
	struct probe *p, *next;

	if (action != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	guard(mutex)(&wattest_log_mutex);
	list_for_each_entry_safe(p, next, &probes, node) {
		if (p->portid != notify->portid || !net_eq(p->net, notify->net))
			continue;
		record_removal(p, WATTEST_REMOVED_OWNER);
		drop(p);
	}
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = { .notifier_call = on_netlink };

int __init wattest_probe_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

void wattest_probe_exit(void)
{
	struct probe *p, *next;

	netlink_unregister_notifier(&netlink_notifier);
	guard(mutex)(&wattest_log_mutex);
	list_for_each_entry_safe(p, next, &probes, node)
		drop(p);
}

WATTEST_IMPORT_NS(BPF_INTERNAL);
