#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest energy: grants are taken in after they were judged, bad ones are named and left alone; what is here is listed,
# and what must be bought is planned. What attestations used of a grant is tests/unit/holdings_test.c.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"
wattest=$BUILD/wattest

now=$(date +%s)
hour=$((now - now % 3600))
make_rig --from @$((now - 86400)) || {
	echo "Bail out! no rig"
	exit 1
}
agent_conf >conf
energy() { "$wattest" energy --config conf "$@"; }
sell() { # transaction Wh from until [option]...
	local transaction=$1 wh=$2 from=$3 until=$4
	shift 4
	"$authority" grant auth --rig reg.cose --wh "$wh" --from @"$from" --until @"$until" \
		--transaction "$transaction" --metering-point MP-7 -o "$transaction.cose" "$@" >/dev/null
}

# --- nothing yet -----------------------------------------------------------------------------------------
says 0 "no grant, no notice" energy list
same "an empty list" "[]" "$(energy list --json | jq -c .)"
says 0 "0.000 Wh" energy balance
says 3 "nothing was attested yet today: --power W" energy plan

# --- add -------------------------------------------------------------------------------------------------
sell tx-1 1000 "$now" $((now + 7200))
sell tx-2 2500 $((hour + 86400)) $((hour + 90000))
says 0 "tx-1.cose: added: 1,000 Wh for " energy add tx-1.cose
contains "and which transaction" "transaction tx-1" "$tap_output"
same "one file" 1 "$(ls grants.d/*.cose | wc -l)"
check "byte for byte" cmp -s tx-1.cose grants.d/*.cose
check "the file is left where it was" test -e tx-1.cose
says 0 "is here already" energy add tx-1.cose
cp tx-1.cose copied.cose
says 0 "is here already" energy add copied.cose
same "still one file" 1 "$(ls grants.d/*.cose | wc -l)"

# --- what is refused -------------------------------------------------------------------------------------
bad() { # file words: refused with its name, and nothing changes
	local before
	before=$(sha256sum grants.d/*)
	says 3 "wattest energy: $1: refused: " energy add "$1"
	contains "$1: why" "$2" "$tap_output"
	contains "$1: left alone" "; left where it is" "$tap_output"
	same "$1: nothing was added" "$before" "$(sha256sum grants.d/*)"
}
mkdir rejects
head -c 100 tx-2.cose >rejects/truncated.cose
bad rejects/truncated.cose "byte "
{ cat tx-2.cose && printf x; } >rejects/longer.cose
bad rejects/longer.cose "bytes follow the object"
cp reg.cose rejects/registration.cose
bad rejects/registration.cose "registration"
: >rejects/empty.cose
bad rejects/empty.cose "byte 0"
cp tx-2.cose rejects/flipped.cose
printf '\377' | dd of=rejects/flipped.cose bs=1 seek=$(($(stat -c %s tx-2.cose) - 5)) conv=notrunc status=none
bad rejects/flipped.cose "signature"
# another platform sells to the same rig
"$authority" init other >/dev/null
ueid=$("$inspect" show --json reg.cose | jq -r '[.. | objects | .ueid? // empty][0]')
"$authority" grant other --rig "$ueid" --wh 5 --from @"$now" --until @$((now + 60)) --transaction tx-o \
	--licence DMI-84-0031 --zone KZ-North --metering-point MP-7 -o rejects/other.cose >/dev/null
bad rejects/other.cose "issuer certificate"
# the platform sells to another licence and zone
"$authority" grant auth --rig "$ueid" --wh 5 --from @"$now" --until @$((now + 60)) --transaction tx-l \
	--licence DMI-OTHER --zone KZ-North --metering-point MP-7 -o rejects/licence.cose >/dev/null
bad rejects/licence.cose "licence DMI-OTHER"
# the registry's key signs energy; a rig's key does
resign() { # what key cert
	"$BUILD/tests/cli/forge/forge" --key "$2" --cert "$3" --resign tx-2.cose --out "rejects/$1.cose"
}
resign rig rig.key rig.crt
bad rejects/rig.cose "is not for grants"
resign registry auth/private/registration-signer.key auth/signers/registration-signer.pem
bad rejects/registry.cose "is not for grants"
# another rig's
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out second.key 2>/dev/null
echo "[]" >none.json
openssl req -new -key second.key -subj /CN=second -out second.csr
"$authority" certify auth second.csr >/dev/null
"$authority" registration auth --cert second.crt --devices none.json --sources sources.json --licence DMI-84-0031 \
	--holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North --nameplate 3500 --pool pool.one \
	--role 'dps800:power1_input=input' --from @$((now - 86400)) -o second.cose >/dev/null
"$authority" grant auth --rig second.cose --wh 5 --from @"$now" --until @$((now + 60)) --transaction tx-s \
	--metering-point MP-7 -o rejects/second.cose >/dev/null
bad rejects/second.cose "another rig"

# --- folders ---------------------------------------------------------------------------------------------
mkdir drop
cp tx-1.cose tx-2.cose rejects/truncated.cose drop/
echo "no grant" >drop/README
says 3 "1 added, 1 here already, 1 refused" energy add drop
contains "the bad one by name" "drop/truncated.cose: refused" "$tap_output"
same "two files" 2 "$(ls grants.d/*.cose | wc -l)"
says 3 "nowhere.cose: No such file" energy add nowhere.cose

# --- list, balance ---------------------------------------------------------------------------------------
cp rejects/flipped.cose tx-1.cose grants.d/
says 0 "refused: " energy list
contains "open" "1.000 kWh   open" "$tap_output"
contains "later" "2.500 kWh   later" "$tap_output"
same "states" "later open refused refused" "$(energy list --json | jq -r '[.[].state] | sort | join(" ")')"
same "a copy counts once" 3500 "$(energy balance --json | jq .left_uj/3600000000)"
contains "and says so" "counts once" "$(energy list)"
rm grants.d/flipped.cose grants.d/tx-1.cose
same "figures are integers in uJ" '[3600000000000,0,3600000000000]' \
	"$(energy list --json | jq -c '.[] | select(.transaction == "tx-1") | [.bought_uj, .used_uj, .left_uj]')"
sell tx-0 10 $((now - 1800)) $((now - 60))
says 0 "added" energy add tx-0.cose
same "past" past "$(energy list --json | jq -r '.[] | select(.transaction == "tx-0") | .state')"
same "the balance is of what is not over" 3500 "$(energy balance --json | jq .bought_uj/3600000000)"

# --- plan ------------------------------------------------------------------------------------------------
plan=$(energy plan --power 1000 --horizon 2d --json)
check "delivery hours begin on the hour" jq -e 'all(.hours[]; .not_before_s % 3600 == 0)' <<<"$plan"
same "what is bought for tomorrow's hour is counted" 0 \
	"$(jq "[.hours[] | select(.not_before_s == $((hour + 86400)))] | length" <<<"$plan")"
same "what it sums to" "$(jq .wh <<<"$plan")" "$(jq '[.hours[].wh] | add' <<<"$plan")"
same "no figure is a fraction" "" "$(jq -r '.. | numbers | select(. != floor)' <<<"$plan")"
same "at most 1 MWh each" 10 "$(energy plan --power 10000000 --horizon 4h --json |
	jq '[.hours[] | select(.need_uj == 36000000000000000)][0].blocks')"
same "blocks of a size" "2 2000" "$(energy plan --power 1500 --horizon 5h --block 1000 --json |
	jq -r '.hours[-2] | "\(.blocks) \(.wh)"')"
same "a margin" 1100000000 "$(energy plan --power 1000 --margin 10 --json | jq .power_uw)"
says 0 "nothing to buy" energy plan --power 100 --horizon 1h
says 0 "buy " energy plan --power 1000
for hour_given in 0h 32d 24 h -1h 1.5h; do
	says 64 "--horizon" energy plan --power 1 --horizon $hour_given
done
says 64 "--power" energy plan --power 0
says 64 "--power" energy plan --power 1k
says 64 "--margin" energy plan --margin 101
says 64 "--block" energy plan --block 1000001
says 64 "--block" energy plan --block 0
says 64 "only plan" energy list --power 5
says 64 "which files" energy add
says 64 "bogus" energy bogus
says 64 "surplus" energy list surplus

# following the plan leaves nothing to buy
while read -r from until wh; do
	sell "buy-$from" "$wh" "$from" "$until"
	energy add "buy-$from.cose" >/dev/null
done < <(energy plan --power 1000 --horizon 6h --json | jq -r '.hours[] | "\(.not_before_s) \(.not_after_s) \(.wh)"')
says 0 "nothing to buy" energy plan --power 1000 --horizon 5h

# --- a share of what the site bought -----------------------------------------------------------------------
"$authority" site auth --name PVL-1 -o site >/dev/null
"$authority" grant auth --site site/site.crt --wh 1000 --from @"$now" --until @$((now + 3600)) --transaction tx-site \
	--licence DMI-84-0031 --zone KZ-North --metering-point MP-7 -o whole.cose >/dev/null
mkdir registrations && cp reg.cose registrations/
"$authority" split --grant whole.cose --site-key site/site.key --site-cert site/site.crt --rigs registrations \
	--wh 400 -o shares >/dev/null
share=$(echo shares/*.cose)
says 3 "was not given or not accepted" energy add "$share"
before=$(energy balance --json | jq .left_uj)
mkdir site.d && cp "$share" site.d/1-share.cose && cp whole.cose site.d/2-whole.cose
says 0 "400 Wh for " energy add site.d
contains "the grant too" "tx-site, the site's to divide" "$tap_output"
same "the rig has its share and no more" 400 "$((($(energy balance --json | jq .left_uj) - before) / 3600000000))"
same "both are listed" "allotment open, grant site's" "$(energy list --json |
	jq -r '[.[] | select(.transaction == "tx-site") | "\(.kind) \(.state)"] | sort | join(", ")')"
says 0 "is here already" energy add "$share"

# --- notices ---------------------------------------------------------------------------------------------
notice() { # name kind option...
	"$authority" notice auth "$2" -o "$1.cose" "${@:3}" >/dev/null || bail "no notice"
}
from=$((hour + 10 * 3600))
notice curtail curtail --zone KZ-North --max-w 300 --from @$from --until @$((from + 3600)) --reason Frost
notice off off --rig "$ueid" --from @$((from + 3600)) --until @$((from + 5400)) --by registry
notice others curtail --zone KZ-South --max-w 1 --until +1d
says 0 "curtail.cose: added: notice: at most 300 W for 20" energy add curtail.cose
contains "why" ": Frost" "$tap_output"
says 0 "off.cose: added: notice: off for 20" energy add off.cose
says 0 "is here already" energy add curtail.cose
says 3 "others.cose: refused: it does not concern this rig" energy add others.cose
head -c 60 curtail.cose >rejects/notice.cose
bad rejects/notice.cose "byte "
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --resign curtail.cose --out rejects/ours.cose
bad rejects/ours.cose "is not for grants"
cp others.cose rejects/ours.cose grants.d/
listed() { energy list --json | jq -c "[.[] | select($1)] | .[] | $2"; }
same "both are listed" "[\"curtail\",300,$from,$((from + 3600)),\"later\",\"Frost\"]" \
	"$(listed '.kind == "curtail" and .state == "later"' '[.kind, .max_w, .not_before_s, .not_after_s, .state, .note]')"
same "and have no Wh" null "$(listed '.kind == "off"' .wh)"
same "one about others is no refusal" "\"others'\"" "$(listed '.file == "others.cose"' .state)"
same "a forged one is" '"refused"' "$(listed '.file == "ours.cose"' .state)"
rm grants.d/others.cose grants.d/ours.cose
says 0 "at most 300 W" energy list
plan=$(energy plan --power 1000 --margin 20 --horizon 13h --json)
need() { jq ".hours[] | select(.not_before_s == $1).need_uj / 3600000" <<<"$plan"; }
same "a curtailed hour is planned with its bound, margin or not" 300000 "$(need "$from")"
same "of an hour that is off in part the rest" 600000 "$(need $((from + 3600)))"
same "the hour after with all" 1200000 "$(need $((from + 7200)))"
same "the limits are in the plan" 2 "$(jq '.limits | length' <<<"$plan")"
says 0 "curtailed to at most 300 W for 20" energy plan --power 1000 --horizon 13h
contains "and off" "off for 20" "$tap_output"
says 0 "curtailed to at most 300 W for 20" energy balance
same "as JSON" "[300000000,$from]" "$(energy balance --json | jq -c '.limits | map(select(.max_uw > 0))[0] | [.max_uw, .from_s]')"
asked=$(sed '$a[purchase]\ncommand = /bin/false\nhorizon_h = 12\nmargin_percent = 10' conf >buying
	"$wattest" energy --config buying buy --power 1000 --json)
same "bought is no more than that, too" 300 "$(jq ".purchases[] | select(.not_before_s == $from).wh" <<<"$asked")"
notice gone revoke-grant --grant tx-1 --from @$((now + 60))
before=$(energy balance --json | jq .left_uj)
says 0 "gone.cose: added: notice: a grant revoked from 20" energy add gone.cose
same "what is revoked later is still there" "$before" "$(energy balance --json | jq .left_uj)"
notice early revoke-grant --grant tx-2 --from @$((now - 60))
energy add early.cose >/dev/null
same "and what is revoked is over" past "$(energy list --json | jq -r '.[] | select(.transaction == "tx-2") | .state')"

# --- the registration's schedule -----------------------------------------------------------------------------
off=$((hour + 15 * 3600))
"$authority" registration auth --renew reg.cose --idle "daily $(date -u -d @$off +%H:%M) +90m" -o idle.cose >/dev/null ||
	bail "no registration with a schedule"
sed "s#reg.cose#idle.cose#" conf >conf.idle
plan=$("$wattest" energy --config conf.idle plan --power 1000 --horizon 18h --json)
same "an hour at which the rig is off by its registration needs nothing" "" "$(need $off)"
same "of the next one a half" 500000 "$(need $((off + 3600)))"
same "the hour before all" 1000000 "$(need $((off - 3600)))"
same "it is among the limits" "[0,$off,$((off + 5400)),\"registration\"]" \
	"$(jq -c '[.limits[] | select(.by == "registration")][0] | [.max_uw, .from_s, .until_s, .by]' <<<"$plan")"
says 0 "off by the registration: " "$wattest" energy --config conf.idle plan --power 1000

# --- without trust or registration -----------------------------------------------------------------------
sed "s#auth/trust#none#" conf >untrusting
says 3 "none" "$wattest" energy list --config untrusting
sed "s#reg.cose#none.cose#" conf >unregistered
says 3 "not registered" "$wattest" energy add --config unregistered tx-1.cose
finish
