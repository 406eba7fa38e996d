# SPDX-License-Identifier: Apache-2.0
# How much tare's path adds to an engine, and whether its ratios are those of a measurement by hand. The harness with the
# straight-line client is that of start.mk.

.PHONY: bench-engines bench-engines-programs
bench-engines-programs: all root $(B)/bench/tare $(B)/bench/tare-harness

bench-engines:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory bench-engines-programs
	$(Q)tests/bench/bench-engines
