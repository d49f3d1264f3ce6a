# SPDX-License-Identifier: Apache-2.0
# Memory that runs out: one program with all libraries behind its own malloc(3). Needs the address sanitizer.
OOM := $(O)/tests/oom/oom
$(OOM): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/oom/*.c)) tests/fuzz/signed/world.c tests/fuzz/lib/fuzz.c \
		) $(patsubst %,$(O)/tests/oom/daemon/%.o,attest rig witness log) \
		$(patsubst %.c,$(O)/%.o,$(filter-out %/main.c,$(wildcard agent/command/*.c))) $(UNIT_OBJ) $(KERNEL_ARITHMETIC) $(FUZZ_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(FUZZ_LIBS) -lsystemd

# The daemon's rig and the unit tests' have a function of one name.
$(O)/tests/oom/daemon/%.o $(O)/tests/oom/agent.o: override CPPFLAGS += -Drig_reload=daemon_rig_reload
$(O)/tests/oom/daemon/%.o: agent/daemon/%.c | packages-build
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

.PHONY: oom
oom: $(OOM)

CHECK_SAN += oom
CHECK_QUICK += tests/oom/oom_test.sh

.PHONY: check-oom
check-oom: packages-tests ## memory runs out at every allocation of judging, attesting, storing, issuing (half an hour)
	+$(Q)$(SUBMAKE) SAN=1 oom
	$(Q)build/san/tests/oom/oom -j $(shell nproc)
