# SPDX-License-Identifier: Apache-2.0
# The debug kernel: built once, kept outside of the tree.

.PHONY: debug-kernel
debug-kernel: packages-tests packages-debug ## the kernel of tests/debug/kernel.config (half an hour, once)
	$(Q)tests/debug/build-kernel -j $(JOBS)
