# SPDX-License-Identifier: Apache-2.0
# Fuzzing the kernel module: libFuzzer in the virtual machine, on the debug kernel, led by the module's own coverage.
FUZZ_KERNEL := $(B)/fuzz/kernel
FUZZ_KERNEL_OBJ := $(patsubst %.c,$(FUZZ_KERNEL)/%.o,$(filter-out %.bpf.c,$(notdir $(sort $(wildcard tests/fuzz/kernel/*.c)))))

$(FUZZ_KERNEL)/programs.skel.h: tests/fuzz/kernel/programs.bpf.c tests/fuzz/kernel/calls.h include/wattest/record.h
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_$(subst x86_64,x86,$(shell uname -m)) -Wall -Werror \
		-I. -Iinclude -I/usr/include/$(shell uname -m)-linux-gnu -c $< -o $(@D)/programs.bpf.o
	$(Q)bpftool gen skeleton $(@D)/programs.bpf.o name programs_bpf > $@.tmp && mv $@.tmp $@

$(FUZZ_KERNEL_OBJ): $(FUZZ_KERNEL)/%.o: tests/fuzz/kernel/%.c $(FUZZ_KERNEL)/programs.skel.h
	$(call say,CC,$@)
	$(Q)$(CLANG) $(CPPFLAGS) -I$(FUZZ_KERNEL) -O2 -g -std=gnu11 -Wall -Wextra -Werror \
		-Wno-missing-field-initializers -MMD -MP -c -o $@ $<

-include $(FUZZ_KERNEL_OBJ:.o=.d)

# not instrumented itself: what counts is what the kernel runs
$(FUZZ_KERNEL)/fuzz_module: $(FUZZ_KERNEL_OBJ)
	$(call say,LD,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer -o $@ $^ -lbpf -lpthread

.PHONY: fuzz-kernel-programs
fuzz-kernel-programs: $(FUZZ_KERNEL)/fuzz_module

.PHONY: fuzz-kernel
fuzz-kernel: debug-kernel packages-lab ## fuzz the module on the debug kernel (SECONDS=120)
	+$(Q)$(SUBMAKE) fuzz-kernel-programs
	$(Q)tests/fuzz/kernel/run $(if $(filter command,$(origin SECONDS)),$(SECONDS),120)
