# SPDX-License-Identifier: Apache-2.0
# packages-GROUP: the Debian packages of that group (packaging/packages.txt) are installed.
.PHONY: packages-build packages-lab packages-check packages-debug packages-newer
packages-build packages-lab packages-check packages-debug packages-newer: packages-%:
	@packaging/install-packages $*
