# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A checker over many sources, as many at once as there are processors. What was clean is not looked at again as
# long as all that the compiler would read is the same: a run that was stopped goes on where it was.
# Needs tests/tap.sh. A checker is a function `checker FILE` that says nothing of what is clean; its version and
# settings are in $settings, and in $compiler and ${flags[@]} how the sources are compiled.

static=build/static
# What each C source of user space is compiled with: the Makefile says it.
mapfile -t cppflags < <(make --no-print-directory -s static-cppflags)
user_space=$(git ls-files -co --exclude-standard -- 'agent/*.c' 'inspector/*.c' 'keys/*.c' 'lib/*.c')

look() { # name file
	local sum stamp out
	sum=$({ echo "$settings" && "$compiler" -E "${flags[@]}" "$2" 2>/dev/null; } | sha256sum | cut -d' ' -f1)
	stamp=$static/$1/$sum
	[ ! -e "$stamp" ] || return 0
	if out=$(checker "$2" 2>&1) && [ -z "$out" ]; then
		: >"$stamp"
	else
		printf '%s\n' "${out:-$2: the checker failed}"
	fi
}

over() { # name of the checker, files...: one check a folder
	local name=$1 folder
	shift
	mkdir -p "$static/$name"
	export -f look checker
	export static settings compiler
	# shellcheck disable=SC2016
	for folder in $(printf '%s\n' "$@" | sed 's,/[^/]*$,,' | sort -u); do
		same "$name: $folder" "" "$(printf '%s\n' "$@" | grep -E "^$folder/[^/]*$" |
			xargs -n 1 -P "$(nproc)" bash -c "$(declare -p flags)"'; look "$0" "$1"' "$name")"
	done
}
