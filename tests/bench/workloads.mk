# SPDX-License-Identifier: Apache-2.0
# The payload's kernels against independent programs that do the same.

.PHONY: bench-workloads
bench-workloads:
	$(Q)scripts/setup workloads
	$(Q)$(MAKE) -s --no-print-directory all root
	$(Q)tests/bench/bench-workloads
