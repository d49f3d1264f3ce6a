// SPDX-License-Identifier: Apache-2.0
/* Does the rig run what its registration names? Module, probes, and files by IMA's list. */
#include "tests/unit/lib/bent.h"
#include "tests/unit/lib/ima_list.h"

static struct wt_reference references[4];
static struct wt_buf list;
static uint64_t first;

static void refer(struct rig *rig, enum wt_reference_kind kind, const char *name, uint8_t fill)
{
	struct wt_reference *r = &references[rig->reg.n_references];

	*r = (struct wt_reference){ .kind = kind };
	strcpy(r->name, name);
	memset(r->digest, fill,
	       kind == WT_REFERENCE_FILE    ? WT_SHA256_LEN
	       : kind == WT_REFERENCE_PROBE ? 8
					    : 20);
	rig->reg.references = references;
	rig->reg.n_references++;
	rig_register(rig);
}

/* Each attestation carries the list as it stands, from its first entry on. */
static void carry(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->ima_first = first;
	att->ima = wt_buf_span(&list);
}

static void measure(struct rig *rig, uint8_t fill, const char *path, bool violation)
{
	wt_buf_reset(&list);
	ima_put_file(&list, 0x77, "boot_aggregate", false);
	ima_put_file(&list, fill, path, violation);
	first = 1;
	rig->edit_attestation = carry;
	rig_minute(rig);
}

BENT(another_module, SOFTWARE, "module-not-registered", 0)
{
	refer(rig, WT_REFERENCE_MODULE, "0.1.0", 0x11); /* the rig's has zeros */
	rig_minute(rig);
}

BENT(one_of_two_modules, SOFTWARE, "ok", 0)
{
	refer(rig, WT_REFERENCE_MODULE, "0.1.0", 0x11);
	refer(rig, WT_REFERENCE_MODULE, "0.1.1", 0);
	rig_minute(rig);
}

BENT(another_program_in_the_name_of_ours, SOFTWARE, "probe-not-registered", 0)
{
	refer(rig, WT_REFERENCE_PROBE, "wattest_usb", 0x11); /* the rig's tag is zeros */
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_minute(rig);
}

BENT(our_program_in_another_name, SOFTWARE, "probe-not-registered", 0)
{
	refer(rig, WT_REFERENCE_PROBE, "usb", 0);
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_minute(rig);
}

BENT(our_program, SOFTWARE, "ok", 0)
{
	refer(rig, WT_REFERENCE_PROBE, "wattest_usb", 0);
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_minute(rig);
}

BENT(file_changed, SOFTWARE, "file-not-registered", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x23, "/usr/sbin/wattestd", false);
}

BENT(file_as_registered, SOFTWARE, "ok", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x22, "/usr/sbin/wattestd", false);
}

BENT(file_of_a_name_that_only_ends_so, SOFTWARE, "ok", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x23, "/usr/sbin/otherwattestd", false);
}

BENT_SAYS(file_open_for_writing, SOFTWARE, "file-not-registered", "*open for writing", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x22, "/usr/sbin/wattestd", true);
}

BENT(list_with_a_hole, SOFTWARE, "measurements-broken", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x22, "/usr/sbin/wattestd", false);
	first = 4;
	rig_minute(rig);
}

BENT(list_that_was_cut, SOFTWARE, "measurements-broken", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x22, "/usr/sbin/wattestd", false);
	list.n--;
	first = 3;
	rig_minute(rig);
}

BENT(entries_carried_again_after_a_kill, SOFTWARE, "ok", 0)
{
	refer(rig, WT_REFERENCE_FILE, "wattestd", 0x22);
	measure(rig, 0x22, "/usr/sbin/wattestd", false);
	rig_minute(rig);
}

BENT_TESTS

TEST_HARNESS_MAIN
