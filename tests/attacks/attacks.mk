# SPDX-License-Identifier: Apache-2.0
# Attacks: the operator with root against the verifier. Those in tests/attacks/ need papers only, those in
# tests/attacks/rig/ a rig: one virtual machine for all of them. A *_test.sh has boots of its own.
ATTACKS := $(sort $(filter-out %/lib.sh %/tpm.sh %_test.sh,$(wildcard tests/attacks/*.sh)))

# What the operator of those in rig/ runs on the rig, as root
FORGER := $(O)/tests/attacks/forger/forger
$(FORGER): $(O)/tests/attacks/forger/main.o $(O)/tests/cli/forge/objects.o $(O)/tests/cli/forge/records.o \
		$(patsubst %.c,$(O)/%.o,$(IDENTITY_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IDENTITY_LIBS) $(LIB_LIBS)

.PHONY: forger
forger: $(FORGER)
lab: $(FORGER)
CHECK_SAN += forger
CHECK_QUICK += $(ATTACKS)

ATTACKS_ON_A_RIG := $(sort $(wildcard tests/attacks/*_test.sh))

.PHONY: check-attacks
check-attacks: packages-tests ## attacks by the operator only
	+$(Q)$(SUBMAKE) lab
	+$(Q)$(SUBMAKE) SAN=1 tools forge forger
	$(Q)tests/run -j $(JOBS) $(ATTACKS) -- $(ATTACKS_ON_A_RIG)

.PHONY: check-mutation
check-mutation: packages-tests ## takes each of the verifier's checks away: does a test notice? (an hour; goes on where it was stopped)
	$(Q)tests/attacks/mutate/run
