#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host that runs IMA: its kernel measures each module and each program before it runs, into PCR 10. Here its own list is
# replayed by sha256sum, with nothing of ours; then by the verifier, who looks for what the registration names in it.
# timeout: 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"
. "$here/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/enrol.sh"
trap vm_abandon EXIT

export D=$TOP/build/vm/ima.out WINDOW_MS=1000
export VM_TPM=$TOP/build/vm/ima.tpm VM_IMA=$here/ima.policy VM_SHARE=$D
rm -rf "$D"
mkdir -p "$D/grants" "$D/evidence"
begin_verdicts
tpm_new "$VM_TPM" && vm_start ima
result $? "a machine with a TPM boots, and measures what its policy says" || exit 1
list=/sys/kernel/security/ima/ascii_runtime_measurements_sha256

# SHA-256(value || entry's template hash), from zeros; an entry of zeros is a violation, for which ones are extended.
replay() { # list
	local value hash
	value=$(printf '%064d' 0)
	while read -r _ hash _; do
		[ "$hash" != "$(printf '%064d' 0)" ] || hash=$(printf '%064d' 0 | tr 0 f)
		value=$(printf '%s%s' "$value" "$hash" | sed 's/../\\x&/g' | xargs -0 printf '%b' | sha256sum | cut -c 1-64)
	done <"$1"
	echo "$value"
}
digest_of() { # words at the end of an entry's path
	awk -v words="$1" '{ n = length($5); if (substr($5, n - length(words) + 1) == words) print $4 }' "$RUN/list" | tail -n 1
}

rig "mount --bind $D $STICK && modprobe -a i2c-dev pmbus && modprobe i2c-stub chip_addr=0x58 && $SIM/psu --watts 60 &&
	echo dps800 0x58 >\$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))/new_device &&
	modprobe wattest sample_ms=100 window_ms=$WINDOW_MS && wattestd --version && cp $list $SHARE/list &&
	cat /sys/class/tpm/tpm0/pcr-sha256/10 >$SHARE/pcr10"
result $? "the module is loaded, the agent is run"
cp "$SHARE/list" "$RUN/list"
note "$(wc -l <"$RUN/list") entries"
same "the first is the boot aggregate" boot_aggregate "$(head -n 1 "$RUN/list" | cut -d ' ' -f 5)"
release=$(vm_kernel)
stage=$TOP/build/vm/stage
same "the module's file is in it" "sha256:$(sha256sum <"$stage/usr/lib/modules/$release/updates/wattest.ko" | cut -c 1-64)" \
	"$(digest_of /wattest.ko)"
same "the agent's file is in it" "sha256:$(sha256sum <"$stage/usr/sbin/wattestd" | cut -c 1-64)" "$(digest_of /wattestd)"
same "the list replays to PCR 10" "$(tr A-F a-f <"$SHARE/pcr10")" "$(replay "$RUN/list")"

# --- the verifier ------------------------------------------------------------------------------------------------
setup_authorities
REFERENCE_FILES=1 enrol_rig
software() { # name: what is said of what runs
	rig "wattest export --to $STICK/evidence/$1 >/dev/null 2>&1"
	on_host "$VERIFY --grants grants evidence/$1 --json" >"$D/verdict.$1.json" 2>"$D/errors"
	jq -r '.checks[] | select(.check == "software") | "\(.tier): \(.code): \(.reason)"' "$D/verdict.$1.json"
}
start_agent
result $? "the agent attests what was measured"
let_work 2
contains "module and agent are those of the registration" "affirming" "$(software honest)"
contains "the list has how the module's log begins" "has this log's beginning" "$(software honest)"
note "$(software honest)"
same "with quotes and keyed windows: assurance" 1 "$(jq .assurance "$D/verdict.honest.json")"
note "assurance $(jq .assurance "$D/verdict.honest.json"), and for the next: $(jq -r .assurance_missing "$D/verdict.honest.json")"

# another agent under the same name, as an operator would put it there
stop_agent
rig 'mkdir -p /run/other && cp /usr/sbin/wattestd /run/other/ && echo >>/run/other/wattestd && rm -f /run/wattestd.log
	/run/other/wattestd --foreground >/run/wattestd.log 2>&1 & echo $! >/run/wattestd.pid; sleep 4'
let_work 2
contains "another agent is found by what was measured" "contraindicated: file-not-registered" "$(software other)"
stop_agent

# --- what a policy must say, too: a module that comes from memory is no file -----------------------------------
# (a module that was called by BPF programs goes a little after their owner)
rig "for i in \$(seq 100); do rmmod wattest 2>/dev/null; grep -q '^wattest ' /proc/modules || break; sleep 0.1; done
	xz -k -c $stage/usr/lib/modules/$release/updates/wattest.ko >/run/wattest.ko.xz && insmod /run/wattest.ko.xz &&
	cp $list $SHARE/list && cat /sys/class/tpm/tpm0/pcr-sha256/10 >$SHARE/pcr10"
result $? "a module is unpacked in memory and loaded from there"
same "the list replays to PCR 10" "$(tr A-F a-f <"$SHARE/pcr10")" "$(replay "$SHARE/list")"
# of a buffer the entry holds the digest, and the entry's own is of that
contains "its bytes were measured as well" "init_module $(sha256sum <"$stage/usr/lib/modules/$release/updates/wattest.ko" |
	cut -c 1-64)" "$(grep ' ima-buf .* init_module ' "$SHARE/list" | tail -n 1)"
vm_finish
