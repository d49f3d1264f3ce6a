// SPDX-License-Identifier: GPL-2.0
/*
 * See source.h. Each source has its own work item on an unbound queue, so that a sensor that hangs
 * delays only itself; a WINDOW takes the counters as of the last good sample and waits for nobody.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <uapi/linux/wattest.h>

#include "log.h"
#include "param.h"
#include "source.h"
#include "window.h"

static LIST_HEAD(sources);		/* log mutex */
static u32 last_id;			/* log mutex */
static u64 retired_uj;			/* of counted sources that are gone; log mutex */
static struct workqueue_struct *queue;
static struct wattest_integrator_limits limits __ro_after_init;

static void count_reading(struct wattest_source *s, u64 now_ns, u64 value, int err)
{
	spin_lock(&s->lock);
	s->error = err == -ERANGE ? 0 : err;
	if (err == -ERANGE)
		wattest_integrator_refuse(&s->it);
	else if (err)
		wattest_integrator_miss(&s->it);
	else if (s->info.kind == WATTEST_SOURCE_ENERGY)
		wattest_integrator_energy(&s->it, &limits, now_ns, value);
	else
		wattest_integrator_power(&s->it, &limits, now_ns, value);
	spin_unlock(&s->lock);
}

static void sample(struct work_struct *work)
{
	struct wattest_source *s = container_of(to_delayed_work(work), struct wattest_source,
						sampler);
	u64 before, now, value = 0;
	int err, tries = 0;

	/* The value is from some time within the read: from its middle, as far as anybody knows. */
	do {
		before = ktime_get_boottime_ns();
		err = wattest_attribute_number(&s->attribute, &value);
		now = ktime_get_boottime_ns();
	} while (err && err != -ERANGE && !tries++);
	/* cppcheck-suppress uninitvar ; the loop ran once at least */
	count_reading(s, before + (now - before) / 2, value, err);

	/* Due times keep their rhythm; those that have passed are left out. */
	s->due_ns += wattest_param.sample_ns;
	if (s->due_ns <= now)
		s->due_ns += ((now - s->due_ns) / wattest_param.sample_ns + 1) *
			     wattest_param.sample_ns;
	queue_delayed_work(queue, &s->sampler, max(nsecs_to_jiffies(s->due_ns - now), 1UL));
}

struct wattest_source *wattest_source_add(const struct wattest_source_add *info,
					  const struct wattest_attribute *attribute, int error)
{
	u64 reading = le64_to_cpu(info->reading_uj), wait_ns = 0;
	struct wattest_source *s;
	u32 all;
	int err;

	guard(mutex)(&wattest_log_mutex);
	all = wattest_source_count(true);
	/* Sources that have gone keep their place until the window is closed. */
	if (all >= WATTEST_MAX_SOURCES / 4 * 3 && all > wattest_source_count(false))
		wattest_window_soon();
	if (all >= WATTEST_MAX_SOURCES) {
		wattest_log_lost(WATTEST_RECORD_SOURCE_ADD, WATTEST_LOST_LIMIT, 1);
		return ERR_PTR(-E2BIG);
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s) {
		wattest_log_lost(WATTEST_RECORD_SOURCE_ADD, WATTEST_LOST_MEMORY, 1);
		return ERR_PTR(-ENOMEM);
	}
	spin_lock_init(&s->lock);
	INIT_DELAYED_WORK(&s->sampler, sample);
	s->info = *info;
	s->id = last_id + 1;
	s->info.id = cpu_to_le32(s->id);
	s->info.flags |= error ? WATTEST_SOURCE_UNREADABLE : 0;
	s->info.error = cpu_to_le16(-error);
	s->error = error;
	s->attribute = *attribute;
	s->due_ns = ktime_get_boottime_ns();
	wattest_integrator_start(&s->it, s->due_ns);

	err = wattest_log_append(WATTEST_RECORD_SOURCE_ADD, s->due_ns, &s->info, sizeof(s->info));
	if (err) {
		kfree(s);
		return ERR_PTR(err);
	}
	last_id = s->id;
	list_add_tail(&s->node, &sources);
	/* What is recorded is the base; the next reading comes a period later. */
	if (reading != WATTEST_READING_UNKNOWN) {
		wattest_integrator_energy(&s->it, &limits, s->due_ns, reading);
		wait_ns = wattest_param.sample_ns;
		s->due_ns += wait_ns;
	}
	if (s->attribute.file)
		queue_delayed_work(queue, &s->sampler, nsecs_to_jiffies(wait_ns));
	return s;
}

void wattest_source_readable(struct wattest_source *s, struct file *file)
{
	s->attribute.file = file;
	s->due_ns = ktime_get_boottime_ns();
	queue_delayed_work(queue, &s->sampler, 0);
}

void wattest_source_remove(struct wattest_source *s)
{
	struct wattest_removed removed = {
		.id = cpu_to_le32(s->id),
		.reason = cpu_to_le32(WATTEST_REMOVED),
	};

	struct wattest_attribute attribute;

	cancel_delayed_work_sync(&s->sampler);
	scoped_guard(mutex, &wattest_log_mutex) {
		u64 now = ktime_get_boottime_ns();

		wattest_log_append(WATTEST_RECORD_SOURCE_DEL, now, &removed, sizeof(removed));
		scoped_guard(spinlock, &s->lock)
			wattest_integrator_end(&s->it, now);
		attribute = s->attribute;
		s->gone = true;		/* the next window frees it */
	}
	wattest_attribute_close(&attribute);
}

