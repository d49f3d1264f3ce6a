#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the integrity probes cost others: loops of opening a file, opening a character device, and loading a BPF program,
# with the agent's probes and without, in turns in one virtual machine; the best of each. Only the ratio means something,
# and on a busy machine little; how many of the programs run each time is exact.
set -u
here=$(dirname "$0")
. "$here/../vm/lib.sh"
trap vm_abandon EXIT

TURNS=${1:-4}
FILES=20000 PROGRAMS=1000
MEDDLE=$TOP/build/out/tests/sim/bin/meddle

fail() {
	echo "integrity_cost: $1" >&2
	exit 1
}

# One turn: a line for each loop, its name and ns.
turn() { # with|without
	rig "echo $1 file \$($MEDDLE open $FILES /run/file); echo $1 device \$($MEDDLE open $FILES /dev/null)
		echo $1 program \$($MEDDLE filter $PROGRAMS)"
}

# How often the programs ran meanwhile, in thousandths of a time each.
runs() { # loop times command...
	local loop=$1 times=$2
	shift 2
	rig "n() { bpftool -j prog show | jq '[.[] | select(.name | startswith(\"wattest_\")) | select(.name != \"wattest_usb\").run_cnt] | add'; }
		sysctl -q kernel.bpf_stats_enabled=1; a=\$(n); $* >/dev/null; b=\$(n); sysctl -q kernel.bpf_stats_enabled=0
		echo runs $loop \$(((b - a) * 1000 / $times))"
}

vm_start bench >/dev/null || fail "the virtual machine did not boot"
rig "set -e
modprobe wattest window_ms=2000 sample_ms=500
mkdir -p /run/wattest /var/lib/wattest /etc/wattest
wattest keys create --name bench >/dev/null
echo x >/run/file" >&2 || fail "set-up in the guest failed"
figures=$(
	turn without >/dev/null
	for n in $(seq "$TURNS"); do
		turn without
		rig 'wattestd --foreground >/run/wattestd.log 2>&1 & echo $! >/run/wattestd.pid
		for i in $(seq 100); do grep -q " ready" /run/wattestd.log && exit; sleep 0.2; done'
		rig 'grep "integrity probes attached" /run/wattestd.log' | grep -qE '([0-9]+) of \1 ' ||
			fail "not all integrity probes are attached: $(rig 'cat /run/wattestd.log')"
		turn with
		[ "$n" != 1 ] || {
			runs file "$FILES" "$MEDDLE open $FILES /run/file"
			runs device "$FILES" "$MEDDLE open $FILES /dev/null"
			runs program "$PROGRAMS" "$MEDDLE filter $PROGRAMS"
		}
		rig 'p=$(cat /run/wattestd.pid); kill $p; for i in $(seq 100); do [ -d /proc/$p ] || exit 0; sleep 0.1; done'
	done
) || exit 1
printf '%s\n' "$figures" | awk '
	$1 == "runs" { runs[$2] = $3 }
	NF == 3 { k = $1 " " $2; if (!(k in best) || $3 < best[k]) best[k] = $3 }
	END {
		label["file"] = "opening a file"; label["device"] = "opening a device"
		label["program"] = "loading a BPF program"
		n = split("file device program", loops)
		for (i = 1; i <= n; i++) {
			l = loops[i]
			if (!(("with " l) in best) || !(("without " l) in best) || !(l in runs))
				exit 1
			printf "integrity probes, %s over none\t%.2f x (%.1f programs run)\t", label[l],
				best["with " l] / best["without " l], runs[l] / 1000
			print l == "file" ? "0.0 run\t" (runs[l] < 50 ? "ok" : "short") : "\t-"
		}
	}' || fail "no figures: $figures"
vm_stop
