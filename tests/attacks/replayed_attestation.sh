#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An inspector asks; the operator, who draws 3 kW just now, answers with evidence of an hour in which it was 1 kW.
# Must see: contraindicated, nonce-missing; nonce-other when it was the answer to somebody else; a warning, answered-late, when
# an honest answer was kept.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
must_see contraindicated nonce-missing "old evidence without a nonce" --nonce "$NONCE" honest
forge answered --nonce "$NONCE"
must_see affirming - "the honest answer" --nonce "$NONCE" --time @$((NOW - 1500)) answered
must_see contraindicated nonce-other "an old answer to another nonce" --nonce ffffffffffffffffffffffffffffffff answered
must_see warning answered-late "the same answer, kept for half an hour" --nonce "$NONCE" answered
must_see affirming - "the rig is known" --state state --time @$((NOW - 1500)) honest
says 0 "nothing new" "$inspect" verify --trust auth/trust --registration reg.cose --grants grants --state state honest
finish