bool wattest_source_has_node(const struct kernfs_node *node)
{
	struct wattest_source *s;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(s, &sources, node)
		if (!s->gone && s->attribute.node == node)
			return true;
	return false;
}

u32 wattest_source_count(bool gone_too)
{
	struct wattest_source *s;
	u32 n = 0;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(s, &sources, node)
		n += gone_too || !s->gone;
	return n;
}

void wattest_source_fill(struct wattest_window_source *ret, u64 now_ns, bool last)
{
	struct wattest_source *s;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(s, &sources, node) {
		struct wattest_integrator it;

		scoped_guard(spinlock, &s->lock) {
			wattest_integrator_settle(&s->it, &limits, now_ns);
			if (last)
				wattest_integrator_end(&s->it, now_ns);
			it = s->it;
			wattest_integrator_new_window(&s->it);
		}
		*ret++ = (struct wattest_window_source){
			.energy_uj = cpu_to_le64(it.energy_uj),
			.unmeasured_ns = cpu_to_le64(it.unmeasured_ns),
			.id = cpu_to_le32(s->id),
			.min_mw = cpu_to_le32(it.min_uw == U64_MAX ? U32_MAX : it.min_uw / 1000),
			.max_mw = cpu_to_le32(DIV_ROUND_UP_ULL(it.max_uw, 1000)),
			.last_mw = cpu_to_le32(DIV_ROUND_CLOSEST_ULL(it.window_last_uw, 1000)),
			.samples = cpu_to_le32(it.samples),
			.missed = cpu_to_le32(it.missed),
			.refused = cpu_to_le32(it.refused),
		};
	}
}

void wattest_source_end_window(void)
{
	struct wattest_source *s, *next;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry_safe(s, next, &sources, node) {
		if (!s->gone)
			continue;
		if (s->counted)
			retired_uj += s->it.energy_uj;
		list_del(&s->node);
		kfree(s);
	}
}

struct wattest_source *wattest_source_next(u32 id)
{
	struct wattest_source *s;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(s, &sources, node)
		if (!s->gone && s->id > id)
			return s;
	return NULL;
}

void wattest_source_look(struct wattest_source *s, struct wattest_source_view *ret_view)
{
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&wattest_log_mutex);
	ret_view->info = &s->info;
	ret_view->id = s->id;
	scoped_guard(spinlock, &s->lock) {
		ret_view->it = s->it;
		ret_view->error = s->error;
	}
	/* The copy, not the source: whoever looks must not change what is measured. */
	wattest_integrator_settle(&ret_view->it, &limits, now);
	ret_view->flags = s->info.flags & WATTEST_SOURCE_LEGACY ? WATTEST_SOURCE_FLAGS_LEGACY : 0;
	if (ret_view->error)
		ret_view->flags |= WATTEST_SOURCE_FLAGS_UNREADABLE;
	if (s->counted)
		ret_view->flags |= WATTEST_SOURCE_FLAGS_COUNTED;
	if (wattest_integrator_stale(&ret_view->it, &limits, now))
		ret_view->flags |= WATTEST_SOURCE_FLAGS_STALE;
}

int wattest_source_set_counted(u32 id, bool counted)
{
	struct wattest_source *s = id ? wattest_source_next(id - 1) : NULL;

	if (!s || s->id != id)
		return -ENOENT;
	s->counted = counted;
	return 0;
}

int wattest_source_total_power(u64 *ret_uw)
{
	struct wattest_source_view view;
	struct wattest_source *s;
	u64 sum = 0;
	bool any = false;

	for (s = wattest_source_next(0); s; s = wattest_source_next(s->id)) {
		if (!s->counted)
			continue;
		wattest_source_look(s, &view);
		if (view.flags & WATTEST_SOURCE_FLAGS_STALE)
			return -ENODATA;
		sum += view.it.last_uw;
		any = true;
	}
	if (!any)
		return -ENODATA;
	*ret_uw = sum;
	return 0;
}

int wattest_source_total_energy(u64 *ret_uj)
{
	struct wattest_source *s;
	u64 sum = retired_uj;
	bool any = retired_uj;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(s, &sources, node) {
		if (!s->counted)
			continue;
		spin_lock(&s->lock);
		sum += s->it.energy_uj;
		spin_unlock(&s->lock);
		any = true;
	}
	if (!any)
		return -ENODATA;
	*ret_uj = sum;
	return 0;
}

int __init wattest_source_init(void)
{
	limits.max_gap_ns = wattest_param.max_gap_ns;
	limits.limit_uw = wattest_param.limit_uw;
	/* Frozen over a suspend: a bus that sleeps cannot be read. */
	queue = alloc_workqueue("wattest_sample", WQ_UNBOUND | WQ_FREEZABLE, WATTEST_MAX_SOURCES);
	return queue ? 0 : -ENOMEM;
}

void wattest_source_exit(void)
{
	scoped_guard(mutex, &wattest_log_mutex)
		wattest_source_end_window();
	destroy_workqueue(queue);
}
