// SPDX-License-Identifier: Apache-2.0
/* What root may do to a rig's measurement, one thing at a time, where no usual command does it. Harmless as it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/reboot.h>

static const char usage[] =
	"usage: meddle kprobe [SECONDS]  load a BPF program that may look into the kernel, and hold it\n"
	"       meddle helper            load one of another kind that reads the kernel's memory\n"
	"       meddle filter N          load one that cannot, N times; says how long it took, in ns\n"
	"       meddle open N FILE       open it, N times; says how long it took, in ns\n"
	"       meddle seize PID [SECONDS]  trace the process, and let it go\n"
	"       meddle tick US           make the clock run so fast, and then as it should\n"
	"       meddle kexec boot|none   load another kernel, a page of nothing; or none any more\n"
	"       meddle kexec crash ADDR  load it for a crash, to there\n"
	"       meddle load IMAGE INITRD  load another kernel, with this one's command line\n"
	"       meddle boot              boot it at once, past the firmware\n";

#define INSN(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

static const struct bpf_insn nothing[] = {
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

/* probe_read_kernel(stack, 8, 0) */
static const struct bpf_insn reading[] = {
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 10, 0, 0),
	INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, -8),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 8),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static int load(enum bpf_prog_type type, const struct bpf_insn *insns, size_t n)
{
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (unsigned long)insns,
		.insn_cnt = (unsigned int)n,
		.license = (unsigned long)"GPL",
		.prog_name = "meddle",
	};

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

static int repeat(long n, const char *file)
{
	unsigned long long began = now_ns();
	int fd;

	while (n-- > 0) {
		fd = file ? open(file, O_RDONLY | O_CLOEXEC)
			  : load(BPF_PROG_TYPE_SOCKET_FILTER, nothing, 2);
		if (fd < 0)
			return -1;
		close(fd);
	}
	printf("%llu\n", now_ns() - began);
	return 0;
}

static int tick(long us)
{
	struct timex t = { .modes = ADJ_TICK, .tick = us };
	int r = adjtimex(&t);

	t = (struct timex){ .modes = ADJ_TICK, .tick = 10000 };
	return r < 0 ? r : adjtimex(&t);
}

#define PAGE UINT64_C(4096)
#define SOMEWHERE UINT64_C(0x4000000)

static int load_nothing(const char *what, const char *address)
{
	static char page[PAGE];
	bool crash = !strcmp(what, "crash");
	unsigned long at = crash ? strtoul(address, NULL, 0) : SOMEWHERE;
	struct kexec_segment segment = { .buf = page,
					 .bufsz = PAGE,
					 .mem = (void *)at, /* NOLINT(performance-no-int-to-ptr) */
					 .memsz = PAGE };

	return (int)syscall(SYS_kexec_load, at, strcmp(what, "none") ? 1UL : 0UL, &segment,
			    crash ? (unsigned long)KEXEC_ON_CRASH : 0UL);
}

/* A kernel that this one boots without the firmware. */
static int load_kernel(const char *image, const char *initrd)
{
	int kernel = open(image, O_RDONLY | O_CLOEXEC), ram = open(initrd, O_RDONLY | O_CLOEXEC);
	int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	char line[4096] = "";
	ssize_t n = file < 0 ? -1 : read(file, line, sizeof(line) - 1);

	if (kernel < 0 || ram < 0 || n <= 0)
		return -1;
	line[n - 1] = '\0'; /* a newline */
	return (int)syscall(SYS_kexec_file_load, kernel, ram, (unsigned long)n, line, 0UL);
}

static int run(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *word = argc > 2 ? argv[2] : "";
	long n = strtol(word, NULL, 10);
	int r;

	if (!strcmp(what, "kprobe")) {
		r = load(BPF_PROG_TYPE_KPROBE, nothing, 2);
		sleep((unsigned int)n);
		return r;
	}
	if (!strcmp(what, "helper"))
		return load(BPF_PROG_TYPE_SOCKET_FILTER, reading, 7);
	if (!strcmp(what, "filter") && n > 0)
		return repeat(n, NULL);
	if (!strcmp(what, "open") && n > 0 && argc == 4)
		return repeat(n, argv[3]);
	if (!strcmp(what, "seize") && n > 0) {
		r = (int)ptrace(PTRACE_SEIZE, (pid_t)n, NULL, NULL);
		sleep(argc == 4 ? (unsigned int)strtoul(argv[3], NULL, 10) : 0);
		return r; /* ends with us */
	}
	if (!strcmp(what, "tick") && n > 0)
		return tick(n);
	if (!strcmp(what, "kexec") && *word)
		return load_nothing(word, argc == 4 ? argv[3] : "0");
	if (!strcmp(what, "load") && argc == 4)
		return load_kernel(word, argv[3]);
	if (!strcmp(what, "boot") && argc == 2)
		return reboot((int)LINUX_REBOOT_CMD_KEXEC);
	fputs(usage, stderr);
	exit(64);
}

int main(int argc, char **argv)
{
	if (run(argc, argv) < 0) {
		fprintf(stderr, "meddle: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
