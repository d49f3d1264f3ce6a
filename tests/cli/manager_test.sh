#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattestd under a service manager of Type=notify: it says when it is ready, feeds its watchdog, announces a reload and
# its end. On a machine without the kernel module, which it waits for.
set -u
. "$(dirname "$0")/lib.sh"
manager=$BUILD/tests/cli/manager/manager

mkdir state run
cat >conf <<END
[rig]
key = $scratch/rig.key
certificate = $scratch/rig.pem
registration = $scratch/registration.cose
grants = $scratch/grants
trust = $scratch/trust
[agent]
state = $scratch/state
run = $scratch/run
END
"$BUILD/wattest" keys create --config conf --name KZ-PVL-0142 >/dev/null
result $? "a key is made"

said=$("$manager" 4 "$BUILD/wattestd" --config conf --foreground 2>daemon.log)
note "$said"
same "ready, a reload announced and done, stopping: in that order" "READY RELOADING READY STOPPING" \
	"$(printf '%s\n' "$said" | grep -oE '^(READY|RELOADING|STOPPING)' | paste -sd' ')"
check "the watchdog is fed, twice in its time" test "$(printf '%s\n' "$said" | grep -c '^WATCHDOG=1')" -ge 3
same "and exits with 0" "exit 0" "$(printf '%s\n' "$said" | tail -n 1)"
finish
