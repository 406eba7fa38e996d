# SPDX-License-Identifier: Apache-2.0
# Installing what was built. DESTDIR is put in front of PREFIX and is not known to the programs, which find
# their files from where they are: an installed folder can be moved as a whole.

PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: install uninstall dist deb
install:
	$(Q)scripts/install $(B) '$(DESTDIR)$(PREFIX)'

uninstall:
	$(Q)scripts/install --remove '$(DESTDIR)$(PREFIX)'

# The sources of the commit as an archive; a Debian package of what is built, with its guest.
dist:
	@mkdir -p $(B)
	$(Q)scripts/package dist $(B)

deb:
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)scripts/package deb $(B)
