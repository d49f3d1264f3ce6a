#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every file: its licence on the first lines, its size, its whitespace; scripts pass shellcheck; what is installed
# is on the one list.
# timeout: 180
set -u
cd "$(dirname "$0")/../.." || exit 1

n=0
failed=0
result() { # description, offending lines
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n $1"
	else
		failed=1
		echo "not ok $n $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

all=$(git ls-files -co --exclude-standard)
code=$(printf '%s\n' "$all" | grep -E '\.(c|h|sh|mk|yaml|cddl)$|(^|/)(Makefile|Kbuild)$')
scripts=$(for f in $all; do head -c 64 "$f" 2>/dev/null | head -n 1 | grep -aqE '^#!.*\b(ba)?sh\b' && echo "$f"; done)

licence_of() { # the licence a file must name
	case $1 in
	kmod/netlink_gen.* | include/uapi/* | docs/netlink/*.yaml) echo 'GPL-2.0 WITH Linux-syscall-note' ;;
	include/*) echo 'GPL-2.0 WITH Linux-syscall-note' ;;
	kmod/* | bpf/* | Kbuild | */Kbuild | *.bpf.c | tests/vm/sensors/* | tests/debug/nth/* | tests/debug/planted/*) echo 'GPL-2.0' ;;
	*) echo 'Apache-2.0' ;;
	esac
}
bad=$(for f in $code $scripts; do
	head -n 2 "$f" | grep -qF "SPDX-License-Identifier: " &&
		head -n 2 "$f" | grep -qF "$(licence_of "$f")" || echo "$f: not $(licence_of "$f")"
done | sort -u)
result "SPDX licence on the first line" "$bad"

# shellcheck disable=SC2086
result "no trailing blanks, no blanks before tabs" "$(grep -nE '[[:blank:]]+$|^ +	' $code $scripts | head -n 20)"
result "every file ends in a newline" "$(for f in $code $scripts; do
	[ -z "$(tail -c 1 "$f")" ] || echo "$f"
done)"
result "no unfinished words" "$(grep -nwE '(TODO|FIXME|XXX|HACK)[: (]' $code $scripts 2>/dev/null |
	grep -v '^tests/lint/files.sh:' | head -n 20)"

big=$(for f in $(printf '%s\n' "$all" | grep -E '\.(c|h|sh)$' | grep -vE '_gen\.|/golden/'); do
	lines=$(wc -l <"$f")
	[ "$lines" -le 500 ] || echo "$f: $lines lines (at most 500: is it still one concept?)"
done)
result "no source file over 500 lines" "$big"

# shellcheck disable=SC2086
result "what the runner starts can be started" \
	"$(git ls-files -s tests | awk '$1 != "100755" && $4 ~ /(_test|lint\/[a-z]+)\.sh$/ { print $4 }')"

if command -v shellcheck >/dev/null; then
	# SC1091: sourced files are checked on their own; SC2154: variables that the sourcing script sets
	# shellcheck disable=SC2086
	result "shellcheck" "$(shellcheck -x -S warning -e SC1091,SC2154 -f gcc $scripts 2>&1 | head -n 30)"
else
	result "shellcheck" "shellcheck is not installed"
fi

# shellcheck disable=SC2086
result "only packaging/install-packages installs" \
	"$(grep -nE '\b(apt-get|apt|pip|npm) +(-[a-z]+ +)*install\b' $code $scripts .ci/run 2>/dev/null |
		grep -vE '^(packaging/install-packages|tests/lint/files\.sh):')"

result "packages are listed once, in a known group, with a reason" \
	"$(awk '/^#/ || NF == 0 { next } seen[$1]++ || $2 !~ /^(build|lab|check|debug|newer)$/ || NF < 3' packaging/packages.txt)"

# the sizes, for whoever reads the log: median and largest a folder
for d in kmod bpf lib agent inspector keys; do
	printf '%s\n' "$all" | grep -E "^$d/.*\.c$" | xargs -r wc -l | awk '$2 != "total" { print $1, $2 }' | sort -n |
		awk -v d="$d" '{ l[NR] = $1; f[NR] = $2 } END { if (NR) printf "# %s: %d files, median %d lines, largest %d (%s)\n", d, NR, l[int((NR + 1) / 2)], l[NR], f[NR] }'
done
echo "1..$n"
exit $failed
