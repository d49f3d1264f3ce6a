# SPDX-License-Identifier: Apache-2.0
# Static analysis, hardening, and builds that are the same each time. What is quick belongs to the check.
STATIC := $(sort $(wildcard tests/static/*_test.sh))
CHECK_QUICK += tests/static/cppcheck_test.sh tests/static/hardening_test.sh

.PHONY: check-static
check-static: packages-tests ## cppcheck, clang-tidy, gcc -fanalyzer, coccicheck, sparse, checkpatch (goes on where it was stopped)
	+$(Q)$(SUBMAKE) all
	$(Q)tests/run $(STATIC) tests/lint/kernel.sh

.PHONY: check-reproducible
check-reproducible: packages-tests ## two builds have the same bytes
	$(Q)tests/run tests/static/reproducible.sh

# What a C source of user space is compiled with, a flag a line
.PHONY: static-cppflags
static-cppflags:
	@printf '%s\n' $(CPPFLAGS) $(shell pkg-config --cflags libnl-3.0)

.PHONY: static-cflags
static-cflags:
	@printf '%s\n' $(CPPFLAGS) $(CFLAGS)
