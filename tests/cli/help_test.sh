#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every command answers to --help, to nothing, and to what it does not know; and what the two tools for
# outsiders are linked with.
set -u
. "$(dirname "$0")/lib.sh"

for program in wattest wattest-inspect wattest-authority; do
	says 0 "usage: $program" "$BUILD/$program" --help
	says 64 "usage: $program" "$BUILD/$program"
	says 0 "$program $(cat "$TOP/packaging/VERSION")" "$BUILD/$program" --version
	says 64 "bogus" "$BUILD/$program" bogus
	says 64 "--bogus" "$BUILD/$program" --bogus
	help=$("$BUILD/$program" --help)
	for command in $(printf '%s\n' "$help" | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		says 0 "usage: $program $command" "$BUILD/$program" "$command" --help
		says 64 "--bogus" "$BUILD/$program" "$command" --bogus
	done
	check "$program: no line of help is wider than a screen" \
		sh -c '! "$1" --help | grep -E "^.{111}"' sh "$BUILD/$program"
done

# full disk: what could not be printed is no success
for program in "$inspect" "$authority"; do
	"$program" --help >/dev/full 2>error
	same "${program##*/}: exit status when standard output is full" 74 $?
	contains "${program##*/}: and it says so" "No space left" "$(cat error)"
done

# An inspector's laptop and an authority's server have nothing of a rig, neither netlink nor BPF; and only the authority
# has a database, its register.
for program in "$inspect" "$authority"; do
	linked=$(ldd "$program")
	contains "${program##*/}: ldd works" libcrypto "$linked"
	for library in libnl libbpf libsqlite libsystemd libelf; do
		[ "$program $library" = "$authority libsqlite" ] && continue
		case $linked in
		*"$library"*) result 1 "${program##*/}: not linked with $library" ;;
		*) result 0 "${program##*/}: not linked with $library" ;;
		esac
	done
done
finish
