#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sensor shows a constant, to the last bit, while the machines work: a driver that was patched, registers that nobody
# updates any more.
# Must see: warning, source-frozen.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
forge alive --windows 12
must_see affirming - "a power that moves in its last digits" alive
forge frozen --windows 12 --frozen
must_see warning source-frozen "one that does not, for twelve minutes" frozen
forge short --windows 8 --frozen
must_see affirming - "eight minutes are no proof" short
finish
