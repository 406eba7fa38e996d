# SPDX-License-Identifier: Apache-2.0
# What libvirt costs over QEMU alone, what tuning is worth, how much sooner a saved guest answers.

.PHONY: bench-vm
bench-vm:
	$(Q)scripts/setup check
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(Q)tests/bench/bench-vm
