# SPDX-License-Identifier: Apache-2.0
# Installing on a rig host, from a build or into a package's staging folder (DESTDIR). The module goes to
# DKMS as source, so that a new kernel gets its own.

##@ Install
BINDIR := $(PREFIX)/bin
SBINDIR := $(PREFIX)/sbin
MANDIR := $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
MODLOADDIR ?= $(PREFIX)/lib/modules-load.d
VERSION := $(shell cat packaging/VERSION)
DKMSDIR := $(PREFIX)/src/wattest-$(VERSION)
CONFDIR := $(SYSCONFDIR)/wattest
MAN := $(wildcard docs/man/*.[18])

.PHONY: install
install: tools ## programs, manuals, units, module source for DKMS (DESTDIR, PREFIX)
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -d $(addprefix $(DESTDIR),$(BINDIR) $(SBINDIR) $(UNITDIR) $(MODLOADDIR) $(DKMSDIR) \
		$(MANDIR)/man1 $(MANDIR)/man8) $(DESTDIR)$(CONFDIR)
	$(Q)install -m 755 $(O)/wattestd $(DESTDIR)$(SBINDIR)/
	$(Q)install -m 755 $(addprefix $(O)/,wattest wattest-buy wattest-inspect wattest-authority) $(DESTDIR)$(BINDIR)/
	$(Q)$(foreach m,$(MAN),install -m 644 $(m) $(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(m)))/ &&) true
	$(Q)sed 's#@SBINDIR@#$(SBINDIR)#' packaging/systemd/wattestd.service > $(O)/wattestd.service
	$(Q)sed 's#@BINDIR@#$(BINDIR)#' packaging/systemd/wattest-buy.service > $(O)/wattest-buy.service
	$(Q)install -m 644 $(O)/wattestd.service $(O)/wattest-buy.service packaging/systemd/wattest-buy.timer \
		$(DESTDIR)$(UNITDIR)/
	$(Q)install -m 644 packaging/systemd/wattest.modules-load.conf $(DESTDIR)$(MODLOADDIR)/wattest.conf
	$(Q)[ -e $(DESTDIR)$(CONFDIR)/wattest.conf ] || \
		install -m 644 packaging/wattest.conf $(DESTDIR)$(CONFDIR)/
	$(Q)cp -r Kbuild kmod include $(DESTDIR)$(DKMSDIR)/
	$(Q)sed 's/@VERSION@/$(VERSION)/' packaging/dkms.conf > $(DESTDIR)$(DKMSDIR)/dkms.conf

.PHONY: install-module
install-module: modules ## this kernel's module without DKMS: modules_install and depmod
	$(Q)$(MAKE) -s -C $(KDIR) M=$(CURDIR)/$(B)/kmod-$(KREL) modules_install

.PHONY: uninstall
uninstall: ## all that install put there; configuration, keys and state stay
	$(call say,REMOVE,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(DESTDIR)$(SBINDIR)/wattestd $(DESTDIR)$(UNITDIR)/wattestd.service \
		$(addprefix $(DESTDIR)$(UNITDIR)/,wattest-buy.service wattest-buy.timer) \
		$(addprefix $(DESTDIR)$(BINDIR)/,wattest wattest-buy wattest-inspect wattest-authority) \
		$(DESTDIR)$(MODLOADDIR)/wattest.conf \
		$(foreach m,$(MAN),$(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(m)))/$(notdir $(m)))
	$(Q)rm -rf $(DESTDIR)$(DKMSDIR)

