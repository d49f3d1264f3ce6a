#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest energy buy, with the reference adapter wattest-buy and a reference platform on the loopback interface: what is
# missing is bought hours ahead, nothing is bought twice, and a purchase that fails reaches the operator's hook before
# its hour begins.
# timeout: 240
set -u
. "$(dirname "$0")/lib.sh"
wattest=$BUILD/wattest
wattestd=$BUILD/wattestd
platform=$BUILD/tests/platform/platform

# delivery hours are the clock's: not across the end of one
now=$(date +%s)
left=$((3600 - now % 3600))
[ $left -gt 100 ] || sleep $((left + 1))
now=$(date +%s)
make_rig --from @$((now - 86400)) || {
	echo "Bail out! no rig"
	exit 1
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -days 1 \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.crt -days 1 \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
mkdir hooks.d grants.d sold
cat >hooks.d/note <<END
#!/bin/sh
[ "\$1" = purchase-failed ] && echo "\$WATTEST_HOUR_S \$WATTEST_REASON" >>$scratch/told
exit 0
END
chmod +x hooks.d/note

pid=
daemon=
trap 'kill $pid $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
sells() { # [option of the platform]...
	[ -z "$pid" ] || {
		kill $pid
		wait $pid 2>/dev/null
	}
	rm -f port requests
	touch requests
	"$platform" --authority "$authority" --dir auth --rig reg.cose --cert tls.crt --key tls.key --sold sold --port-file port \
		--log requests "$@" 2>platform.log >&2 &
	pid=$!
	for _ in $(seq 100); do
		[ -s port ] && break
		sleep 0.1
	done
	configure
}
configure() { # [option of wattest-buy]...
	{ agent_conf && cat; } >conf <<-END
		[hooks]
		directory = $scratch/hooks.d
		[purchase]
		command = $BUILD/wattest-buy --url https://localhost:$(cat port) --ca tls.crt --backoff-ms 20 $*
		horizon_h = 2
		margin_percent = 10
		timeout_s = 20
	END
}
energy() { "$wattest" energy --config conf "$@"; }
forget() { rm -f grants.d/*; }

# --- nothing to ask --------------------------------------------------------------------------------------
sells
sed '/^\[purchase\]/,$d' conf >conf.none
says 3 "no command" "$wattest" energy --config conf.none buy --power 1000
says 3 "nothing was attested yet today" energy buy
says 64 "only plan" energy buy --horizon 2h

# --- success ---------------------------------------------------------------------------------------------
asked=$(energy buy --power 1000 --json)
check "what would be asked: three hours, this one and two more" jq -e '.purchases | length == 3' <<<"$asked"
check "whole hours, with the margin" jq -e '.purchases[-1].wh == 1100' <<<"$asked"
check "no request for that" test ! -s requests
says 0 "bought 1,100 Wh" energy buy --power 1000
same "three grants" 3 "$(ls grants.d/*.cose | wc -l)"
same "three requests" "201 201 201" "$(tr '\n' ' ' <requests | sed 's/ $//')"
says 0 "nothing to buy" energy plan --power 1000 --horizon 2h
says 0 "nothing to buy" energy buy --power 1000
says 0 "nothing to buy" energy buy --power 1050
same "nothing was bought twice" 3 "$(wc -l <requests)"
says 0 "bought" energy buy --power 2000
same "more is another transaction" "1 2" "$(energy list --json | jq -r '[.[].transaction | split("-")[-1]] | unique | join(" ")')"

# --- the same transaction --------------------------------------------------------------------------------
# all that was got is lost: it is asked for again, by now with other figures, and is what was sold before
mkdir kept
mv grants.d/* kept/
: >requests
says 0 "bought" energy buy --power 2000
same "the same transactions give the same grants, byte for byte" "$(cd kept && sha256sum ./*)" "$(cd grants.d && sha256sum ./*)"
contains "another content under a known id: what was sold under it" "409" "$(cat requests)"
says 0 "nothing to buy" energy buy --power 2000

# --- retries ---------------------------------------------------------------------------------------------
sells --unavailable 2
says 0 "bought" energy buy --power 4000
same "503 is tried again" "503 503 201" "$(head -n 3 requests | tr '\n' ' ' | sed 's/ $//')"
before=$(ls grants.d/*.cose | wc -l)
sells --lose 1
says 0 "bought" energy buy --power 6000
same "a lost answer is asked for again" "500 201" "$(head -n 2 requests | tr '\n' ' ' | sed 's/ $//')"
same "and bought once" $((before + 3)) "$(ls grants.d/*.cose | wc -l)"
forget
sells --unavailable 1000
configure --tries 2
says 3 "not in 2 tries: the platform says 503" energy buy --power 1000
same "two tries each" 6 "$(wc -l <requests)"

# --- refused: the operator is told -----------------------------------------------------------------------
sells --refuse
: >log
"$wattestd" --config conf --foreground 2>log &
daemon=$!
for _ in $(seq 100); do
	grep -q ready log && break
	sleep 0.1
done
says 3 "payment refused: no money on account 7" energy buy --power 1000
same "402 is not tried again" "402 402 402" "$(tr '\n' ' ' <requests | sed 's/ $//')"
for _ in $(seq 100); do
	[ "$(wc -l <told 2>/dev/null)" = 3 ] && break
	sleep 0.1
done
same "the hook is told of each hour" 3 "$(wc -l <told)"
contains "and why" " payment refused: no money on account 7" "$(cat told)"
hours=$(awk -v now="$(date +%s)" '$1 > now' told | wc -l)
same "two of them have not begun yet" 2 "$hours"
energy buy --power 1000 >/dev/null 2>&1
sleep 0.5
same "but once" 3 "$(wc -l <told)"
kill $daemon
wait $daemon
daemon=
says 3 "hooks are not told: wattestd is not running" energy buy --power 1000

# --- who is it? ------------------------------------------------------------------------------------------
sells
sed -i "s#--ca tls.crt#--ca other.crt#" conf
says 3 "not the platform's certificate" energy buy --power 1000
check "no request came through" test ! -s requests
sed -i "s#--ca other.crt#--ca tls.crt#; s#localhost:#127.0.0.1:#" conf
says 3 "not the platform's certificate" energy buy --power 1000
sells --token sesame
says 3 "refused (401): no good token" energy buy --power 1000
echo sesame >token
configure --token-file token
says 0 "bought" energy buy --power 1000
says 64 "https" "$BUILD/wattest-buy" --url http://localhost:1

# --- what comes is not what was asked ----------------------------------------------------------------------
forget
"$authority" init fresh >/dev/null
sells --slow 3
sed -i "s/timeout_s = 20/timeout_s = 1/" conf
says 3 "killed, as it took too long" energy buy --power 1000
adapter() { # body of a script
	printf '#!/bin/sh\n%s\n' "$1" >adapter
	chmod +x adapter
	sed -i "s#^command = .*#command = $scratch/adapter#" conf
}
forget
adapter 'exit 5'
says 3 "exit status 5" energy buy --power 1000
adapter 'echo no json'
says 3 "not {\"purchases\": [...]}" energy buy --power 1000
adapter 'echo "{\"purchases\": []}"'
says 3 "gave no answer for it" energy buy --power 1000
adapter 'jq -c "{purchases: [.purchases[] | {transaction, grant: \"!!\"}]}"'
says 3 "no good grant: not base64" energy buy --power 1000
adapter 'jq -c "{purchases: [.purchases[] | {transaction, grant: \"AAAA\"}]}"'
says 3 "no good grant: not a COSE_Sign1" energy buy --power 1000
adapter 'jq -c "{purchases: [.purchases[] | {transaction, error: \"no money\\u001b[2J\"}]}"'
says 3 ": no money" energy buy --power 1000
same "and no escapes to a terminal" "" "$(printf '%s' "$tap_output" | grep -F $'\e')"
adapter 'kill -9 $$'
says 3 "killed by Killed" energy buy --power 1000
adapter 'sleep 30'
says 3 "killed, as it took too long" energy buy --power 1000
same "nothing of that was taken in" 0 "$(ls grants.d | wc -l)"
code=$(base64 -w0 kept/"$(ls kept | head -1)")
adapter "jq -c '{purchases: [.purchases[] | {transaction, grant: \"$code\"}]}'"
says 3 "another grant than was asked for" energy buy --power 1000
same "but what was sold is kept" 1 "$(ls grants.d | wc -l)"
forget
# the hour under way and the next one are too near, the one after that is not
sed -i "/^\[purchase\]/a lead_min = $(((3600 - $(date +%s) % 3600) / 60 + 5))" conf
says 3 "too late to buy for 20" energy buy --power 1000
contains "with what is missing" "1.100 kWh are missing" "$tap_output"
contains "nobody is told without a daemon" "hooks are not told" "$tap_output"
forget
adapter 'echo asked >>'"$scratch/asked"'; echo "{\"purchases\": []}"'
rm -f told asked
"$wattestd" --config conf --foreground 2>log &
daemon=$!
for _ in $(seq 100); do
	grep -q ready log && break
	sleep 0.1
done
same "as JSON only what would be asked" 1 "$(energy buy --power 1000 --json 2>/dev/null | jq '.purchases | length')"
sleep 0.5
check "and nobody is told" test ! -e told
says 3 "too late to buy for 20" energy buy --power 1000
for _ in $(seq 100); do
	[ "$(grep -c ' too late to buy$' told 2>/dev/null)" = 2 ] && break
	sleep 0.1
done
same "the hook is told of each hour that is too near" 2 "$(grep -c ' too late to buy$' told)"
same "the other one is still asked for" asked "$(cat asked)"
kill $daemon
wait $daemon
daemon=
finish
