#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A hook: tries, inside the agent's sandbox, what nobody may do there. Prints a line each: what, and how it ended."""
import ctypes, os, socket

libc = ctypes.CDLL(None, use_errno=True)
BPF, SETNS, KEXEC_LOAD, INIT_MODULE, SETTIMEOFDAY, PTRACE, UNSHARE = 321, 308, 246, 175, 164, 101, 272


def call(number, *args):
    if libc.syscall(number, *args) < 0:
        raise OSError(ctypes.get_errno(), "")


def open_for(path, flags):
    os.close(os.open(path, flags))


def load_program():
    call(BPF, 5, ctypes.create_string_buffer(144), 144)


tried = {
    "write /etc": lambda: open_for("/etc/wattest/x", os.O_WRONLY | os.O_CREAT),
    "write /usr": lambda: open_for("/usr/x", os.O_WRONLY | os.O_CREAT),
    "write /proc/sys": lambda: open_for("/proc/sys/kernel/kptr_restrict", os.O_WRONLY),
    "write /sys": lambda: open_for("/sys/power/state", os.O_WRONLY),
    "open /dev/mem": lambda: open_for("/dev/mem", os.O_RDONLY),
    "open /dev/kmsg": lambda: open_for("/dev/kmsg", os.O_RDONLY),
    "open /dev/i2c-0": lambda: open_for("/dev/i2c-0", os.O_RDWR),
    "socket AF_INET": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "socket AF_PACKET": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "setuid": lambda: os.setuid(65534),
    "chown": lambda: os.chown("/var/lib/wattest", 65534, 65534),
    "load a BPF program": load_program,
    "load a module": lambda: call(INIT_MODULE, b"", 0, b""),
    "load a kernel": lambda: call(KEXEC_LOAD, 0, 0, None, 0),
    "set the clock": lambda: call(SETTIMEOFDAY, ctypes.create_string_buffer(16), None),
    "trace": lambda: call(PTRACE, 16, 1, 0, 0),
    "a namespace of its own": lambda: call(UNSHARE, 0x10000000),
    "another's namespace": lambda: call(SETNS, os.open("/proc/self/ns/net", os.O_RDONLY), 0),
    "a device": lambda: os.mknod("/var/lib/wattest/null", 0o20600, os.makedev(1, 3)),
    "mount": lambda: call(165, b"none", b"/tmp", b"tmpfs", 0, None),
    "write the state": lambda: open_for("/var/lib/wattest/tried.mark", os.O_WRONLY | os.O_CREAT),
}
with open("/var/lib/wattest/tried.new", "w") as out:
    for what, act in tried.items():
        try:
            act()
            print(f"{what}: done", file=out)
        except OSError as e:
            print(f"{what}: refused ({os.strerror(e.errno)})", file=out)
    for line in open("/proc/self/status"):
        if line.startswith(("Cap", "Seccomp:", "NoNewPrivs")):
            print("hook " + " ".join(line.split()), file=out)
os.rename("/var/lib/wattest/tried.new", "/var/lib/wattest/tried")
