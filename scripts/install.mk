# SPDX-License-Identifier: Apache-2.0
# Installing what was built. DESTDIR is put in front of PREFIX and is not known to the programs, which find
# their files from where they are: an installed folder can be moved as a whole.

PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: install uninstall
install:
	$(Q)scripts/install $(B) '$(DESTDIR)$(PREFIX)'

uninstall:
	$(Q)scripts/install --remove '$(DESTDIR)$(PREFIX)'
