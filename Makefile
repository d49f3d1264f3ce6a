# SPDX-License-Identifier: Apache-2.0
# wattest: `make help` lists the targets. Quiet unless V=1; SAN=1 builds with ASan and UBSan.

V ?=
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-8s %s\n' '$(1)' '$(2)')

PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
B := build
O := $(B)/$(if $(SAN),san,out)

CC ?= gcc
CLANG ?= clang
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wwrite-strings -Wno-missing-field-initializers
HARDEN_x86_64 := -fcf-protection=full
HARDEN_aarch64 := -mbranch-protection=standard
HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	-ftrivial-auto-var-init=zero $(HARDEN_$(shell uname -m)) -fPIE
HARDEN_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS ?= -O2 -g
# The same bytes wherever it is built: no path of the build folder in what is built.
HERE := -ffile-prefix-map=$(CURDIR)=.
override CFLAGS += -std=gnu11 $(WARN) $(HERE) $(if $(SAN),$(SANFLAGS) -UNDEBUG,$(HARDEN))
override CPPFLAGS += -I. -Iinclude -Iinclude/uapi -I$(B)/bpf -D_GNU_SOURCE \
	-DWATTEST_VERSION='"$(shell cat packaging/VERSION)"'
LDFLAGS ?=
override LDFLAGS += $(if $(SAN),$(SANFLAGS),$(HARDEN_LINK))

include packaging/packages.mk

# --- libwattest -----------------------------------------------------------------------------------
LIB_SRC := $(sort $(wildcard lib/*.c lib/*/*.c))
LIB := $(O)/libwattest.a
LIB_LIBS := -lcbor -lcrypto -ljson-c -ltss2-mu

# --- the rig's identity: key back ends, for the programs that run on a rig -----------------------------
IDENTITY_SRC := $(sort $(wildcard keys/identity/*.c))
IDENTITY_LIBS := -ltss2-esys -ltss2-tctildr -ltss2-mu -ltss2-rc

# --- programs: name, sources, libraries -----------------------------------------------------------
PROGRAMS := wattestd wattest wattest-buy wattest-inspect wattest-authority
AGENT_SRC := $(sort $(wildcard agent/*.c)) $(IDENTITY_SRC)
wattestd_SRC := $(AGENT_SRC) $(sort $(wildcard agent/daemon/*.c))
wattestd_LIBS := $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lbpf -lsqlite3 -lsystemd -linih -lcap-ng
wattest_SRC := $(AGENT_SRC) $(sort $(wildcard agent/command/*.c))
wattest-buy_SRC := $(sort $(wildcard agent/purchase/*.c))
wattest-buy_LIBS := -lcurl
wattest_LIBS := $(IDENTITY_LIBS) -lnl-genl-3 -lnl-3 -lsqlite3 -linih
$(patsubst %.c,$(O)/%.o,$(wildcard agent/netlink*.c)): override CPPFLAGS += $(shell pkg-config --cflags libnl-3.0)
wattest-inspect_SRC := $(sort $(wildcard inspector/*.c))
wattest-inspect_LIBS :=
wattest-authority_SRC := $(sort $(wildcard keys/*.c))
wattest-authority_LIBS := -lsqlite3 -lcsv

##@ Build
.PHONY: all
all: tools modules ## everything: library, programs, BPF probes, kernel module

.PHONY: tools
tools: $(addprefix $(O)/,$(PROGRAMS)) ## the programs

define PROGRAM
$(O)/$(1): $$(patsubst %.c,$(O)/%.o,$$($(1)_SRC)) $(LIB)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) $$(LIB_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM,$(p))))

$(LIB): $(patsubst %.c,$(O)/%.o,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(O)/%.o: %.c | packages-build
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# --- BPF ------------------------------------------------------------------------------------------
BPF_SRC := $(sort $(wildcard bpf/*.bpf.c))
BPF_SKEL := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.skel.h,$(BPF_SRC))
# The newest installed 6.12 or later that has headers; on a rig host usually the running one.
KREL ?= $(shell packaging/kernel-release)
KDIR ?= /lib/modules/$(KREL)/build

.PHONY: probes
probes: $(BPF_SKEL) ## the BPF probes and their skeletons
$(patsubst %.c,$(O)/%.o,$(sort $(wildcard agent/daemon/*.c))): | $(BPF_SKEL)

$(B)/bpf/vmlinux.h: | packages-build
	$(call say,BTF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)bpftool btf dump file $(KDIR)/vmlinux format c > $@.tmp && mv $@.tmp $@

$(B)/bpf/%.bpf.o: bpf/%.bpf.c bpf/%.h include/wattest/record.h $(B)/bpf/vmlinux.h
	$(call say,BPF,$@)
	$(Q)$(CLANG) -g -O2 $(HERE) -target bpf -D__TARGET_ARCH_$(subst x86_64,x86,$(shell uname -m)) \
		-Wall -Werror -Wno-missing-declarations -I. -Iinclude -I$(B)/bpf -c $< -o $@
	$(Q)llvm-strip -g $@

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)bpftool gen skeleton $< name $*_bpf > $@.tmp && mv $@.tmp $@

# --- kernel module: built in a copy, so that the tree stays clean -----------------------------------
.PHONY: modules
modules: packages-build ## wattest.ko for KREL, in build/kmod-KREL
	$(call say,KBUILD,$(B)/kmod-$(KREL)/wattest.ko)
	+$(Q)KDIR=$(KDIR) packaging/build-module $(B)/kmod-$(KREL) $(if $(V),V=1)

include packaging/install.mk
include tests/tests.mk

##@ Other
.PHONY: clean
clean: ## remove all that was built
	$(Q)rm -rf $(B)

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.DEFAULT_GOAL := all
