#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the probes hang on is switched off beneath them: they are there and count nothing.
# Must see: contraindicated, probe-detached.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack ftrace_off "function tracing is switched off"
rig 'echo 0 >/proc/sys/kernel/ftrace_enabled'
note "the kernel let him: $?"
let_work 2
evidence
rig 'echo 1 >/proc/sys/kernel/ftrace_enabled'
must_see contraindicated probe-detached "it is in the log"
end_attack
