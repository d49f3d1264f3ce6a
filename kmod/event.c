// SPDX-License-Identifier: GPL-2.0
/*
 * See event.h. Events come from BPF programs, so in any context, under any lock, and possibly from
 * a program that hangs on a function which is called in here: taking note of one allocates nothing,
 * wakes nobody itself, and does not wait for its own CPU.
 */
#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "event.h"
#include "log.h"

#define KINDS (WATTEST_EVENT_MODULE + 1)
#define SLOTS 32	/* that are told apart in one window */

struct slot {
	u32 count;	/* since the last record of it */
	u32 pid;	/* of the first of those */
	u16 kind;
	bool recorded;	/* in this window */
	char comm[sizeof_field(struct wattest_event, comm)];
	char detail[sizeof_field(struct wattest_event, detail)];
};

static DEFINE_RAW_SPINLOCK(lock);
static struct slot slots[SLOTS];	/* lock */
static unsigned int used;		/* lock */
static DEFINE_PER_CPU(int, nesting);
static atomic_t others[KINDS];		/* that have no slot */

static struct slot taken[SLOTS];	/* log mutex */

static void record_first(struct work_struct *unused);
static DECLARE_WORK(recorder, record_first);

static void queue_recorder(struct irq_work *unused)
{
	queue_work(system_wq, &recorder);
}

/* Waking a worker needs locks that the caller may hold. */
static struct irq_work kick = IRQ_WORK_INIT(queue_recorder);

/*
 * What others have named: nothing but plain text goes into the log. Each character is read once,
 * since a program may hand in memory that is being written to.
 */
static void copy_plain(char *to, const char *from, size_t size)
{
	size_t i;

	memset(to, 0, size);
	for (i = 0; i < size - 1; i++) {
		char c = READ_ONCE(from[i]);

		if (!c)
			break;
		to[i] = isascii(c) && isprint(c) ? c : '?';
	}
}

static struct slot *find(const struct slot *like)
{
	unsigned int i;

	for (i = 0; i < used; i++)
		if (slots[i].kind == like->kind &&
		    !memcmp(slots[i].comm, like->comm, sizeof(like->comm)) &&
		    !memcmp(slots[i].detail, like->detail, sizeof(like->detail)))
			return &slots[i];
	return NULL;
}

/* Returns false when there is no slot for it. */
static bool count(const struct slot *new, bool *ret_first)
{
	struct slot *s = find(new);

	if (!s && used == SLOTS)
		return false;
	if (!s) {
		s = &slots[used++];
		*s = *new;
		*ret_first = true;
	}
	if (!s->count)
		s->pid = new->pid;
	if (s->count < U32_MAX)
		s->count++;
	return true;
}

void wattest_event_note(const struct wattest_event *event)
{
	struct slot new = {
		.pid = le32_to_cpu(READ_ONCE(event->pid)),
		.kind = le16_to_cpu(READ_ONCE(event->kind)),
	};
	bool counted = false, first = false;
	unsigned long flags;

	if (!new.kind || new.kind >= KINDS)
		return;
	copy_plain(new.comm, event->comm, sizeof(new.comm));
	copy_plain(new.detail, event->detail, sizeof(new.detail));
	local_irq_save(flags);
	if (this_cpu_inc_return(nesting) == 1) {
		raw_spin_lock(&lock);
		counted = count(&new, &first);
		raw_spin_unlock(&lock);
	}
	this_cpu_dec(nesting);
	local_irq_restore(flags);
	if (!counted)
		atomic_inc(&others[new.kind]);
	if (first)
		irq_work_queue(&kick);
}

/*
 * Moves what is to be recorded to `taken`, and returns how many: the first of each new kind, or, at
 * a window's end, all; then the slots are free again.
 */
static unsigned int take(bool end)
{
	unsigned int i, n = 0;
	unsigned long flags;

	lockdep_assert_held(&wattest_log_mutex);
	raw_spin_lock_irqsave(&lock, flags);
	for (i = 0; i < used; i++) {
		struct slot *s = &slots[i];

		if (!s->count || (s->recorded && !end))
			continue;
		taken[n] = *s;
		if (!end)
			taken[n].count = 1;
		s->count -= taken[n].count;
		s->recorded = true;
		n++;
	}
	if (end)
		used = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	return n;
}

static void record(const struct slot *s)
{
	struct wattest_event event = {
		.kind = cpu_to_le16(s->kind),
		.count = cpu_to_le32(s->count),
		.pid = cpu_to_le32(s->pid),
	};

	memcpy(event.comm, s->comm, sizeof(event.comm));
	memcpy(event.detail, s->detail, sizeof(event.detail));
	wattest_log_append(WATTEST_RECORD_EVENT, ktime_get_boottime_ns(), &event, sizeof(event));
}

static void record_taken(bool end)
{
	unsigned int i, n = take(end);

	for (i = 0; i < n; i++)
		record(&taken[i]);
}

static void record_first(struct work_struct *unused)
{
	guard(mutex)(&wattest_log_mutex);
	record_taken(false);
}

void wattest_event_end_window(void)
{
	int kind;

	lockdep_assert_held(&wattest_log_mutex);
	record_taken(true);
	for (kind = 1; kind < KINDS; kind++) {
		struct slot rest = { .kind = kind, .count = atomic_xchg(&others[kind], 0) };

		if (rest.count)
			record(&rest);
	}
}

void wattest_event_exit(void)
{
	irq_work_sync(&kick);
	cancel_work_sync(&recorder);
}
