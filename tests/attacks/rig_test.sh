#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacks on a rig, tests/attacks/rig/*.sh or those that are named, all in one boot.
# timeout: 900
set -u
export TOGETHER=1
here=$(cd "$(dirname "$0")" && pwd)
scripts=("$here"/rig/*.sh)
[ $# -eq 0 ] || scripts=("${@/#/$here/rig/}")
for script in "${scripts[@]}"; do
	[ "${script##*/}" != lib.sh ] || continue
	# shellcheck disable=SC1090
	. "${script%.sh}.sh"
done
vm_finish
