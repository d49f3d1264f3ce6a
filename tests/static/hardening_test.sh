#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The programs and the module have what the compiler and the linker can do against a bug of ours. Looks at what
# `make all` built.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

out=build/out
machine=$(uname -m)
case $machine in
x86_64) jumps=-fcf-protection=full ;;
aarch64) jumps=-mbranch-protection=standard ;;
*) jumps=-g ;;
esac

# flags FILE FLAG...: the flags that some unit of the file was compiled without. _FORTIFY_SOURCE is a macro, not to
# be seen there.
without() {
	local file=$1 flag
	shift
	readelf --debug-dump=info --dwarf-depth=1 -W "$file" 2>/dev/null | grep DW_AT_producer >build/static/units
	[ -s build/static/units ] || echo "no debug information in $file"
	for flag; do
		grep -vFe " $flag" build/static/units | head -n 1
	done
}

mkdir -p build/static
for name in wattestd wattest wattest-buy wattest-inspect wattest-authority; do
	p=$out/$name
	segments=$(readelf -lW "$p")
	same "$name: position independent" "DYN" "$(readelf -hW "$p" | awk '$1 == "Type:" { print $2 }')"
	contains "$name: no lazy binding" " NOW PIE" "$(readelf -dW "$p" | grep FLAGS_1)"
	contains "$name: what relocation wrote is read-only" " GNU_RELRO " "$segments"
	same "$name: a stack that cannot be executed" "RW" "$(awk '$1 == "GNU_STACK" { print $7 }' <<<"$segments")"
	same "$name: what is executed is neither written nor data" "R RE R RW" \
		"$(awk '$1 == "LOAD" { flags = $7 $8; sub(/0x.*/, "", flags); printf "%s%s", space, flags; space = " " }' <<<"$segments")"
	imports=$(readelf --dyn-syms -W "$p" | awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }')
	contains "$name: guarded stack frames" "__stack_chk_fail" "$imports"
	contains "$name: fortified (_FORTIFY_SOURCE)" "_chk" "$(grep -vx __stack_chk_fail <<<"$imports")"
	same "$name: all of it compiled so" "" "$(without "$p" -fstack-protector-strong -fstack-clash-protection \
		-ftrivial-auto-var-init=zero "$jumps" -fPIE)"
	same "$name: runs from where it lies, and looks for libraries where the system does" "" \
		"$(readelf -dW "$p" | grep -E 'R(UN)?PATH')"
done

# _FORTIFY_SOURCE=3 knows sizes that 2 does not: of what is allocated at run time
printf '#include <stdlib.h>\n#include <string.h>\nvoid *f(const char *s, size_t n);\nvoid *f(const char *s, size_t n)\n{\n\tchar *p = malloc(n);\n\n\treturn p ? strcpy(p, s) : p;\n}\n' \
	>build/static/fortify.c
mapfile -t cflags < <(make --no-print-directory -s static-cflags)
gcc "${cflags[@]}" -c -o build/static/fortify.o build/static/fortify.c
contains "what is fortified: sizes known at run time only, too" "__strcpy_chk" "$(nm -u build/static/fortify.o)"

# The module: what Debian's kernel is built with. Its stacks have guard pages instead of -fstack-clash-protection.
ko=build/kmod-$(packaging/kernel-release)/wattest.ko
if [ "$machine" = x86_64 ]; then
	same "wattest.ko: all of it compiled as the kernel is" "" "$(without "$ko" -fstack-protector-strong \
		-ftrivial-auto-var-init=zero -fcf-protection=branch -mindirect-branch=thunk-extern)"
	contains "wattest.ko: fortified" "__fortify_panic" "$(nm -u "$ko" 2>&1)"
	contains "wattest.ko: guarded stack frames" "__stack_chk_fail" "$(nm -u "$ko" 2>&1)"
fi
finish
