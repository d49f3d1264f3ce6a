// SPDX-License-Identifier: GPL-2.0
/*
 * What the LOAD record says of the host: which module this is, and how far the kernel that reports
 * may be trusted. Nothing is judged here.
 */
#include <linux/dcache.h>
#include <linux/efi.h>
#include <linux/elf.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ima.h>
#include <linux/kernfs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/random.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/utsname.h>
#include <crypto/sha2.h>

#include "host.h"
#include "param.h"

/* The note type of a build id; the kernel has it only in lib/buildid.c. */
#define NOTE_BUILD_ID	3

/* More than any architecture allows. */
#define CMDLINE_MAX	16384

/* Copies the build id out of the section .note.gnu.build-id, or leaves zeros. */
static void parse_note(const void *note, size_t size, u8 *ret, size_t len)
{
	const Elf64_Nhdr *n = note;
	size_t name;

	if (size < sizeof(*n))
		return;
	name = ALIGN(n->n_namesz, 4);
	if (n->n_type != NOTE_BUILD_ID || name != sizeof("GNU") ||
	    size < sizeof(*n) + name + n->n_descsz || memcmp(n + 1, "GNU", sizeof("GNU")))
		return;
	memcpy(ret, (const u8 *)(n + 1) + name, min_t(size_t, n->n_descsz, len));
}

/*
 * The section is in memory, and the one public way to it is the sysfs attribute behind
 * /sys/module/wattest/notes: taken from the kernfs node, so that no mount can stand in between.
 */
static void build_id(u8 *ret, size_t len)
{
#ifdef CONFIG_SYSFS
	struct kernfs_node *notes, *note;
	const struct bin_attribute *attr;

	notes = kernfs_find_and_get(THIS_MODULE->mkobj.kobj.sd, "notes");
	if (!notes)
		return;
	note = kernfs_find_and_get(notes, ".note.gnu.build-id");
	if (note) {
		attr = note->priv;
		parse_note(attr->private, attr->size, ret, len);
		kernfs_put(note);
	}
	kernfs_put(notes);
#endif
}

/*
 * 0 none, 1 integrity, 2 confidentiality. Asking when locked down logs a notice: the LSM does that.
 */
static u8 lockdown(void)
{
	if (security_locked_down(LOCKDOWN_CONFIDENTIALITY_MAX - 1))
		return 2;
	return security_locked_down(LOCKDOWN_INTEGRITY_MAX) ? 1 : 0;
}

static u64 taint(void)
{
	u64 bits = 0;
	int i;

	for (i = 0; i < TAINT_FLAGS_COUNT; i++)
		if (test_taint(i))
			bits |= BIT_ULL(i);
	return bits;
}

#ifdef CONFIG_EFI
/* shim can be told to let anything boot. It leaves word of that in a variable. */
static bool shim_checks_nothing(void)
{
	unsigned long size = 1;
	efi_status_t status;
	u32 attributes = 0;
	u8 off = 0;

	status = efi.get_variable(L"MokSBStateRT", &EFI_SHIM_LOCK_GUID, &attributes, &size, &off);
	return status == EFI_SUCCESS && !(attributes & EFI_VARIABLE_NON_VOLATILE) && off == 1;
}

static u8 secure_boot(void)
{
	if (!efi_enabled(EFI_BOOT))
		return 0;
	if (!efi_rt_services_supported(EFI_RT_SUPPORTED_GET_VARIABLE))
		return WATTEST_SECURE_BOOT_UNKNOWN;
	switch (efi_get_secureboot_mode(efi.get_variable)) {
	case efi_secureboot_mode_enabled:
		return !shim_checks_nothing();
	case efi_secureboot_mode_disabled:
		return 0;
	default:
		return WATTEST_SECURE_BOOT_UNKNOWN;
	}
}
#else
static u8 secure_boot(void)
{
	return 0;
}
#endif

/* procfs's own, whatever is mounted there. */
static bool is_cmdline(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return file_inode(file)->i_sb->s_magic == PROC_SUPER_MAGIC && IS_ROOT(dentry->d_parent) &&
	       !strcmp(dentry->d_name.name, "cmdline");
}

/* SHA-256 of the kernel's command line, without the newline that /proc/cmdline adds; or zeros. */
static void cmdline_digest(u8 *ret)
{
	char *line __free(kfree) = kmalloc(CMDLINE_MAX, GFP_KERNEL);
	struct file *file;
	size_t len = 0;
	loff_t pos = 0;
	ssize_t n = 0;

	if (!line)
		return;
	file = filp_open("/proc/cmdline", O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (IS_ERR(file))
		return;
	if (is_cmdline(file)) {
		while (len < CMDLINE_MAX &&
		       (n = kernel_read(file, line + len, CMDLINE_MAX - len, &pos)) > 0)
			len += n;
		if (!n && len && line[len - 1] == '\n')
			sha256(line, len - 1, ret);
	}
	fput(file);
}

void wattest_host_describe(struct wattest_load *ret_load)
{
	memset(ret_load, 0, sizeof(*ret_load));
	get_random_bytes(ret_load->epoch, sizeof(ret_load->epoch));
	build_id(ret_load->build_id, sizeof(ret_load->build_id));
	ret_load->lockdown = lockdown();
	ret_load->sig_enforced = is_module_sig_enforced();
	ret_load->taint = cpu_to_le64(taint());
	ret_load->sample_ns = cpu_to_le64(wattest_param.sample_ns);
	ret_load->window_ns = cpu_to_le64(wattest_param.window_ns);
	ret_load->max_gap_ns = cpu_to_le64(wattest_param.max_gap_ns);
	ret_load->limit_uw = cpu_to_le64(wattest_param.limit_uw);
	ret_load->log_bytes = cpu_to_le64(wattest_param.log_bytes);
	strscpy_pad(ret_load->release, init_utsname()->release, sizeof(ret_load->release));
	strscpy_pad(ret_load->version, WATTEST_MODULE_VERSION, sizeof(ret_load->version));
	ret_load->secure_boot = secure_boot();
	cmdline_digest(ret_load->cmdline);
}

/*
 * Only kernel code can have something measured under a label and a name of its own: whoever makes
 * up a log cannot have its beginning in IMA's list.
 */
void wattest_host_measure(const u8 *load_digest, const u8 *anchor_digest)
{
	u8 both[2 * WATTEST_DIGEST_LEN];

	memcpy(both, load_digest, WATTEST_DIGEST_LEN);
	memcpy(both + WATTEST_DIGEST_LEN, anchor_digest, WATTEST_DIGEST_LEN);
	/* -ENOENT where the policy does not ask for it: then it is not there, which is said. */
	ima_measure_critical_data("wattest", "wattest", both, sizeof(both), false, NULL, 0);
}
