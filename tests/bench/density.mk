# SPDX-License-Identifier: Apache-2.0
# How many fit at once, and what one more of each takes.

.PHONY: bench-density
bench-density:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)tests/bench/bench-density

.PHONY: bench-footprint
bench-footprint:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)tests/bench/bench-footprint $(B)/bench-footprint
