#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent as a host runs it: installed, started by systemd, in the sandbox of its unit. It does all its work there, and
# can do nothing else.
# timeout: 400
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/../vm/enrol.sh"
export D=$TOP/build/vm/systemd.out WINDOW_MS=1000
export VM_TPM=$TOP/build/vm/systemd.tpm VM_INIT=systemd VM_APPEND="wattest.sample_ms=200 wattest.window_ms=$WINDOW_MS"
UNIT=/run/systemd/system
trap vm_abandon EXIT

journal() { # words: the agent said so
	local said
	said=$(rig "journalctl -q --no-pager -o cat -u wattestd") # all of it, or the next answer would be its rest
	grep -qE -- "$1" <<<"$said"
}
# Waits for it, a quarter of a minute at least.
comes() { # description command in the guest
	check "$1" rig "for i in \$(seq 75); do { $2; } >/dev/null 2>&1 && exit 0; sleep 0.2; done; $2"
}
main_pid() {
	rig 'systemctl show -P MainPID wattestd'
}
process() { # field of /proc/PID/status
	rig "sed -n 's/^$1:[[:space:]]*//p' /proc/\$(systemctl show -P MainPID wattestd)/status"
}
confined() { # when
	same "$1: capabilities: NET_ADMIN and no other" 0000000000001000 "$(process CapEff)"
	same "$1: none to be had again" 0000000000001000 "$(process CapPrm)"
}

rm -rf "$D"
mkdir -p "$D/grants" "$D/evidence"
begin_verdicts
tpm_new "$VM_TPM" && VM_SHARE=$D vm_start systemd && rig "mount --bind $D $STICK"
result $? "a rig boots with systemd" || exit 1
same "systemd is process 1" systemd "$(rig 'cat /proc/1/comm')"
check "the module was loaded at boot, by modules-load.d" rig "grep -q ^wattest /proc/modules"
rig "modprobe -a i2c-dev pmbus && modprobe i2c-stub chip_addr=0x58 && $SIM/psu --watts 60 &&
	echo dps800 0x58 >\$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))/new_device"

