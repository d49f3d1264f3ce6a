// SPDX-License-Identifier: Apache-2.0
/*
 * The integrity probes: loaded together, attached one by one. A kernel function that is missing, or whose shape changed,
 * costs the program that hangs on it and no other; which are attached stands in the log, so nobody has to believe us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "integrity.skel.h"

#include "lib/crypto/crypto.h"

#include "log.h"
#include "probes.h"
#include "probes_impl.h"

#define MAX 32 /* programs */
#define FORMER_TRIES 30 /* of a tenth of a second */
#define BEFORE "wattest_before" /* an iterator: read once, and not kept */

struct integrity {
	struct integrity_bpf *objects[MAX]; /* one, or one for each program */
	struct bpf_link *links[MAX];
	uint8_t tags[MAX][BPF_TAG_SIZE];
	uint32_t prog_ids[MAX];
	size_t n_objects, n_links, wanted;
	uint32_t ours; /* id of the program that this process has loaded before; 0: none */
	uint64_t since_ns; /* CLOCK_BOOTTIME at which loading began */
};

static uint64_t boottime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_loaded(const char *prefix, uint32_t except_id)
{
	__u32 id = 0, len;
	bool found = false;

	while (!found && bpf_prog_get_next_id(id, &id) == 0) {
		struct bpf_prog_info info = {};
		int fd = bpf_prog_get_fd_by_id(id);

		len = sizeof(info);
		found = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
			id != except_id && !strncmp(info.name, prefix, strlen(prefix));
		if (fd >= 0)
			close(fd);
	}
	return found;
}

/* The kernel frees the programs of the agent before us in its own time: they shall not be taken for another's. */
static void wait_for_former(uint32_t except_id)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000000 };

	for (int i = 0; i < FORMER_TRIES && is_loaded("wattest_", except_id); i++)
		nanosleep(&pause, NULL);
}

/* The first TPM's raw device has a number of its own; all others are numbered by whoever came first. */
static uint32_t tpm_major(void)
{
	unsigned int major, found = 0;
	char line[128], name[64];
	FILE *f = fopen("/proc/devices", "re");

	while (f && !found && fgets(line, sizeof(line), f))
		/* NOLINTNEXTLINE(cert-err34-c): the kernel's own list, of numbers below 512 */
		if (sscanf(line, "%u %63s", &major, name) == 2 && !strcmp(name, "tpm"))
			found = major;
	if (f)
		fclose(f);
	return found;
}

static const char *target_of(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program), *slash = strchr(section, '/');

	return slash ? slash + 1 : section;
}

static bool is_there(const struct btf *kernel, const struct bpf_program *program)
{
	return !strcmp(bpf_program__name(program), BEFORE) ||
	       btf__find_by_name_kind(kernel, target_of(program), BTF_KIND_FUNC) > 0;
}

/* Opens and loads what the kernel has targets for; only NULL: all of it. */
static int load_object(struct integrity *p, const struct btf *kernel, const char *only)
{
	struct integrity_bpf *object = integrity_bpf__open();
	struct bpf_program *program;

	if (!object)
		return -errno;
	object->rodata->agent_tgid = (uint32_t)getpid();
	object->rodata->tpm_major = tpm_major();
	object->rodata->agent_program = p->ours;
	object->rodata->since_ns = p->since_ns;
	bpf_object__for_each_program(program, object->obj) {
		const char *name = bpf_program__name(program);

		bpf_program__set_autoload(program, is_there(kernel, program) &&
							   (!only || !strcmp(name, only)));
	}
	if (integrity_bpf__load(object) < 0) {
		int r = -errno;

		integrity_bpf__destroy(object);
		return r;
	}
	p->objects[p->n_objects++] = object;
	return 0;
}

static int load_objects(struct integrity *p, const struct btf *kernel)
{
	struct bpf_program *program;
	struct integrity_bpf *all;
	int r = load_object(p, kernel, NULL);

	if (r == 0 || r == -EPERM)
		return r;
	all = integrity_bpf__open();
	if (!all)
		return -errno;
	bpf_object__for_each_program(program, all->obj) {
		if (p->n_objects < MAX)
			load_object(p, kernel, bpf_program__name(program));
	}
	integrity_bpf__destroy(all);
	return p->n_objects ? 0 : r;
}

