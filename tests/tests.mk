# SPDX-License-Identifier: Apache-2.0
# Tests and the demo. Test programs print TAP; tests/run runs them and counts.

##@ Tests
KSELFTEST := $(B)/kselftest
KSELFTEST_FILES := kselftest.h kselftest_harness.h lib.mk run_kselftest.sh kselftest/runner.sh \
	kselftest/prefix.pl kselftest/ktap_helpers.sh

# --- kselftest, from the kernel's source package ----------------------------------------------------
.PHONY: kselftest
kselftest: $(KSELFTEST)/kselftest_harness.h ## the kernel's test harness, in build/kselftest
$(KSELFTEST)/kselftest_harness.h: | packages-check
	$(call say,EXTRACT,$(KSELFTEST))
	$(Q)rm -rf $(KSELFTEST) && mkdir -p $(KSELFTEST)
	$(Q)tar -xJf $(lastword $(sort $(wildcard /usr/src/linux-source-6.*.tar.xz))) -C $(KSELFTEST) \
		--strip-components=4 --occurrence=1 --wildcards \
		$(addprefix '*/tools/testing/selftests/',$(KSELFTEST_FILES))
	$(Q)touch $@

# --- unit tests: tests/unit/NAME_test.c, each a program ----------------------------------------------
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
UNIT_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/unit/lib/*.c)))
UNIT := $(patsubst %.c,$(O)/%,$(UNIT_SRC))
# the kernel module's arithmetic, compiled for user space
KERNEL_ARITHMETIC := $(patsubst %.c,$(O)/%.o,kmod/integrator.c kmod/key.c)
LIBAGENT := $(O)/libagent.a
LIBSIM := $(O)/libsim.a
LIBKEYS := $(O)/libkeys.a
LIBINSPECT := $(O)/libinspect.a

$(LIBKEYS): $(patsubst %.c,$(O)/%.o,$(filter-out keys/main.c,$(sort $(wildcard keys/*.c))))
$(LIBINSPECT): $(patsubst %.c,$(O)/%.o,$(filter-out inspector/main.c,$(wattest-inspect_SRC)))
$(LIBAGENT): $(patsubst %.c,$(O)/%.o,$(AGENT_SRC))
$(LIBSIM): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/sim/*.c)))
$(LIBAGENT) $(LIBSIM) $(LIBKEYS) $(LIBINSPECT):
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcsD $@ $^

$(patsubst %.c,$(O)/%.o,$(wildcard tests/unit/*.c tests/unit/lib/*.c)): | $(KSELFTEST)/kselftest_harness.h
$(O)/tests/%.o: override CPPFLAGS += -isystem $(KSELFTEST)
# What kselftest_harness.h's fixtures and its fork() make of a test's own lines.
$(O)/tests/unit/%.o: override CFLAGS += -Wno-missing-prototypes -Wno-clobbered -Wno-unused-parameter \
	-Wno-sign-compare

$(UNIT): %: %.o $(UNIT_OBJ) $(KERNEL_ARITHMETIC) $(LIBAGENT) $(LIBSIM) $(LIBKEYS) $(LIBINSPECT) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lsqlite3 -linih -lcsv $(LIB_LIBS)

.PHONY: unit-tests
unit-tests: $(UNIT)

# --- the command tests' forger of evidence ------------------------------------------------------------
FORGE := $(O)/tests/cli/forge/forge
$(FORGE): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/cli/forge/*.c))) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

# --- and what puts it into an agent's store -----------------------------------------------------------
STOCK := $(O)/tests/cli/stock/stock
$(STOCK): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/cli/stock/*.c))) $(LIBAGENT) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lsqlite3 -linih $(LIB_LIBS)

# --- what a daemon of Type=notify talks to ------------------------------------------------------------
MANAGER := $(O)/tests/cli/manager/manager
$(MANAGER): $(O)/tests/cli/manager/main.o
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

# --- the purchase tests' platform, which sells over HTTPS ----------------------------------------------
PLATFORM := $(O)/tests/platform/platform
$(PLATFORM): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/platform/*.c))) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd $(LIB_LIBS)

.PHONY: forge
forge: $(FORGE) $(STOCK) $(MANAGER) $(PLATFORM)

# --- simulators: tests/sim/NAME/*.c -------------------------------------------------------------------
SIM := $(patsubst tests/sim/%/,$(O)/tests/sim/bin/%,$(wildcard tests/sim/*/))
# who cheats with root has what the TPM does
$(O)/tests/sim/bin/forge: $(patsubst %.c,$(O)/%.o,$(IDENTITY_SRC))
sim_forge_LIBS := $(IDENTITY_LIBS)
define SIMULATOR
$(O)/tests/sim/bin/$(1): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/sim/$(1)/*.c))) $(LIBSIM) $(LIB)
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(sim_$(1)_LIBS) $$(LIB_LIBS)
endef
$(foreach s,$(SIM),$(eval $(call SIMULATOR,$(notdir $(s)))))

.PHONY: simulators
simulators: $(SIM)

# --- the virtual machine: what `make install` puts on a rig, as a layer over the machine's root --------
STAGE := $(B)/vm/stage
.PHONY: lab
lab: packages-lab all simulators $(FORGE)
	$(Q)$(MAKE) --no-print-directory -s install DESTDIR=$(STAGE)
	$(Q)tests/vm/stage-module $(STAGE) $(KREL) $(B)/kmod-$(KREL)/wattest.ko

# --- the targets --------------------------------------------------------------------------------------
LINT := $(sort $(wildcard tests/lint/*.sh))
UNIT_PROGRAMS := $(patsubst %.c,$(B)/san/%,$(UNIT_SRC))
CLI := $(sort $(wildcard tests/cli/*_test.sh tests/cli/*_test))
VM := $(sort $(wildcard tests/vm/*_test.sh))
JOBS ?= $(shell nproc)
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring j,$(filter-out --%,$(MAKEFLAGS))),,-j$(JOBS))
# What a folder of tests adds to `make check`: CHECK_SAN, targets built with the sanitizers; CHECK_QUICK, programs that
# may run beside each other; CHECK_ALONE, programs that want the machine.
CHECK_SAN := tools unit-tests forge
CHECK_QUICK := $(LINT) $(UNIT_PROGRAMS) $(CLI)
CHECK_ALONE := $(VM)
include $(sort $(wildcard tests/*/*.mk))

