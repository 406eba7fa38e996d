# SPDX-License-Identifier: Apache-2.0
# What the numbers are worth, and what it takes to work them out.

.PHONY: bench-aa bench-analyze
bench-aa:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)tests/bench/bench-aa

# SAMPLES=1000000 writes a journal of 2.3 GB first, which takes longer than to analyse it.
SAMPLES ?= 10000 100000
bench-analyze:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all
	$(Q)tests/bench/bench-analyze $(SAMPLES)