/* What it finds, it tells the module itself. */
static void read_before(const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	char nothing[64];

	if (fd < 0)
		log_say(LOG_WARNING, "integrity probes: cannot look for what was there before: %s",
			strerror(errno));
	else
		while (read(fd, nothing, sizeof(nothing)) > 0)
			;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
}

static int attach(struct integrity *p, const struct bpf_program *program, struct wt_nl *nl,
		  struct wt_err *err)
{
	struct bpf_link *link = bpf_program__attach(program);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (!link) {
		log_say(LOG_WARNING, "integrity probe %s is not attached to %s: %s",
			bpf_program__name(program), target_of(program), strerror(errno));
		return 0;
	}
	p->links[p->n_links] = link;
	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len) == 0)
		memcpy(p->tags[p->n_links], info.tag, BPF_TAG_SIZE);
	return wt_nl_probe_add(nl, bpf_link__fd(link), &p->prog_ids[p->n_links++], err);
}

static int attach_all(struct integrity *p, struct wt_nl *nl, struct wt_err *err)
{
	const struct bpf_program *before = NULL;
	struct bpf_program *program;
	int r = 0;

	for (size_t i = 0; i < p->n_objects; i++) {
		bpf_object__for_each_program(program, p->objects[i]->obj) {
			if (bpf_program__fd(program) < 0 || p->n_links == MAX || r < 0)
				continue;
			if (!strcmp(bpf_program__name(program), BEFORE))
				before = program;
			else
				r = attach(p, program, nl, err);
		}
	}
	if (r == 0 && before)
		read_before(before);
	return r;
}

static void say_missing(struct integrity *p, const struct btf *kernel)
{
	struct bpf_program *program;

	if (!p->n_objects)
		return;
	bpf_object__for_each_program(program, p->objects[0]->obj) {
		p->wanted += strcmp(bpf_program__name(program), BEFORE) != 0;
		if (!is_there(kernel, program))
			log_say(LOG_WARNING, "integrity probe %s: this kernel has no function %s",
				bpf_program__name(program), target_of(program));
	}
}

int integrity_load(struct wt_nl *nl, const struct probes *ours, struct integrity **ret,
		   struct wt_err *err)
{
	struct integrity *p = calloc(1, sizeof(*p));
	struct btf *kernel;
	int r;

	if (!p)
		return wt_fail(err, ENOMEM, "out of memory");
	probes_listen();
	p->ours = probes_prog_id(ours);
	wait_for_former(p->ours);
	p->since_ns = boottime_ns();
	kernel = btf__load_vmlinux_btf();
	r = kernel ? load_objects(p, kernel) : -errno;
	if (r < 0) {
		r = wt_fail(err, -r, "integrity probes: %s", probes_cause(r));
		goto out;
	}
	say_missing(p, kernel);
	r = attach_all(p, nl, err);
	if (r == 0 && p->n_links == 0)
		r = wt_fail(err, ENOENT, "integrity probes: none could be attached: %s",
			    probes_cause(-ENOENT));
out:
	btf__free(kernel);
	if (r < 0) {
		integrity_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

size_t integrity_attached(const struct integrity *p, size_t *ret_wanted)
{
	*ret_wanted = p->wanted;
	return p->n_links;
}

void integrity_describe(const struct integrity *p, struct wt_control_status *ret)
{
	uint8_t digest[WT_SHA256_LEN];
	size_t i = ret->n_probes;

	if (!p || i == WT_CONTROL_PROBES)
		return;
	/* one line for the family: a digest over its programs' tags */
	wt_sha256(wt_span(p->tags, p->n_links * BPF_TAG_SIZE), digest);
	snprintf(ret->probes[i].name, sizeof(ret->probes[i].name), "integrity %zu/%zu", p->n_links,
		 p->wanted);
	memcpy(ret->probes[i].tag, digest, sizeof(ret->probes[i].tag));
	ret->probes[i].prog_id = p->prog_ids[0];
	ret->n_probes++;
}

void integrity_free(struct integrity *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_links; i++)
		bpf_link__destroy(p->links[i]);
	for (size_t i = 0; i < p->n_objects; i++)
		integrity_bpf__destroy(p->objects[i]);
	free(p);
}
