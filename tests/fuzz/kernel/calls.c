// SPDX-License-Identifier: Apache-2.0
/* See calls.h. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "calls.h"
#include "programs.skel.h"

static struct programs_bpf *programs;
static int links[LINKS];
static int cgroup = -1;

bool calls_open(bool within)
{
	programs = programs_bpf__open_and_load();
	if (!programs) {
		fprintf(stderr, "cannot load the BPF programs: %m\n");
		return false;
	}
	bpf_program__set_autoattach(programs->progs.call_within, within);
	bpf_program__set_autoattach(programs->progs.traced, false);
	bpf_program__set_autoattach(programs->progs.raw_tracepoint, false);
	bpf_program__set_autoattach(programs->progs.filter, false);
	bpf_program__set_autoattach(programs->progs.filter_instead, false);
	if (programs_bpf__attach(programs)) {
		fprintf(stderr, "cannot attach the BPF programs: %m\n");
		return false;
	}
	cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0) {
		fprintf(stderr, "cannot open /sys/fs/cgroup: %m\n");
		return false;
	}
	for (unsigned int n = 0; n < LINKS; n++) {
		links[n] = links_new(n);
		if (links[n] < 0) {
			fprintf(stderr, "cannot make BPF link %u: %m\n", n);
			return false;
		}
	}
	return true;
}

struct calls_told *calls_told(void)
{
	return &programs->bss->told;
}

void calls_run(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	bpf_prog_test_run_opts(bpf_program__fd(programs->progs.call), &opts);
}

int links_fd(unsigned int n)
{
	return links[n % LINKS];
}

int links_new(unsigned int n)
{
	switch (n % LINKS) {
	case 0: /* slow to attach: only one */
		return links[0] > 0 ? dup(links[0]) : bpf_link_create(bpf_program__fd(programs->progs.traced), 0,
								      BPF_TRACE_FENTRY, NULL);
	case 1:
		return bpf_raw_tracepoint_open("task_newtask", bpf_program__fd(programs->progs.raw_tracepoint));
	default:
		return bpf_link_create(bpf_program__fd(programs->progs.filter), cgroup, BPF_CGROUP_INET_EGRESS, NULL);
	}
}

void links_act(unsigned int n, enum link_act act)
{
	int *fd = &links[n % LINKS];
	static bool other;

	switch (act) {
	case LINK_MAKE:
	case LINK_CLOSE:
		if (!(n % LINKS))
			break;
		if (*fd >= 0)
			close(*fd);
		*fd = act == LINK_MAKE ? links_new(n) : -1;
		break;
	case LINK_DETACH:
		bpf_link_detach(*fd);
		break;
	case LINK_UPDATE:
		other = !other;
		bpf_link_update(*fd, bpf_program__fd(other ? programs->progs.filter_instead : programs->progs.filter),
				NULL);
		break;
	default:
		break;
	}
}
