# SPDX-License-Identifier: Apache-2.0
# A rig that runs for hours. Its samples, evidence and verdict are left in build/soak.
HOURS ?= 1

.PHONY: soak
soak: packages-tests ## a rig runs for HOURS=1 (0.05 and more): does anything grow, is anything lost?
	+$(Q)$(SUBMAKE) lab
	$(Q)tests/soak/run $(HOURS)
