#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# gcc's -fanalyzer over all user space, and over the module's arithmetic, which user space builds too.
#   -Wno-analyzer-malloc-leak    gcc 12 loses who owns memory that is kept in arrays and structures: all of its 19
#                                findings were looked at, and are none. The leak sanitizer of every test looks for those.
# timeout: 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/static/over.sh

settings=$(gcc --version; cat "$0")
compiler=gcc
checker() { # file
	gcc -fanalyzer -Wno-analyzer-malloc-leak -c -o /dev/null "${flags[@]}" "$1"
}

flags=(-std=gnu11 "${cppflags[@]}")
# shellcheck disable=SC2086
over analyzer $user_space kmod/integrator.c kmod/key.c

# what this script relies on: a planted offender is found
mkdir -p build/static/planted
printf '#include <stdlib.h>\nvoid planted(void *p);\nvoid planted(void *p)\n{\n\tfree(p);\n\tfree(p);\n}\n' \
	>build/static/planted/b.c
contains "a planted offender is found" "-Wanalyzer-double-free" "$(checker build/static/planted/b.c 2>&1)"
finish
