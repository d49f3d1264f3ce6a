# SPDX-License-Identifier: Apache-2.0
# Fuzzing of everything that reads: targets in tests/fuzz/targets/, one program for libFuzzer (clang, in build/fuzz), and
# one that runs seeds, corpus and some mutations with the library as the unit tests have it.
FUZZ_SRC := $(sort $(wildcard $(addprefix tests/fuzz/,lib/*.c targets/*.c signed/*.c)))
FUZZ_ARCHIVES := $(LIBKEYS) $(LIBINSPECT) $(LIBAGENT) $(LIB)
FUZZ_LIBS = $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lsqlite3 -linih -lcsv $(LIB_LIBS)
FUZZ_OBJ := $(patsubst %.c,$(O)/%.o,$(FUZZ_SRC) agent/purchase/answer.c) $(UNIT_OBJ) $(KERNEL_ARITHMETIC)

# netlink/... of libnl; and the macros of kselftest's that the unit tests' headers bring
$(O)/tests/fuzz/%.o: override CPPFLAGS += $(shell pkg-config --cflags libnl-3.0)

SMOKE := $(O)/tests/fuzz/smoke/smoke
$(SMOKE): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/fuzz/smoke/*.c))) $(FUZZ_OBJ) $(FUZZ_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(FUZZ_LIBS)

FUZZER := $(O)/tests/fuzz/fuzzer
$(FUZZER): $(O)/tests/fuzz/libfuzzer/main.o $(FUZZ_OBJ) $(FUZZ_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

.PHONY: fuzz-smoke fuzzer
fuzz-smoke: $(SMOKE)
fuzzer: $(FUZZER)

CHECK_SAN += fuzz-smoke
CHECK_QUICK += tests/fuzz/smoke_test.sh

# The same sources, for clang: O and the flags are overridden, the rules are those above.
FUZZ_CLANG = $(SUBMAKE) CC=$(CLANG) SAN=1 WARN=-w
# pointer-overflow: clang counts NULL + 0 as such (C2y allows it); what lies outside is the address sanitizer's
FUZZ_SANITIZERS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer

SECONDS ?= 60
TARGET ?=
.PHONY: fuzz
fuzz: packages-tests ## libFuzzer on each decoder for SECONDS=60 (TARGET=name: on that one); the corpus grows in build/fuzz/corpus
	+$(Q)$(FUZZ_CLANG) O=$(B)/fuzz SANFLAGS='$(FUZZ_SANITIZERS)' fuzzer
	+$(Q)$(SUBMAKE) SAN=1 fuzz-smoke
	$(Q)tests/fuzz/run $(SECONDS) $(TARGET)

.PHONY: fuzz-coverage
fuzz-coverage: packages-tests ## lines of lib/, agent/, inspector/, keys/ that seeds and corpus reach
	+$(Q)$(FUZZ_CLANG) O=$(B)/coverage SANFLAGS='-fprofile-instr-generate -fcoverage-mapping' fuzz-smoke
	$(Q)tests/fuzz/coverage $(B)/coverage/tests/fuzz/smoke/smoke
