# SPDX-License-Identifier: Apache-2.0
# Crashes and power cuts: programs killed before each of their system calls, disks that lose what was not synced.
CRASH_TOOLS := $(O)/tests/crash/killer/killer $(O)/tests/crash/replay/replay
$(O)/tests/crash/killer/killer: $(O)/tests/crash/killer/main.o
$(O)/tests/crash/replay/replay: $(O)/tests/crash/replay/main.o
$(CRASH_TOOLS):
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

lab: $(CRASH_TOOLS) $(STOCK)
CHECK_QUICK += tests/crash/commands_test.sh tests/crash/trouble_test.sh

.PHONY: crash-tools
crash-tools: $(CRASH_TOOLS)

.PHONY: check-crash
check-crash: packages-tests ## kills at every system call, power cuts at every write (an hour)
	+$(Q)$(SUBMAKE) lab
	$(Q)ALL_KILLS=1 BUILD=$(abspath $(B)/out) tests/run $(sort $(wildcard tests/crash/*_test.sh))
