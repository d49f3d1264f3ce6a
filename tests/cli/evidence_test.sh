#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/evidence.md: every command on the page is run on the golden objects, and prints what the page says it does.
set -u
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/cli/golden.sh"
page=$TOP/docs/evidence.md

golden_objects || {
	echo "Bail out! no golden objects"
	exit 1
}
PATH=$BUILD:$PATH

# Does the text agree with the page, whose … stands for anything?
agrees() { # text page
	local rest=$1 piece left=$2
	piece=${left%%…*}
	[[ $rest == "$piece"* ]] || return
	rest=${rest#"$piece"}
	while [[ $left == *…* ]]; do
		left=${left#*…}
		piece=${left%%…*}
		if [[ $left != *…* ]]; then
			[[ $rest == *"$piece" ]]
			return
		fi
		[[ $rest == *"$piece"* ]] || return
		rest=${rest#*"$piece"}
	done
	[ -z "$rest" ]
}

commands=0
expected=
command=
compare() {
	[ -n "$command" ] || return 0
	commands=$((commands + 1))
	eval "$command" >output 2>&1 # here, as a reader would: later commands need the files and functions of earlier ones
	if agrees "$(cat output)" "${expected%$'\n'}"; then
		result 0 "$command"
	else
		result 1 "$command"
		note "the page has:" "$expected" "it is:" "$(cat output)"
	fi
	command=
	expected=
}

inside=0
while IFS= read -r line; do
	case $inside:$line in
	0:'```console') inside=1 ;;
	1:'```')
		compare
		inside=0
		;;
	1:'$ '*)
		compare
		command=${line#'$ '}
		;;
	1:*) expected+=$line$'\n' ;;
	esac
done <"$page"

for name in registration grant allotment notice attestation result site-result; do
	check "an example of each: $name" grep -q "^\\$ wattest-inspect show --diag $name.cose" "$page"
done
check "all of the page was read" [ "$commands" -eq "$(grep -c '^\$ ' "$page")" ]
# the comparison itself
check "a text agrees with itself" agrees "a
b" "a
b"
check "and shortened" agrees "one two three" "one…three"
for other in "one…four" "zero…three" "one two" "one…wt…three" "one two three four" ""; do
	check "but not with \"$other\"" eval '! agrees "one two three" "$other"'
done
finish
