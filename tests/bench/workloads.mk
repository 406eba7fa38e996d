# SPDX-License-Identifier: Apache-2.0
# The payload's kernels against independent programs that do the same, and in every box against a process.

# A kernel of the payload, linked as other programs are.
$(B)/bench/pipe: $(O)/tests/bench/pipe.o $(O)/scenarios/payload/work-pipe.o $(O)/harness/base/clock.o
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $^

.PHONY: bench-workloads
bench-workloads:
	$(Q)scripts/setup workloads
	$(Q)$(MAKE) -s --no-print-directory all root $(B)/bench/pipe
	$(Q)tests/bench/bench-workloads

.PHONY: bench-overhead
bench-overhead:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)tests/bench/bench-overhead $(B)/bench-overhead
