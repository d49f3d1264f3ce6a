#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's own semantic patches (scripts/coccinelle, as its `make coccicheck` runs them) over the module and the BPF
# programs. smatch would belong beside it, and is in no Debian package.
# timeout: 900
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

dir=build/static/coccicheck
mkdir -p "$dir"
tarball=$(find /usr/src -maxdepth 1 -name 'linux-source-6.*.tar.xz' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$tarball" ]; then
	note "no /usr/src/linux-source-6.*.tar.xz: install the package linux-source-6.12"
	result 1 "the kernel's sources are there"
	finish
	exit 1
fi
if [ ! -e "$dir/.complete" ]; then
	tar -C "$dir" --strip-components=2 -xf "$tarball" --wildcards '*/scripts/coccinelle/*.cocci' && : >"$dir/.complete"
fi

says() { # semantic patch, sources...
	local patch=$1
	shift
	spatch -D report --no-show-diff --very-quiet --no-includes --cocci-file "$patch" \
		"$@" 2>&1 | grep -vE '^(warning: line|warning: should .* be a metavariable|alt: |  *$)'
}

# Each for itself, so that one which does not run is seen; those without a report mode say nothing.
mapfile -t patches < <(cd "$dir" && grep -lrE '^virtual report' --include='*.cocci' coccinelle | sort)
for p in "${patches[@]}"; do
	same "$p" "" "$(says "$dir/$p" kmod/*.c bpf/*.bpf.c)"
done

# what this script relies on: a planted offender is found
printf 'void f(int *p)\n{\n\tif (p)\n\t\tkfree(p);\n}\n' >"$dir/planted.c"
contains "a planted offender is found" "NULL check before some freeing functions is not needed" \
	"$(says "$dir/coccinelle/free/ifnullfree.cocci" "$dir/planted.c")"
finish
