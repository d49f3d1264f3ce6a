#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The systemd units: well-formed, and as confined as systemd can tell without running them.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
for unit in packaging/systemd/*.service packaging/systemd/*.timer; do
	sed 's#@S\?BINDIR@/[a-z-]*#/bin/true#' "$unit" >"$units/$(basename "$unit")"
done
for unit in "$units"/*; do
	check "$(basename "$unit") is well-formed" systemd-analyze verify --man=no "$unit"
done
for unit in "$units"/*.service; do
	check "$(basename "$unit"): exposure of 2.0 or less" \
		systemd-analyze security --no-pager --offline=true --threshold=20 "$unit"
done
# what the threshold is worth
sed -i '/^CapabilityBoundingSet=/d; /^SystemCallFilter=/d' "$units/wattestd.service"
status "without its filters it would have more" 1 \
	systemd-analyze security --no-pager --offline=true --threshold=20 "$units/wattestd.service"
finish
