#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Enrolment, killed before each of the system calls that change something, the commands to the TPM among them, and within each
# write: on the rig, whose TPM then loses its power too, and at the registry. Then the same command again, and enrolment goes on
# to its end: one key, one registration.
# timeout: 1500
set -u
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build/out}
. "$here/../cli/lib.sh"
. "$here/../cli/swtpm.sh"
. "$here/sweep.sh"
[ -n "${ALL_KILLS:-}" ] || SAMPLE=${SAMPLE:-3}
wattest=$BUILD/wattest

# The TPM of the folder at hand, with what it remembers without power.
power_up() {
	power_off
	rm -f tpm.s tpm.s.ctrl
	start_tpm tpm >/dev/null
	echo "${swtpm_pids[-1]}" >"$scratch/tpm.pid" # which a subshell may have started
}
power_off() {
	local pid
	pid=$(cat "$scratch/tpm.pid" 2>/dev/null) || return 0
	kill -9 "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.01
	done
}
trap 'power_off; rm -rf "$scratch"' EXIT
begin() { # files that the command finds
	rm -rf before
	mkdir before
	cp -a "$@" before/
}
keep() { # the TPM as it is now, for the next sweep
	cp -a work/tpm kept && rm -rf tpm && mv kept tpm
}

make_vendor good
make_tpm tpm good || {
	echo "Bail out! no TPM: $(cat tpm.log)"
	exit 1
}
sed "s#path=$PWD/#path=$PWD/work/#" tpm.conf >conf
"$authority" init auth >/dev/null
{
	printf '{ "devices": '
	devices
	printf ', "sources": '
	sources
	printf '}\n'
} >reviewed.json
ask=("$wattest" enroll request --config conf --name KZ-1 --no-inventory -o request.enrol)
challenge=("$authority" enroll challenge auth request.enrol --vendors good.vendors -o challenge.enrol)
activate=("$wattest" enroll activate --config conf challenge.enrol -o answer.enrol)
issue=("$authority" enroll issue auth answer.enrol --inventory reviewed.json --licence DMI-84-0031
	--holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North --nameplate 3500 --role 'dps800:power1_input=input' -o reg.cose)
stop_tpms
export FRESH=power_up

# --- the rig ---------------------------------------------------------------------------------------------------------
begin conf tpm auth good.vendors
keys_look() {
	power_up
	"$wattest" keys create --config conf >"$scratch/last" 2>&1 || grep -q 'there is a key already' "$scratch/last" ||
		wrong "no key can be made" || return
	again "${ask[@]}" && again "${challenge[@]}"
}
sweep "keys create, in a TPM" keys_look "$wattest" keys create --config conf

fresh && "$wattest" keys create --config conf >/dev/null && cd "$scratch" && keep
result $? "the rig has its key"
begin conf tpm auth good.vendors
request_look() {
	power_up
	whole request.enrol && again "${ask[@]}" && again "${challenge[@]}" && again "${activate[@]}"
}
sweep "enroll request" request_look "${ask[@]}"

fresh && "${ask[@]}" >/dev/null && "${challenge[@]}" >/dev/null && cp request.enrol challenge.enrol "$scratch/" &&
	rm -rf "$scratch/auth" && cp -a auth "$scratch/" && cd "$scratch" && keep
result $? "it has its challenge"
begin conf tpm auth reviewed.json challenge.enrol
activate_look() {
	power_up
	whole answer.enrol && again "${activate[@]}" && again "${issue[@]}" && again "$inspect" show reg.cose
}
sweep "enroll activate" activate_look "${activate[@]}"

fresh && "${activate[@]}" >/dev/null && cp answer.enrol "$scratch/"
result $? "the challenge is opened"
cd "$scratch" || exit 1

# --- the registry ----------------------------------------------------------------------------------------------------
power_off
export FRESH=
"$authority" init other >/dev/null
mkdir registry && cp -a other registry/auth
(cd registry && begin ../request.enrol ../good.vendors auth) || exit 1
rm -rf before && mv registry/before .
challenge_look() {
	whole challenge.enrol && again "${challenge[@]}" --force && again "$authority" list enrolments auth
}
sweep "enroll challenge" challenge_look "${challenge[@]}"

begin auth reviewed.json answer.enrol
registrations() {
	"$authority" list registrations auth --json | jq length
}
issue_look() {
	whole reg.cose || return
	[ ! -e reg.crt ] || again openssl x509 -in reg.crt -noout || return
	if [ -e reg.cose ] && [ -e reg.crt ]; then
		: # what was asked for
	elif ! "${issue[@]}" --force >"$scratch/last" 2>&1; then
		id=$(sed -n 's/.*was answered already, with registration \([0-9a-f-]*\).*/\1/p' "$scratch/last")
		[ -n "$id" ] || wrong "it cannot be issued" || return
		again "$authority" reissue auth "$id" -o again.cose --cert again.crt || return
		mv again.cose reg.cose && mv again.crt reg.crt
	fi
	[ "$(registrations)" = 1 ] || wrong "registered $(registrations) times" || return
	again "$inspect" show reg.cose && again openssl x509 -in reg.crt -noout
}
sweep "enroll issue" issue_look "${issue[@]}"
note "$SWEPT kills"
finish
