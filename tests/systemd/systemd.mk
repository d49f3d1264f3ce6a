# SPDX-License-Identifier: Apache-2.0
# The sandbox of the units, applied: too long for every check (a minute and a half of processor time). What can be
# told from the units alone is in tests/lint/units.sh.

.PHONY: check-systemd
check-systemd: packages-tests ## the agent in the sandbox of its unit, started by systemd
	+$(Q)$(SUBMAKE) lab
	$(Q)tests/run -- tests/systemd/rig_test.sh
