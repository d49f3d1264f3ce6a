// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "usb.skel.h"

#include "log.h"
#include "probes.h"
#include "probes_impl.h"

struct probes {
	struct usb_bpf *usb;
	uint32_t prog_id;
	uint8_t tag[BPF_TAG_SIZE];
};

/* libbpf's callback has no user pointer. What it warned of first is the cause, what follows are consequences. */
static char first_warning[160];

static int on_print(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];
	const char *text = line;

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(text, "libbpf: ", 8))
		text += 8;
	log_say(LOG_DEBUG, "libbpf: %s", text);
	if (level == LIBBPF_WARN && !first_warning[0])
		snprintf(first_warning, sizeof(first_warning), "%.*s",
			 (int)sizeof(first_warning) - 1, text);
	return 0;
}

void probes_listen(void)
{
	first_warning[0] = '\0';
	libbpf_set_print(on_print);
}

const char *probes_cause(int r)
{
	/* without the right to, libbpf passes over modules' types and then misses what is in them */
	if (r == -EPERM || strstr(first_warning, "iterate BTF objects"))
		return "not permitted: needs CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN";
	return first_warning[0] ? first_warning : strerror(-r);
}

static int describe(struct probes *probes, struct wt_err *err)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(probes->usb->progs.wattest_usb), &info, &len) <
	    0)
		return wt_fail(err, errno, "usb probe: cannot read it back: %s", strerror(errno));
	probes->prog_id = info.id;
	memcpy(probes->tag, info.tag, sizeof(probes->tag));
	return 0;
}

int probes_load(struct wt_nl *nl, struct probes **ret, struct wt_err *err)
{
	struct probes *probes = calloc(1, sizeof(*probes));
	uint32_t announced;
	int r;

	if (!probes)
		return wt_fail(err, ENOMEM, "out of memory");
	probes_listen();
	probes->usb = usb_bpf__open_and_load();
	r = probes->usb ? usb_bpf__attach(probes->usb) : -errno;
	if (r < 0) {
		r = wt_fail(err, -r, "usb probe: %s", probes_cause(r));
		goto fail;
	}
	r = describe(probes, err);
	if (r < 0)
		goto fail;
	r = wt_nl_probe_add(nl, bpf_link__fd(probes->usb->links.wattest_usb), &announced, err);
	if (r < 0)
		goto fail;
	if (announced != probes->prog_id) {
		r = wt_fail(err, EPROTO, "usb probe: the module took it for program %u, it is %u",
			    announced, probes->prog_id);
		goto fail;
	}
	*ret = probes;
	return 0;
fail:
	probes_free(probes);
	return r;
}

uint32_t probes_prog_id(const struct probes *probes)
{
	return probes ? probes->prog_id : 0;
}

void probes_describe(const struct probes *probes, struct wt_control_status *ret)
{
	ret->n_probes = 0;
	if (!probes)
		return;
	strcpy(ret->probes[0].name, "usb");
	memcpy(ret->probes[0].tag, probes->tag, sizeof(ret->probes[0].tag));
	ret->probes[0].prog_id = probes->prog_id;
	ret->n_probes = 1;
}

void probes_free(struct probes *probes)
{
	if (!probes)
		return;
	usb_bpf__destroy(probes->usb);
	free(probes);
}
