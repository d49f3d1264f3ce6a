# SPDX-License-Identifier: Apache-2.0
# The debug kernel: built once, kept outside of the tree.

.PHONY: debug-kernel
debug-kernel: packages-tests packages-debug ## the kernel of tests/debug/kernel.config (half an hour, once)
	$(Q)tests/debug/build-kernel -j $(JOBS)

# Then a test of the virtual machine runs on it so: VM_KERNEL=$(tests/debug/build-kernel) VM_SLOW=4 tests/vm/..._test.sh
.PHONY: debug-lab
debug-lab: debug-kernel
	+$(Q)$(SUBMAKE) lab failnth
	$(Q)tests/debug/stage >/dev/null

# --- what has the kernel's allocations fail ------------------------------------------------------------
FAILNTH := $(O)/tests/debug/failnth/failnth
$(FAILNTH): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/debug/failnth/*.c)))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

.PHONY: failnth
failnth: $(FAILNTH)

# --- the virtual machine's tests, and those that are for it only ------------------------------------------
# Not those of NOT_ON_DEBUG, and what is said there is why.
DEBUG := $(sort $(wildcard tests/debug/*_test.sh))
# uefi_test is about a signed kernel's refusals: Debian's is signed, and its headers have what signs modules.
# kexec_test has the kernel load itself, and this one's image is none that kexec_file_load(2) takes (ENOEXEC).
NOT_ON_DEBUG := tests/attacks/uefi_test.sh tests/attacks/kexec_test.sh
DEBUG_TESTS := $(DEBUG) $(filter-out $(NOT_ON_DEBUG),$(VM) $(ATTACKS_ON_A_RIG))

.PHONY: check-debug
check-debug: debug-lab ## the module on a kernel that finds faults: allocations that fail, all tests of the vm (an hour)
	$(Q)$(foreach t,$(NOT_ON_DEBUG),echo 'not on the debug kernel: $(t)';)
	$(Q)VM_KERNEL=$$(tests/debug/build-kernel) VM_SLOW=$${VM_SLOW:-4} RESULTS=$(B)/results-debug tests/run $(DEBUG_TESTS)
