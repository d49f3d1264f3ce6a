/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The kernel's log records: what is hashed, chained, signed and replayed.
 *
 * The kernel module writes them, the agent carries them byte for byte, the verifier replays them;
 * so the layout is fixed, little-endian on every machine, without holes (padding is named and
 * zero), and each size is asserted below. A changed layout is a new `version` of that type, never
 * an edit.
 *
 * Steps and chain (docs/evidence.md): the records since the last closing record form one step. A
 * WINDOW or an UNLOAD closes a step and is its last record. With d_i = SHA-256(record i as laid out
 * here), D_k = SHA-256(d_1 || ... || d_m), the chain moves C_k = SHA-256(C_{k-1} || D_k): a TPM
 * PCR's formula.
 *
 * Includes nothing: the includer has __u8, __le16, __le32 and __le64 already (linux/types.h).
 */
#ifndef WATTEST_RECORD_H
#define WATTEST_RECORD_H

#define WATTEST_RECORD_VERSION	1	/* of every type below, so far */
#define WATTEST_RECORD_MAX	61440	/* bytes: a record fits in one netlink attribute */
#define WATTEST_DIGEST_LEN	32	/* SHA-256 */
#define WATTEST_EPOCH_LEN	16
#define WATTEST_NONCE_MIN	8	/* RFC 9711, 4.1: an EAT nonce has 8 to 64 bytes */
#define WATTEST_NONCE_MAX	64
#define WATTEST_MAX_SOURCES	256	/* in one WINDOW; more are refused with a LOST record */
#define WATTEST_MAX_DEVICES	1024

enum wattest_record_type {
	WATTEST_RECORD_LOAD		= 1,	/* first of an epoch */
	WATTEST_RECORD_UNLOAD		= 2,	/* last of an epoch; closes its own step */
	WATTEST_RECORD_SOURCE_ADD	= 3,
	WATTEST_RECORD_SOURCE_DEL	= 4,
	WATTEST_RECORD_DEVICE_ADD	= 5,
	WATTEST_RECORD_DEVICE_DEL	= 6,
	WATTEST_RECORD_WINDOW		= 7,	/* closes a step */
	WATTEST_RECORD_PROBE_ADD	= 8,
	WATTEST_RECORD_PROBE_DEL	= 9,
	WATTEST_RECORD_EVENT		= 10,	/* integrity events */
	WATTEST_RECORD_TIME		= 11,
	WATTEST_RECORD_LOST		= 12,
	WATTEST_RECORD_ANCHOR		= 13,	/* k_0 of the kernel-keyed windows */
};

/*
 * Every record begins so. Time is CLOCK_BOOTTIME, in ns, and counts through suspend.
 */
struct wattest_record {
	__le32 len;		/* bytes, this header and padding included; a multiple of 8 */
	__le16 type;		/* enum wattest_record_type */
	__le16 version;
	__le64 seq;		/* 1, 2, 3 ... in an epoch: LOAD has 1, none is left out */
	__le64 boottime_ns;
};

#define WATTEST_LOCKDOWN_UNKNOWN	0xff
#define WATTEST_SECURE_BOOT_UNKNOWN	0xff
#define WATTEST_PCR_NONE		0xff

/* LOAD: what was loaded, where, and with which parameters. */
struct wattest_load {
	__u8 epoch[WATTEST_EPOCH_LEN];		/* random; one module load to the next */
	__u8 chain_start[WATTEST_DIGEST_LEN];	/* C_0: the PCR's value, or zeros without a TPM */
	__u8 build_id[20];			/* of the module, .note.gnu.build-id */
	__u8 lockdown;				/* 0 none, 1 integrity, 2 confidentiality */
	__u8 sig_enforced;			/* 1: only signed modules load */
	__u8 tpm;				/* 1: a TPM 2.0 is there */
	__u8 pcr;				/* the witness, or WATTEST_PCR_NONE */
	__le64 taint;				/* the kernel's taint bits */
	__le64 realtime_ns;			/* CLOCK_REALTIME, since 1970 */
	__le64 sample_ns;			/* sampling period */
	__le64 window_ns;
	__le64 max_gap_ns;			/* no trapezoid over a longer gap */
	__le64 limit_uw;			/* readings above are refused as implausible */
	__le64 log_bytes;			/* the bound of the log */
	char release[64];			/* of the kernel; NUL-padded, as all strings */
	char version[32];			/* of the module */
	__u8 secure_boot;			/* 0 off, 1 on, WATTEST_SECURE_BOOT_UNKNOWN */
	__u8 reserved[7];
	__u8 cmdline[WATTEST_DIGEST_LEN];	/* SHA-256 of the command line; zeros: unknown */
};

