# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The second act: the rig of the first five and two more, on one purchase of their site. It runs outside of the virtual
# machine, which may be off by then: of its rig it needs registration.cose, grants/tx-1.cose and evidence/1 in $D, and the
# authorities that made them. The two others are replayed: own keys, certificates and registrations, and attestations as
# their kernels would have written them.
#
# Whoever sources this has tests/demo/commands.sh, and what that asks for.

WINDOWS=12 # of a minute, that the replayed rigs attest to

# What the inspector gets lies in site/: papers that authorities and the site signed, and evidence.
join_site() { # rig serial nameplate
	local key=rigs/$1/rig.key
	mkdir -p "$D/rigs/$1"
	cat >"$D/rigs/$1/devices.json" <<-END
		[ { "bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "$2", "path": "1-1", "product": "CP2102" } ]
	END
	cat >"$D/rigs/$1/sources.json" <<-END
		[ { "chip": "dps800", "parent": "0-0058", "attribute": "power1_input", "label": "pin", "kind": "power" } ]
	END
	on_host "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $key 2>/dev/null &&
		openssl req -new -key $key -subj /CN=$1 -out rigs/$1/rig.csr &&
		wattest-authority certify authority rigs/$1/rig.csr -o rigs/$1/rig.pem >/dev/null"
	registry "wattest-authority registration authority --cert rigs/$1/rig.pem --devices rigs/$1/devices.json \\
    --sources rigs/$1/sources.json --licence DMI-84-0031 --holder 'Demo Hash LLP' --site PVL-1 --zone KZ-North \\
    --nameplate $3 --role '*=input' --from -1h -o site/papers/registrations/$1.cose"
	expect "$1 is registered" 0 "$1.cose"
}

share_of() { # rig: its registration's ueid begins the name of its allotment
	local ueid
	ueid=$(on_host "wattest-inspect show --json site/papers/registrations/$1.cose" | jq -r '.[0].registration.ueid')
	(cd "$D" && echo site/papers/allotments/"$ueid"-*.cose)
}

replayed() { # evidence rig watts [option]...
	mkdir -p "$D/site/$1/$2"
	OUT=$(on_host "replay --key rigs/$2/rig.key --cert rigs/$2/rig.pem --registration site/papers/registrations/$2.cose \
		--grant $(share_of "$2") --out site/$1/$2 --start $REPLAY_START --windows $WINDOWS --watts $3 ${*:4}" 2>&1)
	ST=$?
	expect "$2 is replayed at $3 W" 0 ""
}

verify_site() { # name evidence
	local line="wattest-inspect verify --trust trust site/papers site/$2"

	mkdir -p "$D/site/$2/KZ-PVL-0142"
	cp "$D"/evidence/1/*.cose "$D/site/$2/KZ-PVL-0142/"
	judge "$1" "$line" "$line --json"
}

setup_site() {
	say "The rig of the acts before is not alone at PVL-1: two more are registered, KZ-PVL-0143 with a miner GS-10015197
and KZ-PVL-0144 with a miner GS-20030044. Both are replayed here: own keys and certificates, and attestations as their
kernels would have written them, of the last quarter of an hour."
	mkdir -p "$D/site/papers/registrations" "$D/site/papers/grants"
	cp "$D/registration.cose" "$D/site/papers/registrations/KZ-PVL-0142.cose"
	cp "$D/grants/tx-1.cose" "$D/site/papers/grants/"
	join_site KZ-PVL-0143 GS-10015197 1500
	join_site KZ-PVL-0144 GS-20030044 1000
	say "Energy is bought by the site, in one block, and the site divides it: its key may sign shares of its own grants,
and nothing else."
	platform "wattest-authority site authority --name PVL-1 -o pvl-1"
	expect "the site has its key" 0 "site PVL-1"
	platform "wattest-authority grant authority --site pvl-1/site.crt --wh 650 --from -1h --until +1h --transaction TX-S1 \\
    --metering-point MP-7 --licence DMI-84-0031 --zone KZ-North --price KZT:24.5 -o site/papers/grants/tx-s1.cose"
	expect "the site's grant" 0 "650 Wh for PVL-1"
	site_operator "wattest-authority split --grant site/papers/grants/tx-s1.cose --site-key pvl-1/site.key \\
    --site-cert pvl-1/site.crt --rigs site/papers/registrations --by nameplate -o site/papers/allotments"
	expect "the shares sum to the grant" 0 "3 allotments, 650 of 650 Wh of TX-S1"
}

act_6() {
	act 6 "A whole site"
	setup_site
	REPLAY_START=$(($(date +%s) - WINDOWS * 60 - 120))
	replayed evidence KZ-PVL-0143 600
	replayed evidence KZ-PVL-0144 400
	say "All three used less than their share. The inspector gives the folders to one command, which sees by itself what
is what."
	verify_site site-honest evidence
	expect "act 6: affirming, rig by rig and together" 0 "verdict of the site: affirming"

	say "Now the same quarter of an hour as it should not have been. KZ-PVL-0143 draws 1.2 kW, more than its share,
though the site as a whole has energy left. And on KZ-PVL-0144 a device appears with the serial number of KZ-PVL-0143's
miner, which runs all the while: one of the two is a clone."
	replayed evidence-2 KZ-PVL-0143 1200
	replayed evidence-2 KZ-PVL-0144 400 --stranger 5
	verify_site site evidence-2
	expect "act 6: the site is contraindicated" 2 "verdict of the site: contraindicated"
	expect "act 6: the clone is named, and both rigs" 2 "GS-10015197 was on KZ-PVL-0143 and on KZ-PVL-0144"
	expect "act 6: the rig beyond its share is named" 2 "exceeded: 240.000 Wh charged, 150.000 Wh bought"
}
