#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host that runs IMA: its kernel measures each module and each program before it runs, into PCR 10. Here its own list is
# replayed by sha256sum, with nothing of ours.
# timeout: 180
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"
trap vm_abandon EXIT

export VM_TPM=$TOP/build/vm/ima.tpm VM_IMA=$here/ima.policy
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

rig "modprobe wattest && wattestd --version && mkdir -p $SHARE && cp $list $SHARE/list &&
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

# --- what a policy must say, too: a module that comes from memory is no file -----------------------------------
rig "rmmod wattest; xz -k -c $stage/usr/lib/modules/$release/updates/wattest.ko >/run/wattest.ko.xz && insmod /run/wattest.ko.xz &&
	cp $list $SHARE/list; cat /sys/class/tpm/tpm0/pcr-sha256/10 >$SHARE/pcr10"
result $? "a module is unpacked in memory and loaded from there"
same "the list replays to PCR 10" "$(tr A-F a-f <"$SHARE/pcr10")" "$(replay "$SHARE/list")"
# of a buffer the entry holds the digest, and the entry's own is of that
contains "its bytes were measured as well" "init_module $(sha256sum <"$stage/usr/lib/modules/$release/updates/wattest.ko" |
	cut -c 1-64)" "$(grep ' ima-buf ' "$SHARE/list" | tail -n 1)"
vm_finish
