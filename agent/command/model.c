// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/wattest.h>

#include "agent/role.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/format.h"

#include "model.h"

#define NS_PER_S UINT64_C(1000000000)
#define REGISTRATION_MAX (1024 * 1024)

static int add_source(const struct wt_nl_source *source, void *user)
{
	struct model *m = user;
	struct wt_nl_source *v;

	for (size_t i = 0; i < m->n_sources; i++)
		if (m->sources[i].id == source->id) /* a dump that was begun again */
			return 0;
	v = reallocarray(m->sources, m->n_sources + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	m->sources = v;
	m->sources[m->n_sources++] = *source;
	return 0;
}

static int add_device(const struct wt_nl_device *device, void *user)
{
	struct model *m = user;
	struct wt_nl_device *v;

	for (size_t i = 0; i < m->n_devices; i++)
		if (m->devices[i].id == device->id)
			return 0;
	v = reallocarray(m->devices, m->n_devices + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	m->devices = v;
	m->devices[m->n_devices++] = *device;
	return 0;
}

static void read_module(struct model *m)
{
	__attribute__((cleanup(wt_nl_freep))) struct wt_nl *nl = NULL;
	int r = wt_nl_open(&nl, &m->module_err);

	if (r == 0)
		r = wt_nl_status(nl, &m->status, &m->module_err);
	if (r == 0)
		r = wt_nl_sources(nl, add_source, m, &m->module_err);
	if (r == 0)
		r = wt_nl_devices(nl, add_device, m, &m->module_err);
	m->module = r == 0;
}

/* Optional: without it nothing is said of what comes next. */
static void read_outlook(struct model *m, struct wt_store *store)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};

	if (!m->judged || wt_store_value(store, "outlook", &value, NULL) < 0 ||
	    wt_outlook_read(wt_buf_span(&value), &m->outlook, NULL) < 0)
		return;
	m->looked = m->outlook.at > 0 && m->outlook.until > m->now;
}

static void read_store(struct model *m, const struct wt_config *config)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	int r = wt_store_open(config->state, false, &store, &m->store_err);

	if (r == 0)
		r = wt_store_last(store, &m->last, &m->store_err);
	if (r == 0)
		r = wt_store_extent(store, &m->extent, &m->store_err);
	m->stored = r == 0;
	if (r < 0) {
		m->judgement_err = m->store_err;
		return;
	}
	if (!m->registered) {
		wt_fail(&m->judgement_err, ENOENT, "not judged before the rig is registered");
		return;
	}
	r = wt_store_value(store, "judgement", &value, &m->judgement_err);
	if (r == -ENOENT)
		wt_fail(&m->judgement_err, ENOENT, "nothing judged yet%s",
			access(config->trust, F_OK) < 0 ? ": the trust anchors are missing" : "");
	if (r == 0)
		r = wt_judgement_read(wt_buf_span(&value), &m->judgement, &m->judgement_err);
	m->judged = r == 0;
	read_outlook(m, store);
}

static void read_daemon(struct model *m, const struct wt_config *config)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf body = {};
	const struct wt_control_request request = { .op = WT_CONTROL_STATUS };
	int fd, r = wt_control_connect(config->run, &fd, &m->daemon_err);

	if (r < 0)
		return;
	r = wt_control_send_request(fd, &request, &m->daemon_err);
	if (r == 0)
		r = wt_control_recv_reply(fd, &body, &m->daemon_err);
	close(fd);
	if (r == 0)
		r = wt_control_read_status(wt_buf_span(&body), &m->control, &m->daemon_err);
	m->daemon = r == 0;
}

static void read_registration(struct model *m, const struct wt_config *config)
{
	struct wt_err *err = &m->registration_err;
	struct wt_cose cose;
	int r;

	if (access(config->registration, F_OK) < 0 && errno == ENOENT) {
		wt_fail(err, ENOENT, "not registered: no registration at %s", config->registration);
		return;
	}
	r = wt_file_read(config->registration, REGISTRATION_MAX, &m->registration_cose, err);
	if (r == 0)
		r = wt_cose_decode(wt_buf_span(&m->registration_cose), &cose, err);
	if (r == 0)
		r = wt_registration_decode(cose.payload, &m->registration, err);
	m->registered = r == 0;
}

void model_read(struct model *m, const struct wt_config *config, unsigned int what)
{
	struct timespec ts = {};

	*m = (struct model){ .config = config, .now = time(NULL) };
	read_registration(m, config);
	if (what & MODEL_LIVE)
		read_module(m);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	m->boottime_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
	if (what & MODEL_STORE)
		read_store(m, config);
	if (what & MODEL_DAEMON)
		read_daemon(m, config);
	m->now = time(NULL);
}

void model_clear(struct model *m)
{
	free(m->sources);
	free(m->devices);
	if (m->judged)
		wt_judgement_clear(&m->judgement);
	wt_outlook_clear(&m->outlook);
	if (m->registered)
		wt_registration_clear(&m->registration);
	wt_buf_free(&m->registration_cose);
}

uint64_t model_ago_s(const struct model *m, uint64_t boottime_ns)
{
	return m->boottime_ns > boottime_ns ? (m->boottime_ns - boottime_ns) / NS_PER_S : 0;
}

uint64_t model_input_uw(const struct model *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n_sources; i++) {
		const struct wt_nl_source *s = &m->sources[i];

		if (wt_role_of(model_registration(m), s) == WT_ROLE_INPUT &&
		    !(s->flags & (WATTEST_SOURCE_FLAGS_STALE | WATTEST_SOURCE_FLAGS_UNREADABLE)))
			sum += s->last_uw;
	}
	return sum;
}

void model_source_state(const struct model *m, const struct wt_nl_source *source, char *ret,
			size_t cap)
{
	char t[WT_FORMAT_LEN];

	if (source->flags & WATTEST_SOURCE_FLAGS_UNREADABLE)
		snprintf(ret, cap, "unreadable: %s", strerror((int)source->error));
	else if (!source->last_good_ns)
		snprintf(ret, cap, "no sample yet");
	else if (source->flags & WATTEST_SOURCE_FLAGS_STALE)
		snprintf(ret, cap, "silent for %s",
			 wt_format_duration(model_ago_s(m, source->last_good_ns), t));
	else
		snprintf(ret, cap, "ok");
}

bool model_observed(const struct model *m)
{
	return m->status.probes && (!m->daemon || !m->control.unobserved[0]);
}

bool model_device_works(const struct model *m, const struct wt_nl_device *device)
{
	return device->last_seen_ns &&
	       m->boottime_ns - device->last_seen_ns <= 2 * m->status.window_ns;
}