.PHONY: packages-tests
packages-tests:
	@packaging/install-packages build lab check

.PHONY: check
check: packages-tests ## every test: lint, unit, cli, attacks, vm
	+$(Q)$(SUBMAKE) lab kselftest
	+$(Q)$(SUBMAKE) SAN=1 $(CHECK_SAN)
	$(Q)tests/run -j $(JOBS) $(CHECK_QUICK) -- $(CHECK_ALONE)

.PHONY: check-lint
check-lint: packages-tests ## lint only
	$(Q)tests/run $(LINT)

.PHONY: check-unit
check-unit: packages-tests ## unit tests only
	+$(Q)$(SUBMAKE) SAN=1 unit-tests
	$(Q)tests/run -j $(JOBS) $(UNIT_PROGRAMS)

.PHONY: check-cli
check-cli: packages-tests ## tests of the commands only
	+$(Q)$(SUBMAKE) SAN=1 tools forge
	$(Q)tests/run -j $(JOBS) $(CLI)

.PHONY: check-vm
check-vm: packages-tests ## tests in the virtual machine only
	+$(Q)$(SUBMAKE) lab
	$(Q)tests/run $(VM)

##@ Demo
.PHONY: demo
demo: packages-build packages-lab ## a rig, then a site, measured, signed and judged (second run under two minutes)
	+$(Q)$(SUBMAKE) lab
	$(Q)tests/demo/run
