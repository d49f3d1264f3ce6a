# SPDX-License-Identifier: Apache-2.0
# Crashes and power cuts: programs killed before each of their system calls, disks that lose what was not synced.
CRASH_TOOLS := $(O)/tests/crash/killer/killer $(O)/tests/crash/replay/replay $(O)/tests/crash/close/close
$(O)/tests/crash/killer/killer: $(patsubst %.c,$(O)/%.o,$(wildcard tests/crash/killer/*.c))
$(O)/tests/crash/replay/replay: $(O)/tests/crash/replay/main.o
$(O)/tests/crash/close/close: CRASH_LIBS := $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lsqlite3 -linih $(LIB_LIBS)
$(O)/tests/crash/close/close: $(O)/tests/crash/close/main.o $(LIBAGENT) $(LIB)
$(CRASH_TOOLS):
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CRASH_LIBS)

lab: $(CRASH_TOOLS) $(STOCK)
CHECK_QUICK += tests/crash/commands_test.sh tests/crash/trouble_test.sh

.PHONY: crash-tools
crash-tools: $(CRASH_TOOLS)

.PHONY: check-crash
check-crash: packages-tests ## kills at every system call, power cuts at every write (two hours)
	+$(Q)$(SUBMAKE) lab
	$(Q)ALL_KILLS=1 BUILD=$(abspath $(B)/out) tests/run $(sort $(wildcard tests/crash/*_test.sh))
