#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hooks: a rig whose stored evidence runs its balance down, past it and over it; each event once, with the facts in the
# environment, a time limit, one at a time, and nothing twice after a restart. wattestd runs without the kernel module.
# timeout: 180
set -u
. "$(dirname "$0")/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest

now=$(date +%s)
make_rig --from @$((now - 3000)) --until @$((now + 20 * 86400)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir grants.d hooks.d
{ agent_conf && cat; } >conf <<END
[hooks]
directory = $scratch/hooks.d
timeout_s = 2
low_1 = 60 min
low_2 = 20 Wh
registration_days = 30
END
sell() { # transaction Wh
	"$authority" grant auth --rig reg.cose --wh "$2" --from @$((now - 3000)) --until @$((now + 7200)) \
		--transaction "$1" --metering-point MP-7 -o "$1.cose" >/dev/null
}
# forty windows of a minute at 1 kW, just gone by: 666.667 Wh
sell tx-1 700
mkdir evidence
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant tx-1.cose --out evidence \
	--start $((now - 2400)) --windows 40
check "forty windows" test -e evidence/00000040.cose

cat >hooks.d/10-note <<END
#!/bin/sh
env | grep ^WATTEST_ | sort >$scratch/told.\$WATTEST_EVENT.\$\$
echo "\$1 \$WATTEST_EVENT" >>$scratch/told
END
chmod +x hooks.d/10-note
echo "not a program" >hooks.d/README
printf '#!/bin/sh\necho hidden >>%s/told\n' "$scratch" >hooks.d/10-note~
chmod +x hooks.d/10-note~

# As the unit has it: no capability that files or other users' processes would need, and never more.
confined=()
if setpriv --no-new-privs "--bounding-set=-all,+net_admin,+sys_admin" true 2>/dev/null; then
	confined=(setpriv --no-new-privs "--bounding-set=-all,+net_admin,+sys_admin")
fi
start() { # [configuration]
	"${confined[@]}" "$wattestd" --config "${1:-conf}" --foreground 2>>log >>out &
	daemon=$!
}
stop() {
	kill -TERM $daemon
	wait $daemon
	same "wattestd ends when asked to" 0 $?
}
daemon=
trap '[ -z "$daemon" ] || kill $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
told() { # event times: within some seconds
	local n=0
	for _ in $(seq 150); do
		n=$(grep -c "^$1 $1\$" told 2>/dev/null)
		[ "${n:-0}" -ge "$2" ] && break
		sleep 0.1
	done
	same "$1: told $2 times" "$2" "${n:-0}"
}
value() { # event name
	cat told."$1".* 2>/dev/null | sed -n "s/^$2=//p" | tail -n 1
}
touch log
# When a day (UTC) ends among the windows, what was charged until then stays with the grants of then. So that the figures are the
# same at any hour, whoever takes a grant away begins with a new store.
anew() { # last window
	rm -rf state told told.*
	"$BUILD/tests/cli/stock/stock" state $(seq -f 'evidence/%08g.cose' "$1")
}

# --- plenty ----------------------------------------------------------------------------------------------
anew 5
cp tx-1.cose grants.d/
sell plenty 5000
cp plenty.cose grants.d/
start
told registration-expiry 1
same "the rig by name" KZ-PVL-0142 "$(value registration-expiry WATTEST_RIG)"
same "and until when it is registered" $((now + 20 * 86400)) "$(value registration-expiry WATTEST_REGISTERED_UNTIL_S)"
sleep 1
told balance-low-1 0
same "a file that is no program, and an editor's leavings" "" "$(grep hidden told)"
contains "balance, as of what is stored" "at 1.00 kW" "$("$wattest" energy balance --config conf)"
stop

# --- low, then lower -------------------------------------------------------------------------------------
rm grants.d/plenty.cose
anew 20
start
told balance-low-1 1
same "what is left" 1320000000000 "$(value balance-low-1 WATTEST_LEFT_UJ)"
same "the draw" 1000000000 "$(value balance-low-1 WATTEST_DRAW_UW)"
same "how long it lasts" 1320 "$(value balance-low-1 WATTEST_LASTS_S)"
told balance-low-2 0
told registration-expiry 1
stop
"$BUILD/tests/cli/stock/stock" state evidence/000000{21..40}.cose
start
told balance-low-2 0
told balance-low-1 1
contains "the same figures for whoever asks" "33.333 Wh" "$("$wattest" energy balance --config conf)"
# a smaller purchase in its place: exhausted, and over what was bought
sell tx-2 600
stop
rm grants.d/*
cp tx-2.cose grants.d/
anew 40
start
told exhausted 1
told over-allocation 1
told balance-low-2 1
same "nothing is left" 0 "$(value exhausted WATTEST_LEFT_UJ)"
same "so much was not covered" 240000000000 "$(value over-allocation WATTEST_OVER_UJ)"
contains "the log says it as well" "exhausted: 0.000 Wh left" "$(cat log)"
contains "and the command" "66.667 Wh were used that no grant covered" "$("$wattest" energy balance --config conf)"
stop

# --- once: not again after a restart, again after it was better --------------------------------------------
start
sleep 2
told exhausted 1
told over-allocation 1
cp plenty.cose grants.d/
for _ in $(seq 50); do
	"$wattest" energy balance --config conf | grep -q "lasts 2 h\|lasts 1 h 5" && break
	sleep 0.1
done
sleep 1.5
rm grants.d/plenty.cose
told exhausted 2
told balance-low-1 2

# --- refused grants --------------------------------------------------------------------------------------
echo junk >grants.d/junk.cose
told grant-refused 1
same "which file" "$scratch/grants.d/junk.cose" "$(value grant-refused WATTEST_FILE)"
contains "why" "byte " "$(value grant-refused WATTEST_REASON)"
stop
start
sleep 1
told grant-refused 1
stop

# --- curtailed -------------------------------------------------------------------------------------------
start
"$authority" notice auth curtail --licence DMI-84-0031 --max-w 900 --from @$((now + 3600)) --until @$((now + 7200)) \
	--reason "cold night" -o curtail.cose >/dev/null
"$authority" notice auth curtail --licence DMI-OTHER --max-w 5 --until @$((now + 7200)) -o others.cose >/dev/null
cp others.cose grants.d/
sleep 0.7
cp curtail.cose grants.d/
told curtailed 1
same "how much" 900 "$(value curtailed WATTEST_MAX_W)"
same "when" "$((now + 3600)) $((now + 7200))" "$(value curtailed WATTEST_FROM_S) $(value curtailed WATTEST_UNTIL_S)"
same "why" "cold night" "$(value curtailed WATTEST_REASON)"
touch grants.d/curtail.cose
sleep 1
stop
start
sleep 1
told curtailed 1
stop

# --- hours that nobody bought ------------------------------------------------------------------------------
mkdir next.d
sed "s#/state\$#/next#; s#grants.d#next.d#" conf >conf.next
printf '[purchase]\ncommand = /bin/false\nlead_min = 60\n' >>conf.next
"$BUILD/tests/cli/stock/stock" next evidence/*.cose
cp plenty.cose next.d/ # to two hours from now
start conf.next
told purchase-failed 0
screen() { "$wattest" status --config conf.next; }
next() { "$wattest" status --config conf.next --json | jq -c ".next | $1"; }
shows() { # words: within some seconds
	for _ in $(seq 100); do
		screen | grep -qF -- "$1" && break
		sleep 0.1
	done
	contains "status: $1" "$1" "$(screen)"
}
shows "next       buy "
hour=$(next '.hours[0].not_before_s')
check "an hour that is covered is not the next to be bought" test "$hour" -ge $((now + 3600))
same "the next is to be bought an hour before" $((hour - 3600)) "$(next '.hours[0].buy_before_s')"
same "at the present draw" 1000000000 "$(next .draw_uw)"
shows "at 1.00 kW the energy lasts until 20"
same "which is" $((now + 7200)) "$(next .exhausted_at_s)"
check "many hours are not bought" test "$(next .hours_not_bought)" -ge 20
told purchase-failed 0
"$authority" notice auth off --licence DMI-84-0031 --until @$((now + 2 * 86400)) -o next.d/off.cose >/dev/null
shows "next       covered until 20"
same "a rig that is off needs nothing" 0 "$(next .hours_not_bought)"
stop
rm -rf next.d/* next
cp tx-2.cose next.d/
"$BUILD/tests/cli/stock/stock" next evidence/*.cose
start conf.next
told purchase-failed 2
same "why" "too late to buy" "$(value purchase-failed WATTEST_REASON)"
same "what is missing of a whole hour" 3600000000000 \
	"$(cat told.purchase-failed.* | sed -n 's/^WATTEST_MISSING_UJ=//p' | sort -n | tail -1)"
contains "the log says it" "purchase-failed: for the delivery hour" "$(cat log)"
shows "too late to buy for 20"
shows "nothing covers the 1.00 kW that are drawn"
same "for programs" true "$(next '.hours[0].too_late')"
stop
start conf.next
sleep 2
told purchase-failed 2
stop

# --- programs that fail, hang, or leave something behind ----------------------------------------------------
rm hooks.d/*
cat >hooks.d/1-fail <<END
#!/bin/sh
exit 7
END
cat >hooks.d/2-hang <<END
#!/bin/sh
sleep 1000 &
echo \$! >$scratch/sleeper
sleep 1000
END
cat >hooks.d/3-last <<END
#!/bin/sh
echo "last \$WATTEST_FILE" >>$scratch/told
[ -e /proc/self/fd/3 ] && echo leaked >>$scratch/told
exit 0
END
chmod +x hooks.d/*
: >log
start
echo more >grants.d/more.cose
sleep 0.7
echo yet more >grants.d/yet.cose
t0=$(date +%s%N)
"$wattest" energy list --config conf >/dev/null
check "the daemon answers while a hook hangs" sh -c '"$@" >/dev/null 2>&1; [ $? -eq 3 ]' sh "$wattest" status --config conf
check "at once" test $((($(date +%s%N) - t0) / 1000000)) -lt 2500
for _ in $(seq 100); do
	[ "$(grep -c '^last' told)" -ge 2 ] && break
	sleep 0.1
done
same "one after the other, none left out" "last $scratch/grants.d/more.cose last $scratch/grants.d/yet.cose" \
	"$(grep ^last told | tr '\n' ' ' | sed 's/ $//')"
contains "a failure is said" "hook 1-fail, grant-refused: exit status 7" "$(cat log)"
contains "so is a kill" "hook 2-hang, grant-refused: killed after 2 s" "$(cat log)"
same "its children are killed too" "" "$(grep -E '^State:.[RSD]' "/proc/$(cat sleeper)/status" 2>/dev/null)"
same "no descriptor of the daemon's is handed on" "" "$(grep leaked told)"
stop
finish