# --- the key in the TPM ----------------------------------------------------------------------------------------------
setup_authorities
enrol_rig 1000
# as in wattestd(8), HOOKS: what needs more than the sandbox gives is started outside of it; and a watchdog that
# does not take a minute
rig "mkdir -p /etc/wattest/hooks.d $UNIT/wattestd.service.d && cp $here/confined.py /etc/wattest/hooks.d/10-confined &&
	printf '#!/bin/sh\nexec systemctl start --no-block \"wattest-told@\$WATTEST_EVENT.service\"\n' >/etc/wattest/hooks.d/20-outside &&
	chmod +x /etc/wattest/hooks.d/* &&
	printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c \"echo %%i >/run/told\"\n' >$UNIT/wattest-told@.service &&
	printf '[Service]\nWatchdogSec=8\n' >$UNIT/wattestd.service.d/watchdog.conf && systemctl daemon-reload"
check "systemctl start comes back when the agent is ready" rig "systemctl start wattestd"
check "it is" journal " ready: "
check "its probes are attached, under the sandbox" journal "14 of 14 integrity probes attached"
check "that of USB as well" journal "usb probe attached"
confined "once they are"
same "what it could ever have had" 0000000000201000 "$(process CapBnd)"
same "no new privileges" 1 "$(process NoNewPrivs)"
same "system calls are filtered" 2 "$(process Seccomp)"
check "its network is its own" rig '[ "$(readlink /proc/$(systemctl show -P MainPID wattestd)/ns/net)" != "$(readlink /proc/1/ns/net)" ]'
let_work 2
check "windows are attested" test "$(rig 'wattest status --json' | jq .last.seq)" -ge 2
check "the control socket answers" rig "wattest attest -o $STICK/now.cose"

rig 'echo nothing >/var/lib/wattest/grants.d/bad.cose'
comes "hooks run" "grep -q '^hook Seccomp' /var/lib/wattest/tried"
tried=$(rig 'cat /var/lib/wattest/tried')
note "$tried"
same "inside of the sandbox nothing is done but writing the state" "write the state: done" "$(grep ': done' <<<"$tried")"
check "twenty things were tried" test "$(grep -c refused <<<"$tried")" -eq 20
same "a hook has no more than the agent" "hook CapEff: 0000000000001000" "$(grep CapEff <<<"$tried")"
comes "a hook can have systemd start something outside" "grep -q grant-refused /run/told"
rig 'rm /var/lib/wattest/grants.d/bad.cose'

# the other unit: its adapter says no, which a hook is told
rig "printf '[purchase]\ncommand = /etc/wattest/adapter\n' >>/etc/wattest/wattest.conf &&
	printf '#!/bin/sh\ncat >/var/lib/wattest/asked; exit 1\n' >/etc/wattest/adapter && chmod +x /etc/wattest/adapter"
rig 'systemctl start wattest-buy' >/dev/null 2>&1
check "what is missing is asked for, in the sandbox of wattest-buy.service" rig "grep -q wh /var/lib/wattest/asked"
comes "that it could not be bought is told" "grep -q purchase-failed /run/told"

# --- reload, crash, watchdog ---------------------------------------------------------------------------------------
pid=$(main_pid)
check "it reloads" rig "systemctl reload wattestd && sleep 1 && systemctl is-active wattestd"
same "and is the same process" "$pid" "$(main_pid)"
rig 'kill -9 $(systemctl show -P MainPID wattestd)'
comes "killed, it is started again" "[ \$(systemctl show -P MainPID wattestd) -gt $pid ] && systemctl is-active wattestd"
confined "the second time"
pid=$(main_pid)
rig 'kill -STOP $(systemctl show -P MainPID wattestd)'
comes "hanging, it is killed and started again" "[ \$(systemctl show -P MainPID wattestd) -gt $pid ] && systemctl is-active wattestd"
check "by the watchdog" rig 'journalctl -q --no-pager -o cat -u wattestd | grep -q "Watchdog timeout"'
# Its log ends as it should, so what was attested stays affirming.
attached=$(rig "journalctl -q --no-pager -o cat -u wattestd | grep -c 'usb probe attached'")
check "the module is upgraded in one line" rig "wattest unload && modprobe wattest"
check "its log read to the end" journal "has the end of the module's log"
comes "the agent was started again, and its probes are attached to the new one" \
	"[ \$(journalctl -q --no-pager -o cat -u wattestd | grep -c 'usb probe attached') -gt $attached ]"
confined "the third time"
let_work 1
check "it stops when it is told to" rig "systemctl stop wattestd"
check "after a last window" journal "stopping after a last window"
rig "wattest export --to $STICK/evidence/tpm >/dev/null 2>&1"
OUT=$(on_host "$VERIFY --grants grants evidence/tpm" 2>&1)
export ST=$?
expect "what it attested is affirming" 0 "none missing, none twice"
contains "its quotes agree with the log" "ok    witness       TPM PCR 13" "$OUT"
contains "energy was measured" "within" "$OUT"

# --- the key in a file -----------------------------------------------------------------------------------------------
rig 'sed -i /keys_in/d /etc/wattest/wattest.conf && rm -rf /var/lib/wattest/store* /etc/wattest/rig.pem \
	/etc/wattest/registration.cose /var/lib/wattest/grants.d/*'
on_host 'rm -rf grants/* registration.cose authority trust'
setup_authorities
# a log of its own, too
rig 'for i in $(seq 100); do rmmod wattest 2>/dev/null && break; sleep 0.1; done; modprobe wattest'
operator "wattest keys create --name KZ-PVL-0142 --csr $STICK/rig.csr &&
	wattest devices --json >$STICK/devices.json && wattest sources --json >$STICK/sources.json"
setup_registration 1000
check "with its key in a file it starts, too" rig "systemctl start wattestd"
confined "with a file"
let_work 2
check "and stops" rig "systemctl stop wattestd"
rig "wattest export --to $STICK/evidence/file >/dev/null 2>&1"
OUT=$(on_host "$VERIFY --grants grants evidence/file" 2>&1)
export ST=$?
expect "what it attested is affirming" 0 "none missing, none twice"
vm_finish
