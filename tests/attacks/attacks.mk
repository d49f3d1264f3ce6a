# SPDX-License-Identifier: Apache-2.0
# Attacks: the operator with root against the verifier. Those in tests/attacks/ need papers only, those in
# tests/attacks/rig/ a rig: one virtual machine for all of them.
ATTACKS := $(sort $(filter-out %/lib.sh,$(wildcard tests/attacks/*.sh)))

.PHONY: check-attacks
check-attacks: packages-tests ## attacks by the operator only
	+$(Q)$(SUBMAKE) lab
	+$(Q)$(SUBMAKE) SAN=1 tools forge
	$(Q)tests/run -j $(JOBS) $(ATTACKS)

.PHONY: check-mutation
check-mutation: packages-tests ## takes each of the verifier's checks away: does a test notice? (an hour; goes on where it was stopped)
	$(Q)tests/attacks/mutate/run
