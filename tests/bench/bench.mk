# SPDX-License-Identifier: Apache-2.0
# make bench: figures against their goals and against the limit that the machine itself sets.
BENCH := $(patsubst tests/bench/%.c,$(B)/out/tests/bench/%,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))

$(B)/out/tests/bench/%: $(B)/out/tests/bench/%.o $(UNIT_OBJ) $(KERNEL_ARITHMETIC) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIB_LIBS) -lm

# speaks to a TPM
$(B)/out/tests/bench/quote: $(patsubst %.c,$(B)/out/%.o,$(IDENTITY_SRC))
$(B)/out/tests/bench/quote: override LIB_LIBS += $(IDENTITY_LIBS)

$(B)/out/tests/bench/site $(B)/out/tests/bench/site_files: $(patsubst %.c,$(B)/out/%.o,$(wildcard tests/bench/day/*.c))

$(B)/bpf/bench/%.bpf.o: tests/bench/%.bpf.c $(B)/bpf/vmlinux.h
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_$(subst x86_64,x86,$(shell uname -m)) \
		-Wall -Werror -I$(B)/bpf -c $< -o $@

$(B)/out/tests/bench/tools/attach: tests/bench/tools/attach.c | packages-build
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -lbpf

.PHONY: bench-programs
bench-programs: $(BENCH) $(B)/out/tests/bench/tools/attach $(B)/bpf/bench/empty.bpf.o

.PHONY: bench
bench: packages-tests ## figures, each against its goal and the machine's limit
	$(Q)$(SUBMAKE) lab bench-programs
	$(Q)tests/bench/run $(BENCH) tests/bench/probe_cost.sh tests/bench/integrity_cost.sh