/* UNLOAD: the module goes in an orderly way. */
struct wattest_unload {
	__le64 realtime_ns;
	__le32 key_len;		/* as in a WINDOW: 0 when not keyed, or WATTEST_DIGEST_LEN */
	__le32 reserved;
	__u8 key[WATTEST_DIGEST_LEN];	/* of the step before; this step's own is never disclosed */
};

/*
 * ANCHOR: the start of a chain of keys for the steps' MACs (after TESLA, RFC 4082). Key i of a
 * chain is k_i, with k_{i-1} = SHA-256(k_i); anchor is k_0. A step's MAC is HMAC-SHA256(k_i, C_i),
 * C_i the chain value after it; the kernel hands it out beside the closing record, not inside. k_i
 * is disclosed by the closing record of the next step; but not when the witness does not have step
 * i, which LOST says in that step: then a later key implies it.
 * An ANCHOR in the step that LOAD begins keys that step with k_1. A later one is in the last step
 * that the chain before it keys, and keys from the next step on. A chain is used up to its last
 * key.
 */
struct wattest_anchor {
	__u8 anchor[WATTEST_DIGEST_LEN];
	__le32 keys;		/* in this chain: the steps that it can key */
	__le32 reserved;
};

enum wattest_source_kind {
	WATTEST_SOURCE_POWER	= 1,	/* sampled, integrated by the trapezoid */
	WATTEST_SOURCE_ENERGY	= 2,	/* an accumulator in hardware, differenced */
};

#define WATTEST_SOURCE_LEGACY		0x01	/* attributes on the parent device */
#define WATTEST_SOURCE_UNREADABLE	0x02	/* found, but cannot be opened or read: see error */

/*
 * SOURCE_ADD: one power or energy attribute of one hwmon device. hwmonN is no stable name: chip,
 * parent, attribute and label together are.
 */
struct wattest_source_add {
	__le32 id;		/* 1, 2, 3 ... in an epoch, never used again */
	__u8 kind;		/* enum wattest_source_kind */
	__u8 flags;		/* WATTEST_SOURCE_* */
	__le16 error;		/* errno, when unreadable */
	char chip[32];		/* hwmon "name" */
	/*
	 * The parent device's name, behind those of what it hangs on, as
	 * "pci0000:00/0000:00:1f.4/i2c-0/0-0058"; "~/" in front: there are more.
	 */
	char parent[64];
	char attribute[32];	/* e.g. "power1_input" */
	char label[32];		/* e.g. "pin", or empty */
	/*
	 * Of an accumulator, its raw value when it was added: energy_uj counts from here. All ones:
	 * unknown, or no accumulator.
	 */
	__le64 reading_uj;
};

#define WATTEST_READING_UNKNOWN	(~0ULL)

enum wattest_removal {
	WATTEST_REMOVED		= 1,	/* unplugged, unbound or its driver gone */
	WATTEST_REMOVED_OWNER	= 2,	/* probe: the socket that announced it was closed */
};

/* SOURCE_DEL, DEVICE_DEL: final counters are in the WINDOW that closes this step. */
struct wattest_removed {
	__le32 id;
	__le32 reason;		/* enum wattest_removal */
};

enum wattest_bus {
	WATTEST_BUS_USB		= 1,
};

