#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The family's description for syzkaller is in step with docs/netlink/wattest.yaml: every operation and every attribute,
# each attribute in the policy of its own set, with the type that the specification gives it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

described=tests/fuzz/kernel/wattest.txt
# "operation NAME" and "attribute SET NAME TYPE", of the specification
specified=$(python3 - <<'END'
import yaml
spec = yaml.safe_load(open("docs/netlink/wattest.yaml"))
for op in spec["operations"]["list"]:
    print("operation", op["name"])
for s in spec["attribute-sets"]:
    for a in s["attributes"]:
        print("attribute", s["name"], a["name"], a["type"])
END
)
same "the specification is read" yes "$([ "$(printf '%s\n' "$specified" | wc -l)" -gt 50 ] && echo yes)"

# The type that a policy's line may have; types of our own are resolved first.
fits() { # specified type, line
	local type
	type=$(printf '%s\n' "$2" | sed 's/.*nlattr\[[A-Z0-9_]*, \(.*\)\]$/\1/')
	case $type in
	wattest_seq | wattest_source_id | wattest_digest) type=$(sed -n "s/^type $type //p" "$described") ;;
	fd_bpf_link) type=int32 ;;
	wattest_nonce) type=array ;;
	flags\[*) type=${type##*, } ;;
	esac
	case $1 in
	u16) [[ $type = int16* ]] ;;
	u32) [[ $type = int32* ]] ;;
	u64) [[ $type = int64* ]] ;;
	string) [[ $type = string* ]] ;;
	binary) [[ $type = array* ]] ;;
	pad) [ "$type" = void ] ;;
	*) false ;;
	esac
}

missing=$(printf '%s\n' "$specified" | while read -r what a b type; do
	if [ "$what" = operation ]; then
		name=WATTEST_CMD_$(printf '%s' "$a" | tr a-z- A-Z_)
		grep -qE "^sendmsg\\\$$name\\(.*msghdr_wattest\\[$name, " "$described" || echo "$name"
	else
		name=WATTEST_A_$(printf '%s_%s' "$a" "$b" | tr a-z- A-Z_)
		line=$(sed -n "/^wattest_${a}_policy \\[/,/^\\]/p" "$described" | grep -E "^	$name	+nlattr\\[$name, ")
		[ -n "$line" ] && fits "$type" "$line" || echo "$name ($type)"
	fi
done)
same "every operation and attribute is described, as it is specified" "" "$missing"

known=$(printf '%s\n' "$specified" | awk '
	{ name = $1 == "operation" ? "CMD_" $2 : "A_" $2 "_" $3; gsub("-", "_", name); print "WATTEST_" toupper(name) }')
same "nothing is described that is not specified" "" \
	"$(grep -oE 'WATTEST_(CMD|A)_[A-Z0-9_]+' "$described" | sort -u | grep -vxF "$known")"
finish
