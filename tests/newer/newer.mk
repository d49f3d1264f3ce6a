# SPDX-License-Identifier: Apache-2.0
# The module and its agent on the newest kernel that Debian has.

# Those that build no module of their own: what this kernel's headers run is for a newer Debian than this one.
NEWER := $(addprefix tests/vm/,boot_test.sh demo_test.sh witness_test.sh integrity_test.sh robust_test.sh sleep_test.sh reboot_test.sh ima_test.sh)

# VM_THREAD: emulated by one thread. With one for each CPU this kernel dies at every fifth boot or so, of a breakpoint of its own
# code patching, which one CPU still sees when the other has taken it away.
.PHONY: check-newer
check-newer: packages-tests packages-newer ## the module by DKMS on Debian's newest kernel, and tests of the vm there (a quarter of an hour)
	+$(Q)$(SUBMAKE) lab
	$(Q)VM_KERNEL=$$(tests/newer/build-module) && export VM_KERNEL VM_THREAD=single VM_SLOW=2 RESULTS=$(B)/results-newer && \
		tests/run $(NEWER)