#define WATTEST_DEVICE_VENDOR		0x01	/* an interface of class ff */
#define WATTEST_DEVICE_CDC		0x02	/* an interface of class 02 or 0a */
#define WATTEST_DEVICE_CONVERTER	0x04	/* a known serial converter's vid:pid */
#define WATTEST_DEVICE_TRUNCATED	0x80	/* a string did not fit, or was no plain text */

/* DEVICE_ADD: a device that may be, or may lead to, an ASIC. */
struct wattest_device_add {
	__le32 id;		/* the plug generation: 1, 2, 3 ... in an epoch, never used again */
	__u8 bus;		/* enum wattest_bus */
	__u8 flags;		/* WATTEST_DEVICE_* */
	__le16 vid;
	__le16 pid;
	__le16 release;		/* bcdDevice */
	__le32 reserved;
	char path[32];		/* where it is plugged, e.g. "1-4.2" */
	char serial[64];
	char manufacturer[64];
	char product[64];
};

/*
 * WINDOW: counters at its end, for every source and device that was there at any time in it.
 * Followed by `sources` times wattest_window_source, `devices` times wattest_window_device,
 * `nonce_len` bytes of nonce, `key_len` bytes of disclosed key, and zeros up to a multiple of 8.
 */
struct wattest_window {
	__le64 from_ns;		/* CLOCK_BOOTTIME: LOAD's, or the end of the window before */
	__le64 realtime_ns;	/* CLOCK_REALTIME at the window's end, which is boottime_ns above */
	__le16 sources;
	__le16 devices;
	__u8 nonce_len;		/* 0: closed by time */
	__u8 key_len;		/* 0, or WATTEST_DIGEST_LEN: of the step before, see ANCHOR */
	__u8 probes;		/* probes attached at its end */
	__u8 flags;		/* WATTEST_WINDOW_* */
};

#define WATTEST_WINDOW_OBSERVED	0x01	/* a usb probe was attached during the whole window */

/*
 * Cumulative since SOURCE_ADD, but min, max and last, which are this window's good samples in mW:
 * min rounded down, max rounded up (so that they stay bounds), last to the nearest. No good sample:
 * min is all ones, max and last are 0. measured time + unmeasured time = time since SOURCE_ADD, up
 * to the last good sample; or, when that one is older than the maximum gap, up to the window's end.
 */
struct wattest_window_source {
	__le64 energy_uj;
	__le64 unmeasured_ns;
	__le32 id;
	__le32 min_mw;
	__le32 max_mw;
	__le32 last_mw;
	__le32 samples;		/* good ones */
	__le32 missed;		/* reads that failed twice */
	__le32 refused;		/* readings that cannot be true */
} __attribute__((packed, aligned(4)));

/* Cumulative since DEVICE_ADD, of completed transfers; bytes are payload as the bus counts it. */
struct wattest_window_device {
	__le64 transfers_in;	/* from the device */
	__le64 transfers_out;	/* to the device */
	__le64 bytes_in;
	__le64 bytes_out;
	__le32 id;
	__le32 errors;		/* transfers that ended with an error other than being cancelled */
};

/* PROBE_ADD: a BPF program, as the kernel knows it and not as its loader names it. */
struct wattest_probe_add {
	__le32 prog_id;
	__le32 reserved;
	__u8 tag[8];		/* the kernel's digest of the program */
	char name[16];
	char target[64];	/* function it is attached to */
};

/* PROBE_DEL */
struct wattest_probe_del {
	__le32 prog_id;
	__le32 reason;		/* enum wattest_removal */
	__u8 tag[8];
};

enum wattest_event_kind {
	WATTEST_EVENT_DETACH	= 1,	/* a link of an announced program was detached */
	WATTEST_EVENT_BPF	= 2,	/* a program was loaded that reads the kernel's memory */
	WATTEST_EVENT_PTRACE	= 3,	/* ptrace or /proc/PID/mem on the agent */
	WATTEST_EVENT_RAW	= 4,	/* raw device opened: TPM, i2c-dev, /dev/mem, kcore */
	WATTEST_EVENT_SENSOR	= 5,	/* a sensor's attribute was written */
	WATTEST_EVENT_UNBIND	= 6,	/* a driver was unbound from a source's device */
	WATTEST_EVENT_KEXEC	= 7,	/* another kernel was loaded */
	WATTEST_EVENT_CLOCK	= 8,	/* the clock was set or steered */
	WATTEST_EVENT_MODULE	= 9,	/* a kernel module was loaded */
};

