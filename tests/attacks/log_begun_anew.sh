#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the store says does not suit the operator: he deletes it, and the agent begins with attestation 1 again.
# Must see: contraindicated, sequence-fork, by an inspector who keeps a state. One who does not cannot know.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
must_see affirming - "the rig is known" --state state honest
forge anew --start $((NOW - 1000))
must_see contraindicated sequence-fork "its line begins anew" --state state anew
must_see affirming - "to an inspector without a past it is a new rig" anew
finish
