#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattestd is killed before every system call of a window's cycle and of its last one, before each of its start that changes
# something, and within each write; with the kernel module, in the virtual machine. What it answered is in the store, byte for
# byte; no number is missing or there twice; the chain holds over all lives; an inspector who comes by is content.
# Some 350 lives of 2 to 7 s.
# timeout: 3000
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/lives.sh"
# no window closes but those that are asked for
export D=$TOP/build/vm/crash.out WINDOW_MS=60000
trap 'rig_devices_end; vm_abandon' EXIT

setup_lab crash
result $? "the rig boots" || exit 1
setup_authorities
setup_rig
setup_registration 1000
lives_begin

# asked the module to close the window, got the records, signed (before it has a random number OpenSSL looks whether it is still
# the same process), stored, acknowledged, answered; judged
cycle_is request accept4 sendmsg recvmsg getpid pwrite64 fdatasync sendmsg recvmsg sendto pwrite64 fdatasync
sweep_cycle request every
sweep_cycle request tears
cycle_is window recvmsg sendmsg recvmsg getpid pwrite64 fdatasync sendmsg recvmsg pwrite64 fdatasync
sweep_cycle window every
sweep_cycle window tears
cycle_is stop sendmsg recvmsg getpid pwrite64 fdatasync sendmsg recvmsg
sweep_cycle stop every
sweep_cycle stop tears
cycle_is start openat flock bind sendmsg recvmsg pwrite64 fdatasync
sweep_cycle start changes
sweep_cycle start tears
lives_end 25
vm_finish