/*
 * EVENT: something that touches the integrity of the measurement. The first of its like (same kind,
 * program and detail) in a window is recorded at once with a count of 1; what follows is counted,
 * and the count recorded when the window closes. Beyond what the kernel tells apart in one window,
 * one record a kind has an empty comm and detail.
 */
struct wattest_event {
	__le16 kind;		/* enum wattest_event_kind */
	__le16 reserved;
	__le32 count;		/* of like events since the last such record */
	__le32 pid;		/* of the first of them; 0: not of a process */
	__le32 reserved2;
	char comm[16];
	char detail[64];
};

enum wattest_time_kind {
	WATTEST_TIME_STEP	= 1,	/* CLOCK_REALTIME was set */
	WATTEST_TIME_SUSPEND	= 2,
	WATTEST_TIME_RESUME	= 3,
	WATTEST_TIME_RATE	= 4,	/* CLOCK_BOOTTIME is steered away from the hardware's */
};

/* TIME */
struct wattest_time {
	__le32 kind;		/* enum wattest_time_kind */
	__le32 reserved;
	/*
	 * Two's complement. STEP: how far. RESUME: ns since SUSPEND. RATE: by how many ns a second
	 * CLOCK_BOOTTIME was faster (negative: slower) than CLOCK_MONOTONIC_RAW, over a minute.
	 */
	__le64 delta_ns;
	__le64 realtime_ns;	/* after it */
};

enum wattest_lost_reason {
	WATTEST_LOST_PRUNED	= 1,	/* WINDOW bodies, at the log's bound; digests stay */
	WATTEST_LOST_FULL	= 2,	/* never written: the log is full of what may not go */
	WATTEST_LOST_MEMORY	= 3,	/* never written: no memory */
	WATTEST_LOST_LIMIT	= 4,	/* never tracked: more than a WINDOW holds */
	/*
	 * The TPM was not extended with the steps whose closing records are first_seq to last_seq.
	 * Type is WINDOW or UNLOAD.
	 */
	WATTEST_LOST_WITNESS	= 5,
};

/* LOST: what went since the last such record, one record for each type and reason. */
struct wattest_lost {
	__le16 type;		/* enum wattest_record_type of what went */
	__le16 reason;		/* enum wattest_lost_reason */
	__le32 count;
	__le64 first_seq;	/* PRUNED, WITNESS: of the first and last that went; else 0 */
	__le64 last_seq;
};

_Static_assert(sizeof(struct wattest_record) == 24, "record header");
_Static_assert(sizeof(struct wattest_load) == 264, "LOAD");
_Static_assert(sizeof(struct wattest_unload) == 48, "UNLOAD");
_Static_assert(sizeof(struct wattest_anchor) == 40, "ANCHOR");
_Static_assert(sizeof(struct wattest_source_add) == 176, "SOURCE_ADD");
_Static_assert(sizeof(struct wattest_removed) == 8, "SOURCE_DEL, DEVICE_DEL");
_Static_assert(sizeof(struct wattest_device_add) == 240, "DEVICE_ADD");
_Static_assert(sizeof(struct wattest_window) == 24, "WINDOW");
_Static_assert(sizeof(struct wattest_window_source) == 44, "WINDOW source");
_Static_assert(sizeof(struct wattest_window_device) == 40, "WINDOW device");
_Static_assert(sizeof(struct wattest_probe_add) == 96, "PROBE_ADD");
_Static_assert(sizeof(struct wattest_probe_del) == 16, "PROBE_DEL");
_Static_assert(sizeof(struct wattest_event) == 96, "EVENT");
_Static_assert(sizeof(struct wattest_time) == 24, "TIME");
_Static_assert(sizeof(struct wattest_lost) == 24, "LOST");

#endif
