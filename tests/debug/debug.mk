# SPDX-License-Identifier: Apache-2.0
# The debug kernel: built once, kept outside of the tree.

.PHONY: debug-kernel
debug-kernel: packages-tests packages-debug ## the kernel of tests/debug/kernel.config (half an hour, once)
	$(Q)tests/debug/build-kernel -j $(JOBS)

# Then a test of the virtual machine runs on it so: VM_KERNEL=$(tests/debug/build-kernel) VM_SLOW=4 tests/vm/..._test.sh
.PHONY: debug-lab
debug-lab: debug-kernel
	+$(Q)$(SUBMAKE) lab
	$(Q)tests/debug/stage >/dev/null
