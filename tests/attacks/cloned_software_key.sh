#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The rig's key is a file (assurance 0): it is copied to a second host with as many machines, and both attest as one rig.
# Must see: contraindicated, sequence-fork, as soon as evidence of both meets; before that, nothing.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
forge clone --watts 990
must_see affirming - "each host alone looks honest: what a key in a file is worth" clone
must_see contraindicated sequence-fork "both to one inspector" honest clone
must_see affirming - "the first, to an inspector who remembers" --state state honest
must_see contraindicated sequence-fork "then the second" --state state clone

forge longer --watts 990 --windows 8
must_see affirming - "an inspector who saw the clone's first" --state other clone
must_see contraindicated sequence-fork "and then that of the rig, which is longer" --state other honest longer
finish
