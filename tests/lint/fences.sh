#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fences (docs/architecture.md): each dependency has one door, and each folder includes only what it may.
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

sources=$(git ls-files -co --exclude-standard -- '*.c' '*.h' | grep -vE '^tests/')

# door HEADER-REGEX ALLOWED-PATH-REGEX WHAT: only those files include the header
door() {
	# shellcheck disable=SC2086
	result "only $2 includes $3" \
		"$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1" $sources /dev/null | grep -vE "^($2)" || true)"
}

# may_include FOLDER-REGEX ALLOWED-REGEX: project headers that the folder's files include
may_include() {
	local files
	files=$(printf '%s\n' "$sources" | grep -E "^$1")
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2086
	result "$1 includes only $2 of the project" \
		"$(grep -nHoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' $files |
			grep -vE "\"($2)" || true)"
}

# what this script relies on: the patterns find a planted offender
planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
printf '#include <openssl/evp.h>\n' >"$planted/a.c"
result "a planted offender is found" \
	"$(grep -qE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]openssl/' "$planted/a.c" || echo 'pattern finds nothing')"

door 'openssl/' 'lib/crypto/' OpenSSL
door 'cbor\.h' 'lib/cbor[./]|lib/cbor_' libcbor
door 'netlink/' 'agent/netlink[._]' libnl
door 'bpf/(libbpf|bpf|btf)\.h' 'agent/daemon/probes(_[a-z]+)?\.c' libbpf
door 'sqlite3\.h' 'agent/store|keys/register' SQLite
door 'csv\.h' 'keys/csv\.c' libcsv
door 'systemd/' 'agent/daemon/' libsystemd
door 'cap-ng\.h' 'agent/daemon/privileges\.c' libcap-ng
door 'ini\.h' 'agent/config\.c' libinih
door 'curl/' 'agent/purchase/platform\.c' libcurl
door 'tss2/tss2_mu\.h' 'lib/tpm/|keys/identity/' 'TPM marshalling'
door 'tss2/tss2_(esys|tcti|tctildr|sys|rc)' 'keys/identity/' 'TPM commands'
door 'json-c/' 'lib/(json|[a-z_]*_print|[a-z_]*_json)|agent/command/|agent/purchase/|agent/json|inspector/|keys/' json-c

may_include 'lib/' 'lib/|wattest/'
may_include 'inspector/' 'lib/|wattest/|inspector/|[a-z_]+\.h'
may_include 'keys/identity/' 'lib/|wattest/|keys/identity/|[a-z_]+\.h'
may_include 'keys/' 'lib/|wattest/|keys/|[a-z_]+\.h'
may_include 'agent/' 'lib/|wattest/|keys/identity/|linux/wattest\.h|agent/|(usb|integrity)\.skel\.h|[a-z_]+\.h'
may_include 'kmod/' 'wattest/|linux/wattest\.h|[a-z_]+\.h'
may_include 'bpf/' 'vmlinux\.h|wattest/|bpf/|[a-z_]+\.h'
# shellcheck disable=SC2086,SC2046
result "include/ includes nothing but the kernel's types" \
	"$(grep -nE '^[[:space:]]*#[[:space:]]*include' $(printf '%s\n' "$sources" | grep -E '^include/') /dev/null |
		grep -vE '<(linux/types|stdint)\.h>' || true)"

# a bare name must be a neighbour's, not somebody else's through the include path
for f in $(printf '%s\n' "$sources" | grep -E '^(inspector|keys|agent|kmod|bpf)/'); do
	for h in $(grep -oE '^#include "[a-z_]+\.h"' "$f" | cut -d'"' -f2); do
		case $h in vmlinux.h | *.skel.h) continue ;; esac
		[ -e "${f%/*}/$h" ] || echo "$f: $h"
	done
done >"$planted/bare"
result "a bare include names a neighbour" "$(cat "$planted/bare")"

# shellcheck disable=SC2086
result "LINUX_VERSION_CODE only in kmod/compat.h" \
	"$(grep -n LINUX_VERSION_CODE $sources /dev/null | grep -v '^kmod/compat\.h' || true)"

echo "1..$n"
exit $failed
