# SPDX-License-Identifier: Apache-2.0
# How much tare's path adds to an engine, and whether its ratios are those of a measurement by hand.

$(B)/engine-straight: tests/bench/engine-straight.c
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $<

.PHONY: bench-engines
bench-engines:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root $(B)/engine-straight
	$(Q)tests/bench/bench-engines
