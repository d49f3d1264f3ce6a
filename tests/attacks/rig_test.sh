#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacks on a rig, tests/attacks/rig/*.sh, all in one boot.
# timeout: 480
set -u
export TOGETHER=1
here=$(cd "$(dirname "$0")" && pwd)
for script in "$here"/rig/*.sh; do
	# shellcheck disable=SC1090
	. "$script"
done
vm_finish
