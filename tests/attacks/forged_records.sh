#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The operator edits what his agent signs: less energy in a record, a record left out, an attestation left out; everything
# after it is signed again with the rig's own key, so that every signature and every prev is right.
# Must see: contraindicated; chain-broken, sequence-gap.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
[ -x "$cheat_program" ] || {
	echo "Bail out! $cheat_program is not built: make simulators"
	exit 1
}
mkdir edited
check "a byte of the energy is lowered, and all is signed again" "$cheat_program" rig.key rig.crt edited honest/*
must_see contraindicated chain-broken "the edited evidence" edited
cp -r honest gap && rm gap/00000003.cose
must_see contraindicated sequence-gap "one left out" gap
cp -r honest cut && rm cut/0000000[123].cose
must_see warning source-unidentified "the beginning left out: what it would have said is not known" cut
cp -r honest swapped && mv swapped/00000002.cose swapped/x && mv swapped/00000003.cose swapped/00000002.cose &&
	mv swapped/x swapped/00000003.cose
must_see affirming - "files renamed: their order is in them" swapped
finish
