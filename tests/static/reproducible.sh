#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two builds have the same bytes: in folders of different names, with other modification times, umask, locale, time zone,
# user and order of work. Registrations name the module by its build id, and the agent by its digest.
# timeout: 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

top=$PWD/build/reproducible
first=$top/one second=$top/another-place/of-a-longer-name
rm -rf "$top"

copy() { # folder date: the sources, as if they were written then
	mkdir -p "$1"
	git ls-files -co --exclude-standard | tar -c --mtime="$2" -T - | tar -x -C "$1"
}
copy "$first" 2026-01-01T00:00:00Z
copy "$second" 2026-06-15T12:34:56Z

check "first build" env -C "$first" -u SOURCE_DATE_EPOCH -u MAKEFLAGS LC_ALL=C TZ=UTC \
	bash -c 'umask 022 && make -j"$(nproc)" all'
sleep 1 # not within the same second
check "second build" env -C "$second" -u MAKEFLAGS SOURCE_DATE_EPOCH=86400 LC_ALL=C.UTF-8 LANG=C.UTF-8 \
	TZ=Pacific/Kiritimati USER=somebody LOGNAME=somebody KBUILD_BUILD_USER=somebody KBUILD_BUILD_HOST=elsewhere \
	bash -c 'umask 077 && make all'

# first difference of two files: its place, and the section it is in where there are sections
differs() { # file
	local at
	[ -e "$second/$1" ] || { echo "not in the second build" && return; }
	at=$(cmp "$first/$1" "$second/$1" 2>&1) && return
	echo "$at"
	for s in $(readelf -SW "$first/$1" 2>/dev/null | grep -oE ' \.[a-zA-Z_.0-9]+ ' | sort -u); do
		cmp -s <(objcopy -O binary --only-section="$s" --set-section-flags "$s"=alloc "$first/$1" /dev/stdout 2>/dev/null) \
			<(objcopy -O binary --only-section="$s" --set-section-flags "$s"=alloc "$second/$1" /dev/stdout 2>/dev/null) ||
			echo "section $s"
	done
}

built=$(cd "$first" && ls build/out/wattestd build/out/wattest build/out/wattest-{buy,inspect,authority} \
	build/out/libwattest.a build/bpf/*.skel.h build/kmod-*/wattest.ko)
for f in $built; do
	same "$f: the same bytes" "" "$(differs "$f")"
	same "$f: does not say where it was built" "" "$(grep -acF "$first" "$first/$f" | grep -vx 0)"
done
[ "$TAP_FAILED" -gt 0 ] || rm -rf "$top"
finish
